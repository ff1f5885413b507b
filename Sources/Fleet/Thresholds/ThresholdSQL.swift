import Foundation
package import Platform
package import Postgres
import Primitives

extension OwnThresholds {
    /// For a query whose `server` is the id of a server: a row `nearest` of what it and its groups say, a NULL pair where they say nothing.
    /// The same rule as `EffectiveThresholds`; a test holds both together.
    ///
    /// - Parameter dynamic: the dynamic groups that have limits: `DynamicGroup.withThresholds`.
    package static func nearest(to server: SQL, _ dynamic: [DynamicGroup]) -> SQL {
        """
        LEFT JOIN fleet.server_thresholds own ON own.server_id = \(server)
        CROSS JOIN LATERAL (
            SELECT coalesce(own.cpu_warning, min(gt.cpu_warning)) AS cpu_warning,
                coalesce(own.cpu_critical, min(gt.cpu_critical)) AS cpu_critical,
                coalesce(own.memory_warning, min(gt.memory_warning)) AS memory_warning,
                coalesce(own.memory_critical, min(gt.memory_critical)) AS memory_critical
            FROM (\(DynamicGroup.memberships(dynamic, reach: .page))) m
            JOIN fleet.group_thresholds gt ON gt.group_id = m.group_id
            WHERE m.server_id = \(server)
        ) nearest
        """
    }

    /// From the columns `cpu_warning`, `cpu_critical`, `memory_warning` and `memory_critical`. Throws `PostgresError`.
    package init(_ row: PostgresRow) throws {
        func threshold(_ warning: String, _ critical: String) throws -> TenantSettings.Threshold? {
            guard let warning = try row.decode(warning, as: Double?.self), let critical = try row.decode(critical, as: Double?.self) else {
                return nil
            }
            return TenantSettings.Threshold(warning: warning, critical: critical)
        }
        self.init(
            cpuPercent: try threshold("cpu_warning", "cpu_critical"), memoryPercent: try threshold("memory_warning", "memory_critical"))
    }

    /// A server's own limits; nothing where it has none.
    package static func of(_ server: Server.ID, on session: TenantSession) throws -> OwnThresholds {
        try session.rows(
            """
            SELECT cpu_warning, cpu_critical, memory_warning, memory_critical
            FROM fleet.server_thresholds
            WHERE server_id = \(server)
            """
        ).first.map(OwnThresholds.init) ?? OwnThresholds()
    }

    /// A group's own limits; nothing where it has none.
    package static func of(_ group: ServerGroup.ID, on session: TenantSession) throws -> OwnThresholds {
        try session.rows(
            """
            SELECT cpu_warning, cpu_critical, memory_warning, memory_critical
            FROM fleet.group_thresholds
            WHERE group_id = \(group)
            """
        ).first.map(OwnThresholds.init) ?? OwnThresholds()
    }

    /// The limits of all servers that have nearer ones than the tenant's, by server. The same rule as `nearest`, over the whole fleet.
    static func ofFleet(on session: TenantSession) throws -> [(server: Server.ID, nearest: OwnThresholds)] {
        let dynamic = try DynamicGroup.withThresholds(on: session)
        return try session.rows(
            """
            WITH grouped AS (
                SELECT m.server_id, min(gt.cpu_warning) AS cpu_warning, min(gt.cpu_critical) AS cpu_critical,
                    min(gt.memory_warning) AS memory_warning, min(gt.memory_critical) AS memory_critical
                FROM fleet.group_thresholds gt
                JOIN (\(DynamicGroup.memberships(dynamic, reach: .fleet))) m ON m.group_id = gt.group_id
                GROUP BY m.server_id
            )
            SELECT s.id, coalesce(own.cpu_warning, g.cpu_warning) AS cpu_warning,
                coalesce(own.cpu_critical, g.cpu_critical) AS cpu_critical,
                coalesce(own.memory_warning, g.memory_warning) AS memory_warning,
                coalesce(own.memory_critical, g.memory_critical) AS memory_critical
            FROM grouped g
            FULL JOIN fleet.server_thresholds own ON own.server_id = g.server_id
            JOIN fleet.servers s ON s.id = coalesce(own.server_id, g.server_id)
            WHERE s.deleted_at IS NULL
            """
        ).map { (try $0.decode("id"), try OwnThresholds($0)) }
    }

    /// Limits of the groups that a server is in, by hand or by filter, by name.
    static func ofGroups(of server: Server.ID, on session: TenantSession) throws -> [EffectiveThresholds.OfGroup] {
        let dynamic = try DynamicGroup.withThresholds(on: session)
        return try session.rows(
            """
            SELECT g.id, g.name, gt.cpu_warning, gt.cpu_critical, gt.memory_warning, gt.memory_critical
            FROM (\(DynamicGroup.memberships(dynamic, reach: .page))) m
            JOIN fleet.server_groups g ON g.id = m.group_id
            JOIN fleet.group_thresholds gt ON gt.group_id = m.group_id
            WHERE m.server_id = \(server)
            ORDER BY lower(g.name), g.id
            """
        ).map { (try $0.decode("id"), try $0.decode("name"), try OwnThresholds($0)) }
    }

