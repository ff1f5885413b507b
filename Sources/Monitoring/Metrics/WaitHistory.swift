package import Engines
package import Fleet
package import Foundation
package import Platform

/// How tasks of one server waited over a stretch of time, by category over time and by type in all.
package struct WaitHistory: Sendable {
    /// Types of waits that are named, the longest first (PRD 3.4-5); a caller may ask for others.
    package static let topCountDefault = 10
    package static let topCountMax = 50

    /// Milliseconds that tasks waited, for each second in which that was measured.
    package struct Point: Sendable, Equatable {
        package var at: Date
        package var msPerSecond: Double
    }
    /// A category that had waits in the stretch. It has a point wherever waits were measured, 0 too; where nothing was, there is none.
    package struct Category: Sendable {
        package var name: WaitCategory
        package var points: [Point]
    }
    /// One wait type over the whole stretch.
    package struct Total: Sendable, Equatable {
        package var type: String
        package var waitMs: Double
        /// Of it: waiting for a processor, after what was waited for had come.
        package var signalMs: Double
        package var waitingTasks: Double
        package var msPerSecond: Double
    }

    package var intervalSeconds: Int
    /// In the order of their waits, the longest first.
    package var categories: [Category]
    package var top: [Total]
    /// Milliseconds that all types took, those that are not named too.
    package var totalMs: Double
}

extension WaitHistory {
    private static let waitMetric = "wait_type_ms"
    private static let signalMetric = "wait_type_signal_ms"
    private static let taskMetric = "wait_type_tasks"
    /// The collectors that bring them, of which a server has one.
    private static let collectors = Set(
        CollectorCatalogue.of(.sqlserver).filter { $0.columns.contains { $0.metric == waitMetric } }.map(\.name))

    /// Reads the stretch, as points or in steps. Throws `PostgresError`.
    ///
    /// A type's total is the sum of its rates, each times the seconds over which it was measured. Of raw samples that is exact. Of rollups
    /// each step is off by 0.05 % at most, and by a quarter of a millisecond (of a task) for each hour. What is missing in it: the time
    /// between two runs that cannot be compared (a restart, cleared statistics, a gap), and a type's very first waits, in the run in which
    /// it was first seen.
    ///
    /// - Parameter benign: whether waits of idleness count too; left out on reading, so that the list can change.
    package static func read(
        _ server: Server.ID, _ request: SeriesRequest, intervalSeconds: Int, benign: Bool, topCount: Int, on session: TenantSession
    ) throws -> WaitHistory {
        let ids = try LayoutSQL.metricIDs(named: [waitMetric, signalMetric, taskMetric], on: session)
        func series(_ metric: String, _ isWanted: (String) -> Bool) throws -> [LabelledSeries] {
            guard let id = ids[metric] else { return [] }
            let reading = SeriesReading(
                server: server, metrics: [id], request: request, lookbackSeconds: Double(2 * intervalSeconds))
            return try SeriesReader.read(reading, on: session) { collector, labels in
                labels.count == 1 && collectors.contains(collector) && isWanted(labels[0])
            }
        }
        let waits = try series(waitMetric) { benign || !WaitCategory.isBenign($0) }
        let seconds = waits.first?.stepSeconds ?? request.stepSeconds ?? intervalSeconds
        var history = WaitHistory(waits, intervalSeconds: seconds, topCount: topCount)
        guard !history.top.isEmpty else { return history }
        let places = Dictionary(uniqueKeysWithValues: history.top.indices.map { (history.top[$0].type, $0) })
        for (metric, path) in [(signalMetric, \Total.signalMs), (taskMetric, \Total.waitingTasks)] {
            for series in try series(metric, { places[$0] != nil }) {
                if let place = places[series.labels[0]] { history.top[place][keyPath: path] += series.total.rounded() }
            }
        }
        return history
    }

    /// - Parameter waits: one series for each type, of milliseconds per second.
    init(_ waits: [LabelledSeries], intervalSeconds: Int, topCount: Int) {
        self.intervalSeconds = intervalSeconds
        let times = Set(waits.flatMap { $0.points.map(\.at) }).sorted().suffix(SeriesRequest.pointCountMax)
        let places = Dictionary(uniqueKeysWithValues: zip(times, 0...))
        // All types come in the same runs; one that was first seen in the middle of a step was measured for less of it.
        var seconds = [Double](repeating: 0, count: times.count)
        var sums: [WaitCategory: [Double]] = [:]
        var totals: [String: Double] = [:]
        for series in waits {
            let type = series.labels[0]
            var sum = sums.removeValue(forKey: WaitCategory(type: type)) ?? [Double](repeating: 0, count: times.count)
            for point in series.points {
                guard let place = places[point.at] else { continue }
                seconds[place] = max(seconds[place], point.seconds)
                sum[place] += point.average * point.seconds
            }
            sums[WaitCategory(type: type)] = sum
            totals[type, default: 0] += series.total
        }
        let ordered = sums.map { (name: $0, sum: $1, total: $1.reduce(0, +)) }.filter { $0.total > 0 }
            .sorted { ($1.total, $0.name.rawValue) < ($0.total, $1.name.rawValue) }
        categories = ordered.map { name, sum, _ in
            let points = zip(times, zip(sum, seconds)).compactMap { at, measured in
                measured.1 > 0 ? Point(at: at, msPerSecond: measured.0 / measured.1) : nil
            }
            return Category(name: name, points: points)
        }
        let measured = seconds.reduce(0, +)
        totalMs = totals.values.reduce(0) { $0 + $1.rounded() }
        let longest = totals.mapValues { $0.rounded() }.filter { $0.value > 0 }
            .sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(topCount)
        top = longest.map { type, ms in
            Total(type: type, waitMs: ms, signalMs: 0, waitingTasks: 0, msPerSecond: measured > 0 ? ms / measured : 0)
        }
    }
}

extension LabelledSeries {
    /// By how much the counter grew while it was watched.
    fileprivate var total: Double { points.reduce(0) { $0 + $1.average * $1.seconds } }
}
