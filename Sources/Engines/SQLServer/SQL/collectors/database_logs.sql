/*
Purpose:     each database's log: how much of it is not backed up, its pieces, and the last log backup, without asking msdb.
Title:       Database logs
Versions:    SQL Server 2017 and later.
Permissions: VIEW SERVER STATE (2022 and later: VIEW SERVER PERFORMANCE STATE is enough).
Cost:        low: one row for each database that is online.
Cadence:     quarter_hour
When:        >=14, instance
Keep:        latest
Rows:        2000
Columns:
  database_name           label                                         Database
  recovery_model          text                                          FULL, BULK_LOGGED or SIMPLE, as the log knows it
  truncation_holdup       text                                          What keeps the log from being cut off
  log_backup_at           time                                          Last log backup; an hour off after a change of the clocks
  since_backup_bytes      gauge  bytes    log_since_backup_bytes        Log written since the last log backup
  log_backup_age_seconds  gauge  seconds  log_backup_age_seconds        Since the last log backup; not known: none, or none is needed
  vlf_count               gauge  count    log_vlf_count                 Pieces of the log (virtual log files)
  active_vlf_count        gauge  count    log_active_vlf_count          Pieces that are in use
*/
-- 1900-01-01 is how SQL Server says that there was none.
SELECT TOP (2000) d.name AS database_name,
    l.recovery_model,
    l.log_truncation_holdup_reason AS truncation_holdup,
    CAST(DATEADD(MINUTE, -DATEPART(TZOFFSET, SYSDATETIMEOFFSET()), NULLIF(l.log_backup_time, '19000101')) AS datetime2(3))
        AS log_backup_at,
    CASE WHEN d.recovery_model IN (1, 2) THEN l.log_since_last_log_backup_mb * 1048576 END AS since_backup_bytes,
    CASE
        WHEN d.recovery_model IN (1, 2) AND l.log_backup_time <= GETDATE()
            THEN DATEDIFF_BIG(SECOND, NULLIF(l.log_backup_time, '19000101'), GETDATE())
    END AS log_backup_age_seconds,
    l.total_vlf_count AS vlf_count,
    l.active_vlf_count
FROM sys.databases AS d
CROSS APPLY sys.dm_db_log_stats(d.database_id) AS l
WHERE d.source_database_id IS NULL
    AND d.state = 0
ORDER BY d.database_id;
