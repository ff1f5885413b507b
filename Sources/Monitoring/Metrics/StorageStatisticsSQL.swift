package import Foundation
package import Platform
import Postgres

/// How much is stored of one kind of sample (PRD 3.5-7).
package struct StorageStatistics: Sendable, Encodable {
    package let signal: String
    /// As the planner estimates: counting them would read them all.
    package let rowsEstimated: Int
    package let sizeBytes: Int
    package let partitionCount: Int
    package let oldestAt: Date?
    package let newestAt: Date?

    package static func read(on session: TenantSession) throws -> [StorageStatistics] {
        try ["metrics", "waits"].map { signal in
            let row = try session.rows(
                """
                SELECT coalesce(sum(greatest(c.reltuples, 0)), 0)::bigint, coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint, count(*)
                FROM pg_inherits i
                JOIN pg_class c ON c.oid = i.inhrelid
                WHERE i.inhparent = ('monitoring.' || \(signal))::regclass
                """)[0]
            let times: SQL =
                signal == "metrics"
                ? "SELECT min(slot_at), max(slot_at) FROM monitoring.metrics" : "SELECT min(slot_at), max(slot_at) FROM monitoring.waits"
            let range = try session.rows(times)[0]
            return StorageStatistics(
                signal: signal, rowsEstimated: try row.decode(0), sizeBytes: try row.decode(1), partitionCount: try row.decode(2),
                oldestAt: try range.decode(0), newestAt: try range.decode(1))
        }
    }
}
