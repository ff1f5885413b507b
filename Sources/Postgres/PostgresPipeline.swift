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

/// A statement of a pipeline.
package struct PipelineStatement: Sendable {
    package let text: String
    /// Whether the server is to keep it prepared: it is sent, parsed and planned once, and from then on a call names it. For what is run
    /// often.
    package let isKept: Bool

    package init(_ text: String, isKept: Bool = false) {
        self.text = text
        self.isKept = isKept
    }
}

extension PostgresConnection {
    /// How many statements a session keeps for pipelines; more are sent as text.
    static let keptCountMax = 100

    /// How a statement was sent.
    private enum Sent: Equatable {
        case text
        /// To be kept by this name.
        case prepared(String)
        /// By the name by which it is kept.
        case kept
    }

    /// Sends all `statements` at once and reads what each answers: one round trip. Each stands for itself: the failure of one is its own.
    ///
    /// A second round trip sends as text what the session does not know any more: behind a pooler, or after a change of its tables.
    /// Throws `PostgresError` when the connection breaks or the deadline passes; then it is not to be used again.
    package func pipeline(
        _ statements: [PipelineStatement], rowCountMax: Int
    ) throws(PostgresError) -> [Result<PostgresTextRows, PostgresError>] {
        let deadline = statementDeadlineSeconds.map { ContinuousClock.now + .seconds($0) }
        var (answers, sent) = try answers(to: statements, rowCountMax: rowCountMax, until: deadline)
        let stale = answers.indices.filter { sent[$0] != .text && Self.isStale(answers[$0]) }
        guard !stale.isEmpty else { return answers }
        // What was kept of them is let go in the same round trip; in a session that has none of it, that fails, and nothing is lost.
        let freed = stale.compactMap { place in
            keptNames.removeValue(forKey: statements[place].text).map { PipelineStatement("DEALLOCATE \($0)") }
        }
        if stale.contains(where: { Self.isUnknown(answers[$0]) }) {
            keepsStatements = false
            keptNames = [:]
        }
        let texts = stale.map { PipelineStatement(statements[$0].text) }
        let (again, _) = try self.answers(to: freed + texts, rowCountMax: rowCountMax, until: deadline)
        for (place, answer) in zip(stale, again.dropFirst(freed.count)) { answers[place] = answer }
        return answers
    }

    private func answers(
        to statements: [PipelineStatement], rowCountMax: Int, until deadline: ContinuousClock.Instant?
    ) throws(PostgresError) -> (answers: [Result<PostgresTextRows, PostgresError>], sent: [Sent]) {
        guard PQenterPipelineMode(connection) == 1 else { throw clientFailure() }
        var sent: [Sent] = []
        for statement in statements { sent.append(try send(statement, after: sent)) }
        var answers: [Result<PostgresTextRows, PostgresError>] = []
        for (statement, way) in zip(statements, sent) {
            let answer = try pipelined(isPreparing: way != .text && way != .kept, rowCountMax: rowCountMax, until: deadline)
            if case .prepared(let name) = way {
                if answer.isPrepared { keptNames[statement.text] = name } else { unkeptTexts.insert(statement.text) }
            }
            answers.append(answer.result)
        }
        guard PQexitPipelineMode(connection) == 1 else { throw clientFailure() }
        return (answers, sent)
    }

    private func send(_ statement: PipelineStatement, after sent: [Sent]) throws(PostgresError) -> Sent {
        var (way, name) = (Sent.text, "")
        if statement.isKept, keepsStatements {
            if let known = keptNames[statement.text] {
                (way, name) = (.kept, known)
            } else if keptNames.count < Self.keptCountMax, !unkeptTexts.contains(statement.text) {
                name = Self.keptName(statement.text)
                if !sent.contains(.prepared(name)) { way = .prepared(name) }
            }
        }
        if case .prepared = way, PQsendPrepare(connection, name, statement.text, 0, nil) != 1 { throw clientFailure() }
        let isSent =
            way == .text
            ? PQsendQueryParams(connection, statement.text, 0, nil, nil, nil, nil, 0)
            : PQsendQueryPrepared(connection, name, 0, nil, nil, nil, 0)
        guard isSent == 1, PQpipelineSync(connection) == 1 else { throw clientFailure() }
        return way
    }

    /// No such statement, or one of the same name: the session is another than before.
    private static func isUnknown(_ answer: Result<PostgresTextRows, PostgresError>) -> Bool {
        if case .failure(let error) = answer { error.sqlState == "26000" || error.sqlState == "42P05" } else { false }
    }

    /// The same, or its result has other columns than when it was prepared.
    private static func isStale(_ answer: Result<PostgresTextRows, PostgresError>) -> Bool {
        if case .failure(let error) = answer { isUnknown(answer) || error.sqlState == "0A000" } else { false }
    }

    /// All results up to the next synchronisation point: those of one statement, and whether it was prepared before.
    private func pipelined(
        isPreparing: Bool, rowCountMax: Int, until deadline: ContinuousClock.Instant?
    ) throws(PostgresError) -> (result: Result<PostgresTextRows, PostgresError>, isPrepared: Bool) {
        var answer: Result<PostgresTextRows, PostgresError>?
        var isPrepared = false
        while true {
            try waitForResult(until: deadline)
            guard let result = PQgetResult(connection) else {
                guard isOpen else { throw clientFailure() }
                continue  // the end of one statement's results
            }
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_PIPELINE_SYNC:
                return (answer ?? .failure(PostgresError(clientMessage: "the statement gave no answer")), isPrepared)
            case PGRES_COMMAND_OK where isPreparing && !isPrepared && answer == nil: isPrepared = true
            case PGRES_PIPELINE_ABORTED: continue  // what could not be prepared is not run, and has said why
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
