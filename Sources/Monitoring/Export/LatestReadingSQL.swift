import Fleet
package import Platform
import Postgres
import Primitives

extension LatestReading {
    /// Every server of the tenant with the values of its newest run, by name. A server that is reached but lets nothing be read any more
    /// has none: its last values are old. Throws `PostgresError`.
    package static func all(on session: TenantSession) throws -> [LatestReading] {
        try session.rows(
            """
            SELECT o.id, o.name, o.engine, o.status, o.health, o.collected_at, coalesce(t.metric_ids, '{}'), coalesce(t."values", '{}')
            FROM fleet.server_overview o
            LEFT JOIN monitoring.server_snapshots t ON t.server_id = o.id AND o.status IN ('online', 'degraded')
              AND t.collected_at >= now() - make_interval(secs => greatest(300, 2.5::float8 * t.interval_seconds))
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
