import Engines
import Fleet
import Foundation
import Platform
import Primitives
import Synchronization

/// Which of their own collectors tenants want run, and when each is next due on each server. Of tenants without any nothing is kept, and
/// nothing is asked.
package final class CustomPlan: Sendable {
    /// Seconds after which it is looked again who is in the groups that collectors are limited to.
    package static let membershipSeconds = 30.0
    /// Seconds for which a new or changed collector is due at once where it has not run yet, and is not spread like after a start.
    static let newSeconds = 600.0
    /// Seconds between two attempts at a statement that keeps failing, at most.
    static let backoffSecondsMax = 3_600.0

    /// What is known of a tenant's.
    private struct Known {
        var version: Int32
        var readAt: Date
        var isLimited: Bool
        var byEngine: [EngineKind: [ScopedCollector]]
        var revisions: [CustomCollector.ID: Int64]
    }
    /// What is known of one server's.
    private struct Progress {
        var nextAt: [CustomCollector.ID: Date] = [:]
        var failures: [CustomCollector.ID: Int] = [:]
        var memories: [CustomCollector.ID: (revision: Int64, counters: CollectorMemory)] = [:]
        var isRunning = false
    }
    private struct State {
        var tenants: [Tenant.ID: Known] = [:]
        var servers: [PlanKey: Progress] = [:]
    }
    private let state = Mutex(State())
    private let tenantCount = Atomic<Int>(0)

    package init() {}

    /// Whether any tenant has a collector of its own that is on.
    var isEmpty: Bool { tenantCount.load(ordering: .relaxed) == 0 }

    // MARK: What is wanted

    /// Whether the tenant's collectors, or the members of their groups, are to be read anew.
    func isOld(_ tenant: Tenant.ID, version: Int32, now: Date) -> Bool {
        state.withLock { state in
            guard let known = state.tenants[tenant] else { return version != 0 }
            return known.version != version || known.isLimited && now.timeIntervalSince(known.readAt) >= Self.membershipSeconds
        }
    }

    /// Takes in the tenant's collectors that are on.
    func replace(_ tenant: Tenant.ID, version: Int32, _ collectors: [ScopedCollector], now: Date) {
        state.withLock { state in
            let before = state.tenants[tenant]?.revisions ?? [:]
            let revisions = Dictionary(collectors.map { ($0.collector.id, $0.collector.revision) }, uniquingKeysWith: { $1 })
            let changed = before.filter { revisions[$0.key] != $0.value }.keys
            if !changed.isEmpty {
                // Begun anew: at once, and whatever went wrong before.
                for key in state.servers.keys where key.tenant == tenant {
                    for id in changed {
                        state.servers[key]?.nextAt[id] = nil
                        state.servers[key]?.failures[id] = nil
                        state.servers[key]?.memories[id] = nil
                    }
                }
            }
            state.tenants[tenant] = Known(
                version: version, readAt: now, isLimited: collectors.contains { $0.servers != nil },
                byEngine: Dictionary(grouping: collectors) { $0.collector.engine }, revisions: revisions)
            count(&state)
        }
    }

    /// Forgets tenants that are not active any more.
    func keepOnly(_ tenants: Set<Tenant.ID>) {
        guard !isEmpty else { return }
        state.withLock { state in
            for id in state.tenants.keys where !tenants.contains(id) { state.tenants[id] = nil }
            for key in state.servers.keys where !tenants.contains(key.tenant) { state.servers[key] = nil }
            count(&state)
        }
    }

    /// A server is not read here any more.
    func forget(_ key: PlanKey) {
        guard !isEmpty else { return }
        state.withLock { _ = $0.servers.removeValue(forKey: key) }
    }

    /// The server is connected to in another way, perhaps in another database: what was read there before is compared with nothing.
    func beginAnew(_ key: PlanKey) {
        guard !isEmpty else { return }
        state.withLock { state in
            guard state.servers[key] != nil else { return }
            state.servers[key] = Progress(isRunning: state.servers[key]?.isRunning ?? false)
        }
    }

    private func count(_ state: inout State) {
        tenantCount.store(state.tenants.values.count { !$0.byEngine.isEmpty }, ordering: .relaxed)
    }

    // MARK: Runs

    /// The collectors that are due on a server that was just read; they are under way until `released`. None while others are.
    func takeDue(_ run: PlannedRun, _ server: CollectedServer, now: Date) -> [ScopedCollector] {
        state.withLock { state in
            guard let all = state.tenants[run.key.tenant]?.byEngine[server.configuration.engine] else { return [] }
            let wanted = all.filter { one in
                (one.servers?.contains(server.id) ?? true) && !server.collectorsDisabled.contains(one.collector.name)
            }
            guard !wanted.isEmpty, state.servers[run.key]?.isRunning != true else { return [] }
            var progress = state.servers[run.key] ?? Progress()
            let due = wanted.filter { one in
                let collector = one.collector
                let seconds = collector.cadence.seconds(intervalSeconds: run.intervalSeconds)
                var next = progress.nextAt[collector.id] ?? Self.firstAt(run.key, collector, server, seconds: seconds, now: now)
                // Farther away than it can be planned: the clock was set back.
                if next > now + max(Double(seconds), CadencePlan.deniedSeconds, Self.backoffSecondsMax) { next = now }
                progress.nextAt[collector.id] = next
                guard next <= now else { return false }
                // What runs with every collection is due whenever the next one comes.
                progress.nextAt[collector.id] =
                    switch collector.cadence {
                    case .minute: .distantPast
                    // Not until a slot, which might come sooner.
                    case .week: now + Double(seconds)
                    default: CollectionPlan.nextSlot(run.key, seconds, after: now)
                    }
                return true
            }
            progress.isRunning = !due.isEmpty
            state.servers[run.key] = progress
            return due
        }
    }

    /// After a start, what was read before is still there: the rarer ones are spread. A new collector is due at once.
    private static func firstAt(
        _ key: PlanKey, _ collector: CustomCollector, _ server: CollectedServer, seconds: Int, now: Date
    ) -> Date {
        let isNew = server.lastAttemptAt == nil || now.timeIntervalSince(collector.updatedAt) < newSeconds
        guard !isNew, collector.cadence != .minute else { return now }
        if collector.cadence == .week { return CadencePlan.firstWeekAt(key, dueAt: server.weekDueAt[collector.name], now: now) }
        return now + Double(key.hash64 >> 24 & 0xFFFF) / 65_536 * min(Double(seconds), CadencePlan.catchUpSeconds)
    }

    /// The runs that were taken have ended.
    func released(_ key: PlanKey) { state.withLock { $0.servers[key]?.isRunning = false } }

    /// What came of a collector: rates are added by what is remembered of the run before, and the next attempt at what failed is put off.
    func collected(
        _ table: CollectedTable, of collector: CustomCollector, _ run: PlannedRun, origin: CollectorMemory.Origin, monotonicSeconds: Double,
        now: Date
    ) -> CollectedTable {
        state.withLock { state in
            // In the meantime it may have been changed or deleted: then what is stored is the database's to say.
            guard state.servers[run.key] != nil else { return table }
            guard table.state.isGood else {
                let failures = (state.servers[run.key]?.failures[collector.id] ?? 0) + 1
                state.servers[run.key]?.failures[collector.id] = failures
                let seconds = collector.cadence.seconds(intervalSeconds: run.intervalSeconds)
                let wait = table.state == .noPermissions ? CadencePlan.deniedSeconds : Self.waitSeconds(failures, seconds)
                if wait > 0 { state.servers[run.key]?.nextAt[collector.id] = now + wait }
                return table
            }
            state.servers[run.key]?.failures[collector.id] = nil
            guard !table.counters.isEmpty else { return table }
            var table = table
            let memory = state.servers[run.key]?.memories[collector.id]
            CollectorMemory.addRates(
                to: &table, after: memory?.revision == collector.revision ? memory?.counters : nil, origin: origin,
                monotonicSeconds: monotonicSeconds, gapSecondsMax: collector.cadence.gapSecondsMax(intervalSeconds: run.intervalSeconds))
            state.servers[run.key]?.memories[collector.id] = (
                collector.revision, CollectorMemory(table, origin: origin, monotonicSeconds: monotonicSeconds)
            )
            return table
        }
    }

    /// Seconds until what failed `failures` times in a row is tried again; 0: at its own next time. A statement that always runs into its
    /// time-out must not keep a server busy. Pure.
    static func waitSeconds(_ failures: Int, _ cadenceSeconds: Int) -> Double {
        guard failures > 2 else { return 0 }
        return max(Double(cadenceSeconds), min(Double(cadenceSeconds) * pow(2, Double(min(failures - 2, 12))), backoffSecondsMax))
    }
}

extension CustomPlan {
    /// Reads a tenant's collectors where there is news of them. Throws `PostgresError`.
    func refresh(_ tenant: Tenant, version: Int32, databases: TenantDatabases, now: Date) async throws {
        guard isOld(tenant.id, version: version, now: now) else { return }
        let collectors = try await databases.read(tenant) { try ScopedCollector.all(on: $0) }
        replace(tenant.id, version: version, collectors, now: now)
    }
}
