/*
Purpose:     what the server's threads waited for, as performance_schema counts it: files, tables, and what else it is told to watch.
Title:       Waits
Versions:    MySQL 8.0, MariaDB 10.6 and later, with performance_schema on: in MariaDB it is off by default.
Permissions: SELECT on performance_schema.
Cost:        low: some hundred rows of memory.
Cadence:     five_minutes
When:        performance_schema
Keep:        latest
Rows:        200
Columns:
  event_name   label                                  What was waited for
  wait_count   counter  operations    event_waits     Waits
  wait_us      counter  microseconds  event_wait_us   Time that they took
*/
SELECT e.EVENT_NAME AS event_name,
    CAST(e.COUNT_STAR AS SIGNED) AS wait_count,
    CAST(e.SUM_TIMER_WAIT DIV 1000000 AS SIGNED) AS wait_us
FROM performance_schema.events_waits_summary_global_by_event_name AS e
WHERE e.COUNT_STAR > 0
    -- A thread that has nothing to do.
    AND e.EVENT_NAME <> 'idle'
ORDER BY event_name
LIMIT 200;
