/*
Purpose:     who waits for whose lock on a row or on a table's definition, with the sessions at the head that wait for nobody, also when they
             sleep in a transaction.
Title:       Blocking
Versions:    MySQL 8.0 and later; MariaDB has the collector blocking.
Permissions: PROCESS, and SELECT on performance_schema.
Cost:        low while nobody waits: the lists of transactions and sessions; else the waits too, and for each the lock.
Cadence:     minute
When:        mysql, performance_schema
Keep:        every
Rows:        200
Columns:
  session_id           label                Id of the session
  blocked_by           text                 Sessions that it waits for, with commas; NULL: it waits for nobody
  is_lead              flag                 Whether it blocks others and waits for nobody
  blocked_count        number      count    Sessions that wait for it directly
  wait_seconds         number      seconds  How long it has waited; NULL: not for a row
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
    SELECT DISTINCT w.REQUESTING_THREAD_ID AS waiting_thread_id,
        w.BLOCKING_THREAD_ID AS blocking_thread_id,
        k.LOCK_TYPE AS lock_kind,
        k.LOCK_MODE AS lock_mode,
        CONCAT(k.OBJECT_SCHEMA, '.', k.OBJECT_NAME) AS lock_table,
        k.INDEX_NAME AS lock_index
    -- The list of waits is made by a walk through all locks, which holds InnoDB up (bug 112035): only where somebody waits.
    FROM (SELECT 1 AS is_waiting FROM information_schema.INNODB_TRX AS y WHERE y.trx_state = 'LOCK WAIT' LIMIT 1) AS a
    STRAIGHT_JOIN performance_schema.data_lock_waits AS w
    LEFT JOIN performance_schema.data_locks AS k ON k.ENGINE_LOCK_ID = w.REQUESTING_ENGINE_LOCK_ID AND k.ENGINE = w.ENGINE
    UNION ALL
    SELECT p.OWNER_THREAD_ID, g.OWNER_THREAD_ID, 'METADATA', p.LOCK_TYPE, CONCAT(p.OBJECT_SCHEMA, '.', p.OBJECT_NAME), NULL
    FROM performance_schema.metadata_locks AS p
    JOIN performance_schema.metadata_locks AS g ON g.OBJECT_TYPE = p.OBJECT_TYPE
        AND g.OBJECT_SCHEMA = p.OBJECT_SCHEMA
        AND g.OBJECT_NAME = p.OBJECT_NAME
        AND g.LOCK_STATUS = 'GRANTED'
        AND g.OWNER_THREAD_ID <> p.OWNER_THREAD_ID
    WHERE p.LOCK_STATUS = 'PENDING'
        AND p.OBJECT_TYPE = 'TABLE'
)
-- A list of sessions is cut off after 1024 bytes otherwise, in the middle of an id.
SELECT /*+ SET_VAR(group_concat_max_len = 65536) */
    CAST(s.PROCESSLIST_ID AS CHAR) AS session_id,
    b.blocked_by,
    b.waiting_thread_id IS NULL AS is_lead,
    COALESCE(h.blocked_count, 0) + 0e0 AS blocked_count,
    GREATEST(TIMESTAMPDIFF(SECOND, CONVERT_TZ(t.trx_wait_started, 'SYSTEM', '+00:00'), UTC_TIMESTAMP()), 0) + 0e0 AS wait_seconds,
    GREATEST(TIMESTAMPDIFF(SECOND, CONVERT_TZ(t.trx_started, 'SYSTEM', '+00:00'), UTC_TIMESTAMP()), 0) + 0e0 AS transaction_seconds,
    s.PROCESSLIST_COMMAND AS command,
    s.PROCESSLIST_STATE AS state,
    CASE s.PROCESSLIST_COMMAND WHEN 'Sleep' THEN s.PROCESSLIST_TIME + 0e0 END AS idle_seconds,
    b.lock_kind,
    b.lock_mode,
    b.lock_table,
    b.lock_index,
    t.trx_rows_locked + 0e0 AS rows_locked,
    t.trx_rows_modified + 0e0 AS rows_modified,
    s.PROCESSLIST_DB AS database_name,
    s.PROCESSLIST_USER AS user_name,
    s.PROCESSLIST_HOST AS client_address,
    LEFT(s.PROCESSLIST_INFO, 4000) AS query_text
FROM performance_schema.threads AS s
LEFT JOIN (
    SELECT e.waiting_thread_id,
        GROUP_CONCAT(DISTINCT x.PROCESSLIST_ID ORDER BY x.PROCESSLIST_ID SEPARATOR ', ') AS blocked_by,
        MIN(e.lock_kind) AS lock_kind,
        MIN(e.lock_mode) AS lock_mode,
        MIN(e.lock_table) AS lock_table,
        MIN(e.lock_index) AS lock_index
    FROM edges AS e
    LEFT JOIN performance_schema.threads AS x ON x.THREAD_ID = e.blocking_thread_id
    GROUP BY e.waiting_thread_id
) AS b ON b.waiting_thread_id = s.THREAD_ID
LEFT JOIN (
    SELECT e.blocking_thread_id, COUNT(DISTINCT e.waiting_thread_id) AS blocked_count
    FROM edges AS e
    GROUP BY e.blocking_thread_id
) AS h ON h.blocking_thread_id = s.THREAD_ID
LEFT JOIN information_schema.INNODB_TRX AS t ON t.trx_mysql_thread_id = s.PROCESSLIST_ID
WHERE s.PROCESSLIST_ID IS NOT NULL
    AND (b.waiting_thread_id IS NOT NULL OR h.blocking_thread_id IS NOT NULL)
ORDER BY is_lead DESC, session_id
LIMIT 200;
