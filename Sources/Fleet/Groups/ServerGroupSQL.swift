import Foundation
package import Platform
import Postgres
import Primitives

extension ServerGroup {
    private static let columns: SQL = """
        g.id, g.name, g.description, g.color, g.filter, g.revision, g.created_at, g.updated_at
        """

    /// The group, with its counts. Throws `.notFound`.
    package static func find(_ id: ID, on session: TenantSession) throws -> ServerGroup {
        guard let row = try session.rows("SELECT \(columns) FROM fleet.server_groups g WHERE g.id = \(id)").first else {
            throw AppError.notFound("The group")
        }
        return try counted([ServerGroup(row)], on: session)[0]
    }

    /// The group without its counts, locked until the transaction ends. Throws `.notFound`.
    package static func lock(_ id: ID, on session: TenantSession) throws -> ServerGroup {
        guard let row = try session.rows("SELECT \(columns) FROM fleet.server_groups g WHERE g.id = \(id) FOR UPDATE OF g").first else {
            throw AppError.notFound("The group")
        }
        return try ServerGroup(row)
    }

    /// Groups by name, those after `after`, and how many there are in all.
    package static func list(search: String?, after: Cursor?, limit: Int, on session: TenantSession) throws -> (
        groups: [ServerGroup], total: Int
    ) {
        var conditions: SQL = "WHERE true"
        if let search { conditions = conditions + " AND g.name ILIKE \(LikePattern.containing(search))" }
        var page = conditions
        if let after, let name = after.values.first?.string, let id = after.values.last?.string.flatMap({ ID(text: $0) }) {
            page = page + " AND (lower(g.name), g.id) > (\(name), \(id))"
        }
        let rows = try session.rows("SELECT \(columns) FROM fleet.server_groups g \(page) ORDER BY lower(g.name), g.id LIMIT \(limit)")
        let total: Int = try session.rows("SELECT count(*) FROM fleet.server_groups g \(conditions)")[0].decode(0)
        return (try counted(rows.map(ServerGroup.init), on: session), total)
    }

    /// `groups` with how many servers they have, in which health: all by one look at the fleet, since a filter asks every server.
    private static func counted(_ groups: [ServerGroup], on session: TenantSession) throws -> [ServerGroup] {
        guard !groups.isEmpty else { return [] }
        let dynamic = groups.compactMap { group in
            group.filter.flatMap { try? GroupFilter($0) }.map { DynamicGroup(id: group.id, name: group.name, filter: $0) }
        }
        let rows = try session.rows(
            """
            SELECT m.group_id, o.health, count(*)
            FROM (\(DynamicGroup.memberships(dynamic, reach: .fleet))) m
            JOIN fleet.server_overview o ON o.id = m.server_id AND o.deleted_at IS NULL
            WHERE m.group_id = ANY (\(groups.map(\.id)))
            GROUP BY m.group_id, o.health
            """)
        var counts: [ID: [ServerHealth: Int]] = [:]
        for row in rows { counts[try row.decode(0), default: [:]][try ServerHealth(word: row.decode(1))] = try row.decode(2) }
        return groups.map { group in
            var group = group
            group.byHealth = counts[group.id] ?? [:]
            group.serverCount = group.byHealth.values.reduce(0, +)
            return group
        }
    }

    /// Where the page after this group begins. The database lower-cases the name, so that both sides compare the same.
    package static func cursor(after group: ServerGroup, on session: TenantSession) throws -> Cursor {
        Cursor(
            sort: "name", values: [.string(try session.rows("SELECT lower(\(group.name))")[0].decode(0)), .string(group.id.description)])
    }

    /// Adds the group. Throws `.conflict` when the name is taken.
    package func insert(on session: TenantSession) throws {
        try nameTaken {
            try session.execute(
                """
                INSERT INTO fleet.server_groups (id, name, description, color, filter, revision, created_at, updated_at)
                VALUES (\(id), \(name), \(description), \(color), \(filter), \(revision), \(createdAt), \(updatedAt))
                """)
        }
    }

