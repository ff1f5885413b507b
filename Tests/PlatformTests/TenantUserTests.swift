import Fixtures
import Foundation
import HTTPTypes
import Postgres
import Primitives
import Testing

@testable import Platform

/// FR24, FR28: each tenant's own users, managed by its own admin.
@Suite struct TenantUserTests {
    @Test("FR28: an invitation is a link that is shown once, works once, and lets the person in")
    func anInvitationWorksOnce() async throws {
        let edge = try await TestEdge.shared.sibling()
        let tenant = try await edge.platform.tenant()
        let admin = try await edge.person(.tenantAdmin, in: tenant)
        try await edge.test { client in
            let session = try await client.logIn(admin).bearer(tenant)
            let email = "new-\(tenant.slug)@example.com"
            let added = try await client.post("/api/v1/users", ["email": .string(email), "name": "New", "role": "viewer"], session)
            #expect(added.status == 201)
            #expect(added.headers[.cacheControl]?.contains("no-store") == true)
            let token = try #require(added.json["link"]?["token"]?.string)
            #expect(added.json["link"]?["path"]?.string == "/setup?token=\(token)")
            #expect(added.json["hasPassword"]?.bool == false)
            let id = try #require(added.json["id"]?.string)
            let read = try await client.get("/api/v1/users/\(id)", session)
            #expect(!read.text.contains(token))
            #expect(read.json["linkExpiresAt"]?.string != nil)
            let password = "a long enough password"
            let chosen = try await client.post("/api/v1/auth/setup", ["token": .string(token), "password": .string(password)])
            #expect(chosen.status == 200)
            #expect(try await client.post("/api/v1/auth/setup", ["token": .string(token), "password": .string(password)]).status == 401)
            let access = try #require(chosen.json["access_token"]?.string)
            #expect(try await client.get("/api/v1/activity", [.authorization: "Bearer \(access)", .tenantSlug: tenant.slug]).status == 200)
            let after = try await client.get("/api/v1/users/\(id)", session)
            #expect(after.json["hasPassword"]?.bool == true)
            #expect(after.json["linkExpiresAt"] == .null)
        }
    }

    @Test("FR28: a link can be revoked and made anew; the earlier one is void, and an expired one too")
    func aLinkIsRevokedAndMadeAnew() async throws {
        let edge = try await TestEdge.shared.sibling()
        let tenant = try await edge.platform.tenant()
        let admin = try await edge.person(.tenantAdmin, in: tenant)
        try await edge.test { client in
            let session = try await client.logIn(admin).bearer(tenant)
            let body: JSONValue = ["email": .string("anew-\(tenant.slug)@example.com"), "name": "New", "role": "operator"]
            let added = try await client.post("/api/v1/users", body, session)
            let id = try #require(added.json["id"]?.string)
            let link = "/api/v1/users/\(id)/link"
            func works(_ reply: Reply) async throws -> Bool {
                let token = reply.json["link"]?["token"] ?? reply.json["token"] ?? .null
                return try await client.post("/api/v1/auth/setup", ["token": token, "password": "a long enough password"]).status == 200
            }
            let second = try await client.post(link, [:], session)
            #expect(second.status == 201)
            #expect(try await !works(added))
            #expect(try await client.send(.delete, link, session).status == 204)
            #expect(try await client.send(.delete, link, session).status == 204)
            #expect(try await !works(second))
            let third = try await client.post(link, [:], session)
            // Only this person's: the other tests' links are in the same table.
            let person = try #require(UUID(uuidString: id))
            _ = try await edge.platform.system.transaction { session in
                try session.execute(
                    """
                    UPDATE platform.setup_tokens
                    SET expires_at = now() - interval '1 second'
                    WHERE user_id = \(person) AND used_at IS NULL
                    """)
            }
            #expect(try await !works(third))
            #expect(try await works(client.post(link, [:], session)))
        }
    }

