/*
Purpose:     statements that run for a second or longer, and transactions that are left idle.
Title:       Running queries
Versions:    PostgreSQL 12 and later; leader from 13, query_id from 14 (where compute_query_id is on).
Permissions: pg_monitor.
Cost:        low: one row for each session, of shared memory.
Cadence:     minute
Keep:        every
Rows:        50
Columns:
  session_id            label                Process id of the session
  state                 text                 active, idle in transaction, ...
  duration_seconds      number      seconds  How long the statement has run, or the transaction has been idle
  transaction_seconds   number      seconds  How long the transaction has been open
  wait_event_type       text                 What it waits for: type; NULL: it runs
  wait_event            text                 What it waits for: event
  database_name         text                 Database of the session
  user_name             text                 Role of the session
  application_name      text                 Name that the client gave itself
  client_address        text                 Where the client is; local: a socket
  backend_type          text                 Kind of process
  leader_session_id     text                 Session that this parallel worker works for
  query_id              text                 Identity of the statement, as in the collector statements
  started_at            time                 When the statement began
  query_text            query_text           The statement, or the last one of an idle transaction; 4000 characters at most
*/
SELECT present.*
FROM (VALUES (NULL::int, NULL::bigint))
    -- What this version does not have is found here: names are looked up in the inner query first.
    AS absent (leader_pid, query_id)
CROSS JOIN LATERAL (
    SELECT pid::text AS session_id,
        state,
        EXTRACT(epoch FROM clock_timestamp() - CASE state WHEN 'active' THEN query_start ELSE state_change END)::float8
            AS duration_seconds,
        EXTRACT(epoch FROM clock_timestamp() - xact_start)::float8 AS transaction_seconds,
        CASE WHEN state <> 'idle' THEN wait_event_type END AS wait_event_type,
        CASE WHEN state <> 'idle' THEN wait_event END AS wait_event,
        datname::text AS database_name,
        usename::text AS user_name,
        application_name,
        COALESCE(host(client_addr), CASE backend_type WHEN 'client backend' THEN 'local' END) AS client_address,
        backend_type,
        leader_pid::text AS leader_session_id,
        query_id::text AS query_id,
        query_start AS started_at,
        left(query, 4000) AS query_text
    FROM pg_stat_activity
    -- Without pg_monitor the view shows NULLs and no error: this raises one (42501).
    WHERE (SELECT CASE WHEN pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') THEN true ELSE pg_tablespace_size('pg_global') IS NOT NULL END)
        AND backend_type IN ('client backend', 'parallel worker', 'autovacuum worker')
        AND state <> 'idle'
        AND pid <> pg_backend_pid()
) AS present
WHERE present.duration_seconds >= 1
ORDER BY present.duration_seconds DESC, present.session_id
LIMIT 50;
