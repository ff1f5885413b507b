import Fixtures
import Foundation
import Platform
import Postgres
import Testing

@testable import Monitoring

@Suite struct ShardLeaseTests {
    @Test func collectorsShareTheShards() async throws {
        let fixture = try await CollectionFixture.make()
        #expect(fixture.collector.leases.held.count == Shards.count)
        let second = fixture.secondCollector(processIndex: 1)
        #expect(try await second.leases.tick() == 0)  // all are taken, until the first gives some back
        #expect(try await fixture.collector.leases.tick() == 128)
        #expect(try await second.leases.tick() == 128)
        #expect(Set(second.leases.held.keys).isDisjoint(with: fixture.collector.leases.held.keys))
        await fixture.collector.leases.release()
        #expect(try await second.leases.tick() == Shards.count)
    }

    @Test func aDeadCollectorsShardsMoveWhenItsLeaseRunsOut() async throws {
        let fixture = try await CollectionFixture.make()
        let before = fixture.collector.leases.held
        let second = fixture.secondCollector(processIndex: 1)
        try await fixture.platform.system.transaction { session in
            try session.execute("UPDATE platform.shard_leases SET expires_at = now() - interval '1 second'")
            try session.execute("UPDATE platform.collectors SET heartbeat_at = now() - interval '1 minute'")
        }
        #expect(try await second.leases.tick() == Shards.count)
        #expect(second.leases.held.allSatisfy { $0.value > before[$0.key] ?? 0 })  // what the dead one still writes is fenced
        #expect(try await fixture.collector.leases.tick() == 0)
    }

    @Test("Issue 4, faults: after an outage of PostgreSQL every collector keeps its shards; one that died meanwhile loses them a lease later")
    func anOutageMovesNoShards() async throws {
        let fixture = try await CollectionFixture.make()
        let (first, second) = (fixture.collector.leases, fixture.secondCollector(processIndex: 1).leases)
        let third = fixture.secondCollector(processIndex: 2).leases
        func shared() async throws -> [[Int: Int64]] {
            for leases in [first, second, third, first, second, third] { try await leases.tick() }
            return [first, second, third].map(\.held)
        }
        func silence(_ seconds: Double) async throws {
            try await fixture.platform.system.transaction { session in
                try session.execute("UPDATE platform.shard_leases SET expires_at = expires_at - \(seconds) * interval '1 second'")
                try session.execute("UPDATE platform.collectors SET heartbeat_at = heartbeat_at - \(seconds) * interval '1 second'")
            }
        }
        let before = try await shared()
        #expect(before.map(\.count).sorted() == [84, 86, 86])
        for seconds in [120.0, 3_600] {
            try await silence(seconds)
            for leases in [second, first, third] { try await leases.tick() }
            #expect([first, second, third].map(\.held) == before, "\(seconds)")
        }
        try await silence(120)
        for leases in [first, second] { try await leases.tick() }
        #expect([first, second].map(\.held) == Array(before[..<2]), "the third may be alive")
        let thirds = before[2].keys.map { Int32($0) }
        try await fixture.platform.system.transaction { session in
            try session.execute("UPDATE platform.shard_leases SET expires_at = now() - interval '1 second' WHERE shard = ANY (\(thirds))")
            try session.execute("UPDATE platform.collectors SET heartbeat_at = heartbeat_at - interval '1 minute' WHERE process_index = 2")
        }
        for leases in [first, second] { try await leases.tick() }
        #expect(first.held.count == 128 && second.held.count == 128)
    }

    @Test func aRestartedCollectorTakesItsPredecessorsShardsAtOnce() async throws {
        let fixture = try await CollectionFixture.make()
        let before = fixture.collector.leases.held
        let again = fixture.secondCollector(processIndex: 0)
        #expect(try await again.leases.tick() == Shards.count)
        #expect(again.leases.held.allSatisfy { $0.value == (before[$0.key] ?? 0) + 1 })
        #expect(try await fixture.collector.leases.tick() == 0)  // the predecessor, should it still live, has lost them
    }

    @Test(arguments: [(1, 256), (2, 128), (3, 86), (256, 1), (0, 256)])
    func sharesCoverAllShards(collectors: Int, share: Int) {
        #expect(Shards.fairShare(collectorCount: collectors) == share)
    }
}
