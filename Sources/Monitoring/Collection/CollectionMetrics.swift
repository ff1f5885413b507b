package import Foundation
import Synchronization

/// What this collector does, in numbers: for `/metrics`, logs and the bar on achieved gaps.
package final class CollectionMetrics: Sendable {
    /// Gaps kept for the percentiles: the latest ones.
    package static let gapCountMax = 8_192

    package struct Counts: Sendable, Equatable {
        package var goodRuns = 0
        package var failedRuns = 0
        /// Slots that went by while the run before was still under way.
        package var skippedRuns = 0
        /// Runs that never reached the database.
        package var droppedRuns = 0
        /// Runs of shards that had another holder by then.
        package var fencedRuns = 0
        package var storedRuns = 0
        package var failedFlushes = 0
        package var healthChanges = 0
    }
    private struct State {
        var counts = Counts()
        /// Achieved gap by interval: 1 is on time.
        var gaps: [Double] = []
        var nextGap = 0
    }

    private let state = Mutex(State())

    package init() {}

    package var counts: Counts { state.withLock { $0.counts } }

    package func count(_ counter: WritableKeyPath<Counts, Int> & Sendable, by amount: Int = 1) {
        state.withLock { $0.counts[keyPath: counter] += amount }
    }

    func add(_ outcome: StoreOutcome) {
        state.withLock { state in
            state.counts.storedRuns += outcome.storedCount
            state.counts.fencedRuns += outcome.fencedCount
            state.counts.healthChanges += outcome.healthChangeCount
        }
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

    /// Prometheus text, without `# HELP` of others' making.
    package func prometheusText(labels: String = "") -> String {
        let counts = counts
        let counters = [
            ("good_runs", counts.goodRuns), ("failed_runs", counts.failedRuns), ("skipped_runs", counts.skippedRuns), ("dropped_runs", counts.droppedRuns),
            ("fenced_runs", counts.fencedRuns), ("stored_runs", counts.storedRuns), ("failed_flushes", counts.failedFlushes),
            ("health_changes", counts.healthChanges),
        ]
        var lines = counters.flatMap { name, value in
            ["# TYPE dbtools_collection_\(name)_total counter", "dbtools_collection_\(name)_total\(labels) \(value)"]
        }
        for (name, percentile) in [("p50", 0.5), ("p99", 0.99), ("max", 1.0)] {
            guard let ratio = gapRatio(percentile: percentile) else { continue }
            lines += ["# TYPE dbtools_collection_gap_ratio_\(name) gauge", "dbtools_collection_gap_ratio_\(name)\(labels) \(ratio)"]
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
