import TDS

/// Literals as T-SQL types them.
enum Literals {
    static func expression(_ token: Token) throws(SQLServerMessage) -> Expression {
        switch token.kind {
        case .string(let isUnicode): return .literal(.string(token.text), stringType(token.text, isUnicode: isUnicode))
        case .integer: return try number(token)
        case .decimal: return try decimal(token)
        case .float: return .literal(.float(Double(token.text) ?? 0), .float)
        case .money: return try money(token)
        case .binary: return .literal(.binary(bytes(token.text)), .varbinary(.bounded(max(1, (token.text.utf8.count - 1) / 2))))
        default: throw SQLServerMessage(102, severity: 15, line: token.line, "Incorrect syntax near '\(token.text)'.")
        }
    }

    private static func stringType(_ text: String, isUnicode: Bool) -> TDSType {
        let isWide = isUnicode
        let length = text.utf16.count
        if isWide { return .nvarchar(length > 4000 ? .max : .bounded(max(1, length))) }
        return .varchar(length > 8000 ? .max : .bounded(max(1, length)))
    }

    /// int when it fits, else numeric: 2147483648 is numeric(10,0), not bigint.
    private static func number(_ token: Token) throws(SQLServerMessage) -> Expression {
        if let value = Int32(token.text) { return .literal(.int(Int64(value)), .int) }
        return try decimal(token)
    }

    private static func decimal(_ token: Token) throws(SQLServerMessage) -> Expression {
        let written = token.text.hasSuffix(".") ? String(token.text.dropLast()) : token.text
        guard let value = TDSDecimal(text: written) else {
            throw SQLServerMessage(
                1007, severity: 15, line: token.line,
                "The number '\(token.text.prefix(128))' is out of the range for numeric representation (maximum precision 38).")
        }
        let digits = value.magnitude == 0 ? 1 : String(value.magnitude).count
        return .literal(.decimal(value), .decimal(precision: min(38, max(digits, value.scale, 1)), scale: value.scale))
    }

    private static func money(_ token: Token) throws(SQLServerMessage) -> Expression {
        let digits = token.text.dropFirst().filter { $0 != "," }
        guard let value = TDSDecimal(text: digits.isEmpty ? "0" : String(digits))?.rescaled(to: 4),
            let units = Int64(exactly: value.magnitude)
        else {
            throw SQLServerMessage(
                293, severity: 16, line: token.line, "Cannot convert char value to money. The char value has incorrect syntax.")
        }
        return .literal(.money(units), .money)
    }

    /// `0x0AFF`; an odd number of digits gets a leading zero.
    static func bytes(_ text: String) -> [UInt8] {
        var digits = text.utf8.dropFirst(2).compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        if digits.count % 2 == 1 { digits.insert(0, at: 0) }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
