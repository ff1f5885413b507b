import Foundation
import ODBC
import Testing

@Suite struct ODBCValueTests {
    @Test(arguments: [
        (ODBCTimestamp(year: 1970, month: 1, day: 1), 0, 0.0),
        (ODBCTimestamp(year: 2000, month: 2, day: 29, hour: 12), 0, 951_825_600.0),
        (ODBCTimestamp(year: 2026, month: 11, day: 21, hour: 5, minute: 30, nanosecond: 500_000_000), 90, 1_795_233_600.5),
        (ODBCTimestamp(year: 1900, month: 1, day: 1), 0, -2_208_988_800.0),
    ]) func aTimeStampIsAMoment(time: ODBCTimestamp, offset: Int, expected: Double) {
        #expect(time.date(utcOffsetMinutes: offset).timeIntervalSince1970 == expected)
    }

    /// FreeTDS tells a connection that broke under a statement with a number of its own and a general state.
    @Test(arguments: [
        ("08S01", 0, true), ("01000", 20_017, true), ("HY000", 20_006, true), ("HYT00", 0, true), ("42000", 20_017, false),
        ("HY000", 50_000, false), ("01000", 0, false),
    ]) func aBrokenConnectionIsTold(state: String, native: Int, isBroken: Bool) {
        let error = ODBCError(records: [ODBCDiagnostic(state: state, native: native, message: "Unexpected EOF from the server")])
        #expect(error.isConnectionFailure == isBroken)
    }

    @Test func aDriverThatIsNotThereSaysSo() {
        let string = ODBCConnectionString(driverPath: "/nonexistent/driver.so")
        #expect { try ODBCConnection(string, loginTimeoutSeconds: 1) } throws: { "\($0)".contains("/nonexistent/driver.so") }
    }

    @Test func theDeadlineWatchFiresOnceAndWaitsForTheAction() async throws {
        let watch = DeadlineWatch(name: "test")
        let fired = AsyncStream<Void>.makeStream()
        let ticket = watch.arm(afterSeconds: 0.01) { fired.continuation.yield() }
        for await _ in fired.stream { break }
        #expect(ticket.disarm())
        let other = watch.arm(afterSeconds: 60) {}
        #expect(!other.disarm())
        watch.stop()
    }
}
