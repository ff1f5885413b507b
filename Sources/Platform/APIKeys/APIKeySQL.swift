import Foundation
import Postgres
import Primitives

extension APIKey {
    private static let columns: SQL = "id, name, role, hint, created_by, created_at, expires_at, last_used_at"

    private init(_ row: PostgresRow) throws {
        self.init(
            id: try row.decode("id"), name: try row.decode("name"), role: try Self.role(row), hint: try row.decode("hint"),
            createdBy: try row.decode("created_by"), createdAt: try row.decode("created_at"), expiresAt: try row.decode("expires_at"),
            lastUsedAt: try row.decode("last_used_at"))
    }

    private static func role(_ row: PostgresRow) throws -> Role {
        guard let role = Role(rawValue: try row.decode("role")) else {
            throw AppError(.internalError, "A stored API key has a role that there is not")
        }
        return role
    }

    /// All keys of the tenant, expired ones too, by name: at most `countMax`.
    static func list(in tenant: Tenant.ID, on session: SystemSession) throws -> [APIKey] {
        try session.rows("SELECT \(columns) FROM platform.api_keys WHERE tenant_id = \(tenant) ORDER BY lower(name), id").map(APIKey.init)
    }

    /// Throws `.notFound`.
    static func find(_ id: ID, in tenant: Tenant.ID, on session: SystemSession) throws -> APIKey {
        let rows = try session.rows("SELECT \(columns) FROM platform.api_keys WHERE id = \(id) AND tenant_id = \(tenant)")
        guard let row = rows.first else { throw AppError.notFound("API key") }
        return try APIKey(row)
    }

    /// Throws `.conflict` for a name that is taken, or when the tenant has too many.
    static func insert(
        _ id: ID, in tenant: Tenant.ID, name: String, role: Role, secret: OpaqueToken, createdBy: String, expiresAt: Date?,
        on session: SystemSession
    ) throws {
        // Two at once count one after the other.
        try session.execute("SELECT pg_advisory_xact_lock(hashtextextended('dbtools api keys ' || \(tenant), 0))")
        let count = try session.rows("SELECT count(*) FROM platform.api_keys WHERE tenant_id = \(tenant)")[0].decode(0, as: Int.self)
        guard count < countMax else {
            throw AppError(.conflict, "This tenant has \(countMax) API keys; delete those that nobody uses first")
        }
        let hint = prefix + secret.text.prefix(hintLength)
        let made = try session.execute(
            """
            INSERT INTO platform.api_keys (id, tenant_id, name, role, key_hash, hint, created_by, expires_at)
            VALUES (\(id), \(tenant), \(name), \(role.rawValue), \(Bytes(secret.hash)), \(hint), \(createdBy), \(expiresAt))
            ON CONFLICT (tenant_id, lower(name)) DO NOTHING
            """)
        guard made == 1 else {
            throw AppError(
                .conflict, "An API key of this name exists already", details: [.init(field: "name", reason: "exists already")])
        }
    }

    static func delete(_ id: ID, in tenant: Tenant.ID, on session: SystemSession) throws {
        try session.execute("DELETE FROM platform.api_keys WHERE id = \(id) AND tenant_id = \(tenant)")
    }

    /// The caller behind a key that `condition` names, unless it has expired. Notes that it was used.
    private static func caller(where condition: SQL, on session: SystemSession) throws -> Caller? {
        let rows = try session.rows(
            """
            SELECT k.id, k.name, k.role, t.id AS tenant_id, t.slug, t.name AS tenant_name,
                k.last_used_at IS NULL OR k.last_used_at < now() - make_interval(secs => \(usedSeconds)) AS is_stale
            FROM platform.api_keys k
            JOIN platform.tenants t ON t.id = k.tenant_id
            WHERE \(condition) AND (k.expires_at IS NULL OR k.expires_at > now())
            """)
        guard let row = rows.first else { return nil }
        let id = try row.decode("id", as: ID.self)
        if try row.decode("is_stale", as: Bool.self) {
            try session.execute("UPDATE platform.api_keys SET last_used_at = now() WHERE id = \(id)")
        }
        let name = try row.decode("name", as: String.self)
        let membership = Membership(
            tenantID: try row.decode("tenant_id"), tenantSlug: try row.decode("slug"), tenantName: try row.decode("tenant_name"),
            role: try role(row))
        return Caller(
            userID: User.ID(uuid: id.uuid), email: "API key " + name, name: name, sessionID: id.uuid, memberships: [membership],
            apiKey: id)
    }

    static func caller(keyHash: [UInt8], on session: SystemSession) throws -> Caller? {
        try caller(where: "k.key_hash = \(Bytes(keyHash))", on: session)
    }

    static func caller(id: UUID, on session: SystemSession) throws -> Caller? {
        try caller(where: "k.id = \(id)", on: session)
    }
}
