import Fixtures
import Foundation
import Hummingbird
import Logging
import Postgres
import Primitives
import Synchronization
import Testing

@testable import Platform

/// Long work (api.md, "Long work"; issue 3, "stoppable, resumable").
@Suite struct OperationTests {
    /// Notes what it did, and does what the item's name says.
    final class Recorder: OperationKind {
        let name = "test-work"
        let parallelismMax: Int
        let batchCountMax: Int
        let isDatabaseOnly: Bool
        let performed = Mutex<[Int]>([])
        let gate = Mutex<(@Sendable (OperationItem) async throws -> Void)?>(nil)

        init(parallelism: Int = 1, batch: Int = 1, isDatabaseOnly: Bool = false) {
            parallelismMax = parallelism
            batchCountMax = batch
            self.isDatabaseOnly = isDatabaseOnly
        }

        func perform(_ item: OperationItem, of operation: Platform.Operation, for tenant: Tenant) async throws -> ItemOutcome {
            performed.withLock { $0.append(item.position) }
            if let gate = gate.withLock({ $0 }) { try await gate(item) }
            switch item.name {
            case "refused": throw AppError(.conflict, "It is taken")
            case "broken": throw TestEdge.Fault()
            case "skipped": return .skipped("EXISTS", "It is there already")
            default: return .succeeded("Done", result: ["number": .int(Int64(item.position))])
            }
        }

        func keep(
            _ results: [ItemResult], of operation: Platform.Operation, at now: Date, on session: TenantSession
        ) throws -> [ItemOutcome] {
            for result in results where result.item.name == "unkept" { throw AppError(.conflict, "\(result.item.position) is not kept") }
            for result in results {
                try session.publish(Event("test.kept", entityID: nil, payload: ["position": .int(Int64(result.item.position))]))
            }
            return results.map(\.outcome)
        }
    }

    struct World {
        let platform: TestPlatform
        let tenant: Tenant
        let actor = Actor(userID: UUID(), name: "ada@example.com", address: "127.0.0.1", requestID: "r-1")
        var operations: Operations { Operations(tenants: platform.tenants) }

        static func make() async throws -> World {
            let platform = try await TestPlatform.shared
            return World(platform: platform, tenant: try await platform.tenant())
        }

        func service(_ kind: any OperationKind) -> OperationService {
            OperationService(tenants: platform.tenants, kinds: [kind], logger: Logger(label: "operations"))
        }

        func start(_ names: [String]) async throws -> Platform.Operation {
            try await operations.start(OperationDraft(kind: "test-work", title: "Test", actor: actor), for: tenant) { id, session in
                let items = names.enumerated().map { OperationItem(position: $0 + 1, entityID: nil, name: $1) }
                try OperationItem.insert(items, into: id, on: session)
            }
        }

        func find(_ id: Platform.Operation.ID) async throws -> Platform.Operation {
            try await platform.tenants.read(tenant) { try Operation.find(id, on: $0) }
        }
        func items(_ id: Platform.Operation.ID) async throws -> [OperationItem] {
            try await platform.tenants.read(tenant) { try OperationItem.list(of: id, statuses: [], after: 0, limit: 10_000, on: $0).items }
        }
        func rows(_ sql: SQL) async throws -> PostgresRows { try await platform.tenants.read(tenant) { try $0.rows(sql) } }
        func kept() async throws -> [Int] {
            try await rows("SELECT (payload->>'position')::int FROM platform.events WHERE topic = 'test.kept' ORDER BY id").map {
                try $0.decode(0)
            }
        }
        /// As if the time of a lease and of the due-row had passed.
        func expire(_ id: Platform.Operation.ID) async throws {
            _ = try await platform.tenants.transaction(tenant) {
                try $0.execute("UPDATE platform.operations SET lease_expires_at = now() - interval '1 second' WHERE id = \(id)")
            }
            try await platform.system.transaction { try OperationDue.makeDue(id, on: $0) }
        }
        /// Lets `service` take the operation over and do it. The holder is alive in these tests, and may renew its lease in between.
        func takeOver(_ id: Platform.Operation.ID, _ service: OperationService) async throws -> Bool {
            for _ in 0..<20 {
                try await expire(id)
                if await service.tick(only: tenant) == 1 { return true }
            }
            return false
        }
        func dueCount() async throws -> Int {
            let id = tenant.id
            return try await platform.system.read {
                try $0.rows("SELECT count(*) FROM platform.operations_due WHERE tenant_id = \(id)")[0].decode(0)
            }
        }
    }

