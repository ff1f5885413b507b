/*
Purpose:     what fills tempdb: users' tables, sorts and hashes, row versions.
Title:       tempdb
Versions:    SQL Server 2016 and later.
Permissions: VIEW SERVER STATE (2022 and later: VIEW SERVER PERFORMANCE STATE is enough; Azure SQL Database: a place in the role
             ##MS_ServerStateReader##).
Cost:        low: one row for each file of tempdb, added up.
Cadence:     five_minutes
Keep:        latest
Rows:        10
Columns:
  space_kind   label                            free, internal objects, mixed extents, user objects or version store
  space_bytes  gauge  bytes  tempdb_space_bytes  Space of this kind in all data files
*/
SELECT TOP (10) k.space_kind,
    SUM(k.page_count) * 8192 AS space_bytes
FROM tempdb.sys.dm_db_file_space_usage AS u
CROSS APPLY (
    VALUES (N'free', u.unallocated_extent_page_count),
        (N'internal objects', u.internal_object_reserved_page_count),
        (N'mixed extents', u.mixed_extent_page_count),
        (N'user objects', u.user_object_reserved_page_count),
        (N'version store', u.version_store_reserved_page_count)
) AS k (space_kind, page_count)
GROUP BY k.space_kind
ORDER BY k.space_kind;
