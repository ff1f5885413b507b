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
        SET NOCOUNT ON;
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
