package import Fleet
package import Foundation
package import Platform

/// One metric of one server over time.
package struct Series: Sendable {
    /// What was measured in one step.
    package struct Point: Sendable, Equatable {
        package var at: Date
        package var average: Double
        package var smallest: Double
        package var largest: Double
        /// Over which the rate was measured; 0 for what is no rate.
        package var seconds = 0.0
    }
    package var metric: MetricType
    /// Seconds a point (`intervalSeconds(step:usual:_:)`).
    package var intervalSeconds: Int
    /// At most `SeriesRequest.pointCountMax`. Where nothing was read there is no point.
    package var points: [Point]

    /// The series of `metrics`, in their order, all read in one pass. Throws `PostgresError`.
    package static func read(
        _ server: Server.ID, _ metrics: [MetricType], _ request: SeriesRequest, intervalSeconds: Int, on session: TenantSession
    ) throws -> [Series] {
        let reading = SeriesReading(
            server: server, metrics: metrics.map(\.id.rawValue), request: request,
            // So far back may the run lie that the first one is compared with.
            lookbackSeconds: Differencing.gapSecondsMax(intervalSeconds: intervalSeconds) + Double(intervalSeconds))
        let found = try SeriesReader.read(reading, on: session) { collector, _ in collector == CoreSampleSQL.collector }
        let points = Dictionary(found.map { ($0.metric, $0.points) }, uniquingKeysWith: { first, _ in first })
        let densest = found.max { $0.points.count < $1.points.count }
        let seconds = Self.intervalSeconds(
            step: densest?.stepSeconds ?? request.stepSeconds, usual: intervalSeconds, densest?.points ?? [])
        return metrics.map { Series(metric: $0, intervalSeconds: seconds, points: points[$0.id.rawValue] ?? []) }
    }

    /// Seconds a point, as the points have it: a server that is read every hour now was perhaps read every minute then, or the other way
    /// round. A step holds for all its points, but some more rarely than that are no gaps. Pure.
    ///
    /// - Parameters:
    ///   - step: nil: every sample is a point.
    ///   - usual: how often samples come now.
    static func intervalSeconds(step: Int?, usual: Int, _ points: [Point]) -> Int {
        let past = cadenceSeconds(points)
        if past * 2 > (step ?? usual) * 3 { return past }
        return step ?? (past > 0 && usual * 2 > past * 3 ? past : usual)
    }

    /// How far apart points are that come regularly: the server may have been read more rarely before than it is now, and what lies between
    /// two such points is no gap. The longest distance that comes three times in a row, to a tenth; 0 when there is none. Pure.
    static func cadenceSeconds(_ points: [Point]) -> Int {
        let distances = zip(points.dropFirst(), points).map { $0.at.timeIntervalSince($1.at) }
        var longest = 0.0
        for (first, (second, third)) in zip(distances, zip(distances.dropFirst(), distances.dropFirst(2))) {
            let (least, most) = (min(first, second, third), max(first, second, third))
            if most <= least * 1.1 { longest = max(longest, least) }
        }
        return Int(longest.rounded())
    }
}
