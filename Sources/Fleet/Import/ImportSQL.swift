import Foundation
import Platform
import Postgres
import Primitives

extension ImportSurroundings {
    /// What the tenant has now.
    static func read(on session: TenantSession) throws -> ImportSurroundings {
        var found = ImportSurroundings()
        let servers = try session.rows(
            """
            SELECT lower(name), id, name, hostname, port, instance_name
            FROM fleet.servers
            WHERE deleted_at IS NULL
            ORDER BY created_at DESC, id DESC
            """)
        for row in servers {
            found.servers[try row.decode(0)] = try row.decode(1, as: Server.ID.self)
            let key = AddressKey(hostname: try row.decode(3), port: try row.decode(4), instanceName: try row.decode(5))
            found.addresses[key] = try row.decode(2, as: String.self)
        }
        for row in try session.rows("SELECT lower(name), id FROM fleet.server_groups") {
            found.groups.insert(try row.decode(0))
            found.groupIDs.insert(try row.decode(1))
        }
        for row in try session.rows("SELECT lower(name) FROM fleet.labels") { found.labels.insert(try row.decode(0)) }
        for login in try Credential.logins(on: session) {
            found.credentials[login.id] = login
            found.credentialIDs[login.name.lowercased()] = login.id
        }
        return found
    }
}

/// What an import writes for a batch of servers.
enum ImportSQL {
    /// Ids of the labels called so, by their names in Swift's lower case; those that do not exist are made.
    static func labels(_ names: [String], at now: Date, on session: TenantSession) throws -> [String: Label.ID] {
        guard !names.isEmpty else { return [:] }
        let names = Array(Set(names))
        _ = try Label.ensure(names, at: now, on: session)
        return try byName("fleet.labels", names, on: session)
    }

    /// Ids of the groups called so, by their names in Swift's lower case; those that do not exist are made. Returns the new ones too.
    static func groups(
        _ names: [String], at now: Date, on session: TenantSession
    ) throws -> (ids: [String: ServerGroup.ID], made: [(id: ServerGroup.ID, name: String)]) {
        guard !names.isEmpty else { return ([:], []) }
        var seen: Set<String> = []
        let names = names.filter { seen.insert($0.lowercased()).inserted }
        let made = try session.rows(
            """
            INSERT INTO fleet.server_groups (id, name, created_at, updated_at)
            SELECT g.id, g.name, \(now), \(now)
            FROM unnest(\(names.map { _ in ServerGroup.ID() }), \(names)) AS g (id, name)
            ON CONFLICT (lower(name)) DO NOTHING
            RETURNING id, name
            """
        ).map { (id: try $0.decode(0, as: ServerGroup.ID.self), name: try $0.decode(1, as: String.self)) }
        return (try byName("fleet.server_groups", names, on: session), made)
    }

    /// Those of `profiles` that are there, kept from being deleted until the transaction ends.
    static func existing(_ profiles: Set<Credential.ID>, on session: TenantSession) throws -> Set<Credential.ID> {
        guard !profiles.isEmpty else { return [] }
        return Set(
            try session.rows("SELECT id FROM fleet.credentials WHERE id = ANY (\(Array(profiles))) ORDER BY id FOR KEY SHARE")
                .map { try $0.decode(0) })
    }

    /// - Parameter table: from our own code.
    private static func byName<Entity>(_ table: String, _ names: [String], on session: TenantSession) throws -> [String: ID<Entity>] {
        let rows = try session.rows(
            """
            SELECT n.name, t.id
            FROM unnest(\(names)) AS n (name)
            JOIN \(unsafeRaw: table) t ON lower(t.name) = lower(n.name)
            FOR KEY SHARE OF t
            """)
        return Dictionary(try rows.map { (try $0.decode(0, as: String.self).lowercased(), try $0.decode(1)) }, uniquingKeysWith: { $1 })
    }

    /// Puts servers into groups and labels on them, in two statements.
    static func assign(
        groups: [(server: Server.ID, group: ServerGroup.ID)], labels: [(server: Server.ID, label: Label.ID)], on session: TenantSession
    ) throws {
        if !groups.isEmpty {
            try session.execute(
                """
                INSERT INTO fleet.server_group_members (server_id, group_id)
                SELECT m.server_id, m.group_id
                FROM unnest(\(groups.map(\.server)), \(groups.map(\.group))) AS m (server_id, group_id)
                WHERE EXISTS (SELECT FROM fleet.server_groups g WHERE g.id = m.group_id AND g.filter IS NULL)
                ON CONFLICT DO NOTHING
                """)
        }
        if !labels.isEmpty {
            try session.execute(
                """
                INSERT INTO fleet.server_labels (server_id, label_id)
                SELECT m.server_id, m.label_id
                FROM unnest(\(labels.map(\.server)), \(labels.map(\.label))) AS m (server_id, label_id)
                ON CONFLICT DO NOTHING
                """)
        }
    }
}
