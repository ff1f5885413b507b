/*
Purpose:     memory that queries were granted to sort and hash, and how many wait for it.
Title:       Memory grants
Versions:    SQL Server 2016 and later.
Permissions: VIEW SERVER STATE (2022 and later: VIEW SERVER PERFORMANCE STATE is enough).
Cost:        low: two rows for each resource pool; no table is read.
Cadence:     minute
Keep:        latest
Rows:        100
Columns:
  pool_id           label                                         Number of the resource pool; 2 is the default
  semaphore_kind    label                                         regular, or small: grants under 5 MB and cheap queries
  target_bytes      gauge    bytes  memory_grant_target_bytes     What may be granted at most
  available_bytes   gauge    bytes  memory_grant_available_bytes  What can still be granted
  granted_bytes     gauge    bytes  memory_grant_granted_bytes    What is granted
  used_bytes        gauge    bytes  memory_grant_used_bytes       What of it is used
  grantee_count     gauge    count  memory_grant_grantees         Queries that have a grant
  waiter_count      gauge    count  memory_grant_waiters          Queries that wait for one
  timeout_count     counter  count  memory_grant_timeouts         Queries that waited in vain, since the start
  forced_count      counter  count  memory_grant_forced           Grants cut to the minimum, since the start
*/
SELECT TOP (100) CAST(s.pool_id AS nvarchar(11)) AS pool_id,
    CASE WHEN s.resource_semaphore_id = 0 THEN N'regular' ELSE N'small' END AS semaphore_kind,
    s.target_memory_kb * 1024 AS target_bytes,
    s.available_memory_kb * 1024 AS available_bytes,
    s.granted_memory_kb * 1024 AS granted_bytes,
    s.used_memory_kb * 1024 AS used_bytes,
    s.grantee_count,
    s.waiter_count,
    s.timeout_error_count AS timeout_count,
    s.forced_grant_count AS forced_count
FROM sys.dm_exec_query_resource_semaphores AS s
ORDER BY s.pool_id, s.resource_semaphore_id;
