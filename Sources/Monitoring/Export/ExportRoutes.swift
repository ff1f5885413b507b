import Engines
import Foundation
package import Hummingbird
package import Platform

/// `/metrics/export`: a tenant's latest values for Prometheus, which brings an API key along.
package struct ExportRoutes: Sendable {
    private let databases: TenantDatabases
    package init(databases: TenantDatabases) { self.databases = databases }

    package func add(to group: RouterGroup<AppRequestContext>) { group.get("metrics/export", use: export) }

    /// What `collector` says for all of them.
    private static let allCollectors = "*"

    /// GET /metrics/export: the core of every server, and the series of the collectors that are named; `*` names all. 200 in Prometheus'
    /// text format. 400.
    @Sendable func export(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewMetrics)
        let query = QueryReader(request)
        let collectors = query.strings("collector", length: 1...63)
        let tenant = try context.requireTenant()
        let names = collectors.contains(Self.allCollectors) ? nil : collectors
        var unknown = Set(collectors).subtracting(CollectorCatalogue.names).subtracting([Self.allCollectors])
        if !unknown.isEmpty { unknown.subtract(try await databases.read(tenant) { try CustomCollector.all(on: $0) }.map(\.name)) }
        for name in unknown.sorted() { query.fail("collector", "\(name) is no collector; see /servers/{id}/collectors") }
        try query.finish()
        let (readings, series) = try await databases.read(tenant) {
            (try LatestReading.all(on: $0), try LatestSeries.all(names, now: Date(), on: $0))
        }
        return text(LatestReading.page(readings) + LatestSeries.page(series), type: "text/plain; version=0.0.4; charset=utf-8")
    }
}
