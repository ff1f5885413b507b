package import Foundation
package import Primitives

/// Who does something.
package struct Actor: Sendable, Equatable {
    /// Nil for the program itself and the command line.
    package var userID: UUID?
    /// An e-mail address, "system" or "command line".
    package var name: String
    package var address: String?
    package var requestID: String?

    package init(userID: UUID? = nil, name: String, address: String? = nil, requestID: String? = nil) {
        self.userID = userID
        self.name = name
        self.address = address
        self.requestID = requestID
    }

    package static let system = Actor(name: "system")
    package static let commandLine = Actor(name: "command line")
}

/// One entry of the activity log (PRD 4.15): what was done, to what, by whom. Secrets never stand in `details`; a changed one is the
/// word "changed".
package struct Activity: Sendable {
    /// As PRD 4.15-3 names them: `server_added`, `server_deleted`, `group_created`, `config_changed`, ...
    package var action: String
    /// "server", "group", "tenant", ...
    package var entityType: String
    package var entityID: UUID?
    package var entityName: String
    package var actor: Actor
    package var details: JSONValue

    package init(_ action: String, entityType: String, entityID: UUID?, entityName: String, actor: Actor, details: JSONValue = [:]) {
        self.action = action
        self.entityType = entityType
        self.entityID = entityID
        self.entityName = entityName
        self.actor = actor
        self.details = details
    }
}

/// A stored entry.
package struct ActivityEntry: Sendable {
    /// How long the installation's own log is kept; a tenant's is as its settings say.
    package static let installationDays = 365
    static let deleteCountMax = 10_000

    package typealias ID = Primitives.ID<ActivityEntry>
    package let id: ID
    package let activity: Activity
    package let createdAt: Date
}

/// Which entries to list: all that is given must hold.
package struct ActivityFilter: Sendable {
    /// Any of them; empty lets all through.
    package var actions: [String] = []
    package var entityType: String?
    package var entityID: UUID?
    /// Part of the actor's name or address, or its user's id.
    package var actor: String?
    package var from: Date?
    package var to: Date?
    /// Looks in actions, names and details, without regard to case.
    package var text: String?
    /// Entries older than this one only: the cursor.
    package var before: (createdAt: Date, id: ActivityEntry.ID)?
    package init() {}
}
