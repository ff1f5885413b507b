/// A sequence of doubles, bit for bit: as whole numbers of a power of ten where all of them are such (as VictoriaMetrics does it), or as
/// the XOR with the number before (Pelkonen et al., "Gorilla", VLDB 2015, section 4.1.2), whichever is smaller.
enum FloatCodec {
    private enum Encoding: UInt8 { case constant, decimal, xor }

    /// Digits after the point that are tried. Up to 10^22 a double holds powers of ten exactly; more digits than 15 are noise.
    private static let digitCountMax = 15
    /// Above this the decimal number is not exact any more.
    private static let exactMax = 9_007_199_254_740_992.0  // 2^53
    private static let powers: [Double] = (0...digitCountMax).map { (0..<$0).reduce(1.0) { power, _ in power * 10 } }

    static func encode(_ values: [Double], into bytes: inout [UInt8]) {
        guard let first = values.first else { return }
        guard values.contains(where: { $0.bitPattern != first.bitPattern }) else {
            bytes.append(Encoding.constant.rawValue)
            return bytes.append(fixed64: first.bitPattern)
        }
        let xor = xorBits(values)
        if let (digits, integers) = decimals(values) {
            var decimal: [UInt8] = [Encoding.decimal.rawValue, UInt8(digits)]
            IntegerCodec.encode(integers, into: &decimal)
            if decimal.count <= xor.count { return bytes.append(contentsOf: decimal) }
        }
        bytes.append(Encoding.xor.rawValue)
        bytes.append(varint: xor.count)
        bytes.append(contentsOf: xor)
    }

    static func decode(_ count: Int, from reader: inout ByteReader) throws(DamagedChunk) -> [Double] {
        guard count > 0 else { return [] }
        let tag = try reader.byte()
        switch Encoding(rawValue: tag) {
        case .constant: return [Double](repeating: Double(bitPattern: try reader.fixed64()), count: count)
        case .decimal:
            let digits = Int(try reader.byte())
            guard digits <= digitCountMax else { throw DamagedChunk("\(digits) digits after the point") }
            let power = powers[digits]
            let integers = try IntegerCodec.decode(count, from: &reader)
            return digits == 0 ? integers.map { Double($0) } : integers.map { Double($0) / power }
        case .xor: return try readXOR(count, from: &reader)
        case nil: throw DamagedChunk("no such encoding of floats: \(tag)")
        }
    }

    // MARK: Decimal

    /// The values as whole numbers of 10^-digits, with the fewest digits that give every value back bit for bit; nil when none do.
    private static func decimals(_ values: [Double]) -> (digits: Int, integers: [Int64])? {
        var digits = 0
        for value in values {
            guard value.isFinite else { return nil }
            while integer(value, digits) == nil {
                digits += 1
                if digits > digitCountMax { return nil }
            }
        }
        var integers: [Int64] = []
        integers.reserveCapacity(values.count)
        for value in values {
            guard let integer = integer(value, digits) else { return nil }  // too large for the digits that another needs
            integers.append(integer)
        }
        return (digits, integers)
    }

    private static func integer(_ value: Double, _ digits: Int) -> Int64? {
        if digits == 0 {
            guard let whole = Int64(exactly: value), Double(whole).bitPattern == value.bitPattern else { return nil }
            return whole
        }
        let scaled = (value * powers[digits]).rounded()
        guard scaled.magnitude <= exactMax, (scaled / powers[digits]).bitPattern == value.bitPattern else { return nil }
        return scaled == 0 && value.sign == .minus ? nil : Int64(scaled)
    }

    // MARK: XOR

    private static func xorBits(_ values: [Double]) -> [UInt8] {
        var writer = BitWriter()
        var previous = values[0].bitPattern
        writer.write(previous, count: 64)
        var (leading, length) = (0, 0)  // the window of meaningful bits; none yet
        for value in values.dropFirst() {
            let xor = value.bitPattern ^ previous
            previous = value.bitPattern
            guard xor != 0 else {
                writer.write(0, count: 1)
                continue
            }
            let (zeros, trailing) = (xor.leadingZeroBitCount, xor.trailingZeroBitCount)
            if length > 0, zeros >= leading, trailing >= 64 - leading - length {
                writer.write(0b10, count: 2)
            } else {
                (leading, length) = (zeros, 64 - zeros - trailing)
                writer.write(0b11, count: 2)
                writer.write(UInt64(leading), count: 6)
                writer.write(UInt64(length - 1), count: 6)
            }
            writer.write(xor >> UInt64(64 - leading - length), count: length)
        }
        return writer.finish()
    }

    private static func readXOR(_ count: Int, from reader: inout ByteReader) throws(DamagedChunk) -> [Double] {
        let size = try reader.count("bytes of XOR codes", max: reader.remaining)
        guard count + 63 <= size * 8 else { throw DamagedChunk("the bytes end too early") }
        var bits = BitReader(try reader.slice(size))
        var value = try bits.read(64)
        var values = [Double(bitPattern: value)]
        values.reserveCapacity(count)
        var (leading, length) = (0, 0)
        for _ in 1..<count {
            if try bits.read(1) == 1 {
                if try bits.read(1) == 1 {
                    leading = Int(try bits.read(6))
                    length = Int(try bits.read(6)) + 1
                }
                guard length > 0, leading + length <= 64 else { throw DamagedChunk("an XOR code of \(leading) + \(length) bits") }
                value ^= try bits.read(length) << UInt64(64 - leading - length)
            }
            values.append(Double(bitPattern: value))
        }
        return values
    }
}
