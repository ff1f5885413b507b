USE master;
GRANT CREATE ANY DATABASE TO [naïve 库 GO];
GO
USE [naïve 库 GO];
IF USER_ID(N'naïve 库 GO') IS NULL CREATE USER [naïve 库 GO] FOR LOGIN [naïve 库 GO];
GRANT CREATE SCHEMA, CREATE TABLE, CREATE PROCEDURE TO [naïve 库 GO];
GO
EXEC [naïve 库 GO].DbTools.CollectCore;
GO
DROP PROCEDURE IF EXISTS
    DbTools.[Collector_agent_jobs],
    DbTools.[Collector_availability_databases],
    DbTools.[Collector_availability_replicas],
    DbTools.[Collector_backups],
    DbTools.[Collector_batch_durations],
    DbTools.[Collector_blocking],
    DbTools.[Collector_checkdb],
    DbTools.[Collector_configuration],
    DbTools.[Collector_connections],
    DbTools.[Collector_database_files],
    DbTools.[Collector_database_logs],
    DbTools.[Collector_database_space],
    DbTools.[Collector_databases],
    DbTools.[Collector_deadlocks],
    DbTools.[Collector_drives],
    DbTools.[Collector_failed_logins],
    DbTools.[Collector_file_io],
    DbTools.[Collector_index_fragmentation],
    DbTools.[Collector_index_usage],
    DbTools.[Collector_memory],
    DbTools.[Collector_memory_clerks],
    DbTools.[Collector_memory_grants],
    DbTools.[Collector_missing_indexes],
    DbTools.[Collector_own_cost],
    DbTools.[Collector_performance_counters],
    DbTools.[Collector_performance_gauges],
    DbTools.[Collector_processors],
    DbTools.[Collector_resource_use],
    DbTools.[Collector_running_queries],
    DbTools.[Collector_schedulers],
    DbTools.[Collector_server_properties],
    DbTools.[Collector_services],
    DbTools.[Collector_session_groups],
    DbTools.[Collector_sessions],
    DbTools.[Collector_severe_errors],
    DbTools.[Collector_startup_parameters],
    DbTools.[Collector_tempdb],
    DbTools.[Collector_tempdb_sessions],
    DbTools.[Collector_version_store],
    DbTools.[Collector_waits],
    DbTools.[Collector_waits_database],
    DbTools.[CollectMinute],
    DbTools.[CollectFiveMinutes],
    DbTools.[CollectQuarterHour],
    DbTools.[CollectHour],
    DbTools.[CollectDay],
    DbTools.[CollectWeek],
    DbTools.[Collector_naïve 库 GO];
GO
EXEC [naïve 库 GO].DbTools.CollectMinute 4, N',sessions,';
GO
CREATE DATABASE [naïve 库 GO];
GO
DROP DATABASE [naïve 库 GO];
GO
ALTER DATABASE [naïve 库 GO] SET RECOVERY SIMPLE;
GO
ALTER DATABASE [naïve 库 GO] SET SINGLE_USER WITH ROLLBACK IMMEDIATE;
GO
DROP USER IF EXISTS [naïve 库 GO];
GO
SELECT SUSER_SNAME() AS login_name;

SELECT @@VERSION AS version_text;

SELECT CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)) AS product_version,
    CAST(SERVERPROPERTY('EngineEdition') AS int) AS engine_edition;

SELECT DB_ID(N'naïve 库 GO') AS database_id;

SELECT HAS_DBACCESS(N'naïve 库 GO') AS has_access;

SELECT HAS_PERMS_BY_NAME(NULL, NULL, 'CREATE ANY DATABASE') AS create_any_database;
GO
-- A login for DbTools that may look and change nothing.
USE master;
IF SUSER_ID(N'naïve 库 GO') IS NULL
    CREATE LOGIN [naïve 库 GO] WITH PASSWORD = N'p''w]naïve 库 GO', DEFAULT_DATABASE = [master];
GRANT VIEW SERVER STATE TO [naïve 库 GO];
GRANT VIEW ANY DEFINITION TO [naïve 库 GO];

-- The database that the connection opens.
USE [naïve 库 GO];
IF DATABASE_PRINCIPAL_ID(N'naïve 库 GO') IS NULL
    CREATE USER [naïve 库 GO] FOR LOGIN [naïve 库 GO];

-- Backup and job history.
USE msdb;
IF DATABASE_PRINCIPAL_ID(N'naïve 库 GO') IS NULL
    CREATE USER [naïve 库 GO] FOR LOGIN [naïve 库 GO];
ALTER ROLE db_datareader ADD MEMBER [naïve 库 GO];

GO
-- A login for DbTools that may look and change nothing.
USE master;
IF SUSER_ID(N'naïve 库 GO') IS NULL
    CREATE LOGIN [naïve 库 GO] FROM WINDOWS;
GRANT VIEW SERVER STATE TO [naïve 库 GO];
GRANT VIEW ANY DEFINITION TO [naïve 库 GO];

-- The database that the connection opens.
USE [naïve 库 GO];
IF DATABASE_PRINCIPAL_ID(N'naïve 库 GO') IS NULL
    CREATE USER [naïve 库 GO] FOR LOGIN [naïve 库 GO];

