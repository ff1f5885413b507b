import Foundation
import Hummingbird
import Platform
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
        try StaleEdit(
            id: before.id.uuid, revision: before.revision, stored: before.configuration.audit,
            wanted: (try? wanted.get())?.audit,  // what is not valid is told when it is not stale
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

extension StaleEdit {
    /// Throws `.preconditionFailed` when `If-Match` names another revision. Without the header the last writer wins.
    func check(_ request: Request, on session: TenantSession) throws {
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
