/*
Purpose:     the statements that took most time, as pg_stat_statements counts them.
Title:       Statements
Versions:    PostgreSQL 12 and later with the extension pg_stat_statements, created in the connected database and loaded at the start.
Permissions: pg_monitor; USAGE on the extension's schema, where that is another than public.
Cost:        medium: reads the file of the statements' texts.
Cadence:     five_minutes
Keep:        latest
Rows:        100
Columns:
  query_id             label                                                 Identity of the statement
  database_name        label                                                 Database that it runs in
  user_name            label                                                 Role that runs it
  call_count           counter  operations    statement_calls                Times that it was executed
  total_us             counter  microseconds  statement_time_us              Time that its executions took
  planning_us          counter  microseconds  statement_planning_us          Time that its planning took; NULL: before 13, or pg_stat_statements.track_planning is off
  row_count            counter  count         statement_rows                 Rows that it brought or changed
  blocks_hit           counter  pages         statement_blocks_hit           Blocks found in the cache
  blocks_read          counter  pages         statement_blocks_read          Blocks read from outside the cache
  blocks_dirtied       counter  pages         statement_blocks_dirtied       Blocks changed that were clean
  temp_blocks_written  counter  pages         statement_temp_blocks_written  Blocks written into temporary files
  wal_bytes            counter  bytes         statement_wal_bytes            Write-ahead log made; from 13
  mean_ms              number   milliseconds                                 Time of an execution, on average since the statistics were reset
  max_ms               number   milliseconds                                 Time of its longest execution
  query_text           query_text                                            The statement without its constants; 4000 characters at most
*/
SELECT s.queryid::text AS query_id,
    COALESCE(d.datname::text, s.dbid::text) AS database_name,
    COALESCE(u.rolname::text, s.userid::text) AS user_name,
    s.call_count,
    s.total_us,
    s.planning_us,
    s.row_count,
    s.blocks_hit,
    s.blocks_read,
    s.blocks_dirtied,
    s.temp_blocks_written,
    s.wal_bytes,
    s.mean_ms,
    s.max_ms,
    left(s.query_text, 4000) AS query_text
FROM (
    SELECT present.queryid,
        present.dbid,
        present.userid,
        sum(present.calls)::bigint AS call_count,
        (1000 * sum(present.execution_ms))::bigint AS total_us,
        CASE WHEN current_setting('pg_stat_statements.track_planning', true)::boolean THEN (1000 * sum(present.planning_ms))::bigint END
            AS planning_us,
        sum(present.rows)::bigint AS row_count,
        sum(present.shared_blks_hit)::bigint AS blocks_hit,
        sum(present.shared_blks_read)::bigint AS blocks_read,
        sum(present.shared_blks_dirtied)::bigint AS blocks_dirtied,
        sum(present.temp_blks_written)::bigint AS temp_blocks_written,
        sum(present.log_bytes)::bigint AS wal_bytes,
        sum(present.execution_ms) / NULLIF(sum(present.calls), 0)::float8 AS mean_ms,
        max(present.longest_ms) AS max_ms,
        -- From 14 a statement is counted apart where a function runs it.
        min(present.query) AS query_text
    FROM (VALUES (NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::numeric))
        -- 13 divided time into planning and execution: what this version does not have is found here.
        AS absent (total_exec_time, total_plan_time, max_exec_time, total_time, max_time, wal_bytes)
    CROSS JOIN LATERAL (
        SELECT queryid, dbid, userid, calls, rows, shared_blks_hit, shared_blks_read, shared_blks_dirtied, temp_blks_written, query,
            COALESCE(total_exec_time, total_time) AS execution_ms,
            total_plan_time AS planning_ms,
            COALESCE(max_exec_time, max_time) AS longest_ms,
            wal_bytes AS log_bytes
        FROM pg_stat_statements
        -- Without pg_monitor the view shows NULLs and no error: this raises one (42501).
        WHERE (SELECT CASE WHEN pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') THEN true ELSE pg_tablespace_size('pg_global') IS NOT NULL END)
            AND queryid IS NOT NULL
    ) AS present
    GROUP BY present.queryid, present.dbid, present.userid
    ORDER BY total_us DESC, present.queryid, present.dbid, present.userid
    LIMIT 100
) AS s
LEFT JOIN pg_database AS d ON d.oid = s.dbid
LEFT JOIN pg_roles AS u ON u.oid = s.userid
ORDER BY query_id, database_name, user_name
LIMIT 100;
