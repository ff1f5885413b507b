import Foundation
package import Hummingbird
package import Platform

/// `/collection/status`: whether the servers are being read.
package struct CollectionStatusRoutes: Sendable {
    private let databases: TenantDatabases
    package init(databases: TenantDatabases) { self.databases = databases }

    package func add(to group: RouterGroup<AppRequestContext>) { group.get("collection/status", use: read) }

    /// GET /collection/status. The figures are the installation's: collectors read all tenants' servers.
    @Sendable func read(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewMetrics)
        _ = try context.requireTenant()
        return try json(await CollectionStatus.read(on: databases.system, now: Date()))
    }
}
