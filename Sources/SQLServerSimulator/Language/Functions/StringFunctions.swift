import TDS

extension Functions {
    static let strings: [String: Bind] = [
        "LEN": { f throws(SQLServerMessage) in
            let type = try f.arguments(1...1)[0].type
            let isLong = type.isString && type.length == nil
            return try f.unary(.nvarchar(.max), isLong ? .bigint : .int) { value throws(SQLServerMessage) in
                .int(Int64(value.text.withoutTrailingBlanks.utf16.count))
            }
        },
        "DATALENGTH": { f throws(SQLServerMessage) in try dataLength(f) },
        "LEFT": { f throws(SQLServerMessage) in
            let type = try f.arguments(2...2)[0].type
            return try f.values(2...2, [text(type), .int], f.textType(type)) { v throws(SQLServerMessage) in
                guard v[1].integer >= 0 else { throw invalidLength("left") }
                return .string(Conversion.prefix(v[0].text, v[1].integer))
            }
        },
        "RIGHT": { f throws(SQLServerMessage) in
            let type = try f.arguments(2...2)[0].type
            return try f.values(2...2, [text(type), .int], f.textType(type)) { v throws(SQLServerMessage) in
                guard v[1].integer >= 0 else { throw invalidLength("right") }
                let units = Array(v[0].text.utf16)
                return .string(String(decoding: units.suffix(v[1].integer), as: UTF16.self))
            }
        },
        "SUBSTRING": { f throws(SQLServerMessage) in
            let type = try f.arguments(3...3)[0].type
            if type.isBinary { return try binarySubstring(f, type) }
            return try f.values(3...3, [text(type), .bigint, .bigint], f.textType(type)) { v throws(SQLServerMessage) in
                guard v[2].integer >= 0 else { throw invalidLength("substring") }
                return .string(substring(v[0].text, start: v[1].integer, length: v[2].integer))
            }
        },
        "REPLACE": { f throws(SQLServerMessage) in
            let type = try f.arguments(3...3)[0].type
            return try f.values(
                3...3, [text(type), .nvarchar(.max), .nvarchar(.max)], f.textType(type, length: type.length.map { _ in 8000 })
            ) {
                v throws(SQLServerMessage) in .string(try replace(v[0].text, v[1].text, v[2].text))
            }
        },
        "RTRIM": { f throws(SQLServerMessage) in
            let type = try f.arguments(1...1)[0].type
            return try f.unary(text(type), f.textType(type)) { value throws(SQLServerMessage) in .string(value.text.withoutTrailingBlanks) }
        },
        "LTRIM": { f throws(SQLServerMessage) in
            let type = try f.arguments(1...1)[0].type
            return try f.unary(text(type), f.textType(type)) { value throws(SQLServerMessage) in
                .string(String(value.text.drop { $0 == " " }))
            }
        },
        "TRIM": { f throws(SQLServerMessage) in
            let type = try f.arguments(1...1)[0].type
            return try f.unary(text(type), f.textType(type)) { value throws(SQLServerMessage) in
                .string(String(value.text.drop { $0 == " " }).withoutTrailingBlanks)
            }
        },
        "UPPER": { f throws(SQLServerMessage) in
            let type = try f.arguments(1...1)[0].type
            return try f.unary(text(type), f.textType(type)) { value throws(SQLServerMessage) in .string(value.text.uppercased()) }
        },
        "LOWER": { f throws(SQLServerMessage) in
            let type = try f.arguments(1...1)[0].type
            return try f.unary(text(type), f.textType(type)) { value throws(SQLServerMessage) in .string(value.text.lowercased()) }
        },
        "CHARINDEX": { f throws(SQLServerMessage) in
            try f.values(2...3, [.nvarchar(.max), .nvarchar(.max), .bigint], .int) { v throws(SQLServerMessage) in
                .int(Int64(position(of: v[0].text, in: v[1].text, from: v.count > 2 ? v[2].integer : 1)))
            }
        },
        "PATINDEX": { f throws(SQLServerMessage) in
            try f.values(2...2, [.nvarchar(.max), .nvarchar(.max)], .int) { v throws(SQLServerMessage) in
                .int(Int64(patternIndex(v[0].text, v[1].text)))
            }
        },
        "REVERSE": { f throws(SQLServerMessage) in
            let type = try f.arguments(1...1)[0].type
            return try f.unary(text(type), f.textType(type)) { value throws(SQLServerMessage) in .string(String(value.text.reversed())) }
        },
    ]

    /// The string type in which a function takes its argument.
    static func text(_ type: TDSType) -> TDSType { type.isUnicode ? .nvarchar(.max) : .varchar(.max) }

    static func invalidLength(_ function: String) -> SQLServerMessage {
        SQLServerMessage(537, state: 2, "Invalid length parameter passed to the \(function.uppercased()) function.")
    }

    private static func dataLength(_ f: FunctionBinder) throws(SQLServerMessage) -> Compiled {
        let argument = try f.arguments(1...1)[0]
        let type = argument.type
        return Compiled(type.isString && type.length == nil ? .bigint : .int) { row throws(SQLServerMessage) in
            switch try argument.evaluate(row) {
            case .null: .null
            case .string(let text): .int(Int64(type.isUnicode ? text.utf16.count * 2 : text.utf16.count))
            case .binary(let bytes): .int(Int64(bytes.count))
            default: .int(Int64(fixedSize(type)))
            }
        }
    }

