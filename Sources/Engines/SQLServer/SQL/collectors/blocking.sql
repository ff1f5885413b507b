/*
Purpose:     who blocks whom: a tree from the sessions that block and are not blocked down to those that wait, with idle sessions that
             kept a transaction open.
Title:       Blocking
Versions:    SQL Server 2016 and later.
Permissions: VIEW SERVER STATE (2022 and later: VIEW SERVER PERFORMANCE STATE is enough).
Cost:        low: one look at the requests when nobody is blocked; else some rows for each session in the tree, of which 200 at most are
             looked at closely. A statement's text is read from memory when it is seen for the first time; of an idle session the last one
             each time. Nothing is written but a temporary table.
Cadence:     minute
Keep:        every
Rows:        200
Columns:
  session_id              label                 Session; -2 and -3 are transactions without one (distributed, in recovery)
  blocking_session_id     text                  Session that this one waits for; not known: it waits for none, and is the tree's root
  lead_session_id         text                  Root of the tree that the session is in
  depth                   number  count         0 for the root
  blocked_count           number  count         Sessions that wait for this one directly
  tree_blocked_count      number  count         Sessions that wait in the whole tree
  is_idle                 flag                  Whether the session runs nothing and yet blocks
  session_status          text                  running, suspended, sleeping and the like
  wait_type               text                  What it waits for
  wait_resource           text                  Which object, page or row that is
  wait_ms                 number  milliseconds  How long it has waited
  idle_ms                 number  milliseconds  How long an idle session has done nothing
  transaction_ms          number  milliseconds  How old its oldest transaction is
  open_transaction_count  number  count         Transactions that it has open
  database_name           text                  Database
  login_name              text                  Login
  host_name               text                  Machine, as it calls itself
  program_name            text                  Program, as it calls itself
  command                 text                  Kind of statement
  sql_handle              text                  Names the batch's text; not known for an idle session
  statement_text          statement             What it runs, or ran last; 4000 characters at most
*/
-- A circle of sessions (a deadlock that is not found yet) has no root and is not shown: SQL Server ends it within seconds. At most twenty
-- levels deep. Latches whose owner is not known (-4, -5) are no blocking. Without the right SQL Server would show one's own request and no
-- error; dm_os_sys_info, asked about in its place, makes it refuse. Who waits for whom is read once, into a temporary table: the view would
-- be gone through for each session of the tree, which hundreds of blocked ones make slow just when the tree matters, and each time it would
-- be of another moment.
EXEC sys.sp_executesql N'
SET NOCOUNT ON;
DROP TABLE IF EXISTS #dbtools_waits;
SELECT r.session_id,
    r.blocking_session_id
INTO #dbtools_waits
FROM sys.dm_exec_requests AS r
WHERE (r.blocking_session_id > 0 OR r.blocking_session_id IN (-2, -3))
    AND r.blocking_session_id <> r.session_id;
