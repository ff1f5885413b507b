import Engines
import Fleet
import Foundation
import Platform
import Postgres

/// Layouts and metrics in the database: found, or made where they are new.
enum LayoutSQL {
    /// A layout that is wanted: which rows came, and of which metrics their columns are.
    struct Wanted {
        var key: CollectorCache.Key
        var instances: [String]
        var gauges: [Int16]
        var counters: [Int16]
        var shape: Int32 = 0
    }

    /// The numbers of the metrics called `names`; new names get one.
    static func metricIDs(_ columns: [CollectorColumn], known: [String: Int16], on session: TenantSession) throws -> [String: Int16] {
        let ids = known
        let missing = Dictionary(
            columns.compactMap { column in column.metric.map { ($0, column) } }.filter { known[$0.0] == nil },
            uniquingKeysWith: { first, _ in first })
        guard !missing.isEmpty else { return ids }
        let (names, all) = (Array(missing.keys).sorted(), missing)
        try session.execute(
            """
            INSERT INTO monitoring.metric_types (name, unit, description, kind)
            SELECT r.name, r.unit, r.description, r.kind
            FROM unnest(
                \(names), \(names.map { all[$0]?.unit ?? "count" }), \(names.map { all[$0]?.description ?? "" }),
                \(names.map { all[$0]?.kind == .counter ? "counter" : "gauge" })
            ) AS r (name, unit, description, kind)
            WHERE NOT EXISTS (SELECT FROM monitoring.metric_types t WHERE t.name = r.name)
            ON CONFLICT (name) DO NOTHING
            """)
        return ids.merging(try metricIDs(named: names, on: session)) { $1 }
    }

    /// The numbers of those metrics among `names` that ever had a value.
    static func metricIDs(named names: [String], on session: TenantSession) throws -> [String: Int16] {
        let rows = try session.rows("SELECT name, id FROM monitoring.metric_types WHERE name = ANY (\(names))")
        return Dictionary(
            try rows.map { (try $0.decode(0, as: String.self), try $0.decode(1, as: Int16.self)) }, uniquingKeysWith: { first, _ in first })
    }

    /// Columns (labels times metrics, over all layouts) that a tenant's own collector may have on one server in a day; what needs more is
    /// not stored before the next one. Rows that are named anew in each run (a session's number for a label) make a layout each time, and
    /// would else fill the storage with series of one point, and days with more columns than a chunk holds (`ChunkLimits`).
    static let columnCountMax = 100_000

    /// Of `monitoring.layouts l`: whether the collector neither uses it nor will use it again by itself.
    static let isReplaced: SQL = """
        (EXISTS (SELECT FROM monitoring.layouts n WHERE n.server_id = l.server_id AND n.collector = l.collector AND n.id > l.id)
            AND NOT EXISTS (SELECT FROM monitoring.collector_runs r WHERE r.server_id = l.server_id AND r.layout_id = l.id))
        """

    /// Deletes layouts whose last samples are older than the tenant keeps; at most `HealthChangeSQL.deleteCountMax`. Returns how many.
    static func deleteOld(before: Date, on session: TenantSession) throws -> Int {
        try session.execute(
            """
            DELETE FROM monitoring.layouts
            WHERE id = ANY (ARRAY(
                SELECT l.id
                FROM monitoring.layouts l
                WHERE l.used_on < (\(before) AT TIME ZONE 'UTC')::date - 1 AND \(isReplaced)
                LIMIT \(HealthChangeSQL.deleteCountMax)
            ))
            """)
    }

    /// Layouts that hold what is wanted, by key: the newest one where it does, else a new one. Where a tenant's own collector had too many
    /// today, the newest one, which does not hold all.
    static func find(_ wanted: [Wanted], on session: TenantSession) throws -> [CollectorCache.Key: KnownLayout] {
        guard !wanted.isEmpty else { return [:] }
        let newest = try newest(wanted.map(\.key), on: session)
        var known: [CollectorCache.Key: KnownLayout] = [:]
        var missing: [(wanted: Wanted, layout: SampleLayout)] = []
        for one in wanted {
            if let old = newest[one.key], old.gauges == one.gauges, old.counters == one.counters {
                let layout = KnownLayout(id: old.id, layout: old.layout, shape: one.shape)
                if layout.places(of: .of(one.instances)) != nil {
                    known[one.key] = layout
                    continue
                }
                missing.append((one, SampleLayout.covering(one.instances, after: old.layout.instances)))
            } else {
                missing.append((one, SampleLayout.covering(one.instances, after: [])))
            }
        }
        for key in try crowded(missing, on: session) {
            guard let old = newest[key], let index = missing.firstIndex(where: { $0.wanted.key == key }),
                old.gauges == missing[index].wanted.gauges, old.counters == missing[index].wanted.counters
            else { continue }
            known[key] = KnownLayout(id: old.id, layout: old.layout, shape: missing.remove(at: index).wanted.shape)
        }
        try make(missing, on: session).forEach { known[$0] = $1 }
        return known
    }

