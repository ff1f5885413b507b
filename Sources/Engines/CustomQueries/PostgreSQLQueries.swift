import Foundation
import Postgres

/// Tenants' statements on a PostgreSQL server: each in a read-only transaction that is rolled back, behind a cursor, which takes one
/// SELECT that changes nothing and gives as many rows as are asked for.
final class PostgreSQLQueries: QueryConnection {
    /// Rows of one round trip: what one answer takes in memory before it is looked at.
    private static let fetchCount = 50

    private var connection: PostgresConnection?
    private let failure: PostgreSQLFailure

    init(_ connection: PostgresConnection, target: Target) {
        self.connection = connection
        failure = PostgreSQLFailure(target: target)
    }

    func run(_ query: CustomQuery) throws(EngineError) -> QueryAnswer {
        guard let connection else { throw EngineError(.unreachable, "The connection is closed.") }
        let text = try query.checked(for: .postgresql)
        let timer = CallTimer()
        let deadline = CallDeadline(seconds: Double(query.timeoutSeconds))
        do throws(PostgresError) {
            connection.statementDeadlineSeconds = CustomQuery.connectSeconds
            try connection.script(
                "BEGIN READ ONLY; SET LOCAL standard_conforming_strings = on; SET LOCAL lock_timeout = '1s'; "
                    + "SET LOCAL cursor_tuple_fraction = 1")
            var answer = try answer(to: text, query, connection, deadline)
            connection.statementDeadlineSeconds = CustomQuery.connectSeconds
            try connection.script("ROLLBACK")
            (answer.durationMs, answer.monotonicSeconds) = (timer.milliseconds, monotonicSeconds())
            return answer
        } catch {
            throw explained(error, query)
        }
    }

    private func answer(
        to text: String, _ query: CustomQuery, _ connection: PostgresConnection, _ deadline: CallDeadline
    ) throws(PostgresError) -> QueryAnswer {
        _ = try timed(["DECLARE dbtools_answer NO SCROLL CURSOR FOR " + text], connection, deadline)
        var answer: QueryAnswer?
        var rows = AnswerRows(query)
        while !rows.isFull {
            // One more than may be kept tells whether there are more.
            let count = min(Self.fetchCount, query.rowCountMax + 1 - rows.rows.count)
            let set = try timed(["FETCH FORWARD \(count) FROM dbtools_answer"], connection, deadline)
            if answer == nil { answer = QueryAnswer(columns: zip(set.columnNames, set.oids).map { .init($0, PostgreSQLCell.type($1)) }) }
            for row in set.rows where !rows.isFull { _ = rows.add(zip(row, set.oids).map { PostgreSQLCell.cell($0, oid: $1) }) }
            if set.rows.count < count { break }
        }
        guard var answer else { throw PostgresError(sqlState: "42804", message: "the statement gave no answer") }
        answer.rows = rows.rows
        answer.isCutOff = rows.isFull
        return answer
    }

    /// The last of `statements`' rows, all within what is left of the time: the server's own limit first, ours a little behind it.
    private func timed(
        _ statements: [String], _ connection: PostgresConnection, _ deadline: CallDeadline
    ) throws(PostgresError) -> PostgresTextRows {
        let left = max(0.001, deadline.remainingSeconds)
        connection.statementDeadlineSeconds = left + 1
        let limit = "SET LOCAL statement_timeout = '\(max(1, Int(left * 1_000)))ms'"
        var rows: PostgresTextRows?
        let sent = ([limit] + statements).map { PipelineStatement($0) }
        for result in try connection.pipeline(sent, rowCountMax: Self.fetchCount) { rows = try result.get() }
        guard let rows else { throw PostgresError(sqlState: "42804", message: "the statement gave no answer") }
        return rows
    }

    private func explained(_ error: PostgresError, _ query: CustomQuery) -> EngineError {
        if error.isCancelled { return query.tookTooLong }
        let sentence = SQLServerFailure.sentence(error.message)
        switch error.sqlState {
        case "42501": return EngineError(.noPermissions, "The login may not read it: \(sentence)", isPermission: true)
        case "25006": return EngineError(.notAllowed, "The server refused it, since it does more than read: \(sentence)")
        case "55P03":
            return EngineError(.timeout, "A lock that another session holds was in the way for a second: try again, or read another table.")
        case _ where error.isConnectionFailure: return failure.whileReading(error)
        default: return EngineError(.protocolError, "The server refused the statement: \(sentence)")
        }
    }

    func close() { connection = nil }
}

extension PostgreSQLEngine {
    func openForQueries(
        _ target: Target, timeoutSeconds: Int, deadlineSeconds: Double
    ) throws(EngineError) -> any QueryConnection {
        PostgreSQLQueries(try open(target, deadline: CallDeadline(seconds: deadlineSeconds)), target: target)
    }
}

extension PostgreSQLCell {
    /// What the values of a type are, by its number in pg_type.
    static func type(_ oid: UInt32) -> QueryAnswer.ValueType {
        switch oid {
        case 16: .flag
        case 20, 21, 23, 26, 28, 5069: .integer
        case 700, 701, 1700: .number
        case 1082, 1114, 1184: .time
        default: .text
        }
    }
}