    /// Writes every column. Throws `.conflict` when the name is taken.
    package func save(on session: TenantSession) throws {
        try nameTaken {
            try session.execute(
                """
                UPDATE fleet.server_groups
                SET name = \(name), description = \(description), color = \(color), filter = \(filter), revision = \(revision),
                    updated_at = \(updatedAt)
                WHERE id = \(id)
                """)
        }
    }

    /// Removes the group; its servers stay.
    package func delete(on session: TenantSession) throws { try session.execute("DELETE FROM fleet.server_groups WHERE id = \(id)") }

    /// Adds servers; those already in it stay. Returns the new ones. Throws a validation error that names each unknown id, and
    /// `.conflict` when a filter decides.
    package func add(_ servers: [Server.ID], on session: TenantSession) throws -> Set<Server.ID> {
        if filter != nil { throw Self.refusesHands(name) }
        let known = Set(
            try session.rows("SELECT id FROM fleet.servers WHERE id = ANY (\(servers)) AND deleted_at IS NULL FOR KEY SHARE")
                .map { try $0.decode(0, as: Server.ID.self) })
        let unknown = servers.enumerated().filter { !known.contains($1) }
        guard unknown.isEmpty else {
            throw AppError(
                .validationError, unknown.count == 1 ? "1 of the servers does not exist" : "\(unknown.count) of the servers do not exist",
                details: unknown.map { .init(field: "serverIds[\($0.offset)]", reason: "is not a server of this tenant") })
        }
        return try BulkSQL.addToGroups([id], Set(servers), on: session)
    }

    /// Takes a server out. Throws `.notFound` when it is not in the group, `.conflict` when a filter decides.
    package func remove(_ server: Server.ID, on session: TenantSession) throws {
        if filter != nil { throw Self.refusesHands(name) }
        let count = try session.execute("DELETE FROM fleet.server_group_members WHERE group_id = \(id) AND server_id = \(server)")
        guard count == 1 else { throw AppError.notFound("The server in this group") }
    }

    /// Id and name of the members, by name, at most `listedCountMax`.
    package func members(on session: TenantSession) throws -> [(id: Server.ID, name: String)] {
        guard let filter else {
            return try session.rows(
                """
                SELECT s.id, s.name
                FROM fleet.server_group_members m
                JOIN fleet.servers s ON s.id = m.server_id AND s.deleted_at IS NULL
                WHERE m.group_id = \(id)
                ORDER BY lower(s.name), s.id
                LIMIT \(Self.listedCountMax)
                """
            ).map { (try $0.decode(0), try $0.decode(1)) }
        }
        guard let filter = try? GroupFilter(filter) else { return [] }  // of a newer version
        return try Self.matching(filter, limit: Self.listedCountMax, on: session).servers
    }

    /// The first servers by name that a filter lets through, and how many there are.
    package static func matching(
        _ filter: GroupFilter, limit: Int, on session: TenantSession
    ) throws -> (servers: [(id: Server.ID, name: String)], total: Int) {
        let rows = try session.rows(
            """
            SELECT o.id, o.name, count(*) OVER ()
            FROM fleet.servers o
            WHERE o.deleted_at IS NULL AND \(filter.condition())
            ORDER BY lower(o.name), o.id
            LIMIT \(limit)
            """)
        return (try rows.map { (try $0.decode(0), try $0.decode(1)) }, try rows.first?.decode(2) ?? 0)
    }

    /// Whether people have put servers into it, deleted ones too.
    package func hasMembersByHand(on session: TenantSession) throws -> Bool {
        try !session.rows("SELECT FROM fleet.server_group_members WHERE group_id = \(id) LIMIT 1").isEmpty
    }

    /// How many servers would be in no group without this one.
    package func onlyHereCount(on session: TenantSession) throws -> Int {
        let dynamic = try DynamicGroup.all(on: session)
        return try session.rows(
            """
            WITH memberships AS MATERIALIZED (\(DynamicGroup.memberships(dynamic, reach: .fleet)))
            SELECT count(*)
            FROM fleet.servers s
            WHERE s.deleted_at IS NULL AND s.id IN (SELECT server_id FROM memberships WHERE group_id = \(id))
              AND s.id NOT IN (SELECT server_id FROM memberships WHERE group_id <> \(id))
            """)[0].decode(0)
    }

