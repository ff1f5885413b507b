package import Engines
package import Foundation
package import Platform
package import Postgres
package import Primitives

/// `deploy` and `undeploy`: the monitoring objects of many servers.
package struct BulkDeploy: BulkAction {
    package let action: String
    package let permission = Permission.manageServers
    package var parallelismMax: Int { kind.parallelismMax }

    private let kind: DeployKind
    private let secrets: SecretBox

    /// - Parameter task: `.deploy` or `.remove`.
    package init(_ task: DeployTask, databases: TenantDatabases, secrets: SecretBox, deployer: @escaping Deployer) {
        action = task == .remove ? "undeploy" : "deploy"
        kind = DeployKind(task, databases: databases, secrets: secrets, deployer: deployer)
        self.secrets = secrets
    }

    package func options(from body: FieldReader) -> JSONValue {
        guard action == "deploy" else { return [:] }
        var input = DeployInput()
        if let name = body.optionalString("database", Deployment.databaseLengths), !name.isEmpty { input.database = name }
        input.createDatabase = body.optionalBool("createDatabase")
        return input.options
    }

    package func secret(from body: FieldReader, for operation: Platform.Operation.ID, of tenant: Tenant) throws -> Bytes? {
        try DeployInput.credential(body).map { Bytes(try $0.sealed(for: operation, tenant.id, secrets)) }
    }

    package func title(_ options: JSONValue) -> String {
        action == "deploy" ? "Deploy monitoring objects" : "Remove monitoring objects"
    }

    package func perform(_ item: OperationItem, of operation: Platform.Operation, for tenant: Tenant) async throws -> ItemOutcome {
        try await kind.perform(item, of: operation, for: tenant)
    }

    package func keep(
        _ results: [ItemResult], of operation: Platform.Operation, at now: Date, on session: TenantSession
    ) throws -> [ItemOutcome] {
        try kind.keep(results, of: operation, at: now, on: session)
    }
}
