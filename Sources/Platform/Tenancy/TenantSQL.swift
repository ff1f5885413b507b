import Foundation
import Postgres
import Primitives

/// A tenant's row with what only this folder may see.
struct TenantRecord: Sendable {
    let tenant: Tenant
    let ownerRole: String
    let runtimeRole: String
    let ownerPasswordSealed: [UInt8]
    let runtimePasswordSealed: [UInt8]
    let dataKeys: [(keyID: UInt32, wrapped: [UInt8])]
}

extension TenantRecord {
    /// All tenants, the deleted ones included, with their keys.
    static func all(on session: SystemSession) throws -> [TenantRecord] {
        let rows = try session.rows(
            """
            SELECT id, slug, name, status, database_name, settings, version, created_at, updated_at, deleted_at,
                owner_role, runtime_role, owner_password_sealed, runtime_password_sealed,
                array(SELECT key_id FROM platform.data_keys WHERE tenant_id = tenants.id ORDER BY key_id) AS key_ids,
                array(SELECT wrapped FROM platform.data_keys WHERE tenant_id = tenants.id ORDER BY key_id) AS keys
            FROM platform.tenants
            WHERE status NOT IN ('provisioning', 'purging')
            ORDER BY slug
            """)
        return try rows.map { row in
            let keyIDs = try row.decode("key_ids", as: [Int].self)
            let keys = try row.decode("keys", as: [Bytes].self)
            return TenantRecord(
                tenant: try Tenant(row), ownerRole: try row.decode("owner_role"), runtimeRole: try row.decode("runtime_role"),
                ownerPasswordSealed: try row.decode("owner_password_sealed", as: Bytes.self).bytes,
                runtimePasswordSealed: try row.decode("runtime_password_sealed", as: Bytes.self).bytes,
                dataKeys: zip(keyIDs, keys).map { (UInt32($0), $1.bytes) })
        }
    }
}

extension Tenant {
    init(_ row: PostgresRow) throws {
        let status = try row.decode("status", as: String.self)
        guard let status = Status(rawValue: status) else {
            throw AppError(.internalError, "The tenant's status \(status) is not known to this program")
        }
        self.init(
            id: try row.decode("id"), slug: try row.decode("slug"), name: try row.decode("name"), status: status,
            databaseName: try row.decode("database_name"), settings: try row.decode("settings"), version: try row.decode("version"),
            createdAt: try row.decode("created_at"), updatedAt: try row.decode("updated_at"), deletedAt: try row.decode("deleted_at"))
    }

    /// The tenant of that slug, deleted ones too; nil when there is none.
    static func find(slug: String, on session: SystemSession) throws -> Tenant? {
        try session.rows(
            """
            SELECT id, slug, name, status, database_name, settings, version, created_at, updated_at, deleted_at
            FROM platform.tenants
            WHERE slug = \(slug) AND status NOT IN ('provisioning', 'purging')
            """
        ).first.map(Tenant.init)
    }

    /// The tenant, locked until the transaction ends. Throws `.notFound`; a tenant that is being made is not there yet, one that is being
    /// purged no more.
    static func lock(slug: String, on session: SystemSession) throws -> Tenant {
        let rows = try session.rows(
            """
            SELECT id, slug, name, status, database_name, settings, version, created_at, updated_at, deleted_at
            FROM platform.tenants
            WHERE slug = \(slug) AND status NOT IN ('provisioning', 'purging')
            FOR UPDATE
            """)
        guard let row = rows.first else { throw AppError(.notFound, "There is no tenant \(slug)") }
        return try Tenant(row)
    }

    /// Stores name, settings and status, and returns what is stored. A status of nil is the one that the tenant had before it was deleted.
    func saved(name: String, settings: JSONValue, status: Status?, on session: SystemSession) throws -> Tenant {
        let wanted = status?.rawValue
        let rows = try session.rows(
            """
            UPDATE platform.tenants
            SET name = \(name), settings = \(settings), status = coalesce(\(wanted), status_when_deleted, 'active'),
                version = version + 1, updated_at = now(),
                deleted_at = CASE WHEN \(wanted) = 'deleted' THEN coalesce(deleted_at, now()) END,
                status_when_deleted = CASE WHEN \(wanted) = 'deleted' AND status <> 'deleted' THEN status END
            WHERE id = \(id)
            RETURNING id, slug, name, status, database_name, settings, version, created_at, updated_at, deleted_at
            """)
        guard let row = rows.first else { throw AppError(.notFound, "There is no tenant \(slug)") }
        return try Tenant(row)
    }

    // MARK: Schema

    /// Slugs of the tenants whose databases are noted to have this schema.
    static func slugs(schema: String, on session: SystemSession) throws -> Set<String> {
        Set(try session.rows("SELECT slug FROM platform.tenants WHERE schema_template = \(schema)").map { try $0.decode(0) })
    }

    /// Notes which schema the tenant's database has, by the name of the template that has it too.
    func noteSchema(_ template: String, on session: SystemSession) throws {
        try session.execute(
            "UPDATE platform.tenants SET schema_template = \(template) WHERE id = \(id) AND schema_template IS DISTINCT FROM \(template)")
    }

    /// Nothing is known of anybody's schema any more: after a restore the next start looks.
    static func forgetSchemas(on session: SystemSession) throws {
        try session.execute("UPDATE platform.tenants SET schema_template = NULL WHERE schema_template IS NOT NULL")
    }

    // MARK: The end

    /// Slugs of tenants that were deleted longer ago than they can be restored.
    static func dueForPurge(now: Date, limit: Int, on session: SystemSession) throws -> [String] {
        try session.rows(
            """
            SELECT slug
            FROM platform.tenants
            WHERE status = 'deleted' AND deleted_at <= \(now - Double(restoreDays) * 86_400)
            ORDER BY deleted_at
            LIMIT \(limit)
            """
        ).map { try $0.decode(0) }
    }

    func beginPurge(on session: SystemSession) throws {
        try session.execute("UPDATE platform.tenants SET status = 'purging', updated_at = now() WHERE id = \(id)")
    }

    /// A tenant whose purge has begun, with what is to go; nil when there is none of that slug.
    static func purging(slug: String, on session: SystemSession) throws -> (tenant: Tenant, database: String, roles: [String])? {
        let rows = try session.rows(
            """
            SELECT id, slug, name, 'deleted' AS status, database_name, settings, version, created_at, updated_at, deleted_at, owner_role,
                runtime_role
            FROM platform.tenants
            WHERE slug = \(slug) AND status = 'purging'
            """)
        guard let row = rows.first else { return nil }
        let tenant = try Tenant(row)
        return (tenant, tenant.databaseName, [try row.decode("owner_role"), try row.decode("runtime_role")])
    }

    /// Deletes the row, with keys and memberships, and the accounts that belonged to this tenant alone.
    func endPurge(on session: SystemSession) throws {
        try session.execute(
            """
            DELETE FROM platform.users AS u
            WHERE NOT u.is_super_admin
                AND EXISTS (SELECT FROM platform.memberships m WHERE m.user_id = u.id AND m.tenant_id = \(id))
                AND NOT EXISTS (SELECT FROM platform.memberships m WHERE m.user_id = u.id AND m.tenant_id <> \(id))
            """)
        try session.execute("DELETE FROM platform.tenants WHERE id = \(id)")
    }
}

extension SystemSession {
    /// Tells everybody's event stream, after the commit, that a tenant was made, changed or removed.
    func announceTenant(_ slug: String) throws {
        try execute("SELECT pg_notify(\(TenantDatabases.eventChannel), \(TenantDatabases.tenantNewsPrefix + slug))")
    }
}
