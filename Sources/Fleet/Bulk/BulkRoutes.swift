import Foundation
package import Hummingbird
package import Platform
import Primitives

/// `/servers/bulk/{action}`: the same to many servers, as an operation.
package struct BulkRoutes: Sendable {
    static let expectedCountMax = 1_000_000

    private let operations: Operations
    private let actions: [String: any BulkAction]

    package init(databases: TenantDatabases, actions: [any BulkAction]) {
        operations = Operations(tenants: databases)
        self.actions = Dictionary(actions.map { ($0.action, $0) }, uniquingKeysWith: { first, _ in first })
    }

    package func add(to group: RouterGroup<AppRequestContext>) { group.post("servers/bulk/:action", use: start) }

    /// POST /servers/bulk/{action}: 202 with the operation. 400, 404 for an unknown action, 409 when `expectedCount` does not hold.
    @Sendable func start(request: Request, context: AppRequestContext) async throws -> Response {
        guard let action = context.parameters.get("action").flatMap({ actions[$0] }) else {
            try context.caller(may: .viewServers)
            throw AppError.notFound("The action")
        }
        let actor = try context.caller(may: action.permission).actor
        let tenant = try context.requireTenant()
        let body = try await FieldReader(request, context)
        let selection = BulkSelection(body, isForDeleted: action.isForDeleted)
        let expected = body.optionalInt("expectedCount", 0...Self.expectedCountMax)
        if body.isNull("expectedCount") { body.fail("expectedCount", "must not be null") }
        let options = action.options(from: body)
        let id = Platform.Operation.ID()
        let secret = try action.secret(from: body, for: id, of: tenant)
        try body.finish()

        let title = action.title(options)
        let draft = OperationDraft(
            id: id, kind: action.name, title: title, options: options, sealedSecret: secret, actor: actor)
        let operation = try await operations.start(draft, for: tenant) { id, session in
            try action.check(options, on: session)
            let count = try selection.insertItems(into: id, on: session)
            if let expected, expected != count {
                let (verb, pronoun) = count == 1 ? ("is", "it") : ("are", "them")
                throw AppError(
                    .conflict, "\(counted(count, "server")) \(verb) meant now, not \(expected); look at \(pronoun) again")
            }
            guard count <= Platform.Operation.itemCountMax else {
                throw AppError(.conflict, "More than \(Platform.Operation.itemCountMax) servers are meant; narrow the filter")
            }
            try BulkSQL.retitle(id, "\(title) (\(counted(count, "server")))", on: session)
            try session.record(
                Activity(
                    "operation_started", entityType: "operation", entityID: id.uuid, entityName: title, actor: actor,
                    details: ["kind": .string(draft.kind), "total": .int(Int64(count)), "options": options]))
        }
        return operationStarted(operation)
    }
}
