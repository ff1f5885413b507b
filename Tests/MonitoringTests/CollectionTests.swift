import Engines
import Fixtures
import Fleet
import Foundation
import Platform
import Postgres
import Primitives
import Testing

@testable import Monitoring

@Suite struct CollectionTests {
    @Test("PRD 3.3-2, 3.3-3, 3.3-6: a new server of an active tenant is read at once and stored")
    func aNewServerIsReadAtOnceAndStored() async throws {
        let fixture = try await CollectionFixture.make()
        let id = try await fixture.server("db1", password: "s3cret")
        fixture.engine.set("db1", .reading(cpu: 42, memory: 50, batches: 1_000))
        #expect(try await fixture.pass() == 1)
        #expect(fixture.engine.password("db1") == "s3cret")
        #expect(try await fixture.state(id) == ("online", "healthy", []))
        #expect(try await fixture.number("SELECT cpu_percent FROM monitoring.server_snapshots") == 42)
        #expect(try await fixture.number("SELECT value FROM monitoring.metric_values WHERE metric = 'memory_percent'") == 50)
        #expect(try await fixture.words("SELECT version FROM fleet.servers") == ["SQL Server 2019"])
        #expect(try await fixture.words("SELECT topic FROM platform.events ORDER BY id") == ["servers.collected", "server.health"])
        #expect(try await fixture.words("SELECT from_health || '>' || to_health FROM monitoring.health_changes") == ["unknown>healthy"])
        #expect(try await fixture.number("SELECT revision FROM fleet.servers") == 1)
    }

    /// Issue 3: a credential profile is sealed once, and opened for every server that uses it.
    @Test func aServerIsReadWithThePasswordOfItsProfile() async throws {
        let fixture = try await CollectionFixture.make()
        let own = try await fixture.server("own", password: "s3cret-own")
        let (profile, now) = (Credential.ID(), fixture.start)
        let sealed = Bytes(
            try fixture.platform.secrets.seal("s3cret-shared", for: fixture.tenant.id, context: Credential.passwordContext(profile)))
        let server = Server(
            id: Server.ID(), configuration: ServerConfiguration(name: "shared", hostname: "shared", credentialID: profile),
            sealedPassword: nil, revision: 1, facts: ServerFacts(), createdAt: now, updatedAt: now)
        try await fixture.platform.tenants.transaction(fixture.tenant) { session in
            try session.execute(
                """
                INSERT INTO fleet.credentials (id, name, engine, auth_type, username, password_encrypted, created_at, updated_at)
                VALUES (\(profile), 'Shared', 'sqlserver', 'sql', 'monitor', \(sealed), \(now), \(now))
                """)
            try server.insert(on: session)
        }
        #expect(try await fixture.pass() == 2)
        #expect(fixture.engine.password("shared") == "s3cret-shared" && fixture.engine.password("own") == "s3cret-own")
        #expect(try await fixture.state(server.id).status == "online")
        #expect(try await fixture.state(own).status == "online")
    }

    @Test func countersBecomeRatesByMeasuredSecondsAndTheFirstSightingHasNone() async throws {
        let fixture = try await CollectionFixture.make()
        try await fixture.server("db1")
        fixture.engine.set("db1", .reading(cpu: 1, memory: 1, batches: 1_000))
        try await fixture.pass()
        let seconds: SQL = "SELECT seconds FROM monitoring.metric_values WHERE metric = 'batch_requests_sec' ORDER BY collected_at DESC"
        #expect(try await fixture.number(seconds) == nil)
        #expect(try await fixture.number("SELECT batch_requests_sec FROM monitoring.server_snapshots") == nil)
        fixture.engine.pass(seconds: 50)  // measured; not the 60 of the plan
        fixture.engine.set("db1", .reading(cpu: 1, memory: 1, batches: 6_000))
        #expect(try await fixture.pass(after: 60) == 1)
        #expect(try await fixture.number("SELECT batch_requests_sec FROM monitoring.server_snapshots") == 100)
        #expect(try await fixture.number(seconds) == 50)
        fixture.engine.pass(seconds: 50)
        fixture.engine.restartServers()
        try await fixture.pass(after: 120)
        #expect(try await fixture.number(seconds) == nil)
        #expect(try await fixture.number("SELECT batch_requests_sec FROM monitoring.server_snapshots") == nil)
        #expect(fixture.engine.connects == ["db1"])  // one connection all the while
    }

