import Foundation
import ODBC

/// Deploys, checks and removes the monitoring objects of one MySQL or MariaDB server. These servers commit each change of
/// structure at once: what a failed first deployment made is cleaned up, and what a failed upgrade left is told by reading back.
struct MySQLDeployment {
    let engine: MySQLEngine
    let target: Target
    let order: DeployOrder
    let deadline: CallDeadline

    private static let rowCountMax = 2_000

    func result() -> DeployResult {
        do {
            let session = try Session(self)
            defer { session.connection.close() }
            switch order.task {
            case .check:
                let found = try session.inventory()
                var result = seen(found)
                result.hasDatabase = found.found.contains { $0.kind == "schema" }
                return result
            case .deploy: return try deploy(session)
            case .remove: return try remove(session)
            }
        } catch let error as EngineError {
            return .failure(error)
        } catch let error as DeployFailure {
            return error.result
        } catch {
            return DeployResult(success: false, state: nil, message: "The deployment failed.", errorCode: DeployErrorCode.refused.rawValue)
        }
    }

    private func seen(_ comparison: ObjectComparison) -> DeployResult {
        let state = comparison.state
        let message =
            switch state {
            case .none: "No monitoring objects in the schema \(order.database)."
            case .monitored: "All monitoring objects are in \(order.database), as they were made."
            case .outdated:
                "The monitoring objects in \(order.database) are of version \(comparison.version ?? 0); deploying brings \(MonitoringObjects.version)."
            case .drifted: "The monitoring objects in \(order.database) are not as they were made (\(comparison.difference)): deploy again."
            }
        var notes: [String] = []
        if comparison.hasUnseen, state != .none {
            notes.append("The account may not see the procedures' text, so changes of it would go unnoticed.")
        }
        return DeployResult(
            success: true, state: state, message: message, version: state == .none ? nil : comparison.version, objects: comparison.objects,
            notes: notes)
    }

    // MARK: Deploy

    private func deploy(_ session: Session) throws -> DeployResult {
        guard session.identity.isSupported else {
            throw DeployFailure(.unsupportedVersion, "\(target.hostname) runs \(session.identity.version): nothing was deployed.")
        }
        let permissions = try self.permissions(session)
        guard permissions.allSatisfy(\.granted) else {
            if let found = adopted(session) { return kept(found) }
            throw DeployFailure(
                .noPermissions,
                "The account \(session.identity.account) lacks a right that a deployment in \(order.database) needs: run the grant script.",
                permissions: permissions)
        }
        let before = try session.inventory()
        try refuse(before)
        let isChanged = before.state != .monitored
        if isChanged {
            do { try make(session, before) } catch {
                cleanUp(session, before)
                throw error
            }
        }
        if let login = order.monitorLogin, !login.isEmpty { try grant(login, session) }
        let after = try session.inventory()
        guard after.state == .monitored else {
            cleanUp(session, before)
            throw DeployFailure(.readBackDiffers, "What was read back from \(order.database) differs (\(after.difference)): deploy again.")
        }
        var result = isChanged ? seen(after) : kept(after)
        result.permissions = permissions
        result.isChanged = isChanged
        result.ownsDatabase = try session.version()?.createdSchema
        if isChanged { result.message = "Deployed version \(MonitoringObjects.version) into \(order.database) and read it back." }
        return result
    }

    /// What another account or another DbTools made, all of it as we make it: that needs no right of ours. Nil when it is not, or cannot be
    /// seen.
    private func adopted(_ session: Session) -> ObjectComparison? {
        guard order.monitorLogin == nil, let found = try? session.inventory(), found.state == .monitored else { return nil }
        return found
    }

    private func kept(_ found: ObjectComparison) -> DeployResult {
        var result = seen(found)
        result.message = "Version \(MonitoringObjects.version) is in \(order.database) already, as it was made: nothing was changed."
        return result
    }

    private func make(_ session: Session, _ before: ObjectComparison) throws {
        let hadSchema = before.found.contains { $0.kind == "schema" }
        // Made by an earlier run that was cut off: nobody else has put anything there.
        let isAdopted = order.adoptsDatabase && before.foreign.isEmpty
        let isOurs = try !hadSchema || isAdopted || session.version()?.createdSchema ?? false
        try session.run("CREATE DATABASE IF NOT EXISTS \(MySQLName.quoted(order.database))")
        try session.run("USE \(MySQLName.quoted(order.database))")
        for statement in MonitoringObjects.batches(CollectorSQL.mySQLDeployObjects, separator: "$$") { try session.run(statement) }
        for statement in MySQLCollectorProceduresSQL.drops(others: before.stale) { try session.run(statement) }
        for procedure in MySQLCollectorProceduresSQL.procedures(for: session.identity.traits) { try session.run(procedure.statement) }
        try session.run("DELETE FROM schema_version")
        try session.run(
            """
            INSERT INTO schema_version (version, applied_at, applied_by, created_schema)
            VALUES (\(MonitoringObjects.version), UTC_TIMESTAMP(3), CURRENT_USER(), \(isOurs ? 1 : 0))
            """)
    }

