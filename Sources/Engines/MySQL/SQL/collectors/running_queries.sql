/*
Purpose:     statements that run for a second or longer.
Title:       Running queries
Versions:    MySQL 8.0, MariaDB 10.6 and later.
Permissions: PROCESS; without it error 1227.
Cost:        low: the list of sessions, and of InnoDB's transactions.
Cadence:     minute
Keep:        every
Rows:        50
Columns:
  session_id            label                Id of the session
  command               text                 What it does: Query, Execute, ...
  state                 text                 State of the statement
  duration_seconds      number      seconds  How long the statement has run, in whole seconds
  transaction_seconds   number      seconds  How long its transaction has been open; NULL: it has none
  rows_locked           number      count    Rows that its transaction has locked, about
  rows_modified         number      count    Rows that its transaction has changed
  database_name         text                 Database of the session
  user_name             text                 Account
  client_address        text                 Where the client is
  query_text            query_text           The statement; 4000 characters at most
*/
SELECT CAST(l.ID AS CHAR) AS session_id,
    l.COMMAND AS command,
    l.STATE AS state,
    l.TIME + 0e0 AS duration_seconds,
    GREATEST(TIMESTAMPDIFF(SECOND, CONVERT_TZ(t.trx_started, 'SYSTEM', '+00:00'), UTC_TIMESTAMP()), 0) + 0e0 AS transaction_seconds,
    t.trx_rows_locked + 0e0 AS rows_locked,
    t.trx_rows_modified + 0e0 AS rows_modified,
    l.DB AS database_name,
    l.USER AS user_name,
    l.HOST AS client_address,
    LEFT(l.INFO, 4000) AS query_text
FROM information_schema.PROCESSLIST AS l
-- Without PROCESS this raises an error (1227).
LEFT JOIN information_schema.INNODB_TRX AS t ON t.trx_mysql_thread_id = l.ID
WHERE l.COMMAND NOT IN ('Sleep', 'Daemon', 'Binlog Dump', 'Binlog Dump GTID', 'Slave_IO', 'Slave_SQL', 'Slave_worker', 'Connect')
    AND l.INFO IS NOT NULL
    AND l.TIME >= 1
    AND l.ID <> CONNECTION_ID()
ORDER BY l.TIME DESC, l.ID
LIMIT 50;
