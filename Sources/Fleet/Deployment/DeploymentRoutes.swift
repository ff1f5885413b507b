import Engines
import Foundation
package import Hummingbird
package import Platform
import Postgres
import Primitives

/// `/servers/{id}/deploy` and its neighbours: the monitoring objects.
package struct DeploymentRoutes: Sendable {
    private let databases: TenantDatabases
    private let secrets: SecretBox
    private let operations: Operations

    package init(databases: TenantDatabases, secrets: SecretBox) {
        self.databases = databases
        self.secrets = secrets
        operations = Operations(tenants: databases)
    }

    package func add(to group: RouterGroup<AppRequestContext>) {
        group.post("servers/:serverId/deploy", use: deploy)
        group.post("servers/:serverId/undeploy", use: remove)
        group.get("servers/:serverId/deployment-status", use: status)
        group.post("groups/:groupId/deploy", use: deployToGroup)
    }

    /// GET /servers/{id}/deployment-status. 404.
    @Sendable func status(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewServers)
        let id = try context.id("serverId", of: Server.self)
        let (server, deployment) = try await databases.read(context.requireTenant()) {
            (try Server.find(id, on: $0), try Deployment.find(id, on: $0))
        }
        return json(bytes: Array(deployment.shown(server.configuration.engine).text.utf8))
    }

    /// POST /servers/{id}/deploy. 400, 404, 409.
    @Sendable func deploy(request: Request, context: AppRequestContext) async throws -> Response {
        let actor = try context.caller(may: .manageServers).actor
        let tenant = try context.requireTenant()
        let id = try context.id("serverId", of: Server.self)
        let body = try await FieldReader.optional(request, context)
        let input = DeployInput(body)
        let isDryRun = body.bool("dryRun", default: false)
        try body.finish()
        let (server, deployment) = try await databases.read(tenant) { (try Server.find(id, on: $0), try Deployment.find(id, on: $0)) }
        try input.refuse(for: [server.configuration.engine])
        if isDryRun { return Self.script(input, server, deployment) }
        let name = server.configuration.name
        return try await start(
            DeployKind.deployName, title: "Deploy monitoring objects to \(name)", input, [(id, name)], actor: actor, tenant: tenant)
    }

    /// POST /servers/{id}/undeploy. 400, 404, 409.
    @Sendable func remove(request: Request, context: AppRequestContext) async throws -> Response {
        let actor = try context.caller(may: .manageServers).actor
        let tenant = try context.requireTenant()
        let id = try context.id("serverId", of: Server.self)
        let body = try await FieldReader.optional(request, context)
        var input = DeployInput()
        input.credential = DeployInput.credential(body)
        try body.finish()
        let (server, deployment) = try await databases.read(tenant) { (try Server.find(id, on: $0), try Deployment.find(id, on: $0)) }
        guard deployment.database != nil else { throw AppError(.conflict, "No monitoring objects are deployed to this server") }
        let name = server.configuration.name
        return try await start(
            DeployKind.removeName, title: "Remove monitoring objects from \(name)", input, [(id, name)], actor: actor, tenant: tenant)
    }

    /// POST /groups/{id}/deploy. 400, 404, 409.
    @Sendable func deployToGroup(request: Request, context: AppRequestContext) async throws -> Response {
        let actor = try context.caller(may: .manageServers).actor
        let tenant = try context.requireTenant()
        let id = try context.id("groupId", of: ServerGroup.self)
        let body = try await FieldReader.optional(request, context)
        let input = DeployInput(body)
        try body.finish()
        let (group, members) = try await databases.read(tenant) {
            (try ServerGroup.find(id, on: $0), try Deployment.members(of: id, on: $0))
        }
        guard !members.isEmpty else { throw AppError(.conflict, "The group “\(group.name)” has no servers") }
        try input.refuse(for: Set(members.map(\.engine)))
        let title = "Deploy monitoring objects to \(counted(members.count, "server")) of \(group.name)"
        return try await start(DeployKind.deployName, title: title, input, members.map { ($0.id, $0.name) }, actor: actor, tenant: tenant)
    }

    // MARK: Parts

    private func start(
        _ kind: String, title: String, _ input: DeployInput, _ servers: [(id: Server.ID, name: String)], actor: Actor, tenant: Tenant
    ) async throws -> Response {
        let id = Platform.Operation.ID()
        let sealed = try input.credential.map { Bytes(try $0.sealed(for: id, tenant.id, secrets)) }
        let draft = OperationDraft(id: id, kind: kind, title: title, options: input.options, sealedSecret: sealed, actor: actor)
        let operation = try await operations.start(draft, for: tenant) { operationID, session in
            if servers.count == 1, let open = try Deployment.openOperation(DeployKind.names, on: servers[0].id, session: session) {
                throw AppError(.conflict, "An operation is at the monitoring objects of this server already: \(open)")
            }
            let items = servers.enumerated().map {
                OperationItem(position: $0.offset + 1, entityID: $0.element.id.uuid, name: $0.element.name)
            }
            try OperationItem.insert(items, into: operationID, on: session)
            try session.record(
                Activity(
                    kind == DeployKind.removeName ? "monitoring_removal_started" : "monitoring_deployment_started", entityType: "operation",
                    entityID: operationID.uuid, entityName: title, actor: actor,
                    details: [
                        "servers": .int(Int64(servers.count)), "options": input.options,
                        "credential": .string(input.credential == nil ? "the servers' own" : "another, used once"),
                    ]))
        }
        return operationStarted(operation)
    }

    /// The script that nobody has run.
    private static func script(_ input: DeployInput, _ server: Server, _ deployment: Deployment) -> Response {
        let configuration = server.configuration
        let engine = configuration.engine
        let database =
            input.database ?? deployment.database ?? MonitoringObjects.defaultDatabase(engine, connectsTo: configuration.database)
        let makesDatabase = engine == .sqlserver && (input.createDatabase ?? (input.database == nil))
        let login = input.credential == nil ? nil : server.loginName
        let answer: JSONValue = [
            "engine": .string(engine.rawValue), "version": .int(Int64(MonitoringObjects.version)), "database": .string(database),
            "schema": .string(MonitoringObjects.schema(engine, database: database)),
            "script": .string(
                MonitoringObjects.script(
                    engine, database: database, createDatabase: makesDatabase, monitorLogin: login, traits: server.facts.traits)),
            "grantScript": .string(
                MonitoringObjects.grantScript(
                    engine, database: database, createDatabase: makesDatabase, login: server.loginName ?? "dbtools")),
        ]
        return json(bytes: Array(answer.text.utf8))
    }
}

