import ODBC

/// A fixed batch whose statements each stand for themselves: sent as one, and one by one to a server that refuses a part of it.
///
/// SQL Server ends a batch at the first name that it does not know. Servers that speak its protocol and are something else (Babelfish for
/// PostgreSQL, Azure's smaller kinds) lack some views and functions: what they have is still to be had.
struct SQLServerBatch {
    /// Statement by statement, without the last semicolon's line end.
    let statements: [String]

    /// Splits at lines that end in a semicolon.
    init(_ text: String) {
        var statements: [String] = []
        var lines: [Substring] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: true) {
            lines.append(line)
            guard line.hasSuffix(";") else { continue }
            statements.append(lines.joined(separator: "\n"))
            lines = []
        }
        if !lines.isEmpty { statements.append(lines.joined(separator: "\n")) }
        self.statements = statements
    }

    private init(statements: [String]) { self.statements = statements }

    /// The batch without some of its statements.
    func without(_ isLeftOut: (String) -> Bool) -> SQLServerBatch { SQLServerBatch(statements: statements.filter { !isLeftOut($0) }) }

    var text: String { statements.joined(separator: "\n") }

    /// What a server answered.
    struct Answer {
        /// Result sets and refusals in their order.
        var results: [Result<ODBCResultSet, ODBCError>]
        /// Statements that this server does not have, each with the server's words, as phrases.
        var unavailable: [String] = []
        /// The batch without them; nil when all of it was taken.
        var reduced: SQLServerBatch?

        var sets: [ODBCResultSet] { results.compactMap { try? $0.get() } }  // the refusals are in `errors`
        var errors: [ODBCError] { results.compactMap { if case .failure(let error) = $0 { error } else { nil } } }
    }

    /// Throws `ODBCError` at the deadline, when the connection breaks, and when the server says no more than that it cannot just now.
    /// - Parameter whole: sends the batch as a whole in a way of its own.
    func answer(
        on connection: ODBCConnection, deadline: CallDeadline, rowCountMax: Int,
        whole: ((SQLServerBatch) throws(ODBCError) -> [Result<ODBCResultSet, ODBCError>])? = nil
    ) throws(ODBCError) -> Answer {
        do throws(ODBCError) {
            let results: [Result<ODBCResultSet, ODBCError>] =
                if let whole {
                    try whole(self)
                } else {
                    try connection.resultSets(text, deadlineSeconds: deadline.remainingSeconds, rowCountMax: rowCountMax)
                }
            let isRefused = results.contains { if case .failure(let error) = $0 { Self.isRefusal(error) } else { false } }
            if !isRefused { return Answer(results: results) }
        } catch {
            guard Self.isRefusal(error), statements.count > 1 else { throw error }
        }
        return try oneByOne(connection, deadline: deadline, rowCountMax: rowCountMax)
    }

    private func oneByOne(_ connection: ODBCConnection, deadline: CallDeadline, rowCountMax: Int) throws(ODBCError) -> Answer {
        var answer = Answer(results: [])
        var kept: [String] = []
        for statement in statements {
            do throws(ODBCError) {
                answer.results += try connection.resultSets(
                    statement, deadlineSeconds: deadline.remainingSeconds, rowCountMax: rowCountMax)
                kept.append(statement)
            } catch {
                if error.isConnectionFailure { throw error }
                answer.results.append(.failure(error))
                guard Self.isRefusal(error) else {
                    kept.append(statement)
                    continue
                }
                // A setting that a server does not have changes nothing that is read.
                if !statement.hasPrefix("SET ") {
                    answer.unavailable.append("\(Self.subject(statement)) (\(SQLServerFailure.sentence(error.message, ending: "")))")
                }
            }
        }
        answer.reduced = SQLServerBatch(statements: kept)
        return answer
    }

    /// Whether the server does not have what was asked, as against a missing right and a bad moment.
    static func isRefusal(_ error: ODBCError) -> Bool {
        if error.isConnectionFailure || SQLServerFailure.isPermission(error) { return false }
        // Lock time-outs, deadlocks, memory: the next try may fare better.
        return !error.records.contains { [701, 802, 1204, 1205, 1222, 8645, 8651, 40_197, 40_501].contains($0.native) }
    }

    /// What a statement is about: the first view or function that it reads.
    private static func subject(_ statement: String) -> String {
        let words = statement.split(whereSeparator: { $0 == " " || $0 == "\n" })
        if let from = words.firstIndex(of: "FROM"), from + 1 < words.count {
            return String(words[from + 1].prefix { $0 != "(" && $0 != ";" })
        }
        return words.dropFirst().first { $0.contains("(") || $0.hasPrefix("@@") }.map { word in
            String(word.hasPrefix("CAST(") ? word.dropFirst(5).prefix { $0 != "(" } : word.prefix { $0 != "(" })
        } ?? "a statement"
    }
}

extension ODBCResultSet {
    /// One row that has every column of the first rows of `sets`; of columns with the same name the first.
    static func merged(_ sets: [ODBCResultSet]) -> ODBCResultSet {
        var columns: [ODBCColumn] = []
        var row: [ODBCValue] = []
        for set in sets {
            guard let first = set.rows.first else { continue }
            for (column, value) in zip(set.columns, first) {
                if columns.contains(where: { $0.name.lowercased() == column.name.lowercased() }) { continue }
                columns.append(column)
                row.append(value)
            }
        }
        var merged = ODBCResultSet(columns: columns)
        merged.rows = [row]
        return merged
    }
}
