import Foundation
import TDS

/// CAST and CONVERT between types, with SQL Server's errors.
enum Conversion {
    /// `value` of type `from` as a value of type `to`. `style` is CONVERT's third argument.
    static func convert(_ value: TDSValue, from: TDSType, to: TDSType, style: Int = 0) throws(SQLServerMessage) -> TDSValue {
        if value.isNull { return .null }
        if case .variant(let innerType, let inner) = value {
            return to == .sqlVariant ? value : try convert(inner, from: innerType, to: to, style: style)
        }
        if from == to, to != .sqlVariant { return value }
        switch to {
        case .bit: return try bit(value, from: from)
        case .tinyint, .smallint, .int, .bigint: return .int(try integer(value, from: from, to: to))
        case .real: return .real(Float(try double(value, from: from, to: to)))
        case .float: return .float(try double(value, from: from, to: to))
        case .decimal(let precision, let scale): return try decimal(value, from: from, precision: precision, scale: scale)
        case .smallmoney, .money: return try money(value, from: from, to: to)
        case .date, .time, .datetime, .smalldatetime, .datetime2, .datetimeoffset:
            return try DateConversion.convert(value, from: from, to: to, style: style)
        case .char, .varchar, .nchar, .nvarchar, .text, .ntext: return try string(value, from: from, to: to, style: style)
        case .binary, .varbinary, .image: return try binary(value, from: from, to: to, style: style)
        case .uniqueidentifier: return try guid(value, from: from)
        case .xml: return try xml(value, from: from)
        case .sqlVariant: return .variant(from, value)
        }
    }

    // MARK: Numbers

    private static func bit(_ value: TDSValue, from: TDSType) throws(SQLServerMessage) -> TDSValue {
        switch value {
        case .bit: return value
        case .string(let text):
            switch text.trimmed.lowercased() {
            case "true": return .bit(true)
            case "false": return .bit(false)
            default:
                guard let number = Int64(text.trimmed) else { throw .conversionFailed(text, from: from, to: .bit) }
                return .bit(number != 0)
            }
        case .binary(let bytes): return .bit(bytes.contains { $0 != 0 })
        default: return .bit(try double(value, from: from, to: .bit) != 0)
        }
    }