IF @@ERROR <> 0 RETURN;
SET NOCOUNT OFF;
WITH tree AS (
    SELECT DISTINCT w.blocking_session_id AS session_id,
        CAST(NULL AS smallint) AS blocking_session_id,
        w.blocking_session_id AS lead_session_id,
        0 AS depth
    FROM #dbtools_waits AS w
    WHERE NOT EXISTS (SELECT 1 FROM #dbtools_waits AS u WHERE u.session_id = w.blocking_session_id)
    UNION ALL
    SELECT r.session_id,
        CAST(NULL AS smallint),
        r.session_id,
        0
    FROM sys.dm_exec_requests AS r
    WHERE r.session_id = @@SPID
        AND NOT EXISTS (SELECT 1 FROM sys.dm_os_sys_info)
    UNION ALL
    SELECT w.session_id,
        w.blocking_session_id,
        t.lead_session_id,
        t.depth + 1
    FROM tree AS t
    INNER JOIN #dbtools_waits AS w ON w.blocking_session_id = t.session_id
    WHERE t.depth < 20
),
numbered AS (
    SELECT t.session_id,
        t.blocking_session_id,
        t.lead_session_id,
        t.depth,
        ROW_NUMBER() OVER (PARTITION BY t.session_id ORDER BY t.depth, t.blocking_session_id) AS place
    FROM tree AS t
),
nearest AS (
    SELECT TOP (200) n.session_id,
        n.blocking_session_id,
        n.lead_session_id,
        n.depth,
        COUNT(n.session_id) OVER (PARTITION BY n.lead_session_id) - 1 AS tree_blocked_count
    FROM numbered AS n
    WHERE n.place = 1
    ORDER BY n.lead_session_id, n.depth, n.session_id
)
SELECT CAST(n.session_id AS nvarchar(11)) AS session_id,
    CAST(n.blocking_session_id AS nvarchar(11)) AS blocking_session_id,
    CAST(n.lead_session_id AS nvarchar(11)) AS lead_session_id,
    n.depth,
    COALESCE(b.blocked_count, 0) AS blocked_count,
    n.tree_blocked_count,
    CASE WHEN s.session_id IS NULL THEN NULL WHEN r.session_id IS NULL THEN 1 ELSE 0 END AS is_idle,
    RTRIM(COALESCE(r.status, s.status)) AS session_status,
    RTRIM(r.wait_type) AS wait_type,
    NULLIF(RTRIM(r.wait_resource), N'''') AS wait_resource,
    CASE WHEN r.wait_type IS NOT NULL THEN r.wait_time END AS wait_ms,
    CASE
        WHEN r.session_id IS NULL AND s.last_request_end_time <= GETDATE()
            THEN DATEDIFF_BIG(MILLISECOND, s.last_request_end_time, GETDATE())
    END AS idle_ms,
    CASE WHEN x.began_at <= GETDATE() THEN DATEDIFF_BIG(MILLISECOND, x.began_at, GETDATE()) END AS transaction_ms,
    s.open_transaction_count,
    DB_NAME(COALESCE(r.database_id, s.database_id)) AS database_name,
    RTRIM(s.login_name) AS login_name,
    RTRIM(s.host_name) AS host_name,
    RTRIM(s.program_name) AS program_name,
    RTRIM(r.command) AS command,
    CONVERT(nvarchar(130), r.sql_handle, 1) AS sql_handle,
    COALESCE(
        CONVERT(nvarchar(130), r.sql_handle, 1) + N'':'' + CAST(COALESCE(r.statement_start_offset, 0) AS nvarchar(11))
            + N'':'' + CAST(COALESCE(r.statement_end_offset, -1) AS nvarchar(11)),
        LEFT(i.event_info, 4000)) AS statement_text
FROM nearest AS n
LEFT JOIN sys.dm_exec_sessions AS s ON s.session_id = n.session_id
OUTER APPLY (
    SELECT TOP (1) q.session_id,
        q.status,
        q.command,
        q.wait_type,
        q.wait_time,
        q.wait_resource,
        q.database_id,
        q.sql_handle,
        q.statement_start_offset,
        q.statement_end_offset
    FROM sys.dm_exec_requests AS q
    WHERE q.session_id = n.session_id
    ORDER BY CASE WHEN q.blocking_session_id = n.blocking_session_id THEN 0 ELSE 1 END, q.request_id
) AS r
OUTER APPLY (
    SELECT COUNT(w.session_id) AS blocked_count
    FROM #dbtools_waits AS w
    WHERE w.blocking_session_id = n.session_id
) AS b
OUTER APPLY (
    SELECT MIN(a.transaction_begin_time) AS began_at
    FROM sys.dm_tran_session_transactions AS st
    INNER JOIN sys.dm_tran_active_transactions AS a ON a.transaction_id = st.transaction_id
    WHERE st.session_id = n.session_id
) AS x
OUTER APPLY sys.dm_exec_input_buffer(n.session_id, NULL) AS i
ORDER BY n.lead_session_id, n.depth, n.session_id;
';
