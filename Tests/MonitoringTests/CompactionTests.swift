import Fixtures
import Fleet
import Foundation
import Logging
import Platform
import Postgres
import Primitives
import Testing
import TimeSeries

@testable import Monitoring

@Suite struct CompactionTests {
    private struct Kill: Error {}

    @Test func samplesOlderThanTwoHoursBecomeChunksAndYoungerOnesStay() async throws {
        let fixture = try await CompactionFixture.make()
        try await fixture.store(CompactionFixture.minutes(0..<300), layout: try await fixture.layout())
        // At 04:10 the stretch from 00:00 on is old enough; the turns of that from 02:00 on begin.
        let outcome = try await fixture.compaction.tick(now: fixture.day + CompactionFixture.firstIsDue)
        #expect(outcome == .init(rowCount: 120, sampleCount: 120 * 6, chunkCount: 1))
        #expect(try await fixture.headCount() == 180)
        let section = try #require(try await fixture.stored().first?.sections.first)
        #expect(section.axis.times.first == fixture.day.milliseconds)
        #expect(section.axis.offsets == [Int64](repeating: 40, count: 120))
        #expect(section.axis.spans == [nil] + [Int64?](repeating: 60_000, count: 119))
        // One metric after the other: gauge 1 of a and of b, gauge 2 of a and of b.
        #expect(section.floats[0].values == (0..<120).map { Double($0 % 50) / 4 })
        #expect(section.floats[1].optionals == (0..<120).map { $0 % 10 == 0 ? nil : 3.25 })
        #expect(section.floats[2].values == [Double](repeating: 100, count: 120))
        #expect(section.floats[3].values.allSatisfy { $0.sign == .minus })
        #expect(section.integers[0].values == (0..<120).map { Int64($0) * 60 })
        #expect(try await fixture.compaction.tick(now: fixture.day + CompactionFixture.firstIsDue) == .init())
    }

    @Test func aFleetsServersTakeTurns() async throws {
        let fixture = try await CompactionFixture.make()
        let (layout, servers) = (try await fixture.layout(), (0..<64).map { _ in Server.ID() })
        for server in servers { try await fixture.store(CompactionFixture.minutes(0..<2), layout: layout, server: server) }
        // Nobody's turn comes before the stretch is over and late samples had ten minutes; the last one's is two hours later.
        let first = fixture.day + Stretch.seconds + Stretch.settleSeconds
        #expect(try await fixture.compaction.tick(now: first - 60) == .init())
        for quarter in 1...4 {
            let outcome = try await fixture.compaction.tick(now: first + Double(quarter) * Stretch.seconds / 4)
            #expect((2...60).contains(outcome.chunkCount) && outcome.rowCount == 2 * outcome.chunkCount, "quarter \(quarter)")
        }
        #expect(try await fixture.headCount() == 0)
    }

    @Test func whatIsTooOldIsFoundBehindManyServersWithoutIt() async throws {
        let fixture = try await CompactionFixture.make()
        let layout = try await fixture.layout()
        let servers = (0...CompactionSQL.serverCountMax).map { _ in Server.ID() }.sorted { $0.uuid.uuidString < $1.uuid.uuidString }
        for server in servers.dropLast() { try await fixture.store(CompactionFixture.minutes(90..<91), layout: layout, server: server) }
        let last = try #require(servers.last)
        try await fixture.store(CompactionFixture.minutes(0..<2) + CompactionFixture.minutes(90..<91), layout: layout, server: last)
        let (tenant, hour) = (fixture.tenant, fixture.day + 3_600)
        #expect(try await fixture.databases.transaction(tenant) { try CompactionSQL.deleteOld(before: hour, on: $0) } == 2)
        #expect(try await fixture.headCount() == servers.count)
    }

