/*
Purpose:     where each database file lies, and how it grows.
Title:       Database files
Versions:    SQL Server 2016 and later.
Permissions: VIEW ANY DEFINITION (without it: no rows and no error).
Cost:        low: one catalog view.
Cadence:     hour
When:        instance
Keep:        changes
Rows:        2000
Columns:
  database_name   label            Database of the file
  file_name       label            Logical name of the file
  file_kind       text             ROWS, LOG or FILESTREAM
  physical_name   text             Where it lies
  file_state      text             ONLINE, OFFLINE, RECOVERING and the like
  growth_text     text             How the file grows: by MB (kB if those are no whole MB), by percent, or none
  max_size_bytes  number  bytes    Size at which the file stops growing; not known: only the disk limits it
  is_read_only    flag             Whether nothing can be written to it
*/
SELECT TOP (2000) DB_NAME(f.database_id) AS database_name,
    f.name AS file_name,
    f.type_desc AS file_kind,
    f.physical_name,
    f.state_desc AS file_state,
    CASE
        WHEN f.growth = 0 THEN N'none'
        WHEN f.is_percent_growth = 1 THEN CAST(f.growth AS nvarchar(11)) + N' %'
        WHEN f.growth % 128 = 0 THEN CAST(f.growth / 128 AS nvarchar(11)) + N' MB'
        ELSE CAST(CAST(f.growth AS bigint) * 8 AS nvarchar(20)) + N' kB'
    END AS growth_text,
    CASE
        WHEN f.max_size > 0 THEN CAST(f.max_size AS float) * 8192
        WHEN f.max_size = 0 THEN CAST(f.size AS float) * 8192
    END AS max_size_bytes,
    CAST(f.is_read_only AS int) AS is_read_only
FROM sys.master_files AS f
ORDER BY f.database_id, f.file_id;
