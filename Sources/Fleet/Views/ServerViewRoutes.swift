import Foundation
package import Hummingbird
package import Platform
import Primitives

/// `/servers/views`: saved views of the server list.
package struct ServerViewRoutes: Sendable {
    private let databases: TenantDatabases
    package init(databases: TenantDatabases) { self.databases = databases }

    package func add(to group: RouterGroup<AppRequestContext>) {
        group.get("servers/views", use: list)
        group.post("servers/views", use: create)
        group.get("servers/views/:viewId", use: read)
        group.patch("servers/views/:viewId", use: change)
        group.delete("servers/views/:viewId", use: delete)
    }

    /// GET /servers/views: the caller's and the shared ones.
    @Sendable func list(request: Request, context: AppRequestContext) async throws -> Response {
        let caller = try context.caller(may: .viewServers)
        let views = try await databases.read(context.requireTenant()) { try ServerView.list(for: caller.userID.uuid, on: $0) }
        return json(bytes: Array(JSONValue.array(views.map { Self.shown($0, to: caller) }).text.utf8))
    }

    /// GET /servers/views/{id}. 404.
    @Sendable func read(request: Request, context: AppRequestContext) async throws -> Response {
        let caller = try context.caller(may: .viewServers)
        return try await reply(context.id("viewId", of: ServerView.self), caller, context)
    }

    /// POST /servers/views. 400, 403, 409.
    @Sendable func create(request: Request, context: AppRequestContext) async throws -> Response {
        let caller = try context.caller(may: .viewServers)
        let fields = try await ViewFields(request, context, isPatch: false)
        let now = Date()
        let view = fields.applied(
            to: ServerView(
                id: ServerView.ID(), ownerID: caller.userID.uuid, ownerName: caller.email, name: "", filter: ServerView.noFilter,
                sort: .name, order: "asc", columns: [], isShared: false, createdAt: now, updatedAt: now))
        if view.isShared { try context.caller(may: .manageServers) }
        try await databases.transaction(context.requireTenant()) { session in
            try view.insert(on: session)
            try session.record(view.activity("view_created", by: caller.actor, details: ["after": view.audit]))
            try session.publish(view.event)
        }
        return try await reply(view.id, caller, context, status: .created)
    }

    /// PATCH /servers/views/{id}. 400, 403, 404, 409.
    @Sendable func change(request: Request, context: AppRequestContext) async throws -> Response {
        let caller = try context.caller(may: .viewServers)
        let id = try context.id("viewId", of: ServerView.self)
        let fields = try await ViewFields(request, context, isPatch: true)
        let now = Date()
        let view = try await databases.transaction(context.requireTenant()) { session in
            let before = try ServerView.find(id, for: caller.userID.uuid, forChange: true, on: session)
            try Self.refuseStranger(before, context)
            var view = fields.applied(to: before)
            if view.isShared, !before.isShared { try context.caller(may: .manageServers) }
            view.updatedAt = now
            try view.save(on: session)
            try session.record(view.activity("view_updated", by: caller.actor, details: ["before": before.audit, "after": view.audit]))
            try session.publish(view.event)
            return view
        }
        // Not read back: an admin who takes somebody's view from the others does not see it any more.
        return json(bytes: Array(Self.shown(view, to: caller).text.utf8))
    }

    /// DELETE /servers/views/{id}. 403, 404.
    @Sendable func delete(request: Request, context: AppRequestContext) async throws -> Response {
        let caller = try context.caller(may: .viewServers)
        let id = try context.id("viewId", of: ServerView.self)
        try await databases.transaction(context.requireTenant()) { session in
            let view = try ServerView.find(id, for: caller.userID.uuid, forChange: true, on: session)
            try Self.refuseStranger(view, context)
            try view.delete(on: session)
            try session.record(view.activity("view_deleted", by: caller.actor, details: ["before": view.audit]))
            try session.publish(view.event)
        }
        return noContent()
    }

    /// A shared view is its owner's, and an admin's of the tenant. Throws `.forbidden`.
    private static func refuseStranger(_ view: ServerView, _ context: AppRequestContext) throws {
        let caller = try context.caller(may: .viewServers)
        if view.ownerID != caller.userID.uuid { try context.caller(may: .manageSettings) }
    }

    private func reply(
        _ id: ServerView.ID, _ caller: Caller, _ context: AppRequestContext, status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let view = try await databases.read(context.requireTenant()) { try ServerView.find(id, for: caller.userID.uuid, on: $0) }
        let headers: HTTPFields = status == .created ? [.location: "/api/v1/servers/views/\(id)"] : [:]
        return json(bytes: Array(Self.shown(view, to: caller).text.utf8), status: status, headers: headers)
    }

    private static func shown(_ view: ServerView, to caller: Caller) -> JSONValue {
        [
            "id": .string(view.id.description), "name": .string(view.name), "filter": view.filter,
            "sort": .string(view.sort.rawValue),
            "order": .string(view.order), "columns": .array(view.columns.map { .string($0) }), "shared": .bool(view.isShared),
            "mine": .bool(view.ownerID == caller.userID.uuid), "owner": .string(view.ownerName),
            "createdAt": .string(RFC3339.string(view.createdAt)), "updatedAt": .string(RFC3339.string(view.updatedAt)),
        ]
    }
}

/// What a request says of a view.
private struct ViewFields: Sendable {
    var name: String?
    var filter: JSONValue?
    var sort: ServerSort?
    var order: QueryReader.Order?
    var columns: [String]?
    var isShared: Bool?

    init(_ request: Request, _ context: AppRequestContext, isPatch: Bool) async throws {
        let body = try await FieldReader(request, context)
        name = isPatch ? body.optionalString("name", ServerView.nameLengths) : body.string("name", ServerView.nameLengths)
        name = name?.trimmingSpaces()
        sort = body.optionalChoice("sort", ServerSort.self)
        order = body.optionalChoice("order", QueryReader.Order.self)
        columns = body.optionalStrings("columns", max: ServerView.columnCountMax, length: 1...40)
        for (index, column) in (columns ?? []).enumerated() where !ServerView.isColumn(column) {
            body.fail("columns[\(index)]", "is a name of letters and digits")
        }
        isShared = body.optionalBool("shared")
        for field in ["name", "sort", "order", "columns", "shared", "filter"] where body.isNull(field) {
            body.fail(field, "must not be null")
        }
        filter = body.nested("filter").map { ServerFilter($0).shown }
        try body.finish()
    }

    func applied(to view: ServerView) -> ServerView {
        var view = view
        view.name = name ?? view.name
        view.filter = filter ?? view.filter
        view.sort = sort ?? view.sort
        view.order = order?.rawValue ?? view.order
        view.columns = columns ?? view.columns
        view.isShared = isShared ?? view.isShared
        return view
    }
}

extension ServerView {
    fileprivate func activity(_ action: String, by actor: Actor, details: [String: JSONValue]) -> Activity {
        Activity(action, entityType: "view", entityID: id.uuid, entityName: name, actor: actor, details: .object(details))
    }

    fileprivate var event: Event {
        Event("view.changed", entityID: id.uuid, payload: ["viewId": .string(id.description), "name": .string(name)])
    }
}
