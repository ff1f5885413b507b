import Foundation
import Postgres

/// PostgreSQL 12 or later, through libpq.
struct PostgreSQLEngine: Engine {
    let config: EngineConfig

    init(_ config: EngineConfig) { self.config = config }

    func probe(_ target: Target, deadlineSeconds: Double) -> ProbeResult {
        let deadline = CallDeadline(seconds: deadlineSeconds)
        let timer = CallTimer()
        do throws(EngineError) {
            let connection = try open(target, deadline: deadline)
            let latencyMs = timer.milliseconds
            connection.statementDeadlineSeconds = deadline.remainingSeconds
            return try PostgreSQLProbe(connection: connection, target: target).result(latencyMs: latencyMs)
        } catch {
            return .failure(error, engine: .postgresql, latencyMs: timer.milliseconds)
        }
    }

    func databases(_ target: Target, deadlineSeconds: Double) throws(EngineError) -> [DatabaseInfo] {
        let deadline = CallDeadline(seconds: deadlineSeconds)
        let connection = try open(target, deadline: deadline)
        connection.statementDeadlineSeconds = deadline.remainingSeconds
        do {
            return try connection.rows(SQL(stringLiteral: CollectorSQL.postgreSQLDatabases)).map { row in
                DatabaseInfo(
                    name: try row.decode("name"), sizeBytes: try row.decode("size_bytes"), state: try row.decode("state"),
                    recoveryModel: nil, isSystem: try row.decode("is_system"))
            }
        } catch let error as PostgresError {
            throw PostgreSQLFailure(target: target).whileReading(error)
        } catch {
            throw EngineError(.protocolError, "The server's list of databases could not be read; test the connection.")
        }
    }

    func connect(_ target: Target, deadlineSeconds: Double) throws(EngineError) -> any EngineConnection {
        let deadline = CallDeadline(seconds: deadlineSeconds)
        guard let database = target.objectsDatabase else {
            return try PostgreSQLConnection(try open(target, deadline: deadline), target: target, deadline: deadline)
        }
        var inside = target
        inside.database = database
        do throws(EngineError) {
            return try PostgreSQLConnection(try open(inside, deadline: deadline), target: inside, deadline: deadline)
        } catch {
            guard error.code == .databaseNotFound, database != target.database ?? "postgres" else { throw error }
            // The functions' database is gone: the server is not.
            var outside = target
            outside.objectsDatabase = nil
            let connection = try PostgreSQLConnection(try open(outside, deadline: deadline), target: outside, deadline: deadline)
            connection.functionProblem = error.message
            return connection
        }
    }

    func deploy(_ target: Target, _ order: DeployOrder, deadlineSeconds: Double) -> DeployResult {
        PostgreSQLDeployment(engine: self, target: target, order: order, deadline: CallDeadline(seconds: deadlineSeconds)).result()
    }

    func open(_ target: Target, deadline: CallDeadline) throws(EngineError) -> PostgresConnection {
        guard target.authType == .sql else {
            throw EngineError(.authFailed, "Windows sign-in is not available for PostgreSQL: enter a role and a password.")
        }
        guard let username = target.username, !username.isEmpty else {
            throw EngineError(.authFailed, "No user is given: enter the PostgreSQL role that DbTools is to use.")
        }
        let reachable = try config.reach(target, checkPort: true, deadline: deadline)
        let failure = PostgreSQLFailure(target: target)
        do throws(PostgresError) {
            let connection = try PostgresConnection(address(reachable, username: username), deadlineSeconds: deadline.driverSeconds)
            connection.cancelsAtDeadline = false
            connection.statementDeadlineSeconds = deadline.remainingSeconds
            try connection.script(
                "SET default_transaction_read_only = on; SET statement_timeout = '\(Self.statementMilliseconds)ms'; "
                    + "SET lock_timeout = '1s'; " + PostgreSQLConnection.textSettings
            )
            return connection
        } catch {
            let explained = failure.explained(error)
            if let explained, explained.code != .timeout { throw explained }
            guard let address = reachable.address else { throw explained ?? failure.unexplained(error) }
            // The question costs the target a connection, so it is asked only when libpq had no answer.
            let greeting = Greeting.ask(.postgresql, at: address, port: target.port, deadline: deadline)
            if let explained { throw greeting == .unreachable ? explained : greeting.explained(target, port: target.port) ?? explained }
            throw failure.explained(error, greeting: greeting)
        }
    }

    /// The server's own limit, a little under the 5 s after which we hang up.
    private static let statementMilliseconds = 4_500

    /// libpq connects to `hostaddr` and verifies `host`: it needs no pin.
    private func address(_ reachable: ReachableTarget, username: String) -> DatabaseAddress {
        let target = reachable.target
        let isVerified = target.encrypt && !target.trustServerCertificate
        return DatabaseAddress([
            "host": target.hostname,
            "hostaddr": reachable.address?.description ?? "",
            "port": String(target.port),
            "user": username,
            "password": target.password ?? "",
            "dbname": target.database ?? "postgres",
            "application_name": config.applicationName,
            "sslmode": target.encrypt ? (isVerified ? "verify-full" : "require") : "prefer",
            "sslrootcert": isVerified ? config.caFile ?? EngineConfig.systemCAFile : "/nonexistent",
            "gssencmode": "disable",
            "client_encoding": "UTF8",
            "tcp_user_timeout": "5000",
        ])
    }
}

