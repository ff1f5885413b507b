import Fixtures
import Foundation
import Postgres
import Primitives
import Testing

private func connect() async throws -> PostgresConnection {
    try PostgresConnection(try await TestCluster.shared.address())
}

@Suite struct ConnectionTests {
    @Test func everyTypeComesBackAsItWasBound() async throws {
        let connection = try await connect()
        let uuid = UUID()
        let at = Date(timeIntervalSince1970: 1_773_757_928.123456)
        let json: JSONValue = ["a": [1, 2.5, nil, true, "é"]]
        let none: String? = nil
        let row = try connection.rows(
            """
            SELECT \("text é") AS t, \(42) AS i, \(Int32(-7)) AS i4, \(Int16(3)) AS i2, \(2.5) AS d, \(true) AS b, \(uuid) AS u,
                \(at) AS at, \(json) AS j, \(Bytes([0, 255])) AS y, \(["a", "b\"c,"]) AS ta, \([Int]()) AS ia,
                \(NullableArray<Double>([1.5, nil])) AS da, \(none) AS n,
                1234567.089::numeric AS num, -0.00001::numeric AS small, ARRAY[now()] AS dates
            """)[0]
        #expect(try row.decode("t", as: String.self) == "text é")
        #expect(try row.decode("i", as: Int.self) == 42)
        #expect(try row.decode("i4", as: Int32.self) == -7)
        #expect(try row.decode("i2", as: Int.self) == 3)
        #expect(try row.decode("d", as: Double.self) == 2.5)
        #expect(try row.decode("b", as: Bool.self))
        #expect(try row.decode("u", as: UUID.self) == uuid)
        #expect(abs(try row.decode("at", as: Date.self).timeIntervalSince(at)) < 0.000_002)
        #expect(try row.decode("j", as: JSONValue.self) == json)
        #expect(try row.decode("y", as: Bytes.self).bytes == [0, 255])
        #expect(try row.decode("ta", as: [String].self) == ["a", "b\"c,"])
        #expect(try row.decode("ia", as: [Int].self) == [])
        #expect(try row.decode("da", as: [Double?].self) == [1.5, nil])
        #expect(try row.decode("n", as: String?.self) == nil)
        #expect(try row.decode("num", as: Double.self) == 1_234_567.089)
        #expect(try row.decode("small", as: Double.self) == -0.00001)
        #expect(throws: PostgresError.self) { try row.decode("n", as: String.self) }
        #expect(throws: PostgresError.self) { try row.decode("t", as: Int.self) }
        #expect(throws: PostgresError.self) { try row.decode("missing", as: Int.self) }
    }

    /// As PostgreSQL reads a pattern: by characters, of which an accent is one.
    @Test(arguments: [
        (LikePattern.containing("5%"), "up 5% a day", true), (LikePattern.containing("5%"), "up 50 a day", false),
        (LikePattern.containing("a_b"), "a_b", true), (LikePattern.containing("a_b"), "axb", false),
        (LikePattern.containing("\\"), "a\\b", true), (LikePattern.containing("\\"), "a", false),
        (LikePattern.containing("5%\u{301}"), "5%\u{301}", true), (LikePattern.containing("5%\u{301}"), "5x\u{301}", false),
        (LikePattern.globbing("sql-*"), "sql-01", true), (LikePattern.globbing("sql-*"), "a sql-01", false),
        (LikePattern.globbing("sql-?1"), "sql-01", true), (LikePattern.globbing("50%_*"), "50%_x", true),
        (LikePattern.globbing("50%_*"), "500_x", false), (LikePattern.globbing("a\u{301}*"), "a\u{301}bc", true),
    ])
    func patternsMeanWhatWasTyped(pattern: String, text: String, isMatch: Bool) async throws {
        let connection = try await connect()
        #expect(try connection.rows("SELECT \(text) LIKE \(pattern)")[0].decode(0, as: Bool.self) == isMatch)
    }

    @Test func piecesAreNumberedOn() async throws {
        let connection = try await connect()
        let first: SQL = "SELECT \(1) + \(2)"
        let sql: SQL = first + " + \(10) + \(20) + (\(first))"
        #expect(try connection.rows(sql)[0].decode(0, as: Int.self) == 36)
    }

    @Test func errorsCarryStateAndConstraint() async throws {
        let connection = try await connect()
        try connection.script("CREATE TEMP TABLE once (id int CONSTRAINT once_key UNIQUE)")
        try connection.execute("INSERT INTO once VALUES (1)")
        let error = #expect(throws: PostgresError.self) { try connection.execute("INSERT INTO once VALUES (1)") }
        #expect(error?.isUniqueViolation == true)
        #expect(error?.constraint == "once_key")
        #expect(try connection.rows("SELECT 1")[0].decode(0, as: Int.self) == 1)
    }

