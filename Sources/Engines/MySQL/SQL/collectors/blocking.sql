/*
Purpose:     who waits for whose lock on a row, with the sessions at the head that wait for nobody, also when they sleep in a transaction; and
             who waits for a lock on a table's definition (whose holder MariaDB does not tell).
Title:       Blocking
Versions:    MariaDB 10.6 and later; MySQL has the collector blocking_mysql.
Permissions: PROCESS; without it error 1227.
Cost:        low while nobody waits: the lists of transactions, waits and sessions.
Cadence:     minute
When:        mariadb
Keep:        every
Rows:        200
Columns:
  session_id           label                Id of the session
  blocked_by           text                 Sessions that it waits for, with commas; NULL: it waits for nobody, or for whom is not known
  is_lead              flag                 Whether it blocks others and waits for nobody
  blocked_count        number      count    Sessions that wait for it directly
  wait_seconds         number      seconds  How long it has waited
  transaction_seconds  number      seconds  How long its transaction has been open
  command              text                 What the session does; Sleep: it is idle in the transaction
  state                text                 State of the statement
  idle_seconds         number      seconds  How long the session has been idle; NULL: it is not
  lock_kind            text                 RECORD, TABLE or METADATA
  lock_mode            text                 Mode in which it wants the lock
  lock_table           text                 Table that the lock is on
  lock_index           text                 Index that the lock is on
  rows_locked          number      count    Rows that its transaction has locked, about
  rows_modified        number      count    Rows that its transaction has changed
  database_name        text                 Database of the session
  user_name            text                 Account
  client_address       text                 Where the client is
  query_text           query_text           Its statement, if one runs; 4000 characters at most
*/
WITH edges AS (
    SELECT DISTINCT w.requesting_trx_id, w.requested_lock_id, w.blocking_trx_id
    FROM information_schema.INNODB_LOCK_WAITS AS w
)
SELECT CAST(t.trx_mysql_thread_id AS CHAR) AS session_id,
    b.blocked_by,
    b.blocked_by IS NULL AS is_lead,
    COALESCE(h.blocked_count, 0) + 0e0 AS blocked_count,
    GREATEST(TIMESTAMPDIFF(SECOND, CONVERT_TZ(t.trx_wait_started, 'SYSTEM', '+00:00'), UTC_TIMESTAMP()), 0) + 0e0 AS wait_seconds,
    GREATEST(TIMESTAMPDIFF(SECOND, CONVERT_TZ(t.trx_started, 'SYSTEM', '+00:00'), UTC_TIMESTAMP()), 0) + 0e0 AS transaction_seconds,
    l.COMMAND AS command,
    l.STATE AS state,
    CASE l.COMMAND WHEN 'Sleep' THEN l.TIME + 0e0 END AS idle_seconds,
    CONCAT(k.lock_type, '') AS lock_kind,
    CONCAT(k.lock_mode, '') AS lock_mode,
    REPLACE(k.lock_table, '`', '') AS lock_table,
    k.lock_index AS lock_index,
    t.trx_rows_locked + 0e0 AS rows_locked,
    t.trx_rows_modified + 0e0 AS rows_modified,
    l.DB AS database_name,
    l.USER AS user_name,
    l.HOST AS client_address,
    LEFT(l.INFO, 4000) AS query_text
FROM information_schema.INNODB_TRX AS t
LEFT JOIN (
    SELECT e.requesting_trx_id, MIN(e.requested_lock_id) AS requested_lock_id,
        GROUP_CONCAT(DISTINCT x.trx_mysql_thread_id ORDER BY x.trx_mysql_thread_id SEPARATOR ', ') AS blocked_by
    FROM edges AS e
    JOIN information_schema.INNODB_TRX AS x ON x.trx_id = e.blocking_trx_id
    GROUP BY e.requesting_trx_id
) AS b ON b.requesting_trx_id = t.trx_id
LEFT JOIN (
    SELECT e.blocking_trx_id, COUNT(DISTINCT e.requesting_trx_id) AS blocked_count
    FROM edges AS e
    GROUP BY e.blocking_trx_id
) AS h ON h.blocking_trx_id = t.trx_id
LEFT JOIN information_schema.INNODB_LOCKS AS k ON k.lock_id = b.requested_lock_id
LEFT JOIN information_schema.PROCESSLIST AS l ON l.ID = t.trx_mysql_thread_id
WHERE b.requesting_trx_id IS NOT NULL OR h.blocking_trx_id IS NOT NULL
UNION ALL
SELECT CAST(l.ID AS CHAR), NULL, FALSE, 0e0, l.TIME + 0e0, GREATEST(TIMESTAMPDIFF(SECOND, CONVERT_TZ(t.trx_started, 'SYSTEM', '+00:00'), UTC_TIMESTAMP()), 0) + 0e0, l.COMMAND, l.STATE,
    NULL, 'METADATA', NULL, NULL, NULL, t.trx_rows_locked + 0e0, t.trx_rows_modified + 0e0, l.DB, l.USER, l.HOST, LEFT(l.INFO, 4000)
FROM information_schema.PROCESSLIST AS l
LEFT JOIN information_schema.INNODB_TRX AS t ON t.trx_mysql_thread_id = l.ID
WHERE l.STATE LIKE 'Waiting for % metadata lock'
ORDER BY is_lead DESC, session_id
LIMIT 200;
