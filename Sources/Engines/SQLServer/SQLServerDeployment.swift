import ODBC

/// Deploys, checks and removes the monitoring objects of one SQL Server. Everything but CREATE and DROP DATABASE is in one transaction.
struct SQLServerDeployment {
    let engine: SQLServerEngine
    let target: Target
    let order: DeployOrder
    let deadline: CallDeadline

    static let statementSecondsMax = 25.0
    static let rowCountMax = 2_000

    /// What the server says before anything is done.
    private struct Server {
        let login: String
        let identity: SQLServerIdentity
        let hasDatabase: Bool
        /// Nil: the server does not say.
        let hasAccess: Bool?
        let mayCreateDatabase: Bool?
    }

    func result() -> DeployResult {
        do {
            switch order.task {
            case .check: return try check()
            case .deploy: return try deploy()
            case .remove: return try remove()
            }
        } catch let error as EngineError {
            return .failure(error)
        } catch let error as DeployFailure {
            return error.result
        } catch {
            return DeployResult(success: false, state: nil, message: "The deployment failed.", errorCode: DeployErrorCode.refused.rawValue)
        }
    }

    // MARK: Check

    private func check() throws -> DeployResult {
        let (server, connection) = try openServer()
        connection.close()
        guard server.hasDatabase else {
            var result = Self.nothing("There is no database \(order.database) on \(target.hostname).", server)
            result.hasDatabase = false
            return result
        }
        let session = try openDatabase(server)
        defer { session.connection.close() }
        return Self.seen(try session.inventory(), database: order.database)
    }

    private static func nothing(_ message: String, _ server: Server) -> DeployResult {
        DeployResult(
            success: true, state: DeployedState.none, message: message,
            objects: ObjectComparison(expected: expected(on: server.identity), found: [], version: nil).objects)
    }

    private static func seen(_ comparison: ObjectComparison, database: String) -> DeployResult {
        let state = comparison.state
        let message =
            switch state {
            case .none: "No monitoring objects in \(database)."
            case .monitored: "All monitoring objects are in \(database), as they were made."
            case .outdated:
                "The monitoring objects in \(database) are of version \(comparison.version ?? 0); deploying brings \(MonitoringObjects.version)."
            case .drifted: "The monitoring objects in \(database) are not as they were made (\(comparison.difference)): deploy again."
            }
        return DeployResult(
            success: true, state: state, message: message, version: state == .none ? nil : comparison.version, objects: comparison.objects,
            hasDatabase: true)
    }

    // MARK: Deploy

    private func deploy() throws -> DeployResult {
        let (server, serverConnection) = try openServer()
        defer { serverConnection.close() }
        guard server.identity.isSupported else {
            throw DeployFailure(.unsupportedVersion, "\(target.hostname) is older than SQL Server 2016: nothing was deployed.")
        }
        let permissions = serverPermissions(server)
        var isCreated = false
        if !server.hasDatabase { isCreated = try createDatabase(server, permissions, serverConnection) }
        do {
            return try deployInto(server, permissions: permissions, isCreated: isCreated)
        } catch {
            // What this run made goes again, as far as the server lets it.
            guard isCreated else { throw error }
            let session = Session(connection: serverConnection, of: self, on: server.identity)
            let isGone = (try? session.run("DROP DATABASE \(SQLServerName.quoted(order.database));")) != nil
            guard var failure = error as? DeployFailure ?? (error as? EngineError).map({ DeployFailure($0) }) else { throw error }
            failure.ownsDatabase = !isGone
            throw failure
        }
    }

