import Engines
import Fleet
import Foundation
package import Hummingbird
package import Platform
import Postgres
import Primitives

/// `/custom-collectors`: what a tenant collects besides what the product does (issue 4).
///
/// A change is told to the collectors, which keep to it from each server's next run on.
package struct CustomCollectorRoutes: Sendable {
    private let databases: TenantDatabases
    private let secrets: SecretBox
    private let previews: CustomPreviews

    package init(databases: TenantDatabases, secrets: SecretBox, previews: CustomPreviews) {
        self.databases = databases
        self.secrets = secrets
        self.previews = previews
    }

    package func add(to group: RouterGroup<AppRequestContext>) {
        group.get("custom-collectors", use: list)
        group.post("custom-collectors", use: create)
        group.post("custom-collectors/preview", use: preview)
        group.get("custom-collectors/:customCollectorId", use: read)
        group.patch("custom-collectors/:customCollectorId", use: change)
        group.delete("custom-collectors/:customCollectorId", use: delete)
    }

    /// GET /custom-collectors: all, by name, with how they fare.
    @Sendable func list(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewMetrics)
        try QueryReader(request).finish()
        let (all, runs) = try await databases.read(context.requireTenant()) { session in
            let all = try CustomCollector.all(on: session)
            return (all, try CustomCollectorRuns.of(all.map(\.name), on: session))
        }
        let reply = JSONValue.array(all.map { .object($0.json(runs[$0.name] ?? CustomCollectorRuns())) })
        return json(bytes: Array(reply.text.utf8), headers: [.totalCount: String(all.count)])
    }

    /// GET /custom-collectors/{id}. 404.
    @Sendable func read(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewMetrics)
        return try await reply(context.id("customCollectorId", of: CustomCollector.self), context)
    }

    /// POST /custom-collectors. 400, 409.
    @Sendable func create(request: Request, context: AppRequestContext) async throws -> Response {
        let actor = try context.caller(may: .manageCollectors).actor
        let body = try await FieldReader(request, context)
        let name = body.string("name", 2...48)
        let engine = body.choice("engine", EngineKind.self)
        let statement = body.secret("statement", 1...StatementRule.sizeBytesMax)
        let title = body.string("title", CustomCollector.titleLengths).trimmingCharacters(in: .whitespaces)
        let change = CustomCollectorChange(body, collector: name)
        if change.columns == nil, !body.isPresent("columns") { body.fail("columns", "is required") }
        try body.finish()
        let now = Date()
        let draft = CustomCollector(
            id: CustomCollector.ID(), name: name, title: title, purpose: "", engine: engine, statement: statement, database: nil,
            groups: nil, cadence: .fiveMinutes, timeoutSeconds: 5, rowCountMax: 100, keep: .latest, columns: [], enabled: true, revision: 1,
            shape: 0, shapedAt: now, createdAt: now, updatedAt: now)
        let wanted = change.applied(to: draft)
        try Self.check(wanted.faults())
        try await databases.transaction(context.requireTenant()) { session in
            var collector = wanted
            collector.shape = try CustomCollector.nextVersion(on: session)
            guard try CustomCollector.count(on: session) < CustomCollector.countMax else {
                throw AppError(.conflict, "There are \(CustomCollector.countMax) collectors already, which is the most; delete one first")
            }
            try Self.check(groups: collector.groups, on: session)
            try collector.claimMetrics(on: session)
            try collector.insert(on: session)
            try session.record(collector.activity("collector_created", by: actor, ["after": .object(collector.audit)]))
            try session.publish(collector.event)
        }
        return try await reply(wanted.id, context, status: .created)
    }

    /// PATCH /custom-collectors/{id}: anything but name and engine. 400, 404, 412.
    @Sendable func change(request: Request, context: AppRequestContext) async throws -> Response {
        let actor = try context.caller(may: .manageCollectors).actor
        let id = try context.id("customCollectorId", of: CustomCollector.self)
        let tenant = try context.requireTenant()
        let body = try await FieldReader(request, context)
        let known = try await databases.read(tenant) { try CustomCollector.find(id, on: $0) }
        let title = body.optionalString("title", CustomCollector.titleLengths)?.trimmingCharacters(in: .whitespaces)
        let statement = body.optionalSecret("statement", 1...StatementRule.sizeBytesMax)
        var change = CustomCollectorChange(body, collector: known.name)
        (change.title, change.statement) = (title, statement)
        for field in ["name", "engine"] where body.isPresent(field) { body.fail(field, "stays as it was made; make another collector") }
        for field in ["title", "statement"] where body.isNull(field) { body.fail(field, "must not be null") }
        try body.finish()
        let now = Date()
        try await databases.transaction(tenant) { [change] session in
            let version = try CustomCollector.nextVersion(on: session)
            let before = try CustomCollector.lock(id, on: session)
            var after = change.applied(to: before)
            try StaleEdit(id: id.uuid, revision: before.revision, stored: before.audit, wanted: after.audit).check(request, on: session)
            try Self.check(after.faults())
            guard after != before else { return }
            if change.groups != nil { try Self.check(groups: after.groups, on: session) }
            if !after.hasSameShape(as: before) {
                (after.shape, after.shapedAt) = (version, now)
                try after.claimMetrics(on: session)
                try after.forgetRows(on: session)
            }
            after.revision += 1
            after.updatedAt = now
            try after.save(on: session)
            try session.record(
                after.activity(
                    "collector_updated", by: actor,
                    ["before": .object(before.audit), "after": .object(after.audit), "revision": .int(after.revision)]))
            try session.publish(after.event)
        }
        return try await reply(id, context)
    }

    /// DELETE /custom-collectors/{id}. 404, 412.
    @Sendable func delete(request: Request, context: AppRequestContext) async throws -> Response {
        let actor = try context.caller(may: .manageCollectors).actor
        let id = try context.id("customCollectorId", of: CustomCollector.self)
        try await databases.transaction(context.requireTenant()) { session in
            _ = try CustomCollector.nextVersion(on: session)
            let collector = try CustomCollector.lock(id, on: session)
            try StaleEdit(id: id.uuid, revision: collector.revision, stored: collector.audit).check(request, on: session)
            try collector.delete(on: session)
            try session.record(collector.activity("collector_deleted", by: actor, ["before": .object(collector.audit)]))
            try session.publish(collector.event)
        }
        return noContent()
    }

    /// POST /custom-collectors/preview: runs a statement on one server, once, in a process of its own; keeps nothing but that it was done.
    /// 400, 404, 503.
    @Sendable func preview(request: Request, context: AppRequestContext) async throws -> Response {
        let actor = try context.caller(may: .manageCollectors).actor
        let tenant = try context.requireTenant()
        let body = try await FieldReader(request, context)
        let serverID = body.id("serverId", of: Server.self)
        let query = CustomQuery(
            statement: body.secret("statement", 1...StatementRule.sizeBytesMax),
            timeoutSeconds: body.int("timeoutSeconds", CustomQuery.timeoutSecondsRange, default: 5),
            rowCountMax: body.int("rowCountMax", CustomQuery.rowCountRange, default: 100))
        let name = body.optionalString("name", 0...48) ?? ""
        let change = CustomCollectorChange(preview: body, collector: name)
        try body.finish()
        let server = try await databases.read(tenant) { try Server.find(serverID, on: $0) }
        let engine = server.configuration.engine
        do throws(StatementRefusal) {
            _ = try StatementRule.checked(query.statement, engine: engine)
            try StatementRule.checkLimit(query.statement, engine: engine, rowCountMax: query.rowCountMax)
        } catch {
            throw AppError.validation(field: "statement", reason: error.sentence)
        }
        // Written first: what was run is known even if it took this process along.
        try await databases.transaction(tenant) { session in
            try session.record(
                Activity(
                    "collector_previewed", entityType: "server", entityID: serverID.uuid, entityName: server.configuration.name,
                    actor: actor, details: ["statement": .string(query.statement), "database": JSONValue(change.database ?? nil)]))
        }
        var target = try server.target(secrets: secrets, tenant: tenant.id)
        if let database = change.database ?? nil { target.database = database }
        let reply: JSONValue
        do {
            let answer = try await previews.answer(query, on: target, for: tenant.id)
            reply = CustomPreview(answer: answer, query: query, columns: change.columns ?? [], collector: name).json
        } catch let error as EngineError {
            reply = CustomPreview.failure(error)
        }
        return json(bytes: Array(reply.text.utf8))
    }

    // MARK: Parts of the above

    private static func check(_ faults: [AppError.Detail]) throws {
        guard let first = faults.first else { return }
        let message = faults.count == 1 ? "\(first.field): \(first.reason)" : "\(faults.count) fields are not valid"
        throw AppError(.validationError, message, details: faults)
    }

    private static func check(groups: [ServerGroup.ID]?, on session: TenantSession) throws {
        guard let groups else { return }
        let known = try CustomCollector.known(groups, on: session)
        try check(
            groups.enumerated().filter { !known.contains($0.element) }.map {
                AppError.Detail(field: "groupIds[\($0.offset)]", reason: "is no group of this tenant")
            })
    }

    private func reply(_ id: CustomCollector.ID, _ context: AppRequestContext, status: HTTPResponse.Status = .ok) async throws -> Response {
        let (collector, runs) = try await databases.read(context.requireTenant()) { session in
            let collector = try CustomCollector.find(id, on: session)
            return (collector, try CustomCollectorRuns.of([collector.name], on: session)[collector.name] ?? CustomCollectorRuns())
        }
        var headers: HTTPFields = [.eTag: etag(version: collector.revision)]
        if status == .created { headers[.location] = "/api/v1/custom-collectors/\(id)" }
        return json(bytes: Array(JSONValue.object(collector.json(runs)).text.utf8), status: status, headers: headers)
    }
}

