import Fixtures
import Foundation
import HTTPTypes
import HummingbirdTesting
import Logging
import Postgres
import Primitives
import Testing

@testable import Platform

/// The life of a tenant from the super admin's desk: FR27, FR32, PRD 1.3 and 1.7.
@Suite struct TenantLifeTests {
    private func exists(_ database: String, _ platform: TestPlatform) async throws -> (databases: Int, roles: Int, rows: Int) {
        let slug = database.replacing("dbtools_tenant_", with: "")
        let row = try await platform.system.read { session in
            try session.rows(
                """
                SELECT (SELECT count(*) FROM pg_database WHERE datname = \(database)) AS databases,
                    (SELECT count(*) FROM pg_roles WHERE rolname IN (\(database), \("dbtools_owner_" + slug))) AS roles,
                    (SELECT count(*) FROM platform.tenants WHERE slug = \(slug)) AS rows
                """)[0]
        }
        return (try row.decode("databases"), try row.decode("roles"), try row.decode("rows"))
    }

    @Test("PRD 1.3-9, FR27: a deleted tenant comes back as it was, with its data")
    func aDeletedTenantComesBackAsItWas() async throws {
        let edge = try await TestEdge.shared.sibling()
        let tenant = try await edge.platform.tenant(name: "Lazarus")
        let (admin, ann) = (try await edge.person(isSuperAdmin: true), try await edge.person(.operator, in: tenant))
        try await edge.platform.tenants.transaction(tenant) {
            try $0.record(Activity("server_added", entityType: "server", entityID: nil, entityName: "kept", actor: .system))
        }
        try await edge.test { client in
            let (root, member) = (try await client.logIn(admin), try await client.logIn(ann))
            let base = "/api/v1/tenants/\(tenant.slug)"
            #expect(try await client.post(base + "/restore", [:], root.bearer()).status == 409)
            #expect(try await client.post(base + "/suspend", [:], root.bearer()).status == 200)
            #expect(try await client.send(.delete, base, root.bearer()).status == 204)
            #expect(try await client.get("/api/v1/activity", member.bearer(tenant)).status == 404)
            #expect(try await client.post(base + "/restore", [:], member.bearer()).status == 403)
            let deleted = try await client.get("/api/v1/tenants?status=deleted&q=\(tenant.slug)", root.bearer()).json.array?.first
            #expect(deleted?["purgeAt"]?.string != nil)
            let restored = try await client.post(base + "/restore", [:], root.bearer())
            #expect(restored.status == 200)
            #expect(restored.json["status"]?.string == "suspended")  // as it was
            #expect(restored.json["deletedAt"] == .null)
            #expect(try await client.post(base + "/activate", [:], root.bearer()).status == 200)
            let log = try await client.get("/api/v1/activity", member.bearer(tenant))
            #expect(log.status == 200)
            #expect(log.text.contains("kept"))
            let own = try await client.get("/api/v1/platform/activity?entityId=\(tenant.id)", root.bearer()).json.array ?? []
            let actions = own.compactMap { $0["action"]?.string }
            #expect(actions.prefix(4) == ["tenant_activated", "tenant_restored", "tenant_deleted", "tenant_suspended"])
        }
    }

    @Test("FR27: a purge takes database, roles, keys, lonely accounts, and frees the slug")
    func aPurgeLeavesNothing() async throws {
        let edge = try await TestEdge.shared.sibling()
        let (tenant, other) = (try await edge.platform.tenant(name: "Gone Ltd"), try await edge.platform.tenant())
        let (lonely, shared) = (try await edge.person(.viewer, in: tenant), try await edge.person(.viewer, in: tenant))
        try await edge.edge.users.setRole(.viewer, email: shared.email, in: other, by: .system)
        let admin = try await edge.person(isSuperAdmin: true)
        try await edge.test { client in
            let root = try await client.logIn(admin)
            let base = "/api/v1/tenants/\(tenant.slug)"
            #expect(try await client.post(base + "/purge", ["name": "Gone Ltd"], root.bearer()).status == 409)  // not deleted yet
            #expect(try await client.send(.delete, base, root.bearer()).status == 204)
            #expect(try await client.post("/api/v1/tenants", ["name": "X", "slug": .string(tenant.slug)], root.bearer()).status == 409)
            let wrong = try await client.post(base + "/purge", ["name": "gone ltd"], root.bearer())
            #expect(wrong.status == 400)
            #expect(wrong.fields == ["name"])
            #expect(try await client.post(base + "/purge", [:], root.bearer()).status == 400)
            #expect(try await exists(tenant.databaseName, edge.platform) == (1, 2, 1))
            #expect(try await client.post(base + "/purge", ["name": "Gone Ltd"], root.bearer()).status == 204)
            #expect(try await exists(tenant.databaseName, edge.platform) == (0, 0, 0))
            #expect(try await client.post(base + "/purge", ["name": "Gone Ltd"], root.bearer()).status == 404)
            #expect(try await client.post(base + "/restore", [:], root.bearer()).status == 404)
            #expect(try await edge.edge.users.find(email: lonely.email) == nil)
            #expect(try await edge.edge.users.find(email: shared.email) != nil)
            let again = try await client.post("/api/v1/tenants", ["name": "X", "slug": .string(tenant.slug)], root.bearer())
            #expect(again.status == 201)
            #expect(again.json["id"]?.string != tenant.id.description)
        }
    }