    /// Stores a server's own limits, or takes them away where there are none, and tells the collectors. Throws `.notFound`.
    func save(for server: Server.ID, at now: Date, on session: TenantSession) throws {
        try Server.touch(server, on: session)
        guard self != OwnThresholds() else {
            try session.execute("DELETE FROM fleet.server_thresholds WHERE server_id = \(server)")
            return
        }
        try session.execute(
            """
            INSERT INTO fleet.server_thresholds (server_id, cpu_warning, cpu_critical, memory_warning, memory_critical, updated_at)
            VALUES (\(server), \(cpuPercent?.warning), \(cpuPercent?.critical), \(memoryPercent?.warning), \(memoryPercent?.critical), \(now))
            ON CONFLICT (server_id) DO UPDATE
            SET cpu_warning = excluded.cpu_warning, cpu_critical = excluded.cpu_critical, memory_warning = excluded.memory_warning,
                memory_critical = excluded.memory_critical, updated_at = excluded.updated_at
            """)
    }

    /// Stores a group's limits, or takes them away where there are none, and tells the collectors of its servers.
    func save(for group: ServerGroup, at now: Date, on session: TenantSession) throws {
        if self == OwnThresholds() {
            try session.execute("DELETE FROM fleet.group_thresholds WHERE group_id = \(group.id)")
        } else {
            try session.execute(
                """
                INSERT INTO fleet.group_thresholds (group_id, cpu_warning, cpu_critical, memory_warning, memory_critical, updated_at)
                VALUES (\(group.id), \(cpuPercent?.warning), \(cpuPercent?.critical), \(memoryPercent?.warning),
                    \(memoryPercent?.critical), \(now))
                ON CONFLICT (group_id) DO UPDATE
                SET cpu_warning = excluded.cpu_warning, cpu_critical = excluded.cpu_critical, memory_warning = excluded.memory_warning,
                    memory_critical = excluded.memory_critical, updated_at = excluded.updated_at
                """)
        }
        try Server.touch(all: group.memberQuery, on: session)
    }
}

extension ThresholdOwner {
    /// Groups by name, then servers by name, and how many there are in all.
    static func list(on session: TenantSession) throws -> (owners: [ThresholdOwner], total: Int) {
        let rows = try session.rows(
            """
            SELECT o.is_group, o.id, o.name, o.cpu_warning, o.cpu_critical, o.memory_warning, o.memory_critical, count(*) OVER () AS total
            FROM (
                SELECT true AS is_group, g.id, g.name, t.cpu_warning, t.cpu_critical, t.memory_warning, t.memory_critical
                FROM fleet.group_thresholds t
                JOIN fleet.server_groups g ON g.id = t.group_id
                UNION ALL
                SELECT false, s.id, s.name, t.cpu_warning, t.cpu_critical, t.memory_warning, t.memory_critical
                FROM fleet.server_thresholds t
                JOIN fleet.servers s ON s.id = t.server_id AND s.deleted_at IS NULL
            ) o
            ORDER BY o.is_group DESC, lower(o.name), o.id
            LIMIT \(listedCountMax)
            """)
        let owners = try rows.map {
            ThresholdOwner(
                isGroup: try $0.decode("is_group"), id: try $0.decode("id"), name: try $0.decode("name"), own: try OwnThresholds($0))
        }
        return (owners, try rows.first?.decode("total") ?? 0)
    }
}

extension DynamicGroup {
    /// Those that have limits of their own: mostly none, and then nothing is asked of any server.
    package static func withThresholds(on session: TenantSession) throws -> [DynamicGroup] {
        try all(on: session, where: "EXISTS (SELECT FROM fleet.group_thresholds t WHERE t.group_id = g.id)")
    }
}

extension ServerGroup {
    /// A query of the ids of its servers.
    var memberQuery: SQL {
        guard let filter else { return "SELECT m.server_id FROM fleet.server_group_members m WHERE m.group_id = \(id)" }
        guard let filter = try? GroupFilter(filter) else { return "SELECT o.id FROM fleet.servers o WHERE false" }  // of a newer version
        return "SELECT o.id FROM fleet.servers o WHERE o.deleted_at IS NULL AND \(filter.condition())"
    }

    /// Tells the collectors of its servers that they may be judged by other limits, if the group has any: before it goes, and before and
    /// after its filter changes.
    func touchJudged(on session: TenantSession) throws {
        let hasLimits = try !session.rows("SELECT FROM fleet.group_thresholds WHERE group_id = \(id)").isEmpty
        if hasLimits { try Server.touch(all: memberQuery, on: session) }
    }
}

extension Label {
    /// Tells the collectors of the servers that carry it, before it gets another name or goes: a filter may ask for it.
    func touchServers(on session: TenantSession) throws {
        guard try !DynamicGroup.withThresholds(on: session).isEmpty else { return }
        try Server.touch(all: "SELECT m.server_id FROM fleet.server_labels m WHERE m.label_id = \(id)", on: session)
    }
}
