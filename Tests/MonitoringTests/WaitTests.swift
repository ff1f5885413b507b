import Engines
import Fixtures
import Fleet
import Foundation
import Hummingbird
import Platform
import Postgres
import Primitives
import Testing

@testable import Monitoring

/// What SQL Servers' tasks waited for, from a collector's answers to `/servers/{id}/waits`.
@Suite struct WaitTests {
    /// A fleet of one server, whose wait types' totals a test sets.
    private struct Waits {
        let fixture: CollectionFixture
        let server: Server.ID
        static let collector = CollectorCatalogue.of(.sqlserver).filter { $0.name == "waits" }

        static func make() async throws -> Waits {
            let fixture = try await CollectionFixture.make(catalogue: { _ in collector })
            fixture.engine.set("db1", traits: ServerTraits(version: "15.0.4375.4"))
            return Waits(fixture: fixture, server: try await fixture.server("db1"))
        }

        /// Reads the server `seconds` after the fixture's start: milliseconds by type; of each a tenth are tasks, and a hundredth signal.
        func run(at seconds: Double, _ totals: [String: Int64]) async throws {
            let rows = totals.map { type, ms in [Cell.text(type), .integer(ms / 10), .integer(ms), .integer(ms / 100)] }
            fixture.engine.set("db1", CollectorAnswer(collector: "waits", rows: rows))
            #expect(try await fixture.pass(after: seconds) == 1)
        }

        func history(
            from: Double, to: Double, step: Int? = nil, benign: Bool = false, topCount: Int = WaitHistory.topCountDefault
        ) async throws -> WaitHistory {
            let request = SeriesRequest(from: fixture.start + from, to: fixture.start + to, stepSeconds: step)
            return try await fixture.platform.tenants.read(fixture.tenant) {
                try WaitHistory.read(server, request, intervalSeconds: 60, benign: benign, topCount: topCount, on: $0)
            }
        }
    }

