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
            WHERE status <> 'provisioning'
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

    /// The tenant, locked until the transaction ends. Throws `.notFound`; a tenant that is being made is not there yet.
    static func lock(slug: String, on session: SystemSession) throws -> Tenant {
        let rows = try session.rows(
            """
            SELECT id, slug, name, status, database_name, settings, version, created_at, updated_at, deleted_at
            FROM platform.tenants
            WHERE slug = \(slug) AND status <> 'provisioning'
            FOR UPDATE
            """)
        guard let row = rows.first else { throw AppError(.notFound, "There is no tenant \(slug)") }
        return try Tenant(row)
    }

    /// Stores name, settings and status, and returns what is stored.
    func saved(name: String, settings: JSONValue, status: Status, on session: SystemSession) throws -> Tenant {
        let rows = try session.rows(
            """
            UPDATE platform.tenants
            SET name = \(name), settings = \(settings), status = \(status), version = version + 1, updated_at = now(),
                deleted_at = CASE WHEN \(status) = 'deleted' THEN coalesce(deleted_at, now()) END
            WHERE id = \(id)
            RETURNING id, slug, name, status, database_name, settings, version, created_at, updated_at, deleted_at
            """)
        guard let row = rows.first else { throw AppError(.notFound, "There is no tenant \(slug)") }
        return try Tenant(row)
    }
}
