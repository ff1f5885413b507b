package import Engines
package import Foundation
package import Platform
import Postgres
import Primitives

/// Carries out an order on a target; in the program in a child process, which a crashing driver cannot take beyond.
package typealias Deployer = @Sendable (Target, DeployOrder) async -> DeployResult

/// Long work: the monitoring objects are put on servers, or taken off, one item for each server.
package struct DeployKind: OperationKind {
    package static let deployName = "servers-deploy"
    package static let removeName = "servers-undeploy"
    package static let names = [deployName, removeName, "bulk-deploy", "bulk-undeploy"]

    /// Each is a child process with connections of its own.
    package let parallelismMax = 8
    package let name: String

    private let task: DeployTask
    private let databases: TenantDatabases
    private let secrets: SecretBox
    private let deployer: Deployer

    /// - Parameter task: `.deploy` or `.remove`.
    package init(_ task: DeployTask, databases: TenantDatabases, secrets: SecretBox, deployer: @escaping Deployer) {
        self.task = task
        name = task == .remove ? Self.removeName : Self.deployName
        self.databases = databases
        self.secrets = secrets
        self.deployer = deployer
    }

    package func perform(_ item: OperationItem, of operation: Platform.Operation, for tenant: Tenant) async throws -> ItemOutcome {
        guard let uuid = item.entityID else { return .failed("NOT_FOUND", "The server does not exist") }
        let id = Server.ID(uuid: uuid)
        let (server, deployment) = try await databases.read(tenant) { (try Server.find(id, on: $0), try Deployment.find(id, on: $0)) }
        guard deployment.state != .deploying || deployment.operationID == operation.id else {
            return .failed("CONFLICT", "Another operation is at the monitoring objects of this server; try again when it has ended.")
        }
        let credential = try DeployCredential.open(operation, secrets, tenant)
        let order: DeployOrder
        switch Self.order(task, operation.options, server, deployment, credential) {
        case .success(let made): order = made
        case .failure(let refusal): return refusal.outcome
        }
        try await databases.transaction(tenant) { session in
            var row = try Deployment.lock(id, on: session)
            row.state = row.state.after(.begun)
            row.operationID = operation.id
            if row.database?.lowercased() != order.database.lowercased() { row.makesDatabase = false }
            row.database = order.database
            row.message = task == .remove ? "The monitoring objects are being removed." : "The monitoring objects are being deployed."
            row.errorCode = nil
            try row.save(on: session)
            try session.publish(row.event)
        }
        var target = try server.target(secrets: secrets, tenant: tenant.id)
        credential?.apply(to: &target)
        let result = try await carryOut(order, on: target, id, tenant)
        try Task.checkCancellation()  // a broken-off call says nothing of the server: it is done again
        guard result.success else {
            return .failed(result.errorCode ?? DeployErrorCode.refused.rawValue, result.message, result: result.json)
        }
        guard result.isChanged else { return .skipped("UNCHANGED", result.message, result: result.json) }
        return .succeeded(result.message, result: result.json)
    }

    /// A database that is to be made is noted as ours before it is made. One that somebody else makes in the moment between is not taken
    /// for ours: only a later run adopts.
    private func carryOut(_ order: DeployOrder, on target: Target, _ id: Server.ID, _ tenant: Tenant) async throws -> DeployResult {
        guard order.task == .deploy, order.mayMakeDatabase(on: target.engine), !order.adoptsDatabase else {
            return await deployer(target, order)
        }
        let seen = await deployer(target, DeployOrder(task: .check, database: order.database))
        guard seen.success else { return seen }
        try Task.checkCancellation()
        if seen.hasDatabase == false {
            try await databases.transaction(tenant) { session in
                var row = try Deployment.lock(id, on: session)
                row.makesDatabase = true
                try row.save(on: session)
            }
        }
        return await deployer(target, order)
    }

    /// The row, the activity and the event, with the outcome.
    package func keep(_ results: [ItemResult], of operation: Platform.Operation, at now: Date, on session: TenantSession) throws
        -> [ItemOutcome]
    {
        for result in results {
            // Without a result nothing was tried.
            guard let uuid = result.item.entityID, let found = DeployResult(result.outcome) else { continue }
            let id = Server.ID(uuid: uuid)
            guard let server = try? Server.find(id, on: session) else { continue }  // deleted meanwhile: nobody is to be told
            var deployment = try Deployment.lock(id, on: session)
            let database = deployment.database
            deployment.record(found, found.success ? (task == .remove ? .removed : .deployed) : .failed, at: now)
            deployment.operationID = operation.id
            try deployment.save(on: session)
            try Server.touchIfThere(id, on: session)
            try session.publish(deployment.event)
            if !found.success || found.isChanged {
                try session.record(server.activity(action(found), by: operation.actor, details: Self.details(found, database, operation)))
            }
        }
        return results.map(\.outcome)
    }

    private func action(_ result: DeployResult) -> String {
        switch (task, result.success) {
        case (.remove, true): "monitoring_removed"
        case (.remove, false): "monitoring_removal_failed"
        case (_, true): "monitoring_deployed"
        case (_, false): "monitoring_deployment_failed"
        }
    }

    private static func details(_ result: DeployResult, _ database: String?, _ operation: Platform.Operation) -> [String: JSONValue] {
        [
            "database": JSONValue(database), "version": result.version.map { .int(Int64($0)) } ?? .null, "message": .string(result.message),
            "errorCode": JSONValue(result.errorCode), "operationId": .string(operation.id.description),
            "credential": .string(operation.sealedSecret == nil ? "the server's own" : "another, used once"),
        ]
    }

    /// Why nothing can be tried on a server.
    struct Refusal: Error {
        let outcome: ItemOutcome
    }

    /// What is to be done, from what was asked and what is there.
    static func order(
        _ task: DeployTask, _ options: JSONValue, _ server: Server, _ deployment: Deployment, _ credential: DeployCredential?
    ) -> Result<DeployOrder, Refusal> {
        let engine = server.configuration.engine
        let asked = options["database"]?.string
        if task == .remove {
            guard let database = deployment.database else {
                return .failure(Refusal(outcome: .skipped("NOT_DEPLOYED", "No monitoring objects were deployed to this server.")))
            }
            return .success(DeployOrder(task: .remove, database: database, adoptsDatabase: deployment.makesDatabase))
        }
        let database =
            asked ?? deployment.database ?? MonitoringObjects.defaultDatabase(engine, connectsTo: server.configuration.database)
        if let reason = MonitoringObjects.refusal(engine, database: database) {
            return .failure(Refusal(outcome: .failed("VALIDATION_ERROR", "The database \(database) \(reason).")))
        }
        if let present = deployment.database, present.lowercased() != database.lowercased(),
            deployment.makesDatabase || deployment.state != .failed && deployment.state != .none
        {
            return .failure(
                Refusal(outcome: .failed("CONFLICT", "The monitoring objects are in the database \(present): remove them there first.")))
        }
        let own = server.loginName
        let isOther = credential.map { $0.username.lowercased() != own?.lowercased() } ?? false
        return .success(
            DeployOrder(
                task: .deploy, database: database, createDatabase: options["createDatabase"]?.bool ?? (asked == nil),
                adoptsDatabase: deployment.makesDatabase && deployment.database?.lowercased() == database.lowercased(),
                monitorLogin: isOther ? own : nil))
    }
}