    /// After a failed first deployment, takes away what it made; an earlier deployment stays, for the next try.
    private func cleanUp(_ session: Session, _ before: ObjectComparison) {
        guard before.state == .none || !before.objects.contains(where: { $0.state != .missing && $0.kind != .schema }) else { return }
        if before.found.isEmpty {
            _ = try? session.run("DROP DATABASE IF EXISTS \(MySQLName.quoted(order.database))")  // the first error is the one to tell
        } else if (try? session.run("USE \(MySQLName.quoted(order.database))")) != nil {
            let rest = MonitoringObjects.batches(CollectorSQL.mySQLDeployRemove, separator: "$$")
            for statement in MySQLCollectorProceduresSQL.drops() + rest { _ = try? session.run(statement) }
        }
    }

    /// To every account of that name: which one a host matches is the server's to say.
    private func grant(_ login: String, _ session: Session) throws {
        let hosts = try? session.run("SELECT Host AS host FROM mysql.user WHERE User = '\(MySQLName.escaped(login))'").first
        let accounts = hosts.map { set in set.rows.compactMap { $0.first?.text }.map { "\(login)@\($0)" } } ?? []
        for account in accounts.isEmpty ? ["\(login)@%"] : accounts {
            try session.run(MySQLName.monitorGrant(database: order.database, account: account))
        }
    }

    private func permissions(_ session: Session) throws -> [PermissionCheck] {
        let rights = try session.rights()
        let account = session.identity.account
        return MySQLName.deployRights.map { right in
            PermissionCheck(
                // A role's rights are not listed: trying tells.
                name: "\(right) on \(order.database)", granted: rights.has(right) || rights.hasRole,
                neededFor: right == "EXECUTE" ? "running the procedures" : "the monitoring objects",
                grantStatement: "GRANT \(right) ON \(MySQLName.grantPlace(order.database)) TO \(MySQLName.account(account));")
        }
    }

    private func refuse(_ before: ObjectComparison) throws {
        if let version = before.version, version > MonitoringObjects.version {
            throw DeployFailure(
                .newerVersion,
                "\(order.database) has monitoring objects of version \(version), made by a later DbTools; this one brings \(MonitoringObjects.version)."
            )
        }
        let hasOurs = before.version != nil || before.objects.contains { $0.kind == .procedure && $0.state != .missing }
        let taken = before.foreign.first { $0.kind != "schema" && ["settings", "schema_version"].contains($0.name.lowercased()) }
        let hasSpoilt = before.objects.contains { $0.kind == .table && $0.state == .changed }
        if !hasOurs, taken != nil || hasSpoilt {
            throw DeployFailure(
                .nameTaken, "The schema \(order.database) has a table settings or schema_version that is not ours: choose another schema.")
        }
    }

    // MARK: Remove

    private func remove(_ session: Session) throws -> DeployResult {
        let before = try session.inventory()
        let isThere = before.objects.contains { $0.state != .missing && $0.kind != .schema } || !before.stale.isEmpty
        let isLeftOver = order.adoptsDatabase && before.found.contains { $0.kind == "schema" }
        guard isThere || isLeftOver else {
            return seen(ObjectComparison(expected: Self.expected(order.database, on: session.identity), found: [], version: nil))
        }
        let made = try order.adoptsDatabase || session.version()?.createdSchema ?? false
        if isThere {
            try session.run("USE \(MySQLName.quoted(order.database))")
            let rest = MonitoringObjects.batches(CollectorSQL.mySQLDeployRemove, separator: "$$")
            for statement in MySQLCollectorProceduresSQL.drops(others: before.stale) + rest { try session.run(statement) }
        }
        var notes: [String] = []
        let between = try session.inventory()
        if made {
            if let other = between.found.first(where: { $0.kind != "schema" }) {
                notes.append("The schema \(order.database), which DbTools made, stays: it holds \(other.name), which is not ours.")
            } else {
                try session.run("DROP DATABASE \(MySQLName.quoted(order.database))")
            }
        }
        let after = try session.inventory()
        guard !after.objects.contains(where: { $0.state != .missing && $0.kind != .schema }) else {
            throw DeployFailure(.readBackDiffers, "Something of the monitoring objects is still in \(order.database): remove again.")
        }
        return DeployResult(
            success: true, state: DeployedState.none, message: "The monitoring objects are gone from \(order.database).",
            objects: ObjectComparison(expected: Self.expected(order.database, on: session.identity), found: [], version: nil).objects,
            notes: notes, isChanged: true)
    }

    /// What a deployment makes on a server, as the catalog shows it.
    static func expected(_ database: String, on identity: MySQLIdentity) -> [ObjectComparison.Expected] {
        core(database)
            + MySQLCollectorProceduresSQL.procedures(for: identity.traits).map {
                .init(name: $0.name, kind: .procedure, definition: "INVOKER \($0.body)")
            }
    }

