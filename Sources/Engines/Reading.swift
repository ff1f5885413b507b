package import Foundation

/// What a collection can measure. Raw values are the names in the API and the database (design.md, settled question 9).
package enum Metric: String, Codable, CaseIterable, Sendable, Hashable {
    // Gauges: in `Reading.gauges`.
    /// CPU of the whole machine, percent of all cores, 0 to 100.
    case cpuPercent = "cpu_percent"
    /// CPU of the database server's own process, percent of all cores, 0 to 100.
    case engineCPUPercent = "engine_cpu_percent"
    /// Physical memory in use on the machine, percent, 0 to 100.
    case memoryPercent = "memory_percent"
    /// Physical memory of the machine, in bytes.
    case memoryTotalBytes = "memory_total_bytes"
    /// Memory that the database server holds, in bytes.
    case memoryUsedBytes = "memory_used_bytes"
    /// User connections.
    case connectionCount = "connection_count"
    /// Seconds that a page is expected to stay in the buffer pool (SQL Server).
    case pageLifeExpectancySeconds = "page_life_expectancy_seconds"

    // Counters: in `Reading.counters`, as raw totals since the server started. Rates are the reader's work.
    /// Batches (SQL Server), transactions (PostgreSQL) or statements (MySQL); shown as a rate per second.
    case batchRequestsSec = "batch_requests_sec"
    /// Physical reads, in operations (PostgreSQL: blocks read from outside its cache).
    case diskReads = "disk_io_reads"
    /// Physical writes, in operations.
    case diskWrites = "disk_io_writes"
    /// Time that tasks spent waiting, in milliseconds, without waits of idleness.
    case waitTimeMs = "wait_time_ms"
    /// Pages or blocks that were found in the cache.
    case cacheHits = "cache_hits"
    /// Pages or blocks that were asked of the cache.
    case cacheLookups = "cache_lookups"
    /// CPU that DbTools' own sessions used on the target since they began, in milliseconds.
    case ownCPUMs = "own_cpu_ms"

    /// Whether the value is a raw counter that only grows until the server restarts.
    package var isCounter: Bool {
        switch self {
        case .cpuPercent, .engineCPUPercent, .memoryPercent, .memoryTotalBytes, .memoryUsedBytes, .connectionCount,
            .pageLifeExpectancySeconds:
            false
        case .batchRequestsSec, .diskReads, .diskWrites, .waitTimeMs, .cacheHits, .cacheLookups, .ownCPUMs: true
        }
    }
}

/// Which server answered. When `serverName` or `startedAt` changes, counters started anew: no rate across the change.
package struct ServerIdentity: Sendable, Hashable, Codable {
    /// As the server calls itself, such as `@@SERVERNAME`.
    package let serverName: String
    /// When the server process started; nil when the login may not know.
    package let startedAt: Date?
    /// The exact build, such as `15.0.4375.4`.
    package let productVersion: String
    package let edition: String
    /// The product's everyday name, such as `SQL Server 2019`.
    package let version: String
    /// Logical processors that the server uses; nil when unknown.
    package let coreCount: Int?

    package init(serverName: String, startedAt: Date?, productVersion: String, edition: String, version: String, coreCount: Int?) {
        self.serverName = serverName
        self.startedAt = startedAt
        self.productVersion = productVersion
        self.edition = edition
        self.version = version
        self.coreCount = coreCount
    }
}

/// One collection's raw result. What could not be read is absent: unknown is not zero.
package struct Reading: Sendable {
    /// Counters that the server itself adds up: one that loses a member may have grown all the same, and by too little.
    package struct Membership: Sendable, Equatable {
        /// Another number where the sums are of other members than before, or one of them began anew.
        package let mark: Int64
        /// The sums.
        package let metrics: Set<Metric>

        package init(mark: Int64, metrics: Set<Metric>) {
            self.mark = mark
            self.metrics = metrics
        }
    }
    package var identity: ServerIdentity
    /// DbTools' clock when the answer had come.
    package var collectedAt: Date
    /// The monotonic clock of this machine at the same moment, in seconds: divide counter deltas by its differences.
    package var monotonicSeconds: Double
    package var gauges: [Metric: Double]
    package var counters: [Metric: Int64]
    /// What some of the counters are added up of; nil: of one thing, or not known.
    package var membership: Membership?
    /// Rights whose absence left values out: the server is degraded, not offline.
    package var denied: [PermissionCheck]
    /// Whether what is missing is the right to see the server's state: views may then answer with the own session only, and without an
    /// error.
    package var isBlind = false
    /// Why the monitoring objects could not be used although they are deployed, as a sentence: the server was asked directly, so this is no
    /// outage.
    package var objectsProblem: String?
    /// What this kind of server does not have, each with its own words, as phrases: no fault, and no value.
    package var unavailable: [String] = []
    /// How long the round trip took.
    package var durationMs: Int
    /// What collectors' conditions ask of the server; nil: not known, and none of them is run.
    package var traits: ServerTraits?

    package init(
        identity: ServerIdentity, collectedAt: Date, monotonicSeconds: Double, gauges: [Metric: Double] = [:],
        counters: [Metric: Int64] = [:], denied: [PermissionCheck] = [], durationMs: Int = 0
    ) {
        self.identity = identity
        self.collectedAt = collectedAt
        self.monotonicSeconds = monotonicSeconds
        self.gauges = gauges
        self.counters = counters
        self.denied = denied
        self.durationMs = durationMs
    }
}
