package import Foundation
import Logging
import ServiceLifecycle

/// Removes tenants that a crash left half-made or half-purged: at once when the process starts, since a crash is why it does, and then
/// every half minute. Purges those that were deleted longer ago than they can be restored.
package struct HalfMadeSweepService: Service {
    static let everySeconds = 30.0

    let provisioning: TenantProvisioning
    let logger: Logger

    /// Runs until graceful shutdown. Throws nothing: what cannot be removed now is removed by a later pass.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            repeat { await tick() } while (try? await Task.sleep(for: .seconds(Self.everySeconds))) != nil  // cancelled: the end
        }
    }

    /// One pass. Returns the slugs that it removed.
    @discardableResult package func tick(now: Date = Date()) async -> [String] {
        do {
            let removed = try await provisioning.removeHalfMade()
            let purged = try await provisioning.purgeDue(now: now)
            if !purged.isEmpty {
                let slugs = purged.joined(separator: ",")
                logger.notice("Purged tenants that were deleted \(Tenant.restoreDays) days ago", metadata: ["tenants": .string(slugs)])
            }
            if !removed.isEmpty {
                let slugs = removed.joined(separator: ",")
                logger.warning("Removed tenants that a crash had left half-done", metadata: ["tenants": .string(slugs)])
            }
            return removed + purged
        } catch {
            logger.warning("Half-made tenants could not be looked for; the next pass tries again", metadata: ["error": .string("\(error)")])
            return []
        }
    }
}