    @Test func eachItemSaysWhatBecameOfIt() async throws {
        let world = try await World.make()
        let recorder = Recorder(parallelism: 2)
        let operation = try await world.start(["a", "refused", "broken", "skipped", "unkept"])
        #expect(operation.status == .queued)
        #expect(operation.total == 5)
        #expect(await world.service(recorder).tick(only: world.tenant) == 1)
        let ended = try await world.find(operation.id)
        #expect(ended.status == .partial)
        #expect(ended.counts == .init(succeeded: 1, failed: 3, skipped: 1))
        #expect(ended.errorCode == "ITEMS_FAILED")
        let items = try await world.items(operation.id)
        #expect(items.map(\.status) == [.succeeded, .failed, .failed, .skipped, .failed])
        #expect(items.map(\.errorCode) == [nil, "CONFLICT", "INTERNAL_ERROR", "EXISTS", "CONFLICT"])
        #expect(items[0].result == ["number": 1])
        #expect(items[2].message?.contains("Fault") == false)
        #expect(try await world.dueCount() == 0)
        let actions = try await world.rows("SELECT action, actor_name FROM platform.activity_log").map { try $0.decode(0, as: String.self) }
        #expect(actions == ["operation_ended"])
    }

    @Test func aBatchIsStoredTogetherAndItsBadItemAlone() async throws {
        let world = try await World.make()
        let recorder = Recorder(batch: 4, isDatabaseOnly: true)
        let operation = try await world.start(["a", "b", "unkept", "d", "e"])
        await world.service(recorder).tick(only: world.tenant)
        #expect(try await world.items(operation.id).map(\.status) == [.succeeded, .succeeded, .failed, .succeeded, .succeeded])
        #expect(try await world.kept() == [1, 2, 4, 5])
        #expect(recorder.performed.withLock { $0 }.isEmpty)
    }

    @Test func nothingToDoIsASuccess() async throws {
        let world = try await World.make()
        let operation = try await world.start([])
        await world.service(Recorder()).tick(only: world.tenant)
        #expect(try await world.find(operation.id).status == .succeeded)
    }

    /// kill -9 in the middle: what was done stays done and is not done again; what was under way is.
    @Test func anotherProcessGoesOnWhereOneWasKilled() async throws {
        let world = try await World.make()
        let killed = Recorder()
        let reached = AsyncStream<Void>.makeStream()
        killed.gate.withLock { $0 = { item in
            guard item.position == 3 else { return }
            reached.continuation.yield()
            try await Task.sleep(for: .seconds(60))
        } }
        let operation = try await world.start(["a", "b", "c", "d"])
        let (dying, tenant) = (world.service(killed), world.tenant)
        let process = Task { await dying.tick(only: tenant) }
        for await _ in reached.stream { break }
        #expect(try await world.find(operation.id).counts.succeeded == 2)

        let next = Recorder()
        #expect(try await world.takeOver(operation.id, world.service(next)))
        #expect(next.performed.withLock { $0 } == [3, 4])
        #expect(try await world.find(operation.id).counts.succeeded == 4)
        #expect(try await world.kept() == [1, 2, 3, 4])
        process.cancel()
        _ = await process.value
        #expect(try await world.kept() == [1, 2, 3, 4])
    }

    /// The first holder was not dead, only slow: what it writes late is refused.
    @Test func aLateWriterIsFencedOff() async throws {
        let world = try await World.make()
        let slow = Recorder()
        let (reached, goOn) = (AsyncStream<Void>.makeStream(), AsyncStream<Void>.makeStream())
        slow.gate.withLock { $0 = { item in
            guard item.position == 1 else { return }
            reached.continuation.yield()
            for await _ in goOn.stream { break }
        } }
        let operation = try await world.start(["a", "b"])
        let (late, tenant) = (world.service(slow), world.tenant)
        let process = Task { await late.tick(only: tenant) }
        for await _ in reached.stream { break }
        #expect(try await world.takeOver(operation.id, world.service(Recorder())))
        goOn.continuation.yield()
        #expect(await process.value == 0)
        #expect(slow.performed.withLock { $0 } == [1])
        #expect(try await world.kept() == [1, 2])
        #expect(try await world.find(operation.id).counts == .init(succeeded: 2))
    }