extension CustomCollectorChange {
    /// Reads everything but title and statement, which are required of a new one; failures stay in `body`.
    init(_ body: FieldReader, collector: String) {
        self.init(preview: body, collector: collector)
        purpose = body.optionalString("purpose", CustomCollector.purposeLengths)?.trimmingCharacters(in: .whitespaces)
        cadence = body.optionalChoice("cadence")
        timeoutSeconds = body.optionalInt("timeoutSeconds", CustomQuery.timeoutSecondsRange)
        rowCountMax = body.optionalInt("rowCountMax", CustomQuery.rowCountRange)
        keep = body.optionalChoice("keep")
        enabled = body.optionalBool("enabled")
        if body.isNull("groupIds") {
            groups = .some(nil)
        } else if let ids = body.optionalIDs("groupIds", max: CustomCollector.groupCountMax, of: ServerGroup.self) {
            if ids.isEmpty { body.fail("groupIds", "names no group; null is all servers") }
            groups = ids
        }
        for field in ["purpose", "cadence", "timeoutSeconds", "rowCountMax", "keep", "enabled", "columns"] where body.isNull(field) {
            body.fail(field, "must not be null")
        }
    }

    /// Reads what a preview has besides its statement and limits.
    init(preview body: FieldReader, collector: String) {
        self.init()
        if body.isNull("database") {
            database = .some(nil)
        } else if let name = body.optionalString("database", CustomCollector.databaseLengths) {
            database = name
        }
        if body.isPresent("columns"), !body.isNull("columns") {
            let (columns, faults) = CustomColumns.read(body.value("columns"), collector: collector)
            for fault in faults { body.fail(fault.field, fault.reason) }
            self.columns = columns
        }
    }
}

extension CustomCollector {
    /// As the API shows it.
    fileprivate func json(_ runs: CustomCollectorRuns) -> [String: JSONValue] {
        let counts = CollectorState.allCases.filter { $0 != .pending }.map { ($0.rawValue, JSONValue.int(Int64(runs.counts[$0] ?? 0))) }
        let problem = runs.problem.map { problem -> JSONValue in
            ["serverId": .string(problem.server.description), "serverName": .string(problem.name), "message": .string(problem.message)]
        }
        return audit.merging([
            "id": .string(id.description), "serverCounts": .object(Dictionary(counts, uniquingKeysWith: { $1 })),
            "problem": problem ?? .null, "createdAt": .string(RFC3339.string(createdAt)), "updatedAt": .string(RFC3339.string(updatedAt)),
        ]) { $1 }
    }

    fileprivate func activity(_ action: String, by actor: Actor, _ details: [String: JSONValue]) -> Activity {
        Activity(action, entityType: "collector", entityID: id.uuid, entityName: title, actor: actor, details: .object(details))
    }

    fileprivate var event: Event {
        Event("collector.changed", entityID: id.uuid, payload: ["customCollectorId": .string(id.description), "name": .string(name)])
    }
}
