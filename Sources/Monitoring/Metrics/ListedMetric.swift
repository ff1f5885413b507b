import Engines
import Primitives

/// A metric as `GET /metrics/types` has it: of the core, of a collector of the product, or of one of the tenant's own. Pure.
struct ListedMetric: Sendable, Equatable {
    let name: String
    /// Of what is shown: a counter's is that of its rate.
    let unit: String
    let kind: MetricType.Kind
    let description: String
    /// The first that brings it; nil: the core.
    let collector: String?
    /// In the product's order.
    private(set) var engines: [EngineKind]
    /// The names of its series' labels, over all collectors that bring it.
    private(set) var labels: [String]

    /// The core's metrics, then those of the product's collectors, then the tenant's own; each name once.
    ///
    /// - Parameter own: the tenant's collectors.
    static func all(own: [CollectorDefinition]) -> [ListedMetric] {
        var all = MetricType.all.map {
            ListedMetric(
                name: $0.name, unit: $0.unit, kind: $0.kind, description: $0.description, collector: nil, engines: EngineKind.allCases,
                labels: [])
        }
        var places = Dictionary(uniqueKeysWithValues: all.indices.map { (all[$0].name, $0) })
        for definition in EngineKind.allCases.flatMap({ CollectorCatalogue.of($0) }) + own {
            for column in definition.columns {
                guard let name = column.metric, column.kind == .gauge || column.kind == .counter else { continue }
                if let place = places[name] {
                    all[place].add(definition)
                } else {
                    places[name] = all.count
                    all.append(ListedMetric(name, column, of: definition))
                }
            }
        }
        return all
    }

    private init(_ name: String, _ column: CollectorColumn, of definition: CollectorDefinition) {
        let isCounter = column.kind == .counter
        self.init(
            name: name, unit: (column.unit ?? "count") + (isCounter ? "/s" : ""), kind: isCounter ? .counter : .gauge,
            description: column.description, collector: definition.name, engines: [definition.engine], labels: definition.labelNames)
    }

    private init(
        name: String, unit: String, kind: MetricType.Kind, description: String, collector: String?, engines: [EngineKind], labels: [String]
    ) {
        self.name = name
        self.unit = unit
        self.kind = kind
        self.description = description
        self.collector = collector
        self.engines = engines
        self.labels = labels
    }

    private mutating func add(_ definition: CollectorDefinition) {
        // What the core measures is told by no collector.
        guard collector != nil else { return }
        engines = EngineKind.allCases.filter { engines.contains($0) || $0 == definition.engine }
        let known = labels
        labels = known + definition.labelNames.filter { !known.contains($0) }
    }

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("name")
        writer.string(name)
        writer.key("unit")
        writer.string(unit)
        writer.key("kind")
        writer.string(kind.rawValue)
        writer.key("description")
        writer.string(description)
        writer.key("collector")
        writer.optional(collector)
        writer.key("engines")
        writer.beginArray()
        for engine in engines { writer.string(engine.rawValue) }
        writer.endArray()
        writer.key("labels")
        writer.beginArray()
        for label in labels { writer.string(label) }
        writer.endArray()
        writer.endObject()
    }
}
