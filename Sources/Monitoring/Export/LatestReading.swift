package import Fleet
package import Foundation
import Platform

/// The newest values of one server, as Prometheus is given them. Pure.
package struct LatestReading: Sendable, Equatable {
    package var id: Server.ID
    package var name: String
    package var engine: String
    /// As shown: nobody reads it any more is `offline`, not the last good word.
    package var status: ServerStatus
    package var health: ServerHealth
    /// The last good collection; nil when there was none.
    package var collectedAt: Date?
    /// Those of the newest run; empty for a server that is not reached, so that nothing old passes for new.
    package var values: [MetricID: Double]

    package init(
        id: Server.ID, name: String, engine: String, status: ServerStatus, health: ServerHealth, collectedAt: Date?,
        values: [MetricID: Double]
    ) {
        self.id = id
        self.name = name
        self.engine = engine
        self.status = status
        self.health = health
        self.collectedAt = collectedAt
        self.values = values
    }

    /// The page in Prometheus' text format 0.0.4, a family for each metric. What is not known has no line: unknown is not zero.
    /// Without time stamps, which Prometheus refuses when they stand still: when a value was measured is a family of its own.
    package static func page(_ readings: [LatestReading]) -> String {
        let labelled = readings.map { ($0, "server=\"\(PrometheusText.escaped($0.name))\",id=\"\($0.id)\",engine=\"\($0.engine)\"") }
        var page = ""
        page.reserveCapacity(readings.count * 1_024)
        func family(_ name: String, _ help: String, _ line: (LatestReading) -> (moreLabels: String, value: Double)?) {
            page += "# HELP \(name) \(help)\n# TYPE \(name) gauge\n"
            for (reading, labels) in labelled {
                guard let (more, value) = line(reading) else { continue }
                page += "\(name){\(labels)\(more)} \(PrometheusText.number(value))\n"
            }
        }
        family("dbtools_server_up", "1 when the server is reached, 0 when it is not; none when nobody tries.") {
            $0.status == .unknown ? nil : ("", $0.status == .offline ? 0 : 1)
        }
        family("dbtools_server_health", "1 for the health that the server has: healthy, warning, critical, offline or unknown.") {
            (",health=\"\($0.health.rawValue)\"", 1)
        }
        family("dbtools_server_last_collected_timestamp_seconds", "When the server was last read, in Unix time.") {
            $0.collectedAt.map { ("", $0.timeIntervalSince1970) }
        }
        for metric in MetricType.all {
            family("dbtools_server_\(metric.name)", metric.description + " (\(metric.unit)).") { reading in
                reading.values[metric.id].map { ("", $0) }
            }
        }
        return page
    }
}
