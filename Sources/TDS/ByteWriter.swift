/// Collects little-endian values.
package struct ByteWriter: Sendable {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package var count: Int { bytes.count }

    package mutating func byte(_ value: UInt8) { bytes.append(value) }

    package mutating func integer<Integer: FixedWidthInteger>(_ value: Integer) {
        unsigned(value, byteCount: Integer.bitWidth / 8)
    }

    /// The low `byteCount` bytes of a value.
    package mutating func unsigned<Integer: FixedWidthInteger>(_ value: Integer, byteCount: Int) {
        for index in 0..<byteCount { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * index))) }
    }

    package mutating func append(_ more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }

    package mutating func utf16(_ text: String) {
        for unit in text.utf16 { integer(unit) }
    }

    /// A text with its length in one byte; cut after `countMax` UTF-16 units.
    package mutating func shortText(_ text: String, countMax: Int = 255) {
        let cut = Self.cut(text, countMax: Swift.min(countMax, 255))
        byte(UInt8(truncatingIfNeeded: cut.utf16.count))
        utf16(cut)
    }

    /// A text with its length in two bytes; cut after `countMax` UTF-16 units.
    package mutating func longText(_ text: String, countMax: Int) {
        let cut = Self.cut(text, countMax: Swift.min(countMax, 65_535))
        integer(UInt16(truncatingIfNeeded: cut.utf16.count))
        utf16(cut)
    }

    /// Leaves two bytes for a length, writes the body and fills the length in; for bodies that are bounded by their writer.
    package mutating func lengthPrefixed(_ body: (inout ByteWriter) -> Void) {
        let start = bytes.count
        integer(UInt16(0))
        body(&self)
        let length = bytes.count - start - 2
        bytes[start] = UInt8(truncatingIfNeeded: length)
        bytes[start + 1] = UInt8(truncatingIfNeeded: length >> 8)
    }

    /// Forgets what was written after `count` bytes.
    package mutating func truncate(to count: Int) {
        if count >= 0, count < bytes.count { bytes.removeLast(bytes.count - count) }
    }

    private static func cut(_ text: String, countMax: Int) -> String {
        text.utf16.count <= countMax ? text : String(decoding: text.utf16.prefix(countMax), as: UTF16.self)
    }
}
