-- DbTools
IF DB_ID(N'CORP\svc-O''Neill]') IS NULL
    CREATE DATABASE [CORP\svc-O'Neill]]];
GO
USE [CORP\svc-O'Neill]]];
GO
IF NOT EXISTS (SELECT 1 FROM sys.schemas WHERE name = N'DbTools')
    EXEC (N'CREATE SCHEMA DbTools');
GO
IF OBJECT_ID(N'DbTools.SchemaVersion', N'U') IS NULL
    CREATE TABLE DbTools.SchemaVersion (
        Version int NOT NULL,
        AppliedAt datetime2(3) NOT NULL,
        AppliedBy nvarchar(128) NOT NULL,
        CreatedDatabase bit NOT NULL,
        CreatedUser nvarchar(128) NULL
    );
GO
IF OBJECT_ID(N'DbTools.Settings', N'U') IS NULL
    CREATE TABLE DbTools.Settings (
        Name nvarchar(128) NOT NULL,
        Value nvarchar(400) NOT NULL,
        Description nvarchar(400) NOT NULL
    );
GO
IF NOT EXISTS (SELECT 1 FROM DbTools.Settings WHERE Name = N'CollectSessions')
    INSERT INTO DbTools.Settings (Name, Value, Description)
    VALUES (N'CollectSessions', N'on', N'Set it to off, and sessions of this server are no longer read.');
GO
IF NOT EXISTS (SELECT 1 FROM DbTools.Settings WHERE Name = N'CollectFileIO')
    INSERT INTO DbTools.Settings (Name, Value, Description)
    VALUES (N'CollectFileIO', N'on', N'Set it to off, and physical reads and writes of this server are no longer read.');
GO
IF NOT EXISTS (SELECT 1 FROM DbTools.Settings WHERE Name = N'CollectWaits')
    INSERT INTO DbTools.Settings (Name, Value, Description)
    VALUES (N'CollectWaits', N'on', N'Set it to off, and wait statistics of this server are no longer read.');
GO
DROP PROCEDURE IF EXISTS DbTools.CollectIdentity;
GO
CREATE PROCEDURE DbTools.CollectIdentity
AS
-- DbTools: who answers, and what the caller may see.
SET NOCOUNT OFF;
SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;
SELECT COALESCE(@@SERVERNAME, CAST(SERVERPROPERTY('ServerName') AS nvarchar(128))) AS server_name,
    CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)) AS product_version,
    CAST(SERVERPROPERTY('Edition') AS nvarchar(128)) AS edition,
    CAST(SERVERPROPERTY('EngineEdition') AS int) AS engine_edition,
    CASE WHEN @@VERSION LIKE N'% on Linux %' THEN 1 ELSE 0 END AS is_linux,
    SUSER_SNAME() AS login_name,
    @@VERSION AS version_text,
    HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER STATE') AS view_server_state,
    HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER PERFORMANCE STATE') AS view_server_performance_state;
GO
DROP PROCEDURE IF EXISTS DbTools.CollectSystem;
GO
CREATE PROCEDURE DbTools.CollectSystem
AS
-- DbTools: logical processors and the start of the server.
SET NOCOUNT OFF;
SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;
SELECT cpu_count,
    sqlserver_start_time AS started_at_local,
    DATEPART(TZOFFSET, SYSDATETIMEOFFSET()) AS utc_offset_minutes,
    ms_ticks - sqlserver_start_time_ms_ticks AS uptime_ms
FROM sys.dm_os_sys_info;
GO
DROP PROCEDURE IF EXISTS DbTools.CollectMemory;
GO
CREATE PROCEDURE DbTools.CollectMemory
AS
-- DbTools: physical memory of the machine.
SET NOCOUNT OFF;
SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;
SELECT total_physical_memory_kb, available_physical_memory_kb
FROM sys.dm_os_sys_memory;
GO
DROP PROCEDURE IF EXISTS DbTools.CollectProcessMemory;
GO
CREATE PROCEDURE DbTools.CollectProcessMemory
AS
-- DbTools: memory of the SQL Server process.
SET NOCOUNT OFF;
SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;
SELECT physical_memory_in_use_kb
FROM sys.dm_os_process_memory;
GO
DROP PROCEDURE IF EXISTS DbTools.CollectCPU;
GO
CREATE PROCEDURE DbTools.CollectCPU
AS
-- DbTools: the newest record of the scheduler monitor: CPU of the last minute.
SET NOCOUNT OFF;
SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;
SELECT r.record,
    DATEADD(MILLISECOND, -((i.ms_ticks - r.[timestamp]) % 1000), DATEADD(SECOND, -((i.ms_ticks - r.[timestamp]) / 1000), SYSUTCDATETIME())) AS recorded_at,
    i.ms_ticks - r.[timestamp] AS age_ms
