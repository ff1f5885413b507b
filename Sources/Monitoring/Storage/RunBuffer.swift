import Engines
package import Fleet
package import Foundation
package import Logging
package import Platform
import Postgres
import Primitives
import ServiceLifecycle
import Synchronization

/// Finished runs on their way to the databases: gathered for half a second and stored in one transaction per tenant. While PostgreSQL is
/// away they wait here; what does not fit any more is dropped, the oldest first, counted, and told to the tenant once there is a database
/// again.
package final class RunBuffer: Service {
    package static let flushSeconds = 0.5
    /// Runs that wait, over all tenants: at 4,000 servers and a minute's interval, five minutes. As many of collectors beside the core.
    package static let runCountMax = 20_000
    /// Memory that waiting runs of collectors beside the core may take, over all tenants: at 4,000 SQL Servers most of a minute. The core's
    /// runs, by which it is judged what is well, are small and wait longer.
    package static let sizeBytesMax = 128 << 20
    /// Seconds between two entries in a tenant's log that say what was lost.
    package static let lossSeconds = 60.0
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

    /// What was dropped and has not been told yet.
    private struct Loss {
        var since: Date
        var runCount = 0
        var collectorRunCount = 0
        var reason = "There were more runs than could be stored."
    }
    private struct Queue {
        var tenant: Tenant
        var runs = RunQueue<StoredRun>()
        var collectorRuns = RunQueue<CollectorRun>()
        var collectorBytes = 0
        var collected: Set<UUID> = []
        var collectedEventAt = Date.distantPast
        /// Since when its runs cannot be stored, and when that was last said.
        var waiting: (since: Date, saidAt: Date, isDiskFull: Bool)?
        var loss: Loss?
        var lossToldAt = Date.distantPast

        var isEmpty: Bool { runs.isEmpty && collectorRuns.isEmpty }

        /// Drops the oldest run; `now` is the time of the newest.
        mutating func dropRun(now: Date) {
            _ = runs.take(1)
            note(now) { $0.runCount += 1 }
        }

        /// Returns the bytes that were freed.
        mutating func dropCollectorRun(now: Date) -> Int {
            let freed = collectorRuns.take(1).reduce(0) { $0 + $1.sizeBytes }
            collectorBytes -= freed
            note(now) { $0.collectorRunCount += 1 }
            return freed
        }

        mutating func note(_ now: Date, _ change: (inout Loss) -> Void) {
            var loss = loss ?? Loss(since: now)
            if let waiting {
                loss.reason = waiting.isDiskFull ? "The disk of DbTools' database was full." : "DbTools' database was away."
                loss.since = min(loss.since, waiting.since)
            }
            change(&loss)
            self.loss = loss
        }
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
        var collectorRunCount = 0
        var collectorBytes = 0
    }

    private let databases: TenantDatabases
    private let metrics: CollectionMetrics
    private let thresholds: @Sendable (Tenant.ID, Server.ID) -> HealthThresholds
    private let cache: CollectorCache
    private let halt: CollectionHalt
    private let logger: Logger
    private let state = Mutex(State())

    /// - Parameters:
    ///   - halt: is told when PostgreSQL's disk is full, and when it is not any more.
    ///   - thresholds: those of a tenant's server, as the collector last read them.
    package init(
        databases: TenantDatabases, metrics: CollectionMetrics, cache: CollectorCache = CollectorCache(),
        halt: CollectionHalt = CollectionHalt(), logger: Logger,
        thresholds: @escaping @Sendable (Tenant.ID, Server.ID) -> HealthThresholds
    ) {
        self.databases = databases
        self.metrics = metrics
        self.cache = cache
        self.halt = halt
        self.logger = logger
        self.thresholds = thresholds
    }

    package func append(_ run: StoredRun, for tenant: Tenant) {
        state.withLock { state in
            state.queues[tenant.id, default: Queue(tenant: tenant)].runs.append(run)
            state.runCount += 1
            while state.runCount > Self.runCountMax, let longest = state.queues.max(by: { $0.value.runs.count < $1.value.runs.count })?.key
            {
                state.queues[longest]?.dropRun(now: run.finishedAt)
                state.runCount -= 1
                metrics.count(.droppedRuns)
            }
        }
    }

    /// What collectors brought. It takes much more room than the core's run, and is bounded by that.
    package func append(_ run: CollectorRun, for tenant: Tenant) {
        state.withLock { state in
            state.queues[tenant.id, default: Queue(tenant: tenant)].collectorRuns.append(run)
            state.queues[tenant.id]?.collectorBytes += run.sizeBytes
            state.collectorRunCount += 1
            state.collectorBytes += run.sizeBytes
            while state.collectorBytes > Self.sizeBytesMax || state.collectorRunCount > Self.runCountMax,
                let largest = state.queues.max(by: { $0.value.collectorBytes < $1.value.collectorBytes })?.key
            {
                state.collectorBytes -= state.queues[largest]?.dropCollectorRun(now: run.attemptedAt) ?? 0
                state.collectorRunCount -= 1
                metrics.count(.droppedCollectorRuns)
            }
        }
    }

    package var count: Int { state.withLock { $0.runCount + $0.collectorRunCount } }
    /// Memory that the runs of collectors take, about.
    package var sizeBytes: Int { state.withLock { $0.collectorBytes } }
    /// Since when runs wait for PostgreSQL; nil when they do not.
    package var waitingSince: Date? { state.withLock { state in state.queues.values.compactMap { $0.waiting?.since }.min() } }

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
            state.queues.values.filter { !$0.isEmpty || !$0.collected.isEmpty || $0.loss != nil }.map(\.tenant)
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
        var (stored, hadWaited) = (0, false)
        while true {
            let batch = take(tenant, now: now)
            if batch.isEmpty {
                noteNothingWaits(tenant, now: now)
                if hadWaited { FreedMemory.giveBack() }  // what waited was large, and this process would keep its room
                await tellLoss(tenant, now: now)
                return stored
            }
            do {
                stored += try await store(batch, tenant)
                if noteStored(tenant, now: now) { hadWaited = true }
            } catch let error where Self.isAway(error) {
                putBack(batch, tenant, error, now: now)
                return stored
            } catch {
                // Something in this batch cannot be stored: one by one, so that it takes nothing else along.
                stored += await storeOneByOne(batch, tenant, error, now: now)
            }
        }
    }

    /// Says that runs wait: at once, and then now and again, for it may last all night.
    private func noteWaiting(_ tenant: Tenant, _ error: any Error, now: Date) {
        let isDiskFull = (error as? PostgresError)?.isDiskFull ?? false
        let since = state.withLock { state -> Date? in
            let waiting = state.queues[tenant.id]?.waiting
            let since = waiting?.since ?? now
            if let waiting, now.timeIntervalSince(waiting.saidAt) < Self.waitingLogSeconds {
                state.queues[tenant.id]?.waiting = (since, waiting.saidAt, isDiskFull)
                return nil
            }
            state.queues[tenant.id]?.waiting = (since, now, isDiskFull)
            return since
        }
        setHalt(now: now)
        guard let since else { return }
        logger.error(
            isDiskFull
                ? "The disk of DbTools' database is full: make room; finished runs wait in memory" : "Finished runs wait for PostgreSQL",
            metadata: [
                "tenant": "\(tenant.slug)", "waiting": "\(count)", "waiting_mb": "\(sizeBytes >> 20)",
                "waiting_mb_max": "\(Self.sizeBytesMax >> 20)",
                "since": "\(RFC3339.string(since))", "error": "\(error)",
            ])
    }

    /// Returns whether they had waited.
    private func noteStored(_ tenant: Tenant, now: Date) -> Bool {
        let since = state.withLock { state in
            defer { state.queues[tenant.id]?.waiting = nil }
            return state.queues[tenant.id]?.waiting?.since
        }
        guard let since else { return false }
        setHalt(now: now)
        logger.notice(
            "Runs are stored again",
            metadata: ["tenant": "\(tenant.slug)", "waited_seconds": "\(Int(now.timeIntervalSince(since)))"])
        return true
    }

    /// All is stored, or dropped since it cannot be (a tenant that is gone).
    private func noteNothingWaits(_ tenant: Tenant, now: Date) {
        let hadWaited = state.withLock { state in
            defer { state.queues[tenant.id]?.waiting = nil }
            return state.queues[tenant.id]?.waiting != nil
        }
        if hadWaited { setHalt(now: now) }
    }

    /// While PostgreSQL has no room, nothing more is read.
    private func setHalt(now: Date) {
        let isDiskFull = state.withLock { $0.queues.values.contains { !$0.isEmpty && $0.waiting?.isDiskFull == true } }
        halt.set(
            .database, isDiskFull ? "The disk of DbTools' database is full. Make room on it, and collection goes on." : nil, now: now)
    }

    /// Writes into the tenant's log what was dropped. What cannot be written now is written later, with what was dropped meanwhile.
    private func tellLoss(_ tenant: Tenant, now: Date) async {
        let loss = state.withLock { state -> Loss? in
            guard let queue = state.queues[tenant.id], let loss = queue.loss, now.timeIntervalSince(queue.lossToldAt) >= Self.lossSeconds
            else { return nil }
            state.queues[tenant.id]?.loss = nil
            state.queues[tenant.id]?.lossToldAt = now
            return loss
        }
        guard let loss else { return }
        let details: JSONValue = [
            "reason": .string(loss.reason), "from": .string(RFC3339.string(loss.since)), "to": .string(RFC3339.string(now)),
            "runs": .int(Int64(loss.runCount)), "collectorRuns": .int(Int64(loss.collectorRunCount)),
        ]
        let activity = Activity(
            "samples_lost", entityType: "tenant", entityID: tenant.id.uuid, entityName: tenant.name, actor: .system, details: details)
        do {
            try await databases.transaction(tenant) { session in
                try session.record(activity)
                try session.publish(Event("collection.lost", entityID: nil, payload: details))
            }
            logger.error(
                "Runs were lost",
                metadata: [
                    "tenant": "\(tenant.slug)", "runs": "\(loss.runCount)", "collector_runs": "\(loss.collectorRunCount)",
                    "since": "\(RFC3339.string(loss.since))", "reason": "\(loss.reason)",
                ])
        } catch {
            // It is tried again in a minute, together with what is dropped until then.
            state.withLock { state in
                state.queues[tenant.id]?.note(loss.since) { newer in
                    newer.runCount += loss.runCount
                    newer.collectorRunCount += loss.collectorRunCount
                    newer.since = loss.since
                    newer.reason = loss.reason
                }
            }
        }
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
            var (outcome, findings) = (StoreOutcome(), CollectorCache.Findings())
            if !batch.runs.isEmpty {
                (outcome, findings) = try RunSQL.store(
                    batch.runs, thresholds: { thresholds(tenant.id, $0) }, cache: cache, on: session)
            }
            if !batch.collectorRuns.isEmpty {
                findings.merge(try CollectorRunSQL.store(batch.collectorRuns, cache: cache, on: session))
            }
            return (outcome, findings)
        }
        cache.keep(findings, of: tenant.id)
        metrics.add(outcome)
        return outcome.storedCount
    }

    private func storeOneByOne(_ batch: Batch, _ tenant: Tenant, _ error: any Error, now: Date) async -> Int {
        logger.error(
            "A batch of runs could not be stored; storing one by one", metadata: ["tenant": "\(tenant.slug)", "error": "\(error)"])
        // What is remembered of layouts may be older than the database, after a restore: it is read anew.
        for server in batch.runs.map(\.server) + batch.collectorRuns.map(\.server) { cache.forget(server) }
        var stored = 0
        for (index, run) in batch.runs.enumerated() {
            do { stored += try await store(Batch(runs: [run]), tenant) } catch let error where Self.isAway(error) {
                let rest = Batch(runs: Array(batch.runs[index...]), collectorRuns: batch.collectorRuns)
                putBack(rest, tenant, error, now: now)
                return stored
            } catch { drop(run.server, run.finishedAt, tenant, error, isCore: true) }
        }
        for (index, run) in batch.collectorRuns.enumerated() {
            do { _ = try await store(Batch(collectorRuns: [run]), tenant) } catch let error where Self.isAway(error) {
                putBack(Batch(collectorRuns: Array(batch.collectorRuns[index...])), tenant, error, now: now)
                return stored
            } catch { drop(run.server, run.attemptedAt, tenant, error, isCore: false) }
        }
        return stored
    }

    private func drop(_ server: Server.ID, _ at: Date, _ tenant: Tenant, _ error: any Error, isCore: Bool) {
        metrics.count(isCore ? .droppedRuns : .droppedCollectorRuns)
        logger.error("A run could not be stored", metadata: ["server.id": "\(server)", "error": "\(error)"])
        state.withLock { state in
            state.queues[tenant.id]?.note(at) { loss in
                loss.reason = "Some runs could not be stored; the log of DbTools says why."
                if isCore { loss.runCount += 1 } else { loss.collectorRunCount += 1 }
            }
        }
    }

    /// The next batch of a tenant and, now and then, the event that says which servers have news.
    private func take(_ tenant: Tenant, now: Date) -> Batch {
        state.withLock { state in
            guard var queue = state.queues[tenant.id] else { return Batch() }
            var batch = Batch(runs: queue.runs.take(Self.batchCountMax), collectorRuns: queue.collectorRuns.take(Self.batchCountMax))
            let bytes = batch.collectorRuns.reduce(0) { $0 + $1.sizeBytes }
            queue.collectorBytes -= bytes
            state.runCount -= batch.runs.count
            state.collectorRunCount -= batch.collectorRuns.count
            state.collectorBytes -= bytes
            queue.collected.formUnion(batch.runs.map(\.server.uuid))
            // An event that is yet to come: the clock was set back.
            let isRecent = (0..<Self.collectedEventSeconds).contains(now.timeIntervalSince(queue.collectedEventAt))
            if !queue.collected.isEmpty, !isRecent {
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

    /// It may be a little more than fits then: by one batch for each tenant that is written to at once. The next run that comes drops it.
    private func putBack(_ batch: Batch, _ tenant: Tenant, _ error: any Error, now: Date) {
        metrics.count(.failedFlushes)
        state.withLock { state in
            let bytes = batch.collectorRuns.reduce(0) { $0 + $1.sizeBytes }
            state.queues[tenant.id, default: Queue(tenant: tenant)].runs.putBack(batch.runs)
            state.queues[tenant.id]?.collectorRuns.putBack(batch.collectorRuns)
            state.queues[tenant.id]?.collectorBytes += bytes
            state.runCount += batch.runs.count
            state.collectorRunCount += batch.collectorRuns.count
            state.collectorBytes += bytes
        }
        noteWaiting(tenant, error, now: now)
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
