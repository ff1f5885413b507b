import Fixtures
import Foundation
import ODBC
import Testing

@testable import Engines

/// The collectors for MySQL and MariaDB against a real MariaDB, as accounts of which one has PROCESS and SELECT on performance_schema only.
@Suite(.enabled(if: TestMariaDB.isInstalled && ODBCDriver.mariadb.path() != nil)) struct MySQLCollectorTests {
    private static let password = "collects"

    private func target(_ user: String, _ password: String = password, database: String? = nil) async throws -> Target {
        let server = try await TestMariaDB.shared
        var target = Target(
            engine: .mysql, hostname: "127.0.0.1", port: server.port, username: user, password: password, trustServerCertificate: true)
        target.database = database
        return target
    }

    /// As a new account with `grants`.
    private func trial(_ user: String, grants: [String]) async throws -> CollectorTrial {
        let server = try await TestMariaDB.shared
        try server.execute("CREATE OR REPLACE USER \(user)@'127.0.0.1' IDENTIFIED BY '\(Self.password)'")
        for grant in grants { try server.execute("GRANT \(grant) TO \(user)@'127.0.0.1'") }
        return try CollectorTrial(MySQLEngine(EngineConfig()), try await target(user))
    }

    private static let sufficient = ["PROCESS ON *.*", "SELECT ON performance_schema.*"]

    /// A session of root in `database`.
    private static func session(_ target: Target, deadlineSeconds: Double = 8) throws -> ODBCConnection {
        try MySQLEngine(EngineConfig()).open(target, deadline: CallDeadline(seconds: deadlineSeconds))
    }

    private func root(_ database: String) async throws -> Target {
        let server = try await TestMariaDB.shared
        return try await target(server.user, server.password, database: database)
    }

    @Test func everyCollectorAnswersInTheShapeOfItsHeader() async throws {
        let trial = try await trial("shaped", grants: Self.sufficient)
        let server = try await TestMariaDB.shared
        try server.execute("CREATE OR REPLACE DATABASE shaped; CREATE TABLE shaped.t (id int PRIMARY KEY, a int, KEY unused (a))")
        try server.execute("INSERT INTO shaped.t VALUES (1, 1); SELECT * FROM shaped.t WHERE id = 1")
        let answers = try trial.answers()
        #expect(answers.count == trial.collectors.count && trial.collectors.count >= 15)
        let session = try Self.session(try await target("shaped"))
        defer { session.close() }
        for collector in trial.collectors {
            let answer = try #require(answers[collector.name])
            #expect(answer.trouble == nil, "\(answer)")
            let set = try #require(try session.resultSets(collector.sql, deadlineSeconds: 5, rowCountMax: 5_000).first?.get())
            #expect(set.columns.map(\.name) == collector.columns.map(\.name), "\(collector.name)")
            for row in set.rows {
                for (value, column) in zip(row, collector.columns) where !value.isNull {
                    #expect(Self.isOf(column.kind, value), "\(collector.name).\(column.name): \(value)")
                }
            }
        }
        let filled = [
            "global_status", "server_state", "innodb", "replication", "processes", "users", "databases", "tables", "settings", "statements",
            "file_io",
        ]
        for name in filled { #expect(answers[name]?.rows.isEmpty == false, "\(name)") }
        #expect(try trial.rows("unused_indexes").contains { $0.text("index_name") == "unused" && $0.text("database_name") == "shaped" })
    }

    @Test("Issue 4: the core and the collectors of its cadence are one round trip; what one lacks parts them, and is its own")
    func theCoreAndItsCollectorsComeTogether() async throws {
        let server = try await TestMariaDB.shared
        let trial = try await trial("together", grants: Self.sufficient)
        let often = trial.collectors.filter { $0.cadence == .minute }
        let both = try trial.connection.collect(with: often, deadlineSeconds: 8)
        let answers = try #require(both.answers, "they came apart").answers
        #expect(answers.map(\.collector) == often.map(\.name) && answers.allSatisfy { $0.trouble == nil })
        #expect(both.reading.gauges[.connectionCount] != nil && both.reading.counters[.batchRequestsSec] != nil)
        #expect(answers.first { $0.collector == "global_status" }?.rows.isEmpty == false)
        try server.execute("REVOKE PROCESS ON *.* FROM together@'127.0.0.1'")
        let poor = try MySQLEngine(EngineConfig()).connect(try await target("together"), deadlineSeconds: 8)
        defer { poor.close() }
        let apart = try poor.collect(with: often, deadlineSeconds: 8)
        #expect(apart.answers == nil && apart.reading.gauges[.connectionCount] != nil)
        let troubles = try poor.run(often, deadlineSeconds: 8).answers.filter { $0.trouble != nil }
        #expect(!troubles.isEmpty && troubles.count < often.count)
    }

    /// The driver leaves a connection locked for the thread that sent several statements by its own means.
    @Test("Issue 4: a connection answers, whatever thread calls", .timeLimit(.minutes(2)))
    func anyThreadMayCall() async throws {
        let trial = try await trial("threads", grants: Self.sufficient)
        let often = trial.collectors.filter { $0.cadence == .minute }
        nonisolated(unsafe) let connection = trial.connection  // one call at a time: each waits for the one before
        for _ in 0..<3 {
            let count = try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Int, any Error>) in
                Thread {
                    continuation.resume(with: Result { try connection.run(often, deadlineSeconds: 8).answers.count { $0.trouble == nil } })
                }.start()
            }
            #expect(count == often.count)
        }
    }

    @Test("Issue 4: performance_schema off is a reason, and not a table without rows")
    func performanceSchemaOffIsSaid() async throws {
        let server = try await TestMariaDB.old
        var target = Target(engine: .mysql, hostname: "127.0.0.1", port: server.port, username: server.user, password: server.password)
        target.encrypt = false
        let connection = try MySQLEngine(EngineConfig()).connect(target, deadlineSeconds: 8)
        defer { connection.close() }
        let off = try #require(try connection.collect(deadlineSeconds: 8).traits)
        let on = ServerTraits(version: "10.11", isMariaDB: true)
        #expect(!off.hasPerformanceSchema && on.hasPerformanceSchema)
        let reasons = Dictionary(
            uniqueKeysWithValues: CollectorCatalogue.of(.mysql).filter { $0.applies(to: on) }.map { ($0.name, $0.unfitness(for: off)) })
        let without = reasons.filter { $0.value != nil }
        #expect(Set(without.keys) == ["waits", "statements", "table_io", "file_io", "unused_indexes", "replication_sources"])
        #expect(without.values.allSatisfy { $0?.hasPrefix("performance_schema is off") == true })
        // What reads its tables and does not say so would show nothing where it is off.
        let silent = CollectorCatalogue.of(.mysql).filter {
            $0.applies(to: off) && $0.sql.contains("FROM performance_schema.") && !$0.sql.contains("performance_schema.global_")
        }
        #expect(silent.map(\.name) == [])
    }

    private static func isOf(_ kind: CollectorColumn.Kind, _ value: ODBCValue) -> Bool {
        switch (kind, value) {
        case (.label, .text), (.text, .text), (.queryText, .text), (.number, .double), (.gauge, .double), (.counter, .int), (.flag, .int),
            (.time, .timestamp):
            true
        default: false
        }
    }

    @Test func whatIsNotAvailableIsAskedAgainAfterAWhile() throws {
        let collector = try #require(CollectorCatalogue.named("waits", of: .mysql))
        var collectors = ODBCCollectors(preamble: "", judgement: .init(isPermission: { _ in false }, isRefusal: { _ in true }))
        var askedCount = 0
        func ask() throws {
            let answers = try collectors.run([collector]) { _, _, _ throws(ODBCError) in
                askedCount += 1
                throw ODBCError(state: "42S02", message: "No such table.")
            }
            #expect(answers.count == 1 && answers[0].trouble != nil)
        }
        try ask()
        try ask()
        #expect(askedCount == 1, "within the hour it is known")
        collectors.unavailable = UnavailableCollectors(seconds: 0)
        try ask()
        try ask()
        #expect(askedCount == 3)
    }

    /// Where the default is 1024 bytes: half an id would name another session.
    @Test func noListIsCutOffOnMySQL() {
        let lists = CollectorCatalogue.of(.mysql).filter { !$0.conditions.contains(.mariadb) && $0.sql.contains("GROUP_CONCAT(") }
        #expect(lists.map(\.name) == ["blocking_mysql"])
        #expect(lists.allSatisfy { $0.sql.contains("SELECT /*+ SET_VAR(group_concat_max_len = 65536) */") })
    }

    @Test func countersMoveAsMuchAsTheServersOwnSay() async throws {
        let trial = try await trial("counted", grants: Self.sufficient)
        try await TestMariaDB.shared.execute(
            "CREATE OR REPLACE DATABASE counted; CREATE TABLE counted.load_rows (id int PRIMARY KEY, a text)")
        let session = try Self.session(try await root("counted"))
        defer { session.close() }
        let before = try trial.row("global_status", where: "status_name", is: "com_insert").number("total")
        for id in 1...500 {
            _ = try session.resultSets("INSERT INTO load_rows VALUES (\(id), 'x')", deadlineSeconds: 5, rowCountMax: 1)
        }
        let after = try trial.row("global_status", where: "status_name", is: "com_insert").number("total")
        let delta = try #require(after) - (try #require(before))
        #expect(delta >= 500 && delta <= 510)
        let own = try session.resultSets("SHOW GLOBAL STATUS LIKE 'Com_insert'", deadlineSeconds: 5, rowCountMax: 1)[0].get()
        #expect(try abs(Double(#require(own.rows[0][1].int)) - #require(after)) <= 10)
        let statement = try #require(
            try trial.rows("statements").first { $0.text("query_text")?.contains("`load_rows`") == true && $0.number("call_count") == 500 })
        #expect(statement.text("database_name") == "counted" && statement.text("query_text")?.contains("'x'") == false)
        let table = try trial.row("table_io", where: "table_name", is: "load_rows")
        #expect(table.number("insert_count") == 500)
        let size = try #require(try trial.row("databases", where: "database_name", is: "counted").number("size_bytes"))
        let files = try session.resultSets(
            "SELECT data_length + index_length FROM information_schema.tables WHERE table_schema = 'counted'", deadlineSeconds: 5,
            rowCountMax: 1)[0].get()
        // The file holds some pages beside those of data.
        #expect(try size >= Double(#require(files.rows[0][0].int)) && size <= Double(#require(files.rows[0][0].int)) + 1_000_000)
    }

    @Test func anIdleSessionAtTheHeadOfAChainIsShown() async throws {
        let trial = try await trial("chained", grants: ["PROCESS ON *.*"])
        try await TestMariaDB.shared.execute(
            "CREATE OR REPLACE DATABASE chained; CREATE TABLE chained.t (id int PRIMARY KEY, a int); INSERT INTO chained.t VALUES (1, 1)")
        let root = try await root("chained")
        let head = try Self.session(root)
        let identity = try #require(head.resultSets("SELECT CONNECTION_ID()", deadlineSeconds: 5, rowCountMax: 1)[0].get().rows[0][0].int)
        for statement in ["BEGIN", "UPDATE t SET a = 2 WHERE id = 1"] {
            _ = try head.resultSets(statement, deadlineSeconds: 5, rowCountMax: 1)
        }
        Thread {
            // Waits until the head's session ends: longer than a busy machine takes to come to look.
            let session = try? Self.session(root, deadlineSeconds: 60)
            for statement in ["SET innodb_lock_wait_timeout = 300", "UPDATE t SET a = 3 WHERE id = 1"] {
                _ = try? session?.resultSets(statement, deadlineSeconds: 300, rowCountMax: 1)
            }
            session?.close()
        }.start()
        let rows = try await trial.rows("blocking") { rows in rows.contains { $0.text("blocked_by") == String(identity) } }
        let first = try #require(rows.first { $0.text("session_id") == String(identity) })
        #expect(first["is_lead"] == .flag(true) && first.text("command") == "Sleep" && first.number("blocked_count") == 1)
        #expect(first["wait_seconds"] == .null && first["query_text"] == .null && first.number("rows_modified") == 1)
        let second = try #require(rows.first { $0.text("blocked_by") == String(identity) })
        #expect(second.text("lock_table") == "chained.t" && second.text("lock_kind") == "RECORD")
        #expect(second.text("query_text") == "UPDATE t SET a = 3 WHERE id = 1")
        // In the server's own time, whatever zone a session has: zones are half an hour apart at least.
        #expect(try #require(second.number("wait_seconds")) < 1_800)
        head.close()
    }

    @Test("Issue 4: a statement of a collection waits no longer for a lock at the server than DbTools waits for the statement")
    func whatIsGivenUpEndsAtTheServer() async throws {
        let trial = try await trial("limited", grants: ["ALL ON *.*"])
        func answer(_ sql: String) throws -> CollectorAnswer {
            let collector = CollectorDefinition(
                name: "limited", title: "Limited", engine: .mysql, cadence: .hour, purpose: "waits.", versions: "all.",
                permissions: "all.", cost: "low.", conditions: [], keep: .latest, rowCountMax: 10,
                columns: [CollectorColumn("value", .number, "Value")], sql: sql)
            return try #require(trial.connection.run([collector], deadlineSeconds: 8).answers.first)
        }
        try await TestMariaDB.shared.execute("CREATE OR REPLACE DATABASE limited; CREATE TABLE limited.t (value int)")
        let migration = try Self.session(try await root("limited"), deadlineSeconds: 60)
        _ = try migration.resultSets("LOCK TABLES t WRITE", deadlineSeconds: 5, rowCountMax: 1)
        guard case .failed(let words) = try answer("SELECT value FROM limited.t").trouble else {
            Issue.record("it answered")
            return
        }
        #expect(words.contains("Lock wait timeout"))
        guard case .failed(let slow) = try answer("SELECT SLEEP(7) AS value").trouble else {
            Issue.record("it answered")
            return
        }
        #expect(slow.contains("max_statement_time"))
        #expect(try answer("SELECT 1 AS value").rows == [[.number(1)]], "the connection goes on")
        migration.close()
    }

    @Test func whatIsNotKnownIsNull() async throws {
        let trial = try await trial("unknowing", grants: Self.sufficient)
        let innodb = try #require(trial.rows("innodb").first)
        #expect(innodb["rows_read"] == .null && innodb.number("pages_total") != nil, "MariaDB counts no rows")
        #expect(try trial.rows("cluster").isEmpty, "it is no node of a cluster")
        let started = try #require(trial.rows("server_state").first?["started_at"])
        guard case .time(let date) = started else {
            Issue.record("no time: \(started)")
            return
        }
        #expect(abs(date.timeIntervalSinceNow) < 1_800, "in UTC")
    }

    @Test("Issue 4: a replica whose threads both ended is still one, and one that does not hear its source is not up to date")
    func aStoppedReplicaIsStillAReplica() async throws {
        let server = try await TestMariaDB.shared
        let trial = try await trial("replicated", grants: Self.sufficient)
        func state() throws -> [String: Cell] { try #require(trial.rows("replication").first) }
        let none = try state()
        #expect(none["is_replica"] == .flag(false) && none.text("replication_state") == "none seen")
        #expect(none["replication_lag_seconds"] == .null)
        #expect(try trial.rows("replication_sources").isEmpty)
        try server.execute("CHANGE MASTER 'cut off' TO MASTER_HOST = '127.0.0.1', MASTER_PORT = 9, MASTER_USER = 'nobody'")
        let source = try trial.row("replication_sources", where: "connection_name", is: "cut off")
        #expect(source.text("source_host") == "127.0.0.1" && source.number("source_port") == 9)
        #expect(source.text("applier_state") == "OFF" && source["applier_error"] == .null && source["applier_error_at"] == .null)
        // What it has applied stays behind when its threads end.
        try server.execute("SET GLOBAL gtid_slave_pos = '0-9-1'")
        let stopped = try state()
        #expect(stopped["is_replica"] == .flag(true) && stopped.text("replication_state") == "stopped")
        #expect(stopped["replication_lag_seconds"] == .null)
        try server.execute("START SLAVE 'cut off'")
        let late = try await trial.rows("replication") { rows in (rows.first?.number("since_applied_seconds") ?? 0) > 0 }
        #expect(late.first?.text("applier_state")?.contains("has read all relay log") == true)
        #expect(late.first?["replication_lag_seconds"] == .null, "how old what it has not heard of is, nobody can know")
        #expect(try trial.row("replication_sources", where: "connection_name", is: "cut off").text("applier_state") == "ON")
        try server.execute("STOP SLAVE 'cut off'; RESET SLAVE 'cut off' ALL; SET GLOBAL gtid_slave_pos = ''")
        #expect(try state()["is_replica"] == .flag(false))
    }

    @Test func anAccountWithoutRightsIsToldSoAndTheOthersGoOn() async throws {
        let bare = try await trial("barely", grants: []).answers()
        let denied = bare.values.filter { if case .noPermission = $0.trouble { true } else { false } }.map(\.collector)
        let needing = CollectorCatalogue.of(.mysql).filter { !$0.conditions.contains(.mysql) && !$0.permissions.hasPrefix("none") }
        #expect(Set(denied) == Set(needing.map(\.name)))
        for name in ["global_status", "server_state", "innodb", "settings"] { #expect(bare[name]?.rows.isEmpty == false, "\(name)") }
        // With PROCESS alone what stands in performance_schema is missing, and nothing else.
        let half = try await trial("halfway", grants: ["PROCESS ON *.*"]).answers()
        let missing = half.values.filter { $0.trouble != nil }.map(\.collector)
        #expect(Set(missing) == Set(needing.filter { $0.permissions.contains("performance_schema") }.map(\.name)))
    }

    @Test func namesOfFilesAreReadAsNames() async throws {
        let trial = try await trial("decoder", grants: ["PROCESS ON *.*"])
        try await TestMariaDB.shared.run(
            script: """
                CREATE OR REPLACE DATABASE `we-ir'd ü`;
                CREATE TABLE `we-ir'd ü`.`t é` (id int PRIMARY KEY) PARTITION BY HASH (id) PARTITIONS 2;

                """)
        let table = try trial.row("tables", where: "database_name", is: "we-ir'd ü")
        #expect(table.text("table_name") == "t é" && table.number("file_count") == 2)
        try await TestMariaDB.shared.run(script: "DROP DATABASE `we-ir'd ü`;\n")
    }
}
