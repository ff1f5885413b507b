package import Fleet
import Foundation
import Platform
import Primitives

/// A server's state before and after something that may have changed it.
package struct HealthChange: Sendable {
    package var server: Server.ID
    package var name: String
    package var before: ServerState
    package var after: ServerState

    /// The event on the stream; nil when neither health nor status changed.
    var event: Event? {
        let at = (after.changedAt ?? after.attemptedAt ?? Date()).rfc3339
        let id = JSONValue.string(server.description)
        if before.health != after.health {
            return Event(
                "server.health", entityID: server.uuid,
                payload: [
                    "serverId": id, "name": .string(name), "from": .string(before.health.rawValue), "to": .string(after.health.rawValue),
                    "status": .string(after.status.rawValue), "reasons": .array(after.reasons.map { .string($0) }), "at": at,
                ])
        }
        guard before.status != after.status else { return nil }
        return Event(
            "server.status", entityID: server.uuid,
            payload: [
                "serverId": id, "name": .string(name), "from": .string(before.status.rawValue), "to": .string(after.status.rawValue),
                "at": at,
            ])
    }
}

extension Date {
    fileprivate var rfc3339: JSONValue { .string(RFC3339.string(self)) }
}
