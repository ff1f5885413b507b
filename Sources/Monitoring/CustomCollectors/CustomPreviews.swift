package import Engines
import Platform
import Primitives
import Synchronization

/// Runs statements that somebody tries out, each in a process of its own, and few at once: what is tried runs on a server that has work.
package final class CustomPreviews: Sendable {
    /// At once in this process, and of one tenant; further ones are told to come back.
    package static let runningCountMax = 6
    package static let runningOfTenantMax = 2

    private let running = Mutex<[Tenant.ID: Int]>([:])
    private let run: @Sendable (Target, CustomQuery) async throws(EngineError) -> QueryAnswer

    /// - Parameter run: always ends, some seconds after the statement's own time at the latest; in the program `IsolatedProbe`.
    package init(run: @escaping @Sendable (Target, CustomQuery) async throws(EngineError) -> QueryAnswer) { self.run = run }

    /// What the statement answers. Throws `.unavailable` when too many are tried at once, and `EngineError`.
    func answer(_ query: CustomQuery, on target: Target, for tenant: Tenant.ID) async throws -> QueryAnswer {
        try running.withLock { running in
            guard running.values.reduce(0, +) < Self.runningCountMax, running[tenant, default: 0] < Self.runningOfTenantMax else {
                throw AppError(.unavailable, "Too many statements are being tried; try again in a few seconds", retryAfterSeconds: 5)
            }
            running[tenant, default: 0] += 1
        }
        defer {
            running.withLock { running in
                let left = running[tenant, default: 1] - 1
                running[tenant] = left > 0 ? left : nil
            }
        }
        return try await run(target, query)
    }
}