    @Test("PRD 3.4-5: the ten types that took longest, benign ones left out on reading, and categories over time with their gaps")
    func waitsAreShownByCategoryAndByType() async throws {
        let waits = try await Waits.make()
        let (fixture, id) = (waits.fixture, waits.server)
        var totals: [String: Int64] = ["PAGEIOLATCH_SH": 1_000, "CXPACKET": 1_000, "LAZYWRITER_SLEEP": 1_000]
        for number in 1...12 { totals["LCK_M_\(number)"] = 10_000 }
        func run(minutesAgo minutes: Double, _ more: [String: Int64]) async throws {
            totals.merge(more) { $0 + $1 }
            fixture.engine.pass(seconds: 60)
            try await waits.run(at: -minutes * 60, totals)
        }
        try await run(minutesAgo: 51, [:])
        var locks: [String: Int64] = [:]
        for number in 1...12 { locks["LCK_M_\(number)"] = Int64(number) * 60 }
        try await run(minutesAgo: 50, locks.mapValues { $0 * 10 })
        try await run(minutesAgo: 49, ["PAGEIOLATCH_SH": 120_000, "LAZYWRITER_SLEEP": 60_000_000])
        // What it waited for in between is not known.
        fixture.engine.restartServers()
        try await run(minutesAgo: 21, ["PAGEIOLATCH_SH": 7_000_000])
        try await run(minutesAgo: 20, ["PAGEIOLATCH_SH": 60_000, "CXPACKET": 6_000])
        try await MonitoringRoutesTests.with(fixture) { (client) async throws in
            let waits = try await client.send(.get, "/servers/\(id)/waits?range=1h").json
            #expect(waits["interval"] == 60)
            let top = waits["top"]?.array ?? []
            #expect(top.count == 10)
            #expect(
                top.prefix(3).map { $0["type"]?.string } == ["PAGEIOLATCH_SH", "LCK_M_12", "LCK_M_11"])
            #expect(
                top.first == [
                    "type": "PAGEIOLATCH_SH", "category": "Buffer IO", "isBenign": false, "waitMs": 180_000, "signalMs": 1_800,
                    "waitingTasks": 18_000, "msPerSecond": 1_000,
                ])
            let categories = waits["categories"]?.array ?? []
            #expect(categories.compactMap { $0["name"]?.string } == ["Buffer IO", "Lock", "Parallelism"])
            // Measured three times: no more points, and 0 where the category had no waits.
            let rates = categories.map { $0["points"]?.array?.compactMap { $0.array?[1].double } }
            #expect(rates == [[0, 2_000, 1_000], [780, 0, 0], [0, 0, 100]])
            let benign = try await client.send(.get, "/servers/\(id)/waits?range=1h&benign=true&top=1").json
            #expect(benign["top"]?.array?.count == 1 && benign["top"]?.array?.first?["type"] == "LAZYWRITER_SLEEP")
            #expect(benign["top"]?.array?.first?["isBenign"] == true && benign["categories"]?.array?.first?["name"] == "Idle")
            let day = try await client.send(.get, "/servers/\(id)/waits?range=24h").json
            #expect(day["interval"] == 300)
            let sum = day["categories"]?.array?.first?["points"]?.array?.compactMap { $0.array?[1].double }.reduce(0, +) ?? 0
            #expect(sum > 0 && (day["categories"]?.array?.first?["points"]?.array?.count ?? 9) <= 3)
            #expect(day["top"]?.array?.first?["waitMs"] == 180_000)
        }
    }

    @Test("PRD 3.4-5: cleared statistics give no value, also where a type has waited longer than before, and the next run has one again")
    func clearedStatisticsGiveNoValue() async throws {
        let waits = try await Waits.make()
        let before: [String: Int64] = ["CXPACKET": 50_000, "WRITELOG": 90_000, "PAGEIOLATCH_SH": 70_000, "THREADPOOL": 0]
        let cleared: [String: Int64] = ["CXPACKET": 10, "WRITELOG": 600, "THREADPOOL": 6_000]
        for (minute, totals) in [before, before, cleared, cleared.mapValues { $0 + 6_000 }].enumerated() {
            waits.fixture.engine.pass(seconds: 60)
            try await waits.run(at: Double(minute) * 60, totals)
        }
        let history = try await waits.history(from: -30, to: 600)
        #expect(history.top.map(\.type) == ["CXPACKET", "THREADPOOL", "WRITELOG"] && history.top.allSatisfy { $0.waitMs == 6_000 })
        for category in history.categories {
            #expect(category.points.map { $0.at.timeIntervalSince(waits.fixture.start).rounded() } == [60, 180], "\(category)")
            #expect(category.points.map(\.msPerSecond) == [0, 100])
        }
    }

    @Test("PRD 3.4-5: without the right to see them there are no waits, and the collector says so") func noRightNoValue() async throws {
        let waits = try await Waits.make()
        let (fixture, server) = (waits.fixture, waits.server)
        fixture.engine.set("db1", CollectorAnswer(collector: "waits", trouble: .noPermission("VIEW SERVER STATE permission was denied.")))
        try await fixture.pass()
        let status = try await fixture.platform.tenants.read(fixture.tenant) {
            try CollectorStatusSQL.newest(Waits.collector[0], of: server, on: $0).0
        }
        #expect(status.state == .noPermissions && status.message == "VIEW SERVER STATE permission was denied.")
        let history = try await waits.history(from: -60, to: 60)
        #expect(history.top.isEmpty && history.categories.isEmpty)
    }

    /// Raw in the head, raw in chunks, and out of rollups: the same waits.
    @Test func compactionChangesNoWait() async throws {
        let waits = try await Waits.make()
        let fixture = waits.fixture
        let day = Date(milliseconds: Stretch.start(Date().milliseconds, of: Stretch.dayMilliseconds) - Stretch.dayMilliseconds)
        let first = day.timeIntervalSince(fixture.start) + 3_600
        for minute in 0...120 {
            fixture.engine.pass(seconds: 60)
            let m = Int64(minute)
            try await waits.run(
                at: first + Double(minute) * 60, ["CXPACKET": 1_000 + m * 1_230, "WRITELOG": 500 + m / 7 * 310, "SLEEP_TASK": m * 60_000])
        }
        let (from, to) = (first, first + 7_300)
        let head = (try await waits.history(from: from, to: to), try await waits.history(from: from, to: to, step: 300))
        #expect(head.0.top.map(\.waitMs) == [147_600, 5_270])
        #expect(head.0.top.map(\.waitingTasks) == [14_760, 527])
        #expect(head.0.top.map(\.signalMs) == [1_476, 52])
        #expect(head.0.categories.map(\.points.count) == [120, 120])
        // Steps are of slots, which lie before the runs by the server's phase.
        let stepCount = try await fixture.number(
            "SELECT count(DISTINCT floor(extract(epoch FROM slot_at) / 300))::float8 FROM monitoring.samples WHERE seconds IS NOT NULL")
        let steps = try #require(stepCount)
        #expect((24...25).contains(steps) && head.1.categories.allSatisfy { Double($0.points.count) == steps })
        #expect(head.1.top.map(\.waitMs) == head.0.top.map(\.waitMs))
        let compaction = CompactionFixture.service(fixture, fixture.collector.leases)
        try await compaction.tick(now: day + 28 * 3_600)
        #expect(try await fixture.number("SELECT count(*)::float8 FROM monitoring.samples") == 0)
        let chunked = try await waits.history(from: from, to: to)
        #expect(chunked.top == head.0.top && chunked.categories.map(\.points) == head.0.categories.map(\.points))
        // Only the rollups are left to read from.
        try await fixture.platform.tenants.transaction(fixture.tenant) {
            _ = try $0.execute("DELETE FROM monitoring.chunks WHERE resolution = 0")
        }
        let rolledUp = try await waits.history(from: from, to: to, step: 300)
        #expect(rolledUp.top.map(\.type) == head.1.top.map(\.type))
        for (total, right) in zip(rolledUp.top, head.1.top) {
            // What `WaitHistory.read` promises of rollups: 0.05 %, and a quarter for each of the three hours; both are rounded.
            for path in [\WaitHistory.Total.waitMs, \.waitingTasks] {
                #expect(abs(total[keyPath: path] - right[keyPath: path]) <= right[keyPath: path] / 2_000 + 1.75)
            }
        }
        for (category, right) in zip(rolledUp.categories, head.1.categories) {
            #expect(category.name == right.name && category.points.map(\.at) == right.points.map(\.at))
            for (point, right) in zip(category.points, right.points) {
                #expect(abs(point.msPerSecond - right.msPerSecond) <= right.msPerSecond / 500 + 0.01)
            }
        }
        #expect(try await waits.history(from: from, to: to, step: 300, benign: true, topCount: 1).top.map(\.type) == ["SLEEP_TASK"])
    }

    @Test(arguments: [
        ("range=2h", ["range"]), ("top=0", ["top"]), ("top=51", ["top"]), ("benign=maybe", ["benign"]), ("from=x", ["from"]),
    ])
    func refusalsNameTheParameter(query: String, fields: [String]) async throws {
        let fixture = try await CollectionFixture.make()
        let id = try await fixture.server("db1")
        try await MonitoringRoutesTests.with(fixture) { (client) async throws in
            let reply = try await client.send(.get, "/servers/\(id)/waits?\(query)")
            #expect(reply.status == 400 && reply.json == .array(fields.map { .string($0) }))
            #expect(try await client.send(.get, "/servers/7d9fd5a0-0000-7000-8000-000000000000/waits").status == 404)
            let empty = try await client.send(.get, "/servers/\(id)/waits").json
            #expect(empty["top"] == [] && empty["categories"] == [])
        }
    }
}

