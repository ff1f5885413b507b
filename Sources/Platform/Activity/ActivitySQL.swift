import Postgres
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
        if let action = filter.action { sql = sql + " AND action = \(action)" }
        if let entityType = filter.entityType { sql = sql + " AND entity_type = \(entityType)" }
        if let entityID = filter.entityID { sql = sql + " AND entity_id = \(entityID)" }
        if let from = filter.from { sql = sql + " AND created_at >= \(from)" }
        if let to = filter.to { sql = sql + " AND created_at < \(to)" }
        if let text = filter.text {
            let pattern = "%" + text.replacing("\\", with: "\\\\").replacing("%", with: "\\%").replacing("_", with: "\\_") + "%"
            sql = sql + " AND (entity_name ILIKE \(pattern) OR actor_name ILIKE \(pattern) OR details::text ILIKE \(pattern))"
        }
        return sql
    }

    /// The newest `limit` entries that `filter` lets through, newest first.
    package static func list(_ filter: ActivityFilter, limit: Int, on session: TenantSession) throws -> [ActivityEntry] {
        var conditions = conditions(filter)
        if let before = filter.before { conditions = conditions + " AND (created_at, id) < (\(before.createdAt), \(before.id))" }
        return try session.rows(
            """
            SELECT id, action, entity_type, entity_id, entity_name, actor_id, actor_name, actor_address, request_id, details, created_at
            FROM platform.activity_log
            \(conditions)
            ORDER BY created_at DESC, id DESC
            LIMIT \(limit)
            """
        ).map(ActivityEntry.init)
    }

    /// How many entries `filter` lets through, whatever the cursor.
    package static func count(_ filter: ActivityFilter, on session: TenantSession) throws -> Int {
        try session.rows("SELECT count(*) FROM platform.activity_log \(conditions(filter))")[0].decode(0)
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
