import Foundation
import Postgres
import Testing

@testable import Engines

/// PostgreSQL's collectors against a real server, as roles of which one has pg_monitor and nothing else.
@Suite struct PostgreSQLCollectorTests {
    private func trial(
        _ database: String = "collected", user: String = ListeningPostgreSQL.user, password: String = ListeningPostgreSQL.password
    ) async throws -> CollectorTrial {
        let shared = try await ListeningPostgreSQL.shared
        var target = Target(engine: .postgresql, hostname: "localhost", port: shared.port, username: user, password: password)
        target.database = database
        return try CollectorTrial(PostgreSQLEngine(EngineConfig(caFile: shared.caFile)), target)
    }

    private func superuser(_ database: String = "collected") async throws -> PostgresConnection {
        try PostgresConnection(try await address(database))
    }

    private func address(_ database: String) async throws -> DatabaseAddress {
        try await ListeningPostgreSQL.shared.superuser.with(["dbname": database])
    }

    @Test func everyCollectorAnswersInTheShapeOfItsHeader() async throws {
        let trial = try await trial()
        let superuser = try await superuser()
        try superuser.script("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        let answers = try trial.answers()
        #expect(answers.count == trial.collectors.count && trial.collectors.count >= 25)
        for collector in trial.collectors {
            let answer = try #require(answers[collector.name])
            #expect(answer.trouble == nil, "\(answer)")
            let rows = try superuser.pipeline([PipelineStatement(collector.sql)], rowCountMax: 1)[0].get()
            #expect(rows.columnNames == collector.columns.map(\.name), "\(collector.name)")
            for (column, oid) in zip(collector.columns, rows.oids) {
                #expect(Self.oid(of: column.kind) == oid, "\(collector.name).\(column.name) has type \(oid)")
            }
        }
        for name in ["databases", "database_sizes", "activity", "wait_types", "locks", "settings", "vacuum", "wraparound", "statements"] {
            #expect(answers[name]?.rows.isEmpty == false, "\(name)")
        }
    }

    /// text, double precision, bigint, timestamptz, boolean: what a value becomes does not hang on how a driver converts it.
    private static func oid(of kind: CollectorColumn.Kind) -> UInt32 {
        switch kind {
        case .label, .text, .queryText, .statement, .plan: 25
        case .number, .gauge: 701
        case .counter: 20
        case .time: 1184
        case .flag: 16
        }
    }

    @Test func countersMoveAsMuchAsTheServersOwnViewsSay() async throws {
        let trial = try await trial("counted")
        let load = try await superuser("counted")
        try load.script("CREATE EXTENSION pg_stat_statements; CREATE TABLE load (id int PRIMARY KEY, filling text)")
        // The totals of a session are handed over when it is idle, at most once a second: this hands them over now.
        try load.script("SELECT pg_stat_force_next_flush()")
        let before = try trial.row("databases", where: "database_name", is: "counted")
        for id in 1...500 { try load.script("INSERT INTO load VALUES (\(id), 'x')") }
        for id in 501...600 { try load.script("BEGIN; DELETE FROM load WHERE id = \(id - 500); ROLLBACK") }
        try load.script("SELECT pg_stat_force_next_flush()")
        let view = try load.rows(
            "SELECT xact_commit, xact_rollback, tup_inserted, blks_hit FROM pg_stat_database WHERE datname = 'counted'")[0]
        let after = try trial.row("databases", where: "database_name", is: "counted")
        func delta(_ column: String) throws -> Double { try #require(after.number(column)) - (try #require(before.number(column))) }
        #expect(try abs(delta("commit_count") - 502) <= 10)
        #expect(try abs(delta("rollback_count") - 100) <= 2)
        // Beside the rows of the table there may be some of the catalogue.
        let inserted = try delta("rows_inserted")
        #expect(inserted >= 500 && inserted <= 510, "\(inserted)")
        for (column, name) in [("commit_count", "xact_commit"), ("rollback_count", "xact_rollback"), ("rows_inserted", "tup_inserted")] {
            let own = Double(try view.decode(name, as: Int64.self))
            #expect(try abs(#require(after.number(column)) - own) <= 0.02 * own + 1, "\(column)")
        }
        let table = try trial.row("tables", where: "table_name", is: "load")
        #expect(table.number("inserted_row_count") == 500 && table.number("live_rows") == 500)
        #expect(try #require(table.number("total_bytes")) >= 500 * 30)
        let statement = try #require(try trial.rows("statements").first { $0.text("query_text")?.hasPrefix("INSERT INTO load") == true })
        #expect(statement.number("call_count") == 500 && statement.number("row_count") == 500)
        #expect(statement.text("database_name") == "counted" && statement.text("query_text")?.contains("$1") == true)
    }

    @Test func anIdleSessionAtTheHeadOfAChainIsShown() async throws {
        let trial = try await trial()
        #expect(try trial.rows("blocking").filter { $0.text("lock_target") == "chained" }.isEmpty)
        let head = try await superuser()
        try head.script("CREATE TABLE chained (id int); INSERT INTO chained VALUES (1)")
        try head.script("BEGIN; UPDATE chained SET id = 2")
        let address = try await address("collected")
        for statement in ["UPDATE chained SET id = 3", "BEGIN; LOCK TABLE chained; COMMIT"] {
            Thread { try? PostgresConnection(address).script(statement) }.start()  // ends with the head's transaction
        }
        let shown = try await trial.rows("blocking") { rows in
            rows.count { $0.text("blocked_by") != nil && $0.text("query_text")?.contains("chained") == true } == 2
        }
        let rows = shown.filter { $0.text("query_text")?.contains("chained") == true }
        let identity = try head.rows("SELECT pg_backend_pid()::text")[0].decode(0, as: String.self)
        let first = try #require(rows.first)
        #expect(first.text("session_id") == identity && first.text("blocked_by") == nil && first.number("depth") == 0)
        #expect(first.text("state") == "idle in transaction" && first.number("blocked_count") == 2)
        #expect(first.text("query_text")?.contains("UPDATE chained SET id = 2") == true && first.number("wait_seconds") == nil)
        for row in rows.dropFirst() {
            #expect(row.text("lead_session_id") == identity && (row.number("depth") ?? 0) >= 1)
            #expect(row.number("wait_seconds") != nil && row.text("lock_mode") != nil)
        }
        #expect(rows.contains { $0.text("lock_target") == "chained" })
        let waits = try trial.row("wait_types", where: "wait_event_type", is: "Lock")
        #expect(waits.number("session_count").map { $0 >= 2 } == true)
        #expect(try trial.rows("locks").contains { ($0.number("waiting_count") ?? 0) >= 1 })
        try head.script("ROLLBACK; SELECT count(*) FROM chained; DROP TABLE IF EXISTS chained")
    }

    @Test func whatIsNotKnownIsNull() async throws {
        let trial = try await trial()
        let aborted = try trial.row("activity", where: "state", is: "idle in transaction (aborted)")
        #expect(aborted.number("session_count") == 0 && aborted["oldest_transaction_seconds"] == .null)
        let database = try trial.row("databases", where: "database_name", is: "collected")
        #expect(database["read_ms"] == .null, "track_io_timing is off")
        // What is inside of the other databases is not known, and which those are is said.
        #expect(database["is_looked_into"] == .flag(true))
        #expect(try trial.row("databases", where: "database_name", is: "counted")["is_looked_into"] == .flag(false))
        let recovery = try #require(trial.rows("recovery").first)
        #expect(recovery["is_in_recovery"] == .flag(false) && recovery["replay_lag_seconds"] == .null)
        #expect(try #require(trial.rows("archiver").first)["is_failing"] == .null, "nothing is archived")
        // An extension is not created in this database.
        let elsewhere = try await self.trial("postgres")
        guard case .notAvailable(let words) = try elsewhere.answers(.fiveMinutes)["statements"]?.trouble else {
            Issue.record("pg_stat_statements is not there, and that is not said")
            return
        }
        #expect(words.hasSuffix("created in the connected database and loaded at the start."), "\(words)")
    }

    @Test("Issue 4: an extension is found in any schema, and also when it is created while a connection is open")
    func anExtensionIsFoundInAnySchema() async throws {
        let superuser = try await superuser("placed")
        let early = try await trial("placed")
        let forgetful = try await trial("placed")
        let session = try #require(forgetful.connection as? PostgreSQLConnection)
        session.unavailable = UnavailableCollectors(seconds: 0)
        #expect(try Self.hasNoStatements(early) && Self.hasNoStatements(forgetful))
        try superuser.script(#"CREATE SCHEMA "its ""own"""; CREATE EXTENSION pg_stat_statements SCHEMA "its ""own""""#)
        try superuser.script(#"GRANT USAGE ON SCHEMA "its ""own""" TO watcher"#)
        // A new connection finds it, and one that asks again; one that was told so within the hour does not ask.
        #expect(try await trial("placed").rows("statements").isEmpty == false)
        #expect(try forgetful.rows("statements").isEmpty == false)
        #expect(try Self.hasNoStatements(early))
        let path = CollectorDefinition(
            name: "own_path", title: "Own path", engine: .postgresql, cadence: .minute, purpose: "", versions: "", permissions: "",
            cost: "", conditions: [], keep: .latest, rowCountMax: 1, columns: [CollectorColumn("schemas", .label, "Schemas")],
            sql: "SELECT array_to_string(current_schemas(true), '/') AS schemas;")
        let schemas = try session.run([path], deadlineSeconds: 8).answers.first?.rows.first?.first?.text
        #expect(schemas == #"pg_catalog/public/its "own""#)
    }

    private static func hasNoStatements(_ trial: CollectorTrial) throws -> Bool {
        if case .notAvailable = try trial.answers(.fiveMinutes)["statements"]?.trouble { true } else { false }
    }

    @Test func whatIsNotAvailableIsAskedAgainAfterAnHour() {
        var unavailable = UnavailableCollectors()
        let answers = [
            CollectorAnswer(collector: "statements", trouble: .notAvailable("No such table.")),
            CollectorAnswer(collector: "tables", trouble: .failed("It failed.")),
        ]
        unavailable.learn(answers, now: 100)
        #expect(unavailable.answer(of: "statements") != nil && unavailable.answer(of: "tables") == nil)
        let isForgottenEarly = unavailable.forget(now: 100 + UnavailableCollectors.seconds - 1)
        #expect(!isForgottenEarly && unavailable.answer(of: "statements") != nil)
        let isForgotten = unavailable.forget(now: 100 + UnavailableCollectors.seconds)
        #expect(isForgotten && unavailable.answer(of: "statements") == nil)
    }

    @Test func aRoleWithoutRightsIsToldSoAndTheOthersGoOn() async throws {
        try await superuser().script("CREATE ROLE bystander LOGIN PASSWORD 'bystander'")
        let answers = try await trial(user: "bystander", password: "bystander").answers()
        let denied = answers.values.filter { if case .noPermission = $0.trouble { true } else { false } }.map(\.collector)
        let needing = CollectorCatalogue.of(.postgresql).filter { $0.permissions.hasPrefix("pg_monitor") && $0.name != "statements" }
        #expect(Set(denied).subtracting(["statements"]) == Set(needing.map(\.name)))
        for name in ["databases", "wal", "connections", "locks", "tables", "indexes", "wraparound", "vacuum"] {
            #expect(answers[name]?.trouble == nil && answers[name] != nil, "\(name)")
        }
    }

    /// 60 ms in each minute are a thousandth of a core: measured by the kernel's clock of the session's own process.
    @Test func theCollectorsOfEachMinuteCostLessThanAThousandthOfACore() async throws {
        let trial = try await trial()
        let identity = CollectorDefinition(
            name: "own_session", title: "Own session", engine: .postgresql, cadence: .minute, purpose: "", versions: "", permissions: "",
            cost: "", conditions: [], keep: .latest, rowCountMax: 1, columns: [CollectorColumn("session_id", .label, "Process id")],
            sql: "SELECT pg_backend_pid()::text AS session_id;")
        let own = try #require(trial.connection.run([identity], deadlineSeconds: 8).answers.first?.rows.first?.first?.text)
        _ = try trial.answers(.minute)  // fills the session's caches of the catalogue
        func spentMs() throws -> Double {
            let text = try String(contentsOfFile: "/proc/\(own)/schedstat", encoding: .utf8)
            return Double(try #require(text.split(separator: " ").first.flatMap { Int64($0) })) / 1_000_000
        }
        let before = try spentMs()
        let roundCount = 10
        for _ in 0..<roundCount { _ = try trial.answers(.minute) }
        let eachMs = (try spentMs() - before) / Double(roundCount)
        #expect(eachMs < 60, "\(eachMs) ms of CPU for each round")
    }

    @Test func bloatIsEstimatedNearTheTruth() async throws {
        let superuser = try await superuser()
        try superuser.script(
            """
            CREATE TABLE bloated (id int PRIMARY KEY, filling text);
            INSERT INTO bloated SELECT g, repeat('x', 50) FROM generate_series(1, 40000) AS g;
            DELETE FROM bloated WHERE id % 2 = 0;
            CREATE TABLE dense AS SELECT * FROM bloated;
            CREATE TABLE hidden AS SELECT * FROM bloated;
            GRANT SELECT ON bloated, dense TO watcher
            """)
        for table in ["bloated", "dense", "hidden"] { try superuser.script("VACUUM ANALYZE \(table)") }
        let trial = try await trial()
        let bloated = try #require(trial.row("table_bloat", where: "table_name", is: "bloated").number("bloat_percent"))
        #expect(abs(bloated - 50) < 5)
        #expect(try #require(trial.row("table_bloat", where: "table_name", is: "dense").number("bloat_percent")) < 5)
        #expect(try trial.row("table_bloat", where: "table_name", is: "hidden")["bloat_bytes"] == .null)
        let index = try #require(trial.row("index_bloat", where: "index_name", is: "bloated_pkey").number("bloat_percent"))
        #expect(abs(index - 50) < 8)
    }

    @Test("Issue 4: the table that holds back the end of transaction numbers is shown, though it has no dead rows")
    func theTableThatWasFrozenLongestAgoIsShown() async throws {
        let superuser = try await superuser()
        try superuser.script("CREATE TABLE held_back (id int)")
        try superuser.script("SET allow_system_table_mods = on; UPDATE pg_class SET relfrozenxid = '3' WHERE relname = 'held_back'")
        let rows = try await trial().rows("vacuum")
        let table = try #require(rows.first { $0.text("table_name") == "held_back" })
        #expect(table.number("dead_rows") == 0)
        #expect(table.number("transaction_id_age") == rows.compactMap { $0.number("transaction_id_age") }.max())
        try superuser.script("DROP TABLE held_back")
    }

    @Test("Issue 4: of thousands of sequences a few hundred are locked at a time, and one that is being altered holds nothing up")
    func sequencesAreNotLockedByTheThousand() async throws {
        let superuser = try await superuser("placed")
        try superuser.script(
            """
            CREATE SEQUENCE nearly AS smallint; SELECT setval('nearly', 32000);
            CREATE SEQUENCE altered AS smallint; SELECT setval('altered', 32001);
            CREATE SEQUENCE secret AS smallint; SELECT setval('secret', 32002);
            GRANT SELECT ON nearly, altered TO watcher;
            DO $$ BEGIN FOR n IN 1..600 LOOP EXECUTE format('CREATE SEQUENCE many_%s', n); END LOOP; END $$
            """)
        let migration = try await self.superuser("placed")
        try migration.script("BEGIN; ALTER SEQUENCE altered CACHE 7")
        let trial = try await trial("placed")
        let rows = try trial.rows("sequences")
        #expect(rows.map { $0.text("sequence_name") } == ["nearly"])
        #expect(rows.first?.number("last_value") == 32_000 && rows.first?.number("max_value") == 32_767)
        #expect(rows.first?.text("data_type") == "smallint")
        #expect(abs(try #require(rows.first?.number("used_percent")) - 97.66) < 0.01)
        try migration.script("ROLLBACK")
        #expect(try trial.rows("sequences").compactMap { $0.text("sequence_name") } == ["altered", "nearly"])
        let collector = try #require(trial.collectors.first { $0.name == "sequences" })
        try superuser.script("BEGIN")
        _ = try superuser.pipeline([PipelineStatement(collector.sql)], rowCountMax: 100)[0].get()
        let locks: SQL = """
            SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation WHERE l.pid = pg_backend_pid() AND c.relkind = 'S'
            """
        #expect(try superuser.rows(locks).first?.decode(0, as: Int64.self) == 500)
        try superuser.script("ROLLBACK")
    }

    @Test("Issue 4: what is no client's session uses up no connection")
    func onlyClientsSessionsAreConnectionsUsed() async throws {
        let collector = try #require(CollectorCatalogue.named("connections", of: .postgresql))
        let superuser = try await superuser()
        // A sender of changes: it is connected to the database, and has a place of its own.
        let sender = try PostgresConnection(try await address("collected").with(["replication": "database"]))
        // In one statement all see the same sessions.
        let row = try superuser.rows(
            SQL(
                stringLiteral: """
                    SELECT c.used_count,
                        (SELECT count(*)::float8 FROM pg_stat_activity WHERE backend_type = 'client backend') AS client_count,
                        (SELECT sum(numbackends)::float8 FROM pg_stat_database WHERE datname IS NOT NULL) AS backend_count
                    FROM (\(collector.sql.dropLast())) AS c
                    """))[0]
        let used = try row.decode("used_count", as: Double.self)
        #expect(try used == row.decode("client_count", as: Double.self))
        #expect(try used < row.decode("backend_count", as: Double.self))
        #expect(sender.isOpen)
    }

    @Test func settingsOfTheServerAreToldAndSecretsAreNot() async throws {
        try await superuser().script("ALTER SYSTEM SET primary_conninfo = 'host=x password=hidden'")
        try await superuser().script("SELECT pg_reload_conf()")
        let trial = try await trial()
        let rows = try await trial.rows("settings") { rows in rows.contains { $0.text("setting_name") == "primary_conninfo" } }
        #expect(rows.first { $0.text("setting_name") == "primary_conninfo" }?.text("value") == "(set)")
        #expect(rows.first { $0.text("setting_name") == "fsync" }?.text("value") == "off")
        // Our own connection's are none of the server's.
        let ours = ["default_transaction_read_only", "statement_timeout", "application_name"]
        #expect(!rows.contains { ours.contains($0.text("setting_name") ?? "") })
        #expect(!rows.contains { $0.values.contains { $0.text?.contains("hidden") == true } })
        try await superuser().script("ALTER SYSTEM RESET primary_conninfo")
        try await superuser().script("SELECT pg_reload_conf()")
    }

    @Test func whatASlotKeepsIsMeasured() async throws {
        let superuser = try await superuser()
        try superuser.script("SELECT pg_create_physical_replication_slot('forgotten', true)")
        try superuser.script("CREATE TABLE logged AS SELECT g AS id FROM generate_series(1, 10000) AS g; DROP TABLE logged")
        let slot = try await trial().row("replication_slots", where: "slot_name", is: "forgotten")
        #expect(slot["is_active"] == .flag(false) && slot["unconfirmed_bytes"] == .null)
        #expect(try #require(slot.number("retained_bytes")) > 300_000)
        try superuser.script("SELECT pg_drop_replication_slot('forgotten')")
    }
}
