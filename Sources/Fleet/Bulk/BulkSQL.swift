import Foundation
import Platform
import Postgres
import Primitives

extension BulkSelection {
    /// Adds an item for each server. Returns how many.
    func insertItems(into operation: Platform.Operation.ID, on session: TenantSession) throws -> Int {
        switch self {
        case .ids(let ids):
            return try session.execute(
                """
                INSERT INTO platform.operation_items (operation_id, position, entity_id, name)
                SELECT \(operation), u.n::int, u.id, coalesce(s.name, u.id::text)
                FROM unnest(\(ids)) WITH ORDINALITY AS u (id, n)
                LEFT JOIN fleet.servers s ON s.id = u.id
                """)
        case .filter(let filter):
            return try session.execute(
                """
                INSERT INTO platform.operation_items (operation_id, position, entity_id, name)
                SELECT \(operation), row_number() OVER (ORDER BY lower(o.name), o.id)::int, o.id, o.name
                FROM fleet.server_overview o
                WHERE \(filter.withDynamicGroups(on: session).conditions)
                LIMIT \(Platform.Operation.itemCountMax + 1)
                """)
        }
    }
}

/// What bulk actions write, one statement for many servers.
enum BulkSQL {
    /// Those of `servers` that are there, held until the transaction ends. In one order, so that two bulk actions do not wait for
    /// each other in a ring.
    static func lock(_ servers: [Server.ID], on session: TenantSession) throws -> Set<Server.ID> {
        Set(
            try session.rows(
                """
                SELECT id
                FROM fleet.servers
                WHERE id = ANY (\(servers)) AND deleted_at IS NULL
                ORDER BY id
                FOR UPDATE
                """
            ).map { try $0.decode(0) })
    }

    /// Counts one more change of each server's configuration, since its labels or groups changed: whoever edits it is told, and collectors
    /// learn of each, since a group may have limits. Returns the new revisions.
    @discardableResult static func bump(
        _ servers: Set<Server.ID>, at now: Date, on session: TenantSession
    ) throws -> [Server.ID: Int64] {
        guard !servers.isEmpty else { return [:] }
        let rows = try session.rows(
            """
            UPDATE fleet.servers
            SET revision = revision + 1, updated_at = \(now)
            WHERE id = ANY (\(Array(servers)))
            RETURNING id, revision
            """)
        try Server.touch(all: "SELECT unnest(\(Array(servers)))", on: session)
        return Dictionary(uniqueKeysWithValues: try rows.map { (try $0.decode(0), try $0.decode(1)) })
    }

    /// How those of `servers` that are there sign in; call `lock` first.
    static func logins(_ servers: Set<Server.ID>, on session: TenantSession) throws -> [ServerLogin] {
        try session.rows(
            """
            SELECT s.id, s.name, s.engine, s.auth_type, s.username, s.password_encrypted IS NOT NULL, s.credential_id, s.revision
            FROM fleet.servers s
            WHERE s.id = ANY (\(Array(servers)))
            """
        ).map { row in
            ServerLogin(
                id: try row.decode(0), name: try row.decode(1), engine: try row.decodeWord("engine"),
                authType: try row.decodeWord("auth_type"), username: try row.decode(4), hasPassword: try row.decode(5),
                credentialID: try row.decode(6), revision: try row.decode(7))
        }
    }

    /// Lets servers sign in with a profile, and with nothing of their own; collectors learn of each.
    static func setCredential(_ login: CredentialLogin, of servers: Set<Server.ID>, at now: Date, on session: TenantSession) throws {
        try session.execute(
            """
            WITH counter AS (
                UPDATE fleet.change_counter
                SET value = value + \(servers.count)
                RETURNING value - \(servers.count) AS base
            ), numbered AS (
                SELECT id, row_number() OVER (ORDER BY id) AS number FROM unnest(\(Array(servers))) AS id
            )
            UPDATE fleet.servers s
            SET credential_id = \(login.id), auth_type = \(login.authType), username = NULL, password_encrypted = NULL,
                updated_at = \(now), revision = revision + 1, change_number = counter.base + numbered.number
            FROM counter, numbered
            WHERE s.id = numbered.id
            """)
    }

