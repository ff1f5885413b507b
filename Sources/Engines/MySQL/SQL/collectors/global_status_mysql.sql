/*
Purpose:     the server's counters that administrators watch, out of SHOW GLOBAL STATUS; InnoDB's are in innodb_mysql.
Title:       Status counters
Versions:    MySQL 8.0 and later; MariaDB has the collector global_status.
Permissions: none.
Cost:        low: the server adds up the counters of its threads, under 5 ms.
Cadence:     minute
When:        mysql
Keep:        latest
Rows:        120
Columns:
  status_name   label                           Name of the counter, in lower case
  total         counter  count  status_counter  Its value since the start
*/
SELECT LOWER(s.VARIABLE_NAME) AS status_name,
    CAST(s.VARIABLE_VALUE AS SIGNED) AS total
FROM performance_schema.global_status AS s
WHERE LOWER(s.VARIABLE_NAME) IN (
    'aborted_clients', 'aborted_connects', 'access_denied_errors', 'binlog_bytes_written', 'binlog_cache_disk_use', 'binlog_cache_use',
    'binlog_commits', 'binlog_group_commits', 'binlog_stmt_cache_disk_use', 'binlog_stmt_cache_use', 'bytes_received', 'bytes_sent',
    'com_alter_table', 'com_begin', 'com_call_procedure', 'com_change_db', 'com_commit', 'com_create_table', 'com_delete',
    'com_delete_multi', 'com_drop_table', 'com_insert', 'com_insert_select', 'com_load', 'com_lock_tables', 'com_replace',
    'com_replace_select', 'com_rollback', 'com_select', 'com_set_option', 'com_stmt_close', 'com_stmt_execute', 'com_stmt_prepare',
    'com_truncate', 'com_update', 'com_update_multi', 'connection_errors_internal', 'connection_errors_max_connections', 'connections',
    'created_tmp_disk_tables', 'created_tmp_files', 'created_tmp_tables', 'handler_commit', 'handler_delete', 'handler_external_lock',
    'handler_read_first', 'handler_read_key', 'handler_read_last', 'handler_read_next', 'handler_read_prev', 'handler_read_rnd',
    'handler_read_rnd_next', 'handler_rollback', 'handler_tmp_write', 'handler_update', 'handler_write', 'key_read_requests',
    'key_reads', 'key_write_requests', 'key_writes', 'max_execution_time_exceeded', 'max_statement_time_exceeded', 'opened_files',
    'opened_table_definitions', 'opened_tables', 'qcache_hits', 'qcache_inserts', 'qcache_lowmem_prunes', 'qcache_not_cached', 'queries',
    'questions', 'rows_read', 'rows_sent', 'rows_tmp_read', 'select_full_join', 'select_full_range_join', 'select_range',
    'select_range_check', 'select_scan', 'slow_launch_threads', 'slow_queries', 'sort_merge_passes', 'sort_range', 'sort_rows',
    'sort_scan', 'ssl_finished_accepts', 'table_locks_immediate', 'table_locks_waited', 'table_open_cache_hits',
    'table_open_cache_misses', 'table_open_cache_overflows', 'threads_created'
)
ORDER BY status_name
LIMIT 120;
