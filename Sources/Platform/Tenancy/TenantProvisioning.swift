import Foundation
import Logging
import Postgres
package import Primitives

/// Makes, changes and removes tenants. What it makes is whole or gone.
package struct TenantProvisioning: Sendable {
    /// Tenants that one pass purges; the next one goes on.
    static let purgeCountMax = 10

    let tenants: TenantDatabases
    var system: SystemDatabase { tenants.system }

    package init(_ tenants: TenantDatabases) { self.tenants = tenants }

    /// Creates a tenant: row, data key, two roles, a database cloned from the template, defaults. Either all of it is there afterwards,
    /// read back under the
    /// tenant's own role, or nothing. Throws `.validationError`, `.conflict` when the slug is taken (by a deleted tenant too),
    /// `PostgresError`.
    package func create(slug: String, name: String, settings: JSONValue = [:], by actor: Actor) async throws -> Tenant {
        var failures: [AppError.Detail] = []
        if !Tenant.isValidSlug(slug) {
            failures.append(
                .init(field: "slug", reason: "must be 3 to 50 lower-case letters, digits and single hyphens, with no hyphen at the ends"))
        }
        if !Tenant.nameLengths.contains(name.count) { failures.append(.init(field: "name", reason: "must be 1 to 100 characters")) }
        guard failures.isEmpty else { throw AppError(.validationError, "The tenant cannot be created like this", details: failures) }

        let draft = try TenantDraft(slug: slug, name: name, settings: settings, secrets: tenants.secrets)
        try await system.pool.run(system.address) { connection in
            try Self.holdingLock(slug, connection) {
                try Self.removeHalfMade(slug, connection)  // what a crash left of an earlier try is in nobody's way
                try draft.refuseForeignNames(on: connection)
                // Nothing is promised before the last transaction. The write-ahead log keeps the order, so a crash leaves a beginning of
                // this, which the sweep takes away; CREATE DATABASE and the last transaction wait for the disk, for all before them.
                try connection.script("SET synchronous_commit = off")
                // The clone goes through the log, 7 MB of it, which pglz compresses in 75 ms and lz4 in 4. A PostgreSQL without lz4, or a
                // role that may not choose, goes on with what it has.
                try? connection.script("SET wal_compression = lz4")
                defer { try? connection.script("RESET synchronous_commit; RESET wal_compression") }  // a lost connection is not used again
                try draft.insert(on: connection)
                do {
                    try draft.createDatabase(on: connection)
                    try draft.readBack(from: system.address)
                    try connection.script("RESET synchronous_commit")
                    try draft.activate(by: actor, on: connection)
                } catch {
                    Self.remove(
                        slug: draft.slug, databaseName: draft.databaseName, roles: [draft.ownerRole, draft.runtimeRole], on: connection)
                    throw error
                }
            }
        }
        tenants.invalidate()
        guard let tenant = try await tenants.tenant(slug: slug) else {
            throw AppError(.internalError, "The tenant was created but cannot be read")
        }
        return tenant
    }

    /// Changes the tenant's name or settings; nil leaves as it is. Throws `.notFound`, `.preconditionFailed` when `version` is given and
    /// not the stored one.
    package func update(slug: String, name: String?, settings: JSONValue?, version: Int64? = nil, by actor: Actor) async throws -> Tenant {
        if let name, !Tenant.nameLengths.contains(name.count) {
            throw AppError.validation(field: "name", reason: "must be 1 to 100 characters")
        }
        return try await change(slug, "tenant_updated", version: version, by: actor) { tenant in
            guard tenant.status != .deleted else { throw AppError(.notFound, "There is no tenant \(slug)") }
            return (name ?? tenant.name, settings ?? tenant.settings, tenant.status)
        }
    }

    /// Suspends the tenant: its routes answer 403 and its servers are not collected. Suspending twice is fine.
    package func suspend(slug: String, by actor: Actor) async throws -> Tenant {
        try await setStatus(slug, .suspended, "tenant_suspended", by: actor)
    }

    /// Makes a suspended tenant active again. Activating twice is fine.
    package func activate(slug: String, by actor: Actor) async throws -> Tenant {
        try await setStatus(slug, .active, "tenant_activated", by: actor)
    }

    /// Deletes the tenant softly: nobody reaches it any more, its database and its slug stay. Throws `.notFound`, also when it is
    /// deleted already.
    package func delete(slug: String, by actor: Actor) async throws {
        let deleted = try await change(slug, "tenant_deleted", version: nil, by: actor) { tenant in
            guard tenant.status != .deleted else { throw AppError(.notFound, "There is no tenant \(slug)") }
            return (tenant.name, tenant.settings, .deleted)
        }
        tenants.closeConnections(deleted)
    }

    /// The size of the tenant's database on disk, in bytes.
    package func databaseSizeBytes(_ tenant: Tenant) async throws -> Int64 {
        try await system.read { try $0.rows("SELECT pg_database_size(\(tenant.databaseName))")[0].decode(0) }
    }

    /// Removes what a crash in `create` left half-made, and what one in `purge` left half-purged: rows that nobody is at work on, their
    /// databases and roles. Returns the slugs.
    @discardableResult package func removeHalfMade() async throws -> [String] {
        try await system.pool.run(system.address) { connection in
            let rows = try connection.rows("SELECT slug FROM platform.tenants WHERE status IN ('provisioning', 'purging')")
            return try rows.map { try $0.decode("slug", as: String.self) }.filter { slug in
                // Whoever is making or purging it right now holds the lock.
                let isFree = try connection.rows("SELECT pg_try_advisory_lock(hashtextextended(\(Self.lockName(slug)), 0))")[0]
                guard try isFree.decode(0, as: Bool.self) else { return false }
                defer { _ = try? connection.execute("SELECT pg_advisory_unlock(hashtextextended(\(Self.lockName(slug)), 0))") }
                if try Self.removeHalfMade(slug, connection) { return true }
                try Self.finishPurge(slug, by: .system, connection)
                return true
            }
        }
    }

    /// Removes the half-made tenant of that slug, if there is one. The caller holds its lock, so nobody is making it.
    @discardableResult private static func removeHalfMade(_ slug: String, _ connection: PostgresConnection) throws -> Bool {
        let rows = try connection.rows(
            "SELECT database_name, owner_role, runtime_role FROM platform.tenants WHERE slug = \(slug) AND status = 'provisioning'")
        guard let row = rows.first else { return false }
        let roles = [try row.decode("owner_role", as: String.self), try row.decode("runtime_role", as: String.self)]
        remove(slug: slug, databaseName: try row.decode("database_name"), roles: roles, on: connection)
        return true
    }

    /// Makes every tenant's two roles and the rights on its database as the system database has them: after a restore, where only the
    /// databases came back.
    /// Then connects as each run-time role and reads. Returns how many tenants were read back. Throws `PostgresError`, `SecretError`.
    @discardableResult package func remakeRoles() async throws -> Int {
        tenants.invalidate()
        let secrets = tenants.secrets
        let records = try await system.read { try TenantRecord.all(on: $0) }
        try await system.transaction { try Tenant.forgetSchemas(on: $0) }
        try await system.pool.run(system.address) { connection in
            for record in records { try record.remakeRoles(secrets: secrets, on: connection) }
        }
        for record in records {
            let count = try await tenants.read(record.tenant) {
                try $0.rows("SELECT count(*) FROM platform.settings")[0].decode(0, as: Int.self)
            }
            guard count > 0 else { throw AppError(.internalError, "The database of tenant \(record.tenant.slug) has no settings") }
        }
        return records.count
    }

    // MARK: Steps

    private func setStatus(_ slug: String, _ status: Tenant.Status, _ action: String, by actor: Actor) async throws -> Tenant {
        try await change(slug, action, version: nil, by: actor) { tenant in
            guard tenant.status != .deleted else { throw AppError(.notFound, "There is no tenant \(slug)") }
            return (tenant.name, tenant.settings, status)
        }
    }

    /// Stores what `rule` makes of the tenant, with an entry in the log; a status of nil is the one before the deletion.
    func change(
        _ slug: String, _ action: String, version: Int64?, by actor: Actor,
        _ rule: @escaping @Sendable (Tenant) throws -> (name: String, settings: JSONValue, status: Tenant.Status?)
    ) async throws -> Tenant {
        let changed = try await system.transaction { session in
            let before = try Tenant.lock(slug: slug, on: session)
            let wanted = try rule(before)
            if let version, version != before.version {
                throw AppError(.preconditionFailed, "Someone else changed the tenant meanwhile; load it again")
            }
            let after = try before.saved(name: wanted.name, settings: wanted.settings, status: wanted.status, on: session)
            let details: JSONValue = [
                "before": ["name": .string(before.name), "status": .string(before.status.rawValue), "settings": before.settings],
                "after": ["name": .string(after.name), "status": .string(after.status.rawValue), "settings": after.settings],
            ]
            try session.record(
                Activity(action, entityType: "tenant", entityID: after.id.uuid, entityName: slug, actor: actor, details: details))
            try session.announceTenant(slug)
            return after
        }
        tenants.invalidate()
        return changed
    }

    static func lockName(_ slug: String) -> String { "dbtools tenant \(slug)" }

    static func holdingLock(_ slug: String, _ connection: PostgresConnection, _ body: () throws -> Void) throws {
        try connection.execute("SELECT pg_advisory_lock(hashtextextended(\(lockName(slug)), 0))")
        // A lost connection has given the lock back.
        defer { _ = try? connection.execute("SELECT pg_advisory_unlock(hashtextextended(\(lockName(slug)), 0))") }
        try body()
    }

    /// Takes away database, roles and row, whatever of them is there. What fails here is found by the next sweep: the row goes last.
    private static func remove(slug: String, databaseName: String, roles: [String], on connection: PostgresConnection) {
        do {
            try connection.script("DROP DATABASE IF EXISTS \(SQL.identifier(databaseName)) WITH (FORCE)")
            for role in roles { try connection.script("DROP ROLE IF EXISTS \(SQL.identifier(role))") }
            try connection.execute("DELETE FROM platform.tenants WHERE slug = \(slug) AND status = 'provisioning'")
        } catch {
            Logger(label: "platform").error(
                "A half-made tenant could not be removed; the next sweep tries again", metadata: ["tenant": "\(slug)", "error": "\(error)"])
        }
    }
}
