import Engines
import Fleet
import Foundation
package import Hummingbird
package import Platform
import Primitives

/// `/servers/{id}/series`: what a collector's metric was over time, a series for each row of its answer.
package struct CollectorSeriesRoutes: Sendable {
    /// Series in one answer.
    package static let seriesCountMax = 20

    private let databases: TenantDatabases
    package init(databases: TenantDatabases) { self.databases = databases }

    package func add(to group: RouterGroup<AppRequestContext>) { group.get("servers/:serverId/series", use: series) }

    /// GET /servers/{id}/series: those with the largest averages, or with `order=asc` the smallest; `X-Total-Count` says how many there
    /// are. 400, 404.
    @Sendable func series(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewMetrics)
        let id = try context.id("serverId", of: Server.self)
        let query = QueryReader(request)
        let metric = query.string("metric", 1...63)
        if metric == nil, !query.isPresent("metric") { query.fail("metric", "is required") }
        let labels = Self.labels(query)
        let top = query.int("top", 1...Self.seriesCountMax) ?? 10
        let order = query.order(default: .descending)
        let (from, to) = MetricRoutes.stretch(query, now: Date())
        let step = query.int("interval", 10...86_400)
        try query.finish()
        let found = try await databases.read(context.requireTenant()) { session in
            try CollectorSeries.read(id, metric: metric ?? "", labels: labels, from: from, to: to, step: step, on: session)
        }
        var writer = JSONWriter(reserve: 4_096)
        writer.beginArray()
        for one in (order == .ascending ? found.series.reversed() : found.series).prefix(top) { one.write(found, to: &writer) }
        writer.endArray()
        return json(bytes: writer.bytes, headers: [.totalCount: String(found.series.count)])
    }

    /// `label=name:value`, repeated; a value may hold colons and commas.
    private static func labels(_ query: QueryReader) -> [String: String] {
        var labels: [String: String] = [:]
        for text in query.texts("label", length: 1...400) {
            let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 {
                labels[String(parts[0])] = String(parts[1])
            } else {
                query.fail("label", "is a name and a value with a colon between")
            }
        }
        return labels
    }
}

/// Series of a collector's metric, the largest averages first.
struct CollectorSeries: Sendable {
    var column: CollectorColumn
    /// By their names: several may have the metric, each with labels of its own.
    var definitions: [String: CollectorDefinition]
    var request: SeriesRequest
    var intervalSeconds: Int
    var series: [LabelledSeries]

    /// Throws `.validation` for a metric that no collector of the server's engine has, `.notFound`, and `PostgresError`.
    static func read(
        _ server: Server.ID, metric: String, labels: [String: String], from: Date, to: Date, step: Int?, on session: TenantSession
    ) throws -> CollectorSeries {
        let host = try CollectorStatusSQL.host(server, on: session)
        let definitions =
            try CollectorCatalogue.of(host.engine).filter { $0.columns.contains { $0.metric == metric } }
            + CustomCollector.having(metric, host.engine, on: session)
        guard let column = definitions.first?.columns.first(where: { $0.metric == metric }) else {
            throw AppError.validation(
                field: "metric", reason: "is no metric of this server's collectors; /servers/{id}/collectors/{name} names them")
        }
        // Nearly always one collector has the metric: then nobody need be asked which are here.
        let present = definitions.count > 1 ? try CollectorStatusSQL.present(server, on: session) : []
        let here = definitions.filter { present.contains($0.name) }
        let interval =
            (here.isEmpty ? definitions : here).map { $0.cadence.seconds(intervalSeconds: host.intervalSeconds) }.min()
            ?? host.intervalSeconds
        guard let request = SeriesRequest.fitting(from: from, to: to, intervalSeconds: interval, given: step) else {
            throw AppError.validation(
                field: "interval", reason: "makes more than \(SeriesRequest.pointCountMax) points; take a longer one, or none")
        }
        let byName = Dictionary(definitions.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var found = CollectorSeries(
            column: column, definitions: byName, request: request, intervalSeconds: request.stepSeconds ?? interval, series: [])
        guard let id = try LayoutSQL.metricIDs(named: [metric], on: session)[metric] else { return found }
        let reading = SeriesReading(server: server, metrics: [id], request: request, lookbackSeconds: Double(2 * interval))
        found.series = try SeriesReader.read(reading, on: session) { collector, values in
            guard let definition = byName[collector] else { return false }
            let own = Dictionary(zip(definition.labelNames, values), uniquingKeysWith: { first, _ in first })
            return labels.allSatisfy { own[$0.key] == $0.value }
        }
        found.series = found.series.filter { !$0.points.isEmpty }.sorted { ($0.average, $1.name) > ($1.average, $0.name) }
        return found
    }
}

extension LabelledSeries {
    fileprivate var name: String { labels.joined(separator: "\n") }

    fileprivate var average: Double {
        let values = points.map(\.average)
        return values.reduce(0, +) / Double(max(1, values.count))
    }

    fileprivate func write(_ found: CollectorSeries, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("metric")
        writer.string(found.column.metric ?? "")
        writer.key("kind")
        writer.string(found.column.kind.rawValue)
        writer.key("unit")
        writer.string((found.column.unit ?? "count") + (isCounter ? "/s" : ""))
        writer.key("collector")
        writer.string(collector)
        writer.key("labels")
        writer.beginObject()
        for (name, value) in zip(found.definitions[collector]?.labelNames ?? [], labels) {
            writer.key(text: name)
            writer.string(value)
        }
        writer.endObject()
        writer.key("interval")
        writer.int(Series.intervalSeconds(step: stepSeconds ?? found.request.stepSeconds, usual: found.intervalSeconds, points))
        writer.key("from")
        writer.date(found.request.from)
        writer.key("to")
        writer.date(found.request.to)
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
