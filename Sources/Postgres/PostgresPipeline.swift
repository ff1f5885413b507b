import CLibPQ
import Foundation

/// The answer to one statement of a pipeline, as PostgreSQL writes it.
package struct PostgresTextRows: Sendable {
    package let columnNames: [String]
    /// The columns' types by number, as in pg_type.
    package let oids: [UInt32]
    /// Nil is NULL.
    package var rows: [[String?]] = []
    /// More rows came than were asked for; the rest was left out.
    package var isTruncated = false
}

extension PostgresConnection {
    /// Sends all `statements` at once and reads what each answers: one round trip. Each stands for itself: the failure of one is its own.
    ///
    /// Throws `PostgresError` when the connection breaks or the deadline passes; then it is not to be used again.
    package func pipeline(
        _ statements: [String], rowCountMax: Int
    ) throws(PostgresError) -> [Result<PostgresTextRows, PostgresError>] {
        guard PQenterPipelineMode(connection) == 1 else { throw clientFailure() }
        let deadline = statementDeadlineSeconds.map { ContinuousClock.now + .seconds($0) }
        for statement in statements {
            let isSent = PQsendQueryParams(connection, statement, 0, nil, nil, nil, nil, 0) == 1 && PQpipelineSync(connection) == 1
            guard isSent else { throw clientFailure() }
        }
        var answers: [Result<PostgresTextRows, PostgresError>] = []
        while answers.count < statements.count { answers.append(try pipelined(rowCountMax: rowCountMax, until: deadline)) }
        guard PQexitPipelineMode(connection) == 1 else { throw clientFailure() }
        return answers
    }

    /// All results up to the next synchronisation point: those of one statement.
    private func pipelined(
        rowCountMax: Int, until deadline: ContinuousClock.Instant?
    ) throws(PostgresError) -> Result<PostgresTextRows, PostgresError> {
        var answer: Result<PostgresTextRows, PostgresError>?
        while true {
            try waitForResult(until: deadline)
            guard let result = PQgetResult(connection) else {
                guard isOpen else { throw clientFailure() }
                continue  // the end of one statement's results
            }
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_PIPELINE_SYNC:
                return answer ?? .failure(PostgresError(clientMessage: "the statement gave no answer"))
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK:
                answer = answer ?? .success(Self.textRows(result, rowCountMax: rowCountMax))
            default:
                answer = .failure(Self.failure(in: result))
            }
        }
    }

    private static func textRows(_ result: OpaquePointer, rowCountMax: Int) -> PostgresTextRows {
        let columns = 0..<PQnfields(result)
        var answer = PostgresTextRows(
            columnNames: columns.map { PQfname(result, $0).map { String(cString: $0) } ?? "" }, oids: columns.map { PQftype(result, $0) })
        let count = Int(PQntuples(result))
        answer.isTruncated = count > rowCountMax
        answer.rows = (0..<min(count, rowCountMax)).map { row in
            columns.map { column in
                guard PQgetisnull(result, Int32(row), column) == 0, let value = PQgetvalue(result, Int32(row), column) else { return nil }
                return String(cString: value)
            }
        }
        return answer
    }
}
