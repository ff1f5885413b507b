package import Foundation
package import Platform
import Postgres
import Primitives

extension Label {
    private static let columns: SQL = """
        l.id, l.name, l.color,
            (SELECT count(*) FROM fleet.server_labels m
                JOIN fleet.servers s ON s.id = m.server_id AND s.deleted_at IS NULL WHERE m.label_id = l.id)
                AS server_count
        """

    /// The label, locked until the transaction ends. Throws `.notFound`.
    package static func lock(_ id: ID, on session: TenantSession) throws -> Label {
        guard let row = try session.rows("SELECT \(columns) FROM fleet.labels l WHERE l.id = \(id) FOR UPDATE OF l").first else {
            throw AppError.notFound("The label")
        }
        return try Label(row)
    }

    /// Labels by name, those after `after`, and how many there are in all.
    package static func list(search: String?, after: Cursor?, limit: Int, on session: TenantSession) throws -> (labels: [Label], total: Int)
    {
        var conditions: SQL = "WHERE true"
        if let search { conditions = conditions + " AND l.name ILIKE \(LikePattern.containing(search))" }
        var page = conditions
        if let after, let name = after.values.first?.string, let id = after.values.last?.string.flatMap({ ID(text: $0) }) {
            page = page + " AND (lower(l.name), l.id) > (\(name), \(id))"
        }
        let rows = try session.rows("SELECT \(columns) FROM fleet.labels l \(page) ORDER BY lower(l.name), l.id LIMIT \(limit)")
        let total: Int = try session.rows("SELECT count(*) FROM fleet.labels l \(conditions)")[0].decode(0)
        return (try rows.map(Label.init), total)
    }

    /// Where the page after this label begins.
    package static func cursor(after label: Label, on session: TenantSession) throws -> Cursor {
        Cursor(
            sort: "name", values: [.string(try session.rows("SELECT lower(\(label.name))")[0].decode(0)), .string(label.id.description)])
    }

    /// Adds the label. Throws `.conflict` when the name is taken.
    package func insert(at now: Date, on session: TenantSession) throws {
        try nameTaken {
            try session.execute("INSERT INTO fleet.labels (id, name, color, created_at) VALUES (\(id), \(name), \(color), \(now))")
        }
    }

    /// Writes name and colour. Throws `.conflict` when the name is taken.
    package func save(on session: TenantSession) throws {
        try nameTaken { try session.execute("UPDATE fleet.labels SET name = \(name), color = \(color) WHERE id = \(id)") }
    }

    /// Removes the label from everywhere.
    package func delete(on session: TenantSession) throws { try session.execute("DELETE FROM fleet.labels WHERE id = \(id)") }

    /// The ids of the labels called `names`; those that do not exist are made, each with a colour of its own.
    package static func ensure(_ names: [String], at now: Date, on session: TenantSession) throws -> [ID] {
        let names = distinct(names)
        try session.execute(
            """
            INSERT INTO fleet.labels (id, name, color, created_at)
            SELECT n.id, n.name, n.color, \(now)
            FROM unnest(\(names.map { _ in ID() }), \(names), \(names.map(Color.automatic))) AS n (id, name, color)
            ON CONFLICT (lower(name)) DO NOTHING
            """)
        return try session.rows(
            "SELECT id FROM fleet.labels WHERE lower(name) IN (SELECT lower(name) FROM unnest(\(names)) AS name) FOR KEY SHARE"
        ).map { try $0.decode(0) }
    }

    /// Puts `labels` on `server`, besides those that it has.
    package static func add(_ labels: [ID], to server: Server.ID, on session: TenantSession) throws {
        try session.execute(
            """
            INSERT INTO fleet.server_labels (server_id, label_id)
            SELECT \(server), label_id FROM unnest(\(labels)) AS label_id
            ON CONFLICT DO NOTHING
            """)
    }

    /// Makes `labels` the labels of `server`.
    package static func assign(_ labels: [ID], to server: Server.ID, on session: TenantSession) throws {
        try session.execute("DELETE FROM fleet.server_labels WHERE server_id = \(server) AND NOT label_id = ANY (\(labels))")
        try add(labels, to: server, on: session)
    }

    /// Takes a label off a server. Throws `.notFound` when it does not carry it.
    package static func remove(_ label: ID, from server: Server.ID, on session: TenantSession) throws {
        let count = try session.execute("DELETE FROM fleet.server_labels WHERE server_id = \(server) AND label_id = \(label)")
        guard count == 1 else { throw AppError.notFound("The label on this server") }
    }

    /// The labels of a server, by name.
    package static func of(_ server: Server.ID, on session: TenantSession) throws -> [Label] {
        try session.rows(
            """
            SELECT \(columns)
            FROM fleet.server_labels sl
            JOIN fleet.labels l ON l.id = sl.label_id
            WHERE sl.server_id = \(server)
            ORDER BY lower(l.name)
            """
        ).map(Label.init)
    }

    private func nameTaken(_ body: () throws -> Void) throws {
        do { try body() } catch let error as PostgresError where error.isUniqueViolation {
            throw AppError(.conflict, "A label named “\(name)” exists already", details: [.init(field: "name", reason: "is taken")])
        }
    }

    private init(_ row: PostgresRow) throws {
        self.init(
            id: try row.decode("id"), name: try row.decode("name"), color: try row.decode("color"),
            serverCount: try row.decode("server_count"))
    }
}
