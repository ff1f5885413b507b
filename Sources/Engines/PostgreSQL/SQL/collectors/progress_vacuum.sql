/*
Purpose:     how far each running vacuum is.
Title:       Running vacuums
Versions:    PostgreSQL 12 and later.
Permissions: pg_monitor.
Cost:        low: one row for each running vacuum, of shared memory.
Cadence:     minute
Keep:        latest
Rows:        50
Columns:
  session_id           label            Process id of the vacuum
  database_name        text             Database of the table
  table_name           text             The table; its oid when it is not in the connected database
  phase                text             What it does now
  is_autovacuum        flag             Whether autovacuum runs it
  scanned_percent      number  percent  Share of the table's blocks that it has gone through
  vacuumed_percent     number  percent  Share of the table's blocks that are cleaned
  index_pass_count     number  count    Times that it went through all indexes: more than 1 tells that its memory is too small
  table_bytes          number  bytes    Size of the table when it began
  running_seconds      number  seconds  How long it has run
*/
SELECT v.pid::text AS session_id,
    v.datname::text AS database_name,
    CASE WHEN v.datname = current_database() THEN v.relid::regclass::text ELSE v.relid::text END AS table_name,
    v.phase,
    a.backend_type = 'autovacuum worker' AS is_autovacuum,
    100.0::float8 * v.heap_blks_scanned / NULLIF(v.heap_blks_total, 0) AS scanned_percent,
    100.0::float8 * v.heap_blks_vacuumed / NULLIF(v.heap_blks_total, 0) AS vacuumed_percent,
    v.index_vacuum_count::float8 AS index_pass_count,
    v.heap_blks_total * current_setting('block_size')::float8 AS table_bytes,
    EXTRACT(epoch FROM clock_timestamp() - a.query_start)::float8 AS running_seconds
FROM pg_stat_progress_vacuum AS v
LEFT JOIN pg_stat_activity AS a ON a.pid = v.pid
-- Without pg_monitor the view shows NULLs and no error: this raises one (42501).
WHERE (SELECT CASE WHEN pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') THEN true ELSE pg_tablespace_size('pg_global') IS NOT NULL END)
ORDER BY running_seconds DESC, session_id
LIMIT 50;
