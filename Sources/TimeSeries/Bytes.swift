/// Reads numbers out of bytes; every read is checked.
struct ByteReader {
    private let bytes: ArraySlice<UInt8>
    private(set) var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    var remaining: Int { bytes.endIndex - position }

    mutating func byte() throws(DamagedChunk) -> UInt8 {
        guard position < bytes.endIndex else { throw DamagedChunk("the bytes end too early") }
        defer { position += 1 }
        return bytes[position]
    }

    /// LEB128: seven bits a byte, the lowest first.
    mutating func varint() throws(DamagedChunk) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = try byte()
            guard shift < 63 || byte <= 1 else { throw DamagedChunk("a number is longer than 64 bits") }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
    }

    /// A count of `what`, at most `max`.
    mutating func count(_ what: StaticString, max: Int) throws(DamagedChunk) -> Int {
        let value = try varint()
        guard value <= UInt64(max) else { throw DamagedChunk("\(what): \(value) is more than \(max)") }
        return Int(value)
    }

    mutating func signed() throws(DamagedChunk) -> Int64 { try varint().zagged }

    mutating func fixed32() throws(DamagedChunk) -> UInt32 {
        var value: UInt32 = 0
        for shift in stride(from: UInt32(0), to: 32, by: 8) { value |= UInt32(try byte()) << shift }
        return value
    }

    mutating func fixed64() throws(DamagedChunk) -> UInt64 {
        let low = UInt64(try fixed32())
        return low | UInt64(try fixed32()) << 32
    }

    mutating func slice(_ count: Int) throws(DamagedChunk) -> ArraySlice<UInt8> {
        guard count >= 0, count <= remaining else { throw DamagedChunk("the bytes end too early") }
        defer { position += count }
        return bytes[position..<position + count]
    }

    func expectEnd() throws(DamagedChunk) {
        guard remaining == 0 else { throw DamagedChunk("\(remaining) bytes too many") }
    }
}

extension [UInt8] {
    mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }
    mutating func append(varint value: Int) { append(varint: UInt64(value)) }
    mutating func append(signed value: Int64) { append(varint: value.zigzag) }
    mutating func append(fixed32 value: UInt32) {
        for shift in stride(from: UInt32(0), to: 32, by: 8) { append(UInt8(truncatingIfNeeded: value >> shift)) }
    }
    mutating func append(fixed64 value: UInt64) {
        append(fixed32: UInt32(truncatingIfNeeded: value))
        append(fixed32: UInt32(truncatingIfNeeded: value >> 32))
    }
}

extension Int64 {
    /// Small numbers of either sign become small numbers: 0, -1, 1, -2 -> 0, 1, 2, 3.
    var zigzag: UInt64 { UInt64(bitPattern: (self << 1) ^ (self >> 63)) }
}
extension UInt64 {
    var zagged: Int64 { Int64(bitPattern: (self >> 1) ^ (0 &- (self & 1))) }
    /// Bits that the number needs; 0 for 0.
    var bitWidthNeeded: Int { 64 - leadingZeroBitCount }
}

/// CRC-32 (IEEE 802.3, reflected, as in zlib): every error of up to 32 bits in a row is seen.
enum Checksum {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
    }

    static func crc32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        let table = table
        var value: UInt32 = 0xFFFF_FFFF
        for byte in bytes { value = table[Int((value ^ UInt32(byte)) & 0xFF)] ^ (value >> 8) }
        return ~value
    }
}