/// A login that is used for one operation: sealed with it, and forgotten when it ends.
package struct DeployCredential: Sendable {
    let username: String
    let password: String

    /// For the operation `id` of `tenant`.
    func sealed(for id: Platform.Operation.ID, _ tenant: Tenant.ID, _ secrets: SecretBox) throws -> [UInt8] {
        let json: JSONValue = ["username": .string(username), "password": .string(password)]
        return try secrets.seal(json.text, for: tenant, context: Platform.Operation.secretContext(id))
    }

    /// Nil when the operation has none. Throws `SecretError`.
    static func open(_ operation: Platform.Operation, _ secrets: SecretBox, _ tenant: Tenant) throws -> DeployCredential? {
        guard let sealed = operation.sealedSecret else { return nil }
        let json = try JSONValue.parse(
            text: secrets.open(sealed.bytes, for: tenant.id, context: Platform.Operation.secretContext(operation.id)))
        guard let username = json["username"]?.string, let password = json["password"]?.string else { return nil }
        return DeployCredential(username: username, password: password)
    }

    func apply(to target: inout Target) {
        target.authType = .sql
        target.username = username
        target.password = password
    }
}

extension DeployResult {
    /// What `perform` left of it in an outcome; nil when nothing was tried.
    fileprivate init?(_ outcome: ItemOutcome) {
        guard let json = outcome.result, json["changed"] != nil else { return nil }
        self.init(
            success: outcome.status != .failed, state: json["state"]?.string.flatMap { DeployedState(rawValue: $0) },
            message: outcome.message ?? "", errorCode: outcome.status == .failed ? outcome.errorCode : nil,
            version: json["version"]?.int.map { Int($0) },
            objects: json["objects"]?.array?.compactMap { DeployedObject($0) } ?? [],
            permissions: json["permissions"]?.array?.compactMap { PermissionCheck($0) } ?? [],
            notes: json["notes"]?.array?.compactMap(\.string) ?? [], isChanged: json["changed"]?.bool ?? false)
        ownsDatabase = json["ownsDatabase"]?.bool
    }
}

extension DeployOrder {
    /// SQL Server's database when it is asked for; MySQL's schema always.
    fileprivate func mayMakeDatabase(on engine: EngineKind) -> Bool {
        switch engine {
        case .sqlserver: createDatabase
        case .mysql: true
        case .postgresql: false
        }
    }
}

extension Server {
    /// The login that it is watched with: of its profile, or its own.
    var loginName: String? { credential?.username ?? configuration.username }
}
