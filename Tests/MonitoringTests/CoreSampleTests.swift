import Engines
import Fixtures
import Fleet
import Foundation
import Platform
import Postgres
import Primitives
import Testing

@testable import Monitoring

/// The core's values on their way: raw totals into the head, chunks and rollups, and out of them as rates.
@Suite struct CoreSampleTests {
    private static let hour = 3_600.0

    // MARK: Rules

    @Test("Every metric is either stored as it was measured or as a raw total, and each has its column")
    func everyMetricHasItsColumn() {
        #expect(CoreSampleSQL.gauges.count == 8 && CoreSampleSQL.counters.count == 5)
        #expect(Set(CoreSampleSQL.gauges + CoreSampleSQL.counters) == Set(MetricID.allCases))
        let totals = Differencing.totals(of: DifferencingTests.reading(batches: 7, at: 0, hits: 1, lookups: 1))
        #expect(totals == [.batchRequestsSec: 7], "the cache's are told as a ratio")
    }

    @Test(
        "There are seconds to compare by where Differencing has a rate, and none across a restart, another server, a gap or a clock",
        arguments: [
            (DifferencingTests.reading(batches: 700, at: 30), 30.0), (DifferencingTests.reading(batches: 99, at: 30), 30),
            (DifferencingTests.reading(batches: 1, at: 3_600), 3_600), (DifferencingTests.reading(batches: 1, at: 3_601), nil),
            (DifferencingTests.reading(batches: 700, at: 30, name: "T"), nil),
            (DifferencingTests.reading(batches: 1, at: 30, startedAt: 200), nil),
            (DifferencingTests.reading(batches: 700, at: 30, startedAt: 102), 30), (DifferencingTests.reading(batches: 700, at: 0), nil),
            (DifferencingTests.reading(batches: 700, at: -1), nil),
        ] as [(Reading, Double?)])
    func secondsAreHonest(next: Reading, seconds: Double?) {
        #expect(Differencing.Memory(DifferencingTests.reading(batches: 100, at: 0)).seconds(to: next, intervalSeconds: 60) == seconds)
    }

    // MARK: Storing

    @Test("Issue 4: raw totals are stored, in the same columns for every server; what is not known is NULL and never 0")
    func rawTotalsAreStored() async throws {
        let fixture = try await CollectionFixture.make()
        let ids = [try await fixture.server("db1"), try await fixture.server("db2")]
        fixture.engine.set("db1", .reading(cpu: 42.123456, memory: 50, batches: 1_000))
        fixture.engine.set("db2", .reading(cpu: nil, memory: nil, batches: 5))
        try await fixture.pass()
        fixture.engine.pass(seconds: 60)
        fixture.engine.set("db1", .reading(cpu: 43, memory: 50, batches: 7_000))
        try await fixture.pass(after: 60)
        let rows = try await fixture.rows(
            """
            SELECT s.server_id, s.seconds::float8, s.gauges, s.counters, l.instances, l.gauge_ids, l.counter_ids
            FROM monitoring.samples s
            JOIN monitoring.layouts l ON l.id = s.layout_id AND l.collector = 'core'
            ORDER BY s.server_id, s.slot_at
            """)
        #expect(rows.count == 4)
        for row in rows {
            #expect(try row.decode(4, as: [String].self) == ["[]"])
            #expect(try row.decode(5, as: [Int16].self) == [1, 2, 3, 8, 9, 10, 11, 12])
            #expect(try row.decode(6, as: [Int16].self) == [4, 5, 6, 7, 13])
        }
        let first = try rows.filter { try $0.decode(0, as: Server.ID.self) == ids[0] }
        #expect(try first.map { try $0.decode(1, as: Double?.self) } == [nil, 60])
        #expect(try first[0].decode(2, as: [Double?].self) == [42.123, 50, 7, nil, nil, nil, nil, nil])
        #expect(try first.map { try $0.decode(3, as: [Int64?].self) } == [[1_000, nil, nil, nil, nil], [7_000, nil, nil, nil, nil]])
        let second = try #require(try rows.first { try $0.decode(0, as: Server.ID.self) == ids[1] })
        #expect(try second.decode(2, as: [Double?].self) == [nil, nil, 7, nil, nil, nil, nil, nil])
    }

    @Test("A slot that another process stored under a layout of its own is not stored again")
    func oncePerSlotUnderAnyLayout() async throws {
        let fixture = try await CollectionFixture.make()
        let id = try await fixture.server("db1")
        func store(_ cpu: Double, after seconds: Double, epoch: Int64 = 1, cache: CollectorCache) async throws -> StoreOutcome {
            let run = StoredRun(
                server: id, slotAt: fixture.start, finishedAt: fixture.start + seconds, intervalSeconds: 60, epoch: epoch,
                result: .reading(values: [.cpuPercent: cpu], missing: []))
            return try await fixture.platform.tenants.transaction(fixture.tenant) {
                try RunSQL.store([run, run], thresholds: { _ in HealthThresholds() }, cache: cache, on: $0).outcome
            }
        }
        _ = try await store(1, after: 1, cache: CollectorCache())
        // As an older or a newer program would have made it.
        _ = try await fixture.platform.tenants.transaction(fixture.tenant) { session in
            try session.execute("UPDATE monitoring.layouts SET gauge_ids = '{1}', digest = 7")
        }
        _ = try await store(2, after: 9, cache: CollectorCache())
        #expect(try await store(3, after: 20, epoch: 0, cache: CollectorCache()).fencedCount == 2)
        #expect(try await fixture.number("SELECT count(*)::float8 FROM monitoring.samples") == 1)
        #expect(try await fixture.number("SELECT gauges[1] FROM monitoring.samples") == 1)
    }

