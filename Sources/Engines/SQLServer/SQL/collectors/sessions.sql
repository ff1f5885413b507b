/*
Purpose:     how many sessions there are, by what they do.
Title:       Sessions
Versions:    SQL Server 2016 and later.
Permissions: VIEW SERVER STATE (2022 and later: VIEW SERVER PERFORMANCE STATE is enough).
Cost:        low: one row for each session, added up; no table is read.
Cadence:     five_minutes
Keep:        latest
Rows:        10
Columns:
  session_state   label                         running, sleeping, idle in transaction, dormant or preconnect
  session_count   gauge  count  session_count   User sessions in this state
*/
-- Every state has a row at every time, so that a series does not end when nobody is in it. Without the right SQL Server would show one's
-- own session and no error; dm_os_sys_info makes it refuse.
SELECT TOP (10) k.session_state,
    SUM(CASE WHEN s.session_id IS NULL THEN 0 ELSE 1 END) AS session_count
FROM (
    VALUES (N'dormant'), (N'idle in transaction'), (N'preconnect'), (N'running'), (N'sleeping')
) AS k (session_state)
LEFT JOIN (
    SELECT e.session_id,
        CASE
            WHEN e.status = N'sleeping' AND e.open_transaction_count > 0 THEN N'idle in transaction'
            ELSE LOWER(RTRIM(e.status))
        END AS session_state
    FROM sys.dm_exec_sessions AS e
    WHERE e.is_user_process = 1
        AND EXISTS (SELECT 1 FROM sys.dm_os_sys_info)
) AS s
    ON s.session_state = k.session_state
GROUP BY k.session_state
ORDER BY k.session_state;
