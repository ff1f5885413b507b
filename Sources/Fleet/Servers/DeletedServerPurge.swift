package import Foundation
package import Logging
package import Platform
import Primitives
import ServiceLifecycle

/// Removes deleted servers for good once nobody can want them back: after `ServerOverview.undoDays`.
package struct DeletedServerPurge: Service {
    static let everySeconds = 3_600.0
    /// Servers of one tenant in one transaction.
    static let batchCountMax = 500

    private let databases: TenantDatabases
    private let logger: Logger

    package init(databases: TenantDatabases, logger: Logger) {
        self.databases = databases
        self.logger = logger
    }

    /// Runs until graceful shutdown. Throws nothing: what cannot be removed now is removed next time.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            repeat { await tick(now: Date()) } while (try? await Task.sleep(for: .seconds(Self.everySeconds))) != nil  // cancelled: the end
        }
    }

    /// One pass over all tenants, or the one. Returns how many servers went.
    @discardableResult package func tick(now: Date, only: Tenant? = nil) async -> Int {
        var count = 0
        do {
            let tenants = if let only { [only] } else { try await databases.tenants() }
            for tenant in tenants {
                var batch = 0
                repeat {
                    batch = try await databases.transaction(tenant) { session in
                        let purged = try Server.purge(
                            deletedBefore: now.addingTimeInterval(-Double(ServerOverview.undoDays) * 86_400), limit: Self.batchCountMax,
                            on: session)
                        for server in purged {
                            try session.record(
                                Activity(
                                    "server_purged", entityType: "server", entityID: server.id.uuid, entityName: server.name,
                                    actor: .system))
                        }
                        return purged.count
                    }
                    count += batch
                } while batch == Self.batchCountMax
            }
        } catch {
            logger.warning("Deleted servers could not be removed; the next pass tries again", metadata: ["error": .string("\(error)")])
        }
        return count
    }
}
