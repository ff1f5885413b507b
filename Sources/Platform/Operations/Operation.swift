package import Foundation
package import Postgres
package import Primitives

/// Long work on many things, one item for each: kept in the tenant's database, so that it survives the process that does it.
package struct Operation: Sendable {
    package typealias ID = Primitives.ID<Operation>
    package static let titleLengthMax = 300
    /// Items of one operation.
    package static let itemCountMax = 100_000
    /// Days that an ended operation is kept.
    package static let keptDays = 30

    /// Where it stands. `preparing` is never shown: its items are still being brought in.
    package enum Status: String, Sendable, CaseIterable {
        case preparing, queued, running, stopping
        case succeeded, partial, failed, stopped

        /// What clients know.
        package static let shown: [Status] = [.queued, .running, .stopping, .succeeded, .partial, .failed, .stopped]

        package var isEnd: Bool {
            switch self {
            case .preparing, .queued, .running, .stopping: false
            case .succeeded, .partial, .failed, .stopped: true
            }
        }
    }

    /// What became of its items so far.
    package struct Counts: Sendable, Equatable {
        package var succeeded = 0
        package var failed = 0
        package var skipped = 0
        package init(succeeded: Int = 0, failed: Int = 0, skipped: Int = 0) {
            self.succeeded = succeeded
            self.failed = failed
            self.skipped = skipped
        }
        package var done: Int { succeeded + failed + skipped }
    }

    package let id: ID
    package let kind: String
    package let title: String
    package let status: Status
    /// What its kind was told; never a secret.
    package let options: JSONValue
    /// For `Operation.secretContext`; nil when there is none, and after the end.
    package let sealedSecret: Bytes?
    package let total: Int
    package let counts: Counts
    package let message: String
    package let result: JSONValue?
    package let errorCode: String?
    package let errorMessage: String?
    /// Who asked for it: what it does is theirs in the activity log.
    package let actor: Actor
    package let createdAt: Date
    package let startedAt: Date?
    package let endedAt: Date?
    package let isStopRequested: Bool

    /// What the operation's own secret is bound to besides its tenant.
    package static func secretContext(_ id: ID) -> String { "operation \(id) secret" }

    /// How an operation ends whose items ended so.
    package static func end(_ counts: Counts, isStopped: Bool) -> Status {
        if isStopped { return .stopped }
        if counts.failed == 0 { return .succeeded }
        return counts.succeeded + counts.skipped > 0 ? .partial : .failed
    }
}

/// What somebody wants done.
package struct OperationDraft: Sendable {
    package var id: Operation.ID
    /// The name of an `OperationKind` that is registered.
    package var kind: String
    /// For people, such as "Add the label prod to 200 servers"; cut to `Operation.titleLengthMax`.
    package var title: String
    /// What the kind needs to know; never a secret.
    package var options: JSONValue
    /// Sealed for `Operation.secretContext(id)`; forgotten when the operation ends.
    package var sealedSecret: Bytes?
    package var actor: Actor

    package init(
        id: Operation.ID = Operation.ID(), kind: String, title: String, options: JSONValue = [:], sealedSecret: Bytes? = nil, actor: Actor
    ) {
        self.id = id
        self.kind = kind
        self.title = String(title.prefix(Operation.titleLengthMax))
        self.options = options
        self.sealedSecret = sealedSecret
        self.actor = actor
    }
}

/// One thing of an operation.
package struct OperationItem: Sendable {
    package static let nameLengthMax = 300

    /// Where it stands.
    package enum Status: String, Sendable, CaseIterable { case pending, running, succeeded, failed, skipped, stopped }

    /// From 1.
    package let position: Int
    /// The server, mostly.
    package let entityID: UUID?
    package let name: String
    /// What the kind needs to know of this one; never a secret.
    package let input: JSONValue
    /// Sealed by whoever made the item, for a context of its own; forgotten when the item has ended.
    package let sealedSecret: Bytes?
    package let status: Status
    package let message: String?
    package let errorCode: String?
    package let result: JSONValue?
    package let startedAt: Date?
    package let endedAt: Date?

    package init(
        position: Int, entityID: UUID?, name: String, input: JSONValue = [:], sealedSecret: Bytes? = nil, outcome: ItemOutcome? = nil,
        endedAt: Date? = nil
    ) {
        self.init(
            position: position, entityID: entityID, name: String(name.prefix(Self.nameLengthMax)), input: input, sealedSecret: sealedSecret,
            status: outcome?.status ?? .pending, message: outcome?.message, errorCode: outcome?.errorCode, result: outcome?.result,
            startedAt: nil, endedAt: endedAt)
    }

    init(
        position: Int, entityID: UUID?, name: String, input: JSONValue, sealedSecret: Bytes?, status: Status, message: String?,
        errorCode: String?, result: JSONValue?, startedAt: Date?, endedAt: Date?
    ) {
        self.position = position
        self.entityID = entityID
        self.name = name
        self.input = input
        self.sealedSecret = sealedSecret
        self.status = status
        self.message = message
        self.errorCode = errorCode
        self.result = result
        self.startedAt = startedAt
        self.endedAt = endedAt
    }
}

/// What became of one item: shown to people, so without secrets.
package struct ItemOutcome: Sendable, Equatable {
    package static let messageLengthMax = 2_000
    package static let resultBytesMax = 64 << 10

    package var status: OperationItem.Status
    /// A sentence.
    package var message: String?
    /// A word for programs, such as an `AppError.Code` or a `ProbeErrorCode`.
    package var errorCode: String?
    /// Further members, an object.
    package var result: JSONValue?
    /// What the item turned out to be about, where it is new.
    package var entityID: UUID?

    private init(_ status: OperationItem.Status, _ message: String?, _ errorCode: String?, _ result: JSONValue?, _ entityID: UUID?) {
        self.status = status
        self.message = message.map { String($0.prefix(Self.messageLengthMax)) }
        self.errorCode = errorCode
        self.result = result.map { $0.text.utf8.count <= Self.resultBytesMax ? $0 : ["note": "The result is too large to be kept."] }
        self.entityID = entityID
    }

    package static func succeeded(_ message: String? = nil, result: JSONValue? = nil, entityID: UUID? = nil) -> ItemOutcome {
        ItemOutcome(.succeeded, message, nil, result, entityID)
    }
    package static func failed(_ errorCode: String, _ message: String, result: JSONValue? = nil) -> ItemOutcome {
        ItemOutcome(.failed, message, errorCode, result, nil)
    }
    /// There was nothing to do.
    package static func skipped(_ errorCode: String, _ message: String, result: JSONValue? = nil, entityID: UUID? = nil) -> ItemOutcome {
        ItemOutcome(.skipped, message, errorCode, result, entityID)
    }

    /// What a refusal on purpose makes of an item.
    package static func failed(_ error: AppError) -> ItemOutcome {
        let details = error.details.map { "\($0.field) \($0.reason)" }.joined(separator: "; ")
        return .failed(error.code.rawValue, details.isEmpty || error.details.count == 1 ? error.message : "\(error.message): \(details)")
    }
}
