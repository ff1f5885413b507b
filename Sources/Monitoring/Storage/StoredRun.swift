package import Fleet
package import Foundation

/// One finished attempt on its way to the tenant's database.
package struct StoredRun: Sendable {
    package var server: Server.ID
    package var slotAt: Date
    package var finishedAt: Date
    package var intervalSeconds: Int
    /// Of the shard's lease when the run began.
    package var epoch: Int64
    package var result: RunResult
    /// The counters as they were read.
    package var totals: [MetricID: Int64]
    /// Measured seconds since the run before, whose totals these may be compared with; nil: the first run, a restart, a gap,
    /// another server.
    package var seconds: Double?
    /// What the server said of itself, when it is new.
    package var facts: ServerFacts?
    /// Why the monitoring objects could not be used although they are deployed.
    package var objectsProblem: String?

    package init(
        server: Server.ID, slotAt: Date, finishedAt: Date, intervalSeconds: Int, epoch: Int64, result: RunResult,
        totals: [MetricID: Int64] = [:], seconds: Double? = nil,
        facts: ServerFacts? = nil, objectsProblem: String? = nil
    ) {
        self.server = server
        self.slotAt = slotAt
        self.finishedAt = finishedAt
        self.intervalSeconds = intervalSeconds
        self.epoch = epoch
        self.result = result
        self.totals = totals
        self.seconds = seconds
        self.facts = facts
        self.objectsProblem = objectsProblem
    }
}

/// What storing a batch of runs did.
package struct StoreOutcome: Sendable, Equatable {
    package var storedCount = 0
    /// Runs of a collector that had lost its lease.
    package var fencedCount = 0
    /// Runs of servers that were deleted, or whose collection was switched off, meanwhile.
    package var unwantedCount = 0
    package var healthChangeCount = 0
}
