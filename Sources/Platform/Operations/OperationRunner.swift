import Foundation
import Logging
import Postgres
import Primitives
import Synchronization

/// Works on one operation under one lease, until it has ended, the lease is lost or the process stops.
///
/// Every write is fenced by the lease's epoch: what a process writes that was thought dead, and was only slow, is refused.
final class OperationRunner: Sendable {
    /// A dead process's operation goes on elsewhere after so long at most, and a beat.
    static let leaseSeconds = 15.0
    static let heartbeatSeconds = 4.0
    /// How often an item is begun that takes the program down each time.
    static let attemptsMax = 3
    /// Items read ahead.
    static let readAheadCount = 2_000
    /// Seconds between two events about one operation.
    static let eventSecondsMin = 0.4

    private let operation: Operation
    private let epoch: Int64
    private let kind: any OperationKind
    private let tenant: Tenant
    private let tenants: TenantDatabases
    private let logger: Logger
    private let isStopping: @Sendable () -> Bool
    private let state = Mutex(State())

    private struct State {
        var queue: [OperationItem] = []
        var lastPosition = 0
        var isStopRequested = false
        var saidAt: ContinuousClock.Instant?
        var renewedAt = ContinuousClock.now
    }

    init(
        _ operation: Operation, epoch: Int64, kind: any OperationKind, tenant: Tenant, tenants: TenantDatabases, logger: Logger,
        isStopping: @escaping @Sendable () -> Bool
    ) {
        self.operation = operation
        self.epoch = epoch
        self.kind = kind
        self.tenant = tenant
        self.tenants = tenants
        var logger = logger
        logger[metadataKey: "operation.id"] = "\(operation.id)"
        logger[metadataKey: "operation.kind"] = "\(operation.kind)"
        self.logger = logger
        self.isStopping = isStopping
    }

