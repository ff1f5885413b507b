package import Foundation
package import Primitives

/// A Swift value that a column's binary form can be read into.
package protocol PostgresDecodable {
    /// Throws `PostgresError` when the column's type is another one.
    static func decodePostgres(_ cell: PostgresCell) throws(PostgresError) -> Self
}

/// One value of a result. It points into the result, so it must not outlive the call that it is handed to.
package struct PostgresCell {
    /// The column's type.
    package let oid: UInt32
    /// Nil is NULL.
    package let bytes: UnsafeRawBufferPointer?
    /// The column's position in the result, from 0; a number, since naming it would cost a retain for each of a million values.
    let column: Int

    func value() throws(PostgresError) -> UnsafeRawBufferPointer {
        guard let bytes else { throw PostgresError(clientMessage: "column \(column + 1) is NULL") }
        return bytes
    }
    func integer<Value: FixedWidthInteger>(_ type: Value.Type) throws(PostgresError) -> Value {
        let bytes = try value()
        guard bytes.count == MemoryLayout<Value>.size else { throw mismatch() }
        return Value(bigEndian: bytes.loadUnaligned(as: Value.self))
    }
    func mismatch() -> PostgresError { PostgresError(clientMessage: "column \(column + 1) has type \(oid), which is not what was asked for") }
    func text() throws(PostgresError) -> String { String(decoding: try value(), as: UTF8.self) }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    package static func decodePostgres(_ cell: PostgresCell) throws(PostgresError) -> Self {
        cell.bytes == nil ? nil : try Wrapped.decodePostgres(cell)
    }
}

extension Int64: PostgresDecodable {
    package static func decodePostgres(_ cell: PostgresCell) throws(PostgresError) -> Int64 {
        switch cell.oid {
        case 20: return try cell.integer(Int64.self)
        case 23: return Int64(try cell.integer(Int32.self))
        case 21: return Int64(try cell.integer(Int16.self))
        case 26: return Int64(try cell.integer(UInt32.self))
        case 1700:
            guard let value = Int64(exactly: try Double.decodePostgres(cell)) else { throw cell.mismatch() }
            return value
        default: throw cell.mismatch()
        }
    }
}
extension Int: PostgresDecodable {
    package static func decodePostgres(_ cell: PostgresCell) throws(PostgresError) -> Int { Int(try Int64.decodePostgres(cell)) }
}
extension Int32: PostgresDecodable {
    package static func decodePostgres(_ cell: PostgresCell) throws(PostgresError) -> Int32 {
        guard let value = Int32(exactly: try Int64.decodePostgres(cell)) else { throw cell.mismatch() }
        return value
    }
}
extension Int16: PostgresDecodable {
    package static func decodePostgres(_ cell: PostgresCell) throws(PostgresError) -> Int16 {
        guard let value = Int16(exactly: try Int64.decodePostgres(cell)) else { throw cell.mismatch() }
        return value
    }
}
extension Double: PostgresDecodable {
    package static func decodePostgres(_ cell: PostgresCell) throws(PostgresError) -> Double {
        switch cell.oid {
        case 701: Double(bitPattern: try cell.integer(UInt64.self))
        case 700: Double(Float(bitPattern: try cell.integer(UInt32.self)))
        case 1700: try numeric(try cell.value(), cell)
        default: Double(try Int64.decodePostgres(cell))
        }
    }

