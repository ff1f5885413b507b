import Foundation
import Postgres
import Primitives

extension OperationItem {
    private static let columns: SQL = """
        position, entity_id, name, input, secret_sealed, status, message, error_code, result, started_at, ended_at
        """

    /// Adds items to an operation that is being prepared. Their positions are the caller's, from 1 and without gaps.
    package static func insert(_ items: [OperationItem], into operation: Operation.ID, on session: TenantSession) throws {
        guard !items.isEmpty else { return }
        try session.copyIn(
            "platform.operation_items",
            columns: [
                "operation_id", "position", "entity_id", "name", "input", "secret_sealed", "status", "message", "error_code", "result",
                "ended_at",
            ]
        ) { writer in
            for item in items {
                try writer.beginRow()
                writer.append(operation)
                writer.append(Int32(item.position))
                writer.append(item.entityID)
                writer.append(item.name)
                writer.append(item.input)
                writer.append(item.sealedSecret)
                writer.append(item.status.rawValue)
                writer.append(item.message)
                writer.append(item.errorCode)
                writer.append(item.result)
                writer.append(item.endedAt)
            }
        }
    }

    /// Items in their order, those after `after`, and how many there are with these statuses (all when empty).
    static func list(
        of operation: Operation.ID, statuses: [Status], after: Int, limit: Int, on session: TenantSession
    ) throws -> (items: [OperationItem], total: Int) {
        var conditions: SQL = "WHERE operation_id = \(operation)"
        if !statuses.isEmpty { conditions = conditions + " AND status = ANY (\(statuses.map(\.rawValue)))" }
        let rows = try session.rows(
            """
            SELECT \(columns)
            FROM platform.operation_items
            \(conditions) AND position > \(Int32(clamping: after))
            ORDER BY position
            LIMIT \(limit)
            """)
        let total: Int = try session.rows("SELECT count(*) FROM platform.operation_items \(conditions)")[0].decode(0)
        return (try rows.map(OperationItem.init), total)
    }

    /// The next items that are to be done, in their order.
    static func pending(of operation: Operation.ID, after: Int, limit: Int, on session: TenantSession) throws -> [OperationItem] {
        try session.rows(
            """
            SELECT \(columns)
            FROM platform.operation_items
            WHERE operation_id = \(operation) AND ended_at IS NULL AND status = 'pending' AND position > \(Int32(clamping: after))
            ORDER BY position
            LIMIT \(limit)
            """
        ).map(OperationItem.init)
    }

    /// What a holder that is gone had begun is to be done again; what was begun `attemptsMax` times is given up. Returns how many of
    /// those there are. Behind `fence`.
    static func recover(of operation: Operation.ID, attemptsMax: Int, at now: Date, on session: TenantSession) throws -> Int {
        try session.execute(
            """
            UPDATE platform.operation_items
            SET status = 'pending'
            WHERE operation_id = \(operation) AND ended_at IS NULL AND status = 'running' AND attempts < \(Int32(attemptsMax))
            """)
        return try session.execute(
            """
            UPDATE platform.operation_items
            SET status = 'failed', error_code = 'INTERRUPTED', secret_sealed = NULL, ended_at = \(now),
                message = 'DbTools ended ' || attempts || ' times while this was being done, so it is left alone; look at it by hand'
            WHERE operation_id = \(operation) AND ended_at IS NULL AND status = 'running'
            """)
    }

    /// Says that these are being done now. Behind `fence`.
    static func begin(_ positions: [Int], of operation: Operation.ID, at now: Date, on session: TenantSession) throws {
        try session.execute(
            """
            UPDATE platform.operation_items
            SET status = 'running', attempts = attempts + 1, started_at = \(now)
            WHERE operation_id = \(operation) AND position = ANY (\(positions.map { Int32($0) })) AND ended_at IS NULL
            """)
    }

    /// Takes back what `begin` said: these were broken off and are to be done again by the next holder. Behind `fence`.
    static func unbegin(of operation: Operation.ID, on session: TenantSession) throws {
        try session.execute(
            """
            UPDATE platform.operation_items
            SET status = 'pending', attempts = greatest(attempts - 1, 0)
            WHERE operation_id = \(operation) AND ended_at IS NULL AND status = 'running'
            """)
    }

    /// Writes what became of items. Behind `fence`. Throws `OperationLeaseLost` when one of them has ended before.
    static func end(
        _ outcomes: [(position: Int, outcome: ItemOutcome)], of operation: Operation.ID, at now: Date, on session: TenantSession
    ) throws {
        let count = try session.execute(
            """
            UPDATE platform.operation_items i
            SET status = u.status, message = u.message, error_code = u.error_code, result = u.result,
                entity_id = coalesce(u.entity_id, i.entity_id), secret_sealed = NULL, started_at = coalesce(i.started_at, \(now)),
                ended_at = \(now)
            FROM unnest(\(outcomes.map { Int32($0.position) }), \(outcomes.map(\.outcome.status.rawValue)),
                \(NullableArray(outcomes.map(\.outcome.message))), \(NullableArray(outcomes.map(\.outcome.errorCode))),
                \(NullableArray(outcomes.map(\.outcome.result))), \(NullableArray(outcomes.map(\.outcome.entityID))))
                AS u (position, status, message, error_code, result, entity_id)
            WHERE i.operation_id = \(operation) AND i.position = u.position AND i.ended_at IS NULL
            """)
        guard count == outcomes.count else { throw OperationLeaseLost() }
    }

    /// Leaves undone what has not been done. Returns how many.
    @discardableResult
    static func stopOpen(of operation: Operation.ID, at now: Date, on session: TenantSession) throws -> Int {
        try session.execute(
            """
            UPDATE platform.operation_items
            SET status = 'stopped', ended_at = \(now), secret_sealed = NULL
            WHERE operation_id = \(operation) AND ended_at IS NULL
            """)
    }

    private init(_ row: PostgresRow) throws {
        let word = try row.decode(5, as: String.self)
        guard let status = Status(rawValue: word) else {
            throw PostgresError(sqlState: "42804", message: "an item's status is a word that this version does not know")
        }
        self.init(
            position: try row.decode(0), entityID: try row.decode(1), name: try row.decode(2), input: try row.decode(3),
            sealedSecret: try row.decode(4), status: status, message: try row.decode(6), errorCode: try row.decode(7),
            result: try row.decode(8), startedAt: try row.decode(9), endedAt: try row.decode(10))
    }
}