    /// Does what there is to do. Returns whether the operation has ended. Throws `OperationLeaseLost` and `PostgresError`; the lease then
    /// runs out, and somebody tries again.
    func run() async throws -> Bool {
        try await recover()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask { try await self.keepLease() }
            for _ in 0..<max(1, kind.parallelismMax) { group.addTask { try await self.work() } }
            var workers = max(1, kind.parallelismMax)
            while workers > 0, let isWorker = try await group.next() { workers -= isWorker ? 1 : 0 }
            group.cancelAll()
        }
        let isBroken = isStopping() && !state.withLock { $0.isStopRequested }
        return isBroken ? try await leave() : try await end()
    }

    // MARK: Work

    private func recover() async throws {
        let (operation, epoch, now) = (operation, epoch, Date())
        let stop = try await tenants.transaction(tenant) { session in
            let stop = try Operation.fence(operation.id, epoch: epoch, leaseSeconds: Self.leaseSeconds, on: session)
            let failed = try OperationItem.recover(of: operation.id, attemptsMax: Self.attemptsMax, at: now, on: session)
            if failed > 0 {
                _ = try Operation.advance(operation.id, by: .init(failed: failed), message: operation.message, on: session)
            }
            return stop
        }
        state.withLock { $0.isStopRequested = stop }
    }

    /// Takes batch after batch. Returns true: a worker has no more to do.
    private func work() async throws -> Bool {
        while !isStopping(), let batch = try await nextBatch() {
            if kind.isDatabaseOnly {
                try await store(batch.map { ItemResult(item: $0, outcome: .succeeded()) })
                continue
            }
            try await begin(batch)
            let results = try await perform(batch)
            try await store(results)
        }
        return true
    }

    private func nextBatch() async throws -> [OperationItem]? {
        while true {
            let (batch, after): ([OperationItem]?, Int) = state.withLock { state in
                if state.isStopRequested { return (nil, -1) }
                guard !state.queue.isEmpty else { return (nil, state.lastPosition) }
                let count = min(kind.batchCountMax(of: operation), state.queue.count)
                defer { state.queue.removeFirst(count) }
                return (Array(state.queue.prefix(count)), 0)
            }
            if let batch { return batch }
            if after < 0 { return nil }
            let id = operation.id
            let more = try await tenants.read(tenant) {
                try OperationItem.pending(of: id, after: after, limit: Self.readAheadCount, on: $0)
            }
            let isOver = state.withLock { state in
                // Another worker may have read the same ones meanwhile.
                let new = more.filter { $0.position > state.lastPosition }
                state.queue += new
                state.lastPosition = max(state.lastPosition, new.last?.position ?? 0)
                return more.isEmpty
            }
            if isOver { return nil }
        }
    }

    private func begin(_ batch: [OperationItem]) async throws {
        let (operation, epoch, now) = (operation, epoch, Date())
        try await tenants.transaction(tenant) { session in
            _ = try Operation.fence(operation.id, epoch: epoch, leaseSeconds: Self.leaseSeconds, on: session)
            try OperationItem.begin(batch.map(\.position), of: operation.id, at: now, on: session)
        }
    }

    private func perform(_ batch: [OperationItem]) async throws -> [ItemResult] {
        let results = try await withThrowingTaskGroup(of: ItemResult.self) { group in
            for item in batch { group.addTask { ItemResult(item: item, outcome: try await self.outcome(of: item)) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        return results.sorted { $0.item.position < $1.item.position }
    }

    private func outcome(of item: OperationItem) async throws -> ItemOutcome {
        do {
            let outcome = try await kind.perform(item, of: operation, for: tenant)
            try Task.checkCancellation()
            return outcome
        } catch {
            // What was broken off is no failure of the item: somebody does it again.
            if Task.isCancelled || error is CancellationError { throw CancellationError() }
            return failure(error, item)
        }
    }

    private func failure(_ error: any Error, _ item: OperationItem) -> ItemOutcome {
        if let error = error as? AppError { return .failed(error) }
        logger.error("An item of an operation failed", metadata: ["position": "\(item.position)", "error": "\(error)"])
        return .failed("INTERNAL_ERROR", "It failed for a reason that is in the log of DbTools")
    }

    // MARK: Storing

    private func store(_ results: [ItemResult]) async throws {
        do {
            try await storeTogether(results)
        } catch let error where Self.isAboutItems(error) {
            guard results.count == 1, let result = results.first else {
                for result in results { try await store([result]) }
                return
            }
            try await storeTogether([ItemResult(item: result.item, outcome: failure(error, result.item))], isKept: false)
        }
    }

    /// Whether it may be an item's fault, and not the database's or the lease's.
    private static func isAboutItems(_ error: any Error) -> Bool {
        switch error {
        case is OperationLeaseLost, is CancellationError: false
        case let error as AppError: error.code != .unavailable
        case let error as PostgresError: !error.isConnectionFailure && !error.sqlState.hasPrefix("40") && !error.sqlState.hasPrefix("53")
        default: true
        }
    }

    private func storeTogether(_ results: [ItemResult], isKept: Bool = true) async throws {
        let (operation, epoch, kind, now) = (operation, epoch, kind, Date())
        let says = saysNow()
        let stop = try await tenants.transaction(tenant) { session in
            let stop = try Operation.fence(operation.id, epoch: epoch, leaseSeconds: Self.leaseSeconds, on: session)
            let outcomes = isKept ? try kind.keep(results, of: operation, at: now, on: session) : results.map(\.outcome)
            precondition(outcomes.count == results.count, "keep returns an outcome for each result")
            try OperationItem.end(zip(results, outcomes).map { ($0.item.position, $1) }, of: operation.id, at: now, on: session)
            let counts = Operation.Counts(
                succeeded: outcomes.count { $0.status == .succeeded }, failed: outcomes.count { $0.status == .failed },
                skipped: outcomes.count { $0.status == .skipped })
            let changed = try Operation.advance(operation.id, by: counts, message: results.last?.item.name ?? "", on: session)
            if says { try session.publish(changed.changed) }
            return stop
        }
        state.withLock {
            $0.isStopRequested = stop
            $0.renewedAt = .now
        }
    }

    /// Whether it is time for an event.
    private func saysNow() -> Bool {
        state.withLock { state in
            let now = ContinuousClock.now
            if let saidAt = state.saidAt, now - saidAt < .seconds(Self.eventSecondsMin) { return false }
            state.saidAt = now
            return true
        }
    }

    // MARK: Lease and end

    /// Renews the lease until it is cancelled. Throws `OperationLeaseLost` when that fails for so long that another may have it.
    private func keepLease() async throws -> Bool {
        let (operation, epoch) = (operation, epoch)
        while true {
            do { try await Task.sleep(for: .seconds(Self.heartbeatSeconds)) } catch { return false }  // cancelled: the end
            do {
                let stop = try await tenants.transaction(tenant) {
                    try Operation.fence(operation.id, epoch: epoch, leaseSeconds: Self.leaseSeconds, on: $0)
                }
                state.withLock {
                    $0.isStopRequested = stop
                    $0.renewedAt = .now
                }
                try await tenants.system.transaction {
                    try OperationDue.postpone([operation.id], seconds: Self.leaseSeconds + 1, on: $0)
                }
            } catch let error as OperationLeaseLost {
                throw error
            } catch {
                logger.warning("The lease of an operation could not be renewed", metadata: ["error": "\(error)"])
                if ContinuousClock.now - state.withLock({ $0.renewedAt }) > .seconds(Self.leaseSeconds) { throw OperationLeaseLost() }
            }
        }
    }

    /// Leaves it to the next holder, at once.
    func leave() async throws -> Bool {
        let (operation, epoch) = (operation, epoch)
        try await tenants.transaction(tenant) { session in
            _ = try Operation.fence(operation.id, epoch: epoch, leaseSeconds: Self.leaseSeconds, on: session)
            try OperationItem.unbegin(of: operation.id, on: session)
            try Operation.release(operation.id, epoch: epoch, on: session)
        }
        try await tenants.system.transaction { try OperationDue.makeDue(operation.id, on: $0) }
        return false
    }

    private func end() async throws -> Bool {
        let (id, epoch, kind, now) = (operation.id, epoch, kind, Date())
        let ended = try await tenants.transaction(tenant) { session in
            _ = try Operation.fence(id, epoch: epoch, leaseSeconds: Self.leaseSeconds, on: session)
            let left = try OperationItem.stopOpen(of: id, at: now, on: session)
            let operation = try Operation.find(id, on: session)
            let counts = operation.counts
            let status = Operation.end(counts, isStopped: left > 0)
            var result = try kind.result(of: operation, counts: counts, on: session)
            if left > 0 { result["stopped"] = .int(Int64(left)) }
            let error = Self.error(status, counts, total: operation.total)
            let ended = try Operation.end(
                id, status, message: Self.message(status, counts, total: operation.total), result: .object(result), error: error, at: now,
                on: session)
            try session.record(ended.activity("operation_ended"))
            try session.publish(ended.changed)
            return ended
        }
        try await tenants.system.transaction { try OperationDue.remove(id, on: $0) }
        logger.info(
            "An operation has ended",
            metadata: ["tenant": "\(tenant.slug)", "status": "\(ended.status.rawValue)", "failed": "\(ended.counts.failed)"])
        return true
    }

    private static func message(_ status: Operation.Status, _ counts: Operation.Counts, total: Int) -> String {
        var parts = ["\(counts.succeeded) of \(total) done"]
        if counts.skipped > 0 { parts.append("\(counts.skipped) needed nothing") }
        if counts.failed > 0 { parts.append("\(counts.failed) failed") }
        if status == .stopped { parts.append("\(total - counts.done) left undone") }
        return parts.joined(separator: ", ")
    }

    private static func error(_ status: Operation.Status, _ counts: Operation.Counts, total: Int) -> (code: String, message: String)? {
        guard counts.failed > 0 else { return nil }
        return ("ITEMS_FAILED", "\(counts.failed) of \(total) failed; the items say why")
    }
}

extension Operation {
    /// The entry of the activity log for something that happened to the operation, in the name of whoever asked for it.
    func activity(_ action: String, by actor: Actor? = nil) -> Activity {
        Activity(
            action, entityType: "operation", entityID: id.uuid, entityName: title, actor: actor ?? self.actor,
            details: [
                "kind": .string(kind), "status": .string(status.rawValue), "total": .int(Int64(total)),
                "succeeded": .int(Int64(counts.succeeded)), "failed": .int(Int64(counts.failed)), "skipped": .int(Int64(counts.skipped)),
            ])
    }
}
