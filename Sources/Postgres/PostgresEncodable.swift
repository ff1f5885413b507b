package import Foundation
package import Primitives

/// A Swift value that can be bound to a statement or copied into a table, in PostgreSQL's binary format.
package protocol PostgresEncodable: Sendable {
    /// The type's OID, as in `pg_type.dat`.
    static var postgresOID: UInt32 { get }
    /// Appends the binary form, without its length.
    func encodePostgres(into bytes: inout [UInt8])
}

extension PostgresEncodable {
    package var postgresParameter: SQLParameter {
        var bytes: [UInt8] = []
        encodePostgres(into: &bytes)
        return SQLParameter(oid: Self.postgresOID, bytes: bytes)
    }
}

/// Microseconds between 1970-01-01 and PostgreSQL's epoch, 2000-01-01.
let postgresEpochOffsetSeconds = 946_684_800.0

extension Array where Element == UInt8 {
    mutating func append(bigEndian value: some FixedWidthInteger) { Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) } }
}

extension String: PostgresEncodable {
    package static var postgresOID: UInt32 { 25 }
    package func encodePostgres(into bytes: inout [UInt8]) { bytes.append(contentsOf: utf8) }
}
extension Int: PostgresEncodable {
    package static var postgresOID: UInt32 { 20 }
    package func encodePostgres(into bytes: inout [UInt8]) { bytes.append(bigEndian: Int64(self)) }
}
extension Int64: PostgresEncodable {
    package static var postgresOID: UInt32 { 20 }
    package func encodePostgres(into bytes: inout [UInt8]) { bytes.append(bigEndian: self) }
}
extension Int32: PostgresEncodable {
    package static var postgresOID: UInt32 { 23 }
    package func encodePostgres(into bytes: inout [UInt8]) { bytes.append(bigEndian: self) }
}
extension Int16: PostgresEncodable {
    package static var postgresOID: UInt32 { 21 }
    package func encodePostgres(into bytes: inout [UInt8]) { bytes.append(bigEndian: self) }
}
extension Bool: PostgresEncodable {
    package static var postgresOID: UInt32 { 16 }
    package func encodePostgres(into bytes: inout [UInt8]) { bytes.append(self ? 1 : 0) }
}
extension Double: PostgresEncodable {
    package static var postgresOID: UInt32 { 701 }
    package func encodePostgres(into bytes: inout [UInt8]) { bytes.append(bigEndian: bitPattern) }
}
extension Float: PostgresEncodable {
    package static var postgresOID: UInt32 { 700 }
    package func encodePostgres(into bytes: inout [UInt8]) { bytes.append(bigEndian: bitPattern) }
}
extension UUID: PostgresEncodable {
    package static var postgresOID: UInt32 { 2950 }
    package func encodePostgres(into bytes: inout [UInt8]) { withUnsafeBytes(of: uuid) { bytes.append(contentsOf: $0) } }
}
extension ID: PostgresEncodable {
    package static var postgresOID: UInt32 { 2950 }
    package func encodePostgres(into bytes: inout [UInt8]) { uuid.encodePostgres(into: &bytes) }
}
/// `timestamptz`, to the microsecond.
extension Date: PostgresEncodable {
    package static var postgresOID: UInt32 { 1184 }
    package func encodePostgres(into bytes: inout [UInt8]) {
        // Clamped to what timestamptz can hold (4713 BC to 294276): a date from a forged cursor must not trap here.
        let microseconds = ((timeIntervalSince1970 - postgresEpochOffsetSeconds) * 1_000_000).rounded()
        bytes.append(bigEndian: Int64(microseconds.isNaN ? 0 : min(max(microseconds, -2.118e17), 9.22e18)))
    }
}
/// `jsonb`.
extension JSONValue: PostgresEncodable {
    package static var postgresOID: UInt32 { 3802 }
    package func encodePostgres(into bytes: inout [UInt8]) {
        bytes.append(1)  // the version of jsonb's wire format
        bytes.append(contentsOf: text.utf8)
    }
}

