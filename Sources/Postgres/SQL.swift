import Primitives

/// SQL text with its bound values. Interpolation binds: `"… WHERE id = \(id)"` becomes `$1` and one typed value.
///
/// Text that must stand in the statement itself has a name of its own, so that it is seen in review: `\(unsafeRaw: quotedName)`.
package struct SQL: ExpressibleByStringInterpolation, Sendable {
    package private(set) var text = ""
    package private(set) var parameters: [SQLParameter] = []

    package init(stringLiteral value: String) { text = value }
    package init(stringInterpolation: Interpolation) { self = stringInterpolation.sql }
    /// A statement made elsewhere, such as a migration's file. It binds nothing.
    package init(unsafeRaw text: String) { self.text = text }

    /// Two pieces in sequence; the second one's parameters are numbered on.
    package static func + (left: SQL, right: SQL) -> SQL {
        var sum = left
        sum.append(right)
        return sum
    }

    private mutating func append(_ other: SQL) {
        if parameters.isEmpty || other.parameters.isEmpty {
            text += other.text
        } else {
            text += Self.renumbered(other.text, by: parameters.count)
        }
        parameters += other.parameters
    }

    private static func renumbered(_ text: String, by offset: Int) -> String {
        var result: [UInt8] = []
        var digits: Int?
        for byte in text.utf8 {
            if byte == UInt8(ascii: "$"), digits == nil {
                digits = 0
                result.append(byte)
            } else if let number = digits, (0x30...0x39).contains(byte) {
                digits = number * 10 + Int(byte - 0x30)
            } else {
                if let number = digits, number > 0 { result.append(contentsOf: String(number + offset).utf8) }
                digits = nil
                result.append(byte)
            }
        }
        if let number = digits, number > 0 { result.append(contentsOf: String(number + offset).utf8) }
        return String(decoding: result, as: UTF8.self)
    }

    /// Collects the text and binds the values.
    package struct Interpolation: StringInterpolationProtocol {
        fileprivate var sql = SQL(stringLiteral: "")
        package init(literalCapacity: Int, interpolationCount: Int) { sql.text.reserveCapacity(literalCapacity + interpolationCount * 3) }
        package mutating func appendLiteral(_ literal: String) { sql.text += literal }

        package mutating func appendInterpolation(_ value: some PostgresEncodable) { bind(value.postgresParameter) }
        package mutating func appendInterpolation<Value: PostgresEncodable>(_ value: Value?) {
            bind(value?.postgresParameter ?? SQLParameter(oid: Value.postgresOID, bytes: nil))
        }
        package mutating func appendInterpolation<Value: RawRepresentable>(_ value: Value) where Value.RawValue: PostgresEncodable {
            bind(value.rawValue.postgresParameter)
        }
        package mutating func appendInterpolation<Value: RawRepresentable>(_ value: Value?) where Value.RawValue: PostgresEncodable {
            appendInterpolation(value?.rawValue)
        }
        /// A piece of SQL with its own parameters.
        package mutating func appendInterpolation(_ piece: SQL) { sql.append(piece) }
        /// Text that is part of the statement. Only for names from our own code, quoted by `SQL.identifier`.
        package mutating func appendInterpolation(unsafeRaw text: String) { sql.text += text }

        private mutating func bind(_ parameter: SQLParameter) {
            sql.parameters.append(parameter)
            sql.text += "$\(sql.parameters.count)"
        }
    }

    /// `name` in double quotes, safe to stand in a statement.
    package static func identifier(_ name: String) -> String { "\"" + name.escaping("\"", with: "\"\"") + "\"" }

    /// `value` as a string literal, for the utility statements that take no parameters (CREATE ROLE ... PASSWORD).
    package static func literal(_ value: String) -> String {
        let quoted = "'" + value.escaping("'", with: "''").escaping("\\", with: "\\\\") + "'"
        return value.contains("\\") ? "E" + quoted : quoted
    }
}

/// One bound value: its type's OID and its binary form; no bytes is NULL.
package struct SQLParameter: Sendable {
    package var oid: UInt32
    package var bytes: [UInt8]?
    package init(oid: UInt32, bytes: [UInt8]?) {
        self.oid = oid
        self.bytes = bytes
    }
}
