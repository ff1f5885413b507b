package import Foundation
package import Logging
import Synchronization

/// Trouble of a loop that tries again and again: said at once, then once a minute with how often it was, for it may last all night.
package final class LastingTrouble: Sendable {
    /// Seconds between two lines.
    package static let saySeconds = 60.0

    private let state = Mutex<(saidAt: Date?, count: Int)>((nil, 0))

    package init() {}

    /// Another attempt failed. Returns whether it was said.
    @discardableResult
    package func failed(_ message: Logger.Message, _ error: any Error, to logger: Logger, now: Date = Date()) -> Bool {
        let count = state.withLock { state -> Int? in
            state.count += 1
            if let saidAt = state.saidAt, now.timeIntervalSince(saidAt) < Self.saySeconds { return nil }
            defer { state = (now, 0) }
            return state.count
        }
        guard let count else { return false }
        logger.warning(message, metadata: ["error": "\(error)", "times": "\(count)"])
        return true
    }

    /// An attempt succeeded: the next failure is said at once.
    package func ended() { state.withLock { $0 = (nil, 0) } }
}
