import Fixtures
import Foundation
import HTTPTypes
import Postgres
import Primitives
import Testing

@testable import Platform

/// Signing in, its renewal and its end.
@Suite struct AuthTests {
    @Test func signingInGivesTokensAndACookie() async throws {
        let edge = try await TestEdge.shared
        let user = try await edge.person()
        try await edge.test { client in
            let reply = try await client.post(
                "/api/v1/auth/login", ["email": .string(user.email.uppercased()), "password": .string(TestEdge.password)])
            #expect(reply.status == 200)
            #expect(reply.json["token_type"] == "Bearer")
            #expect(reply.json["expires_in"] == 1800)
            #expect(reply.json["user"]?["email"]?.string == user.email)
            let cookie = try #require(reply.headers[.setCookie])
            #expect(
                cookie.contains("; HttpOnly") && cookie.contains("; SameSite=Strict") && cookie.contains("; Path=/")
                    && !cookie.contains("Secure"))
            #expect(!reply.text.contains("password"))
        }
    }

    @Test(arguments: ["bearer", "cookie"])
    func meKnowsWhoAsks(by credential: String) async throws {
        let edge = try await TestEdge.shared
        let user = try await edge.person()
        try await edge.test { client in
            let signedIn = try await client.logIn(user)
            let reply = try await client.get("/api/auth/me", credential == "bearer" ? signedIn.bearer() : signedIn.web(csrf: false))
            #expect(reply.status == 200)
            #expect(reply.json["user"]?["id"]?.string == user.id.description)
            #expect(reply.json["csrfToken"] == (credential == "bearer" ? JSONValue.null : .string(signedIn.csrfToken)))
        }
    }

    @Test func behindATrustedProxyWithTLSTheCookieIsSecure() async throws {
        var config = HTTPServerConfig()
        config.trustedProxies = [try #require(AddressBlock("127.0.0.0/8"))]
        let edge = try await TestEdge.shared
        let user = try await edge.person()
        try await edge.test(config) { client in
            let reply = try await client.post(
                "/api/v1/auth/login", ["email": .string(user.email), "password": .string(TestEdge.password)], [.forwardedProto: "https"])
            #expect(reply.headers[.setCookie]?.hasSuffix("; Secure") == true)
            #expect(reply.headers[.strictTransportSecurity] != nil)
        }
    }

    @Test(arguments: [
        "", "Bearer", "Bearer ", "Bearer x", "Basic YTpi", "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4Iiwic2lkIjoieCIsImlzcyI6ImRidG9vbHMifQ.",
        "Bearer " + String(repeating: "x", count: 4000),
    ])
    func badTokensAre401(header: String) async throws {
        try await TestEdge.shared.test { client in
            let reply = try await client.get("/api/v1/auth/me", [.authorization: header])
            #expect(reply.status == 401)
            #expect(reply.code == "UNAUTHENTICATED")
            #expect(reply.headers[.wwwAuthenticate] != nil)
        }
    }

    @Test func anotherInstallationsTokenIsWorthNothing() async throws {
        let (ours, theirs) = (try await TestEdge.shared, try await TestEdge.make())
        let user = try await ours.person()
        _ = try await theirs.application()
        let forged = try await theirs.edge.signIn.accessTokens.sign(user: user.id, session: UUID(), now: Date())
        try await ours.test { client in
            let reply = try await client.get("/api/v1/auth/me", [.authorization: "Bearer \(forged)"])
            #expect(reply.status == 401)
        }
    }

    @Test func anExpiredTokenIsWorthNothing() async throws {
        let edge = try await TestEdge.shared
        let user = try await edge.person()
        try await edge.test { client in
            let session = try await client.logIn(user)
            let id = try #require(await edge.edge.signIn.accessTokens.session(of: session.accessToken, now: Date()))
            let old = try await edge.edge.signIn.accessTokens.sign(user: user.id, session: id, now: Date(timeIntervalSinceNow: -1801))
            #expect(try await client.get("/api/v1/auth/me", [.authorization: "Bearer \(old)"]).status == 401)
            #expect(await edge.edge.signIn.accessTokens.session(of: session.accessToken, now: Date(timeIntervalSinceNow: 1801)) == nil)
        }
    }

    @Test func wrongPasswordsAndUnknownAccountsAnswerAlike() async throws {
        let edge = try await TestEdge.make()
        let user = try await edge.person()
        try await edge.test { client in
            let wrong = try await client.post("/api/v1/auth/login", ["email": .string(user.email), "password": "wrong"])
            let unknown = try await client.post("/api/v1/auth/login", ["email": "nobody@example.com", "password": "wrong"])
            #expect(wrong.status == 401)
            #expect(unknown.status == 401)
            #expect(wrong.json["error"]?["message"] == unknown.json["error"]?["message"])
        }
    }

    /// What the right password is answered after five wrong ones.
    private static func fiveWrongAndARightOne(_ client: Client, _ email: String) async throws -> Reply {
        for _ in 0..<5 {
            #expect(try await client.post("/api/v1/auth/login", ["email": .string(email), "password": "wrong"]).status == 401)
        }
        return try await client.post("/api/v1/auth/login", ["email": .string(email), "password": .string(TestEdge.password)])
    }

    @Test func failedSignInsAreSlowedAndSuccessResets() async throws {
        let edge = try await TestEdge.make()
        let user = try await edge.person()
        try await edge.test { client in
            for _ in 0..<4 {
                #expect(try await client.post("/api/v1/auth/login", ["email": .string(user.email), "password": "wrong"]).status == 401)
            }
            _ = try await client.logIn(user)
            var slowed = try await Self.fiveWrongAndARightOne(client, user.email)
            // A busy machine may take longer to come back than it has to wait.
            for _ in 0..<20 where slowed.status == 200 { slowed = try await Self.fiveWrongAndARightOne(client, user.email) }
            // Even the right password has to wait now.
            #expect(slowed.status == 429)
            #expect(slowed.code == "RATE_LIMITED")
            #expect(slowed.headers[.retryAfter].flatMap(Int.init) ?? 0 >= 1)
        }
    }

    @Test func refreshRotatesWithAGraceAndReuseEndsTheFamily() async throws {
        let edge = try await TestEdge.shared
        let user = try await edge.person()
        try await edge.test { client in
            let first = try await client.logIn(user)
            let second = try await client.post("/api/v1/auth/refresh", ["refresh_token": .string(first.refreshToken)])
            #expect(second.status == 200)
            let secondToken = try #require(second.json["refresh_token"]?.string)
            #expect(secondToken != first.refreshToken)
            let again = try await client.post("/api/v1/auth/refresh", ["refresh_token": .string(first.refreshToken)])
            #expect(again.status == 200, "an answer that got lost may be asked for again")
            try await edge.platform.system.transaction { session in
                _ = try session.execute("UPDATE platform.refresh_tokens SET used_at = used_at - interval '31 s' WHERE used_at IS NOT NULL")
            }
            let reused = try await client.post("/api/v1/auth/refresh", ["refresh_token": .string(first.refreshToken)])
            #expect(reused.status == 401)
            #expect(try await client.post("/api/v1/auth/refresh", ["refresh_token": .string(secondToken)]).status == 401)
            #expect(try await client.get("/api/v1/auth/me", first.bearer()).status == 401)
            #expect(try await client.get("/api/v1/auth/me", first.web()).status == 401)
        }
    }

    @Test func signingOutEndsTokenAndCookieAtOnce() async throws {
        let edge = try await TestEdge.shared
        let user = try await edge.person()
        try await edge.test { client in
            let session = try await client.logIn(user)
            #expect(try await client.get("/api/v1/auth/me", session.bearer()).status == 200)
            let reply = try await client.send(.post, "/api/v1/auth/logout", session.web())
            #expect(reply.status == 204)
            #expect(reply.headers[.setCookie]?.contains("Max-Age=0") == true)
            #expect(try await client.get("/api/v1/auth/me", session.bearer()).status == 401)
            #expect(try await client.get("/api/v1/auth/me", session.web()).status == 401)
            #expect(try await client.post("/api/v1/auth/refresh", ["refresh_token": .string(session.refreshToken)]).status == 401)
        }
    }

    @Test func aChangedPasswordEndsOtherSignIns() async throws {
        let edge = try await TestEdge.shared
        let user = try await edge.person()
        let new = "another correct horse"
        try await edge.test { client in
            let (here, elsewhere) = (try await client.logIn(user), try await client.logIn(user))
            #expect(
                try await client.post("/api/v1/auth/password", ["currentPassword": "wrong", "newPassword": .string(new)], here.bearer())
                    .status == 400)
            #expect(
                try await client.post(
                    "/api/v1/auth/password", ["currentPassword": .string(TestEdge.password), "newPassword": "short"], here.bearer()
                ).status == 400)
            let reply = try await client.post(
                "/api/v1/auth/password", ["currentPassword": .string(TestEdge.password), "newPassword": .string(new)], here.bearer())
            #expect(reply.status == 204)
            #expect(try await client.get("/api/v1/auth/me", here.bearer()).status == 200)
            #expect(try await client.get("/api/v1/auth/me", elsewhere.bearer()).status == 401)
            _ = try await client.logIn(user, password: new)
        }
    }

    @Test func aOneTimeLinkWorksOnce() async throws {
        let edge = try await TestEdge.make()
        let made = try await edge.edge.users.ensureFirstAdmin(email: "admin@example.com", password: nil)
        guard case .needsSetup(let token) = made else {
            Issue.record("no link")
            return
        }
        try await edge.test { client in
            let reply = try await client.post("/api/v1/auth/setup", ["token": .string(token), "password": .string(TestEdge.password)])
            #expect(reply.status == 200)
            #expect(reply.json["user"]?["isSuperAdmin"] == true)
            #expect(
                try await client.post("/api/v1/auth/setup", ["token": .string(token), "password": .string(TestEdge.password)]).status == 401
            )
            #expect(try await edge.edge.users.ensureFirstAdmin(email: "admin@example.com", password: nil) == .exists)
        }
    }

    @Test func aDisabledUserLosesEverything() async throws {
        let edge = try await TestEdge.shared
        let tenant = try await edge.platform.tenant()
        let (admin, user) = (try await edge.person(.tenantAdmin, in: tenant), try await edge.person(.viewer, in: tenant))
        try await edge.test { client in
            let (adminSession, session) = (try await client.logIn(admin), try await client.logIn(user))
            #expect(try await client.get("/api/v1/test/tenant", session.bearer(tenant)).status == 200)
            let reply = try await client.send(.patch, "/api/v1/users/\(user.id)", adminSession.bearer(tenant), text: #"{"disabled":true}"#)
            #expect(reply.status == 200)
            #expect(reply.json["disabled"] == true)
            #expect(try await client.get("/api/v1/test/tenant", session.bearer(tenant)).status == 401)
            #expect(try await client.post("/api/v1/auth/refresh", ["refresh_token": .string(session.refreshToken)]).status == 401)
            #expect(
                try await client.post("/api/v1/auth/login", ["email": .string(user.email), "password": .string(TestEdge.password)]).status
                    == 401)
        }
    }

    @Test func secretsAreStoredAsHashesOnly() async throws {
        let edge = try await TestEdge.make()
        let user = try await edge.person()
        try await edge.test { client in
            let session = try await client.logIn(user)
            let dump = try await edge.platform.system.read { db in
                try db.rows(
                    """
                    SELECT to_jsonb(s)::text || to_jsonb(r)::text || to_jsonb(u)::text
                    FROM platform.sessions AS s, platform.refresh_tokens AS r, platform.users AS u
                    """
                )
                .map { try $0.decode(0, as: String.self) }.joined()
            }
            for secret in [session.cookie, session.refreshToken, session.accessToken, TestEdge.password] { #expect(!dump.contains(secret)) }
            #expect(dump.contains("scrypt$"))
        }
    }
}

