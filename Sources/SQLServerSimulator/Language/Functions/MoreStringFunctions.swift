import Foundation
import TDS

extension Functions {
    static let moreStrings: [String: Bind] = [
        "CONCAT": { f throws(SQLServerMessage) in try concat(f, separator: nil) },
        "CONCAT_WS": { f throws(SQLServerMessage) in
            let separator = try f.arguments(3...254)[0].converted(to: .nvarchar(.max))
            return try concat(f, separator: separator)
        },
        "STUFF": { f throws(SQLServerMessage) in
            let type = try f.arguments(4...4)[0].type
            return try f.values(
                4...4, [text(type), .int, .int, .nvarchar(.max)], f.textType(type, length: type.length.map { _ in 8000 }), strict: 3
            ) {
                v throws(SQLServerMessage) in
                let units = Array(v[0].text.utf16)
                let start = v[1].integer
                guard start >= 1, start <= units.count, v[2].integer >= 0 else { return .null }
                let end = min(units.count, start - 1 + v[2].integer)
                return .string(
                    String(decoding: units[..<(start - 1)], as: UTF16.self) + v[3].text + String(decoding: units[end...], as: UTF16.self))
            }
        },
        "REPLICATE": { f throws(SQLServerMessage) in
            let type = try f.arguments(2...2)[0].type
            return try f.values(2...2, [text(type), .int], f.textType(type, length: type.length.map { _ in 8000 })) {
                v throws(SQLServerMessage) in
                guard v[1].integer >= 0 else { return .null }
                let size = v[0].text.utf8.count
                guard size * min(v[1].integer, 1_000_000_000) <= SimulatedSession.valueSizeBytesMax else { throw .outOfMemory }
                let repeated = String(repeating: v[0].text, count: v[1].integer)
                return .string(type.length == nil && type.isString ? repeated : Conversion.prefix(repeated, type.isUnicode ? 4000 : 8000))
            }
        },
        "SPACE": { f throws(SQLServerMessage) in
            try f.unary(.int, .varchar(8000)) { value throws(SQLServerMessage) in
                value.integer < 0 ? .null : .string(String(repeating: " ", count: min(value.integer, 8000)))
            }
        },
        "ASCII": { f throws(SQLServerMessage) in
            try f.unary(.nvarchar(.max), .int) { value throws(SQLServerMessage) in
                value.text.unicodeScalars.first.map { .int(Int64($0.value < 256 ? $0.value : 63)) } ?? .null
            }
        },
        "UNICODE": { f throws(SQLServerMessage) in
            try f.unary(.nvarchar(.max), .int) { value throws(SQLServerMessage) in value.text.utf16.first.map { .int(Int64($0)) } ?? .null }
        },
        "CHAR": { f throws(SQLServerMessage) in
            try f.unary(.int, .char(1)) { value throws(SQLServerMessage) in
                (0...255).contains(value.integer) ? .string(String(UnicodeScalar(UInt8(value.integer)))) : .null
            }
        },
        "NCHAR": { f throws(SQLServerMessage) in
            try f.unary(.int, .nvarchar(2)) { value throws(SQLServerMessage) in
                guard value.integer >= 0, let scalar = UnicodeScalar(UInt32(min(value.integer, Int(UInt32.max)))) else { return .null }
                return .string(String(scalar))
            }
        },
        "QUOTENAME": { f throws(SQLServerMessage) in
            try f.values(1...2, [.nvarchar(128), .nvarchar(1)], .nvarchar(258)) { v throws(SQLServerMessage) in
                let mark = v.count > 1 ? v[1].text : "["
                let pairs = [
                    "[": ("[", "]"), "]": ("[", "]"), "'": ("'", "'"), "\"": ("\"", "\""), "(": ("(", ")"), "<": ("<", ">"),
                    "{": ("{", "}"),
                ]
                guard let (open, close) = pairs[mark] else { return .null }
                return .string(open + (try replace(v[0].text, close, close + close)) + close)
            }
        },
        "STR": { f throws(SQLServerMessage) in
            try f.values(1...3, [.float, .int, .int], .varchar(8000)) { v throws(SQLServerMessage) in
                let width = min(8000, v.count > 1 ? v[1].integer : 10)
                let decimals = min(16, max(0, v.count > 2 ? v[2].integer : 0))
                let shown = String(format: "%.\(decimals)f", v[0].number)
                if width < 1 { return .null }
                return .string(
                    shown.count > width ? String(repeating: "*", count: width) : String(repeating: " ", count: width - shown.count) + shown)
            }
        },
        "PARSENAME": { f throws(SQLServerMessage) in
            try f.values(2...2, [.nvarchar(4000), .int], .nvarchar(128)) { v throws(SQLServerMessage) in
                let parts = v[0].text.split(separator: ".", omittingEmptySubsequences: false)
                let index = parts.count - v[1].integer
                guard (1...4).contains(v[1].integer), parts.indices.contains(index), parts.count <= 4 else { return .null }
                return .string(parts[index].trimmingCharacters(in: CharacterSet(charactersIn: "[]\"")))
            }
        },
        "FORMAT": { f throws(SQLServerMessage) in
            let source = try f.arguments(2...3)[0].type
            return try f.values(2...3, [], .nvarchar(4000), strict: 2) { v throws(SQLServerMessage) in
                .string(try format(v[0], source, v[1].text))
            }
        },
    ]

