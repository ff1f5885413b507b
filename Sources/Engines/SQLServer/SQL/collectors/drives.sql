/*
Purpose:     how full the volumes are on which database files lie.
Title:       Drives
Versions:    SQL Server 2016 and later.
Permissions: VIEW SERVER STATE (2022 and later: VIEW SERVER PERFORMANCE STATE is enough).
Cost:        low: one question to the system for each database file, once an hour.
Cadence:     hour
When:        instance
Keep:        latest
Rows:        200
Columns:
  volume             label                                       Where the volume is mounted
  volume_name        text                                        What it is called
  file_system        text                                        NTFS, ReFS, xfs, ext4 and the like
  file_count         number  count                               Database files on it
  total_bytes        gauge   bytes    volume_size_bytes          Size
  available_bytes    gauge   bytes    volume_available_bytes     Free for SQL Server
  available_percent  gauge   percent  volume_available_percent   The same in percent
  is_read_only       flag                                        Whether nothing can be written to it
*/
-- The files come from their input and output, not from master_files, which takes a further right. A volume is asked about once for each of
-- its files; the least that it said is free is shown.
SELECT TOP (200) w.volume,
    w.volume_name,
    w.file_system,
    w.file_count,
    w.total_bytes,
    w.available_bytes,
    100.0e0 * w.available_bytes / NULLIF(w.total_bytes, 0) AS available_percent,
    w.is_read_only
FROM (
    SELECT COALESCE(RTRIM(v.volume_mount_point), N'') AS volume,
        MAX(COALESCE(RTRIM(v.logical_volume_name), N'')) AS volume_name,
        MAX(COALESCE(RTRIM(v.file_system_type), N'')) AS file_system,
        COUNT_BIG(*) AS file_count,
        MAX(v.total_bytes) AS total_bytes,
        MIN(v.available_bytes) AS available_bytes,
        MAX(COALESCE(CAST(v.is_read_only AS int), 0)) AS is_read_only
    FROM sys.dm_io_virtual_file_stats(NULL, NULL) AS f
    CROSS APPLY sys.dm_os_volume_stats(f.database_id, f.file_id) AS v
    WHERE f.database_id <> 32767
    GROUP BY COALESCE(RTRIM(v.volume_mount_point), N'')
) AS w
ORDER BY w.volume;