    @Test("FR28: a reset by link ends all sign-ins once it is used, not before")
    func aResetEndsSignIns() async throws {
        let edge = try await TestEdge.shared.sibling()
        let tenant = try await edge.platform.tenant()
        let (admin, ann) = (try await edge.person(.tenantAdmin, in: tenant), try await edge.person(.viewer, in: tenant))
        try await edge.test { client in
            let (session, hers) = (try await client.logIn(admin).bearer(tenant), try await client.logIn(ann))
            let made = try await client.post("/api/v1/users/\(ann.id)/link", [:], session)
            #expect(try await client.get("/api/v1/auth/me", hers.bearer()).status == 200)
            let token = made.json["token"] ?? .null
            #expect(try await client.post("/api/v1/auth/setup", ["token": token, "password": "another long password"]).status == 200)
            #expect(try await client.get("/api/v1/auth/me", hers.bearer()).status == 401)
        }
    }

    @Test("The last tenant admin can be neither removed, demoted nor disabled: 409")
    func theLastAdminStays() async throws {
        let edge = try await TestEdge.shared.sibling()
        let tenant = try await edge.platform.tenant()
        let (last, root) = (try await edge.person(.tenantAdmin, in: tenant), try await edge.person(isSuperAdmin: true))
        try await edge.test { client in
            let session = try await client.logIn(root).bearer(tenant)
            let path = "/api/v1/users/\(last.id)"
            #expect(try await client.send(.delete, path, session).status == 409)
            #expect(try await client.send(.patch, path, session, text: #"{"role":"viewer"}"#).status == 409)
            #expect(try await client.send(.patch, path, session, text: #"{"disabled":true}"#).status == 409)
            #expect(try await client.send(.patch, path, session, text: #"{"name":"Renamed"}"#).status == 200)
            let second = try await edge.person(.tenantAdmin, in: tenant)
            #expect(try await client.send(.patch, "/api/v1/users/\(second.id)", session, text: #"{"disabled":true}"#).status == 200)
            #expect(try await client.send(.delete, path, session).status == 409)  // a disabled admin is none
            #expect(try await client.send(.patch, "/api/v1/users/\(second.id)", session, text: #"{"disabled":false}"#).status == 200)
            #expect(try await client.send(.delete, path, session).status == 204)
        }
    }

    @Test("Two admins who take each other out at once: one stays")
    func twoAdminsCannotTakeEachOtherOut() async throws {
        let edge = try await TestEdge.shared.sibling()
        let tenant = try await edge.platform.tenant()
        let (a, b) = (try await edge.person(.tenantAdmin, in: tenant), try await edge.person(.tenantAdmin, in: tenant))
        let root = try await edge.person(isSuperAdmin: true)
        try await edge.test { client in
            let session = try await client.logIn(root).bearer(tenant)
            async let first = client.send(.delete, "/api/v1/users/\(a.id)", session).status
            async let second = client.send(.delete, "/api/v1/users/\(b.id)", session).status
            #expect(try await [first, second].sorted() == [204, 409])
        }
    }

    @Test("A person in several tenants: each admin rules over the role, no admin over the account")
    func aSharedAccountIsNobodysPrey() async throws {
        let edge = try await TestEdge.shared.sibling()
        let (one, two) = (try await edge.platform.tenant(), try await edge.platform.tenant())
        let admin = try await edge.person(.tenantAdmin, in: one)
        let shared = try await edge.person(.viewer, in: two)
        try await edge.test { client in
            let session = try await client.logIn(admin).bearer(one)
            let added = try await client.post(
                "/api/v1/users", ["email": .string(shared.email), "name": "Other name", "role": "operator"], session)
            #expect(added.status == 201)
            #expect(added.json["link"] == .null)
            #expect(added.json["shared"]?.bool == true)
            #expect(added.json["memberships"]?.array?.count == 1)
            #expect(try await client.post("/api/v1/users/\(shared.id)/link", [:], session).status == 403)
            #expect(try await client.send(.delete, "/api/v1/users/\(shared.id)/link", session).status == 403)
            #expect(try await client.send(.patch, "/api/v1/users/\(shared.id)", session, text: #"{"disabled":true}"#).status == 403)
            #expect(try await client.send(.patch, "/api/v1/users/\(shared.id)", session, text: #"{"role":"viewer"}"#).status == 200)
            #expect(try await client.send(.delete, "/api/v1/users/\(shared.id)", session).status == 204)
            #expect(try await edge.edge.users.find(email: shared.email)?.memberships.map(\.tenantSlug) == [two.slug])
        }
    }