@Suite struct CompareTests {
    @Test func theNewestValuesOfManyServersAreComparedAndFiltered() async throws {
        let fixture = try await CollectionFixture.make()
        var ids: [Server.ID] = []
        for number in 1...5 {
            ids.append(try await fixture.server("db\(number)"))
            fixture.engine.set("db\(number)", .reading(cpu: Double(number) * 10, memory: 50, batches: 100))
        }
        fixture.engine.set("db5", .reading(cpu: nil, memory: 50, batches: 100))
        try await fixture.pass()
        fixture.engine.pass(seconds: 60)
        for number in 1...4 {
            fixture.engine.set("db\(number)", .reading(cpu: Double(number) * 10, memory: 50, batches: 100 + 60 * Int64(number)))
        }
        try await fixture.pass(after: 60)
        _ = try await fixture.platform.tenants.ownerTransaction(fixture.tenant) { [ids] session in
            try session.execute("UPDATE monitoring.server_snapshots SET status = 'offline' WHERE server_id = \(ids[3])")
        }
        try await MonitoringRoutesTests.with(fixture) { [ids] (client) async throws in
            func values(_ query: String) async throws -> [String] {
                try await client.send(.get, "/metrics/compare?\(query)").json.array?.map {
                    "\($0["name"]?.string ?? "") \($0["value"]?.double ?? -1)"
                } ?? []
            }
            // Without the one that is offline and the one that has no value.
            #expect(try await values("metric=cpu") == ["db3 30.0", "db2 20.0", "db1 10.0"])
            #expect(try await values("metric=cpu_percent&order=asc&top=2") == ["db1 10.0", "db2 20.0"])
            #expect(try await values("metric=batch_requests_sec") == ["db3 3.0", "db2 2.0", "db1 1.0", "db5 0.0"])
            #expect(try await values("metric=connection_count&top=1") == ["db1 7.0"])
            #expect(try await values("metric=own_cpu_ms") == [])
            let group = try await client.send(.post, "/groups", ["name": "g", "filter": "name in (db1, db3)"]).json["id"]?.string ?? ""
            #expect(try await values("metric=cpu&group=\(group)") == ["db3 30.0", "db1 10.0"])
            #expect(try await values("metric=cpu&label=prod") == [])
            let first = try await client.send(.get, "/metrics/compare?metric=cpu&top=1").json.array?.first
            #expect(first?["serverId"]?.string == ids[2].description && first?["health"] == "healthy" && first?["collectedAt"] != nil)
            for (query, field) in [("", "metric"), ("metric=x", "metric"), ("metric=cpu&top=501", "top"), ("metric=cpu&order=up", "order")]
            {
                let reply = try await client.send(.get, "/metrics/compare?\(query)")
                #expect(reply.status == 400 && reply.json == [.string(field)], "\(query)")
            }
        }
    }

