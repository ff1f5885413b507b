import Foundation
package import Primitives
import Synchronization

/// What this collector does, in numbers: for `/metrics`, logs and the bar on achieved gaps.
package final class CollectionMetrics: Sendable {
    /// Gaps kept for the percentiles: the latest ones.
    package static let gapCountMax = 8_192

    /// What is counted. The raw value is the name in `/metrics`.
    package enum Counter: String, CaseIterable, Sendable {
        case goodRuns = "good_runs"
        case failedRuns = "failed_runs"
        /// Slots that went by without a run: the one before was still under way, or collection stood still.
        case skippedRuns = "skipped_runs"
        /// Runs that never reached the database.
        case droppedRuns = "dropped_runs"
        /// What collectors beside the core brought, run by run, and never reached the database.
        case droppedCollectorRuns = "dropped_collector_runs"
        /// Runs, of the core or of collectors beside it, that had not begun when another process took the server over: that one reads it.
        case handedOverRuns = "handed_over_runs"
        /// Runs of shards that had another holder by then.
        case fencedRuns = "fenced_runs"
        case storedRuns = "stored_runs"
        case failedFlushes = "failed_flushes"
        case healthChanges = "health_changes"
        /// Collectors beside the core whose whole round trip failed.
        case failedCollectors = "failed_collectors"
    }
    private struct State {
        var counts: [Counter: Int] = [:]
        /// Achieved gap by interval: 1 is on time.
        var gaps: [Double] = []
        var nextGap = 0
    }

    private let state = Mutex(State())

    package init() {}

    package subscript(_ counter: Counter) -> Int { state.withLock { $0.counts[counter, default: 0] } }

    package func count(_ counter: Counter, by amount: Int = 1) {
        state.withLock { $0.counts[counter, default: 0] += amount }
    }

    /// Sets a counter that is kept elsewhere.
    package func set(_ counter: Counter, to value: Int) { state.withLock { $0.counts[counter] = value } }

    func add(_ outcome: StoreOutcome) {
        count(.storedRuns, by: outcome.storedCount)
        count(.fencedRuns, by: outcome.fencedCount)
        count(.healthChanges, by: outcome.healthChangeCount)
    }

    /// A good run came `seconds` after the good run before it.
    func recordGap(seconds: Double, intervalSeconds: Int) {
        let ratio = seconds / Double(max(1, intervalSeconds))
        state.withLock { state in
            if state.gaps.count < Self.gapCountMax { state.gaps.append(ratio) } else { state.gaps[state.nextGap] = ratio }
            state.nextGap = (state.nextGap + 1) % Self.gapCountMax
        }
    }

    /// The achieved gaps of the latest runs, as multiples of their intervals; nil before there are any.
    package func gapRatio(percentile: Double) -> Double? {
        let gaps = state.withLock { $0.gaps }.sorted()
        guard let last = gaps.last else { return nil }
        return percentile >= 1 ? last : gaps[Int(Double(gaps.count - 1) * percentile)]
    }

    /// Everything as one JSON object: the counters by name, and the achieved gaps as multiples of the intervals.
    package var json: [String: JSONValue] {
        let counts = state.withLock { $0.counts }
        var members = Dictionary(uniqueKeysWithValues: Counter.allCases.map { ($0.rawValue, JSONValue.int(Int64(counts[$0, default: 0]))) })
        for (name, percentile) in [("gap_ratio_p50", 0.5), ("gap_ratio_p99", 0.99), ("gap_ratio_max", 1.0)] {
            members[name] = JSONValue(gapRatio(percentile: percentile))
        }
        return members
    }
}
