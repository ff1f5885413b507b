/*
Purpose:     what the server counts: requests, compilations, page reads, log flushes, locks, deadlocks, and how long these took on average.
Title:       Performance counters
Versions:    SQL Server 2016 and later.
Permissions: VIEW SERVER STATE (2022 and later: VIEW SERVER PERFORMANCE STATE is enough).
Cost:        low: one pass over the counters, which are in memory; no table is read.
Cadence:     minute
Keep:        latest
Rows:        2000
Columns:
  object_name    label                                    What the counter belongs to, without the instance's prefix
  counter_name   label                                    Name of the counter; one that ends in (KB), (ms) or bytes counts those
  instance_name  label                                    Database, kind of lock or of error; empty where there is only one
  counter_value  counter  count     performance_counter   Total since the start; of an average its sum, and its Base the number of them
*/
-- Only the types that count up (272696576 and its 32-bit sister), and averages (1073874176) with their bases (1073939712). An average is
-- its total's growth divided by its base's growth, so both are totals with rows of their own, read in one pass and so at one moment. Of
-- the kinds of locks only the total is wanted: the others are left out before anything is worked out for them. Databases come last, so
-- that the limit cuts off none of the server's own.
SELECT TOP (2000) c.object_name,
    c.counter_name,
    c.instance_name,
    c.cntr_value AS counter_value
