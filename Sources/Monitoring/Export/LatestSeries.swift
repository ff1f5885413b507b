import Engines
import Fleet
import Foundation
import Platform

/// The newest values of one collector on one server, as Prometheus is given them. Pure.
struct LatestSeries: Sendable {
    /// Lines of series in one page: what does not fit is said in a comment.
    static let lineCountMax = 500_000

    var id: Server.ID
    var name: String
    var definition: CollectorDefinition
    /// The labels of each row, in the columns' order.
    var rows: [[String]]
    var gauges: [Double?]
    /// The counters' rates per second.
    var rates: [Double?]

    /// How the core's families begin behind `dbtools_`, and rates end.
    static let coreMetricPrefix = "server_"
    static let rateSuffix = "_per_second"

    /// The page's second part, a family for each metric. Rates are gauges whose names end in `_per_second`; what is not known has no line.
    ///
    /// One line that Prometheus does not take costs it the whole page. So no family has two heads, no line a label twice, and no series two
    /// lines, whatever a tenant has called his columns before that was refused.
    ///
    /// - Parameter all: those of one server stand together.
    static func page(_ all: [LatestSeries]) -> String {
        var families: [String: (help: String, lines: [String])] = [:]
        var (count, leftOut) = (0, 0)
        var (server, written) = (Server.ID?.none, Set<String>())
        for series in all {
            if series.id != server {
                server = series.id
                written.removeAll(keepingCapacity: true)
            }
            let (names, own) = (series.labelNames, series.serverLabels)
            for (position, row) in series.rows.enumerated() {
                let labels = zip(names, row).map { ",\($0)=\"\(PrometheusText.escaped($1))\"" }.joined()
                for (column, value) in series.values(position) {
                    guard let metric = column.metric, let value, value.isFinite else { continue }
                    let family = family(of: metric, column.kind, isCustom: series.definition.isCustom)
                    let name = "\(family){\(own)\(labels)}"
                    guard written.insert(name).inserted else { continue }
                    count += 1
                    guard count <= lineCountMax else {
                        leftOut += 1
                        continue
                    }
                    let unit = (column.unit ?? "count") + (column.kind == .counter ? " per second" : "")
                    families[family, default: ("\(column.description) (\(unit)).", [])].lines.append(
                        "\(name) \(PrometheusText.number(value))\n")
                }
            }
        }
        var page = ""
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            page += "# HELP \(name) \(PrometheusText.help(family.help))\n# TYPE \(name) gauge\n" + family.lines.joined()
        }
        if leftOut > 0 { page += "# \(leftOut) series are left out: at most \(lineCountMax) fit; name fewer collectors.\n" }
        return page
    }

    /// The family of a metric. A tenant's metric that would be in another's has one underscore more for each reason: no metric begins with
    /// one, so such a family is its own. (Saved before such names were refused.)
    private static func family(of metric: String, _ kind: CollectorColumn.Kind, isCustom: Bool) -> String {
        let suffix = kind == .counter ? rateSuffix : ""
        guard isCustom else { return "dbtools_" + metric + suffix }
        let isRateLike =
            kind == .counter ? CustomColumns.takenMetrics.contains(metric + rateSuffix) : metric.hasSuffix(rateSuffix)
        return "dbtools_" + (metric.hasPrefix(coreMetricPrefix) ? "_" : "") + (isRateLike ? "_" : "") + metric + suffix
    }

    /// The labels that all of its lines have. Two collectors of a tenant may share a metric: theirs are told apart by name.
    private var serverLabels: String {
        let labels =
            "server=\"\(PrometheusText.escaped(name))\",id=\"\(id)\",engine=\"\(definition.engine.rawValue)\""
        return definition.isCustom ? labels + ",collector=\"\(PrometheusText.escaped(definition.name))\"" : labels
    }

    /// The names of the columns' labels: behind `column_` where every line has such a label already.
    private var labelNames: [String] {
        let names = definition.labelNames
        var taken = Set(names).union(CustomColumns.takenLabels)
        return names.map { name in
            guard CustomColumns.takenLabels.contains(name) else { return name }
            var free = "column_" + name
            while !taken.insert(free).inserted { free = "column_" + free }
            return free
        }
    }

    private func values(_ position: Int) -> [(CollectorColumn, Double?)] {
        func at(_ values: [Double?], _ columns: [CollectorColumn]) -> [(CollectorColumn, Double?)] {
            columns.enumerated().map { offset, column in
                let place = position * columns.count + offset
                return (column, values.indices.contains(place) ? values[place] : nil)
            }
        }
        return at(gauges, definition.gaugeColumns) + at(rates, definition.counterColumns)
    }
}
