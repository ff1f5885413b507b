import Fixtures
import Foundation
import HTTPTypes
import Platform
import Primitives
import Testing

/// No id, header, cookie or token of tenant A yields anything of tenant B.
@Suite struct IsolationTests {
    private static let scoped = [
        "/api/v1/test/tenant", "/api/v1/users", "/api/v1/settings", "/api/v1/activity", "/api/v1/events", "/api/activity",
    ]

    @Test func aStrangersTenantLooksLikeNone() async throws {
        let edge = try await TestEdge.shared
        let (a, b) = (try await edge.platform.tenant(), try await edge.platform.tenant())
        let user = try await edge.person(.tenantAdmin, in: a)
        try await edge.test { client in
            let session = try await client.logIn(user)
            for path in Self.scoped {
                for headers in [session.bearer(b), session.web(b)] {
                    let reply = try await client.get(path, headers)
                    #expect(reply.status == 404, "\(path)")
                    #expect(reply.code == "INVALID_TENANT")
                    var unknown = headers
                    unknown[.tenantSlug] = "no-such-tenant"
                    #expect(try await client.get(path, unknown).json["error"]?["message"] == reply.json["error"]?["message"])
                }
                #expect(try await client.get(path, session.bearer()).code == "MISSING_TENANT")
                #expect(try await client.get(path).status == 401)
            }
            for (method, path) in [(HTTPRequest.Method.get, ""), (.patch, ""), (.delete, ""), (.post, "/suspend")] {
                let reply = try await client.send(method, "/api/v1/tenants/\(b.slug)\(path)", session.bearer(), text: "{}")
                #expect(reply.status == (method == .get || method == .patch ? 404 : 403), "\(method) \(path)")
                #expect(!reply.text.contains(b.id.description))
            }
            let listed = try await client.get("/api/v1/tenants", session.bearer())
            #expect(listed.json.array?.count == 1)
            #expect(!listed.text.contains(b.slug))
        }
    }

    @Test func anAdminOfAReachesNoUserOfB() async throws {
        let edge = try await TestEdge.shared
        let (a, b) = (try await edge.platform.tenant(), try await edge.platform.tenant())
        let (adminOfA, userOfB, ofBoth) = (
            try await edge.person(.tenantAdmin, in: a), try await edge.person(.viewer, in: b), try await edge.person(.viewer, in: b)
        )
        try await edge.edge.users.setRole(.viewer, email: ofBoth.email, in: a, by: .system)
        try await edge.test { client in
            let session = try await client.logIn(adminOfA)
            #expect(try await client.get("/api/v1/users/\(userOfB.id)", session.bearer(a)).status == 404)
            #expect(
                try await client.send(.patch, "/api/v1/users/\(userOfB.id)", session.bearer(a), text: #"{"role":"viewer"}"#).status == 404)
            #expect(try await client.send(.delete, "/api/v1/users/\(userOfB.id)", session.bearer(a)).status == 404)
            #expect(try await !client.get("/api/v1/users", session.bearer(a)).text.contains(userOfB.email))
            // An account that B shares cannot be taken over, and where else it works is not shown.
            let takeOver = #"{"password":"a password of the attacker"}"#
            #expect(try await client.send(.patch, "/api/v1/users/\(ofBoth.id)", session.bearer(a), text: takeOver).status == 403)
            let seen = try await client.get("/api/v1/users/\(ofBoth.id)", session.bearer(a))
            #expect(seen.status == 200)
            #expect(!seen.text.contains(b.slug))
            #expect(try await client.send(.delete, "/api/v1/users/\(ofBoth.id)", session.bearer(a)).status == 204)
            let still = try await client.logIn(ofBoth)
            #expect(try await client.get("/api/v1/test/tenant", still.bearer(b)).status == 200)
            #expect(try await client.get("/api/v1/test/tenant", still.bearer(a)).status == 404)
        }
    }

    @Test func roles() async throws {
        let edge = try await TestEdge.shared
        let tenant = try await edge.platform.tenant()
        let people: [(Role, Int, Int)] = [(.viewer, 403, 403), (.operator, 403, 403), (.tenantAdmin, 200, 403)]
        try await edge.test { client in
            for (role, users, tenants) in people {
                let session = try await client.logIn(edge.person(role, in: tenant))
                #expect(try await client.get("/api/v1/users", session.bearer(tenant)).status == users, "\(role)")
                #expect(try await client.get("/api/v1/settings", session.bearer(tenant)).status == 200)
                #expect(try await client.post("/api/v1/tenants", ["name": "X", "slug": "some-slug"], session.bearer()).status == tenants)
            }
        }
    }

    @Test func aSuperAdminActsInEveryTenant() async throws {
        let edge = try await TestEdge.shared
        let tenant = try await edge.platform.tenant()
        let admin = try await edge.person(isSuperAdmin: true)
        try await edge.test { client in
            let session = try await client.logIn(admin)
            for path in ["/api/v1/test/tenant", "/api/v1/users", "/api/v1/settings", "/api/v1/activity"] {
                #expect(try await client.get(path, session.bearer(tenant)).status == 200, "\(path)")
            }
        }
    }

    @Test func aSuspendedTenantIs403AndADeletedOneIsGone() async throws {
        let edge = try await TestEdge.shared
        let tenant = try await edge.platform.tenant()
        let (admin, user) = (try await edge.person(isSuperAdmin: true), try await edge.person(.viewer, in: tenant))
        try await edge.test { client in
            let (adminSession, session) = (try await client.logIn(admin), try await client.logIn(user))
            #expect(
                try await client.send(.post, "/api/v1/tenants/\(tenant.slug)/suspend", adminSession.bearer()).json["status"] == "suspended")
            let refused = try await client.get("/api/v1/test/tenant", session.bearer(tenant))
            #expect(refused.status == 403)
            #expect(refused.code == "TENANT_SUSPENDED")
            #expect(
                try await client.send(.post, "/api/v1/tenants/\(tenant.slug)/activate", adminSession.bearer()).json["status"] == "active")
            #expect(try await client.get("/api/v1/test/tenant", session.bearer(tenant)).status == 200)
            #expect(try await client.send(.delete, "/api/v1/tenants/\(tenant.slug)", adminSession.bearer()).status == 204)
            #expect(try await client.get("/api/v1/test/tenant", session.bearer(tenant)).code == "INVALID_TENANT")
            #expect(try await client.get("/api/v1/test/tenant", adminSession.bearer(tenant)).code == "INVALID_TENANT")
            #expect(try await client.get("/api/v1/tenants/\(tenant.slug)", adminSession.bearer()).status == 404)
        }
    }
}
