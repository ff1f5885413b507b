/// A sequence of whole numbers: the best of three predictions, then the best of three ways to write what is left.
///
/// Prediction: from a middle value (noise around it), from the number before (random walks, slow counters), or from the step before
/// (clocks, busy counters). What is left is divided by its greatest common divisor (sizes are multiples of pages) and written as nothing
/// (when all is zero), as adaptive Golomb-Rice codes (noise; as in JPEG-LS, ISO 14495-1 A.3), or as varints (which zstd takes further where
/// the same numbers come again). Arithmetic wraps, so every Int64 comes back.
enum IntegerCodec {
    private enum Prediction: UInt8, CaseIterable {
        case middle, before, step
        /// Numbers at the beginning that stand as they are.
        var seedCount: Int { self == .step ? 2 : 1 }
    }
    private enum Writing: UInt8 { case nothing, rice, varints }

    /// Ones in a row that say: no Rice code follows, but the number itself.
    private static let escapeCount = 24

    static func encode(_ values: [Int64], into bytes: inout [UInt8]) {
        guard let first = values.first else { return }
        var best = residuals(values, .before)
        var prediction = Prediction.before
        var cost = bitCost(best)
        if cost > 0, values.count > 2 {
            for other in [Prediction.step, .middle] {
                let candidate = residuals(values, other)
                let itsCost = bitCost(candidate)
                if itsCost + (other == .step ? 8 : 0) < cost { (best, prediction, cost) = (candidate, other, itsCost) }
            }
        }
        let divisor = cost == 0 ? 1 : greatestCommonDivisor(best)
        if divisor > 1 { for index in best.indices { best[index] = divided(best[index], divisor) } }
        let numbers = best.map(\.zigzag)
        let writing: Writing = cost == 0 ? .nothing : choose(numbers)

        bytes.append(prediction.rawValue | writing.rawValue << 2 | (divisor > 1 ? 0x10 : 0))
        bytes.append(signed: prediction == .middle ? middle(values) : first)
        if prediction == .step { bytes.append(signed: values[1] &- first) }
        if divisor > 1 { bytes.append(varint: divisor) }
        switch writing {
        case .nothing: break
        case .rice: appendRice(numbers, to: &bytes)
        case .varints: for number in numbers { bytes.append(varint: number) }
        }
    }

    /// Reads `count` numbers, which take all that `reader` has left unless they are followed by more varints.
    static func decode(_ count: Int, from reader: inout ByteReader) throws(DamagedChunk) -> [Int64] {
        guard count > 0 else { return [] }
        let tag = try reader.byte()
        guard let prediction = Prediction(rawValue: tag & 3), let writing = Writing(rawValue: tag >> 2 & 3), tag < 0x20 else {
            throw DamagedChunk("no such encoding of whole numbers: \(tag)")
        }
        let first = try reader.signed()
        var step: Int64 = 0
        if prediction == .step { step = try reader.signed() }
        let divisor = tag & 0x10 == 0 ? 1 : Int64(bitPattern: try reader.varint())
        let residualCount = prediction == .middle ? count : count - prediction.seedCount
        guard residualCount >= 0 else { throw DamagedChunk("an encoding for more numbers than there are") }
        let numbers: [UInt64]
        switch writing {
        case .nothing: numbers = []
        case .rice: numbers = try readRice(residualCount, from: &reader)
        case .varints:
            guard residualCount <= reader.remaining else { throw DamagedChunk("the bytes end too early") }
            var read: [UInt64] = []
            read.reserveCapacity(residualCount)
            for _ in 0..<residualCount { read.append(try reader.varint()) }
            numbers = read
        }
        return restored(numbers, count, prediction, first: first, step: step, divisor: divisor)
    }

    private static func restored(
        _ numbers: [UInt64], _ count: Int, _ prediction: Prediction, first: Int64, step: Int64, divisor: Int64
    ) -> [Int64] {
        var values: [Int64] = []
        values.reserveCapacity(count)
        func residual(_ index: Int) -> Int64 { numbers.isEmpty ? 0 : numbers[index].zagged &* divisor }
        switch prediction {
        case .middle: for index in 0..<count { values.append(first &+ residual(index)) }
        case .before:
            var value = first
            values.append(value)
            for index in 0..<count - 1 {
                value = value &+ residual(index)
                values.append(value)
            }
        case .step:
            var (value, step) = (first &+ step, step)
            values.append(first)
            values.append(value)
            for index in 0..<count - 2 {
                step = step &+ residual(index)
                value = value &+ step
                values.append(value)
            }
        }
        return values
    }

    // MARK: Prediction

    private static func residuals(_ values: [Int64], _ prediction: Prediction) -> [Int64] {
        switch prediction {
        case .middle:
            let middle = middle(values)
            return values.map { $0 &- middle }
        case .before: return differences(values[...])
        case .step: return differences(differences(values[...])[...])
        }
    }

    private static func differences(_ values: ArraySlice<Int64>) -> [Int64] {
        var differences: [Int64] = []
        differences.reserveCapacity(values.count)
        guard var before = values.first else { return [] }
        for value in values.dropFirst() {
            differences.append(value &- before)
            before = value
        }
        return differences
    }

