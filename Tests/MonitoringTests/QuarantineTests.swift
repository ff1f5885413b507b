import Engines
import Fixtures
import Fleet
import Foundation
import Logging
import Platform
import Primitives
import Testing

@testable import Monitoring

/// A driver that takes its process along does so once, not over and over.
@Suite struct QuarantineTests {
    private static func path() -> String { FileManager.default.temporaryDirectory.path() + "/in-flight-\(UUID().uuidString)" }

    @Test func whatWasBeingReadIsFoundByTheNextProcess() throws {
        let path = Self.path()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let keys = (0..<3).map { _ in PlanKey(tenant: Tenant.ID(), server: Server.ID()) }
        var record: InFlightRecord? = try InFlightRecord(path: path)
        #expect(record?.interrupted == [:])
        let slots = keys.map { record?.begin($0, strikes: 0) }
        record?.end(slots[1] ?? nil)
        record = nil  // as if it had been killed: nothing was cleared
        let next = try InFlightRecord(path: path)
        #expect(next.interrupted == [keys[0]: 1, keys[2]: 1])
        _ = next.begin(keys[0], strikes: 1)
        #expect(try InFlightRecord(path: path).interrupted == [keys[0]: 2], "the count goes on; the others are forgotten")
    }

    @Test func aRecordThatWasClearedSuspectsNobody() throws {
        let path = Self.path()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let record = try InFlightRecord(path: path)
        _ = record.begin(PlanKey(tenant: Tenant.ID(), server: Server.ID()), strikes: 0)
        record.clear()
        #expect(try InFlightRecord(path: path).interrupted == [:])
        try Data("no record at all".utf8).write(to: URL(filePath: path))
        #expect(try InFlightRecord(path: path).interrupted == [:], "a file that is too short holds nothing")
    }

    @Test func moreReadsThanSlotsAreNotRecordedAndDoNoHarm() throws {
        let path = Self.path()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let record = try InFlightRecord(path: path)
        let slots = (0..<InFlightRecord.slotCountMax + 1).map { _ in
            record.begin(PlanKey(tenant: Tenant.ID(), server: Server.ID()), strikes: 0)
        }
        #expect(slots.compactMap { $0 }.count == InFlightRecord.slotCountMax && slots.last == .some(nil))
        record.end(nil)
    }

    @Test func threeStrikesRestAndThenAreTriedAgain() {
        let (start, key) = (Date(), PlanKey(tenant: Tenant.ID(), server: Server.ID()))
        let until = start.addingTimeInterval(Quarantine.restSeconds)
        #expect(Quarantine([:], startedAt: start).verdict(on: key, now: start) == .read)
        #expect(Quarantine([key: 1], startedAt: start).verdict(on: key, now: start) == .vet)
        let thrice = Quarantine([key: 3], startedAt: start)
        #expect(thrice.verdict(on: key, now: start) == .rest(until: until))
        #expect(thrice.verdict(on: key, now: until) == .vet)
        thrice.acquit(key)
        #expect(thrice.verdict(on: key, now: start) == .read)
    }

    /// The suspect is tried in a child first; while that crashes, the server is offline with the reason, and the others are read.
    @Test func aSuspectIsNotReadWhileItsChildCrashes() async throws {
        let fixture = try await CollectionFixture.make()
        let (bad, good) = (try await fixture.server("bad"), try await fixture.server("good"))
        let path = Self.path()
        defer { try? FileManager.default.removeItem(atPath: path) }
        var before: InFlightRecord? = try InFlightRecord(path: path)
        _ = before?.begin(PlanKey(tenant: fixture.tenant.id, server: bad), strikes: 0)
        before = nil
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let engine = fixture.engine
        let collector = Collector(
            databases: fixture.platform.tenants, secrets: fixture.platform.secrets, lanes: fixture.lanes, node: "test", processIndex: 0,
            logger: logger, startedAt: fixture.start, inFlight: try InFlightRecord(path: path),
            vet: { EngineError(.driverFailed, "The child of \($0.hostname) crashed.") }
        ) { _ in engine }
        try await collector.leases.tick()
        for seconds in [0.0, 61, 122, 183] {
            try await collector.watch.tick(now: fixture.start + seconds)
            await collector.collection.tick(now: fixture.start + seconds)
            await collector.buffer.tick(now: fixture.start + seconds)
        }
        #expect(try await fixture.state(bad) == ("offline", "offline", ["The child of bad crashed."]))
        #expect(try await fixture.state(good).status == "online")
        #expect(!engine.connects.contains("bad") && engine.connects.contains("good"))
    }
}
