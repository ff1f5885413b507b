package import Foundation
package import Postgres
import Primitives

extension Activity {
    /// Adds the entry, in whatever transaction is open on `connection`. The same table stands in the system database and in every
    /// tenant's.
    func insert(on connection: PostgresConnection) throws {
        try connection.execute(
            """
            INSERT INTO platform.activity_log
                (id, action, entity_type, entity_id, entity_name, actor_id, actor_name, actor_address, request_id, details)
            VALUES (\(ActivityEntry.ID()), \(action), \(entityType), \(entityID), \(entityName), \(actor.userID), \(actor.name),
                \(actor.address), \(actor.requestID), \(details))
            """)
    }
}

extension Activity {
    /// Adds many entries at once, in whatever transaction is open on `connection`.
    static func insert(_ activities: [Activity], on connection: PostgresConnection) throws {
        guard !activities.isEmpty else { return }
        try connection.copyIn(
            "platform.activity_log",
            columns: [
                "id", "action", "entity_type", "entity_id", "entity_name", "actor_id", "actor_name", "actor_address", "request_id", "details",
            ]
        ) { writer in
            for activity in activities {
                try writer.beginRow()
                writer.append(ActivityEntry.ID())
                writer.append(activity.action)
                writer.append(activity.entityType)
                writer.append(activity.entityID)
                writer.append(activity.entityName)
                writer.append(activity.actor.userID)
                writer.append(activity.actor.name)
                writer.append(activity.actor.address)
                writer.append(activity.actor.requestID)
                writer.append(activity.details)
            }
        }
    }
}

extension ActivityEntry {
    private static func conditions(_ filter: ActivityFilter) -> SQL {
        var sql: SQL = "WHERE true"
        if filter.actions.count == 1 { sql = sql + " AND action = \(filter.actions[0])" }
        if filter.actions.count > 1 { sql = sql + " AND action = ANY(\(filter.actions))" }
        if let entityType = filter.entityType { sql = sql + " AND entity_type = \(entityType)" }
        if let entityID = filter.entityID {
            // An entry about several servers names them in its details; the index of m0009 asks for both conditions on them.
            let id = JSONValue.array([.string(entityID.uuidString.lowercased())])
            sql = sql + " AND (entity_id = \(entityID) OR details ? 'serverIds' AND details->'serverIds' @> \(id))"
        }
        if let actor = filter.actor {
            sql =
                if let id = UUID(uuidString: actor) { sql + " AND actor_id = \(id)" } else {
                    sql + " AND (actor_name ILIKE \(LikePattern.containing(actor)) OR actor_address = \(actor))"
                }
        }
        if let from = filter.from { sql = sql + " AND created_at >= \(from)" }
        if let to = filter.to { sql = sql + " AND created_at < \(to)" }
        if let text = filter.text {
            let pattern = LikePattern.containing(text)
            sql =
                sql + """
                     AND (entity_name ILIKE \(pattern) OR actor_name ILIKE \(pattern) OR replace(action, '_', ' ') ILIKE \(pattern)
                        OR action ILIKE \(pattern) OR details::text ILIKE \(pattern))
                    """
        }
        return sql
    }

    /// The newest `limit` entries that `filter` lets through, newest first.
    package static func list(_ filter: ActivityFilter, limit: Int, on session: TenantSession) throws -> [ActivityEntry] {
        try session.rows(listing(filter, limit: limit)).map(ActivityEntry.init)
    }

    /// As above, of the installation's own log.
    static func list(_ filter: ActivityFilter, limit: Int, on session: SystemSession) throws -> [ActivityEntry] {
        try session.rows(listing(filter, limit: limit)).map(ActivityEntry.init)
    }

    /// The statement of `list`; apart, so that its plan can be tested.
    package static func listing(_ filter: ActivityFilter, limit: Int) -> SQL {
        var conditions = conditions(filter)
        if let before = filter.before { conditions = conditions + " AND (created_at, id) < (\(before.createdAt), \(before.id))" }
        return """
            SELECT id, action, entity_type, entity_id, entity_name, actor_id, actor_name, actor_address, request_id, details, created_at
            FROM platform.activity_log
            \(conditions)
            ORDER BY created_at DESC, id DESC
            LIMIT \(limit)
            """
    }

    /// How many entries `filter` lets through, whatever the cursor.
    package static func count(_ filter: ActivityFilter, on session: TenantSession) throws -> Int {
        try session.rows("SELECT count(*) FROM platform.activity_log \(conditions(filter))")[0].decode(0)
    }

    /// As above, of the installation's own log.
    static func count(_ filter: ActivityFilter, on session: SystemSession) throws -> Int {
        try session.rows("SELECT count(*) FROM platform.activity_log \(conditions(filter))")[0].decode(0)
    }

    /// When the newest entry was made; nil for an empty log.
    static func newestAt(on session: TenantSession) throws -> Date? {
        try session.rows("SELECT created_at FROM platform.activity_log ORDER BY created_at DESC LIMIT 1").first?.decode(0)
    }

    /// Deletes what is older than the installation keeps of its own log, a batch. Returns how many rows went.
    static func deleteOld(now: Date, on session: SystemSession) throws -> Int {
        let oldest = now - Double(installationDays) * 86_400
        return try session.execute(
            """
            DELETE FROM platform.activity_log
            WHERE id IN (SELECT id FROM platform.activity_log WHERE created_at < \(oldest) ORDER BY created_at LIMIT \(deleteCountMax))
            """)
    }

    private init(_ row: PostgresRow) throws {
        let actor = Actor(
            userID: try row.decode("actor_id"), name: try row.decode("actor_name"), address: try row.decode("actor_address"),
            requestID: try row.decode("request_id"))
        self.init(
            id: try row.decode("id"),
            activity: Activity(
                try row.decode("action"), entityType: try row.decode("entity_type"), entityID: try row.decode("entity_id"),
                entityName: try row.decode("entity_name"), actor: actor, details: try row.decode("details")),
            createdAt: try row.decode("created_at"))
    }
}

/// The months of a tenant's log. The functions are the owner's (m0008): the run-time role may call them and nothing else.
package enum ActivityPartitions {
    /// Months made ahead, the present one included.
    package static let monthsAhead = 3
    /// Rows of the month at the edge that one pass deletes; the next one goes on.
    static let deleteCountMax = 10_000

    /// Makes the partitions of `months` months from the month of `date` on (UTC). Returns how many are new.
    @discardableResult package static func make(from date: Date, months: Int = monthsAhead, on session: TenantSession) throws -> Int {
        try session.rows("SELECT platform.make_activity_partitions((\(date) AT TIME ZONE 'UTC')::date, \(Int32(months)))")[0].decode(0)
    }

    /// Removes what is older than the tenant's settings keep, by the database's clock.
    package static func expire(on session: TenantSession) throws -> (partitions: Int, rows: Int) {
        let row = try session.rows("SELECT partitions, rows_deleted FROM platform.expire_activity(\(Int32(deleteCountMax)))")[0]
        return (try row.decode("partitions"), try row.decode("rows_deleted"))
    }
}
