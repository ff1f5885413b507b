import Engines
import Fixtures
import Fleet
import Foundation
import Logging
import Platform
import Postgres
import Primitives
import Synchronization
import Testing

@testable import Monitoring

/// What is lost when DbTools' own database is away or full, and who is told.
@Suite struct FaultTests {
    private func fixture() async throws -> CollectionFixture {
        let fixture = try await CollectionFixture.make(catalogue: { _ in TestCollectors.all })
        fixture.engine.set("a", traits: ServerTraits(version: "15.0.1"))
        return fixture
    }

    /// A run whose one table has so many rows of text.
    private func run(_ server: Server.ID, rowCount: Int, at time: Date, epoch: Int64 = 1) -> CollectorRun {
        let rows = (0..<rowCount).map { TestCollectors.file("db", "file \($0)", reads: 1, size: 1, state: "ONLINE and \($0)") }
        let table = CollectedTable(of: TestCollectors.fileIO, CollectorAnswer(collector: "test_files", rows: rows), durationMs: 1)
        return CollectorRun(server: server, slotAt: time, attemptedAt: time, epoch: epoch, tables: [table])
    }

    private func activities(_ fixture: CollectionFixture, _ action: String) async throws -> [JSONValue] {
        try await fixture.rows("SELECT details FROM platform.activity_log WHERE action = \(action) ORDER BY created_at").map {
            try $0.decode(0)
        }
    }

    @Test("What waits for the database takes a bounded room: the oldest goes, is counted, and stands in the tenant's log afterwards")
    func memoryIsBounded() async throws {
        let fixture = try await fixture()
        let id = try await fixture.server("a")
        try await fixture.pass()
        let large = run(id, rowCount: 4_000, at: fixture.start)
        let fitting = RunBuffer.sizeBytesMax / large.sizeBytes
        for number in 0..<(fitting + 5) {
            let time = fixture.start + Double(60 * (number + 1))
            fixture.collector.buffer.append(
                CollectorRun(server: id, slotAt: time, attemptedAt: time, epoch: 1, tables: large.tables), for: fixture.tenant)
        }
        #expect(fixture.collector.buffer.sizeBytes <= RunBuffer.sizeBytesMax)
        #expect(fixture.collector.metrics[.droppedCollectorRuns] == 5)
        #expect(fixture.collector.metrics[.droppedRuns] == 0, "the core's runs are apart")
        await fixture.collector.buffer.tick(now: Date())
        #expect(fixture.collector.buffer.sizeBytes == 0)
        let lost = try await activities(fixture, "samples_lost")
        #expect(lost.map { $0["collectorRuns"]?.int } == [5])
        #expect(lost.first?["runs"]?.int == 0)
        #expect(try await fixture.words("SELECT topic FROM platform.events WHERE topic = 'collection.lost'").count == 1)
        let slots = try await fixture.number("SELECT count(*)::float8 FROM monitoring.samples WHERE slot_at > \(fixture.start)")
        #expect(slots == Double(fitting), "the newest are there")
    }

    @Test("A database that goes away while runs are stored one by one takes none of them along")
    func awayInTheMiddle() async throws {
        let fixture = try await fixture()
        let id = try await fixture.server("a")
        try await fixture.pass()
        // A cell that PostgreSQL cannot store makes the batch go one by one; then nobody may connect any more.
        let time = fixture.start + 60
        let bad = StoredRun(
            server: id, slotAt: time, finishedAt: time, intervalSeconds: 60, epoch: 1,
            result: .reading(
                values: [.cpuPercent: 1], missing: ["\u{0}"], unavailable: []))
        fixture.collector.buffer.append(bad, for: fixture.tenant)
        fixture.collector.buffer.append(run(id, rowCount: 1, at: time), for: fixture.tenant)
        await fixture.collector.buffer.tick(now: time)
        #expect(fixture.collector.metrics[.droppedRuns] == 1)
        #expect(fixture.collector.metrics[.droppedCollectorRuns] == 0)
        let lost = try await activities(fixture, "samples_lost")
        #expect(lost.map { $0["runs"]?.int } == [1])
        #expect(lost.first?["reason"]?.string?.contains("the log of DbTools says why") == true)
        #expect(try await fixture.rows("SELECT 1 FROM monitoring.samples WHERE slot_at = \(time)").count == 1)
    }

