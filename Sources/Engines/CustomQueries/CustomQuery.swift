import Synchronization

/// A statement that a tenant wrote, with its limits.
package struct CustomQuery: Sendable, Codable, Hashable {
    package static let timeoutSecondsRange = 1...30
    package static let rowCountRange = 1...1_000
    /// Bytes of one answer; past them it is cut off like one of too many rows.
    package static let answerSizeBytesMax = 4 << 20
    /// Columns of one answer.
    package static let columnCountMax = 100
    /// Seconds to connect, in front of the statement's own.
    package static let connectSeconds = 5.0

    /// As it was written; it is checked again before it is sent.
    package var statement: String
    package var timeoutSeconds: Int
    package var rowCountMax: Int

    package init(statement: String, timeoutSeconds: Int, rowCountMax: Int) {
        self.statement = statement
        self.timeoutSeconds = timeoutSeconds
        self.rowCountMax = rowCountMax
    }
}

/// What a statement answered.
package struct QueryAnswer: Sendable, Codable, Equatable {
    /// What a column's values are, as its server declares them.
    package enum ValueType: String, Sendable, Codable {
        case text, integer, number, time, flag
    }
    /// A column as the server names it.
    package struct Column: Sendable, Codable, Equatable {
        package var name: String
        package var type: ValueType

        package init(_ name: String, _ type: ValueType) {
            self.name = name
            self.type = type
        }
    }
    package var columns: [Column]
    package var rows: [[Cell]] = []
    /// There are more rows than these.
    package var isCutOff = false
    package var durationMs = 0
    /// The monotonic clock of this machine when the answer had come, in seconds.
    package var monotonicSeconds = 0.0

    package init(columns: [Column], rows: [[Cell]] = [], isCutOff: Bool = false, durationMs: Int = 0, monotonicSeconds: Double = 0) {
        self.monotonicSeconds = monotonicSeconds
        self.columns = columns
        self.rows = rows
        self.isCutOff = isCutOff
        self.durationMs = durationMs
    }

    /// The answer as the collector's columns ask for it, by their names in any case and order; what they do not name is left out.
    package func answer(to definition: CollectorDefinition) -> CollectorAnswer {
        let places = Dictionary(columns.enumerated().map { ($1.name.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
        let missing = definition.columns.filter { places[$0.name] == nil }
        guard missing.isEmpty else {
            let names = missing.map(\.name).joined(separator: ", ")
            return CollectorAnswer(
                collector: definition.name,
                trouble: .failed("The answer has no column \(names); give it that name with AS, or take it out of the collector."))
        }
        let order = definition.columns.compactMap { places[$0.name] }
        var answer = definition.answer(rows.map { row in order.map { row.indices.contains($0) ? row[$0] : .null } })
        answer.isCutOff = isCutOff
        return answer
    }
}

/// A connection on which tenants' statements run: apart from the one that is collected over, so that a time-out, a setting or a transaction
/// of theirs is never its. Blocking, and used by one thread at a time; to be closed after an error.
package protocol QueryConnection: AnyObject {
    /// Runs one statement, reading only, and nothing of it stays. Throws `.notAllowed` for a statement that is refused, `.timeout` when it
    /// takes longer than it may, `.protocolError` with the server's words in one sentence.
    func run(_ query: CustomQuery) throws(EngineError) -> QueryAnswer
    /// Closes the connection. Calling it again does nothing.
    func close()
}

extension CustomQuery {
    /// The statement as it is sent.
    func checked(for engine: EngineKind) throws(EngineError) -> String {
        do throws(StatementRefusal) {
            try StatementRule.checkLimit(statement, engine: engine, rowCountMax: rowCountMax)
            return try StatementRule.checked(statement, engine: engine)
        } catch {
            throw EngineError(.notAllowed, error.sentence)
        }
    }

    /// What is said of a statement that took too long.
    var tookTooLong: EngineError {
        EngineError(
            .timeout,
            "The statement did not end within \(timeoutSeconds) s and was stopped: make it cheaper, or give it more time (30 s at most).")
    }
}

/// Rows on their way into an answer, up to its limits.
struct AnswerRows {
    private let query: CustomQuery
    private(set) var rows: [[Cell]] = []
    private(set) var isFull = false
    private var sizeBytes = 0

    init(_ query: CustomQuery) { self.query = query }

    /// Adds a row; false when there is no room for it: then the answer is cut off.
    mutating func add(_ row: [Cell]) -> Bool {
        sizeBytes += row.reduce(0) { $0 + $1.sizeBytes }
        guard rows.count < query.rowCountMax, rows.isEmpty || sizeBytes <= CustomQuery.answerSizeBytesMax else {
            isFull = true
            return false
        }
        rows.append(row)
        return true
    }
}

extension Cell {
    fileprivate var sizeBytes: Int { if case .text(let text) = self { 16 + text.utf8.count } else { 16 } }
}

/// The connection for one server's statements, shared by the threads that use it one after the other.
///
/// It holds the lock while the driver works: it is a lock of threads that may block, never of tasks.
package final class QuerySession: Sendable {
    private let target: Target
    private let engine: any Engine
    /// For the driver that has no other limit than one for the whole connection.
    private let timeoutSeconds: Int
    private let connection = Mutex<(any QueryConnection)?>(nil)

    /// - Parameter timeoutSeconds: the longest of the statements that are to run.
    package init(_ target: Target, engine: any Engine, timeoutSeconds: Int) {
        self.target = target
        self.engine = engine
        self.timeoutSeconds = timeoutSeconds
    }

    /// Connects if need be, and runs `query`. Blocks for at most its time and that of connecting, as far as the driver obeys. After a
    /// failure the connection is closed.
    package func run(_ query: CustomQuery) throws(EngineError) -> QueryAnswer {
        let result = connection.withLock { connection -> Result<QueryAnswer, EngineError> in
            do throws(EngineError) {
                if connection == nil {
                    connection = try engine.openForQueries(
                        target, timeoutSeconds: timeoutSeconds, deadlineSeconds: CustomQuery.connectSeconds)
                }
                guard let current = connection else { return .failure(EngineError(.driverFailed, "The driver gave no connection.")) }
                let answer = try current.run(query)
                guard answer.columns.count <= CustomQuery.columnCountMax else {
                    return .failure(
                        EngineError(
                            .protocolError, "The answer has \(answer.columns.count) columns; name at most \(CustomQuery.columnCountMax)."))
                }
                return .success(answer)
            } catch {
                connection?.close()
                connection = nil
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Closes the connection. Blocks while a statement runs.
    package func close() {
        connection.withLock { connection in
            connection?.close()
            connection = nil
        }
    }
}
