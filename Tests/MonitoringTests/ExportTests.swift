import Engines
import Fixtures
import Fleet
import Foundation
import Platform
import Primitives
import Testing

@testable import Monitoring

/// Issue 4: a tenant's latest values in the format of Prometheus.
@Suite struct ExportTests {
    @Test func whatIsKnownHasALineAndWhatIsNotHasNone() async throws {
        let fixture = try await CollectionFixture.make()
        for name in ["well", "away", "off"] { try await fixture.server(name) }
        let off = try await fixture.server("later")
        fixture.engine.set("well", .reading(cpu: 42.5, memory: 50, batches: 1))
        fixture.engine.set("away", .reading(cpu: 7, memory: 50, batches: 1))
        fixture.engine.set("off", .reading(cpu: nil, memory: 60, batches: 1))
        try await fixture.platform.tenants.transaction(fixture.tenant) {
            try CollectionSettings.enable(false, for: off, at: fixture.start, on: $0)
        }
        try await fixture.pass()
        fixture.engine.set("away", .failure(.unreachable))
        try await fixture.pass(after: 60)
        try await fixture.pass(after: 70)
        let readings = try await fixture.platform.tenants.read(fixture.tenant) { try LatestReading.all(on: $0) }
        #expect(readings.map(\.name) == ["away", "later", "off", "well"])
        let page = LatestReading.page(readings)
        func values(_ family: String) -> [String: String] {
            let lines = page.split(separator: "\n").filter { $0.hasPrefix(family + "{") }
            return Dictionary(
                uniqueKeysWithValues: lines.map { line in
                    (String(line.split(separator: "\"")[1]), String(line.split(separator: " ").last ?? ""))
                })
        }
        #expect(values("dbtools_server_up") == ["well": "1", "off": "1", "away": "0"])
        #expect(values("dbtools_server_cpu_percent") == ["well": "42.5"], "an old value is no value, and unknown is not zero")
        #expect(values("dbtools_server_memory_percent") == ["well": "50", "off": "60"])
        #expect(values("dbtools_server_health").count == 4)
        #expect(page.contains(#"health="offline"} 1"#) && page.contains(#"health="unknown"} 1"#))
        #expect(values("dbtools_server_last_collected_timestamp_seconds").keys.sorted() == ["away", "off", "well"])
        for family in MetricType.all.map({ "dbtools_server_" + $0.name }) { #expect(page.contains("# TYPE \(family) gauge\n")) }
    }

    @Test("Collectors' series have a line for each value that is known, and counters are rates")
    func collectorsSeries() {
        let series = LatestSeries(
            id: Server.ID(), name: "a", definition: TestCollectors.fileIO, rows: [["db", "f\"1"], ["db", "g"]], gauges: [8, nil],
            rates: [nil, 2.5])
        let lines = LatestSeries.page([series]).split(separator: "\n").map(String.init)
        #expect(
            lines.filter { !$0.hasPrefix("#") }.map { $0.replacing(series.id.description, with: "ID") } == [
                #"dbtools_test_reads_per_second{server="a",id="ID",engine="sqlserver",database_name="db",file_name="g"} 2.5"#,
                #"dbtools_test_size_bytes{server="a",id="ID",engine="sqlserver",database_name="db",file_name="f\"1"} 8"#,
            ])
        #expect(lines.contains("# HELP dbtools_test_reads_per_second Reads (operations per second)."))
        #expect(LatestSeries.page([]).isEmpty)
    }

    @Test func namesCannotForgeALine() {
        let reading = LatestReading(
            id: Server.ID(), name: "a\"} 1\nforged{x=\"\\", engine: "sqlserver", status: .online, health: .healthy, collectedAt: nil,
            values: [.cpuPercent: 1])
        let page = LatestReading.page([reading])
        #expect(!page.contains("\nforged"))
        #expect(page.contains(#"dbtools_server_up{server="a\"} 1\nforged{x=\"\\",id="#))
    }

    @Test func aViewerMayReadIt() async throws {
        let fixture = try await CollectionFixture.make()
        try await fixture.server("db1")
        try await MonitoringRoutesTests.with(fixture, role: .viewer) { (client) async throws in
            let reply = try await client.text("/metrics/export")
            #expect(reply.status == 200 && reply.type == "text/plain; version=0.0.4; charset=utf-8")
            #expect(reply.text.contains(#"dbtools_server_health{server="db1""#))
        }
    }
}
