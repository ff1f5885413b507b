import Testing

@testable import Engines

/// What a tenant's statement may be, before any server sees it (issue 4: custom collectors only read).
@Suite struct StatementRuleTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let engine: EngineKind
        let statement: String
        /// A part of what is said.
        let says: String

        init(_ engine: EngineKind, _ statement: String, _ says: String) {
            (self.engine, self.statement, self.says) = (engine, statement, says)
        }

        var testDescription: String { "\(engine): \(statement.prefix(80))" }
    }

    private static let all = EngineKind.allCases

    /// In every engine.
    private static let everywhere: [(String, String)] = [
        ("", "no statement"), ("   ;; ", "no statement"), ("-- nothing", "no statement"), ("DELETE FROM t", "begins with DELETE"),
        ("update t set a = 1", "begins with UPDATE"), ("DROP TABLE t", "begins with DROP"), ("SHOW TABLES", "begins with SHOW"),
        ("SET x = 1", "begins with SET"), ("EXPLAIN SELECT 1", "begins with EXPLAIN"), ("CALL p()", "begins with CALL"),
        ("BEGIN; DELETE FROM t", "semicolon"), ("SELECT 1; DELETE FROM t", "semicolon"), ("SELECT 1;;SELECT 2", "semicolon"),
        ("SELECT 1 /* a */; /* b */ DROP TABLE t", "semicolon"), ("SELECT ';' ; SELECT 1", "semicolon"),
        ("SELECT * INTO copy FROM t", "INTO"), ("SELECT a iNtO b FROM c", "INTO"), ("SELECT 1 AS a/**/INTO/**/b", "INTO"),
        ("SELECT 'it''s' INTO x FROM t", "INTO"), ("SELECT 1INTO t", "blank behind the number"), ("SELECT 1.INTO t", "blank behind"),
        ("SELECT 1e5INTO t", "blank behind"), ("SELECT 1eINTO t", "blank behind"), ("SELECT 0xFFINTO t", "blank behind"),
        ("SELECT 'a'INTO t", "INTO"), ("SELECT (1)INTO t", "INTO"), ("WITH a AS (SELECT 1) DELETE FROM t", "DELETE"),
        ("WITH a AS (DELETE FROM t RETURNING *) SELECT * FROM a", "DELETE"), ("WITH a AS (SELECT 1) UPDATE t SET b = 1", "UPDATE"),
        ("WITH a AS (SELECT 1) INSERT INTO t SELECT 1", "INSERT"), ("SELECT 1 FROM t FOR UPDATE", "UPDATE"),
        ("SELECT NEXT VALUE FOR numbers", "NEXT VALUE"), ("SELECT 'open", "not closed"), ("SELECT \"open", "not closed"),
        ("SELECT 1 /* open", "does not end"), ("SELECT (1", "not closed"), ("SELECT 1)", "not open"),
        ("SELECT 1) ; SELECT (2", "semicolon"),
        ("SELECT 1 FROM t\u{00A0}WHERE a = 1", "beyond ASCII"), ("SELECT 1 \u{FF29}\u{FF2E}\u{FF34}\u{FF2F} t", "beyond ASCII"),
        ("SELECT a\u{212A} FROM t", "beyond ASCII"), ("SELECT 1 \u{0008} FROM t", "control character"),
        ("SELECT '\u{0000}'", "control character"),
        ("SELECT 1 -- hidden\rDELETE FROM t", "DELETE"), ("SELECT 1 -- hidden\r\nDELETE FROM t", "DELETE"),
        ("SELECT 1 AS a {call p}", "Braces"), ("SELECT {fn NOW()} AS a", "Braces"),
        ("SELECT 1\n-- one\n, 2 -- two\nFROM t\nFOR UPDATE", "Line 5: UPDATE"),
    ]

    private static let sqlServer: [(String, String)] = [
        // SQL Server needs no semicolon between two statements.
        ("SELECT 1 DELETE FROM t", "DELETE"), ("SELECT 1 EXEC sp_configure", "EXEC"), ("SELECT 1 EXECUTE('DROP TABLE t')", "EXECUTE"),
        ("SELECT 1 MERGE t USING s ON 1 = 1 WHEN MATCHED THEN DELETE", "MERGE"), ("SELECT 1 TRUNCATE TABLE t", "TRUNCATE"),
        ("SELECT 1 SHUTDOWN", "SHUTDOWN"), ("SELECT 1 KILL 51", "KILL"), ("SELECT 1 DBCC FREEPROCCACHE", "DBCC"),
        ("SELECT 1 WAITFOR DELAY '01:00'", "WAITFOR"), ("SELECT 1 BACKUP DATABASE a TO DISK = 'b'", "BACKUP"),
        ("SELECT 1 USE master", "USE"),
        ("SELECT 1 SET LOCK_TIMEOUT -1", "SET"), ("SELECT 1 DECLARE @a int", "DECLARE"), ("SELECT 1 GRANT CONTROL TO x", "GRANT"),
        ("SELECT 1 COMMIT", "COMMIT"), ("SELECT 1 ROLLBACK", "ROLLBACK"), ("SELECT 1 BEGIN TRAN", "BEGIN"),
        ("SELECT 1 SAVE TRAN a", "SAVE"),
        ("SELECT 1 RECONFIGURE", "RECONFIGURE"), ("SELECT 1 IF 1 = 1 SELECT 2", "IF"), ("SELECT 1 WHILE 1 = 1 SELECT 2", "WHILE"),
        ("SELECT 1 PRINT 'a'", "PRINT"), ("SELECT 1 RAISERROR('a', 16, 1)", "RAISERROR"), ("SELECT 1 CREATE TABLE t (a int)", "CREATE"),
        ("SELECT 1 ALTER LOGIN sa ENABLE", "ALTER"), ("SELECT 1 DENY SELECT TO x", "DENY"), ("SELECT 1 REVERT", "REVERT"),
        ("SELECT 1 SEND ON CONVERSATION 'x'", "SEND"), ("SELECT 1 RECEIVE * FROM q", "RECEIVE"), ("SELECT 1 ADD SIGNATURE TO p", "ADD"),
        ("SELECT 1 UPDATETEXT t.c @p 0 0 'x'", "UPDATETEXT"), ("SELECT 1 BULK INSERT t FROM 'f'", "BULK"),
        ("SELECT * FROM OPENROWSET('SQLNCLI', 'x', 'DELETE FROM t')", "OPENROWSET"),
        ("SELECT * FROM openquery(linked, 'DELETE FROM t')", "OPENQUERY"),
        ("SELECT * FROM OPENDATASOURCE('a', 'b').c.d.e", "OPENDATASOURCE"),
        ("SELECT * FROM linked.db.dbo.t", "four parts"), ("SELECT * FROM [linked].[db]..t", "four parts"),
        ("SELECT * FROM linked . db . dbo . t", "four parts"), ("SELECT * FROM linked.db..t", "four parts"),
        ("SELECT * FROM t WITH (TABLOCKX)", "TABLOCKX"), ("SELECT * FROM t WITH (XLOCK)", "XLOCK"),
        ("SELECT * FROM t WITH (UPDLOCK, HOLDLOCK)", "UPDLOCK"), ("SELECT * FROM t WITH (SERIALIZABLE)", "SERIALIZABLE"),
        // Comments nest, so that the first end is none.
        ("SELECT 1 /* a /* b */ DELETE FROM t", "does not end"), ("SELECT [a]]b] DELETE FROM t", "DELETE"), ("SELECT [open", "not closed"),
        ("SELECT N'a'' ' DELETE FROM t", "DELETE"), ("SELECT a#INTO#b DELETE FROM t", "DELETE"), ("SELECT \"a\" DROP TABLE t", "DROP"),
        ("SELECT @@VERSION EXEC xp_cmdshell 'dir'", "EXEC"),
        ("SELECT 1 AS a {call sp_executesql N'COMMIT; CREATE TABLE dbo.x(a int); BEGIN TRAN'}", "Braces"),
        ("SELECT 1 AS a SELECT 2 AS b", "Another SELECT"), ("WITH a AS (SELECT 1 AS b) SELECT b FROM a SELECT 2", "Another SELECT"),
        ("SELECT a FROM t UNION ALL (SELECT b FROM u) SELECT c FROM v", "Another SELECT"),
        ("WITH a AS (SELECT 1 AS b) (SELECT b FROM a) SELECT 2", "Another SELECT"),
        ("(SELECT 1 AS a) SELECT 2", "Another SELECT"), ("SELECT 1 UNION ALL SELECT 2 SELECT 3", "Another SELECT"),
    ]

    private static let postgreSQL: [(String, String)] = [
        ("SELECT pg_terminate_backend(1)", "ends others' sessions"), ("SELECT pg_catalog.pg_cancel_backend(1)", "stops others' work"),
        ("SELECT \"pg_terminate_backend\"(1)", "ends others' sessions"), ("SELECT pg_terminate_backend /* a */ (1)", "ends others'"),
        ("SELECT PG_RELOAD_CONF()", "changes something"), ("SELECT lo_export(1, '/tmp/x')", "lo_export"),
        ("SELECT lo_unlink(1)", "lo_unlink"),
        ("SELECT * FROM dblink('host=x', 'DELETE FROM t') AS t (a int)", "connects elsewhere"),
        ("SELECT nextval('numbers')", "sequence"), ("SELECT setval('numbers', 1)", "setval"),
        ("SELECT set_config('statement_timeout', '0', false)", "changes settings"), ("SELECT pg_advisory_lock(1)", "takes locks"),
        ("SELECT pg_read_file('/etc/passwd')", "files"), ("SELECT pg_file_write('x', 'y', false)", "files"),
        ("SELECT query_to_xml('SELECT pg_sleep(1)', true, true, '')", "runs SQL"), ("SELECT * FROM ts_stat('SELECT 1')", "runs SQL"),
        ("SELECT pg_stat_reset()", "resets statistics"), ("SELECT heap_force_kill('t', ARRAY['(0,1)']::tid[])", "changes something"),
        ("SELECT aws_lambda.invoke('f', '{}')", "connects elsewhere"), ("SELECT http_get('http://x')", "connects elsewhere"),
        ("SELECT pg_stat_statements_reset()", "resets statistics"),
        ("SELECT pg_create_restore_point('x')", "changes something"), ("SELECT pg_drop_replication_slot('x')", "changes something"),
        ("SELECT * FROM pg_logical_slot_get_changes('x', NULL, NULL)", "changes something"),
        ("SELECT pg_switch_wal()", "changes something"),
        ("SELECT pg_notify('a', 'b')", "changes something"), ("SELECT pg_wal_replay_pause()", "changes something"),
        ("SELECT * FROM t FOR SHARE", "SHARE"), ("SELECT * FROM t FOR NO KEY UPDATE", "UPDATE"),
        ("WITH a AS (MERGE INTO t USING s ON true WHEN MATCHED THEN DELETE) SELECT 1", "MERGE"),
        // What PostgreSQL takes for one text, for an escape, or for none.
        ("SELECT E'a'\n'b\\' || ' , pg_terminate_backend(1) , '''", "side by side"), ("SELECT E'\\' DELETE FROM t --", "not closed"),
        ("SELECT 'a\\' INTO t --'", "INTO"), ("SELECT $$ a $$ INTO t", "INTO"), ("SELECT $a$ $$ INTO $a$ INTO t", "INTO"),
        ("SELECT $a$ open", "does not end"), ("SELECT U&\"pg\\005Fterminate_backend\"(1)", "Unicode escapes"), ("SELECT a#INTO t", "INTO"),
        ("SELECT 1 /* a /* b */ INTO t", "does not end"), ("COPY t TO '/tmp/x'", "begins with COPY"),
        ("SELECT 1 FROM a$b$ INTO t --$b$", "INTO"),
    ]

    private static let mySQL: [(String, String)] = [
        ("SELECT 1 INTO OUTFILE '/tmp/x'", "INTO"), ("SELECT 1 FROM t INTO DUMPFILE '/tmp/x'", "INTO"), ("SELECT 1 INTO @a", "INTO"),
        ("SELECT * FROM t LOCK IN SHARE MODE", "LOCK"), ("SELECT * FROM t FOR SHARE", "SHARE"),
        ("SELECT LOAD_FILE('/etc/passwd')", "files"), ("SELECT BENCHMARK(1e9, MD5('x'))", "burns time"),
        ("SELECT GET_LOCK('a', 10)", "locks"),
        ("SELECT sys_exec('rm')", "runs SQL"), ("SELECT group_replication_set_as_primary('x')", "changes something"),
        ("SELECT spider_direct_sql('DELETE', '', '')", "runs SQL"), ("SELECT NEXTVAL(numbers)", "sequence"),
        ("SELECT `sys_eval`('x')", "runs SQL"),
        ("SELECT /*!50000 1 INTO OUTFILE '/tmp/x' */", "runs or takes for a hint"),
        ("SELECT /*M!100100 1 */ 2", "runs or takes for a hint"),
        ("SELECT /*+ SET_VAR(max_execution_time = 0) */ 1", "takes for a hint"), ("SELECT 1 --1 INTO @a", "INTO"),
        ("SELECT 1 --\u{000B}INTO @a", "control character"), ("SELECT 'a\\' INTO @a", "not closed"),
        ("SELECT \"a\\\" INTO @a", "not closed"),
        ("SELECT 'a\\\\' INTO @a -- '", "INTO"), ("SELECT \"a\" INTO @a", "INTO"), ("SELECT `a``b` INTO @a", "INTO"),
        ("SELECT 1 /* a /* b */ INTO @a", "INTO"), ("SELECT 1 # INTO\nINTO @a", "INTO"),
        ("WITH a AS (SELECT 1) REPLACE t SELECT 1", "REPLACE"), ("SET STATEMENT max_statement_time = 0 FOR SELECT 1", "begins with SET"),
        ("SELECT * FROM t PROCEDURE ANALYSE()", "PROCEDURE"),
    ]

    static let hostile: [Case] =
        all.flatMap { engine in everywhere.map { Case(engine, $0.0, $0.1) } } + sqlServer.map { Case(.sqlserver, $0.0, $0.1) }
        + postgreSQL.map { Case(.postgresql, $0.0, $0.1) } + mySQL.map { Case(.mysql, $0.0, $0.1) }

    @Test("Whatever writes, locks, reaches elsewhere or can be read in two ways is refused, and it is said why", arguments: hostile)
    func refused(_ one: Case) {
        do throws(StatementRefusal) {
            let sent = try StatementRule.checked(one.statement, engine: one.engine)
            Issue.record("“\(sent)” would be sent")
        } catch {
            #expect(error.sentence.contains(one.says), "\(error.sentence)")
            #expect(error.sentence.hasSuffix("."), "\(error.sentence)")
        }
    }

    static let harmless: [Case] = [
        Case(.sqlserver, "SELECT name, state_desc FROM sys.databases;", "SELECT name, state_desc FROM sys.databases"),
        Case(.sqlserver, "WITH a AS (SELECT 1 AS b) SELECT b FROM a OPTION (MAXDOP 1, USE HINT('X'))", "USE HINT"),
        Case(.sqlserver, "SELECT [update], \"delete\" FROM dbo.[into] WHERE a = 'DROP TABLE x; --' AND b <> N'it''s'", "N'it''s'"),
        Case(
            .sqlserver,
            "WITH a AS (SELECT 1 AS b), c AS (SELECT b FROM a UNION SELECT 2) SELECT b FROM a UNION ALL SELECT (SELECT MAX(b) FROM c) EXCEPT SELECT 3",
            "EXCEPT SELECT 3"),
        Case(.sqlserver, "WITH a (b) AS (SELECT 1), c AS (SELECT 2 AS d) (SELECT b FROM a) UNION SELECT d FROM c", "FROM c"),
        Case(.sqlserver, "(SELECT 1 AS a) UNION (SELECT 2) UNION ALL SELECT N'{call}'", "N'{call}'"),
        Case(
            .sqlserver,
            "SELECT TOP (10) CASE WHEN a = 1 THEN 2 ELSE 3 END FROM db..t WITH (NOLOCK) ORDER BY 1 OFFSET 0 ROWS FETCH NEXT 5 ROWS ONLY",
            "FETCH NEXT"),
        Case(.sqlserver, "SELECT @@VERSION, 1.5e-3, 0xFF, $5, #t.a FROM #t", "1.5e-3"),
        Case(.postgresql, "SELECT count(*) FILTER (WHERE done_at IS NULL), max(now() - created_at) FROM jobs", "FILTER"),
        Case(.postgresql, "SELECT $$ DELETE; $$, $x$ it's $x$, E'a\\'b; INSERT', '\\', u&'a'", "INSERT"),
        Case(.postgresql, "SELECT a.\"update\", data->>'into', tags[1] FROM t a WHERE x::int = 1", "->>"),
        Case(.postgresql, "(SELECT 1) UNION ALL (SELECT pg_database_size('x'))", "UNION"),
        Case(.postgresql, "SELECT name, setting FROM pg_settings -- all of them", "pg_settings"),
        Case(.mysql, "SELECT REPLACE(a, 'x', \"DELETE\"), INSERT(b, 1, 2, 'c') FROM `into`.`t` WHERE a = 'it\\'s; DROP'", "DROP"),
        Case(.mysql, "SELECT 5--1, 'a' 'b' # all\nFROM information_schema.tables", "information_schema"),
    ]

    @Test("A reading SELECT is sent, whatever its texts and quoted names hold", arguments: harmless)
    func accepted(_ one: Case) throws {
        let sent = try StatementRule.checked(one.statement, engine: one.engine)
        #expect(sent.contains(one.says), "\(sent)")
        #expect(!sent.hasSuffix(";") && !sent.contains("all of them"))
    }

    @Test("Comments are not sent, and the lines stay where they were")
    func commentsGo() throws {
        let sent = try StatementRule.checked("SELECT 1 -- one; DELETE\n/* two\n; DROP */, '--' /* /* */ */\n;\n", engine: .postgresql)
        #expect(sent.split(separator: "\n", omittingEmptySubsequences: false).map { $0.filter { $0 != " " } } == ["SELECT1", "", ",'--'"])
    }

    @Test(
        "MySQL: a LIMIT of the statement's own is at most the rows that are kept, inside of it any",
        arguments: [
            ("SELECT 1 LIMIT 10", true), ("SELECT 1 LIMIT 11", false), ("SELECT 1 LIMIT 500, 10", true), ("SELECT 1 LIMIT 5, 11", false),
            ("SELECT 1 LIMIT 10 OFFSET 500", true), ("SELECT 1 FROM (SELECT 1 LIMIT 99999) t", true), ("SELECT 99 FROM t", true),
            ("(SELECT 1 LIMIT 11)", false), ("((SELECT 1 LIMIT 11))", false), ("(SELECT 1 LIMIT 10)", true),
            ("SELECT 1 UNION ALL (SELECT 2 LIMIT 11)", false), ("(SELECT a FROM (SELECT 1 AS a LIMIT 99999) t)", true),
            ("SELECT 1 LIMIT 18446744073709551615", false), ("SELECT 1 OFFSET 99 ROWS FETCH FIRST 11 ROWS ONLY", false),
        ])
    func ownLimit(_ statement: String, _ fits: Bool) {
        let isFine = (try? StatementRule.checkLimit(statement, engine: .mysql, rowCountMax: 10)) != nil
        #expect(isFine == fits)
        #expect((try? StatementRule.checkLimit(statement, engine: .postgresql, rowCountMax: 10)) != nil)
    }

    @Test("20,000 bytes are the most")
    func length() throws {
        let fits = "SELECT '" + String(repeating: "x", count: StatementRule.sizeBytesMax - 9) + "'"
        #expect(fits.utf8.count == 20_000)
        #expect(try StatementRule.checked(fits, engine: .mysql) == fits)
        #expect(throws: StatementRefusal.self) { try StatementRule.checked(fits + " ", engine: .mysql) }
    }
}
