import Fixtures
import Foundation
import HTTPTypes
import Postgres
import Primitives
import Testing

@testable import Platform

/// API keys: what programs prove themselves with (api.md, "Who asks"). The last bound of each is what matters: another tenant's data.
@Suite struct APIKeyTests {
    private static func makeKey(
        _ client: Client, _ session: HTTPFields, name: String = "Grafana", _ more: [String: JSONValue] = [:]
    ) async throws -> (key: String, id: String) {
        let body = JSONValue.object(["name": .string(name)].merging(more) { $1 })
        let made = try await client.post("/api/v1/api-keys", body, session)
        #expect(made.status == 201)
        return (try #require(made.json["key"]?.string), try #require(made.json["id"]?.string))
    }

    private static func header(_ key: String, tenant: String? = nil) -> HTTPFields {
        var fields: HTTPFields = [.apiKey: key]
        if let tenant { fields[.tenantSlug] = tenant }
        return fields
    }

    @Test func aKeyIsShownOnceImpliesItsTenantAndOpensNoOther() async throws {
        let edge = try await TestEdge.shared
        let (tenant, stranger) = (try await edge.platform.tenant(), try await edge.platform.tenant())
        let admin = try await edge.person(.tenantAdmin, in: tenant)
        try await edge.test { client in
            let session = try await client.logIn(admin).bearer(tenant)
            let (key, id) = try await Self.makeKey(client, session)
            #expect(key.hasPrefix("dbt_") && key.count == 47)
            let listed = try await client.get("/api/v1/api-keys", session)
            #expect(!listed.text.contains(key))
            #expect(listed.json.array?.first?["hint"]?.string == String(key.prefix(10)))
            #expect(listed.json.array?.first?["lastUsedAt"] == .null)

            #expect(try await client.get("/api/v1/test/tenant", Self.header(key)).json["tenant"]?.string == tenant.slug)
            #expect(try await client.get("/api/v1/test/tenant", Self.header(key, tenant: tenant.slug)).status == 200)
            #expect(try await client.get("/api/v1/test/tenant", Self.header(key, tenant: stranger.slug)).status == 404)
            #expect(try await client.get("/api/v1/api-keys/\(id)", session).json["lastUsedAt"]?.string != nil)
            // One key in sixteen ends with an A.
            let other = String(key.dropLast()) + (key.hasSuffix("A") ? "E" : "A")
            for wrong in [other, "dbt_", "x", String(key.dropFirst(4)), key + "x"] {
                #expect(try await client.get("/api/v1/test/tenant", Self.header(wrong, tenant: tenant.slug)).status == 401)
            }
            #expect(try await client.send(.delete, "/api/v1/api-keys/\(id)", session).status == 204)
            #expect(try await client.get("/api/v1/test/tenant", Self.header(key)).status == 401)
            #expect(try await client.send(.delete, "/api/v1/api-keys/\(id)", session).status == 404)
            let log = try await client.get("/api/v1/activity?entityType=api_key", session)
            #expect(log.json.array?.compactMap { $0["action"]?.string } == ["api_key_deleted", "api_key_created"])
            #expect(!log.text.contains(key))
        }
    }

    @Test func aKeyHasItsRoleAndIsNobodysSignIn() async throws {
        let edge = try await TestEdge.shared
        let tenant = try await edge.platform.tenant()
        let admin = try await edge.person(.tenantAdmin, in: tenant)
        try await edge.test { client in
            let session = try await client.logIn(admin).bearer(tenant)
            let (viewer, _) = try await Self.makeKey(client, session)
            let (strong, id) = try await Self.makeKey(client, session, name: "Terraform", ["role": "tenant_admin"])
            #expect(try await client.get("/api/v1/users", Self.header(viewer)).status == 403)
            #expect(try await client.get("/api/v1/users", Self.header(strong)).status == 200)
            for (method, path) in [(HTTPRequest.Method.get, "/api/v1/auth/me"), (.post, "/api/v1/auth/logout")] {
                #expect(try await client.send(method, path, Self.header(strong)).status == 403)
            }
            #expect(try await client.post("/api/v1/api-keys", ["name": "child"], Self.header(strong)).status == 403)
            #expect(try await client.send(.delete, "/api/v1/api-keys/\(id)", Self.header(strong)).status == 403)
            #expect(try await client.get("/api/v1/tenants", Self.header(strong)).json.array?.count == 1)
            #expect(try await client.get("/api/v1/platform/admins", Self.header(strong)).status == 403)
        }
    }

    @Test func anExpiredKeyAndOneOfASuspendedTenantAreRefused() async throws {
        let edge = try await TestEdge.shared
        let tenant = try await edge.platform.tenant()
        let admin = try await edge.person(.tenantAdmin, in: tenant)
        try await edge.test { client in
            let session = try await client.logIn(admin).bearer(tenant)
            let later = RFC3339.string(Date() + 3600)
            let (key, id) = try await Self.makeKey(client, session, ["expiresAt": .string(later)])
            #expect(try await client.get("/api/v1/test/tenant", Self.header(key)).status == 200)
            _ = try await edge.platform.provisioning.suspend(slug: tenant.slug, by: .system)
            #expect(try await client.get("/api/v1/test/tenant", Self.header(key)).status == 403)
            _ = try await edge.platform.provisioning.activate(slug: tenant.slug, by: .system)
            _ = try await edge.platform.system.transaction { session in
                try session.execute("UPDATE platform.api_keys SET expires_at = now() - interval '1 second' WHERE id = \(UUID(uuidString: id))")
            }
            edge.edge.signIn.callers.forgetAll()
            #expect(try await client.get("/api/v1/test/tenant", Self.header(key)).status == 401)
        }
    }

    @Test(arguments: [
        (#"{}"#, 400), (#"{"name": ""}"#, 400), (#"{"name": "x", "role": "super_admin"}"#, 400), (#"{"name": "x", "role": null}"#, 201),
        (#"{"name": "x", "expiresAt": "2020-01-01T00:00:00Z"}"#, 400), (#"{"name": "x", "expiresAt": "soon"}"#, 400),
        (#"{"name": "x", "expiresAt": null}"#, 201), (#"{"name": "x", "key": "dbt_mine"}"#, 400), (#"{"name": "TAKEN"}"#, 409),
    ])
    func whatIsWrongIsSaid(body: String, status: Int) async throws {
        let edge = try await TestEdge.shared
        let tenant = try await edge.platform.tenant()
        let admin = try await edge.person(.tenantAdmin, in: tenant)
        try await edge.test { client in
            let session = try await client.logIn(admin).bearer(tenant)
            _ = try await Self.makeKey(client, session, name: "taken")
            let answer = try await client.post("/api/v1/api-keys", try JSONValue.parse(Array(body.utf8)), session)
            #expect(answer.status == status)
        }
    }
}