-- Backup and job history.
USE msdb;
IF DATABASE_PRINCIPAL_ID(N'naïve 库 GO') IS NULL
    CREATE USER [naïve 库 GO] FOR LOGIN [naïve 库 GO];
ALTER ROLE db_datareader ADD MEMBER [naïve 库 GO];

GO
-- A login for DbTools that may look and change nothing.
USE master;
IF SUSER_ID(N'naïve 库 GO') IS NULL
    CREATE LOGIN [naïve 库 GO] WITH PASSWORD = N'p''w]naïve 库 GO', DEFAULT_DATABASE = [master];
GRANT VIEW SERVER PERFORMANCE STATE TO [naïve 库 GO];
GRANT VIEW SERVER SECURITY STATE TO [naïve 库 GO];
GRANT VIEW ANY DEFINITION TO [naïve 库 GO];

-- The database that the connection opens.
USE [naïve 库 GO];
IF DATABASE_PRINCIPAL_ID(N'naïve 库 GO') IS NULL
    CREATE USER [naïve 库 GO] FOR LOGIN [naïve 库 GO];

-- Backup and job history.
USE msdb;
IF DATABASE_PRINCIPAL_ID(N'naïve 库 GO') IS NULL
    CREATE USER [naïve 库 GO] FOR LOGIN [naïve 库 GO];
ALTER ROLE db_datareader ADD MEMBER [naïve 库 GO];

GO
-- A login for DbTools that may look and change nothing.
USE master;
IF SUSER_ID(N'naïve 库 GO') IS NULL
    CREATE LOGIN [naïve 库 GO] FROM WINDOWS;
GRANT VIEW SERVER PERFORMANCE STATE TO [naïve 库 GO];
GRANT VIEW SERVER SECURITY STATE TO [naïve 库 GO];
GRANT VIEW ANY DEFINITION TO [naïve 库 GO];

-- The database that the connection opens.
USE [naïve 库 GO];
IF DATABASE_PRINCIPAL_ID(N'naïve 库 GO') IS NULL
    CREATE USER [naïve 库 GO] FOR LOGIN [naïve 库 GO];

-- Backup and job history.
USE msdb;
IF DATABASE_PRINCIPAL_ID(N'naïve 库 GO') IS NULL
    CREATE USER [naïve 库 GO] FOR LOGIN [naïve 库 GO];
ALTER ROLE db_datareader ADD MEMBER [naïve 库 GO];

GO
USE master; GRANT VIEW SERVER STATE TO [naïve 库 GO];
GO
USE master; GRANT VIEW ANY DEFINITION TO [naïve 库 GO];
GO
USE msdb; IF DATABASE_PRINCIPAL_ID(N'naïve 库 GO') IS NULL CREATE USER [naïve 库 GO] FOR LOGIN [naïve 库 GO]; ALTER ROLE db_datareader ADD MEMBER [naïve 库 GO];
GO
-- Run as an administrator of this server. It grants what DbTools lacks there, and nothing else.
-- VIEW SERVER STATE: CPU, memory, connections, waits and all other core readings
USE master; GRANT VIEW SERVER STATE TO [naïve 库 GO];
-- VIEW ANY DEFINITION: names of databases, objects and jobs (optional)
USE master; GRANT VIEW ANY DEFINITION TO [naïve 库 GO];
-- SELECT on msdb: backup and job history (optional)
USE msdb; IF DATABASE_PRINCIPAL_ID(N'naïve 库 GO') IS NULL CREATE USER [naïve 库 GO] FOR LOGIN [naïve 库 GO]; ALTER ROLE db_datareader ADD MEMBER [naïve 库 GO];

GO
USE master; GRANT VIEW SERVER PERFORMANCE STATE TO [naïve 库 GO];
GO
USE master; GRANT VIEW ANY DEFINITION TO [naïve 库 GO];
GO
USE msdb; IF DATABASE_PRINCIPAL_ID(N'naïve 库 GO') IS NULL CREATE USER [naïve 库 GO] FOR LOGIN [naïve 库 GO]; ALTER ROLE db_datareader ADD MEMBER [naïve 库 GO];
GO
-- Run as an administrator of this server. It grants what DbTools lacks there, and nothing else.
-- VIEW SERVER PERFORMANCE STATE: CPU, memory, connections, waits and all other core readings
USE master; GRANT VIEW SERVER PERFORMANCE STATE TO [naïve 库 GO];
-- VIEW ANY DEFINITION: names of databases, objects and jobs (optional)
USE master; GRANT VIEW ANY DEFINITION TO [naïve 库 GO];
-- SELECT on msdb: backup and job history (optional)
USE msdb; IF DATABASE_PRINCIPAL_ID(N'naïve 库 GO') IS NULL CREATE USER [naïve 库 GO] FOR LOGIN [naïve 库 GO]; ALTER ROLE db_datareader ADD MEMBER [naïve 库 GO];

GO
ALTER SERVER ROLE ##MS_ServerStateReader## ADD MEMBER [naïve 库 GO];
GO
-- Run as an administrator of this server. It grants what DbTools lacks there, and nothing else.
-- VIEW SERVER STATE: CPU, memory, connections, waits and all other core readings
ALTER SERVER ROLE ##MS_ServerStateReader## ADD MEMBER [naïve 库 GO];

GO
