/*
Purpose:     what active sessions wait for at this moment, by type of wait: a sample that shows over time where they spend it.
Title:       Waits by type
Versions:    PostgreSQL 12 and later.
Permissions: pg_monitor.
Cost:        low: one row for each session, of shared memory.
Cadence:     minute
Keep:        latest
Rows:        50
Columns:
  wait_event_type   label                                         Type of wait; CPU: runs, or waits for a processor
  session_count     gauge   count  active_session_count           Active client sessions that wait so; our own does not count
*/
WITH sessions AS MATERIALIZED (
    SELECT COALESCE(a.wait_event_type, 'CPU') AS wait_event_type
    FROM pg_stat_activity AS a
    -- Without pg_monitor the view shows NULLs and no error: this raises one (42501).
    WHERE (SELECT CASE WHEN pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') THEN true ELSE pg_tablespace_size('pg_global') IS NOT NULL END)
        AND a.backend_type IN ('client backend', 'parallel worker')
        AND a.state IN ('active', 'fastpath function call')
        AND a.pid <> pg_backend_pid()
),
kinds AS (
    -- These are always told: 0 of them is known.
    SELECT v.wait_event_type
    FROM (VALUES ('CPU'), ('BufferPin'), ('Client'), ('Extension'), ('IO'), ('IPC'), ('Lock'), ('LWLock'), ('Timeout')) AS v (wait_event_type)
    UNION
    SELECT s.wait_event_type
    FROM sessions AS s
)
SELECT k.wait_event_type,
    count(s.wait_event_type)::float8 AS session_count
FROM kinds AS k
LEFT JOIN sessions AS s ON s.wait_event_type = k.wait_event_type
GROUP BY k.wait_event_type
ORDER BY k.wait_event_type
LIMIT 50;
