/*
Purpose:     how large each database's data and log are, how full the log is, and what keeps it from being cut off.
Title:       Database space
Versions:    SQL Server 2016 and later.
Permissions: VIEW SERVER STATE (2022 and later: VIEW SERVER PERFORMANCE STATE is enough).
Cost:        low: the counters, which are in memory, and one catalog view; no database is opened.
Cadence:     five_minutes
When:        box
Keep:        latest
Rows:        2000
Columns:
  database_name     label                                  Database
  database_state    text                                   ONLINE, RESTORING, RECOVERING and the like
  log_reuse_wait    text                                   What the log waits for before it can be used anew; NOTHING if for nothing
  data_size_bytes   gauge  bytes    database_size_bytes    Size of the data files; not known while the database is not online
  log_size_bytes    gauge  bytes    log_size_bytes         Size of the log files
  log_used_bytes    gauge  bytes    log_used_bytes         What of the log is in use
  log_used_percent  gauge  percent  log_used_percent       The same in percent
*/
-- -1 stands for no row of a kind (see performance_gauges).
SELECT TOP (2000) d.name AS database_name,
    d.state_desc AS database_state,
    d.log_reuse_wait_desc AS log_reuse_wait,
    NULLIF(c.data_kb, -1) * 1024 AS data_size_bytes,
    NULLIF(c.log_kb, -1) * 1024 AS log_size_bytes,
    NULLIF(c.used_kb, -1) * 1024 AS log_used_bytes,
    100.0e0 * NULLIF(c.used_kb, -1) / NULLIF(NULLIF(c.log_kb, -1), 0) AS log_used_percent
FROM sys.databases AS d
LEFT JOIN (
    SELECT RTRIM(p.instance_name) AS database_name,
        MAX(CASE WHEN p.counter_name = N'Data File(s) Size (KB)' THEN p.cntr_value ELSE -1 END) AS data_kb,
        MAX(CASE WHEN p.counter_name = N'Log File(s) Size (KB)' THEN p.cntr_value ELSE -1 END) AS log_kb,
        MAX(CASE WHEN p.counter_name = N'Log File(s) Used Size (KB)' THEN p.cntr_value ELSE -1 END) AS used_kb
    FROM sys.dm_os_performance_counters AS p
    WHERE p.counter_name IN (N'Data File(s) Size (KB)', N'Log File(s) Size (KB)', N'Log File(s) Used Size (KB)')
        AND SUBSTRING(RTRIM(p.object_name), CHARINDEX(N':', p.object_name) + 1, 128) = N'Databases'
    GROUP BY RTRIM(p.instance_name)
) AS c ON c.database_name = d.name
WHERE d.source_database_id IS NULL
ORDER BY d.database_id;
