package import Engines
package import Foundation
package import Platform
import Postgres
import Primitives

extension Deployment {
    private static let columns: SQL = """
        d.server_id, s.state, d.version, d.database_name, d.makes_database, d.objects, d.permissions, d.notes, d.message, d.error_code, d.operation_id,
            d.deployed_at, d.checked_at
        """

    /// What is known of a server's objects; a server that was never deployed to has the state `none`.
    package static func find(_ id: Server.ID, on session: TenantSession) throws -> Deployment {
        try find(id, lock: "", on: session)
    }

    /// The same, and locks the row.
    package static func lock(_ id: Server.ID, on session: TenantSession) throws -> Deployment {
        try session.execute(
            "INSERT INTO fleet.deployments (server_id, state) VALUES (\(id), 'none') ON CONFLICT (server_id) DO NOTHING")
        return try find(id, lock: "FOR UPDATE OF d", on: session)
    }

    private static func find(_ id: Server.ID, lock: SQL, on session: TenantSession) throws -> Deployment {
        let rows = try session.rows(
            """
            SELECT \(columns)
            FROM fleet.deployments d
            JOIN fleet.deployment_states s ON s.server_id = d.server_id
            WHERE d.server_id = \(id)
            \(lock)
            """)
        return try rows.first.map(Deployment.init) ?? Deployment(serverID: id)
    }

    /// Whether an operation of these kinds that has not ended still has this server before it.
    package static func openOperation(_ kinds: [String], on id: Server.ID, session: TenantSession) throws -> Platform.Operation.ID? {
        try session.rows(
            """
            SELECT i.operation_id
            FROM platform.operations o
            JOIN platform.operation_items i ON i.operation_id = o.id AND i.ended_at IS NULL
            WHERE o.ended_at IS NULL AND o.status <> 'preparing' AND o.kind = ANY (\(kinds)) AND i.entity_id = \(id)
            LIMIT 1
            """
        ).first?.decode(0)
    }

    /// Stores it. The row is there: see `lock`.
    package func save(on session: TenantSession) throws {
        try session.execute(
            """
            UPDATE fleet.deployments
            SET state = \(state.rawValue), version = \(version.map { Int32($0) }), database_name = \(database),
                makes_database = \(makesDatabase),
                objects = \(JSONValue.array(objects.map(\.json))), permissions = \(JSONValue.array(permissions.map(\.json))),
                notes = \(JSONValue.array(notes.map { .string($0) })), message = \(message), error_code = \(errorCode),
                operation_id = \(operationID), deployed_at = \(deployedAt), checked_at = \(checkedAt),
                check_due_at = CASE WHEN \(database) IS NOT NULL THEN now() + \(Self.checkSecondsMin) * interval '1 second' END
            WHERE server_id = \(serverID)
            """)
    }

    /// Servers whose objects are to be looked at again; each is the caller's until its next turn.
    package static func takeDue(limit: Int, at now: Date, on session: TenantSession) throws -> [Server.ID] {
        try session.rows(
            """
            UPDATE fleet.deployments
            SET check_due_at = \(now) + greatest(\(checkSecondsMin), \(checkSecondsPerServer) * (SELECT count(*) FROM fleet.deployments))
                * interval '1 second'
            WHERE server_id IN (
                SELECT d.server_id
                FROM fleet.deployments d
                JOIN fleet.servers s ON s.id = d.server_id AND s.deleted_at IS NULL
                WHERE d.check_due_at <= \(now) AND d.database_name IS NOT NULL
                ORDER BY d.check_due_at
                LIMIT \(limit)
                FOR UPDATE OF d SKIP LOCKED
            )
            RETURNING server_id
            """
        ).map { try $0.decode(0) }
    }

    /// Collections of these servers could not use the objects: they are drifted from now on, and asked for no more.
    package static func unusable(_ problems: [(server: Server.ID, reason: String)], on session: TenantSession) throws {
        for (id, reason) in problems {
            var deployment = try lock(id, on: session)
            guard deployment.state == .monitored else { continue }
            deployment.record(
                DeployResult(success: false, state: nil, message: "\(reason) The server was read directly; deploy again."), .unusable,
                at: Date())
            try deployment.save(on: session)
            try Server.touchIfThere(id, on: session)
            try session.publish(deployment.event)
        }
    }

    /// The servers of a group, with their kinds: those that are not deleted.
    package static func members(of group: ServerGroup.ID, on session: TenantSession) throws -> [(
        id: Server.ID, name: String, engine: EngineKind
    )] {
        try session.rows(
            """
            SELECT s.id, s.name, s.engine
            FROM fleet.server_group_members m
            JOIN fleet.servers s ON s.id = m.server_id AND s.deleted_at IS NULL
            WHERE m.group_id = \(group)
            ORDER BY lower(s.name)
            """
        ).map { (try $0.decode(0), try $0.decode(1), try $0.decodeWord("engine")) }
    }

    private init(_ row: PostgresRow) throws {
        self.init(serverID: try row.decode("server_id"))
        state = try row.decodeWord("state")
        version = try row.decode("version", as: Int32?.self).map { Int($0) }
        database = try row.decode("database_name")
        makesDatabase = try row.decode("makes_database")
        objects = try row.decode("objects", as: JSONValue.self).array?.compactMap { DeployedObject($0) } ?? []
        permissions = try row.decode("permissions", as: JSONValue.self).array?.compactMap { PermissionCheck($0) } ?? []
        notes = try row.decode("notes", as: JSONValue.self).array?.compactMap(\.string) ?? []
        message = try row.decode("message")
        errorCode = try row.decode("error_code")
        operationID = try row.decode("operation_id")
        deployedAt = try row.decode("deployed_at")
        checkedAt = try row.decode("checked_at")
    }
}

extension Server {
    /// As `touch`; a server that is gone is nobody's concern.
    static func touchIfThere(_ id: ID, on session: TenantSession) throws {
        try session.execute("UPDATE fleet.servers SET change_number = fleet.next_change() WHERE id = \(id) AND deleted_at IS NULL")
    }
}
