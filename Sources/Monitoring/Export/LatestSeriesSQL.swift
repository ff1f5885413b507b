import Engines
import Fleet
import Foundation
import Platform
import Postgres

extension LatestSeries {
    /// The newest values of the collectors called `names` on the servers that are reached, as far as they are fresh: what was not read for
    /// two and a half times as long as it should have been (and five minutes) is left out. Throws `PostgresError`.
    ///
    /// - Parameter names: nil: of all collectors.
    static func all(_ names: [String]?, now: Date, on session: TenantSession) throws -> [LatestSeries] {
        if names?.isEmpty == true { return [] }
        let isNamed: SQL = names.map { "t.collector = ANY (\($0))" } ?? "true"
        // Where a server has no interval of its own it is the tenant's, which may be an hour.
        let tenantInterval = Int32(try CollectionSettings.tenantIntervalSeconds(on: session))
        let rows = try session.rows(
            """
            SELECT o.id, o.name, o.engine, t.collector, t.collected_at,
                coalesce(o.collection_interval_seconds, \(tenantInterval)) AS interval_seconds, l.instances, t.gauges, t.rates
            FROM monitoring.collector_runs t
            JOIN monitoring.layouts l ON l.id = t.layout_id
            JOIN fleet.server_overview o ON o.id = t.server_id
            LEFT JOIN monitoring.collection_config c ON c.server_id = t.server_id
            WHERE \(isNamed) AND t.state IN ('ok', 'cut_off') AND o.status IN ('online', 'degraded')
              AND o.deleted_at IS NULL AND NOT t.collector = ANY (coalesce(c.collectors_disabled, '{}'))
            ORDER BY lower(o.name), o.id, t.collector
            """)
        let isBuiltIn = names.map { CollectorCatalogue.names.isSuperset(of: $0) } ?? false
        let own = isBuiltIn ? [] : try ScopedCollector.all(on: session)
        return try rows.compactMap { row in
            let (engine, name): (EngineKind, String) = (try row.decodeWord("engine"), try row.decode("collector"))
            let id: Server.ID = try row.decode("id")
            // What is off, or was taken from the server, is not what is there now.
            let custom = own.first { one in
                one.definition.name == name && one.definition.engine == engine && one.servers?.contains(id) ?? true
            }?.definition
            guard let definition = CollectorCatalogue.named(name, of: engine) ?? custom else { return nil }
            let seconds = definition.cadence.seconds(intervalSeconds: try row.decode("interval_seconds"))
            let collectedAt = try row.decode("collected_at", as: Date?.self) ?? .distantPast
            guard now.timeIntervalSince(collectedAt) <= max(300, 2.5 * Double(seconds)) else { return nil }
            return LatestSeries(
                id: id, name: try row.decode("name"), definition: definition,
                rows: try row.decode("instances", as: [String].self).map(SampleLayout.labels), gauges: try row.decode("gauges"),
                rates: try row.decode("rates"))
        }
    }
}
