package import Foundation
package import Postgres
package import Primitives

/// A change that the event stream tells about, after the transaction that made it has committed.
package struct Event: Sendable {
    /// "server.created", "server.health", ...
    package var topic: String
    package var entityID: UUID?
    package var payload: JSONValue

    package init(_ topic: String, entityID: UUID?, payload: JSONValue) {
        self.topic = topic
        self.entityID = entityID
        self.payload = payload
    }
}

/// A connection to one tenant's database, under that tenant's role, for the length of one closure.
///
/// Every query on a tenant's table takes one, and only `TenantDatabases` makes them: a query that forgets its tenant does not compile,
/// and the
/// database role makes it impossible besides. Not Sendable: it cannot leave its closure.
package final class TenantSession {
    package let tenant: Tenant
    private let connection: PostgresConnection
    /// Whether an event was written, so that readers must be woken after the commit.
    private(set) var hasEvents = false

    init(tenant: Tenant, connection: PostgresConnection) {
        self.tenant = tenant
        self.connection = connection
    }

    /// Runs one statement and returns its rows. Throws `PostgresError`.
    package func rows(_ sql: SQL) throws -> PostgresRows { try connection.rows(sql) }

    /// Runs one statement and returns how many rows it touched. Throws `PostgresError`.
    @discardableResult package func execute(_ sql: SQL) throws -> Int { try connection.execute(sql) }

    /// Copies rows into `table` and returns how many arrived. Throws `PostgresError`.
    @discardableResult package func copyIn(_ table: String, columns: [String], _ body: (inout CopyWriter) throws -> Void) throws -> Int {
        try connection.copyIn(table, columns: columns, body)
    }

    /// Runs `body` under a savepoint: what it did is undone when it throws, and the transaction goes on.
    package func savepoint<T>(_ body: () throws -> T) throws -> T { try connection.transaction(body) }

    /// Adds an entry to the tenant's activity log, in this transaction.
    package func record(_ activity: Activity) throws { try activity.insert(on: connection) }

    /// Adds many entries to the tenant's activity log, in this transaction.
    package func record(_ activities: [Activity]) throws { try Activity.insert(activities, on: connection) }

    /// Puts `event` into the outbox, in this transaction. Readers are woken after it has committed.
    package func publish(_ event: Event) throws {
        try connection.execute(
            "INSERT INTO platform.events (topic, entity_id, payload) VALUES (\(event.topic), \(event.entityID), \(event.payload))")
        hasEvents = true
    }
}
