import Testing

@testable import TimeSeries

@Suite struct RollupTests {
    private let minute: Int64 = 60_000

    private func axis(_ count: Int, from: Int64 = 0) -> Axis {
        Axis(
            times: (0..<count).map { from + Int64($0) * minute }, offsets: [Int64](repeating: 40, count: count),
            spans: [Int64?](repeating: minute, count: count))
    }

    @Test func aGaugesStepsHaveItsSmallestLargestMeanAndLast() {
        let plan = RollupPlan(axis(7), stepLength: 300_000, from: 0)
        let rollup = plan.gauge(Column([3, 1, 4, 1, 5, 9, nil], filler: 0))
        #expect(plan.axis.times == [0, 300_000])
        #expect(rollup.counts == [5, 1])
        #expect((rollup.smallest, rollup.largest, rollup.last) == ([1, 9], [5, 9], [5, 9]))
        #expect(rollup.average(0, unitsPerSecond: 1_000) == 14.0 / 5)
    }

    @Test func aCountersStepsHaveItsRatesOverMeasuredSeconds() {
        let plan = RollupPlan(axis(5), stepLength: 300_000, from: 0)
        let values: [Int64?] = [1_000, 1_600, 1_500, 1_500, 2_700]
        let column = Column(values, filler: 0)
        let spans: [Int64?] = [nil, minute, minute, minute, 2 * minute]
        let rollup = plan.counter(column, before: { $0 == 0 ? nil : column[$0 - 1] }, spans: spans, unitsPerSecond: 1_000)
        // 600 in 60 s; a counter that went back says nothing; none; 1,200 in 120 s.
        #expect(rollup.counts == [3])
        #expect((rollup.smallest[0], rollup.largest[0], rollup.last[0]) == (0, 10, 10))
        #expect(rollup.sums[0] == 1_800)
        #expect(rollup.average(0, unitsPerSecond: 1_000) == 1_800.0 / 240)
    }

    @Test func whatIsNotFiniteCountsAsUnknown() {
        let rollup = RollupPlan(axis(3), stepLength: 300_000, from: 0).gauge(Column([.nan, 2, .infinity]))
        #expect(rollup.counts == [1])
        #expect(rollup.largest == [2])
    }

    @Test func rowsBeforeTheBeginningAreInNoStep() {
        let plan = RollupPlan(axis(4, from: -2 * minute), stepLength: 300_000, from: 0)
        #expect(plan.stepOfRow == [nil, nil, 0, 0])
        #expect(plan.axis.offsets == [2])
    }

    @Test func scaleIsMonotoneAndPrecise() {
        var random = Seeded(20)
        for _ in 0..<20_000 {
            let numbers = (0..<2).map { _ in
                let exponent = Int.random(in: -300...300, using: &random)
                return Double.random(in: -1...1, using: &random) * Double(sign: .plus, exponent: exponent, significand: 1)
            }.sorted()
            let scale = RollupScale(for: numbers)
            let codes = numbers.map(scale.code)
            #expect(codes[0] <= codes[1])
            for (number, code) in zip(numbers, codes) {
                #expect(abs(scale.value(code) - number) <= number.magnitude / 2_048)
                #expect(scale.code(scale.value(code)) == code)
            }
        }
        #expect(RollupScale(for: [0]).value(RollupScale(for: [0]).code(0)) == 0)
    }

    @Test func rollupsComeBackToTheirPrecision() throws {
        var random = Seeded(21)
        for round in 0..<400 {
            let isCounter = round % 2 == 0
            let raw = Samples.axis(240, &random)
            let plan = RollupPlan(raw, stepLength: 300_000, from: raw.times[10])
            let rollup: Rollup
            if isCounter {
                let column = Samples.column(Samples.integers(240, &random), &random)
                rollup = plan.counter(column, before: { $0 == 0 ? nil : column[$0 - 1] }, spans: raw.spans, unitsPerSecond: 1_000)
            } else {
                rollup = plan.gauge(Samples.column(Samples.floats(240, &random), &random))
            }
            var bytes: [UInt8] = []
            RollupCodec.encode(rollup, axis: plan.axis, isCounter: isCounter, unitsPerSecond: 1_000, into: &bytes)
            var reader = ByteReader(bytes[...])
            let restored = try RollupCodec.decode(axis: plan.axis, unitsPerSecond: 1_000, from: &reader)
            #expect(reader.remaining == 0)
            #expect(restored.counts == rollup.counts)
            for step in 0..<rollup.count where rollup.counts[step] > 0 {
                #expect(restored.spans[step] == rollup.spans[step])
                #expect(restored.smallest[step] <= restored.last[step] && restored.last[step] <= restored.largest[step])
                // A counter's rates are besides rounded to 1/128 of a growth by one in a usual span.
                // Beside a number that is 2^900 times as large, a gauge's number vanishes.
                let extreme = (rollup.largest.max() ?? 0).magnitude + (rollup.smallest.min() ?? 0).magnitude
                let floor = isCounter ? 1.0 / 128 / 30 : extreme * 0x1p-890
                for (value, exact) in [
                    (restored.last[step], rollup.last[step]), (restored.smallest[step], rollup.smallest[step]),
                    (restored.largest[step], rollup.largest[step]),
                ] { #expect(abs(value - exact) <= exact.magnitude / 1_024 + floor) }
            }
        }
    }

    @Test func aConstantColumnsDayIsAFewBytes() {
        let raw = axis(1_440)
        let plan = RollupPlan(raw, stepLength: 300_000, from: 0)
        var bytes: [UInt8] = []
        RollupCodec.encode(
            plan.gauge(Column([Double](repeating: 42, count: 1_440))), axis: plan.axis, isCounter: false, unitsPerSecond: 1_000,
            into: &bytes)
        #expect(bytes.count < 16)
    }
}
