import Engines
package import Platform
import Postgres
import Primitives

/// Tries a login on every server that uses a credential profile, before it is stored. It changes nothing.
package struct CredentialTestKind: OperationKind {
    static let kindName = "credential-test"
    package let name = kindName
    package let parallelismMax = ConnectionTests.backgroundCountMax

    private let databases: TenantDatabases
    private let secrets: SecretBox
    private let tests: ConnectionTests

    package init(databases: TenantDatabases, secrets: SecretBox, tests: ConnectionTests) {
        self.databases = databases
        self.secrets = secrets
        self.tests = tests
    }

    package func perform(_ item: OperationItem, of operation: Platform.Operation, for tenant: Tenant) async throws -> ItemOutcome {
        guard let id = item.entityID else { return .failed(AppError.Code.notFound.rawValue, "The server does not exist") }
        let server = try await databases.read(tenant) { try Server.find(Server.ID(uuid: id), on: $0) }
        guard server.credential?.id.description == operation.options["credentialId"]?.string else {
            return .skipped("NOT_USED", "The server signs in with something else by now")
        }
        var target = try server.target(secrets: secrets, tenant: tenant.id)
        if let username = operation.options["username"]?.string { target.username = username }
        if let sealed = operation.sealedSecret {
            target.password = try secrets.open(sealed.bytes, for: tenant.id, context: Platform.Operation.secretContext(operation.id))
        }
        let result = await tests.runInBackground(target)
        let details: JSONValue = ["latencyMs": .int(Int64(result.latencyMs)), "version": JSONValue(result.version)]
        return result.success
            ? .succeeded(result.message, result: details)
            : .failed(result.errorCode?.rawValue ?? "FAILED", result.message, result: details)
    }
}
