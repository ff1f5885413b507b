/*
Purpose:     what DbTools itself costs this server.
Title:       Own cost
Versions:    SQL Server 2016 and later.
Permissions: VIEW SERVER STATE (2022 and later: VIEW SERVER PERFORMANCE STATE is enough); without it only the session that asks is seen.
Cost:        low: one row for each session; no table is read.
Cadence:     five_minutes
Keep:        latest
Rows:        1
Columns:
  session_count        gauge    count         own_session_count     Sessions of this program
  memory_bytes         gauge    bytes         own_memory_bytes      Memory that they hold
  cpu_ms               counter  milliseconds  own_session_cpu_ms    Processor time of the sessions that are open
  elapsed_ms           counter  milliseconds  own_elapsed_ms        Time that their statements took
  logical_read_count   counter  pages         own_logical_reads     Pages that they read
  write_count          counter  pages         own_writes            Pages that they wrote
*/
-- A session that ends takes its totals with it: the rate of that interval is not known.
SELECT TOP (1) COUNT_BIG(*) AS session_count,
    SUM(CAST(s.memory_usage AS bigint)) * 8192 AS memory_bytes,
    SUM(CAST(s.cpu_time AS bigint)) AS cpu_ms,
    SUM(CAST(s.total_elapsed_time AS bigint)) AS elapsed_ms,
    SUM(s.logical_reads) AS logical_read_count,
    SUM(s.writes) AS write_count
FROM sys.dm_exec_sessions AS s
WHERE s.is_user_process = 1
    AND s.program_name = APP_NAME()
ORDER BY COUNT_BIG(*);