/// Forged requests from other pages.
@Suite struct ForgeryTests {
    @Test func aCookieAloneChangesNothing() async throws {
        let edge = try await TestEdge.shared
        let (user, other) = (try await edge.person(), try await edge.person())
        try await edge.test { client in
            let (session, others) = (try await client.logIn(user), try await client.logIn(other))
            let body: JSONValue = ["displayName": "Ada"]
            #expect(try await client.post("/api/v1/test/echo", body, session.web(csrf: false)).status == 403)
            var foreign = session.web(csrf: false)
            foreign[.csrfToken] = others.csrfToken
            #expect(try await client.post("/api/v1/test/echo", body, foreign).status == 403)
            var crossSite = session.web()
            crossSite[.origin] = "https://evil.example"
            #expect(try await client.post("/api/v1/test/echo", body, crossSite).status == 403)
            var fetched = session.web()
            fetched[.secFetchSite] = "cross-site"
            #expect(try await client.post("/api/v1/test/echo", body, fetched).status == 403)
            #expect(try await client.post("/api/v1/test/echo", body, session.web()).status == 201)
            #expect(
                try await client.post("/api/v1/test/echo", body, session.bearer()).status == 201, "a bearer token is not sent by itself")
        }
    }

    @Test func theTenantInTheQueryIsForCookiesAndGETOnly() async throws {
        let edge = try await TestEdge.shared
        let tenant = try await edge.platform.tenant()
        let user = try await edge.person(.viewer, in: tenant)
        try await edge.test { client in
            let session = try await client.logIn(user)
            #expect(try await client.get("/api/v1/test/tenant?tenant=\(tenant.slug)", session.web()).json["tenant"]?.string == tenant.slug)
            #expect(try await client.get("/api/v1/test/tenant?tenant=\(tenant.slug)", session.bearer()).code == "MISSING_TENANT")
        }
    }
}

