import Engines
import Fleet
import Foundation
package import Hummingbird
package import Platform
import Primitives

/// `/servers/{id}/collectors` and `/servers/{id}/changes`: what is collected besides the core, how it fares and what it brought.
package struct CollectorRoutes: Sendable {
    /// Runs and changes in one answer.
    package static let listCountMax = 500

    private let databases: TenantDatabases
    package init(databases: TenantDatabases) { self.databases = databases }

    package func add(to group: RouterGroup<AppRequestContext>) {
        group.get("metrics/collectors", use: catalogue)
        group.get("servers/:serverId/collectors", use: list)
        group.get("servers/:serverId/collectors/:collector", use: one)
        group.get("servers/:serverId/collectors/:collector/history", use: history)
        group.get("servers/:serverId/collectors/:collector/moments", use: moments)
        group.get("servers/:serverId/changes", use: changes)
    }

    /// GET /metrics/collectors: those of every engine, which can be switched on and off, and the tenant's own that run.
    @Sendable func catalogue(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewMetrics)
        let own = try await databases.read(context.requireTenant()) { try CustomCollector.all(on: $0) }.filter(\.enabled)
        let all = EngineKind.allCases.flatMap { CollectorCatalogue.of($0) } + own.map(\.definition)
        return try json(
            all.map {
                CatalogueEntry(
                    name: $0.name, title: $0.title, engine: $0.engine.rawValue, purpose: $0.purpose, cadence: $0.cadence.rawValue,
                    cost: $0.cost, isCustom: $0.isCustom)
            })
    }

    /// GET /servers/{id}/collectors. 404.
    @Sendable func list(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewMetrics)
        let id = try context.id("serverId", of: Server.self)
        let all = try await databases.read(context.requireTenant()) { try CollectorStatusSQL.all(of: id, on: $0) }
        var writer = JSONWriter(reserve: all.count * 512)
        writer.beginArray()
        let now = Date()
        for status in all {
            writer.beginObject()
            status.write(to: &writer, now: now)
            writer.endObject()
        }
        writer.endArray()
        return json(bytes: writer.bytes)
    }

    /// GET /servers/{id}/collectors/{name}: the newest rows. 404.
    @Sendable func one(request: Request, context: AppRequestContext) async throws -> Response {
        let caller = try context.caller(may: .viewMetrics)
        let id = try context.id("serverId", of: Server.self)
        let name = try name(context)
        let (status, rows, shown) = try await databases.read(context.requireTenant()) { session in
            let (status, rows) = try CollectorStatusSQL.one(name, of: id, on: session)
            let maySee = caller.may(.viewQueryText)
            return (status, rows, try ShownRows(status.definition, of: id, showing: rows, maySeeQueries: maySee, on: session))
        }
        var writer = JSONWriter(reserve: 4096)
        writer.beginObject()
        status.write(to: &writer, now: Date())
        shown.writeColumns(to: &writer)
        writer.key("rows")
        shown.write(rows, to: &writer)
        writer.endObject()
        return json(bytes: writer.bytes)
    }

    /// GET /servers/{id}/collectors/{name}/history: the rows of earlier runs, newest first. 400, 404.
    @Sendable func history(request: Request, context: AppRequestContext) async throws -> Response {
        let caller = try context.caller(may: .viewMetrics)
        let id = try context.id("serverId", of: Server.self)
        let name = try name(context)
        let query = QueryReader(request)
        let limit = query.limit(default: 50, max: Self.listCountMax)
        let before = query.date("before") ?? .distantFuture
        try query.finish()
        let (runs, shown) = try await databases.read(context.requireTenant()) { session in
            let (definition, runs) = try CollectorStatusSQL.history(name, of: id, before: before, limit: limit, on: session)
            let (rows, maySee) = (runs.lazy.flatMap(\.rows), caller.may(.viewQueryText))
            return (runs, try ShownRows(definition, of: id, showing: rows, maySeeQueries: maySee, on: session))
        }
        var writer = JSONWriter(reserve: 4096)
        writer.beginArray()
        for run in runs {
            writer.beginObject()
            writer.key("collectedAt")
            writer.date(run.collectedAt)
            writer.key("rows")
            shown.write(run.rows, to: &writer)
            writer.endObject()
        }
        writer.endArray()
        return json(bytes: writer.bytes)
    }

    /// GET /servers/{id}/collectors/{name}/moments: when runs were kept, newest first, without their rows. 400, 404.
    @Sendable func moments(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewMetrics)
        let id = try context.id("serverId", of: Server.self)
        let name = try name(context)
        let query = QueryReader(request)
        let limit = query.limit(default: Self.listCountMax, max: Self.listCountMax)
        let (from, to) = (query.date("from") ?? .distantPast, query.date("to") ?? .distantFuture)
        try query.finish()
        return try json(
            await databases.read(context.requireTenant()) {
                try CollectorStatusSQL.moments(name, of: id, from: from, to: to, limit: limit, on: $0)
            })
    }

    /// GET /servers/{id}/changes: what changed on the server, newest first. 400, 404.
    @Sendable func changes(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewMetrics)
        let id = try context.id("serverId", of: Server.self)
        let query = QueryReader(request)
        let limit = query.limit(default: 50, max: Self.listCountMax)
        var wanted = ChangeSQL.Request()
        wanted.before = query.date("before") ?? .distantFuture
        wanted.collector = query.string("collector", 1...63)
        if let cursor = query.cursor(sort: "newest", count: 2) {
            if let time = cursor.values[0].int, let id = cursor.values[1].int {
                wanted.after = ChangeSQL.Place(changedAt: Date(timeIntervalSince1970: Double(time) / 1_000_000), id: id)
            } else {
                query.fail("cursor", "is not a cursor of this list")
            }
        }
        try query.finish()
        let (found, total) = try await databases.read(context.requireTenant()) { [wanted] in
            try ChangeSQL.list(id, wanted, limit: limit + 1, on: $0)
        }
        let next = found.count > limit ? Self.cursor(after: found[limit - 1]) : nil
        return try Page(items: Array(found.prefix(limit)), nextCursor: next, total: total).response(to: request)
    }

    /// Times go through the cursor as whole microseconds, which is how exactly PostgreSQL keeps them.
    private static func cursor(after change: ChangeEntry) -> Cursor {
        let microseconds = Int64((change.changedAt.timeIntervalSince1970 * 1_000_000).rounded())
        return Cursor(sort: "newest", values: [.int(microseconds), .int(change.id)])
    }

    private func name(_ context: AppRequestContext) throws -> String {
        guard let name = context.parameters.get("collector"), name.utf8.count <= 63 else { throw AppError.notFound("The collector") }
        return name
    }
}