FROM (
    SELECT TOP (1) b.record, b.[timestamp]
    FROM sys.dm_os_ring_buffers AS b
    WHERE b.ring_buffer_type = N'RING_BUFFER_SCHEDULER_MONITOR'
        AND b.record LIKE N'%<SystemHealth>%'
    ORDER BY b.[timestamp] DESC
) AS r
CROSS JOIN sys.dm_os_sys_info AS i;
GO
DROP PROCEDURE IF EXISTS DbTools.CollectSessions;
GO
CREATE PROCEDURE DbTools.CollectSessions
AS
-- DbTools: user sessions, and what DbTools itself costs.
SET NOCOUNT OFF;
SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;
SELECT COUNT_BIG(*) AS session_count,
    SUM(CASE WHEN program_name = APP_NAME() THEN CAST(cpu_time AS bigint) ELSE 0 END) AS own_cpu_ms
FROM sys.dm_exec_sessions
WHERE is_user_process = 1;
GO
DROP PROCEDURE IF EXISTS DbTools.CollectFileIO;
GO
CREATE PROCEDURE DbTools.CollectFileIO
AS
-- DbTools: physical reads and writes since the start.
SET NOCOUNT OFF;
SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;
SELECT SUM(num_of_reads) AS read_count,
    SUM(num_of_writes) AS write_count,
    SUM(num_of_bytes_read) AS read_bytes,
    SUM(num_of_bytes_written) AS written_bytes,
    SUM(CAST(database_id AS bigint) * 32768 + file_id) AS membership
FROM sys.dm_io_virtual_file_stats(NULL, NULL);
GO
DROP PROCEDURE IF EXISTS DbTools.CollectCounters;
GO
CREATE PROCEDURE DbTools.CollectCounters
AS
-- DbTools: raw performance counters.
SET NOCOUNT OFF;
SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;
SELECT RTRIM(object_name) AS object_name,
    RTRIM(counter_name) AS counter_name,
    RTRIM(instance_name) AS instance_name,
    cntr_value,
    cntr_type
FROM sys.dm_os_performance_counters
WHERE counter_name IN (N'Batch Requests/sec', N'Page life expectancy', N'Page lookups/sec', N'Page reads/sec');
GO
DROP PROCEDURE IF EXISTS DbTools.CollectWaits;
GO
CREATE PROCEDURE DbTools.CollectWaits
AS
-- DbTools: time that tasks waited since the start, without the waits of idleness.
SET NOCOUNT OFF;
SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;
SELECT SUM(wait_time_ms) AS wait_time_ms
FROM sys.dm_os_wait_stats
WHERE wait_type NOT IN (
        N'BROKER_EVENTHANDLER', N'BROKER_RECEIVE_WAITFOR', N'BROKER_TASK_STOP', N'BROKER_TO_FLUSH', N'BROKER_TRANSMITTER',
        N'CHECKPOINT_QUEUE', N'CHKPT', N'CLR_AUTO_EVENT', N'CLR_MANUAL_EVENT', N'CLR_SEMAPHORE', N'DBMIRRORING_CMD', N'DBMIRROR_DBM_EVENT',
        N'DBMIRROR_EVENTS_QUEUE', N'DBMIRROR_WORKER_QUEUE', N'DIRTY_PAGE_POLL', N'DISPATCHER_QUEUE_SEMAPHORE', N'FSAGENT',
        N'FT_IFTSHC_MUTEX', N'FT_IFTS_SCHEDULER_IDLE_WAIT', N'HADR_CLUSAPI_CALL', N'HADR_FABRIC_CALLBACK',
        N'HADR_FILESTREAM_IOMGR_IOCOMPLETION', N'HADR_LOGCAPTURE_WAIT', N'HADR_NOTIFICATION_DEQUEUE', N'HADR_TIMER_TASK',
        N'HADR_WORK_QUEUE', N'KSOURCE_WAKEUP', N'LAZYWRITER_SLEEP', N'LOGMGR_QUEUE', N'MEMORY_ALLOCATION_EXT', N'ONDEMAND_TASK_QUEUE',
        N'PARALLEL_REDO_DRAIN_WORKER', N'PARALLEL_REDO_LOG_CACHE', N'PARALLEL_REDO_TRAN_LIST', N'PARALLEL_REDO_WORKER_SYNC',
        N'PARALLEL_REDO_WORKER_WAIT_WORK', N'PREEMPTIVE_HADR_LEASE_MECHANISM', N'PREEMPTIVE_SP_SERVER_DIAGNOSTICS',
        N'PREEMPTIVE_XE_CALLBACKEXECUTE', N'PREEMPTIVE_XE_DISPATCHER', N'PREEMPTIVE_XE_GETTARGETSTATE', N'PREEMPTIVE_XE_SESSIONCOMMIT',
        N'PREEMPTIVE_XE_TARGETFINALIZE', N'PREEMPTIVE_XE_TARGETINIT', N'PWAIT_ALL_COMPONENTS_INITIALIZED',
        N'PWAIT_DIRECTLOGCONSUMER_GETNEXT', N'QDS_ASYNC_QUEUE', N'QDS_CLEANUP_STALE_QUERIES_TASK_MAIN_LOOP_SLEEP',
        N'QDS_PERSIST_TASK_MAIN_LOOP_SLEEP', N'REDO_THREAD_PENDING_WORK', N'REQUEST_FOR_DEADLOCK_SEARCH', N'RESOURCE_QUEUE',
        N'SERVER_IDLE_CHECK', N'SLEEP_DBSTARTUP', N'SLEEP_DCOMSTARTUP', N'SLEEP_MASTERDBREADY', N'SLEEP_MASTERMDREADY',
        N'SLEEP_MASTERUPGRADED', N'SLEEP_MSDBSTARTUP', N'SLEEP_SYSTEMTASK', N'SLEEP_TASK', N'SLEEP_TEMPDBSTARTUP', N'SNI_HTTP_ACCEPT',
        N'SOS_WORK_DISPATCHER', N'SP_SERVER_DIAGNOSTICS_SLEEP', N'SQLTRACE_BUFFER_FLUSH', N'SQLTRACE_INCREMENTAL_FLUSH_SLEEP',
        N'SQLTRACE_WAIT_ENTRIES', N'WAITFOR', N'WAITFOR_TASKSHUTDOWN', N'WAIT_FOR_RESULTS', N'WAIT_XTP_CKPT_CLOSE', N'WAIT_XTP_HOST_WAIT',
        N'WAIT_XTP_OFFLINE_CKPT_NEW_LOG', N'XE_BUFFERMGR_ALLPROCESSED_EVENT', N'XE_DISPATCHER_JOIN', N'XE_DISPATCHER_WAIT',
        N'XE_LIVE_TARGET_TVF', N'XE_TIMER_EVENT');
