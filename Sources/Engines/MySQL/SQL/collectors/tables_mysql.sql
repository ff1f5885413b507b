/*
Purpose:     the largest tables of InnoDB: size, rows, indexes.
Title:       Tables
Versions:    MySQL 8.0 and later; MariaDB has the collector tables.
Permissions: PROCESS; without it error 1227.
Cost:        medium: InnoDB's lists of files and of tables; for the latter MySQL opens the definition of each table, one after the other.
Cadence:     day
When:        mysql
Keep:        latest
Rows:        50
Columns:
  database_name   label                             Database of the table
  table_name      label                             Name of the table; partitions are added up
  total_bytes     gauge   bytes  table_size_bytes   Size of its files, with indexes
  index_bytes     gauge   bytes  table_index_bytes  Size of its secondary indexes, by the statistics; NULL: not opened since the start
  live_rows       gauge   count  table_live_rows    Rows, about, by the statistics; NULL: not opened since the start
  changed_rows    number  count                     Rows that were changed since the statistics were made
  file_count      number  count                     Files: one for each partition
*/
SELECT g.database_name, g.table_name, g.total_bytes, g.index_bytes, g.live_rows, g.changed_rows, g.file_count
FROM (
    SELECT f.database_name,
        f.table_name,
        SUM(f.file_bytes) + 0e0 AS total_bytes,
        CASE WHEN COUNT(f.known) = COUNT(*) THEN SUM(f.index_pages * @@GLOBAL.innodb_page_size) + 0e0 END AS index_bytes,
        CASE WHEN COUNT(f.known) = COUNT(*) THEN SUM(f.row_count) + 0e0 END AS live_rows,
        CASE WHEN COUNT(f.known) = COUNT(*) THEN SUM(f.changed_count) + 0e0 END AS changed_rows,
        COUNT(*) + 0e0 AS file_count
    FROM (
        -- Names of files have other letters than a-z, 0-9 and _ encoded as @ and four digits; a partition's follows #P#.
        SELECT CONVERT(CONVERT(CONVERT(SUBSTRING_INDEX(s.NAME, '/', 1) USING binary) USING filename) USING utf8mb4) AS database_name,
            CONVERT(CONVERT(CONVERT(SUBSTRING_INDEX(SUBSTRING_INDEX(SUBSTRING_INDEX(s.NAME, '/', -1), '#P#', 1), '#p#', 1) USING binary) USING filename) USING utf8mb4) AS table_name,
            s.FILE_SIZE AS file_bytes,
            CASE WHEN t.STATS_INITIALIZED IN ('1', 'Initialized') THEN 1 END AS known,
            t.NUM_ROWS AS row_count,
            t.OTHER_INDEX_SIZE AS index_pages,
            t.MODIFIED_COUNTER AS changed_count
        FROM information_schema.INNODB_TABLESPACES AS s
        LEFT JOIN information_schema.INNODB_TABLES AS n ON n.SPACE = s.SPACE
        LEFT JOIN information_schema.INNODB_TABLESTATS AS t ON t.TABLE_ID = n.TABLE_ID
        WHERE s.NAME LIKE '%/%'
            AND s.NAME NOT LIKE '%/FTS\_%'
            AND s.NAME NOT LIKE 'mysql/%'
    ) AS f
    GROUP BY f.database_name, f.table_name
    ORDER BY total_bytes DESC, f.database_name, f.table_name
    LIMIT 50
) AS g
ORDER BY g.database_name, g.table_name
LIMIT 50;