    private func deployInto(_ server: Server, permissions: [PermissionCheck], isCreated: Bool) throws -> DeployResult {
        let session = try openDatabase(server)
        defer { session.connection.close() }
        let permissions = permissions + (try databasePermissions(session))
        if permissions.contains(where: { !$0.granted }) {
            // What another login or another DbTools made, all of it as we make it, needs no right of ours.
            if order.monitorLogin == nil, let found = try? session.inventory(), found.state == .monitored { return kept(found) }
            throw DeployFailure(
                .noPermissions,
                "The login \(server.login) lacks a right that a deployment in \(order.database) needs: run the grant script.",
                permissions: permissions)
        }
        let before = try session.inventory()
        try refuse(before)
        // Made by an earlier run that was cut off: nobody has put anything there since.
        let isAdopted = try !isCreated && order.adoptsDatabase && before.found.isEmpty && session.isEmptyDatabase()
        let isOurs = isCreated || isAdopted
        let isChanged = before.state != .monitored || isOurs
        do {
            if isChanged { try make(session, before, isOurs: isOurs) } else { try grantToMonitor(session) }
        } catch let failure as DeployFailure where failure.permissions.isEmpty && failure.code == ProbeErrorCode.noPermissions.rawValue {
            throw DeployFailure(.noPermissions, failure.message, permissions: permissions)
        }
        let after = try session.inventory()
        guard after.state == .monitored else {
            throw DeployFailure(
                .readBackDiffers, "What was read back from \(order.database) after the end differs (\(after.difference)): deploy again.")
        }
        var result = kept(after)
        result.isChanged = isChanged
        result.ownsDatabase = try session.made().database
        result.permissions = permissions
        if isChanged {
            result.message =
                "Deployed version \(MonitoringObjects.version) into \(order.database)\(isOurs ? ", which was made for it," : "") and read it back."
        }
        return result
    }

    private func kept(_ found: ObjectComparison) -> DeployResult {
        var result = Self.seen(found, database: order.database)
        result.message = "Version \(MonitoringObjects.version) is in \(order.database) already, as it was made: nothing was changed."
        if found.hasUnseen { result.notes.append("The login may not see the procedures' text, so changes of it would go unnoticed.") }
        return result
    }

    /// All or nothing: in one transaction, or, where the server takes no changes of structure in one, by taking away again what was begun.
    private func make(_ session: Session, _ before: ObjectComparison, isOurs: Bool) throws {
        let all = {
            for batch in Self.batches(CollectorSQL.sqlServerDeployObjects) { try session.run(batch) }
            try session.makeCollectors(replacing: before)
            if isOurs { try session.run("UPDATE DbTools.SchemaVersion SET CreatedDatabase = 1;") }
            try grantToMonitor(session)
            let inside = try session.inventory()
            guard inside.state == .monitored else {
                throw DeployFailure(
                    .readBackDiffers, "What was read back from \(order.database) differs (\(inside.difference)); nothing was kept.")
            }
        }
        do { try session.transaction(all) } catch let failure as DeployFailure where failure.isAboutTransactions {
            do { try all() } catch {
                if before.found.isEmpty {
                    // The first error is the one to tell.
                    _ = try? session.run(CollectorProceduresSQL.drop())
                    for batch in Self.batches(CollectorSQL.sqlServerDeployRemove) { _ = try? session.run(batch) }
                }
                throw error
            }
        }
    }

    private func refuse(_ before: ObjectComparison) throws {
        if let version = before.version, version > MonitoringObjects.version {
            throw DeployFailure(
                .newerVersion,
                "\(order.database) has monitoring objects of version \(version), made by a later DbTools; this one brings \(MonitoringObjects.version)."
            )
        }
        if before.version == nil, !before.foreign.isEmpty, !before.objects.contains(where: { $0.state != .missing && $0.kind != .schema }) {
            throw DeployFailure(
                .nameTaken,
                "\(order.database) has a schema DbTools that is not ours (it holds \(before.foreign[0].name)): choose another database.")
        }
    }

    private func grantToMonitor(_ session: Session) throws {
        guard let login = order.monitorLogin, !login.isEmpty else { return }
        for batch in SQLServerName.monitorBatches(login) { try session.run(batch) }
    }

