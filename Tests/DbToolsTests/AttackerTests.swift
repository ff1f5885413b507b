import Foundation
import Primitives
import Testing

@testable import DbTools

/// Every operation of the contract, tried by those who may not: another tenant's people, too small a role, nobody (FR24, FR25, NFR11).
/// The list of operations is the running program's own, so a new one is tried without anybody thinking of it.
@Suite(.serialized) struct AttackerTests {
    private struct Answer {
        let status: Int
        let body: String
    }

    /// Somebody with a token or a cookie, or nobody.
    private struct Visitor {
        let name: String
        let url: String
        var headers: [(String, String)] = []

        func call(_ method: String, _ path: String, tenant: String? = nil, _ body: String? = nil) async throws -> Answer {
            var all = headers + (tenant.map { [("X-Tenant-Slug", $0)] } ?? [])
            if body != nil { all.append(("Content-Type", "application/json")) }
            let answer = try await APIClient(isInsecure: false).send(method, url + path, headers: all, body: body.map { Array($0.utf8) })
            return Answer(status: answer.status, body: String(decoding: answer.body, as: UTF8.self))
        }

        func json(_ method: String, _ path: String, tenant: String? = nil, _ body: String? = nil) async throws -> JSONValue {
            let answer = try await call(method, "/api/v1" + path, tenant: tenant, body)
            try #require((200..<300).contains(answer.status), "\(method) \(path): \(answer.body)")
            return answer.body.isEmpty ? .null : try JSONValue.parse(text: answer.body)
        }
    }

    private struct Operation {
        let method: String
        let path: String
        /// Whether it names its tenant by header.
        let isScoped: Bool
        /// Whether anybody may come, signed in or not.
        let isOpen: Bool
        var isSafe: Bool { method == "GET" }

        /// The path with the ids in place of `{serverId}` and the like.
        func path(_ ids: [String: String]) -> String {
            let filled = ids.reduce(into: path) { $0 = $0.replacing("{\($1.key)}", with: $1.value) }
            // Asked for correctly, so that the answer is about the id.
            if path.hasSuffix("/series") { return filled + "?metric=file_reads" }
            return path.hasSuffix("/metrics") && isSafe ? filled + "?metric=cpu_percent" : filled
        }
    }

    /// A program with two tenants: the attacker's, and the victim's with one of everything.
    private struct Scene {
        let served: Served
        let root: Visitor
        let operations: [Operation]
        /// The ids of the victim's things, by the names of the contract's parameters.
        let victims: [String: String]
        static let password = "a long enough password"
        static let secret = "victims-secret"

