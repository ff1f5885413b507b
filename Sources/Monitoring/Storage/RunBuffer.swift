package import Fleet
package import Foundation
package import Logging
package import Platform
import Postgres
import Primitives
import ServiceLifecycle
import Synchronization

/// Finished runs on their way to the databases: gathered for half a second and stored in one transaction per tenant. While PostgreSQL is
/// away they wait
/// here; what does not fit any more is dropped, the oldest first, and counted.
package final class RunBuffer: Service {
    package static let flushSeconds = 0.5
    /// Runs that wait, over all tenants: at 4,000 servers and a minute's interval, five minutes.
    package static let runCountMax = 20_000
    /// Runs in one transaction.
    package static let batchCountMax = 500
    /// Tenants written to at once.
    package static let tenantCountMax = 4
    /// Seconds between two `servers.collected` events of a tenant.
    package static let collectedEventSeconds = 5.0
    /// Seconds between two log lines that say that a tenant's runs still wait.
    package static let waitingLogSeconds = 60.0
    /// Servers that such an event names; beyond, it says "many".
    package static let collectedEventServerCountMax = 100

    private struct Queue {
        var tenant: Tenant
        var runs: [StoredRun] = []
        var collectorRuns: [CollectorRun] = []
        var collected: Set<UUID> = []
        var collectedEventAt = Date.distantPast
        /// Since when its runs cannot be stored, and when that was last said.
        var waiting: (since: Date, saidAt: Date)?
    }
    /// What is stored in one transaction.
    private struct Batch {
        var runs: [StoredRun] = []
        var collectorRuns: [CollectorRun] = []
        var event: Event?
        var isEmpty: Bool { runs.isEmpty && collectorRuns.isEmpty && event == nil }
    }
    private struct State {
        var queues: [Tenant.ID: Queue] = [:]
        var runCount = 0
    }

    private let databases: TenantDatabases
    private let metrics: CollectionMetrics
    private let thresholds: @Sendable (Tenant.ID, Server.ID) -> HealthThresholds
    private let cache: CollectorCache
    private let logger: Logger
    private let state = Mutex(State())

    /// - Parameter thresholds: those of a tenant's server, as the collector last read them.
    package init(
        databases: TenantDatabases, metrics: CollectionMetrics, cache: CollectorCache = CollectorCache(), logger: Logger,
        thresholds: @escaping @Sendable (Tenant.ID, Server.ID) -> HealthThresholds
    ) {
        self.databases = databases
        self.metrics = metrics
        self.cache = cache
        self.logger = logger
        self.thresholds = thresholds
    }

    package func append(_ run: StoredRun, for tenant: Tenant) {
        state.withLock { state in
            state.queues[tenant.id, default: Queue(tenant: tenant)].runs.append(run)
            state.runCount += 1
            guard state.runCount > Self.runCountMax, let longest = state.queues.max(by: { $0.value.runs.count < $1.value.runs.count })?.key
            else { return }
            state.queues[longest]?.runs.removeFirst()
            state.runCount -= 1
            metrics.count(.droppedRuns)
        }
    }

    /// What collectors brought. Of those that wait as many may be there as of runs, counted together.
    package func append(_ run: CollectorRun, for tenant: Tenant) {
        state.withLock { state in
            state.queues[tenant.id, default: Queue(tenant: tenant)].collectorRuns.append(run)
            state.runCount += 1
            guard state.runCount > Self.runCountMax,
                let longest = state.queues.max(by: { $0.value.collectorRuns.count < $1.value.collectorRuns.count })?.key
            else { return }
            state.queues[longest]?.collectorRuns.removeFirst()
            state.runCount -= 1
            metrics.count(.droppedRuns)
        }
    }

    package var count: Int { state.withLock { $0.runCount } }

    package func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            while !Task.isCancelled {
                await tick(now: Date())
                try? await Task.sleep(for: .seconds(Self.flushSeconds))  // cancelled: the loop ends
            }
        }
        await tick(now: Date())
    }

    /// Stores what waits. Returns how many runs were stored.
    @discardableResult package func tick(now: Date) async -> Int {
        let tenants = state.withLock { state in
            state.queues.values.filter { !$0.runs.isEmpty || !$0.collectorRuns.isEmpty || !$0.collected.isEmpty }.map(\.tenant)
        }
        return await withTaskGroup(of: Int.self) { group in
            var (next, stored) = (0, 0)
            while next < min(Self.tenantCountMax, tenants.count) {
                let tenant = tenants[next]
                group.addTask { await self.flush(tenant, now: now) }
                next += 1
            }
            while let count = await group.next() {
                stored += count
                guard next < tenants.count else { continue }
                let tenant = tenants[next]
                group.addTask { await self.flush(tenant, now: now) }
                next += 1
            }
            return stored
        }
    }

    private func flush(_ tenant: Tenant, now: Date) async -> Int {
        var stored = 0
        while true {
            let batch = take(tenant, now: now)
            if batch.isEmpty { return stored }
            do {
                stored += try await store(batch, tenant)
                noteStored(tenant, now: now)
            } catch let error where Self.isAway(error) {
                putBack(batch, tenant)
                metrics.count(.failedFlushes)
                noteWaiting(tenant, error, now: now)
                return stored
            } catch {
                // Something in this batch cannot be stored: one by one, so that it takes nothing else along.
                stored += await storeOneByOne(batch, tenant, error)
            }
        }
    }

    /// Says that runs wait: at once, and then now and again, for it may last all night.
    private func noteWaiting(_ tenant: Tenant, _ error: any Error, now: Date) {
        let since = state.withLock { state -> Date? in
            let waiting = state.queues[tenant.id]?.waiting
            if let waiting, now.timeIntervalSince(waiting.saidAt) < Self.waitingLogSeconds { return nil }
            let since = waiting?.since ?? now
            state.queues[tenant.id]?.waiting = (since, now)
            return since
        }
        guard let since else { return }
        let isDiskFull = (error as? PostgresError)?.isDiskFull ?? false
        logger.error(
            isDiskFull
                ? "The disk of DbTools' database is full: make room; finished runs wait in memory" : "Finished runs wait for PostgreSQL",
            metadata: [
                "tenant": "\(tenant.slug)", "waiting": "\(count)", "waiting_max": "\(Self.runCountMax)",
                "since": "\(RFC3339.string(since))", "error": "\(error)",
            ])
    }

    private func noteStored(_ tenant: Tenant, now: Date) {
        let since = state.withLock { state in
            defer { state.queues[tenant.id]?.waiting = nil }
            return state.queues[tenant.id]?.waiting?.since
        }
        guard let since else { return }
        logger.notice(
            "Runs are stored again",
            metadata: ["tenant": "\(tenant.slug)", "waited_seconds": "\(Int(now.timeIntervalSince(since)))"])
    }

    private func store(_ batch: Batch, _ tenant: Tenant) async throws -> Int {
        do { return try await storeOnce(batch, tenant) } catch let error as PostgresError where error.isMissingPartition {
            let times = batch.runs.map(\.slotAt) + batch.collectorRuns.flatMap { [$0.slotAt, $0.attemptedAt] }
            for day in Set(times.map { ($0.timeIntervalSince1970 / 86_400).rounded(.down) }) {
                _ = try await databases.transaction(tenant) {
                    try PartitionSQL.make(from: Date(timeIntervalSince1970: day * 86_400), days: 1, on: $0)
                }
            }
            return try await storeOnce(batch, tenant)
        }
    }

    private func storeOnce(_ batch: Batch, _ tenant: Tenant) async throws -> Int {
        let (outcome, findings) = try await databases.transaction(tenant) { [cache, thresholds] session in
            if let event = batch.event { try session.publish(event) }
            try Deployment.unusable(batch.runs.compactMap { run in run.objectsProblem.map { (run.server, $0) } }, on: session)
            let outcome =
                batch.runs.isEmpty
                ? StoreOutcome() : try RunSQL.store(batch.runs, thresholds: { thresholds(tenant.id, $0) }, on: session)
            return (
                outcome,
                batch.collectorRuns.isEmpty ? nil : try CollectorRunSQL.store(batch.collectorRuns, cache: cache, on: session)
            )
        }
        if let findings { cache.keep(findings, of: tenant.id) }
        metrics.add(outcome)
        return outcome.storedCount
    }

    private func storeOneByOne(_ batch: Batch, _ tenant: Tenant, _ error: any Error) async -> Int {
        logger.error(
            "A batch of runs could not be stored; storing one by one", metadata: ["tenant": "\(tenant.slug)", "error": "\(error)"])
        var stored = 0
        for run in batch.runs { stored += await storeAlone(Batch(runs: [run]), run.server, tenant) }
        for run in batch.collectorRuns {
            // What is remembered of layouts may be older than the database, after a restore: it is read anew.
            cache.forget(run.server)
            stored += await storeAlone(Batch(collectorRuns: [run]), run.server, tenant)
        }
        return stored
    }

    private func storeAlone(_ batch: Batch, _ server: Server.ID, _ tenant: Tenant) async -> Int {
        do { return try await store(batch, tenant) } catch {
            metrics.count(.droppedRuns)
            logger.error("A run could not be stored", metadata: ["server.id": "\(server)", "error": "\(error)"])
            return 0
        }
    }

    /// The next batch of a tenant and, now and then, the event that says which servers have news.
    private func take(_ tenant: Tenant, now: Date) -> Batch {
        state.withLock { state in
            guard var queue = state.queues[tenant.id] else { return Batch() }
            var batch = Batch(
                runs: Array(queue.runs.prefix(Self.batchCountMax)), collectorRuns: Array(queue.collectorRuns.prefix(Self.batchCountMax)))
            queue.runs.removeFirst(batch.runs.count)
            queue.collectorRuns.removeFirst(batch.collectorRuns.count)
            state.runCount -= batch.runs.count + batch.collectorRuns.count
            queue.collected.formUnion(batch.runs.map(\.server.uuid))
            if !queue.collected.isEmpty, now.timeIntervalSince(queue.collectedEventAt) >= Self.collectedEventSeconds {
                batch.event = Self.collectedEvent(queue.collected, now)
                queue.collected = []
                queue.collectedEventAt = now
            }
            state.queues[tenant.id] = queue
            return batch
        }
    }

    private static func collectedEvent(_ servers: Set<UUID>, _ now: Date) -> Event {
        let ids: JSONValue =
            servers.count > collectedEventServerCountMax ? .null : .array(servers.map { .string($0.uuidString.lowercased()) })
        return Event("servers.collected", entityID: nil, payload: ["serverIds": ids, "at": .string(RFC3339.string(now))])
    }

    private func putBack(_ batch: Batch, _ tenant: Tenant) {
        state.withLock { state in
            let room = max(0, Self.runCountMax - state.runCount)
            let runs = batch.runs.suffix(room)
            let collectorRuns = batch.collectorRuns.suffix(room - runs.count)
            metrics.count(.droppedRuns, by: batch.runs.count - runs.count + batch.collectorRuns.count - collectorRuns.count)
            state.queues[tenant.id, default: Queue(tenant: tenant)].runs.insert(contentsOf: runs, at: 0)
            state.queues[tenant.id]?.collectorRuns.insert(contentsOf: collectorRuns, at: 0)
            state.runCount += runs.count + collectorRuns.count
        }
    }

    /// Whether the same batch may succeed later.
    private static func isAway(_ error: any Error) -> Bool {
        switch error {
        case let error as PostgresError: error.isConnectionFailure || error.isRetryable || error.isOutOfResources || error.isCancelled
        case let error as AppError: error.code == .unavailable
        default: false
        }
    }
}
