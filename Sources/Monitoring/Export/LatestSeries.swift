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

    /// The page's second part, a family for each metric. Rates are gauges whose names end in `_per_second`; what is not known has no line.
    static func page(_ all: [LatestSeries]) -> String {
        var families: [String: (help: String, lines: [String])] = [:]
        var (count, leftOut) = (0, 0)
        for series in all {
            let names = series.definition.labelNames
            let server =
                "server=\"\(PrometheusText.escaped(series.name))\",id=\"\(series.id)\",engine=\"\(series.definition.engine.rawValue)\""
            for (position, row) in series.rows.enumerated() {
                let labels = zip(names, row).map { ",\($0)=\"\(PrometheusText.escaped($1))\"" }.joined()
                for (column, value) in series.values(position) {
                    guard let metric = column.metric, let value, value.isFinite else { continue }
                    count += 1
                    guard count <= lineCountMax else {
                        leftOut += 1
                        continue
                    }
                    let family = "dbtools_\(metric)" + (column.kind == .counter ? "_per_second" : "")
                    let unit = (column.unit ?? "count") + (column.kind == .counter ? " per second" : "")
                    families[family, default: ("\(column.description) (\(unit)).", [])].lines.append(
                        "\(family){\(server)\(labels)} \(PrometheusText.number(value))\n")
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
