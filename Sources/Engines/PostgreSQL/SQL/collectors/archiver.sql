/*
Purpose:     whether finished log files reach the archive.
Title:       Log archiving
Versions:    PostgreSQL 12 and later.
Permissions: pg_monitor.
Cost:        low: one row of statistics, and the names of the files in pg_wal/archive_status.
Cadence:     five_minutes
Keep:        latest
Rows:        1
Columns:
  is_archiving          flag                                       Whether archive_mode is on
  archived_count        counter  count    wal_files_archived       Files that were archived
  failed_count          counter  count    wal_archive_failures     Failed tries to archive a file
  waiting_count         gauge    count    wal_files_to_archive     Finished files that wait to be archived
  last_archived_name    text                                       Newest archived file
  last_archived_at      time                                       When it was archived
  last_failed_name      text                                       File of the newest failure
  last_failed_at        time                                       When that was
  is_failing            flag                                       Whether the newest try failed
  stats_reset_at        time                                       When these statistics were last reset
*/
SELECT current_setting('archive_mode') <> 'off' AS is_archiving,
    a.archived_count,
    a.failed_count,
    (SELECT count(*) FROM pg_ls_archive_statusdir() AS f WHERE f.name LIKE '%.ready')::float8 AS waiting_count,
    a.last_archived_wal AS last_archived_name,
    a.last_archived_time AS last_archived_at,
    a.last_failed_wal AS last_failed_name,
    a.last_failed_time AS last_failed_at,
    CASE WHEN current_setting('archive_mode') <> 'off'
        THEN COALESCE(a.last_failed_time > COALESCE(a.last_archived_time, '-infinity'), false) END AS is_failing,
    a.stats_reset AS stats_reset_at
FROM pg_stat_archiver AS a
LIMIT 1;
