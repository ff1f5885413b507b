import Fixtures
import Foundation
import ODBC
import Postgres
import Testing

@testable import Engines

/// Tenants' statements on real servers: they read, within their time and rows, and nothing of them stays.
@Suite struct CustomQueryTests {
    private static func postgreSQL(_ database: String = "counted", user: String = ListeningPostgreSQL.user) async throws -> QuerySession {
        var target = Target(
            engine: .postgresql, hostname: "localhost", port: try await ListeningPostgreSQL.shared.port, username: user,
            password: user == ListeningPostgreSQL.user ? ListeningPostgreSQL.password : "plain")
        target.database = database
        let config = EngineConfig(caFile: try await ListeningPostgreSQL.shared.caFile)
        return QuerySession(target, engine: PostgreSQLEngine(config), timeoutSeconds: 5)
    }

    private static func mariaDB(timeoutSeconds: Int = 5) async throws -> QuerySession {
        let server = try await TestMariaDB.shared
        let target = Target(
            engine: .mysql, hostname: "127.0.0.1", port: server.port, database: "mysql", username: server.user, password: server.password,
            trustServerCertificate: true)
        return QuerySession(target, engine: MySQLEngine(EngineConfig()), timeoutSeconds: timeoutSeconds)
    }

    static let hasMariaDB = TestMariaDB.isInstalled && ODBCDriver.mariadb.path() != nil

    private static func query(_ statement: String, rows: Int = 100, seconds: Int = 5) -> CustomQuery {
        CustomQuery(statement: statement, timeoutSeconds: seconds, rowCountMax: rows)
    }

    private static func failure(_ session: QuerySession, _ query: CustomQuery) -> EngineError? {
        do throws(EngineError) {
            _ = try session.run(query)
            return nil
        } catch { return error }
    }

    /// A superuser's connection to a database of the PostgreSQL that listens.
    private static func superuser(_ database: String = "counted") async throws -> PostgresConnection {
        try PostgresConnection(try await ListeningPostgreSQL.shared.superuser.with(["dbname": database]))
    }

    // MARK: PostgreSQL

    @Test("PostgreSQL: columns with their types, in the statement's order, and comments of no account")
    func postgreSQLTypes() async throws {
        let session = try await Self.postgreSQL()
        defer { session.close() }
        let answer = try session.run(
            Self.query(
                """
                -- all kinds
                SELECT 'a' AS label, 1::bigint AS whole, 1.5::numeric AS part, true AS flag, DATE '2026-11-28' AS day,
                    TIMESTAMPTZ '2026-11-28 12:00:00+02' AS moment, NULL::int AS nothing /* end */;
                """))
        #expect(answer.columns.map(\.name) == ["label", "whole", "part", "flag", "day", "moment", "nothing"])
        #expect(answer.columns.map(\.type) == [.text, .integer, .number, .flag, .time, .time, .integer])
        let day = Date(timeIntervalSince1970: 1_795_824_000)
        #expect(answer.rows == [[.text("a"), .integer(1), .number(1.5), .flag(true), .time(day), .time(day + 36_000), .null]])
        #expect(!answer.isCutOff)
    }

    @Test("PostgreSQL: rows past the cap are not fetched, however many there would be", arguments: [1, 49, 50, 51, 120])
    func postgreSQLRowCap(_ cap: Int) async throws {
        let session = try await Self.postgreSQL()
        defer { session.close() }
        let endless = try session.run(Self.query("SELECT generate_series(1, 1000000000) AS n", rows: cap))
        #expect(endless.rows.count == cap && endless.isCutOff)
        #expect(endless.durationMs < 3_000)
        let exact = try session.run(Self.query("SELECT n FROM generate_series(1, \(cap)) AS n", rows: cap))
        #expect(exact.rows.count == cap && !exact.isCutOff)
    }

    @Test("PostgreSQL: an answer of large values is cut off at its size")
    func postgreSQLSizeCap() async throws {
        let session = try await Self.postgreSQL()
        defer { session.close() }
        let answer = try session.run(Self.query("SELECT repeat('x', 100000) FROM generate_series(1, 1000)", rows: 1_000))
        #expect(answer.isCutOff && answer.rows.count == 41)
    }

