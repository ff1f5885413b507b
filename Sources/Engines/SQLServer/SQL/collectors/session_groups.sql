/*
Purpose:     who is connected: sessions by program, login, host and database.
Title:       Session groups
Versions:    SQL Server 2016 and later.
Permissions: VIEW SERVER STATE (2022 and later: VIEW SERVER PERFORMANCE STATE is enough).
Cost:        low: one row for each session, added up; no table is read.
Cadence:     five_minutes
Keep:        latest
Rows:        200
Columns:
  program_name            label                  Program, as it calls itself; jobs of the Agent are one program
  login_name              label                  Login
  host_name               label                  Machine, as it calls itself
  database_name           label                  Database that the sessions are in
  session_count           number  count          Sessions
  running_count           number  count          Sessions that run something
  idle_transaction_count  number  count          Sessions that do nothing and keep a transaction open
  cpu_ms                  number  milliseconds   Processor time of the sessions since they began
  logical_read_count      number  pages          Pages that they read
  memory_bytes            number  bytes          Memory that they hold
  last_request_at         time                   When the last request of them began; an hour off for a while after a change of the clocks
*/
-- Without the right SQL Server would show one's own session and no error; dm_os_sys_info makes it refuse.
SELECT TOP (200) g.program_name,
    g.login_name,
    g.host_name,
    g.database_name,
    COUNT_BIG(*) AS session_count,
    SUM(CASE WHEN g.status = N'running' THEN 1 ELSE 0 END) AS running_count,
    SUM(CASE WHEN g.status = N'sleeping' AND g.open_transaction_count > 0 THEN 1 ELSE 0 END) AS idle_transaction_count,
    SUM(CAST(g.cpu_time AS bigint)) AS cpu_ms,
    SUM(g.logical_reads) AS logical_read_count,
    SUM(CAST(g.memory_usage AS bigint)) * 8192 AS memory_bytes,
    CAST(DATEADD(MINUTE, -DATEPART(TZOFFSET, SYSDATETIMEOFFSET()), MAX(g.last_request_start_time)) AS datetime2(3)) AS last_request_at
FROM (
    SELECT CASE
            WHEN s.program_name LIKE N'SQLAgent - TSQL JobStep%' THEN N'SQLAgent - TSQL JobStep'
            ELSE COALESCE(RTRIM(s.program_name), N'')
        END AS program_name,
        RTRIM(s.login_name) AS login_name,
        COALESCE(RTRIM(s.host_name), N'') AS host_name,
        COALESCE(DB_NAME(s.database_id), N'') AS database_name,
        s.status,
        s.open_transaction_count,
        s.cpu_time,
        s.logical_reads,
        s.memory_usage,
        s.last_request_start_time
    FROM sys.dm_exec_sessions AS s
    WHERE s.is_user_process = 1
        AND EXISTS (SELECT 1 FROM sys.dm_os_sys_info)
) AS g
GROUP BY g.program_name, g.login_name, g.host_name, g.database_name
ORDER BY COUNT_BIG(*) DESC, g.program_name, g.login_name, g.host_name, g.database_name;
