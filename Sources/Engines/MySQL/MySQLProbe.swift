import Foundation
import ODBC

/// Who answers, as `probe.sql` reads it.
struct MySQLIdentity {
    let serverName: String
    /// The build as the server writes it, such as `10.11.19-MariaDB-0+deb12u1`.
    let versionText: String
    let edition: String
    /// `user@host`, as the server matched it.
    let account: String
    let hasPerformanceSchema: Bool

    var isMariaDB: Bool { versionText.lowercased().contains("mariadb") || edition.lowercased().contains("mariadb") }

    /// The numbers in front of the version, such as `10.11.19`.
    var productVersion: String { String(versionText.prefix { $0.isNumber || $0 == "." }) }

    private var numbers: [Int] { productVersion.split(separator: ".").compactMap { Int($0) } }

    /// MySQL 8.0, MariaDB 10.6.
    var isSupported: Bool {
        guard let major = numbers.first else { return false }
        guard isMariaDB else { return major >= 8 }
        return major > 10 || major == 10 && numbers.count > 1 && numbers[1] >= 6
    }

    /// What collectors' conditions ask of it.
    var traits: ServerTraits {
        ServerTraits(version: productVersion, isMariaDB: isMariaDB, hasPerformanceSchema: hasPerformanceSchema)
    }

    /// The product's everyday name, such as `MariaDB 10.11`.
    var version: String { (isMariaDB ? "MariaDB " : "MySQL ") + numbers.prefix(2).map { String($0) }.joined(separator: ".") }

    func serverIdentity(startedAt: Date?) -> ServerIdentity {
        ServerIdentity(
            serverName: serverName, startedAt: startedAt, productVersion: productVersion, edition: edition, version: version, coreCount: nil
        )
    }

    static func read(_ connection: ODBCConnection, failure: MySQLFailure, deadlineSeconds: Double) throws(EngineError) -> MySQLIdentity {
        do throws(ODBCError) {
            let sets = try connection.resultSets(CollectorSQL.mySQLProbe, deadlineSeconds: deadlineSeconds, rowCountMax: 1)
            guard let set = try sets.first?.get(), let version = set.value("version").text else {
                throw ODBCError(state: "HY000", message: "no row came back")
            }
            return MySQLIdentity(
                serverName: set.value("server_name").text ?? "", versionText: version, edition: set.value("edition").text ?? "",
                account: set.value("account").text ?? "", hasPerformanceSchema: set.value("has_performance_schema").int == 1)
        } catch { throw failure.whileReading(error) }
    }
}

/// A connection test after the connect: reads back version, permissions, encryption.
struct MySQLProbe {
    let connection: ODBCConnection
    let target: Target
    let deadline: CallDeadline

    func result(latencyMs: Int) throws(EngineError) -> ProbeResult {
        let failure = MySQLFailure(target: target)
        let identity = try MySQLIdentity.read(connection, failure: failure, deadlineSeconds: deadline.remainingSeconds)
        var result = ProbeResult(
            success: false, message: "", engine: .mysql, version: identity.version, productVersion: identity.productVersion,
            edition: identity.edition,
            latencyMs: latencyMs, serverName: identity.serverName)
        guard identity.isSupported else {
            result.errorCode = .unsupportedVersion
            result.message = "\(target.hostname) runs \(identity.version); DbTools needs MySQL 8.0 or MariaDB 10.6, or later."
            return result
        }
        var grants: MySQLGrants
        do throws(ODBCError) {
            let status = try rows(CollectorSQL.mySQLEncryption)
            result.encrypted = status.first { $0.first?.text?.lowercased() == "ssl_cipher" }.map { $0.last?.text?.isEmpty == false }
            if let uptime = status.first(where: { $0.first?.text?.lowercased() == "uptime" })?.last?.int {
                result.startedAt = MySQLStatus.start(uptimeSeconds: uptime, now: Date())
            }
            let statements = try rows(CollectorSQL.mySQLGrants).compactMap { $0.first?.text }
            grants = MySQLGrants(statements)
            if !grants.hasProcess, try maySeeSessions() { grants.addProcess() }
            let rights = MySQLSchemaRights(statements, database: MonitoringObjects.defaultDatabase(.mysql, connectsTo: nil))
            // A role's rights are not listed: then only trying tells.
            result.mayDeploy = MySQLName.deployRights.allSatisfy { rights.has($0) } ? true : rights.hasRole ? nil : false
        } catch { throw failure.whileReading(error) }
        result.permissions = grants.checks(account: identity.account, isMariaDB: identity.isMariaDB)
        guard grants.hasProcess else {
            result.errorCode = .noPermissions
            result.message =
                "Connected to \(identity.version), but the account \(identity.account) may not see other users' sessions: run \(result.permissions[0].grantStatement ?? "")"
            return result
        }
        result.success = true
        let caveat = target.encrypt && target.trustServerCertificate ? "; encrypted, but the certificate is not verified" : ""
        result.message = "Connected to \(identity.version) (\(identity.productVersion), \(identity.edition))\(caveat)."
        return result
    }

