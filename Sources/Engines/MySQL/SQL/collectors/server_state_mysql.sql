/*
Purpose:     sessions, open tables and files of the server at this moment.
Title:       Server state
Versions:    MySQL 8.0 and later; MariaDB has the collector server_state.
Permissions: none.
Cost:        low: the server adds up the counters of its threads, under 5 ms.
Cadence:     minute
When:        mysql
Keep:        latest
Rows:        1
Columns:
  session_count             gauge   count    session_count              Connected sessions
  running_session_count     gauge   count    running_session_count      Sessions that execute a statement; our own reading is one
  cached_thread_count       gauge   count    threads_cached             Threads that are kept for the next session
  used_percent              gauge   percent  connections_used_percent   Sessions, of those that the server allows
  session_limit_count       number  count                               Sessions that the server allows (max_connections)
  most_session_count        number  count                               Most sessions at once since the start
  open_table_count          gauge   count    open_tables                Open tables, once for each session that has one open
  open_table_limit_count    number  count                               Open tables that are kept (table_open_cache)
  open_definition_count     gauge   count    open_table_definitions     Definitions of tables in memory
  open_file_count           gauge   count    open_files                 Files that the server has open; InnoDB's own are not counted
  open_file_limit_count     number  count                               Files that it may open
  prepared_statement_count  gauge   count    prepared_statements        Prepared statements over all sessions
  allocated_bytes           gauge   bytes    engine_allocated_bytes     Memory that the server has allocated for itself; NULL: MySQL does not tell
  started_at                time                                        When the server started, to a second
  is_read_only              flag                                        Whether ordinary accounts may not write
*/
SELECT v.threads_connected AS session_count,
    v.threads_running AS running_session_count,
    v.threads_cached AS cached_thread_count,
    100 * v.threads_connected / NULLIF(@@GLOBAL.max_connections, 0) AS used_percent,
    @@GLOBAL.max_connections + 0e0 AS session_limit_count,
    v.max_used_connections AS most_session_count,
    v.open_tables AS open_table_count,
    @@GLOBAL.table_open_cache + 0e0 AS open_table_limit_count,
    v.open_table_definitions AS open_definition_count,
    v.open_files AS open_file_count,
    @@GLOBAL.open_files_limit + 0e0 AS open_file_limit_count,
    v.prepared_stmt_count AS prepared_statement_count,
    v.memory_used AS allocated_bytes,
    UTC_TIMESTAMP() - INTERVAL CAST(v.uptime AS SIGNED) SECOND AS started_at,
    @@GLOBAL.read_only AS is_read_only
FROM (
    SELECT MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'max_used_connections' THEN s.VARIABLE_VALUE + 0e0 END) AS max_used_connections,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'memory_used' THEN s.VARIABLE_VALUE + 0e0 END) AS memory_used,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'open_files' THEN s.VARIABLE_VALUE + 0e0 END) AS open_files,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'open_table_definitions' THEN s.VARIABLE_VALUE + 0e0 END) AS open_table_definitions,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'open_tables' THEN s.VARIABLE_VALUE + 0e0 END) AS open_tables,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'prepared_stmt_count' THEN s.VARIABLE_VALUE + 0e0 END) AS prepared_stmt_count,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'threads_cached' THEN s.VARIABLE_VALUE + 0e0 END) AS threads_cached,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'threads_connected' THEN s.VARIABLE_VALUE + 0e0 END) AS threads_connected,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'threads_running' THEN s.VARIABLE_VALUE + 0e0 END) AS threads_running,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'uptime' THEN s.VARIABLE_VALUE + 0e0 END) AS uptime
    FROM performance_schema.global_status AS s
    WHERE LOWER(s.VARIABLE_NAME) IN (
        'max_used_connections', 'memory_used', 'open_files', 'open_table_definitions', 'open_tables', 'prepared_stmt_count',
        'threads_cached', 'threads_connected', 'threads_running', 'uptime'
    )
) AS v
LIMIT 1;
