import Foundation
package import Hummingbird
package import Primitives

/// `/operations`: long work, its progress and its end.
package struct OperationRoutes: Sendable {
    let tenants: TenantDatabases
    package init(tenants: TenantDatabases) { self.tenants = tenants }

    package func add(to group: RouterGroup<AppRequestContext>) {
        group.get("operations", use: list)
        group.get("operations/:operationId", use: read)
        group.delete("operations/:operationId", use: stop)
        group.get("operations/:operationId/items", use: items)
    }

    /// GET /operations: newest first. 400.
    @Sendable func list(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewOperations)
        let query = QueryReader(request)
        let limit = query.limit()
        var filter = OperationFilter()
        filter.kinds = query.strings("kind")
        filter.statuses = query.choices("status", ShownStatus.self).compactMap { Operation.Status(rawValue: $0.rawValue) }
        var before: Operation.ID?
        if let cursor = query.cursor(sort: "newest", count: 1) {
            before = cursor.values[0].string.flatMap { Operation.ID(text: $0) }
            if before == nil { query.fail("cursor", "is not a cursor of this list") }
        }
        try query.finish()
        let (operations, total) = try await tenants.read(context.requireTenant()) { [filter, before] in
            try Operation.list(filter, before: before, limit: limit + 1, on: $0)
        }
        let next = operations.count > limit ? Cursor(sort: "newest", values: [.string(operations[limit - 1].id.description)]) : nil
        let page = Page(items: Array(operations.prefix(limit)), nextCursor: next, total: total)
        return page.response(to: request) { $0.shown.write(to: &$1) }
    }

    /// GET /operations/{id}. 404.
    @Sendable func read(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewOperations)
        let id = try context.id("operationId", of: Operation.self)
        let operation = try await tenants.read(context.requireTenant()) { try Operation.find(id, on: $0) }
        return json(bytes: Array(operation.shown.text.utf8))
    }

    /// DELETE /operations/{id}: asks it to stop. 404, 409 when it has ended.
    @Sendable func stop(request: Request, context: AppRequestContext) async throws -> Response {
        let actor = try context.caller(may: .stopOperations).actor
        let id = try context.id("operationId", of: Operation.self)
        let now = Date()
        let operation = try await tenants.transaction(context.requireTenant()) { session in
            let operation = try Operation.requestStop(id, at: now, on: session)
            try session.record(operation.activity("operation_stopped", by: actor))
            try session.publish(operation.changed)
            return operation
        }
        return json(bytes: Array(operation.shown.text.utf8), status: .accepted)
    }

    /// GET /operations/{id}/items: in their order. 400, 404.
    @Sendable func items(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewOperations)
        let id = try context.id("operationId", of: Operation.self)
        let query = QueryReader(request)
        let limit = query.limit()
        let statuses = query.choices("status", OperationItem.Status.self)
        var after = 0
        if let cursor = query.cursor(sort: "position", count: 1) {
            if let position = cursor.values[0].int, let position = Int32(exactly: position), position >= 0 {
                after = Int(position)
            } else {
                query.fail("cursor", "is not a cursor of this list")
            }
        }
        try query.finish()
        let (items, total) = try await tenants.read(context.requireTenant()) { [after] session in
            _ = try Operation.find(id, on: session)
            return try OperationItem.list(of: id, statuses: statuses, after: after, limit: limit + 1, on: session)
        }
        let next = items.count > limit ? Cursor(sort: "position", values: [.int(Int64(items[limit - 1].position))]) : nil
        return Page(items: Array(items.prefix(limit)), nextCursor: next, total: total).response(to: request) { $0.write(to: &$1) }
    }
}

/// The statuses that a filter may name.
private enum ShownStatus: String, CaseIterable { case queued, running, stopping, succeeded, partial, failed, stopped }

/// The answer to a request that began an operation: 202, and where it is.
package func operationStarted(_ operation: Operation) -> Response {
    json(
        bytes: Array(operation.shown.text.utf8), status: .accepted,
        headers: [.location: "/api/v1/operations/\(operation.id)"])
}

extension OperationItem: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("position")
        writer.int(position)
        writer.key("entityId")
        if let entityID { writer.uuid(entityID) } else { writer.null() }
        writer.key("name")
        writer.string(name)
        writer.key("status")
        writer.string(status.rawValue)
        writer.key("message")
        writer.optional(message)
        writer.key("errorCode")
        writer.optional(errorCode)
        writer.key("result")
        writer.json(result?.text ?? "null")
        writer.key("startedAt")
        writer.optional(startedAt)
        writer.key("endedAt")
        writer.optional(endedAt)
        writer.endObject()
    }
}
