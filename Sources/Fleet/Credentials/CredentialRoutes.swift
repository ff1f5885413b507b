import Engines
import Foundation
package import Hummingbird
package import Platform
import Postgres
import Primitives

/// `/credentials`: logins that many servers share.
package struct CredentialRoutes: Sendable {
    private let databases: TenantDatabases
    private let secrets: SecretBox
    private let operations: Operations

    package init(databases: TenantDatabases, secrets: SecretBox, operations: Operations) {
        self.databases = databases
        self.secrets = secrets
        self.operations = operations
    }

    package func add(to group: RouterGroup<AppRequestContext>) {
        group.get("credentials", use: list)
        group.post("credentials", use: create)
        group.get("credentials/:credentialId", use: read)
        group.patch("credentials/:credentialId", use: change)
        group.delete("credentials/:credentialId", use: delete)
        group.post("credentials/:credentialId/test", use: test)
        group.post("credentials/:credentialId/rotate", use: rotate)
    }

    /// GET /credentials: with how many servers use them. 400.
    @Sendable func list(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewServers)
        let query = QueryReader(request)
        let (search, limit, cursor) = (query.search(), query.limit(), query.cursor(sort: "name", count: 2))
        let engines = query.choices("engine", EngineKind.self).map(\.rawValue)
        try query.finish()
        let page = try await databases.read(context.requireTenant()) { session in
            let (found, total) = try Credential.list(search: search, engines: engines, after: cursor, limit: limit + 1, on: session)
            let items = Array(found.prefix(limit))
            let next = try found.count > limit ? items.last.map { try Credential.cursor(after: $0, on: session) } : nil
            return Page(items: items.map(CredentialReply.init), nextCursor: next, total: total)
        }
        return try page.response(to: request)
    }

    /// GET /credentials/{id}. 404.
    @Sendable func read(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewServers)
        return try await reply(context.id("credentialId", of: Credential.self), context)
    }

    /// POST /credentials. 400, 409.
    @Sendable func create(request: Request, context: AppRequestContext) async throws -> Response {
        let actor = try context.caller(may: .manageServers).actor
        let tenant = try context.requireTenant()
        let body = try await FieldReader(request, context)
        let name = body.string("name", Credential.nameLengths).trimmingSpaces()
        let engine = body.choice("engine", EngineKind.self, default: .sqlserver)
        let authType = body.choice("authType", TargetAuthentication.self, default: .sql)
        let username = Self.username(body)
        let password = Self.password(body)
        if authType == .windows, engine != .sqlserver { body.fail("authType", "windows is for SQL Server only") }
        if authType == .sql, username == nil { body.fail("username", "is required") }
        try body.finish()
        let (id, now) = (Credential.ID(), Date())
        let credential = Credential(
            login: CredentialLogin(
                id: id, name: name, engine: engine, authType: authType, username: username,
                sealedPassword: try password.map { try seal($0, id, tenant) }),
            revision: 1, serverCount: 0, rotatedAt: password == nil ? nil : now, createdAt: now, updatedAt: now)
        try await databases.transaction(tenant) { session in
            try credential.insert(on: session)
            try session.record(credential.activity("credential_created", by: actor, details: ["after": .object(credential.audit)]))
            try session.publish(credential.event)
        }
        return try await reply(id, context, status: .created)
    }

    /// PATCH /credentials/{id}: another name or user. 400, 404, 409, 412.
    @Sendable func change(request: Request, context: AppRequestContext) async throws -> Response {
        let actor = try context.caller(may: .manageServers).actor
        let id = try context.id("credentialId", of: Credential.self)
        let body = try await FieldReader(request, context)
        let name = body.optionalString("name", Credential.nameLengths)?.trimmingSpaces()
        if body.isNull("name") { body.fail("name", "must not be null") }
        let hasUsername = body.isPresent("username")
        let username = Self.username(body)
        try body.finish()
        let now = Date()
        try await databases.transaction(context.requireTenant()) { session in
            let before = try Credential.lock(id, on: session)
            var credential = before
            credential.login.name = name ?? before.login.name
            if hasUsername { credential.login.username = username }
            try StaleEdit(id: id.uuid, revision: before.revision, stored: before.audit, wanted: credential.audit)
                .check(request, on: session)
            if credential.login.authType == .sql, credential.login.username == nil {
                throw AppError.validation(field: "username", reason: "is required")
            }
            credential.revision += 1
            credential.updatedAt = now
            try credential.save(on: session)
            // The name too: a group's filter may ask for it.
            if credential.login != before.login { try credential.touchServers(on: session) }
            try session.record(
                credential.activity(
                    "credential_updated", by: actor,
                    details: ["before": .object(before.audit), "after": .object(credential.audit), "revision": .int(credential.revision)]))
            try session.publish(credential.event)
        }
        return try await reply(id, context)
    }

    /// DELETE /credentials/{id}: not while servers use it. 404, 409, 412.
    @Sendable func delete(request: Request, context: AppRequestContext) async throws -> Response {
        let actor = try context.caller(may: .manageServers).actor
        let id = try context.id("credentialId", of: Credential.self)
        try await databases.transaction(context.requireTenant()) { session in
            let credential = try Credential.lock(id, on: session)
            try StaleEdit(id: id.uuid, revision: credential.revision, stored: credential.audit).check(request, on: session)
            guard credential.serverCount == 0 else {
                let servers = credential.serverCount == 1 ? "1 server signs" : "\(credential.serverCount) servers sign"
                throw AppError(
                    .conflict, "\(servers) in with “\(credential.login.name)”; give them another login first",
                    details: [.init(field: "serverCount", reason: "is \(credential.serverCount)")])
            }
            let count = try credential.delete(on: session)
            try session.record(
                credential.activity(
                    "credential_deleted", by: actor,
                    details: ["before": .object(credential.audit), "deletedServersWithoutLogin": .int(Int64(count))]))
            try session.publish(credential.event)
        }
        return noContent()
    }

    /// POST /credentials/{id}/rotate: a new secret, for all its servers. 400, 404, 412.
    @Sendable func rotate(request: Request, context: AppRequestContext) async throws -> Response {
        let actor = try context.caller(may: .manageServers).actor
        let tenant = try context.requireTenant()
        let id = try context.id("credentialId", of: Credential.self)
        let body = try await FieldReader(request, context)
        let username = Self.username(body)
        let password = body.secret("password", 1...ServerConfiguration.passwordLengths.upperBound)
        try body.finish()
        let sealed = try seal(password, id, tenant)
        let now = Date()
        try await databases.transaction(tenant) { session in
            let before = try Credential.lock(id, on: session)
            var credential = before
            credential.login.username = username ?? before.login.username
            credential.login.sealedPassword = sealed
            try StaleEdit(
                id: id.uuid, revision: before.revision, stored: before.audit, wanted: credential.audit, wantedSecrets: ["password"]
            ).check(request, on: session)
            credential.revision += 1
            credential.updatedAt = now
            credential.rotatedAt = now
            try credential.save(on: session)
            let count = try credential.touchServers(on: session)
            try session.record(
                credential.activity(
                    "credential_rotated", by: actor,
                    details: [
                        "before": .object(before.audit), "after": .object(credential.audit), "password": "changed",
                        "servers": .int(Int64(count)), "revision": .int(credential.revision),
                    ]))
            try session.publish(credential.event)
        }
        return try await reply(id, context)
    }

    /// POST /credentials/{id}/test: an operation that tries a secret against every server that uses the profile. 400, 404, 409.
    @Sendable func test(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .testConnections)
        let actor = try context.caller(may: .testConnections).actor
        let tenant = try context.requireTenant()
        let id = try context.id("credentialId", of: Credential.self)
        let body = try await FieldReader.optional(request, context)
        let username = Self.username(body)
        let password = Self.password(body)
        try body.finish()
        let operationID = Platform.Operation.ID()
        let sealed = try password.map {
            Bytes(try secrets.seal($0, for: tenant.id, context: Platform.Operation.secretContext(operationID)))
        }
        let (credential, servers) = try await databases.read(tenant) { session in
            let credential = try Credential.find(id, on: session)
            return (credential, try credential.servers(on: session))
        }
        guard !servers.isEmpty else {
            throw AppError(.conflict, "No server signs in with “\(credential.login.name)”, so there is nothing to try it against")
        }
        let isNew = password != nil || username != nil
        let draft = OperationDraft(
            id: operationID, kind: CredentialTestKind.kindName,
            title: "Try \(isNew ? "a new login" : "the login") of “\(credential.login.name)” on \(servers.count) server"
                + (servers.count == 1 ? "" : "s"),
            options: ["credentialId": .string(id.description), "username": JSONValue(username)], sealedSecret: sealed, actor: actor)
        let operation = try await operations.start(draft, for: tenant) { operation, session in
            try OperationItem.insert(
                servers.enumerated().map { OperationItem(position: $0 + 1, entityID: $1.id.uuid, name: $1.name) }, into: operation,
                on: session)
            try session.record(
                credential.activity(
                    "credential_tested", by: actor,
                    details: ["servers": .int(Int64(servers.count)), "operationId": .string(operation.description)]))
        }
        return operationStarted(operation)
    }

    // MARK: Parts of the above

    /// A user; empty is none.
    private static func username(_ body: FieldReader) -> String? {
        body.optionalString("username", ServerConfiguration.usernameLengths).flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func password(_ body: FieldReader) -> String? {
        body.optionalSecret("password", ServerConfiguration.passwordLengths).flatMap { $0.isEmpty ? nil : $0 }
    }

    private func seal(_ password: String, _ id: Credential.ID, _ tenant: Tenant) throws -> Bytes {
        Bytes(try secrets.seal(password, for: tenant.id, context: Credential.passwordContext(id)))
    }

    private func reply(_ id: Credential.ID, _ context: AppRequestContext, status: HTTPResponse.Status = .ok) async throws -> Response {
        let credential = try await databases.read(context.requireTenant()) { try Credential.find(id, on: $0) }
        var headers: HTTPFields = [.eTag: etag(version: credential.revision)]
        if status == .created { headers[.location] = "/api/v1/credentials/\(id)" }
        return try json(CredentialReply(credential), status: status, headers: headers)
    }
}

private struct CredentialReply: Encodable, Sendable {
    let id: Credential.ID
    let name: String
    let engine: EngineKind
    let authType: TargetAuthentication
    let username: String?
    let hasPassword: Bool
    let serverCount: Int
    let rotatedAt: Date?
    let createdAt, updatedAt: Date

    init(_ credential: Credential) {
        id = credential.id
        name = credential.login.name
        engine = credential.login.engine
        authType = credential.login.authType
        username = credential.login.username
        hasPassword = credential.login.sealedPassword != nil
        serverCount = credential.serverCount
        rotatedAt = credential.rotatedAt
        createdAt = credential.createdAt
        updatedAt = credential.updatedAt
    }
}

extension Credential {
    fileprivate func activity(_ action: String, by actor: Actor, details: [String: JSONValue]) -> Activity {
        Activity(action, entityType: "credential", entityID: id.uuid, entityName: login.name, actor: actor, details: .object(details))
    }

    fileprivate var event: Event {
        Event("credential.changed", entityID: id.uuid, payload: ["credentialId": .string(id.description), "name": .string(login.name)])
    }
}