    @Test func aTransactionRollsBackAndASavepointOnlyItsPart() async throws {
        let connection = try await connect()
        struct Stop: Error {}
        try connection.script("CREATE TEMP TABLE kept (id int)")
        try connection.transaction {
            try connection.execute("INSERT INTO kept VALUES (1)")
            #expect(throws: Stop.self) {
                try connection.transaction {
                    try connection.execute("INSERT INTO kept VALUES (2)")
                    throw Stop()
                }
            }
        }
        #expect(throws: Stop.self) {
            try connection.transaction {
                try connection.execute("INSERT INTO kept VALUES (3)")
                throw Stop()
            }
        }
        #expect(try connection.rows("SELECT id FROM kept").map { try $0.decode(0, as: Int.self) } == [1])
    }

    @Test func aStatementIsCutAtItsDeadline() async throws {
        let connection = try await connect()
        connection.statementDeadlineSeconds = 0.2
        let error = #expect(throws: PostgresError.self) { try connection.execute("SELECT pg_sleep(30)") }
        #expect(error?.isCancelled == true)
        #expect(!connection.isOpen)
    }

    @Test func copyBringsAllRowsOrNone() async throws {
        let connection = try await connect()
        try connection.script("CREATE TEMP TABLE copied (id bigint, name text, at timestamptz, value float8)")
        let count = try connection.copyIn("copied", columns: ["id", "name", "at", "value"]) { writer in
            for index in 0..<10_000 {
                try writer.beginRow()
                writer.append(index)
                writer.append(index % 2 == 0 ? "name \(index)" : nil)
                writer.append(Date(timeIntervalSince1970: Double(index)))
                writer.append(Double(index) / 3)
            }
        }
        #expect(count == 10_000)
        #expect(try connection.rows("SELECT count(name) FROM copied")[0].decode(0, as: Int.self) == 5000)
        struct Stop: Error {}
        #expect(throws: Stop.self) {
            try connection.copyIn("copied", columns: ["id"]) { writer in
                try writer.beginRow()
                writer.append(1)
                throw Stop()
            }
        }
        #expect(try connection.rows("SELECT count(*) FROM copied")[0].decode(0, as: Int.self) == 10_000)
    }

    @Test func moreStatementsThanStayPreparedStillRun() async throws {
        let connection = try await connect()
        for index in 0..<(PostgresConnection.preparedCountMax + 50) {
            #expect(try connection.rows(SQL(unsafeRaw: "SELECT \(index)"))[0].decode(0, as: Int.self) == index)
        }
        #expect(
            try connection.rows("SELECT count(*) FROM pg_prepared_statements")[0].decode(0, as: Int.self)
                <= PostgresConnection.preparedCountMax)
    }

    @Test func whoCannotConnectIsToldWhy() async throws {
        let address = try await TestCluster.shared.address()
        #expect(throws: PostgresError.self) { try PostgresConnection(address.with(["dbname": "no such"])) }
        let refused = #expect(throws: PostgresError.self) { try PostgresConnection(address.with(["user": "nobody-here"])) }
        #expect(refused?.sqlState == "28P01")
        let closed = #expect(throws: PostgresError.self) {
            try PostgresConnection(DatabaseAddress(["host": "127.0.0.1", "port": "1", "dbname": "x"]))
        }
        #expect(closed?.isConnectionFailure == true)
    }
}

@Suite struct PoolTests {
    @Test func oneBudgetServesManyDatabases() async throws {
        let server = try await TestCluster.shared.address()
        let pool = PostgresPool(connectionCountMax: 3, threadCount: 3)
        let addresses = try (0..<6).map { try server.with(["application_name": "pool-\($0)"]) }
        let seen = try await withThrowingTaskGroup(of: String.self) { group in
            for round in 0..<60 {
                let address = addresses[round % addresses.count]
                group.addTask {
                    try await pool.run(address) { try $0.rows("SELECT current_setting('application_name')")[0].decode(0, as: String.self) }
                }
            }
            return try await group.reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
        }
        #expect(seen.count == 6 && seen.values.allSatisfy { $0 == 10 })
        #expect(pool.statistics.openConnections <= 3)
        pool.shutdown()
    }

    @Test func aConnectionThatTheServerEndedIsReplaced() async throws {
        let server = try await TestCluster.shared.address()
        let pool = PostgresPool(connectionCountMax: 1, threadCount: 1)
        let pid = try await pool.run(server) { try $0.rows("SELECT pg_backend_pid()")[0].decode(0, as: Int.self) }
        let other = try PostgresConnection(server)
        try other.execute("SELECT pg_terminate_backend(\(Int32(pid)), 5000)")
        let next = try await pool.run(server) { try $0.rows("SELECT pg_backend_pid()")[0].decode(0, as: Int.self) }
        #expect(next != pid)
        pool.shutdown()
    }

    @Test func aTransactionLeftOpenDoesNotReachTheNextCaller() async throws {
        let server = try await TestCluster.shared.address()
        let pool = PostgresPool(connectionCountMax: 1, threadCount: 1)
        try await pool.run(server) { try $0.script("BEGIN; CREATE TEMP TABLE left_open (id int)") }
        let there = try await pool.run(server) { try $0.rows("SELECT to_regclass('left_open') IS NOT NULL")[0].decode(0, as: Bool.self) }
        #expect(!there)
        pool.shutdown()
    }

    @Test func aClosedPoolTurnsAway() async throws {
        let server = try await TestCluster.shared.address()
        let pool = PostgresPool(connectionCountMax: 1, threadCount: 1)
        pool.shutdown()
        await #expect(throws: AppError.self) { try await pool.run(server) { try $0.execute("SELECT 1") } }
    }

    @Test func aListenerHearsWhatIsSaid() async throws {
        let server = try await TestCluster.shared.address()
        let speaker = try PostgresConnection(server)
        var heard: [PostgresNotification] = []
        for await notification in PostgresListener.notifications(server, channels: ["pool-tests"]) {
            heard.append(notification)
            if notification == .connected { try speaker.execute("SELECT pg_notify('pool-tests', 'hello')") } else { break }
        }
        #expect(heard == [.connected, .received(channel: "pool-tests", payload: "hello")])
    }
}
