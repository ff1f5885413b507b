package import Foundation
import Primitives

/// How many servers a tenant has, and how well they are. The part that knows them counts; this one only shows it.
package struct FleetRollUp: Sendable, Equatable, Codable {
    package var healthy: Int
    package var warning: Int
    package var critical: Int
    package var offline: Int
    package var unknown: Int
    package var total: Int { healthy + warning + critical + offline + unknown }

    package init(healthy: Int, warning: Int, critical: Int, offline: Int, unknown: Int) {
        self.healthy = healthy
        self.warning = warning
        self.critical = critical
        self.offline = offline
        self.unknown = unknown
    }
}

/// What the list of tenants shows of one besides its row. Nil: not counted yet, or it could not be.
package struct TenantSummary: Sendable {
    package var health: FleetRollUp?
    package var lastActivityAt: Date?
    package var databaseSizeBytes: Int64?
    package var countedAt: Date?
    package init() {}
}

/// Counts what the list of tenants shows, one tenant at a time, and keeps it in the system database: a page of 1,000 tenants opens none of
/// theirs.
package struct TenantSummaries: Sendable {
    /// Tenants of one page that are counted while the caller waits: those that nobody has counted yet.
    static let countedAtOnceMax = 8
    /// How long one process has for counting a tenant, before another one takes it up.
    static let claimSeconds = 30

    let tenants: TenantDatabases
    /// Nil where no part knows servers.
    let fleet: (@Sendable (Tenant) async throws -> FleetRollUp)?

    /// Counts the tenant now and returns what is stored. Throws `PostgresError`.
    @discardableResult package func count(_ tenant: Tenant) async throws -> TenantSummary {
        let health = try await fleet?(tenant)
        let lastActivityAt = try await tenants.read(tenant) { try ActivityEntry.newestAt(on: $0) }
        return try await tenants.system.transaction { try TenantSummary.store(tenant, health, lastActivityAt, on: $0) }
    }

    /// What is known of these tenants. A few that nobody has counted are counted now; one that cannot be is left out.
    func summaries(of wanted: [Tenant]) async throws -> [Tenant.ID: TenantSummary] {
        var known = try await tenants.system.read { try TenantSummary.all(of: wanted.map(\.id), on: $0) }
        for tenant in wanted.filter({ known[$0.id]?.countedAt == nil && $0.status == .active }).prefix(Self.countedAtOnceMax) {
            if let counted = try? await count(tenant) { known[tenant.id] = counted }  // it shows as not counted
        }
        return known
    }
}
