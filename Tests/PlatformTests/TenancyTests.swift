import Fixtures
import Foundation
import Platform
import Postgres
import Primitives
import Testing

/// PRD 1.2 to 1.4
@Suite struct TenancyTests {
    @Test("PRD 1.2-3: a slug is 3 to 50 lower-case letters, digits and single hyphens", arguments: [
        ("acme", true), ("a-b-c", true), ("123", true), ("ab", false), ("Acme", false), ("a--b", false), ("-ab", false), ("ab-", false),
        ("a_b", false), ("", false), (String(repeating: "a", count: 50), true), (String(repeating: "a", count: 51), false), ("a/b", false),
        ("äbc", false),
    ])
    func slugsHaveTheirForm(slug: String, valid: Bool) { #expect(Tenant.isValidSlug(slug) == valid) }

    @Test("PRD 1.3-1 to 1.3-5, FR29: a new tenant has its row, its database, its roles and its defaults")
    func provisioningMakesDatabaseRolesAndDefaults() async throws {
        let platform = try await TestPlatform.shared
        let tenant = try await platform.tenant(name: "Acme")
        #expect(tenant.status == .active)
        #expect(tenant.databaseName == "dbtools_tenant_\(tenant.slug)")
        let settings = try await platform.tenants.read(tenant) { try TenantSettings.read(on: $0) }
        #expect(settings == .initial)
        let listed = try await platform.tenants.allTenants()
        #expect(listed.contains(tenant))
    }

    @Test("A start opens no database of which it is noted that it is up to date, and looks at all after a restore")
    func aStartLooksOnlyAtWhatMayLackMigrations() async throws {
        let platform = try await TestPlatform.make()
        let (one, two) = (try await platform.tenant(), try await platform.tenant())
        func slugs() async throws -> Set<String> { Set(try await platform.tenants.tenantsToMigrate().map(\.slug)) }
        #expect(try await slugs() == [])
        // As an older program left it.
        _ = try await platform.system.transaction {
            try $0.execute("UPDATE platform.tenants SET schema_template = 'dbtools_template_0' WHERE slug = \(one.slug)")
        }
        #expect(try await slugs() == [one.slug])
        #expect(try await platform.tenants.migrate(one) == 0)
        #expect(try await slugs() == [])
        try await platform.provisioning.remakeRoles()
        #expect(try await slugs() == [one.slug, two.slug])
    }

    @Test("PRD 1.3-6, 1.3-9: a taken slug is a conflict, and a deleted tenant's stays reserved")
    func aTakenSlugIsAConflictAndADeletedOneStaysReserved() async throws {
        let platform = try await TestPlatform.shared
        let tenant = try await platform.tenant()
        await #expect(throws: AppError(.conflict, "The slug \(tenant.slug) is taken", details: [.init(field: "slug", reason: "is taken")]))
        {
            try await platform.provisioning.create(slug: tenant.slug, name: "Again", by: .system)
        }
        try await platform.provisioning.delete(slug: tenant.slug, by: .system)
        #expect(try await platform.tenants.tenant(slug: tenant.slug)?.status == .deleted)
        await #expect(throws: AppError.self) { try await platform.provisioning.create(slug: tenant.slug, name: "Again", by: .system) }
        await #expect(throws: AppError.self) { try await platform.provisioning.delete(slug: tenant.slug, by: .system) }
    }

    @Test("PRD 1.3-10: a failure in the middle leaves nothing")
    func aFailureInTheMiddleLeavesNothing() async throws {
        let platform = try await TestPlatform.shared
        let slug = "t-\(ID<Int>().description.suffix(12))"
        // A database of that name which is not ours makes the clone fail.
        try await platform.pool.run(platform.system.address) {
            try $0.script("CREATE DATABASE \"dbtools_tenant_\(slug)\" TEMPLATE template0")
        }
        // It is not touched: only what we made is removed. So it must stay, and row and roles must be gone.
        await #expect(throws: AppError.self) { try await platform.provisioning.create(slug: slug, name: "X", by: .system) }
        let left = try await platform.system.read { session in
            try session.rows(
                """
                SELECT (SELECT count(*) FROM platform.tenants WHERE slug = \(slug)) AS rows,
                    (SELECT count(*) FROM pg_roles WHERE rolname LIKE \("%" + slug)) AS roles,
                    (SELECT count(*) FROM pg_database WHERE datname = \("dbtools_tenant_" + slug)) AS databases
                """)[0]
        }
        #expect(try left.decode("rows", as: Int.self) == 0)
        #expect(try left.decode("roles", as: Int.self) == 0)
        #expect(try left.decode("databases", as: Int.self) == 1)
    }

    @Test func whatACrashLeftIsSweptAway() async throws {
        let platform = try await TestPlatform.make()
        let slug = "t-\(ID<Int>().description.suffix(12))"
        // As a crash between the row and the end leaves it.
        try await platform.pool.run(platform.system.address) { connection in
            try connection.execute(
                """
                INSERT INTO platform.tenants
                    (id, slug, name, status, database_name, owner_role, runtime_role, owner_password_sealed, runtime_password_sealed)
                VALUES (\(UUID()), \(slug), 'X', 'provisioning', \("dbtools_tenant_" + slug), \("dbtools_owner_" + slug),
                    \("dbtools_tenant_" + slug), '', '')
                """)
            try connection.script("CREATE ROLE \"dbtools_owner_\(slug)\" LOGIN")
            try connection.script("CREATE DATABASE \"dbtools_tenant_\(slug)\" TEMPLATE template0 ALLOW_CONNECTIONS false")
        }
        #expect(try await platform.provisioning.removeHalfMade() == [slug])
        #expect(try await platform.provisioning.removeHalfMade() == [])
        let tenant = try await platform.provisioning.create(slug: slug, name: "X", by: .system)
        #expect(tenant.status == .active)
    }

    @Test func whatACrashLeftIsInNobodysWay() async throws {
        let platform = try await TestPlatform.make()
        let slug = "t-\(ID<Int>().description.suffix(12))"
        try await platform.pool.run(platform.system.address) { connection in
            try connection.execute(
                """
                INSERT INTO platform.tenants
                    (id, slug, name, status, database_name, owner_role, runtime_role, owner_password_sealed, runtime_password_sealed)
                VALUES (\(UUID()), \(slug), 'X', 'provisioning', \("dbtools_tenant_" + slug), \("dbtools_owner_" + slug),
                    \("dbtools_tenant_" + slug), '', '')
                """)
            try connection.script("CREATE ROLE \"dbtools_owner_\(slug)\" LOGIN")
        }
        #expect(try await platform.provisioning.create(slug: slug, name: "Again", by: .system).status == .active)
    }

    @Test func anotherTenantsDatabaseAndTheSystemsAreOutOfReach_FR25_NFR11() async throws {
        let platform = try await TestPlatform.shared
        let (one, two) = (try await platform.tenant(), try await platform.tenant())
        let reached = try await platform.tenants.read(one) { session in
            try ["dbtools_tenant_\(two.slug)", platform.system.name, "postgres", "template1"].filter {
                try session.rows("SELECT has_database_privilege(\($0), 'CONNECT')")[0].decode(0, as: Bool.self)
            }
        }
        #expect(reached == [])
        let owner = try await platform.tenants.ownerTransaction(one) { session in
            try session.rows("SELECT has_database_privilege(session_user, \(two.databaseName), 'CONNECT')")[0].decode(0, as: Bool.self)
        }
        #expect(!owner)
    }

    @Test func theRunTimeRoleCannotRewriteTheActivityLog() async throws {
        let platform = try await TestPlatform.shared
        let tenant = try await platform.tenant()
        try await platform.tenants.transaction(tenant) { session in
            try session.record(Activity("server_added", entityType: "server", entityID: UUID(), entityName: "x", actor: .system))
        }
        for statement in [
            "UPDATE platform.activity_log SET action = 'nothing'", "DELETE FROM platform.activity_log", "TRUNCATE platform.activity_log",
            "DROP TABLE platform.activity_log",
        ] {
            let error = await #expect(throws: PostgresError.self) {
                try await platform.tenants.transaction(tenant) { try $0.execute(SQL(unsafeRaw: statement)) }
            }
            #expect(error?.isInsufficientPrivilege == true)
        }
        let entries = try await platform.tenants.read(tenant) { try ActivityEntry.list(ActivityFilter(), limit: 10, on: $0) }
        #expect(entries.map(\.activity.action) == ["server_added"])
    }

