package import Foundation
package import Platform
import Postgres

/// How much is stored of one kind of sample (PRD 3.5-7).
package struct StorageStatistics: Sendable, Encodable {
    package let signal: String
    /// As PostgreSQL counts them while it writes: counting them itself would read them all.
    package let rowsEstimated: Int
    package let sizeBytes: Int
    /// 0: the signal is one table.
    package let partitionCount: Int
    package let oldestAt: Date?
    package let newestAt: Date?

    package static func read(on session: TenantSession) throws -> [StorageStatistics] {
        try ["samples", "chunks", "table_history", "query_details", "changes", "health_changes"].map { signal in
            let table = "monitoring." + signal
            let row = try session.rows(
                """
                SELECT coalesce(sum(greatest(c.reltuples::bigint, pg_stat_get_live_tuples(c.oid), 0)) FILTER (WHERE c.relkind = 'r'), 0)::bigint,
                    coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint,
                    count(*) FILTER (WHERE c.oid <> \(table)::regclass),
                    min(right(c.relname, 8)) FILTER (WHERE c.relkind = 'r' AND pg_relation_size(c.oid) > 0),
                    max(right(c.relname, 8)) FILTER (WHERE c.relkind = 'r' AND pg_relation_size(c.oid) > 0)
                FROM pg_class c
                WHERE c.oid = \(table)::regclass OR c.oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = \(table)::regclass)
                """)[0]
            let range = try session.rows(times(signal, days: (try row.decode(3), try row.decode(4))))[0]
            return StorageStatistics(
                signal: signal, rowsEstimated: try row.decode(0), sizeBytes: try row.decode(1), partitionCount: try row.decode(2),
                oldestAt: try range.decode(0), newestAt: try range.decode(1))
        }
    }

    /// Since when and until when there is something.
    ///
    /// - Parameter days: of the oldest and the newest partition that is not empty.
    private static func times(_ signal: String, days: (first: String?, last: String?)) -> SQL {
        switch signal {
        case "query_details": "SELECT min(seen_at), max(seen_at) FROM monitoring.query_details"
        case "changes": "SELECT min(changed_at), max(changed_at) FROM monitoring.changes"
        case "health_changes": "SELECT min(changed_at), max(changed_at) FROM monitoring.health_changes"
        // To the day: its rows are large, and are found by server.
        case "table_history":
            """
            SELECT (\(days.first) || ' 00:00:00+00')::timestamptz,
                CASE WHEN \(days.last)::text IS NOT NULL
                    THEN least(now(), (\(days.last) || ' 00:00:00+00')::timestamptz + interval '1 day')
                END
            """
        // The key begins with the server, so each server's first and last are looked up.
        case "samples":
            """
            WITH RECURSIVE servers AS (
                (SELECT server_id FROM monitoring.samples ORDER BY server_id LIMIT 1)
                UNION ALL
                SELECT (SELECT s.server_id FROM monitoring.samples s WHERE s.server_id > r.server_id ORDER BY s.server_id LIMIT 1)
                FROM servers r
                WHERE r.server_id IS NOT NULL
            )
            SELECT min(f.slot_at), max(l.slot_at)
            FROM servers r
            CROSS JOIN LATERAL (SELECT slot_at FROM monitoring.samples WHERE server_id = r.server_id ORDER BY slot_at LIMIT 1) f
            CROSS JOIN LATERAL (SELECT slot_at FROM monitoring.samples WHERE server_id = r.server_id ORDER BY slot_at DESC LIMIT 1) l
            """
        // Of many chunks only the oldest and the newest day's are looked at.
        default:
            """
            SELECT
                (SELECT min(from_at)
                FROM monitoring.chunks
                WHERE resolution = 0 AND from_at >= (\(days.first) || ' 00:00:00+00')::timestamptz
                  AND from_at < (\(days.first) || ' 00:00:00+00')::timestamptz + interval '1 day'),
                (SELECT max(to_at)
                FROM monitoring.chunks
                WHERE resolution = 0 AND from_at >= (\(days.last) || ' 00:00:00+00')::timestamptz)
            """
        }
    }
}