    private static func concat(_ f: FunctionBinder, separator: Compiled?) throws(SQLServerMessage) -> Compiled {
        let bound = try f.arguments(2...254)
        let values = separator == nil ? bound : Array(bound.dropFirst())
        var type = values[0].type
        var texts: [Compiled] = []
        for value in values {
            type = TDSType.concatenated(type, value.type)
            texts.append(
                try value.converted(to: value.type.isUnicode || value.type == .uniqueidentifier ? .nvarchar(.max) : .varchar(.max)))
        }
        if !values[0].type.isString { type = TDSType.concatenated(.varchar(1), type) }
        let limit = type.length
        let parts = texts
        return Compiled(type, isNullable: false) { row throws(SQLServerMessage) in
            var pieces: [String] = []
            for part in parts {
                let value = try part.evaluate(row)
                if value != .null { pieces.append(value.text) }
            }
            let text = pieces.joined(separator: try separator?.evaluate(row).text ?? "")
            guard text.utf8.count <= SimulatedSession.valueSizeBytesMax else { throw .outOfMemory }
            return .string(limit.map { Conversion.prefix(text, $0) } ?? text)
        }
    }

    /// The .NET formats that scripts use: `N0`, `N2`, `0.00`, `#,##0.##`, `yyyy-MM-dd HH:mm:ss`.
    private static func format(_ value: TDSValue, _ type: TDSType, _ pattern: String) throws(SQLServerMessage) -> String {
        if case .dateTime(let moment) = value { return dateFormat(moment, pattern) }
        if case .date(let day) = value { return dateFormat(TDSDateTime(date: day, time: TDSTime(ticks: 0)), pattern) }
        guard type.isNumeric else { throw .invalidArgument(type, 1, of: "format") }
        let upper = pattern.uppercased()
        if let kind = upper.first, upper.count <= 3, "NFPDC".contains(kind), upper.dropFirst().allSatisfy(\.isNumber) {
            let digits = Int(upper.dropFirst()) ?? 2
            let number = kind == "P" ? value.number * 100 : value.number
            let text = String(format: "%.\(min(digits, 20))f", number)
            return kind == "N" || kind == "C" || kind == "P" ? TextConversion.grouped(text) + (kind == "P" ? " %" : "") : text
        }
        let decimals = pattern.split(separator: ".", maxSplits: 1).dropFirst().first?.filter { $0 == "0" || $0 == "#" }.count ?? 0
        let text = String(format: "%.\(min(decimals, 20))f", value.number)
        return pattern.contains(",") ? TextConversion.grouped(text) : text
    }

    private static func dateFormat(_ moment: TDSDateTime, _ pattern: String) -> String {
        let (year, month, day) = moment.date.components
        let (hour, minute, second, fraction) = moment.time.components
        let parts: [(String, String)] = [
            ("yyyy", DateText.padded(year, 4)), ("MM", DateText.padded(month, 2)), ("dd", DateText.padded(day, 2)),
            ("HH", DateText.padded(hour, 2)),
            ("mm", DateText.padded(minute, 2)), ("ss", DateText.padded(second, 2)), ("fff", DateText.padded(Int(fraction / 10_000), 3)),
        ]
        return parts.reduce(pattern) { text, part in text.replacingOccurrences(of: part.0, with: part.1) }
    }
}
