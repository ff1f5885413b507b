// Written by scripts/generate-collectors from the .sql files beside it: change those.

/// What runs on monitored servers. Each text is fixed, so that a target's plan cache holds one entry for it.
enum CollectorSQL {
    /// MySQL/SQL/collect.sql
    static let mySQLCollect = #"""
        SHOW GLOBAL STATUS
        WHERE Variable_name IN ('Threads_connected', 'Questions', 'Uptime', 'Innodb_data_reads', 'Innodb_data_writes', 'Innodb_data_read', 'Innodb_data_written',
            'Innodb_buffer_pool_read_requests', 'Innodb_buffer_pool_reads')
        """#
    /// MySQL/SQL/collectors/blocking.sql
    static let mySQLCollectorsBlocking = #"""
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
        """#
    /// MySQL/SQL/collectors/blocking_mysql.sql
    static let mySQLCollectorsBlockingMysql = #"""
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
        """#
    /// MySQL/SQL/collectors/cluster.sql
    static let mySQLCollectorsCluster = #"""
        SELECT g.cluster_name,
            g.node_name,
            v.cluster_status = 'Primary' AS is_primary_component,
            v.ready = 'ON' AS is_ready,
            v.connected = 'ON' AS is_connected,
            v.local_state,
            v.member_count + 0e0 AS member_count,
            v.receive_queue_count + 0e0 AS receive_queue_count,
            v.send_queue_count + 0e0 AS send_queue_count,
            v.flow_control_paused + 0e0 AS flow_control_paused,
            CAST(v.flow_control_paused_ns AS SIGNED) DIV 1000 AS flow_control_paused_us,
            CAST(v.flow_control_sent AS SIGNED) AS flow_control_sent,
            CAST(v.conflict_count AS SIGNED) AS conflict_count,
            CAST(v.aborted_count AS SIGNED) AS aborted_count,
            v.cluster_state_id
        FROM (
            SELECT MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'wsrep_cluster_status' THEN s.VARIABLE_VALUE END) AS cluster_status,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'wsrep_ready' THEN s.VARIABLE_VALUE END) AS ready,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'wsrep_connected' THEN s.VARIABLE_VALUE END) AS connected,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'wsrep_local_state_comment' THEN s.VARIABLE_VALUE END) AS local_state,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'wsrep_cluster_size' THEN s.VARIABLE_VALUE END) AS member_count,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'wsrep_local_recv_queue' THEN s.VARIABLE_VALUE END) AS receive_queue_count,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'wsrep_local_send_queue' THEN s.VARIABLE_VALUE END) AS send_queue_count,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'wsrep_flow_control_paused' THEN s.VARIABLE_VALUE END) AS flow_control_paused,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'wsrep_flow_control_paused_ns' THEN s.VARIABLE_VALUE END) AS flow_control_paused_ns,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'wsrep_flow_control_sent' THEN s.VARIABLE_VALUE END) AS flow_control_sent,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'wsrep_local_cert_failures' THEN s.VARIABLE_VALUE END) AS conflict_count,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'wsrep_local_bf_aborts' THEN s.VARIABLE_VALUE END) AS aborted_count,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'wsrep_cluster_state_uuid' THEN s.VARIABLE_VALUE END) AS cluster_state_id
            FROM information_schema.GLOBAL_STATUS AS s
            WHERE LOWER(s.VARIABLE_NAME) LIKE 'wsrep\_%'
        ) AS v
        -- By name, since a server that was built without wsrep knows no such variable.
        CROSS JOIN (
            SELECT MAX(CASE LOWER(x.VARIABLE_NAME) WHEN 'wsrep_on' THEN x.VARIABLE_VALUE END) AS is_on,
                MAX(CASE LOWER(x.VARIABLE_NAME) WHEN 'wsrep_provider' THEN x.VARIABLE_VALUE END) AS provider,
                MAX(CASE LOWER(x.VARIABLE_NAME) WHEN 'wsrep_cluster_name' THEN x.VARIABLE_VALUE END) AS cluster_name,
                MAX(CASE LOWER(x.VARIABLE_NAME) WHEN 'wsrep_node_name' THEN x.VARIABLE_VALUE END) AS node_name
            FROM information_schema.GLOBAL_VARIABLES AS x
            WHERE LOWER(x.VARIABLE_NAME) IN ('wsrep_on', 'wsrep_provider', 'wsrep_cluster_name', 'wsrep_node_name')
        ) AS g
        WHERE g.is_on = 'ON'
            AND g.provider NOT IN ('', 'none')
        LIMIT 1;
        """#
    /// MySQL/SQL/collectors/cluster_mysql.sql
    static let mySQLCollectorsClusterMysql = #"""
        SELECT COALESCE(
                (SELECT v.VARIABLE_VALUE FROM performance_schema.global_variables AS v WHERE v.VARIABLE_NAME = 'group_replication_group_name'), ''
            ) AS group_name,
            NULLIF(m.MEMBER_HOST, '') AS member_host,
            m.MEMBER_PORT + 0e0 AS member_port,
            m.MEMBER_STATE AS member_state,
            NULLIF(m.MEMBER_ROLE, '') AS member_role,
            m.MEMBER_STATE = 'ONLINE' AS is_online,
            m.MEMBER_STATE = 'ONLINE' AND m.MEMBER_ROLE = 'PRIMARY' AS is_primary,
            (SELECT COUNT(*) FROM performance_schema.replication_group_members AS a) + 0e0 AS member_count,
            (SELECT COUNT(*) FROM performance_schema.replication_group_members AS o WHERE o.MEMBER_STATE = 'ONLINE') + 0e0 AS online_member_count,
            s.COUNT_TRANSACTIONS_IN_QUEUE + 0e0 AS certify_queue_count,
            s.COUNT_TRANSACTIONS_REMOTE_IN_APPLIER_QUEUE + 0e0 AS receive_queue_count,
            CAST(s.COUNT_CONFLICTS_DETECTED AS SIGNED) AS conflict_count,
            CAST(s.COUNT_TRANSACTIONS_REMOTE_APPLIED AS SIGNED) AS applied_count,
            NULLIF(m.MEMBER_VERSION, '') AS version
        FROM performance_schema.replication_group_members AS m
        LEFT JOIN performance_schema.replication_group_member_stats AS s ON s.MEMBER_ID = m.MEMBER_ID
        -- A member that is stopped has a row without an identity.
        WHERE m.MEMBER_ID IN (@@GLOBAL.server_uuid, '')
        LIMIT 1;
        """#
    /// MySQL/SQL/collectors/databases.sql
    static let mySQLCollectorsDatabases = #"""
        SELECT d.database_name,
            SUM(d.file_bytes) + 0e0 AS size_bytes,
            SUM(d.allocated_bytes) + 0e0 AS allocated_bytes,
            COUNT(*) + 0e0 AS file_count
        FROM (
            -- Names of files have other letters than a-z, 0-9 and _ encoded as @ and four digits.
            SELECT CONVERT(CONVERT(CONVERT(SUBSTRING_INDEX(s.NAME, '/', 1) USING binary) USING filename) USING utf8mb4) AS database_name,
                s.FILE_SIZE AS file_bytes,
                s.ALLOCATED_SIZE AS allocated_bytes
            FROM information_schema.INNODB_SYS_TABLESPACES AS s
            WHERE s.NAME LIKE '%/%'
        ) AS d
        GROUP BY d.database_name
        ORDER BY d.database_name
        LIMIT 1000;
        """#
    /// MySQL/SQL/collectors/databases_mysql.sql
    static let mySQLCollectorsDatabasesMysql = #"""
        SELECT d.database_name,
            SUM(d.file_bytes) + 0e0 AS size_bytes,
            SUM(d.allocated_bytes) + 0e0 AS allocated_bytes,
            COUNT(*) + 0e0 AS file_count
        FROM (
            -- Names of files have other letters than a-z, 0-9 and _ encoded as @ and four digits.
            SELECT CONVERT(CONVERT(CONVERT(SUBSTRING_INDEX(s.NAME, '/', 1) USING binary) USING filename) USING utf8mb4) AS database_name,
                s.FILE_SIZE AS file_bytes,
                s.ALLOCATED_SIZE AS allocated_bytes
            FROM information_schema.INNODB_TABLESPACES AS s
            WHERE s.NAME LIKE '%/%'
        ) AS d
        GROUP BY d.database_name
        ORDER BY d.database_name
        LIMIT 1000;
        """#
    /// MySQL/SQL/collectors/file_io.sql
    static let mySQLCollectorsFileIo = #"""
        SELECT SUBSTRING(f.EVENT_NAME, CHAR_LENGTH('wait/io/file/') + 1) AS file_kind,
            CAST(f.COUNT_READ AS SIGNED) AS read_count,
            CAST(f.SUM_NUMBER_OF_BYTES_READ AS SIGNED) AS read_bytes,
            CAST(f.SUM_TIMER_READ DIV 1000000 AS SIGNED) AS read_us,
            CAST(f.COUNT_WRITE AS SIGNED) AS write_count,
            CAST(f.SUM_NUMBER_OF_BYTES_WRITE AS SIGNED) AS write_bytes,
            CAST(f.SUM_TIMER_WRITE DIV 1000000 AS SIGNED) AS write_us,
            CAST(f.SUM_TIMER_MISC DIV 1000000 AS SIGNED) AS other_us
        FROM performance_schema.file_summary_by_event_name AS f
        WHERE f.COUNT_STAR > 0
        ORDER BY file_kind
        LIMIT 100;
        """#
    /// MySQL/SQL/collectors/global_status.sql
    static let mySQLCollectorsGlobalStatus = #"""
        SELECT LOWER(s.VARIABLE_NAME) AS status_name,
            CAST(s.VARIABLE_VALUE AS SIGNED) AS total
        FROM information_schema.GLOBAL_STATUS AS s
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
        """#
    /// MySQL/SQL/collectors/global_status_mysql.sql
    static let mySQLCollectorsGlobalStatusMysql = #"""
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
        """#
    /// MySQL/SQL/collectors/innodb.sql
    static let mySQLCollectorsInnodb = #"""
        SELECT v.innodb_buffer_pool_pages_total + 0e0 AS pages_total,
            v.innodb_buffer_pool_pages_data + 0e0 AS pages_data,
            v.innodb_buffer_pool_pages_dirty + 0e0 AS pages_dirty,
            v.innodb_buffer_pool_pages_free + 0e0 AS pages_free,
            CAST(v.innodb_buffer_pool_read_requests AS SIGNED) AS read_request_count,
            CAST(v.innodb_buffer_pool_reads AS SIGNED) AS disk_read_count,
            CAST(v.innodb_buffer_pool_write_requests AS SIGNED) AS write_request_count,
            CAST(v.innodb_buffer_pool_wait_free AS SIGNED) AS free_wait_count,
            CAST(v.innodb_pages_read AS SIGNED) AS pages_read,
            CAST(v.innodb_pages_written AS SIGNED) AS pages_written,
            CAST(v.innodb_pages_created AS SIGNED) AS pages_created,
            CAST(v.innodb_data_reads AS SIGNED) AS data_read_count,
            CAST(v.innodb_data_read AS SIGNED) AS data_read_bytes,
            CAST(v.innodb_data_writes AS SIGNED) AS data_write_count,
            CAST(v.innodb_data_written AS SIGNED) AS data_written_bytes,
            CAST(v.innodb_data_fsyncs AS SIGNED) AS sync_count,
            CAST(v.innodb_os_log_written AS SIGNED) AS log_written_bytes,
            CAST(v.innodb_log_waits AS SIGNED) AS log_wait_count,
            CAST(v.innodb_row_lock_waits AS SIGNED) AS row_lock_wait_count,
            CAST(v.innodb_row_lock_time AS SIGNED) AS row_lock_wait_ms,
            v.innodb_row_lock_current_waits + 0e0 AS waiting_lock_count,
            CAST(v.innodb_rows_read AS SIGNED) AS rows_read,
            CAST(v.innodb_rows_inserted AS SIGNED) AS rows_inserted,
            CAST(v.innodb_rows_updated AS SIGNED) AS rows_updated,
            CAST(v.innodb_rows_deleted AS SIGNED) AS rows_deleted,
            CAST(v.innodb_deadlocks AS SIGNED) AS deadlock_count,
            v.innodb_history_list_length + 0e0 AS history_length,
            v.innodb_checkpoint_age + 0e0 AS checkpoint_age_bytes,
            v.innodb_checkpoint_max_age + 0e0 AS checkpoint_limit_bytes,
            @@GLOBAL.innodb_buffer_pool_size + 0e0 AS buffer_pool_bytes,
            100 * (1 - v.innodb_buffer_pool_reads / NULLIF(v.innodb_buffer_pool_read_requests + 0e0, 0)) AS cache_hit_percent,
            100 * v.innodb_buffer_pool_pages_dirty / NULLIF(v.innodb_buffer_pool_pages_total + 0e0, 0) AS dirty_percent
        FROM (
            SELECT MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_buffer_pool_pages_total' THEN s.VARIABLE_VALUE END) AS innodb_buffer_pool_pages_total,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_buffer_pool_pages_data' THEN s.VARIABLE_VALUE END) AS innodb_buffer_pool_pages_data,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_buffer_pool_pages_dirty' THEN s.VARIABLE_VALUE END) AS innodb_buffer_pool_pages_dirty,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_buffer_pool_pages_free' THEN s.VARIABLE_VALUE END) AS innodb_buffer_pool_pages_free,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_buffer_pool_read_requests' THEN s.VARIABLE_VALUE END) AS innodb_buffer_pool_read_requests,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_buffer_pool_reads' THEN s.VARIABLE_VALUE END) AS innodb_buffer_pool_reads,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_buffer_pool_write_requests' THEN s.VARIABLE_VALUE END) AS innodb_buffer_pool_write_requests,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_buffer_pool_wait_free' THEN s.VARIABLE_VALUE END) AS innodb_buffer_pool_wait_free,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_pages_read' THEN s.VARIABLE_VALUE END) AS innodb_pages_read,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_pages_written' THEN s.VARIABLE_VALUE END) AS innodb_pages_written,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_pages_created' THEN s.VARIABLE_VALUE END) AS innodb_pages_created,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_data_reads' THEN s.VARIABLE_VALUE END) AS innodb_data_reads,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_data_read' THEN s.VARIABLE_VALUE END) AS innodb_data_read,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_data_writes' THEN s.VARIABLE_VALUE END) AS innodb_data_writes,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_data_written' THEN s.VARIABLE_VALUE END) AS innodb_data_written,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_data_fsyncs' THEN s.VARIABLE_VALUE END) AS innodb_data_fsyncs,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_os_log_written' THEN s.VARIABLE_VALUE END) AS innodb_os_log_written,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_log_waits' THEN s.VARIABLE_VALUE END) AS innodb_log_waits,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_row_lock_waits' THEN s.VARIABLE_VALUE END) AS innodb_row_lock_waits,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_row_lock_time' THEN s.VARIABLE_VALUE END) AS innodb_row_lock_time,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_row_lock_current_waits' THEN s.VARIABLE_VALUE END) AS innodb_row_lock_current_waits,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_rows_read' THEN s.VARIABLE_VALUE END) AS innodb_rows_read,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_rows_inserted' THEN s.VARIABLE_VALUE END) AS innodb_rows_inserted,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_rows_updated' THEN s.VARIABLE_VALUE END) AS innodb_rows_updated,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_rows_deleted' THEN s.VARIABLE_VALUE END) AS innodb_rows_deleted,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_deadlocks' THEN s.VARIABLE_VALUE END) AS innodb_deadlocks,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_history_list_length' THEN s.VARIABLE_VALUE END) AS innodb_history_list_length,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_checkpoint_age' THEN s.VARIABLE_VALUE END) AS innodb_checkpoint_age,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_checkpoint_max_age' THEN s.VARIABLE_VALUE END) AS innodb_checkpoint_max_age
            FROM information_schema.GLOBAL_STATUS AS s
            WHERE LOWER(s.VARIABLE_NAME) LIKE 'innodb%'
        ) AS v
        LIMIT 1;
        """#
    /// MySQL/SQL/collectors/innodb_mysql.sql
    static let mySQLCollectorsInnodbMysql = #"""
        SELECT v.innodb_buffer_pool_pages_total + 0e0 AS pages_total,
            v.innodb_buffer_pool_pages_data + 0e0 AS pages_data,
            v.innodb_buffer_pool_pages_dirty + 0e0 AS pages_dirty,
            v.innodb_buffer_pool_pages_free + 0e0 AS pages_free,
            CAST(v.innodb_buffer_pool_read_requests AS SIGNED) AS read_request_count,
            CAST(v.innodb_buffer_pool_reads AS SIGNED) AS disk_read_count,
            CAST(v.innodb_buffer_pool_write_requests AS SIGNED) AS write_request_count,
            CAST(v.innodb_buffer_pool_wait_free AS SIGNED) AS free_wait_count,
            CAST(v.innodb_pages_read AS SIGNED) AS pages_read,
            CAST(v.innodb_pages_written AS SIGNED) AS pages_written,
            CAST(v.innodb_pages_created AS SIGNED) AS pages_created,
            CAST(v.innodb_data_reads AS SIGNED) AS data_read_count,
            CAST(v.innodb_data_read AS SIGNED) AS data_read_bytes,
            CAST(v.innodb_data_writes AS SIGNED) AS data_write_count,
            CAST(v.innodb_data_written AS SIGNED) AS data_written_bytes,
            CAST(v.innodb_data_fsyncs AS SIGNED) AS sync_count,
            CAST(v.innodb_os_log_written AS SIGNED) AS log_written_bytes,
            CAST(v.innodb_log_waits AS SIGNED) AS log_wait_count,
            CAST(v.innodb_row_lock_waits AS SIGNED) AS row_lock_wait_count,
            CAST(v.innodb_row_lock_time AS SIGNED) AS row_lock_wait_ms,
            v.innodb_row_lock_current_waits + 0e0 AS waiting_lock_count,
            CAST(v.innodb_rows_read AS SIGNED) AS rows_read,
            CAST(v.innodb_rows_inserted AS SIGNED) AS rows_inserted,
            CAST(v.innodb_rows_updated AS SIGNED) AS rows_updated,
            CAST(v.innodb_rows_deleted AS SIGNED) AS rows_deleted,
            m.lock_deadlocks AS deadlock_count,
            m.trx_rseg_history_len + 0e0 AS history_length,
            m.log_lsn_checkpoint_age + 0e0 AS checkpoint_age_bytes,
            NULL AS checkpoint_limit_bytes,
            @@GLOBAL.innodb_buffer_pool_size + 0e0 AS buffer_pool_bytes,
            100 * (1 - v.innodb_buffer_pool_reads / NULLIF(v.innodb_buffer_pool_read_requests + 0e0, 0)) AS cache_hit_percent,
            100 * v.innodb_buffer_pool_pages_dirty / NULLIF(v.innodb_buffer_pool_pages_total + 0e0, 0) AS dirty_percent
        FROM (
            SELECT MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_buffer_pool_pages_total' THEN s.VARIABLE_VALUE END) AS innodb_buffer_pool_pages_total,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_buffer_pool_pages_data' THEN s.VARIABLE_VALUE END) AS innodb_buffer_pool_pages_data,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_buffer_pool_pages_dirty' THEN s.VARIABLE_VALUE END) AS innodb_buffer_pool_pages_dirty,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_buffer_pool_pages_free' THEN s.VARIABLE_VALUE END) AS innodb_buffer_pool_pages_free,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_buffer_pool_read_requests' THEN s.VARIABLE_VALUE END) AS innodb_buffer_pool_read_requests,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_buffer_pool_reads' THEN s.VARIABLE_VALUE END) AS innodb_buffer_pool_reads,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_buffer_pool_write_requests' THEN s.VARIABLE_VALUE END) AS innodb_buffer_pool_write_requests,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_buffer_pool_wait_free' THEN s.VARIABLE_VALUE END) AS innodb_buffer_pool_wait_free,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_pages_read' THEN s.VARIABLE_VALUE END) AS innodb_pages_read,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_pages_written' THEN s.VARIABLE_VALUE END) AS innodb_pages_written,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_pages_created' THEN s.VARIABLE_VALUE END) AS innodb_pages_created,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_data_reads' THEN s.VARIABLE_VALUE END) AS innodb_data_reads,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_data_read' THEN s.VARIABLE_VALUE END) AS innodb_data_read,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_data_writes' THEN s.VARIABLE_VALUE END) AS innodb_data_writes,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_data_written' THEN s.VARIABLE_VALUE END) AS innodb_data_written,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_data_fsyncs' THEN s.VARIABLE_VALUE END) AS innodb_data_fsyncs,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_os_log_written' THEN s.VARIABLE_VALUE END) AS innodb_os_log_written,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_log_waits' THEN s.VARIABLE_VALUE END) AS innodb_log_waits,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_row_lock_waits' THEN s.VARIABLE_VALUE END) AS innodb_row_lock_waits,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_row_lock_time' THEN s.VARIABLE_VALUE END) AS innodb_row_lock_time,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_row_lock_current_waits' THEN s.VARIABLE_VALUE END) AS innodb_row_lock_current_waits,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_rows_read' THEN s.VARIABLE_VALUE END) AS innodb_rows_read,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_rows_inserted' THEN s.VARIABLE_VALUE END) AS innodb_rows_inserted,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_rows_updated' THEN s.VARIABLE_VALUE END) AS innodb_rows_updated,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_rows_deleted' THEN s.VARIABLE_VALUE END) AS innodb_rows_deleted
            FROM performance_schema.global_status AS s
            WHERE LOWER(s.VARIABLE_NAME) LIKE 'innodb%'
        ) AS v
        CROSS JOIN (
            SELECT MAX(CASE i.NAME WHEN 'lock_deadlocks' THEN i.COUNT END) AS lock_deadlocks,
                MAX(CASE i.NAME WHEN 'trx_rseg_history_len' THEN i.COUNT END) AS trx_rseg_history_len,
                MAX(CASE i.NAME WHEN 'log_lsn_checkpoint_age' THEN i.COUNT END) AS log_lsn_checkpoint_age
            FROM information_schema.INNODB_METRICS AS i
            WHERE i.NAME IN ('lock_deadlocks', 'trx_rseg_history_len', 'log_lsn_checkpoint_age')
                AND i.STATUS = 'enabled'
        ) AS m
        LIMIT 1;
        """#
    /// MySQL/SQL/collectors/processes.sql
    static let mySQLCollectorsProcesses = #"""
        SELECT l.user_name,
            l.command,
            l.state,
            COUNT(*) + 0e0 AS session_count,
            GREATEST(MAX(l.seconds), 0) + 0e0 AS longest_seconds
        FROM (
            SELECT p.USER AS user_name, p.COMMAND AS command, COALESCE(p.STATE, '') AS state, p.TIME AS seconds
            FROM information_schema.PROCESSLIST AS p
        ) AS l
        -- Without PROCESS only one's own sessions are to be seen: this raises an error instead (1227).
        CROSS JOIN (SELECT COUNT(*) AS row_count FROM information_schema.INNODB_METRICS WHERE NAME = 'innodb_page_size') AS may_see
        GROUP BY l.user_name, l.command, l.state
        ORDER BY session_count DESC, user_name, command, state
        LIMIT 100;
        """#
    /// MySQL/SQL/collectors/replication.sql
    static let mySQLCollectorsReplication = #"""
        SELECT CASE
                WHEN p.receiver_count + p.applier_count > 0 THEN 1
                WHEN @@GLOBAL.gtid_slave_pos = '' THEN 0
                -- With both threads ended what was applied remains. Own changes after it: then it may be a source by now, promoted in a failover.
                WHEN @@GLOBAL.gtid_current_pos = @@GLOBAL.gtid_slave_pos THEN 1
            END AS is_replica,
            CASE
                WHEN p.receiver_count > 0 AND p.applier_count = p.receiver_count THEN 'running'
                WHEN p.receiver_count > 0 AND p.applier_count > 0 THEN 'partly stopped'
                WHEN p.receiver_count > 0 THEN 'applier stopped'
                WHEN p.applier_count > 0 THEN 'receiver stopped'
                WHEN @@GLOBAL.gtid_slave_pos = '' THEN 'none seen'
                WHEN @@GLOBAL.gtid_current_pos = @@GLOBAL.gtid_slave_pos THEN 'stopped'
            END AS replication_state,
            p.receiver_count + 0e0 AS receiver_count,
            p.applier_count + 0e0 AS applier_count,
            p.worker_count + 0e0 AS worker_count,
            p.receiver_state,
            p.applier_state,
            -- TIME counts from when an applier began its newest change, not from when the source made it (since MariaDB 10.1): it is no lag.
            CASE
                WHEN p.applier_count > 0 AND p.hearing_count >= p.applier_count AND p.busy_count = 0 THEN 0e0
            END AS replication_lag_seconds,
            p.since_applied_seconds + 0e0 AS since_applied_seconds,
            v.slaves_connected + 0e0 AS replica_count,
            CAST(v.slave_retried_transactions AS SIGNED) AS retried_count,
            CAST(v.slave_skipped_errors AS SIGNED) AS skipped_error_count,
            LEFT(@@GLOBAL.gtid_slave_pos, 1000) AS applied_position,
            LEFT(@@GLOBAL.gtid_binlog_pos, 1000) AS written_position,
            @@GLOBAL.log_bin AS is_logging,
            v.rpl_semi_sync_master_status = 'ON' AS is_semi_sync_source,
            v.rpl_semi_sync_master_clients + 0e0 AS semi_sync_replica_count
        FROM (
            SELECT COUNT(CASE WHEN t.COMMAND = 'Slave_IO' THEN 1 END) AS receiver_count,
                COUNT(CASE WHEN t.COMMAND = 'Slave_SQL' THEN 1 END) AS applier_count,
                COUNT(CASE WHEN t.COMMAND = 'Slave_worker' THEN 1 END) AS worker_count,
                MAX(CASE WHEN t.COMMAND = 'Slave_IO' THEN t.STATE END) AS receiver_state,
                SUBSTRING_INDEX(GROUP_CONCAT(CASE WHEN t.COMMAND = 'Slave_SQL' THEN t.STATE END ORDER BY t.since_applied_seconds DESC SEPARATOR '|'), '|', 1)
                    AS applier_state,
                COUNT(CASE
                    WHEN t.COMMAND = 'Slave_IO' AND (t.STATE LIKE 'Waiting for % to send event%' OR t.STATE LIKE 'Queueing %' OR t.STATE LIKE '% relay log space%')
                        THEN 1
                END) AS hearing_count,
                COUNT(CASE
                    WHEN t.COMMAND = 'Slave_SQL' AND COALESCE(t.STATE, '') NOT LIKE '% has read all relay log%' THEN 1
                    WHEN t.COMMAND = 'Slave_worker' AND COALESCE(t.STATE, '') NOT LIKE 'Waiting for work from %' THEN 1
                END) AS busy_count,
                MAX(t.since_applied_seconds) AS since_applied_seconds
            FROM (
                SELECT l.COMMAND, l.STATE, CASE WHEN l.COMMAND = 'Slave_SQL' THEN GREATEST(l.TIME, 0) END AS since_applied_seconds
                FROM information_schema.PROCESSLIST AS l
                WHERE l.COMMAND IN ('Slave_IO', 'Slave_SQL', 'Slave_worker')
            ) AS t
        ) AS p
        CROSS JOIN (
            SELECT MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'slaves_connected' THEN s.VARIABLE_VALUE END) AS slaves_connected,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'slave_retried_transactions' THEN s.VARIABLE_VALUE END) AS slave_retried_transactions,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'slave_skipped_errors' THEN s.VARIABLE_VALUE END) AS slave_skipped_errors,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'rpl_semi_sync_master_status' THEN s.VARIABLE_VALUE END) AS rpl_semi_sync_master_status,
                MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'rpl_semi_sync_master_clients' THEN s.VARIABLE_VALUE END) AS rpl_semi_sync_master_clients
            FROM information_schema.GLOBAL_STATUS AS s
            WHERE LOWER(s.VARIABLE_NAME) LIKE 'slave%' OR LOWER(s.VARIABLE_NAME) LIKE 'rpl\_semi%'
        ) AS v
        -- Without PROCESS the threads look as if there were none: this raises an error instead (1227).
        CROSS JOIN (SELECT COUNT(*) AS row_count FROM information_schema.INNODB_METRICS WHERE NAME = 'innodb_page_size') AS may_see
        LIMIT 1;
        """#
    /// MySQL/SQL/collectors/replication_mysql.sql
    static let mySQLCollectorsReplicationMysql = #"""
        SELECT c.CHANNEL_NAME AS channel_name,
            c.HOST AS source_host,
            c.PORT + 0e0 AS source_port,
            r.SERVICE_STATE AS receiver_state,
            a.SERVICE_STATE AS applier_state,
            CASE
                WHEN w.applying_since IS NOT NULL THEN GREATEST(TIMESTAMPDIFF(MICROSECOND, CONVERT_TZ(w.applying_since, @@SESSION.time_zone, '+00:00'), UTC_TIMESTAMP(6)), 0) / 1e6
                -- A change waits until it is as old as is wanted.
                WHEN a.REMAINING_DELAY IS NOT NULL THEN GREATEST(CAST(f.DESIRED_DELAY AS SIGNED) - CAST(a.REMAINING_DELAY AS SIGNED), 0) + 0e0
                -- Between two changes nothing is applied either: only if the newest that came is applied is there no more to do.
                WHEN r.SERVICE_STATE = 'ON' AND a.SERVICE_STATE = 'ON' AND w.applied_count > 0
                    AND w.applied_commit_at >= r.LAST_QUEUED_TRANSACTION_ORIGINAL_COMMIT_TIMESTAMP THEN 0e0
            END AS replication_lag_seconds,
            CAST(r.COUNT_RECEIVED_HEARTBEATS AS SIGNED) AS heartbeat_count,
            CAST(a.COUNT_TRANSACTIONS_RETRIES AS SIGNED) AS retried_count,
            CASE WHEN r.COUNT_RECEIVED_HEARTBEATS > 0 THEN CONVERT_TZ(r.LAST_HEARTBEAT_TIMESTAMP, @@SESSION.time_zone, '+00:00') END AS heard_at,
            NULLIF(r.LAST_ERROR_NUMBER, 0) + 0e0 AS receiver_error_number,
            NULLIF(r.LAST_ERROR_MESSAGE, '') AS receiver_error,
            NULLIF(w.error_number, 0) + 0e0 AS applier_error_number,
            NULLIF(w.error_message, '') AS applier_error,
            r.LAST_QUEUED_TRANSACTION AS received_transaction,
            f.DESIRED_DELAY + 0e0 AS desired_delay_seconds
        FROM performance_schema.replication_connection_configuration AS c
        JOIN performance_schema.replication_connection_status AS r ON r.CHANNEL_NAME = c.CHANNEL_NAME
        LEFT JOIN performance_schema.replication_applier_status AS a ON a.CHANNEL_NAME = c.CHANNEL_NAME
        LEFT JOIN performance_schema.replication_applier_configuration AS f ON f.CHANNEL_NAME = c.CHANNEL_NAME
        LEFT JOIN (
            SELECT k.CHANNEL_NAME AS channel_name,
                -- A worker that applies nothing has a zero date, which is no time.
                MIN(CASE WHEN k.APPLYING_TRANSACTION <> '' THEN k.APPLYING_TRANSACTION_ORIGINAL_COMMIT_TIMESTAMP END) AS applying_since,
                COUNT(CASE WHEN k.LAST_APPLIED_TRANSACTION <> '' THEN 1 END) AS applied_count,
                MAX(k.LAST_APPLIED_TRANSACTION_ORIGINAL_COMMIT_TIMESTAMP) AS applied_commit_at,
                MAX(k.LAST_ERROR_NUMBER) AS error_number,
                MAX(k.LAST_ERROR_MESSAGE) AS error_message
            FROM performance_schema.replication_applier_status_by_worker AS k
            GROUP BY k.CHANNEL_NAME
        ) AS w ON w.channel_name = c.CHANNEL_NAME
        ORDER BY channel_name
        LIMIT 100;
        """#
    /// MySQL/SQL/collectors/replication_sources.sql
    static let mySQLCollectorsReplicationSources = #"""
        SELECT c.CHANNEL_NAME AS connection_name,
            c.HOST AS source_host,
            c.PORT + 0e0 AS source_port,
            CAST(c.USING_GTID AS CHAR) AS uses_gtid,
            CAST(a.SERVICE_STATE AS CHAR) AS applier_state,
            NULLIF(k.LAST_ERROR_NUMBER, 0) + 0e0 AS applier_error_number,
            NULLIF(k.LAST_ERROR_MESSAGE, '') AS applier_error,
            CASE WHEN k.LAST_ERROR_NUMBER <> 0 THEN CONVERT_TZ(k.LAST_ERROR_TIMESTAMP, @@SESSION.time_zone, '+00:00') END AS applier_error_at,
            NULLIF(k.LAST_SEEN_TRANSACTION, '') AS last_seen_transaction,
            a.COUNT_TRANSACTIONS_RETRIES + 0e0 AS retry_count,
            a.REMAINING_DELAY + 0e0 AS remaining_delay_seconds
        FROM performance_schema.replication_connection_configuration AS c
        LEFT JOIN performance_schema.replication_applier_status AS a ON a.CHANNEL_NAME = c.CHANNEL_NAME
        LEFT JOIN performance_schema.replication_applier_status_by_coordinator AS k ON k.CHANNEL_NAME = c.CHANNEL_NAME
        ORDER BY connection_name
        LIMIT 100;
        """#
    /// MySQL/SQL/collectors/running_queries.sql
    static let mySQLCollectorsRunningQueries = #"""
        SELECT CAST(l.ID AS CHAR) AS session_id,
            l.COMMAND AS command,
            l.STATE AS state,
            l.TIME + 0e0 AS duration_seconds,
            GREATEST(TIMESTAMPDIFF(SECOND, CONVERT_TZ(t.trx_started, 'SYSTEM', '+00:00'), UTC_TIMESTAMP()), 0) + 0e0 AS transaction_seconds,
            t.trx_rows_locked + 0e0 AS rows_locked,
            t.trx_rows_modified + 0e0 AS rows_modified,
            l.DB AS database_name,
            l.USER AS user_name,
            l.HOST AS client_address,
            LEFT(l.INFO, 4000) AS query_text
        FROM information_schema.PROCESSLIST AS l
        -- Without PROCESS this raises an error (1227).
        LEFT JOIN information_schema.INNODB_TRX AS t ON t.trx_mysql_thread_id = l.ID
        WHERE l.COMMAND NOT IN ('Sleep', 'Daemon', 'Binlog Dump', 'Binlog Dump GTID', 'Slave_IO', 'Slave_SQL', 'Slave_worker', 'Connect')
            AND l.INFO IS NOT NULL
            AND l.TIME >= 1
            AND l.ID <> CONNECTION_ID()
        ORDER BY l.TIME DESC, l.ID
        LIMIT 50;
        """#
    /// MySQL/SQL/collectors/server_state.sql
    static let mySQLCollectorsServerState = #"""
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
            FROM information_schema.GLOBAL_STATUS AS s
            WHERE LOWER(s.VARIABLE_NAME) IN (
                'max_used_connections', 'memory_used', 'open_files', 'open_table_definitions', 'open_tables', 'prepared_stmt_count',
                'threads_cached', 'threads_connected', 'threads_running', 'uptime'
            )
        ) AS v
        LIMIT 1;
        """#
    /// MySQL/SQL/collectors/server_state_mysql.sql
    static let mySQLCollectorsServerStateMysql = #"""
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
        """#
    /// MySQL/SQL/collectors/settings.sql
    static let mySQLCollectorsSettings = #"""
        SELECT LOWER(s.VARIABLE_NAME) AS setting_name,
            CASE
                WHEN s.GLOBAL_VALUE <> '' AND LOWER(s.VARIABLE_NAME) REGEXP 'passw|secret|token|credential|_key$|provider_options' THEN '(set)'
                ELSE LEFT(s.GLOBAL_VALUE, 2000)
            END AS value,
            LEFT(s.DEFAULT_VALUE, 2000) AS default_value,
            s.GLOBAL_VALUE_ORIGIN AS source,
            s.GLOBAL_VALUE_PATH AS source_path
        FROM information_schema.SYSTEM_VARIABLES AS s
        WHERE s.GLOBAL_VALUE IS NOT NULL
            AND (s.DEFAULT_VALUE IS NULL OR s.GLOBAL_VALUE <> s.DEFAULT_VALUE)
            -- What changes by itself is no setting.
            AND LOWER(s.VARIABLE_NAME) NOT LIKE 'gtid%'
            AND LOWER(s.VARIABLE_NAME) NOT LIKE 'pseudo%'
            AND LOWER(s.VARIABLE_NAME) NOT IN ('timestamp', 'rand_seed1', 'rand_seed2', 'last_insert_id', 'insert_id', 'identity', 'error_count',
                'warning_count', 'proxy_user', 'external_user', 'statement_id', 'server_uid', 'wsrep_start_position')
        ORDER BY setting_name
        LIMIT 500;
        """#
    /// MySQL/SQL/collectors/settings_mysql.sql
    static let mySQLCollectorsSettingsMysql = #"""
        SELECT LOWER(v.VARIABLE_NAME) AS setting_name,
            CASE
                WHEN v.VARIABLE_VALUE <> '' AND LOWER(v.VARIABLE_NAME) REGEXP 'passw|secret|token|credential|_key$|provider_options' THEN '(set)'
                ELSE LEFT(v.VARIABLE_VALUE, 2000)
            END AS value,
            CONCAT(i.VARIABLE_SOURCE, '') AS source,
            NULLIF(i.VARIABLE_PATH, '') AS source_path,
            CONVERT_TZ(i.SET_TIME, @@SESSION.time_zone, '+00:00') AS changed_at,
            NULLIF(i.SET_USER, '') AS changed_by
        FROM performance_schema.global_variables AS v
        JOIN performance_schema.variables_info AS i ON i.VARIABLE_NAME = v.VARIABLE_NAME
        WHERE i.VARIABLE_SOURCE <> 'COMPILED'
            -- What changes by itself is no setting.
            AND LOWER(v.VARIABLE_NAME) NOT LIKE 'gtid%'
            AND LOWER(v.VARIABLE_NAME) NOT LIKE 'pseudo%'
            AND LOWER(v.VARIABLE_NAME) NOT IN ('timestamp', 'rand_seed1', 'rand_seed2', 'last_insert_id', 'insert_id', 'identity', 'error_count',
                'warning_count', 'proxy_user', 'external_user', 'statement_id', 'server_uid', 'wsrep_start_position')
        ORDER BY setting_name
        LIMIT 500;
        """#
    /// MySQL/SQL/collectors/statements.sql
    static let mySQLCollectorsStatements = #"""
        SELECT g.query_id, g.database_name, g.call_count, g.total_us, g.lock_us, g.row_count, g.examined_row_count, g.error_count,
            g.temp_disk_table_count, g.no_index_count, g.mean_ms, g.max_ms, g.last_seen_at, g.query_text
        FROM (
            SELECT d.DIGEST AS query_id,
                COALESCE(d.SCHEMA_NAME, '') AS database_name,
                CAST(d.COUNT_STAR AS SIGNED) AS call_count,
                CAST(d.SUM_TIMER_WAIT DIV 1000000 AS SIGNED) AS total_us,
                CAST(d.SUM_LOCK_TIME DIV 1000000 AS SIGNED) AS lock_us,
                CAST(d.SUM_ROWS_SENT + d.SUM_ROWS_AFFECTED AS SIGNED) AS row_count,
                CAST(d.SUM_ROWS_EXAMINED AS SIGNED) AS examined_row_count,
                CAST(d.SUM_ERRORS AS SIGNED) AS error_count,
                CAST(d.SUM_CREATED_TMP_DISK_TABLES AS SIGNED) AS temp_disk_table_count,
                CAST(d.SUM_NO_INDEX_USED AS SIGNED) AS no_index_count,
                d.AVG_TIMER_WAIT / 1e9 AS mean_ms,
                d.MAX_TIMER_WAIT / 1e9 AS max_ms,
                CONVERT_TZ(d.LAST_SEEN, @@SESSION.time_zone, '+00:00') AS last_seen_at,
                LEFT(d.DIGEST_TEXT, 4000) AS query_text
            FROM performance_schema.events_statements_summary_by_digest AS d
            -- One row without a digest gathers what found no place in the table.
            WHERE d.DIGEST IS NOT NULL
            ORDER BY d.SUM_TIMER_WAIT DESC
            LIMIT 100
        ) AS g
        ORDER BY g.query_id, g.database_name
        LIMIT 100;
        """#
    /// MySQL/SQL/collectors/table_io.sql
    static let mySQLCollectorsTableIo = #"""
        SELECT g.*
        FROM (
            SELECT t.OBJECT_SCHEMA AS database_name,
                t.OBJECT_NAME AS table_name,
                CAST(t.COUNT_FETCH AS SIGNED) AS read_count,
                CAST(t.SUM_TIMER_FETCH DIV 1000000 AS SIGNED) AS read_us,
                CAST(t.COUNT_INSERT AS SIGNED) AS insert_count,
                CAST(t.COUNT_UPDATE AS SIGNED) AS update_count,
                CAST(t.COUNT_DELETE AS SIGNED) AS delete_count,
                CAST(t.SUM_TIMER_WRITE DIV 1000000 AS SIGNED) AS write_us
            FROM performance_schema.table_io_waits_summary_by_table AS t
            WHERE t.COUNT_STAR > 0
                AND t.OBJECT_SCHEMA NOT IN ('mysql', 'performance_schema', 'information_schema', 'sys')
            ORDER BY t.SUM_TIMER_WAIT DESC
            LIMIT 50
        ) AS g
        ORDER BY g.database_name, g.table_name
        LIMIT 50;
        """#
    /// MySQL/SQL/collectors/tables.sql
    static let mySQLCollectorsTables = #"""
        SELECT g.database_name, g.table_name, g.total_bytes, g.index_bytes, g.live_rows, g.changed_rows, g.file_count
        FROM (
            SELECT f.database_name,
                f.table_name,
                SUM(f.file_bytes) + 0e0 AS total_bytes,
                CASE WHEN COUNT(f.known) = COUNT(*) THEN SUM(f.index_pages * @@GLOBAL.innodb_page_size) + 0e0 END AS index_bytes,
                CASE WHEN COUNT(f.known) = COUNT(*) THEN SUM(f.row_count) + 0e0 END AS live_rows,
                CASE WHEN COUNT(f.known) = COUNT(*) THEN SUM(f.changed_count) + 0e0 END AS changed_rows,
                COUNT(*) + 0e0 AS file_count
            FROM (
                -- Names of files have other letters than a-z, 0-9 and _ encoded as @ and four digits; a partition's follows #P#.
                SELECT CONVERT(CONVERT(CONVERT(SUBSTRING_INDEX(s.NAME, '/', 1) USING binary) USING filename) USING utf8mb4) AS database_name,
                    CONVERT(CONVERT(CONVERT(SUBSTRING_INDEX(SUBSTRING_INDEX(SUBSTRING_INDEX(s.NAME, '/', -1), '#P#', 1), '#p#', 1) USING binary) USING filename) USING utf8mb4) AS table_name,
                    s.FILE_SIZE AS file_bytes,
                    CASE WHEN t.STATS_INITIALIZED IN ('1', 'Initialized') THEN 1 END AS known,
                    t.NUM_ROWS AS row_count,
                    t.OTHER_INDEX_SIZE AS index_pages,
                    t.MODIFIED_COUNTER AS changed_count
                FROM information_schema.INNODB_SYS_TABLESPACES AS s
                LEFT JOIN information_schema.INNODB_SYS_TABLES AS n ON n.SPACE = s.SPACE
                LEFT JOIN information_schema.INNODB_SYS_TABLESTATS AS t ON t.TABLE_ID = n.TABLE_ID
                WHERE s.NAME LIKE '%/%'
                    AND s.NAME NOT LIKE '%/FTS\_%'
                    AND s.NAME NOT LIKE 'mysql/%'
            ) AS f
            GROUP BY f.database_name, f.table_name
            ORDER BY total_bytes DESC, f.database_name, f.table_name
            LIMIT 50
        ) AS g
        ORDER BY g.database_name, g.table_name
        LIMIT 50;
        """#
    /// MySQL/SQL/collectors/tables_mysql.sql
    static let mySQLCollectorsTablesMysql = #"""
        SELECT g.database_name, g.table_name, g.total_bytes, g.index_bytes, g.live_rows, g.changed_rows, g.file_count
        FROM (
            SELECT f.database_name,
                f.table_name,
                SUM(f.file_bytes) + 0e0 AS total_bytes,
                CASE WHEN COUNT(f.known) = COUNT(*) THEN SUM(f.index_pages * @@GLOBAL.innodb_page_size) + 0e0 END AS index_bytes,
                CASE WHEN COUNT(f.known) = COUNT(*) THEN SUM(f.row_count) + 0e0 END AS live_rows,
                CASE WHEN COUNT(f.known) = COUNT(*) THEN SUM(f.changed_count) + 0e0 END AS changed_rows,
                COUNT(*) + 0e0 AS file_count
            FROM (
                -- Names of files have other letters than a-z, 0-9 and _ encoded as @ and four digits; a partition's follows #P#.
                SELECT CONVERT(CONVERT(CONVERT(SUBSTRING_INDEX(s.NAME, '/', 1) USING binary) USING filename) USING utf8mb4) AS database_name,
                    CONVERT(CONVERT(CONVERT(SUBSTRING_INDEX(SUBSTRING_INDEX(SUBSTRING_INDEX(s.NAME, '/', -1), '#P#', 1), '#p#', 1) USING binary) USING filename) USING utf8mb4) AS table_name,
                    s.FILE_SIZE AS file_bytes,
                    CASE WHEN t.STATS_INITIALIZED IN ('1', 'Initialized') THEN 1 END AS known,
                    t.NUM_ROWS AS row_count,
                    t.OTHER_INDEX_SIZE AS index_pages,
                    t.MODIFIED_COUNTER AS changed_count
                FROM information_schema.INNODB_TABLESPACES AS s
                LEFT JOIN information_schema.INNODB_TABLES AS n ON n.SPACE = s.SPACE
                LEFT JOIN information_schema.INNODB_TABLESTATS AS t ON t.TABLE_ID = n.TABLE_ID
                WHERE s.NAME LIKE '%/%'
                    AND s.NAME NOT LIKE '%/FTS\_%'
                    AND s.NAME NOT LIKE 'mysql/%'
            ) AS f
            GROUP BY f.database_name, f.table_name
            ORDER BY total_bytes DESC, f.database_name, f.table_name
            LIMIT 50
        ) AS g
        ORDER BY g.database_name, g.table_name
        LIMIT 50;
        """#
    /// MySQL/SQL/collectors/transactions.sql
    static let mySQLCollectorsTransactions = #"""
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
        """#
    /// MySQL/SQL/collectors/unused_indexes.sql
    static let mySQLCollectorsUnusedIndexes = #"""
        SELECT u.OBJECT_SCHEMA AS database_name,
            u.OBJECT_NAME AS table_name,
            u.INDEX_NAME AS index_name,
            t.COUNT_WRITE + 0e0 AS table_write_count,
            t.COUNT_READ + 0e0 AS table_read_count,
            v.uptime_seconds AS counted_seconds
        FROM performance_schema.table_io_waits_summary_by_index_usage AS u
        JOIN performance_schema.table_io_waits_summary_by_table AS t ON t.OBJECT_TYPE = u.OBJECT_TYPE
            AND t.OBJECT_SCHEMA = u.OBJECT_SCHEMA
            AND t.OBJECT_NAME = u.OBJECT_NAME
        JOIN (
            -- Bit 1 (2) of the type: unique, which it may be there for.
            SELECT CONVERT(CONVERT(CONVERT(SUBSTRING_INDEX(n.NAME, '/', 1) USING binary) USING filename) USING utf8mb4) AS database_name,
                CONVERT(CONVERT(CONVERT(SUBSTRING_INDEX(SUBSTRING_INDEX(SUBSTRING_INDEX(n.NAME, '/', -1), '#P#', 1), '#p#', 1) USING binary) USING filename) USING utf8mb4) AS table_name,
                i.NAME AS index_name,
                MAX(i.TYPE & 2) AS is_unique
            FROM information_schema.INNODB_SYS_INDEXES AS i
            JOIN information_schema.INNODB_SYS_TABLES AS n ON n.TABLE_ID = i.TABLE_ID
            GROUP BY 1, 2, 3
        ) AS k ON k.database_name = u.OBJECT_SCHEMA AND k.table_name = u.OBJECT_NAME AND k.index_name = u.INDEX_NAME
        CROSS JOIN (
            SELECT s.VARIABLE_VALUE + 0e0 AS uptime_seconds
            FROM information_schema.GLOBAL_STATUS AS s
            WHERE LOWER(s.VARIABLE_NAME) = 'uptime'
        ) AS v
        WHERE u.COUNT_STAR = 0
            AND u.INDEX_NAME <> 'PRIMARY'
            AND k.is_unique = 0
            AND u.OBJECT_SCHEMA NOT IN ('mysql', 'performance_schema', 'information_schema', 'sys')
        ORDER BY table_write_count DESC, database_name, table_name, index_name
        LIMIT 200;
        """#
    /// MySQL/SQL/collectors/unused_indexes_mysql.sql
    static let mySQLCollectorsUnusedIndexesMysql = #"""
        SELECT u.OBJECT_SCHEMA AS database_name,
            u.OBJECT_NAME AS table_name,
            u.INDEX_NAME AS index_name,
            t.COUNT_WRITE + 0e0 AS table_write_count,
            t.COUNT_READ + 0e0 AS table_read_count,
            v.uptime_seconds AS counted_seconds
        FROM performance_schema.table_io_waits_summary_by_index_usage AS u
        JOIN performance_schema.table_io_waits_summary_by_table AS t ON t.OBJECT_TYPE = u.OBJECT_TYPE
            AND t.OBJECT_SCHEMA = u.OBJECT_SCHEMA
            AND t.OBJECT_NAME = u.OBJECT_NAME
        JOIN (
            -- Bit 1 (2) of the type: unique, which it may be there for.
            SELECT CONVERT(CONVERT(CONVERT(SUBSTRING_INDEX(n.NAME, '/', 1) USING binary) USING filename) USING utf8mb4) AS database_name,
                CONVERT(CONVERT(CONVERT(SUBSTRING_INDEX(SUBSTRING_INDEX(SUBSTRING_INDEX(n.NAME, '/', -1), '#P#', 1), '#p#', 1) USING binary) USING filename) USING utf8mb4) AS table_name,
                i.NAME AS index_name,
                MAX(i.TYPE & 2) AS is_unique
            FROM information_schema.INNODB_INDEXES AS i
            JOIN information_schema.INNODB_TABLES AS n ON n.TABLE_ID = i.TABLE_ID
            GROUP BY 1, 2, 3
        ) AS k ON k.database_name = u.OBJECT_SCHEMA AND k.table_name = u.OBJECT_NAME AND k.index_name = u.INDEX_NAME
        CROSS JOIN (
            SELECT s.VARIABLE_VALUE + 0e0 AS uptime_seconds
            FROM performance_schema.global_status AS s
            WHERE LOWER(s.VARIABLE_NAME) = 'uptime'
        ) AS v
        WHERE u.COUNT_STAR = 0
            AND u.INDEX_NAME <> 'PRIMARY'
            AND k.is_unique = 0
            AND u.OBJECT_SCHEMA NOT IN ('mysql', 'performance_schema', 'information_schema', 'sys')
        ORDER BY table_write_count DESC, database_name, table_name, index_name
        LIMIT 200;
        """#
    /// MySQL/SQL/collectors/users.sql
    static let mySQLCollectorsUsers = #"""
        SELECT l.USER AS user_name,
            COUNT(*) + 0e0 AS session_count,
            COUNT(CASE WHEN l.COMMAND NOT IN ('Sleep', 'Daemon') THEN 1 END) + 0e0 AS running_session_count
        FROM information_schema.PROCESSLIST AS l
        -- Without PROCESS only one's own sessions are to be seen: this raises an error instead (1227).
        CROSS JOIN (SELECT COUNT(*) AS row_count FROM information_schema.INNODB_METRICS WHERE NAME = 'innodb_page_size') AS may_see
        GROUP BY l.USER
        ORDER BY user_name
        LIMIT 100;
        """#
    /// MySQL/SQL/collectors/waits.sql
    static let mySQLCollectorsWaits = #"""
        SELECT e.EVENT_NAME AS event_name,
            CAST(e.COUNT_STAR AS SIGNED) AS wait_count,
            CAST(e.SUM_TIMER_WAIT DIV 1000000 AS SIGNED) AS wait_us
        FROM performance_schema.events_waits_summary_global_by_event_name AS e
        WHERE e.COUNT_STAR > 0
            -- A thread that has nothing to do.
            AND e.EVENT_NAME <> 'idle'
        ORDER BY event_name
        LIMIT 200;
        """#
    /// MySQL/SQL/databases.sql
    static let mySQLDatabases = #"""
        SELECT s.schema_name AS name,
            CAST(SUM(t.data_length + t.index_length) AS SIGNED) AS size_bytes,
            s.schema_name IN ('information_schema', 'mysql', 'performance_schema', 'sys') AS is_system
        FROM information_schema.schemata s
        LEFT JOIN information_schema.tables t ON t.table_schema = s.schema_name AND t.table_type = 'BASE TABLE'
        GROUP BY s.schema_name
        ORDER BY s.schema_name
        LIMIT 10000
        """#
    /// MySQL/SQL/deploy/inventory.sql
    static let mySQLDeployInventory = #"""
        SELECT 'schema' AS object_kind, CAST(SCHEMA_NAME AS CHAR(64)) AS object_name, CAST('' AS CHAR(8000)) AS definition
        FROM information_schema.SCHEMATA
        WHERE SCHEMA_NAME = '$(Database)'
        UNION ALL
        SELECT CASE t.TABLE_TYPE WHEN 'BASE TABLE' THEN 'table' ELSE 'relation' END, t.TABLE_NAME,
            (SELECT GROUP_CONCAT(CONCAT(c.COLUMN_NAME, ' ', c.DATA_TYPE) ORDER BY c.ORDINAL_POSITION SEPARATOR ', ')
                FROM information_schema.COLUMNS AS c WHERE c.TABLE_SCHEMA = t.TABLE_SCHEMA AND c.TABLE_NAME = t.TABLE_NAME)
        FROM information_schema.TABLES AS t
        WHERE t.TABLE_SCHEMA = '$(Database)'
        UNION ALL
        SELECT CASE ROUTINE_TYPE WHEN 'PROCEDURE' THEN 'procedure' ELSE 'routine' END, ROUTINE_NAME,
            CAST(CONCAT(SECURITY_TYPE, ' ', ROUTINE_DEFINITION) AS CHAR(8000))
        FROM information_schema.ROUTINES
        WHERE ROUTINE_SCHEMA = '$(Database)'
        UNION ALL
        SELECT 'event', EVENT_NAME, ''
        FROM information_schema.EVENTS
        WHERE EVENT_SCHEMA = '$(Database)'
        ORDER BY 1, 2
        """#
    /// MySQL/SQL/deploy/objects.sql
    static let mySQLDeployObjects = #"""
        DELIMITER $$
        CREATE TABLE IF NOT EXISTS schema_version (
            version        int          NOT NULL,
            applied_at     datetime(3)  NOT NULL,
            applied_by     varchar(255) NOT NULL,
            created_schema tinyint      NOT NULL
        )
        $$
        CREATE TABLE IF NOT EXISTS settings (
            name        varchar(64)  NOT NULL PRIMARY KEY,
            value       varchar(255) NOT NULL,
            description varchar(255) NOT NULL
        )
        $$
        INSERT IGNORE INTO settings (name, value, description)
        VALUES
            ('collect_connections', 'on', 'Set it to off, and connections of this server are no longer counted.'),
            ('collect_io', 'on', 'Set it to off, and reads, writes and cache hits are no longer read.')
        $$
        DROP PROCEDURE IF EXISTS collect_core
        $$
        DROP PROCEDURE IF EXISTS collect_connections
        $$
        DROP PROCEDURE IF EXISTS collect_io
        $$
        CREATE PROCEDURE collect_connections()
            READS SQL DATA
            SQL SECURITY INVOKER
            COMMENT 'DbTools: connections and statements'
        BEGIN
            SHOW GLOBAL STATUS
            WHERE Variable_name IN ('Threads_connected', 'Questions', 'Uptime');
        END
        $$
        CREATE PROCEDURE collect_io()
            READS SQL DATA
            SQL SECURITY INVOKER
            COMMENT 'DbTools: physical InnoDB reads and writes, and what its cache saved'
        BEGIN
            SHOW GLOBAL STATUS
            WHERE Variable_name IN ('Uptime', 'Innodb_data_reads', 'Innodb_data_writes', 'Innodb_data_read', 'Innodb_data_written',
                'Innodb_buffer_pool_read_requests', 'Innodb_buffer_pool_reads');
        END
        $$
        CREATE PROCEDURE collect_core()
            READS SQL DATA
            SQL SECURITY INVOKER
            COMMENT 'DbTools: all core readings in one round trip; what is off in settings is left out'
        BEGIN
            DECLARE connections_on tinyint DEFAULT 1;
            DECLARE io_on tinyint DEFAULT 1;
            SELECT COALESCE(MIN(value <> 'off'), 1) INTO connections_on FROM settings WHERE name = 'collect_connections';
            SELECT COALESCE(MIN(value <> 'off'), 1) INTO io_on FROM settings WHERE name = 'collect_io';
            IF connections_on AND io_on THEN
                SHOW GLOBAL STATUS
                WHERE Variable_name IN ('Threads_connected', 'Questions', 'Uptime', 'Innodb_data_reads', 'Innodb_data_writes', 'Innodb_data_read', 'Innodb_data_written',
                    'Innodb_buffer_pool_read_requests', 'Innodb_buffer_pool_reads');
            ELSEIF connections_on THEN
                CALL collect_connections();
            ELSEIF io_on THEN
                CALL collect_io();
            ELSE
                SHOW GLOBAL STATUS
                WHERE Variable_name IN ('Uptime');
            END IF;
        END
        $$
        """#
    /// MySQL/SQL/deploy/remove.sql
    static let mySQLDeployRemove = #"""
        DELIMITER $$
        DROP PROCEDURE IF EXISTS collect_core
        $$
        DROP PROCEDURE IF EXISTS collect_connections
        $$
        DROP PROCEDURE IF EXISTS collect_io
        $$
        DROP TABLE IF EXISTS settings
        $$
        DROP TABLE IF EXISTS schema_version
        $$
        """#
    /// MySQL/SQL/deploy/version.sql
    static let mySQLDeployVersion = #"""
        SELECT version, created_schema
        FROM schema_version
        """#
    /// MySQL/SQL/encryption.sql
    static let mySQLEncryption = #"""
        SHOW STATUS
        WHERE Variable_name IN ('Ssl_cipher', 'Uptime')
        """#
    /// MySQL/SQL/grants.sql
    static let mySQLGrants = #"""
        SHOW GRANTS
        """#
    /// MySQL/SQL/probe.sql
    static let mySQLProbe = #"""
        SELECT @@hostname AS server_name,
            @@version AS version,
            @@version_comment AS edition,
            CURRENT_USER() AS account,
            DATABASE() AS database_name,
            @@performance_schema AS has_performance_schema
        """#
    /// MySQL/SQL/process.sql
    static let mySQLProcess = #"""
        SELECT 1 AS may_see
        FROM information_schema.INNODB_TRX
        LIMIT 1
        """#
    /// PostgreSQL/SQL/collect.sql
    static let postgreSQLCollect = #"""
        SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')::bigint AS connection_count,
            sum(xact_commit + xact_rollback)::bigint AS transaction_count,
            sum(blks_read)::bigint AS blocks_read,
            sum(blks_hit)::bigint AS blocks_hit,
            max(stats_reset) AS stats_reset_at,
            pg_postmaster_start_time() AS started_at,
            hashtextextended(string_agg(concat(datid, ' ', stats_reset), ',' ORDER BY datid), 0) AS membership
        FROM pg_stat_database
        """#
    /// PostgreSQL/SQL/collectors/activity.sql
    static let postgreSQLCollectorsActivity = #"""
        WITH sessions AS MATERIALIZED (
            SELECT COALESCE(a.backend_type, 'unknown') AS backend_type,
                CASE WHEN a.pid = pg_backend_pid() THEN 'idle' ELSE COALESCE(a.state, 'background') END AS state,
                CASE WHEN a.pid <> pg_backend_pid() THEN a.xact_start END AS xact_start,
                CASE WHEN a.pid <> pg_backend_pid() THEN a.state_change END AS state_change,
                CASE WHEN a.pid <> pg_backend_pid() THEN a.backend_xmin END AS backend_xmin
            FROM pg_stat_activity AS a
            -- Without pg_monitor the view shows NULLs and no error: this raises one (42501).
            WHERE (SELECT CASE WHEN pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') THEN true ELSE pg_tablespace_size('pg_global') IS NOT NULL END)
        ),
        kinds AS (
            -- These are always told: 0 of them is known.
            SELECT v.backend_type, v.state
            FROM (VALUES ('client backend', 'active'), ('client backend', 'idle'), ('client backend', 'idle in transaction'),
                ('client backend', 'idle in transaction (aborted)'), ('autovacuum worker', 'active'), ('parallel worker', 'active'),
                ('walsender', 'active')) AS v (backend_type, state)
            WHERE EXISTS (SELECT FROM sessions)
            UNION
            SELECT s.backend_type, s.state
            FROM sessions AS s
        )
        SELECT k.backend_type,
            k.state,
            count(s.backend_type)::float8 AS session_count,
            EXTRACT(epoch FROM clock_timestamp() - min(s.xact_start))::float8 AS oldest_transaction_seconds,
            EXTRACT(epoch FROM clock_timestamp() - min(s.state_change))::float8 AS oldest_state_seconds,
            max(age(s.backend_xmin))::float8 AS xmin_age
        FROM kinds AS k
        LEFT JOIN sessions AS s ON s.backend_type = k.backend_type AND s.state = k.state
        GROUP BY k.backend_type, k.state
        ORDER BY k.backend_type, k.state
        LIMIT 100;
        """#
    /// PostgreSQL/SQL/collectors/archiver.sql
    static let postgreSQLCollectorsArchiver = #"""
        SELECT current_setting('archive_mode') <> 'off' AS is_archiving,
            a.archived_count,
            a.failed_count,
            (SELECT count(*) FROM pg_ls_archive_statusdir() AS f WHERE f.name LIKE '%.ready')::float8 AS waiting_count,
            a.last_archived_wal AS last_archived_name,
            a.last_archived_time AS last_archived_at,
            a.last_failed_wal AS last_failed_name,
            a.last_failed_time AS last_failed_at,
            CASE WHEN current_setting('archive_mode') <> 'off'
                THEN COALESCE(a.last_failed_time > COALESCE(a.last_archived_time, '-infinity'), false) END AS is_failing,
            a.stats_reset AS stats_reset_at
        FROM pg_stat_archiver AS a
        LIMIT 1;
        """#
    /// PostgreSQL/SQL/collectors/background_writer.sql
    static let postgreSQLCollectorsBackgroundWriter = #"""
        SELECT checkpoints_timed AS timed_checkpoint_count,
            checkpoints_req AS requested_checkpoint_count,
            checkpoint_write_time::bigint AS checkpoint_write_ms,
            checkpoint_sync_time::bigint AS checkpoint_sync_ms,
            buffers_checkpoint AS checkpoint_blocks_written,
            buffers_clean AS cleaner_blocks_written,
            maxwritten_clean AS cleaner_stop_count,
            buffers_alloc AS blocks_allocated,
            buffers_backend AS backend_blocks_written,
            buffers_backend_fsync AS backend_sync_count,
            stats_reset AS stats_reset_at
        FROM pg_stat_bgwriter
        LIMIT 1;
        """#
    /// PostgreSQL/SQL/collectors/blocking.sql
    static let postgreSQLCollectorsBlocking = #"""
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
        """#
    /// PostgreSQL/SQL/collectors/checkpointer.sql
    static let postgreSQLCollectorsCheckpointer = #"""
        SELECT c.num_timed AS timed_checkpoint_count,
            c.num_requested AS requested_checkpoint_count,
            c.restartpoints_timed AS timed_restartpoint_count,
            c.restartpoints_req AS requested_restartpoint_count,
            c.restartpoints_done AS restartpoint_count,
            c.write_time::bigint AS checkpoint_write_ms,
            c.sync_time::bigint AS checkpoint_sync_ms,
            c.buffers_written AS checkpoint_blocks_written,
            b.buffers_clean AS cleaner_blocks_written,
            b.maxwritten_clean AS cleaner_stop_count,
            b.buffers_alloc AS blocks_allocated,
            c.stats_reset AS stats_reset_at
        FROM pg_stat_checkpointer AS c
        CROSS JOIN pg_stat_bgwriter AS b
        LIMIT 1;
        """#
    /// PostgreSQL/SQL/collectors/connections.sql
    static let postgreSQLCollectorsConnections = #"""
        SELECT u.used_count,
            100 * u.used_count / NULLIF(l.limit_count - l.reserved_count, 0) AS used_percent,
            l.limit_count,
            l.reserved_count,
            pg_postmaster_start_time() AS started_at
        FROM (
            -- Not numbackends: it counts workers of autovacuum, of parallel queries and of replication too, which have places of their own.
            SELECT count(*)::float8 AS used_count
            FROM pg_stat_activity
            -- The type of others' sessions is hidden without pg_monitor.
            WHERE backend_type = 'client backend'
                OR backend_type IS NULL AND datid IS NOT NULL AND usesysid IS NOT NULL
        ) AS u
        CROSS JOIN (
            SELECT current_setting('max_connections')::float8 AS limit_count,
                current_setting('superuser_reserved_connections')::float8
                    + COALESCE(current_setting('reserved_connections', true), '0')::float8 AS reserved_count
        ) AS l
        LIMIT 1;
        """#
    /// PostgreSQL/SQL/collectors/database_sizes.sql
    static let postgreSQLCollectorsDatabaseSizes = #"""
        SELECT d.datname::text AS database_name,
            pg_database_size(d.oid)::float8 AS size_bytes,
            pg_get_userbyid(d.datdba)::text AS owner_name,
            t.spcname::text AS tablespace_name,
            pg_encoding_to_char(d.encoding)::text AS encoding_name,
            d.datcollate::text AS collation_name,
            -- -2 marks a database whose DROP was interrupted.
            CASE WHEN d.datconnlimit >= 0 THEN d.datconnlimit END::float8 AS connection_limit,
            d.datistemplate AS is_template
        FROM pg_database AS d
        LEFT JOIN pg_tablespace AS t ON t.oid = d.dattablespace
        -- Without pg_monitor only some databases would be seen: this raises an error instead (42501).
        WHERE (SELECT CASE WHEN pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') THEN true ELSE pg_tablespace_size('pg_global') IS NOT NULL END)
        ORDER BY database_name
        LIMIT 500;
        """#
    /// PostgreSQL/SQL/collectors/databases.sql
    static let postgreSQLCollectorsDatabases = #"""
        SELECT present.*
        FROM (VALUES (NULL::float8, NULL::float8, NULL::float8, NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint))
            -- A column that this version does not have is found here: names are looked up in the inner query first.
            AS absent (session_time, active_time, idle_in_transaction_time, sessions, sessions_abandoned, sessions_fatal, sessions_killed)
        CROSS JOIN LATERAL (
            SELECT datname::text AS database_name,
                datname = current_database() AS is_looked_into,
                numbackends::float8 AS session_count,
                xact_commit AS commit_count,
                xact_rollback AS rollback_count,
                blks_read AS blocks_read,
                blks_hit AS blocks_hit,
                tup_returned AS rows_returned,
                tup_fetched AS rows_fetched,
                tup_inserted AS rows_inserted,
                tup_updated AS rows_updated,
                tup_deleted AS rows_deleted,
                conflicts AS conflict_count,
                temp_files AS temp_file_count,
                temp_bytes AS temp_bytes,
                deadlocks AS deadlock_count,
                checksum_failures AS checksum_failure_count,
                CASE WHEN current_setting('track_io_timing')::boolean THEN blk_read_time::bigint END AS read_ms,
                CASE WHEN current_setting('track_io_timing')::boolean THEN blk_write_time::bigint END AS write_ms,
                session_time::bigint AS session_ms,
                active_time::bigint AS active_ms,
                idle_in_transaction_time::bigint AS idle_in_transaction_ms,
                sessions AS opened_session_count,
                sessions_abandoned AS abandoned_session_count,
                sessions_fatal AS fatal_session_count,
                sessions_killed AS killed_session_count,
                100.0::float8 * blks_hit / NULLIF(blks_hit + blks_read, 0) AS cache_hit_percent,
                stats_reset AS stats_reset_at
            FROM pg_stat_database
            WHERE datname IS NOT NULL
                AND datid IN (SELECT oid FROM pg_database WHERE datallowconn)
        ) AS present
        ORDER BY database_name
        LIMIT 500;
        """#
    /// PostgreSQL/SQL/collectors/extensions.sql
    static let postgreSQLCollectorsExtensions = #"""
        SELECT current_database()::text AS database_name,
            e.extname::text AS extension_name,
            e.extversion AS version,
            a.default_version AS available_version,
            n.nspname::text AS schema_name,
            e.extversion <> a.default_version AS is_outdated
        FROM pg_extension AS e
        JOIN pg_namespace AS n ON n.oid = e.extnamespace
        LEFT JOIN pg_available_extensions AS a ON a.name = e.extname
        ORDER BY extension_name
        LIMIT 200;
        """#
    /// PostgreSQL/SQL/collectors/index_bloat.sql
    static let postgreSQLCollectorsIndexBloat = #"""
        WITH largest AS MATERIALIZED (
            SELECT x.oid, n.nspname, t.oid AS table_oid, t.relname AS table_name, x.relname AS index_name, x.relpages::float8 AS pages,
                x.reltuples::float8 AS row_count, x.reloptions, i.indkey
            FROM pg_index AS i
            JOIN pg_class AS x ON x.oid = i.indexrelid
            JOIN pg_class AS t ON t.oid = i.indrelid
            JOIN pg_namespace AS n ON n.oid = x.relnamespace
            WHERE x.relkind = 'i'
                AND x.relpersistence <> 't'
                AND x.relpages >= 16
                AND x.relam = (SELECT m.oid FROM pg_am AS m WHERE m.amname = 'btree')
                AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
            ORDER BY x.relpages DESC, x.oid
            LIMIT 200
        ),
        columns_of AS (
            -- A plain column has the table's statistics, an expression those of the index's own column.
            SELECT g.oid, g.nspname,
                CASE k.attnum WHEN 0 THEN g.index_name ELSE g.table_name END AS relation_name,
                a.attname
            FROM largest AS g
            CROSS JOIN LATERAL unnest(g.indkey::smallint[]) WITH ORDINALITY AS k (attnum, place)
            JOIN pg_attribute AS a ON a.attrelid = CASE k.attnum WHEN 0 THEN g.oid ELSE g.table_oid END
                AND a.attnum = CASE k.attnum WHEN 0 THEN k.place ELSE k.attnum END
        ),
        widths AS (
            SELECT c.oid,
                count(*) AS column_count,
                count(s.attname) AS known_count,
                sum((1 - s.null_frac) * s.avg_width) AS data_bytes,
                COALESCE(bool_or(s.null_frac > 0), false) AS has_nulls
            FROM columns_of AS c
            LEFT JOIN pg_stats AS s ON s.schemaname = c.nspname AND s.tablename = c.relation_name AND s.attname = c.attname AND NOT s.inherited
            GROUP BY c.oid
        ),
        entries AS (
            SELECT g.*,
                current_setting('block_size')::float8 AS block_bytes,
                COALESCE((SELECT o.option_value FROM pg_options_to_table(g.reloptions) AS o WHERE o.option_name = 'fillfactor')::float8, 90) AS fill_factor,
                -- An entry: its pointer (4), its header (8, or 16 when some values are NULL) and its values to the next 8 bytes.
                CASE WHEN w.known_count = w.column_count THEN
                    4 + CASE WHEN w.has_nulls THEN 16 ELSE 8 END + 8 * ceil(w.data_bytes / 8.0)
                END::float8 AS entry_bytes
            FROM largest AS g
            JOIN widths AS w ON w.oid = g.oid
        ),
        estimates AS (
            SELECT e.*, CASE WHEN n.needed_pages IS NOT NULL THEN GREATEST(e.pages - n.needed_pages, 0) END AS spare_pages
            FROM entries AS e
            CROSS JOIN LATERAL (
                SELECT ceil(e.row_count / GREATEST(floor((e.block_bytes - 40) * e.fill_factor / 100 / e.entry_bytes), 1)) AS leaf_pages
            ) AS l
            CROSS JOIN LATERAL (
                -- A page has 24 bytes in front and 16 behind; beside the leaves there are the meta page and the pages that lead to them.
                SELECT CASE
                    WHEN e.row_count = 0 THEN 1
                    -- Not known: never analyzed (-1 from 14), or statistics of a column are missing.
                    WHEN e.row_count < 0 OR e.entry_bytes IS NULL THEN NULL
                    ELSE 1 + ceil(l.leaf_pages * (1 + e.entry_bytes / (e.block_bytes - 40)))
                END::float8 AS needed_pages
            ) AS n
        )
        SELECT current_database()::text AS database_name,
            d.nspname::text AS schema_name,
            d.table_name::text AS table_name,
            d.index_name::text AS index_name,
            d.pages * d.block_bytes AS index_bytes,
            d.spare_pages * d.block_bytes AS bloat_bytes,
            100 * d.spare_pages / d.pages AS bloat_percent,
            d.fill_factor
        FROM estimates AS d
        ORDER BY d.spare_pages DESC NULLS LAST, d.pages DESC, schema_name, index_name
        LIMIT 50;
        """#
    /// PostgreSQL/SQL/collectors/indexes.sql
    static let postgreSQLCollectorsIndexes = #"""
        SELECT g.*
        FROM (
            SELECT current_database()::text AS database_name,
                n.nspname::text AS schema_name,
                t.relname::text AS table_name,
                x.relname::text AS index_name,
                x.relpages * current_setting('block_size')::float8 AS size_bytes,
                pg_stat_get_numscans(x.oid) AS scan_count,
                pg_stat_get_tuples_returned(x.oid) AS row_count,
                pg_stat_get_tuples_fetched(x.oid) AS fetched_count,
                pg_stat_get_numscans(x.oid) = 0 AS is_unused,
                i.indisunique AS is_unique,
                i.indisprimary AS is_primary,
                i.indisvalid AS is_valid,
                m.amname::text AS method_name
            FROM pg_index AS i
            JOIN pg_class AS x ON x.oid = i.indexrelid
            JOIN pg_class AS t ON t.oid = i.indrelid
            JOIN pg_namespace AS n ON n.oid = x.relnamespace
            JOIN pg_am AS m ON m.oid = x.relam
            WHERE x.relkind = 'i'
                AND x.relpersistence <> 't'
                AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
            ORDER BY x.relpages DESC, x.oid
            LIMIT 50
        ) AS g
        ORDER BY g.schema_name, g.table_name, g.index_name
        LIMIT 50;
        """#
    /// PostgreSQL/SQL/collectors/io.sql
    static let postgreSQLCollectorsIo = #"""
        SELECT present.*
        FROM (VALUES (NULL::bigint, NULL::numeric, NULL::numeric))
            -- op_bytes went with 18, which counts bytes: what this version does not have is found here.
            AS absent (op_bytes, read_bytes, write_bytes)
        CROSS JOIN (SELECT current_setting('track_io_timing')::boolean AS is_timed, current_setting('track_wal_io_timing')::boolean AS is_wal_timed) AS settings
        CROSS JOIN LATERAL (
            SELECT backend_type,
                object AS object_kind,
                context AS access_context,
                reads AS read_count,
                COALESCE(read_bytes, reads * op_bytes)::bigint AS read_bytes,
                CASE WHEN CASE object WHEN 'wal' THEN is_wal_timed ELSE is_timed END THEN read_time::bigint END AS read_ms,
                writes AS write_count,
                COALESCE(write_bytes, writes * op_bytes)::bigint AS write_bytes,
                CASE WHEN CASE object WHEN 'wal' THEN is_wal_timed ELSE is_timed END THEN write_time::bigint END AS write_ms,
                extends AS extend_count,
                hits AS hit_count,
                evictions AS eviction_count,
                reuses AS reuse_count,
                fsyncs AS sync_count,
                CASE WHEN CASE object WHEN 'wal' THEN is_wal_timed ELSE is_timed END THEN fsync_time::bigint END AS sync_ms
            FROM pg_stat_io
            -- What never happened since the start is left out; the set of rows only grows.
            WHERE COALESCE(reads, 0) + COALESCE(writes, 0) + COALESCE(extends, 0) + COALESCE(hits, 0) + COALESCE(fsyncs, 0) > 0
        ) AS present
        ORDER BY backend_type, object_kind, access_context
        LIMIT 200;
        """#
    /// PostgreSQL/SQL/collectors/locks.sql
    static let postgreSQLCollectorsLocks = #"""
        SELECT m.lock_mode,
            count(l.mode) FILTER (WHERE l.granted)::float8 AS granted_count,
            count(l.mode) FILTER (WHERE NOT l.granted)::float8 AS waiting_count
        FROM (VALUES ('AccessShareLock'), ('RowShareLock'), ('RowExclusiveLock'), ('ShareUpdateExclusiveLock'), ('ShareLock'),
            ('ShareRowExclusiveLock'), ('ExclusiveLock'), ('AccessExclusiveLock'), ('SIReadLock')) AS m (lock_mode)
        LEFT JOIN pg_locks AS l ON l.mode = m.lock_mode AND l.pid IS DISTINCT FROM pg_backend_pid()
        GROUP BY m.lock_mode
        ORDER BY m.lock_mode
        LIMIT 20;
        """#
    /// PostgreSQL/SQL/collectors/prepared_transactions.sql
    static let postgreSQLCollectorsPreparedTransactions = #"""
        SELECT p.gid AS transaction_name,
            p.database::text AS database_name,
            p.owner::text AS owner_name,
            p.prepared AS prepared_at,
            EXTRACT(epoch FROM clock_timestamp() - p.prepared)::float8 AS age_seconds,
            age(p.transaction)::float8 AS transaction_age
        FROM pg_prepared_xacts AS p
        ORDER BY prepared_at, transaction_name
        LIMIT 100;
        """#
    /// PostgreSQL/SQL/collectors/progress_vacuum.sql
    static let postgreSQLCollectorsProgressVacuum = #"""
        SELECT v.pid::text AS session_id,
            v.datname::text AS database_name,
            CASE WHEN v.datname = current_database() THEN v.relid::regclass::text ELSE v.relid::text END AS table_name,
            v.phase,
            a.backend_type = 'autovacuum worker' AS is_autovacuum,
            100.0::float8 * v.heap_blks_scanned / NULLIF(v.heap_blks_total, 0) AS scanned_percent,
            100.0::float8 * v.heap_blks_vacuumed / NULLIF(v.heap_blks_total, 0) AS vacuumed_percent,
            v.index_vacuum_count::float8 AS index_pass_count,
            v.heap_blks_total * current_setting('block_size')::float8 AS table_bytes,
            EXTRACT(epoch FROM clock_timestamp() - a.query_start)::float8 AS running_seconds
        FROM pg_stat_progress_vacuum AS v
        LEFT JOIN pg_stat_activity AS a ON a.pid = v.pid
        -- Without pg_monitor the view shows NULLs and no error: this raises one (42501).
        WHERE (SELECT CASE WHEN pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') THEN true ELSE pg_tablespace_size('pg_global') IS NOT NULL END)
        ORDER BY running_seconds DESC, session_id
        LIMIT 50;
        """#
    /// PostgreSQL/SQL/collectors/recovery.sql
    static let postgreSQLCollectorsRecovery = #"""
        SELECT l.is_in_recovery,
            r.status AS receiver_state,
            r.sender_host,
            r.slot_name::text AS slot_name,
            CASE
                WHEN NOT l.is_in_recovery THEN NULL
                -- While the sender is heard and nothing new comes, the newest transaction grows old without anything being late. Cut off from it
                -- a standby has replayed all that came too, and is late all the same. An idle sender is heard twice in each time-out.
                WHEN r.status = 'streaming'
                    AND r.last_msg_receipt_time > clock_timestamp() - GREATEST(current_setting('wal_receiver_timeout')::interval, INTERVAL '60 seconds')
                    AND l.received_lsn <= l.replayed_lsn
                    THEN 0
                ELSE EXTRACT(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())
            END::float8 AS replay_lag_seconds,
            CASE WHEN l.received_lsn IS NOT NULL THEN GREATEST(pg_wal_lsn_diff(l.received_lsn, l.replayed_lsn), 0) END::float8 AS replay_lag_bytes,
            CASE WHEN l.is_in_recovery THEN pg_last_xact_replay_timestamp() END AS replayed_at,
            r.last_msg_receipt_time AS heard_at,
            CASE WHEN l.is_in_recovery THEN pg_is_wal_replay_paused() END AS is_replay_paused,
            (SELECT timeline_id FROM pg_control_checkpoint())::float8 AS timeline_id,
            COALESCE(l.replayed_lsn, CASE WHEN NOT l.is_in_recovery THEN pg_current_wal_lsn() END)::text AS newest_lsn
        FROM (
            SELECT pg_is_in_recovery() AS is_in_recovery,
                CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn() END AS received_lsn,
                CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() END AS replayed_lsn
        ) AS l
        LEFT JOIN pg_stat_wal_receiver AS r ON true
        -- Without pg_monitor a receiver looks as if there were none: this raises an error instead (42501).
        WHERE (SELECT CASE WHEN pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') THEN true ELSE pg_tablespace_size('pg_global') IS NOT NULL END)
        LIMIT 1;
        """#
    /// PostgreSQL/SQL/collectors/replication.sql
    static let postgreSQLCollectorsReplication = #"""
        SELECT CASE WHEN r.ordinal = 1 THEN r.application_name ELSE r.application_name || ' ' || r.ordinal END AS standby_name,
            r.address AS client_address,
            r.state,
            r.sync_state,
            pg_wal_lsn_diff(r.newest_lsn, r.sent_lsn)::float8 AS send_lag_bytes,
            pg_wal_lsn_diff(r.newest_lsn, r.write_lsn)::float8 AS write_lag_bytes,
            pg_wal_lsn_diff(r.newest_lsn, r.flush_lsn)::float8 AS flush_lag_bytes,
            pg_wal_lsn_diff(r.newest_lsn, r.replay_lsn)::float8 AS replay_lag_bytes,
            CASE WHEN r.write_lsn = r.newest_lsn THEN 0 ELSE EXTRACT(epoch FROM r.write_lag) END::float8 AS write_lag_seconds,
            CASE WHEN r.flush_lsn = r.newest_lsn THEN 0 ELSE EXTRACT(epoch FROM r.flush_lag) END::float8 AS flush_lag_seconds,
            CASE WHEN r.replay_lsn = r.newest_lsn THEN 0 ELSE EXTRACT(epoch FROM r.replay_lag) END::float8 AS replay_lag_seconds,
            r.usename::text AS user_name,
            r.backend_start AS connected_at,
            r.reply_time AS replied_at,
            age(r.backend_xmin)::float8 AS xmin_age
        FROM (
            SELECT s.*,
                COALESCE(host(s.client_addr), 'local') AS address,
                row_number() OVER (PARTITION BY s.application_name, s.client_addr ORDER BY s.backend_start, s.pid) AS ordinal,
                -- A standby that feeds others has received or, from an archive, replayed so much; only a primary has written.
                CASE WHEN pg_is_in_recovery() THEN GREATEST(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) ELSE pg_current_wal_lsn() END AS newest_lsn
            FROM pg_stat_replication AS s
        ) AS r
        -- Without pg_monitor the view shows NULLs and no error: this raises one (42501).
        WHERE (SELECT CASE WHEN pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') THEN true ELSE pg_tablespace_size('pg_global') IS NOT NULL END)
        ORDER BY standby_name, client_address
        LIMIT 100;
        """#
    /// PostgreSQL/SQL/collectors/replication_slots.sql
    static let postgreSQLCollectorsReplicationSlots = #"""
        SELECT present.*
        FROM (VALUES (NULL::text, NULL::bigint, NULL::timestamptz, NULL::text))
            -- What this version does not have is found here: names are looked up in the inner query first.
            AS absent (wal_status, safe_wal_size, inactive_since, invalidation_reason)
        CROSS JOIN (
            SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END AS newest_lsn
        ) AS log
        CROSS JOIN LATERAL (
            SELECT slot_name::text AS slot_name,
                slot_type AS slot_kind,
                plugin::text AS plugin_name,
                database::text AS database_name,
                active AS is_active,
                temporary AS is_temporary,
                wal_status AS wal_state,
                CASE WHEN restart_lsn IS NOT NULL
                    THEN GREATEST(pg_wal_lsn_diff(newest_lsn, restart_lsn), 0) END::float8 AS retained_bytes,
                CASE WHEN confirmed_flush_lsn IS NOT NULL
                    THEN GREATEST(pg_wal_lsn_diff(newest_lsn, confirmed_flush_lsn), 0) END::float8 AS unconfirmed_bytes,
                safe_wal_size::float8 AS safe_bytes,
                age(xmin)::float8 AS xmin_age,
                age(catalog_xmin)::float8 AS catalog_xmin_age,
                inactive_since,
                invalidation_reason AS invalidated_for
            FROM pg_replication_slots
        ) AS present
        ORDER BY slot_name
        LIMIT 200;
        """#
    /// PostgreSQL/SQL/collectors/running_queries.sql
    static let postgreSQLCollectorsRunningQueries = #"""
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
        """#
    /// PostgreSQL/SQL/collectors/sequences.sql
    static let postgreSQLCollectorsSequences = #"""
        SELECT g.*
        FROM (
            SELECT current_database()::text AS database_name,
                s.nspname::text AS schema_name,
                s.relname::text AS sequence_name,
                v.last_value::float8 AS last_value,
                s.seqmax::float8 AS max_value,
                100 * (v.last_value::float8 - s.seqstart) / NULLIF(s.seqmax::float8 - s.seqstart, 0) AS used_percent,
                format_type(s.seqtypid, NULL) AS data_type,
                s.seqcycle AS is_cycling
            FROM (
                SELECT q.*, c.relname, n.nspname
                FROM pg_sequence AS q
                JOIN pg_class AS c ON c.oid = q.seqrelid
                JOIN pg_namespace AS n ON n.oid = c.relnamespace
                WHERE q.seqincrement > 0
                    AND c.relpersistence <> 't'
                    -- A standby has no file of what is unlogged.
                    AND (c.relpersistence = 'p' OR NOT pg_is_in_recovery())
                    AND NOT EXISTS (
                        SELECT FROM pg_locks AS l
                        WHERE l.relation = c.oid
                            AND l.database = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())
                            AND l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
                    )
                ORDER BY q.seqmax, q.seqrelid
                LIMIT 500
            ) AS s
            CROSS JOIN LATERAL (
                SELECT CASE WHEN has_sequence_privilege(s.seqrelid, 'SELECT, USAGE') THEN pg_sequence_last_value(s.seqrelid) END AS last_value
                OFFSET 0
            ) AS v
            WHERE v.last_value IS NOT NULL
            ORDER BY used_percent DESC, schema_name, sequence_name
            LIMIT 50
        ) AS g
        ORDER BY g.schema_name, g.sequence_name
        LIMIT 50;
        """#
    /// PostgreSQL/SQL/collectors/session_groups.sql
    static let postgreSQLCollectorsSessionGroups = #"""
        SELECT COALESCE(a.datname::text, '') AS database_name,
            COALESCE(a.usename::text, '') AS user_name,
            COALESCE(a.application_name, '') AS application_name,
            count(*)::float8 AS session_count,
            count(*) FILTER (WHERE a.state = 'active' AND a.pid <> pg_backend_pid())::float8 AS active_count,
            count(*) FILTER (WHERE a.state LIKE 'idle in transaction%')::float8 AS idle_open_count,
            count(DISTINCT COALESCE(host(a.client_addr), 'local'))::float8 AS client_count,
            min(a.backend_start) AS oldest_connected_at
        FROM pg_stat_activity AS a
        -- Without pg_monitor the view shows NULLs and no error: this raises one (42501).
        WHERE (SELECT CASE WHEN pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') THEN true ELSE pg_tablespace_size('pg_global') IS NOT NULL END)
            AND a.backend_type = 'client backend'
        GROUP BY 1, 2, 3
        ORDER BY session_count DESC, database_name, user_name, application_name
        LIMIT 100;
        """#
    /// PostgreSQL/SQL/collectors/settings.sql
    static let postgreSQLCollectorsSettings = #"""
        SELECT s.name AS setting_name,
            CASE
                WHEN s.reset_val = '' THEN ''
                WHEN s.name IN ('primary_conninfo', 'ssl_passphrase_command') OR s.name LIKE '%\_command' OR s.name ~* 'passw|secret|token|credential|conninfo'
                    THEN '(set)'
                ELSE left(s.reset_val, 2000)
            END AS value,
            s.unit,
            s.boot_val AS default_value,
            s.source,
            s.category,
            s.pending_restart AS is_restart_pending
        FROM pg_settings AS s
        WHERE (s.reset_val IS DISTINCT FROM s.boot_val OR s.pending_restart)
            -- What our own connection brings is no setting of the server.
            AND s.source <> 'client'
            -- Without pg_monitor some settings are hidden: this raises an error instead (42501).
            AND (SELECT current_setting('data_directory') IS NOT NULL)
        ORDER BY setting_name
        LIMIT 500;
        """#
    /// PostgreSQL/SQL/collectors/statements.sql
    static let postgreSQLCollectorsStatements = #"""
        SELECT s.queryid::text AS query_id,
            COALESCE(d.datname::text, s.dbid::text) AS database_name,
            COALESCE(u.rolname::text, s.userid::text) AS user_name,
            s.call_count,
            s.total_us,
            s.planning_us,
            s.row_count,
            s.blocks_hit,
            s.blocks_read,
            s.blocks_dirtied,
            s.temp_blocks_written,
            s.wal_bytes,
            s.mean_ms,
            s.max_ms,
            left(s.query_text, 4000) AS query_text
        FROM (
            SELECT present.queryid,
                present.dbid,
                present.userid,
                sum(present.calls)::bigint AS call_count,
                (1000 * sum(present.execution_ms))::bigint AS total_us,
                CASE WHEN current_setting('pg_stat_statements.track_planning', true)::boolean THEN (1000 * sum(present.planning_ms))::bigint END
                    AS planning_us,
                sum(present.rows)::bigint AS row_count,
                sum(present.shared_blks_hit)::bigint AS blocks_hit,
                sum(present.shared_blks_read)::bigint AS blocks_read,
                sum(present.shared_blks_dirtied)::bigint AS blocks_dirtied,
                sum(present.temp_blks_written)::bigint AS temp_blocks_written,
                sum(present.log_bytes)::bigint AS wal_bytes,
                sum(present.execution_ms) / NULLIF(sum(present.calls), 0)::float8 AS mean_ms,
                max(present.longest_ms) AS max_ms,
                -- From 14 a statement is counted apart where a function runs it.
                min(present.query) AS query_text
            FROM (VALUES (NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::numeric))
                -- 13 divided time into planning and execution: what this version does not have is found here.
                AS absent (total_exec_time, total_plan_time, max_exec_time, total_time, max_time, wal_bytes)
            CROSS JOIN LATERAL (
                SELECT queryid, dbid, userid, calls, rows, shared_blks_hit, shared_blks_read, shared_blks_dirtied, temp_blks_written, query,
                    COALESCE(total_exec_time, total_time) AS execution_ms,
                    total_plan_time AS planning_ms,
                    COALESCE(max_exec_time, max_time) AS longest_ms,
                    wal_bytes AS log_bytes
                FROM pg_stat_statements
                -- Without pg_monitor the view shows NULLs and no error: this raises one (42501).
                WHERE (SELECT CASE WHEN pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') THEN true ELSE pg_tablespace_size('pg_global') IS NOT NULL END)
                    AND queryid IS NOT NULL
            ) AS present
            GROUP BY present.queryid, present.dbid, present.userid
            ORDER BY total_us DESC, present.queryid, present.dbid, present.userid
            LIMIT 100
        ) AS s
        LEFT JOIN pg_database AS d ON d.oid = s.dbid
        LEFT JOIN pg_roles AS u ON u.oid = s.userid
        ORDER BY query_id, database_name, user_name
        LIMIT 100;
        """#
    /// PostgreSQL/SQL/collectors/subscriptions.sql
    static let postgreSQLCollectorsSubscriptions = #"""
        SELECT s.subname::text AS subscription_name,
            bool_or(s.pid IS NOT NULL AND s.relid IS NULL) AS is_running,
            count(s.relid)::float8 AS table_sync_count,
            (array_agg(s.received_lsn ORDER BY s.received_lsn DESC NULLS LAST) FILTER (WHERE s.relid IS NULL))[1]::text AS received_lsn,
            max(s.last_msg_receipt_time) FILTER (WHERE s.relid IS NULL) AS heard_at,
            EXTRACT(epoch FROM max(s.last_msg_receipt_time - s.last_msg_send_time) FILTER (WHERE s.relid IS NULL))::float8 AS transfer_seconds,
            max(s.latest_end_time) FILTER (WHERE s.relid IS NULL) AS reported_at
        FROM pg_stat_subscription AS s
        -- Without pg_monitor the workers may look as if there were none: this raises an error instead (42501).
        WHERE (SELECT CASE WHEN pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') THEN true ELSE pg_tablespace_size('pg_global') IS NOT NULL END)
        GROUP BY s.subname
        ORDER BY subscription_name
        LIMIT 100;
        """#
    /// PostgreSQL/SQL/collectors/table_bloat.sql
    static let postgreSQLCollectorsTableBloat = #"""
        WITH largest AS MATERIALIZED (
            SELECT c.oid, n.nspname, c.relname, c.relpages::float8 AS pages, c.reltuples::float8 AS row_count, c.reloptions
            FROM pg_class AS c
            JOIN pg_namespace AS n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'm')
                AND c.relpersistence <> 't'
                AND c.relpages >= 16
                AND n.nspname NOT IN ('pg_catalog', 'information_schema')
            ORDER BY c.relpages DESC, c.oid
            LIMIT 200
        ),
        widths AS (
            SELECT g.oid,
                count(*) AS column_count,
                count(s.attname) AS known_count,
                sum((1 - s.null_frac) * s.avg_width) AS data_bytes,
                COALESCE(bool_or(s.null_frac > 0), false) AS has_nulls
            FROM largest AS g
            -- What is computed when it is read (18) has neither room nor statistics.
            JOIN pg_attribute AS a ON a.attrelid = g.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated <> 'v'
            LEFT JOIN pg_stats AS s ON s.schemaname = g.nspname AND s.tablename = g.relname AND s.attname = a.attname AND NOT s.inherited
            GROUP BY g.oid
        ),
        rows_of AS (
            SELECT g.*,
                current_setting('block_size')::float8 AS block_bytes,
                COALESCE((SELECT o.option_value FROM pg_options_to_table(g.reloptions) AS o WHERE o.option_name = 'fillfactor')::float8, 100) AS fill_factor,
                -- A row: its pointer (4), its header (23, and a bit for each column when some are NULL) and its values, both to the next 8 bytes.
                CASE WHEN w.known_count = w.column_count THEN
                    4 + 8 * ceil((23 + CASE WHEN w.has_nulls THEN ceil(w.column_count / 8.0) ELSE 0 END) / 8.0) + 8 * ceil(w.data_bytes / 8.0)
                END::float8 AS row_bytes
            FROM largest AS g
            JOIN widths AS w ON w.oid = g.oid
        ),
        estimates AS (
            SELECT r.*, CASE WHEN n.needed_pages IS NOT NULL THEN GREATEST(r.pages - n.needed_pages, 0) END AS spare_pages
            FROM rows_of AS r
            CROSS JOIN LATERAL (
                SELECT CASE
                    WHEN r.row_count = 0 THEN 0
                    -- Not known: never analyzed (-1 from 14), or statistics of a column are missing.
                    WHEN r.row_count < 0 OR r.row_bytes IS NULL THEN NULL
                    -- Each page has a header of 24 bytes; a row wider than a page lives in TOAST.
                    ELSE ceil(r.row_count / GREATEST(floor((r.block_bytes - 24) * r.fill_factor / 100 / r.row_bytes), 1))
                END::float8 AS needed_pages
            ) AS n
        )
        SELECT current_database()::text AS database_name,
            e.nspname::text AS schema_name,
            e.relname::text AS table_name,
            e.pages * e.block_bytes AS table_bytes,
            e.spare_pages * e.block_bytes AS bloat_bytes,
            100 * e.spare_pages / e.pages AS bloat_percent,
            e.fill_factor
        FROM estimates AS e
        ORDER BY e.spare_pages DESC NULLS LAST, e.pages DESC, schema_name, table_name
        LIMIT 50;
        """#
    /// PostgreSQL/SQL/collectors/tables.sql
    static let postgreSQLCollectorsTables = #"""
        WITH locked AS MATERIALIZED (
            -- To look up a size waits for whoever holds, or waits for, such a lock.
            SELECT l.relation
            FROM pg_locks AS l
            WHERE l.mode = 'AccessExclusiveLock'
                AND l.relation IS NOT NULL
                AND l.database = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())
        ),
        index_pages AS (
            SELECT i.indrelid, sum(x.relpages) AS pages
            FROM pg_index AS i
            JOIN pg_class AS x ON x.oid = i.indexrelid
            GROUP BY i.indrelid
        ),
        largest AS MATERIALIZED (
            SELECT c.oid, n.nspname, c.relname, c.reltablespace, c.reltoastrelid
            FROM pg_class AS c
            JOIN pg_namespace AS n ON n.oid = c.relnamespace
            LEFT JOIN pg_class AS t ON t.oid = c.reltoastrelid
            LEFT JOIN index_pages AS x ON x.indrelid = c.oid
            WHERE c.relkind IN ('r', 'm')
                AND c.relpersistence <> 't'
                AND (n.nspname NOT IN ('pg_catalog', 'information_schema') OR c.relname = 'pg_largeobject')
                AND c.oid NOT IN (SELECT l.relation FROM locked AS l)
                AND NOT EXISTS (SELECT FROM pg_index AS i JOIN locked AS l ON l.relation = i.indexrelid WHERE i.indrelid = c.oid)
            -- The catalogue's estimates; a table that was never analyzed has none, and is judged by its rows.
            ORDER BY GREATEST(c.relpages + COALESCE(t.relpages, 0) + COALESCE(x.pages, 0), pg_stat_get_live_tuples(c.oid) / 100) DESC, c.oid
            LIMIT 50
        )
        SELECT current_database()::text AS database_name,
            g.nspname::text AS schema_name,
            g.relname::text AS table_name,
            pg_total_relation_size(g.oid)::float8 AS total_bytes,
            pg_indexes_size(g.oid)::float8 AS index_bytes,
            s.n_live_tup::float8 AS live_rows,
            s.n_dead_tup::float8 AS dead_rows,
            s.seq_scan AS sequential_scan_count,
            s.seq_tup_read AS sequential_row_count,
            s.idx_scan AS index_scan_count,
            s.idx_tup_fetch AS index_row_count,
            s.n_tup_ins AS inserted_row_count,
            s.n_tup_upd AS updated_row_count,
            s.n_tup_hot_upd AS hot_updated_row_count,
            s.n_tup_del AS deleted_row_count,
            p.spcname::text AS tablespace_name
        FROM largest AS g
        LEFT JOIN pg_stat_all_tables AS s ON s.relid = g.oid
        LEFT JOIN pg_tablespace AS p ON p.oid = g.reltablespace
        ORDER BY schema_name, table_name
        LIMIT 50;
        """#
    /// PostgreSQL/SQL/collectors/unused_indexes.sql
    static let postgreSQLCollectorsUnusedIndexes = #"""
        SELECT current_database()::text AS database_name,
            n.nspname::text AS schema_name,
            t.relname::text AS table_name,
            x.relname::text AS index_name,
            x.relpages * current_setting('block_size')::float8 AS size_bytes,
            (pg_stat_get_tuples_inserted(t.oid) + pg_stat_get_tuples_updated(t.oid) + pg_stat_get_tuples_deleted(t.oid))::float8 AS table_write_count,
            i.indisvalid AS is_valid,
            (SELECT d.stats_reset FROM pg_stat_database AS d WHERE d.datname = current_database()) AS counted_since
        FROM pg_index AS i
        JOIN pg_class AS x ON x.oid = i.indexrelid
        JOIN pg_class AS t ON t.oid = i.indrelid
        JOIN pg_namespace AS n ON n.oid = x.relnamespace
        WHERE x.relkind = 'i'
            AND x.relpersistence <> 't'
            AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
            AND (NOT i.indisvalid OR pg_stat_get_numscans(x.oid) = 0 AND NOT i.indisunique AND NOT i.indisexclusion)
        ORDER BY size_bytes DESC, schema_name, table_name, index_name
        LIMIT 200;
        """#
    /// PostgreSQL/SQL/collectors/vacuum.sql
    static let postgreSQLCollectorsVacuum = #"""
        WITH candidates AS MATERIALIZED (
            SELECT r.oid, r.relnamespace, r.relname, r.reltuples, r.reloptions, r.relpersistence,
                pg_stat_get_dead_tuples(r.oid) AS dead_rows,
                pg_stat_get_live_tuples(r.oid) AS live_rows,
                -- Of storage that freezes nothing the number is 0, whose age is the greatest there is.
                GREATEST(age(NULLIF(r.relfrozenxid, '0'::xid)), age(NULLIF(t.relfrozenxid, '0'::xid))) AS transaction_id_age
            FROM pg_class AS r
            LEFT JOIN pg_class AS t ON t.oid = r.reltoastrelid
            WHERE r.relkind IN ('r', 'm')
        )
        SELECT current_database()::text AS database_name,
            n.nspname::text AS schema_name,
            c.relname::text AS table_name,
            c.dead_rows::float8 AS dead_rows,
            c.live_rows::float8 AS live_rows,
            100.0::float8 * c.dead_rows / NULLIF(c.dead_rows + c.live_rows, 0) AS dead_percent,
            LEAST(
                COALESCE(o.threshold, current_setting('autovacuum_vacuum_threshold')::float8)
                    + COALESCE(o.scale_factor, current_setting('autovacuum_vacuum_scale_factor')::float8) * GREATEST(c.reltuples, 0),
                m.threshold_max) AS vacuum_threshold_rows,
            pg_stat_get_mod_since_analyze(c.oid)::float8 AS rows_since_analyze,
            v.rows_since_vacuum,
            current_setting('autovacuum')::boolean AND COALESCE(o.is_enabled, true) AS is_autovacuum_enabled,
            pg_stat_get_last_vacuum_time(c.oid) AS last_vacuum_at,
            pg_stat_get_last_autovacuum_time(c.oid) AS last_autovacuum_at,
            pg_stat_get_last_analyze_time(c.oid) AS last_analyze_at,
            pg_stat_get_last_autoanalyze_time(c.oid) AS last_autoanalyze_at,
            (pg_stat_get_vacuum_count(c.oid) + pg_stat_get_autovacuum_count(c.oid))::float8 AS vacuum_count,
            (pg_stat_get_analyze_count(c.oid) + pg_stat_get_autoanalyze_count(c.oid))::float8 AS analyze_count,
            c.transaction_id_age::float8 AS transaction_id_age
        FROM (
            (
                SELECT *
                FROM candidates
                WHERE relpersistence <> 't'
                ORDER BY dead_rows DESC, live_rows DESC, oid
                LIMIT 50
            )
            UNION
            (
                SELECT *
                FROM candidates
                ORDER BY transaction_id_age DESC NULLS LAST, oid
                LIMIT 10
            )
        ) AS c
        JOIN pg_namespace AS n ON n.oid = c.relnamespace
        CROSS JOIN LATERAL (
            SELECT max(s.option_value) FILTER (WHERE s.option_name = 'autovacuum_vacuum_threshold')::float8 AS threshold,
                max(s.option_value) FILTER (WHERE s.option_name = 'autovacuum_vacuum_scale_factor')::float8 AS scale_factor,
                max(s.option_value) FILTER (WHERE s.option_name = 'autovacuum_vacuum_max_threshold')::float8 AS threshold_max,
                max(s.option_value) FILTER (WHERE s.option_name = 'autovacuum_enabled')::boolean AS is_enabled
            FROM pg_options_to_table(c.reloptions) AS s
        ) AS o
        CROSS JOIN LATERAL (
            -- From 18 on there is an upper limit; -1 is none.
            SELECT CASE WHEN s.threshold_max >= 0 THEN s.threshold_max END AS threshold_max
            FROM (VALUES (COALESCE(o.threshold_max, current_setting('autovacuum_vacuum_max_threshold', true)::float8))) AS s (threshold_max)
        ) AS m
        CROSS JOIN LATERAL (
            SELECT (
                SELECT n_ins_since_vacuum
                FROM pg_stat_all_tables
                WHERE relid = c.oid
            )::float8 AS rows_since_vacuum
            -- 12 does not count them: then the name is found here.
            FROM (VALUES (NULL::bigint)) AS absent (n_ins_since_vacuum)
        ) AS v
        ORDER BY c.dead_rows DESC, schema_name, table_name
        LIMIT 60;
        """#
    /// PostgreSQL/SQL/collectors/wait_events.sql
    static let postgreSQLCollectorsWaitEvents = #"""
        SELECT COALESCE(a.wait_event_type, 'CPU') AS wait_event_type,
            COALESCE(a.wait_event, 'running') AS wait_event,
            count(*)::float8 AS session_count,
            EXTRACT(epoch FROM clock_timestamp() - min(a.query_start))::float8 AS oldest_seconds
        FROM pg_stat_activity AS a
        -- Without pg_monitor the view shows NULLs and no error: this raises one (42501).
        WHERE (SELECT CASE WHEN pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') THEN true ELSE pg_tablespace_size('pg_global') IS NOT NULL END)
            AND a.backend_type IN ('client backend', 'parallel worker', 'autovacuum worker')
            AND a.state IN ('active', 'fastpath function call')
            AND a.pid <> pg_backend_pid()
        GROUP BY 1, 2
        ORDER BY session_count DESC, wait_event_type, wait_event
        LIMIT 100;
        """#
    /// PostgreSQL/SQL/collectors/wait_types.sql
    static let postgreSQLCollectorsWaitTypes = #"""
        WITH sessions AS MATERIALIZED (
            SELECT COALESCE(a.wait_event_type, 'CPU') AS wait_event_type
            FROM pg_stat_activity AS a
            -- Without pg_monitor the view shows NULLs and no error: this raises one (42501).
            WHERE (SELECT CASE WHEN pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') THEN true ELSE pg_tablespace_size('pg_global') IS NOT NULL END)
                AND a.backend_type IN ('client backend', 'parallel worker')
                AND a.state IN ('active', 'fastpath function call')
                AND a.pid <> pg_backend_pid()
        ),
        kinds AS (
            -- These are always told: 0 of them is known.
            SELECT v.wait_event_type
            FROM (VALUES ('CPU'), ('BufferPin'), ('Client'), ('Extension'), ('IO'), ('IPC'), ('Lock'), ('LWLock'), ('Timeout')) AS v (wait_event_type)
            UNION
            SELECT s.wait_event_type
            FROM sessions AS s
        )
        SELECT k.wait_event_type,
            count(s.wait_event_type)::float8 AS session_count
        FROM kinds AS k
        LEFT JOIN sessions AS s ON s.wait_event_type = k.wait_event_type
        GROUP BY k.wait_event_type
        ORDER BY k.wait_event_type
        LIMIT 50;
        """#
    /// PostgreSQL/SQL/collectors/wal.sql
    static let postgreSQLCollectorsWal = #"""
        SELECT present.*
        FROM (VALUES (NULL::bigint, NULL::bigint, NULL::float8, NULL::float8))
            -- 18 has these no more: what this version does not have is found here.
            AS absent (wal_write, wal_sync, wal_write_time, wal_sync_time)
        CROSS JOIN LATERAL (
            SELECT wal_records AS record_count,
                wal_fpi AS full_page_count,
                wal_bytes::bigint AS written_bytes,
                wal_buffers_full AS buffers_full_count,
                wal_write AS write_count,
                wal_sync AS sync_count,
                CASE WHEN current_setting('track_wal_io_timing')::boolean THEN wal_write_time::bigint END AS write_ms,
                CASE WHEN current_setting('track_wal_io_timing')::boolean THEN wal_sync_time::bigint END AS sync_ms,
                stats_reset AS stats_reset_at
            FROM pg_stat_wal
        ) AS present
        LIMIT 1;
        """#
    /// PostgreSQL/SQL/collectors/wraparound.sql
    static let postgreSQLCollectorsWraparound = #"""
        SELECT d.datname::text AS database_name,
            age(d.datfrozenxid)::float8 AS transaction_id_age,
            100 * age(d.datfrozenxid)::float8 / 2147483648 AS transaction_id_percent,
            mxid_age(d.datminmxid)::float8 AS multixact_age,
            100 * mxid_age(d.datminmxid)::float8 / 2147483648 AS multixact_percent,
            current_setting('autovacuum_freeze_max_age')::float8 AS freeze_max_age
        FROM pg_database AS d
        ORDER BY database_name
        LIMIT 500;
        """#
    /// PostgreSQL/SQL/databases.sql
    static let postgreSQLDatabases = #"""
        SELECT d.datname::text AS name,
            CASE
                WHEN has_database_privilege(d.oid, 'CONNECT') OR pg_has_role(current_user, 'pg_read_all_stats', 'MEMBER')
                    THEN pg_database_size(d.oid)
            END AS size_bytes,
            CASE WHEN NOT d.datallowconn THEN 'not connectable' WHEN d.datistemplate THEN 'template' ELSE 'online' END AS state,
            (d.datname IN ('postgres', 'template0', 'template1')) AS is_system
        FROM pg_database d
        ORDER BY d.datname
        LIMIT 10000
        """#
    /// PostgreSQL/SQL/deploy/collect.sql
    static let postgreSQLDeployCollect = #"""
        SELECT connection_count, transaction_count, blocks_read, blocks_hit, stats_reset_at, started_at,
            (to_jsonb(c) ->> 'membership')::bigint AS membership
        FROM dbtools.collect_core() AS c
        """#
    /// PostgreSQL/SQL/deploy/inventory.sql
    static let postgreSQLDeployInventory = #"""
        SELECT CASE c.relkind WHEN 'r' THEN 'table' ELSE 'relation' END AS object_kind,
            c.relname::text AS object_name,
            (SELECT string_agg(a.attname::text || ' ' || format_type(a.atttypid, a.atttypmod), ', ' ORDER BY a.attnum)
                FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)::text AS definition
        FROM pg_class AS c
        INNER JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname = 'dbtools' AND c.relkind IN ('r', 'v', 'm', 'S', 'f', 'p')
        UNION ALL
        SELECT CASE p.prokind WHEN 'f' THEN 'function' ELSE 'routine' END,
            p.proname::text,
            (l.lanname::text || CASE WHEN p.prosecdef THEN ' definer ' ELSE ' invoker ' END || p.provolatile::text || ' ' || COALESCE(p.proconfig::text, '')
                || '(' || pg_get_function_arguments(p.oid) || ') ' || p.prosrc)::text
        FROM pg_proc AS p
        INNER JOIN pg_namespace AS n ON n.oid = p.pronamespace
        INNER JOIN pg_language AS l ON l.oid = p.prolang
        WHERE n.nspname = 'dbtools'
        UNION ALL
        SELECT 'schema', nspname::text, ''
        FROM pg_namespace
        WHERE nspname = 'dbtools'
        ORDER BY 1, 2
        """#
    /// PostgreSQL/SQL/deploy/objects.sql
    static let postgreSQLDeployObjects = #"""
        CREATE SCHEMA IF NOT EXISTS dbtools;

        CREATE TABLE IF NOT EXISTS dbtools.schema_version (
            version    int         NOT NULL,
            applied_at timestamptz NOT NULL,
            applied_by text        NOT NULL
        );

        CREATE TABLE IF NOT EXISTS dbtools.settings (
            name        text PRIMARY KEY,
            value       text NOT NULL,
            description text NOT NULL
        );

        INSERT INTO dbtools.settings (name, value, description)
        VALUES
            ('collect_connections', 'on', 'Set it to off, and connections of this server are no longer counted.'),
            ('collect_totals', 'on', 'Set it to off, and totals of transactions and blocks are no longer read.')
        ON CONFLICT (name) DO NOTHING;

        DROP FUNCTION IF EXISTS dbtools.collect_core();

        DROP FUNCTION IF EXISTS dbtools.collect_connections();

        DROP FUNCTION IF EXISTS dbtools.collect_totals();

        CREATE FUNCTION dbtools.collect_connections() RETURNS bigint
        LANGUAGE sql STABLE SECURITY INVOKER
        AS $$
            SELECT count(*)::bigint
            FROM pg_catalog.pg_stat_activity
            WHERE backend_type = 'client backend'
        $$;

        CREATE FUNCTION dbtools.collect_totals(
            OUT transaction_count bigint, OUT blocks_read bigint, OUT blocks_hit bigint, OUT stats_reset_at timestamptz,
            OUT membership bigint
        ) RETURNS record
        LANGUAGE sql STABLE SECURITY INVOKER
        AS $$
            SELECT sum(xact_commit + xact_rollback)::bigint,
                sum(blks_read)::bigint,
                sum(blks_hit)::bigint,
                max(stats_reset),
                pg_catalog.hashtextextended(pg_catalog.string_agg(pg_catalog.concat(datid, ' ', stats_reset), ',' ORDER BY datid), 0)
            FROM pg_catalog.pg_stat_database
        $$;

        CREATE FUNCTION dbtools.collect_core(
            OUT connection_count bigint, OUT transaction_count bigint, OUT blocks_read bigint, OUT blocks_hit bigint,
            OUT stats_reset_at timestamptz, OUT membership bigint, OUT started_at timestamptz
        ) RETURNS record
        LANGUAGE sql STABLE SECURITY INVOKER
        AS $$
            SELECT CASE WHEN NOT EXISTS (SELECT FROM dbtools.settings WHERE name = 'collect_connections' AND value = 'off')
                    THEN dbtools.collect_connections() END,
                t.transaction_count,
                t.blocks_read,
                t.blocks_hit,
                t.stats_reset_at,
                t.membership,
                pg_catalog.pg_postmaster_start_time()
            FROM (SELECT) AS one
            LEFT JOIN dbtools.collect_totals() AS t
                ON NOT EXISTS (SELECT FROM dbtools.settings WHERE name = 'collect_totals' AND value = 'off')
        $$;

        DELETE FROM dbtools.schema_version;

        INSERT INTO dbtools.schema_version (version, applied_at, applied_by)
        VALUES (4, now(), current_user);
        """#
    /// PostgreSQL/SQL/deploy/preflight.sql
    static let postgreSQLDeployPreflight = #"""
        SELECT current_database()::text AS database_name,
            current_user::text AS role_name,
            has_database_privilege(current_database(), 'CREATE') AS may_create,
            (SELECT pg_get_userbyid(nspowner)::text FROM pg_namespace WHERE nspname = 'dbtools') AS schema_owner,
            COALESCE((SELECT pg_has_role(current_user, nspowner, 'USAGE') FROM pg_namespace WHERE nspname = 'dbtools'), true) AS is_owner,
            pg_is_in_recovery() AS is_recovering,
            EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_stat_statements') AS has_statements
        """#
    /// PostgreSQL/SQL/deploy/remove.sql
    static let postgreSQLDeployRemove = #"""
        DROP FUNCTION IF EXISTS dbtools.collect_core();

        DROP FUNCTION IF EXISTS dbtools.collect_connections();

        DROP FUNCTION IF EXISTS dbtools.collect_totals();

        DROP TABLE IF EXISTS dbtools.settings;

        DROP TABLE IF EXISTS dbtools.schema_version;

        DROP SCHEMA IF EXISTS dbtools;
        """#
    /// PostgreSQL/SQL/deploy/version.sql
    static let postgreSQLDeployVersion = #"""
        SELECT version, applied_at
        FROM dbtools.schema_version
        ORDER BY version DESC
        LIMIT 1
        """#
    /// PostgreSQL/SQL/probe.sql
    static let postgreSQLProbe = #"""
        SELECT current_setting('server_version')::text AS version,
            current_setting('server_version_num')::int AS version_number,
            current_user::text AS role_name,
            COALESCE(host(inet_server_addr()), '')::text AS server_name,
            COALESCE(inet_server_port(), 0)::int AS server_port,
            COALESCE(current_setting('cluster_name', true), '')::text AS cluster_name,
            pg_postmaster_start_time() AS started_at,
            (pg_has_role(current_user, 'pg_monitor', 'USAGE') OR pg_has_role(current_user, 'pg_read_all_stats', 'USAGE')) AS is_monitor,
            pg_has_role(current_user, 'pg_monitor', 'MEMBER') AS is_member,
            COALESCE((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false) AS is_encrypted,
            NOT pg_is_in_recovery() AND COALESCE(
                (SELECT pg_has_role(current_user, nspowner, 'USAGE') FROM pg_namespace WHERE nspname = 'dbtools'),
                has_database_privilege(current_database(), 'CREATE')) AS may_deploy
        """#
    /// PostgreSQL/SQL/search_path.sql
    static let postgreSQLSearchPath = #"""
        SELECT set_config('search_path', concat_ws(', ', NULLIF(current_setting('search_path'), ''), quote_ident(n.nspname)), false) AS search_path
        FROM pg_extension AS e
        JOIN pg_namespace AS n ON n.oid = e.extnamespace
        WHERE e.extname = 'pg_stat_statements'
            -- pg_catalog is among these in any case: nothing comes before it that did not.
            AND n.nspname <> ALL (current_schemas(true))
        """#
    /// SQLServer/SQL/collect.sql
    static let sqlServerCollect = #"""
        SET NOCOUNT OFF;
        SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;
        SET LOCK_TIMEOUT 1000;
        SET DEADLOCK_PRIORITY LOW;

        SELECT COALESCE(@@SERVERNAME, CAST(SERVERPROPERTY('ServerName') AS nvarchar(128))) AS server_name,
            CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)) AS product_version,
            CAST(SERVERPROPERTY('Edition') AS nvarchar(128)) AS edition,
            CAST(SERVERPROPERTY('EngineEdition') AS int) AS engine_edition,
            CASE WHEN @@VERSION LIKE N'% on Linux %' THEN 1 ELSE 0 END AS is_linux,
            SUSER_SNAME() AS login_name,
            @@VERSION AS version_text,
            HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER STATE') AS view_server_state,
            HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER PERFORMANCE STATE') AS view_server_performance_state;

        SELECT cpu_count,
            sqlserver_start_time AS started_at_local,
            DATEPART(TZOFFSET, SYSDATETIMEOFFSET()) AS utc_offset_minutes,
            ms_ticks - sqlserver_start_time_ms_ticks AS uptime_ms
        FROM sys.dm_os_sys_info;

        SELECT total_physical_memory_kb, available_physical_memory_kb
        FROM sys.dm_os_sys_memory;

        SELECT physical_memory_in_use_kb
        FROM sys.dm_os_process_memory;

        SELECT r.record,
            DATEADD(MILLISECOND, -((i.ms_ticks - r.[timestamp]) % 1000), DATEADD(SECOND, -((i.ms_ticks - r.[timestamp]) / 1000), SYSUTCDATETIME())) AS recorded_at,
            i.ms_ticks - r.[timestamp] AS age_ms
        FROM (
            SELECT TOP (1) b.record, b.[timestamp]
            FROM sys.dm_os_ring_buffers AS b
            WHERE b.ring_buffer_type = N'RING_BUFFER_SCHEDULER_MONITOR'
                AND b.record LIKE N'%<SystemHealth>%'
            ORDER BY b.[timestamp] DESC
        ) AS r
        CROSS JOIN sys.dm_os_sys_info AS i;

        SELECT COUNT_BIG(*) AS session_count,
            SUM(CASE WHEN program_name = APP_NAME() THEN CAST(cpu_time AS bigint) ELSE 0 END) AS own_cpu_ms
        FROM sys.dm_exec_sessions
        WHERE is_user_process = 1;

        SELECT SUM(num_of_reads) AS read_count,
            SUM(num_of_writes) AS write_count,
            SUM(num_of_bytes_read) AS read_bytes,
            SUM(num_of_bytes_written) AS written_bytes,
            SUM(CAST(database_id AS bigint) * 32768 + file_id) AS membership
        FROM sys.dm_io_virtual_file_stats(NULL, NULL);

        SELECT RTRIM(object_name) AS object_name,
            RTRIM(counter_name) AS counter_name,
            RTRIM(instance_name) AS instance_name,
            cntr_value,
            cntr_type
        FROM sys.dm_os_performance_counters
        WHERE counter_name IN (N'Batch Requests/sec', N'Page life expectancy', N'Page lookups/sec', N'Page reads/sec');

        SELECT SUM(wait_time_ms) AS wait_time_ms
        FROM sys.dm_os_wait_stats
        WHERE wait_type NOT IN (
                N'BROKER_EVENTHANDLER', N'BROKER_RECEIVE_WAITFOR', N'BROKER_TASK_STOP', N'BROKER_TO_FLUSH', N'BROKER_TRANSMITTER',
                N'CHECKPOINT_QUEUE', N'CHKPT', N'CLR_AUTO_EVENT', N'CLR_MANUAL_EVENT', N'CLR_SEMAPHORE', N'DBMIRRORING_CMD', N'DBMIRROR_DBM_EVENT',
                N'DBMIRROR_EVENTS_QUEUE', N'DBMIRROR_WORKER_QUEUE', N'DIRTY_PAGE_POLL', N'DISPATCHER_QUEUE_SEMAPHORE', N'FSAGENT',
                N'FT_IFTSHC_MUTEX', N'FT_IFTS_SCHEDULER_IDLE_WAIT', N'HADR_CLUSAPI_CALL', N'HADR_FABRIC_CALLBACK',
                N'HADR_FILESTREAM_IOMGR_IOCOMPLETION', N'HADR_LOGCAPTURE_WAIT', N'HADR_NOTIFICATION_DEQUEUE', N'HADR_TIMER_TASK',
                N'HADR_WORK_QUEUE', N'KSOURCE_WAKEUP', N'LAZYWRITER_SLEEP', N'LOGMGR_QUEUE', N'MEMORY_ALLOCATION_EXT', N'ONDEMAND_TASK_QUEUE',
                N'PARALLEL_REDO_DRAIN_WORKER', N'PARALLEL_REDO_LOG_CACHE', N'PARALLEL_REDO_TRAN_LIST', N'PARALLEL_REDO_WORKER_SYNC',
                N'PARALLEL_REDO_WORKER_WAIT_WORK', N'PREEMPTIVE_HADR_LEASE_MECHANISM', N'PREEMPTIVE_SP_SERVER_DIAGNOSTICS',
                N'PREEMPTIVE_XE_CALLBACKEXECUTE', N'PREEMPTIVE_XE_DISPATCHER', N'PREEMPTIVE_XE_GETTARGETSTATE', N'PREEMPTIVE_XE_SESSIONCOMMIT',
                N'PREEMPTIVE_XE_TARGETFINALIZE', N'PREEMPTIVE_XE_TARGETINIT', N'PWAIT_ALL_COMPONENTS_INITIALIZED',
                N'PWAIT_DIRECTLOGCONSUMER_GETNEXT', N'QDS_ASYNC_QUEUE', N'QDS_CLEANUP_STALE_QUERIES_TASK_MAIN_LOOP_SLEEP',
                N'QDS_PERSIST_TASK_MAIN_LOOP_SLEEP', N'REDO_THREAD_PENDING_WORK', N'REQUEST_FOR_DEADLOCK_SEARCH', N'RESOURCE_QUEUE',
                N'SERVER_IDLE_CHECK', N'SLEEP_DBSTARTUP', N'SLEEP_DCOMSTARTUP', N'SLEEP_MASTERDBREADY', N'SLEEP_MASTERMDREADY',
                N'SLEEP_MASTERUPGRADED', N'SLEEP_MSDBSTARTUP', N'SLEEP_SYSTEMTASK', N'SLEEP_TASK', N'SLEEP_TEMPDBSTARTUP', N'SNI_HTTP_ACCEPT',
                N'SOS_WORK_DISPATCHER', N'SP_SERVER_DIAGNOSTICS_SLEEP', N'SQLTRACE_BUFFER_FLUSH', N'SQLTRACE_INCREMENTAL_FLUSH_SLEEP',
                N'SQLTRACE_WAIT_ENTRIES', N'WAITFOR', N'WAITFOR_TASKSHUTDOWN', N'WAIT_FOR_RESULTS', N'WAIT_XTP_CKPT_CLOSE', N'WAIT_XTP_HOST_WAIT',
                N'WAIT_XTP_OFFLINE_CKPT_NEW_LOG', N'XE_BUFFERMGR_ALLPROCESSED_EVENT', N'XE_DISPATCHER_JOIN', N'XE_DISPATCHER_WAIT',
                N'XE_LIVE_TARGET_TVF', N'XE_TIMER_EVENT');
        """#
    /// SQLServer/SQL/collectors/agent_jobs.sql
    static let sqlServerCollectorsAgentJobs = #"""
        -- sysjobservers holds the last outcome of each job; dates are numbers such as 20261128, times and durations 93005 for 09:30:05.
        -- Only the Agent's newest session says what runs: older ones keep what ran when the Agent died, and so does the newest where the Agent
        -- did not start again with the server (tempdb is as old as the server's start). Between two reads a job may fail and succeed again: the
        -- history has each run as its step 0. Its times are local: on the day of a change of the clocks 24 hours are 23 or 25, and a job that
        -- ran through the change seems an hour off.
        SELECT TOP (500) j.name AS job_name,
            c.name AS category,
            CAST(j.enabled AS int) AS is_enabled,
            CASE
                WHEN r.last_run_date = 0 THEN NULL
                WHEN r.last_run_outcome = 0 THEN N'failed'
                WHEN r.last_run_outcome = 1 THEN N'succeeded'
                WHEN r.last_run_outcome = 2 THEN N'retried'
                WHEN r.last_run_outcome = 3 THEN N'canceled'
                ELSE N'unknown'
            END AS last_outcome,
            CASE
                WHEN r.last_run_date > 0 THEN CAST(DATEADD(MINUTE, -DATEPART(TZOFFSET, SYSDATETIMEOFFSET()), DATETIMEFROMPARTS(
                    r.last_run_date / 10000, r.last_run_date / 100 % 100, r.last_run_date % 100,
                    r.last_run_time / 10000, r.last_run_time / 100 % 100, r.last_run_time % 100, 0)) AS datetime2(3))
            END AS last_run_at,
            CAST(DATEADD(MINUTE, -DATEPART(TZOFFSET, SYSDATETIMEOFFSET()), a.next_scheduled_run_date) AS datetime2(3)) AS next_run_at,
            CASE WHEN a.start_execution_date >= t.create_date AND a.stop_execution_date IS NULL THEN 1 ELSE 0 END AS is_running,
            CASE
                WHEN r.last_run_date > 0
                    THEN r.last_run_duration / 10000 * 3600 + r.last_run_duration / 100 % 100 * 60 + r.last_run_duration % 100
            END AS last_run_seconds,
            CASE
                WHEN a.start_execution_date >= t.create_date AND a.start_execution_date <= GETDATE() AND a.stop_execution_date IS NULL
                    THEN DATEDIFF_BIG(SECOND, a.start_execution_date, GETDATE())
            END AS running_seconds,
            CASE WHEN r.last_run_date = 0 THEN NULL WHEN r.last_run_outcome = 0 THEN 1 WHEN r.last_run_outcome IN (1, 2, 3) THEN 0 END
                AS failed_count,
            COALESCE(f.failures, 0) AS failures_24h
        FROM msdb.dbo.sysjobs AS j
        LEFT JOIN sys.databases AS t ON t.database_id = 2
        LEFT JOIN msdb.dbo.syscategories AS c ON c.category_id = j.category_id
        LEFT JOIN msdb.dbo.sysjobservers AS r
            ON r.job_id = j.job_id
            AND r.server_id = 0
        LEFT JOIN msdb.dbo.sysjobactivity AS a
            ON a.job_id = j.job_id
            AND a.session_id = (SELECT MAX(s.session_id) FROM msdb.dbo.syssessions AS s)
        LEFT JOIN (
            SELECT h.job_id,
                COUNT_BIG(*) AS failures
            FROM msdb.dbo.sysjobhistory AS h
            CROSS JOIN (
                SELECT CAST(CONVERT(nvarchar(8), y.at, 112) AS int) AS run_date,
                    DATEPART(HOUR, y.at) * 10000 + DATEPART(MINUTE, y.at) * 100 + DATEPART(SECOND, y.at) AS run_time
                FROM (SELECT DATEADD(HOUR, -24, GETDATE()) AS at) AS y
            ) AS since
            WHERE h.step_id = 0
                AND h.run_status = 0
                AND (h.run_date > since.run_date OR h.run_date = since.run_date AND h.run_time >= since.run_time)
            GROUP BY h.job_id
        ) AS f ON f.job_id = j.job_id
        ORDER BY j.name, j.job_id;
        """#
    /// SQLServer/SQL/collectors/availability_databases.sql
    static let sqlServerCollectorsAvailabilityDatabases = #"""
        SELECT TOP (2000) COALESCE(g.name, CAST(s.group_id AS nvarchar(36))) AS group_name,
            COALESCE(c.replica_server_name, CAST(s.replica_id AS nvarchar(36))) AS replica_name,
            COALESCE(d.database_name, DB_NAME(s.database_id)) AS database_name,
            CAST(s.is_local AS int) AS is_local,
            CAST(s.is_primary_replica AS int) AS is_primary,
            s.synchronization_state_desc AS synchronization_state,
            s.synchronization_health_desc AS synchronization_health,
            s.database_state_desc AS database_state,
            CAST(s.is_suspended AS int) AS is_suspended,
            s.suspend_reason_desc AS suspend_reason,
            s.log_send_queue_size * 1024 AS send_queue_bytes,
            s.redo_queue_size * 1024 AS redo_queue_bytes,
            CASE
                WHEN s.redo_queue_size = 0 THEN 0.0e0
                ELSE CAST(s.redo_queue_size AS float) / NULLIF(s.redo_rate, 0)
            END AS redo_seconds,
            s.secondary_lag_seconds AS lag_seconds
        FROM sys.dm_hadr_database_replica_states AS s
        LEFT JOIN sys.dm_hadr_availability_replica_cluster_states AS c ON c.replica_id = s.replica_id
        LEFT JOIN sys.dm_hadr_database_replica_cluster_states AS d
            ON d.replica_id = s.replica_id
            AND d.group_database_id = s.group_database_id
        LEFT JOIN sys.availability_groups AS g ON g.group_id = s.group_id
        ORDER BY group_name, replica_name, database_name;
        """#
    /// SQLServer/SQL/collectors/availability_replicas.sql
    static let sqlServerCollectorsAvailabilityReplicas = #"""
        SELECT TOP (200) COALESCE(g.name, CAST(s.group_id AS nvarchar(36))) AS group_name,
            COALESCE(c.replica_server_name, r.replica_server_name, CAST(s.replica_id AS nvarchar(36))) AS replica_name,
            CAST(s.is_local AS int) AS is_local,
            s.role_desc AS role,
            r.availability_mode_desc AS availability_mode,
            r.failover_mode_desc AS failover_mode,
            s.operational_state_desc AS operational_state,
            s.connected_state_desc AS connected_state,
            s.recovery_health_desc AS recovery_health,
            s.synchronization_health_desc AS synchronization_health,
            CAST(s.last_connect_error_number AS nvarchar(11)) AS last_connect_error
        FROM sys.dm_hadr_availability_replica_states AS s
        LEFT JOIN sys.dm_hadr_availability_replica_cluster_states AS c ON c.replica_id = s.replica_id
        LEFT JOIN sys.availability_groups AS g ON g.group_id = s.group_id
        LEFT JOIN sys.availability_replicas AS r ON r.replica_id = s.replica_id
        ORDER BY group_name, replica_name;
        """#
    /// SQLServer/SQL/collectors/backups.sql
    static let sqlServerCollectorsBackups = #"""
        -- Copies (is_copy_only), snapshots of the storage and damaged backups do not count, nor what another server wrote before its msdb came
        -- here, nor backups of an earlier database of the name. A Managed Instance (8) names in its backups the machine that it then ran on.
        -- 1900-01-01 stands for none: NULL in an aggregate would make SQL Server add a warning to every answer. Times are local in msdb, and
        -- time_zone says in quarters of an hour how far from UTC they were then: so an age is right across a change of the clocks. Where it is not
        -- known (127), the distance of now is taken.
        WITH last_backups AS (
            SELECT d.database_id,
                MAX(CASE WHEN b.type = 'D' THEN b.finished_at ELSE '19000101' END) AS full_at,
                MAX(CASE WHEN b.type = 'I' THEN b.finished_at ELSE '19000101' END) AS diff_at,
                MAX(CASE WHEN b.type = 'L' THEN b.finished_at ELSE '19000101' END) AS log_at
            FROM (
                SELECT s.database_name,
                    s.type,
                    s.backup_finish_date,
                    DATEADD(
                        MINUTE,
                        CASE WHEN s.time_zone <> 127 THEN -15 * s.time_zone ELSE -DATEPART(TZOFFSET, SYSDATETIMEOFFSET()) END,
                        s.backup_finish_date) AS finished_at
                FROM msdb.dbo.backupset AS s
                WHERE s.backup_finish_date >= DATEADD(DAY, -60, GETDATE())
                    AND s.type IN ('D', 'I', 'L')
                    AND s.is_copy_only = 0
                    AND s.is_snapshot = 0
                    AND COALESCE(s.is_damaged, 0) = 0
                    AND (s.server_name COLLATE DATABASE_DEFAULT IN (@@SERVERNAME, CAST(SERVERPROPERTY('ServerName') AS nvarchar(128)))
                        OR CAST(SERVERPROPERTY('EngineEdition') AS int) = 8)
            ) AS b
            INNER JOIN sys.databases AS d
                ON d.name = b.database_name COLLATE DATABASE_DEFAULT
                AND b.backup_finish_date >= d.create_date
            WHERE b.finished_at <= GETUTCDATE()
            GROUP BY d.database_id
        ),
        ages AS (
            SELECT d.database_id,
                d.name,
                d.recovery_model,
                d.recovery_model_desc,
                d.is_read_only,
                d.is_in_standby,
                d.state_desc,
                d.group_database_id,
                NULLIF(l.full_at, '19000101') AS full_at,
                NULLIF(l.diff_at, '19000101') AS diff_at,
                NULLIF(CASE WHEN l.diff_at > l.full_at THEN l.diff_at ELSE l.full_at END, '19000101') AS diff_or_full_at,
                NULLIF(l.log_at, '19000101') AS log_at,
                CASE
                    WHEN d.recovery_model IN (1, 2) AND d.database_id <> 3 AND d.is_read_only = 0 AND d.is_in_standby = 0 THEN 1
                    ELSE 0
                END AS needs_log_backup
            FROM sys.databases AS d
            LEFT JOIN last_backups AS l ON l.database_id = d.database_id
            WHERE d.database_id <> 2
                AND d.source_database_id IS NULL
        )
        SELECT TOP (2000) a.name AS database_name,
            a.recovery_model_desc AS recovery_model,
            CAST(a.full_at AS datetime2(3)) AS last_full_at,
            CAST(a.diff_at AS datetime2(3)) AS last_diff_at,
            CAST(a.log_at AS datetime2(3)) AS last_log_at,
            DATEDIFF_BIG(SECOND, a.full_at, GETUTCDATE()) AS full_age_seconds,
            DATEDIFF_BIG(SECOND, a.diff_or_full_at, GETUTCDATE()) AS diff_age_seconds,
            CASE WHEN a.needs_log_backup = 1 THEN DATEDIFF_BIG(SECOND, a.log_at, GETUTCDATE()) END AS log_age_seconds,
            a.needs_log_backup,
            CASE WHEN a.group_database_id IS NULL THEN 0 ELSE 1 END AS is_in_group,
            a.state_desc AS database_state,
            CAST(a.is_in_standby AS int) AS is_in_standby
        FROM ages AS a
        ORDER BY a.database_id;
        """#
    /// SQLServer/SQL/collectors/batch_durations.sql
    static let sqlServerCollectorsBatchDurations = #"""
        -- SQL Server marks these as plain values, but they are totals since the start. -1 stands for no row of a kind (see performance_gauges).
        SELECT TOP (50) b.duration_range,
            NULLIF(MAX(CASE WHEN b.instance_name = N'Elapsed Time:Requests' THEN b.cntr_value ELSE -1 END), -1) AS elapsed_count,
            NULLIF(MAX(CASE WHEN b.instance_name = N'Elapsed Time:Total(ms)' THEN b.cntr_value ELSE -1 END), -1) AS elapsed_total_ms,
            NULLIF(MAX(CASE WHEN b.instance_name = N'CPU Time:Requests' THEN b.cntr_value ELSE -1 END), -1) AS cpu_count,
            NULLIF(MAX(CASE WHEN b.instance_name = N'CPU Time:Total(ms)' THEN b.cntr_value ELSE -1 END), -1) AS cpu_total_ms
        FROM (
            SELECT RTRIM(p.counter_name) AS duration_range,
                RTRIM(p.instance_name) AS instance_name,
                p.cntr_value
            FROM sys.dm_os_performance_counters AS p
            WHERE p.counter_name LIKE N'Batches >=%'
        ) AS b
        GROUP BY b.duration_range
        ORDER BY b.duration_range;
        """#
    /// SQLServer/SQL/collectors/blocking.sql
    static let sqlServerCollectorsBlocking = #"""
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
        """#
    /// SQLServer/SQL/collectors/checkdb.sql
    static let sqlServerCollectorsCheckdb = #"""
        -- 1900-01-01 is how SQL Server says never. Its time is local: after a change of the clocks an earlier one is an hour off,
        -- and one of the hour that comes twice has no age until it is over.
        SELECT TOP (2000) c.name AS database_name,
            CAST(DATEADD(MINUTE, -DATEPART(TZOFFSET, SYSDATETIMEOFFSET()), NULLIF(c.checked_at, '19000101')) AS datetime2(3)) AS last_good_at,
            CASE WHEN c.checked_at = '19000101' THEN 1 WHEN c.checked_at > '19000101' THEN 0 END AS is_never_checked,
            CASE WHEN c.checked_at > '19000101' AND c.checked_at <= GETDATE() THEN DATEDIFF_BIG(SECOND, c.checked_at, GETDATE()) END
                AS check_age_seconds
        FROM (
            SELECT d.database_id,
                d.name,
                CAST(DATABASEPROPERTYEX(d.name, 'LastGoodCheckDbTime') AS datetime) AS checked_at
            FROM sys.databases AS d
            WHERE d.database_id <> 2
                AND d.source_database_id IS NULL
                AND d.state = 0
        ) AS c
        ORDER BY c.database_id;
        """#
    /// SQLServer/SQL/collectors/configuration.sql
    static let sqlServerCollectorsConfiguration = #"""
        SELECT TOP (500) c.name AS setting_name,
            CAST(c.value AS bigint) AS configured_value,
            CAST(c.value_in_use AS bigint) AS value_in_use,
            CAST(c.minimum AS bigint) AS minimum_value,
            CAST(c.maximum AS bigint) AS maximum_value,
            CAST(c.is_dynamic AS int) AS is_dynamic,
            CAST(c.is_advanced AS int) AS is_advanced
        FROM sys.configurations AS c
        ORDER BY c.name;
        """#
    /// SQLServer/SQL/collectors/connections.sql
    static let sqlServerCollectorsConnections = #"""
        SELECT TOP (50) RTRIM(c.net_transport) AS transport,
            RTRIM(c.auth_scheme) AS auth_scheme,
            RTRIM(c.encrypt_option) AS encryption,
            COUNT_BIG(*) AS connection_count
        FROM sys.dm_exec_connections AS c
        GROUP BY RTRIM(c.net_transport), RTRIM(c.auth_scheme), RTRIM(c.encrypt_option)
        ORDER BY transport, auth_scheme, encryption;
        """#
    /// SQLServer/SQL/collectors/database_files.sql
    static let sqlServerCollectorsDatabaseFiles = #"""
        SELECT TOP (2000) DB_NAME(f.database_id) AS database_name,
            f.name AS file_name,
            f.type_desc AS file_kind,
            f.physical_name,
            f.state_desc AS file_state,
            CASE
                WHEN f.growth = 0 THEN N'none'
                WHEN f.is_percent_growth = 1 THEN CAST(f.growth AS nvarchar(11)) + N' %'
                WHEN f.growth % 128 = 0 THEN CAST(f.growth / 128 AS nvarchar(11)) + N' MB'
                ELSE CAST(CAST(f.growth AS bigint) * 8 AS nvarchar(20)) + N' kB'
            END AS growth_text,
            CASE
                WHEN f.max_size > 0 THEN CAST(f.max_size AS float) * 8192
                WHEN f.max_size = 0 THEN CAST(f.size AS float) * 8192
            END AS max_size_bytes,
            CAST(f.is_read_only AS int) AS is_read_only
        FROM sys.master_files AS f
        ORDER BY f.database_id, f.file_id;
        """#
    /// SQLServer/SQL/collectors/database_logs.sql
    static let sqlServerCollectorsDatabaseLogs = #"""
        -- 1900-01-01 is how SQL Server says that there was none.
        SELECT TOP (2000) d.name AS database_name,
            l.recovery_model,
            l.log_truncation_holdup_reason AS truncation_holdup,
            CAST(DATEADD(MINUTE, -DATEPART(TZOFFSET, SYSDATETIMEOFFSET()), NULLIF(l.log_backup_time, '19000101')) AS datetime2(3))
                AS log_backup_at,
            CASE WHEN d.recovery_model IN (1, 2) THEN l.log_since_last_log_backup_mb * 1048576 END AS since_backup_bytes,
            CASE
                WHEN d.recovery_model IN (1, 2) AND l.log_backup_time <= GETDATE()
                    THEN DATEDIFF_BIG(SECOND, NULLIF(l.log_backup_time, '19000101'), GETDATE())
            END AS log_backup_age_seconds,
            l.total_vlf_count AS vlf_count,
            l.active_vlf_count
        FROM sys.databases AS d
        CROSS APPLY sys.dm_db_log_stats(d.database_id) AS l
        WHERE d.source_database_id IS NULL
            AND d.state = 0
        ORDER BY d.database_id;
        """#
    /// SQLServer/SQL/collectors/database_space.sql
    static let sqlServerCollectorsDatabaseSpace = #"""
        -- -1 stands for no row of a kind (see performance_gauges).
        SELECT TOP (2000) d.name AS database_name,
            d.state_desc AS database_state,
            d.log_reuse_wait_desc AS log_reuse_wait,
            NULLIF(c.data_kb, -1) * 1024 AS data_size_bytes,
            NULLIF(c.log_kb, -1) * 1024 AS log_size_bytes,
            NULLIF(c.used_kb, -1) * 1024 AS log_used_bytes,
            100.0e0 * NULLIF(c.used_kb, -1) / NULLIF(NULLIF(c.log_kb, -1), 0) AS log_used_percent
        FROM sys.databases AS d
        LEFT JOIN (
            SELECT RTRIM(p.instance_name) AS database_name,
                MAX(CASE WHEN p.counter_name = N'Data File(s) Size (KB)' THEN p.cntr_value ELSE -1 END) AS data_kb,
                MAX(CASE WHEN p.counter_name = N'Log File(s) Size (KB)' THEN p.cntr_value ELSE -1 END) AS log_kb,
                MAX(CASE WHEN p.counter_name = N'Log File(s) Used Size (KB)' THEN p.cntr_value ELSE -1 END) AS used_kb
            FROM sys.dm_os_performance_counters AS p
            WHERE p.counter_name IN (N'Data File(s) Size (KB)', N'Log File(s) Size (KB)', N'Log File(s) Used Size (KB)')
                AND SUBSTRING(RTRIM(p.object_name), CHARINDEX(N':', p.object_name) + 1, 128) = N'Databases'
            GROUP BY RTRIM(p.instance_name)
        ) AS c ON c.database_name = d.name
        WHERE d.source_database_id IS NULL
        ORDER BY d.database_id;
        """#
    /// SQLServer/SQL/collectors/databases.sql
    static let sqlServerCollectorsDatabases = #"""
        SELECT TOP (2000) d.name AS database_name,
            d.state_desc AS database_state,
            d.user_access_desc AS user_access,
            d.recovery_model_desc AS recovery_model,
            CAST(d.compatibility_level AS nvarchar(11)) AS compatibility_level,
            d.collation_name AS collation,
            d.page_verify_option_desc AS page_verify,
            d.containment_desc AS containment,
            d.delayed_durability_desc AS delayed_durability,
            CAST(d.is_read_only AS int) AS is_read_only,
            CAST(d.is_in_standby AS int) AS is_in_standby,
            CAST(d.is_auto_close_on AS int) AS is_auto_close,
            CAST(d.is_auto_shrink_on AS int) AS is_auto_shrink,
            CAST(d.is_auto_create_stats_on AS int) AS is_auto_create_stats,
            CAST(d.is_auto_update_stats_on AS int) AS is_auto_update_stats,
            CAST(d.is_read_committed_snapshot_on AS int) AS is_snapshot_reads,
            CAST(d.is_encrypted AS int) AS is_encrypted,
            CAST(d.is_query_store_on AS int) AS is_query_store,
            CAST(d.is_trustworthy_on AS int) AS is_trustworthy,
            CAST(d.is_broker_enabled AS int) AS is_broker_enabled,
            CAST(d.is_cdc_enabled AS int) AS is_cdc_enabled,
            CASE WHEN d.group_database_id IS NULL THEN 0 ELSE 1 END AS is_in_group
        FROM sys.databases AS d
        WHERE d.source_database_id IS NULL
        ORDER BY d.database_id;
        """#
    /// SQLServer/SQL/collectors/deadlocks.sql
    static let sqlServerCollectorsDeadlocks = #"""
        -- 65 minutes back: five minutes more than the longest interval, and room for an outage, so that no deadlock falls between two runs; what
        -- several runs see is kept once. Not further: the newest rows, graphs and all, are read and stored as a whole. Number of Deadlocks/sec
        -- (performance_counters) counts them all. The event is cut out of the buffer once, and its parts are taken from the piece. A buffer that
        -- was cut off while it was written out leaves out the newest (truncated="1"), or is no XML: whether there is a deadlock in it is not known, and the run fails with these words and
        -- does not say that there was none. So it does when what is whole is no XML for another reason. CASE asks again which session and target
        -- it is: SQL Server may work it out before it leaves the others out.
        SELECT TOP (20) CONVERT(nvarchar(23), d.occurred_at, 126) AS deadlock_id,
            COALESCE(d.victim_id, N'') AS victim_id,
            d.occurred_at,
            c.process_count,
            v.database_name,
            v.login_name,
            v.host_name,
            v.program_name,
            v.wait_resource,
            LEFT(CAST(d.graph AS nvarchar(max)), 65536) AS deadlock_xml,
            3900 AS window_seconds
        FROM (
            SELECT p.occurred_at,
                p.event.value('(/event/data/value/deadlock/victim-list/victimProcess/@id)[1]', 'nvarchar(64)') AS victim_id,
                p.event.query('/event/data/value/deadlock') AS graph
            FROM (
                SELECT e.node.value('(@timestamp)[1]', 'datetime2(3)') AS occurred_at,
                    e.node.query('.') AS event
                FROM (
                    SELECT CASE
                            WHEN s.name <> N'system_health' OR t.target_name <> N'ring_buffer' THEN NULL
                            WHEN LEFT(t.target_data, 300) LIKE N'%truncated="1"%'
                                OR RIGHT(t.target_data, 30) NOT LIKE N'%</RingBufferTarget>%' AND RIGHT(t.target_data, 4) NOT LIKE N'%/>%'
                                THEN CAST(CAST(CAST(N'The buffer of system_health is cut off: whether there are deadlocks in it is not known'
                                    + LEFT(t.target_data, 0) AS int) AS nvarchar(11)) AS xml)
                            WHEN t.target_data LIKE N'%xml_deadlock_report%' THEN CAST(t.target_data AS xml)
                        END AS buffer
                    FROM sys.dm_xe_sessions AS s
                    INNER JOIN sys.dm_xe_session_targets AS t ON t.event_session_address = s.address
                    WHERE s.name = N'system_health'
                        AND t.target_name = N'ring_buffer'
                ) AS b
                CROSS APPLY b.buffer.nodes('/RingBufferTarget/event[@name="xml_deadlock_report"]') AS e (node)
                WHERE e.node.value('(@timestamp)[1]', 'datetime2(3)') >= DATEADD(MINUTE, -65, SYSUTCDATETIME())
            ) AS p
        ) AS d
        OUTER APPLY (
            SELECT COUNT_BIG(*) AS process_count
            FROM d.graph.nodes('/deadlock/process-list/process') AS n (node)
        ) AS c
        OUTER APPLY (
            SELECT TOP (1) n.node.value('(@currentdbname)[1]', 'nvarchar(128)') AS database_name,
                n.node.value('(@loginname)[1]', 'nvarchar(128)') AS login_name,
                n.node.value('(@hostname)[1]', 'nvarchar(128)') AS host_name,
                n.node.value('(@clientapp)[1]', 'nvarchar(128)') AS program_name,
                n.node.value('(@waitresource)[1]', 'nvarchar(256)') AS wait_resource
            FROM d.graph.nodes('/deadlock/process-list/process') AS n (node)
            WHERE n.node.value('(@id)[1]', 'nvarchar(64)') = d.victim_id
        ) AS v
        ORDER BY d.occurred_at DESC, victim_id;
        """#
    /// SQLServer/SQL/collectors/drives.sql
    static let sqlServerCollectorsDrives = #"""
        -- The files come from their input and output, not from master_files, which takes a further right. A volume is asked about once for each of
        -- its files; the least that it said is free is shown.
        SELECT TOP (200) w.volume,
            w.volume_name,
            w.file_system,
            w.file_count,
            w.total_bytes,
            w.available_bytes,
            100.0e0 * w.available_bytes / NULLIF(w.total_bytes, 0) AS available_percent,
            w.is_read_only
        FROM (
            SELECT COALESCE(RTRIM(v.volume_mount_point), N'') AS volume,
                MAX(COALESCE(RTRIM(v.logical_volume_name), N'')) AS volume_name,
                MAX(COALESCE(RTRIM(v.file_system_type), N'')) AS file_system,
                COUNT_BIG(*) AS file_count,
                MAX(v.total_bytes) AS total_bytes,
                MIN(v.available_bytes) AS available_bytes,
                MAX(COALESCE(CAST(v.is_read_only AS int), 0)) AS is_read_only
            FROM sys.dm_io_virtual_file_stats(NULL, NULL) AS f
            CROSS APPLY sys.dm_os_volume_stats(f.database_id, f.file_id) AS v
            WHERE f.database_id <> 32767
            GROUP BY COALESCE(RTRIM(v.volume_mount_point), N'')
        ) AS w
        ORDER BY w.volume;
        """#
    /// SQLServer/SQL/collectors/failed_logins.sql
    static let sqlServerCollectorsFailedLogins = #"""
        -- The buffer keeps about 1000 records: a storm of refusals pushes the older ones out, and the count is then too low. It names no login.
        -- Five minutes are the cadence: the rows of every run are kept, and what two runs saw would be counted twice. Where a server is read more
        -- rarely, or was away, refusals of the time between are not counted.
        SELECT TOP (50) f.remote_host,
            f.login_state,
            COUNT_BIG(*) AS failed_count,
            MIN(f.failed_at) AS first_at,
            MAX(f.failed_at) AS last_at
        FROM (
            SELECT COALESCE(x.record.value('(/Record/ConnectivityTraceRecord/RemoteHost)[1]', 'nvarchar(128)'), N'') AS remote_host,
                COALESCE(x.record.value('(/Record/ConnectivityTraceRecord/State)[1]', 'nvarchar(11)'), N'') AS login_state,
                CAST(DATEADD(MILLISECOND, -(x.age_ms % 1000), DATEADD(SECOND, -(x.age_ms / 1000), SYSUTCDATETIME())) AS datetime2(3))
                    AS failed_at
            FROM (
                SELECT TRY_CAST(r.record AS xml) AS record,
                    i.ms_ticks - r.[timestamp] AS age_ms
                FROM sys.dm_os_ring_buffers AS r
                CROSS JOIN sys.dm_os_sys_info AS i
                WHERE r.ring_buffer_type = N'RING_BUFFER_CONNECTIVITY'
                    AND r.[timestamp] > i.ms_ticks - 300000
                    AND r.record LIKE N'%<SniConsumerError>18456</SniConsumerError>%'
            ) AS x
        ) AS f
        GROUP BY f.remote_host, f.login_state
        ORDER BY COUNT_BIG(*) DESC, f.remote_host, f.login_state;
        """#
    /// SQLServer/SQL/collectors/file_io.sql
    static let sqlServerCollectorsFileIo = #"""
        SELECT TOP (2000) DB_NAME(v.database_id) AS database_name,
            COALESCE(f.name, N'file ' + CAST(v.file_id AS nvarchar(11))) AS file_name,
            f.type_desc AS file_kind,
            v.num_of_reads AS read_count,
            v.num_of_bytes_read AS read_bytes,
            v.io_stall_read_ms AS read_stall_ms,
            v.num_of_writes AS write_count,
            v.num_of_bytes_written AS written_bytes,
            v.io_stall_write_ms AS write_stall_ms,
            v.size_on_disk_bytes AS size_bytes
        FROM sys.dm_io_virtual_file_stats(NULL, NULL) AS v
        LEFT JOIN sys.master_files AS f
            ON f.database_id = v.database_id
            AND f.file_id = v.file_id
        WHERE v.database_id <> 32767
        ORDER BY v.database_id, v.file_id;
        """#
    /// SQLServer/SQL/collectors/index_fragmentation.sql
    static let sqlServerCollectorsIndexFragmentation = #"""
        -- One statement with a text of its own, since indexes are named only inside of their database. A database that cannot be opened is passed
        -- over. So is one that can only be read: nothing can be rebuilt there, and on a readable secondary the lock of a measurement would hold up
        -- the redo. A measurement reads of an index the level above the leaves (one page in a hundred or less, with keys as they mostly are), but of
        -- a heap every page. The limits keep both to 25,000 pages, 200 MB: two seconds from a disk that gives 100 MB in one, so that the last that
        -- was begun before 5 seconds ends before the deadline of 10.
        EXEC sys.sp_executesql N'
        SET NOCOUNT ON;
        DROP TABLE IF EXISTS #dbtools_databases;
        DROP TABLE IF EXISTS #dbtools_found;
        DROP TABLE IF EXISTS #dbtools_chosen;
        DROP TABLE IF EXISTS #dbtools_measured;
        DECLARE @began datetime2(3) = SYSUTCDATETIME();
        -- The start is not needed: who may not see it is refused here, and is not shown an empty list.
        SELECT d.name,
            y.sqlserver_start_time
        INTO #dbtools_databases
        FROM sys.databases AS d
        CROSS JOIN sys.dm_os_sys_info AS y
        WHERE d.database_id > 4
            AND d.state = 0
            AND d.source_database_id IS NULL
            AND DATABASEPROPERTYEX(d.name, N''Updateability'') = N''READ_WRITE'';
        IF @@ERROR <> 0 RETURN;
        CREATE TABLE #dbtools_found (
            database_id int NOT NULL,
            object_id int NOT NULL,
            index_id int NOT NULL,
            partition_number int NOT NULL,
            page_count bigint NOT NULL,
            database_name nvarchar(128) NOT NULL,
            table_name nvarchar(300) NOT NULL,
            index_name nvarchar(128) NOT NULL,
            index_kind nvarchar(60) NULL
        );
        CREATE TABLE #dbtools_measured (
            place bigint NOT NULL,
            fragmentation_percent float NULL,
            fragment_count bigint NULL,
            measured_at datetime2(3) NOT NULL
        );
        DECLARE @name nvarchar(128) = N'''', @procedure nvarchar(300);
        WHILE @name IS NOT NULL AND DATEDIFF(MILLISECOND, @began, SYSUTCDATETIME()) < 4000
        BEGIN
            SELECT @name = MIN(d.name) FROM #dbtools_databases AS d WHERE d.name > @name;
            SET @procedure = QUOTENAME(@name) + N''.sys.sp_executesql'';
            BEGIN TRY
                IF @name IS NOT NULL
                    EXEC @procedure N''
        INSERT INTO #dbtools_found (database_id, object_id, index_id, partition_number, page_count, database_name, table_name, index_name, index_kind)
        SELECT TOP (300) DB_ID(),
            p.object_id,
            p.index_id,
            p.partition_number,
            p.in_row_used_page_count,
            DB_NAME(),
            s.name + N''''.'''' + t.name,
            COALESCE(i.name, N''''heap''''),
            i.type_desc
        FROM sys.dm_db_partition_stats AS p
        INNER JOIN sys.indexes AS i
            ON i.object_id = p.object_id
            AND i.index_id = p.index_id
        INNER JOIN sys.tables AS t ON t.object_id = p.object_id
        INNER JOIN sys.schemas AS s ON s.schema_id = t.schema_id
        WHERE p.in_row_used_page_count >= 1000
            AND i.type IN (0, 1, 2)
            AND i.is_disabled = 0
            AND i.is_hypothetical = 0
            AND t.is_ms_shipped = 0
            AND COALESCE(t.is_memory_optimized, 0) = 0
        ORDER BY p.in_row_used_page_count DESC, p.object_id, p.index_id, p.partition_number;'';
            END TRY
            BEGIN CATCH
                SET @procedure = NULL;
            END CATCH;
        END;
        SELECT TOP (300) ROW_NUMBER() OVER (
                ORDER BY f.page_count DESC, f.database_id, f.object_id, f.index_id, f.partition_number
            ) AS place,
            f.database_id,
            f.object_id,
            f.index_id,
            f.partition_number,
            f.page_count,
            f.database_name,
            f.table_name,
            f.index_name,
            f.index_kind
        INTO #dbtools_chosen
        FROM #dbtools_found AS f
        ORDER BY f.page_count DESC, f.database_id, f.object_id, f.index_id, f.partition_number;
        DECLARE @place bigint = 0, @database int, @object int, @index int, @partition int;
        WHILE @place IS NOT NULL AND DATEDIFF(MILLISECOND, @began, SYSUTCDATETIME()) < 5000
        BEGIN
            SELECT @place = MIN(c.place)
            FROM #dbtools_chosen AS c
            WHERE c.place > @place
                AND c.page_count <= CASE c.index_id WHEN 0 THEN 25000 ELSE 2500000 END;
            SELECT @database = c.database_id,
                @object = c.object_id,
                @index = c.index_id,
                @partition = c.partition_number
            FROM #dbtools_chosen AS c
            WHERE c.place = @place;
            BEGIN TRY
                IF @place IS NOT NULL
                    INSERT INTO #dbtools_measured (place, fragmentation_percent, fragment_count, measured_at)
                    SELECT TOP (1) @place,
                        m.avg_fragmentation_in_percent,
                        m.fragment_count,
                        SYSUTCDATETIME()
                    FROM sys.dm_db_index_physical_stats(@database, @object, @index, @partition, N''LIMITED'') AS m
                    WHERE m.alloc_unit_type_desc = N''IN_ROW_DATA''
                        AND m.index_level = 0
                    ORDER BY m.page_count DESC;
            END TRY
            BEGIN CATCH
                SET @procedure = NULL;
            END CATCH;
        END;
        SET NOCOUNT OFF;
        SELECT TOP (300) c.database_name,
            c.table_name,
            c.index_name,
            CAST(c.partition_number AS nvarchar(11)) AS partition_number,
            c.index_kind,
            c.page_count,
            m.fragmentation_percent,
            m.fragment_count,
            CASE WHEN m.fragmentation_percent IS NULL THEN 0 ELSE 1 END AS is_measured,
            m.measured_at
        FROM #dbtools_chosen AS c
        LEFT JOIN #dbtools_measured AS m ON m.place = c.place
        ORDER BY CASE
                WHEN m.fragmentation_percent > 30 THEN 0
                WHEN m.fragmentation_percent >= 5 THEN 1
                WHEN m.fragmentation_percent IS NULL THEN 2
                ELSE 3
            END,
            m.fragmentation_percent * c.page_count DESC,
            c.page_count DESC,
            c.place;
        ';
        """#
    /// SQLServer/SQL/collectors/index_usage.sql
    static let sqlServerCollectorsIndexUsage = #"""
        -- One statement with a text of its own, since an index's name can be had only inside of its database. A database that cannot be opened
        -- leaves its indexes without names, and so does one whose turn has not come after 4 seconds: so that there is an answer before the deadline
        -- of 10. An index that was neither read nor written since the start is not counted by SQL Server.
        EXEC sys.sp_executesql N'
        SET NOCOUNT ON;
        DROP TABLE IF EXISTS #dbtools_used;
        DROP TABLE IF EXISTS #dbtools_names;
        DECLARE @began datetime2(3) = SYSUTCDATETIME();
        SELECT TOP (2000) u.database_id,
            u.object_id,
            u.index_id,
            u.user_seeks,
            u.user_scans,
            u.user_lookups,
            u.user_updates,
            u.last_user_seek,
            u.last_user_scan,
            u.last_user_lookup,
            u.last_user_update,
            CASE WHEN u.index_id > 1 AND u.user_updates > 0 AND u.user_seeks + u.user_scans + u.user_lookups = 0 THEN 1 ELSE 0 END AS is_unused
        INTO #dbtools_used
        FROM sys.dm_db_index_usage_stats AS u
        WHERE u.database_id > 4
            AND u.database_id <> 32767
        ORDER BY is_unused DESC, u.user_updates DESC, u.user_seeks DESC;
        IF @@ERROR <> 0 RETURN;
        CREATE TABLE #dbtools_names (
            database_id int NOT NULL,
            object_id int NOT NULL,
            index_id int NOT NULL,
            table_name nvarchar(300) NULL,
            index_name nvarchar(128) NULL,
            index_kind nvarchar(60) NULL,
            is_unique int NULL,
            is_constraint int NULL,
            is_shipped int NULL
        );
        DECLARE @database int = 0, @procedure nvarchar(300);
        WHILE @database IS NOT NULL AND DATEDIFF(MILLISECOND, @began, SYSUTCDATETIME()) < 4000
        BEGIN
            SELECT @database = MIN(u.database_id) FROM #dbtools_used AS u WHERE u.database_id > @database;
            SET @procedure = QUOTENAME(DB_NAME(@database)) + N''.sys.sp_executesql'';
            BEGIN TRY
                IF @database IS NOT NULL
                    EXEC @procedure N''
        INSERT INTO #dbtools_names (database_id, object_id, index_id, table_name, index_name, index_kind, is_unique, is_constraint, is_shipped)
        SELECT u.database_id,
            u.object_id,
            u.index_id,
            s.name + N''''.'''' + o.name,
            i.name,
            i.type_desc,
            CAST(i.is_unique AS int),
            CASE WHEN i.is_primary_key = 1 OR i.is_unique_constraint = 1 THEN 1 ELSE 0 END,
            CAST(o.is_ms_shipped AS int)
        FROM #dbtools_used AS u
        INNER JOIN sys.indexes AS i
            ON i.object_id = u.object_id
            AND i.index_id = u.index_id
        INNER JOIN sys.objects AS o ON o.object_id = u.object_id
        INNER JOIN sys.schemas AS s ON s.schema_id = o.schema_id
        WHERE u.database_id = DB_ID();'';
            END TRY
            BEGIN CATCH
                SET @procedure = NULL;
            END CATCH;
        END;
        SET NOCOUNT OFF;
        SELECT TOP (500) DB_NAME(u.database_id) AS database_name,
            COALESCE(n.table_name, N''object '' + CAST(u.object_id AS nvarchar(11))) AS table_name,
            COALESCE(n.index_name, CASE WHEN u.index_id = 0 THEN N''heap'' ELSE N''index '' + CAST(u.index_id AS nvarchar(11)) END) AS index_name,
            COALESCE(n.index_kind, CASE u.index_id WHEN 0 THEN N''HEAP'' WHEN 1 THEN N''CLUSTERED'' END) AS index_kind,
            u.is_unused,
            n.is_unique,
            n.is_constraint,
            u.user_seeks AS seek_count,
            u.user_scans AS scan_count,
            u.user_lookups AS lookup_count,
            u.user_updates AS update_count,
            CAST(DATEADD(MINUTE, -DATEPART(TZOFFSET, SYSDATETIMEOFFSET()), NULLIF(r.read_at, ''19000101'')) AS datetime2(3)) AS last_read_at,
            CAST(DATEADD(MINUTE, -DATEPART(TZOFFSET, SYSDATETIMEOFFSET()), u.last_user_update) AS datetime2(3)) AS last_update_at,
            CAST(DATEADD(MINUTE, -DATEPART(TZOFFSET, SYSDATETIMEOFFSET()), y.sqlserver_start_time) AS datetime2(3)) AS counted_since
        FROM #dbtools_used AS u
        CROSS JOIN sys.dm_os_sys_info AS y
        LEFT JOIN #dbtools_names AS n
            ON n.database_id = u.database_id
            AND n.object_id = u.object_id
            AND n.index_id = u.index_id
        CROSS APPLY (
            SELECT MAX(COALESCE(k.read_at, ''19000101'')) AS read_at
            FROM (VALUES (u.last_user_seek), (u.last_user_scan), (u.last_user_lookup)) AS k (read_at)
        ) AS r
        WHERE COALESCE(n.is_shipped, 0) = 0
        ORDER BY u.is_unused DESC, u.user_updates DESC, database_name, table_name, index_name;
        ';
        """#
    /// SQLServer/SQL/collectors/memory.sql
    static let sqlServerCollectorsMemory = #"""
        SELECT TOP (1) m.total_physical_memory_kb * 1024 AS physical_bytes,
            m.available_physical_memory_kb * 1024 AS available_bytes,
            m.total_page_file_kb * 1024 AS page_file_bytes,
            m.available_page_file_kb * 1024 AS available_page_file_bytes,
            m.system_cache_kb * 1024 AS system_cache_bytes,
            p.physical_memory_in_use_kb * 1024 AS process_bytes,
            p.locked_page_allocations_kb * 1024 AS locked_bytes,
            p.virtual_address_space_committed_kb * 1024 AS virtual_bytes,
            p.memory_utilization_percentage AS utilization_percent,
            p.page_fault_count,
            RTRIM(m.system_memory_state_desc) AS memory_state,
            CAST(p.process_physical_memory_low AS int) AS is_physical_memory_low,
            CAST(p.process_virtual_memory_low AS int) AS is_virtual_memory_low
        FROM sys.dm_os_sys_memory AS m
        CROSS JOIN sys.dm_os_process_memory AS p
        ORDER BY m.total_physical_memory_kb;
        """#
    /// SQLServer/SQL/collectors/memory_clerks.sql
    static let sqlServerCollectorsMemoryClerks = #"""
        -- The largest 25 by their power of two, then by name: so the list does not change with every few pages.
        SELECT TOP (25) k.clerk_type,
            k.pages_kb * 1024 AS memory_bytes,
            k.committed_kb * 1024 AS committed_bytes
        FROM (
            SELECT RTRIM(c.type) AS clerk_type,
                SUM(c.pages_kb) AS pages_kb,
                SUM(c.virtual_memory_committed_kb + c.shared_memory_committed_kb) AS committed_kb
            FROM sys.dm_os_memory_clerks AS c
            GROUP BY RTRIM(c.type)
        ) AS k
        WHERE k.pages_kb + k.committed_kb > 0
        ORDER BY FLOOR(LOG(k.pages_kb + k.committed_kb, 2)) DESC,
            k.clerk_type;
        """#
    /// SQLServer/SQL/collectors/memory_grants.sql
    static let sqlServerCollectorsMemoryGrants = #"""
        SELECT TOP (100) CAST(s.pool_id AS nvarchar(11)) AS pool_id,
            CASE WHEN s.resource_semaphore_id = 0 THEN N'regular' ELSE N'small' END AS semaphore_kind,
            s.target_memory_kb * 1024 AS target_bytes,
            s.available_memory_kb * 1024 AS available_bytes,
            s.granted_memory_kb * 1024 AS granted_bytes,
            s.used_memory_kb * 1024 AS used_bytes,
            s.grantee_count,
            s.waiter_count,
            s.timeout_error_count AS timeout_count,
            s.forced_grant_count AS forced_count
        FROM sys.dm_exec_query_resource_semaphores AS s
        ORDER BY s.pool_id, s.resource_semaphore_id;
        """#
    /// SQLServer/SQL/collectors/missing_indexes.sql
    static let sqlServerCollectorsMissingIndexes = #"""
        SELECT TOP (50) d.statement AS table_name,
            COALESCE(d.equality_columns, N'') AS equality_columns,
            COALESCE(d.inequality_columns, N'') AS inequality_columns,
            COALESCE(d.included_columns, N'') AS included_columns,
            s.user_seeks AS seek_count,
            s.user_scans AS scan_count,
            s.avg_total_user_cost AS average_cost,
            s.avg_user_impact AS impact_percent,
            (s.user_seeks + s.user_scans) * s.avg_total_user_cost * s.avg_user_impact / 100.0e0 AS benefit,
            CAST(DATEADD(MINUTE, -DATEPART(TZOFFSET, SYSDATETIMEOFFSET()), s.last_user_seek) AS datetime2(3)) AS last_seek_at
        FROM sys.dm_db_missing_index_group_stats AS s
        INNER JOIN sys.dm_db_missing_index_groups AS g ON g.index_group_handle = s.group_handle
        INNER JOIN sys.dm_db_missing_index_details AS d ON d.index_handle = g.index_handle
        ORDER BY benefit DESC, table_name, equality_columns, inequality_columns, included_columns;
        """#
    /// SQLServer/SQL/collectors/own_cost.sql
    static let sqlServerCollectorsOwnCost = #"""
        -- A session that ends takes its totals with it: the rate of that interval is not known.
        SELECT TOP (1) COUNT_BIG(*) AS session_count,
            SUM(CAST(s.memory_usage AS bigint)) * 8192 AS memory_bytes,
            SUM(CAST(s.cpu_time AS bigint)) AS cpu_ms,
            SUM(CAST(s.total_elapsed_time AS bigint)) AS elapsed_ms,
            SUM(s.logical_reads) AS logical_read_count,
            SUM(s.writes) AS write_count
        FROM sys.dm_exec_sessions AS s
        WHERE s.is_user_process = 1
            AND s.program_name = APP_NAME()
        ORDER BY COUNT_BIG(*);
        """#
    /// SQLServer/SQL/collectors/performance_counters.sql
    static let sqlServerCollectorsPerformanceCounters = #"""
        -- Only the types that count up (272696576 and its 32-bit sister), and averages (1073874176) with their bases (1073939712). An average is
        -- its total's growth divided by its base's growth, so both are totals with rows of their own, read in one pass and so at one moment. Of
        -- the kinds of locks only the total is wanted: the others are left out before anything is worked out for them. Databases come last, so
        -- that the limit cuts off none of the server's own.
        SELECT TOP (2000) c.object_name,
            c.counter_name,
            c.instance_name,
            c.cntr_value AS counter_value
        FROM (
            SELECT SUBSTRING(RTRIM(p.object_name), CHARINDEX(N':', p.object_name) + 1, 128) AS object_name,
                RTRIM(p.counter_name) AS counter_name,
                COALESCE(RTRIM(p.instance_name), N'') AS instance_name,
                p.cntr_value
            FROM sys.dm_os_performance_counters AS p
            WHERE p.cntr_type IN (272696576, 272696320, 1073874176, 1073939712)
                AND p.counter_name IN (
                    N'Auto-Param Attempts/sec', N'Average Latch Wait Time (ms)', N'Average Latch Wait Time Base', N'Average Wait Time (ms)',
                    N'Average Wait Time Base', N'Avg Disk Read IO (ms)', N'Avg Disk Read IO (ms) Base', N'Avg Disk Write IO (ms)',
                    N'Avg Disk Write IO (ms) Base', N'Background writer pages/sec', N'Backup/Restore Throughput/sec', N'Batch Requests/sec',
                    N'Bytes Received from Replica/sec', N'Bytes Sent to Replica/sec', N'Checkpoint pages/sec', N'Connection Reset/sec',
                    N'Errors/sec', N'Failed Auto-Params/sec', N'Flow Control Time (ms/sec)', N'Flow Control/sec',
                    N'Forced Parameterizations/sec', N'Forwarded Records/sec', N'Free list stalls/sec', N'Full Scans/sec', N'Index Searches/sec',
                    N'Latch Waits/sec', N'Lazy writes/sec', N'Lock Requests/sec', N'Lock Timeouts (timeout > 0)/sec', N'Lock Timeouts/sec',
                    N'Lock Wait Time (ms)', N'Lock Waits/sec', N'Log Bytes Flushed/sec', N'Log Bytes Received/sec', N'Log Flush Wait Time',
                    N'Log Flush Waits/sec', N'Log Flushes/sec', N'Logins/sec', N'Logouts/sec', N'Mirrored Write Transactions/sec',
                    N'Number of Deadlocks/sec', N'Page Splits/sec', N'Page lookups/sec', N'Page reads/sec', N'Page writes/sec',
                    N'Pages Allocated/sec', N'Probe Scans/sec', N'Range Scans/sec', N'Readahead pages/sec', N'Redone Bytes/sec',
                    N'Resent Messages/sec', N'SQL Attention rate', N'SQL Compilations/sec', N'SQL Re-Compilations/sec',
                    N'Table Lock Escalations/sec', N'Temp Tables Creation Rate', N'Total Latch Wait Time (ms)', N'Transaction Delay',
                    N'Transactions/sec', N'Unsafe Auto-Params/sec', N'Version Cleanup rate (KB/s)', N'Version Generation rate (KB/s)',
                    N'Workfiles Created/sec', N'Worktables Created/sec', N'Write Transactions/sec')
                AND (p.instance_name = N'_Total' OR p.counter_name NOT LIKE N'Lock %' AND p.counter_name NOT LIKE N'Average Wait Time%')
        ) AS c
        WHERE c.object_name + N':' + c.counter_name IN (
                N'Access Methods:Forwarded Records/sec', N'Access Methods:Full Scans/sec', N'Access Methods:Index Searches/sec',
                N'Access Methods:Page Splits/sec', N'Access Methods:Pages Allocated/sec', N'Access Methods:Probe Scans/sec',
                N'Access Methods:Range Scans/sec', N'Access Methods:Table Lock Escalations/sec', N'Access Methods:Workfiles Created/sec',
                N'Access Methods:Worktables Created/sec',
                N'Availability Replica:Bytes Received from Replica/sec', N'Availability Replica:Bytes Sent to Replica/sec',
                N'Availability Replica:Flow Control Time (ms/sec)', N'Availability Replica:Flow Control/sec',
                N'Availability Replica:Resent Messages/sec',
                N'Buffer Manager:Background writer pages/sec', N'Buffer Manager:Checkpoint pages/sec', N'Buffer Manager:Free list stalls/sec',
                N'Buffer Manager:Lazy writes/sec', N'Buffer Manager:Page lookups/sec', N'Buffer Manager:Page reads/sec',
                N'Buffer Manager:Page writes/sec', N'Buffer Manager:Readahead pages/sec',
                N'Database Replica:Log Bytes Received/sec', N'Database Replica:Mirrored Write Transactions/sec',
                N'Database Replica:Redone Bytes/sec', N'Database Replica:Transaction Delay',
                N'Databases:Backup/Restore Throughput/sec', N'Databases:Log Bytes Flushed/sec', N'Databases:Log Flush Wait Time',
                N'Databases:Log Flush Waits/sec', N'Databases:Log Flushes/sec', N'Databases:Transactions/sec',
                N'Databases:Write Transactions/sec',
                N'General Statistics:Connection Reset/sec', N'General Statistics:Logins/sec', N'General Statistics:Logouts/sec',
                N'General Statistics:Temp Tables Creation Rate',
                N'Latches:Average Latch Wait Time (ms)', N'Latches:Average Latch Wait Time Base', N'Latches:Latch Waits/sec',
                N'Latches:Total Latch Wait Time (ms)',
                N'Locks:Average Wait Time (ms)', N'Locks:Average Wait Time Base', N'Locks:Lock Requests/sec',
                N'Locks:Lock Timeouts (timeout > 0)/sec', N'Locks:Lock Timeouts/sec', N'Locks:Lock Wait Time (ms)', N'Locks:Lock Waits/sec',
                N'Locks:Number of Deadlocks/sec',
                N'Resource Pool Stats:Avg Disk Read IO (ms)', N'Resource Pool Stats:Avg Disk Read IO (ms) Base',
                N'Resource Pool Stats:Avg Disk Write IO (ms)', N'Resource Pool Stats:Avg Disk Write IO (ms) Base',
                N'SQL Errors:Errors/sec',
                N'SQL Statistics:Auto-Param Attempts/sec', N'SQL Statistics:Batch Requests/sec', N'SQL Statistics:Failed Auto-Params/sec',
                N'SQL Statistics:Forced Parameterizations/sec', N'SQL Statistics:SQL Attention rate', N'SQL Statistics:SQL Compilations/sec',
                N'SQL Statistics:SQL Re-Compilations/sec', N'SQL Statistics:Unsafe Auto-Params/sec',
                N'Transactions:Version Cleanup rate (KB/s)', N'Transactions:Version Generation rate (KB/s)')
            AND (c.object_name <> N'Locks' OR c.instance_name = N'_Total')
        ORDER BY CASE WHEN c.object_name = N'Databases' AND c.instance_name <> N'_Total' THEN 1 ELSE 0 END,
            c.object_name,
            c.counter_name,
            c.instance_name;
        """#
    /// SQLServer/SQL/collectors/performance_gauges.sql
    static let sqlServerCollectorsPerformanceGauges = #"""
        -- A ratio (537003264) and its base (1073939712) are two rows, whose names differ irregularly: the base is given the ratio's name, and both
        -- are read in one pass. The plain names are asked first, so that nothing is worked out for the hundreds of rows that are not wanted.
        -- -1 stands for no row of a kind: NULL in an aggregate would make SQL Server add a warning to every answer.
        SELECT TOP (500) g.object_name,
            g.counter_name,
            g.instance_name,
            CAST(NULLIF(MAX(CASE WHEN g.cntr_type IN (65792, 65536) THEN g.cntr_value ELSE -1 END), -1) AS float) AS counter_value,
            100.0e0 * NULLIF(MAX(CASE WHEN g.cntr_type = 537003264 THEN g.cntr_value ELSE -1 END), -1)
                / NULLIF(NULLIF(MAX(CASE WHEN g.cntr_type = 1073939712 THEN g.cntr_value ELSE -1 END), -1), 0) AS counter_percent
        FROM (
            SELECT c.object_name,
                CASE
                    WHEN c.cntr_type <> 1073939712 THEN c.counter_name
                    WHEN c.counter_name = N'Buffer cache hit ratio base' THEN N'Buffer cache hit ratio'
                    WHEN c.counter_name = N'Cache Hit Ratio Base' THEN N'Cache Hit Ratio'
                    WHEN c.counter_name = N'Log Cache Hit Ratio Base' THEN N'Log Cache Hit Ratio'
                    WHEN c.counter_name = N'Worktables From Cache Base' THEN N'Worktables From Cache Ratio'
                    WHEN c.counter_name = N'CPU usage % base' THEN N'CPU usage %'
                    ELSE c.counter_name
                END AS counter_name,
                c.instance_name,
                c.cntr_value,
                c.cntr_type
            FROM (
                SELECT SUBSTRING(RTRIM(p.object_name), CHARINDEX(N':', p.object_name) + 1, 128) AS object_name,
                    RTRIM(p.counter_name) AS counter_name,
                    COALESCE(RTRIM(p.instance_name), N'') AS instance_name,
                    p.cntr_value,
                    p.cntr_type
                FROM sys.dm_os_performance_counters AS p
                WHERE p.cntr_type IN (65792, 65536, 537003264, 1073939712)
                    AND p.counter_name IN (
                        N'Active Temp Tables', N'Active Transactions', N'Buffer cache hit ratio', N'Buffer cache hit ratio base', N'CPU usage %',
                        N'CPU usage % base', N'Cache Hit Ratio', N'Cache Hit Ratio Base', N'Cache Object Counts', N'Cache Pages',
                        N'Connection Memory (KB)', N'Database Cache Memory (KB)', N'Database pages', N'Free Memory (KB)',
                        N'Free Space in tempdb (KB)', N'Granted Workspace Memory (KB)', N'Lock Memory (KB)', N'Lock waits',
                        N'Log Cache Hit Ratio', N'Log Cache Hit Ratio Base', N'Log Pool Memory (KB)', N'Log write waits', N'Logical Connections',
                        N'Longest Transaction Running Time', N'Maximum Workspace Memory (KB)', N'Memory Grants Outstanding',
                        N'Memory Grants Pending', N'Memory grant queue waits', N'Network IO waits', N'Optimizer Memory (KB)',
                        N'Page IO latch waits', N'Page latch waits', N'Page life expectancy', N'Processes blocked', N'SQL Cache Memory (KB)',
                        N'Snapshot Transactions', N'Stolen Server Memory (KB)', N'Target Server Memory (KB)', N'Target pages',
                        N'Temp Tables For Destruction', N'Total Server Memory (KB)', N'Transactions', N'Used memory (KB)', N'User Connections',
                        N'Version Store Size (KB)', N'Wait for the worker', N'Worktables From Cache Base', N'Worktables From Cache Ratio')
            ) AS c
        ) AS g
        WHERE g.object_name + N':' + g.counter_name IN (
                N'Access Methods:Worktables From Cache Ratio',
                N'Buffer Manager:Buffer cache hit ratio', N'Buffer Manager:Database pages', N'Buffer Manager:Page life expectancy',
                N'Buffer Manager:Target pages', N'Buffer Node:Page life expectancy',
                N'Databases:Active Transactions', N'Databases:Log Cache Hit Ratio',
                N'General Statistics:Active Temp Tables', N'General Statistics:Logical Connections', N'General Statistics:Processes blocked',
                N'General Statistics:Temp Tables For Destruction', N'General Statistics:Transactions', N'General Statistics:User Connections',
                N'Memory Manager:Connection Memory (KB)', N'Memory Manager:Database Cache Memory (KB)', N'Memory Manager:Free Memory (KB)',
                N'Memory Manager:Granted Workspace Memory (KB)', N'Memory Manager:Lock Memory (KB)', N'Memory Manager:Log Pool Memory (KB)',
                N'Memory Manager:Maximum Workspace Memory (KB)', N'Memory Manager:Memory Grants Outstanding',
                N'Memory Manager:Memory Grants Pending', N'Memory Manager:Optimizer Memory (KB)', N'Memory Manager:SQL Cache Memory (KB)',
                N'Memory Manager:Stolen Server Memory (KB)', N'Memory Manager:Target Server Memory (KB)',
                N'Memory Manager:Total Server Memory (KB)',
                N'Plan Cache:Cache Hit Ratio', N'Plan Cache:Cache Object Counts', N'Plan Cache:Cache Pages',
                N'Resource Pool Stats:CPU usage %', N'Resource Pool Stats:Used memory (KB)',
                N'Transactions:Free Space in tempdb (KB)', N'Transactions:Longest Transaction Running Time',
                N'Transactions:Snapshot Transactions', N'Transactions:Version Store Size (KB)',
                N'Wait Statistics:Lock waits', N'Wait Statistics:Log write waits', N'Wait Statistics:Memory grant queue waits',
                N'Wait Statistics:Network IO waits', N'Wait Statistics:Page IO latch waits', N'Wait Statistics:Page latch waits',
                N'Wait Statistics:Wait for the worker')
            AND (g.object_name <> N'Wait Statistics' OR g.instance_name = N'Waits in progress')
            AND (g.object_name <> N'Databases' OR g.instance_name = N'_Total')
        GROUP BY g.object_name, g.counter_name, g.instance_name
        ORDER BY g.object_name, g.counter_name, g.instance_name;
        """#
    /// SQLServer/SQL/collectors/processors.sql
    static let sqlServerCollectorsProcessors = #"""
        -- A record without SystemHealth says nothing, and one that is older than five minutes is not the present. On Linux an idle share of 0 is
        -- none. SQL Server's share and the whole are read every minute with the core: here is what they leave to others.
        SELECT TOP (1) CASE WHEN c.sql_share > 100 THEN 100.0e0 ELSE CAST(c.sql_share AS float) END AS sql_percent,
            CASE
                WHEN c.idle_share = 0 AND @@VERSION LIKE N'% on Linux %' THEN NULL
                WHEN c.sql_share + c.idle_share >= 100 THEN 0.0e0
                ELSE CAST(100 - c.sql_share - c.idle_share AS float)
            END AS other_percent,
            CASE WHEN c.idle_share = 0 AND @@VERSION LIKE N'% on Linux %' THEN NULL ELSE CAST(c.idle_share AS float) END AS idle_percent,
            CASE WHEN c.sql_share > 100 OR c.sql_share + c.idle_share > 100 THEN 1 ELSE 0 END AS is_clamped,
            CAST(DATEADD(MILLISECOND, -(c.age_ms % 1000), DATEADD(SECOND, -(c.age_ms / 1000), SYSUTCDATETIME())) AS datetime2(3)) AS measured_at
        FROM (
            SELECT x.record.value('(/Record/SchedulerMonitorEvent/SystemHealth/ProcessUtilization)[1]', 'int') AS sql_share,
                x.record.value('(/Record/SchedulerMonitorEvent/SystemHealth/SystemIdle)[1]', 'int') AS idle_share,
                x.age_ms
            FROM (
                SELECT TOP (1) TRY_CAST(r.record AS xml) AS record,
                    i.ms_ticks - r.[timestamp] AS age_ms
                FROM sys.dm_os_ring_buffers AS r
                CROSS JOIN sys.dm_os_sys_info AS i
                WHERE r.ring_buffer_type = N'RING_BUFFER_SCHEDULER_MONITOR'
                    AND r.[timestamp] > i.ms_ticks - 300000
                    AND r.record LIKE N'%<SystemHealth>%'
                ORDER BY r.[timestamp] DESC
            ) AS x
        ) AS c
        ORDER BY c.age_ms;
        """#
    /// SQLServer/SQL/collectors/resource_use.sql
    static let sqlServerCollectorsResourceUse = #"""
        SELECT TOP (1) CAST(s.avg_cpu_percent AS float) AS cpu_percent,
            CAST(s.avg_data_io_percent AS float) AS data_io_percent,
            CAST(s.avg_log_write_percent AS float) AS log_write_percent,
            CAST(s.avg_memory_usage_percent AS float) AS memory_percent,
            CAST(s.max_worker_percent AS float) AS worker_percent,
            CAST(s.max_session_percent AS float) AS session_percent,
            CAST(s.end_time AS datetime2(3)) AS measured_at
        FROM sys.dm_db_resource_stats AS s
        ORDER BY s.end_time DESC;
        """#
    /// SQLServer/SQL/collectors/running_queries.sql
    static let sqlServerCollectorsRunningQueries = #"""
        -- What listens for work all day is left out: it would fill each run. Texts and plans are named here, and read once each by query-details.sql.
        -- start_time is local: over a change of the clocks it is an hour off. total_elapsed_time is not, but an int: it ends after 24 days.
        -- A latch whose owner is not known (-4, -5) has no session that is waited for.
        -- Without the right SQL Server would show one's own request and no error; dm_os_sys_info, asked about in its place, makes it refuse.
        SELECT TOP (100) CAST(q.session_id AS nvarchar(11)) AS session_id,
            CAST(q.request_id AS nvarchar(11)) AS request_id,
            DB_NAME(q.database_id) AS database_name,
            q.login_name,
            q.host_name,
            q.program_name,
            q.status AS request_status,
            q.command,
            CASE
                WHEN q.blocking_session_id > 0 OR q.blocking_session_id IN (-2, -3) THEN CAST(q.blocking_session_id AS nvarchar(11))
            END AS blocking_session_id,
            q.wait_type,
            NULLIF(q.wait_resource, N'') AS wait_resource,
            CASE WHEN q.wait_type IS NOT NULL THEN q.wait_time END AS wait_ms,
            q.elapsed_ms,
            q.cpu_time AS cpu_ms,
            q.reads AS read_count,
            q.logical_reads AS logical_read_count,
            q.writes AS write_count,
            q.row_count,
            g.granted_kb * 1024 AS granted_memory_bytes,
            q.dop AS parallelism,
            q.open_transaction_count,
            CASE WHEN q.percent_complete > 0 THEN CAST(q.percent_complete AS float) END AS percent_complete,
            CONVERT(nvarchar(130), q.sql_handle, 1) AS sql_handle,
            CONVERT(nvarchar(130), q.plan_handle, 1) AS plan_handle,
            CONVERT(nvarchar(20), q.query_hash, 1) AS query_hash,
            CONVERT(nvarchar(130), q.sql_handle, 1) + q.place AS statement_text,
            CASE
                WHEN q.cpu_time > 1000 OR q.elapsed_ms > 10000 OR q.logical_reads > 6400
                    THEN CONVERT(nvarchar(130), q.plan_handle, 1) + q.place
            END AS query_plan
        FROM (
            SELECT TOP (100) r.session_id,
                r.request_id,
                r.database_id,
                RTRIM(s.login_name) AS login_name,
                RTRIM(s.host_name) AS host_name,
                RTRIM(s.program_name) AS program_name,
                RTRIM(r.status) AS status,
                RTRIM(r.command) AS command,
                r.blocking_session_id,
                RTRIM(r.wait_type) AS wait_type,
                RTRIM(r.wait_resource) AS wait_resource,
                r.wait_time,
                CASE
                    WHEN DATEDIFF(DAY, r.start_time, GETDATE()) < 24 AND r.total_elapsed_time >= 0 THEN CAST(r.total_elapsed_time AS bigint)
                    WHEN r.start_time <= GETDATE() THEN DATEDIFF_BIG(MILLISECOND, r.start_time, GETDATE())
                END AS elapsed_ms,
                r.cpu_time,
                r.reads,
                r.logical_reads,
                r.writes,
                r.row_count,
                r.dop,
                r.open_transaction_count,
                r.percent_complete,
                r.sql_handle,
                r.plan_handle,
                r.query_hash,
                N':' + CAST(COALESCE(r.statement_start_offset, 0) AS nvarchar(11))
                    + N':' + CAST(COALESCE(r.statement_end_offset, -1) AS nvarchar(11)) AS place
            FROM sys.dm_exec_requests AS r
            INNER JOIN sys.dm_exec_sessions AS s ON s.session_id = r.session_id
            WHERE s.is_user_process = 1
                AND (r.session_id <> @@SPID OR NOT EXISTS (SELECT 1 FROM sys.dm_os_sys_info))
                AND (r.wait_type IS NULL
                    OR RTRIM(r.wait_type) NOT IN (N'BROKER_RECEIVE_WAITFOR', N'SP_SERVER_DIAGNOSTICS_SLEEP', N'XE_LIVE_TARGET_TVF'))
            ORDER BY r.start_time, r.session_id, r.request_id
        ) AS q
        OUTER APPLY (
            SELECT SUM(COALESCE(m.granted_memory_kb, 0)) AS granted_kb
            FROM sys.dm_exec_query_memory_grants AS m
            WHERE m.session_id = q.session_id
                AND m.request_id = q.request_id
        ) AS g
        ORDER BY q.elapsed_ms DESC, q.session_id, q.request_id;
        """#
    /// SQLServer/SQL/collectors/schedulers.sql
    static let sqlServerCollectorsSchedulers = #"""
        SELECT TOP (1) COUNT_BIG(*) AS scheduler_count,
            SUM(CAST(s.current_tasks_count AS bigint)) AS task_count,
            SUM(CAST(s.runnable_tasks_count AS bigint)) AS runnable_task_count,
            SUM(CAST(s.current_workers_count AS bigint)) AS worker_count,
            SUM(CAST(s.active_workers_count AS bigint)) AS active_worker_count,
            MAX(i.max_workers_count) AS worker_limit,
            SUM(s.work_queue_count) AS queued_task_count,
            SUM(CAST(s.pending_disk_io_count AS bigint)) AS pending_io_count
        FROM sys.dm_os_schedulers AS s
        CROSS JOIN sys.dm_os_sys_info AS i
        WHERE s.status = N'VISIBLE ONLINE'
        ORDER BY COUNT_BIG(*);
        """#
    /// SQLServer/SQL/collectors/server_properties.sql
    static let sqlServerCollectorsServerProperties = #"""
        SELECT TOP (1) COALESCE(@@SERVERNAME, CAST(SERVERPROPERTY('ServerName') AS nvarchar(128))) AS server_name,
            CAST(SERVERPROPERTY('MachineName') AS nvarchar(128)) AS machine_name,
            CAST(SERVERPROPERTY('ComputerNamePhysicalNetBIOS') AS nvarchar(128)) AS physical_name,
            CAST(SERVERPROPERTY('InstanceName') AS nvarchar(128)) AS instance_name,
            CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)) AS product_version,
            CAST(SERVERPROPERTY('ProductLevel') AS nvarchar(128)) AS product_level,
            CAST(SERVERPROPERTY('ProductUpdateLevel') AS nvarchar(128)) AS update_level,
            CAST(SERVERPROPERTY('Edition') AS nvarchar(128)) AS edition,
            CAST(CAST(SERVERPROPERTY('EngineEdition') AS int) AS nvarchar(11)) AS engine_edition,
            CASE WHEN @@VERSION LIKE N'% on Linux %' THEN N'Linux' ELSE N'Windows' END AS operating_system,
            CAST(SERVERPROPERTY('Collation') AS nvarchar(128)) AS collation,
            CAST(SERVERPROPERTY('IsClustered') AS int) AS is_clustered,
            CAST(SERVERPROPERTY('IsHadrEnabled') AS int) AS is_hadr_enabled,
            CAST(SERVERPROPERTY('IsIntegratedSecurityOnly') AS int) AS is_windows_auth_only,
            CAST(SERVERPROPERTY('IsFullTextInstalled') AS int) AS is_full_text,
            CAST(SERVERPROPERTY('IsSingleUser') AS int) AS is_single_user,
            i.cpu_count,
            i.hyperthread_ratio,
            i.physical_memory_kb * 1024 AS memory_bytes,
            i.max_workers_count AS worker_limit,
            i.affinity_type_desc AS affinity,
            i.virtual_machine_type_desc AS virtual_machine,
            i.softnuma_configuration_desc AS soft_numa
        FROM sys.dm_os_sys_info AS i
        ORDER BY i.cpu_count;
        """#
    /// SQLServer/SQL/collectors/services.sql
    static let sqlServerCollectorsServices = #"""
        SELECT TOP (20) RTRIM(s.servicename) AS service_name,
            RTRIM(s.startup_type_desc) AS startup_type,
            RTRIM(s.status_desc) AS service_state,
            RTRIM(s.service_account) AS service_account,
            CASE s.is_clustered WHEN N'Y' THEN 1 WHEN N'N' THEN 0 END AS is_clustered,
            CASE
                WHEN s.servicename NOT LIKE N'SQL Server (%' THEN NULL
                WHEN f.is_enabled = N'Y' THEN 1
                WHEN f.is_enabled = N'N' THEN 0
            END AS instant_file_init
        FROM sys.dm_server_services AS s
        -- 2016 before SP1 does not have the column: then the name is found here, and a procedure with it can be made there too.
        CROSS JOIN (SELECT CAST(NULL AS nvarchar(1)) AS instant_file_initialization_enabled) AS absent
        OUTER APPLY (
            SELECT TOP (1) instant_file_initialization_enabled AS is_enabled
            FROM sys.dm_server_services
            WHERE servicename = s.servicename
        ) AS f
        ORDER BY service_name;
        """#
    /// SQLServer/SQL/collectors/session_groups.sql
    static let sqlServerCollectorsSessionGroups = #"""
        -- Without the right SQL Server would show one's own session and no error; dm_os_sys_info makes it refuse.
        SELECT TOP (200) g.program_name,
            g.login_name,
            g.host_name,
            g.database_name,
            COUNT_BIG(*) AS session_count,
            SUM(CASE WHEN g.status = N'running' THEN 1 ELSE 0 END) AS running_count,
            SUM(CASE WHEN g.status = N'sleeping' AND g.open_transaction_count > 0 THEN 1 ELSE 0 END) AS idle_transaction_count,
            SUM(CAST(g.cpu_time AS bigint)) AS cpu_ms,
            SUM(g.logical_reads) AS logical_read_count,
            SUM(CAST(g.memory_usage AS bigint)) * 8192 AS memory_bytes,
            CAST(DATEADD(MINUTE, -DATEPART(TZOFFSET, SYSDATETIMEOFFSET()), MAX(g.last_request_start_time)) AS datetime2(3)) AS last_request_at
        FROM (
            SELECT CASE
                    WHEN s.program_name LIKE N'SQLAgent - TSQL JobStep%' THEN N'SQLAgent - TSQL JobStep'
                    ELSE COALESCE(RTRIM(s.program_name), N'')
                END AS program_name,
                RTRIM(s.login_name) AS login_name,
                COALESCE(RTRIM(s.host_name), N'') AS host_name,
                COALESCE(DB_NAME(s.database_id), N'') AS database_name,
                s.status,
                s.open_transaction_count,
                s.cpu_time,
                s.logical_reads,
                s.memory_usage,
                s.last_request_start_time
            FROM sys.dm_exec_sessions AS s
            WHERE s.is_user_process = 1
                AND EXISTS (SELECT 1 FROM sys.dm_os_sys_info)
        ) AS g
        GROUP BY g.program_name, g.login_name, g.host_name, g.database_name
        ORDER BY COUNT_BIG(*) DESC, g.program_name, g.login_name, g.host_name, g.database_name;
        """#
    /// SQLServer/SQL/collectors/sessions.sql
    static let sqlServerCollectorsSessions = #"""
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
        """#
    /// SQLServer/SQL/collectors/severe_errors.sql
    static let sqlServerCollectorsSevereErrors = #"""
        -- From the buffer of exceptions and not from the log, which takes a right that few monitoring logins have and is read as a whole each time.
        -- The buffer keeps the newest few hundred exceptions of any severity: in a storm the count is too low. 3602 and 3617 are signals within
        -- SQL Server, such as a client's cancel, and no errors. Every severity has a row at every time, so that a series does not end.
        -- Five minutes are the cadence. Where a server is read more rarely, or was away, errors of the time between are not counted.
        SELECT TOP (10) k.severity,
            SUM(CASE WHEN e.severity IS NULL THEN 0 ELSE 1 END) AS error_count,
            NULLIF(MAX(CASE WHEN e.place = 1 THEN CAST(e.error_number AS nvarchar(11)) ELSE N'' END), N'') AS newest_error,
            NULLIF(MAX(CASE WHEN e.place = 1 THEN e.raised_at ELSE CAST('19000101' AS datetime2(3)) END), CAST('19000101' AS datetime2(3)))
                AS newest_at
        FROM (
            VALUES (N'17'), (N'18'), (N'19'), (N'20'), (N'21'), (N'22'), (N'23'), (N'24'), (N'25')
        ) AS k (severity)
        LEFT JOIN (
            SELECT x.severity,
                x.error_number,
                CAST(DATEADD(MILLISECOND, -(x.age_ms % 1000), DATEADD(SECOND, -(x.age_ms / 1000), SYSUTCDATETIME())) AS datetime2(3)) AS raised_at,
                ROW_NUMBER() OVER (PARTITION BY x.severity ORDER BY x.age_ms) AS place
            FROM (
                SELECT p.record.value('(/Record/Exception/Severity)[1]', 'nvarchar(11)') AS severity,
                    p.record.value('(/Record/Exception/Error)[1]', 'int') AS error_number,
                    p.age_ms
                FROM (
                    SELECT TRY_CAST(r.record AS xml) AS record,
                        i.ms_ticks - r.[timestamp] AS age_ms
                    FROM sys.dm_os_ring_buffers AS r
                    CROSS JOIN sys.dm_os_sys_info AS i
                    WHERE r.ring_buffer_type = N'RING_BUFFER_EXCEPTION'
                        AND r.[timestamp] > i.ms_ticks - 300000
                        AND (r.record LIKE N'%<Severity>1[789]</Severity>%' OR r.record LIKE N'%<Severity>2[0-5]</Severity>%')
                ) AS p
            ) AS x
            WHERE x.error_number NOT IN (3602, 3617)
        ) AS e
            ON e.severity = k.severity
        GROUP BY k.severity
        ORDER BY k.severity;
        """#
    /// SQLServer/SQL/collectors/startup_parameters.sql
    static let sqlServerCollectorsStartupParameters = #"""
        SELECT TOP (100) RTRIM(r.value_name) AS parameter_name,
            CAST(r.value_data AS nvarchar(4000)) AS parameter_value
        FROM sys.dm_server_registry AS r
        WHERE r.value_name LIKE N'SQLArg%'
        ORDER BY parameter_name;
        """#
    /// SQLServer/SQL/collectors/tempdb.sql
    static let sqlServerCollectorsTempdb = #"""
        SELECT TOP (10) k.space_kind,
            SUM(k.page_count) * 8192 AS space_bytes
        FROM tempdb.sys.dm_db_file_space_usage AS u
        CROSS APPLY (
            VALUES (N'free', u.unallocated_extent_page_count),
                (N'internal objects', u.internal_object_reserved_page_count),
                (N'mixed extents', u.mixed_extent_page_count),
                (N'user objects', u.user_object_reserved_page_count),
                (N'version store', u.version_store_reserved_page_count)
        ) AS k (space_kind, page_count)
        GROUP BY k.space_kind
        ORDER BY k.space_kind;
        """#
    /// SQLServer/SQL/collectors/tempdb_sessions.sql
    static let sqlServerCollectorsTempdbSessions = #"""
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
        """#
    /// SQLServer/SQL/collectors/version_store.sql
    static let sqlServerCollectorsVersionStore = #"""
        SELECT TOP (2000) DB_NAME(v.database_id) AS database_name,
            CAST(v.reserved_space_kb AS bigint) * 1024 AS reserved_bytes
        FROM sys.dm_tran_version_store_space_usage AS v
        WHERE v.database_id <> 32767
        ORDER BY v.database_id;
        """#
    /// SQLServer/SQL/collectors/waits.sql
    static let sqlServerCollectorsWaits = #"""
        -- Types that never waited are left out, but for those whose first waits are trouble: these have a rate from the first one on.
        -- In binary order, as the rows are stored.
        SELECT TOP (600) RTRIM(w.wait_type) AS wait_type,
            w.waiting_tasks_count AS waiting_tasks,
            w.wait_time_ms AS wait_ms,
            w.signal_wait_time_ms AS signal_ms
        FROM sys.dm_os_wait_stats AS w
        WHERE w.waiting_tasks_count > 0
            OR w.wait_type IN (
                N'HADR_SYNC_COMMIT', N'IO_RETRY', N'LCK_M_IS', N'LCK_M_IX', N'LCK_M_S', N'LCK_M_SCH_M', N'LCK_M_SCH_S', N'LCK_M_U',
                N'LCK_M_X', N'LOG_RATE_GOVERNOR', N'RESOURCE_SEMAPHORE', N'RESOURCE_SEMAPHORE_QUERY_COMPILE', N'THREADPOOL')
        ORDER BY RTRIM(w.wait_type) COLLATE Latin1_General_BIN2;
        """#
    /// SQLServer/SQL/collectors/waits_database.sql
    static let sqlServerCollectorsWaitsDatabase = #"""
        -- Types that never waited are left out, but for those whose first waits are trouble: these have a rate from the first one on.
        -- In binary order, as the rows are stored.
        SELECT TOP (600) RTRIM(w.wait_type) AS wait_type,
            w.waiting_tasks_count AS wait_count,
            w.wait_time_ms AS wait_ms,
            w.signal_wait_time_ms AS signal_ms
        FROM sys.dm_db_wait_stats AS w
        WHERE w.waiting_tasks_count > 0
            OR w.wait_type IN (
                N'LCK_M_IS', N'LCK_M_IX', N'LCK_M_S', N'LCK_M_SCH_M', N'LCK_M_SCH_S', N'LCK_M_U', N'LCK_M_X', N'LOG_RATE_GOVERNOR',
                N'RESOURCE_SEMAPHORE', N'RESOURCE_SEMAPHORE_QUERY_COMPILE', N'THREADPOOL')
        ORDER BY RTRIM(w.wait_type) COLLATE Latin1_General_BIN2;
        """#
    /// SQLServer/SQL/databases.sql
    static let sqlServerDatabases = #"""
        SET NOCOUNT OFF;
        SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;
        SET LOCK_TIMEOUT 1000;
        SET DEADLOCK_PRIORITY LOW;

        SELECT database_id,
            name,
            state_desc,
            recovery_model_desc
        FROM sys.databases
        WHERE source_database_id IS NULL
        ORDER BY name;

        SELECT database_id,
            SUM(CAST(size AS bigint)) AS page_count
        FROM sys.master_files
        GROUP BY database_id;
        """#
    /// SQLServer/SQL/deploy/inventory.sql
    static let sqlServerDeployInventory = #"""
        SELECT o.name AS object_name,
            RTRIM(o.type) AS object_type
        FROM sys.objects AS o
        INNER JOIN sys.schemas AS s ON s.schema_id = o.schema_id
        WHERE s.name = N'DbTools'
        ORDER BY o.name;

        SELECT o.name AS module_name,
            m.definition
        FROM sys.objects AS o
        INNER JOIN sys.schemas AS s ON s.schema_id = o.schema_id
        INNER JOIN sys.sql_modules AS m ON m.object_id = o.object_id
        WHERE s.name = N'DbTools'
        ORDER BY o.name;

        SELECT o.name AS table_name,
            c.name AS column_name,
            t.name AS type_name
        FROM sys.objects AS o
        INNER JOIN sys.schemas AS s ON s.schema_id = o.schema_id
        INNER JOIN sys.columns AS c ON c.object_id = o.object_id
        INNER JOIN sys.types AS t ON t.user_type_id = c.user_type_id
        WHERE s.name = N'DbTools' AND o.type = 'U'
        ORDER BY o.name, c.column_id;

        SELECT schema_id
        FROM sys.schemas
        WHERE name = N'DbTools';
        """#
    /// SQLServer/SQL/deploy/objects.sql
    static let sqlServerDeployObjects = #"""
        IF NOT EXISTS (SELECT 1 FROM sys.schemas WHERE name = N'DbTools')
            EXEC (N'CREATE SCHEMA DbTools');
        GO
        IF OBJECT_ID(N'DbTools.SchemaVersion', N'U') IS NULL
            CREATE TABLE DbTools.SchemaVersion (
                Version int NOT NULL,
                AppliedAt datetime2(3) NOT NULL,
                AppliedBy nvarchar(128) NOT NULL,
                CreatedDatabase bit NOT NULL,
                CreatedUser nvarchar(128) NULL
            );
        GO
        IF OBJECT_ID(N'DbTools.Settings', N'U') IS NULL
            CREATE TABLE DbTools.Settings (
                Name nvarchar(128) NOT NULL,
                Value nvarchar(400) NOT NULL,
                Description nvarchar(400) NOT NULL
            );
        GO
        IF NOT EXISTS (SELECT 1 FROM DbTools.Settings WHERE Name = N'CollectSessions')
            INSERT INTO DbTools.Settings (Name, Value, Description)
            VALUES (N'CollectSessions', N'on', N'Set it to off, and sessions of this server are no longer read.');
        GO
        IF NOT EXISTS (SELECT 1 FROM DbTools.Settings WHERE Name = N'CollectFileIO')
            INSERT INTO DbTools.Settings (Name, Value, Description)
            VALUES (N'CollectFileIO', N'on', N'Set it to off, and physical reads and writes of this server are no longer read.');
        GO
        IF NOT EXISTS (SELECT 1 FROM DbTools.Settings WHERE Name = N'CollectWaits')
            INSERT INTO DbTools.Settings (Name, Value, Description)
            VALUES (N'CollectWaits', N'on', N'Set it to off, and wait statistics of this server are no longer read.');
        GO
        DROP PROCEDURE IF EXISTS DbTools.CollectIdentity;
        GO
        CREATE PROCEDURE DbTools.CollectIdentity
        AS
        -- DbTools: who answers, and what the caller may see.
        SET NOCOUNT OFF;
        SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;
        SELECT COALESCE(@@SERVERNAME, CAST(SERVERPROPERTY('ServerName') AS nvarchar(128))) AS server_name,
            CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)) AS product_version,
            CAST(SERVERPROPERTY('Edition') AS nvarchar(128)) AS edition,
            CAST(SERVERPROPERTY('EngineEdition') AS int) AS engine_edition,
            CASE WHEN @@VERSION LIKE N'% on Linux %' THEN 1 ELSE 0 END AS is_linux,
            SUSER_SNAME() AS login_name,
            @@VERSION AS version_text,
            HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER STATE') AS view_server_state,
            HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER PERFORMANCE STATE') AS view_server_performance_state;
        GO
        DROP PROCEDURE IF EXISTS DbTools.CollectSystem;
        GO
        CREATE PROCEDURE DbTools.CollectSystem
        AS
        -- DbTools: logical processors and the start of the server.
        SET NOCOUNT OFF;
        SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;
        SELECT cpu_count,
            sqlserver_start_time AS started_at_local,
            DATEPART(TZOFFSET, SYSDATETIMEOFFSET()) AS utc_offset_minutes,
            ms_ticks - sqlserver_start_time_ms_ticks AS uptime_ms
        FROM sys.dm_os_sys_info;
        GO
        DROP PROCEDURE IF EXISTS DbTools.CollectMemory;
        GO
        CREATE PROCEDURE DbTools.CollectMemory
        AS
        -- DbTools: physical memory of the machine.
        SET NOCOUNT OFF;
        SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;
        SELECT total_physical_memory_kb, available_physical_memory_kb
        FROM sys.dm_os_sys_memory;
        GO
        DROP PROCEDURE IF EXISTS DbTools.CollectProcessMemory;
        GO
        CREATE PROCEDURE DbTools.CollectProcessMemory
        AS
        -- DbTools: memory of the SQL Server process.
        SET NOCOUNT OFF;
        SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;
        SELECT physical_memory_in_use_kb
        FROM sys.dm_os_process_memory;
        GO
        DROP PROCEDURE IF EXISTS DbTools.CollectCPU;
        GO
        CREATE PROCEDURE DbTools.CollectCPU
        AS
        -- DbTools: the newest record of the scheduler monitor: CPU of the last minute.
        SET NOCOUNT OFF;
        SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;
        SELECT r.record,
            DATEADD(MILLISECOND, -((i.ms_ticks - r.[timestamp]) % 1000), DATEADD(SECOND, -((i.ms_ticks - r.[timestamp]) / 1000), SYSUTCDATETIME())) AS recorded_at,
            i.ms_ticks - r.[timestamp] AS age_ms
        FROM (
            SELECT TOP (1) b.record, b.[timestamp]
            FROM sys.dm_os_ring_buffers AS b
            WHERE b.ring_buffer_type = N'RING_BUFFER_SCHEDULER_MONITOR'
                AND b.record LIKE N'%<SystemHealth>%'
            ORDER BY b.[timestamp] DESC
        ) AS r
        CROSS JOIN sys.dm_os_sys_info AS i;
        GO
        DROP PROCEDURE IF EXISTS DbTools.CollectSessions;
        GO
        CREATE PROCEDURE DbTools.CollectSessions
        AS
        -- DbTools: user sessions, and what DbTools itself costs.
        SET NOCOUNT OFF;
        SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;
        SELECT COUNT_BIG(*) AS session_count,
            SUM(CASE WHEN program_name = APP_NAME() THEN CAST(cpu_time AS bigint) ELSE 0 END) AS own_cpu_ms
        FROM sys.dm_exec_sessions
        WHERE is_user_process = 1;
        GO
        DROP PROCEDURE IF EXISTS DbTools.CollectFileIO;
        GO
        CREATE PROCEDURE DbTools.CollectFileIO
        AS
        -- DbTools: physical reads and writes since the start.
        SET NOCOUNT OFF;
        SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;
        SELECT SUM(num_of_reads) AS read_count,
            SUM(num_of_writes) AS write_count,
            SUM(num_of_bytes_read) AS read_bytes,
            SUM(num_of_bytes_written) AS written_bytes,
            SUM(CAST(database_id AS bigint) * 32768 + file_id) AS membership
        FROM sys.dm_io_virtual_file_stats(NULL, NULL);
        GO
        DROP PROCEDURE IF EXISTS DbTools.CollectCounters;
        GO
        CREATE PROCEDURE DbTools.CollectCounters
        AS
        -- DbTools: raw performance counters.
        SET NOCOUNT OFF;
        SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;
        SELECT RTRIM(object_name) AS object_name,
            RTRIM(counter_name) AS counter_name,
            RTRIM(instance_name) AS instance_name,
            cntr_value,
            cntr_type
        FROM sys.dm_os_performance_counters
        WHERE counter_name IN (N'Batch Requests/sec', N'Page life expectancy', N'Page lookups/sec', N'Page reads/sec');
        GO
        DROP PROCEDURE IF EXISTS DbTools.CollectWaits;
        GO
        CREATE PROCEDURE DbTools.CollectWaits
        AS
        -- DbTools: time that tasks waited since the start, without the waits of idleness.
        SET NOCOUNT OFF;
        SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;
        SELECT SUM(wait_time_ms) AS wait_time_ms
        FROM sys.dm_os_wait_stats
        WHERE wait_type NOT IN (
                N'BROKER_EVENTHANDLER', N'BROKER_RECEIVE_WAITFOR', N'BROKER_TASK_STOP', N'BROKER_TO_FLUSH', N'BROKER_TRANSMITTER',
                N'CHECKPOINT_QUEUE', N'CHKPT', N'CLR_AUTO_EVENT', N'CLR_MANUAL_EVENT', N'CLR_SEMAPHORE', N'DBMIRRORING_CMD', N'DBMIRROR_DBM_EVENT',
                N'DBMIRROR_EVENTS_QUEUE', N'DBMIRROR_WORKER_QUEUE', N'DIRTY_PAGE_POLL', N'DISPATCHER_QUEUE_SEMAPHORE', N'FSAGENT',
                N'FT_IFTSHC_MUTEX', N'FT_IFTS_SCHEDULER_IDLE_WAIT', N'HADR_CLUSAPI_CALL', N'HADR_FABRIC_CALLBACK',
                N'HADR_FILESTREAM_IOMGR_IOCOMPLETION', N'HADR_LOGCAPTURE_WAIT', N'HADR_NOTIFICATION_DEQUEUE', N'HADR_TIMER_TASK',
                N'HADR_WORK_QUEUE', N'KSOURCE_WAKEUP', N'LAZYWRITER_SLEEP', N'LOGMGR_QUEUE', N'MEMORY_ALLOCATION_EXT', N'ONDEMAND_TASK_QUEUE',
                N'PARALLEL_REDO_DRAIN_WORKER', N'PARALLEL_REDO_LOG_CACHE', N'PARALLEL_REDO_TRAN_LIST', N'PARALLEL_REDO_WORKER_SYNC',
                N'PARALLEL_REDO_WORKER_WAIT_WORK', N'PREEMPTIVE_HADR_LEASE_MECHANISM', N'PREEMPTIVE_SP_SERVER_DIAGNOSTICS',
                N'PREEMPTIVE_XE_CALLBACKEXECUTE', N'PREEMPTIVE_XE_DISPATCHER', N'PREEMPTIVE_XE_GETTARGETSTATE', N'PREEMPTIVE_XE_SESSIONCOMMIT',
                N'PREEMPTIVE_XE_TARGETFINALIZE', N'PREEMPTIVE_XE_TARGETINIT', N'PWAIT_ALL_COMPONENTS_INITIALIZED',
                N'PWAIT_DIRECTLOGCONSUMER_GETNEXT', N'QDS_ASYNC_QUEUE', N'QDS_CLEANUP_STALE_QUERIES_TASK_MAIN_LOOP_SLEEP',
                N'QDS_PERSIST_TASK_MAIN_LOOP_SLEEP', N'REDO_THREAD_PENDING_WORK', N'REQUEST_FOR_DEADLOCK_SEARCH', N'RESOURCE_QUEUE',
                N'SERVER_IDLE_CHECK', N'SLEEP_DBSTARTUP', N'SLEEP_DCOMSTARTUP', N'SLEEP_MASTERDBREADY', N'SLEEP_MASTERMDREADY',
                N'SLEEP_MASTERUPGRADED', N'SLEEP_MSDBSTARTUP', N'SLEEP_SYSTEMTASK', N'SLEEP_TASK', N'SLEEP_TEMPDBSTARTUP', N'SNI_HTTP_ACCEPT',
                N'SOS_WORK_DISPATCHER', N'SP_SERVER_DIAGNOSTICS_SLEEP', N'SQLTRACE_BUFFER_FLUSH', N'SQLTRACE_INCREMENTAL_FLUSH_SLEEP',
                N'SQLTRACE_WAIT_ENTRIES', N'WAITFOR', N'WAITFOR_TASKSHUTDOWN', N'WAIT_FOR_RESULTS', N'WAIT_XTP_CKPT_CLOSE', N'WAIT_XTP_HOST_WAIT',
                N'WAIT_XTP_OFFLINE_CKPT_NEW_LOG', N'XE_BUFFERMGR_ALLPROCESSED_EVENT', N'XE_DISPATCHER_JOIN', N'XE_DISPATCHER_WAIT',
                N'XE_LIVE_TARGET_TVF', N'XE_TIMER_EVENT');
        GO
        DROP PROCEDURE IF EXISTS DbTools.CollectCore;
        GO
        CREATE PROCEDURE DbTools.CollectCore
        AS
        -- DbTools: all core readings in one round trip. What is off in DbTools.Settings is left out.
        SET NOCOUNT OFF;
        SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;
        SET LOCK_TIMEOUT 1000;
        SET DEADLOCK_PRIORITY LOW;
        EXEC DbTools.CollectIdentity;
        EXEC DbTools.CollectSystem;
        EXEC DbTools.CollectMemory;
        EXEC DbTools.CollectProcessMemory;
        EXEC DbTools.CollectCPU;
        IF NOT EXISTS (SELECT 1 FROM DbTools.Settings WHERE Name = N'CollectSessions' AND Value = N'off')
            EXEC DbTools.CollectSessions;
        IF NOT EXISTS (SELECT 1 FROM DbTools.Settings WHERE Name = N'CollectFileIO' AND Value = N'off')
            EXEC DbTools.CollectFileIO;
        EXEC DbTools.CollectCounters;
        IF NOT EXISTS (SELECT 1 FROM DbTools.Settings WHERE Name = N'CollectWaits' AND Value = N'off')
            EXEC DbTools.CollectWaits;
        GO
        IF EXISTS (SELECT 1 FROM DbTools.SchemaVersion)
            UPDATE DbTools.SchemaVersion
            SET Version = 4, AppliedAt = SYSUTCDATETIME(), AppliedBy = SUSER_SNAME();
        ELSE
            INSERT INTO DbTools.SchemaVersion (Version, AppliedAt, AppliedBy, CreatedDatabase)
            VALUES (4, SYSUTCDATETIME(), SUSER_SNAME(), 0);
        GO
        """#
    /// SQLServer/SQL/deploy/preflight-database.sql
    static let sqlServerDeployPreflightDatabase = #"""
        SELECT DB_NAME() AS database_name,
            SUSER_SNAME() AS login_name;

        SELECT schema_id
        FROM sys.schemas
        WHERE name = N'DbTools';

        SELECT HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'CREATE SCHEMA') AS create_schema,
            HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'CREATE TABLE') AS create_table,
            HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'CREATE PROCEDURE') AS create_procedure,
            HAS_PERMS_BY_NAME(N'DbTools', 'SCHEMA', 'ALTER') AS alter_schema;
        """#
    /// SQLServer/SQL/deploy/preflight-server.sql
    static let sqlServerDeployPreflightServer = #"""
        SELECT SUSER_SNAME() AS login_name;

        SELECT @@VERSION AS version_text;

        SELECT CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)) AS product_version,
            CAST(SERVERPROPERTY('EngineEdition') AS int) AS engine_edition;

        SELECT DB_ID(N'$(Database)') AS database_id;

        SELECT HAS_DBACCESS(N'$(Database)') AS has_access;

        SELECT HAS_PERMS_BY_NAME(NULL, NULL, 'CREATE ANY DATABASE') AS create_any_database;
        """#
    /// SQLServer/SQL/deploy/remove.sql
    static let sqlServerDeployRemove = #"""
        DROP PROCEDURE IF EXISTS DbTools.CollectCore;
        GO
        DROP PROCEDURE IF EXISTS DbTools.CollectIdentity;
        GO
        DROP PROCEDURE IF EXISTS DbTools.CollectSystem;
        GO
        DROP PROCEDURE IF EXISTS DbTools.CollectMemory;
        GO
        DROP PROCEDURE IF EXISTS DbTools.CollectProcessMemory;
        GO
        DROP PROCEDURE IF EXISTS DbTools.CollectCPU;
        GO
        DROP PROCEDURE IF EXISTS DbTools.CollectSessions;
        GO
        DROP PROCEDURE IF EXISTS DbTools.CollectFileIO;
        GO
        DROP PROCEDURE IF EXISTS DbTools.CollectCounters;
        GO
        DROP PROCEDURE IF EXISTS DbTools.CollectWaits;
        GO
        DROP TABLE IF EXISTS DbTools.Settings;
        GO
        DROP TABLE IF EXISTS DbTools.SchemaVersion;
        GO
        DROP SCHEMA IF EXISTS DbTools;
        GO
        """#
    /// SQLServer/SQL/deploy/version.sql
    static let sqlServerDeployVersion = #"""
        SELECT Version AS schema_version,
            AppliedAt AS applied_at,
            CreatedDatabase AS created_database,
            CreatedUser AS created_user
        FROM DbTools.SchemaVersion;
        """#
    /// SQLServer/SQL/probe-state.sql
    static let sqlServerProbeState = #"""
        SELECT sqlserver_start_time AS started_at_local,
            DATEPART(TZOFFSET, SYSDATETIMEOFFSET()) AS utc_offset_minutes,
            ms_ticks - sqlserver_start_time_ms_ticks AS uptime_ms
        FROM sys.dm_os_sys_info;

        SELECT encrypt_option
        FROM sys.dm_exec_connections
        WHERE session_id = @@SPID;
        """#
    /// SQLServer/SQL/probe.sql
    static let sqlServerProbe = #"""
        SET NOCOUNT OFF;
        SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;
        SET LOCK_TIMEOUT 1000;
        SET DEADLOCK_PRIORITY LOW;

        SELECT @@SERVERNAME AS server_name;

        SELECT @@VERSION AS version_text;

        SELECT CAST(SERVERPROPERTY('ServerName') AS nvarchar(128)) AS property_name,
            CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)) AS product_version,
            CAST(SERVERPROPERTY('Edition') AS nvarchar(128)) AS edition,
            CAST(SERVERPROPERTY('EngineEdition') AS int) AS engine_edition;

        SELECT SUSER_SNAME() AS login_name,
            DB_NAME() AS database_name;

        SELECT HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER STATE') AS view_server_state,
            HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER PERFORMANCE STATE') AS view_server_performance_state,
            HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW ANY DEFINITION') AS view_any_definition;

        SELECT HAS_PERMS_BY_NAME(N'msdb.dbo.backupset', 'OBJECT', 'SELECT') AS select_backupset;

        SELECT DB_ID(N'DbTools') AS deploy_database_id,
            HAS_PERMS_BY_NAME(NULL, NULL, 'CREATE ANY DATABASE') AS create_any_database,
            HAS_PERMS_BY_NAME(N'DbTools', 'DATABASE', 'CREATE SCHEMA') AS deploy_create_schema,
            HAS_PERMS_BY_NAME(N'DbTools', 'DATABASE', 'CREATE TABLE') AS deploy_create_table,
            HAS_PERMS_BY_NAME(N'DbTools', 'DATABASE', 'CREATE PROCEDURE') AS deploy_create_procedure;
        """#
    /// SQLServer/SQL/query-details.sql
    static let sqlServerQueryDetails = #"""
        -- For sp_executesql, with @wanted xml: <q k="statement" r="the reference" h="0x..." s="start" e="end"/>; offsets are in bytes of UTF-16, and an end of -1 is the
        -- batch's. An XML, since STRING_SPLIT and OPENJSON ask for a compatibility level that the login's database may not have.
        SELECT w.kind,
            w.reference,
            CASE w.kind
                WHEN N'statement' THEN LEFT(SUBSTRING(t.text, w.start_offset / 2 + 1,
                    CASE WHEN w.end_offset > w.start_offset THEN (w.end_offset - w.start_offset) / 2 + 1 ELSE 4000 END), 4000)
                ELSE p.query_plan
            END AS body
        FROM (
            SELECT n.q.value('@k', 'nvarchar(20)') AS kind,
                n.q.value('@r', 'nvarchar(200)') AS reference,
                CONVERT(varbinary(64), n.q.value('@h', 'varchar(130)'), 1) AS handle,
                n.q.value('@s', 'int') AS start_offset,
                n.q.value('@e', 'int') AS end_offset
            FROM @wanted.nodes('/q') AS n (q)
        ) AS w
        OUTER APPLY sys.dm_exec_sql_text(CASE WHEN w.kind = N'statement' THEN w.handle END) AS t
        OUTER APPLY sys.dm_exec_text_query_plan(CASE WHEN w.kind = N'plan' THEN w.handle END, w.start_offset, w.end_offset) AS p
        WHERE t.text IS NOT NULL
            OR LEN(p.query_plan) BETWEEN 1 AND 500000;
        """#
}
