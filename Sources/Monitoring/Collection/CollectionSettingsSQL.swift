package import Fleet
package import Foundation
package import Platform
import Postgres
import Primitives

extension CollectionSettings {
    /// The settings of a server. Throws `.notFound`.
    package static func find(_ server: Server.ID, on session: TenantSession) throws -> CollectionSettings {
        let rows = try session.rows(
            """
            SELECT coalesce(c.enabled, true),
                coalesce(c.interval_seconds, (SELECT (value->>'intervalSeconds')::int FROM platform.settings WHERE key = 'collection'), 60),
                c.metrics_enabled
            FROM fleet.servers s
            LEFT JOIN monitoring.collection_config c ON c.server_id = s.id
            WHERE s.id = \(server) AND s.deleted_at IS NULL
            """)
        guard let row = rows.first else { throw AppError.notFound("The server") }
        return CollectionSettings(intervalSeconds: try row.decode(1), enabled: try row.decode(0), metrics: try row.decode(2))
    }

    /// Stores the settings of a server and tells the collectors. Throws `.notFound`.
    package func save(for server: Server.ID, at now: Date, on session: TenantSession) throws {
        try Server.touch(server, on: session)
        try session.execute(
            """
            INSERT INTO monitoring.collection_config (server_id, interval_seconds, enabled, metrics_enabled, updated_at)
            VALUES (\(server), \(Int32(intervalSeconds)), \(enabled), \(metrics), \(now))
            ON CONFLICT (server_id) DO UPDATE
            SET interval_seconds = excluded.interval_seconds, enabled = excluded.enabled, metrics_enabled = excluded.metrics_enabled,
                updated_at = excluded.updated_at
            """)
    }

    /// Turns collection on or off and tells the collectors; the interval stays the tenant's where it was. Throws `.notFound`.
    package static func enable(_ enabled: Bool, for server: Server.ID, at now: Date, on session: TenantSession) throws {
        try Server.touch(server, on: session)
        try session.execute(
            """
            INSERT INTO monitoring.collection_config (server_id, enabled, updated_at)
            VALUES (\(server), \(enabled), \(now))
            ON CONFLICT (server_id) DO UPDATE
            SET enabled = excluded.enabled, updated_at = excluded.updated_at
            """)
    }
}
