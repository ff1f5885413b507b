// Written by scripts/generate-collectors from the .sql files beside it: change those.

/// What runs on monitored servers. Each text is fixed, so that a target's plan cache holds one entry for it.
enum CollectorSQL {
    /// MySQL/SQL/collect.sql
    static let mySQLCollect = #"""
        SHOW GLOBAL STATUS
        WHERE Variable_name IN ('Threads_connected', 'Questions', 'Uptime', 'Innodb_data_reads', 'Innodb_data_writes', 'Innodb_data_read', 'Innodb_data_written',
            'Innodb_buffer_pool_read_requests', 'Innodb_buffer_pool_reads')
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
            DATABASE() AS database_name
        """#
    /// PostgreSQL/SQL/collect.sql
    static let postgreSQLCollect = #"""
        SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')::bigint AS connection_count,
            sum(xact_commit + xact_rollback)::bigint AS transaction_count,
            sum(blks_read)::bigint AS blocks_read,
            sum(blks_hit)::bigint AS blocks_hit,
            max(stats_reset) AS stats_reset_at,
            pg_postmaster_start_time() AS started_at
        FROM pg_stat_database
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
    /// PostgreSQL/SQL/probe.sql
    static let postgreSQLProbe = #"""
        SELECT current_setting('server_version')::text AS version,
            current_setting('server_version_num')::int AS version_number,
            current_user::text AS role_name,
            COALESCE(host(inet_server_addr()), '')::text AS server_name,
            COALESCE(inet_server_port(), 0)::int AS server_port,
            COALESCE(current_setting('cluster_name', true), '')::text AS cluster_name,
            pg_postmaster_start_time() AS started_at,
            (pg_has_role(current_user, 'pg_monitor', 'MEMBER') OR pg_has_role(current_user, 'pg_read_all_stats', 'MEMBER')) AS is_monitor,
            COALESCE((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false) AS is_encrypted
        """#
    /// SQLServer/SQL/collect.sql
    static let sqlServerCollect = #"""
        SET NOCOUNT ON;
        SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;
        SET LOCK_TIMEOUT 1000;
        SET DEADLOCK_PRIORITY LOW;

        SELECT COALESCE(@@SERVERNAME, CAST(SERVERPROPERTY('ServerName') AS nvarchar(128))) AS server_name,
            CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)) AS product_version,
            CAST(SERVERPROPERTY('Edition') AS nvarchar(128)) AS edition,
            CAST(SERVERPROPERTY('EngineEdition') AS int) AS engine_edition,
            CASE WHEN @@VERSION LIKE N'% on Linux %' THEN 1 ELSE 0 END AS is_linux,
            SUSER_SNAME() AS login_name,
            HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER STATE') AS view_server_state,
            HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER PERFORMANCE STATE') AS view_server_performance_state;

        SELECT cpu_count,
            sqlserver_start_time AS started_at_local,
            DATEDIFF(MINUTE, GETUTCDATE(), GETDATE()) AS utc_offset_minutes,
            ms_ticks - sqlserver_start_time_ms_ticks AS uptime_ms
        FROM sys.dm_os_sys_info;

        SELECT total_physical_memory_kb, available_physical_memory_kb
        FROM sys.dm_os_sys_memory;

        SELECT physical_memory_in_use_kb
        FROM sys.dm_os_process_memory;

        SELECT TOP (1) r.record,
            DATEADD(MILLISECOND, -((i.ms_ticks - r.[timestamp]) % 1000), DATEADD(SECOND, -((i.ms_ticks - r.[timestamp]) / 1000), SYSUTCDATETIME())) AS recorded_at,
            i.ms_ticks - r.[timestamp] AS age_ms
        FROM sys.dm_os_ring_buffers AS r
        CROSS JOIN sys.dm_os_sys_info AS i
        WHERE r.ring_buffer_type = N'RING_BUFFER_SCHEDULER_MONITOR'
            AND r.record LIKE N'%<SystemHealth>%'
        ORDER BY r.[timestamp] DESC;

        SELECT COUNT_BIG(*) AS session_count,
            SUM(CASE WHEN program_name = APP_NAME() THEN CAST(cpu_time AS bigint) ELSE 0 END) AS own_cpu_ms
        FROM sys.dm_exec_sessions
        WHERE is_user_process = 1;

        SELECT SUM(num_of_reads) AS read_count,
            SUM(num_of_writes) AS write_count,
            SUM(num_of_bytes_read) AS read_bytes,
            SUM(num_of_bytes_written) AS written_bytes
        FROM sys.dm_io_virtual_file_stats(NULL, NULL);

        SELECT RTRIM(object_name) AS object_name,
            RTRIM(counter_name) AS counter_name,
            RTRIM(instance_name) AS instance_name,
            cntr_value,
            cntr_type
        FROM sys.dm_os_performance_counters
        WHERE counter_name IN (N'Batch Requests/sec', N'Page life expectancy', N'Page lookups/sec', N'Page reads/sec');

        SELECT RTRIM(wait_type) AS wait_type,
            waiting_tasks_count,
            wait_time_ms,
            signal_wait_time_ms
        FROM sys.dm_os_wait_stats
        WHERE waiting_tasks_count > 0;
        """#
    /// SQLServer/SQL/databases.sql
    static let sqlServerDatabases = #"""
        SET NOCOUNT ON;
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
    /// SQLServer/SQL/probe-state.sql
    static let sqlServerProbeState = #"""
        SELECT sqlserver_start_time AS started_at_local,
            DATEDIFF(MINUTE, GETUTCDATE(), GETDATE()) AS utc_offset_minutes
        FROM sys.dm_os_sys_info;

        SELECT encrypt_option
        FROM sys.dm_exec_connections
        WHERE session_id = @@SPID;
        """#
    /// SQLServer/SQL/probe.sql
    static let sqlServerProbe = #"""
        SET NOCOUNT ON;
        SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;
        SET LOCK_TIMEOUT 1000;
        SET DEADLOCK_PRIORITY LOW;

        SELECT COALESCE(@@SERVERNAME, CAST(SERVERPROPERTY('ServerName') AS nvarchar(128))) AS server_name,
            CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)) AS product_version,
            CAST(SERVERPROPERTY('Edition') AS nvarchar(128)) AS edition,
            CAST(SERVERPROPERTY('EngineEdition') AS int) AS engine_edition,
            CASE WHEN @@VERSION LIKE N'% on Linux %' THEN 1 ELSE 0 END AS is_linux,
            SUSER_SNAME() AS login_name,
            DB_NAME() AS database_name,
            HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER STATE') AS view_server_state,
            HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER PERFORMANCE STATE') AS view_server_performance_state,
            HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW ANY DEFINITION') AS view_any_definition,
            HAS_PERMS_BY_NAME(N'msdb.dbo.backupset', 'OBJECT', 'SELECT') AS select_backupset;
        """#
}
