import Fixtures
import Foundation
import HTTPTypes
import Postgres
import Primitives
import Testing

@testable import Platform

/// The rows of PRD 1.1 to 1.5, by number. The names of technologies in them do not bind; what they are for does.
@Suite struct FoundationCriteriaTests {
    private func columns(_ table: String, _ rows: (SQL) async throws -> [String]) async throws -> Set<String> {
        Set(try await rows("SELECT column_name FROM information_schema.columns WHERE table_schema = 'platform' AND table_name = \(table)"))
    }

    private func system(_ platform: TestPlatform, _ sql: SQL) async throws -> [String] {
        try await platform.system.read { try $0.rows(sql).map { try $0.decode(0) } }
    }

    private func tenants(_ platform: TestPlatform, _ tenant: Tenant, _ sql: SQL) async throws -> [String] {
        try await platform.tenants.read(tenant) { try $0.rows(sql).map { try $0.decode(0) } }
    }

    @Test("PRD 1.1-6: health answers 200 with {\"status\": \"healthy\"}, under both addresses", arguments: ["/health", "/api/health"])
    func healthAnswers(path: String) async throws {
        try await TestEdge.shared.sibling().test { client in
            let reply = try await client.get(path)
            #expect(reply.status == 200)
            #expect(reply.json["status"]?.string == "healthy")
        }
    }

    @Test("PRD 1.2-1, 1.2-2, 1.2-5, 1.2-7: the first start makes the system tables, with their constraints")
    func theSystemTablesAreThere() async throws {
        let platform = try await TestPlatform.shared
        let names = try await columns("tenants") { try await system(platform, $0) }
        #expect(names.isSuperset(of: ["id", "slug", "name", "status", "created_at", "updated_at"]))
        let tenant = try await platform.tenant()
        for statement: SQL in [
            "UPDATE platform.tenants SET status = 'asleep' WHERE id = \(tenant.id)",
            "UPDATE platform.tenants SET slug = 'Not A Slug' WHERE id = \(tenant.id)",
            "UPDATE platform.tenants SET name = '' WHERE id = \(tenant.id)",
            "INSERT INTO platform.tenants SELECT * FROM platform.tenants WHERE id = \(tenant.id)",
        ] {
            await #expect(throws: PostgresError.self) { _ = try await platform.system.transaction { try $0.execute(statement) } }
        }
    }

    @Test("PRD 1.4-1, 1.4-2, 1.4-3, 1.4-6: a tenant's database has settings and activity_log, with keys and indexes")
    func aTenantsTablesAreThere() async throws {
        let platform = try await TestPlatform.shared
        let tenant = try await platform.tenant()
        let settings = try await columns("settings") { try await tenants(platform, tenant, $0) }
        #expect(settings.isSuperset(of: ["key", "value", "updated_at"]))
        let log = try await columns("activity_log") { try await tenants(platform, tenant, $0) }
        #expect(log.isSuperset(of: ["id", "action", "entity_type", "entity_id", "details", "created_at"]))
        let indexes = try await tenants(platform, tenant, "SELECT indexname::text FROM pg_indexes WHERE tablename = 'activity_log'")
        #expect(Set(indexes).isSuperset(of: ["activity_log_pkey", "activity_log_entity"]))
        let error = await #expect(throws: PostgresError.self) {
            _ = try await platform.tenants.transaction(tenant) {
                try $0.execute("INSERT INTO platform.settings (key, value) VALUES ('retention', '{}')")
            }
        }
        #expect(error?.isUniqueViolation == true)
    }

    @Test("PRD 1.3-7, 1.7-4: every failing field of a new tenant is told at once")
    func everyFailingFieldIsTold() async throws {
        let edge = try await TestEdge.shared.sibling()
        let root = try await edge.person(isSuperAdmin: true)
        try await edge.test { client in
            let session = try await client.logIn(root).bearer()
            let reply = try await client.post("/api/v1/tenants", ["name": "", "slug": "Bad Slug"], session)
            #expect(reply.status == 400)
            #expect(Set(reply.fields) == ["name", "slug"])
        }
    }

    @Test("PRD 1.5-1 to 1.5-7: the header names the tenant; missing 400, unknown 404, suspended 403, and 200 with its own database")
    func theHeaderNamesTheTenant() async throws {
        let edge = try await TestEdge.shared.sibling()
        let (tenant, other) = (try await edge.platform.tenant(), try await edge.platform.tenant())
        let ann = try await edge.person(.viewer, in: tenant)
        for (one, name) in [(tenant, "mine"), (other, "theirs")] {
            try await edge.platform.tenants.transaction(one) {
                try $0.record(Activity("server_added", entityType: "server", entityID: nil, entityName: name, actor: .system))
            }
        }
        try await edge.test { client in
            var headers = try await client.logIn(ann).bearer()
            #expect(try await client.get("/api/v1/activity", headers).code == "MISSING_TENANT")
            #expect(try await client.get("/api/v1/activity", headers).status == 400)
            headers[.tenantSlug] = "no-such-tenant"
            #expect(try await client.get("/api/v1/activity", headers).status == 404)
            headers[.tenantSlug] = tenant.slug
            let mine = try await client.get("/api/v1/activity", headers)
            #expect(mine.status == 200)
            #expect(mine.text.contains("mine") && !mine.text.contains("theirs"))
            _ = try await edge.platform.provisioning.suspend(slug: tenant.slug, by: .system)
            let suspended = try await client.get("/api/v1/activity", headers)
            #expect(suspended.status == 403)
            #expect(suspended.code == "TENANT_SUSPENDED")
            // PRD 1.5-8
            headers[.tenantSlug] = nil
            #expect(try await client.get("/api/v1/tenants", headers).status == 200)
        }
    }
}
