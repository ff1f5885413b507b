import Fleet
import Platform
import Postgres

/// Stores how far waits moved: one row per run, beside its metrics.
enum WaitSQL {
    static func insert(_ runs: [StoredRun], on session: TenantSession) throws {
        let runs = runs.filter { $0.waits?.deltas.isEmpty == false }
        guard !runs.isEmpty else { return }
        let ids = try typeIDs(Set(runs.flatMap { $0.waits?.deltas.map(\.type) ?? [] }), on: session)
        var (firsts, lasts): ([Int32], [Int32]) = ([], [])
        var types: [Int16] = []
        var (tasks, milliseconds, signals): ([Double], [Double], [Double]) = ([], [], [])
        for run in runs {
            firsts.append(Int32(types.count + 1))
            for delta in run.waits?.deltas ?? [] {
                guard let id = ids[delta.type] else { continue }
                types.append(id)
                tasks.append(Double(delta.waitingTasks))
                milliseconds.append(Double(delta.waitMs))
                signals.append(Double(delta.signalMs))
            }
            lasts.append(Int32(types.count))
        }
        try session.execute(
            """
            INSERT INTO monitoring.waits (server_id, slot_at, collected_at, seconds, wait_type_ids, waiting_tasks, wait_ms, signal_ms)
            SELECT r.server_id, r.slot_at, r.collected_at, r.seconds, (\(types))[r.first:r.last], (\(tasks))[r.first:r.last]::real[],
                (\(milliseconds))[r.first:r.last]::real[], (\(signals))[r.first:r.last]::real[]
            FROM unnest(\(runs.map(\.server)), \(runs.map(\.slotAt)), \(runs.map(\.finishedAt)),
                \(runs.map { $0.waits?.seconds ?? 0 }), \(firsts), \(lasts))
                AS r (server_id, slot_at, collected_at, seconds, first, last)
            ON CONFLICT DO NOTHING
            """)
    }

    /// The numbers of wait types by name; new names get one.
    private static func typeIDs(_ names: Set<String>, on session: TenantSession) throws -> [String: Int16] {
        func known() throws -> [String: Int16] {
            let rows = try session.rows("SELECT name, id FROM monitoring.wait_types WHERE name = ANY (\(Array(names)))")
            return Dictionary(
                try rows.map { (try $0.decode(0, as: String.self), try $0.decode(1, as: Int16.self)) },
                uniquingKeysWith: { first, _ in first })
        }
        let ids = try known()
        guard ids.count < names.count else { return ids }
        let missing = names.filter { ids[$0] == nil }.sorted()
        try session.execute("INSERT INTO monitoring.wait_types (name) SELECT name FROM unnest(\(missing)) AS name ON CONFLICT DO NOTHING")
        return try known()
    }
}