    @Test("FR24: another tenant's users are not there, and an operator manages nobody")
    func othersUsersAreNotThere() async throws {
        let edge = try await TestEdge.shared.sibling()
        let (one, two) = (try await edge.platform.tenant(), try await edge.platform.tenant())
        let (admin, stranger) = (try await edge.person(.tenantAdmin, in: one), try await edge.person(.viewer, in: two))
        let plain = try await edge.person(.operator, in: one)
        try await edge.test { client in
            let session = try await client.logIn(admin).bearer(one)
            #expect(try await client.get("/api/v1/users/\(stranger.id)", session).status == 404)
            #expect(try await client.post("/api/v1/users/\(stranger.id)/link", [:], session).status == 404)
            #expect(try await client.send(.delete, "/api/v1/users/\(stranger.id)", session).status == 404)
            let operatorSession = try await client.logIn(plain).bearer(one)
            #expect(try await client.post("/api/v1/users/\(admin.id)/link", [:], operatorSession).status == 403)
            #expect(try await client.get("/api/v1/platform/admins", session).status == 403)
            #expect(try await client.get("/api/v1/platform/activity", session).status == 403)
        }
    }

    @Test("Super admins are a list of their own: added by link, removed but for oneself")
    func superAdminsAreListedApart() async throws {
        let edge = TestEdge(platform: try await TestPlatform.make(), masterKey: .random())
        let root = try await edge.person(isSuperAdmin: true)
        try await edge.test { client in
            let session = try await client.logIn(root).bearer()
            let added = try await client.post("/api/v1/platform/admins", ["email": "Second@example.com", "name": "Second"], session)
            #expect(added.status == 201)
            #expect(added.json["email"]?.string == "second@example.com")
            let token = try #require(added.json["link"]?["token"]?.string)
            #expect(try await client.post("/api/v1/platform/admins", ["email": "second@example.com", "name": "S"], session).status == 409)
            let listed = try await client.get("/api/v1/platform/admins", session).json.array ?? []
            #expect(Set(listed.compactMap { $0["email"]?.string }) == ["second@example.com", root.email])
            #expect(try await client.send(.delete, "/api/v1/platform/admins/\(root.id)", session).status == 409)
            let id = try #require(added.json["id"]?.string)
            #expect(try await client.post("/api/v1/platform/admins/\(id)/link", [:], session).status == 201)
            #expect(try await client.post("/api/v1/auth/setup", ["token": .string(token), "password": "long enough words"]).status == 401)
            #expect(try await client.send(.delete, "/api/v1/platform/admins/\(id)/link", session).status == 204)
            #expect(try await client.send(.delete, "/api/v1/platform/admins/\(id)", session).status == 204)
            #expect(try await client.send(.delete, "/api/v1/platform/admins/\(id)", session).status == 404)
            let log = try await client.get("/api/v1/platform/activity?action=super_admin_added,super_admin_removed", session).json.array ?? []
            #expect(log.compactMap { $0["action"]?.string } == ["super_admin_removed", "super_admin_added"])
        }
    }

    @Test("PRD 4.15-8: sign-ins, good and failed, and sign-outs are in the installation's log, with their address")
    func signInsAreLogged() async throws {
        let edge = TestEdge(platform: try await TestPlatform.make(), masterKey: .random())
        let root = try await edge.person(isSuperAdmin: true)
        try await edge.test { client in
            _ = try await client.post("/api/v1/auth/login", ["email": .string(root.email), "password": "wrong"])
            _ = try await client.post("/api/v1/auth/login", ["email": "nobody\u{7}@example.com", "password": "wrong"])
            let first = try await client.logIn(root)
            #expect(try await client.send(.post, "/api/v1/auth/logout", first.bearer()).status == 204)
            let session = try await client.logIn(root).bearer()
            let log = try await client.get("/api/v1/platform/activity?entityType=user", session).json.array ?? []
            let told = log.map { "\($0["action"]?.string ?? "") \($0["entityName"]?.string ?? "")" }
            #expect(
                told.prefix(5) == [
                    "user_signed_in \(root.email)", "user_signed_out \(root.email)", "user_signed_in \(root.email)",
                    "user_sign_in_failed nobody@example.com", "user_sign_in_failed \(root.email)",
                ])
            #expect(log.allSatisfy { $0["actor"]?["address"] != .null || $0["action"]?.string == "user_created" })
            #expect(!log.contains { $0["details"]?.text.contains("wrong") ?? false })
        }
    }
}