    @Test("Issue 4: two servers with one name, as copies of a machine have, are two: none is compared with the other's totals")
    func twoServersWithOneName() async throws {
        let fixture = try await CollectionFixture.make(catalogue: { _ in TestCollectors.all })
        let ids = [try await fixture.server("a"), try await fixture.server("b")]
        for (minute, (a, b)) in [(1_000, 900_000), (7_000, 900_600), (13_000, 901_200)].enumerated() {
            for (host, total) in [("a", a), ("b", b)] {
                fixture.engine.set(host, serverName: "COPY")
                fixture.engine.set(host, traits: ServerTraits(version: "15.0.1"))
                fixture.engine.set(host, .reading(cpu: 1, memory: 1, batches: Int64(total)))
                let rows = [TestCollectors.file("d", "f", reads: Int64(total), size: 1)]
                fixture.engine.set(host, CollectorAnswer(collector: "test_files", rows: rows))
            }
            if minute > 0 { fixture.engine.pass(seconds: 60) }
            #expect(try await fixture.pass(after: Double(minute * 60)) == 2)
        }
        for (id, rate) in zip(ids, [100.0, 10]) {
            #expect(try await fixture.number("SELECT batch_requests_sec FROM monitoring.server_snapshots WHERE server_id = \(id)") == rate)
            let rates = try await fixture.rows(
                "SELECT rates FROM monitoring.collector_runs WHERE server_id = \(id) AND collector = 'test_files'")[0]
            #expect(try rates.decode(0, as: [Double?].self).first == rate)
        }
    }