    private func createDatabase(_ server: Server, _ permissions: [PermissionCheck], _ connection: ODBCConnection) throws -> Bool {
        let name = SQLServerName.quoted(order.database)
        guard order.createDatabase else {
            throw DeployFailure(
                .databaseNotFound,
                "There is no database \(order.database) on \(target.hostname) that the login \(server.login) can see: name another, or let DbTools make it."
            )
        }
        if permissions.contains(where: { !$0.granted }) {
            throw DeployFailure.unmade(
                "The login \(server.login) may not make the database \(order.database): run the grant script, or make it by hand.",
                permissions: permissions)
        }
        let session = Session(connection: connection, of: self, on: server.identity)
        do { try session.run("CREATE DATABASE \(name);") } catch var failure as DeployFailure {
            // A connection that broke does not say whether it was made.
            if !failure.numbers.isEmpty { failure.ownsDatabase = false }
            throw failure
        }
        // A log that nobody backs up must not grow; a server that refuses this is still deployed to.
        _ = try? session.run("ALTER DATABASE \(name) SET RECOVERY SIMPLE;")
        return true
    }

    private func serverPermissions(_ server: Server) -> [PermissionCheck] {
        guard !server.hasDatabase, order.createDatabase else { return [] }
        return [
            PermissionCheck(
                name: "CREATE ANY DATABASE", granted: server.mayCreateDatabase ?? true, neededFor: "making the database \(order.database)",
                grantStatement: "USE master; GRANT CREATE ANY DATABASE TO \(SQLServerName.quoted(server.login));")
        ]
    }

    private func databasePermissions(_ session: Session) throws -> [PermissionCheck] {
        let set = ODBCResultSet.merged(try session.read(CollectorSQL.sqlServerDeployPreflightDatabase))
        let login = set.value("login_name").text ?? target.username ?? ""
        let use = "USE \(SQLServerName.quoted(order.database)); "
        func right(_ column: String, _ name: String, _ neededFor: String, _ grant: String) -> PermissionCheck {
            // NULL: the server does not say; trying tells.
            PermissionCheck(name: name, granted: set.value(column).int != 0, neededFor: neededFor, grantStatement: use + grant)
        }
        let to = "TO \(SQLServerName.quoted(login));"
        var checks: [PermissionCheck] = []
        if set.value("schema_id").isNull {
            checks.append(right("create_schema", "CREATE SCHEMA", "the schema DbTools", "GRANT CREATE SCHEMA \(to)"))
        } else {
            checks.append(
                right(
                    "alter_schema", "ALTER on schema DbTools", "replacing what is in the schema", "GRANT CONTROL ON SCHEMA::DbTools \(to)"))
        }
        checks.append(right("create_table", "CREATE TABLE", "the settings and version tables", "GRANT CREATE TABLE \(to)"))
        checks.append(right("create_procedure", "CREATE PROCEDURE", "the collection procedures", "GRANT CREATE PROCEDURE \(to)"))
        return checks
    }

    // MARK: Remove

    private func remove() throws -> DeployResult {
        let (server, serverConnection) = try openServer()
        defer { serverConnection.close() }
        guard server.hasDatabase else {
            var result = Self.nothing("There is no database \(order.database) on \(target.hostname): nothing to remove.", server)
            result.hasDatabase = false
            result.ownsDatabase = false
            return result
        }
        let (isOurs, isChanged) = try removeObjects(server)
        var notes: [String] = []
        if isOurs {
            let session = Session(connection: serverConnection, of: self, on: server.identity)
            let name = SQLServerName.quoted(order.database)
            // Only our own sessions can be in it: it holds nothing.
            _ = try? session.run("ALTER DATABASE \(name) SET SINGLE_USER WITH ROLLBACK IMMEDIATE;")
            do { try session.run("DROP DATABASE \(name);") } catch let failure as DeployFailure {
                _ = try? session.run("ALTER DATABASE \(name) SET MULTI_USER;")
                notes.append("The database \(order.database), which DbTools made, is empty but could not be dropped: \(failure.message)")
            }
        }
        var result = Self.nothing(
            "The monitoring objects are gone from \(order.database)\(isOurs && notes.isEmpty ? ", and so is the database, which DbTools had made" : "").",
            server)
        result.isChanged = isChanged || isOurs
        result.notes = notes
        result.ownsDatabase = isOurs && !notes.isEmpty
        return result
    }