/// `bytea`. A type of its own, because `[UInt8]` would otherwise be an array of a type that PostgreSQL does not have.
package struct Bytes: PostgresEncodable, Equatable {
    package var bytes: [UInt8]
    package init(_ bytes: [UInt8]) { self.bytes = bytes }
    package static var postgresOID: UInt32 { 17 }
    package func encodePostgres(into buffer: inout [UInt8]) { buffer.append(contentsOf: bytes) }
}

/// A type of which PostgreSQL has arrays.
package protocol PostgresArrayElement: PostgresEncodable {
    static var postgresArrayOID: UInt32 { get }
}
extension String: PostgresArrayElement { package static var postgresArrayOID: UInt32 { 1009 } }
extension Int: PostgresArrayElement { package static var postgresArrayOID: UInt32 { 1016 } }
extension Int64: PostgresArrayElement { package static var postgresArrayOID: UInt32 { 1016 } }
extension Int32: PostgresArrayElement { package static var postgresArrayOID: UInt32 { 1007 } }
extension Int16: PostgresArrayElement { package static var postgresArrayOID: UInt32 { 1005 } }
extension Bool: PostgresArrayElement { package static var postgresArrayOID: UInt32 { 1000 } }
extension Double: PostgresArrayElement { package static var postgresArrayOID: UInt32 { 1022 } }
extension UUID: PostgresArrayElement { package static var postgresArrayOID: UInt32 { 2951 } }
extension ID: PostgresArrayElement { package static var postgresArrayOID: UInt32 { 2951 } }
extension Bytes: PostgresArrayElement { package static var postgresArrayOID: UInt32 { 1001 } }
extension Date: PostgresArrayElement { package static var postgresArrayOID: UInt32 { 1185 } }
extension JSONValue: PostgresArrayElement { package static var postgresArrayOID: UInt32 { 3807 } }

/// One dimension. Elements may be optional: NULLs inside the array.
extension Array: PostgresEncodable where Element: PostgresArrayElement {
    package static var postgresOID: UInt32 { Element.postgresArrayOID }
    package func encodePostgres(into bytes: inout [UInt8]) {
        encodeArray(count: count, oid: Element.postgresOID, into: &bytes) { index, bytes in
            self[index].encodePostgres(into: &bytes)
            return true
        }
    }
}

/// An array whose elements may be NULL.
package struct NullableArray<Element: PostgresArrayElement>: PostgresEncodable {
    package var elements: [Element?]
    package init(_ elements: [Element?]) { self.elements = elements }
    package static var postgresOID: UInt32 { Element.postgresArrayOID }
    package func encodePostgres(into bytes: inout [UInt8]) {
        encodeArray(count: elements.count, oid: Element.postgresOID, into: &bytes) { index, bytes in
            elements[index]?.encodePostgres(into: &bytes)
            return elements[index] != nil
        }
    }
}

/// The layout of `array_send`: dimensions, flag for NULLs, element type, length, lower bound, then each element with its length.
private func encodeArray(count: Int, oid: UInt32, into bytes: inout [UInt8], element: (Int, inout [UInt8]) -> Bool) {
    bytes.append(bigEndian: Int32(count == 0 ? 0 : 1))
    bytes.append(bigEndian: Int32(1))
    bytes.append(bigEndian: oid)
    guard count > 0 else { return }
    bytes.append(bigEndian: Int32(count))
    bytes.append(bigEndian: Int32(1))
    for index in 0..<count {
        let place = bytes.count
        bytes.append(bigEndian: Int32(-1))
        guard element(index, &bytes) else { continue }
        let length = Int32(bytes.count - place - 4)
        withUnsafeBytes(of: length.bigEndian) { raw in for offset in 0..<4 { bytes[place + offset] = raw[offset] } }
    }
}
