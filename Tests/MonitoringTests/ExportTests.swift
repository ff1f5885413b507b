import Engines
import Fixtures
import Fleet
import Foundation
import Platform
import Postgres
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

    /// A tenant's definition as it may have been saved before its names were refused.
    private static func hostile(_ name: String, labels: [String], gauges: [String], counters: [String]) -> CollectorDefinition {
        CollectorDefinition(
            name: name, title: name, engine: .sqlserver, cadence: .minute, purpose: "", versions: "", permissions: "", cost: "",
            conditions: [], keep: .latest, rowCountMax: 10,
            columns: labels.map { CollectorColumn($0, .label, "") }
                + gauges.map { CollectorColumn($0, .gauge, unit: "count", metric: $0, "A\nline \\ and another") }
                + counters.map { CollectorColumn($0, .counter, unit: "count", metric: $0, "") }, sql: "SELECT 1;", shape: 1)
    }

    @Test("Whatever a tenant calls its columns, the whole page is one that Prometheus takes")
    func hostileDefinitions() {
        let id = Server.ID()
        func series(_ definition: CollectorDefinition, _ rows: [[String]]) -> LatestSeries {
            LatestSeries(
                id: id, name: "a", definition: definition, rows: rows,
                gauges: Array(repeating: 1, count: rows.count * definition.gaugeColumns.count),
                rates: Array(repeating: 2, count: rows.count * definition.counterColumns.count))
        }
        let taken = ["server", "id", "engine", "collector", "column_server"]
        let all = [
            series(Self.hostile("labels", labels: taken, gauges: ["m"], counters: []), [["1", "2", "3", "4", "5"]]),
            series(
                Self.hostile(
                    "families", labels: [], gauges: MetricType.all.map { "server_" + $0.name } + ["server_up", "x_per_second"],
                    counters: ["x", "server_y"]), [[]]),
            series(Self.hostile("more", labels: ["a"], gauges: ["server_y_per_second", "shared"], counters: []), [["r"]]),
            series(Self.hostile("twice", labels: ["a"], gauges: ["shared"], counters: []), [["r"], ["r"], ["s"]]),
            series(TestCollectors.fileIO, [["db", "f"]]), series(TestCollectors.fileIO, [["db", "f"]]),
        ]
        let reading = LatestReading(
            id: id, name: "a", engine: "sqlserver", status: .online, health: .healthy, collectedAt: Date(),
            values: Dictionary(uniqueKeysWithValues: MetricID.allCases.map { ($0, 1.0) }))
        let page = StrictExposition(LatestReading.page([reading]) + LatestSeries.page(all))
        #expect(page.faults == [])
        // Nothing is left out but what is there twice.
        #expect(page.samples.count == 3 + 13 + 1 + 13 + 4 + 2 + 2 + 2)
        let shared = page.samples.keys.filter { $0.hasPrefix("dbtools_shared{") && $0.contains("a=\"r\"") }
        #expect(shared.count == 2 && shared.contains { $0.contains("collector=\"twice\"") })
        #expect(page.samples.keys.contains { $0.hasPrefix("dbtools__x_per_second{") })
        #expect(page.samples.keys.contains { $0.contains("column_column_server=\"1\"") && $0.contains("column_server=\"5\"") })
    }

    @Test("The check that says so finds what Prometheus does not take")
    func theCheckIsStrict() {
        let head = "# HELP a A.\n# TYPE a gauge\n"
        #expect(StrictExposition(head + "a{b=\"1\"} 1\n").faults == [])
        for wrong in ["a{b=\"1\",b=\"2\"} 1\n", "a{b=\"1\"} 1\na{b=\"1\"} 2\n", "c{b=\"1\"} 1\n", "a{b=\"1\"} one\n", head, "a{b=1} 1\n"] {
            #expect(!StrictExposition(head + wrong).faults.isEmpty, "\(wrong)")
        }
    }

    @Test("No metric or label of the product's own takes what every line of the export has")
    func theCatalogueFits() {
        for definition in EngineKind.allCases.flatMap({ CollectorCatalogue.of($0) }) {
            #expect(CustomColumns.takenLabels.isDisjoint(with: definition.labelNames), "\(definition.name)")
            for column in definition.columns {
                guard let metric = column.metric else { continue }
                #expect(CustomColumns.familyRefusal(of: metric, column.kind) == nil, "\(metric)")
            }
        }
    }

    @Test("Series of a tenant that reads every 40 minutes are exported, and all collectors are named by *")
    func slowTenants() async throws {
        let fixture = try await CollectionFixture.make(catalogue: { _ in [] })
        let id = try await fixture.server("a")
        try await fixture.pass()
        let files = try #require(CollectorCatalogue.named("file_io", of: .sqlserver))
        let cells = files.columns.map { column -> Cell in
            switch column.name {
            case "database_name": .text("db")
            case "file_name": .text("f")
            case "size_bytes": .number(8)
            default: .null
            }
        }
        let time = fixture.start - 2_400
        let table = CollectedTable(of: files, CollectorAnswer(collector: "file_io", rows: [cells]), durationMs: 1)
        fixture.collector.buffer.append(
            CollectorRun(server: id, slotAt: time, attemptedAt: time, epoch: 1, tables: [table]), for: fixture.tenant)
        await fixture.collector.buffer.tick(now: fixture.start)
        try await MonitoringRoutesTests.with(fixture, role: .viewer) { (client) async throws in
            func lines(_ query: String) async throws -> Int {
                let page = try await client.text("/metrics/export\(query)").text
                return page.split(separator: "\n").count { $0.hasPrefix("dbtools_file_size_bytes{") }
            }
            #expect(try await lines("?collector=file_io") == 0, "read every minute, it would be too old")
            _ = try await fixture.platform.tenants.ownerTransaction(fixture.tenant) {
                try $0.execute(
                    """
                    INSERT INTO platform.settings (key, value, updated_at)
                    VALUES ('collection', '{"intervalSeconds": 2400}', now())
                    ON CONFLICT (key) DO UPDATE SET value = excluded.value
                    """)
            }
            #expect(try await lines("?collector=file_io") == 1)
            #expect(try await lines("?collector=*") == 1)
            #expect(try await lines("") == 0)
            #expect(try await client.text("/metrics/export?collector=*,nothing").status == 400)
            _ = try await fixture.platform.tenants.transaction(fixture.tenant) {
                try $0.execute(
                    """
                    INSERT INTO monitoring.collection_config (server_id, collectors_disabled, updated_at) VALUES (\(id), '{file_io}', now())
                    ON CONFLICT (server_id) DO UPDATE SET collectors_disabled = excluded.collectors_disabled
                    """)
            }
            #expect(try await lines("?collector=*") == 0, "what is switched off is not what is there now")
        }
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
