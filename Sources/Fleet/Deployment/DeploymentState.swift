package import Engines

/// Where the monitoring objects of a server stand.
package enum DeploymentState: String, Sendable, CaseIterable {
    case none, deploying, monitored, drifted, outdated, failed

    /// What may happen to them.
    package enum Event: Sendable, Equatable {
        /// An operation has begun with this server.
        case begun
        /// Deployed, read back and equal.
        case deployed
        /// Taken away, and read back that nothing is left.
        case removed
        /// A deployment or a removal failed.
        case failed
        /// Somebody looked.
        case checked(DeployedState)
        /// A collection could not use them, and asked the server directly.
        case unusable
    }

    /// What becomes of it: the whole state machine.
    package func after(_ event: Event) -> DeploymentState {
        switch (self, event) {
        case (_, .begun): .deploying
        case (_, .deployed): .monitored
        case (_, .removed): .none
        case (_, .failed): .failed
        // An operation is at it: it will say itself what it found.
        case (.deploying, .checked), (.deploying, .unusable): self
        case (_, .checked(.monitored)): .monitored
        case (_, .checked(.outdated)): .outdated
        case (_, .checked(.drifted)): .drifted
        // Nothing is there: what nobody deployed, or what failed, is not drift.
        case (.none, .checked(.none)), (.failed, .checked(.none)): self
        case (_, .checked(.none)): .drifted
        case (.monitored, .unusable): .drifted
        case (_, .unusable): self
        }
    }
}
