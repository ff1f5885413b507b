import Foundation
import ODBC

/// Tenants' statements on MySQL or MariaDB: each in a read-only transaction that is rolled back, over a connection that takes one statement
/// at a time.
final class MySQLQueries: QueryConnection {
    private let connection: ODBCConnection
    private let failure: MySQLFailure
    private let isMariaDB: Bool

    init(_ connection: ODBCConnection, target: Target) throws(EngineError) {
        self.connection = connection
        failure = MySQLFailure(target: target)
        do throws(ODBCError) {
            let sets = try connection.resultSets("SELECT VERSION()", deadlineSeconds: CustomQuery.connectSeconds, rowCountMax: 1)
            isMariaDB = try sets.first?.get().rows.first?.first?.text?.contains("MariaDB") ?? false
            // Without modes the server reads quotes and backslashes as the check of the statement does.
            for setting in ["sql_mode = ''", "time_zone = '+00:00'", "lock_wait_timeout = 1", "innodb_lock_wait_timeout = 1"] {
                try Self.execute("SET SESSION \(setting)", connection)
            }
        } catch {
            connection.close()
            throw failure.whileReading(error)
        }
    }

    func run(_ query: CustomQuery) throws(EngineError) -> QueryAnswer {
        let text = try query.checked(for: .mysql)
        let timer = CallTimer()
        do throws(ODBCError) {
            let limit =
                isMariaDB ? "max_statement_time = \(query.timeoutSeconds)" : "max_execution_time = \(query.timeoutSeconds * 1_000)"
            try Self.execute("SET SESSION \(limit)", connection)
            try Self.execute("SET SESSION sql_select_limit = \(query.rowCountMax + 1)", connection)
            try Self.execute("START TRANSACTION READ ONLY", connection)
            var answer = try QueryAnswer.reading(query, text, connection)
            try Self.execute("ROLLBACK", connection)
            (answer.durationMs, answer.monotonicSeconds) = (timer.milliseconds, monotonicSeconds())
            return answer
        } catch {
            throw explained(error, query)
        }
    }

    private static func execute(_ sql: String, _ connection: ODBCConnection) throws(ODBCError) {
        for result in try connection.resultSets(sql, deadlineSeconds: CustomQuery.connectSeconds, rowCountMax: 1) { _ = try result.get() }
    }

    private func explained(_ error: ODBCError, _ query: CustomQuery) -> EngineError {
        if error.isDeadline || [1317, 1969, 3024].contains(error.native) { return query.tookTooLong }
        let sentence = SQLServerFailure.sentence(error.message)
        if error.contains(native: 1792) {
            return EngineError(.notAllowed, "The server refused it, since it does more than read: \(sentence)")
        }
        if error.contains(native: 1205) {
            return EngineError(.timeout, "A lock that another session holds was in the way for a second: try again, or read another table.")
        }
        if MySQLFailure.isPermission(error) || error.contains(native: 1044) {
            return EngineError(.noPermissions, "The login may not read it: \(sentence)", isPermission: true)
        }
        if [2006, 2013, 2055].contains(error.native) || error.isConnectionFailure { return failure.whileReading(error) }
        return EngineError(.protocolError, "The server refused the statement: \(sentence)")
    }

    func close() { connection.close() }
}

extension MySQLEngine {
    func openForQueries(
        _ target: Target, timeoutSeconds: Int, deadlineSeconds: Double
    ) throws(EngineError) -> any QueryConnection {
        try MySQLQueries(
            try openForQueries(target, readSeconds: timeoutSeconds + 1, CallDeadline(seconds: deadlineSeconds)), target: target)
    }
}

extension QueryAnswer {
    /// Sends `text` and reads its first rows as they come. A second result set is an error: the statement was two.
    static func reading(_ query: CustomQuery, _ text: String, _ connection: ODBCConnection) throws(ODBCError) -> QueryAnswer {
        let statement = try connection.execute(text, deadlineSeconds: Double(query.timeoutSeconds) + 1)
        guard !statement.columns.isEmpty else { throw ODBCError(state: "HY000", message: "the statement gives no rows") }
        var answer = QueryAnswer(columns: statement.columns.map { Column($0.name, ValueType(sqlType: $0.type)) })
        var rows = AnswerRows(query)
        while let row = try statement.nextRow(), rows.add(row.map { Cell($0) }) {}
        answer.rows = rows.rows
        answer.isCutOff = rows.isFull
        if !rows.isFull, try statement.nextResultSet(), !statement.columns.isEmpty {
            throw ODBCError(state: "HY000", message: "it gives several results; a collector is one SELECT")
        }
        return answer
    }
}

extension QueryAnswer.ValueType {
    /// By the SQL type's number, as sql.h and sqlext.h have it.
    init(sqlType: Int) {
        switch sqlType {
        case -7: self = .flag  // BIT
        case -6, -5, 4, 5: self = .integer  // TINYINT, BIGINT, INTEGER, SMALLINT
        case 2, 3, 6, 7, 8: self = .number  // NUMERIC, DECIMAL, FLOAT, REAL, DOUBLE
        case 9, 91, 93, -155: self = .time  // DATE, DATE and TIMESTAMP of ODBC 3, SQL Server's datetimeoffset
        default: self = .text
        }
    }
}
