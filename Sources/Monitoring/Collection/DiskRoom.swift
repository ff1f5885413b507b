package import Foundation
package import Logging
package import Platform
import Primitives
import ServiceLifecycle
import Synchronization

/// Keeps room on the disk of DbTools' own PostgreSQL: collection stops before the last of it is used up, so that people can still sign in,
/// read and change settings; and tells the tenants so. It goes on when there is room.
package final class DiskRoom: Service {
    package static let tickSeconds = 2.0
    /// Kept back of the disk: so much of it, within these bounds. PostgreSQL's log alone comes in pieces of 16 MiB.
    static let reserveShare = 0.02
    static let reserveBytesMin: Int64 = 96 << 20
    static let reserveBytesMax: Int64 = 1 << 30
    /// It goes on with so many times what is kept back: at the edge it would stop and go on all the time.
    static let roomFactor = 1.25

    /// The room on a disk.
    package struct Space: Sendable, Equatable {
        package var freeBytes: Int64
        package var sizeBytes: Int64
        package init(freeBytes: Int64, sizeBytes: Int64) {
            self.freeBytes = freeBytes
            self.sizeBytes = sizeBytes
        }

        /// Of the file system that `path` is on; nil when it cannot be told.
        package static func of(_ path: String) -> Space? {
            var info = statvfs()
            guard statvfs(path, &info) == 0 else { return nil }
            let block = Int64(info.f_frsize)
            // What its superuser alone may use is no room for PostgreSQL.
            return Space(freeBytes: Int64(info.f_bavail) * block, sizeBytes: Int64(info.f_blocks) * block)
        }

        var reserveBytes: Int64 { min(max(Int64(Double(sizeBytes) * reserveShare), reserveBytesMin), reserveBytesMax) }
    }

    private let halt: CollectionHalt
    private let databases: TenantDatabases
    private let leases: ShardLeases
    private let logger: Logger
    private let space: @Sendable () -> Space?
    /// Whether collection stands still, as it was last said.
    private let said = Mutex<(log: Bool, tenants: [Tenant.ID: Bool])>((false, [:]))

    /// - Parameter space: of the disk that DbTools' PostgreSQL writes to; nil where it cannot be seen (a server of the user's own).
    package init(
        halt: CollectionHalt, databases: TenantDatabases, leases: ShardLeases, logger: Logger, space: @escaping @Sendable () -> Space?
    ) {
        self.halt = halt
        self.databases = databases
        self.leases = leases
        self.logger = logger
        self.space = space
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            while !Task.isCancelled {
                await tick(now: Date())
                try? await Task.sleep(for: .seconds(Self.tickSeconds))  // cancelled: the loop ends
            }
        }
    }

    /// One look. What could not be said to a tenant is said with the next one.
    package func tick(now: Date) async {
        look(now: now)
        let reason = halt.reason
        let isNew = said.withLock { said in
            defer { said.log = reason != nil }
            return said.log != (reason != nil)
        }
        if isNew {
            if let reason {
                logger.error("Collection has stopped", metadata: ["reason": "\(reason.message)"])
            } else {
                logger.notice("Collection goes on")
            }
        }
        let untold = said.withLock { said in !said.tenants.isEmpty || reason != nil }
        guard untold, let tenants = try? await databases.tenants() else { return }  // the database is away: the next look tells them
        for tenant in tenants where leases.held[MaintenanceService.shard(of: tenant.id)] != nil {
            await tell(tenant, reason)
        }
    }

    private func look(now: Date) {
        guard let space = space() else { return }
        let factor = halt.isOn ? Self.roomFactor : 1
        let isShort = Double(space.freeBytes) < Double(space.reserveBytes) * factor
        let message =
            "The disk of DbTools' database is nearly full: \(Self.megabytes(space.freeBytes)) are free, and the last "
            + "\(Self.megabytes(space.reserveBytes)) are kept for signing in and settings. Make room on it, and collection goes on."
        halt.set(.disk, isShort ? message : nil, now: now)
    }

    private static func megabytes(_ bytes: Int64) -> String { "\(bytes >> 20) MB" }

    private func tell(_ tenant: Tenant, _ reason: (message: String, since: Date)?) async {
        guard said.withLock({ ($0.tenants[tenant.id] ?? false) != (reason != nil) }) else { return }
        let activity = Activity(
            reason == nil ? "collection_resumed" : "collection_stopped", entityType: "tenant", entityID: tenant.id.uuid,
            entityName: tenant.name, actor: .system, details: reason.map { ["reason": .string($0.message)] } ?? [:])
        let event = Event(
            "collection.status", entityID: nil,
            payload: ["state": reason == nil ? "running" : "stopped", "message": reason.map { .string($0.message) } ?? .null])
        do {
            try await databases.transaction(tenant) { session in
                try session.record(activity)
                try session.publish(event)
            }
            said.withLock { $0.tenants[tenant.id] = reason == nil ? nil : true }
        } catch {
            logger.debug("A tenant could not be told of its collection", metadata: ["tenant": "\(tenant.slug)", "error": "\(error)"])
        }
    }
}
