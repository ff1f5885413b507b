import Crypto
import Fixtures
import Foundation
import HTTPTypes
import Postgres
import Primitives
import Testing

@testable import Platform

/// Tenants, users, settings and the activity log, through HTTP.
@Suite struct RouteTests {
    @Test func aTenantIsMadeReadChangedAndDeleted() async throws {
        let edge = try await TestEdge.shared
        let admin = try await edge.person(isSuperAdmin: true)
        let slug = "r-\(ID<Int>().description.suffix(12))"
        try await edge.test { client in
            let headers = try await client.logIn(admin).bearer()
            let made = try await client.post(
                "/api/tenants", ["name": "Contoso Ltd.", "slug": .string(slug), "settings": ["a": 1, "b": 2]], headers)
            #expect(made.status == 201)
            #expect(made.headers[.location] == "/api/v1/tenants/\(slug)")
            #expect(made.json["databaseName"]?.string == "dbtools_tenant_\(slug)")
            let tag = try #require(made.headers[.eTag])
            let again = try await client.post("/api/v1/tenants", ["name": "X", "slug": .string(slug)], headers)
            #expect(again.status == 409)
            #expect(again.code == "CONFLICT")
            let read = try await client.get("/api/v1/tenants/\(slug)", headers)
            #expect(read.headers[.eTag] == tag)
            #expect((read.json["databaseSizeBytes"]?.int ?? 0) > 1_000_000)
            var guarded = headers
            guarded[.ifMatch] = tag
            let patch = #"{"name":"Contoso","settings":{"a":null,"c":{"d":1}}}"#
            let changed = try await client.send(.patch, "/api/v1/tenants/\(slug)", guarded, text: patch)
            #expect(changed.status == 200)
            #expect(changed.json["settings"] == ["b": 2, "c": ["d": 1]])
            let late = try await client.send(.patch, "/api/v1/tenants/\(slug)", guarded, text: #"{"name":"Late"}"#)
            #expect(late.status == 412)
            #expect(late.code == "PRECONDITION_FAILED")
            #expect(try await client.send(.delete, "/api/v1/tenants/\(slug)", headers).status == 204)
            #expect(try await client.send(.delete, "/api/v1/tenants/\(slug)", headers).status == 404)
            let deleted = try await client.get("/api/v1/tenants?status=deleted&q=\(slug)", headers)
            #expect(deleted.json.array?.first?["status"] == "deleted")
        }
    }

    @Test(arguments: [
        (#"{}"#, ["name", "slug"]), (#"{"name":"","slug":"ab"}"#, ["name", "slug"]), (#"{"name":"X","slug":"Not-Valid"}"#, ["slug"]),
        (#"{"name":"X","slug":"a--b"}"#, ["slug"]), (#"{"name":"X","slug":"abc","settings":[]}"#, ["settings"]),
        (#"{"name":"X","slug":"abc","id":"1"}"#, ["id"]), (#"{"name":5,"slug":5}"#, ["name", "slug"]),
    ])
    func tenantsRefuse(body: String, fields: [String]) async throws {
        let edge = try await TestEdge.shared
        let admin = try await edge.person(isSuperAdmin: true)
        try await edge.test { client in
            let reply = try await client.send(.post, "/api/v1/tenants", try await client.logIn(admin).bearer(), text: body)
            #expect(reply.status == 400)
            #expect(reply.fields.sorted() == fields)
        }
    }

    @Test func listsArePagedByCursor() async throws {
        let edge = try await TestEdge.make()
        let admin = try await edge.person(isSuperAdmin: true)
        var slugs: [String] = []
        for _ in 0..<3 { slugs.append(try await edge.platform.tenant().slug) }
        let expected = slugs.sorted()
        try await edge.test { client in
            let headers = try await client.logIn(admin).bearer()
            var (uri, seen): (String, [String]) = ("/api/v1/tenants?limit=2", [])
            for _ in 0..<2 {
                let page = try await client.get(uri, headers)
                #expect(page.headers[.totalCount] == "3")
                seen += (page.json.array ?? []).compactMap { $0["slug"]?.string }
                guard let link = page.headers[.link] else { break }
                #expect(link.hasSuffix("; rel=\"next\""))
                uri = String(link.dropFirst().prefix { $0 != ">" })
            }
            #expect(seen == expected)
            for bad in ["limit=0", "limit=1001", "limit=x", "limit=1&limit=2", "cursor=x", "status=none", "q=%00", "q=%ff"] {
                let reply = try await client.get("/api/v1/tenants?\(bad)", headers)
                #expect(reply.status == 400, "\(bad)")
            }
        }
    }

    @Test func usersAreAddedChangedAndRemoved() async throws {
        let edge = try await TestEdge.shared
        let tenant = try await edge.platform.tenant()
        let admin = try await edge.person(.tenantAdmin, in: tenant)
        try await edge.test { client in
            let headers = try await client.logIn(admin).bearer(tenant)
            let email = "new-\(tenant.slug)@example.com"
            let body: JSONValue = ["email": .string(email), "name": "Dana", "role": "operator", "password": "a long enough password"]
            let made = try await client.post("/api/v1/users", body, headers)
            #expect(made.status == 201)
            #expect(made.json["memberships"]?.array?.first?["role"] == "operator")
            #expect(!made.text.contains("password"))
            let id = try #require(made.json["id"]?.string)
            #expect(try await client.post("/api/v1/users", body, headers).status == 409)
            let listed = try await client.get("/api/v1/users?q=DANA", headers)
            #expect(listed.json.array?.count == 1)
            #expect(listed.headers[.totalCount] == "1")
            let changed = try await client.send(.patch, "/api/v1/users/\(id)", headers, text: #"{"role":"viewer","name":"Dana D."}"#)
            #expect(changed.json["memberships"]?.array?.first?["role"] == "viewer")
            for bad in [#"{"role":"super_admin"}"#, #"{"role":null}"#, #"{"isSuperAdmin":true}"#, #"{"password":"short"}"#] {
                #expect(try await client.send(.patch, "/api/v1/users/\(id)", headers, text: bad).status == 400, "\(bad)")
            }
            #expect(try await client.send(.patch, "/api/v1/users/\(admin.id)", headers, text: #"{"role":"viewer"}"#).status == 409)
            #expect(try await client.send(.delete, "/api/v1/users/\(admin.id)", headers).status == 409)
            #expect(try await client.send(.delete, "/api/v1/users/\(id)", headers).status == 204)
            #expect(try await client.get("/api/v1/users/\(id)", headers).status == 404)
            let log = try await client.get("/api/v1/activity?entityType=user", headers)
            #expect(log.json.array?.compactMap { $0["action"]?.string } == ["user_removed", "user_updated", "user_added"])
            #expect(log.json.array?.first?["actor"]?["name"]?.string == admin.email)
            #expect(log.json.array?.first?["requestId"]?.string != nil)
        }
    }

    @Test func settingsAreReplacedUnderTheirTag() async throws {
        let edge = try await TestEdge.shared
        let tenant = try await edge.platform.tenant()
        let admin = try await edge.person(.tenantAdmin, in: tenant)
        try await edge.test { client in
            var headers = try await client.logIn(admin).bearer(tenant)
            let all = try await client.get("/api/v1/settings", headers)
            #expect(all.json["thresholds"]?["cpuPercent"] == ["warning": 80, "critical": 95])
            headers[.ifMatch] = all.headers[.eTag]
            let body = #"{"cpuPercent":{"warning":70,"critical":90},"memoryPercent":{"warning":85,"critical":95}}"#
            let changed = try await client.send(.put, "/api/v1/settings/thresholds", headers, text: body)
            #expect(changed.status == 200)
            #expect(changed.json["cpuPercent"]?["warning"] == 70)
            #expect(try await client.send(.put, "/api/v1/settings/thresholds", headers, text: body).status == 412)
            headers[.ifMatch] = nil
            let part = try await client.send(.put, "/api/v1/settings", headers, text: #"{"refreshSeconds":60}"#)
            #expect(part.json["refreshSeconds"] == 60)
            #expect(part.json["thresholds"]?["cpuPercent"]?["warning"] == 70)
            #expect(part.json["queries"] == ["showsLiterals": false])
            let queries = try await client.send(.put, "/api/v1/settings", headers, text: #"{"queries":{"showsLiterals":true}}"#)
            #expect(queries.json["queries"] == ["showsLiterals": true] && queries.json["refreshSeconds"] == 60)
            #expect(try await client.get("/api/v1/settings", headers).json["queries"] == ["showsLiterals": true])
            for bad in [#"{"queries":{}}"#, #"{"queries":null}"#, #"{"queries":{"showsLiterals":"yes"}}"#] {
                #expect(try await client.send(.put, "/api/v1/settings", headers, text: bad).status == 400, "\(bad)")
            }
            let retention = try await client.send(
                .put, "/api/v1/settings/retention", headers, text: #"{"metricsDays":0,"activityDays":9999}"#)
            #expect(Set(retention.fields) == ["metricsDays", "activityDays"])
            for bad in [
                #"{"cpuPercent":{"warning":95,"critical":80},"memoryPercent":{"warning":85,"critical":95}}"#, #"{"cpuPercent":{}}"#,
                #"{"cpuPercent":null,"memoryPercent":null}"#,
                #"{"cpuPercent":{"warning":1e300,"critical":2},"memoryPercent":{"warning":1,"critical":2}}"#,
            ] {
                #expect(try await client.send(.put, "/api/v1/settings/thresholds", headers, text: bad).status == 400, "\(bad)")
            }
            let log = try await client.get("/api/v1/activity?action=config_changed", headers)
            #expect(log.json.array?.count == 3)
        }
    }

    @Test func activityIsPagedFilteredAndExported() async throws {
        let edge = try await TestEdge.shared
        let tenant = try await edge.platform.tenant()
        let user = try await edge.person(.viewer, in: tenant)
        for index in 0..<7 {
            try await edge.platform.tenants.transaction(tenant) { session in
                let name = index == 3 ? "=cmd|' /C calc'!A0" : "server \(index)"
                try session.record(Activity("server_added", entityType: "server", entityID: UUID(), entityName: name, actor: .system))
            }
        }
        try await edge.test { client in
            var headers = try await client.logIn(user).bearer(tenant)
            let first = try await client.get("/api/v1/activity?limit=4", headers)
            #expect(first.headers[.totalCount] == "7")
            let link = try #require(first.headers[.link])
            let second = try await client.get(String(link.dropFirst().prefix { $0 != ">" }), headers)
            let names = ((first.json.array ?? []) + (second.json.array ?? [])).compactMap { $0["entityName"]?.string }
            #expect(names == ["server 6", "server 5", "server 4", "=cmd|' /C calc'!A0", "server 2", "server 1", "server 0"])
            #expect(try await client.get("/api/v1/activity?q=SERVER%206", headers).json.array?.count == 1)
            #expect(try await client.get("/api/v1/activity?to=2020-01-01T00:00:00Z", headers).json.array?.isEmpty == true)
            let forged = Cursor(sort: "newest", values: [.int(.min), .string(UUID().uuidString)]).text
            for bad in ["from=yesterday", "entityId=1", "cursor=\(Cursor(sort: "newest", values: [1, 2]).text)"] {
                #expect(try await client.get("/api/v1/activity?\(bad)", headers).status == 400, "\(bad)")
            }
            #expect(try await client.get("/api/v1/activity?cursor=\(forged)", headers).status < 500)
            headers[.accept] = "text/csv"
            let csv = try await client.get("/api/v1/activity", headers)
            #expect(csv.headers[.contentType]?.hasPrefix("text/csv") == true)
            #expect(csv.text.split(separator: "\r\n").count == 8)
            #expect(csv.text.contains(",'=cmd|' /C calc'!A0,"))
        }
    }

    @Test func aRepeatedPostIsCarriedOutOnce() async throws {
        let edge = try await TestEdge.shared
        let (user, other) = (try await edge.person(), try await edge.person())
        try await edge.test { client in
            var headers = try await client.logIn(user).bearer()
            headers[.idempotencyKey] = "key-\(ID<Int>())"
            let first = try await client.post("/api/v1/test/echo", ["displayName": "Ada"], headers)
            let second = try await client.post("/api/v1/test/echo", ["displayName": "Ada"], headers)
            #expect(first.status == 201 && second.status == 201)
            #expect(first.text == second.text)
            #expect(first.headers[.idempotencyReplayed] == nil)
            #expect(second.headers[.idempotencyReplayed] == "true")
            // A body may hold a password: its stored fingerprint is no plain hash, which could be guessed at.
            let plain = Bytes(Array(SHA256.hash(data: Data(JSONValue.object(["displayName": "Ada"]).text.utf8))))
            let stored = try await edge.platform.system.read {
                try $0.rows("SELECT count(*) FROM platform.idempotency_keys WHERE request_hash = \(plain)")[0].decode(0, as: Int.self)
            }
            #expect(stored == 0)
            let different = try await client.post("/api/v1/test/echo", ["displayName": "Eve"], headers)
            #expect(different.status == 409)
            var others = try await client.logIn(other).bearer()
            others[.idempotencyKey] = headers[.idempotencyKey]
            #expect(try await client.post("/api/v1/test/echo", ["displayName": "Ada"], others).json["by"]?.string == other.email)
            headers[.idempotencyKey] = "refused-\(ID<Int>())"
            #expect(try await client.post("/api/v1/test/echo", ["displayName": ""], headers).status == 400)
            #expect(try await client.post("/api/v1/test/echo", ["displayName": "Ada"], headers).status == 201, "a refusal is not kept")
            headers[.idempotencyKey] = String(repeating: "x", count: 201)
            #expect(try await client.post("/api/v1/test/echo", ["displayName": "Ada"], headers).status == 400)
        }
    }

    /// A file is part of what the key stands for: the same length with other bytes is another request.
    @Test func aRepeatedUploadIsCarriedOutOnceAndAnotherFileIsRefused() async throws {
        let edge = try await TestEdge.shared
        let user = try await edge.person()
        try await edge.test { client in
            var headers = try await client.logIn(user).bearer()
            headers[.idempotencyKey] = "file-\(ID<Int>())"
            headers[.contentType] = "text/csv"
            let file = "name,hostname\n" + String(repeating: "a,h\n", count: 100_000)
            let first = try await client.send(.post, "/api/v1/test/servers/import", headers, text: file)
            #expect(first.status == 200 && first.json["bytes"]?.int == Int64(file.utf8.count), "\(first.text)")
            let second = try await client.send(.post, "/api/v1/test/servers/import", headers, text: file)
            #expect(second.text == first.text && second.headers[.idempotencyReplayed] == "true")
            let other = file.replacing("a,h\n", with: "b,h\n", maxReplacements: 1)
            #expect(other.utf8.count == file.utf8.count)
            let third = try await client.send(.post, "/api/v1/test/servers/import", headers, text: other)
            #expect(third.status == 409 && third.code == "CONFLICT")
            let dry = try await client.send(.post, "/api/v1/test/servers/import?dryRun=true", headers, text: file)
            #expect(dry.status == 409)
            #expect(try await client.send(.post, "/api/v1/test/servers/import", headers, text: file).text == first.text)
        }
    }

    @Test func eachTenantHasItsOwnRate() async throws {
        let edge = try await TestEdge.shared
        let (a, b) = (try await edge.platform.tenant(), try await edge.platform.tenant())
        let admin = try await edge.person(isSuperAdmin: true)
        var config = HTTPServerConfig()
        config.tenantRequestsPerMinute = 5
        try await edge.test(config) { client in
            let session = try await client.logIn(admin)
            var statuses: [Int] = []
            for _ in 0..<7 {
                let reply = try await client.get("/api/v1/test/tenant", session.bearer(a))
                statuses.append(reply.status)
                #expect(reply.headers[.rateLimit] == "5")
                #expect(reply.headers[.rateLimitRemaining] != nil && reply.headers[.rateLimitReset] != nil)
                if reply.status == 429 { #expect(reply.headers[.retryAfter].flatMap(Int.init) ?? 0 >= 1) }
            }
            #expect(statuses == [200, 200, 200, 200, 200, 429, 429])
            #expect(try await client.get("/api/v1/test/tenant", session.bearer(b)).status == 200)
        }
    }
}
