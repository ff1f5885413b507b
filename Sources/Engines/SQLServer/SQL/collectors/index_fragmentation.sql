/*
Purpose:     how fragmented the largest indexes and tables are: those above 30 % first, then those from 5 to 30 %, by their pages.
Title:       Index fragmentation
Versions:    SQL Server 2016 and later.
Permissions: VIEW SERVER STATE (2022 and later: VIEW SERVER PERFORMANCE STATE is enough); CONNECT ANY DATABASE and VIEW ANY DEFINITION for
             the databases to be looked into (without them their indexes are not shown).
Cost:        medium: once a week, the 300 largest partitions of 1000 pages or more, one after the other in LIMITED mode; none is begun after
             5 seconds. Nothing is written but four temporary tables.
Cadence:     week
Keep:        latest
Rows:        300
Columns:
  database_name          label           Database; those of the system, and those that can only be read, are left out
  table_name             label           Table, with its schema
  index_name             label           Index; or heap, the table itself
  partition_number       label           Partition; 1 where there is one only
  index_kind             text            HEAP (the table itself), CLUSTERED or NONCLUSTERED
  page_count             number  pages   Pages of 8 kB in use, without large values
  fragmentation_percent  number  percent Pages, or extents of a heap, that are out of order; empty: not measured
  fragment_count         number  count   Runs of pages that lie together; empty: not measured
  is_measured            flag            Whether it was measured: not when the time was up, it is too large, or it was locked
  measured_at            time            When it was measured
*/
-- One statement with a text of its own, since indexes are named only inside of their database. A database that cannot be opened is passed
-- over. So is one that can only be read: nothing can be rebuilt there, and on a readable secondary the lock of a measurement would hold up
-- the redo. A measurement reads of an index the level above the leaves (one page in a hundred or less, with keys as they mostly are), but of
-- a heap every page. The limits keep both to 25,000 pages, 200 MB: two seconds from a disk that gives 100 MB in one, so that the last that
-- was begun before 5 seconds ends before the deadline of 10.
EXEC sys.sp_executesql N'
SET NOCOUNT ON;
DROP TABLE IF EXISTS #dbtools_databases;
DROP TABLE IF EXISTS #dbtools_found;
DROP TABLE IF EXISTS #dbtools_chosen;
DROP TABLE IF EXISTS #dbtools_measured;
DECLARE @began datetime2(3) = SYSUTCDATETIME();
-- The start is not needed: who may not see it is refused here, and is not shown an empty list.
SELECT d.name,
    y.sqlserver_start_time
INTO #dbtools_databases
FROM sys.databases AS d
CROSS JOIN sys.dm_os_sys_info AS y
WHERE d.database_id > 4
    AND d.state = 0
    AND d.source_database_id IS NULL
    AND DATABASEPROPERTYEX(d.name, N''Updateability'') = N''READ_WRITE'';
