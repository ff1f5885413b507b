import Foundation
import Logging
import Platform
import ServiceLifecycle

/// Clears away tenants that were being made when a process was killed: once a minute, so that it needs no new start of the supervisor.
struct HalfMadeSweep: Service {
    static let intervalSeconds = 60
    private static let pollMilliseconds = 100

    let provisioning: TenantProvisioning
    let logger: Logger

    func run() async throws {
        while !Task.isShuttingDownGracefully {
            await tick()
            for _ in 0..<(Self.intervalSeconds * 1_000 / Self.pollMilliseconds) where !Task.isShuttingDownGracefully {
                try await Task.sleep(for: .milliseconds(Self.pollMilliseconds))
            }
        }
    }

    /// One pass; returns the slugs that were cleared away.
    @discardableResult func tick() async -> [String] {
        do {
            let removed = try await provisioning.removeHalfMade()
            if !removed.isEmpty {
                logger.warning("Removed tenants left half-made", metadata: ["tenants": "\(removed.joined(separator: ","))"])
            }
            return removed
        } catch {
            logger.debug("The sweep of half-made tenants waits for the database", metadata: ["reason": "\(Sentence.of(error))"])
            return []
        }
    }
}
