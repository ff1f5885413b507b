/// Rollups in little room: last by its steps, largest and smallest as distances to it, the sum as the distance to what the two let expect.
///
/// Numbers are rounded, in a scale that is linear near zero and logarithmic above, so that a distance costs the same bits at any size.
enum RollupCodec {
    private static let isEmpty: UInt8 = 0
    private static let isFilled: UInt8 = 1
    private static let hasOwnCounts: UInt8 = 2
    private static let hasOwnSpans: UInt8 = 4
    private static let isCounter: UInt8 = 8

    static func encode(_ rollup: Rollup, axis: Axis, isCounter: Bool, unitsPerSecond: Double, into bytes: inout [UInt8]) {
        let known = rollup.counts.indices.filter { rollup.counts[$0] > 0 }
        guard !known.isEmpty else { return bytes.append(isEmpty) }
        let ownCounts = rollup.counts != axis.offsets
        let expectedSpans = isCounter ? axis.spans.map { $0 ?? 0 } : [Int64](repeating: 0, count: axis.count)
        let ownSpans = rollup.spans != expectedSpans
        bytes.append(
            isFilled | (ownCounts ? hasOwnCounts : 0) | (ownSpans ? hasOwnSpans : 0) | (isCounter ? self.isCounter : 0))
        if ownCounts { IntegerCodec.encode(zip(axis.offsets, rollup.counts).map { $0 &- $1 }, into: &bytes) }
        if ownSpans { IntegerCodec.encode(zip(expectedSpans, rollup.spans).map { $0 &- $1 }, into: &bytes) }

        let pace = isCounter ? pace(axis) / unitsPerSecond : 1
        let scale =
            isCounter ? RollupScale.counter : RollupScale(for: known.flatMap { [rollup.last[$0], rollup.smallest[$0], rollup.largest[$0]] })
        if !isCounter { bytes.append(signed: Int64(scale.exponent)) }
        var (last, up, down, sums): ([Int64], [Int64], [Int64], [Int64]) = ([], [], [], [])
        for step in known {
            let at = scale.code(rollup.last[step] * pace)
            let (low, high) = (scale.code(rollup.smallest[step] * pace), scale.code(rollup.largest[step] * pace))
            last.append(at)
            up.append(high - at)
            down.append(at - low)
            let weight = weight(rollup, step, axis, pace: pace, isCounter: isCounter, unitsPerSecond: unitsPerSecond)
            sums.append(scale.code(rollup.sums[step]) - expected(scale, low, high, weight))
        }
        for stream in [last, up, down, sums] { IntegerCodec.encode(stream, into: &bytes) }
    }

    static func decode(axis: Axis, unitsPerSecond: Double, from reader: inout ByteReader) throws(DamagedChunk) -> Rollup {
        var rollup = Rollup(stepCount: axis.count)
        let tag = try reader.byte()
        if tag == isEmpty { return rollup }
        guard tag < 16, tag & isFilled != 0 else { throw DamagedChunk("no such kind of rollup: \(tag)") }
        let isCounter = tag & self.isCounter != 0
        rollup.counts = axis.offsets
        if tag & hasOwnCounts != 0 {
            let differences = try IntegerCodec.decode(axis.count, from: &reader)
            for step in 0..<axis.count { rollup.counts[step] = axis.offsets[step] &- differences[step] }
        }
        if isCounter { rollup.spans = axis.spans.map { $0 ?? 0 } }
        if tag & hasOwnSpans != 0 {
            let differences = try IntegerCodec.decode(axis.count, from: &reader)
            for step in 0..<axis.count { rollup.spans[step] = rollup.spans[step] &- differences[step] }
        }
        let pace = isCounter ? pace(axis) / unitsPerSecond : 1
        var scale = RollupScale.counter
        if !isCounter {
            guard let exponent = Int16(exactly: try reader.signed()) else { throw DamagedChunk("a scale out of range") }
            scale = RollupScale(exponent: Int(exponent))
        }
        let known = rollup.counts.indices.filter { rollup.counts[$0] > 0 }
        let last = try IntegerCodec.decode(known.count, from: &reader)
        let up = try IntegerCodec.decode(known.count, from: &reader)
        let down = try IntegerCodec.decode(known.count, from: &reader)
        let sums = try IntegerCodec.decode(known.count, from: &reader)
        for (index, step) in known.enumerated() {
            let (low, high) = (last[index] &- down[index], last[index] &+ up[index])
            rollup.last[step] = scale.value(last[index]) / pace
            rollup.smallest[step] = scale.value(low) / pace
            rollup.largest[step] = scale.value(high) / pace
            let weight = weight(rollup, step, axis, pace: pace, isCounter: isCounter, unitsPerSecond: unitsPerSecond)
            rollup.sums[step] = scale.value(sums[index] &+ expected(scale, low, high, weight))
        }
        return rollup
    }

