import Engines
import Fixtures
import Foundation
import Hummingbird
import HummingbirdTesting
import Logging
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
    /// Does what bulk actions and imports begin.
    let service: OperationService

    /// What connection tests were asked, and what they answer.
    final class Probed: Sendable {
        let targets = Mutex<[Target]>([])
        let refusedHosts = Mutex<Set<String>>([])
        let onProbe = Mutex<(@Sendable (Target) async -> Void)?>(nil)
        let databases = Mutex<Result<[DatabaseInfo], EngineError>>(.success([]))
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
        router.add(middleware: SignedIn(tenant: tenant, role: role, user: User.ID()))
        let tests = ConnectionTests(uptimeSeconds: { 0 }) { target in
            probed.targets.withLock { $0.append(target) }
            if let onProbe = probed.onProbe.withLock({ $0 }) { await onProbe(target) }
            if probed.refusedHosts.withLock({ $0.contains(target.hostname) }) {
                return ProbeResult(success: false, message: "Nobody listens there.", errorCode: .unreachable, engine: target.engine)
            }
            return probed.answer.withLock { $0 }
        }
        let group = router.group("/api/v1")
        let lists = DatabaseLists { target async throws(EngineError) in
            try probed.databases.withLock { $0 }.get()
        }
        ServerViewRoutes(databases: platform.tenants).add(to: group)
        OnboardingRoutes(databases: platform.tenants).add(to: group)
        ServerRoutes(databases: platform.tenants, secrets: platform.secrets, tests: tests, databaseLists: lists).add(to: group)
        let operations = Operations(tenants: platform.tenants)
        CredentialRoutes(databases: platform.tenants, secrets: platform.secrets, operations: operations).add(to: group)
        ServerGroupRoutes(databases: platform.tenants).add(to: group)
        LabelRoutes(databases: platform.tenants).add(to: group)
        ThresholdRoutes(databases: platform.tenants).add(to: group)
        let bulk: [any BulkAction] = [
            BulkLabels(isAdding: true), BulkLabels(isAdding: false), BulkGroups(isAdding: true), BulkGroups(isAdding: false), BulkDelete(),
            BulkRestore(), BulkCredential(), BulkConnectionTest(databases: platform.tenants, secrets: platform.secrets, tests: tests),
            BulkDeploy(.deploy, databases: platform.tenants, secrets: platform.secrets) { target, order in
                DeployResult(
                    success: false, state: nil, message: "\(target.username ?? "") into \(order.database)", errorCode: "NO_PERMISSIONS")
            },
        ]
        BulkRoutes(databases: platform.tenants, actions: bulk).add(to: group)
        ImportRoutes(databases: platform.tenants, secrets: platform.secrets).add(to: group)
        OperationRoutes(tenants: platform.tenants).add(to: group)
        let kinds: [any OperationKind] =
            bulk + [
                ImportKind(databases: platform.tenants, secrets: platform.secrets, tests: tests),
                CredentialTestKind(databases: platform.tenants, secrets: platform.secrets, tests: tests),
            ]
        let service = OperationService(tenants: platform.tenants, kinds: kinds, logger: Logger(label: "operations"))
        DeploymentRoutes(databases: platform.tenants, secrets: platform.secrets).add(to: group)
        try await Application(router: router).test(.router) { client in
            try await body(FleetFixture(platform: platform, tenant: tenant, client: client, probed: probed, service: service))
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

    /// Sends a file to `/servers/import`.
    func upload(_ query: String, _ bytes: [UInt8], type: String = "text/csv") async throws -> Reply {
        try await client.execute(
            uri: "/api/v1/servers/import\(query)", method: .post, headers: [.contentType: type], body: ByteBuffer(bytes: bytes)
        ) { reply in
            let text = String(buffer: reply.body)
            return Reply(
                status: reply.status.code, json: text.isEmpty ? .null : try JSONValue.parse(text: text), headers: reply.headers, text: text)
        }
    }

    /// What a path answers to who wants CSV.
    func csv(_ path: String) async throws -> String {
        try await client.execute(uri: "/api/v1\(path)", method: .get, headers: [.accept: "text/csv"]) { String(buffer: $0.body) }
    }

    /// Does the operation that `reply` began to its end, and returns it.
    func ended(_ reply: Reply) async throws -> JSONValue {
        try #require(reply.status == 202, "\(reply.text)")
        #expect(reply.headers[.location] == "/api/v1/operations/\(reply.id)")
        await service.tick(only: tenant)
        return try await send(.get, "/operations/\(reply.id)").json
    }

    /// The items of an operation: name, status and error code.
    func items(_ operation: JSONValue) async throws -> [[String]] {
        let items = try await send(.get, "/operations/\(operation["id"]?.string ?? "")/items?limit=1000").json.array ?? []
        return items.map { [$0["name"]?.string ?? "", $0["status"]?.string ?? "", $0["errorCode"]?.string ?? ""] }
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
    let user: User.ID

    func handle(
        _ request: Request, context: AppRequestContext, next: @concurrent (Request, AppRequestContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.caller = Caller(userID: user, email: "ada@example.com", role: role, address: "127.0.0.1", requestID: "r-1")
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
        case .payloadTooLarge: 413
        case .unsupportedMediaType: 415
        case .rateLimited: 429
        case .connectionError: 502
        case .unavailable: 503
        default: 500
        }
    }
}

extension JSONValue {
    /// An entry of a list.
    subscript(_ index: Int) -> JSONValue? { array.flatMap { $0.indices.contains(index) ? $0[index] : nil } }
}
