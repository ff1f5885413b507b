import Logging
import ServiceLifecycle

/// Removes tenants that a crash left half-made: at once when the process starts, since a crash is why it does, and then every half minute.
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
    @discardableResult package func tick() async -> [String] {
        do {
            let removed = try await provisioning.removeHalfMade()
            if !removed.isEmpty {
                let slugs = removed.joined(separator: ",")
                logger.warning("Removed tenants that a crash had left half-made", metadata: ["tenants": .string(slugs)])
            }
            return removed
        } catch {
            logger.warning("Half-made tenants could not be looked for; the next pass tries again", metadata: ["error": .string("\(error)")])
            return []
        }
    }
}
