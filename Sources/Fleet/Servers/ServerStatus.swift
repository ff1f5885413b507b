/// Whether a server can be reached.
package enum ServerStatus: String, Sendable, Codable, CaseIterable {
    case online
    /// Reached, but some readings fail or lack a grant.
    case degraded
    /// Two failed attempts, or no good collection for max(5 minutes, 2.5 intervals).
    case offline
    /// Never tried, or collection is switched off.
    case unknown
}

/// The judgement of what was read, by the tenant's thresholds.
package enum ServerHealth: String, Sendable, Codable, CaseIterable {
    case healthy, warning, critical, offline, unknown
}