    @Test("PRD 3.3-8, 3.3-9: a failure is noted, two are offline, and the way back is noticed")
    func twoFailuresAreOfflineAndTheWayBackIsNoticed() async throws {
        let fixture = try await CollectionFixture.make()
        let id = try await fixture.server("db1")
        try await fixture.pass()
        fixture.engine.set("db1", .failure(.unreachable))
        try await fixture.pass(after: 60)
        #expect(try await fixture.state(id).status == "online")  // one failure may be a hiccup
        #expect(try await fixture.words("SELECT last_error_code FROM monitoring.server_snapshots") == ["UNREACHABLE"])
        #expect(try await fixture.pass(after: 64) == 0)
        #expect(try await fixture.pass(after: 67) == 1)
        #expect(try await fixture.state(id) == ("offline", "offline", ["It is away."]))
        fixture.engine.set("db1", .reading(cpu: 1, memory: 1, batches: 1))
        #expect(try await fixture.pass(after: 100) == 0)  // backing off
        #expect(try await fixture.pass(after: 140) == 1)
        #expect(try await fixture.state(id).health == "healthy")
        #expect(
            try await fixture.words("SELECT to_health FROM monitoring.health_changes ORDER BY id") == ["healthy", "offline", "healthy"])
    }

    @Test(
        "FR27: a suspended or deleted tenant is not collected from the next pass on, and again once it is active", arguments: [false, true])
    func aSuspendedTenantIsNotCollected(deleted: Bool) async throws {
        let fixture = try await CollectionFixture.make()
        try await fixture.server("db1")
        fixture.engine.set("db1", .reading(cpu: 1, memory: 1, batches: 1))
        #expect(try await fixture.pass() == 1)
        let (provisioning, slug) = (fixture.platform.provisioning, fixture.tenant.slug)
        if deleted {
            try await provisioning.delete(slug: slug, by: .system)
        } else {
            _ = try await provisioning.suspend(slug: slug, by: .system)
        }
        for seconds in [60.0, 120, 600] { #expect(try await fixture.pass(after: seconds) == 0) }
        _ =
            if deleted {
                try await provisioning.restore(slug: slug, by: .system)
            } else {
                try await provisioning.activate(slug: slug, by: .system)
            }
        // At its next place in the interval, not at once.
        var runs = 0
        for seconds in [660.0, 720, 780] { runs += try await fixture.pass(after: seconds) }
        #expect(runs >= 1)
    }

    @Test("PRD 3.6-9: the tenant's thresholds decide")
    func thresholdsOfTheTenantDecide() async throws {
        let fixture = try await CollectionFixture.make()
        let id = try await fixture.server("db1")
        fixture.engine.set("db1", .reading(cpu: 97, memory: 90, batches: 1))
        try await fixture.pass()
        let state = try await fixture.state(id)
        #expect(state.health == "critical")
        #expect(
            state.reasons == ["CPU is at 97 %, above the critical limit of 95 %", "Memory is at 90 %, above the warning limit of 85 %"])
        try await fixture.platform.tenants.transaction(fixture.tenant) { session in
            var settings = try TenantSettings.lock(on: session)
            settings.thresholds.cpuPercent = .init(warning: 98, critical: 99)
            settings.thresholds.memoryPercent = .init(warning: 91, critical: 99)
            try settings.save(on: session)
        }
        try await fixture.pass(after: 60)
        #expect(try await fixture.state(id).health == "healthy")
    }

    @Test func aMissingGrantIsDegradedAndNotOffline() async throws {
        let fixture = try await CollectionFixture.make()
        let id = try await fixture.server("db1")
        fixture.engine.set("db1", .denied)
        for seconds in [0.0, 60, 120] { try await fixture.pass(after: seconds) }
        #expect(try await fixture.state(id) == ("degraded", "unknown", ["VIEW SERVER STATE is missing."]))
        #expect(fixture.engine.collects.count == 3)  // at its interval, no sooner
    }

    @Test("PRD 3.2-6: what changed is noticed at once also after the clock was set back")
    func aClockSetBackHidesNoNews() async throws {
        let fixture = try await CollectionFixture.make()
        try await fixture.server("a")
        try await fixture.pass()
        try await fixture.server("b")
        try await fixture.pass(after: -3_600)
        #expect(fixture.engine.collects.contains("b"))
    }

    @Test("PRD 3.3-10: changed and removed servers are noticed without a restart")
    func changesAreNoticedWithoutARestart() async throws {
        let fixture = try await CollectionFixture.make()
        let id = try await fixture.server("db1")
        try await fixture.pass()
        try await fixture.platform.tenants.transaction(fixture.tenant) { session in
            var server = try Server.lock(id, on: session)
            server.configuration.hostname = "db2"
            try server.save(on: session)
        }
        #expect(try await fixture.pass(after: 2) == 1)  // another address is tried at once
        #expect(fixture.engine.collects == ["db1", "db2"])
        #expect(fixture.engine.closes == 1)
        try await fixture.platform.tenants.transaction(fixture.tenant) { try Server.lock(id, on: $0).softDelete(at: fixture.start, on: $0) }
        #expect(try await fixture.pass(after: 70) == 0)
        #expect(fixture.collector.index.count == 0)
        #expect(fixture.engine.closes == 2)
    }

    @Test("PRD 3.3-7, 3.3-8: servers that never answer are cut off and hold nobody up")
    func blackHolesDoNotHoldUpTheOthers() async throws {
        let fixture = try await CollectionFixture.make(connectParallelismMax: 4, runDeadlineSeconds: 0.5)
        for number in 0..<3 {
            try await fixture.server("hole\(number)")
            fixture.engine.set("hole\(number)", .hang)
        }
        for number in 0..<40 { try await fixture.server("db\(number)") }
        try await fixture.pass()
        #expect(try await fixture.number("SELECT count(*)::float8 FROM monitoring.server_snapshots WHERE status = 'online'") == 40)
        let began = ContinuousClock.now
        try await fixture.pass(after: 60)  // the holes are suspects now, and the others have their connections
        #expect(ContinuousClock.now - began < .seconds(60))
        #expect(try await fixture.number("SELECT count(*)::float8 FROM monitoring.samples") == 80)
        #expect(
            try await fixture.words("SELECT DISTINCT last_error_code FROM monitoring.server_snapshots WHERE last_error_code IS NOT NULL")
                == ["TIMEOUT"])
        fixture.engine.release()
    }

    @Test func atMostOneRunIsStoredPerServerAndSlot() async throws {
        let fixture = try await CollectionFixture.make()
        let id = try await fixture.server("db1")
        let run = StoredRun(
            server: id, slotAt: fixture.start, finishedAt: fixture.start, intervalSeconds: 60, epoch: 5,
            result: .reading(values: [.cpuPercent: 1], missing: []))
        fixture.collector.buffer.append(run, for: fixture.tenant)
        await fixture.collector.buffer.tick(now: fixture.start)
        fixture.collector.buffer.append(run, for: fixture.tenant)  // the same again, as after a lost answer to COMMIT
        var late = run
        late.epoch = 4  // of a collector that lost its lease
        late.finishedAt += 5
        late.result = .reading(values: [.cpuPercent: 99], missing: [])
        fixture.collector.buffer.append(late, for: fixture.tenant)
        await fixture.collector.buffer.tick(now: fixture.start)
        #expect(try await fixture.number("SELECT count(*)::float8 FROM monitoring.samples") == 1)
        #expect(try await fixture.number("SELECT cpu_percent FROM monitoring.server_snapshots") == 1)
        #expect(fixture.collector.metrics[.fencedRuns] == 1)
    }

    @Test func runsWaitWhilePostgreSQLIsAwayAndTheOldestAreDroppedAndCounted() async throws {
        let fixture = try await CollectionFixture.make()
        let id = try await fixture.server("db1")
        for number in 0..<(RunBuffer.runCountMax + 5) {
            let at = fixture.start + Double(number) / 10
            fixture.collector.buffer.append(
                StoredRun(
                    server: id, slotAt: at, finishedAt: at, intervalSeconds: 60, epoch: 1, result: .reading(values: [:], missing: [])),
                for: fixture.tenant)
        }
        #expect(fixture.collector.buffer.count == RunBuffer.runCountMax)
        #expect(fixture.collector.metrics[.droppedRuns] == 5)
    }

    @Test("PRD 3.6-6: collection switched off is unknown")
    func switchedOffMeansUnknown() async throws {
        let fixture = try await CollectionFixture.make()
        let id = try await fixture.server("db1")
        try await fixture.pass()
        try await fixture.platform.tenants.transaction(fixture.tenant) { session in
            try CollectionSettings.enable(false, for: id, at: fixture.start, on: session)
            try RunSQL.forget(id, now: fixture.start, on: session)
        }
        #expect(try await fixture.pass(after: 60) == 0)
        #expect(try await fixture.state(id) == ("unknown", "unknown", ["Collection is switched off"]))
        try await fixture.platform.tenants.transaction(fixture.tenant) {
            try CollectionSettings.enable(true, for: id, at: fixture.start, on: $0)
        }
        try await fixture.pass(after: 120)
        #expect(try await fixture.state(id).status == "online")
    }

    @Test("PRD 3.6-5: no collection for five minutes is offline, on reading and after the sweep")
    func aServerThatNobodyReadsIsOfflineOnReadingAndAfterTheSweep() async throws {
        let fixture = try await CollectionFixture.make()
        let id = try await fixture.server("db1")
        try await fixture.pass()
        _ = try await fixture.platform.tenants.ownerTransaction(fixture.tenant) {
            try $0.execute("UPDATE monitoring.server_snapshots SET collected_at = now() - interval '6 minutes'")
        }
        #expect(try await fixture.state(id) == ("offline", "offline", ["No collection for more than 5 minutes"]))
        #expect(try await fixture.collector.maintenance.tick(now: Date()) == 1)
        #expect(try await fixture.words("SELECT status FROM monitoring.server_snapshots") == ["offline"])
        #expect(try await fixture.words("SELECT to_health FROM monitoring.health_changes ORDER BY id") == ["healthy", "offline"])
        #expect(try await fixture.collector.maintenance.tick(now: Date() + 60) == 0)
    }

    @Test("A right that is missing for 20 minutes is one change of health, which names it; with the right again it is one more")
    func aLostRightDoesNotFlap() async throws {
        let fixture = try await CollectionFixture.make()
        let id = try await fixture.server("db1")
        try await fixture.pass()
        fixture.engine.set("db1", .denied)
        for minute in 1...20 {
            let seconds = Double(minute * 60)
            try await fixture.pass(after: seconds)
            _ = try await fixture.collector.maintenance.tick(now: fixture.start + seconds + 30)
        }
        let changes: SQL = "SELECT to_health FROM monitoring.health_changes ORDER BY id"
        #expect(try await fixture.words(changes) == ["healthy", "unknown"])
        #expect(try await fixture.words("SELECT unnest(reasons) FROM monitoring.server_snapshots") == ["VIEW SERVER STATE is missing."])
        // The same by the database's clock, on reading.
        _ = try await fixture.platform.tenants.ownerTransaction(fixture.tenant) {
            try $0.execute("UPDATE monitoring.server_snapshots SET collected_at = now() - interval '20 minutes', attempted_at = now()")
        }
        #expect(try await fixture.state(id) == ("degraded", "unknown", ["VIEW SERVER STATE is missing."]))
        let readings = try await fixture.platform.tenants.read(fixture.tenant) { try LatestReading.all(on: $0) }
        #expect(readings.first?.status == .degraded && readings.first?.values == [:], "what was read before is not exported as new")
        fixture.engine.set("db1", .reading(cpu: 10, memory: 20, batches: 200))
        try await fixture.pass(after: 21 * 60)
        _ = try await fixture.collector.maintenance.tick(now: fixture.start + 21 * 60 + 30)
        #expect(try await fixture.words(changes) == ["healthy", "unknown", "healthy"])
    }

    @Test("PRD 3.5-4: what is older than the retention goes, by whole days")
    func retentionDropsWholeDays() async throws {
        let fixture = try await CollectionFixture.make()
        let id = try await fixture.server("db1")
        let old = fixture.start - 40 * 86_400
        for at in [old, fixture.start] {
            fixture.collector.buffer.append(
                StoredRun(
                    server: id, slotAt: at, finishedAt: at, intervalSeconds: 60, epoch: 1,
                    result: .reading(values: [.cpuPercent: 1], missing: [])),
                for: fixture.tenant)
        }
        await fixture.collector.buffer.tick(now: fixture.start)
        #expect(try await fixture.number("SELECT count(*)::float8 FROM monitoring.samples") == 2)
        let compaction = CompactionFixture.service(fixture, fixture.collector.leases)
        #expect(try await compaction.compact(fixture.tenant, now: fixture.start).chunkCount == 1)
        try await fixture.collector.maintenance.retain(fixture.tenant, now: fixture.start)
        #expect(try await fixture.number("SELECT count(*)::float8 FROM monitoring.chunks") == 0)
        #expect(try await fixture.number("SELECT count(*)::float8 FROM monitoring.samples") == 1)
        #expect(
            try await fixture.words("SELECT to_regclass('monitoring.chunks_' || to_char(now() + interval '2 days', 'YYYYMMDD'))::text")
                .count == 1)
    }

    @Test("PRD 3.1-1, 3.1-6: the program's catalogue of metrics is the database's")
    func theCatalogueIsTheDatabases() async throws {
        let fixture = try await CollectionFixture.make()
        let stored = try await fixture.words(
            "SELECT id || ' ' || name || ' ' || kind || ' ' || unit || ' ' || description FROM monitoring.metric_types ORDER BY id")
        #expect(
            stored
                == MetricType.all.sorted { $0.id.rawValue < $1.id.rawValue }.map {
                    "\($0.id.rawValue) \($0.name) \($0.kind) \($0.unit) \($0.description)"
                })
    }
}
