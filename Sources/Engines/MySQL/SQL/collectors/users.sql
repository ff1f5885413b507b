/*
Purpose:     how many sessions each account has.
Title:       Sessions by account
Versions:    MySQL 8.0, MariaDB 10.6 and later.
Permissions: PROCESS; without it error 1227.
Cost:        low: the list of sessions.
Cadence:     five_minutes
Keep:        latest
Rows:        100
Columns:
  user_name               label                                     Account
  session_count           gauge   count  user_session_count         Its sessions
  running_session_count   gauge   count  user_running_session_count Of them those that execute a statement; our own reading is one
*/
SELECT l.USER AS user_name,
    COUNT(*) + 0e0 AS session_count,
    COUNT(CASE WHEN l.COMMAND NOT IN ('Sleep', 'Daemon') THEN 1 END) + 0e0 AS running_session_count
FROM information_schema.PROCESSLIST AS l
-- Without PROCESS only one's own sessions are to be seen: this raises an error instead (1227).
CROSS JOIN (SELECT COUNT(*) AS row_count FROM information_schema.INNODB_METRICS WHERE NAME = 'innodb_page_size') AS may_see
GROUP BY l.USER
ORDER BY user_name
LIMIT 100;