GO
DROP PROCEDURE IF EXISTS DbTools.CollectCore;
GO
CREATE PROCEDURE DbTools.CollectCore
AS
-- DbTools: all core readings in one round trip. What is off in DbTools.Settings is left out.
SET NOCOUNT OFF;
SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;
SET LOCK_TIMEOUT 1000;
SET DEADLOCK_PRIORITY LOW;
EXEC DbTools.CollectIdentity;
EXEC DbTools.CollectSystem;
EXEC DbTools.CollectMemory;
EXEC DbTools.CollectProcessMemory;
EXEC DbTools.CollectCPU;
IF NOT EXISTS (SELECT 1 FROM DbTools.Settings WHERE Name = N'CollectSessions' AND Value = N'off')
    EXEC DbTools.CollectSessions;
IF NOT EXISTS (SELECT 1 FROM DbTools.Settings WHERE Name = N'CollectFileIO' AND Value = N'off')
    EXEC DbTools.CollectFileIO;
EXEC DbTools.CollectCounters;
IF NOT EXISTS (SELECT 1 FROM DbTools.Settings WHERE Name = N'CollectWaits' AND Value = N'off')
    EXEC DbTools.CollectWaits;
GO
IF EXISTS (SELECT 1 FROM DbTools.SchemaVersion)
    UPDATE DbTools.SchemaVersion
    SET Version = 4, AppliedAt = SYSUTCDATETIME(), AppliedBy = SUSER_SNAME();
ELSE
    INSERT INTO DbTools.SchemaVersion (Version, AppliedAt, AppliedBy, CreatedDatabase)
    VALUES (4, SYSUTCDATETIME(), SUSER_SNAME(), 0);
GO
DROP PROCEDURE IF EXISTS
    DbTools.[Collector_agent_jobs],
    DbTools.[Collector_availability_databases],
    DbTools.[Collector_availability_replicas],
    DbTools.[Collector_backups],
    DbTools.[Collector_batch_durations],
    DbTools.[Collector_blocking],
    DbTools.[Collector_checkdb],
    DbTools.[Collector_configuration],
    DbTools.[Collector_connections],
    DbTools.[Collector_database_files],
    DbTools.[Collector_database_logs],
    DbTools.[Collector_database_space],
    DbTools.[Collector_databases],
    DbTools.[Collector_deadlocks],
    DbTools.[Collector_drives],
    DbTools.[Collector_failed_logins],
    DbTools.[Collector_file_io],
    DbTools.[Collector_index_fragmentation],
    DbTools.[Collector_index_usage],
    DbTools.[Collector_memory],
    DbTools.[Collector_memory_clerks],
    DbTools.[Collector_memory_grants],
    DbTools.[Collector_missing_indexes],
    DbTools.[Collector_own_cost],
    DbTools.[Collector_performance_counters],
    DbTools.[Collector_performance_gauges],
    DbTools.[Collector_processors],
    DbTools.[Collector_resource_use],
    DbTools.[Collector_running_queries],
    DbTools.[Collector_schedulers],
    DbTools.[Collector_server_properties],
    DbTools.[Collector_services],
    DbTools.[Collector_session_groups],
    DbTools.[Collector_sessions],
    DbTools.[Collector_severe_errors],
    DbTools.[Collector_startup_parameters],
    DbTools.[Collector_tempdb],
    DbTools.[Collector_tempdb_sessions],
    DbTools.[Collector_version_store],
    DbTools.[Collector_waits],
    DbTools.[Collector_waits_database],
    DbTools.[CollectMinute],
    DbTools.[CollectFiveMinutes],
    DbTools.[CollectQuarterHour],
    DbTools.[CollectHour],
    DbTools.[CollectDay],
    DbTools.[CollectWeek];
