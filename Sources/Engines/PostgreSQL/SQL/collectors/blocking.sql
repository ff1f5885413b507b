/*
Purpose:     who waits for whose lock, with the sessions at the head that wait for nobody, also when they are idle in a transaction.
Title:       Blocking
Versions:    PostgreSQL 12 and later; length of a wait from 14.
Permissions: pg_monitor.
Cost:        low while nobody waits; pg_blocking_pids looks into the table of locks once for each of at most 100 waiting sessions.
Cadence:     minute
Keep:        every
Rows:        200
Columns:
  session_id            label                Process id of the session; 0: a prepared transaction
  blocked_by            text                 Sessions that it waits for, with commas; NULL: it waits for nobody
  lead_session_id       text                 Session at the head of the chain; NULL: a circle, which deadlock detection is to end
  depth                 number      count    Steps to the head; 0: it is the head
  blocked_count         number      count    Sessions that wait for this one, directly or through others; of heads only
  wait_seconds          number      seconds  How long it has waited for the lock
  duration_seconds      number      seconds  How long its statement has run, or it has been idle
  transaction_seconds   number      seconds  How long its transaction has been open
  state                 text                 active, idle in transaction, ...
  wait_event            text                 What it waits for
  lock_kind             text                 Kind of the lock that it waits for: relation, transactionid, tuple, ...
  lock_mode             text                 Mode in which it wants the lock
  lock_target           text                 What the lock is on: the table's name in the connected database, else its oid, or the transaction
  database_name         text                 Database of the session
  user_name             text                 Role of the session
  application_name      text                 Name that the client gave itself
  client_address        text                 Where the client is; local: a socket
  query_text            query_text           Its statement, or the last one of an idle session; 4000 characters at most
*/
WITH RECURSIVE sessions AS MATERIALIZED (
    SELECT a.*
    FROM pg_stat_activity AS a
    -- Without pg_monitor the view shows NULLs and no error: this raises one (42501).
    WHERE (SELECT CASE WHEN pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') THEN true ELSE pg_tablespace_size('pg_global') IS NOT NULL END)
),
waiting AS MATERIALIZED (
    SELECT w.pid, pg_blocking_pids(w.pid) AS blockers
    FROM (SELECT s.pid FROM sessions AS s WHERE s.wait_event_type = 'Lock' ORDER BY s.query_start, s.pid LIMIT 100) AS w
),
edges AS MATERIALIZED (
    SELECT DISTINCT w.pid, b.blocker
    FROM waiting AS w
    CROSS JOIN LATERAL unnest(w.blockers) AS b (blocker)
    WHERE b.blocker <> w.pid
),
tree (pid, lead_pid, depth) AS (
    SELECT e.blocker, e.blocker, 0
    FROM edges AS e
    WHERE NOT EXISTS (SELECT FROM edges AS above WHERE above.pid = e.blocker)
    UNION
    SELECT e.pid, t.lead_pid, t.depth + 1
    FROM tree AS t
    JOIN edges AS e ON e.blocker = t.pid
    WHERE t.depth < 20
),
placed AS (
    SELECT t.pid, min(t.depth) AS depth, (array_agg(t.lead_pid ORDER BY t.depth, t.lead_pid))[1] AS lead_pid
    FROM tree AS t
    GROUP BY t.pid
),
heads AS (
    SELECT t.lead_pid, count(DISTINCT t.pid) - 1 AS blocked_count
    FROM tree AS t
    GROUP BY t.lead_pid
),
locks AS MATERIALIZED (
    SELECT DISTINCT ON (present.pid) present.*
    FROM (VALUES (NULL::timestamptz)) AS absent (waitstart)
    CROSS JOIN LATERAL (
        SELECT pid, locktype, mode, waitstart,
            CASE
                WHEN relation IS NULL THEN COALESCE(transactionid::text, virtualxid)
                WHEN database = (SELECT oid FROM pg_database WHERE datname = current_database()) THEN relation::regclass::text
                ELSE relation::text
            END AS target
        FROM pg_locks
        -- Nobody waits: the table of locks is not looked into at all.
        WHERE NOT granted AND (SELECT count(*) > 0 FROM edges)
    ) AS present
    ORDER BY present.pid, present.waitstart
)
SELECT n.pid::text AS session_id,
    (SELECT string_agg(e.blocker::text, ', ' ORDER BY e.blocker) FROM edges AS e WHERE e.pid = n.pid) AS blocked_by,
    p.lead_pid::text AS lead_session_id,
    p.depth::float8 AS depth,
    h.blocked_count::float8 AS blocked_count,
    EXTRACT(epoch FROM clock_timestamp() - l.waitstart)::float8 AS wait_seconds,
    EXTRACT(epoch FROM clock_timestamp() - CASE s.state WHEN 'active' THEN s.query_start ELSE s.state_change END)::float8
        AS duration_seconds,
    EXTRACT(epoch FROM clock_timestamp() - s.xact_start)::float8 AS transaction_seconds,
    CASE n.pid WHEN 0 THEN 'prepared transaction' ELSE s.state END AS state,
    s.wait_event,
    l.locktype AS lock_kind,
    l.mode AS lock_mode,
    l.target AS lock_target,
    s.datname::text AS database_name,
    s.usename::text AS user_name,
    s.application_name,
    COALESCE(host(s.client_addr), CASE s.backend_type WHEN 'client backend' THEN 'local' END) AS client_address,
    left(s.query, 4000) AS query_text
FROM (SELECT e.pid FROM edges AS e UNION SELECT e.blocker FROM edges AS e) AS n
LEFT JOIN placed AS p ON p.pid = n.pid
LEFT JOIN heads AS h ON h.lead_pid = n.pid
LEFT JOIN sessions AS s ON s.pid = n.pid
LEFT JOIN locks AS l ON l.pid = n.pid
ORDER BY p.lead_pid, p.depth, n.pid
LIMIT 200;