    /// Returns whether the database is ours and empty, and whether anything was there.
    private func removeObjects(_ server: Server) throws -> (isOurs: Bool, isChanged: Bool) {
        let session = try openDatabase(server)
        defer { session.connection.close() }
        let before = try session.inventory()
        guard before.state != .none || before.version != nil || !before.stale.isEmpty else {
            return (try order.adoptsDatabase && before.found.isEmpty && session.isEmptyDatabase(), false)
        }
        if let other = before.foreign.first {
            throw DeployFailure(
                .notEmpty,
                "The schema DbTools in \(order.database) holds \(other.name), which is not ours: move it, then remove again. Nothing was removed."
            )
        }
        let made = try session.made()
        try session.transaction {
            try session.run(CollectorProceduresSQL.drop(others: before.stale))
            for batch in Self.batches(CollectorSQL.sqlServerDeployRemove) { try session.run(batch) }
            if let user = made.user { try session.run("DROP USER IF EXISTS \(SQLServerName.quoted(user));") }
        }
        let after = try session.inventory()
        guard after.state == .none, after.found.isEmpty, after.stale.isEmpty else {
            throw DeployFailure(.readBackDiffers, "Something of the monitoring objects is still in \(order.database): remove again.")
        }
        return (try (made.database || order.adoptsDatabase) && session.isEmptyDatabase(), true)
    }

    // MARK: Connections

    private func openServer() throws -> (Server, ODBCConnection) {
        var elsewhere = target
        if elsewhere.database?.lowercased() == order.database.lowercased() { elsewhere.database = nil }
        let connection = try openElsewhere(elsewhere)
        let session = Session(connection: connection, of: self, on: nil)
        let sql = CollectorSQL.sqlServerDeployPreflightServer.replacing("$(Database)", with: SQLServerName.escaped(order.database))
        let set = ODBCResultSet.merged(try session.read(sql))
        let server = Server(
            login: set.value("login_name").text ?? target.username ?? "", identity: SQLServerIdentity(set),
            hasDatabase: !set.value("database_id").isNull,
            hasAccess: set.value("has_access").int.map { $0 == 1 }, mayCreateDatabase: set.value("create_any_database").int.map { $0 == 1 })
        return (server, connection)
    }

    private func openElsewhere(_ elsewhere: Target) throws -> ODBCConnection {
        do throws(EngineError) { return try engine.open(elsewhere, deadline: deadline).0 } catch {
            // Azure SQL Database may let a login into its own database only.
            guard error.code == .databaseNotFound, elsewhere.database == nil, target.database != nil else { throw error }
            return try engine.open(target, deadline: deadline).0
        }
    }

    private func openDatabase(_ server: Server) throws -> Session {
        var inside = target
        inside.database = order.database
        let denied = DeployFailure(
            .noPermissions, "The login \(server.login) is no user of the database \(order.database): run the grant script.",
            permissions: [
                PermissionCheck(
                    name: "CONNECT on \(order.database)", granted: false, neededFor: "opening the database",
                    grantStatement: SQLServerName.deployGrants(database: order.database, login: server.login))
            ])
        if server.hasAccess == false, server.hasDatabase { throw denied }
        do throws(EngineError) {
            return Session(connection: try engine.open(inside, deadline: deadline).0, of: self, on: server.identity)
        } catch {
            guard error.code == .databaseNotFound, server.hasDatabase else { throw error }
            throw denied
        }
    }
}