GO
CREATE PROCEDURE DbTools.Collector_sessions
AS
-- DbTools: how many sessions there are, by what they do.
SET NOCOUNT OFF;
-- Every state has a row at every time, so that a series does not end when nobody is in it. Without the right SQL Server would show one's
-- own session and no error; dm_os_sys_info makes it refuse.
SELECT TOP (10) k.session_state,
    SUM(CASE WHEN s.session_id IS NULL THEN 0 ELSE 1 END) AS session_count
FROM (
    VALUES (N'dormant'), (N'idle in transaction'), (N'preconnect'), (N'running'), (N'sleeping')
) AS k (session_state)
LEFT JOIN (
    SELECT e.session_id,
        CASE
            WHEN e.status = N'sleeping' AND e.open_transaction_count > 0 THEN N'idle in transaction'
            ELSE LOWER(RTRIM(e.status))
        END AS session_state
    FROM sys.dm_exec_sessions AS e
    WHERE e.is_user_process = 1
        AND EXISTS (SELECT 1 FROM sys.dm_os_sys_info)
) AS s
    ON s.session_state = k.session_state
GROUP BY k.session_state
ORDER BY k.session_state;
GO
CREATE PROCEDURE DbTools.CollectMinute
    @Version int,
    @Without nvarchar(4000) = N''
AS
-- DbTools: collectors in one round trip, without those named between commas. Another version of DbTools has others.
SET NOCOUNT OFF;
SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;
SET LOCK_TIMEOUT 1000;
SET DEADLOCK_PRIORITY LOW;
IF @Version <> 4
BEGIN
    RAISERROR (N'The monitoring objects are of version 4.', 16, 1);
    RETURN;
END;
IF CHARINDEX(N',availability_databases,', @Without) = 0
    EXEC DbTools.Collector_availability_databases;
IF CHARINDEX(N',availability_replicas,', @Without) = 0
    EXEC DbTools.Collector_availability_replicas;
IF CHARINDEX(N',blocking,', @Without) = 0
    EXEC DbTools.Collector_blocking;
IF CHARINDEX(N',file_io,', @Without) = 0
    EXEC DbTools.Collector_file_io;
IF CHARINDEX(N',memory,', @Without) = 0
    EXEC DbTools.Collector_memory;
IF CHARINDEX(N',memory_grants,', @Without) = 0
    EXEC DbTools.Collector_memory_grants;
IF CHARINDEX(N',performance_counters,', @Without) = 0
    EXEC DbTools.Collector_performance_counters;
IF CHARINDEX(N',performance_gauges,', @Without) = 0
    EXEC DbTools.Collector_performance_gauges;
IF CHARINDEX(N',running_queries,', @Without) = 0
    EXEC DbTools.Collector_running_queries;
IF CHARINDEX(N',schedulers,', @Without) = 0
    EXEC DbTools.Collector_schedulers;
IF CHARINDEX(N',waits,', @Without) = 0
    EXEC DbTools.Collector_waits;
GO
IF SUSER_ID(N'CORP\svc-O''Neill]') IS NOT NULL AND USER_ID(N'CORP\svc-O''Neill]') IS NULL AND COALESCE(IS_SRVROLEMEMBER(N'sysadmin', N'CORP\svc-O''Neill]'), 0) = 0
BEGIN
    CREATE USER [CORP\svc-O'Neill]]] FOR LOGIN [CORP\svc-O'Neill]]];
    UPDATE DbTools.SchemaVersion SET CreatedUser = N'CORP\svc-O''Neill]';
END
GO
IF USER_ID(N'CORP\svc-O''Neill]') IS NOT NULL
    GRANT EXECUTE, SELECT, VIEW DEFINITION ON SCHEMA::DbTools TO [CORP\svc-O'Neill]]];
GO
