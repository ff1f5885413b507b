import Fleet
package import Platform
import Postgres
import Primitives

extension LatestReading {
    /// Every server of the tenant with the values of its newest run, by name. Throws `PostgresError`.
    package static func all(on session: TenantSession) throws -> [LatestReading] {
        // Three hours: the longest interval is one, and what is older than two and a half of it is shown as offline.
        try session.rows(
            """
            SELECT o.id, o.name, o.engine, o.status, o.health, o.collected_at, coalesce(m.metric_ids, '{}'), coalesce(m."values", '{}')
            FROM fleet.server_overview o
            LEFT JOIN LATERAL (
                SELECT r.metric_ids, r."values"
                FROM monitoring.metrics r
                WHERE r.server_id = o.id AND r.slot_at >= now() - interval '3 hours'
                ORDER BY r.slot_at DESC
                LIMIT 1
            ) m ON o.status IN ('online', 'degraded')
            WHERE o.deleted_at IS NULL
            ORDER BY lower(o.name), o.id
            """
        ).map(LatestReading.init)
    }

    private init(_ row: PostgresRow) throws {
        let ids = try row.decode(6, as: [Int16].self)
        let pairs = zip(ids, try row.decode(7, as: [Double].self)).compactMap { id, value in
            MetricID(rawValue: id).map { ($0, value) }  // a metric that this program no longer knows is left out
        }
        self.init(
            id: try row.decode(0), name: try row.decode(1), engine: try row.decode(2), status: try row.decodeWord("status"),
            health: try row.decodeWord("health"), collectedAt: try row.decode(5),
            values: Dictionary(pairs, uniquingKeysWith: { first, _ in first }))
    }
}
