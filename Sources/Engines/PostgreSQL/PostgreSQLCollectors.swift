import Foundation
import Postgres

extension PostgreSQLConnection {
    /// Statements of collectors on a connection whose times are in UTC and in ISO's form: set once, when it is opened.
    static let textSettings = "SET timezone = 'UTC'; SET datestyle = 'ISO'; SET intervalstyle = 'iso_8601'; SET extra_float_digits = 1"

    func run(_ collectors: [CollectorDefinition], deadlineSeconds: Double) throws(EngineError) -> CollectorAnswers {
        guard let connection = openConnection else { throw EngineError(.unreachable, "The connection is closed.") }
        let timer = CallTimer()
        connection.statementDeadlineSeconds = deadlineSeconds
        let wanted = try askable(collectors)
        let results: [Result<PostgresTextRows, PostgresError>]
        do throws(PostgresError) {
            let rowCountMax = wanted.map(\.rowCountMax).max() ?? 1
            results = try connection.pipeline(wanted.map(Self.statement(of:)), rowCountMax: rowCountMax)
        } catch { throw failure.whileReading(error) }
        return CollectorAnswers(
            answers: answers(to: collectors, asked: wanted, results), collectedAt: Date(), monotonicSeconds: monotonicSeconds(),
            durationMs: timer.milliseconds)
    }

    /// Those that are worth asking now. What is asked again after a while may be there by now, in a schema that was not on the path.
    func askable(_ collectors: [CollectorDefinition]) throws(EngineError) -> [CollectorDefinition] {
        if unavailable.forget(now: monotonicSeconds()) { try extendSearchPath() }
        return collectors.filter { unavailable.answer(of: $0.name) == nil }
    }

    /// Looks for what collectors read of extensions in the extensions' schemas too, after all others.
    func extendSearchPath() throws(EngineError) {
        do throws(PostgresError) {
            _ = try openConnection?.rows(SQL(stringLiteral: CollectorSQL.postgreSQLSearchPath))
        } catch {
            // A server that refuses this still tells the rest; the collector says that its view is not there.
            if error.isCancelled || error.isConnectionFailure { throw failure.whileReading(error) }
        }
    }

    /// What is run every few minutes is kept prepared; what is run rarely would only take the server's memory.
    static func statement(of collector: CollectorDefinition) -> PipelineStatement {
        PipelineStatement(collector.sql, isKept: collector.cadence == .minute || collector.cadence == .fiveMinutes)
    }

    /// What the results of those that were asked say, with what is known of the others.
    func answers(
        to collectors: [CollectorDefinition], asked: [CollectorDefinition], _ results: [Result<PostgresTextRows, PostgresError>]
    ) -> [CollectorAnswer] {
        let answers = zip(asked, results).map { Self.answer($0, $1) }
        unavailable.learn(answers, now: monotonicSeconds())
        let names = Set(asked.map(\.name))
        return answers + collectors.compactMap { names.contains($0.name) ? nil : unavailable.answer(of: $0.name) }
    }

    private static func answer(_ collector: CollectorDefinition, _ result: Result<PostgresTextRows, PostgresError>) -> CollectorAnswer {
        switch result {
        case .success(let rows):
            guard rows.columnNames == collector.columns.map(\.name) else {
                return CollectorAnswer(collector: collector.name, trouble: .failed("The answer has other columns than were asked for."))
            }
            return collector.answer(rows.rows.map { row in zip(row, rows.oids).map { PostgreSQLCell.cell($0, oid: $1) } })
        case .failure(let error):
            let sentence = SQLServerFailure.sentence(error.message)
            let trouble: CollectorAnswer.Trouble =
                switch error.sqlState {
                case "42501": .noPermission(sentence)
                // No such table, column, function or schema; not in this state (an extension that is not preloaded); not supported.
                case "42P01", "42703", "42883", "3F000", "55000", "0A000":
                    .notAvailable("\(sentence) It is for \(collector.versions)")
                default: .failed(sentence)
                }
            return CollectorAnswer(collector: collector.name, trouble: trouble)
        }
    }
}

/// PostgreSQL's text form of a value, by its type's number in pg_type.
enum PostgreSQLCell {
    static func cell(_ text: String?, oid: UInt32) -> Cell {
        guard let text else { return .null }
        switch oid {
        case 16: return .flag(text == "t")
        case 20, 21, 23, 26, 28, 5069: return Int64(text).map { .integer($0) } ?? .null  // int8, int2, int4, oid, xid, xid8
        case 700, 701, 1700:
            let number = Double(text)
            return number.map { .number($0) } ?? .null
        case 1082: return time(text + " 00:00:00").map { .time($0) } ?? .null
        case 1114, 1184: return time(text).map { .time($0) } ?? .null
        default: return .text(text)
        }
    }

    /// `2026-11-28 15:53:18.123456+00`; nil for infinity and years before Christ.
    static func time(_ text: String) -> Date? {
        let separators: Set<Character> = ["-", " ", ":", "+"]
        let parts = text.split { separators.contains($0) }
        guard parts.count >= 6, !text.hasSuffix("BC"), let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]),
            let hour = Int(parts[3]), let minute = Int(parts[4]), let seconds = Double(parts[5])
        else { return nil }
        let midnight = DateComponents(timeZone: .gmt, year: year, month: month, day: day, hour: hour, minute: minute)
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar.date(from: midnight).map { $0 + seconds }
    }
}
