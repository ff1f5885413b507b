import Engines
import Foundation

/// What is remembered of a collector's last counters on one server, so that the next run has rates. Small: a hash and the totals of each
/// row.
struct CollectorMemory: Sendable {
    /// Which run of which server the counters are of.
    struct Origin: Sendable, Equatable {
        var serverName: String
        var startedAt: Date?

        func isSame(as other: Origin) -> Bool {
            guard serverName == other.serverName else { return false }
            guard let startedAt, let since = other.startedAt else { return true }
            return abs(startedAt.timeIntervalSince(since)) <= Differencing.startTimeSlackSeconds
        }
    }
    private let origin: Origin
    private let monotonicSeconds: Double
    private let positions: [UInt64: Int32]
    private let counters: [Int64?]

    init(_ table: CollectedTable, origin: Origin, monotonicSeconds: Double) {
        self.origin = origin
        self.monotonicSeconds = monotonicSeconds
        positions = Dictionary(
            table.instances.enumerated().map { (InstanceHash.of($1), Int32($0)) }, uniquingKeysWith: { first, _ in first })
        counters = table.counters
    }

    /// Puts into `table` how fast its counters grew since `memory`: by measured seconds, and no value where two totals cannot be compared.
    ///
    /// - Parameter gapSecondsMax: between two runs that say something of each other.
    static func addRates(
        to table: inout CollectedTable, after memory: CollectorMemory?, origin: Origin, monotonicSeconds: Double, gapSecondsMax: Double
    ) {
        guard !table.counters.isEmpty, !table.instances.isEmpty else { return }
        table.rates = Array(repeating: nil, count: table.counters.count)
        guard let memory, memory.origin.isSame(as: origin) else { return }
        let seconds = monotonicSeconds - memory.monotonicSeconds
        guard seconds > 0, seconds <= gapSecondsMax else { return }
        table.seconds = seconds
        let width = table.counters.count / table.instances.count
        for (row, instance) in table.instances.enumerated() {
            guard let old = memory.positions[InstanceHash.of(instance)].map({ Int($0) }) else { continue }
            for column in 0..<width {
                guard let now = table.counters[row * width + column], memory.counters.indices.contains(old * width + column),
                    let before = memory.counters[old * width + column], now >= before
                else { continue }
                table.rates[row * width + column] = Double(now - before) / seconds
            }
        }
    }
}

extension Cadence {
    /// Seconds between two runs past which their difference says nothing of now: an hour, and twice the cadence of what runs more rarely.
    var gapSecondsMax: Double {
        switch self {
        case .hour, .day: 2 * Double(seconds(intervalSeconds: 0))
        default: Differencing.gapSecondsMax
        }
    }
}

/// A short name for a series' labels, the same in every process: FNV-1a, stirred by MurmurHash3's finalizer as PlanKey's is.
enum InstanceHash {
    static func of(_ text: String) -> UInt64 {
        var hash = text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
        hash = (hash ^ hash >> 33) &* 0xff51_afd7_ed55_8ccd
        hash = (hash ^ hash >> 33) &* 0xc4ce_b9fe_1a85_ec53
        return hash ^ hash >> 33
    }
}
