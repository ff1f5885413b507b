@testable import TimeSeries

/// The same numbers in every run: SplitMix64.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Columns as servers have them, and as nobody has them.
enum Samples {
    static let nastyIntegers: [Int64] = [.min, .max, .min + 1, 0, -1, 1, 1 << 53, -(1 << 62), 4_611_686_018_427_387_904]
    static let nastyFloats: [Double] = [
        .nan, .signalingNaN, Double(nan: 0x1234, signaling: false), -Double.nan, .infinity, -.infinity, -0.0, 0.0, .leastNonzeroMagnitude,
        .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 0.1, 1.0 / 3, 9_007_199_254_740_994, 1e22, 1e23, 9.2e18, 9.3e18, -1e-15,
        123_456_789.123_456,
    ]

    static func integers(_ count: Int, _ random: inout Seeded) -> [Int64] {
        var value = Int64.random(in: -1000...1_000_000_000, using: &random)
        let width = Int.random(in: 0...63, using: &random)
        let step = Int64.random(in: 0...100_000, using: &random)
        switch Int.random(in: 0...6, using: &random) {
        case 0: return [Int64](repeating: value, count: count)
        case 1: return (0..<count).map { value &+ Int64($0) &* step }
        case 2: return (0..<count).map { _ in Int64(bitPattern: random.next() >> UInt64(width)) }
        case 3: return (0..<count).map { _ in nastyIntegers.randomElement(using: &random) ?? 0 }
        case 4:
            return (0..<count).map { _ in
                value &+= Bool.random(using: &random) ? 0 : Int64.random(in: 0...3, using: &random)
                return value
            }
        case 5: return (0..<count).map { _ in Int64.random(in: 1...400, using: &random) * 8192 }
        default:
            return (0..<count).map { _ in
                value &+= Int.random(in: 0...20, using: &random) == 0 ? step &* 1000 : Int64.random(in: 0...9, using: &random)
                return value
            }
        }
    }

    static func floats(_ count: Int, _ random: inout Seeded) -> [Double] {
        let powers: [Double] = [1, 10, 100, 1000, 1e6]
        let digits: Double = powers[Int.random(in: 0..<5, using: &random)]
        var value = Double.random(in: 0...100, using: &random)
        switch Int.random(in: 0...6, using: &random) {
        case 0: return [Double](repeating: value, count: count)
        case 1: return (0..<count).map { _ in Double.random(in: 0...100, using: &random) }
        case 2: return (0..<count).map { _ in Double(bitPattern: random.next()) }
        case 3: return (0..<count).map { _ in nastyFloats.randomElement(using: &random) ?? 0 }
        case 4: return (0..<count).map { _ in (Double.random(in: -50...100, using: &random) * digits).rounded() / digits }
        case 5: return (0..<count).map { Double($0) * 65_536 * 1e9 }
        default:
            return (0..<count).map { _ in
                value += Double.random(in: -1...1, using: &random)
                return value
            }
        }
    }

    static func column<Value>(_ values: [Value], _ random: inout Seeded) -> Column<Value> {
        switch Int.random(in: 0...4, using: &random) {
        case 0:
            var column = Column<Value>([])
            for value in values { column.append(Int.random(in: 0...9, using: &random) == 0 ? nil : value, filler: value) }
            return column
        case 1:
            let nothing: [Value?] = values.map { _ in nil }
            return Column(nothing, filler: values[0])
        default: return Column(values)
        }
    }

    static func axis(_ count: Int, _ random: inout Seeded) -> Axis {
        let start = Int64.random(in: 0...2_000_000_000_000, using: &random)
        var axis = Axis(times: [], offsets: [], spans: [])
        for row in 0..<count {
            let offset = Int64.random(in: 0...90, using: &random)
            let span = 60_000 + offset - (axis.offsets.last ?? 0)
            axis.times.append(start + Int64(row) * 60_000)
            axis.offsets.append(offset)
            axis.spans.append(Int.random(in: 0...30, using: &random) == 0 ? nil : span)
        }
        return axis
    }

    static func chunk(_ random: inout Seeded) -> Chunk {
        var axes = [axis(Int.random(in: 0...130, using: &random), &random), axis(Int.random(in: 1...24, using: &random), &random)]
        axes.append(axes[0])
        var sections: [Chunk.Section] = []
        for id in 0..<Int.random(in: 0...5, using: &random) {
            var section = Chunk.Section(id: Int32(id) - 2, axis: axes[id % axes.count], floats: [], integers: [])
            let count = section.axis.count
            for _ in 0..<Int.random(in: 0...90, using: &random) {
                section.floats.append(count > 0 ? column(floats(count, &random), &random) : Column([]))
            }
            for _ in 0..<Int.random(in: 0...9, using: &random) {
                section.integers.append(count > 0 ? column(integers(count, &random), &random) : Column([]))
            }
            sections.append(section)
        }
        return Chunk(sections: sections)
    }
}

/// What a column says, so that NaNs compare by their bits.
func bits(_ column: Column<Double>) -> [UInt64?] { column.optionals.map { $0?.bitPattern } }
