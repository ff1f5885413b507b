package import Foundation
import Synchronization

/// Whether a collector process stands still, since there is no room for what it would bring. It goes on by itself when there is.
package final class CollectionHalt: Sendable {
    /// Who found out.
    package enum Source: Sendable, CaseIterable {
        /// The free space of the disk, before it is used up: sign-in and settings must still find room.
        case disk
        /// PostgreSQL, which refused to write.
        case database
    }

    private let reasons = Mutex<[Source: (message: String, since: Date)]>([:])

    package init() {}

    package var isOn: Bool { reasons.withLock { !$0.isEmpty } }

    /// Why it stands still, as a sentence, and since when; nil when it does not.
    package var reason: (message: String, since: Date)? {
        reasons.withLock { reasons in
            let all = Source.allCases.compactMap { reasons[$0] }
            guard let first = all.first, let since = all.map(\.since).min() else { return nil }
            return (first.message, since)
        }
    }

    /// - Parameter message: why it stands still; nil when the reason is gone.
    package func set(_ source: Source, _ message: String?, now: Date) {
        reasons.withLock { reasons in
            reasons[source] = message.map { ($0, reasons[source]?.since ?? now) }
        }
    }
}
