import Engines
import Foundation
package import Hummingbird
package import Platform
import Postgres
import Primitives

/// `/servers`: the servers of a tenant.
package struct ServerRoutes: Sendable {
    let databases: TenantDatabases
    let secrets: SecretBox
    let tests: ConnectionTests
    let databaseLists: DatabaseLists

    package init(databases: TenantDatabases, secrets: SecretBox, tests: ConnectionTests, databaseLists: DatabaseLists) {
        self.databases = databases
        self.secrets = secrets
        self.tests = tests
        self.databaseLists = databaseLists
    }

    package func add(to group: RouterGroup<AppRequestContext>) {
        group.get("servers", use: list)
        group.post("servers", use: create)
        group.post("servers/test-connection", use: testUnsaved)
        group.get("servers/:serverId", use: read)
        group.put("servers/:serverId", use: replace)
        group.patch("servers/:serverId", use: change)
        group.delete("servers/:serverId", use: delete)
        group.post("servers/:serverId/restore", use: restore)
        group.post("servers/:serverId/test-connection", use: testSaved)
        group.get("servers/:serverId/databases", use: listDatabases)
        group.get("servers/:serverId/connection-string", use: connectionString)
    }

    // MARK: Reading

    /// GET /servers. 400.
    @Sendable func list(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewServers)
        let query = QueryReader(request)
        let sort = query.sort(ServerSort.self, default: .name)
        let order = query.order()
        let cursor = query.cursor(sort: ServerOverview.sortName(sort, order), count: 2)
        let limit = query.limit()
        let filter = ServerFilter(query)
        try query.finish()
        if ServerExport.isWanted(request) {
            return try await ServerExport.response(filter, sort: sort, order: order, of: context.requireTenant(), databases)
        }

        let page = try await databases.read(context.requireTenant()) { [filter] session in
            try ServerOverview.list(
                filter.withDynamicGroups(on: session), sort: sort, order: order, after: cursor, limit: limit, on: session)
        }
        let now = Date()
        return try page.response(to: request) { try $0.write(to: &$1, now: now) }
    }

    /// GET /servers/{id}. 404.
    @Sendable func read(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewServers)
        return try await reply(context.id("serverId", of: Server.self), context)
    }

    // MARK: Writing

    /// POST /servers. 400, 409, 502 (`validate`).
    @Sendable func create(request: Request, context: AppRequestContext) async throws -> Response {
        let actor = try context.caller(may: .manageServers).actor
        let tenant = try context.requireTenant()
        let input = try await Self.input(request, context)
        let now = Date()
        let id = Server.ID()
        let password = input.password.or(nil)
        let sealed = try password.map { Bytes(try secrets.seal($0, for: tenant.id, context: Server.passwordContext(id))) }
        var server = Server(
            id: id, configuration: try input.configuration(on: nil), sealedPassword: sealed, revision: 1, facts: ServerFacts(),
            createdAt: now, updatedAt: now)
        if input.validate {
            try await refuseTakenName(server.configuration.name, tenant)
            server = try await databases.read(tenant) { [server] in try server.withCredential(on: $0) }
            server.facts = try await tested(server.target(secrets: secrets, tenant: tenant.id), tenant)
        }
        try await databases.transaction(tenant) { [server] session in
            let server = try server.withCredential(on: session)
            try server.insert(on: session)
            try Self.assign(input, to: id, at: now, on: session)
            try session.record(server.activity("server_added", by: actor, details: ["after": .object(server.configuration.audit)]))
            try session.publish(.server("server.created", id, name: server.configuration.name))
        }
        return try await reply(id, context, status: .created)
    }

    /// PUT /servers/{id}. What is not sent becomes its default, but the password stays. 400, 404, 409, 412, 502.
    @Sendable func replace(request: Request, context: AppRequestContext) async throws -> Response {
        try await update(request, context, isPatch: false)
    }

    /// PATCH /servers/{id} (RFC 7396). 400, 404, 409, 412, 502.
    @Sendable func change(request: Request, context: AppRequestContext) async throws -> Response {
        try await update(request, context, isPatch: true)
    }

    private func update(_ request: Request, _ context: AppRequestContext, isPatch: Bool) async throws -> Response {
        let actor = try context.caller(may: .manageServers).actor
        let tenant = try context.requireTenant()
        let id = try context.id("serverId", of: Server.self)
        let input = try await Self.input(request, context)
        let sealed = try input.password.or(nil).map { Bytes(try secrets.seal($0, for: tenant.id, context: Server.passwordContext(id))) }
        let now = Date()
        let edit = ServerEdit(input: input, sealedPassword: sealed, isPatch: isPatch, now: now)

        var facts: ServerFacts?
        if input.validate {  // a network call, so before the transaction; the transaction begins from the row again
            let wanted = try await databases.read(tenant) { session in
                try edit.applied(to: Server.find(id, on: session), request, on: session)
            }
            facts = try await tested(wanted.target(secrets: secrets, tenant: tenant.id), tenant)
        }
        try await databases.transaction(tenant) { [facts] session in
            let before = try Server.lock(id, on: session)
            var server = try edit.applied(to: before, request, on: session)
            server.facts = facts ?? server.facts
            try server.save(on: session)
            try Self.assign(input, to: id, at: now, on: session)
            var details = server.changes(from: before)
            if let labels = input.labels { details["labels"] = .array(labels.map { .string($0) }) }
            if let groups = input.groupIDs { details["groupIds"] = .array(groups.map { .string($0.description) }) }
            try session.record(server.activity("server_updated", by: actor, details: details))
            try session.publish(.server("server.updated", id, name: server.configuration.name))
        }
        return try await reply(id, context)
    }

    /// DELETE /servers/{id}: a soft delete. 404, 412.
    @Sendable func delete(request: Request, context: AppRequestContext) async throws -> Response {
        let actor = try context.caller(may: .manageServers).actor
        let id = try context.id("serverId", of: Server.self)
        let now = Date()
        try await databases.transaction(context.requireTenant()) { session in
            let server = try Server.lock(id, on: session)
            try StaleEdit(id: id.uuid, revision: server.revision, stored: server.configuration.audit).check(request, on: session)
            try server.softDelete(at: now, on: session)
            try session.record(server.activity("server_deleted", by: actor, details: ["before": .object(server.configuration.audit)]))
            try session.publish(
                Event(
                    "server.deleted", entityID: id.uuid,
                    payload: ["serverId": .string(id.description), "name": .string(server.configuration.name)]))
        }
        return noContent()
    }

    /// POST /servers/{id}/restore: undoes a delete. When the name has been taken since, the server gets a number behind it. 404, 409.
    @Sendable func restore(request: Request, context: AppRequestContext) async throws -> Response {
        let actor = try context.caller(may: .manageServers).actor
        let id = try context.id("serverId", of: Server.self)
        let now = Date()
        try await databases.transaction(context.requireTenant()) { session in
            guard let oldName = try Server.lockDeleted(id, on: session) else { return }  // not deleted: nothing to undo
            let name = try Self.freeName(like: oldName, on: session)
            try Server.restore(id, as: name, at: now, on: session)
            let server = try Server.find(id, on: session)
            try session.record(
                server.activity(
                    "server_restored", by: actor, details: ["before": ["name": .string(oldName)], "after": ["name": .string(name)]]))
            try session.publish(
                Event("server.created", entityID: id.uuid, payload: ["serverId": .string(id.description), "name": .string(name)]))
        }
        return try await reply(id, context)
    }

    // MARK: Parts of the above

    static func input(_ request: Request, _ context: AppRequestContext) async throws -> ServerInput {
        let body = try await FieldReader(request, context)
        let input = ServerInput(body)
        try body.finish()
        return input
    }

    private static func assign(_ input: ServerInput, to id: Server.ID, at now: Date, on session: TenantSession) throws {
        // Labels first: a dynamic group may ask for them.
        if let labels = input.labels { try Label.assign(Label.ensure(labels, at: now, on: session), to: id, on: session) }
        if let groups = input.groupIDs { try ServerGroup.assign(groups, to: id, on: session) }
    }

    /// Before a test that takes seconds: the insert would refuse the name anyway.
    private func refuseTakenName(_ name: String, _ tenant: Tenant) async throws {
        if try await databases.read(tenant, { try Server.isNameTaken(name, on: $0) }) {
            throw AppError(.conflict, "A server named “\(name)” exists already", details: [.init(field: "name", reason: "is taken")])
        }
    }

    /// `name`, or the first of "name (2)", "name (3)", ... that is free.
    static func freeName(like name: String, on session: TenantSession) throws -> String {
        if try !Server.isNameTaken(name, on: session) { return name }
        for number in 2...100 {
            let candidate = "\(String(String.UnicodeScalarView(name.unicodeScalars.prefix(94)))) (\(number))"
            if try !Server.isNameTaken(candidate, on: session) { return candidate }
        }
        throw AppError(.conflict, "A server named “\(name)” exists already", details: [.init(field: "name", reason: "is taken")])
    }

    /// The server as it is stored now: a success is said only after reading back.
    private func reply(_ id: Server.ID, _ context: AppRequestContext, status: HTTPResponse.Status = .ok) async throws -> Response {
        let (bytes, revision) = try await databases.read(context.requireTenant()) { session in
            let server = try ServerOverview.find(id, on: session)
            var writer = JSONWriter(reserve: 1_024)
            try server.write(to: &writer, now: Date())
            return (writer.bytes, server.revision)
        }
        var headers: HTTPFields = [.eTag: etag(version: revision)]
        if status == .created { headers[.location] = "/api/v1/servers/\(id)" }
        return json(bytes: bytes, status: status, headers: headers)
    }
}
