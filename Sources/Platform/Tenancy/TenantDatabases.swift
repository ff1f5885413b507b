import Foundation
import Postgres
import Primitives
import Synchronization

/// Opens tenants' databases, each under its own role, and knows which tenants there are.
package final class TenantDatabases: Sendable {
    /// How old the list of tenants may be: the longest time that a change made by another process stays unseen.
    package static let listAgeMax = Duration.seconds(2)
    /// The channel in the system database on which "this tenant has news" is said; the payload is the slug.
    package static let eventChannel = "dbtools_events"
    /// Before a slug on that channel: the tenant itself was made, changed or removed. No slug begins like this.
    package static let tenantNewsPrefix = "!"

    package let system: SystemDatabase
    package let secrets: SecretBox
    private let state = Mutex(State())

    private struct State {
        var bySlug: [String: Entry] = [:]
        var all: [Tenant] = []
        var loadedAt: ContinuousClock.Instant?
        /// Grows with `invalidate`, so that a list read before it is not kept after it.
        var generation = 0
        var announcing: Set<String> = []
    }
    private struct Entry {
        let tenant: Tenant
        let runtime: DatabaseAddress
        let owner: DatabaseAddress
    }

    package init(system: SystemDatabase, secrets: SecretBox) {
        self.system = system
        self.secrets = secrets
    }

    // MARK: Which tenants there are

    /// Active tenants, by slug; at most `listAgeMax` old. Throws `PostgresError`.
    package func tenants() async throws -> [Tenant] { try await current().all.filter { $0.status == .active } }

    /// All tenants, the suspended and the deleted ones too; at most `listAgeMax` old. Throws `PostgresError`.
    package func allTenants() async throws -> [Tenant] { try await current().all }

    /// The tenant with that slug, whatever its status. Nil when there is none. Throws `PostgresError`.
    package func tenant(slug: String) async throws -> Tenant? { try await current().bySlug[slug]?.tenant }

    /// Forgets the list, after a change made here.
    package func invalidate() {
        state.withLock {
            $0.loadedAt = nil
            $0.generation += 1
        }
    }

    private func current() async throws -> State {
        let known = state.withLock { $0 }
        if let loadedAt = known.loadedAt, ContinuousClock.now - loadedAt < Self.listAgeMax { return known }
        let startedAt = ContinuousClock.now
        let records = try await system.read { try TenantRecord.all(on: $0) }
        var loaded = State()
        for record in records {
            for key in record.dataKeys { try secrets.learnDataKey(key.wrapped, for: record.tenant.id, keyID: key.keyID) }
            loaded.bySlug[record.tenant.slug] =
                try known.bySlug[record.tenant.slug].flatMap { $0.tenant == record.tenant ? $0 : nil } ?? entry(record)
            loaded.all.append(record.tenant)
        }
        return state.withLock { state in
            if state.generation == known.generation {
                state.bySlug = loaded.bySlug
                state.all = loaded.all
                state.loadedAt = startedAt
                return state
            }
            return loaded
        }
    }

    private func entry(_ record: TenantRecord) throws -> Entry {
        func address(_ role: String, _ sealed: [UInt8], _ context: String, options: String) throws -> DatabaseAddress {
            let password = try secrets.openForInstallation(sealed, context: "\(context) \(record.tenant.id)")
            return try system.address.with(["dbname": record.tenant.databaseName, "user": role, "password": password, "options": options])
        }
        return Entry(
            tenant: record.tenant,
            runtime: try address(
                record.runtimeRole, record.runtimePasswordSealed, "runtime role",
                options: "-c idle_in_transaction_session_timeout=60s \(SystemDatabase.sessionOptions)"),
            owner: try address(
                record.ownerRole, record.ownerPasswordSealed, "owner role",
                options: "-c role=\(SystemDatabase.ownerGroup) \(SystemDatabase.sessionOptions)"))
    }

    private func entry(for tenant: Tenant) async throws -> Entry {
        if let entry = state.withLock({ $0.bySlug[tenant.slug] }), entry.tenant.id == tenant.id { return entry }
        guard let entry = try await current().bySlug[tenant.slug], entry.tenant.id == tenant.id else {
            throw AppError.notFound("Tenant \(tenant.slug)")
        }
        return entry
    }

    // MARK: Into a tenant's database

    /// Runs `body` in one transaction of `tenant`, under its run-time role: commits when it returns, rolls back when it throws.
    /// Readers of the event stream are woken after the commit. Throws what `body` throws, `AppError.unavailable` and `PostgresError`.
    package func transaction<T: Sendable>(_ tenant: Tenant, _ body: @escaping @Sendable (TenantSession) throws -> T) async throws -> T {
        let (value, hasEvents) = try await system.pool.run(try await entry(for: tenant).runtime) { connection in
            let session = TenantSession(tenant: tenant, connection: connection)
            let value = try connection.transaction { try body(session) }
            return (value, session.hasEvents)
        }
        if hasEvents { await announce(tenant) }
        return value
    }

    /// Runs `body` without a transaction around it: for single statements that read.
    package func read<T: Sendable>(_ tenant: Tenant, _ body: @escaping @Sendable (TenantSession) throws -> T) async throws -> T {
        try await system.pool.run(try await entry(for: tenant).runtime) { try body(TenantSession(tenant: tenant, connection: $0)) }
    }

    /// Runs `body` in one transaction under the tenant's owner: for partitions and other changes of the schema.
    package func ownerTransaction<T: Sendable>(_ tenant: Tenant, _ body: @escaping @Sendable (TenantSession) throws -> T) async throws -> T
    {
        try await system.pool.run(try await entry(for: tenant).owner) { connection in
            try connection.transaction { try body(TenantSession(tenant: tenant, connection: connection)) }
        }
    }

    /// Applies what migrations the tenant's database lacks, under its owner, and notes that it has them. Returns how many. Throws as
    /// `Migrator.migrate`.
    @discardableResult package func migrate(_ tenant: Tenant) async throws -> Int {
        let count = try await system.pool.run(try await entry(for: tenant).owner) { try TenantTemplate.migrate($0) }
        try await system.transaction { try tenant.noteSchema(TenantTemplate.databaseName, on: $0) }
        return count
    }

    /// Tenants of whose databases it is not noted that they have all migrations of this program: a start opens no others. Deleted ones are
    /// not among them.
    package func tenantsToMigrate() async throws -> [Tenant] {
        let current = try await system.read { try Tenant.slugs(schema: TenantTemplate.databaseName, on: $0) }
        return try await allTenants().filter { ($0.status == .active || $0.status == .suspended) && !current.contains($0.slug) }
    }

    /// Closes this process's connections to the tenant's database.
    func closeConnections(_ tenant: Tenant) {
        guard let entry = state.withLock({ $0.bySlug[tenant.slug] }) else { return }
        system.pool.close(entry.runtime)
        system.pool.close(entry.owner)
    }

    /// Says on the system database's channel that the tenant has news. Announcements that come while one is on its way are one.
    private func announce(_ tenant: Tenant) async {
        let slug = tenant.slug
        guard state.withLock({ $0.announcing.insert(slug).inserted }) else { return }
        // Taken out before NOTIFY is sent, so that an event which commits meanwhile is announced again. Polling covers a NOTIFY that
        // fails.
        try? await system.pool.run(system.address) { [self] connection in
            _ = state.withLock { $0.announcing.remove(slug) }
            try connection.execute("SELECT pg_notify(\(Self.eventChannel), \(slug))")
        }
        _ = state.withLock { $0.announcing.remove(slug) }
    }
}
