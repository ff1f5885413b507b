import Engines
import Fleet
import Foundation
package import Platform
import Postgres
import Primitives

/// Stores what collectors brought: samples, the newest values and rows, rows of every run, and what changed, in the caller's transaction.
package enum CollectorRunSQL {
    private struct Item {
        var run: CollectorRun
        var table: CollectedTable
        var definition: CollectorDefinition { table.definition }
        var key: CollectorCache.Key { CollectorCache.Key(server: run.server, collector: table.collector) }
        var layout: (known: KnownLayout, places: InstanceList.Places)?

        var gauges: [Double?] { spread(table.gauges, definition.gaugeColumns.count) }
        var counters: [Int64?] { spread(table.counters, definition.counterColumns.count) }
        var rates: [Double?] {
            spread(table.rates.isEmpty ? table.counters.map { _ in nil } : table.rates, definition.counterColumns.count)
        }

        private func spread<Value>(_ values: [Value?], _ width: Int) -> [Value?] {
            guard let layout, width > 0 else { return [] }
            return layout.known.spread(values, places: layout.places, width: width)
        }
    }

    /// Stores `runs` of one tenant; those of servers that are not wanted any more, or of a collector process whose lease is over, change
    /// nothing. Returns what is to be remembered once the transaction has committed. Throws `PostgresError`.
    package static func store(_ runs: [CollectorRun], cache: CollectorCache, on session: TenantSession) throws -> CollectorCache.Findings {
        var findings = CollectorCache.Findings()
        let epochs = try admitted(runs, on: session)
        let own = Set(runs.flatMap { run in run.tables.compactMap { $0.definition.isCustom ? $0.collector : nil } })
        let shapes = try CustomCollector.shapes(of: own, on: session)
        var items: [Item] = []
        for run in runs.sorted(by: { $0.attemptedAt < $1.attemptedAt }) {
            guard let epoch = epochs[run.server], run.epoch >= epoch else { continue }
            // Of a tenant's own collectors, what was read by other columns than it has now is not stored.
            items += run.tables.compactMap { table in
                !table.definition.isCustom || shapes[table.collector] == table.definition.shape ? Item(run: run, table: table) : nil
            }
        }
        let taken = try SlotSQL.taken(items.map { ($0.run, $0.table.collector) }, cache: cache, on: session)
        items.removeAll { taken.contains(SlotSQL.Key(server: $0.run.server, collector: $0.table.collector, slotAt: $0.run.slotAt)) }
        guard !items.isEmpty else { return findings }
        try QueryDetailSQL.store(runs.filter { run in epochs[run.server].map { run.epoch >= $0 } ?? false }, on: session)
        try placeSeries(in: &items, cache, &findings, on: session)
        try insertSamples(items, on: session)
        try insertHistory(items, cache, on: session)
        // Of several runs of one collector in a batch the newest is what is shown, and the rows of the newest good one.
        let newest = Dictionary(zip(items.map(\.key), items.indices), uniquingKeysWith: { $1 })
        let good = items.indices.filter { items[$0].table.state.isGood }
        let newestGood = Dictionary(good.map { (items[$0].key, $0) }, uniquingKeysWith: { $1 })
        let goodItems = newestGood.sorted { $0.key < $1.key }.map { items[$0.value] }
        let withNewRows = goodItems.filter { $0.table.rows != nil && cache.rowsHash($0.key) != $0.table.rowsHash }
        let changed = Set(withNewRows.map(\.key))
        try ChangeSQL.record(withNewRows.filter { $0.definition.keep == .changes }.map { ($0.run, $0.table) }, on: session)
        let earlier = newestGood.filter { newest[$0.key] != $0.value }
        for places in [earlier, newest] where !places.isEmpty {
            try upsert(places.sorted { $0.key < $1.key }.map { items[$0.value] }, writingRowsOf: changed, on: session)
        }
        for item in withNewRows { findings.rowsHashes[item.key] = item.table.rowsHash }
        return findings
    }

    /// The servers whose runs are still wanted, locked against another writer, with the epoch of their last writer.
    private static func admitted(_ runs: [CollectorRun], on session: TenantSession) throws -> [Server.ID: Int64] {
        let rows = try session.rows(
            """
            SELECT t.server_id, t.epoch
            FROM monitoring.server_snapshots t
            JOIN fleet.servers s ON s.id = t.server_id
            WHERE t.server_id = ANY (\(Array(Set(runs.map(\.server))))) AND s.deleted_at IS NULL
              AND NOT EXISTS (SELECT FROM monitoring.collection_config c WHERE c.server_id = t.server_id AND NOT c.enabled)
            ORDER BY t.server_id
            FOR UPDATE OF t
            """)
        var found: [Server.ID: Int64] = [:]
        for row in rows { found[try row.decode(0)] = try row.decode(1) }
        return found
    }

    private static func placeSeries(
        in items: inout [Item], _ cache: CollectorCache, _ findings: inout CollectorCache.Findings, on session: TenantSession
    ) throws {
        let withSeries = items.indices.filter { items[$0].table.list != nil }
        let tenant = session.tenant.id
        var metrics = cache.metrics(of: tenant)
        let columns = withSeries.flatMap { items[$0].definition.columns.filter(\.isSeries) }
        if columns.contains(where: { column in column.metric.map { metrics[$0] == nil } ?? false }) {
            metrics = try LayoutSQL.metricIDs(columns, known: metrics, on: session)
            findings.metrics = metrics
        }
        // Several runs of one collector may be in the batch: one layout must hold them all.
        var wanted: [CollectorCache.Key: LayoutSQL.Wanted] = [:]
        for index in withSeries {
            let item = items[index]
            let known = cache.layout(item.key)
            if let known, known.shape == item.definition.shape, let list = item.table.list, let places = known.places(of: list) {
                items[index].layout = (known, places)
                continue
            }
            let all = Set(item.table.instances).union(wanted[item.key]?.instances ?? [])
            wanted[item.key] = LayoutSQL.Wanted(
                key: item.key, instances: all.sorted(),
                gauges: item.definition.gaugeColumns.compactMap { $0.metric.flatMap { metrics[$0] } },
                counters: item.definition.counterColumns.compactMap { $0.metric.flatMap { metrics[$0] } }, shape: item.definition.shape)
        }
        let found = try LayoutSQL.find(wanted.values.sorted { $0.key < $1.key }, on: session)
        findings.layouts = found
        for index in withSeries where items[index].layout == nil {
            guard let known = found[items[index].key], let list = items[index].table.list else { continue }
            if let places = known.places(of: list) {
                items[index].layout = (known, places)
            } else if items[index].definition.isCustom {
                items[index].layout = (known, known.somePlaces(of: list))
                guard items[index].table.state.isGood else { continue }
                items[index].table.state = .cutOff
                items[index].table.message = """
                    Its labels are other ones too often: rows with labels that are new today have no series before tomorrow (UTC). \
                    Make labels of what stays the same, such as a database or a login, and texts of the rest.
                    """
            }
        }
    }

    private static func insertSamples(_ items: [Item], on session: TenantSession) throws {
        try SampleSQL.insert(
            items.compactMap { item in
                item.layout.map { layout in
                    SampleRow(
                        server: item.run.server, layout: layout.known.id, slotAt: item.run.slotAt, collectedAt: item.run.attemptedAt,
                        seconds: item.table.seconds, gauges: item.gauges, counters: item.counters)
                }
            }, on: session)
    }

    private static func insertHistory(_ items: [Item], _ cache: CollectorCache, on session: TenantSession) throws {
        // Events whose rows are those of the run before are not looked at.
        let withRows = items.filter {
            $0.table.allCells != nil && ($0.definition.keep != .new || cache.rowsHash($0.key) != $0.table.rowsHash)
        }
        let items = try withoutSeenEvents(withRows, on: session)
        guard !items.isEmpty else { return }
        try session.execute(
            """
            INSERT INTO monitoring.table_history (server_id, collector, collected_at, rows)
            SELECT r.server_id, r.collector, r.collected_at, r.rows
            FROM unnest(
                \(items.map(\.run.server)), \(items.map(\.table.collector)), \(items.map(\.run.attemptedAt)),
                \(items.map { $0.table.allCells ?? .null })
            ) AS r (server_id, collector, collected_at, rows)
            ON CONFLICT DO NOTHING
            """)
    }

    /// Of collectors of events, each run without the rows that the run before it had; runs with no other rows are left out.
    private static func withoutSeenEvents(_ items: [Item], on session: TenantSession) throws -> [Item] {
        let events = items.filter { $0.definition.keep == .new }
        guard !events.isEmpty else { return items }
        let rows = try session.rows(
            """
            SELECT t.server_id, t.collector, t.rows
            FROM monitoring.collector_runs t
            WHERE t.rows IS NOT NULL
              AND (t.server_id, t.collector) IN (
                  SELECT * FROM unnest(\(events.map(\.run.server)), \(events.map(\.table.collector))))
            """)
        var seen: [CollectorCache.Key: Set<String>] = [:]
        for row in rows {
            let key = CollectorCache.Key(server: try row.decode(0), collector: try row.decode(1))
            guard let definition = events.first(where: { $0.key == key })?.definition else { continue }
            seen[key] = Set(try row.decode(2, as: JSONValue.self).array?.map { TableChange.labels($0.array ?? [], definition).text } ?? [])
        }
        return items.compactMap { item in
            guard item.definition.keep == .new, let cells = item.table.allCells?.array else { return item }
            let named = cells.map { (labels: TableChange.labels($0.array ?? [], item.definition).text, row: $0) }
            let fresh = named.filter { seen[item.key]?.contains($0.labels) != true }.map(\.row)
            seen[item.key] = Set(named.map(\.labels))
            guard !fresh.isEmpty else { return nil }
            var item = item
            item.table.allCells = .array(fresh)
            return item
        }
    }

    /// A failed run leaves what the last good one brought: it is shown with its time.
    private static func upsert(_ items: [Item], writingRowsOf changed: Set<CollectorCache.Key>, on session: TenantSession) throws {
        var (gauges, rates) = (Slices<Double?>(), Slices<Double?>())
        for item in items {
            gauges.append(item.gauges)
            rates.append(item.rates)
        }
        let hasRows = items.map { changed.contains($0.key) && $0.table.rows != nil }
        let rows = zip(items, hasRows).map { item, hasRows in hasRows ? item.table.rows ?? .null : .null }
        try session.execute(
            """
            INSERT INTO monitoring.collector_runs AS t (server_id, collector, state, message, attempted_at, collected_at, duration_ms,
                row_count, failures_in_a_row, layout_id, gauges, rates, rows)
            SELECT r.server_id, r.collector, r.state, r.message, r.attempted_at, CASE WHEN r.is_good THEN r.attempted_at END, r.duration_ms,
                r.row_count, CASE WHEN r.is_good THEN 0 ELSE 1 END, r.layout_id,
                CASE WHEN r.is_good THEN (\(NullableArray(gauges.all)))[r.g1:r.g2] END,
                CASE WHEN r.is_good THEN (\(NullableArray(rates.all)))[r.r1:r.r2] END,
                CASE WHEN r.has_rows THEN r.rows END
            FROM unnest(
                \(items.map(\.run.server)), \(items.map(\.table.collector)), \(items.map(\.table.state.rawValue)),
                \(NullableArray(items.map(\.table.message))), \(items.map(\.run.attemptedAt)), \(items.map(\.table.state.isGood)),
                \(items.map { Int32($0.table.durationMs) }), \(items.map { Int32($0.table.rowCount) }),
                \(NullableArray(items.map { $0.layout?.known.id })), \(gauges.firsts), \(gauges.lasts), \(rates.firsts), \(rates.lasts),
                \(rows), \(hasRows)
            ) AS r (server_id, collector, state, message, attempted_at, is_good, duration_ms, row_count, layout_id, g1, g2, r1, r2, rows,
                has_rows)
            ON CONFLICT (server_id, collector) DO UPDATE
            SET state = excluded.state, message = excluded.message, attempted_at = excluded.attempted_at,
                collected_at = coalesce(excluded.collected_at, t.collected_at), duration_ms = excluded.duration_ms,
                row_count = CASE WHEN excluded.collected_at IS NULL THEN t.row_count ELSE excluded.row_count END,
                failures_in_a_row = CASE WHEN excluded.collected_at IS NULL THEN t.failures_in_a_row + 1 ELSE 0 END,
                layout_id = CASE WHEN excluded.collected_at IS NULL THEN t.layout_id ELSE excluded.layout_id END,
                gauges = CASE WHEN excluded.collected_at IS NULL THEN t.gauges ELSE excluded.gauges END,
                rates = CASE WHEN excluded.collected_at IS NULL THEN t.rates ELSE excluded.rates END,
                rows = coalesce(excluded.rows, t.rows)
            -- A batch that is sent again is older by less; by more, the clock was set back.
            WHERE excluded.attempted_at > t.attempted_at OR excluded.attempted_at < t.attempted_at - interval '1 minute'
            """)
    }
}
