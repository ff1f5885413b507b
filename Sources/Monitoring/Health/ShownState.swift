package import Fleet

/// What is shown of a server: its stored state, or what time and people have made of that since.
///
/// The same rule as the view `fleet.server_overview`, from which lists are read; a test holds both together.
package struct ShownState: Sendable, Equatable {
    package var status: ServerStatus
    package var health: ServerHealth
    /// Said instead of the stored reasons; nil: the stored ones hold.
    package var reason: String?

    /// - Parameters:
    ///   - status, health: as stored; nil when the server was never tried.
    ///   - isStale: the server's last answer, with values or that a right is missing, is older than max(5 minutes, 2.5 intervals).
    package init(
        status: ServerStatus?, health: ServerHealth?, isCollectionEnabled: Bool, isTried: Bool, isStale: Bool, intervalSeconds: Int
    ) {
        guard isCollectionEnabled else {
            self.init(.unknown, .unknown, "Collection is switched off")
            return
        }
        guard isTried, let status, let health else {
            self.init(.unknown, .unknown, "Not collected yet")
            return
        }
        switch status {
        case .online, .degraded:
            if isStale {
                let limit = max(Int(ServerState.offlineAfterSecondsMin), intervalSeconds * 5 / 2)
                self.init(.offline, .offline, "No collection for more than \(limit / 60) minutes")
            } else {
                self.init(status, health, nil)
            }
        case .offline: self.init(.offline, .offline, nil)
        case .unknown: self.init(.unknown, .unknown, nil)
        }
    }

    private init(_ status: ServerStatus, _ health: ServerHealth, _ reason: String?) {
        self.status = status
        self.health = health
        self.reason = reason
    }
}
