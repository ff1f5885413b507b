package import Engines
import Foundation
package import Primitives

/// How a collector fared on a server.
package enum CollectorState: String, Sendable, Codable, CaseIterable {
    /// It has not run yet.
    case pending
    case ok
    /// It brought as many rows as it may; there may be more.
    case cutOff = "cut_off"
    case failed
    /// A right is missing: tried rarely, and no fault of the others.
    case noPermissions = "no_permissions"
    /// This kind of server does not have what is asked for.
    case notAvailable = "not_available"

    /// Whether it brought rows, be it none.
    package var isGood: Bool { self == .ok || self == .cutOff }
}

/// What one collector brought from one server, made ready to be stored: series by position, and the cells beside them. Pure.
package struct CollectedTable: Sendable, Equatable {
    package var definition: CollectorDefinition
    package var state: CollectorState
    /// Why it brought nothing, as a sentence.
    package var message: String?
    package var durationMs: Int
    package var rowCount = 0
    /// The labels of the rows, row by row, in the order of the instances; empty when the collector has no series.
    private var labels: [String] = []
    /// The instances in short; nil when there are none.
    package private(set) var list: InstanceList?
    /// Row by row, the gauge columns of each; nil is not known.
    package var gauges: [Double?] = []
    /// Row by row, the counter columns of each, as raw totals.
    package var counters: [Int64?] = []
    /// The counters per second since the run before; nil where they cannot be compared.
    package var rates: [Double?] = []
    /// Measured seconds since the run before that the counters may be compared with.
    package var seconds: Double?
    /// The rows' cells, null where the value stands in gauges or counters; nil when all cells do.
    package private(set) var rows: JSONValue?
    /// Of `rows`, worked out once and outside of any transaction: the same cells are not stored again.
    package private(set) var rowsHash: UInt64?
    /// All cells of all rows, for collectors whose earlier rows are kept; nil for others and for no rows.
    package var allCells: JSONValue?
    /// Of the cells, about: a cell takes some four times the room of its text.
    private var cellBytes = 0

    package init(_ definition: CollectorDefinition, state: CollectorState, message: String? = nil, durationMs: Int) {
        self.definition = definition
        self.state = state
        self.message = message
        self.durationMs = durationMs
    }

    package var collector: String { definition.name }
    /// The labels of each row, as JSON arrays, in their own order: made when they are asked for, which is when the rows are other ones than
    /// before. Empty when the collector has no series.
    package var instances: [String] {
        let width = list.map { labels.count / $0.hashes.count } ?? 0
        return (list?.hashes.indices ?? 0..<0).map { CollectorDefinition.instance(labels[($0 * width)..<(($0 + 1) * width)]) }
    }
    /// The room that it takes in memory, about: a measured run of a simulated SQL Server takes 45 kB.
    package var sizeBytes: Int { 256 + labels.count * 64 + (gauges.count + 2 * counters.count) * 16 + cellBytes }

    /// The table of an answer.
    ///
    /// Rows of a collector that has series are put into the order of their labels, and of two rows with the same labels the first counts:
    /// so that the same set of rows is the same layout, whatever order the server gives them in.
    package init(of definition: CollectorDefinition, _ answer: CollectorAnswer, durationMs: Int) {
        self.init(definition, state: answer.isCutOff ? .cutOff : .ok, durationMs: durationMs)
        switch answer.trouble {
        case .failed(let text): (state, message) = (.failed, text)
        case .noPermission(let text): (state, message) = (.noPermissions, text)
        case .notAvailable(let text): (state, message) = (.notAvailable, text)
        case nil: break
        }
        guard state.isGood else { return }
        var rows = answer.rows
        if definition.hasSeries {
            (rows, list) = Self.ordered(rows, definition)
            for row in rows { for label in definition.labels(row) { labels.append(label) } }
        }
        rowCount = rows.count
        for row in rows {
            for (cell, kind) in zip(row, definition.kinds) {
                switch kind {
                case .gauge: gauges.append(cell.finiteNumber.map(Self.rounded))
                case .counter: counters.append(cell.integerValue)
                default: break
                }
            }
        }
        if definition.hasCells {
            let cells = Self.json(rows, definition, withSeries: false)
            let text = cells.text
            (self.rows, rowsHash) = (cells, InstanceHash.of(text) &+ UInt64(definition.shape))
            cellBytes = 4 * text.utf8.count
        }
        if definition.keep.hasHistory, !rows.isEmpty {
            allCells = Self.json(rows, definition, withSeries: true)
            cellBytes += 32 * rows.count * definition.columns.count  // its texts are those of `rows`
        }
    }

    /// The rows in the order of their labels, and these in short; nil for no rows.
    private static func ordered(_ rows: [[Cell]], _ definition: CollectorDefinition) -> ([[Cell]], InstanceList?) {
        if rows.isEmpty { return (rows, nil) }
        // Rows as another run brought them, of this server or of any: they are known by their hashes, and their names need not be made.
        let hashes = rows.map { InstanceHash.of(definition.labels($0)) }
        if let list = InstanceList.known(hashes) { return (rows, list) }
        let names = rows.map(definition.instance)
        let order = names.indices.sorted { names[$0] == names[$1] ? $0 < $1 : names[$0] < names[$1] }
        var kept: [Int] = []
        kept.reserveCapacity(rows.count)
        for index in order where kept.last.map({ names[$0] != names[index] }) ?? true { kept.append(index) }
        return (kept.map { rows[$0] }, .of(hashes: kept.map { hashes[$0] }))
    }

    /// Fractions are kept to the thousandth (of values below one, to six digits): more is noise of the division that made them, and costs
    /// seven bytes a sample where this costs one. Whole numbers stay as they are.
    static func rounded(_ value: Double) -> Double {
        guard value != value.rounded() else { return value }
        guard abs(value) < 1 else { return (value * 1_000).rounded() / 1_000 }
        let scale = pow(10, (5 - log10(abs(value)).rounded(.down)))
        return scale.isFinite ? (value * scale).rounded() / scale : value
    }

    private static func json(_ rows: [[Cell]], _ definition: CollectorDefinition, withSeries: Bool) -> JSONValue {
        .array(
            rows.map { row in
                .array(
                    zip(row, definition.kinds).map { cell, kind in kind.isSeries && !withSeries ? .null : cell.json })
            })
    }
}