    @Test func anItemThatEndsTheProgramEachTimeIsGivenUp() async throws {
        let world = try await World.make()
        let operation = try await world.start(["a", "b"])
        let id = operation.id
        _ = try await world.platform.tenants.transaction(world.tenant) {
            try $0.execute(
                "UPDATE platform.operation_items SET status = 'running', attempts = 3 WHERE operation_id = \(id) AND position = 1")
        }
        await world.service(Recorder()).tick(only: world.tenant)
        #expect(try await world.items(id).map(\.errorCode) == ["INTERRUPTED", nil])
        #expect(try await world.find(id).status == .partial)
    }

    @Test func aStoppedOneSaysWhatItDid() async throws {
        let world = try await World.make()
        let recorder = Recorder()
        let operation = try await world.start(["a", "b", "c"])
        recorder.gate.withLock { $0 = { item in
            guard item.position == 2 else { return }
            _ = try await world.platform.tenants.transaction(world.tenant) { try Operation.requestStop(operation.id, at: Date(), on: $0) }
        } }
        await world.service(recorder).tick(only: world.tenant)
        let ended = try await world.find(operation.id)
        #expect(ended.status == .stopped)
        #expect(ended.counts == .init(succeeded: 2))
        #expect(ended.result == ["stopped": 1])
        #expect(ended.message == "2 of 3 done, 1 left undone")
        #expect(try await world.items(operation.id).map(\.status) == [.succeeded, .succeeded, .stopped])
        await #expect(throws: AppError.self) {
            try await world.platform.tenants.transaction(world.tenant) { try Operation.requestStop(operation.id, at: Date(), on: $0) }
        }
    }

    @Test func whatNobodyHasBegunStopsAtOnce() async throws {
        let world = try await World.make()
        let operation = try await world.start(["a"])
        let stopped = try await world.platform.tenants.transaction(world.tenant) {
            try Operation.requestStop(operation.id, at: Date(), on: $0)
        }
        #expect(stopped.status == .stopped)
        let recorder = Recorder()
        await world.service(recorder).tick(only: world.tenant)
        #expect(recorder.performed.withLock { $0 }.isEmpty)
        #expect(try await world.dueCount() == 0)
    }

    /// A stop of the process breaks off what does not end, and leaves it to the next one at once.
    @Test func aProcessThatStopsHandsItsWorkOver() async throws {
        let world = try await World.make()
        let recorder = Recorder()
        let reached = AsyncStream<Void>.makeStream()
        recorder.gate.withLock { $0 = { item in
            guard item.position == 2 else { return }
            reached.continuation.yield()
            try await Task.sleep(for: .seconds(60))
        } }
        let operation = try await world.start(["a", "b"])
        let (stopping, tenant) = (world.service(recorder), world.tenant)
        let process = Task { await stopping.tick(only: tenant) }
        for await _ in reached.stream { break }
        process.cancel()
        #expect(await process.value == 0)
        let next = Recorder()
        #expect(await world.service(next).tick(only: world.tenant) == 1)
        #expect(next.performed.withLock { $0 } == [2])
        #expect(try await world.find(operation.id).status == .succeeded)
    }

    @Test func anUnfinishedPreparationIsNotSeenAndIsSwept() async throws {
        let world = try await World.make()
        let draft = OperationDraft(kind: "test-work", title: "Test", actor: world.actor)
        try await world.operations.prepare(draft, for: world.tenant)
        await #expect(throws: AppError.self) { try await world.find(draft.id) }
        #expect(await world.service(Recorder()).tick(only: world.tenant) == 0)
        try await world.platform.tenants.transaction(world.tenant) { session in
            try session.execute("UPDATE platform.operations SET created_at = now() - interval '2 hours'")
            #expect(try Operation.deleteOld(on: session) == 1)
        }
    }

    @Test func aRefusalWhileItBeginsLeavesNothing() async throws {
        let world = try await World.make()
        let draft = OperationDraft(kind: "test-work", title: "Test", actor: world.actor)
        await #expect(throws: AppError.self) {
            try await world.operations.start(draft, for: world.tenant) { _, _ in throw AppError(.conflict, "No") }
        }
        #expect(try await world.rows("SELECT FROM platform.operations").isEmpty)
        #expect(try await world.dueCount() == 0)
    }

    /// Many items make few events: a client is told a few times a second, and of the end always.
    @Test func eventsAreFew() async throws {
        let world = try await World.make()
        let operation = try await world.start([String](repeating: "a", count: 300))
        let begun = ContinuousClock.now
        await world.service(Recorder(parallelism: 4)).tick(only: world.tenant)
        let seconds = (ContinuousClock.now - begun) / .seconds(1)
        let payloads = try await world.rows("SELECT payload FROM platform.events WHERE topic = 'operation.changed' ORDER BY id").map {
            try $0.decode(0, as: JSONValue.self)
        }
        // A busy machine needs longer for the same items.
        #expect((3...10 + Int(3 * seconds)).contains(payloads.count))
        #expect(payloads.first?["status"] == "queued")
        #expect(payloads.last?["status"] == "succeeded")
        #expect(payloads.last?["progress"]?["done"] == 300)
        #expect(payloads.last?["id"]?.string == operation.id.description)
    }
}