    @Test("A disk that is nearly full stops collection, says so to the tenant and in the API, and with room again it goes on")
    func theDiskIsFull() async throws {
        let fixture = try await fixture()
        let id = try await fixture.server("a")
        try await fixture.pass()
        let free = Mutex<Int64>(10 << 30)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let (collector, leases) = (fixture.collector, fixture.collector.leases)
        let room = DiskRoom(halt: collector.halt, databases: fixture.platform.tenants, leases: leases, logger: logger) {
            DiskRoom.Space(freeBytes: free.withLock { $0 }, sizeBytes: 20 << 30)
        }
        await room.tick(now: fixture.start)
        #expect(!collector.halt.isOn)
        #expect(try await activities(fixture, "collection_stopped").isEmpty)

        free.withLock { $0 = 100 << 20 }
        await room.tick(now: fixture.start + 2)
        await room.tick(now: fixture.start + 4)
        #expect(try await fixture.pass(after: 61) == 0, "nothing is read")
        let stopped = try await activities(fixture, "collection_stopped")
        #expect(stopped.count == 1)
        #expect(stopped.first?["reason"]?.string?.contains("100 MB are free, and the last 409 MB are kept") == true)
        try await collector.leases.tick()
        let status = try await CollectionStatus.read(on: fixture.platform.system, now: fixture.start + 5)
        #expect(status.state == .stopped)
        #expect(status.message?.hasPrefix("The disk of DbTools' database is nearly full") == true)
        #expect(try await collector.maintenance.tick(now: fixture.start + 700) == 0, "nobody was asked: nobody is called offline")
        #expect(try await fixture.state(id).status != "unknown")

        free.withLock { $0 = 420 << 20 }
        await room.tick(now: fixture.start + 6)
        #expect(collector.halt.isOn, "at the edge it does not go on and stop again")
        free.withLock { $0 = 600 << 20 }
        await room.tick(now: fixture.start + 8)
        #expect(try await fixture.pass(after: 180) == 1)
        #expect(try await activities(fixture, "collection_resumed").count == 1)
        #expect(
            try await fixture.words("SELECT payload->>'state' FROM platform.events WHERE topic = 'collection.status' ORDER BY id") == [
                "stopped", "running",
            ])
        #expect(collector.index.skippedCount == 2, "slots that went by meanwhile are counted")
        try await collector.leases.tick()
        #expect(try await CollectionStatus.read(on: fixture.platform.system, now: fixture.start + 190).state == .running)
    }

    @Test("While PostgreSQL refuses for want of room, collection stands still; when it takes runs again it goes on")
    func theDatabasesDiskIsFull() {
        let halt = CollectionHalt()
        let now = Date()
        halt.set(.database, "Full.", now: now)
        halt.set(.database, "Full.", now: now + 5)
        #expect(halt.reason?.since == now)
        halt.set(.disk, "Nearly full.", now: now + 6)
        halt.set(.database, nil, now: now + 7)
        #expect(halt.reason?.message == "Nearly full.")
        halt.set(.disk, nil, now: now + 8)
        #expect(!halt.isOn)
    }

    @Test("What no collector says is said too: none is alive, or runs wait")
    func statusOfNobody() {
        let now = Date()
        #expect(CollectionStatus([], now: now).state == .stopped)
        let waiting: JSONValue = ["waiting_since": .string(RFC3339.string(now - 60)), "waiting_runs": 7, "dropped_runs": 2]
        let status = CollectionStatus([waiting, ["waiting_runs": 1]], now: now)
        #expect(status.state == .waiting)
        #expect(status.waitingRuns == 8)
        #expect(status.droppedRuns == 2)
        #expect(status.collectorCount == 2)
        #expect(CollectionStatus([["waiting_since": .string(RFC3339.string(now - 1))]], now: now).state == .running)
    }

    @Test("A server that moved is stored once for each slot, by its collectors too, also when its rows are others by then")
    func oneRunForASlot() async throws {
        let fixture = try await fixture()
        let id = try await fixture.server("a")
        try await fixture.pass()
        let time = fixture.start + 60
        func store(_ rowCount: Int, attemptedAt: Date, cache: CollectorCache) async throws {
            let made = run(id, rowCount: rowCount, at: time)
            let run = CollectorRun(server: id, slotAt: time, attemptedAt: attemptedAt, epoch: 1, tables: made.tables)
            _ = try await fixture.platform.tenants.transaction(fixture.tenant) {
                try CollectorRunSQL.store([run], cache: cache, on: $0)
            }
        }
        try await store(1, attemptedAt: time + 1, cache: CollectorCache())
        try await store(1, attemptedAt: time + 1, cache: CollectorCache())  // sent again: the answer to COMMIT was lost
        try await store(70, attemptedAt: time + 9, cache: CollectorCache())  // the process that took the server over
        #expect(try await fixture.rows("SELECT 1 FROM monitoring.samples WHERE server_id = \(id) AND slot_at = \(time)").count == 1)
    }

    @Test("Rows that another process stored while the lease was away are not taken for our own when it comes back")
    func wonBack() async throws {
        let fixture = try await fixture()
        let id = try await fixture.server("a")
        func set(_ value: Double) {
            fixture.engine.set("a", CollectorAnswer(collector: "test_settings", rows: [[.text("max memory"), .number(value), .null]]))
        }
        set(1)
        try await fixture.pass()
        // Another process held the shards, wrote, and is gone before this one looks again.
        try await fixture.platform.tenants.transaction(fixture.tenant) {
            _ = try $0.execute(
                """
                UPDATE monitoring.collector_runs SET rows = '[["max memory", 2, null]]' WHERE collector = 'test_settings'
                """)
        }
        try await fixture.platform.system.transaction { _ = try $0.execute("DELETE FROM platform.collectors") }
        try await fixture.collector.leases.tick()
        try await fixture.pass(after: 3_700)
        let rows = try await fixture.platform.tenants.read(fixture.tenant) {
            try CollectorStatusSQL.newest(TestCollectors.settings, of: id, on: $0).rows
        }
        #expect(rows.first?[1].double == 1)
    }

    @Test("What a transaction that failed at COMMIT had made is not taken for stored: layouts, rows and samples come with the next one")
    func failedCommit() async throws {
        let fixture = try await fixture()
        let id = try await fixture.server("a")
        try await fixture.platform.tenants.ownerTransaction(fixture.tenant) { session in
            _ = try session.execute(
                """
                CREATE FUNCTION monitoring.refuse() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'away' USING ERRCODE = '57P01'; END $$
                """)
            _ = try session.execute(
                """
                CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON monitoring.samples DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION monitoring.refuse()
                """)
        }
        fixture.engine.set("a", CollectorAnswer(collector: "test_settings", rows: [[.text("max memory"), .number(1), .null]]))
        func files(_ reads: Int64) {
            fixture.engine.set(
                "a", CollectorAnswer(collector: "test_files", rows: [TestCollectors.file("db", "f", reads: reads, size: 1)]))
        }
        files(100)
        try await fixture.pass()
        #expect(fixture.collector.buffer.count > 0)
        #expect(fixture.collector.buffer.waitingSince == fixture.start)
        #expect(try await fixture.rows("SELECT 1 FROM monitoring.layouts").isEmpty)
        try await fixture.platform.tenants.ownerTransaction(fixture.tenant) { session in
            _ = try session.execute("DROP TRIGGER refuse ON monitoring.samples")
        }
        fixture.engine.pass(seconds: 60)
        files(160)
        try await fixture.pass(after: 60)
        #expect(fixture.collector.buffer.count == 0)
        #expect(fixture.collector.buffer.waitingSince == nil)
        let samples = try await fixture.rows(
            """
            SELECT s.counters, s.seconds::float8
            FROM monitoring.samples s
            JOIN monitoring.layouts l ON l.id = s.layout_id AND l.collector = 'test_files'
            WHERE s.server_id = \(id)
            ORDER BY s.slot_at
            """)
        #expect(try samples.map { try $0.decode(0, as: [Int64?].self) } == [[100], [160]])
        #expect(try samples.map { try $0.decode(1, as: Double?.self) } == [nil, 60])
        let settings = try await fixture.platform.tenants.read(fixture.tenant) {
            try CollectorStatusSQL.newest(TestCollectors.settings, of: id, on: $0).rows
        }
        #expect(settings.first?[1].double == 1, "rows of an hourly collector are not lost until they change")
        #expect(try await fixture.rows("SELECT 1 FROM monitoring.changes").isEmpty)
        let core = try await fixture.rows(
            "SELECT 1 FROM monitoring.samples s JOIN monitoring.layouts l ON l.id = s.layout_id AND l.collector = 'core'")
        #expect(core.count == 2)
    }

    @Test("A PostgreSQL of somebody else's that has no room (SQLSTATE 53100) stops collection with its reason; with room again nothing is lost")
    func noRoomInTheDatabase() async throws {
        let fixture = try await fixture()
        let id = try await fixture.server("a")
        let collector = fixture.collector
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        // Its disk cannot be seen from here: only what it answers tells.
        let room = DiskRoom(halt: collector.halt, databases: fixture.platform.tenants, leases: collector.leases, logger: logger) { nil }
        try await fixture.pass()
        try await fixture.platform.tenants.ownerTransaction(fixture.tenant) { session in
            _ = try session.execute(
                """
                CREATE FUNCTION monitoring.refuse() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$
                """)
            _ = try session.execute(
                "CREATE TRIGGER refuse AFTER INSERT ON monitoring.samples FOR EACH ROW EXECUTE FUNCTION monitoring.refuse()")
        }
        #expect(try await fixture.pass(after: 60) == 1, "read before it was known")
        #expect(collector.halt.isOn && collector.buffer.count > 0)
        #expect(collector.halt.reason?.message == "The disk of DbTools' database is full. Make room on it, and collection goes on.")
        await room.tick(now: fixture.start + 62)
        #expect(try await activities(fixture, "collection_stopped").first?["reason"]?.string?.contains("is full") == true)
        #expect(try await fixture.pass(after: 120) == 0, "nothing is read that could not be kept")
        try await collector.leases.tick()
        let status = try await CollectionStatus.read(on: fixture.platform.system, now: fixture.start + 121)
        #expect(status.state == .stopped && status.message?.contains("is full") == true)
        #expect(status.waitingRuns > 0)

        try await fixture.platform.tenants.ownerTransaction(fixture.tenant) { session in
            _ = try session.execute("DROP TRIGGER refuse ON monitoring.samples")
        }
        await collector.buffer.tick(now: fixture.start + 130)
        #expect(!collector.halt.isOn && collector.buffer.count == 0)
        await room.tick(now: fixture.start + 132)
        #expect(try await activities(fixture, "collection_resumed").count == 1)
        #expect(try await fixture.pass(after: 180) == 1)
        let core = try await fixture.rows(
            """
            SELECT s.slot_at
            FROM monitoring.samples s
            JOIN monitoring.layouts l ON l.id = s.layout_id AND l.collector = 'core'
            WHERE s.server_id = \(id)
            """)
        #expect(core.count == 3, "what was read meanwhile is there, once")
        #expect(collector.metrics[.droppedRuns] == 0 && collector.metrics[.droppedCollectorRuns] == 0)
        #expect(try await activities(fixture, "samples_lost").isEmpty)
    }

    @Test("A run that waits for its thread while another collector takes the server over is left to that one")
    func handedOver() async throws {
        let fixture = try await CollectionFixture.make(connectParallelismMax: 1)
        for name in ["a", "b", "c"] { try await fixture.server(name) }
        try await fixture.collector.watch.tick(now: fixture.start)
        let free = DispatchSemaphore(value: 0)
        let lanes = fixture.lanes
        async let other: Void = lanes.run(lane: .connect, deadlineSeconds: 60) {
            free.wait()
        }
        while lanes.status.runningCount < 1 { await Task.yield() }  // the thread is taken before the pass wants it
        async let pass = fixture.collector.collection.tick(now: fixture.start)
        while lanes.status.waitingCount + lanes.status.runningCount < 4 { await Task.yield() }
        await fixture.collector.leases.release()
        free.signal()
        _ = try await (other, pass)
        #expect(fixture.engine.connects.isEmpty)
        #expect(fixture.collector.metrics[.handedOverRuns] == 3)
    }
}
