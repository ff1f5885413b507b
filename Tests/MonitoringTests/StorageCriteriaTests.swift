import Engines
import Fixtures
import Fleet
import Foundation
import Hummingbird
import Logging
import Platform
import Postgres
import Primitives
import Synchronization
import Testing

@testable import Monitoring

/// PRD 3.1 and 3.5: how samples lie in a tenant's database, how long, and how they go.
@Suite struct StorageCriteriaTests {
    private static func add(
        _ fixture: CollectionFixture, _ server: Server.ID, at: Date, _ values: [MetricID: Double] = [.cpuPercent: 1],
        totals: [MetricID: Int64] = [:]
    ) {
        fixture.collector.buffer.append(
            StoredRun(
                server: server, slotAt: at, finishedAt: at, intervalSeconds: 60, epoch: 1, result: .reading(values: values, missing: []),
                totals: totals),
            for: fixture.tenant)
    }

    @Test("PRD 3.1-2: metrics by server, type, value and time: a row a value for people, a row a run in storage, none twice")
    func aRowAValue() async throws {
        let fixture = try await CollectionFixture.make()
        let id = try await fixture.server("db1")
        for _ in 0..<2 {
            Self.add(fixture, id, at: fixture.start, [.cpuPercent: 12.5, .connectionCount: 7], totals: [.diskReads: 1 << 40])
        }
        await fixture.collector.buffer.tick(now: fixture.start)
        let rows = try await fixture.rows(
            """
            SELECT v.server_id, t.name, v.value, v.collected_at, v.kind
            FROM monitoring.metric_values v
            JOIN monitoring.metric_types t ON t.id = v.metric_id
            ORDER BY t.id
            """)
        #expect(try rows.map { try $0.decode(0, as: Server.ID.self) } == [id, id, id])
        #expect(try rows.map { try $0.decode(1, as: String.self) } == ["cpu_percent", "connection_count", "disk_io_reads"])
        #expect(try rows.map { try $0.decode(2, as: Double.self) } == [12.5, 7, 1_099_511_627_776])
        #expect(try rows.map { try $0.decode(4, as: String.self) } == ["gauge", "gauge", "counter"])
        #expect(abs(try rows[0].decode(3, as: Date.self).timeIntervalSince(fixture.start)) < 0.001)
        #expect(try await fixture.number("SELECT count(*)::float8 FROM monitoring.samples") == 1)
    }

    @Test("PRD 3.1-3: the latest of each server is one row, with status and values, and stays one row")
    func theLatestIsOneRow() async throws {
        let fixture = try await CollectionFixture.make()
        let id = try await fixture.server("db1")
        for (seconds, cpu) in [(0.0, 42.0), (60, 43), (120, 44)] {
            fixture.engine.set("db1", .reading(cpu: cpu, memory: 50, batches: 1))
            try await fixture.pass(after: seconds)
        }
        let rows = try await fixture.rows(
            "SELECT server_id, cpu_percent, memory_percent, connection_count, status, collected_at FROM monitoring.server_snapshots")
        #expect(rows.count == 1)
        #expect(try rows[0].decode(0, as: Server.ID.self) == id && rows[0].decode(4, as: String.self) == "online")
        #expect(try [1, 2, 3].map { try rows[0].decode($0, as: Double.self) } == [44, 50, 7])
        #expect(abs(try rows[0].decode(5, as: Date.self).timeIntervalSince(fixture.start + 120)) < 0.001)
    }

    @Test("PRD 3.1-4: a server's stretch of time is found by the key (server, time), in the partitions of its days alone")
    func aStretchIsFoundByTheKey() async throws {
        let fixture = try await CollectionFixture.make()
        let id = try await fixture.server("db1")
        try await fixture.platform.tenants.ownerTransaction(fixture.tenant) { session in
            try PartitionSQL.make(from: fixture.start - 9 * 86_400, days: 12, on: session)
            let servers = [id] + (1...40).map { _ in Server.ID() }
            _ = try session.execute(
                """
                INSERT INTO monitoring.samples (server_id, layout_id, slot_at, collected_at, gauges, counters)
                SELECT s.id, 1, at, at, '{1}', '{}'
                FROM unnest(\(servers)) AS s (id)
                CROSS JOIN generate_series(\(fixture.start)::timestamptz - interval '4 hours', \(fixture.start), interval '1 minute') AS at
                """)
            _ = try session.execute(
                """
                INSERT INTO monitoring.chunks (server_id, resolution, from_at, to_at, sample_count, directory, data)
                SELECT s.id, 0, at, at + interval '2 hours', 1, '', ''
                FROM unnest(\(servers)) AS s (id)
                CROSS JOIN generate_series(\(fixture.start)::timestamptz - interval '9 days', \(fixture.start), interval '20 minutes') AS at
                """)
            _ = try session.execute("ANALYZE monitoring.samples, monitoring.chunks")
        }
        let newest = HeadSQL.statement(id, [1], from: fixture.start - 3_600, to: fixture.start)
        let head = try await fixture.words("EXPLAIN (ANALYZE, COSTS OFF) \(newest)").joined(separator: "\n")
        #expect(head.contains("Index Cond: ((server_id = ") && !head.contains("Seq Scan"), "\(head)")
        // Of a day that is whole: right after midnight today's partition is so small that reading all of it is best.
        let noon = Date(milliseconds: Stretch.start(fixture.start.milliseconds, of: Stretch.dayMilliseconds)) - 43_200
        let older = ChunkSQL.directoriesStatement(id, resolution: 0, from: noon - 3_600, to: noon)
        let plan = try await fixture.words("EXPLAIN (ANALYZE, COSTS OFF) \(older)").joined(separator: "\n")
        #expect(plan.contains("Index Cond: ((server_id = ") && !plan.contains("Seq Scan"), "\(plan)")
        #expect(Set(plan.matches(of: /on (chunks_\d{8})/).map { String($0.output.1) }).count == 1, "\(plan)")
    }

