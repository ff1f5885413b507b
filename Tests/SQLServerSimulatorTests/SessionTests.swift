import TDS
import Testing

@testable import SQLServerSimulator

/// Batches, procedures and state between them.
struct SessionTests {
    @Test(arguments: [
        ("PRINT 'hello'", "#hello"), ("RAISERROR('note %s', 10, 1, 'x') WITH NOWAIT", "#note x"),
        ("SELECT 1; SELECT 1/0; SELECT 2", "1\n!8134\n2"), ("SELECT 1; SELECT CAST('x' AS int); SELECT 2", "1\n!245"),
        ("SELECT 1; SELECT * FROM nowhere; SELECT 2", "1\n!208"), ("SELECT 1; THROW 50001, 'x', 1; SELECT 2", "1\n!50001"),
        ("RAISERROR('x', 16, 1); SELECT @@ERROR", "!50000\n50000"), ("SELECT 1; SELEC 2", "!102"),
        ("BEGIN TRY SELECT 1/0 END TRY BEGIN CATCH SELECT ERROR_NUMBER(), ERROR_LINE() END CATCH", "8134|1"),
        ("BEGIN TRY RAISERROR('a', 16, 5) END TRY BEGIN CATCH THROW END CATCH", "!50000"),
        ("WAITFOR DELAY '00:00:05'; SELECT 1", "pause 5.0\n1"),
        ("DECLARE @d datetime = GETDATE(); WAITFOR DELAY '00:00:02'; SELECT DATEDIFF(s, @d, GETDATE())", "pause 2.0\n2"),
        ("USE Sales; SELECT DB_NAME()", "Sales"), ("BEGIN TRAN; SELECT @@TRANCOUNT; COMMIT; SELECT @@TRANCOUNT", "1\n0"),
        ("SELECT name FROM sys.databases WHERE database_id < 3; SELECT @@ROWCOUNT", "master\ntempdb\n2"),
        ("EXEC sp_executesql N'SELECT @a + @b', N'@a int, @b int', @a = 2, @b = 40", "42"),
        ("DECLARE @r int; EXEC sp_executesql N'SET @x = 7', N'@x int OUTPUT', @x = @r OUTPUT; SELECT @r", "7"),
        ("EXEC('SELECT 5')", "5"), ("DECLARE @s nvarchar(50) = N'SELECT 6'; EXEC(@s)", "6"),
        ("CREATE TABLE #t (a int, b varchar(10)); INSERT #t VALUES (1,'x'),(2,'y'); SELECT a, b FROM #t WHERE b = 'Y'", "2|y"),
        ("SELECT name INTO #d FROM sys.databases WHERE database_id = 1; SELECT * FROM #d", "master"),
        ("CREATE TABLE #t (a int NOT NULL); INSERT #t VALUES (NULL)", "!515"), ("INSERT #none VALUES (1)", "!208"),
        ("SET QUOTED_IDENTIFIER ON SELECT 1", "1"), ("SET NOSUCHOPTION ON", "!195"),
        ("SELECT 1 AS a UNION SELECT 1 UNION ALL SELECT 2", "1\n2"),
        ("SELECT x FROM (VALUES (3),(1),(2)) v(x) ORDER BY x DESC OFFSET 1 ROWS FETCH NEXT 1 ROWS ONLY", "2"),
        (
            "SELECT d.name, f.n FROM sys.databases d CROSS APPLY (SELECT COUNT(*) AS n FROM sys.master_files m WHERE m.database_id = "
                + "d.database_id) f WHERE d.database_id = 1",
            "master|2"
        ),
        ("SELECT a.x, b.x FROM (VALUES (1),(2)) a(x) FULL JOIN (VALUES (2),(3)) b(x) ON a.x = b.x ORDER BY 1, 2", "NULL|3\n1|NULL\n2|2"),
        ("/* a /* nested */ comment */ SELECT 1 -- end", "1"), ("SELECT 1 GO", "1"), ("", ""), ("   ;; ", ""),
    ])
    func gives(_ batch: String, _ expected: String) { #expect(Harness().text(batch) == expected) }

    @Test func errorsNameTheirLine() {
        let error = Harness().errors("SELECT 1\n\nSELECT 1/0").first
        #expect(error?.line == 3)
        #expect(Harness().errors("SELECT 1\nSELECT FROM").first?.line == 2)
    }

    @Test func proceduresAreKeptAndRun() {
        let harness = Harness()
        #expect(harness.text("CREATE SCHEMA DBATools") == "")
        #expect(
            harness.text(
                "CREATE PROCEDURE DBATools.usp_Add @a int, @b int = 10, @sum int OUTPUT AS BEGIN SET NOCOUNT ON; SET @sum = @a + @b; "
                    + "SELECT @sum AS total; RETURN 3 END"
            ) == "")
        #expect(harness.text("DECLARE @s int, @r int; EXEC @r = DBATools.usp_Add @a = 1, @sum = @s OUTPUT; SELECT @s, @r") == "11\n11|3")
        #expect(harness.text("EXEC DBATools.usp_Add") == "!201")
        #expect(harness.text("CREATE PROCEDURE DBATools.usp_Add AS SELECT 1") == "!2714")
        #expect(harness.text("CREATE OR ALTER PROCEDURE DBATools.usp_Add AS SELECT 99") == "")
        #expect(harness.text("EXEC DBATools.usp_Add") == "99")
        #expect(
            harness.text("SELECT s.name + '.' + p.name FROM sys.procedures p JOIN sys.schemas s ON s.schema_id = p.schema_id")
                == "DBATools.usp_Add")
        #expect(harness.rows("SELECT definition FROM sys.sql_modules")[0][0].text.contains("SELECT 99"))
        #expect(harness.text("DROP PROCEDURE DBATools.usp_Add; SELECT OBJECT_ID('DBATools.usp_Add')") == "NULL")
        #expect(harness.text("DROP SCHEMA DBATools") == "")
    }

    @Test func remoteCallsAnswer() {
        let harness = Harness()
        func text(_ value: String) -> Parameter { Parameter(name: "", type: .nvarchar(4000), value: .string(value)) }
        func int(_ value: Int64?, isOutput: Bool = false) -> Parameter {
            Parameter(name: "", type: .int, value: value.map { .int($0) } ?? .null, isOutput: isOutput)
        }
        #expect(
            Harness.text(harness.session.call(procedure: "sp_executesql", parameters: [text("SELECT @p1 * 2"), text("@p1 int"), int(21)]))
                == "42\nreturn 0")
        let prepared = harness.session.call(
            procedure: "sp_prepexec", parameters: [int(nil, isOutput: true), text("@p1 int"), text("SELECT @p1 + 1"), int(1)])
        #expect(Harness.text(prepared) == "2\nreturn 0\n=1")
        #expect(Harness.text(harness.session.call(procedure: "sp_execute", parameters: [int(1), int(5)])) == "6\nreturn 0")
        #expect(Harness.text(harness.session.call(procedure: "sp_unprepare", parameters: [int(1)])) == "return 0")
        #expect(Harness.text(harness.session.call(procedure: "sp_execute", parameters: [int(1), int(5)])).hasPrefix("!8179"))
        #expect(Harness.text(harness.session.call(procedure: "nosuch", parameters: [])).hasPrefix("!2812"))
    }

    @Test func batchesArePreparedInTSQLToo() {
        let harness = Harness()
        let prepare = "DECLARE @h int; EXEC sp_prepexec @h OUTPUT, N'@p int', N'SELECT @p + 1; SELECT N''it''''s''', 1; SELECT @h"
        #expect(harness.text(prepare) == "2\nit's\n1")
        #expect(harness.text("EXEC sp_execute 1, 41") == "42\nit's")
        let twice = "DECLARE @h int; EXEC sp_prepare @h OUTPUT, NULL, N'SELECT DB_NAME()'; EXEC sp_execute @h; SELECT @h"
        #expect(harness.text(twice) == "master\n2")
        #expect(harness.text("EXEC sp_unprepare 1; EXEC sp_execute 1, 1").hasPrefix("!8179"))
        #expect(harness.text("DECLARE @h int; EXEC sp_prepexec @h OUTPUT, NULL, N'SELEC 1'; SELECT @h").hasPrefix("!"))
        harness.session.reset()
        #expect(harness.text("EXEC sp_execute 2").hasPrefix("!8179"))
    }

    /// A statement's plan is kept and used by all sessions that send the same text; what it says is each one's own.
    @Test func aKeptPlanSaysWhatItsSessionSees() throws {
        let batch = """
            SELECT @@SPID, @@SERVERNAME, DB_NAME(), DB_ID(), APP_NAME(), SUSER_SNAME(), @@ROWCOUNT, SERVERPROPERTY('ProductVersion');
            SELECT name FROM sys.databases WHERE database_id = DB_ID();
            SELECT COUNT(*) FROM sys.dm_exec_sessions WHERE session_id = @@SPID AND EXISTS (SELECT 1 FROM sys.dm_os_sys_info);
            SELECT CONVERT(varchar(30), GETUTCDATE(), 121), HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER STATE')
            """
        let harnesses = [
            Harness(version: .v2019, number: 1), Harness(version: .v2022, number: 2), Harness(version: .v2019, number: 3),
        ]
        func own(_ harness: Harness) -> [String] {
            let fresh = Harness(version: harness.instance.config.version, number: harness.instance.config.number)
            return [fresh.text("SELECT @@SERVERNAME"), fresh.text("SELECT SERVERPROPERTY('ProductVersion')")]
        }
        for _ in 0..<3 {
            for harness in harnesses {
                let lines = harness.text(batch).split(separator: "\n").map(String.init)
                let cells = try #require(lines.first).split(separator: "|").map(String.init)
                #expect([cells[1], cells[7]] == own(harness) && cells[2] == "master" && cells[5] == "tester")
                #expect(lines[1] == "master" && lines[2] == "1" && lines[3].hasSuffix("|1"))
                #expect(lines[3].hasPrefix(harness.text("SELECT CONVERT(varchar(30), GETUTCDATE(), 121)")))
                harness.clock.advance(seconds: 61)
            }
        }
        // Another database, and a right that is lost while the plan is kept.
        let harness = harnesses[0]
        #expect(harness.text("USE tempdb").isEmpty)
        #expect(harness.text(batch).contains("\ntempdb\n"))
        try harness.change(#"{"permissions":[]}"#)
        #expect(harness.errors(batch).map(\.number).contains(300))
        #expect(harnesses[2].errors(batch).isEmpty)
    }

    /// Tables that users made belong to their session: their plans are not kept.
    @Test func aPlanOverATemporaryTableIsItsSessionsOwn() {
        let (one, other) = (Harness(number: 1), Harness(number: 2))
        for harness in [one, other] { _ = harness.text("CREATE TABLE #t (n int); INSERT #t VALUES (\(harness.instance.config.number))") }
        for _ in 0..<2 {
            #expect(one.text("SELECT n FROM #t") == "1" && other.text("SELECT n FROM #t") == "2")
            #expect(one.text("DECLARE @v int = 5; SELECT @v + n FROM #t") == "6")
            #expect(other.text("DECLARE @v int = 5; SELECT @v + n FROM #t") == "7")
        }
        _ = other.text("DROP TABLE #t")
        #expect(other.text("SELECT n FROM #t") == "!208" && one.text("SELECT n FROM #t") == "1")
    }

    /// Views are read once for queries that follow each other; a statement that changes something comes between.
    @Test func whatChangesSomethingComesBetweenTwoReadings() {
        let harness = Harness()
        let count = "SELECT SUM(cntr_value) FROM sys.dm_os_performance_counters WHERE cntr_type = 272696576"
        let totals = harness.rows("\(count); \(count); DBCC SQLPERF('sys.dm_os_wait_stats', CLEAR); \(count)").map { $0[0].integer }
        #expect(totals.count == 3 && totals[0] == totals[1] && totals[2] < totals[0], "\(totals)")
    }

    @Test(arguments: [
        String(repeating: "(", count: 5_000) + "1",
        "SELECT " + String(repeating: "(", count: 500) + "1" + String(repeating: ")", count: 500),
        "SELECT 1" + String(repeating: " + 1", count: 5_000),
        "SELECT " + String(repeating: "-", count: 3) + "(" + String(repeating: "~", count: 3_000) + "1)",
        "SELECT 1 WHERE " + String(repeating: "NOT ", count: 3_000) + "1=1", String(repeating: "BEGIN ", count: 3_000),
        "WHILE 1=1 SELECT 1 WHERE 1=0", "SELECT REPLICATE(CAST('x' AS varchar(max)), 2000000000)", "SELECT \u{0}",
        "SELECT '\u{FFFF}' + N'😀'",
        "SELECT CASE " + String(repeating: "WHEN 1=1 THEN CASE ", count: 300),
        "WITH a AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM a) SELECT * FROM a",
        "SELECT a.* FROM sys.dm_os_performance_counters a, sys.dm_os_performance_counters b, sys.dm_os_performance_counters c", "EXEC", "[",
        "\"", "@", "@@", "#", ".",
        "SELECT 99999999999999999999999999999999999999999999999", "SELECT CAST(-9223372036854775808 AS bigint) / -1",
        "SELECT DATEADD(year, 2147483647, GETDATE())",
        "SELECT CONVERT(xml, '<a><b></a>')", "SELECT CONVERT(xml, '<a>').value('(/a)[1]', 'int')",
        "SELECT SUBSTRING('abc', -9223372036854775808, 9223372036854775807)",
        "SELECT ROUND(123.456, -40), ROUND(1e300, 300), POWER(10, 400)", "SELECT 1 LIKE", "SELECT * FROM sys.databases FOR XML PATH",
        "DECLARE @a int, @a",
    ])
    func nothingTraps(_ batch: String) { _ = Harness().results(batch) }

    @Test func theSnapshotTellsStatementsAndSessions() {
        let harness = Harness()
        _ = harness.results("SELECT 42")
        let text = String(decoding: harness.instance.snapshotJSON(), as: UTF8.self)
        #expect(text.contains("\"SELECT 42\""))
        #expect(text.contains("\"program\":\"tests\""))
        harness.session.close()
        #expect(harness.instance.sessionCount == 0)
    }
}

