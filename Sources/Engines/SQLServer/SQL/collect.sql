/*
Purpose:     the core readings of a SQL Server, once per collection.
Versions:    SQL Server 2016 and later, on Windows and Linux.
Permissions: VIEW SERVER STATE (2022 and later: VIEW SERVER PERFORMANCE STATE is enough). Without it only the first result set has rows.
Cost:        one batch, one round trip; under 5 ms of CPU; no table is read or written. A server that refuses a statement of it is asked one by
             one, once for each connection; what it does not have is left out from then on.
Counts:      stay on (NOCOUNT OFF): without them FreeTDS passes over every other result set that has no rows.
Result sets:
  1 identity:    who answers, and what this login may see
  2 system:      logical processors; start in the server's own time and its distance from UTC (minutes); uptime (ms)
  3 memory:      physical memory of the machine (kB)
  4 process:     memory of the SQL Server process (kB)
  5 cpu:         the newest scheduler monitor record (XML text), when it was written (UTC) and its age (ms); none if there is no record
  6 sessions:    user sessions; CPU of sessions with this application name (ms)
  7 io:          physical reads and writes of all database files since the start (operations, bytes), and a number that changes with which files those are
  8 counters:    raw performance counters with their type
  9 waits:       time that tasks waited since the start, without the waits of idleness (ms); by type they are the collector waits
*/
SET NOCOUNT OFF;
SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;
SET LOCK_TIMEOUT 1000;
SET DEADLOCK_PRIORITY LOW;

SELECT COALESCE(@@SERVERNAME, CAST(SERVERPROPERTY('ServerName') AS nvarchar(128))) AS server_name,
    CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)) AS product_version,
    CAST(SERVERPROPERTY('Edition') AS nvarchar(128)) AS edition,
    CAST(SERVERPROPERTY('EngineEdition') AS int) AS engine_edition,
    CASE WHEN @@VERSION LIKE N'% on Linux %' THEN 1 ELSE 0 END AS is_linux,
    SUSER_SNAME() AS login_name,
    @@VERSION AS version_text,
    HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER STATE') AS view_server_state,
    HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER PERFORMANCE STATE') AS view_server_performance_state;

SELECT cpu_count,
    sqlserver_start_time AS started_at_local,
    DATEPART(TZOFFSET, SYSDATETIMEOFFSET()) AS utc_offset_minutes,
    ms_ticks - sqlserver_start_time_ms_ticks AS uptime_ms
FROM sys.dm_os_sys_info;

SELECT total_physical_memory_kb, available_physical_memory_kb
FROM sys.dm_os_sys_memory;

SELECT physical_memory_in_use_kb
FROM sys.dm_os_process_memory;

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

SELECT COUNT_BIG(*) AS session_count,
    SUM(CASE WHEN program_name = APP_NAME() THEN CAST(cpu_time AS bigint) ELSE 0 END) AS own_cpu_ms
FROM sys.dm_exec_sessions
WHERE is_user_process = 1;

SELECT SUM(num_of_reads) AS read_count,
    SUM(num_of_writes) AS write_count,
    SUM(num_of_bytes_read) AS read_bytes,
    SUM(num_of_bytes_written) AS written_bytes,
    SUM(CAST(database_id AS bigint) * 32768 + file_id) AS membership
FROM sys.dm_io_virtual_file_stats(NULL, NULL);

SELECT RTRIM(object_name) AS object_name,
    RTRIM(counter_name) AS counter_name,
    RTRIM(instance_name) AS instance_name,
    cntr_value,
    cntr_type
FROM sys.dm_os_performance_counters
WHERE counter_name IN (N'Batch Requests/sec', N'Page life expectancy', N'Page lookups/sec', N'Page reads/sec');

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
