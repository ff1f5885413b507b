/*
Purpose:     what active sessions wait for at this moment, by event.
Title:       Wait events
Versions:    PostgreSQL 12 and later.
Permissions: pg_monitor.
Cost:        low: one row for each session, of shared memory.
Cadence:     minute
Keep:        every
Rows:        100
Columns:
  wait_event_type   label            Type of wait; CPU: runs, or waits for a processor
  wait_event        label            What is waited for
  session_count     number  count    Active sessions that wait for it; our own does not count
  oldest_seconds    number  seconds  For how long the statement of the longest has run
*/
SELECT COALESCE(a.wait_event_type, 'CPU') AS wait_event_type,
    COALESCE(a.wait_event, 'running') AS wait_event,
    count(*)::float8 AS session_count,
    EXTRACT(epoch FROM clock_timestamp() - min(a.query_start))::float8 AS oldest_seconds
FROM pg_stat_activity AS a
-- Without pg_monitor the view shows NULLs and no error: this raises one (42501).
WHERE (SELECT CASE WHEN pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') THEN true ELSE pg_tablespace_size('pg_global') IS NOT NULL END)
    AND a.backend_type IN ('client backend', 'parallel worker', 'autovacuum worker')
    AND a.state IN ('active', 'fastpath function call')
    AND a.pid <> pg_backend_pid()
GROUP BY 1, 2
ORDER BY session_count DESC, wait_event_type, wait_event
LIMIT 100;
