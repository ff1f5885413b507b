import Engines
package import Foundation
package import Platform
package import Primitives

/// `set-credential`: servers sign in with a credential profile from now on, and with nothing of their own.
package struct BulkCredential: BulkAction {
    package let action = "set-credential"
    package let permission = Permission.manageServers
    package let parallelismMax = 1
    package let batchCountMax = 1_000
    package let isDatabaseOnly = true

    package init() {}

    package func options(from body: FieldReader) -> JSONValue {
        ["credentialId": .string(body.id("credentialId", of: Credential.self).description)]
    }

    package func check(_ options: JSONValue, on session: TenantSession) throws {
        guard try Self.id(options).flatMap({ try Credential.login($0, on: session) }) != nil else {
            throw AppError.validation(field: "credentialId", reason: "is not a credential profile of this tenant")
        }
    }

    package func title(_ options: JSONValue) -> String { "Set the credential profile" }

    package func keep(_ results: [ItemResult], of operation: Platform.Operation, at now: Date, on session: TenantSession) throws
        -> [ItemOutcome]
    {
        guard let login = try Self.id(operation.options).flatMap({ try Credential.login($0, on: session) }) else {
            return results.map { _ in .failed("NOT_FOUND", "The credential profile does not exist any more") }
        }
        let there = try BulkSQL.logins(BulkSQL.lock(results.serverIDs, on: session), on: session)
        let changed = there.filter { $0.engine == login.engine && $0.credentialID != login.id }
        if !changed.isEmpty {
            try BulkSQL.setCredential(login, of: Set(changed.map(\.id)), at: now, on: session)
            try session.record(changed.map { $0.activity(login, operation) })
            try session.publish(BulkOutcomes.event(changed.count, of: operation))
        }
        let byID = Dictionary(uniqueKeysWithValues: there.map { ($0.id, $0) })
        return results.map { result in
            guard let server = result.item.serverID.flatMap({ byID[$0] }) else { return BulkOutcomes.gone }
            guard server.engine == login.engine else {
                let reason = "“\(login.name)” is for \(login.engine.displayName), and the server is \(server.engine.displayName)"
                return .failed("OTHER_ENGINE", reason)
            }
            return server.credentialID == login.id
                ? .skipped("UNCHANGED", "It signs in with this profile already") : .succeeded("Signs in with “\(login.name)”")
        }
    }

    private static func id(_ options: JSONValue) -> Credential.ID? { options["credentialId"]?.string.flatMap { Credential.ID(text: $0) } }
}

/// How a server signs in, as far as a change of that is told.
struct ServerLogin: Sendable {
    let id: Server.ID
    let name: String
    let engine: EngineKind
    let authType: TargetAuthentication
    let username: String?
    let hasPassword: Bool
    let credentialID: Credential.ID?
    let revision: Int64

    /// Its own entry, so that whoever edits the server at the same time is told what changed, and by whom.
    fileprivate func activity(_ login: CredentialLogin, _ operation: Platform.Operation) -> Activity {
        let (old, new): (JSONValue, JSONValue) = (.string(authType.rawValue), .string(login.authType.rawValue))
        var before: [String: JSONValue] = ["credentialId": JSONValue(credentialID?.description)]
        var after: [String: JSONValue] = ["credentialId": .string(login.id.description)]
        if old != new { (before["authType"], after["authType"]) = (old, new) }
        if let username { (before["username"], after["username"]) = (.string(username), .null) }
        var details: [String: JSONValue] = [
            "before": .object(before), "after": .object(after), "revision": .int(revision + 1),
            "operationId": .string(operation.id.description),
        ]
        if hasPassword { details["password"] = "removed" }
        return Activity(
            "server_updated", entityType: "server", entityID: id.uuid, entityName: name, actor: operation.actor, details: .object(details))
    }
}