@Suite struct ThrottleTests {
    @Test(arguments: [(4, 0.0), (5, 1), (6, 2), (7, 4), (15, 900), (100, 900), (1_000_000, 900)])
    func eachFailureDoublesTheWait(failures: Int, seconds: Double) {
        #expect(SignInThrottle.waitSeconds(failures: failures, free: 5) == seconds)
    }

    @Test func aBurstGainsNothing() {
        let throttle = SignInThrottle()
        let now = ContinuousClock.now
        let passed = (0..<100).filter { _ in (try? throttle.begin(account: "a", address: "1.2.3.4", now: now)) != nil }
        #expect(passed.count == 5)
        #expect((try? throttle.begin(account: "a", address: "1.2.3.4", now: now + .seconds(2))) != nil)
    }

    @Test(
        "An address is slowed over all accounts, and a /64 of IPv6 is one address",
        arguments: [("1.2.3.4", "1.2.3.5"), ("", "2001:db8:0:2::1")])
    func anAddressIsSlowedOverAllAccounts(address: String, other: String) {
        let throttle = SignInThrottle()
        let now = ContinuousClock.now
        let passed = (0..<100).filter { index in
            let from = address.isEmpty ? "2001:db8:0:1::\(String(index, radix: 16))" : address
            guard (try? throttle.begin(account: "account \(index)", address: from, now: now)) != nil else { return false }
            throttle.failed(address: from, now: now)
            return true
        }
        #expect(passed.count == SignInThrottle.freeFailuresPerAddress)
        #expect((try? throttle.begin(account: "another", address: other, now: now)) != nil)
    }

    @Test func memoryIsBounded() throws {
        let throttle = SignInThrottle()
        for index in 0..<(SignInThrottle.recordCountMax + 5_000) { try throttle.begin(account: "a\(index)", address: "n\(index)") }
    }
}
