/*
Purpose:     how indexes are used since the start: those that are written and never read first, then those that are written most.
Title:       Index usage
Versions:    SQL Server 2016 and later.
Permissions: VIEW SERVER STATE (2022 and later: VIEW SERVER PERFORMANCE STATE is enough); CONNECT ANY DATABASE and VIEW ANY DEFINITION for
             the names and kinds (without them an index is named by its number).
Cost:        medium: the counts are in memory; for 2000 of them at most, names are looked up in each of their databases, once a day.
             Nothing is written but two temporary tables.
Cadence:     day
Keep:        latest
Rows:        500
Columns:
  database_name   label          Database; those of the system are left out
  table_name      label          Table, with its schema; or its number
  index_name      label          Index; or its number
  index_kind      text           HEAP (the table itself), CLUSTERED, NONCLUSTERED and the like
  is_unused       flag           Whether it was written and never read; not of the table itself
  is_unique       flag           Whether it keeps values from coming twice: then it has a use without being read
  is_constraint   flag           Whether it belongs to a primary key or a unique constraint
  seek_count      number  count  Times that some rows were looked for in it
  scan_count      number  count  Times that all of it was read
  lookup_count    number  count  Times that rows were looked up in it for another index
  update_count    number  count  Times that it was written
  last_read_at    time           When it was last read; an hour off after a change of the clocks
  last_update_at  time           When it was last written
  counted_since   time           Start of the server: an index that is not used since yesterday may be used at the end of the month
*/
-- One statement with a text of its own, since an index's name can be had only inside of its database. A database that cannot be opened
-- leaves its indexes without names, and so does one whose turn has not come after 4 seconds: so that there is an answer before the deadline
-- of 10. An index that was neither read nor written since the start is not counted by SQL Server.
EXEC sys.sp_executesql N'
SET NOCOUNT ON;
DROP TABLE IF EXISTS #dbtools_used;
DROP TABLE IF EXISTS #dbtools_names;
DECLARE @began datetime2(3) = SYSUTCDATETIME();
SELECT TOP (2000) u.database_id,
    u.object_id,
    u.index_id,
    u.user_seeks,
    u.user_scans,
    u.user_lookups,
    u.user_updates,
    u.last_user_seek,
    u.last_user_scan,
    u.last_user_lookup,
    u.last_user_update,
    CASE WHEN u.index_id > 1 AND u.user_updates > 0 AND u.user_seeks + u.user_scans + u.user_lookups = 0 THEN 1 ELSE 0 END AS is_unused
INTO #dbtools_used
FROM sys.dm_db_index_usage_stats AS u
WHERE u.database_id > 4
    AND u.database_id <> 32767
ORDER BY is_unused DESC, u.user_updates DESC, u.user_seeks DESC;
IF @@ERROR <> 0 RETURN;
CREATE TABLE #dbtools_names (
    database_id int NOT NULL,
    object_id int NOT NULL,
    index_id int NOT NULL,
    table_name nvarchar(300) NULL,
    index_name nvarchar(128) NULL,
    index_kind nvarchar(60) NULL,
    is_unique int NULL,
    is_constraint int NULL,
    is_shipped int NULL
);
DECLARE @database int = 0, @procedure nvarchar(300);
WHILE @database IS NOT NULL AND DATEDIFF(MILLISECOND, @began, SYSUTCDATETIME()) < 4000
BEGIN
    SELECT @database = MIN(u.database_id) FROM #dbtools_used AS u WHERE u.database_id > @database;
    SET @procedure = QUOTENAME(DB_NAME(@database)) + N''.sys.sp_executesql'';
    BEGIN TRY
        IF @database IS NOT NULL
            EXEC @procedure N''
INSERT INTO #dbtools_names (database_id, object_id, index_id, table_name, index_name, index_kind, is_unique, is_constraint, is_shipped)
SELECT u.database_id,
    u.object_id,
    u.index_id,
    s.name + N''''.'''' + o.name,
    i.name,
    i.type_desc,
    CAST(i.is_unique AS int),
    CASE WHEN i.is_primary_key = 1 OR i.is_unique_constraint = 1 THEN 1 ELSE 0 END,
    CAST(o.is_ms_shipped AS int)
FROM #dbtools_used AS u
INNER JOIN sys.indexes AS i
    ON i.object_id = u.object_id
    AND i.index_id = u.index_id
INNER JOIN sys.objects AS o ON o.object_id = u.object_id
INNER JOIN sys.schemas AS s ON s.schema_id = o.schema_id
WHERE u.database_id = DB_ID();'';
    END TRY
    BEGIN CATCH
        SET @procedure = NULL;
    END CATCH;
END;
SET NOCOUNT OFF;
SELECT TOP (500) DB_NAME(u.database_id) AS database_name,
    COALESCE(n.table_name, N''object '' + CAST(u.object_id AS nvarchar(11))) AS table_name,
    COALESCE(n.index_name, CASE WHEN u.index_id = 0 THEN N''heap'' ELSE N''index '' + CAST(u.index_id AS nvarchar(11)) END) AS index_name,
    COALESCE(n.index_kind, CASE u.index_id WHEN 0 THEN N''HEAP'' WHEN 1 THEN N''CLUSTERED'' END) AS index_kind,
    u.is_unused,
    n.is_unique,
    n.is_constraint,
    u.user_seeks AS seek_count,
    u.user_scans AS scan_count,
    u.user_lookups AS lookup_count,
    u.user_updates AS update_count,
    CAST(DATEADD(MINUTE, -DATEPART(TZOFFSET, SYSDATETIMEOFFSET()), NULLIF(r.read_at, ''19000101'')) AS datetime2(3)) AS last_read_at,
    CAST(DATEADD(MINUTE, -DATEPART(TZOFFSET, SYSDATETIMEOFFSET()), u.last_user_update) AS datetime2(3)) AS last_update_at,
    CAST(DATEADD(MINUTE, -DATEPART(TZOFFSET, SYSDATETIMEOFFSET()), y.sqlserver_start_time) AS datetime2(3)) AS counted_since
FROM #dbtools_used AS u
CROSS JOIN sys.dm_os_sys_info AS y
LEFT JOIN #dbtools_names AS n
    ON n.database_id = u.database_id
    AND n.object_id = u.object_id
    AND n.index_id = u.index_id
CROSS APPLY (
    SELECT MAX(COALESCE(k.read_at, ''19000101'')) AS read_at
    FROM (VALUES (u.last_user_seek), (u.last_user_scan), (u.last_user_lookup)) AS k (read_at)
) AS r
WHERE COALESCE(n.is_shipped, 0) = 0
ORDER BY u.is_unused DESC, u.user_updates DESC, database_name, table_name, index_name;
';
