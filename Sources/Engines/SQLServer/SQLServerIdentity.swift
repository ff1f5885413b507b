import Foundation
import ODBC

/// The first result set of `probe.sql` and `collect.sql`: who answers, and what the login may see.
struct SQLServerIdentity {
    let serverName: String
    let productVersion: String
    let edition: String
    let engineEdition: Int
    let isLinux: Bool
    let loginName: String
    let databaseName: String?
    /// Whether the server's state may be read: by VIEW SERVER STATE, or its narrower form of 2022.
    let maySeeState: Bool

    /// The oldest supported box product: SQL Server 2016.
    static let majorVersionMin = 13

    init(_ set: ODBCResultSet) {
        serverName = set.value("server_name").text ?? ""
        productVersion = set.value("product_version").text ?? ""
        edition = set.value("edition").text ?? ""
        engineEdition = Int(set.value("engine_edition").int ?? 0)
        isLinux = set.value("is_linux").int == 1
        loginName = set.value("login_name").text ?? ""
        databaseName = set.value("database_name").text
        maySeeState = set.value("view_server_state").int == 1 || set.value("view_server_performance_state").int == 1
    }

    /// Azure SQL Database (5) and Managed Instance (8) report 12.0: they are judged by edition.
    var isAzure: Bool { [5, 8].contains(engineEdition) }

    var majorVersion: Int { productVersion.split(separator: ".").first.flatMap { Int($0) } ?? 0 }

    var isSupported: Bool { isAzure || majorVersion >= Self.majorVersionMin }

    /// From 2022 on, a narrower right is enough.
    var hasPerformanceRight: Bool { !isAzure && majorVersion >= 16 }

    /// The product's everyday name.
    var version: String {
        if engineEdition == 5 { return "Azure SQL Database" }
        if engineEdition == 8 { return "Azure SQL Managed Instance" }
        let years = [8: "2000", 9: "2005", 10: "2008", 11: "2012", 12: "2014", 13: "2016", 14: "2017", 15: "2019", 16: "2022", 17: "2025"]
        if productVersion.hasPrefix("10.50") { return "SQL Server 2008 R2" }
        return years[majorVersion].map { "SQL Server \($0)" } ?? "SQL Server \(productVersion)"
    }

    /// The right to see the server's state.
    var stateCheck: PermissionCheck {
        let name = hasPerformanceRight ? "VIEW SERVER PERFORMANCE STATE" : "VIEW SERVER STATE"
        return PermissionCheck(
            name: name, granted: maySeeState, neededFor: "CPU, memory, connections, waits and all other core readings",
            grantStatement: "USE master; GRANT \(name) TO \(quotedLogin);")
    }

    /// The login as an identifier in brackets.
    var quotedLogin: String { "[\(loginName.replacing("]", with: "]]"))]" }
}

/// A connection test after the connect: reads back version, permissions, encryption.
struct SQLServerProbe {
    let connection: ODBCConnection
    let target: Target
    let deadline: CallDeadline

    func result(latencyMs: Int) throws(EngineError) -> ProbeResult {
        let failure = SQLServerFailure(target: target, port: target.port)
        let first: ODBCResultSet
        do throws(ODBCError) {
            let sets = try connection.resultSets(CollectorSQL.sqlServerProbe, deadlineSeconds: deadline.remainingSeconds, rowCountMax: 1)
            guard let set = try sets.first?.get(), set.rows.count == 1 else {
                throw ODBCError(state: "HY000", message: "no row came back")
            }
            first = set
        } catch { throw failure.whileReading(error) }
        let identity = SQLServerIdentity(first)
        var result = ProbeResult(
            success: false, message: "", engine: .sqlserver, version: identity.version, productVersion: identity.productVersion,
            edition: identity.edition,
            latencyMs: latencyMs, permissions: permissions(identity, first), serverName: identity.serverName,
            mayDeploy: mayDeploy(first))
        guard identity.isSupported else {
            result.errorCode = .unsupportedVersion
            result.message =
                "\(target.hostname) runs \(identity.version) (\(identity.productVersion)); DbTools needs SQL Server 2016 or later."
            return result
        }
        if identity.maySeeState { try readState(into: &result, failure) }
        guard identity.maySeeState else {
            result.errorCode = .noPermissions
            result.message =
                "Connected to \(identity.version), but the login \(identity.loginName) may not read the server's state: run \(identity.stateCheck.grantStatement ?? "")"
            return result
        }
        result.success = true
        result.message = "Connected to \(identity.version) (\(identity.productVersion), \(identity.edition))\(caveat)."
        return result
    }

    private func readState(into result: inout ProbeResult, _ failure: SQLServerFailure) throws(EngineError) {
        let sets: [Result<ODBCResultSet, ODBCError>]
        do throws(ODBCError) {
            sets = try connection.resultSets(CollectorSQL.sqlServerProbeState, deadlineSeconds: deadline.remainingSeconds, rowCountMax: 10)
        } catch { throw failure.whileReading(error) }
        for case .success(let set) in sets {
            if case .timestamp(let start) = set.value("started_at_local") {
                result.startedAt = start.date(utcOffsetMinutes: Int(set.value("utc_offset_minutes").int ?? 0))
            }
            if let option = set.value("encrypt_option").text { result.encrypted = option.uppercased() == "TRUE" }
        }
    }

    private func permissions(_ identity: SQLServerIdentity, _ set: ODBCResultSet) -> [PermissionCheck] {
        [
            identity.stateCheck,
            PermissionCheck(
                name: "VIEW ANY DEFINITION", granted: set.value("view_any_definition").int == 1,
                neededFor: "names of databases, objects and jobs (optional)",
                grantStatement: "USE master; GRANT VIEW ANY DEFINITION TO \(identity.quotedLogin);"),
            PermissionCheck(
                name: "SELECT on msdb", granted: set.value("select_backupset").int == 1, neededFor: "backup and job history (optional)",
                grantStatement: "USE msdb; CREATE USER \(identity.quotedLogin) FOR LOGIN \(identity.quotedLogin); "
                    + "ALTER ROLE db_datareader ADD MEMBER \(identity.quotedLogin);"),
        ]
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

    /// What the reader should know of a connection that is encrypted only by half.
    private var caveat: String { target.encrypt && target.trustServerCertificate ? "; encrypted, but the certificate is not verified" : "" }
}
