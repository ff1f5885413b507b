import Engines
import Fleet
import Foundation
package import Hummingbird
package import Platform
import Primitives

/// `/servers/{id}/plans/{planId}`: the plan of a query that was seen running.
package struct QueryPlanRoutes: Sendable {
    private let databases: TenantDatabases
    package init(databases: TenantDatabases) { self.databases = databases }

    package func add(to group: RouterGroup<AppRequestContext>) {
        group.get("servers/:serverId/plans/:planId", use: plan)
    }

    /// GET /servers/{id}/plans/{planId}: XML, without literals unless the tenant shows them, for who may see texts of queries. 403, 404.
    @Sendable func plan(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewQueryText)
        let id = try context.id("serverId", of: Server.self)
        let name = context.parameters.get("planId").flatMap { $0.removingPercentEncoding } ?? ""
        guard let reference = QueryReference(.plan, name) else { throw AppError.notFound("The plan") }
        let (stored, showsLiterals) = try await databases.read(context.requireTenant()) { session in
            (
                try QueryDetailSQL.plan(reference.name, of: id, on: session), try TenantSettings.read(on: session).queries.showsLiterals
            )
        }
        guard let stored else { throw AppError.notFound("The plan") }
        // Only SQL Server's rows name plans so far.
        // What is no plain XML is not shown with its literals either: browsers and other tools read it.
        guard let redacted = QueryPlanText.redacted(stored.body, engine: .sqlserver) else {
            throw AppError.notFound("A plan that can be shown without its literals")
        }
        let plan = showsLiterals ? stored.body : redacted
        return try json(ShownPlan(id: reference.name, plan: plan, literalsHidden: !showsLiterals, seenAt: stored.seenAt))
    }
}

private struct ShownPlan: Encodable {
    let id: String
    let plan: String
    let literalsHidden: Bool
    let seenAt: Date
}
