import Foundation
package import Hummingbird
package import Platform
import Primitives

/// `/groups`: sets of servers.
package struct ServerGroupRoutes: Sendable {
    /// Servers that a preview names.
    static let previewCountMax = 20

    private let databases: TenantDatabases
    package init(databases: TenantDatabases) { self.databases = databases }

    package func add(to group: RouterGroup<AppRequestContext>) {
        group.get("groups", use: list)
        group.post("groups", use: create)
        group.get("groups/preview", use: preview)
        group.get("groups/:groupId", use: read)
        group.put("groups/:groupId", use: replace)
        group.patch("groups/:groupId", use: change)
        group.delete("groups/:groupId", use: delete)
        group.get("groups/:groupId/impact", use: impact)
        group.post("groups/:groupId/servers", use: addServers)
        group.delete("groups/:groupId/servers/:serverId", use: removeServer)
    }

    // MARK: Reading

    /// GET /groups: with member and health counts. 400.
    @Sendable func list(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewGroups)
        let query = QueryReader(request)
        let search = query.search()
        let limit = query.limit()
        let cursor = query.cursor(sort: "name", count: 2)
        try query.finish()
        let page = try await databases.read(context.requireTenant()) { session in
            let (groups, total) = try ServerGroup.list(search: search, after: cursor, limit: limit + 1, on: session)
            let items = Array(groups.prefix(limit))
            let next = try groups.count > limit ? items.last.map { try ServerGroup.cursor(after: $0, on: session) } : nil
            return Page(items: items.map { GroupReply($0, servers: nil) }, nextCursor: next, total: total)
        }
        return page.response(to: request) { $0.write(to: &$1) }
    }

    /// GET /groups/{id}: with its servers. 404.
    @Sendable func read(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewGroups)
        return try await reply(context.id("groupId", of: ServerGroup.self), context)
    }

    /// GET /groups/preview: what a dynamic group with this filter would hold. 400.
    @Sendable func preview(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewGroups)
        let query = QueryReader(request)
        var filter: GroupFilter?
        if let text = query.string("filter", 1...GroupFilter.lengthMax) {
            do { filter = try GroupFilter(text) } catch { query.fail("filter", error.sentence) }
        } else {
            query.fail("filter", "is required")
        }
        try query.finish()
        guard let filter else { throw AppError.validation(field: "filter", reason: "is required") }
        let (servers, total) = try await databases.read(context.requireTenant()) {
            try ServerGroup.matching(filter, limit: Self.previewCountMax, on: $0)
        }
        return json(bytes: Array(JSONValue.object(["serverCount": .int(Int64(total)), "servers": Self.references(servers)]).text.utf8))
    }

    /// GET /groups/{id}/impact: what deleting it would affect. 404.
    @Sendable func impact(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewGroups)
        let id = try context.id("groupId", of: ServerGroup.self)
        let impact = try await databases.read(context.requireTenant()) { session in
            let group = try ServerGroup.find(id, on: session)
            return GroupImpact(
                group: group, onlyHereCount: try group.onlyHereCount(on: session), views: try group.views(on: session))
        }
        let reply: JSONValue = [
            "serverCount": .int(Int64(impact.group.serverCount)), "dynamic": .bool(impact.group.filter != nil),
            "onlyHereCount": .int(Int64(impact.onlyHereCount)),
            "views": .array(impact.views.map { ["id": .string($0.id.description), "name": .string($0.name)] }),
            "summary": .string(impact.summary),
        ]
        return json(bytes: Array(reply.text.utf8))
    }

    private static func references(_ servers: [(id: Server.ID, name: String)]) -> JSONValue {
        .array(servers.map { ["id": .string($0.id.description), "name": .string($0.name)] })
    }

    // MARK: Writing

    /// POST /groups. 400, 409.
    @Sendable func create(request: Request, context: AppRequestContext) async throws -> Response {
        let actor = try context.caller(may: .manageGroups).actor
        let fields = try await GroupFields(request, context, isPatch: false)
        let now = Date()
        let group = fields.applied(
            to: ServerGroup(
                id: ServerGroup.ID(), name: "", description: "", color: nil, revision: 1, serverCount: 0, createdAt: now, updatedAt: now))
        try await databases.transaction(context.requireTenant()) { session in
            try Self.refuseTooMany(group, on: session)
            try group.insert(on: session)
            try session.record(group.activity("group_created", by: actor, details: ["after": .object(group.audit)]))
            try session.publish(group.event)
        }
        return try await reply(group.id, context, status: .created)
    }

    /// PUT /groups/{id}. 400, 404, 409, 412.
    @Sendable func replace(request: Request, context: AppRequestContext) async throws -> Response {
        try await update(request, context, isPatch: false)
    }

    /// PATCH /groups/{id}. 400, 404, 409, 412.
    @Sendable func change(request: Request, context: AppRequestContext) async throws -> Response {
        try await update(request, context, isPatch: true)
    }

    private func update(_ request: Request, _ context: AppRequestContext, isPatch: Bool) async throws -> Response {
        let actor = try context.caller(may: .manageGroups).actor
        let id = try context.id("groupId", of: ServerGroup.self)
        let fields = try await GroupFields(request, context, isPatch: isPatch)
        let now = Date()
        try await databases.transaction(context.requireTenant()) { session in
            let before = try ServerGroup.lock(id, on: session)
            var group = fields.applied(to: before)
            try StaleEdit(id: id.uuid, revision: before.revision, stored: before.audit, wanted: group.audit).check(request, on: session)
            if before.filter == nil, group.filter != nil {
                try Self.refuseTooMany(group, on: session)
                guard try !before.hasMembersByHand(on: session) else {
                    throw AppError(
                        .conflict, "“\(before.name)” has servers that people put into it; take them out before a filter decides",
                        details: [.init(field: "filter", reason: "is for a group without servers")])
                }
            }
            group.revision += 1
            group.updatedAt = now
            if group.filter != before.filter { try before.touchJudged(on: session) }
            try group.save(on: session)
            if group.filter != before.filter { try group.touchJudged(on: session) }
            let details: [String: JSONValue] = [
                "before": .object(before.audit), "after": .object(group.audit), "revision": .int(group.revision),
            ]
            try session.record(group.activity("group_updated", by: actor, details: details))
            try session.publish(group.event)
        }
        return try await reply(id, context)
    }

    /// DELETE /groups/{id}: its servers stay. 404, 412.
    @Sendable func delete(request: Request, context: AppRequestContext) async throws -> Response {
        let actor = try context.caller(may: .manageGroups).actor
        let id = try context.id("groupId", of: ServerGroup.self)
        try await databases.transaction(context.requireTenant()) { session in
            let group = try ServerGroup.lock(id, on: session)
            try StaleEdit(id: id.uuid, revision: group.revision, stored: group.audit).check(request, on: session)
            try group.touchJudged(on: session)
            try group.delete(on: session)
            try session.record(group.activity("group_deleted", by: actor, details: ["before": .object(group.audit)]))
            try session.publish(group.event)
        }
        return noContent()
    }

    private static func refuseTooMany(_ group: ServerGroup, on session: TenantSession) throws {
        guard group.filter != nil, try DynamicGroup.all(on: session).count >= DynamicGroup.countMax else { return }
        throw AppError(.conflict, "There are \(DynamicGroup.countMax) dynamic groups already, which is the most that a tenant can have")
    }

    // MARK: Members

    /// POST /groups/{id}/servers: adds; those already in it stay. 400, 404, 409.
    @Sendable func addServers(request: Request, context: AppRequestContext) async throws -> Response {
        let actor = try context.caller(may: .manageGroups).actor
        let id = try context.id("groupId", of: ServerGroup.self)
        let body = try await FieldReader(request, context)
        let servers = body.ids("serverIds", max: ServerGroup.addCountMax, of: Server.self)
        if !body.isPresent("serverIds") || body.isNull("serverIds") {
            body.fail("serverIds", "is required")
        } else if body.value("serverIds")?.array?.isEmpty == true {
            body.fail("serverIds", "must have at least 1 entry")
        }
        try body.finish()
        try await databases.transaction(context.requireTenant()) { session in
            let group = try ServerGroup.lock(id, on: session)
            let added = try group.add(servers, on: session)
            guard !added.isEmpty else { return }
            var details = Activity.servers(try BulkSQL.bump(added, at: Date(), on: session))
            details["added"] = .int(Int64(added.count))
            try session.record(group.activity("group_servers_added", by: actor, details: details))
            try session.publish(group.event)
        }
        return try await reply(id, context)
    }

    /// DELETE /groups/{id}/servers/{serverId}. 404, 409.
    @Sendable func removeServer(request: Request, context: AppRequestContext) async throws -> Response {
        let actor = try context.caller(may: .manageGroups).actor
        let id = try context.id("groupId", of: ServerGroup.self)
        let server = try context.id("serverId", of: Server.self)
        try await databases.transaction(context.requireTenant()) { session in
            let group = try ServerGroup.lock(id, on: session)
            try group.remove(server, on: session)
            let details = Activity.servers(try BulkSQL.bump([server], at: Date(), on: session))
            try session.record(group.activity("group_server_removed", by: actor, details: details))
            try session.publish(group.event)
        }
        return noContent()
    }

    private func reply(_ id: ServerGroup.ID, _ context: AppRequestContext, status: HTTPResponse.Status = .ok) async throws -> Response {
        let (reply, revision) = try await databases.read(context.requireTenant()) { session in
            let group = try ServerGroup.find(id, on: session)
            return (GroupReply(group, servers: try group.members(on: session)), group.revision)
        }
        var headers: HTTPFields = [.eTag: etag(version: revision)]
        if status == .created { headers[.location] = "/api/v1/groups/\(id)" }
        var writer = JSONWriter()
        reply.write(to: &writer)
        return json(bytes: writer.bytes, status: status, headers: headers)
    }
}

