package import Fleet
import Foundation
package import Platform
import Postgres
import Primitives

/// The health of servers, written straight from the database's rows to JSON: 10,000 of them in one answer.
package enum HealthSQL {
    /// The stored states with what `ShownState` needs. Not through `fleet.server_overview`: evaluating its rule in SQL for each of 10,000
    /// rows, and joining the groups, takes three times as long as reading the rows (43 and 17 ms; `Benchmarks/run health`).
    static let statement: SQL = """
        SELECT s.id, s.name, s.engine, t.status, t.health, t.reasons, t.collected_at, t.cpu_percent, t.memory_percent, t.connection_count,
            t.batch_requests_sec, t.changed_at, coalesce(c.enabled, true), t.attempted_at IS NOT NULL, t.interval_seconds,
            t.collected_at + make_interval(secs => greatest(300, 2.5::float8 * t.interval_seconds)) < now()
        FROM fleet.servers s
        LEFT JOIN monitoring.server_snapshots t ON t.server_id = s.id
        LEFT JOIN monitoring.collection_config c ON c.server_id = s.id
        WHERE s.deleted_at IS NULL
        """

    /// The columns of `statement`, by place.
    private enum Column: Int {
        case id, name, engine, status, health, reasons, collectedAt, cpuPercent, memoryPercent, connectionCount, batchRequestsSec, changedAt
        case isEnabled, isTried, intervalSeconds, isStale
    }

    /// Parts that `all` is read in at once: PostgreSQL works on one while the other is written as JSON.
    static let partCount = 2

    /// A JSON array of all servers' health; each server is in one part, by the hash of its id. Throws `PostgresError`.
    package static func all(of tenant: Tenant, _ databases: TenantDatabases) async throws -> [UInt8] {
        try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for part in 0..<partCount { group.addTask { try await databases.read(tenant) { try Self.part(part, on: $0) } } }
            var answer: [UInt8] = [UInt8(ascii: "[")]
            for try await elements in group where !elements.isEmpty {
                if answer.count > 1 { answer.append(UInt8(ascii: ",")) }
                answer += elements
            }
            answer.append(UInt8(ascii: "]"))
            return answer
        }
    }

    /// The elements of one part, with commas between them.
    private static func part(_ part: Int, on session: TenantSession) throws -> [UInt8] {
        let isPart: SQL = "& \(Int32(partCount - 1)) = \(Int32(part))"
        let memberships = try Memberships(
            session.rows(
                """
                SELECT server_id, group_id
                FROM (\(DynamicGroup.memberships(DynamicGroup.all(on: session), reach: .fleet))) m
                WHERE uuid_hash(server_id) \(isPart)
                ORDER BY server_id
                """))
        let rows = try session.rows("\(statement) AND uuid_hash(s.id) \(isPart)")
        var writer = JSONWriter(reserve: rows.count * 420 + 2)
        writer.beginArray()
        for row in rows { try write(row, memberships, to: &writer) }
        writer.endArray()
        return Array(writer.bytes.dropFirst().dropLast())
    }

    /// One server's health. Throws `.notFound`.
    package static func one(_ id: Server.ID, on session: TenantSession) throws -> [UInt8] {
        guard let row = try session.rows("\(statement) AND s.id = \(id)").first else { throw AppError.notFound("The server") }
        let memberships = try Memberships(
            session.rows(
                """
                SELECT server_id, group_id
                FROM (\(DynamicGroup.memberships(DynamicGroup.all(on: session), reach: .page))) m
                WHERE server_id = \(id)
                """))
        var writer = JSONWriter()
        try write(row, memberships, to: &writer)
        return writer.bytes
    }

    /// Which groups each server is in: one array, of which each server has a stretch.
    private struct Memberships {
        private var groups: [UUID] = []
        private var stretches: [UUID: Range<Int>] = [:]

        /// - Parameter rows: server and group, ordered by server.
        init(_ rows: PostgresRows) throws {
            groups.reserveCapacity(rows.count)
            stretches.reserveCapacity(rows.count)
            var (server, first) = (UUID?.none, 0)
            for row in rows {
                let next: UUID = try row.decode(0)
                if next != server {
                    if let server { stretches[server] = first..<groups.count }
                    (server, first) = (next, groups.count)
                }
                groups.append(try row.decode(1))
            }
            if let server { stretches[server] = first..<groups.count }
        }

        subscript(server: UUID) -> ArraySlice<UUID> { groups[stretches[server] ?? 0..<0] }
    }

    private static func write(_ row: PostgresRow, _ memberships: Memberships, to writer: inout JSONWriter) throws {
        // Two decimals say all that can be measured, and keep the answer short.
        func number(_ column: Column) throws -> Double? {
            try row.decode(column.rawValue, as: Double?.self).map { ($0 * 100).rounded() / 100 }
        }
        let shown = ShownState(
            status: try row.decode(Column.status.rawValue, as: String?.self).flatMap(ServerStatus.init),
            health: try row.decode(Column.health.rawValue, as: String?.self).flatMap(ServerHealth.init),
            isCollectionEnabled: try row.decode(Column.isEnabled.rawValue), isTried: try row.decode(Column.isTried.rawValue),
            isStale: try row.decode(Column.isStale.rawValue, as: Bool?.self) ?? false,
            intervalSeconds: try row.decode(Column.intervalSeconds.rawValue, as: Int?.self) ?? 0)
        let id: UUID = try row.decode(Column.id.rawValue)
        writer.beginObject()
        writer.key("serverId")
        writer.uuid(id)
        writer.key("name")
        row.withBytes(Column.name.rawValue) { writer.string(utf8: $0) }
        writer.key("engine")
        row.withBytes(Column.engine.rawValue) { writer.string(utf8: $0) }
        writer.key("status")
        writer.string(shown.health.rawValue)
        writer.key("reachability")
        writer.string(shown.status.rawValue)
        writer.key("reasons")
        writer.beginArray()
        if let reason = shown.reason {
            writer.string(reason)
        } else {
            for reason in try row.decode(Column.reasons.rawValue, as: [String]?.self) ?? [] { writer.string(reason) }
        }
        writer.endArray()
        writer.key("lastCollectedAt")
        writer.optional(try row.decode(Column.collectedAt.rawValue, as: Date?.self))
        writer.key("cpuPercent")
        writer.optional(try number(.cpuPercent))
        writer.key("memoryPercent")
        writer.optional(try number(.memoryPercent))
        writer.key("connectionCount")
        writer.optional(try number(.connectionCount))
        writer.key("batchRequestsSec")
        writer.optional(try number(.batchRequestsSec))
        writer.key("groupIds")
        writer.beginArray()
        for group in memberships[id] { writer.uuid(group) }
        writer.endArray()
        writer.key("changedAt")
        writer.optional(try row.decode(Column.changedAt.rawValue, as: Date?.self))
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
