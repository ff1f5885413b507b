import Engines
import Fixtures
import Fleet
import Foundation
import Platform
import Postgres
import Primitives
import Testing

@testable import Monitoring

/// Collectors beside the core, from a fake engine's answers to rows in a real PostgreSQL.
@Suite struct CollectorTests {
    /// Without those of the core.
    private static let samples: SQL =
        "(SELECT s.* FROM monitoring.samples s JOIN monitoring.layouts l ON l.id = s.layout_id AND l.collector <> 'core') s"

    private func fixture() async throws -> CollectionFixture {
        let fixture = try await CollectionFixture.make(catalogue: { _ in TestCollectors.all })
        fixture.engine.set("a", traits: ServerTraits(version: "15.0.1"))
        return fixture
    }

    private func answer(_ definition: CollectorDefinition, _ rows: [[Cell]], cutOff: Bool = false) -> CollectorAnswer {
        CollectorAnswer(collector: definition.name, rows: rows, isCutOff: cutOff)
    }

    @Test("Samples are stored raw with measured seconds, and rates beside the newest values")
    func samplesAndNewest() async throws {
        let fixture = try await fixture()
        let id = try await fixture.server("a")
        fixture.engine.set("a", answer(TestCollectors.fileIO, [TestCollectors.file("db", "f", reads: 100, size: 8)]))
        try await fixture.pass()
        fixture.engine.pass(seconds: 50)
        fixture.engine.set(
            "a",
            answer(
                TestCollectors.fileIO,
                [TestCollectors.file("db", "f", reads: 600, size: 9), TestCollectors.file("db", "g", reads: 1, size: nil)]))
        try await fixture.pass(after: 60)
        let samples = try await fixture.rows(
            """
            SELECT s.gauges, s.counters, s.seconds::float8, l.instances
            FROM monitoring.samples s
            JOIN monitoring.layouts l ON l.id = s.layout_id
            WHERE s.server_id = \(id) AND l.collector = 'test_files'
            ORDER BY s.slot_at
            """)
        #expect(samples.count == 2)
        #expect(try samples[0].decode(0, as: [Double?].self) == [8])
        #expect(try samples[0].decode(2, as: Double?.self) == nil)
        #expect(try samples[1].decode(1, as: [Int64?].self) == [600, 1])
        #expect(try samples[1].decode(2, as: Double?.self) == 50)
        #expect(try samples[1].decode(3, as: [String].self) == [#"["db","f"]"#, #"["db","g"]"#])
        let (status, rows) = try await fixture.platform.tenants.read(fixture.tenant) {
            try CollectorStatusSQL.newest(TestCollectors.fileIO, of: id, on: $0)
        }
        #expect(status.state == .ok)
        #expect(status.rowCount == 2)
        #expect(rows == [["db", "f", "ONLINE", 10.0, 9.0], ["db", "g", "ONLINE", nil, nil]])
        let kinds = try await fixture.words(
            "SELECT kind FROM monitoring.metric_types WHERE name IN ('test_reads', 'test_size_bytes') ORDER BY name")
        #expect(kinds == ["counter", "gauge"])
    }

    @Test("A row that goes away leaves a hole, not a zero, and no new layout")
    func holes() async throws {
        let fixture = try await fixture()
        let id = try await fixture.server("a")
        let both = [TestCollectors.file("db", "f", reads: 1, size: 1), TestCollectors.file("db", "g", reads: 1, size: 2)]
        for (second, rows) in [(0.0, both), (60, [both[1]]), (120, both)] {
            fixture.engine.pass(seconds: 60)
            fixture.engine.set("a", answer(TestCollectors.fileIO, rows))
            try await fixture.pass(after: second)
        }
        let layouts = try await fixture.rows("SELECT id FROM monitoring.layouts WHERE server_id = \(id) AND collector = 'test_files'")
        #expect(layouts.count == 1)
        let samples = try await fixture.rows("SELECT gauges FROM \(Self.samples) WHERE server_id = \(id) ORDER BY slot_at")
        #expect(try samples.map { try $0.decode(0, as: [Double?].self) } == [[1, 2], [nil, 2], [1, 2]])
    }

