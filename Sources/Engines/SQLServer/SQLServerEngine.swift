import Foundation
import ODBC
import Synchronization

/// SQL Server through ODBC, with FreeTDS or Microsoft's driver 18.
struct SQLServerEngine: Engine {
    let config: EngineConfig

    init(_ config: EngineConfig) { self.config = config }

    func probe(_ target: Target, deadlineSeconds: Double) -> ProbeResult {
        let deadline = CallDeadline(seconds: deadlineSeconds)
        let timer = CallTimer()
        do throws(EngineError) {
            let (connection, _) = try open(target, deadline: deadline)
            let latencyMs = timer.milliseconds
            defer { connection.close() }
            return try SQLServerProbe(connection: connection, target: target, deadline: deadline).result(latencyMs: latencyMs)
        } catch {
            return .failure(error, engine: .sqlserver, latencyMs: timer.milliseconds)
        }
    }

    func databases(_ target: Target, deadlineSeconds: Double) throws(EngineError) -> [DatabaseInfo] {
        let deadline = CallDeadline(seconds: deadlineSeconds)
        let (connection, port) = try open(target, deadline: deadline)
        defer { connection.close() }
        do throws(ODBCError) {
            let answer = try SQLServerBatch(CollectorSQL.sqlServerDatabases).answer(
                on: connection, deadline: deadline, rowCountMax: DatabaseInfo.countMax)
            guard let databases = answer.sets.first(where: { $0.index(of: "state_desc") != nil }) else {
                throw answer.errors.first ?? ODBCError(state: "HY000", message: "no databases came back")
            }
            // Without the right to see files, or a view of them, the sizes stay unknown.
            return SQLServerDatabases.list(databases, files: answer.sets.first { $0.index(of: "page_count") != nil })
        } catch { throw SQLServerFailure(target: target, port: port).whileReading(error) }
    }

    func connect(_ target: Target, deadlineSeconds: Double) throws(EngineError) -> any EngineConnection {
        let (connection, port) = try open(target, deadline: CallDeadline(seconds: deadlineSeconds))
        return SQLServerConnection(connection, target: target, port: port, readsBlocks: config.sqlServerDriver == .freetds)
    }

    func deploy(_ target: Target, _ order: DeployOrder, deadlineSeconds: Double) -> DeployResult {
        SQLServerDeployment(engine: self, target: target, order: order, deadline: CallDeadline(seconds: deadlineSeconds)).result()
    }

    /// Connects; a failure is explained, if need be by asking the port what it is.
    func open(_ target: Target, deadline: CallDeadline) throws(EngineError) -> (ODBCConnection, port: Int) {
        let reachable = try reach(target, deadline: deadline)
        let login = SQLServerLogin(target: target, port: reachable.port, config: config)
        let connection =
            switch config.sqlServerDriver {
            case .microsoft: try open(reachable, login, section: nil, deadline)
            case .freetds:
                try FreeTDSConfiguration.shared.connecting(by: login.section) { section throws(EngineError) in
                    try open(reachable, login, section: section, deadline)
                }
            }
        return (connection, reachable.port)
    }

    private func open(
        _ reachable: ReachableTarget, _ login: SQLServerLogin, section: String?, _ deadline: CallDeadline
    ) throws(EngineError) -> ODBCConnection {
        let target = login.target
        let string = try login.connectionString(section: section)
        let loginSeconds = max(1, Int(deadline.driverSeconds))
        do throws(ODBCError) {
            return try reachable.pinned { () throws(ODBCError) in try ODBCConnection(string, loginTimeoutSeconds: loginSeconds) }
        } catch {
            let failure = SQLServerFailure(target: target, port: reachable.port)
            let explained = failure.explained(error)
            if let explained, explained.code != .timeout { throw explained }
            guard let address = reachable.address else { throw explained ?? failure.unexplained(error) }
            // The question costs the target a connection, so it is asked only when the driver had no answer.
            let greeting = Greeting.ask(.sqlserver, at: address, port: reachable.port, deadline: deadline)
            if let explained { throw greeting == .unreachable ? explained : greeting.explained(target, port: reachable.port) ?? explained }
            throw failure.explained(error, greeting: greeting)
        }
    }

    /// The checked address; for a named instance on the default port, the port that SQL Browser names.
    private func reach(_ target: Target, deadline: CallDeadline) throws(EngineError) -> ReachableTarget {
        guard let instance = target.instanceName, !instance.isEmpty, target.port == EngineKind.sqlserver.defaultPort,
            instance.uppercased() != "MSSQLSERVER"
        else { return try config.reach(target, checkPort: true, deadline: deadline) }
        let named = try config.reach(target, checkPort: false, deadline: deadline)
        guard let address = named.address else { return named }
        let port = try SQLBrowser.port(of: instance, at: address, target: target, deadline: deadline)
        return try config.reach(target, port: port, checkPort: true, deadline: deadline)
    }
}

/// How to sign in: the connection string for one of the two drivers.
struct SQLServerLogin {
    let target: Target
    let port: Int
    let config: EngineConfig

    /// Throws `.driverFailed` when the driver is missing, `.authFailed` when there is nothing to sign in with.
    ///
    /// - Parameter section: FreeTDS's section for this server; nil with Microsoft's driver.
    func connectionString(section: String?) throws(EngineError) -> ODBCConnectionString {
        let driver: ODBCDriver = config.sqlServerDriver == .freetds ? .freetds : .microsoft
        guard let path = driver.path() else {
            throw EngineError(
                .driverFailed,
                "The driver for SQL Server is not installed: install \(driver.package), or name its file in \(driver.variable).")
        }
        var string = ODBCConnectionString(driverPath: path)
        if let section {
            string.add("Servername", section)
            string.add("ClientCharset", "UTF-8")
        } else {
            addMicrosoft(to: &string)
        }
        string.add("Database", target.database ?? "master")
        string.add("APP", config.applicationName)
        if target.authType == .windows {
            string.add("Trusted_Connection", "Yes")
        } else {
            guard let username = target.username, !username.isEmpty else {
                throw EngineError(.authFailed, "No login is given: enter the SQL Server login that DbTools is to use.")
            }
            string.add("UID", username)
            string.add("PWD", target.password ?? "")
        }
        return string
    }

    /// What FreeTDS must be told of the server.
    var section: FreeTDSConfiguration.Section {
        let isVerified = target.encrypt && !target.trustServerCertificate
        return FreeTDSConfiguration.Section(
            hostname: target.hostname, port: port, mustEncrypt: target.encrypt,
            caFile: isVerified ? config.caFile ?? EngineConfig.systemCAFile : nil)
    }

    /// Microsoft's driver has no keyword for it on Linux, and asks OpenSSL's own variable at each connection: the process's, set once.
    private static let trusted = Mutex<String?>(nil)

    private func addMicrosoft(to string: inout ODBCConnectionString) {
        if let caFile = config.caFile {
            Self.trusted.withLock { trusted in
                if trusted != caFile { setenv("SSL_CERT_FILE", caFile, 1) }
                trusted = caFile
            }
        }
        // The port is named, so the driver asks no SQL Browser.
        string.add("Server", "tcp:\(target.hostname),\(port)")
        string.add("Encrypt", target.encrypt ? "yes" : "no")
        string.add("TrustServerCertificate", target.trustServerCertificate || !target.encrypt ? "yes" : "no")
        string.add("ConnectRetryCount", "0")
    }
}

extension EngineConfig {
    /// Debian's bundle of certificate authorities.
    static let systemCAFile = "/etc/ssl/certs/ca-certificates.crt"
}