/// What a request says of a group.
private struct GroupFields: Sendable {
    var name: String?
    var description: String?
    var color: Given<String>
    var filter: Given<String>

    init(_ request: Request, _ context: AppRequestContext, isPatch: Bool) async throws {
        let body = try await FieldReader(request, context)
        if isPatch {
            name = body.optionalString("name", ServerGroup.nameLengths)?.trimmingSpaces()
            if body.isNull("name") { body.fail("name", "must not be null") }
        } else {
            name = body.string("name", ServerGroup.nameLengths).trimmingSpaces()
        }
        let text = body.optionalSecret("description", ServerGroup.descriptionLengths)  // lines are allowed
        description = text ?? (isPatch && !body.isNull("description") ? nil : "")
        switch body.optionalString("color", 0...20) {
        case let sent?:
            let color = Color.normalized(sent)
            if color == nil { body.fail("color", "must be a colour such as #2b6cb0") }
            self.color = color.map { .value($0) } ?? .null
        case nil: color = isPatch && !body.isNull("color") ? .absent : .null
        }
        switch body.optionalString("filter", 1...GroupFilter.lengthMax)?.trimmingSpaces() {
        case let sent?:
            do { _ = try GroupFilter(sent) } catch { body.fail("filter", error.sentence) }
            filter = .value(sent)
        // A group does not lose its filter because a client does not know of filters.
        case nil: filter = body.isNull("filter") ? .null : .absent
        }
        try body.finish()
    }

