package import Fleet
import Foundation
package import Platform
import Postgres
import Primitives

/// The health of servers, written straight from the database's rows to JSON: 10,000 of them in one answer.
package enum HealthSQL {
    private static let columns: SQL = """
        o.id, o.name, o.engine, o.health, o.status, o.reasons, o.collected_at, o.cpu_percent, o.memory_percent, o.connection_count,
            o.batch_requests_sec, g.group_ids, o.changed_at
        """

    /// A JSON array of all servers' health. Throws `PostgresError`.
    package static func all(on session: TenantSession) throws -> [UInt8] {
        let rows = try session.rows(
            """
            SELECT \(columns)
            FROM fleet.server_overview o
            LEFT JOIN (
                SELECT server_id, array_agg(group_id) AS group_ids
                FROM fleet.server_group_members
                GROUP BY server_id
            ) g ON g.server_id = o.id
            WHERE o.deleted_at IS NULL
            """)
        var writer = JSONWriter(reserve: rows.count * 420 + 2)
        writer.beginArray()
        for row in rows { try write(row, to: &writer) }
        writer.endArray()
        return writer.bytes
    }

    /// One server's health. Throws `.notFound`.
    package static func one(_ id: Server.ID, on session: TenantSession) throws -> [UInt8] {
        let rows = try session.rows(
            """
            SELECT \(columns)
            FROM fleet.server_overview o
            LEFT JOIN LATERAL (
                SELECT array_agg(m.group_id) AS group_ids
                FROM fleet.server_group_members m
                WHERE m.server_id = o.id
            ) g ON true
            WHERE o.id = \(id) AND o.deleted_at IS NULL
            """)
        guard let row = rows.first else { throw AppError.notFound("The server") }
        var writer = JSONWriter()
        try write(row, to: &writer)
        return writer.bytes
    }

    private static func write(_ row: PostgresRow, to writer: inout JSONWriter) throws {
        writer.beginObject()
        writer.key("serverId")
        writer.uuid(try row.decode(0))
        writer.key("name")
        writer.string(try row.decode(1))
        writer.key("engine")
        writer.string(try row.decode(2))
        writer.key("status")
        writer.string(try row.decode(3))
        writer.key("reachability")
        writer.string(try row.decode(4))
        writer.key("reasons")
        writer.beginArray()
        for reason in try row.decode(5, as: [String].self) { writer.string(reason) }
        writer.endArray()
        writer.key("lastCollectedAt")
        writer.optional(try row.decode(6, as: Date?.self))
        writer.key("cpuPercent")
        writer.optional(try row.decode(7, as: Double?.self))
        writer.key("memoryPercent")
        writer.optional(try row.decode(8, as: Double?.self))
        writer.key("connectionCount")
        writer.optional(try row.decode(9, as: Double?.self))
        writer.key("batchRequestsSec")
        writer.optional(try row.decode(10, as: Double?.self))
        writer.key("groupIds")
        writer.beginArray()
        for group in try row.decode(11, as: [UUID]?.self) ?? [] { writer.uuid(group) }
        writer.endArray()
        writer.key("changedAt")
        writer.optional(try row.decode(12, as: Date?.self))
        writer.endObject()
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
            LEFT JOIN (fleet.server_group_members m JOIN states s ON s.id = m.server_id) ON m.group_id = g.id
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
