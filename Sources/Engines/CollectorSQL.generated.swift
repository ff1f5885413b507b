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
            DATABASE() AS database_name
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
    /// PostgreSQL/SQL/deploy/collect.sql
    static let postgreSQLDeployCollect = #"""
        SELECT connection_count, transaction_count, blocks_read, blocks_hit, stats_reset_at, started_at
        FROM dbtools.collect_core()
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
            OUT transaction_count bigint, OUT blocks_read bigint, OUT blocks_hit bigint, OUT stats_reset_at timestamptz
        ) RETURNS record
        LANGUAGE sql STABLE SECURITY INVOKER
        AS $$
            SELECT sum(xact_commit + xact_rollback)::bigint,
                sum(blks_read)::bigint,
                sum(blks_hit)::bigint,
                max(stats_reset)
            FROM pg_catalog.pg_stat_database
        $$;

        CREATE FUNCTION dbtools.collect_core(
            OUT connection_count bigint, OUT transaction_count bigint, OUT blocks_read bigint, OUT blocks_hit bigint,
            OUT stats_reset_at timestamptz, OUT started_at timestamptz
        ) RETURNS record
        LANGUAGE sql STABLE SECURITY INVOKER
        AS $$
            SELECT CASE WHEN NOT EXISTS (SELECT FROM dbtools.settings WHERE name = 'collect_connections' AND value = 'off')
                    THEN dbtools.collect_connections() END,
                t.transaction_count,
                t.blocks_read,
                t.blocks_hit,
                t.stats_reset_at,
                pg_catalog.pg_postmaster_start_time()
            FROM (SELECT) AS one
            LEFT JOIN dbtools.collect_totals() AS t
                ON NOT EXISTS (SELECT FROM dbtools.settings WHERE name = 'collect_totals' AND value = 'off')
        $$;

        DELETE FROM dbtools.schema_version;

        INSERT INTO dbtools.schema_version (version, applied_at, applied_by)
        VALUES (2, now(), current_user);
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
            (pg_has_role(current_user, 'pg_monitor', 'MEMBER') OR pg_has_role(current_user, 'pg_read_all_stats', 'MEMBER')) AS is_monitor,
            COALESCE((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false) AS is_encrypted,
            NOT pg_is_in_recovery() AND COALESCE(
                (SELECT pg_has_role(current_user, nspowner, 'USAGE') FROM pg_namespace WHERE nspname = 'dbtools'),
                has_database_privilege(current_database(), 'CREATE')) AS may_deploy
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
    /// SQLServer/SQL/collectors/agent_jobs.sql
    static let sqlServerCollectorsAgentJobs = #"""
        -- sysjobservers holds the last outcome of each job; dates are numbers such as 20261128, times and durations 93005 for 09:30:05.
        -- Only the Agent's newest session says what runs: older ones keep what ran when the Agent died.
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
            CASE WHEN a.start_execution_date IS NOT NULL AND a.stop_execution_date IS NULL THEN 1 ELSE 0 END AS is_running,
            CASE
                WHEN r.last_run_date > 0
                    THEN r.last_run_duration / 10000 * 3600 + r.last_run_duration / 100 % 100 * 60 + r.last_run_duration % 100
            END AS last_run_seconds,
            CASE
                WHEN a.start_execution_date <= GETDATE() AND a.stop_execution_date IS NULL
                    THEN DATEDIFF_BIG(SECOND, a.start_execution_date, GETDATE())
            END AS running_seconds,
            CASE WHEN r.last_run_date = 0 THEN NULL WHEN r.last_run_outcome = 0 THEN 1 WHEN r.last_run_outcome IN (1, 2, 3) THEN 0 END
                AS failed_count
        FROM msdb.dbo.sysjobs AS j
        LEFT JOIN msdb.dbo.syscategories AS c ON c.category_id = j.category_id
        LEFT JOIN msdb.dbo.sysjobservers AS r
            ON r.job_id = j.job_id
            AND r.server_id = 0
        LEFT JOIN msdb.dbo.sysjobactivity AS a
            ON a.job_id = j.job_id
            AND a.session_id = (SELECT MAX(s.session_id) FROM msdb.dbo.syssessions AS s)
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
        -- Copies (is_copy_only) and snapshots of the storage do not count, nor what another server wrote before its msdb came here, nor backups
        -- of an earlier database of the name. 1900-01-01 stands for none: NULL in an aggregate would make SQL Server add a warning to every answer.
        -- Times are local in msdb: after a change of the clocks those from before it are an hour off.
        WITH last_backups AS (
            SELECT d.database_id,
                MAX(CASE WHEN b.type = 'D' THEN b.backup_finish_date ELSE '19000101' END) AS full_at,
                MAX(CASE WHEN b.type = 'I' THEN b.backup_finish_date ELSE '19000101' END) AS diff_at,
                MAX(CASE WHEN b.type = 'L' THEN b.backup_finish_date ELSE '19000101' END) AS log_at
            FROM msdb.dbo.backupset AS b
            INNER JOIN sys.databases AS d
                ON d.name = b.database_name COLLATE DATABASE_DEFAULT
                AND b.backup_finish_date >= d.create_date
            WHERE b.backup_finish_date >= DATEADD(DAY, -60, GETDATE())
                AND b.backup_finish_date <= GETDATE()
                AND b.type IN ('D', 'I', 'L')
                AND b.is_copy_only = 0
                AND b.is_snapshot = 0
                AND b.server_name COLLATE DATABASE_DEFAULT IN (@@SERVERNAME, CAST(SERVERPROPERTY('ServerName') AS nvarchar(128)))
            GROUP BY d.database_id
        ),
        ages AS (
            SELECT d.database_id,
                d.name,
                d.recovery_model,
                d.recovery_model_desc,
                d.is_read_only,
                d.is_in_standby,
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
            CAST(DATEADD(MINUTE, -DATEPART(TZOFFSET, SYSDATETIMEOFFSET()), a.full_at) AS datetime2(3)) AS last_full_at,
            CAST(DATEADD(MINUTE, -DATEPART(TZOFFSET, SYSDATETIMEOFFSET()), a.diff_at) AS datetime2(3)) AS last_diff_at,
            CAST(DATEADD(MINUTE, -DATEPART(TZOFFSET, SYSDATETIMEOFFSET()), a.log_at) AS datetime2(3)) AS last_log_at,
            DATEDIFF_BIG(SECOND, a.full_at, GETDATE()) AS full_age_seconds,
            DATEDIFF_BIG(SECOND, a.diff_or_full_at, GETDATE()) AS diff_age_seconds,
            CASE WHEN a.needs_log_backup = 1 THEN DATEDIFF_BIG(SECOND, a.log_at, GETDATE()) END AS log_age_seconds,
            a.needs_log_backup,
            CASE WHEN a.group_database_id IS NULL THEN 0 ELSE 1 END AS is_in_group
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
        -- error; dm_os_sys_info, asked about in its place, makes it refuse.
        WITH waits AS (
            SELECT r.session_id,
                r.blocking_session_id
            FROM sys.dm_exec_requests AS r
            WHERE (r.blocking_session_id > 0 OR r.blocking_session_id IN (-2, -3))
                AND r.blocking_session_id <> r.session_id
        ),
        tree AS (
            SELECT DISTINCT w.blocking_session_id AS session_id,
                CAST(NULL AS smallint) AS blocking_session_id,
                w.blocking_session_id AS lead_session_id,
                0 AS depth
            FROM waits AS w
            WHERE NOT EXISTS (SELECT 1 FROM waits AS u WHERE u.session_id = w.blocking_session_id)
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
            INNER JOIN waits AS w ON w.blocking_session_id = t.session_id
            WHERE t.depth < 20
        ),
        numbered AS (
            SELECT t.session_id,
                t.blocking_session_id,
                t.lead_session_id,
                t.depth,
                ROW_NUMBER() OVER (PARTITION BY t.session_id ORDER BY t.depth, t.blocking_session_id) AS place
            FROM tree AS t
        )
        SELECT TOP (200) CAST(n.session_id AS nvarchar(11)) AS session_id,
            CAST(n.blocking_session_id AS nvarchar(11)) AS blocking_session_id,
            CAST(n.lead_session_id AS nvarchar(11)) AS lead_session_id,
            n.depth,
            COALESCE(b.blocked_count, 0) AS blocked_count,
            COUNT(n.session_id) OVER (PARTITION BY n.lead_session_id) - 1 AS tree_blocked_count,
            CASE WHEN s.session_id IS NULL THEN NULL WHEN r.session_id IS NULL THEN 1 ELSE 0 END AS is_idle,
            RTRIM(COALESCE(r.status, s.status)) AS session_status,
            RTRIM(r.wait_type) AS wait_type,
            NULLIF(RTRIM(r.wait_resource), N'') AS wait_resource,
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
            LEFT(COALESCE(
                SUBSTRING(t.text, COALESCE(r.statement_start_offset, 0) / 2 + 1,
                    CASE
                        WHEN r.statement_end_offset > r.statement_start_offset
                            THEN (r.statement_end_offset - r.statement_start_offset) / 2 + 1
                        ELSE 4000
                    END),
                i.event_info), 4000) AS statement_text
        FROM numbered AS n
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
            FROM waits AS w
            WHERE w.blocking_session_id = n.session_id
        ) AS b
        OUTER APPLY (
            SELECT MIN(a.transaction_begin_time) AS began_at
            FROM sys.dm_tran_session_transactions AS st
            INNER JOIN sys.dm_tran_active_transactions AS a ON a.transaction_id = st.transaction_id
            WHERE st.session_id = n.session_id
        ) AS x
        OUTER APPLY sys.dm_exec_sql_text(r.sql_handle) AS t
        OUTER APPLY sys.dm_exec_input_buffer(n.session_id, NULL) AS i
        WHERE n.place = 1
        ORDER BY n.lead_session_id, n.depth, n.session_id;
        """#
    /// SQLServer/SQL/collectors/checkdb.sql
    static let sqlServerCollectorsCheckdb = #"""
        -- 1900-01-01 is how SQL Server says never. Its time is local: after a change of the clocks an earlier one is an hour off.
        SELECT TOP (2000) c.name AS database_name,
            CAST(DATEADD(MINUTE, -DATEPART(TZOFFSET, SYSDATETIMEOFFSET()), NULLIF(c.checked_at, '19000101')) AS datetime2(3)) AS last_good_at,
            CASE WHEN c.checked_at = '19000101' THEN 1 WHEN c.checked_at > '19000101' THEN 0 END AS is_never_checked,
            DATEDIFF_BIG(SECOND, NULLIF(c.checked_at, '19000101'), GETDATE()) AS check_age_seconds
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
                ELSE CAST(f.growth / 128 AS nvarchar(11)) + N' MB'
            END AS growth_text,
            CASE WHEN f.max_size > 0 THEN CAST(f.max_size AS float) * 8192 END AS max_size_bytes,
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
        -- Six minutes back: a minute more than the cadence, so that no deadlock falls between two runs. The event is cut out of the buffer
        -- once, and its parts are taken from the piece.
        SELECT TOP (20) CONVERT(nvarchar(23), d.occurred_at, 126) AS deadlock_id,
            COALESCE(d.victim_id, N'') AS victim_id,
            d.occurred_at,
            c.process_count,
            v.database_name,
            v.login_name,
            v.host_name,
            v.program_name,
            v.wait_resource,
            LEFT(CAST(d.graph AS nvarchar(max)), 65536) AS deadlock_xml
        FROM (
            SELECT p.occurred_at,
                p.event.value('(/event/data/value/deadlock/victim-list/victimProcess/@id)[1]', 'nvarchar(64)') AS victim_id,
                p.event.query('/event/data/value/deadlock') AS graph
            FROM (
                SELECT e.node.value('(@timestamp)[1]', 'datetime2(3)') AS occurred_at,
                    e.node.query('.') AS event
                FROM (
                    SELECT CASE
                            WHEN t.target_data LIKE N'%xml_deadlock_report%' THEN TRY_CAST(t.target_data AS xml)
                        END AS buffer
                    FROM sys.dm_xe_sessions AS s
                    INNER JOIN sys.dm_xe_session_targets AS t ON t.event_session_address = s.address
                    WHERE s.name = N'system_health'
                        AND t.target_name = N'ring_buffer'
                ) AS b
                CROSS APPLY b.buffer.nodes('/RingBufferTarget/event[@name="xml_deadlock_report"]') AS e (node)
                WHERE e.node.value('(@timestamp)[1]', 'datetime2(3)') >= DATEADD(MINUTE, -6, SYSUTCDATETIME())
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
        -- Use of the indexes that there are is not collected: their names can be had only inside of each database, one by one.
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
        -- Only the types that count up (272696576 and its 32-bit sister); databases come last, so that the limit cuts off none of the server's own.
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
            WHERE p.cntr_type IN (272696576, 272696320)
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
                N'Latches:Latch Waits/sec', N'Latches:Total Latch Wait Time (ms)',
                N'Locks:Lock Requests/sec', N'Locks:Lock Timeouts (timeout > 0)/sec', N'Locks:Lock Timeouts/sec', N'Locks:Lock Wait Time (ms)',
                N'Locks:Lock Waits/sec', N'Locks:Number of Deadlocks/sec',
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
        -- are read in one pass. -1 stands for no row of a kind: NULL in an aggregate would make SQL Server add a warning to every answer.
        SELECT TOP (500) g.object_name,
            g.counter_name,
            g.instance_name,
            CAST(NULLIF(MAX(CASE WHEN g.cntr_type IN (65792, 65536) THEN g.cntr_value ELSE -1 END), -1) AS float) AS counter_value,
            100.0e0 * NULLIF(MAX(CASE WHEN g.cntr_type = 537003264 THEN g.cntr_value ELSE -1 END), -1)
                / NULLIF(NULLIF(MAX(CASE WHEN g.cntr_type = 1073939712 THEN g.cntr_value ELSE -1 END), -1), 0) AS counter_percent
        FROM (
            SELECT c.object_name,
                CASE c.counter_name
                    WHEN N'Buffer cache hit ratio base' THEN N'Buffer cache hit ratio'
                    WHEN N'Cache Hit Ratio Base' THEN N'Cache Hit Ratio'
                    WHEN N'Log Cache Hit Ratio Base' THEN N'Log Cache Hit Ratio'
                    WHEN N'Worktables From Cache Base' THEN N'Worktables From Cache Ratio'
                    WHEN N'CPU usage % base' THEN N'CPU usage %'
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
    /// SQLServer/SQL/collectors/running_queries.sql
    static let sqlServerCollectorsRunningQueries = #"""
        -- What listens for work all day is left out: it would fill each run. The texts are looked up for the rows that are shown, no more. Without
        -- the right SQL Server would show one's own request and no error; dm_os_sys_info, asked about in its place, makes it refuse.
        SELECT TOP (100) CAST(q.session_id AS nvarchar(11)) AS session_id,
            CAST(q.request_id AS nvarchar(11)) AS request_id,
            DB_NAME(q.database_id) AS database_name,
            q.login_name,
            q.host_name,
            q.program_name,
            q.status AS request_status,
            q.command,
            CAST(NULLIF(q.blocking_session_id, 0) AS nvarchar(11)) AS blocking_session_id,
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
            LEFT(SUBSTRING(t.text, COALESCE(q.statement_start_offset, 0) / 2 + 1,
                CASE
                    WHEN q.statement_end_offset > q.statement_start_offset
                        THEN (q.statement_end_offset - q.statement_start_offset) / 2 + 1
                    ELSE 4000
                END), 4000) AS statement_text
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
                    WHEN r.start_time > GETDATE() THEN 0
                    ELSE DATEDIFF_BIG(MILLISECOND, r.start_time, GETDATE())
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
                r.statement_start_offset,
                r.statement_end_offset
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
        OUTER APPLY sys.dm_exec_sql_text(q.sql_handle) AS t
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
                WHEN s.instant_file_initialization_enabled = N'Y' THEN 1
                WHEN s.instant_file_initialization_enabled = N'N' THEN 0
            END AS instant_file_init
        FROM sys.dm_server_services AS s
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
        SET NOCOUNT ON;
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
        SET NOCOUNT ON;
        SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;
        SELECT cpu_count,
            sqlserver_start_time AS started_at_local,
            DATEDIFF(MINUTE, GETUTCDATE(), GETDATE()) AS utc_offset_minutes,
            ms_ticks - sqlserver_start_time_ms_ticks AS uptime_ms
        FROM sys.dm_os_sys_info;
        GO
        DROP PROCEDURE IF EXISTS DbTools.CollectMemory;
        GO
        CREATE PROCEDURE DbTools.CollectMemory
        AS
        -- DbTools: physical memory of the machine.
        SET NOCOUNT ON;
        SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;
        SELECT total_physical_memory_kb, available_physical_memory_kb
        FROM sys.dm_os_sys_memory;
        GO
        DROP PROCEDURE IF EXISTS DbTools.CollectProcessMemory;
        GO
        CREATE PROCEDURE DbTools.CollectProcessMemory
        AS
        -- DbTools: memory of the SQL Server process.
        SET NOCOUNT ON;
        SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;
        SELECT physical_memory_in_use_kb
        FROM sys.dm_os_process_memory;
        GO
        DROP PROCEDURE IF EXISTS DbTools.CollectCPU;
        GO
        CREATE PROCEDURE DbTools.CollectCPU
        AS
        -- DbTools: the newest record of the scheduler monitor: CPU of the last minute.
        SET NOCOUNT ON;
        SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;
        SELECT TOP (1) r.record,
            DATEADD(MILLISECOND, -((i.ms_ticks - r.[timestamp]) % 1000), DATEADD(SECOND, -((i.ms_ticks - r.[timestamp]) / 1000), SYSUTCDATETIME())) AS recorded_at,
            i.ms_ticks - r.[timestamp] AS age_ms
        FROM sys.dm_os_ring_buffers AS r
        CROSS JOIN sys.dm_os_sys_info AS i
        WHERE r.ring_buffer_type = N'RING_BUFFER_SCHEDULER_MONITOR'
            AND r.record LIKE N'%<SystemHealth>%'
        ORDER BY r.[timestamp] DESC;
        GO
        DROP PROCEDURE IF EXISTS DbTools.CollectSessions;
        GO
        CREATE PROCEDURE DbTools.CollectSessions
        AS
        -- DbTools: user sessions, and what DbTools itself costs.
        SET NOCOUNT ON;
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
        SET NOCOUNT ON;
        SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;
        SELECT SUM(num_of_reads) AS read_count,
            SUM(num_of_writes) AS write_count,
            SUM(num_of_bytes_read) AS read_bytes,
            SUM(num_of_bytes_written) AS written_bytes
        FROM sys.dm_io_virtual_file_stats(NULL, NULL);
        GO
        DROP PROCEDURE IF EXISTS DbTools.CollectCounters;
        GO
        CREATE PROCEDURE DbTools.CollectCounters
        AS
        -- DbTools: raw performance counters.
        SET NOCOUNT ON;
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
        -- DbTools: totals for each wait type since the start.
        SET NOCOUNT ON;
        SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;
        SELECT RTRIM(wait_type) AS wait_type,
            waiting_tasks_count,
            wait_time_ms,
            signal_wait_time_ms
        FROM sys.dm_os_wait_stats
        WHERE waiting_tasks_count > 0;
        GO
        DROP PROCEDURE IF EXISTS DbTools.CollectCore;
        GO
        CREATE PROCEDURE DbTools.CollectCore
        AS
        -- DbTools: all core readings in one round trip. What is off in DbTools.Settings is left out.
        SET NOCOUNT ON;
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
            SET Version = 2, AppliedAt = SYSUTCDATETIME(), AppliedBy = SUSER_SNAME();
        ELSE
            INSERT INTO DbTools.SchemaVersion (Version, AppliedAt, AppliedBy, CreatedDatabase)
            VALUES (2, SYSUTCDATETIME(), SUSER_SNAME(), 0);
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
            DATEDIFF(MINUTE, GETUTCDATE(), GETDATE()) AS utc_offset_minutes
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
}
