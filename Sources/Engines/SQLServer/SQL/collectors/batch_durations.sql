/*
Purpose:     how many batches took how long: the spread of response times.
Title:       Batch durations
Versions:    SQL Server 2016 and later.
Permissions: VIEW SERVER STATE (2022 and later: VIEW SERVER PERFORMANCE STATE is enough).
Cost:        low: one pass over the counters, which are in memory; no table is read.
Cadence:     five_minutes
Keep:        latest
Rows:        50
Columns:
  duration_range      label                                               Range of the duration, as SQL Server names it
  elapsed_count       counter  count         batch_elapsed_count          Batches that took so long
  elapsed_total_ms    counter  milliseconds  batch_elapsed_ms             Time that they took together
  cpu_count           counter  count         batch_cpu_count              Batches that used so much of the processor
  cpu_total_ms        counter  milliseconds  batch_cpu_ms                 Processor time that they used together
*/
-- SQL Server marks these as plain values, but they are totals since the start. -1 stands for no row of a kind (see performance_gauges).
SELECT TOP (50) b.duration_range,
    NULLIF(MAX(CASE WHEN b.instance_name = N'Elapsed Time:Requests' THEN b.cntr_value ELSE -1 END), -1) AS elapsed_count,
    NULLIF(MAX(CASE WHEN b.instance_name = N'Elapsed Time:Total(ms)' THEN b.cntr_value ELSE -1 END), -1) AS elapsed_total_ms,
    NULLIF(MAX(CASE WHEN b.instance_name = N'CPU Time:Requests' THEN b.cntr_value ELSE -1 END), -1) AS cpu_count,
    NULLIF(MAX(CASE WHEN b.instance_name = N'CPU Time:Total(ms)' THEN b.cntr_value ELSE -1 END), -1) AS cpu_total_ms
FROM (
    SELECT RTRIM(p.counter_name) AS duration_range,
        RTRIM(p.instance_name) AS instance_name,
        p.cntr_value
    FROM sys.dm_os_performance_counters AS p
    WHERE p.counter_name LIKE N'Batches >=%'
) AS b
GROUP BY b.duration_range
ORDER BY b.duration_range;