    /// Puts each label on each server. Returns the servers that lacked one.
    static func addLabels(_ labels: [Label.ID], to servers: Set<Server.ID>, on session: TenantSession) throws -> Set<Server.ID> {
        try changed(
            """
            INSERT INTO fleet.server_labels (server_id, label_id)
            SELECT s.id, l.id
            FROM unnest(\(Array(servers))) AS s (id)
            CROSS JOIN unnest(\(labels)) AS l (id)
            ON CONFLICT DO NOTHING
            RETURNING server_id
            """, on: session)
    }

    /// Takes labels, by their names, off. Returns the servers that had one.
    static func removeLabels(_ names: [String], from servers: Set<Server.ID>, on session: TenantSession) throws -> Set<Server.ID> {
        try changed(
            """
            DELETE FROM fleet.server_labels m
            USING fleet.labels l
            WHERE l.id = m.label_id AND lower(l.name) IN (SELECT lower(name) FROM unnest(\(names)) AS name)
                AND m.server_id = ANY (\(Array(servers)))
            RETURNING m.server_id
            """, on: session)
    }

    /// Puts each server into each group. Returns the servers that were not in one.
    static func addToGroups(_ groups: [ServerGroup.ID], _ servers: Set<Server.ID>, on session: TenantSession) throws -> Set<Server.ID> {
        try changed(
            """
            INSERT INTO fleet.server_group_members (server_id, group_id)
            SELECT s.id, g.id
            FROM unnest(\(Array(servers))) AS s (id)
            CROSS JOIN fleet.server_groups g
            WHERE g.id = ANY (\(groups))
            ON CONFLICT DO NOTHING
            RETURNING server_id
            """, on: session)
    }

    /// Takes servers out of groups. Returns those that were in one.
    static func removeFromGroups(
        _ groups: [ServerGroup.ID], _ servers: Set<Server.ID>, on session: TenantSession
    ) throws -> Set<Server.ID> {
        try changed(
            """
            DELETE FROM fleet.server_group_members
            WHERE group_id = ANY (\(groups)) AND server_id = ANY (\(Array(servers)))
            RETURNING server_id
            """, on: session)
    }

    private static func changed(_ sql: SQL, on session: TenantSession) throws -> Set<Server.ID> {
        Set(try session.rows(sql).map { try $0.decode(0) })
    }

    /// Names of the groups by id. Throws a validation error that names each unknown id, and `.conflict` for a group that a filter fills.
    static func groupNames(_ groups: [ServerGroup.ID], on session: TenantSession) throws -> [String] {
        let rows = try session.rows("SELECT id, name, filter IS NOT NULL FROM fleet.server_groups WHERE id = ANY (\(groups)) ORDER BY lower(name)")
        let known = Set(try rows.map { try $0.decode(0, as: ServerGroup.ID.self) })
        let unknown = groups.enumerated().filter { !known.contains($1) }
        guard unknown.isEmpty else {
            throw AppError(
                .validationError, unknown.count == 1 ? "1 of the groups does not exist" : "\(unknown.count) of the groups do not exist",
                details: unknown.map { .init(field: "groupIds[\($0.offset)]", reason: "is not a group of this tenant") })
        }
        for row in rows where try row.decode(2) { throw ServerGroup.refusesHands(try row.decode(1)) }
        return try rows.map { try $0.decode(1) }
    }

    /// Marks servers as deleted; collectors learn of each. Returns id and name.
    static func softDelete(_ servers: Set<Server.ID>, at now: Date, on session: TenantSession) throws -> [(id: Server.ID, name: String)] {
        try session.rows(
            """
            WITH counter AS (
                UPDATE fleet.change_counter
                SET value = value + \(servers.count)
                RETURNING value - \(servers.count) AS base
            ), numbered AS (
                SELECT id, row_number() OVER (ORDER BY id) AS number FROM unnest(\(Array(servers))) AS id
            )
            UPDATE fleet.servers s
            SET deleted_at = \(now), updated_at = \(now), revision = revision + 1, change_number = counter.base + numbered.number
            FROM counter, numbered
            WHERE s.id = numbered.id
            RETURNING s.id, s.name
            """
        ).map { (try $0.decode(0), try $0.decode(1)) }
    }

    /// Writes another title, now that it is known how many servers are meant.
    static func retitle(_ operation: Platform.Operation.ID, _ title: String, on session: TenantSession) throws {
        let title = String(title.prefix(Platform.Operation.titleLengthMax))
        try session.execute("UPDATE platform.operations SET title = \(title) WHERE id = \(operation)")
    }
}
