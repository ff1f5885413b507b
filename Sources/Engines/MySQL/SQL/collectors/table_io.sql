/*
Purpose:     the tables that were read and written for longest, as performance_schema counts it.
Title:       Table IO
Versions:    MySQL 8.0, MariaDB 10.6 and later, with performance_schema on: in MariaDB it is off by default.
Permissions: SELECT on performance_schema.
Cost:        low: one row for each table that was opened, of memory.
Cadence:     quarter_hour
When:        performance_schema
Keep:        latest
Rows:        50
Columns:
  database_name   label                                        Database of the table
  table_name      label                                        Name of the table
  read_count      counter  count         table_row_reads       Rows fetched
  read_us         counter  microseconds  table_row_read_us     Time that this took
  insert_count    counter  count         table_rows_inserted   Rows inserted
  update_count    counter  count         table_rows_updated    Rows updated
  delete_count    counter  count         table_rows_deleted    Rows deleted
  write_us        counter  microseconds  table_row_write_us    Time that inserts, updates and deletes took
*/
SELECT g.*
FROM (
    SELECT t.OBJECT_SCHEMA AS database_name,
        t.OBJECT_NAME AS table_name,
        CAST(t.COUNT_FETCH AS SIGNED) AS read_count,
        CAST(t.SUM_TIMER_FETCH DIV 1000000 AS SIGNED) AS read_us,
        CAST(t.COUNT_INSERT AS SIGNED) AS insert_count,
        CAST(t.COUNT_UPDATE AS SIGNED) AS update_count,
        CAST(t.COUNT_DELETE AS SIGNED) AS delete_count,
        CAST(t.SUM_TIMER_WRITE DIV 1000000 AS SIGNED) AS write_us
    FROM performance_schema.table_io_waits_summary_by_table AS t
    WHERE t.COUNT_STAR > 0
        AND t.OBJECT_SCHEMA NOT IN ('mysql', 'performance_schema', 'information_schema', 'sys')
    ORDER BY t.SUM_TIMER_WAIT DESC
    LIMIT 50
) AS g
ORDER BY g.database_name, g.table_name
LIMIT 50;
