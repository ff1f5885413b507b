import Postgres
import Primitives
import Schema

/// The database that tenants' databases are cloned from: migrated, empty, closed to connections.
///
/// Its name holds a hash of the migrations, so a new program makes a new one and never meddles with the old.
enum TenantTemplate {
    static let prefix = "dbtools_template_"

    static var databaseName: String {
        prefix + String(fnv1a(Migration.tenant.map(\.checksum).joined()), radix: 16)
    }

    /// Makes the template if it is missing. It gets its name only when it is whole: one that a crash left half-made is thrown away here.
    static func prepare(maintenance: DatabaseAddress, pool: PostgresPool) async throws {
        let name = databaseName
        let making = name + "_making"
        let makingAddress = try maintenance.with(["dbname": making])
        try await pool.run(maintenance) { connection in
            try SystemDatabase.underClusterLock(connection) {
                guard try connection.rows("SELECT 1 FROM pg_database WHERE datname = \(name)").isEmpty else { return }
                try connection.script("DROP DATABASE IF EXISTS \(SQL.identifier(making)) WITH (FORCE)")
                try connection.script("CREATE DATABASE \(SQL.identifier(making)) ENCODING 'UTF8' TEMPLATE template0")
                try connection.script("REVOKE ALL ON DATABASE \(SQL.identifier(making)) FROM PUBLIC")
                try connection.script("GRANT CREATE ON DATABASE \(SQL.identifier(making)) TO \(SystemDatabase.ownerGroup)")
                try migrate(makingAddress)
                try connection.script("ALTER DATABASE \(SQL.identifier(making)) ALLOW_CONNECTIONS false")
                try connection.script("ALTER DATABASE \(SQL.identifier(making)) RENAME TO \(SQL.identifier(name))")
            }
        }
    }

    private static func migrate(_ address: DatabaseAddress) throws {
        let connection = try PostgresConnection(address)
        try connection.script("SET ROLE \(SystemDatabase.ownerGroup)")
        try migrate(connection)
    }

    /// Applies the tenants' migrations on `connection`, whose role is the owner group, and lets the run-time group into the schemas that
    /// they made.
    @discardableResult static func migrate(_ connection: PostgresConnection) throws -> Int {
        connection.statementDeadlineSeconds = nil  // a migration takes what it takes
        let count = try Migrator.migrate(connection, Migration.tenant)
        if count > 0 {
            let schemas = try connection.rows(
                "SELECT nspname FROM pg_namespace WHERE pg_get_userbyid(nspowner) = \(SystemDatabase.ownerGroup)")
            for schema in schemas {
                try connection.script("GRANT USAGE ON SCHEMA \(SQL.identifier(schema.decode(0))) TO \(SystemDatabase.runtimeGroup)")
            }
        }
        return count
    }
}
