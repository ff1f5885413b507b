import Foundation
import ODBC

/// An open connection to a MySQL or MariaDB server that is collected from.
final class MySQLConnection: EngineConnection {
    private let connection: ODBCConnection
    private let failure: MySQLFailure
    /// Read once: it cannot change without the server's restart, which ends the connection.
    private let identity: MySQLIdentity
    /// The server tells its uptime in whole seconds: the first start computed from it is kept, so that it does not jitter.
    private var startedAt: Date?

    /// The call of the deployed procedures; nil when there are none, or they failed on this connection.
    private var procedureCall: String?
    /// Why they failed.
    private var procedureProblem: String?

    /// Whether the core and the collectors of the same cadence are one batch.
    private var isTogether = true
    private var collectors: ODBCCollectors

    private static let rowCountMax = 1_000
    private static let togetherRowCountMax = 5_000

    init(_ connection: ODBCConnection, target: Target, deadline: CallDeadline) throws(EngineError) {
        self.connection = connection
        failure = MySQLFailure(target: target)
        collectors = ODBCCollectors(
            preamble: "", judgement: .init(isPermission: MySQLFailure.isPermission, isRefusal: MySQLFailure.isRefusal),
            calls: CollectorCalls(target))
        procedureCall = target.objectsDatabase.map { "CALL \(MySQLName.quoted($0)).collect_core()" }
        identity = try MySQLIdentity.read(connection, failure: failure, deadlineSeconds: deadline.remainingSeconds)
        do throws(ODBCError) {
            _ = try connection.resultSets(
                identity.traits.isMariaDB ? Self.mariaDBLimits : Self.mySQLLimits, deadlineSeconds: deadline.remainingSeconds,
                rowCountMax: 1)
        } catch { throw failure.whileReading(error) }
    }

    /// A statement that is given up here would go on at the server, and wait a year for a lock: it ends there too, a moment before the
    /// driver gives up (`MySQLEngine.readSecondsMax`).
    private static let mySQLLimits = "\(limits), max_execution_time = 4500"
    private static let mariaDBLimits = "\(limits), max_statement_time = 4.5"
    private static let limits = "SET SESSION lock_wait_timeout = 1, innodb_lock_wait_timeout = 1"

    func collect(deadlineSeconds: Double) throws(EngineError) -> Reading {
        let timer = CallTimer()
        do throws(ODBCError) {
            return reading(try read(CallDeadline(seconds: deadlineSeconds)), timer)
        } catch { throw failure.whileReading(error) }
    }

    /// Several statements as one round trip: a block of MariaDB's. Nil on MySQL, which has no such blocks. The driver's own way to send
    /// several, FLAG_MULTI_STATEMENTS, is none: it prepares and executes each by itself, and (3.1.15) leaves the connection locked for the
    /// thread that did so, so that the next call from another one never returns.
    private func block(_ statements: @autoclosure () -> String) -> String? {
        identity.traits.isMariaDB ? "BEGIN NOT ATOMIC\n\(statements())\nEND" : nil
    }

    private func core(with collectors: [CollectorDefinition]) -> String {
        let rest = self.collectors.calls?.text(for: collectors) ?? collectors.map(\.sql).joined(separator: "\n")
        return (procedureCall ?? CollectorSQL.mySQLCollect) + ";\n" + rest
    }

    /// The core's statement with the collectors' behind it. An error ends such a batch: after any trouble both are asked apart.
    func collect(
        with collectors: [CollectorDefinition], deadlineSeconds: Double
    ) throws(EngineError) -> (reading: Reading, answers: CollectorAnswers?) {
        let timer = CallTimer()
        guard isTogether, !collectors.isEmpty, let batch = block(core(with: collectors)) else {
            return (try collect(deadlineSeconds: deadlineSeconds), nil)
        }
        let results: [Result<ODBCResultSet, ODBCError>]
        do throws(ODBCError) {
            results = try connection.resultSets(batch, deadlineSeconds: deadlineSeconds, rowCountMax: Self.togetherRowCountMax)
        } catch {
            if error.isDeadline || error.isConnectionFailure { throw failure.whileReading(error) }
            results = [.failure(error)]
        }
        let (others, answers) = ODBCCollectors.split(results, collectors)
        let status = others.lazy.compactMap { try? $0.get() }.first { $0.index(of: "Variable_name") == 0 && !$0.rows.isEmpty }
        guard let answers, let status else {
            isTogether = false
            return (try collect(deadlineSeconds: max(0.5, deadlineSeconds - Double(timer.milliseconds) / 1000)), nil)
        }
        let reading = reading(MySQLStatus(status), timer)
        return (
            reading,
            CollectorAnswers(
                answers: answers, collectedAt: reading.collectedAt, monotonicSeconds: reading.monotonicSeconds,
                durationMs: reading.durationMs)
        )
    }