    /// By trying; false when the server does not say.
    private func maySeeSessions() throws(ODBCError) -> Bool {
        do throws(ODBCError) {
            _ = try rows(CollectorSQL.mySQLProcess)
            return true
        } catch {
            if error.isDeadline || error.isConnectionFailure { throw error }
            return false
        }
    }

    private func rows(_ sql: String) throws(ODBCError) -> [[ODBCValue]] {
        try connection.resultSets(sql, deadlineSeconds: deadline.remainingSeconds, rowCountMax: 1_000).first?.get().rows ?? []
    }
}

/// The rows of SHOW GRANTS, read as far as DbTools asks: pure.
struct MySQLGrants {
    private var global: Set<String> = []
    private var maySelectPerformanceSchema = false

    init(_ statements: [String]) {
        for statement in statements {
            guard statement.uppercased().hasPrefix("GRANT "), let on = statement.range(of: " ON ", options: .caseInsensitive) else {
                continue
            }
            let rights = Set(
                statement[..<on.lowerBound].dropFirst(6).split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces).uppercased() })
            let object = statement[on.upperBound...].prefix { $0 != " " }.replacing("`", with: "")
            if object == "*.*" { global.formUnion(rights) }
            let grantsSelect = rights.contains("SELECT") || rights.contains("ALL PRIVILEGES")
            if grantsSelect, ["*.*", "performance_schema.*"].contains(object.lowercased()) { maySelectPerformanceSchema = true }
        }
    }

    var hasProcess: Bool { has("PROCESS") }

    /// A role brings it.
    mutating func addProcess() { global.insert("PROCESS") }

    private func has(_ rights: String...) -> Bool { global.contains("ALL PRIVILEGES") || rights.contains { global.contains($0) } }

    func checks(account: String, isMariaDB: Bool) -> [PermissionCheck] {
        let grantee = MySQLName.account(account)
        // MariaDB 10.5 renamed it; it takes the old name in GRANT and shows the new one.
        let replication = isMariaDB ? "BINLOG MONITOR" : "REPLICATION CLIENT"
        return [
            PermissionCheck(
                name: "PROCESS", granted: hasProcess, neededFor: "sessions and statements of other users",
                grantStatement: "GRANT PROCESS ON *.* TO \(grantee);"),
            PermissionCheck(
                name: replication, granted: has("REPLICATION CLIENT", "BINLOG MONITOR"), neededFor: "state of replication (optional)",
                grantStatement: "GRANT \(replication) ON *.* TO \(grantee);"),
            PermissionCheck(
                name: "SELECT on performance_schema", granted: maySelectPerformanceSchema,
                neededFor: "waits and statement statistics (optional)",
                grantStatement: "GRANT SELECT ON performance_schema.* TO \(grantee);"),
        ]
    }
}
