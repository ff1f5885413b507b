package import Foundation
package import Primitives

/// A kind of long work. A part has one type for each kind, and `App.swift` registers it with `OperationService`.
///
/// To add one:
/// ```swift
/// package struct RestartKind: OperationKind {
///     package let name = "servers-restart"
///     package let parallelismMax = 8
///     let restarts: Restarts
///
///     // Outside of any transaction, so it may wait for the network. What it throws makes the item `failed`: an `AppError` with its own
///     // words, all else with a sentence that says nothing (and a line in the log).
///     package func perform(_ item: OperationItem, of operation: Operation, for tenant: Tenant) async throws -> ItemOutcome {
///         guard let id = item.entityID else { return .failed("NOT_FOUND", "The server does not exist") }
///         return .succeeded("Restarted in \(try await restarts.run(Server.ID(uuid: id), tenant)) ms")
///     }
///
///     // Optional: in the transaction that stores the outcomes, so what is written here is there exactly when they are.
///     package func keep(
///         _ results: [ItemResult], of operation: Operation, at now: Date, on session: TenantSession
///     ) throws -> [ItemOutcome] {
///         for result in results { try Restart.record(result.item.entityID, at: now, on: session) }
///         return results.map(\.outcome)
///     }
/// }
/// ```
/// and, in a route: `operations.start(OperationDraft(kind: "servers-restart", title: ..., actor: actor), for: tenant) { id, session in`
/// `try OperationItem.insert(items, into: id, on: session) }`, answered with `operationStarted(operation)`.
///
/// A process that is killed leaves items `running`: the next holder of the lease does them again (at most `OperationRunner.attemptsMax`
/// times), so `perform` must be safe to repeat: read what is there before changing it. `keep` happens once for each item.
package protocol OperationKind: Sendable {
    /// Lower-case letters and hyphens.
    var name: String { get }
    /// Batches under way at once.
    var parallelismMax: Int { get }
    /// Items in a batch: performed side by side, stored in one transaction.
    var batchCountMax: Int { get }
    /// The same for one operation, where it depends on what is asked for.
    func batchCountMax(of operation: Operation) -> Int
    /// Whether `perform` has nothing to do, and all is in `keep`.
    var isDatabaseOnly: Bool { get }

    /// Does one item. Cancelled when the process stops or has lost the lease; the item is then done again.
    func perform(_ item: OperationItem, of operation: Operation, for tenant: Tenant) async throws -> ItemOutcome
    /// Stores what belongs to the outcomes, in their transaction; returns the outcomes to store, in the order of `results`. When it throws
    /// for a batch, its items are kept one by one, and the one that throws has failed.
    func keep(_ results: [ItemResult], of operation: Operation, at now: Date, on session: TenantSession) throws -> [ItemOutcome]
    /// What `result` says of the whole, in the transaction that ends it.
    func result(of operation: Operation, counts: Operation.Counts, on session: TenantSession) throws -> [String: JSONValue]
}

/// An item and what became of it.
package struct ItemResult: Sendable {
    package let item: OperationItem
    package let outcome: ItemOutcome
}

extension OperationKind {
    package var batchCountMax: Int { 1 }
    package func batchCountMax(of operation: Operation) -> Int { batchCountMax }
    package var isDatabaseOnly: Bool { false }
    package func perform(_ item: OperationItem, of operation: Operation, for tenant: Tenant) async throws -> ItemOutcome { .succeeded() }
    package func keep(_ results: [ItemResult], of operation: Operation, at now: Date, on session: TenantSession) throws -> [ItemOutcome] {
        results.map(\.outcome)
    }
    package func result(of operation: Operation, counts: Operation.Counts, on session: TenantSession) throws -> [String: JSONValue] { [:] }
}
