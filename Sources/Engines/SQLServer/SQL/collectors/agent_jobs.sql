/*
Purpose:     the Agent's jobs: how the last run of each ended, how long it took, when it runs next, and what runs now.
             Jobs of a contained availability group (2022) are in a msdb of its own, and are not seen.
Title:       Agent jobs
Versions:    SQL Server 2016 and later; Express has no Agent and no jobs.
Permissions: SELECT on msdb.dbo.sysjobs, sysjobservers, sysjobactivity, sysjobhistory, syssessions and syscategories.
Cost:        low: small tables of msdb, and one pass over the job history, which is kept to 1000 rows unless one sets more.
Cadence:     five_minutes
When:        instance
Keep:        latest
Rows:        500
Columns:
  job_name          label                                        Job
  category          text                                         Category
  is_enabled        flag                                         Whether it may run by itself
  last_outcome      text                                         succeeded, failed, canceled, retried or unknown; not known: it never ran
  last_run_at       time                                         When the last run that ended began; an hour off after the clocks change
  next_run_at       time                                         When it runs next; not known: it does not
  is_running        flag                                         Whether it runs now
  last_run_seconds  gauge  seconds  job_last_run_seconds         How long the last run that ended took
  running_seconds   gauge  seconds  job_running_seconds          How long it has run now; not known: it does not
  failed_count      gauge  count    job_last_run_failed          1 if the last run failed, else 0; not known: it never ran
  failures_24h      gauge  count    job_failures_24h             Failed runs that began within 24 hours and are still in the history
*/
-- sysjobservers holds the last outcome of each job; dates are numbers such as 20261128, times and durations 93005 for 09:30:05.
-- Only the Agent's newest session says what runs: older ones keep what ran when the Agent died, and so does the newest where the Agent
-- did not start again with the server (tempdb is as old as the server's start). Between two reads a job may fail and succeed again: the
-- history has each run as its step 0. Its times are local: on the day of a change of the clocks 24 hours are 23 or 25, and a job that
-- ran through the change seems an hour off.
SELECT TOP (500) j.name AS job_name,
    c.name AS category,
    CAST(j.enabled AS int) AS is_enabled,
    CASE
        WHEN r.last_run_date = 0 THEN NULL
        WHEN r.last_run_outcome = 0 THEN N'failed'
        WHEN r.last_run_outcome = 1 THEN N'succeeded'
        WHEN r.last_run_outcome = 2 THEN N'retried'
        WHEN r.last_run_outcome = 3 THEN N'canceled'
        ELSE N'unknown'
    END AS last_outcome,
    CASE
        WHEN r.last_run_date > 0 THEN CAST(DATEADD(MINUTE, -DATEPART(TZOFFSET, SYSDATETIMEOFFSET()), DATETIMEFROMPARTS(
            r.last_run_date / 10000, r.last_run_date / 100 % 100, r.last_run_date % 100,
            r.last_run_time / 10000, r.last_run_time / 100 % 100, r.last_run_time % 100, 0)) AS datetime2(3))
    END AS last_run_at,
    CAST(DATEADD(MINUTE, -DATEPART(TZOFFSET, SYSDATETIMEOFFSET()), a.next_scheduled_run_date) AS datetime2(3)) AS next_run_at,
    CASE WHEN a.start_execution_date >= t.create_date AND a.stop_execution_date IS NULL THEN 1 ELSE 0 END AS is_running,
    CASE
        WHEN r.last_run_date > 0
            THEN r.last_run_duration / 10000 * 3600 + r.last_run_duration / 100 % 100 * 60 + r.last_run_duration % 100
    END AS last_run_seconds,
    CASE
        WHEN a.start_execution_date >= t.create_date AND a.start_execution_date <= GETDATE() AND a.stop_execution_date IS NULL
            THEN DATEDIFF_BIG(SECOND, a.start_execution_date, GETDATE())
    END AS running_seconds,
    CASE WHEN r.last_run_date = 0 THEN NULL WHEN r.last_run_outcome = 0 THEN 1 WHEN r.last_run_outcome IN (1, 2, 3) THEN 0 END
        AS failed_count,
    COALESCE(f.failures, 0) AS failures_24h
FROM msdb.dbo.sysjobs AS j
LEFT JOIN sys.databases AS t ON t.database_id = 2
LEFT JOIN msdb.dbo.syscategories AS c ON c.category_id = j.category_id
LEFT JOIN msdb.dbo.sysjobservers AS r
    ON r.job_id = j.job_id
    AND r.server_id = 0
LEFT JOIN msdb.dbo.sysjobactivity AS a
    ON a.job_id = j.job_id
    AND a.session_id = (SELECT MAX(s.session_id) FROM msdb.dbo.syssessions AS s)
LEFT JOIN (
    SELECT h.job_id,
        COUNT_BIG(*) AS failures
    FROM msdb.dbo.sysjobhistory AS h
    CROSS JOIN (
        SELECT CAST(CONVERT(nvarchar(8), y.at, 112) AS int) AS run_date,
            DATEPART(HOUR, y.at) * 10000 + DATEPART(MINUTE, y.at) * 100 + DATEPART(SECOND, y.at) AS run_time
        FROM (SELECT DATEADD(HOUR, -24, GETDATE()) AS at) AS y
    ) AS since
    WHERE h.step_id = 0
        AND h.run_status = 0
        AND (h.run_date > since.run_date OR h.run_date = since.run_date AND h.run_time >= since.run_time)
    GROUP BY h.job_id
) AS f ON f.job_id = j.job_id
ORDER BY j.name, j.job_id;
