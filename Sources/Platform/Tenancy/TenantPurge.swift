package import Foundation
import Postgres
import Primitives

/// The end of a tenant: deleted softly, it can come back for a while; then it is purged, with its database, its roles and its slug.
extension TenantProvisioning {
    /// Brings a deleted tenant back as it was, active or suspended. Its database is brought up to date first.
    ///
    /// Throws `.notFound`, `.conflict` for a tenant that is not deleted or was deleted too long ago.
    package func restore(slug: String, now: Date = Date(), by actor: Actor) async throws -> Tenant {
        let tenant = try await system.read { try Tenant.find(slug: slug, on: $0) }
        guard let tenant else { throw AppError(.notFound, "There is no tenant \(slug)") }
        try tenant.checkRestorable(now: now)
        try await tenants.migrate(tenant)
        let restored = try await change(slug, "tenant_restored", version: nil, by: actor) { tenant in
            try tenant.checkRestorable(now: now)
            return (tenant.name, tenant.settings, nil)
        }
        return restored
    }

    /// Destroys a deleted tenant for good: database, roles, keys, and the accounts that belonged nowhere else. The slug is free afterwards.
    ///
    /// - Parameter name: the tenant's name as the caller typed it; nil does not ask.
    /// - Throws: `.notFound`; `.conflict` for a tenant that has not been deleted; `.validationError` when the name is another.
    package func purge(slug: String, name: String?, by actor: Actor) async throws {
        let purged = try await system.transaction { session in
            let tenant = try Tenant.lock(slug: slug, on: session)
            guard tenant.status == .deleted else {
                throw AppError(.conflict, "The tenant \(slug) is \(tenant.status.rawValue): only a deleted tenant can be purged")
            }
            if let name, name != tenant.name {
                throw AppError.validation(field: "name", reason: "must be the tenant's name, exactly as it is written")
            }
            try tenant.beginPurge(on: session)
            try session.record(tenant.purgeActivity("tenant_purge_started", by: actor))
            return tenant
        }
        tenants.closeConnections(purged)
        tenants.invalidate()
        // From here on it is going, whatever happens: what fails now is finished by the next sweep.
        try await system.pool.run(system.address) { connection in
            try Self.holdingLock(slug, connection) { try Self.finishPurge(slug, by: actor, connection) }
        }
        tenants.invalidate()
    }

    /// Purges tenants that were deleted more than `Tenant.restoreDays` ago, a few at a time. Returns their slugs.
    @discardableResult package func purgeDue(now: Date) async throws -> [String] {
        let due = try await system.read { try Tenant.dueForPurge(now: now, limit: Self.purgeCountMax, on: $0) }
        for slug in due { try await purge(slug: slug, name: nil, by: .system) }
        return due
    }

    /// Ends a purge that has begun. The caller holds the tenant's lock. Every step is right also when it was done before.
    static func finishPurge(_ slug: String, by actor: Actor, _ connection: PostgresConnection) throws {
        guard let names = try Tenant.purging(slug: slug, on: SystemSession(connection)) else { return }
        connection.statementDeadlineSeconds = nil  // a large database takes what it takes
        try connection.script("DROP DATABASE IF EXISTS \(SQL.identifier(names.database)) WITH (FORCE)")
        for role in names.roles { try connection.script("DROP ROLE IF EXISTS \(SQL.identifier(role))") }
        try connection.transaction {
            let session = SystemSession(connection)
            try names.tenant.endPurge(on: session)
            try session.record(names.tenant.purgeActivity("tenant_purged", by: actor))
            try session.announceTenant(slug)
        }
    }
}

extension Tenant {
    /// Days that a deleted tenant can be restored; after them it is purged.
    package static let restoreDays = 30

    /// When a deleted tenant will be purged; nil for all others.
    package var purgeAt: Date? { status == .deleted ? deletedAt.map { $0 + Double(Self.restoreDays) * 86_400 } : nil }

    fileprivate func checkRestorable(now: Date) throws {
        guard status == .deleted, let purgeAt else { throw AppError(.conflict, "The tenant \(slug) is not deleted") }
        guard now < purgeAt else {
            throw AppError(.conflict, "The tenant \(slug) was deleted more than \(Self.restoreDays) days ago and is about to be purged")
        }
    }

    fileprivate func purgeActivity(_ action: String, by actor: Actor) -> Activity {
        Activity(
            action, entityType: "tenant", entityID: id.uuid, entityName: slug, actor: actor,
            details: ["name": .string(name), "databaseName": .string(databaseName)])
    }
}
