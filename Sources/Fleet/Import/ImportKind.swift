import Engines
package import Foundation
package import Platform
import Postgres
import Primitives

/// `servers-import`: one item for each row of a file. A row whose name is there already is left alone, so that the same file can be
/// imported again after a stop or a failure.
package struct ImportKind: OperationKind {
    static let kindName = "servers-import"

    package let name = kindName
    package let parallelismMax = 2
    /// As many as two children test at once.
    package let batchCountMax = IsolatedProbe.batchCountMax

    let databases: TenantDatabases
    let secrets: SecretBox
    let tests: ConnectionTests

    package init(databases: TenantDatabases, secrets: SecretBox, tests: ConnectionTests) {
        self.databases = databases
        self.secrets = secrets
        self.tests = tests
    }

    /// Tests the connection where that is asked for.
    package func perform(_ item: OperationItem, of operation: Platform.Operation, for tenant: Tenant) async throws -> ItemOutcome {
        let server = try ImportedServer(item.input)
        guard server.validates || operation.options["validate"]?.bool == true else { return .succeeded() }
        let (id, now) = (try Self.serverID(item), Date())
        var row = Server(
            id: id, configuration: server.configuration, sealedPassword: item.sealedSecret, revision: 1, facts: ServerFacts(),
            createdAt: now, updatedAt: now)
        if let profile = server.configuration.credentialID {
            guard let login = try await databases.read(tenant, { try Credential.login(profile, on: $0) }) else { return Self.noCredential }
            row.credential = login
        }
        return ItemOutcome(await tests.runInBackground(try row.target(secrets: secrets, tenant: tenant.id)))
    }

    package func keep(_ results: [ItemResult], of operation: Platform.Operation, at now: Date, on session: TenantSession) throws
        -> [ItemOutcome]
    {
        let servers = try results.map { $0.outcome.status == .succeeded ? try ImportedServer($0.item.input) : nil }
        let labels = try ImportSQL.labels(servers.flatMap { $0?.labels ?? [] }, at: now, on: session)
        let (groups, made) = try ImportSQL.groups(servers.flatMap { $0?.groups ?? [] }, at: now, on: session)
        var activities = made.map { group in
            Activity(
                "group_created", entityType: "group", entityID: group.id.uuid, entityName: group.name, actor: operation.actor,
                details: ["operationId": .string(operation.id.description)])
        }
        let profiles = try ImportSQL.existing(Set(servers.compactMap { $0?.configuration.credentialID }), on: session)
        var groupPairs: [(server: Server.ID, group: ServerGroup.ID)] = []
        var labelPairs: [(server: Server.ID, label: Label.ID)] = []
        var count = 0
        let outcomes = try zip(results, servers).map { result, server -> ItemOutcome in
            guard let server else { return result.outcome }
            if let profile = server.configuration.credentialID, !profiles.contains(profile) { return Self.noCredential }
            let id = try Self.serverID(result.item)
            let row = Server(
                id: id, configuration: server.configuration, sealedPassword: result.item.sealedSecret, revision: 1,
                facts: result.outcome.serverFacts ?? ServerFacts(), createdAt: now, updatedAt: now)
            do { try session.savepoint { try row.insert(on: session) } } catch let error as AppError where error.code == .conflict {
                return .skipped("EXISTS", error.message)
            }
            groupPairs += (server.groupIDs + server.groups.compactMap { groups[$0.lowercased()] }).map { (id, $0) }
            labelPairs += server.labels.compactMap { labels[$0.lowercased()] }.map { (id, $0) }
            activities.append(
                Activity(
                    "server_added", entityType: "server", entityID: id.uuid, entityName: server.configuration.name, actor: operation.actor,
                    details: [
                        "after": .object(server.configuration.audit), "operationId": .string(operation.id.description),
                    ]))
            count += 1
            return .succeeded(result.outcome.message ?? "Added", result: result.outcome.result, entityID: id.uuid)
        }
        try ImportSQL.assign(groups: groupPairs, labels: labelPairs, on: session)
        try session.record(activities)
        if count > 0 { try session.publish(BulkOutcomes.event(count, of: operation)) }
        return outcomes
    }

    private static let noCredential = ItemOutcome.failed("NOT_FOUND", "Its credential profile does not exist any more")

    /// The id that the server will have: chosen with the row, because its password is sealed for it.
    private static func serverID(_ item: OperationItem) throws -> Server.ID {
        guard let id = item.input["id"]?.string.flatMap({ Server.ID(text: $0) }) else {
            throw AppError(.internalError, "The row has no id")
        }
        return id
    }

    /// The item of a row, with its password sealed. Rows that are not to be created have ended already.
    static func item(_ row: ImportRow, _ verdict: ImportVerdict, secrets: SecretBox, tenant: Tenant, at now: Date) throws -> OperationItem {
        let outcome: ItemOutcome
        switch verdict.word {
        case .create:
            guard let server = verdict.server, case .object(var input) = server.input else {
                throw AppError(.internalError, "A row without a server is to be created")
            }
            let id = Server.ID()
            input["id"] = .string(id.description)
            let sealed = try row.password.map { Bytes(try secrets.seal($0, for: tenant.id, context: Server.passwordContext(id))) }
            return OperationItem(
                position: row.row, entityID: nil, name: server.configuration.name, input: .object(input), sealedSecret: sealed)
        case .exists:
            outcome = .skipped("EXISTS", "A server of this name exists already", entityID: verdict.serverID?.uuid)
        case .duplicate:
            outcome = .failed("DUPLICATE", "Row \(verdict.duplicateOf ?? 0) has the same name")
        case .invalid:
            let errors = verdict.errors.map { JSONValue.object(["field": .string($0.field), "reason": .string($0.reason)]) }
            let message = verdict.errors.map { "\($0.field) \($0.reason)" }.joined(separator: "; ")
            outcome = .failed("INVALID", message, result: ["errors": .array(errors)])
        }
        let name = row.name.isEmpty ? "Row \(row.row)" : row.name
        return OperationItem(position: row.row, entityID: outcome.entityID, name: name, outcome: outcome, endedAt: now)
    }
}
