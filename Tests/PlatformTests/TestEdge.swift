import Fixtures
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Primitives

@testable import Platform

/// The HTTP edge on a platform of its own, and people to sign in.
struct TestEdge: Sendable {
    static let password = "correct horse battery staple"

    let platform: TestPlatform
    let edge: Edge
    private let masterKey: MasterKey

    static func make() async throws -> TestEdge {
        TestEdge(platform: try await TestPlatform.make(), masterKey: .random())
    }

    init(platform: TestPlatform, masterKey: MasterKey, logger: Logger? = nil) {
        self.platform = platform
        self.masterKey = masterKey
        var quiet = Logger(label: "edge-tests")
        quiet.logLevel = .critical
        edge = Edge(tenants: platform.tenants, masterKey: masterKey, passwordRounds: 1 << 10, logger: logger ?? quiet)
    }

    /// Another process on the same platform: services such as the event hub run once in each.
    func sibling() -> TestEdge { TestEdge(platform: platform, masterKey: masterKey) }

    static var shared: TestEdge {
        get async throws { try await sharing.value }
    }
    // Unstructured on purpose: it is made once, by whichever test comes first.
    private static let sharing = Task { try await make() }

    func application(
        _ config: HTTPServerConfig = HTTPServerConfig(), onRunning: @escaping @Sendable (Int) async -> Void = { _ in }
    ) async throws -> Application<RouterResponder<AppRequestContext>> {
        var config = config
        config.port = 0
        return try await edge.makeApplication(config, onRunning: onRunning) { group in
            group.post("test/echo") { request, context in
                let caller = try context.requireCaller()
                let body = try await FieldReader(request, context)
                let name = body.string("displayName", 1...20)
                let count = body.int("count", 1...10, default: 1)
                try body.finish()
                return json(
                    bytes: JSONValue.object(["displayName": .string(name), "count": .int(Int64(count)), "by": .string(caller.email)]).bytes,
                    status: .created)
            }
            group.get("test/big") { _, _ in json(bytes: JSONValue.array([JSONValue](repeating: .string("0123456789"), count: 1000)).bytes) }
            // Where a file goes, which is read as a stream.
            group.post("test/servers/import") { request, context in
                _ = try context.requireCaller()
                var count = 0
                for try await buffer in request.body { count += buffer.readableBytes }
                return json(bytes: JSONValue.object(["bytes": .int(Int64(count)), "id": .string(ID<Int>().description)]).bytes)
            }
            group.get("test/slow") { _, _ in
                try await Task.sleep(for: .seconds(30))
                return noContent()
            }
            group.get("test/fault") { _, _ -> Response in throw Fault() }
            group.get("test/tenant") { _, context in
                try context.caller(may: .viewServers)
                return json(bytes: JSONValue.object(["tenant": .string(try context.requireTenant().slug)]).bytes)
            }
        }
    }

    struct Fault: Error {}

    /// Runs `body` with a client of the whole application, without a socket.
    func test<T>(_ config: HTTPServerConfig = HTTPServerConfig(), _ body: @Sendable (Client) async throws -> T) async throws -> T {
        try await application(config).test(.router) { try await body(Client(client: $0)) }
    }

    /// A new account. Without a tenant and a role it belongs nowhere.
    func person(_ role: Role? = nil, in tenant: Tenant? = nil, isSuperAdmin: Bool = false) async throws -> User {
        try await edge.users.create(
            email: "p-\(ID<Int>().description.suffix(12))@example.com", name: "Person", password: Self.password, isSuperAdmin: isSuperAdmin,
            role: role,
            in: tenant, by: .system)
    }
}

extension JSONValue {
    var bytes: [UInt8] { Array(text.utf8) }
}

/// What a client holds after signing in.
struct SignedIn: Sendable {
    let accessToken: String
    let refreshToken: String
    let cookie: String
    let csrfToken: String

    func bearer(_ tenant: Tenant? = nil) -> HTTPFields {
        var fields: HTTPFields = [.authorization: "Bearer \(accessToken)"]
        if let tenant { fields[.tenantSlug] = tenant.slug }
        return fields
    }

    func web(_ tenant: Tenant? = nil, csrf: Bool = true) -> HTTPFields {
        var fields: HTTPFields = [.cookie: "dbtools_session=\(cookie)"]
        if let tenant { fields[.tenantSlug] = tenant.slug }
        if csrf { fields[.csrfToken] = csrfToken }
        return fields
    }
}

struct Reply: Sendable {
    let status: Int
    let headers: HTTPFields
    let text: String

    var json: JSONValue { (try? JSONValue.parse(text: text)) ?? .null }
    var code: String? { json["error"]?["code"]?.string }
    var fields: [String] { (json["error"]?["details"]?.array ?? []).compactMap { $0["field"]?.string } }
}

struct Client: Sendable {
    let client: any TestClientProtocol

    func send(_ method: HTTPRequest.Method, _ uri: String, _ headers: HTTPFields = [:], text: String? = nil) async throws -> Reply {
        var headers = headers
        if text != nil, headers[.contentType] == nil { headers[.contentType] = "application/json" }
        return try await client.execute(uri: uri, method: method, headers: headers, body: text.map { ByteBuffer(string: $0) }) { response in
            Reply(status: response.status.code, headers: response.headers, text: String(buffer: response.body))
        }
    }

    func get(_ uri: String, _ headers: HTTPFields = [:]) async throws -> Reply { try await send(.get, uri, headers) }

    func post(_ uri: String, _ body: JSONValue, _ headers: HTTPFields = [:]) async throws -> Reply {
        try await send(.post, uri, headers, text: body.text)
    }

    func logIn(_ user: User, password: String = TestEdge.password) async throws -> SignedIn {
        let reply = try await post("/api/v1/auth/login", ["email": .string(user.email), "password": .string(password)])
        let cookie = reply.headers[.setCookie]?.split(separator: ";").first?.split(separator: "=").last.map(String.init)
        guard reply.status == 200, let access = reply.json["access_token"]?.string, let refresh = reply.json["refresh_token"]?.string,
            let cookie,
            let csrf = reply.json["csrfToken"]?.string
        else { throw AppError(.unauthenticated, "signing in answered \(reply.status): \(reply.text)") }
        return SignedIn(accessToken: access, refreshToken: refresh, cookie: cookie, csrfToken: csrf)
    }
}
