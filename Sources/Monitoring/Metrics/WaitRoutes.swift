import Engines
import Fleet
import Foundation
package import Hummingbird
package import Platform
import Primitives

/// `/servers/{id}/waits`: what a server's tasks waited for.
package struct WaitRoutes: Sendable {
    private let databases: TenantDatabases
    package init(databases: TenantDatabases) { self.databases = databases }

    package func add(to group: RouterGroup<AppRequestContext>) { group.get("servers/:serverId/waits", use: read) }

    /// GET /servers/{id}/waits: by category over time, and the types that took longest (PRD 3.4-5). 400, 404.
    @Sendable func read(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewMetrics)
        let id = try context.id("serverId", of: Server.self)
        let query = QueryReader(request)
        let (from, to) = MetricRoutes.stretch(query, now: Date())
        let benign = query.bool("benign") ?? false
        let topCount = query.int("top", 1...WaitHistory.topCountMax) ?? WaitHistory.topCountDefault
        try query.finish()
        let (history, stretch) = try await databases.read(context.requireTenant()) { session in
            let interval = try CollectionSettings.find(id, on: session).intervalSeconds
            guard let stretch = SeriesRequest.fitting(from: from, to: to, intervalSeconds: interval, given: nil) else {
                throw AppError.validation(field: "from", reason: "makes a stretch that is too long")
            }
            let history = try WaitHistory.read(
                id, stretch, intervalSeconds: interval, benign: benign, topCount: topCount, on: session)
            return (history, stretch)
        }
        var writer = JSONWriter(reserve: history.categories.reduce(1024) { $0 + $1.points.count * 48 })
        history.write(stretch, to: &writer)
        return json(bytes: writer.bytes)
    }
}

extension WaitHistory {
    fileprivate func write(_ stretch: SeriesRequest, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("interval")
        writer.int(intervalSeconds)
        writer.key("from")
        writer.date(stretch.from)
        writer.key("to")
        writer.date(stretch.to)
        writer.key("categories")
        writer.beginArray()
        for category in categories {
            writer.beginObject()
            writer.key("name")
            writer.string(category.name.rawValue)
            writer.key("points")
            writer.beginArray()
            for point in category.points {
                writer.beginArray()
                writer.date(point.at)
                writer.double(rounded(point.msPerSecond))
                writer.endArray()
            }
            writer.endArray()
            writer.endObject()
        }
        writer.endArray()
        writer.key("totalMs")
        writer.double(totalMs)
        writer.key("top")
        writer.beginArray()
        for total in top { write(total, to: &writer) }
        writer.endArray()
        writer.endObject()
    }

    private func write(_ total: Total, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("type")
        writer.string(total.type)
        writer.key("category")
        writer.string(WaitCategory(type: total.type).rawValue)
        writer.key("isBenign")
        writer.bool(WaitCategory.isBenign(total.type))
        writer.key("waitMs")
        writer.double(total.waitMs)
        writer.key("signalMs")
        writer.double(total.signalMs)
        writer.key("waitingTasks")
        writer.double(total.waitingTasks)
        writer.key("msPerSecond")
        writer.double(rounded(total.msPerSecond))
        writer.endObject()
    }

    /// To three decimals: a microsecond in a second.
    private func rounded(_ milliseconds: Double) -> Double { (milliseconds * 1000).rounded() / 1000 }
}