    /// The layout of `numeric_send`: digit count, weight, sign, scale, then base-10000 digits.
    private static func numeric(_ bytes: UnsafeRawBufferPointer, _ cell: PostgresCell) throws(PostgresError) -> Double {
        guard bytes.count >= 8 else { throw cell.mismatch() }
        func word(_ index: Int) -> Int16 { Int16(bigEndian: bytes.loadUnaligned(fromByteOffset: index * 2, as: Int16.self)) }
        let count = Int(word(0))
        let sign = UInt16(bitPattern: word(2))
        switch sign {
        case 0xC000: return .nan
        case 0xD000: return .infinity
        case 0xF000: return -.infinity
        default: break
        }
        guard bytes.count == 8 + count * 2 else { throw cell.mismatch() }
        // By way of its decimal text, so that the nearest double comes out.
        var text = sign == 0x4000 ? "-" : ""
        for index in 0..<count {
            let digit = String(word(4 + index))
            text += String(repeating: "0", count: 4 - digit.count) + digit
        }
        text += count == 0 ? "0" : "e\((Int(word(1)) - count + 1) * 4)"
        guard let value = Double(text) else { throw cell.mismatch() }
        return value
    }
}
extension Bool: PostgresDecodable {
    package static func decodePostgres(_ cell: PostgresCell) throws(PostgresError) -> Bool {
        guard cell.oid == 16 else { throw cell.mismatch() }
        return try cell.integer(UInt8.self) != 0
    }
}
extension String: PostgresDecodable {
    package static func decodePostgres(_ cell: PostgresCell) throws(PostgresError) -> String {
        switch cell.oid {
        case 25, 1043, 1042, 19, 18, 114, 705: return try cell.text()
        case 3802: return String(decoding: try cell.value().dropFirst(), as: UTF8.self)
        case 2950: return try UUID.decodePostgres(cell).uuidString.lowercased()
        case 20, 21, 23, 26: return String(try Int64.decodePostgres(cell))
        default: throw cell.mismatch()
        }
    }
}
extension UUID: PostgresDecodable {
    package static func decodePostgres(_ cell: PostgresCell) throws(PostgresError) -> UUID {
        let bytes = try cell.value()
        guard cell.oid == 2950, bytes.count == 16 else { throw cell.mismatch() }
        return UUID(uuid: bytes.loadUnaligned(as: uuid_t.self))
    }
}
extension ID: PostgresDecodable {
    package static func decodePostgres(_ cell: PostgresCell) throws(PostgresError) -> ID { ID(uuid: try UUID.decodePostgres(cell)) }
}
extension Date: PostgresDecodable {
    package static func decodePostgres(_ cell: PostgresCell) throws(PostgresError) -> Date {
        switch cell.oid {
        case 1184, 1114: Date(timeIntervalSince1970: Double(try cell.integer(Int64.self)) / 1_000_000 + postgresEpochOffsetSeconds)
        case 1082: Date(timeIntervalSince1970: Double(try cell.integer(Int32.self)) * 86_400 + postgresEpochOffsetSeconds)
        default: throw cell.mismatch()
        }
    }
}
extension JSONValue: PostgresDecodable {
    package static func decodePostgres(_ cell: PostgresCell) throws(PostgresError) -> JSONValue {
        let bytes = try cell.value()
        do {
            switch cell.oid {
            case 3802: return try JSONValue.parse(Array(bytes.dropFirst()), depthMax: 1000)
            case 114: return try JSONValue.parse(Array(bytes), depthMax: 1000)
            default: throw cell.mismatch()
            }
        } catch let error as PostgresError {
            throw error
        } catch {
            throw PostgresError(clientMessage: "column \(cell.column + 1) does not hold JSON that can be read")
        }
    }
}
extension Bytes: PostgresDecodable {
    package static func decodePostgres(_ cell: PostgresCell) throws(PostgresError) -> Bytes {
        guard cell.oid == 17 else { throw cell.mismatch() }
        return Bytes(Array(try cell.value()))
    }
}
/// One dimension. Elements that may be NULL are read as `[Element?]`.
extension Array: PostgresDecodable where Element: PostgresDecodable {
    package static func decodePostgres(_ cell: PostgresCell) throws(PostgresError) -> [Element] {
        let bytes = try cell.value()
        func word(_ offset: Int) throws(PostgresError) -> Int32 {
            guard offset + 4 <= bytes.count else { throw cell.mismatch() }
            return Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self))
        }
        let dimensions = try word(0)
        let oid = UInt32(bitPattern: try word(8))
        if dimensions == 0 { return [] }
        guard dimensions == 1 else { throw cell.mismatch() }
        var offset = 20
        var elements: [Element] = []
        for _ in 0..<(try word(12)) {
            let length = Int(try word(offset))
            offset += 4
            guard length <= bytes.count - offset else { throw cell.mismatch() }
            let slice = length < 0 ? nil : UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length])
            elements.append(try Element.decodePostgres(PostgresCell(oid: oid, bytes: slice, column: cell.column)))
            offset += Swift.max(0, length)
        }
        return elements
    }
}
