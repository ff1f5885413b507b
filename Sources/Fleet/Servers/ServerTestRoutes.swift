package import Engines
import Foundation
import Hummingbird
import Platform
import Postgres
import Primitives

/// What asks the server itself: connection tests and its databases.
extension ServerRoutes {
    /// POST /servers/test-connection: keeps nothing. 400, 429.
    @Sendable func testUnsaved(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .testConnections)
        let tenant = try context.requireTenant()
        let input = try await Self.input(request, context)
        let (id, now) = (Server.ID(), Date())
        let sealed = try input.password.or(nil).map { Bytes(try secrets.seal($0, for: tenant.id, context: Server.passwordContext(id))) }
        let draft = Server(
            id: id, configuration: try input.configuration(on: nil, nameRequired: false), sealedPassword: sealed, revision: 1,
            facts: ServerFacts(), createdAt: now, updatedAt: now)
        let server = try await databases.read(tenant) { try draft.withCredential(on: $0) }
        let result = try await tests.run(server.target(secrets: secrets, tenant: tenant.id), for: tenant.id)
        return try await reply(result, port: server.configuration.port, except: nil, tenant)
    }

    /// POST /servers/{id}/test-connection: the connection as it is stored; what the server says of itself is kept. 404, 429.
    @Sendable func testSaved(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .testConnections)
        let tenant = try context.requireTenant()
        let id = try context.id("serverId", of: Server.self)
        let server = try await databases.read(tenant) { try Server.find(id, on: $0) }
        let result = try await tests.run(server.target(secrets: secrets, tenant: tenant.id), for: tenant.id)
        if result.success {
            try await databases.transaction(tenant) { try Server.record(ServerFacts(result), of: id, on: $0) }
        }
        return try await reply(result, port: server.configuration.port, except: id, tenant)
    }

    /// What a successful test says of a server. Throws `.connectionError` with the reason when it fails.
    func tested(_ target: Target, _ tenant: Tenant) async throws -> ServerFacts {
        let result = try await tests.run(target, for: tenant.id)
        guard result.success else {
            let code = result.errorCode?.rawValue ?? "FAILED"
            throw AppError(.connectionError, result.message, details: [.init(field: "validate", reason: code)])
        }
        return ServerFacts(result)
    }

    private func reply(_ result: ProbeResult, port: Int, except id: Server.ID?, _ tenant: Tenant) async throws -> Response {
        let duplicate = try await databases.read(tenant) {
            try Server.duplicate(of: ServerFacts(result), engine: result.engine, port: port, except: id, on: $0)
        }
        return try json(ConnectionTestReply(result, duplicateOf: duplicate.map { .init(id: $0.id, name: $0.name) }))
    }

    /// GET /servers/{id}/databases: read from the server itself, at most a minute ago. 404, 429, 502.
    @Sendable func listDatabases(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewServers)
        let tenant = try context.requireTenant()
        let id = try context.id("serverId", of: Server.self)
        let query = QueryReader(request)
        let isFresh = query.bool("fresh") ?? false
        try query.finish()
        let server = try await databases.read(tenant) { try Server.find(id, on: $0) }
        let list = try await databaseLists.list(of: server, target: server.target(secrets: secrets, tenant: tenant.id), tenant.id, isFresh)
        return try json(list)
    }

    /// GET /servers/{id}/connection-string. 404.
    @Sendable func connectionString(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewServers)
        let id = try context.id("serverId", of: Server.self)
        let query = QueryReader(request)
        let format = query.choice("format", ConnectionString.Format.self) ?? .odbc
        try query.finish()
        let server = try await databases.read(context.requireTenant()) { try Server.find(id, on: $0) }
        var target = server.configuration.target(password: nil)
        if let credential = server.credential { target.username = credential.username }
        let reply: JSONValue = [
            "format": .string(format.rawValue), "connectionString": .string(ConnectionString(target).text(format)),
        ]
        return json(bytes: Array(reply.text.utf8))
    }
}

/// A test's result as the API shows it.
private struct ConnectionTestReply: Encodable, Sendable {
    struct Reference: Encodable, Sendable {
        let id: Server.ID
        let name: String
    }
    let success: Bool
    let message: String
    let errorCode: ProbeErrorCode?
    let engine: EngineKind
    let version, productVersion, edition: String?
    let latencyMs: Int
    let encrypted: Bool?
    let permissions: [PermissionCheck]
    let serverName: String?
    let startedAt: Date?
    let mayDeploy: Bool?
    let grantScript: String?
    let duplicateOf: Reference?

    init(_ result: ProbeResult, duplicateOf: Reference?) {
        (success, message, errorCode, engine) = (result.success, result.message, result.errorCode, result.engine)
        (version, productVersion, edition) = (result.version, result.productVersion, result.edition)
        (latencyMs, encrypted, permissions) = (result.latencyMs, result.encrypted, result.permissions)
        (serverName, startedAt, grantScript) = (result.serverName, result.startedAt, result.grantScript)
        mayDeploy = result.mayDeploy
        self.duplicateOf = duplicateOf
    }
}

extension ServerFacts {
    /// What a successful probe found.
    package init(_ result: ProbeResult) {
        self.init(
            version: result.version, productVersion: result.productVersion, edition: result.edition, serverName: result.serverName,
            startedAt: result.startedAt)
    }
}