FROM (
    SELECT SUBSTRING(RTRIM(p.object_name), CHARINDEX(N':', p.object_name) + 1, 128) AS object_name,
        RTRIM(p.counter_name) AS counter_name,
        COALESCE(RTRIM(p.instance_name), N'') AS instance_name,
        p.cntr_value
    FROM sys.dm_os_performance_counters AS p
    WHERE p.cntr_type IN (272696576, 272696320, 1073874176, 1073939712)
        AND p.counter_name IN (
            N'Auto-Param Attempts/sec', N'Average Latch Wait Time (ms)', N'Average Latch Wait Time Base', N'Average Wait Time (ms)',
            N'Average Wait Time Base', N'Avg Disk Read IO (ms)', N'Avg Disk Read IO (ms) Base', N'Avg Disk Write IO (ms)',
            N'Avg Disk Write IO (ms) Base', N'Background writer pages/sec', N'Backup/Restore Throughput/sec', N'Batch Requests/sec',
            N'Bytes Received from Replica/sec', N'Bytes Sent to Replica/sec', N'Checkpoint pages/sec', N'Connection Reset/sec',
            N'Errors/sec', N'Failed Auto-Params/sec', N'Flow Control Time (ms/sec)', N'Flow Control/sec',
            N'Forced Parameterizations/sec', N'Forwarded Records/sec', N'Free list stalls/sec', N'Full Scans/sec', N'Index Searches/sec',
            N'Latch Waits/sec', N'Lazy writes/sec', N'Lock Requests/sec', N'Lock Timeouts (timeout > 0)/sec', N'Lock Timeouts/sec',
            N'Lock Wait Time (ms)', N'Lock Waits/sec', N'Log Bytes Flushed/sec', N'Log Bytes Received/sec', N'Log Flush Wait Time',
            N'Log Flush Waits/sec', N'Log Flushes/sec', N'Logins/sec', N'Logouts/sec', N'Mirrored Write Transactions/sec',
            N'Number of Deadlocks/sec', N'Page Splits/sec', N'Page lookups/sec', N'Page reads/sec', N'Page writes/sec',
            N'Pages Allocated/sec', N'Probe Scans/sec', N'Range Scans/sec', N'Readahead pages/sec', N'Redone Bytes/sec',
            N'Resent Messages/sec', N'SQL Attention rate', N'SQL Compilations/sec', N'SQL Re-Compilations/sec',
            N'Table Lock Escalations/sec', N'Temp Tables Creation Rate', N'Total Latch Wait Time (ms)', N'Transaction Delay',
            N'Transactions/sec', N'Unsafe Auto-Params/sec', N'Version Cleanup rate (KB/s)', N'Version Generation rate (KB/s)',
            N'Workfiles Created/sec', N'Worktables Created/sec', N'Write Transactions/sec')
        AND (p.instance_name = N'_Total' OR p.counter_name NOT LIKE N'Lock %' AND p.counter_name NOT LIKE N'Average Wait Time%')
) AS c
WHERE c.object_name + N':' + c.counter_name IN (
        N'Access Methods:Forwarded Records/sec', N'Access Methods:Full Scans/sec', N'Access Methods:Index Searches/sec',
        N'Access Methods:Page Splits/sec', N'Access Methods:Pages Allocated/sec', N'Access Methods:Probe Scans/sec',
        N'Access Methods:Range Scans/sec', N'Access Methods:Table Lock Escalations/sec', N'Access Methods:Workfiles Created/sec',
        N'Access Methods:Worktables Created/sec',
        N'Availability Replica:Bytes Received from Replica/sec', N'Availability Replica:Bytes Sent to Replica/sec',
        N'Availability Replica:Flow Control Time (ms/sec)', N'Availability Replica:Flow Control/sec',
        N'Availability Replica:Resent Messages/sec',
        N'Buffer Manager:Background writer pages/sec', N'Buffer Manager:Checkpoint pages/sec', N'Buffer Manager:Free list stalls/sec',
        N'Buffer Manager:Lazy writes/sec', N'Buffer Manager:Page lookups/sec', N'Buffer Manager:Page reads/sec',
        N'Buffer Manager:Page writes/sec', N'Buffer Manager:Readahead pages/sec',
        N'Database Replica:Log Bytes Received/sec', N'Database Replica:Mirrored Write Transactions/sec',
        N'Database Replica:Redone Bytes/sec', N'Database Replica:Transaction Delay',
        N'Databases:Backup/Restore Throughput/sec', N'Databases:Log Bytes Flushed/sec', N'Databases:Log Flush Wait Time',
        N'Databases:Log Flush Waits/sec', N'Databases:Log Flushes/sec', N'Databases:Transactions/sec',
        N'Databases:Write Transactions/sec',
        N'General Statistics:Connection Reset/sec', N'General Statistics:Logins/sec', N'General Statistics:Logouts/sec',
        N'General Statistics:Temp Tables Creation Rate',
        N'Latches:Average Latch Wait Time (ms)', N'Latches:Average Latch Wait Time Base', N'Latches:Latch Waits/sec',
        N'Latches:Total Latch Wait Time (ms)',
        N'Locks:Average Wait Time (ms)', N'Locks:Average Wait Time Base', N'Locks:Lock Requests/sec',
        N'Locks:Lock Timeouts (timeout > 0)/sec', N'Locks:Lock Timeouts/sec', N'Locks:Lock Wait Time (ms)', N'Locks:Lock Waits/sec',
        N'Locks:Number of Deadlocks/sec',
        N'Resource Pool Stats:Avg Disk Read IO (ms)', N'Resource Pool Stats:Avg Disk Read IO (ms) Base',
        N'Resource Pool Stats:Avg Disk Write IO (ms)', N'Resource Pool Stats:Avg Disk Write IO (ms) Base',
        N'SQL Errors:Errors/sec',
        N'SQL Statistics:Auto-Param Attempts/sec', N'SQL Statistics:Batch Requests/sec', N'SQL Statistics:Failed Auto-Params/sec',
        N'SQL Statistics:Forced Parameterizations/sec', N'SQL Statistics:SQL Attention rate', N'SQL Statistics:SQL Compilations/sec',
        N'SQL Statistics:SQL Re-Compilations/sec', N'SQL Statistics:Unsafe Auto-Params/sec',
        N'Transactions:Version Cleanup rate (KB/s)', N'Transactions:Version Generation rate (KB/s)')
    AND (c.object_name <> N'Locks' OR c.instance_name = N'_Total')
ORDER BY CASE WHEN c.object_name = N'Databases' AND c.instance_name <> N'_Total' THEN 1 ELSE 0 END,
    c.object_name,
    c.counter_name,
    c.instance_name;
