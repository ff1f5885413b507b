/*
Purpose:     transactions of InnoDB that have been open for ten seconds or longer: they hold locks and keep old rows from being purged.
Title:       Long transactions
Versions:    MySQL 8.0, MariaDB 10.6 and later.
Permissions: PROCESS; without it error 1227.
Cost:        low: the list of transactions, and of sessions.
Cadence:     minute
Keep:        every
Rows:        50
Columns:
  transaction_id       label                Id of the transaction
  session_id           text                 Id of the session; 0: none (prepared, XA)
  state                text                 RUNNING, LOCK WAIT, ROLLING BACK, COMMITTING
  command              text                 What the session does; Sleep: it is idle in the transaction
  age_seconds          number      seconds  How long the transaction has been open
  idle_seconds         number      seconds  How long the session has been idle in it; NULL: it is not
  rows_locked          number      count    Rows that it has locked, about
  rows_modified        number      count    Rows that it has changed
  table_count          number      count    Tables that it has locked
  isolation_level      text                 How it is isolated from others
  started_at           time                 When it began
  database_name        text                 Database of the session
  user_name            text                 Account
  client_address       text                 Where the client is
  query_text           query_text           Its statement, if one runs; 4000 characters at most
*/
SELECT CAST(t.trx_id AS CHAR) AS transaction_id,
    CAST(t.trx_mysql_thread_id AS CHAR) AS session_id,
    t.trx_state AS state,
    l.COMMAND AS command,
    GREATEST(TIMESTAMPDIFF(SECOND, CONVERT_TZ(t.trx_started, 'SYSTEM', '+00:00'), UTC_TIMESTAMP()), 0) + 0e0 AS age_seconds,
    CASE l.COMMAND WHEN 'Sleep' THEN l.TIME + 0e0 END AS idle_seconds,
    t.trx_rows_locked + 0e0 AS rows_locked,
    t.trx_rows_modified + 0e0 AS rows_modified,
    t.trx_tables_locked + 0e0 AS table_count,
    CONCAT(t.trx_isolation_level, '') AS isolation_level,
    CONVERT_TZ(t.trx_started, 'SYSTEM', '+00:00') AS started_at,
    l.DB AS database_name,
    l.USER AS user_name,
    l.HOST AS client_address,
    LEFT(COALESCE(l.INFO, t.trx_query), 4000) AS query_text
FROM information_schema.INNODB_TRX AS t
LEFT JOIN information_schema.PROCESSLIST AS l ON l.ID = t.trx_mysql_thread_id
WHERE CONVERT_TZ(t.trx_started, 'SYSTEM', '+00:00') <= UTC_TIMESTAMP() - INTERVAL 10 SECOND
    AND t.trx_mysql_thread_id <> CONNECTION_ID()
ORDER BY t.trx_started, transaction_id
LIMIT 50;
