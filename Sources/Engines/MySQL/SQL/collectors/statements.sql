/*
Purpose:     the statements that took most time, as performance_schema counts them.
Title:       Statements
Versions:    MySQL 8.0, MariaDB 10.6 and later, with performance_schema on: in MariaDB it is off by default.
Permissions: SELECT on performance_schema.
Cost:        medium: the table of statements in memory, 10,000 rows at most by default.
Cadence:     five_minutes
When:        performance_schema
Keep:        latest
Rows:        100
Columns:
  query_id               label                                              Identity of the statement (its digest)
  database_name          label                                              Database that was the current one; empty: none
  call_count             counter  operations    statement_calls             Times that it was executed
  total_us               counter  microseconds  statement_time_us           Time that its executions took
  lock_us                counter  microseconds  statement_lock_us           Time that it waited for locks on tables
  row_count              counter  count         statement_rows              Rows that it brought or changed
  examined_row_count     counter  count         statement_rows_examined     Rows that it went through
  error_count            counter  count         statement_errors            Times that it failed
  temp_disk_table_count  counter  count         statement_temp_disk_tables  Temporary tables on disk that it made
  no_index_count         counter  operations    statement_without_index     Times that it read a table without an index
  mean_ms                number   milliseconds                              Time of an execution, on average
  max_ms                 number   milliseconds                              Time of its longest execution
  last_seen_at           time                                               When it was last seen
  query_text             query_text                                         The statement without its constants; 4000 characters at most
*/
SELECT g.query_id, g.database_name, g.call_count, g.total_us, g.lock_us, g.row_count, g.examined_row_count, g.error_count,
    g.temp_disk_table_count, g.no_index_count, g.mean_ms, g.max_ms, g.last_seen_at, g.query_text
FROM (
    SELECT d.DIGEST AS query_id,
        COALESCE(d.SCHEMA_NAME, '') AS database_name,
        CAST(d.COUNT_STAR AS SIGNED) AS call_count,
        CAST(d.SUM_TIMER_WAIT DIV 1000000 AS SIGNED) AS total_us,
        CAST(d.SUM_LOCK_TIME DIV 1000000 AS SIGNED) AS lock_us,
        CAST(d.SUM_ROWS_SENT + d.SUM_ROWS_AFFECTED AS SIGNED) AS row_count,
        CAST(d.SUM_ROWS_EXAMINED AS SIGNED) AS examined_row_count,
        CAST(d.SUM_ERRORS AS SIGNED) AS error_count,
        CAST(d.SUM_CREATED_TMP_DISK_TABLES AS SIGNED) AS temp_disk_table_count,
        CAST(d.SUM_NO_INDEX_USED AS SIGNED) AS no_index_count,
        d.AVG_TIMER_WAIT / 1e9 AS mean_ms,
        d.MAX_TIMER_WAIT / 1e9 AS max_ms,
        CONVERT_TZ(d.LAST_SEEN, @@SESSION.time_zone, '+00:00') AS last_seen_at,
        LEFT(d.DIGEST_TEXT, 4000) AS query_text
    FROM performance_schema.events_statements_summary_by_digest AS d
    -- One row without a digest gathers what found no place in the table.
    WHERE d.DIGEST IS NOT NULL
    ORDER BY d.SUM_TIMER_WAIT DESC
    LIMIT 100
) AS g
ORDER BY g.query_id, g.database_name
LIMIT 100;