        static func make() async throws -> Scene {
            let served = try Served()
            try await served.start()
            let root = try await visitor(Served.email, Served.password, served.url)
            for slug in ["attacker", "victim"] { _ = try await root.json("POST", "/tenants", #"{"slug":"\#(slug)","name":"\#(slug)"}"#) }
            var ids: [String: String] = ["slug": "victim", "action": "add-labels"]
            func make(_ parameter: String, _ path: String, _ body: String) async throws {
                ids[parameter] = try #require(try await root.json("POST", path, tenant: "victim", body)["id"]?.string, "\(path)")
            }
            try await make("groupId", "/groups", #"{"name":"\#(secret)-group"}"#)
            try await make("credentialId", "/credentials", #"{"name":"\#(secret)-login","username":"u","password":"hunter2hunter2"}"#)
            let group = ids["groupId"] ?? ""
            let server = #"{"name":"\#(secret)-db","engine":"postgresql","hostname":"127.0.0.1","port":9,"groupIds":["\#(group)"]}"#
            try await make("serverId", "/servers", server)
            // Its state would move by itself while the attackers are at work.
            _ = try await root.json("POST", "/servers/\(ids["serverId"] ?? "")/collection/stop", tenant: "victim", "{}")
            try await make("labelId", "/labels", #"{"name":"\#(secret)-label"}"#)
            try await make("viewId", "/servers/views", #"{"name":"\#(secret)-view","shared":true}"#)
            try await make("userId", "/users", #"{"email":"\#(secret)@example.com","name":"V","role":"viewer","password":"\#(password)"}"#)
            let bulk = #"{"ids":["\#(ids["serverId"] ?? "")"],"labels":["\#(secret)"]}"#
            try await make("operationId", "/servers/bulk/add-labels", bulk)
            return Scene(served: served, root: root, operations: try await operations(root), victims: ids)
        }

        static func visitor(_ email: String, _ password: String, _ url: String) async throws -> Visitor {
            let signIn = try await APIClient(isInsecure: false).signIn(
                url, email: email, path: "/api/v1/auth/login", body: ["email": .string(email), "password": .string(password)])
            return Visitor(name: email, url: url, headers: [("Authorization", "Bearer \(signIn.accessToken)")])
        }

        /// Somebody of the attacker's tenant.
        func member(_ role: String) async throws -> Visitor {
            let email = "\(role)@attacker.example.com"
            let body = #"{"email":"\#(email)","name":"A","role":"\#(role)","password":"\#(Self.password)"}"#
            _ = try await root.json("POST", "/users", tenant: "attacker", body)
            return try await Self.visitor(email, Self.password, served.url)
        }

        private static func operations(_ root: Visitor) async throws -> [Operation] {
            let document = try await root.json("GET", "/openapi.json")
            var found: [Operation] = []
            for (path, item) in document["paths"]?.object ?? [:] {
                let shared = item["parameters"]?.array ?? []
                for method in ["get", "post", "put", "patch", "delete"] {
                    guard let operation = item[method] else { continue }
                    let parameters = ((operation["parameters"]?.array ?? []) + shared).map(\.text)
                    let isScoped = parameters.contains { $0.contains("TenantSlug") || $0.contains("X-Tenant-Slug") }
                    let isOpen = operation["security"]?.array?.isEmpty ?? false
                    found.append(Operation(method: method.uppercased(), path: path, isScoped: isScoped, isOpen: isOpen))
                }
            }
            try #require(found.count > 80)
            return found.sorted { ($0.path, $0.method) < ($1.path, $1.method) }
        }

        /// Everything of the victim's that can be listed, as text.
        func victimState() async throws -> [String: String] {
            var state: [String: String] = [:]
            for path in ["/servers", "/groups", "/labels", "/credentials", "/users", "/servers/views", "/settings", "/activity"] {
                state[path] = try await root.json("GET", path, tenant: "victim").text
            }
            state["operations"] = try await root.json("GET", "/operations", tenant: "victim").array.map { "\($0.count)" }
            state["tenant"] = try await root.json("GET", "/tenants/victim")["name"]?.text
            return state
        }
    }

    /// A body that holds the victim's ids in every place that a route may take them from.
    private static func bodies(_ ids: [String: String]) -> [String] {
        let (server, group) = (ids["serverId"] ?? "", ids["groupId"] ?? "")
        return [
            "{}", #"{"ids":["\#(server)"],"labels":["stolen"]}"#, #"{"serverIds":["\#(server)"]}"#, #"{"name":"stolen"}"#,
            #"{"name":"stolen","hostname":"127.0.0.1","groupIds":["\#(group)"],"credentialId":"\#(ids["credentialId"] ?? "")"}"#,
        ]
    }

    @Test("Another tenant's admin, operator and viewer get nothing of a victim by its slug or ids, and change nothing")
    func anotherTenantsPeopleGetNothing() async throws {
        let scene = try await Scene.make()
        let people = [try await scene.member("tenant_admin"), try await scene.member("operator"), try await scene.member("viewer")]
        let before = try await scene.victimState()
        // A path's own action that needs no ids of ours answers about the attacker's tenant: only what holds an id is refused.
        for operation in scene.operations where !operation.isOpen && !operation.path.contains("/auth/") {
            let path = operation.path(scene.victims)
            for person in people {
                for body in operation.isSafe || operation.method == "DELETE" ? [nil] : Self.bodies(scene.victims).map(Optional.some) {
                    if operation.isScoped {
                        let bySlug = try await person.call(operation.method, path, tenant: "victim", body)
                        #expect(bySlug.status == 404, "\(person.name) \(operation.method) \(path) in the victim's tenant")
                        #expect(!bySlug.body.contains(Scene.secret))
                    }
                    guard operation.path != "/api/v1/events" else { continue }
                    let byID = try await person.call(operation.method, path, tenant: "attacker", body)
                    #expect(!byID.body.contains(Scene.secret), "\(person.name) \(operation.method) \(path)")
                    if operation.path.contains("Id}") || operation.path.contains("{slug}") {
                        #expect((400..<500).contains(byID.status), "\(person.name) \(operation.method) \(path): \(byID.body)")
                    }
                    if operation.isSafe, operation.path.contains("Id}") {
                        #expect([403, 404].contains(byID.status), "\(person.name) \(operation.method) \(path)")
                    }
                }
                if operation.isScoped, operation.isSafe {
                    // The tenant in the query is for cookies; beside a token it names nothing.
                    let byQuery = try await person.call("GET", path + (path.contains("?") ? "&" : "?") + "tenant=victim")
                    #expect((400..<500).contains(byQuery.status), "\(person.name) \(path) by query")
                }
            }
        }
        let after = try await scene.victimState()
        for (path, state) in before { #expect(after[path] == state, "\(path) of the victim") }
        _ = try await scene.served.stop()
    }

    @Test("Nobody, the disabled, the signed-out and the forged get 401 from every operation that is not open; the alias too")
    func strangersGetNothing() async throws {
        let scene = try await Scene.make()
        let url = scene.served.url
        let signedOut = try await Scene.visitor(Served.email, Served.password, url)
        #expect(try await signedOut.call("POST", "/api/v1/auth/logout").status == 204)
        let disabled = try await scene.member("tenant_admin")
        let page = try await scene.root.json("GET", "/users?q=tenant_admin", tenant: "attacker")
        let id = try #require(page.array?.first?["id"]?.string)
        let second = #"{"email":"second@attacker.example.com","name":"B","role":"tenant_admin","password":"\#(Scene.password)"}"#
        _ = try await scene.root.json("POST", "/users", tenant: "attacker", second)
        _ = try await scene.root.json("PATCH", "/users/\(id)", tenant: "attacker", #"{"disabled":true}"#)
        let invited = try await scene.root.json(
            "POST", "/users", tenant: "attacker", #"{"email":"invited@attacker.example.com","name":"C","role":"viewer"}"#)
        #expect(invited["setupUrl"] != nil || invited["link"] != nil || invited.text.contains("token"), "\(invited.text)")
        let visitors = [
            Visitor(name: "nobody", url: url), signedOut, disabled,
            Visitor(name: "forged cookie", url: url, headers: [("Cookie", "dbtools_session=" + String(repeating: "A", count: 43))]),
            Visitor(name: "forged token", url: url, headers: [("Authorization", "Bearer eyJhbGciOiJub25lIn0.e30.")]),
        ]
        for operation in scene.operations where !operation.isOpen && operation.path.hasPrefix("/api/v1/") {
            for visitor in visitors {
                for path in [operation.path(scene.victims), operation.path(scene.victims).replacing("/api/v1/", with: "/api/")] {
                    let isSigningOut = path.hasSuffix("/auth/logout")  // of whom there is nothing to sign out
                    let answer = try await visitor.call(operation.method, path, tenant: "victim", operation.isSafe ? nil : "{}")
                    #expect(answer.status == 401 || isSigningOut && answer.status == 204, "\(visitor.name) \(operation.method) \(path)")
                    #expect(!answer.body.contains(Scene.secret))
                }
            }
        }
        // Who was invited and has not come, and who is disabled, do not get in by any password.
        for email in ["invited@attacker.example.com", "tenant_admin@attacker.example.com"] {
            for password in [Scene.password, "", "null"] {
                let body = JSONValue.object(["email": .string(email), "password": .string(password)]).text
                let answer = try await visitors[0].call("POST", "/api/v1/auth/login", body)
                #expect(answer.status != 200, "\(email)")
            }
        }
        _ = try await scene.served.stop()
    }

    @Test("A viewer changes nothing but views of their own; an operator neither users, settings nor the tenant")
    func smallRolesStaySmall() async throws {
        let scene = try await Scene.make()
        let (viewer, worker) = (try await scene.member("viewer"), try await scene.member("operator"))
        // The same ids are everybody's here: whoever lacks the permission is told so before anything is looked for.
        let forAdmins = ["/users", "/settings"]
        // A person's own saved views, and a look that changes nothing.
        let forViewers = ["/servers/views"]
        for operation in scene.operations where !operation.isSafe && operation.isScoped {
            let path = operation.path(scene.victims)
            guard !forViewers.contains(where: { operation.path.hasPrefix("/api/v1" + $0) }) else { continue }
            let answer = try await viewer.call(operation.method, path, tenant: "attacker", operation.method == "DELETE" ? nil : "{}")
            #expect(answer.status == 403, "viewer \(operation.method) \(path): \(answer.body)")
            if forAdmins.contains(where: { operation.path.hasPrefix("/api/v1" + $0) }) {
                let answer = try await worker.call(operation.method, path, tenant: "attacker", operation.method == "DELETE" ? nil : "{}")
                #expect(answer.status == 403, "operator \(operation.method) \(path): \(answer.body)")
            }
        }
        for operation in scene.operations where operation.path.contains("/platform/") || operation.path.contains("/tenants") {
            guard operation.path != "/api/v1/tenants" || !operation.isSafe else { continue }
            for person in [viewer, worker] {
                let path = operation.path(scene.victims.merging(["slug": "attacker"]) { $1 })
                let answer = try await person.call(operation.method, path, operation.isSafe ? nil : "{}")
                let maySee = operation.isSafe && operation.path == "/api/v1/tenants/{slug}"
                #expect(answer.status == (maySee ? 200 : 403), "\(person.name) \(operation.method) \(path)")
            }
        }
        _ = try await scene.served.stop()
    }
}
