import Fleet
package import Foundation
package import Logging
package import Platform
import Postgres
import ServiceLifecycle
import Synchronization

/// Notices which servers are to be read: tenants that come and go, servers added, changed and deleted, settings, shards won and lost.
///
/// It polls one number per tenant, at a bounded rate, and at once where the system database announces news. What changed is read; nothing
/// else is.
package final class FleetWatch: Service {
    package static let tickSeconds = 0.25
    /// Seconds between two looks at a tenant, with few tenants; announced or not.
    package static let pollSecondsMin = 1.0
    /// Tenants looked at per second: with 1,000 of them each is looked at every 50 s, and sooner when it is announced.
    package static let pollsPerSecondMax = 20.0
    /// Tenants looked at at once.
    package static let pollCountMax = 4

    private struct State {
        var nextPollAt: [Tenant.ID: Date] = [:]
        var lastPollAt: [Tenant.ID: Date] = [:]
        var announced: Set<String> = []
        var leaseGeneration = -1
        /// Of the leases that were held last time, by shard.
        var epochs: [Int: Int64] = [:]
    }

    private let databases: TenantDatabases
    private let leases: ShardLeases
    private let index: FleetIndex
    private let logger: Logger
    private let trouble = LastingTrouble()
    private let state = Mutex(State())

    package init(databases: TenantDatabases, leases: ShardLeases, index: FleetIndex, logger: Logger) {
        self.databases = databases
        self.leases = leases
        self.index = index
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            await withDiscardingTaskGroup { group in
                group.addTask { await self.listen() }
                while !Task.isCancelled {
                    do {
                        try await tick(now: Date())
                        trouble.ended()
                    } catch {
                        trouble.failed("The fleet could not be looked at; collection goes on with what is known", error, to: logger)
                    }
                    try? await Task.sleep(for: .seconds(Self.tickSeconds))  // cancelled: the loop ends
                }
                group.cancelAll()
            }
        }
    }

    private func listen() async {
        for await heard in PostgresListener.notifications(databases.system.address, channels: [TenantDatabases.eventChannel]) {
            guard case .received(_, let slug) = heard, !slug.hasPrefix(TenantDatabases.tenantNewsPrefix) else { continue }
            _ = state.withLock { $0.announced.insert(slug) }
        }
    }

    /// One look: at the leases, the list of tenants, and those tenants whose turn it is. Returns how many servers had news. Throws
    /// `PostgresError`.
    @discardableResult package func tick(now: Date) async throws -> Int {
        let tenants = try await databases.tenants()
        let (generation, epochs) = (leases.generation, leases.held)
        let shards = Set(epochs.keys)
        let (gained, before) = state.withLock { state in
            defer {
                state.leaseGeneration = generation
                state.epochs = epochs
            }
            return (generation != state.leaseGeneration, state.epochs)
        }
        let changed = shards != Set(before.keys)
        // Lost and won back between two looks: somebody else has written meanwhile.
        index.forgetStored(ofShards: Set(epochs.filter { shard, epoch in before[shard].map { $0 != epoch } ?? false }.keys))
        if changed || index.count > 0 { index.keepOnly(tenants: Set(tenants.map(\.id)), shards: shards) }
        if gained {
            index.forgetChangeNumbers()
            state.withLock { $0.nextPollAt = [:] }
        }
        guard !shards.isEmpty else { return 0 }
        let due = duePolls(tenants, now)
        return try await withThrowingTaskGroup(of: Int.self) { group in
            var (next, count) = (0, 0)
            while next < min(Self.pollCountMax, due.count) {
                let tenant = due[next]
                group.addTask { try await self.poll(tenant, shards, now) }
                next += 1
            }
            while let news = try await group.next() {
                count += news
                guard next < due.count else { continue }
                let tenant = due[next]
                group.addTask { try await self.poll(tenant, shards, now) }
                next += 1
            }
            return count
        }
    }

    private func duePolls(_ tenants: [Tenant], _ now: Date) -> [Tenant] {
        let seconds = max(Self.pollSecondsMin, Double(tenants.count) / Self.pollsPerSecondMax)
        return state.withLock { state in
            let announced = state.announced
            let due = tenants.filter { tenant in
                if now >= state.nextPollAt[tenant.id] ?? .distantPast { return true }
                let last = state.lastPollAt[tenant.id] ?? .distantPast
                if now < last { return true }  // the clock was set back
                return announced.contains(tenant.slug) && now.timeIntervalSince(last) >= Self.pollSecondsMin
            }
            for tenant in due {
                state.nextPollAt[tenant.id] = now + seconds
                state.lastPollAt[tenant.id] = now
                state.announced.remove(tenant.slug)
            }
            return due
        }
    }

    private func poll(_ tenant: Tenant, _ shards: Set<Int>, _ now: Date) async throws -> Int {
        var known = index.tenant(tenant.id) ?? CollectedTenant(tenant: tenant)
        known.tenant = tenant
        do {
            let versions = try await databases.read(tenant) { try CollectedTenant.versions(on: $0) }
            try await index.custom.refresh(tenant, version: versions.collectorsVersion, databases: databases, now: now)
            if versions.settingsVersion != known.settingsVersion {
                let settings = try await databases.read(tenant) { try TenantSettings.read(on: $0) }
                known.settingsVersion = versions.settingsVersion
                known.thresholds = HealthThresholds(settings.thresholds)
                known.intervalSeconds = settings.collection.intervalSeconds
                let judgedAnew = index.apply(known, changed: [], shards: shards, now: now)
                try await judgeAnew(judgedAnew, of: tenant, now: now)
            }
            guard versions.changeNumber > known.changeNumber else { return 0 }
            var count = 0
            while true {
                let since = known.changeNumber
                let changed = try await databases.read(tenant) { try CollectedServer.changed(since: since, on: $0) }
                known.changeNumber = changed.last?.changeNumber ?? max(since, versions.changeNumber)
                let judgedAnew = index.apply(known, changed: changed, shards: shards, now: now)
                try await judgeAnew(judgedAnew, of: tenant, now: now)
                count += changed.count
                if changed.count < CollectedServer.batchCountMax { return count }
            }
        } catch {
            // One tenant's database must not keep the others from being looked at.
            logger.warning("A tenant's servers could not be read", metadata: ["tenant": "\(tenant.slug)", "error": "\(error)"])
            return 0
        }
    }

    /// Other limits hold for these servers: their latest readings are judged by them at once, not at the next reading.
    private func judgeAnew(_ servers: [Server.ID], of tenant: Tenant, now: Date) async throws {
        let epochs = leases.held
        for start in stride(from: 0, to: servers.count, by: RunBuffer.batchCountMax) {
            let batch = Array(servers[start..<min(start + RunBuffer.batchCountMax, servers.count)])
            _ = try await databases.transaction(tenant) { [index] session in
                try RunSQL.judgeAnew(
                    batch, epoch: { epochs[PlanKey(tenant: tenant.id, server: $0).shard] }, thresholds: { index.thresholds(tenant.id, $0) },
                    now: now, on: session)
            }
        }
    }
}