    private static func integer(_ value: TDSValue, from: TDSType, to: TDSType) throws(SQLServerMessage) -> Int64 {
        let range = to.integerRange ?? Int64.min...Int64.max
        let number: Int64
        switch value {
        case .int(let whole): number = whole
        case .bit(let flag): number = flag ? 1 : 0
        case .decimal(let exact):
            let whole = exact.truncated
            guard let small = Int64(exactly: whole.magnitude) ?? (whole.magnitude == 1 << 63 && whole.isNegative ? Int64.min : nil) else {
                throw .overflow(from: from, to: to)
            }
            number = exact.isNegative && small != .min ? -small : small
        case .money(let units): number = Int64((Double(units) / 10_000).rounded())
        case .real, .float:
            guard let whole = Int64(exactly: try double(value, from: from, to: to).rounded(.towardZero)) else { throw .overflow(to: to) }
            number = whole
        case .string(let text): return try integer(text, from: from, to: to, range: range)
        case .binary(let bytes):
            let size = to == .tinyint ? 1 : to == .smallint ? 2 : to == .int ? 4 : 8
            return signed(bytes.suffix(size).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }, size: size)
        case .dateTime(let moment) where from.isOldDatetime:
            number = Int64((Double(moment.ticks - DateConversion.datetimeZero) / Double(TDSTime.ticksPerDay)).rounded())
        default: throw .notAllowed(from: from, to: to)
        }
        guard range.contains(number) else {
            throw from.isInteger && to != .bigint ? .overflow(to: to) : .overflow(from: from, to: to)
        }
        return number
    }

    private static func signed(_ bits: UInt64, size: Int) -> Int64 {
        switch size {
        case 1: Int64(bits)
        case 2: Int64(Int16(truncatingIfNeeded: bits))
        case 4: Int64(Int32(truncatingIfNeeded: bits))
        default: Int64(bitPattern: bits)
        }
    }

    private static func integer(_ text: String, from: TDSType, to: TDSType, range: ClosedRange<Int64>) throws(SQLServerMessage) -> Int64 {
        let trimmed = text.trimmed
        if trimmed.isEmpty { return 0 }
        if let number = Int64(trimmed), range.contains(number) { return number }
        let digits = trimmed.drop { $0 == "-" || $0 == "+" }
        guard !digits.isEmpty, digits.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) else {
            if to == .bigint { throw .conversionError(from: from, to: to) }
            throw .conversionFailed(text, from: from, to: to)
        }
        if to == .bigint { throw .overflow(to: to) }
        throw SQLServerMessage(
            to == .int ? 248 : 244,
            "The conversion of the \(from.baseName) value '\(text)' overflowed an \(to == .int ? "int" : to.baseName) column.")
    }

    static func double(_ value: TDSValue, from: TDSType, to: TDSType) throws(SQLServerMessage) -> Double {
        switch value {
        case .int(let whole): return Double(whole)
        case .bit(let flag): return flag ? 1 : 0
        case .real(let number): return Double(number)
        case .float(let number): return number
        case .decimal(let number): return number.double
        case .money(let units): return Double(units) / 10_000
        case .string(let text):
            let trimmed = text.trimmed
            if trimmed.isEmpty { return 0 }
            guard let number = Double(trimmed), number.isFinite, !trimmed.lowercased().hasPrefix("0x") else {
                throw .conversionError(from: from, to: to)
            }
            return number
        case .dateTime(let moment) where from.isOldDatetime:
            return Double(moment.ticks - DateConversion.datetimeZero) / Double(TDSTime.ticksPerDay)
        case .variant(let type, let inner): return try double(inner, from: type, to: to)
        default: throw .notAllowed(from: from, to: to)
        }
    }

    private static func decimal(_ value: TDSValue, from: TDSType, precision: Int, scale: Int) throws(SQLServerMessage) -> TDSValue {
        let to = TDSType.decimal(precision: precision, scale: scale)
        let exact: TDSDecimal
        switch value {
        case .int(let whole): exact = TDSDecimal(whole)
        case .bit(let flag): exact = TDSDecimal(flag ? 1 : 0)
        case .decimal(let number): exact = number
        case .money(let units): exact = TDSDecimal(units, scale: 4)
        case .real, .float:
            guard let number = TDSDecimal(rounding: try double(value, from: from, to: to), scale: scale) else {
                throw .overflow(from: from, to: to)
            }
            exact = number
        case .string(let text):
            let trimmed = text.trimmed
            guard let number = TDSDecimal(text: trimmed.hasSuffix(".") ? String(trimmed.dropLast()) : trimmed) else {
                throw .conversionError(from: from, to: to)
            }
            exact = number
        case .dateTime where from.isOldDatetime:
            guard let number = TDSDecimal(rounding: try double(value, from: from, to: to), scale: scale) else {
                throw .overflow(from: from, to: to)
            }
            exact = number
        default: throw .notAllowed(from: from, to: to)
        }
        guard let fitted = exact.rescaled(to: scale), fitted.fits(precision: precision) else {
            throw from == .float || from == .real || from.isString || from.isDecimal
                ? .overflow(from: from, to: to) : .overflow(from: from, to: to)
        }
        return .decimal(fitted)
    }

    private static func money(_ value: TDSValue, from: TDSType, to: TDSType) throws(SQLServerMessage) -> TDSValue {
        var source = value
        if case .string(let text) = value {
            let digits = text.trimmed.filter { $0 != "," && $0 != "$" }
            guard TDSDecimal(text: digits.isEmpty ? "0" : digits) != nil else {
                throw SQLServerMessage(235, "Cannot convert a char value to money. The char value has incorrect syntax.")
            }
            source = .string(digits.isEmpty ? "0" : digits)
        }
        guard case .decimal(let exact) = try decimal(source, from: from, precision: 19, scale: 4),
            let units = Int64(exactly: exact.magnitude)
        else {
            throw .overflow(from: from, to: to)
        }
        guard to == .money || units <= Int64(Int32.max) else { throw .overflow(from: from, to: to) }
        return .money(exact.isNegative ? -units : units)
    }

    // MARK: Text, bytes, identifiers

    private static func string(_ value: TDSValue, from: TDSType, to: TDSType, style: Int) throws(SQLServerMessage) -> TDSValue {
        let text = try TextConversion.text(value, from: from, style: style, isUnicode: to.isUnicode)
        guard let length = to.length else { return .string(text) }
        let count = text.utf16.count
        if count > length {
            if from.isInteger { return to.isUnicode ? try { () throws(SQLServerMessage) in throw .overflow(to: to) }() : .string("*") }
            if from.isNumeric { throw .overflow(from: from, to: to) }
            if from == .uniqueidentifier {
                throw SQLServerMessage(8170, state: 2, "Insufficient result space to convert uniqueidentifier value to char.")
            }
            return .string(prefix(text, length))
        }
        switch to {
        case .char, .nchar: return .string(text + String(repeating: " ", count: length - count))
        default: return .string(text)
        }
    }

    /// The first `length` UTF-16 units, cut before a character that would be split.
    static func prefix(_ text: String, _ length: Int) -> String {
        if text.utf16.count <= length { return text }
        if text.utf8.count == text.utf16.count { return String(decoding: text.utf8.prefix(length), as: UTF8.self) }
        var taken = ""
        var units = 0
        for scalar in text.unicodeScalars {
            units += scalar.value > 0xFFFF ? 2 : 1
            if units > length { break }
            taken.unicodeScalars.append(scalar)
        }
        return taken
    }

    private static func binary(_ value: TDSValue, from: TDSType, to: TDSType, style: Int) throws(SQLServerMessage) -> TDSValue {
        var bytes: [UInt8]
        var fillsLeft = false
        switch value {
        case .binary(let source): bytes = source
        case .string(let text):
            if style == 1 || style == 2 {
                bytes = try hexBytes(text, hasPrefix: style == 1, from: from, to: to)
            } else if from.isUnicode {
                bytes = text.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
            } else {
                bytes = text.unicodeScalars.map { $0.value < 256 ? UInt8($0.value) : UInt8(ascii: "?") }
            }
        case .int(let whole):
            let size = from == .tinyint ? 1 : from == .smallint ? 2 : from == .int ? 4 : 8
            bytes = (0..<size).reversed().map { UInt8(truncatingIfNeeded: whole >> ($0 * 8)) }
            fillsLeft = true
        case .bit(let flag):
            bytes = [flag ? 1 : 0]
            fillsLeft = true
        case .guid(let id): bytes = guidBytes(id)
        default: throw .notAllowed(from: from, to: to)
        }
        if let length = to.length {
            if bytes.count > length { bytes = Array(fillsLeft ? bytes.suffix(length) : bytes.prefix(length)) }
            if case .binary = to, bytes.count < length {
                let padding = [UInt8](repeating: 0, count: length - bytes.count)
                bytes = fillsLeft ? padding + bytes : bytes + padding
            }
        }
        return .binary(bytes)
    }

    private static func hexBytes(_ text: String, hasPrefix: Bool, from: TDSType, to: TDSType) throws(SQLServerMessage) -> [UInt8] {
        let digits = hasPrefix ? text.dropFirst(2) : Substring(text)
        guard !hasPrefix || text.lowercased().hasPrefix("0x"), digits.utf8.count % 2 == 0, digits.allSatisfy(\.isHexDigit) else {
            throw .conversionError(from: from, to: to)
        }
        return Literals.bytes("0x" + digits)
    }

    /// SQL Server keeps the first three groups of a uniqueidentifier little-endian.
    static func guidBytes(_ id: UUID) -> [UInt8] {
        let bytes = withUnsafeBytes(of: id.uuid) { Array($0) }
        return [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15].map { bytes[$0] }
    }

    private static func guid(_ value: TDSValue, from: TDSType) throws(SQLServerMessage) -> TDSValue {
        switch value {
        case .guid: return value
        case .string(let text):
            var digits = text.trimmed
            if digits.hasPrefix("{"), digits.hasSuffix("}") { digits = String(digits.dropFirst().dropLast()) }
            guard let id = UUID(uuidString: String(digits.prefix(36))) else { throw .guidConversionFailed }
            return .guid(id)
        case .binary(let source):
            let bytes = (source + [UInt8](repeating: 0, count: max(0, 16 - source.count)))
            let ordered = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15].map { bytes[$0] }
            return .guid(ordered.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) })
        default: throw .notAllowed(from: from, to: .uniqueidentifier)
        }
    }

    private static func xml(_ value: TDSValue, from: TDSType) throws(SQLServerMessage) -> TDSValue {
        switch value {
        case .string: return value
        case .binary(let bytes): return .string(String(decoding: bytes, as: UTF8.self))
        default: throw .notAllowed(from: from, to: .xml)
        }
    }
}