IF @@ERROR <> 0 RETURN;
CREATE TABLE #dbtools_found (
    database_id int NOT NULL,
    object_id int NOT NULL,
    index_id int NOT NULL,
    partition_number int NOT NULL,
    page_count bigint NOT NULL,
    database_name nvarchar(128) NOT NULL,
    table_name nvarchar(300) NOT NULL,
    index_name nvarchar(128) NOT NULL,
    index_kind nvarchar(60) NULL
);
CREATE TABLE #dbtools_measured (
    place bigint NOT NULL,
    fragmentation_percent float NULL,
    fragment_count bigint NULL,
    measured_at datetime2(3) NOT NULL
);
DECLARE @name nvarchar(128) = N'''', @procedure nvarchar(300);
WHILE @name IS NOT NULL AND DATEDIFF(MILLISECOND, @began, SYSUTCDATETIME()) < 4000
BEGIN
    SELECT @name = MIN(d.name) FROM #dbtools_databases AS d WHERE d.name > @name;
    SET @procedure = QUOTENAME(@name) + N''.sys.sp_executesql'';
    BEGIN TRY
        IF @name IS NOT NULL
            EXEC @procedure N''
INSERT INTO #dbtools_found (database_id, object_id, index_id, partition_number, page_count, database_name, table_name, index_name, index_kind)
SELECT TOP (300) DB_ID(),
    p.object_id,
    p.index_id,
    p.partition_number,
    p.in_row_used_page_count,
    DB_NAME(),
    s.name + N''''.'''' + t.name,
    COALESCE(i.name, N''''heap''''),
    i.type_desc
FROM sys.dm_db_partition_stats AS p
INNER JOIN sys.indexes AS i
    ON i.object_id = p.object_id
    AND i.index_id = p.index_id
INNER JOIN sys.tables AS t ON t.object_id = p.object_id
INNER JOIN sys.schemas AS s ON s.schema_id = t.schema_id
WHERE p.in_row_used_page_count >= 1000
    AND i.type IN (0, 1, 2)
    AND i.is_disabled = 0
    AND i.is_hypothetical = 0
    AND t.is_ms_shipped = 0
    AND COALESCE(t.is_memory_optimized, 0) = 0
ORDER BY p.in_row_used_page_count DESC, p.object_id, p.index_id, p.partition_number;'';
    END TRY
    BEGIN CATCH
        SET @procedure = NULL;
    END CATCH;
END;
SELECT TOP (300) ROW_NUMBER() OVER (
        ORDER BY f.page_count DESC, f.database_id, f.object_id, f.index_id, f.partition_number
    ) AS place,
    f.database_id,
    f.object_id,
    f.index_id,
    f.partition_number,
    f.page_count,
    f.database_name,
    f.table_name,
    f.index_name,
    f.index_kind
INTO #dbtools_chosen
FROM #dbtools_found AS f
ORDER BY f.page_count DESC, f.database_id, f.object_id, f.index_id, f.partition_number;
DECLARE @place bigint = 0, @database int, @object int, @index int, @partition int;
WHILE @place IS NOT NULL AND DATEDIFF(MILLISECOND, @began, SYSUTCDATETIME()) < 5000
BEGIN
    SELECT @place = MIN(c.place)
    FROM #dbtools_chosen AS c
    WHERE c.place > @place
        AND c.page_count <= CASE c.index_id WHEN 0 THEN 25000 ELSE 2500000 END;
    SELECT @database = c.database_id,
        @object = c.object_id,
        @index = c.index_id,
        @partition = c.partition_number
    FROM #dbtools_chosen AS c
    WHERE c.place = @place;
    BEGIN TRY
        IF @place IS NOT NULL
            INSERT INTO #dbtools_measured (place, fragmentation_percent, fragment_count, measured_at)
            SELECT TOP (1) @place,
                m.avg_fragmentation_in_percent,
                m.fragment_count,
                SYSUTCDATETIME()
            FROM sys.dm_db_index_physical_stats(@database, @object, @index, @partition, N''LIMITED'') AS m
            WHERE m.alloc_unit_type_desc = N''IN_ROW_DATA''
                AND m.index_level = 0
            ORDER BY m.page_count DESC;
    END TRY
    BEGIN CATCH
        SET @procedure = NULL;
    END CATCH;
END;
SET NOCOUNT OFF;
SELECT TOP (300) c.database_name,
    c.table_name,
    c.index_name,
    CAST(c.partition_number AS nvarchar(11)) AS partition_number,
    c.index_kind,
    c.page_count,
    m.fragmentation_percent,
    m.fragment_count,
    CASE WHEN m.fragmentation_percent IS NULL THEN 0 ELSE 1 END AS is_measured,
    m.measured_at
FROM #dbtools_chosen AS c
LEFT JOIN #dbtools_measured AS m ON m.place = c.place
ORDER BY CASE
        WHEN m.fragmentation_percent > 30 THEN 0
        WHEN m.fragmentation_percent >= 5 THEN 1
        WHEN m.fragmentation_percent IS NULL THEN 2
        ELSE 3
    END,
    m.fragmentation_percent * c.page_count DESC,
    c.page_count DESC,
    c.place;
';
