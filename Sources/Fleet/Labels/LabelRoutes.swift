import Foundation
package import Hummingbird
package import Platform
import Primitives

/// `/labels` and `/servers/{id}/labels`.
package struct LabelRoutes: Sendable {
    private let databases: TenantDatabases
    package init(databases: TenantDatabases) { self.databases = databases }

    package func add(to group: RouterGroup<AppRequestContext>) {
        group.get("labels", use: list)
        group.post("labels", use: create)
        group.patch("labels/:labelId", use: change)
        group.delete("labels/:labelId", use: delete)
        group.post("servers/:serverId/labels", use: assign)
        group.delete("servers/:serverId/labels/:labelId", use: remove)
    }

    /// GET /labels: with how many servers carry them. 400.
    @Sendable func list(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewServers)
        let query = QueryReader(request)
        let search = query.search()
        let limit = query.limit()
        let cursor = query.cursor(sort: "name", count: 2)
        try query.finish()
        let page = try await databases.read(context.requireTenant()) { session in
            let (labels, total) = try Label.list(search: search, after: cursor, limit: limit + 1, on: session)
            let items = Array(labels.prefix(limit))
            let next = try labels.count > limit ? items.last.map { try Label.cursor(after: $0, on: session) } : nil
            return Page(items: items.map(LabelReply.init), nextCursor: next, total: total)
        }
        return try page.response(to: request)
    }

    /// POST /labels. 400, 409.
    @Sendable func create(request: Request, context: AppRequestContext) async throws -> Response {
        let actor = try context.caller(may: .manageServers).actor
        let body = try await FieldReader(request, context)
        let name = body.string("name", Label.nameLengths).trimmingSpaces()
        let color = Self.color(body)
        try body.finish()
        let label = Label(id: Label.ID(), name: name, color: color ?? Color.automatic(for: name), serverCount: 0)
        try await databases.transaction(context.requireTenant()) { session in
            try label.insert(at: Date(), on: session)
            try session.record(label.activity("label_created", by: actor, details: ["name": .string(name), "color": .string(label.color)]))
            try session.publish(label.event)
        }
        return try json(LabelReply(label), status: .created, headers: [.location: "/api/v1/labels/\(label.id)"])
    }

    /// PATCH /labels/{id}: another name or colour. 400, 404, 409.
    @Sendable func change(request: Request, context: AppRequestContext) async throws -> Response {
        let actor = try context.caller(may: .manageServers).actor
        let id = try context.id("labelId", of: Label.self)
        let body = try await FieldReader(request, context)
        let name = body.optionalString("name", Label.nameLengths)?.trimmingSpaces()
        if body.isNull("name") { body.fail("name", "must not be null") }
        let color = Self.color(body)
        try body.finish()
        let label = try await databases.transaction(context.requireTenant()) { session in
            let before = try Label.lock(id, on: session)
            var label = before
            label.name = name ?? before.name
            label.color = color ?? before.color
            if label.name != before.name { try label.touchServers(on: session) }
            try label.save(on: session)
            try session.record(
                label.activity(
                    "label_updated", by: actor,
                    details: [
                        "before": ["name": .string(before.name), "color": .string(before.color)],
                        "after": ["name": .string(label.name), "color": .string(label.color)],
                    ]))
            try session.publish(label.event)
            return label
        }
        return try json(LabelReply(label))
    }

    /// DELETE /labels/{id}: from all servers too. 404.
    @Sendable func delete(request: Request, context: AppRequestContext) async throws -> Response {
        let actor = try context.caller(may: .manageServers).actor
        let id = try context.id("labelId", of: Label.self)
        try await databases.transaction(context.requireTenant()) { session in
            let label = try Label.lock(id, on: session)
            try label.touchServers(on: session)
            try label.delete(on: session)
            try session.record(label.activity("label_deleted", by: actor, details: ["serverCount": .int(Int64(label.serverCount))]))
            try session.publish(label.event)
        }
        return noContent()
    }

    /// POST /servers/{id}/labels: adds labels by name; those that do not exist are made. 400, 404.
    @Sendable func assign(request: Request, context: AppRequestContext) async throws -> Response {
        let actor = try context.caller(may: .manageServers).actor
        let id = try context.id("serverId", of: Server.self)
        let body = try await FieldReader(request, context)
        let names = body.strings("labels", max: ServerConfiguration.labelCountMax, length: Label.nameLengths).map { $0.trimmingSpaces() }
        if !body.isPresent("labels") || body.isNull("labels") {
            body.fail("labels", "is required")
        } else if body.value("labels")?.array?.isEmpty == true {
            body.fail("labels", "must have at least 1 entry")
        }
        try body.finish()
        let labels = try await databases.transaction(context.requireTenant()) { session in
            let server = try Server.lock(id, on: session)
            let now = Date()
            let added = try BulkSQL.addLabels(Label.ensure(names, at: now, on: session), to: [id], on: session)
            if !added.isEmpty {
                var details: [String: JSONValue] = ["labels": .array(names.map { .string($0) })]
                details["revision"] = try BulkSQL.bump([id], at: now, on: session)[id].map { .int($0) }
                try session.record(server.activity("server_labeled", by: actor, details: details))
                try session.publish(Self.event(server))
            }
            return try Label.of(id, on: session)
        }
        return try json(labels.map(LabelReply.init))
    }

    /// DELETE /servers/{id}/labels/{labelId}. 404.
    @Sendable func remove(request: Request, context: AppRequestContext) async throws -> Response {
        let actor = try context.caller(may: .manageServers).actor
        let id = try context.id("serverId", of: Server.self)
        let labelID = try context.id("labelId", of: Label.self)
        try await databases.transaction(context.requireTenant()) { session in
            let server = try Server.lock(id, on: session)
            let label = try Label.lock(labelID, on: session)
            try Label.remove(labelID, from: id, on: session)
            var details: [String: JSONValue] = ["label": .string(label.name)]
            details["revision"] = try BulkSQL.bump([id], at: Date(), on: session)[id].map { .int($0) }
            try session.record(server.activity("server_unlabeled", by: actor, details: details))
            try session.publish(Self.event(server))
        }
        return noContent()
    }

    private static func color(_ body: FieldReader) -> String? {
        guard let sent = body.optionalString("color", 0...20) else { return nil }
        let color = Color.normalized(sent)
        if color == nil { body.fail("color", "must be a colour such as #2b6cb0") }
        return color
    }

    private static func event(_ server: Server) -> Event {
        Event(
            "server.updated", entityID: server.id.uuid,
            payload: ["serverId": .string(server.id.description), "name": .string(server.configuration.name)])
    }
}

private struct LabelReply: Encodable, Sendable {
    let id: Label.ID
    let name, color: String
    let textColor: String?
    let serverCount: Int
    init(_ label: Label) {
        id = label.id
        name = label.name
        color = label.color
        textColor = Color.text(on: label.color)
        serverCount = label.serverCount
    }
}

extension Label {
    fileprivate func activity(_ action: String, by actor: Actor, details: [String: JSONValue]) -> Activity {
        Activity(action, entityType: "label", entityID: id.uuid, entityName: name, actor: actor, details: .object(details))
    }

    fileprivate var event: Event {
        Event("label.changed", entityID: id.uuid, payload: ["labelId": .string(id.description), "name": .string(name)])
    }
}
