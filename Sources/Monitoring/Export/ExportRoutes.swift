package import Hummingbird
package import Platform

/// `/metrics/export`: a tenant's latest values for Prometheus, which brings an API key along.
package struct ExportRoutes: Sendable {
    private let databases: TenantDatabases
    package init(databases: TenantDatabases) { self.databases = databases }

    package func add(to group: RouterGroup<AppRequestContext>) { group.get("metrics/export", use: export) }

    /// GET /metrics/export. 200 in Prometheus' text format.
    @Sendable func export(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewMetrics)
        try QueryReader(request).finish()
        let readings = try await databases.read(context.requireTenant()) { try LatestReading.all(on: $0) }
        return text(LatestReading.page(readings), type: "text/plain; version=0.0.4; charset=utf-8")
    }
}
