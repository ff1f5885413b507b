import Engines
package import Fleet
package import Foundation
package import Platform
import Synchronization

/// All servers that this collector reads, with their plan, connections and last readings: in memory, so that a tick costs what is due and
/// no more.
package final class FleetIndex: Sendable {
    /// A run that may begin now.
    struct Due: Sendable {
        var run: PlannedRun
        var server: CollectedServer
        var tenant: Tenant
        var session: TargetSession
        var memory: Differencing.Memory?
        /// As the last reading said; nil before the first.
        var traits: ServerTraits?
    }
    private struct Entry {
        var server: CollectedServer
        var session: TargetSession?
        var memory: Differencing.Memory?
        var lastGoodAt: Date?
        var traits: ServerTraits?
        var cadences: CadencePlan
        var collectors: [String: CollectorMemory] = [:]
        var troubles: CollectorTroubles
        var queries = KnownQueries()
        /// Whether the core lacked a right the last time.
        var isDenied = false

        init(_ server: CollectedServer) {
            self.server = server
            troubles = CollectorTroubles(server.collectorTroubles)
            cadences = CadencePlan(weekDueAt: server.weekDueAt)
        }
    }
    private struct State {
        var plan = CollectionPlan()
        var entries: [PlanKey: Entry] = [:]
        var tenants: [Tenant.ID: CollectedTenant] = [:]
        var suspectsWaiting: [PlannedRun] = []
        var suspectsRunning: Set<PlanKey> = []
        var closing: [TargetSession] = []
    }

    /// Servers that failed last time and are tried at once: so few that they leave the connect lane to the others.
    private let suspectCountMax: Int
    /// Runs that may begin in one tick.
    static let dueCountMax = 2_000
    private let state = Mutex(State())
    /// What is known of the servers' stored layouts; forgotten with the servers.
    package let cache = CollectorCache()
    /// Tenants' own collectors.
    package let custom = CustomPlan()

    package init(suspectCountMax: Int) { self.suspectCountMax = suspectCountMax }

    package var count: Int { state.withLock { $0.plan.count } }
    package var skippedCount: Int { state.withLock { $0.plan.skippedCount } }
    package var nextDueAt: Date? { state.withLock { $0.plan.nextDueAt } }

    // MARK: What is to be read

    func tenant(_ id: Tenant.ID) -> CollectedTenant? { state.withLock { $0.tenants[id] } }

    /// By which limits a server is judged: the nearest win (`OwnThresholds`). Of a server that is not read here, the tenant's.
    package func thresholds(_ tenant: Tenant.ID, _ server: Server.ID) -> HealthThresholds {
        state.withLock { state in
            let shared = state.tenants[tenant]?.thresholds ?? HealthThresholds()
            return shared.under(state.entries[PlanKey(tenant: tenant, server: server)]?.server.thresholds ?? OwnThresholds())
        }
    }

    /// Takes in what is new of a tenant: its settings and the servers that changed. Servers of other shards are left out. Returns those
    /// that are judged by other limits from now on.
    @discardableResult
    func apply(_ tenant: CollectedTenant, changed servers: [CollectedServer], shards: Set<Int>, now: Date) -> [Server.ID] {
        state.withLock { state in
            let oldInterval = state.tenants[tenant.tenant.id]?.intervalSeconds
            let oldThresholds = state.tenants[tenant.tenant.id]?.thresholds ?? tenant.thresholds
            state.tenants[tenant.tenant.id] = tenant
            var judgedAnew: [Server.ID] = []
            for server in servers {
                let key = PlanKey(tenant: tenant.tenant.id, server: server.id)
                guard server.isWanted, shards.contains(key.shard) else {
                    Self.remove(key, &state)
                    cache.forget(key.server)
                    custom.forget(key)
                    continue
                }
                let old = state.entries[key]?.server
                if let old, tenant.thresholds.under(old.thresholds) != tenant.thresholds.under(server.thresholds) {
                    judgedAnew.append(server.id)
                }
                let connectsAnew =
                    old.map {
                        $0.configuration.connectsDifferently(from: server.configuration) || $0.sealedPassword != server.sealedPassword
                    } ?? false
                state.entries[key]?.cadences.forgetTroubles()
                if connectsAnew {
                    if let session = state.entries[key]?.session { state.closing.append(session) }
                    state.entries[key] = Entry(server)
                    custom.beginAnew(key)
                } else {
                    if let old, (old.objectsDatabase, old.objectsVersion) != (server.objectsDatabase, server.objectsVersion),
                        let session = state.entries[key]?.session
                    {
                        // The next run connects anew, to ask in the other way; what it is compared with stays.
                        state.closing.append(session)
                        state.entries[key]?.session = nil
                    }
                    state.entries[key, default: Entry(server)].server = server
                }
                state.plan.upsert(
                    key, intervalSeconds: server.intervalSeconds ?? tenant.intervalSeconds, lastAttemptAt: server.lastAttemptAt,
                    failuresInARow: server.failuresInARow, retryNow: connectsAnew || server.lastAttemptAt == nil, now: now)
            }
            if oldThresholds != tenant.thresholds {
                for (key, entry) in state.entries where key.tenant == tenant.tenant.id {
                    let nearer = entry.server.thresholds
                    if oldThresholds.under(nearer) != tenant.thresholds.under(nearer) { judgedAnew.append(key.server) }
                }
            }
            guard let oldInterval, oldInterval != tenant.intervalSeconds else { return judgedAnew }
            for (key, entry) in state.entries where key.tenant == tenant.tenant.id && entry.server.intervalSeconds == nil {
                state.plan.upsert(
                    key, intervalSeconds: tenant.intervalSeconds, lastAttemptAt: entry.server.lastAttemptAt, failuresInARow: 0, now: now)
            }
            return judgedAnew
        }
    }

    /// Forgets tenants that are not active any more, and servers of shards that others hold now.
    func keepOnly(tenants: Set<Tenant.ID>, shards: Set<Int>) {
        state.withLock { state in
            for key in state.entries.keys where !tenants.contains(key.tenant) || !shards.contains(key.shard) {
                Self.remove(key, &state)
                cache.forget(key.server)
                custom.forget(key)
            }
            custom.keepOnly(tenants)
            for id in state.tenants.keys where !tenants.contains(id) { state.tenants[id] = nil }
        }
    }

    /// All is to be read again, since shards came: as if no change had been seen.
    func forgetChangeNumbers() {
        state.withLock { state in for id in state.tenants.keys { state.tenants[id]?.changeNumber = 0 } }
    }

    /// What is remembered of the stored layouts and rows of these shards' servers may not hold any more.
    func forgetStored(ofShards shards: Set<Int>) {
        guard !shards.isEmpty else { return }
        let servers = state.withLock { $0.entries.keys.filter { shards.contains($0.shard) }.map(\.server) }
        for server in servers { cache.forget(server) }
    }

    private static func remove(_ key: PlanKey, _ state: inout State) {
        state.plan.remove(key)
        guard let entry = state.entries.removeValue(forKey: key) else { return }
        if let session = entry.session { state.closing.append(session) }
    }

    // MARK: Runs

    /// The runs that may begin at `now`. Those of servers that failed last time wait until few enough of them are under way.
    func takeDue(now: Date, target: (Tenant, CollectedServer) throws -> Target) -> (due: [Due], broken: [(PlannedRun, Tenant, any Error)]) {
        state.withLock { state in
            var ready: [PlannedRun] = []
            for run in state.plan.takeDue(now: now, countMax: Self.dueCountMax) {
                if run.failuresInARow > 0 { state.suspectsWaiting.append(run) } else { ready.append(run) }
            }
            while state.suspectsRunning.count < suspectCountMax, !state.suspectsWaiting.isEmpty {
                let run = state.suspectsWaiting.removeFirst()
                state.suspectsRunning.insert(run.key)
                ready.append(run)
            }
            var due: [Due] = []
            var broken: [(PlannedRun, Tenant, any Error)] = []
            for run in ready {
                guard var entry = state.entries[run.key], let tenant = state.tenants[run.key.tenant]?.tenant else {
                    state.suspectsRunning.remove(run.key)
                    continue
                }
                do {
                    let session = try entry.session ?? TargetSession(target: target(tenant, entry.server))
                    entry.session = session
                    state.entries[run.key] = entry
                    due.append(
                        Due(run: run, server: entry.server, tenant: tenant, session: session, memory: entry.memory, traits: entry.traits))
                } catch {
                    broken.append((run, tenant, error))
                }
            }
            return (due, broken)
        }
    }

    /// The core of a run was read: what it says is remembered; the run itself goes on until `finished`. Returns the seconds since the good
    /// run before it, and what the server said of itself if that is new.
    func succeeded(_ due: Due, reading: Reading, startedAt: Date, now: Date) -> (gapSeconds: Double?, facts: ServerFacts?) {
        let facts = ServerFacts(
            version: reading.identity.version, productVersion: reading.identity.productVersion, edition: reading.identity.edition,
            serverName: reading.identity.serverName, startedAt: reading.identity.startedAt)
        return state.withLock { state in
            guard var entry = state.entries[due.run.key] else { return (nil, nil) }
            let gap = entry.lastGoodAt.map { reading.collectedAt.timeIntervalSince($0) }
            entry.lastGoodAt = reading.collectedAt
            entry.memory = Differencing.Memory(reading)
            entry.traits = reading.traits
            // What rested for want of the core's right may have it now.
            if entry.isDenied, reading.denied.isEmpty { entry.cadences.forgetDenials() }
            entry.isDenied = !reading.denied.isEmpty
            let isNew = !entry.server.facts.says(facts)
            entry.server.facts = facts
            entry.server.lastAttemptAt = now
            state.entries[due.run.key] = entry
            return (gap, isNew ? facts : nil)
        }
    }

    /// A run that was read ended, its collectors included.
    func finished(_ due: Due, startedAt: Date, now: Date) {
        state.withLock { Self.finished(due.run, succeeded: true, startedAt: startedAt, now: now, &$0) }
    }

    // MARK: Collectors

    /// The collectors that are due on a server whose core was just read, batch by batch: they are taken.
    func takeCollectors(
        _ due: Due, _ wanted: [CollectorDefinition], isBehind: Bool, mayRunRare: Bool, now: Date
    ) -> [(cadence: Cadence, collectors: [CollectorDefinition])] {
        state.withLock { state in
            state.entries[due.run.key]?.cadences.takeDue(
                wanted, key: due.run.key, intervalSeconds: due.run.intervalSeconds, isNew: due.server.lastAttemptAt == nil,
                isBehind: isBehind, mayRunRare: mayRunRare, now: now) ?? []
        }
    }

    /// Which collectors bring nothing, as far as their last runs say.
    func troubles(_ due: Due) -> CollectorTroubles { state.withLock { $0.entries[due.run.key]?.troubles } ?? CollectorTroubles() }

    /// Those of `wanted` that are sent together with the core, so far as their rights are not known to be missing: nothing is taken. None
    /// after a run that failed: what was slow is not known, and the core's answer must not be lost to it twice.
    func withCore(_ due: Due, _ wanted: [CollectorDefinition], now: Date) -> [CollectorDefinition] {
        guard due.run.failuresInARow == 0 else { return [] }
        return state.withLock { $0.entries[due.run.key]?.cadences.withCore(wanted, now: now) ?? [] }
    }

    /// A batch that was taken has answered.
    ///
    /// - Parameter share: of its deadline that it took.
    func answered(_ batch: (cadence: Cadence, collectors: [CollectorDefinition]), _ due: Due, share: Double, now: Date) {
        state.withLock { state in
            state.entries[due.run.key]?.cadences.answered(
                batch.cadence, batch.collectors.map(\.name), share: share, key: due.run.key, intervalSeconds: due.run.intervalSeconds,
                now: now)
        }
    }

    /// Of the batches that were taken one failed as a whole, and `rest` did not begin.
    ///
    /// - Parameter isBehind: the process does not keep up: then it may be its own fault, and more round trips would make it worse.
    func failed(
        _ batch: (cadence: Cadence, collectors: [CollectorDefinition]), _ due: Due,
        rest: some Sequence<(cadence: Cadence, collectors: [CollectorDefinition])>, isBehind: Bool, now: Date
    ) {
        state.withLock { state in
            if !isBehind {
                state.entries[due.run.key]?.cadences.failed(
                    batch.cadence, batch.collectors.map(\.name), intervalSeconds: due.run.intervalSeconds, now: now)
            }
            for batch in rest { state.entries[due.run.key]?.cadences.putBack(batch.cadence, batch.collectors.map(\.name), now: now) }
        }
    }

    /// Texts and plans of queries that rows name and that are to be asked for now: they are taken.
    func takeUnknown(_ named: Set<QueryReference>, _ due: Due, now: Date) -> [QueryReference] {
        state.withLock { state in
            guard let unknown = state.entries[due.run.key]?.queries.unknown(named, now: now), !unknown.isEmpty else { return [] }
            let batch = QueryReference.batch(of: unknown)
            state.entries[due.run.key]?.queries.add(batch, now: now)
            return batch
        }
    }

    /// What came of collectors: rates are added by what is remembered of the runs before, and the new counters are remembered.
    func collected(
        _ tables: [CollectedTable], _ due: Due, _ cadence: Cadence, origin: CollectorMemory.Origin, monotonicSeconds: Double, now: Date
    ) -> [CollectedTable] {
        state.withLock { state in
            let key = due.run.key
            guard state.entries[key] != nil else { return tables }
            // In place: a copy of the entry would copy what is remembered of all its collectors.
            return tables.map { table in
                state.entries[key]?.troubles.hear(table)
                if table.state == .noPermissions { state.entries[key]?.cadences.denied(table.collector, now: now) }
                if cadence == .week, table.state == .failed || table.state == .noPermissions {
                    state.entries[key]?.cadences.weekFailed(now: now)
                }
                guard table.state.isGood else { return table }
                var table = table
                CollectorMemory.addRates(
                    to: &table, after: state.entries[key]?.collectors[table.collector], origin: origin, monotonicSeconds: monotonicSeconds,
                    gapSecondsMax: cadence.gapSecondsMax(intervalSeconds: due.run.intervalSeconds))
                if !table.counters.isEmpty {
                    state.entries[key]?.collectors[table.collector] = CollectorMemory(
                        table, origin: origin, monotonicSeconds: monotonicSeconds)
                }
                return table
            }
        }
    }

    /// A run failed. Its connection is not used again: a driver call that hangs may still hold it.
    func failed(_ due: Due, isPermission: Bool, startedAt: Date, now: Date) {
        failed(due.run, isPermission: isPermission, startedAt: startedAt, now: now)
    }

    func failed(_ run: PlannedRun, isPermission: Bool, startedAt: Date, now: Date) {
        state.withLock { state in
            Self.finished(run, succeeded: isPermission, startedAt: startedAt, now: now, &state)
            state.entries[run.key]?.session = nil
            state.entries[run.key]?.lastGoodAt = nil
            state.entries[run.key]?.server.lastAttemptAt = now
        }
    }

    private static func finished(_ run: PlannedRun, succeeded: Bool, startedAt: Date, now: Date, _ state: inout State) {
        state.suspectsRunning.remove(run.key)
        state.plan.finished(run.key, succeeded: succeeded, startedAt: startedAt, now: now)
    }

    /// Connections that nobody needs any more, to be closed on a lane.
    func takeClosing() -> [TargetSession] {
        state.withLock { state in
            defer { state.closing = [] }
            return state.closing
        }
    }

    /// All open connections, for the end.
    func takeSessions() -> [TargetSession] {
        state.withLock { state in
            let sessions = state.entries.values.compactMap(\.session) + state.closing
            state.closing = []
            for key in state.entries.keys { state.entries[key]?.session = nil }
            return sessions
        }
    }
}
