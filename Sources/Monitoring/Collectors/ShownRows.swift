import Engines
import Fleet
import Platform
import Primitives

/// Rows as a caller may see them.
struct ShownRows: Sendable {
    let definition: CollectorDefinition
    let maySeeQueries: Bool
    /// The tenant allows it: texts are shown as they were sent.
    private let showsLiterals: Bool

    /// The texts that cells name, as they are shown, and the plans that are kept.
    private let texts: [String: String]
    private let plans: Set<String>

    /// - Parameter rows: those that will be shown: what they name is looked up.
    init(
        _ definition: CollectorDefinition, of server: Server.ID, showing rows: some Sequence<[JSONValue]>, maySeeQueries: Bool,
        on session: TenantSession
    ) throws {
        self.definition = definition
        self.maySeeQueries = maySeeQueries
        let showsLiterals =
            maySeeQueries && definition.kinds.contains { $0 == .queryText || $0 == .statement }
            ? try TenantSettings.read(on: session).queries.showsLiterals : false
        self.showsLiterals = showsLiterals
        let named = maySeeQueries ? Self.references(in: rows, of: definition) : []
        let found = try QueryDetailSQL.find(named, of: server, on: session)
        texts = showsLiterals ? found.texts : found.texts.mapValues { QueryText.redacted($0, engine: definition.engine) }
        plans = found.plans
    }

    private static func references(in rows: some Sequence<[JSONValue]>, of definition: CollectorDefinition) -> Set<QueryReference> {
        let places = definition.kinds.enumerated().compactMap { place, kind in kind.referenceKind.map { (place, $0) } }
        guard !places.isEmpty else { return [] }
        var found: Set<QueryReference> = []
        for row in rows {
            for (place, kind) in places where row.indices.contains(place) {
                if let reference = row[place].string.flatMap({ QueryReference(kind, $0) }) { found.insert(reference) }
            }
        }
        return found
    }

    func writeColumns(to writer: inout JSONWriter) {
        writer.key("queryTextHidden")
        writer.bool(!maySeeQueries && definition.kinds.contains { $0 == .queryText || $0 == .statement })
        writer.key("columns")
        writer.beginArray()
        for column in definition.columns {
            writer.beginObject()
            writer.key("name")
            writer.string(column.name)
            writer.key("kind")
            writer.string(column.kind == .statement ? CollectorColumn.Kind.queryText.rawValue : column.kind.rawValue)
            writer.key("unit")
            if let unit = column.unit { writer.string(column.kind == .counter ? unit + "/s" : unit) } else { writer.null() }
            writer.key("metric")
            if let metric = column.metric { writer.string(metric) } else { writer.null() }
            writer.key("description")
            writer.string(column.description)
            writer.endObject()
        }
        writer.endArray()
    }

    func write(_ rows: [[JSONValue]], to writer: inout JSONWriter) {
        writer.beginArray()
        for row in rows {
            writer.beginArray()
            for (place, kind) in definition.kinds.enumerated() {
                // A row that an earlier version stored may be shorter.
                let cell = row.indices.contains(place) ? row[place] : .null
                if let text = cell.string, [.queryText, .statement, .plan].contains(kind) {
                    if let shown = maySeeQueries ? shown(text, kind) : nil { writer.string(shown) } else { writer.null() }
                } else {
                    cell.write(to: &writer)
                }
            }
            writer.endArray()
        }
        writer.endArray()
    }

    /// What a cell that is or names a query's text or plan shows; nil: it is not kept.
    private func shown(_ text: String, _ kind: CollectorColumn.Kind) -> String? {
        switch kind {
        case .plan: plans.contains(text) ? text : nil
        case .statement where QueryReference(.statement, text) != nil: texts[text]
        default: showsLiterals ? text : Self.redacted(text, definition.engine)
        }
    }

    /// A deadlock's graph keeps its attributes, which T-SQL would read as literals.
    static func redacted(_ text: String, _ engine: EngineKind) -> String {
        guard engine == .sqlserver, text.first == "<", let xml = QueryPlanText.redacted(text, engine: engine) else {
            return QueryText.redacted(text, engine: engine)
        }
        return xml
    }
}
