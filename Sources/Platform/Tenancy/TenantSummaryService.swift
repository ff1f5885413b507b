import Logging
import ServiceLifecycle

/// Keeps the counts of the list of tenants fresh: a tenant that has news within seconds, a quiet one every ten minutes.
package struct TenantSummaryService: Service {
    static let everySeconds = 2.0
    /// A busy tenant is counted no more often.
    static let newsSecondsMin = 10
    static let quietSeconds = 600
    /// Tenants that one pass counts; the next one goes on.
    static let newsCountMax = 20
    static let quietCountMax = 20

    let summaries: TenantSummaries
    let hub: EventHub
    let logger: Logger
    private let trouble = LastingTrouble()

    /// Runs until graceful shutdown. Throws nothing: what cannot be counted now is counted later.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: .seconds(Self.everySeconds))) != nil { await tick() }  // cancelled: the end
        }
    }

    /// One pass. Returns the slugs that were counted.
    @discardableResult package func tick() async -> [String] {
        var counted: [String] = []
        do {
            let quiet = try await summaries.tenants.system.transaction {
                try TenantSummary.claim(olderThan: Self.quietSeconds, limit: Self.quietCountMax, on: $0)
            }
            for slug in Set(hub.takeNews(Self.newsCountMax) + quiet) {
                guard let tenant = try await summaries.tenants.tenant(slug: slug), tenant.status == .active || tenant.status == .suspended
                else { continue }
                try await summaries.count(tenant)
                counted.append(slug)
            }
            trouble.ended()
        } catch {
            if !(error is CancellationError) {
                trouble.failed("Tenants could not be counted; the next pass tries again", error, to: logger)
            }
        }
        return counted
    }
}
