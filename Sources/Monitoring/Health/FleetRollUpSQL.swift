package import Platform
import Postgres

extension FleetRollUp {
    /// A tenant's servers by health, as the health of all servers has them. Throws `PostgresError`.
    package static func count(on session: TenantSession) throws -> FleetRollUp {
        let row = try session.rows(
            """
            SELECT count(*) FILTER (WHERE health = 'healthy') AS healthy,
                count(*) FILTER (WHERE health = 'warning') AS warning,
                count(*) FILTER (WHERE health = 'critical') AS critical,
                count(*) FILTER (WHERE health = 'offline') AS offline,
                count(*) FILTER (WHERE health NOT IN ('healthy', 'warning', 'critical', 'offline') OR health IS NULL) AS unknown
            FROM fleet.server_overview
            WHERE deleted_at IS NULL
            """)[0]
        return FleetRollUp(
            healthy: try row.decode("healthy"), warning: try row.decode("warning"), critical: try row.decode("critical"),
            offline: try row.decode("offline"), unknown: try row.decode("unknown"))
    }
}
