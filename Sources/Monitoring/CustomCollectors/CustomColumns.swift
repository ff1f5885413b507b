package import Engines
package import Primitives

/// A tenant's columns from JSON and back. Pure.
package enum CustomColumns {
    package static let countMax = 30
    static let nameLengths = 1...63
    static let descriptionLengthMax = 300
    static let unitLengths = 1...32
    /// Metrics of the product's own, whose meaning nobody else decides.
    static let takenMetrics = Set(MetricType.all.map(\.name))
        .union(EngineKind.allCases.flatMap { CollectorCatalogue.of($0) }.flatMap { $0.columns.compactMap(\.metric) })

    /// Labels that every series has in the export: a label of that name would be there twice, and Prometheus would refuse the whole page.
    static let takenLabels: Set<String> = ["server", "id", "engine", "collector"]

    /// The columns, and everything that is wrong with them by the place in the request.
    ///
    /// - Parameter collector: names the metrics that have no name of their own.
    package static func read(_ value: JSONValue?, collector: String) -> (columns: [CollectorColumn], faults: [AppError.Detail]) {
        guard let entries = value?.array else {
            return ([], [.init(field: "columns", reason: value == nil ? "is required" : "must be a list")])
        }
        guard !entries.isEmpty else { return ([], [.init(field: "columns", reason: "must name at least one column")]) }
        guard entries.count <= countMax else { return ([], [.init(field: "columns", reason: "must have at most \(countMax) entries")]) }
        var (columns, faults) = ([CollectorColumn](), [AppError.Detail]())
        for (index, entry) in entries.enumerated() {
            var reader = EntryReader(entry, path: "columns[\(index)]", collector: collector)
            if let column = reader.column() { columns.append(column) }
            faults += reader.faults
        }
        var (names, metrics) = (Set<String>(), Set<String>())
        for (index, column) in columns.enumerated() where faults.isEmpty {
            if !names.insert(column.name).inserted { faults.append(.init(field: "columns[\(index)].name", reason: "is there twice")) }
            if column.kind == .label, takenLabels.contains(column.name) {
                faults.append(
                    .init(
                        field: "columns[\(index)].name",
                        reason: "is a label that every series has in the export; call it otherwise: SELECT ... AS \(column.name)_name"))
            }
            guard let metric = column.metric else { continue }
            if !metrics.insert(metric).inserted { faults.append(.init(field: "columns[\(index)].metric", reason: "is there twice")) }
            if takenMetrics.contains(metric) {
                faults.append(.init(field: "columns[\(index)].metric", reason: "is a metric of the product; take another"))
            } else if let reason = familyRefusal(of: metric, column.kind) {
                faults.append(.init(field: "columns[\(index)].metric", reason: reason))
            }
        }
        return (columns, faults)
    }

    /// Why a metric's family in the export would be another's; nil when it is its own.
    static func familyRefusal(of metric: String, _ kind: CollectorColumn.Kind) -> String? {
        if metric.hasPrefix(LatestSeries.coreMetricPrefix) {
            return "must not begin with server_: so do the server's own families in the export"
        }
        if kind == .gauge, metric.hasSuffix(LatestSeries.rateSuffix) {
            return "must not end in _per_second: so do counters' families in the export; a gauge is better called ..._rate"
        }
        if kind == .counter, takenMetrics.contains(metric + LatestSeries.rateSuffix) {
            return "has its rates in a family of the product in the export; take another"
        }
        return nil
    }

    /// The metric of a series that has no name of its own.
    static func metric(_ column: String, of collector: String) -> String { String("\(collector)_\(column)".prefix(63)) }

    private struct EntryReader {
        let members: [String: JSONValue]
        let path: String
        let collector: String
        var faults: [AppError.Detail] = []

        init(_ entry: JSONValue, path: String, collector: String) {
            (self.path, self.collector) = (path, collector)
            members = entry.object ?? [:]
            if entry.object == nil { fail("", "must be an object") }
        }

        mutating func fail(_ field: String, _ reason: String) {
            faults.append(.init(field: field.isEmpty ? path : "\(path).\(field)", reason: reason))
        }

        mutating func text(_ field: String) -> String? {
            switch members[field] {
            case nil, .null?: return nil
            case .string(let text)?: return text
            default:
                fail(field, "must be a text")
                return nil
            }
        }

        mutating func column() -> CollectorColumn? {
            guard faults.isEmpty else { return nil }
            for name in members.keys.sorted() where !["name", "kind", "unit", "metric", "description"].contains(name) {
                fail(name, "is not a field of a column")
            }
            let name = text("name") ?? ""
            if !name.isEmpty || faults.isEmpty, !CustomCollector.isSlug(name, nameLengths) {
                fail("name", "must be a-z, 0-9 and _, beginning with a letter, as the statement's column is called: SELECT ... AS name")
            }
            // What names a text or a plan is for the product's own statements: it is read with rights that a tenant's column has not.
            let kind = text("kind").flatMap { CollectorColumn.Kind(rawValue: $0) }.flatMap { $0.referenceKind == nil ? $0 : nil }
            if kind == nil { fail("kind", "must be one of label, gauge, counter, text, number, time, flag, query_text") }
            let description = text("description") ?? ""
            if description.unicodeScalars.count > descriptionLengthMax || description.unicodeScalars.contains(where: { $0.value < 0x20 }) {
                fail("description", "must be a line of at most \(descriptionLengthMax) characters")
            }
            let (unit, metric) = (text("unit"), text("metric"))
            guard let kind else { return nil }
            let isSeries = kind == .gauge || kind == .counter
            if !isSeries, metric != nil { fail("metric", "is for gauges and counters only") }
            if !isSeries, kind != .number, unit != nil { fail("unit", "is for gauges, counters and numbers only") }
            if let unit, !CustomCollector.isSlug(unit, unitLengths) {
                fail("unit", "must be a-z, 0-9 and _, such as bytes, seconds, percent, count")
            }
            if let metric, !CustomCollector.isSlug(metric, nameLengths) {
                fail("metric", "must be a-z, 0-9 and _, beginning with a letter")
            }
            guard faults.isEmpty else { return nil }
            return CollectorColumn(
                name, kind, unit: isSeries ? unit ?? "count" : unit, metric: isSeries ? metric ?? metricName(name) : nil, description)
        }

        private func metricName(_ column: String) -> String { CustomColumns.metric(column, of: collector) }
    }
}

extension CollectorColumn {
    /// As the API and the database have it.
    package var json: JSONValue {
        [
            "name": .string(name), "kind": .string(kind.rawValue), "unit": JSONValue(unit), "metric": JSONValue(metric),
            "description": .string(description),
        ]
    }
}
