import Engines
import Foundation

/// The collectors of one server that are asked alone, since a batch with them failed. Pure: time comes in as an argument.
///
/// A deadline is a batch's: it does not tell which of its statements was slow, and what the others would have brought is lost with it. So
/// after such a failure each of them is asked alone, until the one is found; that one rests, and the others are one batch again.
struct ApartCollectors: Sendable {
    /// Seconds that a collector which failed alone rests at least: one of every minute would otherwise cost a connection each time.
    static let restSecondsMin = 600.0
    /// A collector that took less than this share of its batch's deadline goes back to the others.
    static let quickShare = 0.1
    /// Past this share of the deadline the collectors of every minute are not sent together with the core: their time is not the core's.
    static let coreShare = 0.5

    /// When each is asked next.
    private var dueAt: [String: Date] = [:]
    /// Whether the core is sent alone, since the collectors of every minute were slow.
    private(set) var isCoreAlone = false

    func contains(_ collector: String) -> Bool { dueAt[collector] != nil }

    /// Since when `collector` has been due; nil: it is not, or it is one of the others.
    ///
    /// A rest that ends farther away than it can be long is of before the clock was set back.
    func dueSince(_ collector: String, seconds: Int, now: Date) -> Date? {
        guard let at = dueAt[collector] else { return nil }
        if at > now + Self.restSeconds(seconds) { return now }
        return at <= now ? at : nil
    }

    private static func restSeconds(_ seconds: Int) -> Double { max(restSecondsMin, Double(seconds)) }

    /// A batch of `collectors` failed as a whole, by a deadline or with its connection.
    ///
    /// - Parameter seconds: between two runs of them.
    mutating func failed(_ collectors: [String], seconds: Int, now: Date) {
        guard collectors.count > 1 else {
            for collector in collectors { dueAt[collector] = now + Self.restSeconds(seconds) }
            return
        }
        for collector in collectors { dueAt[collector] = now }
    }

    /// A batch of `collectors` answered.
    ///
    /// - Parameters:
    ///   - isFrequent: they run with every collection.
    ///   - next: when the collectors of the same cadence run next.
    mutating func answered(_ collectors: [String], isFrequent: Bool, share: Double, next: Date, now: Date) {
        if isFrequent, !collectors.contains(where: contains) { isCoreAlone = share > Self.coreShare }
        guard collectors.count == 1, let collector = collectors.first, contains(collector) else { return }
        if share < Self.quickShare { dueAt[collector] = nil } else { dueAt[collector] = isFrequent ? now : next }
    }

    /// What was changed on the server, or for it, may be what they wanted: nothing is held against them.
    mutating func forget() { self = ApartCollectors() }
}
