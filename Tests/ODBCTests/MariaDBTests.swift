import Fixtures
import Foundation
import ODBC
import Testing

/// ODBC against a real server.
@Suite(.enabled(if: TestMariaDB.isInstalled && ODBCDriver.mariadb.path() != nil)) struct MariaDBTests {
    private func connect(readSeconds: Int = 5) async throws -> ODBCConnection {
        let server = try await TestMariaDB.shared
        var string = ODBCConnectionString(driverPath: ODBCDriver.mariadb.path()!)
        for (keyword, value) in [
            ("Server", "127.0.0.1"), ("Port", String(server.port)), ("UID", server.user), ("PWD", server.password), ("Charset", "utf8mb4"),
            ("READ_TIMEOUT", String(readSeconds)),
        ] { string.add(keyword, value) }
        return try ODBCConnection(string, loginTimeoutSeconds: 5, cancelsAtDeadline: false)
    }

    private func row(_ sql: String, _ parameters: [ODBCParameter] = []) async throws -> [ODBCValue] {
        let connection = try await connect()
        defer { connection.close() }
        return try connection.resultSets(sql, parameters, deadlineSeconds: 5, rowCountMax: 10)[0].get().rows[0]
    }

    @Test(arguments: [
        ("SELECT CAST(-9223372036854775808 AS SIGNED)", ODBCValue.int(.min)),
        ("SELECT CAST(18446744073709551615 AS UNSIGNED)", .decimal("18446744073709551615")),
        ("SELECT CAST(12345678901234567890.1234567890 AS DECIMAL(30,10))", .decimal("12345678901234567890.1234567890")),
        ("SELECT CAST(NULL AS CHAR)", .null),
        ("SELECT 'zoë 😀'", .text("zoë 😀")),
        ("SELECT ''", .text("")),
        (
            "SELECT CAST('2026-11-21 03:04:05.678901' AS DATETIME(6))",
            .timestamp(ODBCTimestamp(year: 2026, month: 11, day: 21, hour: 3, minute: 4, second: 5, nanosecond: 678_901_000))
        ),
        ("SELECT 1.5e0", .double(1.5)),
    ]) func valuesKeepTheirType(sql: String, expected: ODBCValue) async throws {
        #expect(try await row(sql) == [expected])
    }

    @Test func longTextComesWhole() async throws {
        let value = try await row("SELECT REPEAT('ë', 100000)")[0]
        #expect(value.text?.count == 100_000)
    }

    @Test func longerThanTheLimitIsCutAndSaid() async throws {
        let connection = try await connect()
        defer { connection.close() }
        let set = try connection.resultSets("SELECT REPEAT('x', 5000000)", deadlineSeconds: 5, rowCountMax: 1)[0].get()
        #expect(set.isTruncated)
        #expect((set.rows[0][0].text?.utf8.count ?? 0) < 5_000_000)
    }

    @Test func rowsPastTheLimitAreSaidToBeMissing() async throws {
        let connection = try await connect()
        defer { connection.close() }
        let set = try connection.resultSets("SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3", deadlineSeconds: 5, rowCountMax: 2)[0].get()
        #expect(set.rows.count == 2)
        #expect(set.isTruncated)
    }

    @Test func parametersArriveAsGiven() async throws {
        let values = try await row("SELECT ?, ?, ?, ?", [.int(42), .text("a'b\"c\\d ë"), .null, .double(2.5)])
        #expect(values[0].int == 42)
        #expect(values[1].text == "a'b\"c\\d ë")
        #expect(values[2] == .null)
        #expect(values[3].text == "2.5")
    }

    @Test func aServersErrorCarriesItsNumber() async throws {
        let connection = try await connect()
        defer { connection.close() }
        #expect {
            try connection.resultSets("SELECT nope", deadlineSeconds: 5, rowCountMax: 1)
        } throws: { error in
            let error = error as! ODBCError
            return error.native == 1054 && error.state == "42S22" && error.message.contains("Unknown column 'nope'")
                && !error.message.hasPrefix("[")
        }
    }

    @Test func aConnectionGoesOnAfterAnError() async throws {
        let connection = try await connect()
        defer { connection.close() }
        _ = try? connection.resultSets("SELECT nope", deadlineSeconds: 5, rowCountMax: 1)
        #expect(try connection.resultSets("SELECT 7", deadlineSeconds: 5, rowCountMax: 1)[0].get().rows[0][0].int == 7)
    }

    @Test func aWrongPasswordIsRefusedWithTheServersNumber() async throws {
        let server = try await TestMariaDB.shared
        var string = ODBCConnectionString(driverPath: ODBCDriver.mariadb.path()!)
        string.add("Server", "127.0.0.1")
        string.add("Port", String(server.port))
        string.add("UID", "root")
        string.add("PWD", "wrong;PWD={x}")
        #expect { try ODBCConnection(string, loginTimeoutSeconds: 5) } throws: { ($0 as? ODBCError)?.native == 1045 }
    }

    @Test func aSlowStatementIsCutByTheReadTimeOut() async throws {
        let connection = try await connect(readSeconds: 1)
        defer { connection.close() }
        let start = ContinuousClock.now
        #expect(throws: ODBCError.self) { try connection.resultSets("SELECT SLEEP(10)", deadlineSeconds: 1, rowCountMax: 1) }
        #expect(ContinuousClock.now - start < .seconds(9))  // less than the sleep it was to do
    }
}
