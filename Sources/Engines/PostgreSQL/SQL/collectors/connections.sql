/*
Purpose:     how many of the connections that the server allows are used.
Title:       Connections
Versions:    PostgreSQL 12 and later.
Permissions: none.
Cost:        low: a row for each session, of shared memory.
Cadence:     minute
Keep:        latest
Rows:        1
Columns:
  used_count       gauge   count    connections_used           Client sessions now, over all databases; without pg_monitor other roles' workers count too
  used_percent     gauge   percent  connections_used_percent   Of those that ordinary roles may open
  limit_count      number  count                               Connections that the server allows (max_connections)
  reserved_count   number  count                               Of them only for superusers, and from 16 for roles that may use reserved ones
  started_at       time                                        When the server started
*/
SELECT u.used_count,
    100 * u.used_count / NULLIF(l.limit_count - l.reserved_count, 0) AS used_percent,
    l.limit_count,
    l.reserved_count,
    pg_postmaster_start_time() AS started_at
FROM (
    -- Not numbackends: it counts workers of autovacuum, of parallel queries and of replication too, which have places of their own.
    SELECT count(*)::float8 AS used_count
    FROM pg_stat_activity
    -- The type of others' sessions is hidden without pg_monitor.
    WHERE backend_type = 'client backend'
        OR backend_type IS NULL AND datid IS NOT NULL AND usesysid IS NOT NULL
) AS u
CROSS JOIN (
    SELECT current_setting('max_connections')::float8 AS limit_count,
        current_setting('superuser_reserved_connections')::float8
            + COALESCE(current_setting('reserved_connections', true), '0')::float8 AS reserved_count
) AS l
LIMIT 1;
