package import Engines
import Foundation

/// From raw totals to rates: what moved between two readings, by measured seconds. Where two readings cannot be compared there is no
/// value, never 0.
package enum Differencing {
    /// Seconds between two readings past which their difference says nothing of now: an hour, and two and a half intervals where that is
    /// more: a slot comes a moment late, and one may be missed.
    package static func gapSecondsMax(intervalSeconds: Int) -> Double { max(3_600, 2.5 * Double(intervalSeconds)) }
    /// Seconds by which a start time may wander: some servers only tell their uptime in whole seconds.
    static let startTimeSlackSeconds = 5.0

    /// What is kept of a reading until the next one.
    package struct Memory: Sendable {
        let serverName: String
        let startedAt: Date?
        let monotonicSeconds: Double
        let counters: [Metric: Int64]
        let membershipMark: Int64?

        package init(_ reading: Reading) {
            serverName = reading.identity.serverName
            startedAt = reading.identity.startedAt
            monotonicSeconds = reading.monotonicSeconds
            counters = reading.counters
            membershipMark = reading.membership?.mark
        }

        /// Seconds from here to `reading`; nil when the two are not of the same run of the same server, or too far apart.
        func seconds(to reading: Reading, intervalSeconds: Int) -> Double? {
            guard serverName == reading.identity.serverName else { return nil }
            if let startedAt, let other = reading.identity.startedAt, abs(other.timeIntervalSince(startedAt)) > startTimeSlackSeconds {
                return nil
            }
            let seconds = reading.monotonicSeconds - monotonicSeconds
            return seconds > 0 && seconds <= gapSecondsMax(intervalSeconds: intervalSeconds) ? seconds : nil
        }
    }

    /// The reading without sums that are of other members than those of the reading before: neither they nor those of the next reading
    /// have something to be compared with.
    package static func comparable(_ reading: Reading, after memory: Memory?) -> Reading {
        guard let membership = reading.membership, let mark = memory?.membershipMark, mark != membership.mark else { return reading }
        var reading = reading
        for metric in membership.metrics { reading.counters[metric] = nil }
        return reading
    }

    /// The values of one run. Pure.
    package static func values(of reading: Reading, after memory: Memory?, intervalSeconds: Int) -> [MetricID: Double] {
        var values: [MetricID: Double] = [:]
        for (metric, value) in reading.gauges where value.isFinite {
            if let id = gaugeIDs[metric] { values[id] = value }
        }
        guard let memory, let seconds = memory.seconds(to: reading, intervalSeconds: intervalSeconds) else { return values }
        for (metric, id) in rateIDs {
            if let delta = delta(metric, memory, reading) { values[id] = Double(delta) / seconds }
        }
        if let lookups = delta(.cacheLookups, memory, reading), lookups > 0, let hits = delta(.cacheHits, memory, reading) {
            values[.cacheHitPercent] = min(100, 100 * Double(hits) / Double(lookups))
        }
        return values
    }

    /// The counters of a reading as they were read, for storage.
    static func totals(of reading: Reading) -> [MetricID: Int64] {
        Dictionary(
            rateIDs.compactMap { metric, id in reading.counters[metric].map { (id, $0) } }, uniquingKeysWith: { first, _ in first })
    }

    private static let gaugeIDs: [Metric: MetricID] = [
        .cpuPercent: .cpuPercent, .engineCPUPercent: .engineCPUPercent, .memoryPercent: .memoryPercent,
        .memoryTotalBytes: .memoryTotalBytes,
        .memoryUsedBytes: .memoryUsedBytes, .connectionCount: .connectionCount, .pageLifeExpectancySeconds: .pageLifeExpectancySeconds,
    ]
    private static let rateIDs: [(Metric, MetricID)] = [
        (.batchRequestsSec, .batchRequestsSec), (.diskReads, .diskReads), (.diskWrites, .diskWrites), (.ownCPUMs, .ownCPUMs),
        (.waitTimeMs, .waitTimeMs),  // the engine has left benign waits out of this sum
    ]

    /// How far a counter moved; nil when it was not read both times or went back.
    private static func delta(_ metric: Metric, _ memory: Memory, _ reading: Reading) -> Int64? {
        guard let old = memory.counters[metric], let new = reading.counters[metric] else { return nil }
        let (delta, overflow) = new.subtractingReportingOverflow(old)
        return delta >= 0 && !overflow ? delta : nil
    }
}
