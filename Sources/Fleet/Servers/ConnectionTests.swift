import Dispatch
package import Engines
import Foundation
package import Platform
import Primitives
import Synchronization

/// Tests connections on behalf of people. A test is a port scanner in the wrong hands: so each tenant has a rate, and each process a
/// number at once.
package final class ConnectionTests: Sendable {
    /// Tests that a tenant may begin at once, and per minute after that.
    package static let burstMax = 20
    package static let perMinuteMax = 60
    /// Tests under way at once in this process; further ones are told to come back.
    package static let runningCountMax = 16
    /// Tests at once for all operations of this process: so many batches of so many; they wait for each other, and are outside of what
    /// people may do by hand. A batch takes as long as its slowest server, up to 8.5 s where one is silent, and next to no processor:
    /// the others must not stand behind it.
    static let batchesMax = 6
    package static let backgroundCountMax = batchesMax * IsolatedProbe.batchCountMax

    private struct Allowance {
        var tokens = Double(burstMax)
        var updatedAt: Double
    }
    private struct State {
        var allowances: [Tenant.ID: Allowance] = [:]
        var runningCount = 0
    }

    private let state = Mutex(State())
    private let probe: @Sendable (Target) async -> ProbeResult
    private let uptimeSeconds: @Sendable () -> Double
    private let background: ProbeBatches

    /// - Parameters:
    ///   - uptimeSeconds: a clock that only goes forward, by which the rate is measured.
    ///   - probeMany: tries several targets side by side, and answers in their order; one after the other when nil.
    ///   - probe: tries one target and always answers within 10 s; in the program `IsolatedProbe`, which a crashing driver cannot harm.
    package init(
        uptimeSeconds: @escaping @Sendable () -> Double = { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 },
        probeMany: (@Sendable ([Target]) async -> [ProbeResult])? = nil, probe: @escaping @Sendable (Target) async -> ProbeResult
    ) {
        self.uptimeSeconds = uptimeSeconds
        self.probe = probe
        let many =
            probeMany ?? { targets in
                var results: [ProbeResult] = []
                for target in targets { results.append(await probe(target)) }
                return results
            }
        background = ProbeBatches(places: Self.batchesMax, batchCountMax: IsolatedProbe.batchCountMax, probe: many)
    }

    /// Tries `target`. Throws `.rateLimited` when the tenant tests too often, `.unavailable` when too many tests run.
    package func run(_ target: Target, for tenant: Tenant.ID) async throws -> ProbeResult {
        try begin(tenant, nowSeconds: uptimeSeconds())
        defer { state.withLock { $0.runningCount -= 1 } }
        return await probe(target)
    }

    /// Tries `target` for an operation, when its turn comes. Always answers.
    package func runInBackground(_ target: Target) async -> ProbeResult { await background.run(target) }

    private func begin(_ tenant: Tenant.ID, nowSeconds: Double) throws {
        try state.withLock { state in
            guard state.runningCount < Self.runningCountMax else {
                throw AppError(.unavailable, "Too many connection tests are running; try again in a few seconds", retryAfterSeconds: 5)
            }
            let perSecond = Double(Self.perMinuteMax) / 60
            var allowance = state.allowances[tenant] ?? Allowance(updatedAt: nowSeconds)
            allowance.tokens = min(Double(Self.burstMax), allowance.tokens + (nowSeconds - allowance.updatedAt) * perSecond)
            allowance.updatedAt = nowSeconds
            guard allowance.tokens >= 1 else {
                throw AppError(
                    .rateLimited, "Too many connection tests; a minute has \(Self.perMinuteMax)",
                    retryAfterSeconds: max(1, Int(((1 - allowance.tokens) / perSecond).rounded(.up))))
            }
            allowance.tokens -= 1
            state.allowances[tenant] = allowance
            state.runningCount += 1
        }
    }
}
