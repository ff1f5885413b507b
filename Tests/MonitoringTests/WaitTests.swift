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

@Suite struct WaitTests {
    /// Stores a run with waits of `milliseconds` in a minute, `minutes` ago.
    private static func add(_ fixture: CollectionFixture, _ server: Server.ID, minutes: Double, _ milliseconds: [String: Int64]) {
        let at = fixture.start - minutes * 60
        let deltas = milliseconds.sorted { $0.key < $1.key }.map { type, ms in
            Differencing.WaitDelta(type: type, waitingTasks: ms / 10, waitMs: ms, signalMs: ms / 100)
        }
        fixture.collector.buffer.append(
            StoredRun(
                server: server, slotAt: at, finishedAt: at, intervalSeconds: 60, epoch: 1,
                result: .reading(values: [.cpuPercent: 1], missing: []), waits: Differencing.Waits(seconds: 60, deltas: deltas)),
            for: fixture.tenant)
    }

    @Test("PRD 3.4-5: the ten types that took longest, benign ones left out on reading, and categories over time with their gaps")
    func waitsAreShownByCategoryAndByType() async throws {
        let fixture = try await CollectionFixture.make()
        let id = try await fixture.server("db1")
        var types: [String: Int64] = [:]
        for number in 1...12 { types["LCK_M_\(number)"] = Int64(number) * 60 }
        Self.add(fixture, id, minutes: 50, types)
        Self.add(fixture, id, minutes: 49, ["PAGEIOLATCH_SH": 120_000, "LAZYWRITER_SLEEP": 60_000_000])
        Self.add(fixture, id, minutes: 20, ["PAGEIOLATCH_SH": 60_000, "CXPACKET": 6_000])
        await fixture.collector.buffer.tick(now: fixture.start)
        try await MonitoringRoutesTests.with(fixture) { (client) async throws in
            let waits = try await client.send(.get, "/servers/\(id)/waits?range=1h").json
            #expect(waits["interval"] == 60)
            let top = waits["top"]?.array ?? []
            #expect(top.count == 10)
            #expect(
                top.prefix(3).map { $0["type"]?.string } == ["PAGEIOLATCH_SH", "CXPACKET", "LCK_M_12"])
            #expect(
                top.first == [
                    "type": "PAGEIOLATCH_SH", "category": "Buffer IO", "isBenign": false, "waitMs": 180_000, "signalMs": 1_800,
                    "waitingTasks": 18_000, "msPerSecond": 1_000,
                ])
            let categories = waits["categories"]?.array ?? []
            #expect(categories.compactMap { $0["name"]?.string } == ["Buffer IO", "Parallelism", "Lock"])
            // Measured three times: no more points, and 0 where the category had no waits.
            let rates = categories.map { $0["points"]?.array?.compactMap { $0.array?[1].double } }
            #expect(rates == [[0, 2_000, 1_000], [0, 0, 100], [78, 0, 0]])
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
