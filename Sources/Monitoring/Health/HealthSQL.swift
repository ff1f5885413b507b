package import Fleet
import Foundation
package import Platform
import Postgres
import Primitives

/// The health of one server, and of how many in which group; that of all is `HealthBoard`.
package enum HealthSQL {
    /// When a server of `monitoring.server_snapshots t` last answered (`ServerState.heardAt`).
    static let heardAt: SQL = """
        greatest(t.collected_at, CASE WHEN t.last_error_code IS NOT NULL AND t.failures_in_a_row = 0 THEN t.attempted_at END)
        """

    /// The stored states with what `ShownState` needs. Not through `fleet.server_overview`: evaluating its rule in SQL for each of 10,000
    /// rows, and joining the groups, takes three times as long as reading the rows (43 and 17 ms; `Benchmarks/run health`). The columns are
    /// `HealthEntry.Column`.
    static let statement: SQL = """
        SELECT s.id, s.name, s.engine, t.status, t.health, t.reasons, t.collected_at, t.cpu_percent, t.memory_percent, t.connection_count,
            t.batch_requests_sec, t.changed_at, coalesce(c.enabled, true), t.attempted_at IS NOT NULL, t.interval_seconds,
            \(heardAt) + make_interval(secs => greatest(300, 2.5::float8 * t.interval_seconds)) < now(), s.deleted_at IS NOT NULL
        FROM fleet.servers s
        LEFT JOIN monitoring.server_snapshots t ON t.server_id = s.id
        LEFT JOIN monitoring.collection_config c ON c.server_id = s.id
        """

    /// One server's health. Throws `.notFound`.
    package static func one(_ id: Server.ID, on session: TenantSession) throws -> [UInt8] {
        guard let row = try session.rows("\(statement) WHERE s.deleted_at IS NULL AND s.id = \(id)").first else {
            throw AppError.notFound("The server")
        }
        let memberships = try Memberships(
            session.rows(
                """
                SELECT server_id, group_id
                FROM (\(DynamicGroup.memberships(DynamicGroup.all(on: session), reach: .page))) m
                WHERE server_id = \(id)
                """))
        var writer = JSONWriter()
        try HealthEntry(row).write(to: &writer, groups: memberships[id.uuid])
        return writer.bytes
    }

    /// How many servers of a group, or of the whole fleet, are in which health.
    package struct Count: Sendable {
        /// Nil: the whole fleet.
        package var group: ServerGroup.ID?
        package var groupName: String?
        package var byHealth: [ServerHealth: Int] = [:]
        package var total: Int { byHealth.values.reduce(0, +) }
    }

    /// The counts of the whole fleet first, then of every group by name, empty ones too. In one statement.
    package static func counts(on session: TenantSession) throws -> [Count] {
        let memberships = DynamicGroup.memberships(try DynamicGroup.all(on: session), reach: .fleet)
        let rows = try session.rows(
            """
            WITH states AS MATERIALIZED (
                SELECT id, health
                FROM fleet.server_overview
                WHERE deleted_at IS NULL
            )
            SELECT NULL::uuid AS group_id, NULL::text AS name, NULL::text AS sort_name, health, count(*)
            FROM states
            GROUP BY health
            UNION ALL
            SELECT g.id, g.name, lower(g.name), s.health, count(s.id)
            FROM fleet.server_groups g
            LEFT JOIN ((\(memberships)) m JOIN states s ON s.id = m.server_id) ON m.group_id = g.id
            GROUP BY g.id, g.name, s.health
            ORDER BY sort_name NULLS FIRST, group_id
            """)
        var counts = [Count(group: nil, groupName: nil)]
        for row in rows {
            let group = try row.decode(0, as: ServerGroup.ID?.self)
            if counts.last?.group != group { counts.append(Count(group: group, groupName: try row.decode(1))) }
            guard let word = try row.decode(3, as: String?.self), let health = ServerHealth(rawValue: word) else { continue }
            counts[counts.count - 1].byHealth[health] = try row.decode(4)
        }
        return counts
    }
}
