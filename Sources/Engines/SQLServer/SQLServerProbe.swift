import Foundation
import ODBC

/// A connection test after the connect: reads back version, permissions, encryption.
struct SQLServerProbe {
    let connection: ODBCConnection
    let target: Target
    let deadline: CallDeadline

    private static let rowCountMax = 10

    /// What could be read of the server's state.
    private struct State {
        /// Whether it may be read, as trying told; nil when the server has nothing to try.
        var isGranted: Bool?
        /// What this server does not have, as phrases.
        var unavailable: [String] = []
    }

    func result(latencyMs: Int) throws(EngineError) -> ProbeResult {
        let failure = SQLServerFailure(target: target, port: target.port)
        let (set, identity) = try Self.identity(connection, deadline: deadline, failure: failure)
        var result = ProbeResult(
            success: false, message: "", engine: .sqlserver, version: identity.version, productVersion: identity.productVersion,
            edition: identity.edition, latencyMs: latencyMs, serverName: identity.serverName.isEmpty ? nil : identity.serverName,
            mayDeploy: mayDeploy(set))
        guard identity.isSupported else {
            result.permissions = Self.permissions(identity, set, stateIsGranted: identity.maySeeState ?? false)
            result.errorCode = .unsupportedVersion
            result.message =
                "\(target.hostname) runs \(identity.version) (\(identity.productVersion)); DbTools needs SQL Server 2016 or later."
            return result
        }
        let state = try readState(into: &result, failure)
        // What was read is the proof; what the server says of rights counts where there was nothing to read.
        let isGranted = state.isGranted ?? (identity.isBabelfish ? true : identity.maySeeState ?? true)
        result.permissions = Self.permissions(identity, set, stateIsGranted: isGranted)
        guard isGranted else {
            result.errorCode = .noPermissions
            let statement = identity.stateCheck(granted: false).grantStatement ?? ""
            result.message =
                "Connected to \(identity.version), but the login \(identity.loginName) may not read the server's state: run \(statement)"
            return result
        }
        result.success = true
        let build = [identity.productVersion, identity.edition].filter { !$0.isEmpty }.joined(separator: ", ")
        result.message = "Connected to \(identity.version)\(build.isEmpty ? "" : " (\(build))")\(caveat(state))."
        return result
    }

    /// Who answers. Throws `.protocolError` when the server says nothing at all of itself.
    static func identity(
        _ connection: ODBCConnection, deadline: CallDeadline, failure: SQLServerFailure
    ) throws(EngineError) -> (ODBCResultSet, SQLServerIdentity) {
        do throws(ODBCError) {
            let answer = try SQLServerBatch(CollectorSQL.sqlServerProbe).answer(
                on: connection, deadline: deadline, rowCountMax: rowCountMax)
            let set = ODBCResultSet.merged(answer.sets)
            let identity = SQLServerIdentity(set)
            guard !identity.productVersion.isEmpty || !identity.versionText.isEmpty else {
                throw answer.errors.first ?? ODBCError(state: "HY000", message: "no row came back")
            }
            return (set, identity)
        } catch { throw failure.whileReading(error) }
    }

    private func readState(into result: inout ProbeResult, _ failure: SQLServerFailure) throws(EngineError) -> State {
        let answer: SQLServerBatch.Answer
        do throws(ODBCError) {
            answer = try SQLServerBatch(CollectorSQL.sqlServerProbeState).answer(
                on: connection, deadline: deadline, rowCountMax: Self.rowCountMax)
        } catch {
            if SQLServerFailure.isPermission(error) { return State(isGranted: false) }
            guard SQLServerBatch.isRefusal(error) else { throw failure.whileReading(error) }
            return State(unavailable: [SQLServerFailure.sentence(error.message, ending: "")])
        }
        var state = State(unavailable: answer.unavailable)
        // The second statement needs a right of its own from 2022 on: only what the first met tells of the state.
        let first = answer.results.first
        if case .failure(let error) = first, SQLServerFailure.isPermission(error) { state.isGranted = false }
        for set in answer.sets {
            if set.index(of: "started_at_local") != nil, !set.rows.isEmpty { state.isGranted = true }
            if case .timestamp(let start) = set.value("started_at_local") {
                result.startedAt = SQLServerStart(
                    local: start, utcOffsetMinutes: Int(set.value("utc_offset_minutes").int ?? 0), uptimeMs: set.value("uptime_ms").int,
                    readAt: Date()
                ).date
            }
            if let option = set.value("encrypt_option").text { result.encrypted = option.uppercased() == "TRUE" }
        }
        return state
    }

    /// The rights that a connection test shows. Pure.
    static func permissions(_ identity: SQLServerIdentity, _ set: ODBCResultSet, stateIsGranted: Bool) -> [PermissionCheck] {
        var checks = [identity.stateCheck(granted: stateIsGranted)]
        // They have no such rights to give.
        guard identity.engineEdition != 5, !identity.isBabelfish else { return checks }
        let login = identity.quotedLogin
        checks.append(
            PermissionCheck(
                name: "VIEW ANY DEFINITION", granted: set.value("view_any_definition").int == 1,
                neededFor: "names of databases, objects and jobs (optional)",
                grantStatement: "USE master; GRANT VIEW ANY DEFINITION TO \(login);"))
        checks.append(
            PermissionCheck(
                name: "SELECT on msdb", granted: set.value("select_backupset").int == 1, neededFor: "backup and job history (optional)",
                grantStatement: "USE msdb; IF DATABASE_PRINCIPAL_ID(N'\(SQLServerName.escaped(identity.loginName))') IS NULL "
                    + "CREATE USER \(login) FOR LOGIN \(login); ALTER ROLE db_datareader ADD MEMBER \(login);"))
        return checks
    }

    /// In the database DbTools: by its rights there, or, where there is none, by the right to make one.
    private func mayDeploy(_ set: ODBCResultSet) -> Bool? {
        let columns =
            set.value("deploy_database_id").isNull
            ? ["create_any_database"] : ["deploy_create_schema", "deploy_create_table", "deploy_create_procedure"]
        let rights = columns.map { set.value($0).int }
        if rights.contains(0) { return false }
        return rights.contains(nil) ? nil : true
    }

    /// What the reader should know of a connection that is encrypted only by half, and of a server that lacks something.
    private func caveat(_ state: State) -> String {
        var text = target.encrypt && target.trustServerCertificate ? "; encrypted, but the certificate is not verified" : ""
        if !state.unavailable.isEmpty { text += "; not available here: \(state.unavailable.joined(separator: ", "))" }
        return text
    }
}