    /// Saved views that filter by this group.
    package func views(on session: TenantSession) throws -> [(id: ServerView.ID, name: String)] {
        try session.rows(
            """
            SELECT id, name
            FROM fleet.server_views
            WHERE filter->'groups' ? \(id.description)
            ORDER BY lower(name), id
            LIMIT \(Self.listedCountMax)
            """
        ).map { (try $0.decode(0), try $0.decode(1)) }
    }

    /// Makes `groups` the groups of `server`, as far as hands decide: a dynamic group may be among them when its filter lets the server in.
    /// Throws a validation error that names each unknown id, and `.conflict` for a dynamic group that the server is not in.
    package static func assign(_ groups: [ID], to server: Server.ID, on session: TenantSession) throws {
        let known = try session.rows("SELECT id, name, filter FROM fleet.server_groups WHERE id = ANY (\(groups)) FOR KEY SHARE").map {
            (id: try $0.decode(0, as: ID.self), name: try $0.decode(1, as: String.self), filter: try $0.decode(2, as: String?.self))
        }
        let ids = Set(known.map(\.id))
        let unknown = groups.enumerated().filter { !ids.contains($1) }
        guard unknown.isEmpty else {
            throw AppError(
                .validationError, unknown.count == 1 ? "1 of the groups does not exist" : "\(unknown.count) of the groups do not exist",
                details: unknown.map { .init(field: "groupIds[\($0.offset)]", reason: "is not a group of this tenant") })
        }
        for (_, name, filter) in known {
            guard let filter else { continue }
            guard let filter = try? GroupFilter(filter), try Server.matches(filter, server, on: session) else { throw refusesHands(name) }
        }
        let byHand = known.filter { $0.filter == nil }.map(\.id)
        try session.execute("DELETE FROM fleet.server_group_members WHERE server_id = \(server) AND NOT group_id = ANY (\(byHand))")
        try session.execute(
            """
            INSERT INTO fleet.server_group_members (server_id, group_id)
            SELECT \(server), group_id FROM unnest(\(byHand)) AS group_id
            ON CONFLICT DO NOTHING
            """)
    }

    /// The groups that people put a server into.
    static func byHand(of server: Server.ID, on session: TenantSession) throws -> [ID] {
        try session.rows("SELECT group_id FROM fleet.server_group_members WHERE server_id = \(server)").map { try $0.decode(0) }
    }

    /// Those of `groups` that people put servers into.
    static func byHand(among groups: [ID], on session: TenantSession) throws -> [ID] {
        try session.rows("SELECT id FROM fleet.server_groups WHERE id = ANY (\(groups)) AND filter IS NULL").map { try $0.decode(0) }
    }

    private func nameTaken(_ body: () throws -> Void) throws {
        do { try body() } catch let error as PostgresError where error.isUniqueViolation {
            throw AppError(.conflict, "A group named “\(name)” exists already", details: [.init(field: "name", reason: "is taken")])
        }
    }

    private init(_ row: PostgresRow) throws {
        self.init(
            id: try row.decode("id"), name: try row.decode("name"), description: try row.decode("description"),
            color: try row.decode("color"), filter: try row.decode("filter"), revision: try row.decode("revision"), serverCount: 0,
            createdAt: try row.decode("created_at"), updatedAt: try row.decode("updated_at"))
    }
}

extension Server {
    /// Whether a filter lets this server in.
    static func matches(_ filter: GroupFilter, _ id: ID, on session: TenantSession) throws -> Bool {
        try !session.rows("SELECT FROM fleet.servers o WHERE o.id = \(id) AND \(filter.condition())").isEmpty
    }
}

extension ServerHealth {
    /// A word from the database. Throws `PostgresError` when this version does not know it.
    init(word: String) throws {
        guard let health = ServerHealth(rawValue: word) else {
            throw PostgresError(sqlState: "42804", message: "a health that this version does not know")
        }
        self = health
    }
}
