package import Foundation
package import Platform
package import Primitives

/// `delete`: softly, as DELETE /servers/{id} does.
package struct BulkDelete: BulkAction {
    package let action = "delete"
    package let permission = Permission.manageServers
    package let parallelismMax = 1
    package let batchCountMax = 1_000
    package let isDatabaseOnly = true

    package init() {}

    package func title(_ options: JSONValue) -> String { "Delete servers" }

    package func keep(_ results: [ItemResult], of operation: Platform.Operation, at now: Date, on session: TenantSession) throws
        -> [ItemOutcome]
    {
        let there = try BulkSQL.lock(results.serverIDs, on: session)
        let deleted = try BulkSQL.softDelete(there, at: now, on: session)
        try session.record(
            deleted.map { server in
                Activity(
                    "server_deleted", entityType: "server", entityID: server.id.uuid, entityName: server.name, actor: operation.actor,
                    details: ["operationId": .string(operation.id.description)])
            })
        if !deleted.isEmpty { try session.publish(BulkOutcomes.event(deleted.count, of: operation)) }
        return results.map { result in
            result.item.serverID.map(there.contains) == true ? .succeeded("Deleted; it can be restored") : BulkOutcomes.gone
        }
    }
}

/// `restore`: undoes deletions. When a name has been taken since, the server gets a number behind it.
package struct BulkRestore: BulkAction {
    package let action = "restore"
    package let permission = Permission.manageServers
    package let isForDeleted = true
    package let parallelismMax = 1
    package let batchCountMax = 100
    package let isDatabaseOnly = true

    package init() {}

    package func title(_ options: JSONValue) -> String { "Restore servers" }

    package func keep(_ results: [ItemResult], of operation: Platform.Operation, at now: Date, on session: TenantSession) throws
        -> [ItemOutcome]
    {
        var activities: [Activity] = []
        let outcomes = try results.map { result -> ItemOutcome in
            guard let id = result.item.serverID else { return BulkOutcomes.gone }
            let deleted: String?
            do { deleted = try Server.lockDeleted(id, on: session) } catch let error as AppError where error.code == .notFound {
                return BulkOutcomes.gone
            }
            guard let oldName = deleted else { return .skipped("UNCHANGED", "It is not deleted") }
            let name = try ServerRoutes.freeName(like: oldName, on: session)
            try Server.restore(id, as: name, at: now, on: session)
            activities.append(
                Activity(
                    "server_restored", entityType: "server", entityID: id.uuid, entityName: name, actor: operation.actor,
                    details: ["operationId": .string(operation.id.description), "before": ["name": .string(oldName)]]))
            return .succeeded(name == oldName ? "Restored" : "Restored as “\(name)”: its old name has been taken since")
        }
        try session.record(activities)
        if !activities.isEmpty { try session.publish(BulkOutcomes.event(activities.count, of: operation)) }
        return outcomes
    }
}
