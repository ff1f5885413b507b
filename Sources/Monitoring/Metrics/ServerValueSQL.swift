package import Fleet
package import Foundation
package import Platform
import Postgres
import Primitives

/// The newest value of one metric on one server.
package struct ServerValue: Sendable {
    package let server: Server.ID
    package let name: String
    package let health: String
    package let value: Double
    package let collectedAt: Date

    /// The values of servers that are read now, the largest or the smallest first, and of how many servers there is one. A server that is
    /// offline, is not collected or lacks the value is left out: its last value says nothing of now. Throws `PostgresError`.
    package static func newest(
        of metric: MetricType, _ filter: ServerFilter, order: QueryReader.Order, limit: Int, on session: TenantSession
    ) throws -> (values: [ServerValue], total: Int) {
        let rows = try session.rows(statement(metric, try filter.withDynamicGroups(on: session), order, limit))
        let values = try rows.map { row in
            ServerValue(
                server: try row.decode(0), name: try row.decode(1), health: try row.decode(2), value: try row.decode(3),
                collectedAt: try row.decode(4))
        }
        return (values, try rows.first?.decode(5) ?? 0)
    }

    /// Apart, so that its plan can be tested. The values stand in the latest state of each server. The rule of who is read now is that of
    /// `fleet.server_overview`, whose evaluation in SQL takes several times as long for 10,000 servers; a test holds both together.
    static func statement(_ metric: MetricType, _ filter: ServerFilter, _ order: QueryReader.Order, _ limit: Int) -> SQL {
        let direction: SQL = order == .ascending ? "ASC" : "DESC"
        return """
            SELECT r.id, r.name, r.health, r.value, r.collected_at, r.total
            FROM (
                SELECT o.id, o.name, t.health, v.value, t.collected_at, count(*) OVER () AS total
                FROM monitoring.server_snapshots t
                JOIN fleet.servers o ON o.id = t.server_id
                LEFT JOIN monitoring.collection_config c ON c.server_id = t.server_id
                CROSS JOIN LATERAL (SELECT t."values"[array_position(t.metric_ids, \(metric.id.rawValue))] AS value) v
                WHERE t.status IN ('online', 'degraded') AND t.attempted_at IS NOT NULL AND c.enabled IS NOT FALSE
                  AND t.collected_at >= now() - make_interval(secs => greatest(300, 2.5::float8 * t.interval_seconds))
                  AND v.value IS NOT NULL AND \(filter.conditions)
                ORDER BY v.value \(direction), lower(o.name), o.id
                LIMIT \(limit)
            ) r
            ORDER BY r.value \(direction), lower(r.name), r.id
            """
    }
}
