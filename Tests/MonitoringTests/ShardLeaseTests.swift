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
