package import Foundation
package import Logging
package import Platform
import Primitives
import ServiceLifecycle
import Synchronization

/// Keeps the tenants' storage in order: partitions made ahead, old ones dropped, servers that nobody reads any more marked offline.
///
/// A tenant is looked after by the collector that holds its shard, so that several collectors do not do it twice.
package final class MaintenanceService: Service {
    package static let tickSeconds = 15.0
    /// Seconds between two looks for servers that nobody reads.
    package static let sweepSeconds = 30.0
    /// Seconds between two rounds of partitions and retention.
    package static let retentionSeconds = 3600.0
    /// Seconds after the start, and after collection stood still, before anything is called offline for want of collection: the first
    /// round must have had its chance.
    package static let graceSeconds = 120.0
    /// Batches of old rows in one round; the next round goes on.
    package static let deleteBatchCountMax = 100

    private struct State {
        var sweptAt: [Tenant.ID: Date] = [:]
        var retainedAt: [Tenant.ID: Date] = [:]
        /// When collection was last seen to stand still.
        var haltedAt = Date.distantPast
    }

    private let databases: TenantDatabases
    private let leases: ShardLeases
    private let startedAt: Date
    private let halt: CollectionHalt
    private let logger: Logger
    private let state = Mutex(State())

    /// - Parameter halt: while it is on, nobody is called offline: no server was asked.
    package init(
        databases: TenantDatabases, leases: ShardLeases, startedAt: Date = Date(), halt: CollectionHalt = CollectionHalt(), logger: Logger
    ) {
        self.halt = halt
        self.databases = databases
        self.leases = leases
        self.startedAt = startedAt
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            while !Task.isCancelled {
                do { try await tick(now: Date()) } catch {
                    logger.warning("The tenants' storage could not be looked after", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: .seconds(Self.tickSeconds))  // cancelled: the loop ends
            }
        }
    }

    /// One round over the tenants whose turn it is. Returns how many servers became offline. Throws `PostgresError`.
    @discardableResult package func tick(now: Date) async throws -> Int {
        let shards = leases.held
        var count = 0
        for tenant in try await databases.tenants() where shards[Self.shard(of: tenant.id)] != nil {
            do {
                if isDue(\.retainedAt, tenant.id, Self.retentionSeconds, now) { try await retain(tenant, now: now) }
                if halt.isOn { state.withLock { $0.haltedAt = now } }
                if now.timeIntervalSince(max(startedAt, state.withLock { $0.haltedAt })) >= Self.graceSeconds,
                    isDue(\.sweptAt, tenant.id, Self.sweepSeconds, now)
                {
                    count += try await databases.transaction(tenant) { try RunSQL.sweep(now: now, on: $0) }
                }
            } catch {
                logger.warning("A tenant's storage could not be looked after", metadata: ["tenant": "\(tenant.slug)", "error": "\(error)"])
            }
        }
        return count
    }

    private func isDue(_ times: WritableKeyPath<State, [Tenant.ID: Date]>, _ id: Tenant.ID, _ seconds: Double, _ now: Date) -> Bool {
        state.withLock { state in
            // A last time that is yet to come: the clock was set back.
            guard !(0..<seconds).contains(now.timeIntervalSince(state[keyPath: times][id] ?? .distantPast)) else { return false }
            state[keyPath: times][id] = now
            return true
        }
    }

    /// Partitions ahead, and what is older than the tenant keeps (PRD 3.5): whole days are dropped, changes, texts of queries
    /// and labels of rows that are gone deleted in batches.
    package func retain(_ tenant: Tenant, now: Date) async throws {
        _ = try await databases.transaction(tenant) { session in
            try PartitionSQL.make(from: now, on: session)
            try ActivityPartitions.make(from: now, on: session)
        }
        let days = try await databases.read(tenant) { try TenantSettings.read(on: $0).retention.metricsDays }
        let oldest = now - Double(days) * 86_400
        let dropped = try await databases.transaction(tenant) { try PartitionSQL.drop(before: oldest, on: $0) }
        var deleted = 0
        for _ in 0..<Self.deleteBatchCountMax {
            let counts = try await databases.transaction(tenant) {
                [
                    try HealthChangeSQL.deleteOld(before: oldest, on: $0), try ChangeSQL.deleteOld(before: oldest, on: $0),
                    try QueryDetailSQL.deleteOld(before: oldest, on: $0),
                ]
            }
            deleted += counts.reduce(0, +)
            if counts.allSatisfy({ $0 < HealthChangeSQL.deleteCountMax }) { break }
        }
        // By itself: who stores a run may want one of them again, and waits as long as this takes.
        for _ in 0..<Self.deleteBatchCountMax {
            let count = try await databases.transaction(tenant) { try LayoutSQL.deleteOld(before: oldest, on: $0) }
            deleted += count
            if count < HealthChangeSQL.deleteCountMax { break }
        }
        // Samples leave the head when they are compacted; what is so old there stayed because that stood still.
        var samples = 0
        for _ in 0..<Self.deleteBatchCountMax {
            let count = try await databases.transaction(tenant) { try CompactionSQL.deleteOld(before: oldest, on: $0) }
            samples += count
            if count == 0 { break }
        }
        let activity = try await databases.transaction(tenant) { try ActivityPartitions.expire(on: $0) }
        guard dropped.partitions > 0 || deleted > 0 || samples > 0 || activity.partitions > 0 || activity.rows > 0 else { return }
        logger.info(
            "What is older than the tenant keeps was removed",
            metadata: [
                "tenant": "\(tenant.slug)", "partitions": "\(dropped.partitions)", "rows": "\(dropped.rowsEstimated)",
                "changes": "\(deleted)", "samples": "\(samples)",
                "activity_months": "\(activity.partitions)", "activity_rows": "\(activity.rows)",
            ])
    }

    static func shard(of tenant: Tenant.ID) -> Int {
        withUnsafeBytes(of: tenant.uuid.uuid) { bytes in
            Int(bytes.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 } % UInt64(Shards.count))
        }
    }
}
