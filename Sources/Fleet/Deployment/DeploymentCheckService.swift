import Engines
package import Foundation
package import Logging
package import Platform
import Primitives
import ServiceLifecycle
import Synchronization

/// Looks now and then whether deployed monitoring objects are still as they were made.
package final class DeploymentCheckService: Service {
    /// Seconds between two rounds over the tenants.
    package static let roundSeconds = 60.0
    /// Servers of one tenant in one round, and looks under way at once.
    package static let roundCountMax = 100
    package static let parallelismMax = 2

    private let databases: TenantDatabases
    private let secrets: SecretBox
    private let deployer: Deployer
    private let logger: Logger

    package init(databases: TenantDatabases, secrets: SecretBox, deployer: @escaping Deployer, logger: Logger) {
        self.databases = databases
        self.secrets = secrets
        self.deployer = deployer
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(Self.roundSeconds))  // cancelled: the loop ends
                if Task.isCancelled { break }
                // A database that is away is asked in the next round.
                for tenant in (try? await databases.tenants()) ?? [] where !Task.isCancelled {
                    await tick(tenant, now: Date())
                }
            }
        }
    }

    /// One round over a tenant. Returns how many servers were looked at.
    @discardableResult package func tick(_ tenant: Tenant, now: Date) async -> Int {
        do {
            let due = try await databases.transaction(tenant) { try Deployment.takeDue(limit: Self.roundCountMax, at: now, on: $0) }
            await withTaskGroup(of: Void.self) { group in
                for (index, id) in due.enumerated() {
                    if index >= Self.parallelismMax { await group.next() }
                    group.addTask { await self.check(id, tenant, now: now) }
                }
            }
            return due.count
        } catch {
            logger.warning("Monitoring objects could not be looked after", metadata: ["tenant": "\(tenant.slug)", "error": "\(error)"])
            return 0
        }
    }

    private func check(_ id: Server.ID, _ tenant: Tenant, now: Date) async {
        do {
            let (server, before) = try await databases.read(tenant) { (try Server.find(id, on: $0), try Deployment.find(id, on: $0)) }
            guard before.state != .deploying, let database = before.database else { return }
            let target = try server.target(secrets: secrets, tenant: tenant.id)
            let result = await deployer(target, DeployOrder(task: .check, database: database))
            // A server that cannot be reached says nothing of its objects.
            guard result.success, let found = result.state, !Task.isCancelled else { return }
            try await databases.transaction(tenant) { session in
                var deployment = try Deployment.lock(id, on: session)
                guard deployment.state != .deploying, deployment.database == database else { return }
                let old = deployment.state
                deployment.record(result, .checked(found), at: now)
                try deployment.save(on: session)
                guard deployment.state != old else { return }
                try Server.touchIfThere(id, on: session)
                try session.publish(deployment.event)
                try session.record(
                    server.activity(
                        "monitoring_\(deployment.state.rawValue)", by: .system,
                        details: [
                            "before": .string(old.rawValue), "after": .string(deployment.state.rawValue),
                            "message": .string(result.message),
                        ]))
            }
        } catch {
            logger.warning("Monitoring objects could not be looked at", metadata: ["server.id": "\(id)", "error": "\(error)"])
        }
    }
}
