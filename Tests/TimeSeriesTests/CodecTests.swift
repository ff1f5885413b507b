import Testing

@testable import TimeSeries

@Suite struct CodecTests {
    private func isRestored(_ values: [Int64]) throws -> Bool {
        var bytes: [UInt8] = []
        IntegerCodec.encode(values, into: &bytes)
        var reader = ByteReader(bytes[...])
        let restored = try IntegerCodec.decode(values.count, from: &reader)
        return restored == values && reader.remaining == 0
    }

    @Test func everySequenceOfWholeNumbersComesBack() throws {
        var random = Seeded(1)
        for _ in 0..<4_000 { #expect(try isRestored(Samples.integers(Int.random(in: 0...150, using: &random), &random))) }
    }

    @Test(arguments: [
        [], [.min], [.max, .min], [.min, .max, .min, .max], [0, .min, 0], [5, 5, 5], [1, 3, 5, 7], [.min, 0, .max, 0],
    ] as [[Int64]])
    func theExtremesOfWholeNumbersComeBack(values: [Int64]) throws { #expect(try isRestored(values)) }

    @Test func everySequenceOfDoublesComesBackBitForBit() throws {
        var random = Seeded(2)
        for _ in 0..<4_000 {
            let values = Samples.floats(Int.random(in: 0...150, using: &random), &random)
            var bytes: [UInt8] = []
            FloatCodec.encode(values, into: &bytes)
            var reader = ByteReader(bytes[...])
            let restored = try FloatCodec.decode(values.count, from: &reader)
            #expect(restored.map(\.bitPattern) == values.map(\.bitPattern))
            #expect(reader.remaining == 0)
        }
    }

    @Test func whatIsUnknownStaysUnknown() throws {
        var random = Seeded(3)
        for _ in 0..<2_000 {
            let values = Samples.floats(Int.random(in: 1...150, using: &random), &random)
            let column = Samples.column(values, &random)
            var bytes: [UInt8] = []
            ColumnCodec.encode(column, into: &bytes)
            var reader = ByteReader(bytes[...])
            #expect(bits(try ColumnCodec.decodeFloats(column.count, from: &reader)) == bits(column))
        }
    }

    @Test(arguments: [[nil, 1, 2], [1, nil, 2], [1, 2, nil], [nil, nil], []] as [[Double?]])
    func aColumnGrowsRowByRowAndPieceByPiece(values: [Double?]) {
        var (rows, pieces) = (Column<Double>([]), Column<Double>([]))
        for value in values {
            rows.append(value, filler: 0)
            pieces.append(Column([value], filler: 0))
        }
        #expect(rows.optionals == values)
        #expect(pieces.optionals == values)
        #expect(rows.rows(Array(values.indices.reversed())).optionals == values.reversed())
    }

    @Test func ordinaryColumnsAreSmall() {
        func size(_ values: [Double]) -> Int {
            var bytes: [UInt8] = []
            FloatCodec.encode(values, into: &bytes)
            return bytes.count
        }
        var random = Seeded(4)
        #expect(size([Double](repeating: 1.0 / 3, count: 120)) <= 10)
        #expect(size((0..<120).map { 1e9 + Double($0) * 8192 }) <= 16)
        // A percentage with two decimals around 40: 11 bits of noise each.
        #expect(size((0..<120).map { _ in (40 + Double.random(in: -5...5, using: &random)).rounded(toPlaces: 2) }) <= 120 * 12 / 8)
    }

    @Test func damagedBytesThrowOrGiveNumbersButNeverTrap() {
        var random = Seeded(5)
        for _ in 0..<4_000 {
            var bytes: [UInt8] = []
            ColumnCodec.encode(Samples.column(Samples.floats(60, &random), &random), into: &bytes)
            if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
            for _ in 0..<Int.random(in: 0...3, using: &random) where !bytes.isEmpty {
                bytes[Int.random(in: bytes.indices, using: &random)] ^= 1 << UInt8.random(in: 0...7, using: &random)
            }
            for isFloat in [true, false] {
                var reader = ByteReader(bytes[...])
                let count = isFloat ? try? ColumnCodec.decodeFloats(60, from: &reader).count
                    : try? ColumnCodec.decodeIntegers(60, from: &reader).count
                #expect(count == nil || count == 60)
            }
            var reader = ByteReader(bytes[...])
            let axis = Axis(times: Array(0..<60), offsets: Array(repeating: 5, count: 60), spans: Array(repeating: 9, count: 60))
            let rollup = try? RollupCodec.decode(axis: axis, unitsPerSecond: 1_000, from: &reader)
            #expect(rollup == nil || rollup?.count == 60)
        }
    }
}

extension Double {
    func rounded(toPlaces places: Int) -> Double {
        let power = (0..<places).reduce(1.0) { power, _ in power * 10 }
        return (self * power).rounded() / power
    }
}
