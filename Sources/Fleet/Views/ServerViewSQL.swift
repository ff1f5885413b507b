package import Foundation
package import Platform
import Postgres
import Primitives

extension ServerView {
    private static let columns: SQL = """
        id, owner_id, owner_name, name, filter, sort, sort_order, columns, is_shared, created_at, updated_at
        """

    /// The views that `user` sees: their own and the shared ones, by name.
    package static func list(for user: UUID, on session: TenantSession) throws -> [ServerView] {
        try session.rows(
            """
            (SELECT \(columns) FROM fleet.server_views WHERE owner_id = \(user) ORDER BY lower(name), id LIMIT \(countMax))
            UNION ALL
            (SELECT \(columns) FROM fleet.server_views WHERE is_shared AND owner_id <> \(user) ORDER BY lower(name), id LIMIT \(countMax))
            """
        ).map(ServerView.init).sorted { ($0.name.lowercased(), $0.id) < ($1.name.lowercased(), $1.id) }
    }

    /// The view, locked until the transaction ends when `forChange`. Throws `.notFound`, also for what others have and do not share.
    package static func find(_ id: ID, for user: UUID, forChange: Bool = false, on session: TenantSession) throws -> ServerView {
        let lock: SQL = forChange ? "FOR UPDATE" : ""
        let rows = try session.rows(
            "SELECT \(columns) FROM fleet.server_views WHERE id = \(id) AND (owner_id = \(user) OR is_shared) \(lock)")
        guard let row = rows.first else { throw AppError.notFound("The view") }
        return try ServerView(row)
    }

    /// Adds the view. Throws `.conflict` when its owner has one of this name, or has too many.
    package func insert(on session: TenantSession) throws {
        let count: Int = try session.rows("SELECT count(*) FROM fleet.server_views WHERE owner_id = \(ownerID)")[0].decode(0)
        guard count < Self.countMax else { throw AppError(.conflict, "You have \(count) views already, which is the most; delete some first") }
        try nameTaken {
            try session.execute(
                """
                INSERT INTO fleet.server_views
                    (id, owner_id, owner_name, name, filter, sort, sort_order, columns, is_shared, created_at, updated_at)
                VALUES (\(id), \(ownerID), \(ownerName), \(name), \(filter), \(sort), \(order), \(columns), \(isShared), \(createdAt),
                    \(updatedAt))
                """)
        }
    }

    /// Writes what can be changed. Throws `.conflict` when its owner has another one of this name.
    package func save(on session: TenantSession) throws {
        try nameTaken {
            try session.execute(
                """
                UPDATE fleet.server_views
                SET name = \(name), filter = \(filter), sort = \(sort), sort_order = \(order), columns = \(columns),
                    is_shared = \(isShared), updated_at = \(updatedAt)
                WHERE id = \(id)
                """)
        }
    }

    /// Removes the view.
    package func delete(on session: TenantSession) throws { try session.execute("DELETE FROM fleet.server_views WHERE id = \(id)") }

    private func nameTaken(_ body: () throws -> Void) throws {
        do { try body() } catch let error as PostgresError where error.isUniqueViolation {
            throw AppError(.conflict, "A view named “\(name)” exists already", details: [.init(field: "name", reason: "is taken")])
        }
    }

    private init(_ row: PostgresRow) throws {
        self.init(
            id: try row.decode("id"), ownerID: try row.decode("owner_id"), ownerName: try row.decode("owner_name"),
            name: try row.decode("name"), filter: Self.whole(try row.decode("filter")),
            sort: ServerSort(rawValue: try row.decode("sort")) ?? .name, order: try row.decode("sort_order"),
            columns: try row.decode("columns"), isShared: try row.decode("is_shared"),
            createdAt: try row.decode("created_at"), updatedAt: try row.decode("updated_at"))
    }
}