/// `/operations` over HTTP.
@Suite struct OperationRouteTests {
    @Test func operationsAreListedReadAndStopped() async throws {
        let edge = try await TestEdge.shared
        let tenant = try await edge.platform.tenant()
        let (admin, viewer) = (try await edge.person(.operator, in: tenant), try await edge.person(.viewer, in: tenant))
        let world = OperationTests.World(platform: edge.platform, tenant: tenant)
        let first = try await world.start(["a", "refused", "c"])
        await world.service(OperationTests.Recorder()).tick(only: tenant)
        let second = try await world.start(["a"])
        try await edge.test { client in
            let bearer = try await client.logIn(admin).bearer(tenant)
            let list = try await client.get("/api/v1/operations?limit=1", bearer)
            #expect(list.json.array?.compactMap { $0["id"]?.string } == [second.id.description])
            #expect(list.headers[.totalCount] == "2")
            #expect(list.headers[.link]?.contains("cursor=") == true)
            let failed = try await client.get("/api/v1/operations?status=partial,failed&kind=test-work", bearer)
            #expect(failed.json.array?.compactMap { $0["id"]?.string } == [first.id.description])
            #expect(try await client.get("/api/v1/operations?status=preparing", bearer).status == 400)

            let one = try await client.get("/api/v1/operations/\(first.id)", bearer)
            #expect(one.json["progress"] == ["done": 3, "total": 3, "message": "2 of 3 done, 1 failed"])
            #expect(one.json["error"]?["code"] == "ITEMS_FAILED")
            #expect(one.json["createdBy"] == "ada@example.com")
            let items = try await client.get("/api/v1/operations/\(first.id)/items?status=failed", bearer)
            #expect(items.json.array?.first?["message"] == "It is taken")
            #expect(items.headers[.totalCount] == "1")

            let viewing = try await client.logIn(viewer).bearer(tenant)
            #expect(try await client.get("/api/v1/operations/\(first.id)", viewing).status == 200)
            #expect(try await client.send(.delete, "/api/v1/operations/\(second.id)", viewing).status == 403)
            let stopped = try await client.send(.delete, "/api/v1/operations/\(second.id)", bearer)
            #expect(stopped.status == 202)
            #expect(stopped.json["status"] == "stopped")
            #expect(try await client.send(.delete, "/api/v1/operations/\(first.id)", bearer).status == 409)
            #expect(try await client.get("/api/v1/operations/\(ID<Int>())", bearer).status == 404)

            let other = try await edge.platform.tenant()
            let stranger = try await edge.person(.operator, in: other)
            let strange = try await client.logIn(stranger).bearer(other)
            #expect(try await client.get("/api/v1/operations/\(first.id)", strange).status == 404)
            #expect(try await client.get("/api/v1/operations", strange).json == [])
        }
    }
}
