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
    package let parallelismMax = ConnectionTests.batchesMax
    /// As many as one child tests at once.
    package let batchCountMax = IsolatedProbe.batchCountMax
    /// The same of an import that tests nothing: a transaction costs more than its rows.
    private static let untestedBatchCountMax = 250

    let databases: TenantDatabases
    let secrets: SecretBox
    let tests: ConnectionTests

    package init(databases: TenantDatabases, secrets: SecretBox, tests: ConnectionTests) {
        self.databases = databases
        self.secrets = secrets
        self.tests = tests
    }

    package func batchCountMax(of operation: Platform.Operation) -> Int {
        operation.options["validate"]?.bool == true ? batchCountMax : Self.untestedBatchCountMax
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
        let rows = try zip(results, servers).map { result, server -> Server? in
            guard let server, server.configuration.credentialID.map({ profiles.contains($0) }) ?? true else { return nil }
            return Server(
                id: try Self.serverID(result.item), configuration: server.configuration, sealedPassword: result.item.sealedSecret,
                revision: 1, facts: result.outcome.serverFacts ?? ServerFacts(), createdAt: now, updatedAt: now)
        }
        let added = try Server.insert(rows.compactMap { $0 }, on: session)
        var groupPairs: [(server: Server.ID, group: ServerGroup.ID)] = []
        var labelPairs: [(server: Server.ID, label: Label.ID)] = []
        var outcomes: [ItemOutcome] = []
        for ((result, server), row) in zip(zip(results, servers), rows) {
            guard let server else {
                outcomes.append(result.outcome)
                continue
            }
            guard let row else {
                outcomes.append(Self.noCredential)
                continue
            }
            guard added.contains(row.id) else {
                outcomes.append(.skipped("EXISTS", AppError.serverNameTaken(row.configuration.name).message))
                continue
            }
            groupPairs += (server.groupIDs + server.groups.compactMap { groups[$0.lowercased()] }).map { (row.id, $0) }
            labelPairs += server.labels.compactMap { labels[$0.lowercased()] }.map { (row.id, $0) }
            activities.append(
                Activity(
                    "server_added", entityType: "server", entityID: row.id.uuid, entityName: row.configuration.name,
                    actor: operation.actor,
                    details: ["after": .object(row.configuration.audit), "operationId": .string(operation.id.description)]))
            let warning = result.item.input["warning"]?.string.map { "; \($0)" } ?? ""
            outcomes.append(
                .succeeded((result.outcome.message ?? "Added") + warning, result: result.outcome.result, entityID: row.id.uuid))
        }
        try ImportSQL.assign(groups: groupPairs, labels: labelPairs, on: session)
        try session.record(activities)
        if !added.isEmpty { try session.publish(BulkOutcomes.event(added.count, of: operation)) }
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
            let warning = verdict.warnings.map { "\($0.field) \($0.reason)" }.joined(separator: "; ")
            if !warning.isEmpty { input["warning"] = .string(warning) }
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
