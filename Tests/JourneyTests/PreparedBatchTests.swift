import Foundation
import FoundationNetworking
import ODBC
import Testing

@testable import Engines

/// Fixed batches that the server keeps, and rows that are read in blocks: FreeTDS against the simulator.
@Suite struct PreparedBatchTests {
    private typealias Journey = DeploymentJourneyTests

    private static func connect(_ port: Int) throws -> ODBCConnection {
        var string = ODBCConnectionString(driverPath: try #require(ODBCDriver.freetds.path()))
        let login = [
            ("Server", "127.0.0.1"), ("Port", String(port)), ("TDS_Version", "7.4"), ("UID", "sa"), ("PWD", "example-Passw0rd"),
            ("ClientCharset", "UTF-8"),
        ]
        for (key, value) in login { string.add(key, value) }
        return try ODBCConnection(string, loginTimeoutSeconds: 5)
    }

    /// What the instance was sent, oldest first, as its control address tells.
    private static func statements(_ control: Int) async throws -> [String] {
        let (data, _) = try await URLSession.shared.data(from: try #require(URL(string: "http://127.0.0.1:\(control)/instances/1")))
        let snapshot = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        return try #require(snapshot["statements"] as? [[String: Any]]).compactMap { $0["text"] as? String }
    }

    @Test("PRD 3.3-3: a collection's batch is sent once; from then on each round trip is a call under 300 bytes, with the same answers")
    func aBatchIsSentOnce() async throws {
        try await Journey.withSimulator(count: 1, isOwner: true) { ports, control async throws in
            let connection = try Journey.engine().connect(Journey.target(try #require(ports.first)), deadlineSeconds: 10)
            defer { connection.close() }
            let traits = try #require(try connection.collect(deadlineSeconds: 10).traits)
            let all = CollectorCatalogue.of(.sqlserver).filter { $0.applies(to: traits) }
            func run(_ cadence: Cadence) throws -> [CollectorAnswer] {
                let wanted = all.filter { $0.cadence == cadence }
                if cadence == .minute { return try #require(try connection.collect(with: wanted, deadlineSeconds: 20).answers).answers }
                return try connection.run(wanted, deadlineSeconds: 20).answers
            }
            let first = try Cadence.allCases.map { try run($0) }
            let sent = Set(try await Self.statements(control))
            let second = try Cadence.allCases.map { try run($0) }
            let calls = try await Self.statements(control).filter { !sent.contains($0) }
            #expect(calls.count == Cadence.allCases.count, "\(calls.map { $0.prefix(60) })")
            #expect(calls.allSatisfy { $0.utf16.count * 2 < 300 && $0.hasPrefix("EXEC sp_execute ") }, "\(calls.map { $0.prefix(60) })")
            for (before, after) in zip(first.joined(), second.joined()) {
                #expect(before.collector == after.collector && after.trouble == nil)
                if before.collector == "performance_counters" {
                    #expect(before.rows.map { $0.prefix(3) } == after.rows.map { $0.prefix(3) } && before.rows.count > 50)
                }
            }
        }
    }

    @Test func whatTheServerForgotIsSentAgain() async throws {
        try await Journey.withSimulator(count: 1) { ports, _ async throws in
            let connection = try Self.connect(try #require(ports.first))
            defer { connection.close() }
            var batches = PreparedBatches(readsBlocks: true)
            func run(_ key: String, _ text: String) throws -> [[ODBCValue]] {
                try batches.resultSets(key, on: connection, deadline: CallDeadline(seconds: 5), rowCountMax: 10) { text }
                    .flatMap { try $0.get().rows }
            }
            #expect(try run("a", "SELECT N'it''s' AS word; SELECT 2 AS number") == [[.text("it's")], [.int(2)]])
            // The handle runs what was prepared: another text of the same name is not looked at.
            #expect(try run("a", "SELECT 3 AS other") == [[.text("it's")], [.int(2)]])
            _ = try connection.resultSets("EXEC sp_unprepare 1", deadlineSeconds: 5, rowCountMax: 1)
            #expect(try run("a", "SELECT 4 AS other") == [[.int(4)]])
            // More batches than are held: all handles are given back, and the first one is prepared anew.
            for number in 0...PreparedBatches.countMax {
                #expect(try run("n\(number)", "SELECT \(number) AS n") == [[.int(Int64(number))]])
            }
            #expect(try run("a", "SELECT 5 AS other") == [[.int(5)]])
        }
    }

    @Test func aFaultyBatchIsSentAsItIs() async throws {
        try await Journey.withSimulator(count: 1) { ports, control async throws in
            let connection = try Self.connect(try #require(ports.first))
            defer { connection.close() }
            var batches = PreparedBatches(readsBlocks: true)
            for _ in 0..<3 {
                let results = try batches.resultSets("k", on: connection, deadline: CallDeadline(seconds: 5), rowCountMax: 10) {
                    "SELECT 1 AS one; SELECT 1 / 0 AS none; SELECT 2 AS two"
                }
                #expect(results.compactMap { try? $0.get().rows.first } == [[.int(1)], [.int(2)]])
                #expect(results.count == 3)
            }
            #expect(try await !Self.statements(control).contains { $0.hasPrefix("EXEC sp_execute") })
        }
    }

    static let sets = [
        "SELECT TOP (0) name FROM sys.databases",
        "SELECT 1 AS one",
        """
        SELECT CAST(ROW_NUMBER() OVER (ORDER BY c.object_name, c.counter_name, c.instance_name) AS int) AS n, c.counter_name,
            NULLIF(LEN(c.counter_name) % 3, 0) AS maybe
        FROM sys.dm_os_performance_counters AS c
        """,
        """
        SELECT CAST(1 AS bit) AS b, CAST(255 AS tinyint) AS t, CAST(-32768 AS smallint) AS s, CAST(-2147483648 AS int) AS i,
            CAST(9223372036854775807 AS bigint) AS l, CAST(0.1 AS float) AS f, CAST(0.5 AS real) AS r,
            CAST(-12345678901234567890.123456 AS decimal(38, 6)) AS d, CAST(922337203685477.5807 AS money) AS m
        """,
        """
        SELECT CAST('2026-11-28 23:59:59.997' AS datetime) AS a, CAST('0001-01-01 00:00:00.1234567' AS datetime2(7)) AS b,
            CAST('9999-12-31' AS date) AS c, CAST('6F9619FF-8B86-D011-B42D-00C04FC964FF' AS uniqueidentifier) AS g,
            CAST(0x0001FF AS varbinary(8)) AS h, CAST(NULL AS datetime) AS n
        """,
        """
        SELECT N'Gr\u{fc}\u{df}e \u{65e5}\u{672c}\u{8a9e} \u{1f600}' AS wide, CAST('plain' AS varchar(10)) AS narrow, N'' AS empty,
            CAST(NULL AS nvarchar(10)) AS missing, CAST(N'a' AS nchar(4)) AS padded, REPLICATE(N'\u{65e5}', 4000) AS longest,
            REPLICATE(N'\u{1f600}', 1000) AS pairs
        """,
        "SELECT REPLICATE(CAST(N'x' AS nvarchar(max)), 20000) AS big, 7 AS n",
        "SELECT 1 AS n UNION ALL SELECT NULL UNION ALL SELECT 3",
    ]

    @Test("The rows of a block are those that are read one by one", arguments: sets)
    func blocksReadTheSame(sql: String) async throws {
        try await Journey.withSimulator(count: 1) { ports, _ async throws in
            let connection = try Self.connect(try #require(ports.first))
            defer { connection.close() }
            // Twice, with another set between: what is bound for one set is not left for the next.
            let batch = "\(sql);\nSELECT N'between' AS word;\n\(sql);"
            func read(_ rowCountMax: Int, inBlocks: Bool) throws -> [ODBCResultSet] {
                try connection.resultSets(batch, deadlineSeconds: 10, rowCountMax: rowCountMax, inBlocks: inBlocks).map { try $0.get() }
            }
            for limit in [1_000, 70, 1] {
                let (one, other) = (try read(limit, inBlocks: true), try read(limit, inBlocks: false))
                #expect(one.count == 3 && one.map(\.rows) == other.map(\.rows))
                #expect(one.map(\.columns) == other.map(\.columns) && one.map(\.isTruncated) == other.map(\.isTruncated))
            }
        }
    }
}
