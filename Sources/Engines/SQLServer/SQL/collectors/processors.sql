/*
Purpose:     who uses the processors: SQL Server, other programs, or nobody, as SQL Server noted it in the last minute.
Title:       Processors
Versions:    SQL Server 2016 and later.
Permissions: VIEW SERVER STATE (2022 and later: VIEW SERVER PERFORMANCE STATE is enough).
Cost:        low: about 256 small records from memory, of which the newest is taken apart.
Cadence:     five_minutes
When:        instance
Keep:        latest
Rows:        1
Columns:
  sql_percent    gauge  percent  processor_sql_percent    SQL Server's share of all processors
  other_percent  gauge  percent  processor_other_percent  Other programs' share; not known where the system does not tell the idle share
  idle_percent   gauge  percent  processor_idle_percent   Share that nobody used; not known on Linux before SQL Server 2025 CU1
  is_clamped     flag            Whether SQL Server claimed more than all of them, as it may with several NUMA nodes: then 100 is shown
  measured_at    time            When it was noted
*/
-- A record without SystemHealth says nothing, and one that is older than five minutes is not the present. On Linux an idle share of 0 is
-- none. SQL Server's share and the whole are read every minute with the core: here is what they leave to others.
SELECT TOP (1) CASE WHEN c.sql_share > 100 THEN 100.0e0 ELSE CAST(c.sql_share AS float) END AS sql_percent,
    CASE
        WHEN c.idle_share = 0 AND @@VERSION LIKE N'% on Linux %' THEN NULL
        WHEN c.sql_share + c.idle_share >= 100 THEN 0.0e0
        ELSE CAST(100 - c.sql_share - c.idle_share AS float)
    END AS other_percent,
    CASE WHEN c.idle_share = 0 AND @@VERSION LIKE N'% on Linux %' THEN NULL ELSE CAST(c.idle_share AS float) END AS idle_percent,
    CASE WHEN c.sql_share > 100 OR c.sql_share + c.idle_share > 100 THEN 1 ELSE 0 END AS is_clamped,
    CAST(DATEADD(MILLISECOND, -(c.age_ms % 1000), DATEADD(SECOND, -(c.age_ms / 1000), SYSUTCDATETIME())) AS datetime2(3)) AS measured_at
FROM (
    SELECT x.record.value('(/Record/SchedulerMonitorEvent/SystemHealth/ProcessUtilization)[1]', 'int') AS sql_share,
        x.record.value('(/Record/SchedulerMonitorEvent/SystemHealth/SystemIdle)[1]', 'int') AS idle_share,
        x.age_ms
    FROM (
        SELECT TOP (1) TRY_CAST(r.record AS xml) AS record,
            i.ms_ticks - r.[timestamp] AS age_ms
        FROM sys.dm_os_ring_buffers AS r
        CROSS JOIN sys.dm_os_sys_info AS i
        WHERE r.ring_buffer_type = N'RING_BUFFER_SCHEDULER_MONITOR'
            AND r.[timestamp] > i.ms_ticks - 300000
            AND r.record LIKE N'%<SystemHealth>%'
        ORDER BY r.[timestamp] DESC
    ) AS x
) AS c
ORDER BY c.age_ms;
