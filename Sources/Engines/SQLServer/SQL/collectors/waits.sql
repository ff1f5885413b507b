/*
Purpose:     what the server's tasks waited for, by wait type.
Title:       Waits
Versions:    SQL Server 2016 and later, Azure SQL Managed Instance.
Permissions: VIEW SERVER STATE (2022 and later: VIEW SERVER PERFORMANCE STATE is enough).
Cost:        low: one pass over some 1,100 totals in memory; no table is read.
Cadence:     minute
When:        instance
Keep:        latest
Rows:        600
Columns:
  wait_type      label                                       What was waited for
  waiting_tasks  counter  operations    wait_type_tasks      Waits since the start
  wait_ms        counter  milliseconds  wait_type_ms         Time that they took
  signal_ms      counter  milliseconds  wait_type_signal_ms  Of it: waiting for a processor, after what was waited for had come
*/
-- Types that never waited are left out, but for those whose first waits are trouble: these have a rate from the first one on.
-- In binary order, as the rows are stored.
SELECT TOP (600) RTRIM(w.wait_type) AS wait_type,
    w.waiting_tasks_count AS waiting_tasks,
    w.wait_time_ms AS wait_ms,
    w.signal_wait_time_ms AS signal_ms
FROM sys.dm_os_wait_stats AS w
WHERE w.waiting_tasks_count > 0
    OR w.wait_type IN (
        N'HADR_SYNC_COMMIT', N'IO_RETRY', N'LCK_M_IS', N'LCK_M_IX', N'LCK_M_S', N'LCK_M_SCH_M', N'LCK_M_SCH_S', N'LCK_M_U',
        N'LCK_M_X', N'LOG_RATE_GOVERNOR', N'RESOURCE_SEMAPHORE', N'RESOURCE_SEMAPHORE_QUERY_COMPILE', N'THREADPOOL')
ORDER BY RTRIM(w.wait_type) COLLATE Latin1_General_BIN2;
