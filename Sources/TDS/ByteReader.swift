/// Reads little-endian values from a message and throws at its end; it never traps.
package struct ByteReader: Sendable {
    private let bytes: [UInt8]
    private let end: Int
    /// The index of the next byte.
    package private(set) var position: Int

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        position = 0
        end = bytes.count
    }

    package var remainingCount: Int { end - position }
    package var isAtEnd: Bool { position == end }

    /// The next byte without taking it.
    package var peek: UInt8? { position < end ? bytes[position] : nil }

    package mutating func skip(_ count: Int) throws(TDSError) { _ = try take(count) }

    /// Continues at an offset from the message's first byte.
    package mutating func move(to offset: Int) throws(TDSError) {
        guard offset >= 0, offset <= end else { throw TDSError(.malformed, "An offset points beyond the message.") }
        position = offset
    }

    package mutating func take(_ count: Int) throws(TDSError) -> ArraySlice<UInt8> {
        guard count >= 0, count <= end - position else { throw TDSError(.malformed, "The message ends inside a value.") }
        defer { position += count }
        return bytes[position..<(position + count)]
    }

    package mutating func array(_ count: Int) throws(TDSError) -> [UInt8] { Array(try take(count)) }

    package mutating func byte() throws(TDSError) -> UInt8 {
        guard position < end else { throw TDSError(.malformed, "The message ends inside a value.") }
        defer { position += 1 }
        return bytes[position]
    }

    package mutating func integer<Integer: FixedWidthInteger & UnsignedInteger>(_ type: Integer.Type) throws(TDSError) -> Integer {
        try unsigned(byteCount: Integer.bitWidth / 8)
    }

    /// An unsigned value of `byteCount` bytes, cut to `Integer`'s width.
    package mutating func unsigned<Integer: FixedWidthInteger & UnsignedInteger>(byteCount: Int) throws(TDSError) -> Integer {
        var value: Integer = 0
        var shift = 0
        for byte in try take(byteCount) {
            value |= Integer(byte) << shift
            shift += 8
        }
        return value
    }

    package mutating func bigEndianUInt16() throws(TDSError) -> UInt16 { try integer(UInt16.self).byteSwapped }

    /// `characterCount` UTF-16 units; unpaired surrogates become U+FFFD.
    package mutating func utf16(characterCount: Int) throws(TDSError) -> String {
        guard characterCount >= 0, characterCount <= remainingCount / 2 else {
            throw TDSError(.malformed, "The message ends inside a text.")
        }
        return UTF16LittleEndian.text(try take(characterCount * 2))
    }

    /// A text with its length in one byte before it.
    package mutating func shortText() throws(TDSError) -> String { try utf16(characterCount: Int(try byte())) }
}

/// Text as TDS carries it: UTF-16, the low byte first.
package enum UTF16LittleEndian {
    /// An odd last byte is ignored.
    package static func text(_ bytes: ArraySlice<UInt8>) -> String {
        if let text = ascii(bytes) { return text }
        var units: [UInt16] = []
        units.reserveCapacity(bytes.count / 2)
        var index = bytes.startIndex
        while index + 1 < bytes.endIndex {
            units.append(UInt16(bytes[index]) | UInt16(bytes[index + 1]) << 8)
            index += 2
        }
        return String(decoding: units, as: UTF16.self)
    }

    /// Most texts are plain: they are copied, every second byte, and not transcoded. Nil for anything else.
    private static func ascii(_ bytes: ArraySlice<UInt8>) -> String? {
        bytes.withUnsafeBufferPointer { source in
            let count = source.count / 2
            var seen: UInt16 = 0
            for index in 0..<count { seen |= UInt16(source[2 * index]) | UInt16(source[2 * index + 1]) << 8 }
            guard seen < 0x80 else { return nil }
            return String(unsafeUninitializedCapacity: count) { target in
                for index in 0..<count { target[index] = source[2 * index] }
                return count
            }
        }
    }

    package static func bytes(_ text: String) -> [UInt8] {
        if text.utf8.count == text.utf16.count {
            var copy = text
            return copy.withUTF8 { source in
                [UInt8](unsafeUninitializedCapacity: source.count * 2) { target, count in
                    for index in 0..<source.count {
                        target[2 * index] = source[index]
                        target[2 * index + 1] = 0
                    }
                    count = source.count * 2
                }
            }
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count * 2)
        for unit in text.utf16 {
            bytes.append(UInt8(truncatingIfNeeded: unit))
            bytes.append(UInt8(truncatingIfNeeded: unit >> 8))
        }
        return bytes
    }
}