    func applied(to group: ServerGroup) -> ServerGroup {
        var group = group
        group.name = name ?? group.name
        group.description = description ?? group.description
        group.color = color.or(group.color)
        group.filter = filter.or(group.filter)
        return group
    }
}

private struct GroupReply: JSONWritable, Sendable {
    let group: ServerGroup
    let servers: [(id: Server.ID, name: String)]?

    init(_ group: ServerGroup, servers: [(id: Server.ID, name: String)]?) {
        self.group = group
        self.servers = servers
    }

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("id")
        writer.id(group.id)
        writer.key("name")
        writer.string(group.name)
        writer.key("description")
        writer.string(group.description)
        writer.key("color")
        writer.optional(group.color)
        writer.key("textColor")
        writer.optional(group.color.flatMap(Color.text))
        writer.key("dynamic")
        writer.bool(group.filter != nil)
        writer.key("filter")
        writer.optional(group.filter)
        writer.key("serverCount")
        writer.int(group.serverCount)
        writer.key("health")
        writer.beginObject()
        for health in ServerHealth.allCases {
            writer.key(text: health.rawValue)
            writer.int(group.byHealth[health, default: 0])
        }
        writer.endObject()
        writer.key("createdAt")
        writer.date(group.createdAt)
        writer.key("updatedAt")
        writer.date(group.updatedAt)
        if let servers {
            writer.key("servers")
            writer.beginArray()
            for server in servers {
                writer.beginObject()
                writer.key("id")
                writer.id(server.id)
                writer.key("name")
                writer.string(server.name)
                writer.endObject()
            }
            writer.endArray()
        }
        writer.endObject()
    }
}

extension ServerGroup {
    fileprivate func activity(_ action: String, by actor: Actor, details: [String: JSONValue]) -> Activity {
        Activity(action, entityType: "group", entityID: id.uuid, entityName: name, actor: actor, details: .object(details))
    }

    fileprivate var event: Event {
        Event("group.changed", entityID: id.uuid, payload: ["groupId": .string(id.description), "name": .string(name)])
    }
}
