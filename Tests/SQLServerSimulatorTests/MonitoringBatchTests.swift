import TDS
import Testing

@testable import SQLServerSimulator

/// Batches in the style of public monitoring tools; each must run without error and give rows.
struct MonitoringBatchTests {
    static let batches = [
        """
        SET NOCOUNT ON; SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED; SET LOCK_TIMEOUT 10000; SET DEADLOCK_PRIORITY LOW;
        SELECT @@SERVERNAME AS server_name, SERVERPROPERTY('ProductVersion') AS product_version, CAST(SERVERPROPERTY('Edition') AS
        nvarchar(128)) AS edition,
            si.sqlserver_start_time, si.cpu_count, DATEDIFF(SECOND, si.sqlserver_start_time, GETDATE()) AS uptime_seconds FROM
            sys.dm_os_sys_info AS si;
        """,
        """
        DECLARE @ts_now bigint;
        SELECT @ts_now = cpu_ticks / (cpu_ticks / ms_ticks) FROM sys.dm_os_sys_info WITH (NOLOCK);
        SELECT TOP(256) SQLProcessUtilization, SystemIdle, 100 - SystemIdle - SQLProcessUtilization AS [Other Process CPU],
            DATEADD(ms, -1 * (@ts_now - [timestamp]) % 1000, DATEADD(second, -1 * ((@ts_now - [timestamp]) / 1000), GETDATE())) AS [Event
            Time]
        FROM (SELECT record.value('(./Record/@id)[1]', 'int') AS record_id,
                record.value('(./Record/SchedulerMonitorEvent/SystemHealth/SystemIdle)[1]', 'int') AS [SystemIdle],
                record.value('(./Record/SchedulerMonitorEvent/SystemHealth/ProcessUtilization)[1]', 'int') AS [SQLProcessUtilization],
                [timestamp]
              FROM (SELECT [timestamp], CONVERT(xml, record) AS [record] FROM sys.dm_os_ring_buffers WITH (NOLOCK)
                    WHERE ring_buffer_type = N'RING_BUFFER_SCHEDULER_MONITOR' AND record LIKE N'%<SystemHealth>%') AS x) AS y
        ORDER BY record_id DESC OPTION (RECOMPILE);
        """,
        """
        WITH Waits AS (SELECT wait_type, wait_time_ms / 1000.0 AS WaitS, (wait_time_ms - signal_wait_time_ms) / 1000.0 AS ResourceS,
                signal_wait_time_ms / 1000.0 AS SignalS, waiting_tasks_count AS WaitCount,
                100.0 * wait_time_ms / SUM(wait_time_ms) OVER () AS Percentage, ROW_NUMBER() OVER (ORDER BY wait_time_ms DESC) AS RowNum
            FROM sys.dm_os_wait_stats WHERE wait_type NOT IN (N'LAZYWRITER_SLEEP', N'SLEEP_TASK') AND waiting_tasks_count > 0)
        SELECT MAX(W1.wait_type) AS WaitType, CAST(MAX(W1.WaitS) AS decimal(16,2)) AS Wait_Sec, CAST(MAX(W1.Percentage) AS decimal(5,2)) AS
        [Wait %]
        FROM Waits AS W1 INNER JOIN Waits AS W2 ON W2.RowNum <= W1.RowNum
        GROUP BY W1.RowNum HAVING SUM(W2.Percentage) - MAX(W1.Percentage) < 99
        """,
        """
        SELECT RTRIM(a.counter_name) AS counter, CASE WHEN b.cntr_value = 0 THEN NULL ELSE 100.0 * a.cntr_value / b.cntr_value END AS
        percentage
        FROM sys.dm_os_performance_counters AS a JOIN sys.dm_os_performance_counters AS b
            ON b.object_name = a.object_name AND b.instance_name = a.instance_name AND b.cntr_type = 1073939712
            AND RTRIM(b.counter_name) = RTRIM(a.counter_name) + ' base'
        WHERE a.cntr_type = 537003264
        """,
        """
        SELECT DB_NAME(vfs.database_id) AS database_name, mf.physical_name, mf.type_desc, vfs.num_of_reads, vfs.io_stall_read_ms,
            CASE WHEN vfs.num_of_reads = 0 THEN NULL ELSE vfs.io_stall_read_ms * 1.0 / vfs.num_of_reads END AS read_latency_ms,
            CONVERT(decimal(12,2), mf.size / 128.0) AS size_mb
        FROM sys.dm_io_virtual_file_stats(NULL, NULL) AS vfs
        INNER JOIN sys.master_files AS mf ON mf.database_id = vfs.database_id AND mf.file_id = vfs.file_id
        CROSS APPLY sys.dm_os_volume_stats(vfs.database_id, vfs.file_id) AS vs ORDER BY read_latency_ms DESC, 1
        """,
        """
        SELECT s.session_id, s.login_name, s.host_name, r.status, r.command, r.wait_type, r.blocking_session_id, t.text,
            SUBSTRING(t.text, r.statement_start_offset / 2 + 1,
                (CASE r.statement_end_offset WHEN -1 THEN DATALENGTH(t.text) ELSE r.statement_end_offset END - r.statement_start_offset) /
                2 + 1) AS statement_text
        FROM sys.dm_exec_sessions AS s LEFT OUTER JOIN sys.dm_exec_requests AS r ON r.session_id = s.session_id
        LEFT JOIN sys.dm_exec_connections AS c ON c.session_id = s.session_id AND c.parent_connection_id IS NULL
        OUTER APPLY sys.dm_exec_sql_text(COALESCE(r.sql_handle, c.most_recent_sql_handle)) AS t
        WHERE s.is_user_process = 1 AND s.session_id <> @@SPID ORDER BY r.cpu_time DESC
        """,
        """
        ;WITH last AS (SELECT bs.database_name, bs.type, MAX(bs.backup_finish_date) AS finished FROM msdb.dbo.backupset AS bs
            WHERE bs.backup_finish_date > DATEADD(DAY, -30, GETDATE()) AND bs.is_copy_only = 0 AND bs.is_snapshot = 0 AND bs.server_name =
            @@SERVERNAME
            GROUP BY bs.database_name, bs.type)
        SELECT d.name, d.recovery_model_desc, MAX(CASE last.type WHEN 'D' THEN last.finished END) AS last_full,
            DATEDIFF(MINUTE, MAX(CASE WHEN last.type = 'L' THEN last.finished END), GETDATE()) AS log_age_minutes
        FROM sys.databases AS d LEFT JOIN last ON last.database_name = d.name WHERE d.database_id <> 2 GROUP BY d.name,
        d.recovery_model_desc
        """,
        """
        SELECT name, CAST(DATABASEPROPERTYEX(name, 'LastGoodCheckDbTime') AS datetime) AS last_check FROM sys.databases WHERE name <>
        N'tempdb' AND state = 0
        """,
        """
        DECLARE @sql nvarchar(max) = N'', @count int;
        SELECT @sql = @sql + N'SELECT ' + QUOTENAME(name, '''') + N' AS db, COUNT(*) AS files FROM ' + QUOTENAME(name) +
        N'.sys.database_files UNION ALL '
        FROM sys.databases WHERE HAS_DBACCESS(name) = 1;
        SET @sql = LEFT(@sql, LEN(@sql) - 10);
        EXEC sys.sp_executesql @sql;
        """,
        """
        IF OBJECT_ID('tempdb..#waits') IS NOT NULL DROP TABLE #waits;
        CREATE TABLE #waits (id int IDENTITY(1,1) PRIMARY KEY, wait_type nvarchar(60) NOT NULL, ms bigint NULL DEFAULT (0));
        INSERT INTO #waits (wait_type, ms) SELECT TOP (5) wait_type, wait_time_ms FROM sys.dm_os_wait_stats ORDER BY wait_time_ms DESC;
        UPDATE #waits SET ms = ms / 1000 WHERE ms > 1000; DELETE FROM #waits WHERE id = 5;
        SELECT id, wait_type, ms FROM #waits ORDER BY id; DROP TABLE #waits;
        """,
        """
        DECLARE @t TABLE (name sysname, value sql_variant); INSERT @t SELECT name, value_in_use FROM sys.configurations WHERE name LIKE
        'max%';
        SELECT t.name, CONVERT(bigint, t.value) AS value FROM @t AS t ORDER BY 1;
        """,
        """
        SELECT STUFF((SELECT ', ' + name FROM sys.databases ORDER BY name FOR XML PATH(''), TYPE).value('.', 'nvarchar(max)'), 1, 2, '') AS
        names
        """,
        """
        WITH chain AS (SELECT r.session_id, r.blocking_session_id, 0 AS depth FROM sys.dm_exec_requests AS r WHERE r.session_id > 50
            UNION ALL SELECT r.session_id, r.blocking_session_id, chain.depth + 1 FROM sys.dm_exec_requests AS r
                JOIN chain ON r.blocking_session_id = chain.session_id)
        SELECT session_id, MAX(depth) AS depth FROM chain GROUP BY session_id ORDER BY depth DESC
        """,
        """
        SELECT type, SUM(pages_kb) / 1024 AS mb FROM sys.dm_os_memory_clerks GROUP BY type HAVING SUM(pages_kb) > 1024
        UNION ALL SELECT 'TOTAL', SUM(pages_kb) / 1024 FROM sys.dm_os_memory_clerks ORDER BY mb DESC
        """,
        """
        SELECT j.name, h.run_status, CONVERT(datetime, CONVERT(char(8), h.run_date)) AS run_day,
            STUFF(STUFF(RIGHT('000000' + CAST(h.run_time AS varchar(6)), 6), 5, 0, ':'), 3, 0, ':') AS run_clock
        FROM msdb.dbo.sysjobs j INNER JOIN (SELECT job_id, MAX(instance_id) AS last_id FROM msdb..sysjobhistory WHERE step_id = 0 GROUP BY
        job_id) AS last
            ON last.job_id = j.job_id JOIN msdb.dbo.sysjobhistory AS h ON h.job_id = j.job_id AND h.instance_id = last.last_id
        """,
        """
        DECLARE @major int = CAST(SERVERPROPERTY('ProductMajorVersion') AS int);
        IF @major >= 14 BEGIN EXEC (N'SELECT host_platform FROM sys.dm_os_host_info') END ELSE SELECT 'Windows' AS host_platform;
        """,
        """
        BEGIN TRY EXEC sp_executesql N'SELECT * FROM sys.no_such_view' END TRY
        BEGIN CATCH SELECT ERROR_NUMBER() AS number, ERROR_MESSAGE() AS message, ERROR_SEVERITY() AS severity END CATCH
        """,
        "SELECT TOP 10 PERCENT name FROM sys.configurations ORDER BY name OFFSET 0 ROWS",
        "SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS v (id, letter) WHERE id = (SELECT MAX(x) FROM (VALUES (1), (2)) AS m (x))",
        "SELECT COUNT_BIG(*) AS sessions, COUNT(DISTINCT login_name) AS logins, AVG(CAST(cpu_time AS bigint)) AS cpu FROM "
            + "sys.dm_exec_sessions WHERE is_user_process = 1",
        "SELECT CONVERT(varchar(23), GETUTCDATE(), 126) AS now, SYSDATETIMEOFFSET() AS moment, DATEDIFF_BIG(ms, '2000-01-01', "
            + "SYSUTCDATETIME()) AS ms",
        "SELECT value FROM STRING_SPLIT('a,b,c', ',')",
        "WHILE @@TRANCOUNT > 0 ROLLBACK; DECLARE @i int = 0; WHILE @i < 3 BEGIN SET @i += 1; IF @i = 2 CONTINUE; END; SELECT @i AS i",
    ]

