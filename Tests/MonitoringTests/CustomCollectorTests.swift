import Engines
import Fleet
import Foundation
import Platform
import Primitives
import Testing

@testable import Monitoring

/// Custom collectors' rules, pure: what may be made, when it runs, and what a preview says (issue 4).
@Suite struct CustomCollectorTests {
    static func collector(_ change: (inout CustomCollector) -> Void = { _ in }) -> CustomCollector {
        let now = Date()
        var collector = CustomCollector(
            id: CustomCollector.ID(), name: "job_queue", title: "Job queue", purpose: "", engine: .postgresql,
            statement: "SELECT queue, waiting FROM jobs", database: nil, groups: nil, cadence: .fiveMinutes, timeoutSeconds: 5,
            rowCountMax: 100, keep: .latest,
            columns: [
                CollectorColumn("queue", .label, ""), CollectorColumn("waiting", .gauge, unit: "count", metric: "job_queue_waiting", ""),
            ], enabled: true, revision: 1, shape: 1, shapedAt: now, createdAt: now, updatedAt: now)
        change(&collector)
        return collector
    }

    @Test("A sound collector has no faults")
    func sound() { #expect(Self.collector().faults().isEmpty) }

    @Test(
        "Names are for the API, tables and Prometheus, and never one of the product's own",
        arguments: [
            "A", "a", "1a", "a-b", "a b", "ä_b", "waits", "core", "file_io", "settings", String(repeating: "a", count: 49), "_a", "",
        ])
    func names(_ name: String) {
        #expect(Self.collector { $0.name = name }.faults().map(\.field) == ["name"])
    }

    @Test("Everything that is wrong is said at once")
    func faults() {
        let collector = Self.collector {
            $0.name = "databases"
            $0.statement = "DELETE FROM jobs"
            $0.keep = .changes
            $0.rowCountMax = 1_000
            $0.columns = (1...6).map { CollectorColumn("v\($0)", .gauge, unit: "count", metric: "m\($0)", "") }
        }
        #expect(collector.faults().map(\.field) == ["name", "statement", "keep", "rowCountMax"])
    }

    struct ColumnCase: Sendable, CustomTestStringConvertible {
        let columns: JSONValue
        let field: String
        init(_ columns: JSONValue, _ field: String) { (self.columns, self.field) = (columns, field) }
        var testDescription: String { columns.text }
    }

    static let wrongColumns = [
        ColumnCase(.null, "columns"), ColumnCase([], "columns"), ColumnCase("x", "columns"), ColumnCase(["x"], "columns[0]"),
        ColumnCase([["name": "a"]], "columns[0].kind"), ColumnCase([["kind": "label"]], "columns[0].name"),
        ColumnCase([["name": "A", "kind": "label"]], "columns[0].name"), ColumnCase([["name": "a b", "kind": "label"]], "columns[0].name"),
        ColumnCase([["name": "a", "kind": "rate"]], "columns[0].kind"), ColumnCase([["name": 1, "kind": "label"]], "columns[0].name"),
        ColumnCase([["name": "a", "kind": "text", "metric": "b"]], "columns[0].metric"),
        ColumnCase([["name": "a", "kind": "label", "unit": "bytes"]], "columns[0].unit"),
        ColumnCase([["name": "a", "kind": "gauge", "unit": "Mega Bytes"]], "columns[0].unit"),
        ColumnCase([["name": "a", "kind": "gauge", "metric": "B"]], "columns[0].metric"),
        ColumnCase([["name": "a", "kind": "gauge", "metric": "cpu_percent"]], "columns[0].metric"),
        ColumnCase([["name": "a", "kind": "gauge", "metric": "file_reads"]], "columns[0].metric"),
        ColumnCase([["name": "server", "kind": "label"]], "columns[0].name"), ColumnCase([["name": "id", "kind": "label"]], "columns[0].name"),
        ColumnCase([["name": "engine", "kind": "label"]], "columns[0].name"),
        ColumnCase([["name": "collector", "kind": "label"]], "columns[0].name"),
        ColumnCase([["name": "a", "kind": "gauge", "metric": "server_up"]], "columns[0].metric"),
        ColumnCase([["name": "a", "kind": "counter", "metric": "server_a"]], "columns[0].metric"),
        ColumnCase([["name": "a", "kind": "gauge", "metric": "jobs_per_second"]], "columns[0].metric"),
        ColumnCase([["name": "a", "kind": "label", "more": true]], "columns[0].more"),
        ColumnCase([["name": "a", "kind": "label", "description": "a\nb"]], "columns[0].description"),
        ColumnCase([["name": "a", "kind": "label"], ["name": "a", "kind": "text"]], "columns[1].name"),
        ColumnCase([["name": "a", "kind": "gauge", "metric": "m"], ["name": "b", "kind": "gauge", "metric": "m"]], "columns[1].metric"),
        ColumnCase(.array((1...31).map { ["name": .string("c\($0)"), "kind": "label"] }), "columns"),
    ]

    @Test("Columns that mean nothing, or something else already, are refused where they stand", arguments: wrongColumns)
    func refusedColumns(_ one: ColumnCase) {
        #expect(CustomColumns.read(one.columns, collector: "q").faults.map(\.field) == [one.field])
    }

    @Test("A series without unit and name counts, and is called by collector and column; what is read is what was written")
    func columnDefaults() {
        let (columns, faults) = CustomColumns.read(
            [["name": "a", "kind": "label"], ["name": "n", "kind": "counter"], ["name": "b", "kind": "number", "unit": "bytes"]],
            collector: "queue")
        #expect(faults.isEmpty)
        #expect(columns.map(\.metric) == [nil, "queue_n", nil])
        #expect(columns.map(\.unit) == [nil, "count", "bytes"])
        #expect(CustomColumns.read(.array(columns.map(\.json)), collector: "other").columns == columns)
    }

    // MARK: When it runs

    @Test(
        "A statement that keeps failing is tried ever more rarely, up to an hour",
        arguments: [(1, 0.0), (2, 0), (3, 120), (4, 240), (8, 3_600), (50, 3_600)])
    func backoff(_ failures: Int, _ seconds: Double) { #expect(CustomPlan.waitSeconds(failures, 60) == seconds) }

    @Test("A daily one is not tried more often for having failed")
    func backoffOfDaily() { #expect(CustomPlan.waitSeconds(9, 86_400) == 86_400) }

    private struct Planned {
        let plan = CustomPlan()
        let tenant = Tenant.ID()
        let server = Server.ID()
        var key: PlanKey { PlanKey(tenant: tenant, server: server) }

        func want(_ collectors: [CustomCollector], version: Int32, servers: Set<Server.ID>? = nil, now: Date) {
            plan.replace(
                tenant, version: version, collectors.map { ScopedCollector(collector: $0, definition: $0.definition, servers: servers) },
                now: now)
        }

        func due(_ now: Date, disabled: Set<String> = [], engine: EngineKind = .postgresql) -> [String] {
            let server = CollectedServer(
                id: server, configuration: ServerConfiguration(name: "a", engine: engine, hostname: "a"), facts: ServerFacts(),
                isWanted: true, collectorsDisabled: disabled, lastAttemptAt: now, failuresInARow: 0, changeNumber: 1)
            let run = PlannedRun(key: key, slotAt: now, intervalSeconds: 60, failuresInARow: 0)
            let names = plan.takeDue(run, server, now: now).map(\.collector.name)
            plan.released(key)
            return names
        }
    }

    @Test("New ones are due at once, then at their cadence; a changed one at once again; a deleted one never")
    func dueTimes() {
        let (planned, start) = (Planned(), Date())
        var (often, rarely) = (Self.collector { ($0.name, $0.cadence) = ("often", .minute) }, Self.collector { $0.name = "rarely" })
        #expect(planned.plan.isEmpty && planned.due(start).isEmpty)
        planned.want([often, rarely], version: 1, now: start)
        #expect(!planned.plan.isEmpty)
        #expect(planned.due(start) == ["often", "rarely"])
        let slot = CollectionPlan.nextSlot(planned.key, 300, after: start)
        #expect(planned.due(slot - 0.5) == ["often"])
        #expect(planned.due(slot) == ["often", "rarely"])
        (rarely.revision, rarely.updatedAt) = (2, slot + 10)
        planned.want([often, rarely], version: 2, now: slot + 10)
        #expect(planned.due(slot + 11) == ["often", "rarely"])
        often.enabled = false
        planned.want([rarely], version: 3, now: slot + 12)
        #expect(planned.due(slot + 40) == [])
        planned.want([], version: 4, now: slot + 41)
        #expect(planned.plan.isEmpty)
    }

    @Test("It runs on servers of its engine and groups where it is not switched off, and one run is under way at a time")
    func dueWhere() {
        let (planned, start) = (Planned(), Date())
        let often = Self.collector { $0.cadence = .minute }
        planned.want([often], version: 1, now: start)
        #expect(planned.due(start, engine: .mysql).isEmpty)
        #expect(planned.due(start, disabled: ["job_queue"]).isEmpty)
        planned.want([often], version: 2, servers: [Server.ID()], now: start)
        #expect(planned.due(start).isEmpty)
        planned.want([often], version: 3, servers: [planned.server], now: start)
        #expect(planned.due(start) == ["job_queue"])
        let server = CollectedServer(
            id: planned.server, configuration: ServerConfiguration(name: "a", engine: .postgresql, hostname: "a"), facts: ServerFacts(),
            isWanted: true, failuresInARow: 0, changeNumber: 1)
        let run = PlannedRun(key: planned.key, slotAt: start, intervalSeconds: 60, failuresInARow: 0)
        #expect(planned.plan.takeDue(run, server, now: start).count == 1)
        #expect(planned.plan.takeDue(run, server, now: start + 60).isEmpty, "the first is still under way")
        planned.plan.released(planned.key)
        #expect(planned.plan.takeDue(run, server, now: start + 120).count == 1)
    }

    @Test("Who has none is asked for nothing; groups are looked at again after half a minute")
    func freshness() {
        let (planned, start) = (Planned(), Date())
        #expect(!planned.plan.isOld(planned.tenant, version: 0, now: start))
        #expect(planned.plan.isOld(planned.tenant, version: 1, now: start))
        planned.want([Self.collector()], version: 1, now: start)
        #expect(!planned.plan.isOld(planned.tenant, version: 1, now: start + 3_600))
        planned.want([Self.collector()], version: 2, servers: [], now: start)
        #expect(!planned.plan.isOld(planned.tenant, version: 2, now: start + 29))
        #expect(planned.plan.isOld(planned.tenant, version: 2, now: start + 30))
        planned.plan.keepOnly([])
        #expect(planned.plan.isEmpty)
    }

    // MARK: The preview

    @Test("A preview guesses what columns are, and says what does not fit")
    func preview() {
        let query = CustomQuery(statement: "", timeoutSeconds: 1, rowCountMax: 3)
        let answer = QueryAnswer(
            columns: [
                .init("Queue Name", .text), .init("size_bytes", .integer), .init("id", .integer), .init("since", .time), .init("ok", .flag),
            ],
            rows: [[.text(String(repeating: "x", count: 300)), .integer(1), .integer(2), .null, .flag(true)]], isCutOff: true,
            durationMs: 900)
        let preview = CustomPreview(answer: answer, query: query, columns: [], collector: "queue")
        #expect(preview.suggestions.map(\.name) == ["queue_name", "size_bytes", "id", "since", "ok"])
        #expect(preview.suggestions.map(\.kind) == [.label, .gauge, .text, .time, .flag])
        #expect(preview.suggestions[1].unit == "bytes" && preview.suggestions[1].metric == "queue_size_bytes")
        #expect(preview.warnings.count == 3, "\(preview.warnings)")
        #expect(preview.warnings.contains { $0.contains("AS queue_name") })
        #expect(preview.json["rows"]?.array?[0].array?[0].string?.count == 201)
    }

    @Test("Of a collector's own columns it says what is missing, of another kind, without a label, or there twice")
    func previewOfColumns() {
        let columns = [CollectorColumn("queue", .label, ""), CollectorColumn("n", .gauge, unit: "count", metric: "m", "")]
        let query = CustomQuery(statement: "", timeoutSeconds: 5, rowCountMax: 10)
        let answer = QueryAnswer(
            columns: [.init("queue", .text), .init("n", .text)],
            rows: [[.text("a"), .text("many")], [.text("a"), .integer(1)], [.null, .integer(1)]])
        let warnings = CustomPreview(answer: answer, query: query, columns: columns, collector: "q").warnings
        #expect(warnings.count == 3, "\(warnings)")
        #expect(warnings[0].contains("no gauge in 1 of 3 rows"))
        #expect(warnings[1].contains("1 rows have no label"))
        #expect(warnings[2].contains("1 rows have the same labels"))
        let other = QueryAnswer(columns: [.init("queue", .text)], rows: [[.text("a")]])
        #expect(
            CustomPreview(answer: other, query: query, columns: columns, collector: "q").warnings == [
                "The answer has no column “n”: the collector would fail."
            ])
    }
}
