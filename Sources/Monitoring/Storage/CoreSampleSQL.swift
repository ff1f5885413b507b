import Fleet
import Foundation
import Platform
import Postgres

/// Stores what every run brings, whatever the engine: a row of `monitoring.samples` whose columns are always the same, with no value where
/// the server has none. From there on it goes the way of all samples.
enum CoreSampleSQL {
    /// The name of its layouts among those of collectors.
    static let collector = "core"
    /// One row without labels.
    static let instances = ["[]"]
    static let gauges = MetricType.all.filter { $0.kind == .gauge }.map(\.id)
    static let counters = MetricType.all.filter { $0.kind == .counter }.map(\.id)

    private struct Slot: Hashable {
        var server: Server.ID
        var slotAt: Date
    }

    /// Stores those of `runs` that read something and whose slot has no run yet. The caller holds the locks of their servers' states.
    /// Returns the layouts that were found or made. Throws `PostgresError`.
    static func insert(_ runs: [StoredRun], cache: CollectorCache, on session: TenantSession) throws -> CollectorCache.Findings {
        var findings = CollectorCache.Findings()
        let runs = try newRuns(runs.filter { !isEmpty($0) }, on: session)
        guard !runs.isEmpty else { return findings }
        var layouts: [Server.ID: Int32] = [:]
        for run in runs { layouts[run.server] = cache.layout(key(run.server))?.id }
        let missing = Set(runs.map(\.server)).filter { layouts[$0] == nil }.sorted()
        findings.layouts = try LayoutSQL.find(
            missing.map { server in
                LayoutSQL.Wanted(
                    key: key(server), instances: instances, gauges: gauges.map(\.rawValue), counters: counters.map(\.rawValue))
            }, on: session)
        for (key, layout) in findings.layouts { layouts[key.server] = layout.id }
        try SampleSQL.insert(
            runs.compactMap { run in
                layouts[run.server].map { layout in
                    SampleRow(
                        server: run.server, layout: layout, slotAt: run.slotAt, collectedAt: run.finishedAt, seconds: run.seconds,
                        gauges: gauges.map { run.values[$0].map(CollectedTable.rounded) }, counters: counters.map { run.totals[$0] })
                }
            }, on: session)
        return findings
    }

    private static func key(_ server: Server.ID) -> CollectorCache.Key { CollectorCache.Key(server: server, collector: collector) }

    private static func isEmpty(_ run: StoredRun) -> Bool {
        gauges.allSatisfy { run.values[$0] == nil } && counters.allSatisfy { run.totals[$0] == nil }
    }

    /// Those whose slot is not taken: by a run before them, or by one that is stored, under whichever layout.
    private static func newRuns(_ runs: [StoredRun], on session: TenantSession) throws -> [StoredRun] {
        guard !runs.isEmpty else { return [] }
        let rows = try session.rows(takenSlots(runs))
        let stored = Set(try rows.map { try $0.decode(0, as: Int.self) - 1 })
        var seen: Set<Slot> = []
        return runs.enumerated().filter { index, run in
            !stored.contains(index) && seen.insert(Slot(server: run.server, slotAt: run.slotAt)).inserted
        }.map(\.element)
    }

    /// Apart, so that its plan can be tested: each slot, and the layout of what lies there, is looked up through its key. The LIMIT, and
    /// the layout as a value instead of a join, keep the planner from one look at all rows.
    static func takenSlots(_ runs: [StoredRun]) -> SQL {
        """
        SELECT r.number
        FROM unnest(\(runs.map(\.server)), \(runs.map(\.slotAt))) WITH ORDINALITY AS r (server_id, slot_at, number)
        CROSS JOIN LATERAL (
            SELECT
            FROM monitoring.samples s
            WHERE s.server_id = r.server_id AND s.slot_at = r.slot_at
              AND (SELECT l.collector FROM monitoring.layouts l WHERE l.id = s.layout_id) = \(collector)
            LIMIT 1
        ) taken
        """
    }
}

extension StoredRun {
    /// What was read; nothing of a run that failed.
    fileprivate var values: [MetricID: Double] {
        if case .reading(let values, _, _, _) = result { values } else { [:] }
    }
}