    private static func fixedSize(_ type: TDSType) -> Int {
        switch type {
        case .bit, .tinyint: 1
        case .smallint: 2
        case .int, .real, .smallmoney, .smalldatetime: 4
        case .bigint, .float, .money, .datetime: 8
        case .date: 3
        case .uniqueidentifier: 16
        case .decimal(let precision, _): precision <= 9 ? 5 : precision <= 19 ? 9 : precision <= 28 ? 13 : 17
        case .time(let scale): scale <= 2 ? 3 : scale <= 4 ? 4 : 5
        case .datetime2(let scale): scale <= 2 ? 6 : scale <= 4 ? 7 : 8
        case .datetimeoffset(let scale): scale <= 2 ? 8 : scale <= 4 ? 9 : 10
        default: 8
        }
    }

    private static func binarySubstring(_ f: FunctionBinder, _ type: TDSType) throws(SQLServerMessage) -> Compiled {
        try f.values(3...3, [.varbinary(.max), .bigint, .bigint], type) { v throws(SQLServerMessage) in
            guard case .binary(let bytes) = v[0], v[2].integer >= 0 else { throw invalidLength("substring") }
            let (start, end) = bounds(start: v[1].integer, length: v[2].integer, count: bytes.count)
            return .binary(Array(bytes[start..<end]))
        }
    }

    /// The slice of `count` units that a 1-based start and a length mean; what lies outside is cut.
    private static func bounds(start: Int, length: Int, count: Int) -> (Int, Int) {
        let clampedStart = min(max(start, -1_000_000_000_000), 1_000_000_000_000)
        let clampedLength = min(length, 1_000_000_000_000)
        let first = min(max(clampedStart - 1, 0), count)
        return (first, min(max(clampedStart - 1 + clampedLength, first), count))
    }

    static func substring(_ text: String, start: Int, length: Int) -> String {
        if text.utf8.count == text.utf16.count {
            let (first, end) = bounds(start: start, length: length, count: text.utf8.count)
            if first == 0, end == text.utf8.count { return text }
            var copy = text
            return copy.withUTF8 { String(decoding: $0[first..<end], as: UTF8.self) }
        }
        let units = Array(text.utf16)
        let (first, end) = bounds(start: start, length: length, count: units.count)
        return String(decoding: units[first..<end], as: UTF16.self)
    }

    static func replace(_ text: String, _ old: String, _ new: String) throws(SQLServerMessage) -> String {
        guard !old.isEmpty else { return text }
        let source = Array(text.unicodeScalars)
        let folded = Array(text.lowercased().unicodeScalars)
        let pattern = Array(old.lowercased().unicodeScalars)
        guard folded.count == source.count, pattern.count <= source.count else { return text }
        var result = String.UnicodeScalarView()
        var index = 0
        while index < source.count {
            if index + pattern.count <= source.count, folded[index] == pattern[0], Array(folded[index..<index + pattern.count]) == pattern {
                result.append(contentsOf: new.unicodeScalars)
                index += pattern.count
                guard result.count <= SimulatedSession.valueSizeBytesMax else { throw .outOfMemory }
            } else {
                result.append(source[index])
                index += 1
            }
        }
        return String(result)
    }

    static func position(of needle: String, in text: String, from start: Int) -> Int {
        if needle.isEmpty { return 0 }
        if needle.utf8.count == needle.utf16.count {
            if needle.utf8.count == 1, let place = position(ofSign: needle.utf8.first, in: text, from: start) { return place }
            switch ASCIISearch.position(of: Array(needle.lowercased().utf8), in: text, from: max(start, 1) - 1, ignoringCapitals: true) {
            case .at(let index): return index + 1
            case .nowhere: return 0
            case .notPlain: break
            }
        }
        let haystack = Array(text.lowercased().utf16)
        let pattern = Array(needle.lowercased().utf16)
        var index = max(start, 1) - 1
        while index + pattern.count <= haystack.count {
            if haystack[index] == pattern[0], haystack[index..<index + pattern.count].elementsEqual(pattern) { return index + 1 }
            index += 1
        }
        return 0
    }

    /// Where a sign stands that has no capital form, from 1 on; nil where that takes more than a look at the bytes.
    private static func position(ofSign sign: UInt8?, in text: String, from start: Int) -> Int? {
        guard let sign, ASCIISearch.lowercased(sign) == sign, !(97...122).contains(sign), text.utf8.count == text.utf16.count else {
            return nil
        }
        var copy = text
        return copy.withUTF8 { bytes in
            let first = max(start, 1) - 1
            return first < bytes.count ? bytes[first...].firstIndex(of: sign).map { $0 + 1 } ?? 0 : 0
        }
    }

    private static func patternIndex(_ pattern: String, _ text: String) -> Int {
        guard pattern.hasPrefix("%") else { return LikePattern(pattern, escape: nil, isCaseSensitive: false).matches(text) ? 1 : 0 }
        let rest = LikePattern(String(pattern.dropFirst()), escape: nil, isCaseSensitive: false)
        var tail = Substring(text)
        var position = 1
        while true {
            if rest.matches(String(tail)) { return position }
            if tail.isEmpty { return 0 }
            position += tail.removeFirst().utf16.count
        }
    }
}
