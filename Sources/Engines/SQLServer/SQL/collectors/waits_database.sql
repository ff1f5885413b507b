/*
Purpose:     what the tasks of an Azure SQL Database waited for, by wait type: the server's own totals are those of all databases beside it.
Title:       Waits of the database
Versions:    Azure SQL Database.
Permissions: VIEW DATABASE STATE, or a place in the role ##MS_ServerStateReader##.
Cost:        low: one pass over some 1,100 totals in memory; no table is read.
Cadence:     minute
When:        azure_database
Keep:        latest
Rows:        600
Columns:
  wait_type      label                                       What was waited for
  wait_count     counter  operations    wait_type_tasks      Waits since the database came to this server
  wait_ms        counter  milliseconds  wait_type_ms         Time that they took
  signal_ms      counter  milliseconds  wait_type_signal_ms  Of it: waiting for a processor, after what was waited for had come
*/
-- Types that never waited are left out, but for those whose first waits are trouble: these have a rate from the first one on.
-- In binary order, as the rows are stored.
SELECT TOP (600) RTRIM(w.wait_type) AS wait_type,
    w.waiting_tasks_count AS wait_count,
    w.wait_time_ms AS wait_ms,
    w.signal_wait_time_ms AS signal_ms
FROM sys.dm_db_wait_stats AS w
WHERE w.waiting_tasks_count > 0
    OR w.wait_type IN (
        N'LCK_M_IS', N'LCK_M_IX', N'LCK_M_S', N'LCK_M_SCH_M', N'LCK_M_SCH_S', N'LCK_M_U', N'LCK_M_X', N'LOG_RATE_GOVERNOR',
        N'RESOURCE_SEMAPHORE', N'RESOURCE_SEMAPHORE_QUERY_COMPILE', N'THREADPOOL')
ORDER BY RTRIM(w.wait_type) COLLATE Latin1_General_BIN2;
