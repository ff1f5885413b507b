import Foundation
import Glibc
import Postgres
import Synchronization

/// DbTools' own metrics in the Prometheus text format 0.0.4.
package final class PrometheusPage: Sendable {
    /// A number that a part of the program can tell whenever it is asked.
    package struct Gauge: Sendable {
        let name: String
        let help: String
        let value: @Sendable () -> Double

        /// - Parameter name: as Prometheus wants it, such as `dbtools_event_streams`.
        package init(_ name: String, help: String, value: @escaping @Sendable () -> Double) {
            self.name = name
            self.help = help
            self.value = value
        }
    }

    private let requests: RequestMetrics
    private let gauges: [Gauge]
    private let startedAt = Date()

    package init(requests: RequestMetrics, gauges: [Gauge]) {
        self.requests = requests
        self.gauges = gauges
    }

    package func text() -> String {
        var page = ""
        func line(_ name: String, _ labels: String = "", _ value: Double) {
            page += "\(name)\(labels.isEmpty ? "" : "{\(labels)}") \(PrometheusText.number(value))\n"
        }
        func head(_ name: String, _ kind: String, _ help: String) { page += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n" }

        let series = requests.snapshot.sorted {
            ($0.key.route, $0.key.method, $0.key.status) < ($1.key.route, $1.key.method, $1.key.status)
        }
        head("dbtools_http_request_duration_seconds", "histogram", "Requests by method, matched route and status.")
        for (key, histogram) in series {
            let labels = "method=\"\(key.method)\",route=\"\(PrometheusText.escaped(key.route))\",status=\"\(key.status)\""
            var sum = 0
            for (bound, count) in zip(RequestMetrics.bounds, histogram.counts) {
                sum += count
                line("dbtools_http_request_duration_seconds_bucket", "\(labels),le=\"\(bound)\"", Double(sum))
            }
            line("dbtools_http_request_duration_seconds_bucket", "\(labels),le=\"+Inf\"", Double(histogram.count))
            line("dbtools_http_request_duration_seconds_sum", labels, histogram.sum)
            line("dbtools_http_request_duration_seconds_count", labels, Double(histogram.count))
        }
        for gauge in gauges {
            head(gauge.name, "gauge", gauge.help)
            line(gauge.name, "", gauge.value())
        }
        head("process_start_time_seconds", "gauge", "When the process started, in Unix time.")
        line("process_start_time_seconds", "", startedAt.timeIntervalSince1970)
        if let process = ProcessFigures.now() {
            head("process_resident_memory_bytes", "gauge", "Memory that the process holds.")
            line("process_resident_memory_bytes", "", process.residentBytes)
            head("process_cpu_seconds_total", "counter", "Processor time that the process has used.")
            line("process_cpu_seconds_total", "", process.cpuSeconds)
            head("process_open_fds", "gauge", "Open file descriptors.")
            line("process_open_fds", "", process.openDescriptors)
        }
        return page
    }
}

/// What the kernel says of this process (proc(5)).
private struct ProcessFigures {
    let residentBytes: Double
    let cpuSeconds: Double
    let openDescriptors: Double

    /// Nil where there is no /proc.
    static func now() -> ProcessFigures? {
        guard let statm = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8),  // no /proc: no figures
            let pages = statm.split(separator: " ").dropFirst().first.flatMap({ Double($0) }),
            let stat = try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8), let name = stat.lastIndex(of: ")")
        else { return nil }
        let fields = stat[name...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else { return nil }
        // Without the list itself: looking opens one more.
        let descriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count).map { Double($0 - 1) }
        return ProcessFigures(
            residentBytes: pages * Double(sysconf(Int32(_SC_PAGESIZE))), cpuSeconds: (user + system) / Double(sysconf(Int32(_SC_CLK_TCK))),
            openDescriptors: descriptors ?? 0)
    }
}
