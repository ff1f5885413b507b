import Fleet
import Foundation
package import Hummingbird
package import Platform
import Primitives

/// `/servers/health`, `/servers/{id}/health`, their changes, and `/metrics/dashboard`: how the fleet is.
package struct HealthRoutes: Sendable {
    /// Changes in one answer.
    package static let changeCountMax = 500

    private let databases: TenantDatabases
    private let boards: HealthBoards
    package init(databases: TenantDatabases) {
        self.databases = databases
        boards = HealthBoards(databases: databases)
    }

    package func add(to group: RouterGroup<AppRequestContext>) {
        group.get("servers/health", use: all)
        group.get("servers/health/changes", use: changes)
        group.get("servers/:serverId/health", use: one)
        group.get("servers/:serverId/health/changes", use: changesOfOne)
        group.get("metrics/dashboard", use: dashboard)
    }

    /// GET /servers/health: all servers, in no particular order.
    @Sendable func all(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewServers)
        return json(bytes: try await boards.all(of: context.requireTenant()))
    }

    /// GET /servers/{id}/health. 404.
    @Sendable func one(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewServers)
        let id = try context.id("serverId", of: Server.self)
        return json(bytes: try await databases.read(context.requireTenant()) { try HealthSQL.one(id, on: $0) })
    }

    /// GET /servers/health/changes: the newest first. 400.
    @Sendable func changes(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewServers)
        let query = QueryReader(request)
        let limit = query.limit(default: 50, max: Self.changeCountMax)
        try query.finish()
        return try json(await databases.read(context.requireTenant()) { try HealthChangeSQL.recent(limit: limit, on: $0) })
    }

    /// GET /servers/{id}/health/changes: a page of one server's, the newest first. 400, 404.
    @Sendable func changesOfOne(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewServers)
        let id = try context.id("serverId", of: Server.self)
        let query = QueryReader(request)
        let limit = query.limit(default: 50, max: Self.changeCountMax)
        var place: HealthChangeSQL.Place?
        if let cursor = query.cursor(sort: "newest", count: 2) {
            if let time = cursor.values[0].int, let id = cursor.values[1].int {
                place = HealthChangeSQL.Place(changedAt: Date(timeIntervalSince1970: Double(time) / 1_000_000), id: id)
            } else {
                query.fail("cursor", "is not a cursor of this list")
            }
        }
        try query.finish()
        let (found, total) = try await databases.read(context.requireTenant()) { [place] session in
            try HealthChangeSQL.list(id, after: place, limit: limit + 1, on: session)
        }
        let next = found.count > limit ? Self.cursor(after: found[limit - 1].place) : nil
        return try Page(items: found.prefix(limit).map { $0.entry }, nextCursor: next, total: total).response(to: request)
    }

    /// Times go through the cursor as whole microseconds, which is how exactly PostgreSQL keeps them.
    private static func cursor(after place: HealthChangeSQL.Place) -> Cursor {
        let microseconds = Int64((place.changedAt.timeIntervalSince1970 * 1_000_000).rounded())
        return Cursor(sort: "newest", values: [.int(microseconds), .int(place.id)])
    }

    /// GET /metrics/dashboard.
    @Sendable func dashboard(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewMetrics)
        let counts = try await databases.read(context.requireTenant()) { try HealthSQL.counts(on: $0) }
        var writer = JSONWriter()
        writer.beginObject()
        counts[0].write(to: &writer)
        writer.key("groups")
        writer.beginArray()
        for count in counts.dropFirst() {
            writer.beginObject()
            writer.key("id")
            if let id = count.group { writer.id(id) } else { writer.null() }
            writer.key("name")
            writer.optional(count.groupName)
            count.write(to: &writer)
            writer.endObject()
        }
        writer.endArray()
        writer.key("updatedAt")
        writer.date(Date())
        writer.endObject()
        return json(bytes: writer.bytes)
    }
}

extension HealthSQL.Count {
    /// The members `total` and `byHealth` of an object that is open.
    fileprivate func write(to writer: inout JSONWriter) {
        writer.key("total")
        writer.int(total)
        writer.key("byHealth")
        writer.beginObject()
        for health in ServerHealth.allCases {
            writer.key(text: health.rawValue)
            writer.int(byHealth[health, default: 0])
        }
        writer.endObject()
    }
}
