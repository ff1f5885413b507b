import Fleet
import Foundation
import Platform
import Primitives

/// How often a server is read, and what of it: one row of `monitoring.collection_config`, or the tenant's defaults.
package struct CollectionSettings: Sendable, Equatable {
    package var intervalSeconds: Int
    package var enabled: Bool
    /// Names; all when nil.
    package var metrics: [String]?

    /// The names that are collected.
    package var metricNames: [String] { metrics ?? MetricType.all.map(\.name) }

    /// For the activity log.
    var audit: JSONValue {
        [
            "intervalSeconds": .int(Int64(intervalSeconds)), "enabled": .bool(enabled),
            "metricsEnabled": .array(metricNames.map { .string($0) }),
        ]
    }
}
