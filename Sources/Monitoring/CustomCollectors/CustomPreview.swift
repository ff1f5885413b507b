import Engines
import Foundation
import Primitives

/// What a statement's first run tells whoever writes a collector: its columns with what they may be, its first rows, and what to look at.
/// Pure.
package struct CustomPreview: Sendable {
    /// Rows and characters of a text that are shown.
    static let rowCountMax = 50
    static let characterMax = 200

    let answer: QueryAnswer
    let query: CustomQuery
    /// As the collector means them so far; empty: nobody has said.
    let columns: [CollectorColumn]
    let collector: String

    /// What each column of the answer may be.
    var suggestions: [CollectorColumn] {
        var hasLabel = false
        return answer.columns.map { column in
            let name = Self.slug(column.name)
            if let said = columns.first(where: { $0.name == column.name.lowercased() }) { return said }
            let kind: CollectorColumn.Kind
            switch column.type {
            // As a label it would be refused.
            case .text where CustomColumns.takenLabels.contains(name): kind = .text
            case .text where !hasLabel || name.hasSuffix("_name"): kind = .label
            case .text: kind = .text
            case .integer where name.hasSuffix("_id") || name == "id": kind = hasLabel || name == "id" ? .text : .label
            case .integer, .number: kind = .gauge
            case .time: kind = .time
            case .flag: kind = .flag
            }
            if kind == .label { hasLabel = true }
            let isSeries = kind == .gauge
            return CollectorColumn(
                name, kind, unit: isSeries ? Self.unit(name) : nil,
                metric: isSeries ? CustomColumns.metric(name, of: collector.isEmpty ? "custom" : collector) : nil, "")
        }
    }

    /// What whoever writes it should look at, each a sentence.
    var warnings: [String] {
        var warnings: [String] = []
        if answer.rows.isEmpty {
            warnings.append("No row came: fine when there is nothing to tell, but then look at it again when there is.")
        }
        if answer.isCutOff {
            warnings.append(
                "There are more rows than \(answer.rows.count); only these are kept. Order the statement so that they are the ones that matter."
            )
        }
        if answer.durationMs * 2 > query.timeoutSeconds * 1_000 {
            warnings.append("It took \(answer.durationMs) ms, more than half of its time: on a busy server it would be stopped.")
        }
        let names = answer.columns.map { $0.name.lowercased() }
        for (name, column) in zip(names, answer.columns) where !CustomCollector.isSlug(name, CustomColumns.nameLengths) {
            warnings.append("The column “\(column.name)” needs a plain name: write AS \(Self.slug(column.name)).")
        }
        for name in Set(names.filter { name in names.count { $0 == name } > 1 }).sorted() {
            warnings.append("Two columns are called “\(name)”: the first counts; give the other a name of its own with AS.")
        }
        return warnings + columnWarnings(names)
    }

    private func columnWarnings(_ names: [String]) -> [String] {
        guard !columns.isEmpty else { return [] }
        var warnings: [String] = []
        for column in columns where !names.contains(column.name) {
            warnings.append("The answer has no column “\(column.name)”: the collector would fail.")
        }
        guard warnings.isEmpty else { return warnings }
        for column in columns {
            guard let place = names.firstIndex(of: column.name) else { continue }
            let values = answer.rows.compactMap { $0.indices.contains(place) && $0[place] != .null ? $0[place] : nil }
            let unfit = values.count { !column.takes($0) }
            if unfit > 0 {
                warnings.append("“\(column.name)” is no \(column.kind.rawValue) in \(unfit) of \(values.count) rows: not known there.")
            }
        }
        let labels = columns.filter { $0.kind == .label }.compactMap { names.firstIndex(of: $0.name) }
        let unnamed = answer.rows.count { row in labels.contains { row.indices.contains($0) && row[$0] == .null } }
        if unnamed > 0 { warnings.append("\(unnamed) rows have no label: they are left out, since nothing tells which they are.") }
        let instances = answer.rows.map { row in labels.map { row.indices.contains($0) ? row[$0] : .null } }
        let doubles = instances.count - Set(instances).count
        if doubles > 0, columns.contains(where: \.isSeries) {
            warnings.append("\(doubles) rows have the same labels as another: only the first of each is kept; make another column a label.")
        }
        return warnings
    }

    /// As the API shows it.
    var json: JSONValue {
        let names = zip(answer.columns, suggestions).map { column, suggestion -> JSONValue in
            ["name": .string(column.name), "type": .string(column.type.rawValue), "suggestion": suggestion.json]
        }
        let rows = answer.rows.prefix(Self.rowCountMax).map { row in
            JSONValue.array(
                row.map { cell in
                    if case .text(let text) = cell, text.count > Self.characterMax { return .string(text.prefix(Self.characterMax) + "…") }
                    return cell.json
                })
        }
        return [
            "success": true, "errorCode": .null, "message": .null, "columns": .array(names), "rows": .array(rows),
            "rowCount": .int(Int64(answer.rows.count)), "isCutOff": .bool(answer.isCutOff), "durationMs": .int(Int64(answer.durationMs)),
            "warnings": .array(warnings.map { .string($0) }),
        ]
    }

    /// What is shown of a statement that failed.
    static func failure(_ error: EngineError) -> JSONValue {
        [
            "success": false, "errorCode": .string(error.code.rawValue), "message": .string(error.message), "columns": [], "rows": [],
            "rowCount": .null, "isCutOff": false, "durationMs": .null, "warnings": [],
        ]
    }

    /// A name that a column may have, after `name`.
    static func slug(_ name: String) -> String {
        let words = name.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        let slug = String(words.joined(separator: "_").prefix(60))
        return slug.first?.isLetter == true ? slug : slug.isEmpty ? "value" : "value_" + slug
    }

    private static func unit(_ name: String) -> String {
        for (ending, unit) in [
            ("bytes", "bytes"), ("_ms", "ms"), ("milliseconds", "ms"), ("seconds", "seconds"), ("percent", "percent"), ("pct", "percent"),
        ] where name.hasSuffix(ending) { return unit }
        return "count"
    }
}

extension CollectorColumn {
    /// Whether a value is one of this kind.
    fileprivate func takes(_ cell: Cell) -> Bool {
        switch kind {
        case .label, .text, .queryText, .statement, .plan: cell.text != nil
        case .gauge, .number: cell.number != nil
        case .counter: cell.integer != nil
        case .flag: cell.flag != nil
        case .time: if case .time = cell { true } else { false }
        }
    }
}
