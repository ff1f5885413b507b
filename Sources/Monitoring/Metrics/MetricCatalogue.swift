/// A metric's number in the database: small, because it stands beside every value. Never used again for another metric.
package enum MetricID: Int16, Sendable, CaseIterable, Codable {
    case cpuPercent = 1
    case memoryPercent = 2
    case connectionCount = 3
    case batchRequestsSec = 4
    case diskIOReads = 5
    case diskIOWrites = 6
    case waitTimeMs = 7
}

/// What the product measures: name, unit and meaning of every metric. The same rows stand in `monitoring.metric_types`.
package struct MetricType: Sendable, Equatable {
    package let id: MetricID
    /// As in the API and the database.
    package let name: String
    package let unit: String
    package let description: String
}

package enum MetricCatalogue {
    package static let types: [MetricType] = [
        MetricType(id: .cpuPercent, name: "cpu_percent", unit: "percent", description: "CPU use of the database server's process, as a share of all its processors"),
        MetricType(id: .memoryPercent, name: "memory_percent", unit: "percent", description: "Memory in use on the machine"),
        MetricType(id: .connectionCount, name: "connection_count", unit: "count", description: "Open connections"),
        MetricType(id: .batchRequestsSec, name: "batch_requests_sec", unit: "per_second", description: "Batches (SQL Server) or statements received per second"),
        MetricType(id: .diskIOReads, name: "disk_io_reads", unit: "per_second", description: "Reads from data and log files per second"),
        MetricType(id: .diskIOWrites, name: "disk_io_writes", unit: "per_second", description: "Writes to data and log files per second"),
        MetricType(id: .waitTimeMs, name: "wait_time_ms", unit: "ms_per_second", description: "Milliseconds that sessions waited, per second, without benign waits"),
    ]

    private static let byName = Dictionary(uniqueKeysWithValues: types.map { ($0.name, $0) })
    private static let shortNames = ["cpu": "cpu_percent", "memory": "memory_percent", "connections": "connection_count"]

    /// The metric called `name`, by its full or its short name.
    package static func type(named name: String) -> MetricType? { byName[shortNames[name] ?? name] }

    package static func type(_ id: MetricID) -> MetricType? { types.first { $0.id == id } }
}
