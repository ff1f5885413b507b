package import Fleet
package import Foundation

/// Above which values a server is in warning or critical health; a value at the threshold is still below it.
package struct HealthThresholds: Sendable, Equatable {
    /// Two limits in percent.
    package struct Limit: Sendable, Equatable {
        package var warning: Double
        package var critical: Double
        package init(warning: Double, critical: Double) {
            self.warning = warning
            self.critical = critical
        }
    }
    package var cpuPercent: Limit
    package var memoryPercent: Limit
    package init(cpuPercent: Limit = Limit(warning: 80, critical: 95), memoryPercent: Limit = Limit(warning: 85, critical: 95)) {
        self.cpuPercent = cpuPercent
        self.memoryPercent = memoryPercent
    }
}

/// Why an attempt brought nothing.
package struct CollectionFailure: Sendable, Equatable {
    /// As the API names it: TIMEOUT, UNREACHABLE, AUTH_FAILED, ...
    package var code: String
    /// A sentence without secrets.
    package var message: String
    /// The server answered, but did not let us read: not offline, and not tried again sooner.
    package var isPermission: Bool
    package init(code: String, message: String, isPermission: Bool = false) {
        self.code = code
        self.message = message
        self.isPermission = isPermission
    }
}

/// What came of one attempt.
package enum RunResult: Sendable, Equatable {
    /// All in words: `missing`: what could not be read for want of a grant; `unavailable`: what this server does not have; `troubled`:
    /// which collectors fail or lack a right.
    case reading(values: [MetricID: Double], missing: [String], unavailable: [String] = [], troubled: [String] = [])
    case failure(CollectionFailure)
}

