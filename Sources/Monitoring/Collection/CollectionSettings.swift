package import Engines
import Primitives

/// How often a server is read, and what of it: one row of `monitoring.collection_config`, or the tenant's defaults.
package struct CollectionSettings: Sendable, Equatable {
    /// The one that holds.
    package var intervalSeconds: Int
    /// Whether it is the tenant's, and follows that.
    package var isIntervalDefault: Bool
    package var enabled: Bool
    /// Names; all when nil.
    package var metrics: [String]?
    /// Names of collectors that are not run.
    package var collectorsDisabled: [String]

    package init(
        intervalSeconds: Int, isIntervalDefault: Bool = false, enabled: Bool, metrics: [String]? = nil, collectorsDisabled: [String] = []
    ) {
        self.intervalSeconds = intervalSeconds
        self.isIntervalDefault = isIntervalDefault
        self.enabled = enabled
        self.metrics = metrics
        self.collectorsDisabled = collectorsDisabled
    }

    /// The names that are collected.
    package var metricNames: [String] { metrics ?? MetricType.all.map(\.name) }

    /// For the activity log.
    var audit: JSONValue {
        [
            "intervalSeconds": .int(Int64(intervalSeconds)), "isIntervalDefault": .bool(isIntervalDefault), "enabled": .bool(enabled),
            "metricsEnabled": .array(metricNames.map { .string($0) }),
            "collectorsDisabled": .array(collectorsDisabled.map { .string($0) }),
        ]
    }
}

/// A change of the settings of many servers: what it does not name stays as each server has it.
package struct CollectionChange: Sendable, Equatable {
    /// Metrics and collectors in one list, at most.
    package static let nameCountMax = 500

    /// How often.
    package enum Interval: Sendable, Equatable {
        case seconds(Int)
        /// The tenant's, and whatever that becomes.
        case tenants
    }

    package var interval: Interval?
    package var enabled: Bool?
    /// Full names.
    package var metricsOn: Set<String> = []
    package var metricsOff: Set<String> = []
    package var collectorsOn: Set<String> = []
    package var collectorsOff: Set<String> = []
    package init() {}

    package var isEmpty: Bool { self == CollectionChange() }

    /// The settings of a server after the change. Collectors that its engine does not have are left out. Pure.
    ///
    /// - Parameters:
    ///   - own: the tenant's own collectors of the engine.
    ///   - tenantIntervalSeconds: what an interval that follows the tenant's is now.
    package func applied(
        to before: CollectionSettings, engine: EngineKind, own: [String] = [], tenantIntervalSeconds: Int
    ) -> CollectionSettings {
        var after = before
        switch interval {
        case .seconds(let seconds): (after.intervalSeconds, after.isIntervalDefault) = (seconds, false)
        case .tenants: (after.intervalSeconds, after.isIntervalDefault) = (tenantIntervalSeconds, true)
        case nil: break
        }
        after.enabled = enabled ?? before.enabled
        if !metricsOn.isEmpty || !metricsOff.isEmpty {
            let wanted = Set(before.metricNames).union(metricsOn).subtracting(metricsOff)
            let names = MetricType.all.map(\.name).filter(wanted.contains)
            // All of them is "all", so that a metric of a later version is collected too.
            after.metrics = names.count == MetricType.all.count ? nil : names
        }
        let known = Set(CollectorCatalogue.of(engine).map(\.name) + own)
        let disabled = Set(before.collectorsDisabled).subtracting(collectorsOn).union(collectorsOff.intersection(known))
        after.collectorsDisabled = disabled.sorted()
        return after
    }
}