    @Test("PRD 3.1-7: times are stored in UTC, whatever the session's zone: days begin at midnight UTC, and the API says Z")
    func timesAreUTC() async throws {
        let fixture = try await CollectionFixture.make()
        let id = try await fixture.server("db1")
        let today = Date(milliseconds: Stretch.start(fixture.start.milliseconds, of: Stretch.dayMilliseconds))
        let midnight = today - 86_400
        for at in [midnight - 1, midnight] { Self.add(fixture, id, at: at) }
        await fixture.collector.buffer.tick(now: fixture.start)
        _ = try await CompactionFixture.service(fixture, fixture.collector.leases).compact(fixture.tenant, now: fixture.start)
        let stored = try await fixture.platform.tenants.transaction(fixture.tenant) { session in
            try session.execute("SET LOCAL timezone = 'Pacific/Auckland'")
            return try session.rows(
                """
                SELECT tableoid::regclass::text, to_char(from_at AT TIME ZONE 'UTC', 'YYYYMMDD')
                FROM monitoring.chunks
                ORDER BY from_at
                """
            ).map { [try $0.decode(0, as: String.self), try $0.decode(1, as: String.self)] }
        }
        #expect(stored.count == 2 && stored[0] != stored[1])
        for row in stored { #expect(row[0] == "monitoring.chunks_\(row[1])") }
        let types = try await fixture.words(
            """
            SELECT DISTINCT data_type
            FROM information_schema.columns
            WHERE table_schema IN ('monitoring', 'fleet', 'platform') AND column_name LIKE '%\\_at'
            """)
        #expect(types == ["timestamp with time zone"])
        @Sendable func time(_ seconds: Double) -> String { RFC3339.string(midnight + seconds) }
        try await MonitoringRoutesTests.with(fixture) { (client) async throws in
            let series = try await client.send(.get, "/servers/\(id)/metrics?metric=cpu&from=\(time(-60))&to=\(time(60))").json
            let times = series["points"]?.array?.compactMap { $0.array?.first?.string } ?? []
            #expect(times == [time(-1), time(0)] && times.allSatisfy { $0.hasSuffix("Z") })
        }
    }

    @Test("PRD 3.5-5, 3.5-6: rows go in batches of 10,000, and the log says how many of which tenant")
    func rowsGoInBatchesAndAreLogged() async throws {
        let fixture = try await CollectionFixture.make()
        let id = try await fixture.server("db1")
        let old = fixture.start - 31 * 86_400
        for at in [old, fixture.start] { Self.add(fixture, id, at: at) }
        await fixture.collector.buffer.tick(now: fixture.start)
        _ = try await CompactionFixture.service(fixture, fixture.collector.leases).compact(fixture.tenant, now: fixture.start)
        try await fixture.platform.tenants.ownerTransaction(fixture.tenant) { session in
            _ = try session.execute(
                """
                INSERT INTO monitoring.health_changes (server_id, from_health, to_health, status, reasons, changed_at)
                SELECT \(id), 'healthy', 'warning', 'online', '{}', \(old) FROM generate_series(1, 25000)
                """)
        }
        try await StorageStatistics.untilCounted(1, of: "chunks", fixture)
        let batch = try await fixture.platform.tenants.transaction(fixture.tenant) {
            try HealthChangeSQL.deleteOld(before: fixture.start - 30 * 86_400, on: $0)
        }
        #expect(batch == 10_000)
        let lines = LogLines()
        let maintenance = MaintenanceService(
            databases: fixture.platform.tenants, leases: fixture.collector.leases, logger: Logger(label: "test") { _ in lines })
        try await maintenance.retain(fixture.tenant, now: fixture.start)
        #expect(try await fixture.number("SELECT count(*)::float8 FROM monitoring.health_changes WHERE changed_at = \(old)") == 0)
        #expect(try await fixture.number("SELECT count(*)::float8 FROM monitoring.chunks") == 0)
        #expect(try await fixture.number("SELECT count(*)::float8 FROM monitoring.samples") == 1)
        let line = try #require(lines.text.withLock { $0 }.first { $0["tenant"] == "\(fixture.tenant.slug)" })
        #expect(line["changes"] == "15001", "\(line)")
        #expect(line["rows"] == "1", "\(line)")
        #expect(line["partitions"] != "0", "\(line)")
    }

    @Test("PRD 3.5-1, 3.5-4: each tenant keeps its samples as long as its own settings say")
    func eachTenantKeepsItsSamplesAsItSays() async throws {
        let fixture = try await CollectionFixture.make()
        let other = try await fixture.platform.tenant()
        let at = fixture.start - 5 * 86_400
        for tenant in [fixture.tenant, other] {
            try await fixture.platform.tenants.ownerTransaction(tenant) { session in
                try PartitionSQL.make(from: at, days: 1, on: session)
                _ = try session.execute(
                    """
                    INSERT INTO monitoring.chunks (server_id, resolution, from_at, to_at, sample_count, directory, data)
                    VALUES (gen_random_uuid(), 0, \(at), \(at + 7_200), 1, '', '')
                    """)
            }
        }
        try await fixture.platform.tenants.transaction(other) { session in
            var settings = try TenantSettings.lock(on: session)
            settings.retention.metricsDays = 1
            try settings.save(on: session)
        }
        for (tenant, kept) in [(fixture.tenant, 1), (other, 0)] {
            try await fixture.collector.maintenance.retain(tenant, now: fixture.start)
            let count = try await fixture.platform.tenants.read(tenant) {
                try $0.rows("SELECT count(*) FROM monitoring.chunks")[0].decode(0, as: Int.self)
            }
            #expect(count == kept, "\(tenant.slug)")
        }
    }

    @Test("PRD 3.5-7: the storage's statistics say rows, bytes and the stretch of time")
    func statisticsSayRowsAndStretch() async throws {
        let fixture = try await CollectionFixture.make()
        let id = try await fixture.server("db1")
        let first = Date(timeIntervalSince1970: fixture.start.timeIntervalSince1970.rounded(.down)) - 3_600
        for minute in 0..<60 { Self.add(fixture, id, at: first + Double(minute) * 60) }
        await fixture.collector.buffer.tick(now: fixture.start)
        // Nobody has analysed it; PostgreSQL itself says within a second how much was written.
        try await StorageStatistics.untilCounted(60, of: "samples", fixture)
        try await MonitoringRoutesTests.with(fixture, role: .viewer) { (client) async throws in
            let statistics = try await client.send(.get, "/metrics/stats").json.array ?? []
            let samples = try #require(statistics.first { $0["signal"] == "samples" })
            #expect(samples["rowsEstimated"] == 60)
            #expect((samples["sizeBytes"]?.int ?? 0) > 0 && samples["partitionCount"] == 0)
            #expect(samples["oldestAt"] == .string(RFC3339.string(first)))
            #expect(samples["newestAt"] == .string(RFC3339.string(first + 59 * 60)))
            let chunks = try #require(statistics.first { $0["signal"] == "chunks" })
            #expect(chunks["oldestAt"] == .null && chunks["rowsEstimated"] == 0)
            let history = try #require(statistics.first { $0["signal"] == "table_history" })
            #expect(history["oldestAt"] == .null && history["newestAt"] == .null, "nothing has no time")
            #expect(
                statistics.compactMap { $0["signal"]?.string } == [
                    "samples", "chunks", "table_history", "query_details", "changes", "health_changes",
                ])
            let health = try #require(statistics.last)
            #expect(health["rowsEstimated"] != 0 && health["oldestAt"] != .null, "the server's first health is a change")
        }
    }

