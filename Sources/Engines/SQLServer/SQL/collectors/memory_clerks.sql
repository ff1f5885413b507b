/*
Purpose:     what SQL Server uses its memory for.
Title:       Memory clerks
Versions:    SQL Server 2016 and later.
Permissions: VIEW SERVER STATE (2022 and later: VIEW SERVER PERFORMANCE STATE is enough; Azure SQL Database: a place in the role
             ##MS_ServerStateReader##).
Cost:        low: some hundred rows from memory, added up by type; no table is read.
Cadence:     five_minutes
Keep:        latest
Rows:        25
Columns:
  clerk_type       label                                         Who holds the memory
  memory_bytes     gauge  bytes  memory_clerk_bytes              Memory in pages
  committed_bytes  gauge  bytes  memory_clerk_committed_bytes    Virtual memory that it committed beside its pages
*/
-- The largest 25 by their power of two, then by name: so the list does not change with every few pages.
SELECT TOP (25) k.clerk_type,
    k.pages_kb * 1024 AS memory_bytes,
    k.committed_kb * 1024 AS committed_bytes
FROM (
    SELECT RTRIM(c.type) AS clerk_type,
        SUM(c.pages_kb) AS pages_kb,
        SUM(c.virtual_memory_committed_kb + c.shared_memory_committed_kb) AS committed_kb
    FROM sys.dm_os_memory_clerks AS c
    GROUP BY RTRIM(c.type)
) AS k
WHERE k.pages_kb + k.committed_kb > 0
ORDER BY FLOOR(LOG(k.pages_kb + k.committed_kb, 2)) DESC,
    k.clerk_type;