/// What a body asks of a deployment.
struct DeployInput {
    var database: String?
    var createDatabase: Bool?
    var credential: DeployCredential?

    init() {}

    init(_ body: FieldReader) {
        if let name = body.optionalString("database", Deployment.databaseLengths), !name.isEmpty { database = name }
        createDatabase = body.optionalBool("createDatabase")
        credential = Self.credential(body)
    }

    static func credential(_ body: FieldReader) -> DeployCredential? {
        guard body.isPresent("credential"), !body.isNull("credential"), let fields = body.nested("credential") else { return nil }
        let username = fields.string("username", 1...128)
        let password = fields.secret("password", 1...200)
        return DeployCredential(username: username, password: password)
    }

    /// Throws `.validationError` for a database that may not be used on one of these engines.
    func refuse(for engines: Set<EngineKind>) throws {
        guard let database else { return }
        for engine in engines.sorted(by: { $0.rawValue < $1.rawValue }) {
            if let reason = MonitoringObjects.refusal(engine, database: database) {
                throw AppError.validation(field: "database", reason: reason)
            }
        }
    }

    /// For the operation; without the credential.
    var options: JSONValue {
        var options: [String: JSONValue] = [:]
        if let database { options["database"] = .string(database) }
        if let createDatabase { options["createDatabase"] = .bool(createDatabase) }
        return .object(options)
    }
}
