package import Foundation
package import Platform
package import Primitives

/// Whether servers are being read, as the collectors last said: for the banner above every page.
package struct CollectionStatus: Sendable, Encodable {
    /// What a person must know first.
    package enum State: String, Sendable, Encodable {
        case running
        /// Servers are read, and what comes of it waits in memory for the database.
        case waiting
        /// Nothing is read.
        case stopped
    }

    /// Seconds that runs may wait for the database before it is said.
    static let waitingSecondsMin = 5.0

    package var state: State
    /// Why it is not running, as a sentence.
    package var message: String?
    package var since: Date?
    /// Collector processes that are alive, on all nodes.
    package var collectorCount: Int
    /// The following count since the processes' start.
    package var waitingRuns: Int
    package var droppedRuns: Int
    package var droppedCollectorRuns: Int
    package var skippedRuns: Int

    /// - Parameter statistics: what each live collector said with its last heartbeat.
    package init(_ statistics: [JSONValue], now: Date) {
        func sum(_ name: String) -> Int { statistics.reduce(0) { $0 + Int($1[name]?.double ?? 0) } }
        func first(_ name: String) -> Date? { statistics.compactMap { $0[name]?.string.flatMap(RFC3339.date) }.min() }
        (collectorCount, waitingRuns, skippedRuns) = (statistics.count, sum("waiting_runs"), sum("skipped_runs"))
        (droppedRuns, droppedCollectorRuns) = (sum("dropped_runs"), sum("dropped_collector_runs"))
        if let stopped = first("stopped_since") {
            (state, since) = (.stopped, stopped)
            message = statistics.compactMap { $0["stopped_because"]?.string }.first
        } else if statistics.isEmpty {
            (state, message) = (.stopped, "No collector process is alive: the servers are not read. See the log of dbtools serve.")
        } else if let waiting = first("waiting_since"), now.timeIntervalSince(waiting) >= Self.waitingSecondsMin {
            (state, since) = (.waiting, waiting)
            message = "Readings wait in memory: DbTools' database does not take them."
        } else {
            state = .running
        }
    }

    /// Throws `PostgresError`.
    package static func read(on system: SystemDatabase, now: Date) async throws -> CollectionStatus {
        let statistics = try await system.read { try ShardLeaseSQL.statistics(leaseSeconds: ShardLeases.leaseSeconds, on: $0) }
        return CollectionStatus(statistics, now: now)
    }
}
