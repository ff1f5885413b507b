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
    /// Seconds a point: the step, or the collection's interval where every sample is a point.
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
            lookbackSeconds: Differencing.gapSecondsMax + Double(intervalSeconds))
        let found = try SeriesReader.read(reading, on: session) { collector, _ in collector == CoreSampleSQL.collector }
        let points = Dictionary(found.map { ($0.metric, $0.points) }, uniquingKeysWith: { first, _ in first })
        return metrics.map { metric in
            Series(
                metric: metric, intervalSeconds: request.stepSeconds ?? intervalSeconds, points: points[metric.id.rawValue] ?? [])
        }
    }
}
