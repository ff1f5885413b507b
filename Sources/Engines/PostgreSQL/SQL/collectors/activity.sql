/*
Purpose:     sessions and background processes by what they are and what they do.
Title:       Sessions by state
Versions:    PostgreSQL 12 and later.
Permissions: pg_monitor.
Cost:        low: one row for each session, of shared memory.
Cadence:     minute
Keep:        latest
Rows:        100
Columns:
  backend_type                label                                               Kind of process: client backend, autovacuum worker, walsender, ...
  state                       label                                               active, idle, idle in transaction, ...; background: has no state
  session_count               gauge   count    session_count                      How many there are; our own session counts as idle, as it is between two readings
  oldest_transaction_seconds  gauge   seconds  oldest_transaction_seconds         Age of the oldest transaction among them
  oldest_state_seconds        gauge   seconds  oldest_state_seconds               For how long the longest has been in this state
  xmin_age                    gauge   count    oldest_xmin_age                    Transactions since the oldest snapshot among them: newer dead rows stay
*/
WITH sessions AS MATERIALIZED (
    SELECT COALESCE(a.backend_type, 'unknown') AS backend_type,
        CASE WHEN a.pid = pg_backend_pid() THEN 'idle' ELSE COALESCE(a.state, 'background') END AS state,
        CASE WHEN a.pid <> pg_backend_pid() THEN a.xact_start END AS xact_start,
        CASE WHEN a.pid <> pg_backend_pid() THEN a.state_change END AS state_change,
        CASE WHEN a.pid <> pg_backend_pid() THEN a.backend_xmin END AS backend_xmin
    FROM pg_stat_activity AS a
    -- Without pg_monitor the view shows NULLs and no error: this raises one (42501).
    WHERE (SELECT CASE WHEN pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') THEN true ELSE pg_tablespace_size('pg_global') IS NOT NULL END)
),
kinds AS (
    -- These are always told: 0 of them is known.
    SELECT v.backend_type, v.state
    FROM (VALUES ('client backend', 'active'), ('client backend', 'idle'), ('client backend', 'idle in transaction'),
        ('client backend', 'idle in transaction (aborted)'), ('autovacuum worker', 'active'), ('parallel worker', 'active'),
        ('walsender', 'active')) AS v (backend_type, state)
    WHERE EXISTS (SELECT FROM sessions)
    UNION
    SELECT s.backend_type, s.state
    FROM sessions AS s
)
SELECT k.backend_type,
    k.state,
    count(s.backend_type)::float8 AS session_count,
    EXTRACT(epoch FROM clock_timestamp() - min(s.xact_start))::float8 AS oldest_transaction_seconds,
    EXTRACT(epoch FROM clock_timestamp() - min(s.state_change))::float8 AS oldest_state_seconds,
    max(age(s.backend_xmin))::float8 AS xmin_age
FROM kinds AS k
LEFT JOIN sessions AS s ON s.backend_type = k.backend_type AND s.state = k.state
GROUP BY k.backend_type, k.state
ORDER BY k.backend_type, k.state
LIMIT 100;