    @Test("Who is compared is who is shown as being read: the rule of the list and that of the comparison are one")
    func comparedIsWhatIsShown() async throws {
        let fixture = try await CollectionFixture.make()
        var ids: [Server.ID] = []
        for name in ["well", "late", "later", "off", "never", "gone"] { ids.append(try await fixture.server(name)) }
        try await fixture.pass()
        try await fixture.platform.tenants.transaction(fixture.tenant) { [ids] session in
            for (id, seconds) in [(ids[1], 290), (ids[2], 310)] {
                try session.execute(
                    "UPDATE monitoring.server_snapshots SET collected_at = now() - make_interval(secs => \(Double(seconds))) WHERE server_id = \(id)"
                )
            }
            try CollectionSettings.enable(false, for: ids[3], at: fixture.start, on: session)
            try session.execute("UPDATE monitoring.server_snapshots SET attempted_at = NULL WHERE server_id = \(ids[4])")
            try session.execute("UPDATE fleet.servers SET deleted_at = now() WHERE id = \(ids[5])")
        }
        let shown = try await fixture.words(
            "SELECT name FROM fleet.server_overview WHERE status IN ('online', 'degraded') AND deleted_at IS NULL ORDER BY name")
        let compared = try await fixture.platform.tenants.read(fixture.tenant) { session in
            try ServerValue.newest(of: MetricType.all[0], ServerFilter(), order: .ascending, limit: 10, on: session).values.map(\.name)
        }
        #expect(shown == ["late", "well"])
        #expect(compared.sorted() == shown)
    }

    /// Ten thousand servers in under 100 ms: by reading each table once, and no samples.
    @Test(arguments: [MetricID.cpuPercent, .waitTimeMs])
    func tenThousandServersReadEachTableOnce(metric: MetricID) async throws {
        let fixture = try await CollectionFixture.make()
        try await fixture.platform.tenants.ownerTransaction(fixture.tenant) { session in
            _ = try session.execute(
                """
                INSERT INTO fleet.servers (id, name, engine, hostname, port, auth_type, change_number, created_at, updated_at)
                SELECT gen_random_uuid(), 'server ' || n, 'sqlserver', 'h', 1433, 'sql', n, now(), now() FROM generate_series(1, 10000) n
                """)
            _ = try session.execute(
                """
                INSERT INTO monitoring.server_snapshots (server_id, status, health, collected_at, attempted_at, metric_ids, "values")
                SELECT id, 'online', 'healthy', now(), now(), ARRAY[1, 7], ARRAY[change_number % 100, change_number] FROM fleet.servers
                """)
            _ = try session.execute("ANALYZE fleet.servers, monitoring.server_snapshots, monitoring.collection_config")
        }
        let type = try #require(MetricType.all.first { $0.id == metric })
        let statement = ServerValue.statement(type, ServerFilter(), .descending, 20)
        let plan = try await fixture.words("EXPLAIN (COSTS OFF) \(statement)").joined(separator: "\n")
        for table in ["servers", "server_snapshots"] {
            #expect(plan.matches(of: try Regex("Scan.* on \(table) ")).count == 1, "\(plan)")
        }
        #expect(!plan.contains("metrics_") && !plan.contains("SubPlan"), "\(plan)")
        try await MonitoringRoutesTests.with(fixture) { (client) async throws in
            let values = try await client.send(.get, "/metrics/compare?metric=\(type.name)&top=500").json.array ?? []
            #expect(values.count == 500)
            #expect(values.first?["value"]?.double == (metric == .cpuPercent ? 99 : 10_000))
        }
    }
}
