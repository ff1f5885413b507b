/*
Purpose:     sessions by account, command and state.
Title:       Sessions by state
Versions:    MySQL 8.0, MariaDB 10.6 and later.
Permissions: PROCESS; without it error 1227.
Cost:        low: the list of sessions.
Cadence:     minute
Keep:        latest
Rows:        100
Columns:
  user_name       label            Account
  command         label            What its sessions do: Sleep, Query, Binlog Dump, ...
  state           label            State of the statement; empty: has none
  session_count   number  count    Sessions that do so
  longest_seconds number  seconds  For how long the longest has done it
*/
SELECT l.user_name,
    l.command,
    l.state,
    COUNT(*) + 0e0 AS session_count,
    GREATEST(MAX(l.seconds), 0) + 0e0 AS longest_seconds
FROM (
    SELECT p.USER AS user_name, p.COMMAND AS command, COALESCE(p.STATE, '') AS state, p.TIME AS seconds
    FROM information_schema.PROCESSLIST AS p
) AS l
-- Without PROCESS only one's own sessions are to be seen: this raises an error instead (1227).
CROSS JOIN (SELECT COUNT(*) AS row_count FROM information_schema.INNODB_METRICS WHERE NAME = 'innodb_page_size') AS may_see
GROUP BY l.user_name, l.command, l.state
ORDER BY session_count DESC, user_name, command, state
LIMIT 100;
