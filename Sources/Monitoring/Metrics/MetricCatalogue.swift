/// A metric's number in the database: small, because it stands beside every value. Never used again for another metric.
package enum MetricID: Int16, Sendable, CaseIterable, Codable {
    case cpuPercent = 1
    case memoryPercent = 2
    case connectionCount = 3
    case batchRequestsSec = 4
    case diskReads = 5
    case diskWrites = 6
    case waitTimeMs = 7
    case engineCPUPercent = 8
    case memoryTotalBytes = 9
    case memoryUsedBytes = 10
    case pageLifeExpectancySeconds = 11
    case cacheHitPercent = 12
    case ownCPUMs = 13
}

/// What the product measures: name, unit and meaning of a metric. The same rows stand in `monitoring.metric_types` (m0003, m0017); a test
/// compares them.
package struct MetricType: Sendable, Equatable {
    /// What is stored of it.
    package enum Kind: String, Sendable {
        /// The value as it was measured.
        case gauge
        /// A raw total, which grows until the server restarts; a rate per second wherever it is shown.
        case counter
    }

    package let id: MetricID
    /// As in the API and the database.
    package let name: String
    package let kind: Kind
    /// Of what is shown: a counter's is that of its rate.
    package let unit: String
    package let description: String

    private init(_ id: MetricID, _ name: String, _ kind: Kind, _ unit: String, _ description: String) {
        self.id = id
        self.name = name
        self.kind = kind
        self.unit = unit
        self.description = description
    }

    package static let all: [MetricType] = [
        MetricType(.cpuPercent, "cpu_percent", .gauge, "percent", "CPU use of the whole machine, as a share of all its processors"),
        MetricType(.memoryPercent, "memory_percent", .gauge, "percent", "Physical memory in use on the machine"),
        MetricType(.connectionCount, "connection_count", .gauge, "count", "Open user connections"),
        MetricType(
            .batchRequestsSec, "batch_requests_sec", .counter, "per_second",
            "Batches (SQL Server), transactions (PostgreSQL) or statements (MySQL) per second"),
        MetricType(.diskReads, "disk_io_reads", .counter, "per_second", "Physical reads per second"),
        MetricType(.diskWrites, "disk_io_writes", .counter, "per_second", "Physical writes per second"),
        MetricType(
            .waitTimeMs, "wait_time_ms", .counter, "ms_per_second",
            "Milliseconds that tasks waited, per second, without benign waits"),
        MetricType(
            .engineCPUPercent, "engine_cpu_percent", .gauge, "percent",
            "CPU use of the database server's own process, as a share of all processors"
        ),
        MetricType(.memoryTotalBytes, "memory_total_bytes", .gauge, "bytes", "Physical memory of the machine"),
        MetricType(.memoryUsedBytes, "memory_used_bytes", .gauge, "bytes", "Memory that the database server holds"),
        MetricType(
            .pageLifeExpectancySeconds, "page_life_expectancy_seconds", .gauge, "seconds",
            "Seconds that a page is expected to stay in the buffer pool"),
        MetricType(
            .cacheHitPercent, "cache_hit_percent", .gauge, "percent",
            "Pages or blocks that were found in the cache, as a share of those asked of it"),
        MetricType(
            .ownCPUMs, "own_cpu_ms", .counter, "ms_per_second",
            "CPU that DbTools itself used on the server, in milliseconds per second"),
    ]

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
    private static let shortNames = ["cpu": "cpu_percent", "memory": "memory_percent", "connections": "connection_count"]

    /// The metric called `name`, by its full or its short name; nil for any other word.
    package static func named(_ name: String) -> MetricType? { byName[shortNames[name] ?? name] }
}
