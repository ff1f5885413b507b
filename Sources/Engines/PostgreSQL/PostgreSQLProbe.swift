import Primitives
import Foundation
import Postgres

/// Who answers, as `probe.sql` reads it.
struct PostgreSQLIdentity {
    let serverName: String
    let productVersion: String
    let versionNumber: Int
    let roleName: String
    let startedAt: Date
    /// May see what pg_monitor sees.
    let isMonitor: Bool
    /// Of pg_monitor, perhaps without inheriting from it: then it may see no more than before.
    let isMember: Bool
    let isEncrypted: Bool
    /// The monitoring objects, into the database that is connected to.
    let mayDeploy: Bool

    /// PostgreSQL 12.
    static let versionNumberMin = 120_000

    var isSupported: Bool { versionNumber >= Self.versionNumberMin }
    var version: String { "PostgreSQL \(versionNumber / 10_000)" }

    var serverIdentity: ServerIdentity {
        ServerIdentity(
            serverName: serverName, startedAt: startedAt, productVersion: productVersion, edition: "PostgreSQL", version: version,
            coreCount: nil)
    }

    var monitorCheck: PermissionCheck {
        PermissionCheck(
            name: "pg_monitor", granted: isMonitor, neededFor: "connections and what other roles' sessions do",
            grantStatement: monitorGrant)
    }

    private var monitorGrant: String {
        let role = "\"\(roleName.escaping("\"", with: "\"\""))\""
        if !isMember { return "GRANT pg_monitor TO \(role);" }
        return versionNumber >= 160_000 ? "GRANT pg_monitor TO \(role) WITH INHERIT TRUE;" : "ALTER ROLE \(role) INHERIT;"
    }

    static func read(_ connection: PostgresConnection, target: Target, failure: PostgreSQLFailure) throws(EngineError) -> PostgreSQLIdentity
    {
        do {
            guard let row = try connection.rows(SQL(stringLiteral: CollectorSQL.postgreSQLProbe)).first else {
                throw EngineError(.protocolError, "The server answered without saying who it is; check that it is PostgreSQL.")
            }
            // A cluster has no name of its own unless it was given one: then it is its address that tells it apart.
            let cluster: String = try row.decode("cluster_name")
            let address: String = try row.decode("server_name")
            let port: Int32 = try row.decode("server_port")
            let place = address.isEmpty ? target.hostname : "\(address):\(port)"
            return PostgreSQLIdentity(
                serverName: cluster.isEmpty ? place : cluster, productVersion: firstWord(try row.decode("version")),
                versionNumber: Int(try row.decode("version_number", as: Int32.self)), roleName: try row.decode("role_name"),
                startedAt: try row.decode("started_at"), isMonitor: try row.decode("is_monitor"),
                isMember: try row.decode("is_member"),
                isEncrypted: try row.decode("is_encrypted"), mayDeploy: try row.decode("may_deploy"))
        } catch let error as PostgresError {
            throw failure.whileReading(error)
        } catch let error as EngineError {
            throw error
        } catch {
            throw EngineError(.protocolError, "The server's answer could not be read; check that it is PostgreSQL.")
        }
    }

    /// `15.20` of `15.20 (Debian 15.20-0+deb12u1)`.
    private static func firstWord(_ version: String) -> String { version.split(separator: " ").first.map { String($0) } ?? version }
}

/// A connection test after the connect: reads back version, permissions, encryption.
struct PostgreSQLProbe {
    let connection: PostgresConnection
    let target: Target

    func result(latencyMs: Int) throws(EngineError) -> ProbeResult {
        let number = connection.serverVersion
        // Older servers lack functions that the probe calls: they are named before it is sent.
        guard number >= PostgreSQLIdentity.versionNumberMin else {
            let name = number >= 100_000 ? "PostgreSQL \(number / 10_000)" : "PostgreSQL \(number / 10_000).\(number / 100 % 100)"
            return ProbeResult(
                success: false, message: "\(target.hostname) runs \(name); DbTools needs PostgreSQL 12 or later.",
                errorCode: .unsupportedVersion,
                engine: .postgresql, version: name, latencyMs: latencyMs)
        }
        let identity = try PostgreSQLIdentity.read(connection, target: target, failure: PostgreSQLFailure(target: target))
        var result = ProbeResult(
            success: false, message: "", engine: .postgresql, version: identity.version, productVersion: identity.productVersion,
            edition: "PostgreSQL",
            latencyMs: latencyMs, encrypted: identity.isEncrypted, permissions: [identity.monitorCheck], serverName: identity.serverName,
            startedAt: identity.startedAt, mayDeploy: identity.mayDeploy)
        guard identity.isMonitor else {
            result.errorCode = .noPermissions
            result.message =
                "Connected to \(identity.version), but the role \(identity.roleName) may not see other roles' sessions: run \(identity.monitorCheck.grantStatement ?? "")"
            return result
        }
        result.success = true
        let caveat = target.encrypt && target.trustServerCertificate ? "; encrypted, but the certificate is not verified" : ""
        result.message = "Connected to \(identity.version) (\(identity.productVersion))\(caveat)."
        return result
    }
}