    @Test("A second process finds the stored layout instead of making another")
    func layoutsAreFound() async throws {
        let fixture = try await fixture()
        let id = try await fixture.server("a")
        fixture.engine.set("a", answer(TestCollectors.fileIO, [TestCollectors.file("db", "f", reads: 1, size: 1)]))
        try await fixture.pass()
        fixture.collector.index.cache.forget(id)
        try await fixture.pass(after: 60)
        #expect(
            try await fixture.words("SELECT collector FROM monitoring.layouts WHERE server_id = \(id) ORDER BY collector") == [
                "core", "test_files",
            ])
        #expect(try await fixture.rows("SELECT 1 FROM \(Self.samples) WHERE server_id = \(id)").count == 2)
    }

    @Test("What changed between two runs is recorded; the first rows are no change, and a failure is none")
    func changes() async throws {
        let fixture = try await fixture()
        let id = try await fixture.server("a")
        func set(_ value: Double, trouble: CollectorAnswer.Trouble? = nil) {
            fixture.engine.set(
                "a",
                CollectorAnswer(
                    collector: "test_settings", rows: trouble == nil ? [[.text("max memory"), .number(value), .null]] : [], trouble: trouble
                ))
        }
        set(1_024)
        try await fixture.pass()
        set(0, trouble: .failed("It broke."))
        try await fixture.pass(after: 3_700)
        set(2_048)
        try await fixture.pass(after: 7_400)
        let changes = try await fixture.platform.tenants.read(fixture.tenant) {
            try ChangeSQL.list(id, ChangeSQL.Request(), limit: 10, on: $0).changes
        }
        #expect(changes.map(\.change) == ["changed"])
        #expect(changes.first?.labels == ["name": "max memory"])
        #expect(changes.first?.before["value"]?.double == 1_024)
        #expect(changes.first?.after["value"]?.double == 2_048)
    }

    @Test("Rows of every run are kept where the collector says so; runs without rows leave nothing")
    func everyRun() async throws {
        let fixture = try await fixture()
        let id = try await fixture.server("a")
        for (second, rows) in [(0.0, [[Cell.text("51"), .text("SELECT 1")]]), (60, []), (120, [[.text("52"), .null]])] {
            fixture.engine.set("a", answer(TestCollectors.queries, rows))
            try await fixture.pass(after: second)
        }
        let runs = try await fixture.rows(
            "SELECT rows FROM monitoring.table_history WHERE server_id = \(id) ORDER BY collected_at")
        #expect(try runs.map { try $0.decode(0, as: JSONValue.self) } == [[["51", "SELECT 1"]], [["52", nil]]])
        let newest = try await fixture.platform.tenants.read(fixture.tenant) {
            try CollectorStatusSQL.newest(TestCollectors.queries, of: id, on: $0)
        }
        #expect(newest.rows == [["52", nil]])
    }

    @Test("Issue 4: an event that several runs see is kept once, also across a failed run and runs that waited for PostgreSQL together")
    func eventsOnce() async throws {
        let fixture = try await CollectionFixture.make(catalogue: { _ in [TestCollectors.events] })
        fixture.engine.set("a", traits: ServerTraits(version: "15.0.1"))
        let (id, other) = (try await fixture.server("a"), try await fixture.server("b"))
        fixture.engine.set("b", traits: ServerTraits(version: "15.0.1"))
        func event(_ at: String, _ victim: String, _ note: String) -> [Cell] { [.text(at), .text(victim), .text(note)] }
        let (first, second, third) = (event("10:00", "p1", "a"), event("10:00", "p2", "b"), event("10:05", "p1", "c"))
        fixture.engine.set("b", answer(TestCollectors.events, [first]))
        let answers: [CollectorAnswer] = [
            answer(TestCollectors.events, [first]), answer(TestCollectors.events, [first]),
            CollectorAnswer(collector: "test_events", rows: [], trouble: .failed("No.")),
            answer(TestCollectors.events, [event("10:00", "p1", "told otherwise"), second]),
            answer(TestCollectors.events, [second, third]), answer(TestCollectors.events, []),
        ]
        for (number, one) in answers.enumerated() {
            fixture.engine.set("a", one)
            try await fixture.pass(after: Double(number) * 60)
        }
        func kept(_ server: Server.ID) async throws -> [JSONValue] {
            try await fixture.rows("SELECT rows FROM monitoring.table_history WHERE server_id = \(server) ORDER BY collected_at")
                .map { try $0.decode(0) }
        }
        #expect(try await kept(id) == [[["10:00", "p1", "a"]], [["10:00", "p2", "b"]], [["10:05", "p1", "c"]]])
        #expect(try await kept(other) == [[["10:00", "p1", "a"]]], "of another server it is another event")
        let fourth = event("10:11", "p9", "d")
        func run(_ second: Double, _ one: CollectorAnswer) -> CollectorRun {
            CollectorRun(
                server: id, slotAt: fixture.start + second, attemptedAt: fixture.start + second, epoch: .max,
                tables: [CollectedTable(of: TestCollectors.events, one, durationMs: 1)])
        }
        func store(_ runs: [CollectorRun]) async throws {
            _ = try await fixture.platform.tenants.transaction(fixture.tenant) {
                try CollectorRunSQL.store(runs, cache: CollectorCache(), on: $0)
            }
        }
        let failed = CollectorAnswer(collector: "test_events", rows: [], trouble: .failed("No."))
        let both = answer(TestCollectors.events, [third, fourth])
        try await store([run(600, answer(TestCollectors.events, [third])), run(660, both), run(720, failed)])
        #expect(try await kept(id).suffix(2) == [[["10:05", "p1", "c"]], [["10:11", "p9", "d"]]])
        try await store([run(780, both)])
        #expect(try await kept(id).count == 5, "the good run before the failed one, in its batch, is known")
    }

    @Test(
        "The trouble of one collector is its own: the server stays online, others go on, and what it brought before is shown with its time"
    )
    func trouble() async throws {
        let fixture = try await fixture()
        let id = try await fixture.server("a")
        fixture.engine.set("a", answer(TestCollectors.fileIO, [TestCollectors.file("db", "f", reads: 1, size: 1)]))
        fixture.engine.set("a", answer(TestCollectors.queries, [[.text("51"), .null]]))
        try await fixture.pass()
        fixture.engine.set("a", CollectorAnswer(collector: "test_files", trouble: .noPermission("VIEW SERVER STATE is missing.")))
        try await fixture.pass(after: 60)
        let (status, rows) = try await fixture.platform.tenants.read(fixture.tenant) {
            try CollectorStatusSQL.newest(TestCollectors.fileIO, of: id, on: $0)
        }
        #expect(status.state == .noPermissions)
        #expect(status.message == "VIEW SERVER STATE is missing.")
        #expect(status.failuresInARow == 1)
        #expect(rows == [["db", "f", "ONLINE", nil, 1.0]])
        #expect(status.collectedAt.map { abs($0.timeIntervalSince(fixture.start)) < 1 } == true)
        #expect(try await fixture.state(id).status == "online")
        // It is tried rarely: the next run leaves it out, and the others go on.
        fixture.engine.set("a", answer(TestCollectors.fileIO, []))
        try await fixture.pass(after: 120)
        let states = try await fixture.words("SELECT state FROM monitoring.collector_runs WHERE server_id = \(id) ORDER BY collector")
        #expect(states == ["no_permissions", "ok", "ok"])
    }

    @Test("A collector that is not for this server says so, and does not look as if it were still to come")
    func unfit() async throws {
        let fixture = try await CollectionFixture.make(catalogue: { _ in [TestCollectors.fileIO, TestCollectors.newer] })
        fixture.engine.set("a", traits: ServerTraits(version: "15.0.1"))
        let id = try await fixture.server("a")
        try await fixture.pass()
        let status = try await fixture.platform.tenants.read(fixture.tenant) {
            try CollectorStatusSQL.newest(TestCollectors.newer, of: id, on: $0).status
        }
        #expect(status.state == .notAvailable)
        #expect(status.message == "It is not for this version or kind of server, but for 2022.")
    }

    @Test("A run that is stored twice is there once; one of an old lease, or of a deleted server, not at all")
    func storedOnce() async throws {
        let fixture = try await fixture()
        let id = try await fixture.server("a")
        try await fixture.pass()
        let table = CollectedTable(
            of: TestCollectors.fileIO, CollectorAnswer(collector: "test_files", rows: [TestCollectors.file("db", "f", reads: 1, size: 1)]),
            durationMs: 1)
        let epoch = try await fixture.rows("SELECT epoch FROM monitoring.server_snapshots WHERE server_id = \(id)")[0].decode(
            0, as: Int64.self)
        func store(_ epoch: Int64, at time: Date) async throws {
            let run = CollectorRun(server: id, slotAt: time, attemptedAt: time, epoch: epoch, tables: [table])
            _ = try await fixture.platform.tenants.transaction(fixture.tenant) {
                try CollectorRunSQL.store([run], cache: CollectorCache(), on: $0)
            }
        }
        let time = fixture.start + 600
        try await store(epoch, at: time)
        try await store(epoch, at: time)
        try await store(epoch - 1, at: time + 60)
        #expect(try await fixture.rows("SELECT 1 FROM \(Self.samples) WHERE server_id = \(id)").count == 1)
        try await fixture.platform.tenants.transaction(fixture.tenant) {
            _ = try $0.execute("UPDATE fleet.servers SET deleted_at = now() WHERE id = \(id)")
        }
        try await store(epoch, at: time + 120)
        #expect(try await fixture.rows("SELECT 1 FROM \(Self.samples) WHERE server_id = \(id)").count == 1)
    }
}
