package import Fleet
package import Foundation
package import Platform
import Postgres

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
}

/// Reads series out of the packed rows, as they are or in steps.
package enum SeriesSQL {
    /// Seconds by which a sample may come after its slot: its slot's partition is looked into too.
    private static let slotSlackSeconds = 7200.0

    /// The series of `metrics`, in their order. Throws `PostgresError`.
    package static func read(
        _ server: Server.ID, _ metrics: [MetricType], _ request: SeriesRequest, intervalSeconds: Int, on session: TenantSession
    ) throws -> [Series] {
        try metrics.map { metric in
            let points =
                try request.stepSeconds.map { try binned(server, metric, request, $0, session) } ?? raw(server, metric, request, session)
            return Series(metric: metric, intervalSeconds: request.stepSeconds ?? intervalSeconds, points: points)
        }
    }

    static func samples(_ server: Server.ID, _ metric: MetricType, _ request: SeriesRequest) -> SQL {
        """
        SELECT m.collected_at, m."values"[array_position(m.metric_ids, \(metric.id.rawValue))] AS value
            FROM monitoring.metrics m
            WHERE m.server_id = \(server) AND m.slot_at >= \(request.from - slotSlackSeconds) AND m.slot_at < \(request.to)
              AND m.collected_at >= \(request.from) AND m.collected_at < \(request.to)
        """
    }

    private static func raw(_ server: Server.ID, _ metric: MetricType, _ request: SeriesRequest, _ session: TenantSession) throws -> [Series
        .Point]
    {
        // The newest, should there be more than fit after all (an interval that was shorter before).
        try session.rows(
            """
            SELECT s.collected_at, s.value, s.value, s.value
            FROM (\(samples(server, metric, request))) s
            WHERE s.value IS NOT NULL
            ORDER BY s.collected_at DESC
            LIMIT \(SeriesRequest.pointCountMax)
            """
        ).map(Series.Point.init).reversed()
    }

    private static func binned(
        _ server: Server.ID, _ metric: MetricType, _ request: SeriesRequest, _ stepSeconds: Int, _ session: TenantSession
    ) throws -> [Series.Point] {
        try session.rows(
            """
            SELECT date_bin(\(Double(stepSeconds)) * interval '1 second', s.collected_at, 'epoch'), avg(s.value), min(s.value), max(s.value)
            FROM (\(samples(server, metric, request))) s
            WHERE s.value IS NOT NULL
            GROUP BY 1
            ORDER BY 1 DESC
            LIMIT \(SeriesRequest.pointCountMax)
            """
        ).map(Series.Point.init).reversed()
    }
}

extension Series.Point {
    fileprivate init(_ row: PostgresRow) throws {
        self.init(at: try row.decode(0), average: try row.decode(1), smallest: try row.decode(2), largest: try row.decode(3))
    }
}