    @Test func tenantsAreMadeSideBySide() async throws {
        let platform = try await TestPlatform.shared
        let made = try await withThrowingTaskGroup(of: Tenant.self) { group in
            for _ in 0..<8 { group.addTask { try await platform.tenant() } }
            return try await group.reduce(into: [Tenant]()) { $0.append($1) }
        }
        #expect(Set(made.map(\.databaseName)).count == 8)
    }

    @Test func longSlugsGetShorterNames() async throws {
        let platform = try await TestPlatform.shared
        let slug = String(repeating: "x", count: 38) + ID<Int>().description.suffix(12)
        let tenant = try await platform.provisioning.create(slug: slug, name: "Long", by: .system)
        #expect(tenant.databaseName.utf8.count <= 63)
        #expect(
            try await platform.tenants.read(tenant) { try $0.rows("SELECT current_database()")[0].decode(0, as: String.self) }
                == tenant.databaseName)
    }
}

@Suite struct SecretTests {
    @Test func aSecretOpensOnlyWhereItBelongs() async throws {
        let platform = try await TestPlatform.shared
        let (one, two) = (try await platform.tenant(), try await platform.tenant())
        let sealed = try platform.secrets.seal("geheim ✓", for: one.id, context: "server password")
        #expect(try platform.secrets.open(sealed, for: one.id, context: "server password") == "geheim ✓")
        #expect(throws: SecretError.self) { try platform.secrets.open(sealed, for: two.id, context: "server password") }
        #expect(throws: SecretError.self) { try platform.secrets.open(sealed, for: one.id, context: "another field") }
        var changed = sealed
        changed[sealed.count - 1] ^= 1
        #expect(throws: SecretError.self) { try platform.secrets.open(changed, for: one.id, context: "server password") }
        #expect(try platform.secrets.seal("geheim ✓", for: one.id, context: "server password") != sealed)
    }

    @Test func aNewProcessReadsTheKeysAndAnotherMasterKeyOpensNothing() async throws {
        let platform = try await TestPlatform.make()
        let tenant = try await platform.tenant()
        let sealed = try platform.secrets.seal("x", for: tenant.id, context: "c")
        let again = TenantDatabases(system: platform.system, secrets: SecretBox(master: platform.secrets.master))
        _ = try await again.tenants()
        #expect(try again.secrets.open(sealed, for: tenant.id, context: "c") == "x")
        let wrong = TenantDatabases(system: platform.system, secrets: SecretBox(master: .random()))
        await #expect(throws: SecretError.cannotOpen) { try await wrong.tenants() }
    }

    @Test func masterKeysHaveTwoSpellings() throws {
        let key = MasterKey.random()
        #expect(MasterKey(text: key.text)?.keyID == key.keyID)
        #expect(MasterKey(text: String(repeating: "g", count: 64)) == nil)
        #expect(MasterKey(text: "short") == nil)
        #expect(MasterKey(text: Data(repeating: 7, count: 32).base64EncodedString()) != nil)
    }
}
