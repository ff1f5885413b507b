/*
Purpose:     which sessions fill tempdb.
Title:       tempdb by session
Versions:    SQL Server 2016 and later.
Permissions: VIEW SERVER STATE (2022 and later: VIEW SERVER PERFORMANCE STATE is enough).
Cost:        low: one row for each session and one for each task.
Cadence:     five_minutes
When:        instance
Keep:        latest
Rows:        20
Columns:
  session_id             label           Session
  login_name             text            Login
  host_name              text            Machine, as it calls itself
  program_name           text            Program, as it calls itself
  user_object_bytes      number  bytes   Its temporary tables, with those of the statement that runs
  internal_object_bytes  number  bytes   Its sorts, hashes and spools, with those of the statement that runs
*/
-- A statement's own pages are added to its session's only when it ends.
SELECT TOP (20) CAST(u.session_id AS nvarchar(11)) AS session_id,
    RTRIM(s.login_name) AS login_name,
    RTRIM(s.host_name) AS host_name,
    RTRIM(s.program_name) AS program_name,
    u.user_pages * 8192 AS user_object_bytes,
    u.internal_pages * 8192 AS internal_object_bytes
FROM (
    SELECT p.session_id,
        SUM(p.user_pages) AS user_pages,
        SUM(p.internal_pages) AS internal_pages
    FROM (
        SELECT e.session_id,
            e.user_objects_alloc_page_count - e.user_objects_dealloc_page_count AS user_pages,
            e.internal_objects_alloc_page_count - e.internal_objects_dealloc_page_count AS internal_pages
        FROM tempdb.sys.dm_db_session_space_usage AS e
        UNION ALL
        SELECT t.session_id,
            t.user_objects_alloc_page_count - t.user_objects_dealloc_page_count,
            t.internal_objects_alloc_page_count - t.internal_objects_dealloc_page_count
        FROM tempdb.sys.dm_db_task_space_usage AS t
    ) AS p
    GROUP BY p.session_id
) AS u
INNER JOIN sys.dm_exec_sessions AS s ON s.session_id = u.session_id
WHERE s.is_user_process = 1
    AND u.user_pages + u.internal_pages > 0
ORDER BY u.user_pages + u.internal_pages DESC, u.session_id;
