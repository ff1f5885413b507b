/*
Purpose:     secondary indexes that were not used since the server started, or their statistics were reset: they cost room and writes.
Title:       Unused indexes
Versions:    MySQL 8.0 and later; MariaDB has the collector unused_indexes.
Permissions: PROCESS, and SELECT on performance_schema.
Cost:        medium: one row for each index of the tables that were opened, of memory; InnoDB's lists of tables and indexes, for which
             MySQL opens the definition of each table, one after the other.
Cadence:     day
When:        mysql, performance_schema
Keep:        latest
Rows:        200
Columns:
  database_name      label            Database of the table
  table_name         label            Name of the table
  index_name         label            Name of the index
  table_write_count  number  count    Rows of the table that were inserted, updated or deleted meanwhile
  table_read_count   number  count    Rows of the table that were fetched meanwhile
  counted_seconds    number  seconds  For how long uses have been counted: since the start
*/
SELECT u.OBJECT_SCHEMA AS database_name,
    u.OBJECT_NAME AS table_name,
    u.INDEX_NAME AS index_name,
    t.COUNT_WRITE + 0e0 AS table_write_count,
    t.COUNT_READ + 0e0 AS table_read_count,
    v.uptime_seconds AS counted_seconds
FROM performance_schema.table_io_waits_summary_by_index_usage AS u
JOIN performance_schema.table_io_waits_summary_by_table AS t ON t.OBJECT_TYPE = u.OBJECT_TYPE
    AND t.OBJECT_SCHEMA = u.OBJECT_SCHEMA
    AND t.OBJECT_NAME = u.OBJECT_NAME
JOIN (
    -- Bit 1 (2) of the type: unique, which it may be there for.
    SELECT CONVERT(CONVERT(CONVERT(SUBSTRING_INDEX(n.NAME, '/', 1) USING binary) USING filename) USING utf8mb4) AS database_name,
        CONVERT(CONVERT(CONVERT(SUBSTRING_INDEX(SUBSTRING_INDEX(SUBSTRING_INDEX(n.NAME, '/', -1), '#P#', 1), '#p#', 1) USING binary) USING filename) USING utf8mb4) AS table_name,
        i.NAME AS index_name,
        MAX(i.TYPE & 2) AS is_unique
    FROM information_schema.INNODB_INDEXES AS i
    JOIN information_schema.INNODB_TABLES AS n ON n.TABLE_ID = i.TABLE_ID
    GROUP BY 1, 2, 3
) AS k ON k.database_name = u.OBJECT_SCHEMA AND k.table_name = u.OBJECT_NAME AND k.index_name = u.INDEX_NAME
CROSS JOIN (
    SELECT s.VARIABLE_VALUE + 0e0 AS uptime_seconds
    FROM performance_schema.global_status AS s
    WHERE LOWER(s.VARIABLE_NAME) = 'uptime'
) AS v
WHERE u.COUNT_STAR = 0
    AND u.INDEX_NAME <> 'PRIMARY'
    AND k.is_unique = 0
    AND u.OBJECT_SCHEMA NOT IN ('mysql', 'performance_schema', 'information_schema', 'sys')
ORDER BY table_write_count DESC, database_name, table_name, index_name
LIMIT 200;
