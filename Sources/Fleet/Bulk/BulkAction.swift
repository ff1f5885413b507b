import Foundation
package import Platform
package import Postgres
package import Primitives

/// Something that can be done to many servers by `POST /servers/bulk/{action}`: a kind of operation with one item for each server.
///
/// A part adds one by a type of its own and a line in `App.swift`; the word goes into `BulkActionName` in `api/openapi.yaml`.
package protocol BulkAction: OperationKind {
    /// The word in the path. The kind's name is `bulk-` and this.
    var action: String { get }
    var permission: Permission { get }
    /// What it is done to: servers that are there, or deleted ones (by ids, or by a filter with `deleted`).
    var isForDeleted: Bool { get }

    /// Reads what the action needs besides the servers; failures stay in `body`. No secret is part of it.
    func options(from body: FieldReader) -> JSONValue
    /// A one-off secret, sealed for `Operation.secretContext(operation)`; failures stay in `body`.
    func secret(from body: FieldReader, for operation: Platform.Operation.ID, of tenant: Tenant) throws -> Bytes?
    /// Looks at the options in the transaction that begins the operation, such as whether the groups exist. Throws `AppError`.
    func check(_ options: JSONValue, on session: TenantSession) throws
    /// What the operation is called, such as "Add labels: prod".
    func title(_ options: JSONValue) -> String
}

extension BulkAction {
    package var name: String { "bulk-\(action)" }
    package var isForDeleted: Bool { false }
    package func options(from body: FieldReader) -> JSONValue { [:] }
    package func secret(from body: FieldReader, for operation: Platform.Operation.ID, of tenant: Tenant) throws -> Bytes? { nil }
    package func check(_ options: JSONValue, on session: TenantSession) throws {}
}

/// Which servers a bulk action is for.
package enum BulkSelection: Sendable {
    package static let idCountMax = 10_000

    case ids([Server.ID])
    /// All that it lets through when the operation begins.
    case filter(ServerFilter)

    /// Reads `ids` or `filter`; failures stay in `body`.
    package init(_ body: FieldReader, isForDeleted: Bool) {
        let ids = body.optionalIDs("ids", max: Self.idCountMax, of: Server.self)
        let filter = body.nested("filter").map { ServerFilter($0) }
        switch (body.isPresent("ids"), body.isPresent("filter")) {
        case (true, true): body.fail("filter", "cannot stand beside ids")
        case (false, false): body.fail("ids", "is required, or filter")
        case (true, false): if ids?.isEmpty ?? true { body.fail("ids", "must have at least 1 entry") }
        case (false, true):
            if body.isNull("filter") { body.fail("filter", "must not be null") }
            if let filter, filter.isDeleted != isForDeleted {
                body.fail("filter.deleted", isForDeleted ? "must be true: this is for deleted servers" : "is for restore alone")
            }
        }
        self = filter.map { .filter($0) } ?? .ids(ids ?? [])
    }
}

/// What many servers' outcomes are, when some had nothing to be done and some are gone.
enum BulkOutcomes {
    static let gone = ItemOutcome.failed("NOT_FOUND", "The server does not exist")

    /// In the order of `results`: changed, already so, or gone.
    static func of(
        _ results: [ItemResult], there: Set<Server.ID>, changed: Set<Server.ID>, done: String, unchanged: String
    ) -> [ItemOutcome] {
        results.map { result in
            guard let id = result.item.serverID, there.contains(id) else { return gone }
            return changed.contains(id) ? .succeeded(done) : .skipped("UNCHANGED", unchanged)
        }
    }

    /// One entry for many servers, with their ids and the revisions that they got, under the word that the log has for one.
    static func activity(
        _ action: String, _ servers: [Server.ID: Int64], of operation: Platform.Operation, details: [String: JSONValue]
    ) -> Activity {
        var details = details.merging(Activity.servers(servers)) { $1 }
        details["operationId"] = .string(operation.id.description)
        return Activity(
            action, entityType: "server", entityID: nil, entityName: counted(servers.count, "server"), actor: operation.actor,
            details: .object(details))
    }

    /// Tells the event stream that many servers changed at once.
    static func event(_ count: Int, of operation: Platform.Operation) -> Event {
        Event(
            "servers.changed", entityID: nil,
            payload: ["count": .int(Int64(count)), "kind": .string(operation.kind), "operationId": .string(operation.id.description)])
    }
}

extension OperationItem {
    /// The server that the item is about.
    package var serverID: Server.ID? { entityID.map { Server.ID(uuid: $0) } }
}

extension [ItemResult] {
    var serverIDs: [Server.ID] { compactMap(\.item.serverID) }
}