    private func reading(_ status: MySQLStatus, _ timer: CallTimer) -> Reading {
        let now = Date()
        if let uptime = status["Uptime"] {
            let start = MySQLStatus.start(uptimeSeconds: uptime, now: now)
            if startedAt == nil { startedAt = start }
        }
        var reading = status.reading(
            identity: identity.serverIdentity(startedAt: startedAt), collectedAt: now, monotonicSeconds: monotonicSeconds())
        reading.objectsProblem = procedureProblem ?? collectors.proceduresProblem
        reading.traits = identity.traits
        reading.durationMs = timer.milliseconds
        collectors.learn(reading.traits)
        return reading
    }

    /// By the procedures where they are deployed; when they fail, by the statement itself.
    private func read(_ deadline: CallDeadline) throws(ODBCError) -> MySQLStatus {
        if let call = procedureCall {
            do throws(ODBCError) { return try read(call, deadline) } catch {
                if error.isDeadline || error.isConnectionFailure { throw error }
                let direct = try read(CollectorSQL.mySQLCollect, deadline)
                procedureCall = nil
                procedureProblem = "The collection procedures failed: \(SQLServerFailure.sentence(error.message))"
                return direct
            }
        }
        return try read(CollectorSQL.mySQLCollect, deadline)
    }

    private func read(_ statement: String, _ deadline: CallDeadline) throws(ODBCError) -> MySQLStatus {
        let sets = try connection.resultSets(statement, deadlineSeconds: deadline.remainingSeconds, rowCountMax: Self.rowCountMax)
        guard let set = try sets.first?.get(), !set.rows.isEmpty else {
            throw ODBCError(state: "HY000", message: "the server gave no status values")
        }
        return MySQLStatus(set)
    }

    func run(_ collectors: [CollectorDefinition], deadlineSeconds: Double) throws(EngineError) -> CollectorAnswers {
        let timer = CallTimer()
        do throws(ODBCError) {
            let deadline = CallDeadline(seconds: deadlineSeconds)
            let answers = try self.collectors.run(collectors) { names, rowCountMax, text throws(ODBCError) in
                guard let batch = names?.contains(",") == true ? block(text()) : text() else {
                    throw ODBCError(state: "HYC00", message: "MySQL takes one statement at a time")  // they are asked alone then
                }
                return try connection.resultSets(batch, deadlineSeconds: deadline.remainingSeconds, rowCountMax: rowCountMax)
            }
            return CollectorAnswers(
                answers: answers, collectedAt: Date(), monotonicSeconds: monotonicSeconds(), durationMs: timer.milliseconds)
        } catch { throw failure.whileReading(error) }
    }

    func close() { connection.close() }
}

/// The rows of SHOW GLOBAL STATUS, turned into a reading: pure.
struct MySQLStatus {
    private let values: [String: Int64]

    init(_ set: ODBCResultSet) {
        var values: [String: Int64] = [:]
        for row in set.rows where row.count == 2 {
            if let name = row[0].text, let value = row[1].int { values[name.lowercased()] = value }
        }
        self.values = values
    }

    subscript(name: String) -> Int64? { values[name.lowercased()] }

    /// When the server started; uptime has whole seconds.
    static func start(uptimeSeconds: Int64, now: Date) -> Date {
        Date(timeIntervalSince1970: (now.timeIntervalSince1970 - Double(uptimeSeconds)).rounded(.down))
    }

    /// CPU and memory of the machine are not to be had by SQL: they stay unknown.
    func reading(identity: ServerIdentity, collectedAt: Date, monotonicSeconds: Double) -> Reading {
        var reading = Reading(identity: identity, collectedAt: collectedAt, monotonicSeconds: monotonicSeconds)
        if let connections = self["Threads_connected"] { reading.gauges[.connectionCount] = Double(connections) }
        reading.unavailable = ["CPU and memory of the machine (\(identity.version) does not tell them to its clients)"]
        reading.counters[.batchRequestsSec] = self["Questions"]
        reading.counters[.diskReads] = self["Innodb_data_reads"]
        reading.counters[.diskWrites] = self["Innodb_data_writes"]
        if let lookups = self["Innodb_buffer_pool_read_requests"], let misses = self["Innodb_buffer_pool_reads"] {
            reading.counters[.cacheLookups] = lookups
            reading.counters[.cacheHits] = max(0, lookups - misses)
        }
        return reading
    }
}
