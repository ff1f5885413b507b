import Postgres
import Primitives

/// The due-index in the system database: which operations of which tenants are to be looked at, and when.
struct OperationDue: Sendable, Equatable {
    /// On this channel of the system database it is said that there is something to do.
    static let channel = "dbtools_operations"
    /// Seconds until an operation is looked for that was to be written right after its due-row.
    static let graceSeconds = 60.0

    let operationID: Operation.ID
    let tenantID: Tenant.ID
    let slug: String
    /// Whether it is so old that its operation must be there, if it ever will be.
    let isOld: Bool
}

extension OperationDue {
    /// Before the operation itself is written: a crash in between leaves a row that is swept, never an operation that nobody does.
    static func announce(_ operation: Operation.ID, kind: String, of tenant: Tenant.ID, on session: SystemSession) throws {
        try session.execute(
            """
            INSERT INTO platform.operations_due (operation_id, tenant_id, kind, due_at)
            VALUES (\(operation), \(tenant), \(kind), now() + \(graceSeconds) * interval '1 second')
            ON CONFLICT (operation_id) DO NOTHING
            """)
    }

    /// After it is written.
    static func makeDue(_ operation: Operation.ID, on session: SystemSession) throws {
        try session.execute("UPDATE platform.operations_due SET due_at = now() WHERE operation_id = \(operation)")
        try session.execute("SELECT pg_notify(\(channel), '')")
    }

    static func remove(_ operation: Operation.ID, on session: SystemSession) throws {
        try session.execute("DELETE FROM platform.operations_due WHERE operation_id = \(operation)")
    }

    /// Looks at it again in `seconds`.
    static func postpone(_ operations: [Operation.ID], seconds: Double, on session: SystemSession) throws {
        try session.execute(
            """
            UPDATE platform.operations_due
            SET due_at = now() + \(seconds) * interval '1 second'
            WHERE operation_id = ANY (\(operations))
            """)
    }

    /// What is due of these kinds, the longest due first, without what `busyTenants` have; each is this process's for `seconds`.
    static func take(
        _ kinds: [String], only tenant: Tenant.ID?, limit: Int, busyTenants: [Tenant.ID], seconds: Double, on session: SystemSession
    ) throws -> [OperationDue] {
        try session.rows(
            """
            UPDATE platform.operations_due d
            SET due_at = now() + \(seconds) * interval '1 second'
            FROM platform.tenants t
            WHERE t.id = d.tenant_id AND d.operation_id IN (
                SELECT x.operation_id
                FROM platform.operations_due x
                JOIN platform.tenants y ON y.id = x.tenant_id AND y.status = 'active'
                WHERE x.due_at <= now() AND x.kind = ANY (\(kinds)) AND NOT x.tenant_id = ANY (\(busyTenants))
                    AND (\(tenant) IS NULL OR x.tenant_id = \(tenant))
                ORDER BY x.due_at
                LIMIT \(limit)
                FOR UPDATE OF x SKIP LOCKED
            )
            RETURNING d.operation_id, d.tenant_id, t.slug, d.created_at < now() - \(graceSeconds) * interval '1 second'
            """
        ).map { row in
            OperationDue(
                operationID: try row.decode(0), tenantID: try row.decode(1), slug: try row.decode(2), isOld: try row.decode(3))
        }
    }

    /// Those of `operations` that the index does not know: added, due now. Returns how many.
    static func restore(_ operations: [(id: Operation.ID, kind: String)], of tenant: Tenant.ID, on session: SystemSession) throws -> Int {
        try session.execute(
            """
            INSERT INTO platform.operations_due (operation_id, tenant_id, kind, due_at)
            SELECT id, \(tenant), kind, now() FROM unnest(\(operations.map(\.id)), \(operations.map(\.kind))) AS o (id, kind)
            ON CONFLICT (operation_id) DO NOTHING
            """)
    }
}
