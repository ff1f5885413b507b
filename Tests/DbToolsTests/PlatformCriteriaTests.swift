import Foundation
import Primitives
import Testing

@testable import DbTools

/// Rows of the PRD that only the whole program can show.
@Suite(.serialized) struct PlatformCriteriaTests {
    @Test("PRD 1.2-6, 1.3-8: the seed script makes development's tenants, as often as it is run; GET /tenants lists all with their status")
    func theSeedMakesTenants() async throws {
        let served = try Served()
        try await served.start(["--roles", "api"])
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
        for _ in 0..<2 {
            let seed = Process()
            seed.executableURL = URL(filePath: root + "/scripts/seed")
            // Nobody listens at port 9: what matters here are the tenants.
            seed.environment = Served.environment.merging(["DBTOOLS_URL": served.url, "SIMULATOR": "127.0.0.1:9"]) { $1 }
            seed.standardOutput = FileHandle(forWritingAtPath: "/dev/null")
            try seed.run()
            try await until("seeded", seconds: 120) { !seed.isRunning }
            #expect(seed.terminationStatus == 0)
        }
        let listed = try JSONValue.parse(text: try await served.call("GET", "/tenants").body).array ?? []
        let statuses = listed.map { "\($0["slug"]?.string ?? "") \($0["status"]?.string ?? "")" }
        #expect(statuses == ["meridian active", "norra-energi active", "quill suspended"])
        let deleted = try JSONValue.parse(text: try await served.call("GET", "/tenants?status=deleted").body).array ?? []
        #expect(deleted.compactMap { $0["slug"]?.string } == ["ember"])
        _ = try await served.stop()
    }

    @Test("PRD 4.15-3, 4.15-9: every entity's own activity is one request away, under the PRD's names, with before and after")
    func everyEntityHasItsActivity() async throws {
        let served = try Served()
        try await served.start()
        #expect(try await served.call("POST", "/tenants", #"{"slug":"acme","name":"Acme"}"#).status == 201)
        func make(_ path: String, _ body: String) async throws -> String {
            let answer = try await served.call("POST", path, tenant: "acme", body)
            return try #require(try JSONValue.parse(text: answer.body)["id"]?.string, "\(answer.body)")
        }
        let server = try await make("/servers", #"{"name":"db1","hostname":"127.0.0.1","port":9,"username":"u","password":"first-secret"}"#)
        let other = try await make("/servers", #"{"name":"db2","hostname":"127.0.0.1","port":10}"#)
        let group = try await make("/groups", #"{"name":"Prod"}"#)
        let label = try await make("/labels", #"{"name":"tier-1"}"#)
        let credential = try await make("/credentials", #"{"name":"login","username":"u","password":"first-secret"}"#)
        let user = try await make("/users", #"{"email":"v@example.com","name":"V","role":"viewer"}"#)
        let changes = [
            ("PATCH", "/servers/\(server)", #"{"name":"db1-renamed","password":"second-secret"}"#),
            ("PATCH", "/groups/\(group)", #"{"name":"Live"}"#),
            ("POST", "/groups/\(group)/servers", #"{"serverIds":["\#(server)"]}"#), ("PATCH", "/labels/\(label)", #"{"name":"tier-2"}"#),
            ("PATCH", "/credentials/\(credential)", #"{"name":"login-2"}"#), ("PATCH", "/users/\(user)", #"{"role":"operator"}"#),
            ("PUT", "/settings/retention", #"{"metricsDays":20,"activityDays":90}"#),
        ]
        for (method, path, body) in changes {
            let answer = try await served.call(method, path, tenant: "acme", body)
            #expect((200..<300).contains(answer.status), "\(method) \(path): \(answer.body)")
        }
        for (path, id) in [("servers", server), ("groups", group), ("labels", label), ("credentials", credential), ("users", user)] {
            let answer = try await served.call("DELETE", "/\(path)/\(id)", tenant: "acme")
            #expect([200, 204].contains(answer.status), "\(path): \(answer.body)")
        }
        let wanted = [
            (server, ["server_added", "server_updated", "server_deleted"]), (group, ["group_created", "group_updated", "group_deleted"]),
            (label, ["label_created", "label_updated", "label_deleted"]),
            (credential, ["credential_created", "credential_updated", "credential_deleted"]),
            (user, ["user_added", "user_updated", "user_removed"]),
        ]
        for (id, actions) in wanted {
            let answer = try await served.call("GET", "/activity?entityId=\(id)", tenant: "acme")
            let entries = try JSONValue.parse(text: answer.body).array ?? []
            let found = entries.reversed().compactMap { $0["action"]?.string }
            for action in actions { #expect(found.contains(action), "\(action) is not among \(found)") }
            // Its own, or one of several servers that it names.
            #expect(entries.allSatisfy { $0["entityId"]?.string == id || "\($0["details"] ?? .null)".contains(id) }, "\(answer.body)")
            #expect(entries.allSatisfy { $0["actor"]?["name"]?.string == Served.email && $0["actor"]?["address"]?.string != nil })
            #expect(!answer.body.contains("secret"), "\(answer.body)")
            #expect(!answer.body.contains(other))
        }
        let renamed = try await served.call("GET", "/activity?entityId=\(server)&action=server_updated", tenant: "acme").body
        #expect(renamed.contains("db1") && renamed.contains("db1-renamed") && renamed.contains("changed"))
        let configured = try await served.call("GET", "/activity?action=config_changed", tenant: "acme").body
        #expect(configured.contains(#""activityDays":365"#) && configured.contains(#""activityDays":90"#), "\(configured)")
        _ = try await served.stop()
    }
}
