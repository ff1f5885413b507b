package import Foundation

/// One value of a collector's row.
package enum Cell: Sendable, Equatable, Hashable, Codable {
    /// Not known.
    case null
    case text(String)
    case integer(Int64)
    case number(Double)
    case time(Date)
    case flag(Bool)
}

/// What one collector brought from a server.
package struct CollectorAnswer: Sendable {
    /// Why there are no rows.
    package enum Trouble: Sendable, Equatable {
        /// It failed, in the server's words as a sentence.
        case failed(String)
        /// A right is missing: a state of its own, tried rarely.
        case noPermission(String)
        /// This kind of server does not have what is asked for: no fault.
        case notAvailable(String)
    }
    package let collector: String
    /// In the definition's order of columns; without rows whose label is null.
    package var rows: [[Cell]]
    /// As many rows came as the collector may bring: there may be more, and these are the first.
    package var isCutOff: Bool
    package var trouble: Trouble?

    package init(collector: String, rows: [[Cell]] = [], isCutOff: Bool = false, trouble: Trouble? = nil) {
        self.collector = collector
        self.rows = rows
        self.isCutOff = isCutOff
        self.trouble = trouble
    }
}

/// What all collectors of one cadence brought, in one round trip.
package struct CollectorAnswers: Sendable {
    package var answers: [CollectorAnswer]
    /// DbTools' clock when the answers had come.
    package var collectedAt: Date
    /// The monotonic clock of this machine at the same moment, in seconds.
    package var monotonicSeconds: Double
    package var durationMs: Int

    package init(answers: [CollectorAnswer], collectedAt: Date, monotonicSeconds: Double, durationMs: Int) {
        self.answers = answers
        self.collectedAt = collectedAt
        self.monotonicSeconds = monotonicSeconds
        self.durationMs = durationMs
    }
}

extension CollectorDefinition {
    /// Characters of a label, and of any other text, such as a query's; the rest is cut off, which an ellipsis says.
    static let labelCharacterMax = 300
    static let textCharacterMax = 8_000

    /// Without NULs, which PostgreSQL does not store.
    private static func bounded(_ text: String, _ characterMax: Int) -> String {
        let clean = text.utf8.contains(0) ? text.replacing("\0", with: "") : text
        return clean.utf8.count <= characterMax || clean.count <= characterMax ? clean : clean.prefix(characterMax - 1) + "…"
    }

    /// A cell as its column's kind wants it; null where the driver's value is none of that kind.
    func cell(_ value: Cell, _ kind: CollectorColumn.Kind) -> Cell {
        switch (kind, value) {
        case (_, .null): .null
        case (.label, _), (.text, _), (.queryText, _), (.statement, _), (.plan, _):
            value.text.map { .text(Self.bounded($0, kind == .label ? Self.labelCharacterMax : Self.textCharacterMax)) } ?? .null
        case (.counter, _): value.integer.map { .integer($0) } ?? .null
        case (.gauge, _), (.number, _): value.number.map { .number($0) } ?? .null
        case (.flag, _): value.flag.map { .flag($0) } ?? .null
        case (.time, .time): value
        case (.time, _): .null
        }
    }

    /// The rows of a result, typed and bounded; a row without one of its labels names nothing and is left out.
    ///
    /// - Parameter read: a driver's value as a cell.
    func answer<Value>(_ rows: some Collection<[Value]>, read: (Value) -> Cell) -> CollectorAnswer {
        var typed: [[Cell]] = []
        typed.reserveCapacity(min(rows.count, rowCountMax))
        rows: for row in rows.prefix(rowCountMax) where row.count == kinds.count {
            var cells: [Cell] = []
            cells.reserveCapacity(kinds.count)
            for (value, kind) in zip(row, kinds) {
                let cell = cell(read(value), kind)
                if kind == .label, case .null = cell { continue rows }
                cells.append(cell)
            }
            typed.append(cells)
        }
        return CollectorAnswer(collector: name, rows: typed, isCutOff: rowCountMax > 1 && rows.count >= rowCountMax)
    }

    /// The rows of a result whose values are cells already.
    func answer(_ rows: some Collection<[Cell]>) -> CollectorAnswer { answer(rows) { $0 } }
}

extension Cell {
    /// As text; nil for null.
    package var text: String? {
        switch self {
        case .null: nil
        case .text(let text): text
        case .integer(let integer): String(integer)
        case .number(let number): String(number)
        case .time(let date): date.formatted(.iso8601)
        case .flag(let flag): flag ? "1" : "0"
        }
    }
    /// As a whole number; nil where it is none.
    package var integer: Int64? {
        switch self {
        case .integer(let integer): integer
        case .number(let number): Int64(exactly: number.rounded())
        case .text(let text): Int64(text.withoutBlanks)
        case .flag(let flag): flag ? 1 : 0
        case .null, .time: nil
        }
    }
    /// As a number; nil where it is none.
    package var number: Double? {
        switch self {
        case .integer(let integer): Double(integer)
        case .number(let number): number
        case .text(let text): Double(text.withoutBlanks)
        case .flag(let flag): flag ? 1 : 0
        case .null, .time: nil
        }
    }
    /// 0 and 1, or what a database calls true.
    package var flag: Bool? {
        switch self {
        case .flag(let flag): flag
        case .integer(let integer): integer != 0
        case .number(let number): number != 0
        case .text(let text): ["1", "t", "true", "on", "yes", "y"].contains(text.lowercased())
        case .null, .time: nil
        }
    }
}
