import Platform
import Primitives

extension Server {
    /// The entry of the activity log for something done to this server.
    func activity(_ action: String, by actor: Actor, details: [String: JSONValue] = [:]) -> Activity {
        Activity(action, entityType: "server", entityID: id.uuid, entityName: configuration.name, actor: actor, details: .object(details))
    }

    /// What changed from `before`, for the activity log: only the fields that differ, a password as a word.
    func changes(from before: Server) -> [String: JSONValue] {
        let (old, new) = (before.configuration.audit, configuration.audit)
        let names = new.keys.filter { old[$0] != new[$0] }
        var changed: [String: JSONValue] = [
            "before": .object(old.filter { names.contains($0.key) }), "after": .object(new.filter { names.contains($0.key) }),
            "revision": .int(revision),
        ]
        if before.sealedPassword != sealedPassword { changed["password"] = .string(sealedPassword == nil ? "removed" : "changed") }
        return changed
    }
}

extension Activity {
    /// For the details of an entry about several servers: their ids, by which each one's page finds it, and beside them the revisions that
    /// the change gave them.
    static func servers(_ revisions: [Server.ID: Int64]) -> [String: JSONValue] {
        let ids = revisions.keys.sorted()
        return [
            "serverIds": .array(ids.map { .string($0.description) }), "revisions": .array(ids.map { .int(revisions[$0] ?? 0) }),
        ]
    }
}

extension Event {
    /// What the event stream says of a server: it is there, it changed, it is gone.
    static func server(_ topic: String, _ id: Server.ID, name: String) -> Event {
        Event(topic, entityID: id.uuid, payload: ["serverId": .string(id.description), "name": .string(name)])
    }
}