/// The latest state of one server: one row of `monitoring.server_snapshots`.
package struct ServerState: Sendable, Equatable {
    /// Failed attempts in a row after which a server is offline.
    package static let offlineAfterFailures = 2
    /// Seconds without a good collection after which a server is offline: at least this long, and at least 2.5 intervals.
    package static let offlineAfterSecondsMin = 300.0
    package static let offlineAfterIntervals = 2.5

    package var status = ServerStatus.unknown
    package var health = ServerHealth.unknown
    package var reasons: [String] = []
    /// What the last good reading could not bring, because this server does not have it.
    package var unavailable: [String] = []
    package var collectedAt: Date?
    package var attemptedAt: Date?
    package var failuresInARow = 0
    package var lastError: CollectionFailure?
    package var lastErrorAt: Date?
    package var intervalSeconds = 60
    /// Since when `health` is what it is.
    package var changedAt: Date?
    package var epoch: Int64 = 0
    package var cpuPercent: Double?
    package var memoryPercent: Double?
    package var connectionCount: Double?
    package var batchRequestsSec: Double?
    /// All values of a reading that is to be stored; nil leaves those that are stored.
    package var latest: [MetricID: Double]?

    package init() {}

    /// The state after one attempt that ended at `now`. Pure.
    package func after(_ result: RunResult, thresholds: HealthThresholds, intervalSeconds: Int, now: Date) -> ServerState {
        var next = self
        next.attemptedAt = now
        next.intervalSeconds = intervalSeconds
        switch result {
        case .reading(let values, let missing, let unavailable, let troubled):
            next.unavailable = unavailable
            next.collectedAt = now
            next.failuresInARow = 0
            next.lastError = nil
            next.lastErrorAt = nil
            next.cpuPercent = values[.cpuPercent]
            next.memoryPercent = values[.memoryPercent]
            next.connectionCount = values[.connectionCount]
            next.batchRequestsSec = values[.batchRequestsSec]
            next.latest = values
            next.status = missing.isEmpty && troubled.isEmpty ? .online : .degraded
            (next.health, next.reasons) = Self.judge(values, missing: missing, thresholds)
            next.reasons += troubled
        case .failure(let failure) where failure.isPermission:
            next.failuresInARow = 0
            next.lastError = failure
            next.lastErrorAt = now
            next.status = .degraded
            next.health = .unknown
            next.reasons = [failure.message]
        case .failure(let failure):
            next.failuresInARow = failuresInARow + 1
            next.lastError = failure
            next.lastErrorAt = now
            if next.failuresInARow >= Self.offlineAfterFailures {
                next.status = .offline
                next.health = .offline
                next.reasons = [failure.message]
            } else if status == .unknown {
                next.reasons = ["The first attempt failed: \(failure.message)"]
            }
        }
        if next.health != health { next.changedAt = now }
        return next
    }

    /// The state when the limits are others now: what was last read is judged by them. Where nothing could be judged, nothing changes.
    /// Pure.
    package func judgedAnew(by thresholds: HealthThresholds, now: Date) -> ServerState {
        guard status == .online || status == .degraded, [.healthy, .warning, .critical].contains(health),
            cpuPercent != nil || memoryPercent != nil
        else { return self }
        var next = self
        var values: [MetricID: Double] = [:]
        values[.cpuPercent] = cpuPercent
        values[.memoryPercent] = memoryPercent
        let other = reasons.filter { reason in !Self.judgedNames.contains { reason.hasPrefix("\($0) is at ") } }
        (next.health, next.reasons) = Self.judge(values, missing: other, thresholds)
        if next.health != health { next.changedAt = now }
        return next
    }

    /// When the server last answered: with values, or by refusing them for want of a right. Of a refusal nothing fails in a row, and of
    /// what is well there is no error (`HealthSQL.heardAt` is the same in SQL).
    var heardAt: Date? {
        guard lastError != nil, failuresInARow == 0, let attemptedAt else { return collectedAt }
        return collectedAt.map { max($0, attemptedAt) } ?? attemptedAt
    }

    /// The state when nothing was tried, because time went by: a server that nobody reads any more is offline. One that still answers, if
    /// only that a right is missing, is not: the next run would say so again, and its health would change for ever. Pure.
    package func sweep(now: Date) -> ServerState {
        guard status == .online || status == .degraded, let heardAt else { return self }
        let limit = max(Self.offlineAfterSecondsMin, Double(intervalSeconds) * Self.offlineAfterIntervals)
        guard now.timeIntervalSince(heardAt) > limit else { return self }
        var next = self
        next.status = .offline
        next.health = .offline
        next.reasons = ["No collection for more than \(Int(limit / 60)) minutes"]
        next.changedAt = now
        return next
    }

    /// How reasons that come of a limit begin.
    private static let judgedNames = ["CPU", "Memory"]

    private static func judge(_ values: [MetricID: Double], missing: [String], _ thresholds: HealthThresholds) -> (ServerHealth, [String]) {
        var worst = ServerHealth.healthy
        var reasons: [String] = []
        let judged = [("CPU", values[.cpuPercent], thresholds.cpuPercent), ("Memory", values[.memoryPercent], thresholds.memoryPercent)]
        for (name, value, limit) in judged {
            guard let value else { continue }
            if value > limit.critical {
                worst = .critical
                reasons.append("\(name) is at \(percent(value, above: limit.critical)), above the critical limit of \(percent(limit.critical))")
            } else if value > limit.warning {
                if worst == .healthy { worst = .warning }
                reasons.append("\(name) is at \(percent(value, above: limit.warning)), above the warning limit of \(percent(limit.warning))")
            }
        }
        // Unknown is not healthy: where nothing could be judged because of a missing grant, or nothing was read at all, we do not know.
        let isBlind = values.isEmpty || !missing.isEmpty && values[.cpuPercent] == nil && values[.memoryPercent] == nil
        if isBlind { worst = .unknown }
        if values.isEmpty && missing.isEmpty { reasons.append("The server answered without any readings") }
        return (worst, reasons + missing)
    }

    /// To one decimal, and to more where it would look like the limit that it is above.
    private static func percent(_ value: Double, above limit: Double = -1) -> String {
        func rounded(_ value: Double, _ scale: Double) -> Double { (value * scale).rounded() / scale }
        let scale = [10.0, 100, 1_000].first { rounded(value, $0) > rounded(limit, $0) } ?? 10_000
        let shown = rounded(value, scale)
        return shown == shown.rounded() ? "\(Int(shown)) %" : "\(shown) %"
    }
}
