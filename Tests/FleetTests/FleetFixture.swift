import Engines
import Fixtures
import Foundation
import Hummingbird
import HummingbirdTesting
import NIOCore
import Platform
import Postgres
import Primitives
import Synchronization
import Testing

@testable import Fleet

/// A tenant of its own, its fleet's routes and a client that is signed in as an operator.
struct FleetFixture {
    let platform: TestPlatform
    let tenant: Tenant
    let client: any TestClientProtocol
    let probed: Probed

    /// What connection tests were asked, and what they answer.
    final class Probed: Sendable {
        let targets = Mutex<[Target]>([])
        let answer = Mutex<ProbeResult>(
            ProbeResult(
                success: true, message: "Connected.", engine: .sqlserver, version: "SQL Server 2019", productVersion: "15.0.4375.4",
                edition: "Developer"))
    }

    static func with(_ role: Role = .operator, _ body: @Sendable (FleetFixture) async throws -> Void) async throws {
        let platform = try await TestPlatform.shared
        let tenant = try await platform.tenant()
        let probed = Probed()
        let router = Router(context: AppRequestContext.self)
        router.add(middleware: SignedIn(tenant: tenant, role: role))
        let tests = ConnectionTests { target in
            probed.targets.withLock { $0.append(target) }
            return probed.answer.withLock { $0 }
        }
        let group = router.group("/api/v1")
        ServerRoutes(databases: platform.tenants, secrets: platform.secrets, tests: tests).add(to: group)
        ServerGroupRoutes(databases: platform.tenants).add(to: group)
        LabelRoutes(databases: platform.tenants).add(to: group)
        try await Application(router: router).test(.router) { client in
            try await body(FleetFixture(platform: platform, tenant: tenant, client: client, probed: probed))
        }
    }

    struct Reply {
        let status: Int
        let json: JSONValue
        let headers: HTTPFields
        let text: String
        var code: String? { json["error"]?["code"]?.string }
        var fields: [String] { json["error"]?["details"]?.array?.compactMap { $0["field"]?.string } ?? [] }
        var id: String { json["id"]?.string ?? "" }
        var names: [String] { json.array?.compactMap { $0["name"]?.string } ?? [] }
    }

    @discardableResult
    func send(_ method: HTTPRequest.Method, _ path: String, _ body: JSONValue? = nil, ifMatch: String? = nil) async throws -> Reply {
        var headers: HTTPFields = [:]
        if body != nil { headers[.contentType] = "application/json" }
        if let ifMatch { headers[.ifMatch] = ifMatch }
        return try await client.execute(
            uri: "/api/v1\(path)", method: method, headers: headers, body: body.map { ByteBuffer(string: $0.text) }
        ) { reply in
            let text = String(buffer: reply.body)
            return Reply(
                status: reply.status.code, json: text.isEmpty ? .null : try JSONValue.parse(text: text), headers: reply.headers, text: text)
        }
    }

    /// Adds a server and returns its id.
    func server(_ name: String, _ more: [String: JSONValue] = [:]) async throws -> String {
        let body: [String: JSONValue] = [
            "name": .string(name), "hostname": "db.example.com", "username": "dbtools", "password": "pass-word-1",
        ]
        let reply = try await send(.post, "/servers", .object(body.merging(more) { $1 }))
        try #require(reply.status == 201, "\(reply.text)")
        return reply.id
    }

    func rows(_ sql: SQL) async throws -> PostgresRows { try await platform.tenants.read(tenant) { try $0.rows(sql) } }

    func actions() async throws -> [String] {
        try await rows("SELECT action FROM platform.activity_log ORDER BY id").map { try $0.decode(0) }
    }
    func topics() async throws -> [String] {
        try await rows("SELECT topic FROM platform.events ORDER BY id").map { try $0.decode(0) }
    }
}

/// Stands for the edge: who asks, which tenant, and errors as JSON.
private struct SignedIn: RouterMiddleware {
    let tenant: Tenant
    let role: Role

    func handle(
        _ request: Request, context: AppRequestContext, next: @concurrent (Request, AppRequestContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.caller = Caller(userID: User.ID(), email: "ada@example.com", role: role, address: "127.0.0.1", requestID: "r-1")
        context.tenant = tenant
        do { return try await next(request, context) } catch let error as AppError {
            let details = error.details.map { JSONValue.object(["field": .string($0.field), "reason": .string($0.reason)]) }
            let body: JSONValue = [
                "error": ["code": .string(error.code.rawValue), "message": .string(error.message), "details": .array(details)]
            ]
            return json(bytes: Array(body.text.utf8), status: .init(code: Self.status(error.code)))
        }
    }

    private static func status(_ code: AppError.Code) -> Int {
        switch code {
        case .validationError: 400
        case .forbidden: 403
        case .notFound: 404
        case .conflict: 409
        case .preconditionFailed: 412
        case .unsupportedMediaType: 415
        case .rateLimited: 429
        case .connectionError: 502
        case .unavailable: 503
        default: 500
        }
    }
}
