import Fleet
import Foundation
package import Hummingbird
package import Platform
import Primitives

/// `/servers/{id}/metrics`, `/metrics/servers/{id}/history` and `/metrics/types|stats`: samples over time.
package struct MetricRoutes: Sendable {
    private let databases: TenantDatabases
    package init(databases: TenantDatabases) { self.databases = databases }

    package func add(to group: RouterGroup<AppRequestContext>) {
        group.get("servers/:serverId/metrics", use: series)
        group.get("metrics/servers/:serverId/history", use: history)
        group.get("metrics/types", use: types)
        group.get("metrics/stats", use: statistics)
    }

    /// GET /servers/{id}/metrics: at most 500 points a series. 400, 404.
    @Sendable func series(request: Request, context: AppRequestContext) async throws -> Response {
        let (series, request) = try await read(request, context, needsMetric: true)
        return answer(series, request, isList: series.count > 1)
    }

    /// GET /metrics/servers/{id}/history: the same as a list; every metric unless some are named. 400, 404.
    @Sendable func history(request: Request, context: AppRequestContext) async throws -> Response {
        let (series, request) = try await read(request, context, needsMetric: false)
        return answer(series, request, isList: true)
    }

    private func read(
        _ request: Request, _ context: AppRequestContext, needsMetric: Bool
    ) async throws -> ([Series], SeriesRequest) {
        try context.caller(may: .viewMetrics)
        let id = try context.id("serverId", of: Server.self)
        let query = QueryReader(request)
        let names = query.strings("metric")
        var metrics = names.compactMap { MetricType.named($0) }
        if metrics.count != names.count { query.fail("metric", "must be one of " + MetricType.all.map(\.name).joined(separator: ", ")) }
        if names.isEmpty {
            if needsMetric { query.fail("metric", "is required") }
            metrics = MetricType.all
        }
        if names.count > SeriesRequest.metricCountMax { query.fail("metric", "must have at most \(SeriesRequest.metricCountMax) entries") }
        let (from, to) = Self.stretch(query, now: Date())
        let step = query.int("interval", 10...86_400)
        try query.finish()

        return try await databases.read(context.requireTenant()) { [metrics] session in
            let interval = try CollectionSettings.find(id, on: session).intervalSeconds
            guard let request = SeriesRequest.fitting(from: from, to: to, intervalSeconds: interval, given: step) else {
                throw AppError.validation(
                    field: "interval", reason: "makes more than \(SeriesRequest.pointCountMax) points; take a longer one, or none")
            }
            return (try Series.read(id, metrics, request, intervalSeconds: interval, on: session), request)
        }
    }

    private func answer(_ series: [Series], _ request: SeriesRequest, isList: Bool) -> Response {
        var writer = JSONWriter(reserve: series.reduce(256) { $0 + $1.points.count * 64 })
        if isList { writer.beginArray() }
        for one in series { one.write(request, to: &writer) }
        if isList { writer.endArray() }
        return json(bytes: writer.bytes)
    }

    /// `range`, or `from` and `to`; the last hour without either.
    static func stretch(_ query: QueryReader, now: Date) -> (from: Date, to: Date) {
        let (from, to) = (query.date("from"), query.date("to"))
        if from == nil, to == nil, !query.isPresent("from"), !query.isPresent("to") {
            let word = query.string("range", 1...10) ?? "1h"
            guard let seconds = SeriesRequest.rangesSeconds[word] else {
                query.fail("range", "must be one of 1h, 6h, 24h, 7d, 30d")
                return (now, now)
            }
            return (now - Double(seconds), now)
        }
        if query.isPresent("range") { query.fail("range", "goes without from and to") }
        guard let from else {
            if !query.isPresent("from") { query.fail("from", "is required together with to") }
            return (now, now)
        }
        let end = to ?? now
        let span = end.timeIntervalSince(from)
        if span <= 0 { query.fail("to", "must be after from") }
        if span > SeriesRequest.spanSecondsMax { query.fail("from", "must be at most 366 days before to") }
        return (from, end)
    }

    /// GET /metrics/types: of the core, of all collectors, and of the tenant's own.
    @Sendable func types(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewMetrics)
        let own = try await databases.read(context.requireTenant()) { try CustomCollector.all(on: $0) }.map(\.definition)
        let metrics = ListedMetric.all(own: own)
        var writer = JSONWriter(reserve: metrics.count * 256 + 2)
        writer.beginArray()
        for metric in metrics { metric.write(to: &writer) }
        writer.endArray()
        return json(bytes: writer.bytes)
    }

    /// GET /metrics/stats: what is stored, and since when (PRD 3.5-7).
    @Sendable func statistics(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewMetrics)
        return try json(await databases.read(context.requireTenant()) { try StorageStatistics.read(on: $0) })
    }
}

extension Series {
    fileprivate func write(_ request: SeriesRequest, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("metric")
        writer.string(metric.name)
        writer.key("unit")
        writer.string(metric.unit)
        writer.key("interval")
        writer.int(intervalSeconds)
        writer.key("from")
        writer.date(request.from)
        writer.key("to")
        writer.date(request.to)
        writer.key("points")
        writer.beginArray()
        for point in points {
            writer.beginArray()
            writer.date(point.at)
            writer.double(point.average)
            writer.double(point.smallest)
            writer.double(point.largest)
            writer.endArray()
        }
        writer.endArray()
        writer.endObject()
    }
}