    /// About the mean: the first value plus the mean distance from it.
    private static func middle(_ values: [Int64]) -> Int64 {
        let first = values[0]
        var sum = 0.0
        for value in values { sum += Double(value) - Double(first) }
        let mean = (sum / Double(values.count)).rounded()
        return Int64(exactly: mean).map { first &+ $0 } ?? first
    }

    /// Roughly what the numbers cost, in bits; 0 only if all of them are 0.
    private static func bitCost(_ residuals: [Int64]) -> Int {
        var cost = 0
        for residual in residuals { cost += residual.zigzag.bitWidthNeeded }
        return cost
    }

    private static func greatestCommonDivisor(_ residuals: [Int64]) -> UInt64 {
        var divisor: UInt64 = 0
        for residual in residuals where residual != 0 {
            var rest = residual.magnitude
            while rest != 0 { (divisor, rest) = (rest, divisor % rest) }
            if divisor == 1 { return 1 }
        }
        // A divisor of 2^63 would not fit into the arithmetic of reading.
        return divisor > UInt64(Int64.max) ? 1 : max(1, divisor)
    }

    private static func divided(_ value: Int64, _ divisor: UInt64) -> Int64 { value / Int64(divisor) }

    // MARK: Writing

    private static func choose(_ numbers: [UInt64]) -> Writing {
        var rice = RiceState(firstWidth: firstWidth(numbers))
        var riceBits = 8
        var bytes: [UInt8] = []
        bytes.reserveCapacity(numbers.count * 2)
        for number in numbers {
            let quotient = number >> UInt64(rice.width)
            riceBits += quotient < UInt64(escapeCount) ? Int(quotient) + 1 + rice.width : escapeCount + 6 + number.bitWidthNeeded
            rice.add(number)
            bytes.append(varint: number)
        }
        // What zstd makes of the varints is at best near their entropy; a share for its tables.
        return Double(riceBits) <= entropyBits(bytes) * 1.05 + 64 ? .rice : .varints
    }

    private static func entropyBits(_ bytes: [UInt8]) -> Double {
        var counts = [Int32](repeating: 0, count: 256)
        for byte in bytes { counts[Int(byte)] += 1 }
        var bits = 0.0
        for count in counts where count > 0 { bits += Double(count) * fastLog2(Double(bytes.count) / Double(count)) }
        return bits
    }

    /// Within 0.09 of the logarithm, which is enough to choose by.
    private static func fastLog2(_ value: Double) -> Double { Double(value.exponent) + value.significand - 1 }

    private static func firstWidth(_ numbers: [UInt64]) -> Int { min(40, (numbers.first ?? 0).bitWidthNeeded) }

    private static func appendRice(_ numbers: [UInt64], to bytes: inout [UInt8]) {
        var state = RiceState(firstWidth: firstWidth(numbers))
        var writer = BitWriter()
        for number in numbers {
            let quotient = number >> UInt64(state.width)
            if quotient < UInt64(escapeCount) {
                writer.writeUnary(Int(quotient))
                writer.write(number, count: state.width)
            } else {
                writer.write((1 << UInt64(escapeCount)) - 1, count: escapeCount)
                writer.write(UInt64(number.bitWidthNeeded - 1), count: 6)
                writer.write(number, count: number.bitWidthNeeded)
            }
            state.add(number)
        }
        let bits = writer.finish()
        bytes.append(UInt8(firstWidth(numbers)))
        bytes.append(varint: bits.count)
        bytes.append(contentsOf: bits)
    }

    private static func readRice(_ count: Int, from reader: inout ByteReader) throws(DamagedChunk) -> [UInt64] {
        let width = try reader.byte()
        guard width <= 40 else { throw DamagedChunk("a Rice code's width of \(width)") }
        let size = try reader.count("bytes of Rice codes", max: reader.remaining)
        guard count <= size * 8 else { throw DamagedChunk("the bits end too early") }
        var bits = BitReader(try reader.slice(size))
        var state = RiceState(firstWidth: Int(width))
        var numbers: [UInt64] = []
        numbers.reserveCapacity(count)
        for _ in 0..<count {
            let quotient = try bits.readUnary(max: escapeCount)
            let number: UInt64
            if quotient < escapeCount {
                number = UInt64(quotient) << UInt64(state.width) | (try bits.read(state.width))
            } else {
                let width = Int(try bits.read(6)) + 1
                number = try bits.read(width)
            }
            numbers.append(number)
            state.add(number)
        }
        return numbers
    }
}

/// How wide the next Rice code's fixed part is: by the mean of the numbers before, of which old ones count less and less.
private struct RiceState {
    /// After so many numbers the memory is halved.
    private static let memory: UInt64 = 16
    private var sum: UInt64
    private var count: UInt64 = 1
    private(set) var width: Int

    init(firstWidth: Int) {
        width = max(0, firstWidth - 1)
        sum = 1 << UInt64(width)
    }

    mutating func add(_ number: UInt64) {
        sum += min(number, 1 << 44)
        count += 1
        if count >= Self.memory {
            sum >>= 1
            count >>= 1
        }
        let mean = sum / count
        width = mean == 0 ? 0 : min(40, (mean + mean / 3).bitWidthNeeded - 1)
    }
}
