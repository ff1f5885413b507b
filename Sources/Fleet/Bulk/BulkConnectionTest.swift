import Engines
package import Foundation
package import Platform
import Postgres
package import Primitives

/// `test-connection`: tries each server's connection as it is stored, and keeps what the servers say of themselves.
package struct BulkConnectionTest: BulkAction {
    package let action = "test-connection"
    package let permission = Permission.testConnections
    package let parallelismMax = ConnectionTests.backgroundCountMax

    let databases: TenantDatabases
    let secrets: SecretBox
    let tests: ConnectionTests

    package init(databases: TenantDatabases, secrets: SecretBox, tests: ConnectionTests) {
        self.databases = databases
        self.secrets = secrets
        self.tests = tests
    }

    package func title(_ options: JSONValue) -> String { "Test connections" }

    package func perform(_ item: OperationItem, of operation: Platform.Operation, for tenant: Tenant) async throws -> ItemOutcome {
        guard let id = item.serverID else { return BulkOutcomes.gone }
        let server = try await databases.read(tenant) { try Server.find(id, on: $0) }
        return ItemOutcome(await tests.runInBackground(try server.target(secrets: secrets, tenant: tenant.id)))
    }

    package func keep(_ results: [ItemResult], of operation: Platform.Operation, at now: Date, on session: TenantSession) throws
        -> [ItemOutcome]
    {
        for result in results where result.outcome.status == .succeeded {
            guard let id = result.item.serverID, let facts = result.outcome.serverFacts else { continue }
            try Server.record(facts, of: id, on: session)
        }
        return results.map(\.outcome)
    }
}

extension ItemOutcome {
    /// What a connection test means for an item.
    init(_ result: ProbeResult) {
        guard result.success else {
            self = .failed(result.errorCode?.rawValue ?? "FAILED", result.message)
            return
        }
        let missing = result.permissions.filter { !$0.granted }.map { JSONValue.string($0.name) }
        self = .succeeded(
            result.message,
            result: [
                "version": JSONValue(result.version), "productVersion": JSONValue(result.productVersion),
                "edition": JSONValue(result.edition), "latencyMs": .int(Int64(result.latencyMs)),
                "encrypted": result.encrypted.map { .bool($0) } ?? .null, "missingPermissions": .array(missing),
                "serverName": JSONValue(result.serverName), "startedAt": JSONValue(result.startedAt.map(RFC3339.string)),
            ])
    }

    /// What the tested server said of itself.
    var serverFacts: ServerFacts? {
        result.map {
            ServerFacts(
                version: $0["version"]?.string, productVersion: $0["productVersion"]?.string, edition: $0["edition"]?.string,
                serverName: $0["serverName"]?.string, startedAt: $0["startedAt"]?.string.flatMap(RFC3339.date))
        }
    }
}
