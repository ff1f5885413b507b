/*
Purpose:     errors of the severities that the error log keeps (17 to 25), in the last five minutes: lack of memory or space, damaged data,
             ended sessions.
Title:       Severe errors
Versions:    SQL Server 2016 and later.
Permissions: VIEW SERVER STATE (2022 and later: VIEW SERVER PERFORMANCE STATE is enough).
Cost:        low: some hundred small records from memory, of which only those of these severities are taken apart.
Cadence:     five_minutes
When:        instance
Keep:        latest
Rows:        10
Columns:
  severity        label                             17 lack of something, 18 and 19 faults of SQL Server, 20 to 25 ended the session
  error_count     gauge  count  severe_error_count  Errors of this severity in the five minutes before the run, whatever the interval
  newest_error    text                              Number of the newest of them; not known: there was none
  newest_at       time                              When that was
*/
-- From the buffer of exceptions and not from the log, which takes a right that few monitoring logins have and is read as a whole each time.
-- The buffer keeps the newest few hundred exceptions of any severity: in a storm the count is too low. 3602 and 3617 are signals within
-- SQL Server, such as a client's cancel, and no errors. Every severity has a row at every time, so that a series does not end.
-- Five minutes are the cadence. Where a server is read more rarely, or was away, errors of the time between are not counted.
SELECT TOP (10) k.severity,
    SUM(CASE WHEN e.severity IS NULL THEN 0 ELSE 1 END) AS error_count,
    NULLIF(MAX(CASE WHEN e.place = 1 THEN CAST(e.error_number AS nvarchar(11)) ELSE N'' END), N'') AS newest_error,
    NULLIF(MAX(CASE WHEN e.place = 1 THEN e.raised_at ELSE CAST('19000101' AS datetime2(3)) END), CAST('19000101' AS datetime2(3)))
        AS newest_at
FROM (
    VALUES (N'17'), (N'18'), (N'19'), (N'20'), (N'21'), (N'22'), (N'23'), (N'24'), (N'25')
) AS k (severity)
LEFT JOIN (
    SELECT x.severity,
        x.error_number,
        CAST(DATEADD(MILLISECOND, -(x.age_ms % 1000), DATEADD(SECOND, -(x.age_ms / 1000), SYSUTCDATETIME())) AS datetime2(3)) AS raised_at,
        ROW_NUMBER() OVER (PARTITION BY x.severity ORDER BY x.age_ms) AS place
    FROM (
        SELECT p.record.value('(/Record/Exception/Severity)[1]', 'nvarchar(11)') AS severity,
            p.record.value('(/Record/Exception/Error)[1]', 'int') AS error_number,
            p.age_ms
        FROM (
            SELECT TRY_CAST(r.record AS xml) AS record,
                i.ms_ticks - r.[timestamp] AS age_ms
            FROM sys.dm_os_ring_buffers AS r
            CROSS JOIN sys.dm_os_sys_info AS i
            WHERE r.ring_buffer_type = N'RING_BUFFER_EXCEPTION'
                AND r.[timestamp] > i.ms_ticks - 300000
                AND (r.record LIKE N'%<Severity>1[789]</Severity>%' OR r.record LIKE N'%<Severity>2[0-5]</Severity>%')
        ) AS p
    ) AS x
    WHERE x.error_number NOT IN (3602, 3617)
) AS e
    ON e.severity = k.severity
GROUP BY k.severity
ORDER BY k.severity;
