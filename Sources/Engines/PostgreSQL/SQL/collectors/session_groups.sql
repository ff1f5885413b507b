/*
Purpose:     who is connected: client sessions by database, role and application.
Title:       Sessions by application
Versions:    PostgreSQL 12 and later.
Permissions: pg_monitor.
Cost:        low: one row for each session, of shared memory.
Cadence:     five_minutes
Keep:        latest
Rows:        100
Columns:
  database_name        label           Database
  user_name            label           Role
  application_name     label           Name that the client gave itself; empty: none
  session_count        number  count   Sessions
  active_count         number  count   Of them those that execute a statement
  idle_open_count      number  count   Of them those that are idle in a transaction
  client_count         number  count   Different addresses that they come from
  oldest_connected_at  time            Since when the oldest is connected
*/
SELECT COALESCE(a.datname::text, '') AS database_name,
    COALESCE(a.usename::text, '') AS user_name,
    COALESCE(a.application_name, '') AS application_name,
    count(*)::float8 AS session_count,
    count(*) FILTER (WHERE a.state = 'active' AND a.pid <> pg_backend_pid())::float8 AS active_count,
    count(*) FILTER (WHERE a.state LIKE 'idle in transaction%')::float8 AS idle_open_count,
    count(DISTINCT COALESCE(host(a.client_addr), 'local'))::float8 AS client_count,
    min(a.backend_start) AS oldest_connected_at
FROM pg_stat_activity AS a
-- Without pg_monitor the view shows NULLs and no error: this raises one (42501).
WHERE (SELECT CASE WHEN pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') THEN true ELSE pg_tablespace_size('pg_global') IS NOT NULL END)
    AND a.backend_type = 'client backend'
GROUP BY 1, 2, 3
ORDER BY session_count DESC, database_name, user_name, application_name
LIMIT 100;
