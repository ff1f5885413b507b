import Foundation
import Logging
package import Postgres
import Primitives
import Schema

/// The database that knows the tenants. The program's own role owns it; no tenant's role may connect.
package final class SystemDatabase: Sendable {
    package static let defaultName = "dbtools_system"
    /// The group roles that every tenant's two login roles are members of. They own nothing in the cluster and may connect nowhere by
    /// themselves.
    static let ownerGroup = "dbtools_owner"
    static let runtimeGroup = "dbtools_runtime"
    /// Of every session that works for requests and collections, also on a PostgreSQL that is not ours: its statements are short, and
    /// compiling one costs more than running it.
    static let sessionOptions = "-c jit=off"
    /// Held while the shared roles and the template are made: "DbRo" in ASCII.
    private static let clusterLockKey = 0x4462_526F

    package let name: String
    package let pool: PostgresPool
    /// The system database, as the program's own role.
    package let address: DatabaseAddress
    /// A database that is there before ours is: where CREATE DATABASE is said.
    private let maintenance: DatabaseAddress

    /// - Parameters:
    ///   - server: the cluster, as a role that may create databases and roles. A database it names, other than `postgres` and
    ///     `template1`, is the system database.
    ///   - name: the system database's name where `server` names none.
    package init(server: DatabaseAddress, name: String = defaultName, pool: PostgresPool) throws(PostgresError) {
        let named = try server.parameter("dbname")
        self.name = named.flatMap { ["postgres", "template1"].contains($0) ? nil : $0 } ?? name
        self.pool = pool
        let given = try server.parameter("options").map { $0 + " " } ?? ""
        address = try server.with(["dbname": self.name, "application_name": "dbtools", "options": given + Self.sessionOptions])
        maintenance = try server.with(["dbname": "postgres", "application_name": "dbtools"])
    }

    /// Runs `body` in one transaction: commits when it returns, rolls back when it throws.
    package func transaction<T: Sendable>(_ body: @escaping @Sendable (SystemSession) throws -> T) async throws -> T {
        try await pool.run(address) { connection in
            try connection.transaction { try body(SystemSession(connection)) }
        }
    }

    /// Runs `body` without a transaction around it: for single statements that read.
    package func read<T: Sendable>(_ body: @escaping @Sendable (SystemSession) throws -> T) async throws -> T {
        try await pool.run(address) { try body(SystemSession($0)) }
    }

    /// Makes what is missing: the database, the group roles, the schema, the template of tenants. Safe to call at every start and by
    /// several programs at once.
    ///
    /// - Parameter isPrivateCluster: whether the whole cluster is ours, so that tenants' roles can also be kept out of `postgres` and
    ///   `template1`.
    /// - Throws: `AppError.unavailable` when the server is older than PostgreSQL 15 or its schema newer than this program;
    ///   `PostgresError`.
    package func prepare(isPrivateCluster: Bool) async throws {
        let (name, address) = (name, address)
        try await pool.run(maintenance) { connection in
            guard connection.serverVersion >= 150_000 else {
                throw AppError(.unavailable, "DbTools needs PostgreSQL 15 or later; this server is \(connection.serverVersion / 10_000)")
            }
            try Self.underClusterLock(connection) { try Self.createDatabaseAndRoles(name, isPrivateCluster, connection) }
        }
        try await pool.run(address) { connection in
            connection.statementDeadlineSeconds = nil  // a migration takes what it takes
            try Migrator.migrate(connection, Migration.system)
        }
        try await TenantTemplate.prepare(maintenance: maintenance, pool: pool)
    }

    static func underClusterLock<T>(_ connection: PostgresConnection, _ body: () throws -> T) throws -> T {
        connection.statementDeadlineSeconds = nil
        try connection.execute("SELECT pg_advisory_lock(\(clusterLockKey))")
        defer { _ = try? connection.execute("SELECT pg_advisory_unlock(\(clusterLockKey))") }  // a lost connection has given the lock back
        return try body()
    }

    private static func createDatabaseAndRoles(_ name: String, _ isPrivateCluster: Bool, _ connection: PostgresConnection) throws {
        for role in [ownerGroup, runtimeGroup] where try connection.rows("SELECT 1 FROM pg_roles WHERE rolname = \(role)").isEmpty {
            try connection.script("CREATE ROLE \(SQL.identifier(role)) NOLOGIN")
        }
        // Objects of tenants belong to the owner group: whoever migrates them must be a member. A superuser is, without being told.
        if try !connection.rows("SELECT pg_has_role(current_user, \(ownerGroup), 'MEMBER')")[0].decode(0, as: Bool.self) {
            try connection.script("GRANT \(ownerGroup), \(runtimeGroup) TO current_user")
        }
        if try connection.rows("SELECT 1 FROM pg_database WHERE datname = \(name)").isEmpty {
            try connection.script("CREATE DATABASE \(SQL.identifier(name)) ENCODING 'UTF8' TEMPLATE template0")
        }
        var closed = [name]
        if isPrivateCluster { closed += ["postgres", "template1"] }
        for database in closed { try connection.script("REVOKE ALL ON DATABASE \(SQL.identifier(database)) FROM PUBLIC") }
    }
}

/// A connection to the system database, for the length of one closure.
package final class SystemSession {
    package let connection: PostgresConnection
    init(_ connection: PostgresConnection) { self.connection = connection }

    package func rows(_ sql: SQL) throws -> PostgresRows { try connection.rows(sql) }
    @discardableResult package func execute(_ sql: SQL) throws -> Int { try connection.execute(sql) }
    /// Adds an entry to the installation's activity log, in this transaction.
    package func record(_ activity: Activity) throws { try activity.insert(on: connection) }
}

extension DatabaseAddress {
    /// One of the address's parameters, such as "dbname". Nil when it is not given.
    package func parameter(_ keyword: String) throws(PostgresError) -> String? { try parameters().first { $0.key == keyword }?.value }
}
