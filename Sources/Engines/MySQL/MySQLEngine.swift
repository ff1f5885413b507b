import Foundation
import ODBC

/// MySQL 8 and MariaDB 10.6 or later, through MariaDB's ODBC driver.
struct MySQLEngine: Engine {
    let config: EngineConfig

    /// A server that says nothing for this long, after it has been asked, is given up. The driver has no other deadline than this one.
    static let readSecondsMax = 5

    init(_ config: EngineConfig) { self.config = config }

    func probe(_ target: Target, deadlineSeconds: Double) -> ProbeResult {
        let deadline = CallDeadline(seconds: deadlineSeconds)
        let timer = CallTimer()
        do throws(EngineError) {
            let connection = try open(target, deadline: deadline)
            let latencyMs = timer.milliseconds
            defer { connection.close() }
            return try MySQLProbe(connection: connection, target: target, deadline: deadline).result(latencyMs: latencyMs)
        } catch {
            return .failure(error, engine: .mysql, latencyMs: timer.milliseconds)
        }
    }

    func databases(_ target: Target, deadlineSeconds: Double) throws(EngineError) -> [DatabaseInfo] {
        let deadline = CallDeadline(seconds: deadlineSeconds)
        let connection = try open(target, deadline: deadline)
        defer { connection.close() }
        do throws(ODBCError) {
            let sets = try connection.resultSets(
                CollectorSQL.mySQLDatabases, deadlineSeconds: deadline.remainingSeconds, rowCountMax: DatabaseInfo.countMax)
            guard let set = try sets.first?.get() else { throw ODBCError(state: "HY000", message: "no databases came back") }
            return set.rows.compactMap { row in
                guard row.count == 3, let name = row[0].text else { return nil }
                return DatabaseInfo(
                    name: name, sizeBytes: row[1].int, state: "online", recoveryModel: nil, isSystem: row[2].int == 1)
            }
        } catch { throw MySQLFailure(target: target).whileReading(error) }
    }

    func connect(_ target: Target, deadlineSeconds: Double) throws(EngineError) -> any EngineConnection {
        let deadline = CallDeadline(seconds: deadlineSeconds)
        return try MySQLConnection(try open(target, deadline: deadline), target: target, deadline: deadline)
    }

    func deploy(_ target: Target, _ order: DeployOrder, deadlineSeconds: Double) -> DeployResult {
        MySQLDeployment(engine: self, target: target, order: order, deadline: CallDeadline(seconds: deadlineSeconds)).result()
    }

    /// Connects. No connection is made beforehand to look at the port: MySQL counts each one as an error, and blocks a host after a
    /// hundred.
    func open(_ target: Target, deadline: CallDeadline) throws(EngineError) -> ODBCConnection {
        try open(target, deadline, readSeconds: nil)
    }

    /// For one statement at a time; a silent server is given up after `readSeconds`.
    func openForQueries(_ target: Target, readSeconds: Int, _ deadline: CallDeadline) throws(EngineError) -> ODBCConnection {
        try open(target, deadline, readSeconds: readSeconds)
    }

    private func open(_ target: Target, _ deadline: CallDeadline, readSeconds: Int?) throws(EngineError) -> ODBCConnection {
        let reachable = try config.reach(target, checkPort: false, deadline: deadline)
        let seconds = max(1, min(Self.readSecondsMax, Int(deadline.remainingSeconds)))
        let string = try connectionString(target, seconds: seconds, queryReadSeconds: readSeconds)
        let connection: ODBCConnection
        do throws(ODBCError) {
            connection = try reachable.pinned { () throws(ODBCError) in
                try ODBCConnection(string, loginTimeoutSeconds: seconds, cancelsAtDeadline: false)
            }
        } catch {
            let failure = MySQLFailure(target: target)
            if let explained = failure.explained(error) { throw explained }
            guard let address = reachable.address else { throw failure.unexplained(error) }
            throw failure.explained(error, greeting: Greeting.ask(.mysql, at: address, port: target.port, deadline: deadline))
        }
        if target.encrypt, !target.hostname.hasPrefix("/") { try demandEncryption(of: connection, target, deadline) }
        return connection
    }

    /// Unless it verifies the certificate, the driver goes on in clear when the server offers no encryption, whatever FORCETLS says
    /// (MariaDB Connector/C 3.3, seen on 2026-11-24): so the server is asked.
    private func demandEncryption(of connection: ODBCConnection, _ target: Target, _ deadline: CallDeadline) throws(EngineError) {
        let failure = MySQLFailure(target: target)
        var isEncrypted = false
        do throws(ODBCError) {
            let sets = try connection.resultSets(
                CollectorSQL.mySQLEncryption, deadlineSeconds: deadline.remainingSeconds, rowCountMax: 10)
            let cipher = try sets.first?.get().rows.first { $0.first?.text?.lowercased() == "ssl_cipher" }?.last?.text
            isEncrypted = cipher?.isEmpty == false
        } catch {
            connection.close()
            throw failure.whileReading(error)
        }
        guard isEncrypted else {
            connection.close()
            throw failure.offersNoEncryption
        }
    }

    /// - Parameter queryReadSeconds: of a connection for tenants' statements; nil for others.
    private func connectionString(_ target: Target, seconds: Int, queryReadSeconds: Int?) throws(EngineError) -> ODBCConnectionString {
        guard let path = ODBCDriver.mariadb.path() else {
            throw EngineError(
                .driverFailed,
                "The driver for MySQL and MariaDB is not installed: install \(ODBCDriver.mariadb.package), or name its file in \(ODBCDriver.mariadb.variable)."
            )
        }
        guard target.authType == .sql else {
            throw EngineError(.authFailed, "Windows sign-in is not available for MySQL: enter a user and a password.")
        }
        guard let username = target.username, !username.isEmpty else {
            throw EngineError(.authFailed, "No user is given: enter the MySQL user that DbTools is to use.")
        }
        var string = ODBCConnectionString(driverPath: path)
        if target.hostname.hasPrefix("/") {
            string.add("Socket", target.hostname)
        } else {
            string.add("Server", target.hostname)
            string.add("Port", String(target.port))
        }
        string.add("UID", username)
        string.add("PWD", target.password ?? "")
        if let database = target.database { string.add("Database", database) }
        string.add("Charset", "utf8mb4")
        string.add("OPTION", "0")  // not FLAG_MULTI_STATEMENTS: see MySQLConnection.block
        for keyword in ["CONN_TIMEOUT", "WRITE_TIMEOUT"] { string.add(keyword, String(seconds)) }
        string.add("READ_TIMEOUT", String(queryReadSeconds ?? seconds))
        if target.encrypt {
            string.add("FORCETLS", "1")
            if !target.trustServerCertificate {
                string.add("SSLVERIFY", "1")
                string.add("SSLCA", config.caFile ?? EngineConfig.systemCAFile)
            }
        }
        return string
    }
}
