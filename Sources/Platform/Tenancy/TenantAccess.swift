import Postgres

/// Who may enter a tenant's database, said in one place for new and for restored tenants.
enum TenantAccess {
    /// A login role as a member of one of the two groups; one that is there gets the password and the membership.
    static func makeRole(_ role: String, password: String, group: String, on connection: PostgresConnection) throws {
        let (name, verifier) = (SQL.identifier(role), SQL.literal(try connection.scramVerifier(password: password, role: role)))
        if try connection.rows("SELECT 1 FROM pg_roles WHERE rolname = \(role)").isEmpty {
            try connection.script("CREATE ROLE \(name) LOGIN PASSWORD \(verifier) IN ROLE \(group)")
        } else {
            try connection.script("ALTER ROLE \(name) LOGIN PASSWORD \(verifier); GRANT \(group) TO \(name)")
        }
    }

    /// Opens a database that was made closed: first for nobody, then for its two roles.
    static func grant(_ databaseName: String, ownerRole: String, runtimeRole: String, on connection: PostgresConnection) throws {
        let database = SQL.identifier(databaseName)
        try connection.script(
            """
            REVOKE ALL ON DATABASE \(database) FROM PUBLIC;
            GRANT CREATE ON DATABASE \(database) TO \(SystemDatabase.ownerGroup);
            GRANT CONNECT, TEMPORARY ON DATABASE \(database) TO \(SQL.identifier(runtimeRole)), \(SQL.identifier(ownerRole));
            ALTER DATABASE \(database) ALLOW_CONNECTIONS true;
            """)
    }
}

extension TenantRecord {
    /// Both roles and their rights, as this record has them.
    func remakeRoles(secrets: SecretBox, on connection: PostgresConnection) throws {
        let owner = try secrets.openForInstallation(ownerPasswordSealed, context: "owner role \(tenant.id)")
        let runtime = try secrets.openForInstallation(runtimePasswordSealed, context: "runtime role \(tenant.id)")
        try TenantAccess.makeRole(ownerRole, password: owner, group: SystemDatabase.ownerGroup, on: connection)
        try TenantAccess.makeRole(runtimeRole, password: runtime, group: SystemDatabase.runtimeGroup, on: connection)
        try TenantAccess.grant(tenant.databaseName, ownerRole: ownerRole, runtimeRole: runtimeRole, on: connection)
    }
}
