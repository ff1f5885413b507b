/*
Purpose:     how large each database is on disk.
Title:       Database sizes
Versions:    MariaDB 10.6 and later; MySQL has the collector databases_mysql.
Permissions: PROCESS; without it error 1227.
Cost:        low: InnoDB's list of files; no table is opened.
Cadence:     hour
When:        mariadb
Keep:        latest
Rows:        1000
Columns:
  database_name    label                               Name of the database
  size_bytes       gauge   bytes  database_size_bytes  Size of its InnoDB tables with their indexes; tables of other engines, and in the system tablespace, do not count
  allocated_bytes  number  bytes                       What they take up on disk: less with compression or holes
  file_count       number  count                       Files, one for each table or partition
*/
SELECT d.database_name,
    SUM(d.file_bytes) + 0e0 AS size_bytes,
    SUM(d.allocated_bytes) + 0e0 AS allocated_bytes,
    COUNT(*) + 0e0 AS file_count
FROM (
    -- Names of files have other letters than a-z, 0-9 and _ encoded as @ and four digits.
    SELECT CONVERT(CONVERT(CONVERT(SUBSTRING_INDEX(s.NAME, '/', 1) USING binary) USING filename) USING utf8mb4) AS database_name,
        s.FILE_SIZE AS file_bytes,
        s.ALLOCATED_SIZE AS allocated_bytes
    FROM information_schema.INNODB_SYS_TABLESPACES AS s
    WHERE s.NAME LIKE '%/%'
) AS d
GROUP BY d.database_name
ORDER BY d.database_name
LIMIT 1000;