/// What drivers ask on connecting, and what the product collects.
struct DriverTests {
    @Test(arguments: [
        ("SELECT CAST('2026-11-21' AS date) UNION ALL SELECT NULL", "2026-11-21\nNULL"),
        ("SELECT NULL UNION ALL SELECT CAST('2026-11-21' AS date)", "NULL\n2026-11-21"),
        ("SET ARITHABORT ON;SET CONCAT_NULL_YIELDS_NULL ON;SET ANSI_NULLS ON;SET ANSI_NULL_DFLT_ON ON;SET TEXTSIZE 2147483647;", ""),
        ("use [master]", ""), ("BEGIN TRAN", ""), ("SET FMTONLY OFF", ""), ("select @@trancount", "0"),
    ])
    func answers(_ batch: String, _ expected: String) { #expect(Harness().text(batch) == expected) }

    @Test func dataTypesAreListedByNumber() {
        let harness = Harness()
        #expect(harness.rows("sp_datatype_info_100 93,3").map { $0[0].text }.sorted() == ["datetime", "datetime2", "smalldatetime"])
        #expect(harness.rows("sp_datatype_info_100 12,3").map { $0[0].text } == ["varchar"])
        #expect(harness.rows("EXEC [sys].sp_datatype_info_100 -9, 3").map { $0[0].text }.sorted() == ["nvarchar", "sysname"])
    }

    @Test func permissionsOf2022AreUnknownBefore() {
        let query =
            "SELECT HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER PERFORMANCE STATE'), HAS_PERMS_BY_NAME(N'msdb.dbo.backupset', 'OBJECT', "
            + "'SELECT')"
        #expect(Harness(version: .v2019, permissions: ["SELECT ON msdb"]).text(query) == "NULL|1")
        #expect(Harness(version: .v2022, permissions: ["VIEW SERVER STATE"]).text(query) == "1|0")
    }
}
