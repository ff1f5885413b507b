import Fleet
import Foundation
import Platform
import Postgres

/// Slots whose run another collector process has stored.
enum SlotSQL {
    struct Key: Hashable {
        var server: Server.ID
        var collector: String
        var slotAt: Date
    }

    /// Those of `runs` whose slot has a run already. A server that moved may be read twice in one slot: by the process that lost it, and
    /// by the one that did not see that run yet. Asked only of what this process has not stored before; the runs of one process are one to
    /// a slot. A run that is sent again, since the answer to COMMIT was lost, is not among them. Throws `PostgresError`.
    static func taken(
        _ runs: [(run: CollectorRun, collector: String)], cache: CollectorCache, on session: TenantSession
    ) throws -> Set<Key> {
        let unknown = runs.filter { run, collector in
            let key = CollectorCache.Key(server: run.server, collector: collector)
            return cache.layout(key) == nil && cache.rowsHash(key) == nil
        }
        guard !unknown.isEmpty else { return [] }
        let rows = try session.rows(
            """
            SELECT r.number
            FROM unnest(\(unknown.map(\.run.server)), \(unknown.map(\.collector)), \(unknown.map(\.run.slotAt)),
                \(unknown.map(\.run.attemptedAt))) WITH ORDINALITY AS r (server_id, collector, slot_at, attempted_at, number)
            JOIN monitoring.collector_runs t ON t.server_id = r.server_id AND t.collector = r.collector
            WHERE t.attempted_at >= r.slot_at AND t.attempted_at <> r.attempted_at
            """)
        return try Set(
            rows.map { row in
                let (run, collector) = unknown[try row.decode(0, as: Int.self) - 1]
                return Key(server: run.server, collector: collector, slotAt: run.slotAt)
            })
    }
}