extension CollectorColumn {
    /// Whether its values are a series.
    package var isSeries: Bool { kind.isSeries }
}

extension CollectorColumn.Kind {
    /// Whether values of this kind are a series.
    package var isSeries: Bool { self == .gauge || self == .counter }
}

extension CollectorDefinition {
    /// Whether any of its columns is a series.
    package var hasSeries: Bool { kinds.contains(where: \.isSeries) }
    /// Whether any of its columns is neither a label nor a series, or it has no series at all: then its rows' cells are stored.
    /// Those of events always are: by them it is known what the run before had.
    package var hasCells: Bool {
        keep == .new || !hasSeries || kinds.contains { !$0.isSeries && $0 != .label }
    }
    package var labelNames: [String] { columns.filter { $0.kind == .label }.map(\.name) }
    package var gaugeColumns: [CollectorColumn] { columns.filter { $0.kind == .gauge } }
    package var counterColumns: [CollectorColumn] { columns.filter { $0.kind == .counter } }

    /// The labels of a row.
    func labels(_ row: [Cell]) -> some Collection<String> {
        labelPlaces.lazy.map { place -> String in
            if row.indices.contains(place), case .text(let text) = row[place] { text } else { "" }
        }
    }

    /// The name of the series of a row.
    func instance(_ row: [Cell]) -> String { Self.instance(labels(row)) }

    /// Labels as a JSON array of strings: the name of a series.
    static func instance(_ labels: some Collection<String>) -> String {
        var writer = JSONWriter(reserve: 64)
        writer.beginArray()
        for label in labels { writer.string(label) }
        writer.endArray()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension Cell {
    var finiteNumber: Double? {
        switch self {
        case .number(let number): number.isFinite ? number : nil
        case .integer(let integer): Double(integer)
        default: nil
        }
    }

    var integerValue: Int64? { if case .integer(let integer) = self { integer } else { nil } }

    var json: JSONValue {
        switch self {
        case .null: .null
        case .text(let text): .string(text)
        case .integer(let integer): .int(integer)
        case .number(let number): number.isFinite ? .double(number) : .null
        case .time(let date): .string(RFC3339.string(date))
        case .flag(let flag): .bool(flag)
        }
    }
}
