import Foundation
import Primitives

/// Begins long work. Who does it is `OperationService`, in this process or another.
package struct Operations: Sendable {
    let tenants: TenantDatabases
    package init(tenants: TenantDatabases) { self.tenants = tenants }

    /// Begins an operation, and returns it as it is stored. `fill` adds the items and the activity row, in the operation's transaction;
    /// when it throws nothing is left.
    package func start(
        _ draft: OperationDraft, for tenant: Tenant, fill: @escaping @Sendable (Operation.ID, TenantSession) throws -> Void
    ) async throws -> Operation {
        try await prepare(draft, for: tenant) { _ in }
        return try await finishPreparing(draft.id, for: tenant) { try fill(draft.id, $0) }
    }

    // MARK: In pieces

    /// Begins an operation whose items come in pieces, by `add`; `finishPreparing` lets it begin, `discard` forgets it. What is left
    /// unfinished for an hour is forgotten by itself.
    package func prepare(
        _ draft: OperationDraft, for tenant: Tenant, _ body: @escaping @Sendable (TenantSession) throws -> Void = { _ in }
    ) async throws {
        try await tenants.system.transaction { try OperationDue.announce(draft.id, kind: draft.kind, of: tenant.id, on: $0) }
        let now = Date()
        try await tenants.transaction(tenant) { session in
            try Operation.insert(draft, at: now, on: session)
            try body(session)
        }
    }

    /// Adds items; some may have ended already (rows of an import that are not valid).
    package func add(_ items: [OperationItem], to operation: Operation.ID, of tenant: Tenant) async throws {
        try await tenants.transaction(tenant) { try OperationItem.insert(items, into: operation, on: $0) }
    }

    /// Lets the operation begin. `body` runs in the same transaction: for the activity row.
    package func finishPreparing(
        _ id: Operation.ID, for tenant: Tenant, _ body: @escaping @Sendable (TenantSession) throws -> Void
    ) async throws -> Operation {
        let operation: Operation
        do {
            operation = try await tenants.transaction(tenant) { session in
                try body(session)
                let operation = try Operation.queue(id, on: session)
                try session.publish(operation.changed)
                return operation
            }
        } catch {
            try? await discard(id, of: tenant)  // what is left is swept; the first error is the one to tell
            throw error
        }
        try await tenants.system.transaction { try OperationDue.makeDue(id, on: $0) }
        return operation
    }

    /// Forgets an operation that has not begun.
    package func discard(_ id: Operation.ID, of tenant: Tenant) async throws {
        try await tenants.transaction(tenant) { try Operation.discard(id, on: $0) }
        try await tenants.system.transaction { try OperationDue.remove(id, on: $0) }
    }
}

extension Operation {
    /// What the event stream says of it: the operation as the API shows it.
    var changed: Event { Event("operation.changed", entityID: id.uuid, payload: shown) }

    /// As in `api/openapi.yaml`.
    var shown: JSONValue {
        [
            "id": .string(id.description), "kind": .string(kind), "title": .string(title), "status": .string(status.rawValue),
            "progress": ["done": .int(Int64(counts.done)), "total": .int(Int64(total)), "message": .string(message)],
            "counts": [
                "succeeded": .int(Int64(counts.succeeded)), "failed": .int(Int64(counts.failed)), "skipped": .int(Int64(counts.skipped)),
            ],
            "result": result ?? .null,
            "error": errorCode.map { ["code": .string($0), "message": JSONValue(errorMessage ?? "")] } ?? .null,
            "createdAt": .string(RFC3339.string(createdAt)), "startedAt": JSONValue(startedAt.map(RFC3339.string)),
            "endedAt": JSONValue(endedAt.map(RFC3339.string)), "createdBy": .string(actor.name),
        ]
    }
}