    /// What `objects.sql` makes, as the catalog shows it.
    static func core(_ database: String) -> [ObjectComparison.Expected] {
        let head = "CREATE PROCEDURE "
        let procedures = MonitoringObjects.batches(CollectorSQL.mySQLDeployObjects, separator: "$$").compactMap {
            statement -> ObjectComparison.Expected? in
            guard statement.hasPrefix(head), let body = statement.range(of: "\nBEGIN\n") else { return nil }
            let name = statement.dropFirst(head.count).prefix { $0 != "(" }
            return .init(name: String(name), kind: .procedure, definition: "INVOKER \(statement[body.lowerBound...].dropFirst())")
        }
        return [
            .init(name: database, kind: .schema, definition: ""),
            .init(name: "settings", kind: .table, definition: "name varchar, value varchar, description varchar"),
            .init(
                name: "schema_version", kind: .table,
                definition: "version int, applied_at datetime, applied_by varchar, created_schema tinyint"),
        ] + procedures
    }

    /// One connection in the work, without a schema of its own until one is used.
    struct Session {
        let connection: ODBCConnection
        let identity: MySQLIdentity
        private let deployment: MySQLDeployment
        private let failure: MySQLFailure

        init(_ deployment: MySQLDeployment) throws {
            var target = deployment.target
            target.database = nil
            failure = MySQLFailure(target: target)
            connection = try deployment.engine.open(target, deadline: deployment.deadline)
            identity = try MySQLIdentity.read(connection, failure: failure, deadlineSeconds: deployment.deadline.remainingSeconds)
            self.deployment = deployment
        }

        @discardableResult func run(_ statement: String) throws -> [ODBCResultSet] {
            do throws(ODBCError) {
                var sets: [ODBCResultSet] = []
                let seconds = deployment.deadline.remainingSeconds
                for set in try connection.resultSets(statement, deadlineSeconds: seconds, rowCountMax: MySQLDeployment.rowCountMax) {
                    sets.append(try set.get())
                }
                return sets
            } catch { throw explained(error) }
        }

        func rights() throws -> MySQLSchemaRights {
            let rows = try run(CollectorSQL.mySQLGrants).first?.rows ?? []
            return MySQLSchemaRights(rows.compactMap { $0.first?.text }, database: deployment.order.database)
        }

        func inventory() throws -> ObjectComparison {
            let database = deployment.order.database
            let sql = CollectorSQL.mySQLDeployInventory.replacing("$(Database)", with: MySQLName.escaped(database))
            var found: [ObjectComparison.Found] = []
            for row in try run(sql).first?.rows ?? [] where row.count == 3 {
                guard let kind = row[0].text, let name = row[1].text else { continue }
                found.append(.init(name: name, kind: kind, definition: row[2].text))
            }
            var version: Int?
            if found.contains(where: { $0.kind == "table" && $0.name == "schema_version" }) { version = try self.version()?.number }
            let expected = MySQLDeployment.expected(database, on: identity)
            let names = Set(expected.map { $0.name.lowercased() })
            let stale = found.filter {
                $0.kind == "procedure" && $0.name.hasPrefix(MySQLCollectorProceduresSQL.prefix) && !names.contains($0.name.lowercased())
            }.map(\.name)
            found.removeAll { $0.kind == "procedure" && stale.contains($0.name) }
            return ObjectComparison(expected: expected, found: found, version: version, stale: stale)
        }

        /// Nil when there is no such table of ours.
        func version() throws -> (number: Int, createdSchema: Bool)? {
            let place = MySQLName.quoted(deployment.order.database) + ".schema_version"
            let sql = CollectorSQL.mySQLDeployVersion.replacing("FROM schema_version", with: "FROM \(place)")
            guard let set = try? run(sql).first, let number = set.value("version").int else { return nil }
            return (Int(number), set.value("created_schema").int == 1)
        }

        private func explained(_ error: ODBCError) -> DeployFailure {
            let words = SQLServerFailure.sentence(error.message)
            let database = deployment.order.database
            switch error.native {
            case 1044, 1142, 1227, 1370, 1410, 1419:
                return DeployFailure(
                    .noPermissions,
                    "The account lacks a right in \(database) that this needs: run the grant script. The server says: \(words)")
            case 1290, 1792, 1836:
                return DeployFailure(
                    .readOnly,
                    "\(deployment.target.hostname) takes no changes (read-only): deploy on the primary. The server says: \(words)")
            case 1205, 1213: return DeployFailure(.busy, "Something in \(database) is locked by somebody else: try again in a moment.")
            case 1021, 1114, 1041:
                return DeployFailure(.noSpace, "\(deployment.target.hostname) has no room for the objects. The server says: \(words)")
            case 1304, 1050, 1007:
                return DeployFailure(.nameTaken, "\(database) has something else of that name already. The server says: \(words)")
            default:
                let other = failure.whileReading(error)
                guard other.code == .protocolError else { return DeployFailure(other) }
                return DeployFailure(.refused, "\(deployment.target.hostname) refused a statement (error \(error.native)): \(words)")
            }
        }
    }
}
