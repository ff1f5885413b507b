package import Foundation

/// Which stretch of time a series covers, and in what steps. Pure.
package struct SeriesRequest: Sendable, Equatable {
    /// Points of one series, at most.
    package static let pointCountMax = 500
    /// Metrics in one request, at most.
    package static let metricCountMax = 20
    /// The steps that are chosen by themselves: each divides a day.
    package static let stepsSeconds = [60, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400]
    package static let rangesSeconds: [String: Int] = ["1h": 3600, "6h": 21_600, "24h": 86_400, "7d": 604_800, "30d": 2_592_000]
    /// The longest stretch: retention keeps no more.
    package static let spanSecondsMax = 366 * 86_400.0

    /// Longer stretches are read from rollups as far as there are any.
    static let rawSpanSecondsMax = 2 * 86_400.0

    package var from: Date
    package var to: Date
    /// Nil: every stored sample is a point.
    package var stepSeconds: Int?

    /// How often the server is read now. It may have been read more often before.
    package var intervalSeconds: Int

    package init(from: Date, to: Date, stepSeconds: Int?, intervalSeconds: Int = 60) {
        self.from = from
        self.to = to
        self.stepSeconds = stepSeconds
        self.intervalSeconds = intervalSeconds
    }

    /// The step of a stretch whose samples are too many to be points: at most `pointCountMax` points, and none more often than samples come
    /// now.
    package var coarserStepSeconds: Int {
        // A little room: a run may come a moment early, so that one more lies in the stretch than its length says.
        let (span, countMax) = (to.timeIntervalSince(from), Double(Self.pointCountMax - 2))
        return Self.stepsSeconds.first { $0 >= intervalSeconds && span / Double($0) <= countMax } ?? Int((span / countMax).rounded(.up))
    }

    /// The request whose points are few enough.
    ///
    /// - Parameters:
    ///   - intervalSeconds: how often the server is read: samples themselves are the points where they are few enough.
    ///   - given: the caller's own step; nil to choose. Over long stretches (`rawSpanSecondsMax`) it is made whole 5 minutes.
    /// - Returns: nil when the given step would make more than `pointCountMax` points.
    package static func fitting(from: Date, to: Date, intervalSeconds: Int, given: Int?) -> SeriesRequest? {
        let span = to.timeIntervalSince(from)
        if let given {
            guard span / Double(given) <= Double(pointCountMax) else { return nil }
            // Rollups are of 5 minutes: for another step all raw samples of the stretch would have to be put together in memory.
            let given = span > rawSpanSecondsMax ? (given + 299) / 300 * 300 : given
            return SeriesRequest(
                from: from, to: to, stepSeconds: given <= intervalSeconds ? nil : given, intervalSeconds: intervalSeconds)
        }
        var request = SeriesRequest(from: from, to: to, stepSeconds: nil, intervalSeconds: intervalSeconds)
        if span / Double(intervalSeconds) > Double(pointCountMax - 2) { request.stepSeconds = request.coarserStepSeconds }
        return request
    }
}