    /// Tenants' own collectors that would have more than `columnCountMax` today.
    private static func crowded(
        _ missing: [(wanted: Wanted, layout: SampleLayout)], on session: TenantSession
    ) throws -> Set<CollectorCache.Key> {
        let own = missing.filter { $0.wanted.shape != 0 }
        guard !own.isEmpty else { return [] }
        let rows = try session.rows(
            """
            SELECT r.server_id, r.collector
            FROM unnest(
                \(own.map(\.wanted.key.server)), \(own.map(\.wanted.key.collector)),
                \(own.map { Int32($0.layout.instances.count * ($0.wanted.gauges.count + $0.wanted.counters.count)) })
            ) AS r (server_id, collector, column_count)
            CROSS JOIN LATERAL (
                SELECT coalesce(sum(cardinality(l.instances) * (cardinality(l.gauge_ids) + cardinality(l.counter_ids))), 0) AS column_count
                FROM monitoring.layouts l
                WHERE l.server_id = r.server_id AND l.collector = r.collector AND l.used_on >= (now() AT TIME ZONE 'UTC')::date
            ) t
            WHERE t.column_count > 0 AND t.column_count + r.column_count > \(columnCountMax)
            """)
        return Set(try rows.map { CollectorCache.Key(server: try $0.decode(0), collector: try $0.decode(1)) })
    }

    private struct Stored {
        var id: Int32
        var layout: SampleLayout
        var gauges: [Int16]
        var counters: [Int16]
    }

    private static func newest(_ keys: [CollectorCache.Key], on session: TenantSession) throws -> [CollectorCache.Key: Stored] {
        let rows = try session.rows(
            """
            SELECT DISTINCT ON (l.server_id, l.collector) l.server_id, l.collector, l.id, l.instances, l.gauge_ids, l.counter_ids
            FROM unnest(\(keys.map(\.server)), \(keys.map(\.collector))) AS r (server_id, collector)
            JOIN monitoring.layouts l ON l.server_id = r.server_id AND l.collector = r.collector
            ORDER BY l.server_id, l.collector, l.id DESC
            """)
        var found: [CollectorCache.Key: Stored] = [:]
        for row in rows {
            found[CollectorCache.Key(server: try row.decode(0), collector: try row.decode(1))] = Stored(
                id: try row.decode(2), layout: SampleLayout(instances: try row.decode(3)), gauges: try row.decode(4),
                counters: try row.decode(5))
        }
        return found
    }

    /// All in one statement: what is of different length for each lies in long arrays, of which each layout takes its slice.
    private static func make(
        _ missing: [(wanted: Wanted, layout: SampleLayout)], on session: TenantSession
    ) throws -> [CollectorCache.Key: KnownLayout] {
        guard !missing.isEmpty else { return [:] }
        var (instances, gauges, counters) = (Slices<String>(), Slices<Int16>(), Slices<Int16>())
        for (wanted, layout) in missing {
            instances.append(layout.instances)
            gauges.append(wanted.gauges)
            counters.append(wanted.counters)
        }
        let rows = try session.rows(
            """
            INSERT INTO monitoring.layouts (server_id, collector, instances, gauge_ids, counter_ids, digest)
            SELECT r.server_id, r.collector, (\(instances.all))[r.i1:r.i2], (\(gauges.all))[r.g1:r.g2], (\(counters.all))[r.c1:r.c2],
                r.digest
            FROM unnest(
                \(missing.map(\.wanted.key.server)), \(missing.map(\.wanted.key.collector)), \(instances.firsts), \(instances.lasts),
                \(gauges.firsts), \(gauges.lasts), \(counters.firsts), \(counters.lasts),
                \(missing.map { $0.layout.digest(gauges: $0.wanted.gauges, counters: $0.wanted.counters) })
            ) AS r (server_id, collector, i1, i2, g1, g2, c1, c2, digest)
            WHERE EXISTS (SELECT FROM fleet.servers s WHERE s.id = r.server_id)
            ON CONFLICT (server_id, collector, digest) DO UPDATE SET used_on = excluded.used_on
            RETURNING server_id, collector, id
            """)
        let layouts = Dictionary(missing.map { ($0.wanted.key, $0) }, uniquingKeysWith: { first, _ in first })
        var made: [CollectorCache.Key: KnownLayout] = [:]
        for row in rows {
            let key = CollectorCache.Key(server: try row.decode(0), collector: try row.decode(1))
            guard let layout = layouts[key] else { continue }
            made[key] = KnownLayout(id: try row.decode(2), layout: layout.layout, shape: layout.wanted.shape)
        }
        return made
    }
}

/// Arrays of different lengths on their way into one statement: all elements in one array, of which each has its slice (from 1).
struct Slices<Element> {
    var all: [Element] = []
    var firsts: [Int32] = []
    var lasts: [Int32] = []

    mutating func append(_ elements: [Element]) {
        firsts.append(Int32(all.count + 1))
        all.append(contentsOf: elements)
        lasts.append(Int32(all.count))
    }
}