/// An open connection to a PostgreSQL server that is collected from.
final class PostgreSQLConnection: EngineConnection {
    private var connection: PostgresConnection?
    let failure: PostgreSQLFailure
    var unavailable = UnavailableCollectors()
    /// Read once: it cannot change without the server's restart, which ends the connection.
    private let identity: PostgreSQLIdentity
    /// Whether the deployed functions are called; not after they failed on this connection.
    private var usesFunctions: Bool
    /// Why they failed.
    var functionProblem: String?

    init(_ connection: PostgresConnection, target: Target, deadline: CallDeadline) throws(EngineError) {
        failure = PostgreSQLFailure(target: target)
        identity = try PostgreSQLIdentity.read(connection, target: target, failure: failure)
        usesFunctions = target.objectsDatabase != nil
        self.connection = connection
        try extendSearchPath()
    }

    func collect(deadlineSeconds: Double) throws(EngineError) -> Reading {
        guard let connection else { throw EngineError(.unreachable, "The connection is closed.") }
        let timer = CallTimer()
        connection.statementDeadlineSeconds = deadlineSeconds
        do {
            guard let row = try row(connection) else {
                throw EngineError(.protocolError, "The server gave no statistics; test the connection.")
            }
            return try reading(timer) { try row.decode($0, as: Int64?.self) }
        } catch let error as PostgresError {
            throw failure.whileReading(error)
        } catch let error as EngineError {
            throw error
        } catch {
            throw EngineError(.protocolError, "The server's statistics could not be read; test the connection.")
        }
    }

    /// The core and the collectors in one pipeline; apart where the core's statement fails, to fall back as it can.
    func collect(
        with collectors: [CollectorDefinition], deadlineSeconds: Double
    ) throws(EngineError) -> (reading: Reading, answers: CollectorAnswers?) {
        guard let connection else { throw EngineError(.unreachable, "The connection is closed.") }
        let timer = CallTimer()
        let core = usesFunctions ? CollectorSQL.postgreSQLDeployCollect : CollectorSQL.postgreSQLCollect
        let wanted = try askable(collectors)
        guard !wanted.isEmpty else { return (try collect(deadlineSeconds: deadlineSeconds), nil) }
        connection.statementDeadlineSeconds = deadlineSeconds
        let results: [Result<PostgresTextRows, PostgresError>]
        do throws(PostgresError) {
            let statements = [PipelineStatement(core, isKept: true)] + wanted.map(Self.statement(of:))
            results = try connection.pipeline(statements, rowCountMax: wanted.map(\.rowCountMax).max() ?? 1)
        } catch { throw failure.whileReading(error) }
        guard case .success(let set)? = results.first, let row = set.rows.first else {
            return (try collect(deadlineSeconds: max(0.5, deadlineSeconds - Double(timer.milliseconds) / 1000)), nil)
        }
        let values = Dictionary(zip(set.columnNames, row), uniquingKeysWith: { first, _ in first })
        let reading = reading(timer) { name in (values[name] ?? nil).flatMap { Int64($0) } }
        let answers = CollectorAnswers(
            answers: self.answers(to: collectors, asked: wanted, Array(results.dropFirst())), collectedAt: reading.collectedAt,
            monotonicSeconds: reading.monotonicSeconds, durationMs: reading.durationMs)
        return (reading, answers)
    }

    private func reading(_ timer: CallTimer, _ value: (String) throws -> Int64?) rethrows -> Reading {
        var reading = Reading(identity: identity.serverIdentity, collectedAt: Date(), monotonicSeconds: monotonicSeconds())
        // Without pg_monitor other roles' sessions show no type and would be missing from the count.
        if identity.isMonitor, let count = try value("connection_count") { reading.gauges[.connectionCount] = Double(count) }
        reading.counters[.batchRequestsSec] = try value("transaction_count")
        if let read = try value("blocks_read"), let hit = try value("blocks_hit") {
            reading.counters[.diskReads] = read
            reading.counters[.cacheHits] = hit
            reading.counters[.cacheLookups] = hit + read
        }
        reading.membership = try value("membership").map { mark in
            Reading.Membership(mark: mark, metrics: [.batchRequestsSec, .diskReads, .cacheHits, .cacheLookups])
        }
        reading.unavailable = ["CPU and memory of the machine (\(identity.version) does not tell them to its clients)"]
        if !identity.isMonitor { reading.denied = [identity.monitorCheck] }
        reading.objectsProblem = functionProblem
        reading.traits = ServerTraits(version: identity.serverIdentity.productVersion)
        reading.durationMs = timer.milliseconds
        return reading
    }

    /// By the functions where they are deployed; when they fail, by the query itself.
    private func row(_ connection: PostgresConnection) throws -> PostgresRow? {
        if usesFunctions {
            do throws(PostgresError) {
                if let row = try connection.rows(SQL(stringLiteral: CollectorSQL.postgreSQLDeployCollect)).first { return row }
                functionProblem = "The collection functions gave no answer."
            } catch {
                if error.isCancelled || error.isConnectionFailure { throw error }
                functionProblem = "The collection functions failed: \(SQLServerFailure.sentence(error.message))"
            }
            let row = try connection.rows(SQL(stringLiteral: CollectorSQL.postgreSQLCollect)).first
            usesFunctions = false
            return row
        }
        return try connection.rows(SQL(stringLiteral: CollectorSQL.postgreSQLCollect)).first
    }

    /// Nil after `close`.
    var openConnection: PostgresConnection? { connection }

    func close() { connection = nil }
}
