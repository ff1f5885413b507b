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
    /// What it is done to: servers that are there, or deleted ones (which only ids can name).
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
        let filter = ServerFilter(body.nested("filter"))
        switch (body.isPresent("ids"), body.isPresent("filter")) {
        case (true, true): body.fail("filter", "cannot stand beside ids")
        case (false, false): body.fail("ids", isForDeleted ? "is required" : "is required, or filter")
        case (true, false): if ids?.isEmpty ?? true { body.fail("ids", "must have at least 1 entry") }
        case (false, true):
            if isForDeleted { body.fail("filter", "cannot name deleted servers: use ids") }
            if body.isNull("filter") { body.fail("filter", "must not be null") }
        }
        self = filter.map { .filter($0) } ?? .ids(ids ?? [])
    }
}

extension ServerFilter {
    static let listCountMax = 100

    /// Reads the filter of a body, with the names that GET /servers has for its parameters. Nil when there is none.
    init?(_ body: FieldReader?) {
        guard let body else { return nil }
        self.init()
        search = body.optionalString("q", 0...QueryReader.searchLengthMax).flatMap { $0.isEmpty ? nil : $0 }
        statuses = Self.words("status", body, ServerStatus.self)
        healths = Self.words("health", body, ServerHealth.self)
        engines = Self.words("engine", body, EngineWord.self).map(\.rawValue)
        deployments = Self.words("deployment", body, DeploymentState.self)
        groups = body.ids("group", max: Self.listCountMax)
        labels = body.strings("label", max: Self.listCountMax, length: Label.nameLengths)
        for name in ["q", "status", "health", "engine", "deployment", "group", "label"] where body.isNull(name) {
            body.fail(name, "must not be null")
        }
    }

    private enum EngineWord: String, CaseIterable { case sqlserver, postgresql, mysql }

    private static func words<Word: RawRepresentable & CaseIterable>(_ name: String, _ body: FieldReader, _ type: Word.Type) -> [Word]
    where Word.RawValue == String, Word.AllCases == [Word] {
        body.strings(name, max: listCountMax).enumerated().compactMap { index, text in
            if let word = Word(rawValue: text) { return word }
            body.fail("\(name)[\(index)]", "must be one of " + type.allCases.map(\.rawValue).joined(separator: ", "))
            return nil
        }
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

    /// One entry for many servers, with their ids, under the word that the log has for one.
    static func activity(
        _ action: String, _ servers: some Collection<Server.ID>, of operation: Platform.Operation, details: [String: JSONValue]
    ) -> Activity {
        var details = details
        details["operationId"] = .string(operation.id.description)
        details["serverIds"] = .array(servers.sorted().map { .string($0.description) })
        let name = servers.count == 1 ? "1 server" : "\(servers.count) servers"
        return Activity(action, entityType: "server", entityID: nil, entityName: name, actor: operation.actor, details: .object(details))
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
