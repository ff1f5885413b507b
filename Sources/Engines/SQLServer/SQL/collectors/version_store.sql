/*
Purpose:     how much of tempdb the row versions of each database take.
Title:       Version store
Versions:    SQL Server 2017 and later.
Permissions: VIEW SERVER STATE (2022 and later: VIEW SERVER PERFORMANCE STATE is enough).
Cost:        low: one row for each database that has versions; they are not gone through.
Cadence:     five_minutes
When:        >=14, instance
Keep:        latest
Rows:        2000
Columns:
  database_name   label                                Database
  reserved_bytes  gauge  bytes  version_store_bytes    Space in tempdb for its row versions
*/
SELECT TOP (2000) DB_NAME(v.database_id) AS database_name,
    CAST(v.reserved_space_kb AS bigint) * 1024 AS reserved_bytes
FROM sys.dm_tran_version_store_space_usage AS v
WHERE v.database_id <> 32767
ORDER BY v.database_id;
