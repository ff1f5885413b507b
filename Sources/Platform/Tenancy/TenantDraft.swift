import Crypto
import Foundation
import Postgres
import Primitives

/// A tenant that is being made: its names and secrets, and the statements that make it.
struct TenantDraft: Sendable {
    let id: Tenant.ID
    let slug: String
    let name: String
    let settings: JSONValue
    let databaseName: String
    let ownerRole: String
    let runtimeRole: String
    private let ownerPassword: String
    private let runtimePassword: String
    private let ownerPasswordSealed: [UInt8]
    private let runtimePasswordSealed: [UInt8]
    private let dataKey: [UInt8]
    private let masterKeyID: String

    init(slug: String, name: String, settings: JSONValue, secrets: SecretBox) throws {
        id = Tenant.ID()
        self.slug = slug
        self.name = name
        self.settings = settings
        databaseName = Tenant.databaseObjectName("dbtools_tenant_", slug)
        runtimeRole = databaseName
        ownerRole = Tenant.databaseObjectName("dbtools_owner_", slug)
        ownerPassword = Self.password()
        runtimePassword = Self.password()
        ownerPasswordSealed = try secrets.sealForInstallation(ownerPassword, context: "owner role \(id)")
        runtimePasswordSealed = try secrets.sealForInstallation(runtimePassword, context: "runtime role \(id)")
        dataKey = try secrets.makeDataKey(for: id, keyID: 1)
        masterKeyID = secrets.master.keyID
    }

    /// 256 random bits.
    private static func password() -> String { SymmetricKey(size: .bits256).withUnsafeBytes { Data($0).base64EncodedString() } }

    /// Throws `.conflict` when a database or role of these names is there that no tenant's row speaks of. Asked first: what is removed
    /// after a failure is ours.
    func refuseForeignNames(on connection: PostgresConnection) throws {
        let rows = try connection.rows(
            """
            SELECT datname::text FROM pg_database WHERE datname = \(databaseName)
            UNION ALL
            SELECT rolname::text FROM pg_roles WHERE rolname IN (\(ownerRole), \(runtimeRole))
            EXCEPT
            SELECT unnest(ARRAY[database_name, owner_role, runtime_role]) FROM platform.tenants
            """)
        guard let found = try rows.first?.decode(0, as: String.self) else { return }
        throw AppError(.conflict, "A database or role \(found) is there already that is not ours; choose another slug, or remove it")
    }

    /// The row, committed before anything else is made, so that a sweep finds what a crash leaves. Throws `.conflict` when the slug is
    /// taken.
    func insert(on connection: PostgresConnection) throws {
        do {
            try connection.transaction {
                try connection.execute(
                    """
                    INSERT INTO platform.tenants
                        (id, slug, name, status, database_name, owner_role, runtime_role, owner_password_sealed, runtime_password_sealed,
                            settings)
                    VALUES (\(id), \(slug), \(name), 'provisioning', \(databaseName), \(ownerRole), \(runtimeRole),
                        \(Bytes(ownerPasswordSealed)), \(Bytes(runtimePasswordSealed)), \(settings))
                    """)
                try connection.execute(
                    """
                    INSERT INTO platform.data_keys (tenant_id, key_id, wrapped, master_key_id)
                    VALUES (\(id), 1, \(Bytes(dataKey)), \(masterKeyID))
                    """)
            }
        } catch let error as PostgresError where error.isUniqueViolation {
            throw AppError(.conflict, "The slug \(slug) is taken", details: [.init(field: "slug", reason: "is taken")])
        }
    }

    /// Roles and database. Nobody can connect before the right to do so is taken from everyone but the two roles.
    func createDatabase(on connection: PostgresConnection) throws {
        try TenantAccess.makeRole(ownerRole, password: ownerPassword, group: SystemDatabase.ownerGroup, on: connection)
        try TenantAccess.makeRole(runtimeRole, password: runtimePassword, group: SystemDatabase.runtimeGroup, on: connection)
        let (database, template) = (SQL.identifier(databaseName), SQL.identifier(TenantTemplate.databaseName))
        try connection.script("CREATE DATABASE \(database) TEMPLATE \(template) ALLOW_CONNECTIONS false")
        try TenantAccess.grant(databaseName, ownerRole: ownerRole, runtimeRole: runtimeRole, on: connection)
    }

    /// Connects as the tenant's own role and reads its defaults: a success is reported only after this.
    func readBack(from system: DatabaseAddress) throws {
        let connection = try PostgresConnection(system.with(["dbname": databaseName, "user": runtimeRole, "password": runtimePassword]))
        let settings = try connection.rows("SELECT count(*) FROM platform.settings")[0].decode(0, as: Int.self)
        guard settings > 0 else { throw AppError(.internalError, "The new tenant's database has no settings: nothing was kept") }
    }

    func activate(by actor: Actor, on connection: PostgresConnection) throws {
        try connection.transaction {
            try connection.execute(
                """
                UPDATE platform.tenants
                SET status = 'active', updated_at = now(), schema_template = \(TenantTemplate.databaseName)
                WHERE id = \(id)
                """)
            let activity = Activity(
                "tenant_created", entityType: "tenant", entityID: id.uuid, entityName: slug, actor: actor,
                details: ["name": .string(name), "databaseName": .string(databaseName)])
            let session = SystemSession(connection)
            try session.record(activity)
            try session.announceTenant(slug)
        }
    }
}
