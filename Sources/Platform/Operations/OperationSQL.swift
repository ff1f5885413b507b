import Foundation
import Postgres
import Primitives

/// Which operations to list: all that is given must hold.
package struct OperationFilter: Sendable {
    package var kinds: [String] = []
    package var statuses: [Operation.Status] = []
    package init() {}

    var conditions: SQL {
        var sql: SQL = "WHERE status <> 'preparing'"
        if !kinds.isEmpty { sql = sql + " AND kind = ANY (\(kinds))" }
        if !statuses.isEmpty { sql = sql + " AND status = ANY (\(statuses.map(\.rawValue)))" }
        return sql
    }
}

extension Operation {
    private static let columns: SQL = """
        id, kind, title, status, options, secret_sealed, total, succeeded, failed, skipped, message, result, error_code, error_message,
        actor_id, actor_name, actor_address, request_id, created_at, started_at, ended_at, stop_requested_at IS NOT NULL AS is_stop_requested
        """

    // MARK: Reading

    /// The operation. Throws `.notFound`; one that is being prepared is not there yet.
    package static func find(_ id: ID, on session: TenantSession) throws -> Operation {
        let rows = try session.rows("SELECT \(columns) FROM platform.operations WHERE id = \(id) AND status <> 'preparing'")
        guard let row = rows.first else { throw AppError.notFound("The operation") }
        return try Operation(row)
    }

    /// Operations, newest first, those before `before`, and how many the filter lets through in all.
    static func list(_ filter: OperationFilter, before: ID?, limit: Int, on session: TenantSession) throws -> (
        operations: [Operation], total: Int
    ) {
        var page = filter.conditions
        if let before { page = page + " AND id < \(before)" }
        let rows = try session.rows("SELECT \(columns) FROM platform.operations \(page) ORDER BY id DESC LIMIT \(limit)")
        let total: Int = try session.rows("SELECT count(*) FROM platform.operations \(filter.conditions)")[0].decode(0)
        return (try rows.map(Operation.init), total)
    }

    // MARK: Beginning

    /// Adds an operation whose items are still to come.
    static func insert(_ draft: OperationDraft, at now: Date, on session: TenantSession) throws {
        try session.execute(
            """
            INSERT INTO platform.operations
                (id, kind, title, status, options, secret_sealed, actor_id, actor_name, actor_address, request_id, created_at)
            VALUES (\(draft.id), \(draft.kind), \(draft.title), 'preparing', \(draft.options), \(draft.sealedSecret), \(draft.actor.userID),
                \(draft.actor.name), \(draft.actor.address), \(draft.actor.requestID), \(now))
            """)
    }

    /// Lets the operation begin: counts its items, and those that ended before it began.
    static func queue(_ id: ID, on session: TenantSession) throws -> Operation {
        let rows = try session.rows(
            """
            UPDATE platform.operations
            SET status = 'queued', total = i.total, succeeded = i.succeeded, failed = i.failed, skipped = i.skipped
            FROM (
                SELECT count(*)::int AS total, count(*) FILTER (WHERE status = 'succeeded')::int AS succeeded,
                    count(*) FILTER (WHERE status = 'failed')::int AS failed, count(*) FILTER (WHERE status = 'skipped')::int AS skipped
                FROM platform.operation_items
                WHERE operation_id = \(id)
            ) i
            WHERE id = \(id) AND operations.status = 'preparing'
            RETURNING \(qualified)
            """)
        guard let row = rows.first else { throw AppError.notFound("The operation") }
        return try Operation(row)
    }

    private static let qualified: SQL = """
        id, kind, title, operations.status, options, operations.secret_sealed, operations.total, operations.succeeded, operations.failed,
        operations.skipped, operations.message, operations.result, operations.error_code, error_message, actor_id, actor_name, actor_address,
        request_id, created_at, operations.started_at, operations.ended_at, stop_requested_at IS NOT NULL AS is_stop_requested
        """

    /// Removes an operation that never began.
    static func discard(_ id: ID, on session: TenantSession) throws {
        try session.execute("DELETE FROM platform.operations WHERE id = \(id) AND status = 'preparing'")
    }

    // MARK: Stopping

    /// Asks the operation to stop; one that nobody has begun has stopped at once. Throws `.notFound`, `.conflict` when it has ended.
    static func requestStop(_ id: ID, at now: Date, on session: TenantSession) throws -> Operation {
        let rows = try session.rows(
            """
            UPDATE platform.operations
            SET stop_requested_at = coalesce(stop_requested_at, \(now)),
                status = CASE WHEN status = 'queued' THEN 'stopped' ELSE 'stopping' END,
                ended_at = CASE WHEN status = 'queued' THEN \(now) END,
                secret_sealed = CASE WHEN status = 'queued' THEN NULL ELSE secret_sealed END,
                message = CASE WHEN status = 'queued' THEN 'Stopped before it began' ELSE message END
            WHERE id = \(id) AND status IN ('queued', 'running', 'stopping')
            RETURNING \(columns)
            """)
        guard let row = rows.first else {
            _ = try find(id, on: session)
            throw AppError(.conflict, "The operation has ended already")
        }
        let operation = try Operation(row)
        if operation.status.isEnd { try OperationItem.stopOpen(of: id, at: now, on: session) }
        return operation
    }

    // MARK: The lease

