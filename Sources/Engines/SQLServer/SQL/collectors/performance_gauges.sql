/*
Purpose:     what the server measures at this moment: memory, page life, waits in progress, and hit ratios.
Title:       Performance gauges
Versions:    SQL Server 2016 and later.
Permissions: VIEW SERVER STATE (2022 and later: VIEW SERVER PERFORMANCE STATE is enough).
Cost:        low: one pass over the counters, which are in memory; no table is read.
Cadence:     minute
Keep:        latest
Rows:        500
Columns:
  object_name      label                                   What the gauge belongs to, without the instance's prefix
  counter_name     label                                   Name of the gauge; one that ends in (KB) is in kilobytes
  instance_name    label                                   Pool, cache or node; empty where there is only one
  counter_value    gauge  count    performance_gauge       Value now; not known for a ratio
  counter_percent  gauge  percent  performance_ratio       A ratio in percent; not known while its base is 0, and for all that is no ratio
*/
-- A ratio (537003264) and its base (1073939712) are two rows, whose names differ irregularly: the base is given the ratio's name, and both
-- are read in one pass. The plain names are asked first, so that nothing is worked out for the hundreds of rows that are not wanted.
-- -1 stands for no row of a kind: NULL in an aggregate would make SQL Server add a warning to every answer.
SELECT TOP (500) g.object_name,
    g.counter_name,
    g.instance_name,
    CAST(NULLIF(MAX(CASE WHEN g.cntr_type IN (65792, 65536) THEN g.cntr_value ELSE -1 END), -1) AS float) AS counter_value,
    100.0e0 * NULLIF(MAX(CASE WHEN g.cntr_type = 537003264 THEN g.cntr_value ELSE -1 END), -1)
        / NULLIF(NULLIF(MAX(CASE WHEN g.cntr_type = 1073939712 THEN g.cntr_value ELSE -1 END), -1), 0) AS counter_percent
FROM (
    SELECT c.object_name,
        CASE
            WHEN c.cntr_type <> 1073939712 THEN c.counter_name
            WHEN c.counter_name = N'Buffer cache hit ratio base' THEN N'Buffer cache hit ratio'
            WHEN c.counter_name = N'Cache Hit Ratio Base' THEN N'Cache Hit Ratio'
            WHEN c.counter_name = N'Log Cache Hit Ratio Base' THEN N'Log Cache Hit Ratio'
            WHEN c.counter_name = N'Worktables From Cache Base' THEN N'Worktables From Cache Ratio'
            WHEN c.counter_name = N'CPU usage % base' THEN N'CPU usage %'
            ELSE c.counter_name
        END AS counter_name,
        c.instance_name,
        c.cntr_value,
        c.cntr_type
    FROM (
        SELECT SUBSTRING(RTRIM(p.object_name), CHARINDEX(N':', p.object_name) + 1, 128) AS object_name,
            RTRIM(p.counter_name) AS counter_name,
            COALESCE(RTRIM(p.instance_name), N'') AS instance_name,
            p.cntr_value,
            p.cntr_type
        FROM sys.dm_os_performance_counters AS p
        WHERE p.cntr_type IN (65792, 65536, 537003264, 1073939712)
            AND p.counter_name IN (
                N'Active Temp Tables', N'Active Transactions', N'Buffer cache hit ratio', N'Buffer cache hit ratio base', N'CPU usage %',
                N'CPU usage % base', N'Cache Hit Ratio', N'Cache Hit Ratio Base', N'Cache Object Counts', N'Cache Pages',
                N'Connection Memory (KB)', N'Database Cache Memory (KB)', N'Database pages', N'Free Memory (KB)',
                N'Free Space in tempdb (KB)', N'Granted Workspace Memory (KB)', N'Lock Memory (KB)', N'Lock waits',
                N'Log Cache Hit Ratio', N'Log Cache Hit Ratio Base', N'Log Pool Memory (KB)', N'Log write waits', N'Logical Connections',
                N'Longest Transaction Running Time', N'Maximum Workspace Memory (KB)', N'Memory Grants Outstanding',
                N'Memory Grants Pending', N'Memory grant queue waits', N'Network IO waits', N'Optimizer Memory (KB)',
                N'Page IO latch waits', N'Page latch waits', N'Page life expectancy', N'Processes blocked', N'SQL Cache Memory (KB)',
                N'Snapshot Transactions', N'Stolen Server Memory (KB)', N'Target Server Memory (KB)', N'Target pages',
                N'Temp Tables For Destruction', N'Total Server Memory (KB)', N'Transactions', N'Used memory (KB)', N'User Connections',
                N'Version Store Size (KB)', N'Wait for the worker', N'Worktables From Cache Base', N'Worktables From Cache Ratio')
    ) AS c
) AS g
WHERE g.object_name + N':' + g.counter_name IN (
        N'Access Methods:Worktables From Cache Ratio',
        N'Buffer Manager:Buffer cache hit ratio', N'Buffer Manager:Database pages', N'Buffer Manager:Page life expectancy',
        N'Buffer Manager:Target pages', N'Buffer Node:Page life expectancy',
        N'Databases:Active Transactions', N'Databases:Log Cache Hit Ratio',
        N'General Statistics:Active Temp Tables', N'General Statistics:Logical Connections', N'General Statistics:Processes blocked',
        N'General Statistics:Temp Tables For Destruction', N'General Statistics:Transactions', N'General Statistics:User Connections',
        N'Memory Manager:Connection Memory (KB)', N'Memory Manager:Database Cache Memory (KB)', N'Memory Manager:Free Memory (KB)',
        N'Memory Manager:Granted Workspace Memory (KB)', N'Memory Manager:Lock Memory (KB)', N'Memory Manager:Log Pool Memory (KB)',
        N'Memory Manager:Maximum Workspace Memory (KB)', N'Memory Manager:Memory Grants Outstanding',
        N'Memory Manager:Memory Grants Pending', N'Memory Manager:Optimizer Memory (KB)', N'Memory Manager:SQL Cache Memory (KB)',
        N'Memory Manager:Stolen Server Memory (KB)', N'Memory Manager:Target Server Memory (KB)',
        N'Memory Manager:Total Server Memory (KB)',
        N'Plan Cache:Cache Hit Ratio', N'Plan Cache:Cache Object Counts', N'Plan Cache:Cache Pages',
        N'Resource Pool Stats:CPU usage %', N'Resource Pool Stats:Used memory (KB)',
        N'Transactions:Free Space in tempdb (KB)', N'Transactions:Longest Transaction Running Time',
        N'Transactions:Snapshot Transactions', N'Transactions:Version Store Size (KB)',
        N'Wait Statistics:Lock waits', N'Wait Statistics:Log write waits', N'Wait Statistics:Memory grant queue waits',
        N'Wait Statistics:Network IO waits', N'Wait Statistics:Page IO latch waits', N'Wait Statistics:Page latch waits',
        N'Wait Statistics:Wait for the worker')
    AND (g.object_name <> N'Wait Statistics' OR g.instance_name = N'Waits in progress')
    AND (g.object_name <> N'Databases' OR g.instance_name = N'_Total')
GROUP BY g.object_name, g.counter_name, g.instance_name
ORDER BY g.object_name, g.counter_name, g.instance_name;
