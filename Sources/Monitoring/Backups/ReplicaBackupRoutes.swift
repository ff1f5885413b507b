import Fleet
import Foundation
package import Hummingbird
package import Platform
import Primitives

/// `/servers/{id}/replica-backups`: what other replicas of the server's availability groups hold of backups.
package struct ReplicaBackupRoutes: Sendable {
    private let databases: TenantDatabases
    package init(databases: TenantDatabases) { self.databases = databases }

    package func add(to group: RouterGroup<AppRequestContext>) {
        group.get("servers/:serverId/replica-backups", use: list)
    }

    /// GET /servers/{id}/replica-backups. 404.
    @Sendable func list(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewMetrics)
        let id = try context.id("serverId", of: Server.self)
        let all = try await databases.read(context.requireTenant()) { try ReplicaBackupSQL.read(of: id, now: Date(), on: $0) }
        var writer = JSONWriter(reserve: 64 + all.count * 400)
        writer.beginArray()
        for backup in all { backup.write(to: &writer) }
        writer.endArray()
        return json(bytes: writer.bytes)
    }
}