    /// The usual span of one row, in the axis' units: by it rates become growths, which are whole numbers where little happens.
    private static func pace(_ axis: Axis) -> Double {
        let (spans, rows) = (axis.spans.reduce(0.0) { $0 + Double($1 ?? 0) }, axis.offsets.reduce(0.0) { $0 + Double($1) })
        return spans > 0 && rows > 0 ? spans / rows : 1
    }

    /// How many values or usual spans the sum is of.
    private static func weight(
        _ rollup: Rollup, _ step: Int, _ axis: Axis, pace: Double, isCounter: Bool, unitsPerSecond: Double
    ) -> Double {
        isCounter ? Double(rollup.spans[step]) / (pace * unitsPerSecond) : Double(rollup.counts[step])
    }

    private static func expected(_ scale: RollupScale, _ low: Int64, _ high: Int64, _ weight: Double) -> Int64 {
        let expected = (scale.value(low) / 2 + scale.value(high) / 2) * weight
        return scale.code(expected.isFinite ? expected : 0)
    }
}

/// Rounds numbers to whole codes: multiples of a unit up to 2^(bits + 1) of them, above that `bits` binary digits of every number.
struct RollupScale: Equatable {
    /// A number is off by at most one part in 2^(bits + 1), 0.05 %, once it is 2^bits units large.
    static let bits = 10
    private static let linearMax = Double(1 << (bits + 1))

    /// The unit is 2^exponent.
    let exponent: Int

    /// Growths in a usual span: 1 is 128 units, so that a slow counter's rates stay whole numbers although no span is exactly usual.
    static let counter = RollupScale(exponent: -7)

    init(exponent: Int) { self.exponent = min(max(exponent, -1_074), 1_000) }

    /// The smallest of the numbers that is not zero gets all the bits.
    init(for numbers: [Double]) {
        let magnitudes = numbers.lazy.map(\.magnitude).filter { $0 > 0 && $0.isFinite }
        guard let smallest = magnitudes.min(), let largest = magnitudes.max() else {
            self.init(exponent: 0)
            return
        }
        self.init(exponent: max(Int(smallest.exponent) - Self.bits, Int(largest.exponent) - 900))
    }

    func code(_ number: Double) -> Int64 {
        let magnitude = number.magnitude.scaled(-exponent)
        guard magnitude.isFinite else { return number.sign == .minus ? -(1 << 21) : 1 << 21 }
        var code: Int64
        if magnitude < Self.linearMax {
            code = Int64(magnitude.rounded())
        } else {
            let shift = Int(magnitude.exponent) - Self.bits
            code = Int64(shift) << Int64(Self.bits) + Int64(magnitude.scaled(-shift).rounded())
        }
        if number.sign == .minus { code = -code }
        return code
    }

    func value(_ code: Int64) -> Double {
        let magnitude = Int64(clamping: code.magnitude)
        var value: Double
        if Double(magnitude) < Self.linearMax {
            value = Double(magnitude).scaled(exponent)
        } else {
            let shift = min(magnitude >> Int64(Self.bits) - 1, 4_000)
            let digits = magnitude - shift << Int64(Self.bits)
            value = Double(digits).scaled(Int(shift) + exponent)
        }
        if !value.isFinite { value = .greatestFiniteMagnitude }
        return code < 0 ? -value : value
    }
}

extension Double {
    /// Times 2^exponent, in two steps so that the power itself stays in range.
    fileprivate func scaled(_ exponent: Int) -> Double {
        let half = min(max(exponent / 2, -1_000), 1_000)
        let rest = min(max(exponent - half, -1_000), 1_000)
        return self * Double(sign: .plus, exponent: half, significand: 1) * Double(sign: .plus, exponent: rest, significand: 1)
    }
}
