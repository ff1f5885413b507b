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

/// What a server could not give at its last collection, each as a phrase with the reason: no fault, and no value. It stands among the
/// stored reasons of a server's health, told apart by how it begins, and is shown beside them.
package enum UnavailableReadings {
    private static let mark = "Not available here: "

    package static func stored(_ reasons: [String], _ unavailable: [String]) -> [String] { reasons + unavailable.map { mark + $0 } }

    /// Takes apart what `stored` put together.
    package static func split(_ stored: [String]) -> (reasons: [String], unavailable: [String]) {
        (stored.filter { !$0.hasPrefix(mark) }, stored.filter { $0.hasPrefix(mark) }.map { String($0.dropFirst(mark.count)) })
    }
}

/// The judgement of what was read, by the tenant's thresholds.
package enum ServerHealth: String, Sendable, Codable, CaseIterable {
    case healthy, warning, critical, offline, unknown
}
