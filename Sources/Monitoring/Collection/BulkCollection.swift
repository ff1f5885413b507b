import Fleet
package import Foundation
package import Platform
package import Primitives

/// `start-collection`, `stop-collection` and `set-interval`: how many servers are read.
package struct BulkCollection: BulkAction {
    /// What becomes of a server's collection.
    package enum Change: String, Sendable {
        case start = "start-collection"
        case stop = "stop-collection"
        case interval = "set-interval"
    }

    package let change: Change
    package let permission = Permission.manageCollection
    package let parallelismMax = 1
    package let batchCountMax = 100
    package let isDatabaseOnly = true
    package var action: String { change.rawValue }

    package init(_ change: Change) { self.change = change }

    package func options(from body: FieldReader) -> JSONValue {
        guard change == .interval else { return [:] }
        return ["intervalSeconds": .int(Int64(body.int("intervalSeconds", TenantSettings.Collection.intervalSecondsRange)))]
    }

    package func title(_ options: JSONValue) -> String {
        switch change {
        case .start: "Start collection"
        case .stop: "Stop collection"
        case .interval: "Collect every \(options["intervalSeconds"]?.int ?? 0) s"
        }
    }

    package func keep(_ results: [ItemResult], of operation: Platform.Operation, at now: Date, on session: TenantSession) throws
        -> [ItemOutcome]
    {
        let seconds = operation.options["intervalSeconds"]?.int.flatMap { Int(exactly: $0) }
        var activities: [Activity] = []
        let outcomes = try results.map { result -> ItemOutcome in
            guard let id = result.item.serverID else { return .failed("NOT_FOUND", "The server does not exist") }
            do {
                let server = try Server.lock(id, on: session)
                let before = try CollectionSettings.find(id, on: session)
                let after = changed(before, seconds)
                guard after != before else { return .skipped("UNCHANGED", "It is so already") }
                if change == .interval {
                    try after.save(for: id, at: now, on: session)
                } else {
                    try CollectionSettings.enable(after.enabled, for: id, at: now, on: session)
                }
                if before.enabled, !after.enabled { try RunSQL.forget(id, now: now, on: session) }
                activities.append(
                    Activity(
                        "config_changed", entityType: "server", entityID: id.uuid, entityName: server.configuration.name,
                        actor: operation.actor,
                        details: [
                            "what": "collection", "before": before.audit, "after": after.audit,
                            "operationId": .string(operation.id.description),
                        ]))
                return .succeeded("Changed")
            } catch let error as AppError where error.code == .notFound {
                return .failed(error)
            }
        }
        try session.record(activities)
        if !activities.isEmpty {
            try session.publish(
                Event(
                    "servers.changed", entityID: nil,
                    payload: [
                        "count": .int(Int64(activities.count)), "kind": .string(operation.kind),
                        "operationId": .string(operation.id.description),
                    ]))
        }
        return outcomes
    }

    private func changed(_ before: CollectionSettings, _ seconds: Int?) -> CollectionSettings {
        var after = before
        switch change {
        case .start: after.enabled = true
        case .stop: after.enabled = false
        case .interval: after.intervalSeconds = seconds ?? before.intervalSeconds
        }
        return after
    }
}
