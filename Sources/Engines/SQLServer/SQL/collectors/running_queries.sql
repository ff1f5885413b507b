/*
Purpose:     what runs at this moment, for how long, and what it waits for.
Title:       Running queries
Versions:    SQL Server 2016 and later.
Permissions: VIEW SERVER STATE (2022 and later: VIEW SERVER PERFORMANCE STATE is enough).
Cost:        low: one row for each request. A statement's text is read from memory when it is seen for the first time; its plan too, if it
             took over a second of processor time, ten seconds, or 6,400 pages.
Cadence:     minute
Keep:        every
Rows:        100
Columns:
  session_id              label                 Session
  request_id              label                 Request of the session; 0 unless it has several at once
  database_name           text                  Database
  login_name              text                  Login
  host_name               text                  Machine, as it calls itself
  program_name            text                  Program, as it calls itself
  request_status          text                  running, runnable, suspended, sleeping or rollback
  command                 text                  Kind of statement
  blocking_session_id     text                  Session that this one waits for; not known: none
  wait_type               text                  What it waits for now
  wait_resource           text                  Which object, page or row that is
  wait_ms                 number  milliseconds  How long it has waited
  elapsed_ms              number  milliseconds  How long it has run
  cpu_ms                  number  milliseconds  Processor time
  read_count              number  pages         Pages read from disk
  logical_read_count      number  pages         Pages read
  write_count             number  pages         Pages written
  row_count               number  count         Rows sent so far
  granted_memory_bytes    number  bytes         Memory that it was granted to sort and hash
  parallelism             number  count         Degree of parallelism
  open_transaction_count  number  count         Transactions that it has open
  percent_complete        number  percent       How far it is; only for backups, restores, checks and the like
  sql_handle              text                  Names the batch's text
  plan_handle             text                  Names the plan
  query_hash              text                  The same for statements that differ in their values only
  statement_text          statement             The statement, 4000 characters at most
  query_plan              plan                  Its plan; not known where it is quick
*/
-- What listens for work all day is left out: it would fill each run. Texts and plans are named here, and read once each by query-details.sql.
-- start_time is local: over a change of the clocks it is an hour off. total_elapsed_time is not, but an int: it ends after 24 days.
-- A latch whose owner is not known (-4, -5) has no session that is waited for.
-- Without the right SQL Server would show one's own request and no error; dm_os_sys_info, asked about in its place, makes it refuse.
SELECT TOP (100) CAST(q.session_id AS nvarchar(11)) AS session_id,
    CAST(q.request_id AS nvarchar(11)) AS request_id,
    DB_NAME(q.database_id) AS database_name,
    q.login_name,
    q.host_name,
    q.program_name,
    q.status AS request_status,
    q.command,
    CASE
        WHEN q.blocking_session_id > 0 OR q.blocking_session_id IN (-2, -3) THEN CAST(q.blocking_session_id AS nvarchar(11))
    END AS blocking_session_id,
    q.wait_type,
    NULLIF(q.wait_resource, N'') AS wait_resource,
    CASE WHEN q.wait_type IS NOT NULL THEN q.wait_time END AS wait_ms,
    q.elapsed_ms,
    q.cpu_time AS cpu_ms,
    q.reads AS read_count,
    q.logical_reads AS logical_read_count,
    q.writes AS write_count,
    q.row_count,
    g.granted_kb * 1024 AS granted_memory_bytes,
    q.dop AS parallelism,
    q.open_transaction_count,
    CASE WHEN q.percent_complete > 0 THEN CAST(q.percent_complete AS float) END AS percent_complete,
    CONVERT(nvarchar(130), q.sql_handle, 1) AS sql_handle,
    CONVERT(nvarchar(130), q.plan_handle, 1) AS plan_handle,
    CONVERT(nvarchar(20), q.query_hash, 1) AS query_hash,
    CONVERT(nvarchar(130), q.sql_handle, 1) + q.place AS statement_text,
    CASE
        WHEN q.cpu_time > 1000 OR q.elapsed_ms > 10000 OR q.logical_reads > 6400
            THEN CONVERT(nvarchar(130), q.plan_handle, 1) + q.place
    END AS query_plan
FROM (
    SELECT TOP (100) r.session_id,
        r.request_id,
        r.database_id,
        RTRIM(s.login_name) AS login_name,
        RTRIM(s.host_name) AS host_name,
        RTRIM(s.program_name) AS program_name,
        RTRIM(r.status) AS status,
        RTRIM(r.command) AS command,
        r.blocking_session_id,
        RTRIM(r.wait_type) AS wait_type,
        RTRIM(r.wait_resource) AS wait_resource,
        r.wait_time,
        CASE
            WHEN DATEDIFF(DAY, r.start_time, GETDATE()) < 24 AND r.total_elapsed_time >= 0 THEN CAST(r.total_elapsed_time AS bigint)
            WHEN r.start_time <= GETDATE() THEN DATEDIFF_BIG(MILLISECOND, r.start_time, GETDATE())
        END AS elapsed_ms,
        r.cpu_time,
        r.reads,
        r.logical_reads,
        r.writes,
        r.row_count,
        r.dop,
        r.open_transaction_count,
        r.percent_complete,
        r.sql_handle,
        r.plan_handle,
        r.query_hash,
        N':' + CAST(COALESCE(r.statement_start_offset, 0) AS nvarchar(11))
            + N':' + CAST(COALESCE(r.statement_end_offset, -1) AS nvarchar(11)) AS place
    FROM sys.dm_exec_requests AS r
    INNER JOIN sys.dm_exec_sessions AS s ON s.session_id = r.session_id
    WHERE s.is_user_process = 1
        AND (r.session_id <> @@SPID OR NOT EXISTS (SELECT 1 FROM sys.dm_os_sys_info))
        AND (r.wait_type IS NULL
            OR RTRIM(r.wait_type) NOT IN (N'BROKER_RECEIVE_WAITFOR', N'SP_SERVER_DIAGNOSTICS_SLEEP', N'XE_LIVE_TARGET_TVF'))
    ORDER BY r.start_time, r.session_id, r.request_id
) AS q
OUTER APPLY (
    SELECT SUM(COALESCE(m.granted_memory_kb, 0)) AS granted_kb
    FROM sys.dm_exec_query_memory_grants AS m
    WHERE m.session_id = q.session_id
        AND m.request_id = q.request_id
) AS g
ORDER BY q.elapsed_ms DESC, q.session_id, q.request_id;
