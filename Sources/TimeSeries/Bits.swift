/// Appends numbers of any width, the highest bit first.
struct BitWriter {
    private(set) var bytes: [UInt8] = []
    private var pending: UInt64 = 0
    private var pendingCount = 0

    /// Bits written so far.
    var bitCount: Int { bytes.count * 8 + pendingCount }

    /// The lowest `count` bits of `value`; `count` is 0 to 64.
    mutating func write(_ value: UInt64, count: Int) {
        if count > 32 {
            write32(value >> 32, count: count - 32)
            write32(value & 0xFFFF_FFFF, count: 32)
        } else {
            write32(value, count: count)
        }
    }

    /// `count` ones and a zero.
    mutating func writeUnary(_ count: Int) {
        if count > 31 { preconditionFailure("Long runs are escaped.") }
        write32((1 << UInt64(count + 1)) - 2, count: count + 1)
    }

    private mutating func write32(_ value: UInt64, count: Int) {
        pending = pending << UInt64(count) | value & ((1 << UInt64(count)) - 1)
        pendingCount += count
        while pendingCount >= 8 {
            pendingCount -= 8
            bytes.append(UInt8(truncatingIfNeeded: pending >> UInt64(pendingCount)))
        }
    }

    /// The bytes, the last one filled up with zeros.
    consuming func finish() -> [UInt8] {
        if pendingCount > 0 { bytes.append(UInt8(truncatingIfNeeded: pending << UInt64(8 - pendingCount))) }
        return bytes
    }
}

/// Reads what a `BitWriter` wrote.
struct BitReader {
    private let bytes: ArraySlice<UInt8>
    private var position: Int
    private var pending: UInt64 = 0
    private var pendingCount = 0

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    mutating func read(_ count: Int) throws(DamagedChunk) -> UInt64 {
        if count > 32 {
            let high = try read32(count - 32)
            return high << 32 | (try read32(32))
        }
        return try read32(count)
    }

    private mutating func read32(_ count: Int) throws(DamagedChunk) -> UInt64 {
        while pendingCount < count {
            guard position < bytes.endIndex else { throw DamagedChunk("the bits end too early") }
            pending = pending << 8 | UInt64(bytes[position])
            position += 1
            pendingCount += 8
        }
        pendingCount -= count
        return pending >> UInt64(pendingCount) & ((1 << UInt64(count)) - 1)
    }

    /// How many ones come before the next zero, at most `max`; at `max` no zero follows.
    mutating func readUnary(max: Int) throws(DamagedChunk) -> Int {
        var count = 0
        while count < max {
            if try read32(1) == 0 { return count }
            count += 1
        }
        return count
    }
}