    @Test("PRD 3.5-3: labels of rows that are gone go with their samples; those that are in use stay, however seldom that is")
    func labelsGoWithTheirSamples() async throws {
        let fixture = try await CompactionFixture.make()
        let gone = try await fixture.layout([#"["gone"]"#]), used = try await fixture.layout([#"["used"]"#])
        let newest = try await fixture.layout([#"["newest"]"#])
        for layout in [gone, used, newest] {
            try await fixture.store([.init(at: 60, gauges: [1, 2], counters: [3])], layout: layout)
        }
        let (server, tenant) = (fixture.server, fixture.tenant)
        _ = try await fixture.databases.transaction(tenant) { session in
            try session.execute("UPDATE monitoring.layouts SET used_on = '2020-01-01'")
            try session.execute(
                """
                INSERT INTO monitoring.collector_runs (server_id, collector, state, attempted_at, duration_ms, row_count, failures_in_a_row, layout_id)
                VALUES (\(server), 'files', 'ok', now(), 1, 1, 0, \(used))
                """)
        }
        // What is compacted is in use on the day of its samples.
        #expect(try await fixture.compaction.tick(now: fixture.day + CompactionFixture.firstIsDue).chunkCount == 1)
        let day = try await fixture.collection.words("SELECT DISTINCT used_on::text FROM monitoring.layouts WHERE collector = 'files'")
        #expect(day == [String(ISO8601DateFormatter().string(from: fixture.day).prefix(10))])
        func left(_ before: Date) async throws -> [String] {
            _ = try await fixture.databases.transaction(tenant) { try LayoutSQL.deleteOld(before: before, on: $0) }
            return try await fixture.collection.words("SELECT instances[1] FROM monitoring.layouts WHERE collector = 'files' ORDER BY id")
        }
        #expect(try await left(fixture.day + 86_400).count == 3)
        #expect(try await left(fixture.day + 2 * 86_400) == [#"["used"]"#, #"["newest"]"#])
    }

    @Test func aDayThatIsOverGetsItsRollups() async throws {
        let fixture = try await CompactionFixture.make()
        try await fixture.store(CompactionFixture.minutes(0..<1_440), layout: try await fixture.layout())
        let outcome = try await fixture.compaction.tick(now: fixture.day + 28 * 3600)
        #expect((outcome.chunkCount, outcome.rollupCount) == (12, 2))
        #expect(try await fixture.headCount() == 0)
        #expect(try await fixture.chunkCount(300) == 1)
        #expect(try await fixture.chunkCount(3_600) == 1)
        #expect(try await fixture.compaction.tick(now: fixture.day + 29 * 3600) == .init())
    }

    @Test func lateSamplesAreMergedIntoTheirChunk() async throws {
        let fixture = try await CompactionFixture.make()
        let layout = try await fixture.layout()
        let runs = CompactionFixture.minutes(0..<1_440)
        let late = [3, 50, 119, 700]
        try await fixture.store(runs.enumerated().filter { !late.contains($0.offset) }.map(\.element), layout: layout)
        try await fixture.compaction.tick(now: fixture.day + 28 * 3600)
        try await fixture.store(late.map { runs[$0] }, layout: layout)
        let outcome = try await fixture.compaction.tick(now: fixture.day + 29 * 3600)
        #expect((outcome.rowCount, outcome.chunkCount, outcome.rollupCount) == (4, 2, 2))
        let chunks = try await fixture.stored()
        #expect(chunks.count == 12)
        #expect(chunks[0].sections[0].integers[0].values == (0..<120).map { Int64($0) * 60 })
        #expect(chunks[5].sections[0].axis.count == 120)
        #expect(try await fixture.chunkCount(300) == 1)
    }

    @Test func aSampleThatIsThereAlreadyIsNotStoredTwice() async throws {
        let fixture = try await CompactionFixture.make()
        let layout = try await fixture.layout()
        try await fixture.store(CompactionFixture.minutes(0..<120), layout: layout)
        try await fixture.compaction.tick(now: fixture.day + 5 * 3600)
        try await fixture.store([.init(at: 600, gauges: [9, 9, 9, 9], counters: [9, 9])], layout: layout)
        try await fixture.compaction.tick(now: fixture.day + 5 * 3600)
        let section = try #require(try await fixture.stored().first?.sections.first)
        #expect(section.axis.count == 120)
        #expect(section.integers[0][10] == 600)
    }

    /// What a kill -9 leaves is what a transaction that did not commit leaves: all rows, and no chunk.
    @Test func aKillBeforeTheCommitLosesNothing() async throws {
        let fixture = try await CompactionFixture.make()
        try await fixture.store(CompactionFixture.minutes(0..<120), layout: try await fixture.layout())
        let due = DueStretch(server: fixture.server, from: fixture.day.milliseconds, rowCount: 120, sizeBytes: 1)
        await #expect(throws: Kill.self) {
            try await fixture.databases.transaction(fixture.tenant) { session in
                let outcome = try Compaction.store([due], on: session)
                #expect(outcome.chunkCount == 1)
                throw Kill()
            }
        }
        #expect(try await fixture.headCount() == 120)
        #expect(try await fixture.chunkCount(0) == 0)
        #expect(try await fixture.compaction.tick(now: fixture.day + 5 * 3600).sampleCount == 720)
    }

    @Test func oneAtATimeCompactsATenant() async throws {
        let fixture = try await CompactionFixture.make()
        try await fixture.store(CompactionFixture.minutes(0..<120), layout: try await fixture.layout())
        let due = DueStretch(server: fixture.server, from: fixture.day.milliseconds, rowCount: 120, sizeBytes: 1)
        let (databases, tenant) = (fixture.databases, fixture.tenant)
        // While one's transaction is open, the other's finds the lock taken.
        let first = try PostgresConnection(try await TestCluster.shared.address(database: tenant.databaseName))
        try first.script("BEGIN; SELECT pg_advisory_xact_lock(hashtext('monitoring.chunks'))")
        let second = try await databases.transaction(tenant) { session in
            (try Compaction.store([due], on: session), try Compaction.rollUp(due.server, day: due.from, on: session))
        }
        #expect(second.0 == .init())
        #expect(second.1 == nil)
        try first.script("ROLLBACK")
        // A collector without the tenant's shard leaves it alone.
        let idle = ShardLeases(system: fixture.collection.platform.system, node: "idle", processIndex: 1, logger: Logger(label: "test"))
        #expect(try await CompactionFixture.service(fixture.collection, idle).tick(now: fixture.day + 5 * 3600) == .init())
        #expect(try await fixture.headCount() == 120)
    }

    @Test func moreRowsThanATransactionMayTakeGoInPieces() {
        let id = Server.ID()
        func due(_ rows: Int, _ size: Int) -> DueStretch { DueStretch(server: id, from: 0, rowCount: rows, sizeBytes: size) }
        let batches = CompactionService.batches([due(4_000, 10), due(5_000, 10), due(1_001, 10), due(30_000, 10), due(100, 64 << 20)])
        #expect(batches.map(\.count) == [2, 1, 1, 1])
        #expect(batches[2][0].rowLimit == 10_000)
        #expect(batches[3][0].rowLimit == 25)
    }

    @Test func aServersStretchThatIsTakenInPiecesIsWhole() async throws {
        let fixture = try await CompactionFixture.make()
        try await fixture.store(CompactionFixture.minutes(0..<120), layout: try await fixture.layout())
        var due = DueStretch(server: fixture.server, from: fixture.day.milliseconds, rowCount: 120, sizeBytes: 1)
        due.rowLimit = 70
        for left in [50, 0] {
            let piece = due
            _ = try await fixture.databases.transaction(fixture.tenant) { try Compaction.store([piece], on: $0) }
            #expect(try await fixture.headCount() == left)
        }
        #expect(try await fixture.stored().first?.sections.first?.integers[0].values == (0..<120).map { Int64($0) * 60 })
    }

    @Test func samplesOfADeletedServerGoAway() async throws {
        let fixture = try await CompactionFixture.make()
        try await fixture.store(CompactionFixture.minutes(0..<10), layout: 4_711, server: Server.ID())
        let outcome = try await fixture.compaction.tick(now: fixture.day + 5 * 3600)
        #expect((outcome.rowCount, outcome.chunkCount) == (10, 0))
        #expect(try await fixture.headCount() == 0)
    }

    @Test func aDamagedChunkIsReplacedByWhatComesLate() async throws {
        let fixture = try await CompactionFixture.make()
        let layout = try await fixture.layout()
        try await fixture.store(CompactionFixture.minutes(0..<119), layout: layout)
        try await fixture.compaction.tick(now: fixture.day + 5 * 3600)
        _ = try await fixture.databases.transaction(fixture.tenant) {
            try $0.execute("UPDATE monitoring.chunks SET data = set_byte(data, 30, get_byte(data, 30) # 1)")
        }
        try await fixture.store(CompactionFixture.minutes(119..<120), layout: layout)
        let outcome = try await fixture.compaction.tick(now: fixture.day + 5 * 3600)
        #expect((outcome.damagedCount, outcome.chunkCount) == (1, 1))
        #expect(try await fixture.stored().first?.sections.first?.axis.count == 1)
    }

    @Test("PRD 3.5-5, 3.5-6: rows in the head that are older than the tenant keeps are deleted, and whole days of chunks dropped")
    func whatIsTooOldGoes() async throws {
        let fixture = try await CompactionFixture.make()
        let layout = try await fixture.layout()
        try await fixture.store(CompactionFixture.minutes(0..<120), layout: layout)
        try await fixture.compaction.tick(now: fixture.day + 5 * 3600)
        try await fixture.store(CompactionFixture.minutes(120..<130), layout: layout)
        try await fixture.collection.collector.maintenance.retain(fixture.tenant, now: fixture.day + 31.5 * 86_400)
        #expect(try await fixture.headCount() == 0)
        #expect(try await fixture.chunkCount(0) == 0)
        #expect(try await fixture.count("SELECT count(*) FROM pg_inherits WHERE inhparent = 'monitoring.chunks'::regclass") < 8)
    }

    @Test("PRD 3.5-7: the statistics say how much is stored of samples and chunks, and since when")
    func statisticsCountBoth() async throws {
        let fixture = try await CompactionFixture.make()
        try await fixture.store(CompactionFixture.minutes(0..<130), layout: try await fixture.layout())
        try await fixture.compaction.tick(now: fixture.day + CompactionFixture.firstIsDue)
        let statistics = try await fixture.databases.read(fixture.tenant) { try StorageStatistics.read(on: $0) }
        let chunks = try #require(statistics.first { $0.signal == "chunks" })
        #expect((chunks.oldestAt, chunks.newestAt) == (fixture.day, fixture.day + 7_200))
        #expect(chunks.sizeBytes > 0)
        let samples = try #require(statistics.first { $0.signal == "samples" })
        #expect((samples.oldestAt, samples.newestAt) == (fixture.day + 7_200, fixture.day + 129 * 60))
    }
}
