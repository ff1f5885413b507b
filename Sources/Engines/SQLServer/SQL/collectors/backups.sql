/*
Purpose:     each database's last full, differential and log backup, and how old they are.
Title:       Backups
Versions:    SQL Server 2016 and later.
Permissions: SELECT on msdb.dbo.backupset.
Cost:        medium: msdb's history of backups of the last 60 days, by its index on the time.
Cadence:     hour
When:        instance
Keep:        latest
Rows:        2000
Columns:
  database_name     label                                        Database; tempdb is never backed up and is left out
  recovery_model    text                                         FULL, BULK_LOGGED or SIMPLE
  last_full_at      time                                         End of the last full backup within 60 days
  last_diff_at      time                                         End of the last differential backup
  last_log_at       time                                         End of the last log backup
  full_age_seconds  gauge  seconds  backup_full_age_seconds      Since the last full backup
  diff_age_seconds  gauge  seconds  backup_diff_age_seconds      Since the last differential backup, or a newer full one
  log_age_seconds   gauge  seconds  backup_log_age_seconds       Since the last log backup; not known where none is needed
  needs_log_backup  flag                                         Whether its log must be backed up
  is_in_group       flag                                         In an availability group: another replica may hold newer backups
  database_state    text                                         ONLINE, RESTORING, OFFLINE and the like; only ONLINE can be backed up
  is_in_standby     flag                                         Whether it is a copy that can be read while logs are restored to it
*/
-- Copies (is_copy_only), snapshots of the storage and damaged backups do not count, nor what another server wrote before its msdb came
-- here, nor backups of an earlier database of the name. A Managed Instance (8) names in its backups the machine that it then ran on.
-- 1900-01-01 stands for none: NULL in an aggregate would make SQL Server add a warning to every answer. Times are local in msdb, and
-- time_zone says in quarters of an hour how far from UTC they were then: so an age is right across a change of the clocks. Where it is not
-- known (127), the distance of now is taken.
WITH last_backups AS (
    SELECT d.database_id,
        MAX(CASE WHEN b.type = 'D' THEN b.finished_at ELSE '19000101' END) AS full_at,
        MAX(CASE WHEN b.type = 'I' THEN b.finished_at ELSE '19000101' END) AS diff_at,
        MAX(CASE WHEN b.type = 'L' THEN b.finished_at ELSE '19000101' END) AS log_at
    FROM (
        SELECT s.database_name,
            s.type,
            s.backup_finish_date,
            DATEADD(
                MINUTE,
                CASE WHEN s.time_zone <> 127 THEN -15 * s.time_zone ELSE -DATEPART(TZOFFSET, SYSDATETIMEOFFSET()) END,
                s.backup_finish_date) AS finished_at
        FROM msdb.dbo.backupset AS s
        WHERE s.backup_finish_date >= DATEADD(DAY, -60, GETDATE())
            AND s.type IN ('D', 'I', 'L')
            AND s.is_copy_only = 0
            AND s.is_snapshot = 0
            AND COALESCE(s.is_damaged, 0) = 0
            AND (s.server_name COLLATE DATABASE_DEFAULT IN (@@SERVERNAME, CAST(SERVERPROPERTY('ServerName') AS nvarchar(128)))
                OR CAST(SERVERPROPERTY('EngineEdition') AS int) = 8)
    ) AS b
    INNER JOIN sys.databases AS d
        ON d.name = b.database_name COLLATE DATABASE_DEFAULT
        AND b.backup_finish_date >= d.create_date
    WHERE b.finished_at <= GETUTCDATE()
    GROUP BY d.database_id
),
ages AS (
    SELECT d.database_id,
        d.name,
        d.recovery_model,
        d.recovery_model_desc,
        d.is_read_only,
        d.is_in_standby,
        d.state_desc,
        d.group_database_id,
        NULLIF(l.full_at, '19000101') AS full_at,
        NULLIF(l.diff_at, '19000101') AS diff_at,
        NULLIF(CASE WHEN l.diff_at > l.full_at THEN l.diff_at ELSE l.full_at END, '19000101') AS diff_or_full_at,
        NULLIF(l.log_at, '19000101') AS log_at,
        CASE
            WHEN d.recovery_model IN (1, 2) AND d.database_id <> 3 AND d.is_read_only = 0 AND d.is_in_standby = 0 THEN 1
            ELSE 0
        END AS needs_log_backup
    FROM sys.databases AS d
    LEFT JOIN last_backups AS l ON l.database_id = d.database_id
    WHERE d.database_id <> 2
        AND d.source_database_id IS NULL
)
SELECT TOP (2000) a.name AS database_name,
    a.recovery_model_desc AS recovery_model,
    CAST(a.full_at AS datetime2(3)) AS last_full_at,
    CAST(a.diff_at AS datetime2(3)) AS last_diff_at,
    CAST(a.log_at AS datetime2(3)) AS last_log_at,
    DATEDIFF_BIG(SECOND, a.full_at, GETUTCDATE()) AS full_age_seconds,
    DATEDIFF_BIG(SECOND, a.diff_or_full_at, GETUTCDATE()) AS diff_age_seconds,
    CASE WHEN a.needs_log_backup = 1 THEN DATEDIFF_BIG(SECOND, a.log_at, GETUTCDATE()) END AS log_age_seconds,
    a.needs_log_backup,
    CASE WHEN a.group_database_id IS NULL THEN 0 ELSE 1 END AS is_in_group,
    a.state_desc AS database_state,
    CAST(a.is_in_standby AS int) AS is_in_standby
FROM ages AS a
ORDER BY a.database_id;