    @Test("PRD 3.3-11: no more servers are read at once than the collector may")
    func noMoreAreReadAtOnceThanItMay() async throws {
        let fixture = try await CollectionFixture.make(runDeadlineSeconds: 60)
        for number in 0..<12 { try await fixture.server("db\(number)") }
        #expect(try await fixture.pass() == 12)
        for number in 0..<12 { fixture.engine.set("db\(number)", .hang) }
        async let runs = fixture.pass(after: 60)
        // As many as there are threads are inside, and stay there until they are let go.
        var inside = 0
        for await _ in fixture.engine.hangs {
            inside += 1
            if inside == 4 { break }
        }
        fixture.engine.release()
        #expect(try await runs == 12)
        #expect(fixture.engine.hangingMax == 4)
        #expect(CollectionConfig().collectParallelismMax == 10)
    }
}

extension StorageStatistics {
    /// PostgreSQL counts what is written within seconds, without anybody's ANALYZE.
    fileprivate static func untilCounted(_ rows: Int, of signal: String, _ fixture: CollectionFixture) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < deadline {
            let statistics = try await fixture.platform.tenants.read(fixture.tenant) { try read(on: $0) }
            if let found = statistics.first(where: { $0.signal == signal }), found.rowsEstimated >= rows { return }
            await Task.yield()
        }
    }
}

/// Keeps what is logged: each line's metadata.
private final class LogLines: LogHandler {
    let text = Mutex<[[String: String]]>([])
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    var logLevel: Logger.Level {
        get { .trace }
        set {}
    }
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }
    func log(event: LogEvent) {
        let line = (event.metadata ?? [:]).mapValues { "\($0)" }
        text.withLock { $0.append(line) }
    }
}
