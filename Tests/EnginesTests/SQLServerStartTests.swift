import Foundation
import ODBC
import Testing

@testable import Engines

/// When a SQL Server started, told in local time: the same before and after the clocks are changed.
@Suite struct SQLServerStartTests {
    /// 2026-01-10 09:00:00.5 UTC, in a place that is an hour ahead in winter and two in summer.
    private static let started = Date(timeIntervalSince1970: 1_768_035_600.5)
    private static let local = ODBCTimestamp(year: 2026, month: 1, day: 10, hour: 10, nanosecond: 500_000_000)

    private static func date(offset: Int, readAt: Date, uptimeOff: Double = 0, hasUptime: Bool = true) -> Date {
        let uptime = hasUptime ? Int64((readAt.timeIntervalSince(started) + uptimeOff) * 1_000) : nil
        return SQLServerStart(local: local, utcOffsetMinutes: offset, uptimeMs: uptime, readAt: readAt).date
    }

    private static let winter = Date(timeIntervalSince1970: 1_769_000_000)
    private static let summer = Date(timeIntervalSince1970: 1_782_000_000)

    @Test("The daylight-saving hour: read in summer, with today's distance from UTC, the start of a winter's day is the same")
    func clocksWereChanged() {
        #expect(Self.date(offset: 60, readAt: Self.winter) == Self.started)
        #expect(Self.date(offset: 120, readAt: Self.summer) == Self.started)
        // Half an hour, as on Lord Howe Island; and back again.
        #expect(Self.date(offset: 90, readAt: Self.summer) == Self.started)
        #expect(Self.date(offset: 0, readAt: Self.summer) == Self.started)
    }

    @Test("A clock that is minutes off, and ticks that drifted for months, move nothing", arguments: [-840.0, -300, 170, 300, 840])
    func wrongClocksAreNoChange(secondsOff: Double) {
        #expect(Self.date(offset: 60, readAt: Self.winter, uptimeOff: secondsOff) == Self.started)
        #expect(Self.date(offset: 120, readAt: Self.summer, uptimeOff: secondsOff) == Self.started)
    }

    @Test("Without an uptime, or with a clock that is days off, the server's own word is taken")
    func nothingToCompareWith() {
        #expect(Self.date(offset: 120, readAt: Self.summer, hasUptime: false) == Self.started - 3_600)
        #expect(Self.date(offset: 60, readAt: Self.winter, uptimeOff: 86_400) == Self.started)
        #expect(Self.date(offset: 60, readAt: Self.winter, uptimeOff: -86_400) == Self.started)
    }
}
