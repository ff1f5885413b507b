import Engines
package import Fleet
package import Foundation
package import Platform
import Postgres
import Primitives

extension CollectionSettings {
    /// What a batch of servers has, as a change needs it.
    struct Stored: Sendable {
        let name: String
        let engine: EngineKind
        let settings: CollectionSettings
    }

    private static let tenantInterval: SQL = """
        coalesce((SELECT (value->>'intervalSeconds')::int FROM platform.settings WHERE key = 'collection'), 60)
        """

    private static let columns: SQL = """
        coalesce(c.interval_seconds, \(tenantInterval)) AS interval_seconds, c.interval_seconds IS NULL AS is_interval_default,
            coalesce(c.enabled, true) AS enabled, c.metrics_enabled, coalesce(c.collectors_disabled, '{}') AS collectors_disabled
        """

    private init(_ row: PostgresRow) throws {
        self.init(
            intervalSeconds: try row.decode("interval_seconds"), isIntervalDefault: try row.decode("is_interval_default"),
            enabled: try row.decode("enabled"), metrics: try row.decode("metrics_enabled"),
            collectorsDisabled: try row.decode("collectors_disabled"))
    }

    /// The settings of a server. Throws `.notFound`.
    package static func find(_ server: Server.ID, on session: TenantSession) throws -> CollectionSettings {
        let rows = try session.rows(
            """
            SELECT \(columns)
            FROM fleet.servers s
            LEFT JOIN monitoring.collection_config c ON c.server_id = s.id
            WHERE s.id = \(server) AND s.deleted_at IS NULL
            """)
        guard let row = rows.first else { throw AppError.notFound("The server") }
        return try CollectionSettings(row)
    }

    /// The settings of those of `servers` that are there, whose rows are held until the transaction ends: in one order, for everybody.
    static func lock(_ servers: [Server.ID], on session: TenantSession) throws -> [Server.ID: Stored] {
        let rows = try session.rows(
            """
            SELECT s.id, s.name, s.engine, \(columns)
            FROM fleet.servers s
            LEFT JOIN monitoring.collection_config c ON c.server_id = s.id
            WHERE s.id = ANY (\(servers)) AND s.deleted_at IS NULL
            ORDER BY s.id
            FOR UPDATE OF s
            """)
        var found: [Server.ID: Stored] = [:]
        for row in rows {
            found[try row.decode("id")] = Stored(
                name: try row.decode("name"), engine: try row.decodeWord("engine"), settings: try CollectionSettings(row))
        }
        return found
    }

    /// What the tenant's servers without an interval of their own are read at.
    static func tenantIntervalSeconds(on session: TenantSession) throws -> Int {
        try session.rows("SELECT \(tenantInterval)")[0].decode(0)
    }

    /// Stores the settings of a server and tells the collectors. Throws `.notFound`.
    package func save(for server: Server.ID, at now: Date, on session: TenantSession) throws {
        try Self.save([server: self], at: now, on: session)
    }

    /// Stores the settings of servers and tells the collectors, in a few statements. Throws `.notFound` when one is not there.
    static func save(_ settings: [Server.ID: CollectionSettings], at now: Date, on session: TenantSession) throws {
        guard !settings.isEmpty else { return }
        let servers = settings.keys.sorted()
        let all = servers.compactMap { settings[$0] }
        let count = try Server.touch(all: "SELECT unnest(\(servers))", on: session)
        guard count == servers.count else { throw AppError.notFound("The server") }
        // Arrays of different lengths go as texts: a name has no comma.
        try session.execute(
            """
            INSERT INTO monitoring.collection_config
                (server_id, interval_seconds, enabled, metrics_enabled, collectors_disabled, updated_at)
            SELECT r.server_id, r.interval_seconds, r.enabled, string_to_array(r.metrics, ','), string_to_array(r.collectors, ','), \(now)
            FROM unnest(\(servers), \(NullableArray(all.map { $0.isIntervalDefault ? nil : Int32($0.intervalSeconds) })),
                \(all.map(\.enabled)), \(NullableArray(all.map { $0.metrics?.joined(separator: ",") })),
                \(all.map { $0.collectorsDisabled.joined(separator: ",") }))
                AS r (server_id, interval_seconds, enabled, metrics, collectors)
            ON CONFLICT (server_id) DO UPDATE
            SET interval_seconds = excluded.interval_seconds, enabled = excluded.enabled, metrics_enabled = excluded.metrics_enabled,
                collectors_disabled = excluded.collectors_disabled, updated_at = excluded.updated_at
            """)
    }

    /// Turns collection on or off and tells the collectors; the interval stays the tenant's where it was. Throws `.notFound`.
    package static func enable(_ enabled: Bool, for server: Server.ID, at now: Date, on session: TenantSession) throws {
        var settings = try find(server, on: session)
        settings.enabled = enabled
        try settings.save(for: server, at: now, on: session)
    }
}