    @Test("A run's slot is looked up by the key, whatever the number of samples")
    func slotsAreFoundByTheKey() async throws {
        let fixture = try await CollectionFixture.make()
        let id = try await fixture.server("db1")
        try await fixture.platform.tenants.ownerTransaction(fixture.tenant) { session in
            try session.execute(
                """
                INSERT INTO monitoring.samples (server_id, layout_id, slot_at, collected_at, gauges, counters)
                SELECT gen_random_uuid(), 1, at, at, '{1}', '{}'
                FROM generate_series(\(fixture.start)::timestamptz - interval '20000 s', \(fixture.start), interval '1 s') AS at
                """)
            try session.execute("ANALYZE monitoring.samples")
        }
        let runs = (0..<500).map { number in
            StoredRun(
                server: id, slotAt: fixture.start + Double(number), finishedAt: fixture.start, intervalSeconds: 60, epoch: 1,
                result: .reading(values: [.cpuPercent: 1], missing: []))
        }
        let plan = try await fixture.words("EXPLAIN (COSTS OFF) \(CoreSampleSQL.takenSlots(runs))").joined(separator: "\n")
        #expect(!plan.contains("Seq Scan on samples") && plan.contains("samples_pkey"), "\(plan)")
    }

    // MARK: Reading

    @Test(
        "PRD 3.8-6: rates are worked out of the raw totals as they were at collection: from the head, from chunks, and in steps from rollups"
    )
    func ratesAreTheSameFromHeadChunksAndRollups() async throws {
        let fixture = try await CompactionFixture.make()
        let expected = try await Self.store(Self.readings(fixture.day), fixture)
        let fromHead = try await Self.read(fixture)
        for series in fromHead {
            let right = expected[series.metric.id] ?? []
            #expect(series.points.map { Self.minute($0.at, fixture) } == right.map(\.minute), "\(series.metric.name)")
            for (point, right) in zip(series.points, right) {
                #expect(abs(point.average - right.value) <= abs(right.value) * 1e-4 + 0.000_5, "\(series.metric.name), \(right)")
                #expect(point.smallest == point.average && point.largest == point.average)
            }
        }
        // What must not be there: a first rate, one across the restart, the reset, the member that went or the gap, and a ratio of nothing.
        func minutes(_ metric: MetricID) -> Set<Int> {
            Set(fromHead.first { $0.metric.id == metric }?.points.map { Self.minute($0.at, fixture) } ?? [])
        }
        #expect(minutes(.batchRequestsSec).isDisjoint(with: [0, 40, 165]) && minutes(.batchRequestsSec).contains(60))
        #expect(minutes(.diskReads).isDisjoint(with: [0, 40, 60, 80, 81, 165]) && minutes(.diskReads).isSuperset(of: [61, 79, 82]))
        #expect(minutes(.cacheHitPercent).isDisjoint(with: 21...29) && minutes(.cacheHitPercent).contains(30))
        #expect(minutes(.cpuPercent).isSuperset(of: [0, 40, 60, 165]))
        #expect(minutes(.pageLifeExpectancySeconds).isEmpty)

        let steps = try await Self.read(fixture, step: 300)
        _ = try await fixture.compaction.compact(fixture.tenant, now: fixture.day + 8 * Self.hour)
        #expect(try await fixture.headCount() == 0)
        #expect(try await Self.read(fixture).map(\.points) == fromHead.map(\.points))
        #expect(try await Self.read(fixture, step: 300).map(\.points) == steps.map(\.points))
        _ = try await fixture.databases.transaction(fixture.tenant) {
            try Compaction.rollUp(fixture.server, day: fixture.day.milliseconds, on: $0)
        }
        // Only the rollups are left to read from.
        _ = try await fixture.databases.transaction(fixture.tenant) { try $0.execute("DELETE FROM monitoring.chunks WHERE resolution = 0") }
        for (series, exact) in zip(try await Self.read(fixture, step: 300), steps) {
            #expect(series.points.map(\.at) == exact.points.map(\.at), "\(series.metric.name)")
            for (point, right) in zip(series.points, exact.points) {
                for path in [\Series.Point.average, \.smallest, \.largest] {
                    #expect(abs(point[keyPath: path] - right[keyPath: path]) <= abs(right[keyPath: path]) / 500 + 1.0 / 256 / 60)
                }
            }
        }
        let cpu = try #require(steps.first { $0.metric.id == .cpuPercent }?.points.first)
        #expect([cpu.smallest, cpu.average, cpu.largest] == [10, 12, 14])
    }

