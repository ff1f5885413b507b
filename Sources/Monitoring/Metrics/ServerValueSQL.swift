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

    /// How far back a newest reading may lie: the longest interval, two and a half times, since an older one is of an offline server.
    private static let newestSecondsMax = 9_000

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

    /// Apart, so that its plan can be tested. The values that stand in the latest state of each server come from there; for another, the
    /// newest row of each server is looked up by the key.
    static func statement(_ metric: MetricType, _ filter: ServerFilter, _ order: QueryReader.Order, _ limit: Int) -> SQL {
        let direction: SQL = order == .ascending ? "ASC" : "DESC"
        let column: SQL? =
            switch metric.id {
            case .cpuPercent: "o.cpu_percent"
            case .memoryPercent: "o.memory_percent"
            case .connectionCount: "o.connection_count"
            case .batchRequestsSec: "o.batch_requests_sec"
            default: nil
            }
        let newest: SQL =
            """
            CROSS JOIN LATERAL (
                SELECT m."values"[array_position(m.metric_ids, \(metric.id.rawValue))] AS value, m.collected_at
                FROM monitoring.metrics m
                WHERE m.server_id = o.id AND m.slot_at <= now() AND m.slot_at > now() - \(newestSecondsMax) * interval '1 second'
                ORDER BY m.slot_at DESC
                LIMIT 1
            ) v
            """
        let (from, value, at): (SQL, SQL, SQL) = column.map { ("", $0, "o.collected_at") } ?? (newest, "v.value", "v.collected_at")
        return """
            SELECT o.id, o.name, o.health, \(value) AS value, \(at), count(*) OVER ()
            FROM fleet.server_overview o
            \(from)
            WHERE o.status IN ('online', 'degraded') AND \(value) IS NOT NULL AND \(filter.conditions)
            ORDER BY \(value) \(direction), lower(o.name), o.id
            LIMIT \(limit)
            """
    }
}