    /// Takes the lease of an operation that is to be done and that nobody holds. Nil when there is nothing to take.
    static func claim(_ id: ID, leaseSeconds: Double, at now: Date, on session: TenantSession) throws -> (Operation, epoch: Int64)? {
        let rows = try session.rows(
            """
            UPDATE platform.operations
            SET lease_epoch = lease_epoch + 1, lease_expires_at = now() + \(leaseSeconds) * interval '1 second',
                status = CASE WHEN status = 'queued' THEN 'running' ELSE status END, started_at = coalesce(started_at, \(now))
            WHERE id = \(id) AND status IN ('queued', 'running', 'stopping') AND (lease_expires_at IS NULL OR lease_expires_at < now())
            RETURNING \(columns), lease_epoch
            """)
        guard let row = rows.first else { return nil }
        return (try Operation(row), try row.decode("lease_epoch"))
    }

    /// Renews the lease, and holds the row until the transaction ends. Returns whether the operation is to stop.
    /// Throws `OperationLeaseLost` when another process has it: nothing that follows in this transaction will be stored.
    static func fence(_ id: ID, epoch: Int64, leaseSeconds: Double, on session: TenantSession) throws -> Bool {
        let rows = try session.rows(
            """
            UPDATE platform.operations
            SET lease_expires_at = now() + \(leaseSeconds) * interval '1 second'
            WHERE id = \(id) AND lease_epoch = \(epoch) AND ended_at IS NULL
            RETURNING stop_requested_at IS NOT NULL
            """)
        guard let row = rows.first else { throw OperationLeaseLost() }
        return try row.decode(0)
    }

    /// Gives the lease back, so that the next one need not wait for its end.
    static func release(_ id: ID, epoch: Int64, on session: TenantSession) throws {
        try session.execute(
            "UPDATE platform.operations SET lease_expires_at = now() - interval '1 second' WHERE id = \(id) AND lease_epoch = \(epoch)")
    }

    /// Adds to the counts. Behind `fence`.
    static func advance(_ id: ID, by counts: Counts, message: String, on session: TenantSession) throws -> Operation {
        let rows = try session.rows(
            """
            UPDATE platform.operations
            SET succeeded = succeeded + \(Int32(counts.succeeded)), failed = failed + \(Int32(counts.failed)),
                skipped = skipped + \(Int32(counts.skipped)), message = \(message)
            WHERE id = \(id)
            RETURNING \(columns)
            """)
        guard let row = rows.first else { throw OperationLeaseLost() }
        return try Operation(row)
    }

    /// Writes the end. Behind `fence`.
    static func end(
        _ id: ID, _ status: Status, message: String, result: JSONValue, error: (code: String, message: String)?, at now: Date,
        on session: TenantSession
    ) throws -> Operation {
        let rows = try session.rows(
            """
            UPDATE platform.operations
            SET status = \(status), ended_at = \(now), message = \(message), result = \(result), error_code = \(error?.code),
                error_message = \(error?.message), secret_sealed = NULL, lease_expires_at = NULL
            WHERE id = \(id)
            RETURNING \(columns)
            """)
        guard let row = rows.first else { throw OperationLeaseLost() }
        return try Operation(row)
    }

    // MARK: Sweeping

    /// Deletes ended operations that are older than `keptDays`, and those whose preparing was broken off an hour ago. Returns how many.
    static func deleteOld(on session: TenantSession) throws -> Int {
        try session.execute(
            """
            DELETE FROM platform.operations
            WHERE ended_at < now() - make_interval(days => \(Int32(keptDays)))
                OR (ended_at IS NULL AND status = 'preparing' AND created_at < now() - interval '1 hour')
            """)
    }

    /// Those that are to be done, whoever does them: for the due-index, should it have lost one.
    static func open(on session: TenantSession) throws -> [(id: ID, kind: String)] {
        try session.rows("SELECT id, kind FROM platform.operations WHERE ended_at IS NULL AND status <> 'preparing'").map {
            (try $0.decode(0), try $0.decode(1))
        }
    }

    /// Why an operation cannot be claimed. Nil: there is none.
    static func claimState(_ id: ID, on session: TenantSession) throws -> (isEnded: Bool, isPreparing: Bool)? {
        let rows = try session.rows("SELECT ended_at IS NOT NULL, status = 'preparing' FROM platform.operations WHERE id = \(id)")
        return try rows.first.map { (try $0.decode(0), try $0.decode(1)) }
    }

    init(_ row: PostgresRow) throws {
        let status = try row.decode("status", as: String.self)
        guard let status = Status(rawValue: status) else {
            throw PostgresError(sqlState: "42804", message: "an operation's status is a word that this version does not know")
        }
        self.init(
            id: try row.decode("id"), kind: try row.decode("kind"), title: try row.decode("title"), status: status,
            options: try row.decode("options"), sealedSecret: try row.decode("secret_sealed"), total: try row.decode("total"),
            counts: Counts(succeeded: try row.decode("succeeded"), failed: try row.decode("failed"), skipped: try row.decode("skipped")),
            message: try row.decode("message"), result: try row.decode("result"), errorCode: try row.decode("error_code"),
            errorMessage: try row.decode("error_message"),
            actor: Actor(
                userID: try row.decode("actor_id"), name: try row.decode("actor_name"), address: try row.decode("actor_address"),
                requestID: try row.decode("request_id")),
            createdAt: try row.decode("created_at"), startedAt: try row.decode("started_at"), endedAt: try row.decode("ended_at"),
            isStopRequested: try row.decode("is_stop_requested"))
    }
}

/// Another process has taken the operation over.
struct OperationLeaseLost: Error {}