private struct CatalogueEntry: Encodable {
    let name, title, engine, purpose, cadence, cost: String
    let isCustom: Bool
}

extension CollectorStatus {
    /// The members of an object that is open.
    fileprivate func write(to writer: inout JSONWriter, now: Date) {
        func text(_ value: String?) { if let value { writer.string(value) } else { writer.null() } }
        func date(_ value: Date?) { if let value { writer.date(value) } else { writer.null() } }
        func int(_ value: Int?) { if let value { writer.int(value) } else { writer.null() } }
        writer.key("name")
        writer.string(definition.name)
        writer.key("isCustom")
        writer.bool(definition.isCustom)
        writer.key("title")
        writer.string(definition.title)
        writer.key("purpose")
        writer.string(definition.purpose)
        writer.key("permissions")
        writer.string(definition.permissions)
        writer.key("cost")
        writer.string(definition.cost)
        writer.key("cadence")
        writer.string(definition.cadence.rawValue)
        writer.key("intervalSeconds")
        writer.int(intervalSeconds)
        writer.key("enabled")
        writer.bool(isEnabled)
        writer.key("keep")
        writer.string(definition.keep.rawValue)
        writer.key("columnCount")
        writer.int(definition.columns.count)
        writer.key("state")
        writer.string(state.rawValue)
        writer.key("message")
        text(message)
        writer.key("attemptedAt")
        date(attemptedAt)
        writer.key("collectedAt")
        date(collectedAt)
        writer.key("isStale")
        writer.bool(isStale(now: now))
        writer.key("durationMs")
        int(durationMs)
        writer.key("rowCount")
        int(rowCount)
        writer.key("failuresInARow")
        writer.int(failuresInARow)
    }
}
