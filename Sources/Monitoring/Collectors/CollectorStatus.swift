package import Engines
package import Foundation
package import Primitives

/// How one collector fares on one server, and what it brought last: for screens.
package struct CollectorStatus: Sendable {
    package var definition: CollectorDefinition
    /// Seconds between two runs on this server.
    package var intervalSeconds: Int
    /// Whether it is switched on here, and the server's collection too.
    package var isEnabled: Bool
    package var state: CollectorState = .pending
    package var message: String?
    package var attemptedAt: Date?
    /// The last good run.
    package var collectedAt: Date?
    package var durationMs: Int?
    package var rowCount: Int?
    package var failuresInARow = 0

    /// Whether what it brought last is too old to be taken for what is: not read for two and a half times as long as it should have been,
    /// and five minutes. What was never read is not old. The same rule as that of a server that is offline. Pure.
    package func isStale(now: Date) -> Bool {
        guard let collectedAt else { return false }
        let limit = max(ServerState.offlineAfterSecondsMin, ServerState.offlineAfterIntervals * Double(intervalSeconds))
        return now.timeIntervalSince(collectedAt) > limit
    }
}

/// The newest rows of a collector, put together from its cells and its series. Pure.
package struct CollectorRows: Sendable {
    /// Labels of each row by the layout, as JSON arrays; empty without series.
    var instances: [String]
    var gauges: [Double?]
    /// The counters' rates.
    var rates: [Double?]
    /// The stored cells; nil when labels and series are all there is.
    var cells: [[JSONValue]]?
    /// Rows of the last run.
    var rowCount: Int

    /// A row for each that was there at the last run, in the columns' order; a counter's cell is its rate per second.
    package func rows(of definition: CollectorDefinition) -> [[JSONValue]] {
        guard definition.hasSeries else { return cells ?? [] }
        let (gaugeCount, counterCount) = (definition.gaugeColumns.count, definition.counterColumns.count)
        let labelled = Dictionary(instances.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        if let cells {
            return cells.map { row in
                let place = labelled[Self.instance(row, definition)]
                return fill(row, place, definition, gaugeCount, counterCount)
            }
        }
        // A row of the layout that was away at the last run has no value at all. Nor has any after a first run or a restart where all are
        // rates: those are not known yet.
        let isAllUnknown = gaugeCount == 0 && rowCount > 0 && rates.allSatisfy { $0 == nil }
        return instances.indices.compactMap { place in
            let values = slice(gauges, place, gaugeCount).contains { $0 != nil } || slice(rates, place, counterCount).contains { $0 != nil }
            guard values || isAllUnknown else { return nil }
            var next = SampleLayout.labels(instances[place]).makeIterator()
            let row = definition.columns.map { column in column.kind == .label ? next.next().map { .string($0) } ?? .null : JSONValue.null }
            return fill(row, place, definition, gaugeCount, counterCount)
        }
    }

    private func fill(
        _ row: [JSONValue], _ place: Int?, _ definition: CollectorDefinition, _ gaugeCount: Int, _ counterCount: Int
    ) -> [JSONValue] {
        var row = row
        var (gauge, counter) = (0, 0)
        for (index, column) in definition.columns.enumerated() where row.indices.contains(index) {
            switch column.kind {
            case .gauge:
                row[index] = place.flatMap { value(gauges, $0 * gaugeCount + gauge) } ?? .null
                gauge += 1
            case .counter:
                row[index] = place.flatMap { value(rates, $0 * counterCount + counter) } ?? .null
                counter += 1
            default: break
            }
        }
        return row
    }

    private func value(_ values: [Double?], _ place: Int) -> JSONValue? {
        guard values.indices.contains(place), let value = values[place], value.isFinite else { return nil }
        return .double(value)
    }

    private func slice(_ values: [Double?], _ place: Int, _ count: Int) -> ArraySlice<Double?> {
        let (first, last) = (min(place * count, values.count), min((place + 1) * count, values.count))
        return values[first..<last]
    }

    private static func instance(_ row: [JSONValue], _ definition: CollectorDefinition) -> String {
        definition.instance(
            row.map { cell in
                if case .string(let text) = cell { .text(text) } else { .null }
            })
    }
}
