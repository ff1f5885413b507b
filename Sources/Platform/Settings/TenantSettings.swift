package import Primitives

/// What a tenant's administrator may choose. Units are in the names.
package struct TenantSettings: Sendable, Equatable, Codable {
    /// PRD 3.5: how long things are kept.
    package struct Retention: Sendable, Equatable, Codable {
        package var metricsDays: Int
        package var activityDays: Int
        package static let metricsDaysRange = 1...365
        package static let activityDaysRange = 1...3650
        package init(metricsDays: Int, activityDays: Int) {
            self.metricsDays = metricsDays
            self.activityDays = activityDays
        }
    }
    /// A value above `warning` is a warning, one above `critical` is critical. Percent.
    package struct Threshold: Sendable, Equatable, Codable {
        package var warning: Double
        package var critical: Double
        package init(warning: Double, critical: Double) {
            self.warning = warning
            self.critical = critical
        }
    }
    /// PRD 3.6-3, 3.6-4
    package struct Thresholds: Sendable, Equatable, Codable {
        package var cpuPercent: Threshold
        package var memoryPercent: Threshold
        package init(cpuPercent: Threshold, memoryPercent: Threshold) {
            self.cpuPercent = cpuPercent
            self.memoryPercent = memoryPercent
        }
    }
    /// What new servers start with (PRD 3.2).
    package struct Collection: Sendable, Equatable, Codable {
        package var intervalSeconds: Int
        package static let intervalSecondsRange = 30...3600
        package init(intervalSeconds: Int) { self.intervalSeconds = intervalSeconds }
    }
    /// What those who may see the texts and plans of queries see of them.
    package struct Queries: Sendable, Equatable, Codable {
        /// Literals, comments and parameters' values too, which may be personal data; false: question marks in their place.
        package var showsLiterals: Bool
        package init(showsLiterals: Bool) { self.showsLiterals = showsLiterals }
    }

    package var retention: Retention
    package var thresholds: Thresholds
    package var collection: Collection
    package var queries: Queries
    /// How often the dashboard asks, where the event stream is not to be had.
    package var refreshSeconds: Int
    package static let refreshSecondsRange = 5...3600

    package init(retention: Retention, thresholds: Thresholds, collection: Collection, queries: Queries, refreshSeconds: Int) {
        self.retention = retention
        self.thresholds = thresholds
        self.collection = collection
        self.queries = queries
        self.refreshSeconds = refreshSeconds
    }

    package static let initial = TenantSettings(
        retention: Retention(metricsDays: 30, activityDays: 365),
        thresholds: Thresholds(cpuPercent: Threshold(warning: 80, critical: 95), memoryPercent: Threshold(warning: 85, critical: 95)),
        collection: Collection(intervalSeconds: 60), queries: Queries(showsLiterals: false), refreshSeconds: 30)

    /// Every field that is out of range; empty when the settings can be stored.
    package var failures: [AppError.Detail] {
        var failures: [AppError.Detail] = []
        func check(_ field: String, _ value: Int, _ range: ClosedRange<Int>) {
            if !range.contains(value) { failures.append(.init(field: field, reason: "must be \(range.lowerBound) to \(range.upperBound)")) }
        }
        check("retention.metricsDays", retention.metricsDays, Retention.metricsDaysRange)
        check("retention.activityDays", retention.activityDays, Retention.activityDaysRange)
        check("collection.intervalSeconds", collection.intervalSeconds, Collection.intervalSecondsRange)
        check("refreshSeconds", refreshSeconds, Self.refreshSecondsRange)
        for (field, threshold) in [("cpuPercent", thresholds.cpuPercent), ("memoryPercent", thresholds.memoryPercent)] {
            if !(0 < threshold.warning && threshold.warning < threshold.critical && threshold.critical <= 100) {
                failures.append(.init(field: "thresholds.\(field)", reason: "must be 0 < warning < critical <= 100"))
            }
        }
        return failures
    }
}
