import Foundation
package import Logging
import Postgres
import Primitives
import ServiceLifecycle
import Synchronization

/// Does the long work of all tenants, in every API process: takes what is due by the index in the system database, so that tenants without
/// any cost nothing.
package final class OperationService: Service {
    package static let pollSeconds = 2.0
    /// Operations under way in this process at once, and of one tenant; further ones wait their turn.
    package static let runningCountMax = 16
    package static let runningPerTenantMax = 4
    /// When the process is told to stop, what is under way has so long to end by itself; then it is broken off and left to others.
    package static let stopSecondsMax = 2.0
    /// Seconds until an operation is looked at again that could not be taken.
    static let retrySeconds = 5.0

    private let tenants: TenantDatabases
    private let kinds: [String: any OperationKind]
    private let trouble = LastingTrouble()
    private let logger: Logger
    private let state = Mutex(State())
    private let wakeUps: AsyncStream<Void>
    private let wakeUp: AsyncStream<Void>.Continuation

    private struct State {
        var running: [Operation.ID: Tenant.ID] = [:]
        var isStopping = false
    }

    package init(tenants: TenantDatabases, kinds: [any OperationKind], logger: Logger) {
        self.tenants = tenants
        self.kinds = Dictionary(kinds.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        precondition(self.kinds.count == kinds.count, "two kinds of operation have the same name")
        self.logger = logger
        (wakeUps, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Runs until graceful shutdown. Throws nothing: a database that is away is asked again.
    package func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.work() }
            group.addTask {
                await cancelWhenGracefulShutdown { await self.listenAndPoll() }
                self.state.withLock { $0.isStopping = true }
                self.wakeUp.yield()
                // Whoever is still at it then is broken off by the cancellation below.
                try? await Task.sleep(for: .seconds(Self.stopSecondsMax))  // cancelled: all have ended
            }
            await group.next()
            group.cancelAll()
        }
    }

    private func listenAndPoll() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for await _ in PostgresListener.notifications(self.tenants.system.address, channels: [OperationDue.channel]) {
                    self.wakeUp.yield()
                }
            }
            group.addTask {
                while (try? await Task.sleep(for: .seconds(Self.pollSeconds))) != nil { self.wakeUp.yield() }  // cancelled: the end
            }
        }
    }

    private func work() async {
        await withDiscardingTaskGroup { group in
            for await _ in wakeUps {
                if isStopping { break }
                for due in await takeDue() { group.addTask { _ = await self.carryOut(due) } }
            }
        }
    }

    private var isStopping: Bool { state.withLock { $0.isStopping } }

    /// One pass: does all that is due now, to its end. Returns how many operations have ended.
    ///
    /// - Parameter tenant: looks at this one's only.
    @discardableResult package func tick(only tenant: Tenant? = nil) async -> Int {
        await withTaskGroup(of: Bool.self) { group in
            for due in await takeDue(only: tenant) { group.addTask { await self.carryOut(due) } }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
    }

    private func takeDue(only tenant: Tenant? = nil) async -> [OperationDue] {
        let (room, busy) = state.withLock { state in
            let counts = Dictionary(grouping: state.running.values, by: { $0 }).mapValues(\.count)
            return (Self.runningCountMax - state.running.count, counts.filter { $0.value >= Self.runningPerTenantMax }.map(\.key))
        }
        guard room > 0 else { return [] }
        let names = Array(kinds.keys)
        do {
            let found = try await tenants.system.transaction {
                try OperationDue.take(
                    names, only: tenant?.id, limit: room, busyTenants: busy, seconds: OperationRunner.leaseSeconds + 1, on: $0)
            }
            trouble.ended()
            return state.withLock { state in
                found.filter { due in
                    guard state.running[due.operationID] == nil else { return false }
                    state.running[due.operationID] = due.tenantID
                    return true
                }
            }
        } catch {
            trouble.failed("Operations could not be looked for; the next pass tries again", error, to: logger)
            return []
        }
    }

    /// Takes one and does it. Returns whether it has ended.
    private func carryOut(_ due: OperationDue) async -> Bool {
        defer {
            state.withLock { $0.running[due.operationID] = nil }
            wakeUp.yield()  // there is room for another one
        }
        do {
            guard let tenant = try await tenants.tenant(slug: due.slug), tenant.id == due.tenantID else { return false }
            let now = Date()
            let claimed = try await tenants.transaction(tenant) {
                try Operation.claim(due.operationID, leaseSeconds: OperationRunner.leaseSeconds, at: now, on: $0)
            }
            guard let (operation, epoch) = claimed, let kind = kinds[operation.kind] else {
                try await leaveAlone(due, tenant)
                return false
            }
            let runner = OperationRunner(
                operation, epoch: epoch, kind: kind, tenant: tenant, tenants: tenants, logger: logger,
                isStopping: { [self] in isStopping })
            do { return try await runner.run() } catch {
                if error is CancellationError || Task.isCancelled { return try await leftBehind(runner) }
                throw error
            }
        } catch is OperationLeaseLost {
            logger.warning("An operation was taken over by another process", metadata: ["operation.id": "\(due.operationID)"])
        } catch {
            logger.warning(
                "An operation was broken off; it goes on when its lease has run out",
                metadata: ["operation.id": "\(due.operationID)", "error": "\(error)"])
        }
        return false
    }

    /// Gives the lease back after a cancellation, which would refuse to wait for the database here.
    private func leftBehind(_ runner: OperationRunner) async throws -> Bool {
        // Unstructured on purpose: it outlives the cancelled task by one transaction.
        try await Task { try await runner.leave() }.value
    }

    /// It cannot be taken: it has ended, somebody else has it, or it is not there (yet).
    private func leaveAlone(_ due: OperationDue, _ tenant: Tenant) async throws {
        let found = try await tenants.read(tenant) { try Operation.claimState(due.operationID, on: $0) }
        let isOver = found.map(\.isEnded) ?? due.isOld
        let seconds = found?.isPreparing == true ? OperationDue.graceSeconds : Self.retrySeconds
        try await tenants.system.transaction { session in
            if isOver {
                try OperationDue.remove(due.operationID, on: session)
            } else {
                try OperationDue.postpone([due.operationID], seconds: seconds, on: session)
            }
        }
    }
}
