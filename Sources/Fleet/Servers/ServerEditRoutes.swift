import Foundation
package import Hummingbird
package import Platform
import Postgres
import Primitives

/// A change of a stored server, as a request wants it.
struct ServerEdit {
    let input: ServerInput
    let sealedPassword: Bytes?
    /// What was not sent stays as it is; otherwise it becomes its default.
    let isPatch: Bool
    let now: Date

    /// `before` with what the request changes, not saved yet. Throws `.preconditionFailed` when the request is about an older revision.
    func applied(to before: Server, _ request: Request, on session: TenantSession) throws -> Server {
        let input = isPatch ? input : input.keepingCredential(of: before.configuration)
        var server = before
        let wanted = Result { () throws -> ServerConfiguration in
            try input.configuration(on: isPatch ? before.configuration : nil)
        }
        let (stored, asked) = try memberships(of: before, on: session)
        try StaleEdit(
            id: before.id.uuid, revision: before.revision, stored: before.configuration.audit.merging(stored) { $1 },
            wanted: (try? wanted.get())?.audit.merging(asked) { $1 },  // what is not valid is told when it is not stale
            wantedSecrets: input.password == .absent ? [] : ["password"]
        ).check(request, on: session)
        server.configuration = try wanted.get()
        if input.password != .absent { server.sealedPassword = sealedPassword }
        server = try server.withCredential(on: session)
        if server.configuration.connectsDifferently(from: before.configuration) { server.facts = ServerFacts() }
        server.revision += 1
        server.updatedAt = now
        return server
    }
}

extension ServerEdit {
    /// Labels and groups as they are and as the request wants them, where it says so; in one order, so that they can be compared.
    private func memberships(
        of server: Server, on session: TenantSession
    ) throws -> (stored: [String: JSONValue], wanted: [String: JSONValue]) {
        func sorted(_ texts: [String]) -> JSONValue { .array(texts.sorted().map { .string($0) }) }
        var (stored, wanted): ([String: JSONValue], [String: JSONValue]) = ([:], [:])
        if let labels = input.labels {
            let names = try Label.of(server.id, on: session).map(\.name)
            let spelling = Dictionary(names.map { ($0.lowercased(), $0) }, uniquingKeysWith: { $1 })
            stored["labels"] = sorted(names)
            wanted["labels"] = sorted(Label.distinct(labels).map { spelling[$0.lowercased()] ?? $0 })
        }
        if let groups = input.groupIDs {
            stored["groupIds"] = sorted(try ServerGroup.byHand(of: server.id, on: session).map(\.description))
            wanted["groupIds"] = sorted(try ServerGroup.byHand(among: groups, on: session).map(\.description))
        }
        return (stored, wanted)
    }
}

extension StaleEdit {
    /// Throws `.preconditionFailed` when `If-Match` names another revision. Without the header the last writer wins.
    package func check(_ request: Request, on session: TenantSession) throws {
        do { try request.checkIfMatch(revision) } catch {
            throw refusal(try request.ifMatchVersion.map { try ConfigurationChange.all(of: id, since: $0, on: session) } ?? [])
        }
    }
}

extension Server {
    /// With the profile that the configuration names, which then says how to sign in. Throws a validation error when there is none.
    func withCredential(on session: TenantSession) throws -> Server {
        var server = self
        server.credential = try configuration.credentialID.map { try Credential.login($0, for: configuration.engine, on: session) }
        guard let credential = server.credential else { return server }
        server.configuration.authType = credential.authType
        server.configuration.username = nil
        server.sealedPassword = nil
        return server
    }
}