    @Test("PostgreSQL: a statement is stopped at its time, by the server itself")
    func postgreSQLTimeout() async throws {
        let session = try await Self.postgreSQL()
        let started = ContinuousClock.now
        let error = Self.failure(session, Self.query("SELECT pg_sleep(60)", seconds: 1))
        #expect(error?.code == .timeout && error?.message.contains("within 1 s") == true, "\(String(describing: error))")
        #expect(ContinuousClock.now - started < .seconds(4))
        // The time is the whole statement's, not each fetch's.
        let slow = Self.failure(session, Self.query("SELECT pg_sleep(0.03) FROM generate_series(1, 1000)", rows: 1_000, seconds: 1))
        #expect(slow?.code == .timeout)
        #expect(ContinuousClock.now - started < .seconds(8))
        let superuser = try await Self.superuser()
        let running = try superuser.rows(
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND state = 'active' AND pid <> pg_backend_pid()")
        #expect(try running[0].decode(0, as: Int.self) == 0)
        #expect(try session.run(Self.query("SELECT 1 AS one")).rows == [[.integer(1)]], "the next statement has a connection of its own")
    }

    @Test("PostgreSQL: what the check cannot see, a function that writes, the read-only transaction refuses")
    func postgreSQLFunctionsCannotWrite() async throws {
        let superuser = try await Self.superuser()
        try superuser.script(
            """
            DROP TABLE IF EXISTS written; CREATE TABLE written (a int); GRANT ALL ON written TO PUBLIC;
            DROP SEQUENCE IF EXISTS numbers; CREATE SEQUENCE numbers; GRANT ALL ON numbers TO PUBLIC;
            CREATE OR REPLACE FUNCTION writes() RETURNS int LANGUAGE sql AS $$ INSERT INTO written VALUES (1) RETURNING a $$;
            CREATE OR REPLACE FUNCTION counts() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RETURN nextval('numbers'); END $$;
            CREATE OR REPLACE FUNCTION lifts() RETURNS text LANGUAGE sql AS $$ SELECT set_config('transaction_read_only', 'off', true) $$;
            CREATE OR REPLACE VIEW writing AS SELECT writes() AS a; GRANT SELECT ON writing TO PUBLIC;
            """)
        let session = try await Self.postgreSQL()
        defer { session.close() }
        for statement in ["SELECT writes()", "SELECT counts()", "SELECT a FROM writing"] {
            let error = Self.failure(session, Self.query(statement))
            #expect(error?.code == .notAllowed && error?.message.contains("more than read") == true, "\(String(describing: error))")
        }
        #expect(Self.failure(session, Self.query("SELECT lifts(), writes()")) != nil)
        #expect(try superuser.rows("SELECT count(*) FROM written")[0].decode(0, as: Int.self) == 0)
        #expect(try superuser.rows("SELECT is_called FROM numbers")[0].decode(0, as: Bool.self) == false)
    }

    @Test("PostgreSQL: what is refused is said in the server's words, a missing right as such, a lock within a second")
    func postgreSQLFailures() async throws {
        let superuser = try await Self.superuser()
        try superuser.script("DROP TABLE IF EXISTS locked; CREATE TABLE locked (a int); GRANT SELECT ON locked TO PUBLIC")
        let session = try await Self.postgreSQL(user: ListeningPostgreSQL.user)
        defer { session.close() }
        let unknown = Self.failure(session, Self.query("SELECT * FROM no_such_table"))
        #expect(unknown?.code == .protocolError)
        #expect(unknown?.message == #"The server refused the statement: relation "no_such_table" does not exist."#)
        let denied = Self.failure(session, Self.query("SELECT rolpassword FROM pg_authid"))
        #expect(denied?.code == .noPermissions && denied?.isPermission == true)
        try superuser.script("BEGIN; LOCK TABLE locked")
        let locked = Self.failure(session, Self.query("SELECT * FROM locked"))
        #expect(locked?.code == .timeout && locked?.message.contains("lock") == true, "\(String(describing: locked))")
        try superuser.script("ROLLBACK")
        let many = "SELECT " + (1...101).map { "1 AS c\($0)" }.joined(separator: ", ")
        #expect(Self.failure(session, Self.query(many))?.message.contains("101 columns") == true)
    }

    @Test("A statement that is refused is not sent, wherever it comes from")
    func refusedStatementsAreNotSent() async throws {
        let session = try await Self.postgreSQL()
        defer { session.close() }
        let error = Self.failure(session, Self.query("SELECT 1; DROP TABLE written"))
        #expect(error?.code == .notAllowed && error?.message.contains("semicolon") == true)
    }

    // MARK: MariaDB

    @Test("MariaDB: columns with their types; a DECIMAL is a number, a time is in UTC", .enabled(if: hasMariaDB))
    func mariaDBTypes() async throws {
        let session = try await Self.mariaDB()
        defer { session.close() }
        let answer = try session.run(
            Self.query(
                "SELECT 'a' AS label, CAST(1 AS SIGNED) AS whole, 1.5 AS part, TIMESTAMP '2026-11-28 12:00:00' AS moment, NULL AS nothing"))
        #expect(answer.columns.map(\.name) == ["label", "whole", "part", "moment", "nothing"])
        #expect(Array(answer.columns.map(\.type).prefix(4)) == [.text, .integer, .number, .time])
        let moment = Date(timeIntervalSince1970: 1_795_867_200)
        #expect(answer.rows == [[.text("a"), .integer(1), .number(1.5), .time(moment), .null]])
        let zone = try session.run(Self.query("SELECT @@session.time_zone, @@session.sql_mode"))
        #expect(zone.rows == [[.text("+00:00"), .text("")]])
    }

    @Test("MariaDB: rows past the cap are not sent, and a LIMIT beyond it is refused", .enabled(if: hasMariaDB))
    func mariaDBRowCap() async throws {
        let session = try await Self.mariaDB()
        defer { session.close() }
        for statement in ["SELECT seq FROM seq_1_to_20000000", "SELECT seq, REPEAT('x', 100) FROM seq_1_to_1000000 ORDER BY seq DESC"] {
            let answer = try session.run(Self.query(statement, rows: 20))
            #expect(answer.rows.count == 20 && answer.isCutOff, "\(statement)")
            #expect(answer.durationMs < 5_000)
        }
        let large = try session.run(Self.query("SELECT REPEAT('x', 100000) AS text FROM seq_1_to_1000", rows: 1_000))
        #expect(large.isCutOff && large.rows.count == 41)
        let many = Self.failure(session, Self.query("SELECT seq FROM seq_1_to_1000000 LIMIT 1000000", rows: 1_000))
        #expect(many?.code == .notAllowed && many?.message.contains("LIMIT 1000000 is more than the 1000") == true)
        let exact = try session.run(Self.query("SELECT seq FROM seq_1_to_20", rows: 20))
        #expect(exact.rows.count == 20 && !exact.isCutOff)
    }

    @Test("MariaDB: a statement is stopped at its time", .enabled(if: hasMariaDB))
    func mariaDBTimeout() async throws {
        let session = try await Self.mariaDB(timeoutSeconds: 1)
        let started = ContinuousClock.now
        let error = Self.failure(session, Self.query("SELECT SLEEP(60)", seconds: 1))
        #expect(error?.code == .timeout, "\(String(describing: error))")
        let heavy = Self.failure(
            session, Self.query("SELECT SUM(a.seq * b.seq) FROM seq_1_to_100000 a JOIN seq_1_to_100000 b ON a.seq <> b.seq", seconds: 1))
        #expect(heavy?.code == .timeout, "\(String(describing: heavy))")
        #expect(ContinuousClock.now - started < .seconds(8))
        #expect(try session.run(Self.query("SELECT 1 AS one")).rows == [[.integer(1)]])
    }

    @Test(
        "MariaDB: a function that writes is refused by the read-only transaction, and two statements by the server",
        .enabled(if: hasMariaDB))
    func mariaDBFunctionsCannotWrite() async throws {
        let server = try await TestMariaDB.shared
        try server.run(
            script: """
                CREATE DATABASE IF NOT EXISTS custom_queries;
                USE custom_queries;
                CREATE TABLE IF NOT EXISTS written (a int) ENGINE=InnoDB;
                CREATE TABLE IF NOT EXISTS old_written (a int) ENGINE=MyISAM;
                DELIMITER //
                CREATE OR REPLACE FUNCTION writes() RETURNS int BEGIN INSERT INTO written VALUES (1); RETURN 1; END //
                CREATE OR REPLACE FUNCTION writes_old() RETURNS int BEGIN INSERT INTO old_written VALUES (1); RETURN 1; END //
                DELIMITER ;
                """)
        let session = try await Self.mariaDB()
        defer { session.close() }
        for name in ["writes", "writes_old"] {
            let error = Self.failure(session, Self.query("SELECT custom_queries.\(name)()"))
            #expect(error?.code == .notAllowed && error?.message.contains("more than read") == true, "\(String(describing: error))")
        }
        let counts = try session.run(
            Self.query("SELECT (SELECT COUNT(*) FROM custom_queries.written), (SELECT COUNT(*) FROM custom_queries.old_written)"))
        #expect(counts.rows == [[.integer(0), .integer(0)]])
        let unknown = Self.failure(session, Self.query("SELECT * FROM no_such_table"))
        #expect(unknown?.code == .protocolError && unknown?.message.contains("no_such_table") == true, "\(String(describing: unknown))")
    }

    // MARK: From an answer to a collector's rows

    @Test("A collector takes the columns that it names, in any order and case; one that is missing is said")
    func answersByName() {
        let definition = CollectorDefinition(
            name: "q", title: "Q", engine: .postgresql, cadence: .minute, purpose: "", versions: "", permissions: "", cost: "",
            conditions: [], keep: .latest, rowCountMax: 10,
            columns: [CollectorColumn("queue", .label, ""), CollectorColumn("waiting", .gauge, unit: "count", metric: "m", "")], sql: "",
            shape: 1)
        let answer = QueryAnswer(
            columns: [.init("Waiting", .integer), .init("more", .text), .init("QUEUE", .text)],
            rows: [[.integer(3), .text("x"), .text("mail")], [.integer(4), .text("x"), .null]], isCutOff: true)
        let table = answer.answer(to: definition)
        #expect(table.rows == [[.text("mail"), .number(3)]], "a row without its label is left out")
        #expect(table.isCutOff && table.trouble == nil)
        let other = QueryAnswer(columns: [.init("queue", .text)]).answer(to: definition)
        guard case .failed(let reason)? = other.trouble else {
            Issue.record("it did not fail")
            return
        }
        #expect(reason.contains("no column waiting"))
    }
}
