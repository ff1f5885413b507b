import Foundation
package import Platform
import Postgres
import Primitives

extension ServerGroup {
    private static let columns: SQL = """
        g.id, g.name, g.description, g.color, g.revision, g.created_at, g.updated_at,
            (SELECT count(*) FROM fleet.server_group_members m
                JOIN fleet.servers s ON s.id = m.server_id AND s.deleted_at IS NULL WHERE m.group_id = g.id)
                AS server_count
        """

    /// The group. Throws `.notFound`.
    package static func find(_ id: ID, on session: TenantSession) throws -> ServerGroup {
        guard let row = try session.rows("SELECT \(columns) FROM fleet.server_groups g WHERE g.id = \(id)").first else {
            throw AppError.notFound("The group")
        }
        return try ServerGroup(row)
    }

    /// The group, locked until the transaction ends. Throws `.notFound`.
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
        if let search { conditions = conditions + " AND g.name ILIKE \(likePattern(search))" }
        var page = conditions
        if let after, let name = after.values.first?.string, let id = after.values.last?.string.flatMap({ ID(text: $0) }) {
            page = page + " AND (lower(g.name), g.id) > (\(name), \(id))"
        }
        let rows = try session.rows("SELECT \(columns) FROM fleet.server_groups g \(page) ORDER BY lower(g.name), g.id LIMIT \(limit)")
        let total: Int = try session.rows("SELECT count(*) FROM fleet.server_groups g \(conditions)")[0].decode(0)
        return (try rows.map(ServerGroup.init), total)
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
                INSERT INTO fleet.server_groups (id, name, description, color, revision, created_at, updated_at)
                VALUES (\(id), \(name), \(description), \(color), \(revision), \(createdAt), \(updatedAt))
                """)
        }
    }

    /// Writes every column. Throws `.conflict` when the name is taken.
    package func save(on session: TenantSession) throws {
        try nameTaken {
            try session.execute(
                """
                UPDATE fleet.server_groups
                SET name = \(name), description = \(description), color = \(color), revision = \(revision), updated_at = \(updatedAt)
                WHERE id = \(id)
                """)
        }
    }

    /// Removes the group; its servers stay.
    package func delete(on session: TenantSession) throws { try session.execute("DELETE FROM fleet.server_groups WHERE id = \(id)") }

    /// Adds servers; those already in it stay. Returns how many are new. Throws a validation error that names each unknown id.
    package func add(_ servers: [Server.ID], on session: TenantSession) throws -> Int {
        let known = Set(
            try session.rows("SELECT id FROM fleet.servers WHERE id = ANY (\(servers)) AND deleted_at IS NULL FOR KEY SHARE")
                .map { try $0.decode(0, as: Server.ID.self) })
        let unknown = servers.enumerated().filter { !known.contains($1) }
        guard unknown.isEmpty else {
            throw AppError(
                .validationError, "\(unknown.count) of the servers do not exist",
                details: unknown.map { .init(field: "serverIds[\($0.offset)]", reason: "is not a server of this tenant") })
        }
        return try session.execute(
            """
            INSERT INTO fleet.server_group_members (server_id, group_id)
            SELECT server_id, \(id) FROM unnest(\(servers)) AS server_id
            ON CONFLICT DO NOTHING
            """)
    }

    /// Takes a server out. Throws `.notFound` when it is not in the group.
    package func remove(_ server: Server.ID, on session: TenantSession) throws {
        let count = try session.execute("DELETE FROM fleet.server_group_members WHERE group_id = \(id) AND server_id = \(server)")
        guard count == 1 else { throw AppError.notFound("The server in this group") }
    }

    /// Id and name of the members, by name, at most `listedCountMax`.
    package func members(on session: TenantSession) throws -> [(id: Server.ID, name: String)] {
        try session.rows(
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

    /// Makes `groups` the groups of `server`. Throws a validation error that names each unknown id.
    package static func assign(_ groups: [ID], to server: Server.ID, on session: TenantSession) throws {
        let known = Set(
            try session.rows("SELECT id FROM fleet.server_groups WHERE id = ANY (\(groups)) FOR KEY SHARE").map {
                try $0.decode(0, as: ID.self)
            })
        let unknown = groups.enumerated().filter { !known.contains($1) }
        guard unknown.isEmpty else {
            throw AppError(
                .validationError, "\(unknown.count) of the groups do not exist",
                details: unknown.map { .init(field: "groupIds[\($0.offset)]", reason: "is not a group of this tenant") })
        }
        try session.execute("DELETE FROM fleet.server_group_members WHERE server_id = \(server) AND NOT group_id = ANY (\(groups))")
        try session.execute(
            """
            INSERT INTO fleet.server_group_members (server_id, group_id)
            SELECT \(server), group_id FROM unnest(\(groups)) AS group_id
            ON CONFLICT DO NOTHING
            """)
    }

    private func nameTaken(_ body: () throws -> Void) throws {
        do { try body() } catch let error as PostgresError where error.isUniqueViolation {
            throw AppError(.conflict, "A group named “\(name)” exists already", details: [.init(field: "name", reason: "is taken")])
        }
    }

    private init(_ row: PostgresRow) throws {
        self.init(
            id: try row.decode("id"), name: try row.decode("name"), description: try row.decode("description"),
            color: try row.decode("color"),
            revision: try row.decode("revision"), serverCount: try row.decode("server_count"), createdAt: try row.decode("created_at"),
            updatedAt: try row.decode("updated_at"))
    }
}

/// `text` anywhere, for ILIKE: its own wildcards mean themselves.
package func likePattern(_ text: String) -> String {
    "%" + text.replacing("\\", with: "\\\\").replacing("%", with: "\\%").replacing("_", with: "\\_") + "%"
}
