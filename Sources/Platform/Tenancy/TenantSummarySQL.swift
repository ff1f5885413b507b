import Foundation
import Postgres
import Primitives

extension TenantSummary {
    /// What is stored of these tenants.
    static func all(of ids: [Tenant.ID], on session: SystemSession) throws -> [Tenant.ID: TenantSummary] {
        let rows = try session.rows(
            """
            SELECT tenant_id, health, last_activity_at, database_size_bytes, counted_at
            FROM platform.tenant_summaries
            WHERE tenant_id = ANY(\(ids.map(\.uuid)))
            """)
        return try Dictionary(uniqueKeysWithValues: rows.map { (try $0.decode("tenant_id"), try TenantSummary($0)) })
    }

    /// Stores what was counted, with the size of the database as it is now.
    static func store(
        _ tenant: Tenant, _ health: FleetRollUp?, _ lastActivityAt: Date?, on session: SystemSession
    ) throws -> TenantSummary {
        let counts: JSONValue? = try health.map { try JSONValue.parse(JSONEncoding.bytes($0)) }
        let rows = try session.rows(
            """
            INSERT INTO platform.tenant_summaries AS stored
                (tenant_id, server_count, health, last_activity_at, database_size_bytes, counted_at)
            SELECT id, \(health?.total), \(counts), \(lastActivityAt), pg_database_size(oid), now()
            FROM platform.tenants
            JOIN pg_database ON datname = database_name
            WHERE id = \(tenant.id)
            ON CONFLICT (tenant_id) DO UPDATE
            SET server_count = excluded.server_count, health = excluded.health, last_activity_at = excluded.last_activity_at,
                database_size_bytes = excluded.database_size_bytes, counted_at = excluded.counted_at, claimed_until = '-infinity'
            RETURNING health, last_activity_at, database_size_bytes, counted_at
            """)
        guard let row = rows.first else { throw AppError(.notFound, "There is no tenant \(tenant.slug)") }
        return try TenantSummary(row)
    }

    /// Takes up to `limit` tenants whose count is older than `ageSeconds`, the oldest first, out of other processes' way, and returns their
    /// slugs.
    static func claim(olderThan ageSeconds: Int, limit: Int, on session: SystemSession) throws -> [String] {
        let rows = try session.rows(
            """
            WITH due AS (
                SELECT t.id, t.slug
                FROM platform.tenants t
                LEFT JOIN platform.tenant_summaries s ON s.tenant_id = t.id
                WHERE t.status IN ('active', 'suspended')
                    AND (s.counted_at IS NULL OR s.counted_at < now() - make_interval(secs => \(Double(ageSeconds))))
                    AND (s.claimed_until IS NULL OR s.claimed_until < now())
                ORDER BY s.counted_at NULLS FIRST, t.id
                LIMIT \(limit)
            ), claimed AS (
                INSERT INTO platform.tenant_summaries AS stored (tenant_id, claimed_until)
                SELECT id, now() + make_interval(secs => \(Double(TenantSummaries.claimSeconds)))
                FROM due
                ON CONFLICT (tenant_id) DO UPDATE
                SET claimed_until = excluded.claimed_until
                WHERE stored.claimed_until < now()
                RETURNING tenant_id
            )
            SELECT slug
            FROM due
            JOIN claimed ON claimed.tenant_id = due.id
            """)
        return try rows.map { try $0.decode(0) }
    }

    private init(_ row: PostgresRow) throws {
        self.init()
        health = try row.decode("health", as: JSONValue?.self).map {
            try JSONDecoder().decode(FleetRollUp.self, from: Data($0.text.utf8))
        }
        lastActivityAt = try row.decode("last_activity_at")
        databaseSizeBytes = try row.decode("database_size_bytes")
        countedAt = try row.decode("counted_at")
    }
}
