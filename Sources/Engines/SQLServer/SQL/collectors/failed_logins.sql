/*
Purpose:     sign-ins that SQL Server refused in the last five minutes, by state and by the machine that they came from.
Title:       Failed logins
Versions:    SQL Server 2016 and later.
Permissions: VIEW SERVER STATE (2022 and later: VIEW SERVER PERFORMANCE STATE is enough).
Cost:        low: about a thousand small records from memory, of which only refusals are taken apart.
Cadence:     five_minutes
When:        instance
Keep:        every
Rows:        50
Columns:
  remote_host    label           Address that the sign-ins came from
  login_state    label           State of error 18456: 5 no such login, 7 disabled, 8 wrong password, 38 no such database
  failed_count   number  count   Refusals in the five minutes before the run, however long ago the run before was
  first_at       time            The first of them
  last_at        time            The last of them
*/
-- The buffer keeps about 1000 records: a storm of refusals pushes the older ones out, and the count is then too low. It names no login.
-- Five minutes are the cadence: the rows of every run are kept, and what two runs saw would be counted twice. Where a server is read more
-- rarely, or was away, refusals of the time between are not counted.
SELECT TOP (50) f.remote_host,
    f.login_state,
    COUNT_BIG(*) AS failed_count,
    MIN(f.failed_at) AS first_at,
    MAX(f.failed_at) AS last_at
FROM (
    SELECT COALESCE(x.record.value('(/Record/ConnectivityTraceRecord/RemoteHost)[1]', 'nvarchar(128)'), N'') AS remote_host,
        COALESCE(x.record.value('(/Record/ConnectivityTraceRecord/State)[1]', 'nvarchar(11)'), N'') AS login_state,
        CAST(DATEADD(MILLISECOND, -(x.age_ms % 1000), DATEADD(SECOND, -(x.age_ms / 1000), SYSUTCDATETIME())) AS datetime2(3))
            AS failed_at
    FROM (
        SELECT TRY_CAST(r.record AS xml) AS record,
            i.ms_ticks - r.[timestamp] AS age_ms
        FROM sys.dm_os_ring_buffers AS r
        CROSS JOIN sys.dm_os_sys_info AS i
        WHERE r.ring_buffer_type = N'RING_BUFFER_CONNECTIVITY'
            AND r.[timestamp] > i.ms_ticks - 300000
            AND r.record LIKE N'%<SniConsumerError>18456</SniConsumerError>%'
    ) AS x
) AS f
GROUP BY f.remote_host, f.login_state
ORDER BY COUNT_BIG(*) DESC, f.remote_host, f.login_state;
