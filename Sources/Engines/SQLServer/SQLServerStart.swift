import Foundation
import ODBC

/// When an instance started, as it tells it: in its own local time of then, with its distance from UTC of now. Between the two the clocks
/// may have been changed, and the start would wander by an hour: every reconnection would look like a restart.
struct SQLServerStart {
    /// Clocks are changed by hours, on one island by half an hour. A server's clock may be wrong by less without being taken for changed.
    private static let clockStepSeconds = 1_800.0

    let local: ODBCTimestamp
    let utcOffsetMinutes: Int
    /// Milliseconds since the start, by the machine's ticks; nil: not told. They drift from the clock in months, so they only choose the
    /// hour.
    let uptimeMs: Int64?
    let readAt: Date

    /// The start; the same before and after the clocks were changed.
    var date: Date {
        let told = local.date(utcOffsetMinutes: utcOffsetMinutes)
        guard let uptimeMs, uptimeMs >= 0 else { return told }
        let counted = readAt.timeIntervalSince1970 - Double(uptimeMs) / 1_000
        let steps = ((told.timeIntervalSince1970 - counted) / Self.clockStepSeconds).rounded()
        // More than any change of the clocks: the server's clock is set wrong, and its own word is taken.
        return abs(steps) <= 4 ? told - steps * Self.clockStepSeconds : told
    }
}
