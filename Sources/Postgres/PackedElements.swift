/// A `timestamptz`, without the detour by `Date`.
package struct Timestamp: PostgresDecodable {
    /// Since 1970, rounded down.
    package let milliseconds: Int64

    package static func decodePostgres(_ cell: PostgresCell) throws(PostgresError) -> Timestamp {
        guard cell.oid == 1184, let bytes = cell.bytes, bytes.count == 8 else {
            throw PostgresError(clientMessage: "a timestamptz was expected")
        }
        let microseconds = Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
        // PostgreSQL counts from 2000-01-01.
        return Timestamp(milliseconds: (microseconds >= 0 ? microseconds : microseconds - 999) / 1_000 + 946_684_800_000)
    }
}

/// The elements of a `bigint[]` or `float8[]` as PostgreSQL sends it (`array_send`), one after the other, without an array of them: for
/// results of many. It points into the result, so it must not outlive the call that it is handed to.
package struct PackedElements {
    private let bytes: UnsafeRawBufferPointer?
    private var place = 20
    /// How many there still are.
    package private(set) var left: Int

    /// - Parameter bytes: nil, and anything that is not an array of one dimension, has no elements.
    package init(_ bytes: UnsafeRawBufferPointer?) {
        self.bytes = bytes
        // One dimension: dimensions, has-null flag, type, length, lower bound.
        guard let bytes, bytes.count >= 20, Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)) == 1 else {
            left = 0
            return
        }
        left = Int(Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: 12, as: Int32.self)))
    }

    /// The bits of the next one; nil for NULL, and beyond the end.
    package mutating func next() -> UInt64? {
        guard left > 0, let bytes, place + 4 <= bytes.count else { return nil }
        left -= 1
        let length = Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: place, as: Int32.self))
        place += 4
        guard length == 8, place + 8 <= bytes.count else { return nil }
        defer { place += 8 }
        return UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
    }
}