    @Test(arguments: batches.indices)
    func runs(_ index: Int) throws {
        let harness = Harness()
        try harness.change(#"{"blockedSessions": 2}"#)
        harness.clock.advance(seconds: 10)
        let results = harness.results(Self.batches[index])
        for case .message(let message) in results where message.isError { Issue.record("\(message.number): \(message.text)") }
        let hasRows = results.contains { result in if case .rows(_, let rows) = result { !rows.isEmpty } else { false } }
        #expect(hasRows)
        for case .rows(let columns, let rows) in results {
            for row in rows {
                for (value, column) in zip(row, columns) {
                    #expect(ViewTests.fits(value, column.type), "\(column.name): \(value) is no \(column.type)")
                }
            }
        }
    }

    @Test func columnsHaveNamesAndTypes() {
        let columns = Harness().columns(
            """
            SELECT database_id, name AS [the name], total = 1 + 1, COUNT(*) OVER () AS n, SYSDATETIME(), CAST(1.5 AS decimal(9,3)) * 2 AS
            d, N'x' + name AS s
            FROM sys.databases
            """)
        #expect(columns.map(\.name) == ["database_id", "the name", "total", "n", "", "d", "s"])
        #expect(
            columns.map(\.type) == [.int, .sysname, .int, .int, .datetime2(scale: 7), .decimal(precision: 11, scale: 3), .nvarchar(129)])
    }
}