    @Test("FR27: only a super admin purges")
    func othersCannotPurge() async throws {
        let edge = try await TestEdge.shared.sibling()
        let tenant = try await edge.platform.tenant(name: "Mine")
        let ann = try await edge.person(.tenantAdmin, in: tenant)
        try await edge.test { client in
            let session = try await client.logIn(ann)
            #expect(try await client.post("/api/v1/tenants/\(tenant.slug)/purge", ["name": "Mine"], session.bearer()).status == 403)
            #expect(try await client.post("/api/v1/tenants/\(tenant.slug)/purge", ["name": "Mine"]).status == 401)
        }
    }

    @Test("FR27: after 30 days the service purges, before them it does not, and then nothing restores")
    func theServicePurgesAfterThirtyDays() async throws {
        let platform = try await TestPlatform.make()
        let (old, fresh) = (try await platform.tenant(), try await platform.tenant())
        for tenant in [old, fresh] { try await platform.provisioning.delete(slug: tenant.slug, by: .system) }
        _ = try await platform.system.transaction { session in
            try session.execute("UPDATE platform.tenants SET deleted_at = now() - interval '31 days' WHERE id = \(old.id)")
        }
        platform.tenants.invalidate()
        await #expect(throws: AppError.self) { try await platform.provisioning.restore(slug: old.slug, by: .system) }
        let service = HalfMadeSweepService(provisioning: platform.provisioning, logger: .init(label: "test"))
        #expect(await service.tick() == [old.slug])
        #expect(try await exists(old.databaseName, platform) == (0, 0, 0))
        #expect(try await exists(fresh.databaseName, platform) == (1, 2, 1))
        #expect(try await platform.provisioning.restore(slug: fresh.slug, by: .system).status == .active)
    }

    @Test("A purge that a crash cut short is finished by the next start", arguments: [false, true])
    func aHalfPurgedTenantIsFinished(databaseIsGone: Bool) async throws {
        let platform = try await TestPlatform.make()
        let tenant = try await platform.tenant()
        try await platform.provisioning.delete(slug: tenant.slug, by: .system)
        _ = try await platform.system.transaction { session in
            try session.execute("UPDATE platform.tenants SET status = 'purging' WHERE id = \(tenant.id)")
        }
        if databaseIsGone {
            try await platform.pool.run(platform.system.address) {
                try $0.script("DROP DATABASE \(SQL.identifier(tenant.databaseName)) WITH (FORCE)")
            }
        }
        platform.tenants.invalidate()
        #expect(try await platform.tenants.tenant(slug: tenant.slug) == nil)
        #expect(try await platform.provisioning.removeHalfMade() == [tenant.slug])
        #expect(try await exists(tenant.databaseName, platform) == (0, 0, 0))
        #expect(try await platform.provisioning.create(slug: tenant.slug, name: "Again", by: .system).status == .active)
    }

    @Test("FR32, PRD 1.7-2: the list has status, size, servers, health, users and last activity, counted without a connection per tenant")
    func theListShowsWhatWasCounted() async throws {
        let edge = TestEdge(platform: try await TestPlatform.make(), masterKey: .random())
        let tenant = try await edge.platform.tenant(name: "Counted")
        _ = try await edge.person(.viewer, in: tenant)
        let admin = try await edge.person(isSuperAdmin: true)
        try await edge.platform.tenants.transaction(tenant) {
            try $0.record(Activity("server_added", entityType: "server", entityID: nil, entityName: "x", actor: .system))
        }
        let rollUp = FleetRollUp(healthy: 3, warning: 1, critical: 0, offline: 0, unknown: 2)
        let application = try await edge.edge.makeApplication(HTTPServerConfig(), fleet: { _ in rollUp }) { _ in }
        try await application.test(.router) { router in
            let client = Client(client: router)
            let root = try await client.logIn(admin)
            let listed = try #require(try await client.get("/api/v1/tenants?q=\(tenant.slug)", root.bearer()).json.array?.first)
            #expect(listed["serverCount"]?.int == 6)
            #expect(listed["health"]?["warning"]?.int == 1)
            #expect(listed["userCount"]?.int == 1)
            #expect(listed["databaseSizeBytes"]?.int ?? 0 > 1_000_000)
            #expect(listed["lastActivityAt"]?.string != nil)
            // Once counted, the list opens no tenant's database: it answers also when that cannot be entered.
            try await edge.platform.pool.run(edge.platform.system.address) {
                try $0.script("ALTER DATABASE \(SQL.identifier(tenant.databaseName)) ALLOW_CONNECTIONS false")
            }
            edge.platform.tenants.closeConnections(tenant)
            #expect(try await client.get("/api/v1/tenants?q=\(tenant.slug)", root.bearer()).json.array?.first?["serverCount"]?.int == 6)
        }
    }

    @Test("What nobody has counted is null, not zero")
    func unknownIsNotZero() async throws {
        let edge = try await TestEdge.shared.sibling()
        let tenant = try await edge.platform.tenant()
        let admin = try await edge.person(isSuperAdmin: true)
        try await edge.test { client in
            let root = try await client.logIn(admin)
            let listed = try #require(try await client.get("/api/v1/tenants?q=\(tenant.slug)", root.bearer()).json.array?.first)
            #expect(listed["serverCount"] == .null)
            #expect(listed["health"] == .null)
        }
    }

    @Test("The service counts quiet tenants once, and those with news again")
    func theServiceCounts() async throws {
        let edge = TestEdge(platform: try await TestPlatform.make(), masterKey: .random())
        let tenant = try await edge.platform.tenant()
        let summaries = TenantSummaries(tenants: edge.platform.tenants, fleet: nil)
        let service = TenantSummaryService(summaries: summaries, hub: edge.edge.events, logger: .init(label: "test"))
        #expect(await service.tick() == [tenant.slug])
        #expect(await service.tick() == [])
    }
}