    @Test("A month is read from rollups, and the newest run is there at once")
    func theNewestRunIsThereAtOnce() async throws {
        let fixture = try await CollectionFixture.make()
        let id = try await fixture.server("db1")
        fixture.engine.set("db1", .reading(cpu: 40, memory: 50, batches: 1_000))
        try await fixture.pass()
        fixture.engine.pass(seconds: 60)
        fixture.engine.set("db1", .reading(cpu: 60, memory: 50, batches: 7_000))
        try await fixture.pass(after: 60)
        func read(_ days: Double, step: Int?) async throws -> [[Double]] {
            let end = fixture.start + 61
            let metrics = [MetricType.named("batch_requests_sec"), .named("cpu"), .named("cpu")].compactMap { $0 }
            return try await fixture.platform.tenants.read(fixture.tenant) { session in
                try Series.read(
                    id, metrics, SeriesRequest(from: end - days * 86_400, to: end, stepSeconds: step), intervalSeconds: 60, on: session)
            }.map { $0.points.map(\.average) }
        }
        #expect(try await read(1 / 24, step: nil) == [[100], [40, 60], [40, 60]])
        let month = try await read(30, step: 7_200)
        #expect(month[0] == [100] && month[1].last.map { $0 == 50 || $0 == 60 } == true)
    }

    // MARK: Parts

    /// Four hours of a server: a restart after 40 minutes, one counter that is reset after 60, sums that lose a member after
    /// 80, a gap of over an hour after 100 and one of
    /// some minutes after 200; for ten minutes nothing is asked of the cache.
    private static func readings(_ day: Date) -> [Reading] {
        (0..<240).filter { !(101..<165).contains($0) && !(201..<204).contains($0) }.map { minute in
            let seconds = Double(minute * 60) + Double(minute % 7) / 100
            let total = Int64(minute < 40 ? minute : minute - 40) * 6_000 + Int64(minute % 3) * 100
            let asked = Int64(minute - min(max(0, minute - 20), 9)) * 1_000 + 1
            var reading = Reading(
                identity: ServerIdentity(
                    serverName: "S", startedAt: Date(timeIntervalSince1970: minute < 40 ? 100 : 2_500), productVersion: "1", edition: "e",
                    version: "v", coreCount: nil),
                collectedAt: day + seconds, monotonicSeconds: 1_000 + seconds,
                gauges: [.cpuPercent: 10 + Double(minute % 50), .memoryPercent: 100 / Double(3 + minute % 5), .connectionCount: 7],
                counters: [
                    .batchRequestsSec: total, .diskReads: minute < 60 ? total * 3 : total / 7, .diskWrites: 1 << 50, .waitTimeMs: total * 2,
                    .ownCPUMs: total / 100, .cacheLookups: asked, .cacheHits: asked - asked / 10,
                ])
            reading.membership = Reading.Membership(mark: minute < 80 ? 3 : 2, metrics: [.diskReads])
            return reading
        }
    }

    /// Stores the readings as a collector does. Returns the values that it has at collection, by minute.
    private static func store(_ readings: [Reading], _ fixture: CompactionFixture) async throws -> [MetricID: [(
        minute: Int, value: Double
    )]] {
        var memory: Differencing.Memory?
        var expected: [MetricID: [(minute: Int, value: Double)]] = [:]
        for raw in readings {
            let reading = Differencing.comparable(raw, after: memory)
            let values = Differencing.values(of: reading, after: memory, intervalSeconds: 60)
            let minute = minute(reading.collectedAt, fixture)
            for (metric, value) in values { expected[metric, default: []].append((minute, value)) }
            fixture.collection.collector.buffer.append(
                StoredRun(
                    server: fixture.server, slotAt: fixture.day + Double(minute * 60), finishedAt: reading.collectedAt, intervalSeconds: 60,
                    epoch: 1, result: .reading(values: values, missing: []), totals: Differencing.totals(of: reading),
                    seconds: memory?.seconds(to: reading, intervalSeconds: 60)),
                for: fixture.tenant)
            memory = Differencing.Memory(reading)
        }
        await fixture.collection.collector.buffer.tick(now: fixture.day + 4 * hour)
        return expected
    }

    private static func read(_ fixture: CompactionFixture, step: Int? = nil) async throws -> [Series] {
        let request = SeriesRequest(from: fixture.day, to: fixture.day + 4 * hour, stepSeconds: step)
        return try await fixture.databases.read(fixture.tenant) {
            try Series.read(fixture.server, MetricType.all, request, intervalSeconds: 60, on: $0)
        }
    }

    private static func minute(_ date: Date, _ fixture: CompactionFixture) -> Int { Int(date.timeIntervalSince(fixture.day) / 60) }
}
