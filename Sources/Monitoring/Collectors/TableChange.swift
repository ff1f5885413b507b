import Engines
import Foundation
import Primitives

/// A row that changed between two runs of a collector that watches for it.
struct TableChange: Sendable, Equatable {
    enum Kind: String, Sendable { case added, removed, changed }

    var kind: Kind
    /// The row's labels by column.
    var labels: JSONValue
    /// Only the columns that differ; of an added row all, in `after`; of a removed one in `before`.
    var before: JSONValue
    var after: JSONValue

    /// What is different in `new`, in the order of the labels. Rows are arrays of cells; series are no part of it. Pure.
    static func between(_ old: JSONValue, _ new: JSONValue, of definition: CollectorDefinition) -> [TableChange] {
        let (before, after) = (byLabels(old, definition), byLabels(new, definition))
        return Set(before.keys).union(after.keys).sorted().compactMap { name in
            let (then, now) = (before[name], after[name])
            let places = definition.columns.indices.filter { !definition.columns[$0].isSeries && definition.columns[$0].kind != .label }
            let different = places.filter { then == nil || now == nil || !isSame(cell(then, $0), cell(now, $0)) }
            guard then == nil || now == nil || !different.isEmpty else { return nil }
            return TableChange(
                kind: then == nil ? .added : now == nil ? .removed : .changed, labels: labels(now ?? then ?? [], definition),
                before: then == nil ? [:] : object(then, different, definition),
                after: now == nil ? [:] : object(now, different, definition))
        }
    }

    /// Numbers by their value: PostgreSQL may write them in another way than they were given.
    private static func isSame(_ left: JSONValue, _ right: JSONValue) -> Bool {
        if let left = left.double, let right = right.double { return left == right }
        return left == right
    }

    private static func byLabels(_ rows: JSONValue, _ definition: CollectorDefinition) -> [String: [JSONValue]] {
        Dictionary(
            (rows.array ?? []).compactMap { row in row.array.map { (labels($0, definition).text, $0) } },
            uniquingKeysWith: { first, _ in first })
    }

    /// A row's labels by column: what tells it apart from the others.
    static func labels(_ row: [JSONValue], _ definition: CollectorDefinition) -> JSONValue {
        object(row, definition.columns.indices.filter { definition.columns[$0].kind == .label }, definition)
    }

    private static func object(_ row: [JSONValue]?, _ places: [Int], _ definition: CollectorDefinition) -> JSONValue {
        .object(Dictionary(uniqueKeysWithValues: places.map { (definition.columns[$0].name, cell(row, $0)) }))
    }

    private static func cell(_ row: [JSONValue]?, _ place: Int) -> JSONValue {
        guard let row, row.indices.contains(place) else { return .null }
        return row[place]
    }
}
