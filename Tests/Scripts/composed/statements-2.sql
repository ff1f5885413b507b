USE master;
GRANT CREATE ANY DATABASE TO [CORP\svc-O'Neill]]];
GO
USE [CORP\svc-O'Neill]]];
IF USER_ID(N'CORP\svc-O''Neill]') IS NULL CREATE USER [CORP\svc-O'Neill]]] FOR LOGIN [CORP\svc-O'Neill]]];
GRANT CREATE SCHEMA, CREATE TABLE, CREATE PROCEDURE TO [CORP\svc-O'Neill]]];
GO
EXEC [CORP\svc-O'Neill]]].DbTools.CollectCore;
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
    DbTools.[Collector_CORP\svc-O'Neill]]];
GO
EXEC [CORP\svc-O'Neill]]].DbTools.CollectMinute 4, N',sessions,';
GO
CREATE DATABASE [CORP\svc-O'Neill]]];
GO
DROP DATABASE [CORP\svc-O'Neill]]];
GO
ALTER DATABASE [CORP\svc-O'Neill]]] SET RECOVERY SIMPLE;
GO
ALTER DATABASE [CORP\svc-O'Neill]]] SET SINGLE_USER WITH ROLLBACK IMMEDIATE;
GO
DROP USER IF EXISTS [CORP\svc-O'Neill]]];
GO
SELECT SUSER_SNAME() AS login_name;

SELECT @@VERSION AS version_text;

SELECT CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)) AS product_version,
    CAST(SERVERPROPERTY('EngineEdition') AS int) AS engine_edition;

SELECT DB_ID(N'CORP\svc-O''Neill]') AS database_id;

SELECT HAS_DBACCESS(N'CORP\svc-O''Neill]') AS has_access;

SELECT HAS_PERMS_BY_NAME(NULL, NULL, 'CREATE ANY DATABASE') AS create_any_database;
GO
-- A login for DbTools that may look and change nothing.
USE master;
IF SUSER_ID(N'CORP\svc-O''Neill]') IS NULL
    CREATE LOGIN [CORP\svc-O'Neill]]] WITH PASSWORD = N'p''w]CORP\svc-O''Neill]', DEFAULT_DATABASE = [master];
GRANT VIEW SERVER STATE TO [CORP\svc-O'Neill]]];
GRANT VIEW ANY DEFINITION TO [CORP\svc-O'Neill]]];

-- The database that the connection opens.
USE [CORP\svc-O'Neill]]];
IF DATABASE_PRINCIPAL_ID(N'CORP\svc-O''Neill]') IS NULL
    CREATE USER [CORP\svc-O'Neill]]] FOR LOGIN [CORP\svc-O'Neill]]];

-- Backup and job history.
USE msdb;
IF DATABASE_PRINCIPAL_ID(N'CORP\svc-O''Neill]') IS NULL
    CREATE USER [CORP\svc-O'Neill]]] FOR LOGIN [CORP\svc-O'Neill]]];
ALTER ROLE db_datareader ADD MEMBER [CORP\svc-O'Neill]]];

GO
-- A login for DbTools that may look and change nothing.
USE master;
IF SUSER_ID(N'CORP\svc-O''Neill]') IS NULL
    CREATE LOGIN [CORP\svc-O'Neill]]] FROM WINDOWS;
GRANT VIEW SERVER STATE TO [CORP\svc-O'Neill]]];
GRANT VIEW ANY DEFINITION TO [CORP\svc-O'Neill]]];

-- The database that the connection opens.
USE [CORP\svc-O'Neill]]];
IF DATABASE_PRINCIPAL_ID(N'CORP\svc-O''Neill]') IS NULL
    CREATE USER [CORP\svc-O'Neill]]] FOR LOGIN [CORP\svc-O'Neill]]];

-- Backup and job history.
USE msdb;
IF DATABASE_PRINCIPAL_ID(N'CORP\svc-O''Neill]') IS NULL
    CREATE USER [CORP\svc-O'Neill]]] FOR LOGIN [CORP\svc-O'Neill]]];
ALTER ROLE db_datareader ADD MEMBER [CORP\svc-O'Neill]]];

GO
-- A login for DbTools that may look and change nothing.
USE master;
IF SUSER_ID(N'CORP\svc-O''Neill]') IS NULL
    CREATE LOGIN [CORP\svc-O'Neill]]] WITH PASSWORD = N'p''w]CORP\svc-O''Neill]', DEFAULT_DATABASE = [master];
GRANT VIEW SERVER PERFORMANCE STATE TO [CORP\svc-O'Neill]]];
GRANT VIEW SERVER SECURITY STATE TO [CORP\svc-O'Neill]]];
GRANT VIEW ANY DEFINITION TO [CORP\svc-O'Neill]]];

-- The database that the connection opens.
USE [CORP\svc-O'Neill]]];
IF DATABASE_PRINCIPAL_ID(N'CORP\svc-O''Neill]') IS NULL
    CREATE USER [CORP\svc-O'Neill]]] FOR LOGIN [CORP\svc-O'Neill]]];

-- Backup and job history.
USE msdb;
IF DATABASE_PRINCIPAL_ID(N'CORP\svc-O''Neill]') IS NULL
    CREATE USER [CORP\svc-O'Neill]]] FOR LOGIN [CORP\svc-O'Neill]]];
ALTER ROLE db_datareader ADD MEMBER [CORP\svc-O'Neill]]];

GO
-- A login for DbTools that may look and change nothing.
USE master;
IF SUSER_ID(N'CORP\svc-O''Neill]') IS NULL
    CREATE LOGIN [CORP\svc-O'Neill]]] FROM WINDOWS;
GRANT VIEW SERVER PERFORMANCE STATE TO [CORP\svc-O'Neill]]];
GRANT VIEW SERVER SECURITY STATE TO [CORP\svc-O'Neill]]];
GRANT VIEW ANY DEFINITION TO [CORP\svc-O'Neill]]];

-- The database that the connection opens.
USE [CORP\svc-O'Neill]]];
IF DATABASE_PRINCIPAL_ID(N'CORP\svc-O''Neill]') IS NULL
    CREATE USER [CORP\svc-O'Neill]]] FOR LOGIN [CORP\svc-O'Neill]]];

-- Backup and job history.
USE msdb;
IF DATABASE_PRINCIPAL_ID(N'CORP\svc-O''Neill]') IS NULL
    CREATE USER [CORP\svc-O'Neill]]] FOR LOGIN [CORP\svc-O'Neill]]];
ALTER ROLE db_datareader ADD MEMBER [CORP\svc-O'Neill]]];

GO
USE master; GRANT VIEW SERVER STATE TO [CORP\svc-O'Neill]]];
GO
USE master; GRANT VIEW ANY DEFINITION TO [CORP\svc-O'Neill]]];
GO
USE msdb; IF DATABASE_PRINCIPAL_ID(N'CORP\svc-O''Neill]') IS NULL CREATE USER [CORP\svc-O'Neill]]] FOR LOGIN [CORP\svc-O'Neill]]]; ALTER ROLE db_datareader ADD MEMBER [CORP\svc-O'Neill]]];
GO
-- Run as an administrator of this server. It grants what DbTools lacks there, and nothing else.
-- VIEW SERVER STATE: CPU, memory, connections, waits and all other core readings
USE master; GRANT VIEW SERVER STATE TO [CORP\svc-O'Neill]]];
-- VIEW ANY DEFINITION: names of databases, objects and jobs (optional)
USE master; GRANT VIEW ANY DEFINITION TO [CORP\svc-O'Neill]]];
-- SELECT on msdb: backup and job history (optional)
USE msdb; IF DATABASE_PRINCIPAL_ID(N'CORP\svc-O''Neill]') IS NULL CREATE USER [CORP\svc-O'Neill]]] FOR LOGIN [CORP\svc-O'Neill]]]; ALTER ROLE db_datareader ADD MEMBER [CORP\svc-O'Neill]]];

GO
USE master; GRANT VIEW SERVER PERFORMANCE STATE TO [CORP\svc-O'Neill]]];
GO
USE master; GRANT VIEW ANY DEFINITION TO [CORP\svc-O'Neill]]];
GO
USE msdb; IF DATABASE_PRINCIPAL_ID(N'CORP\svc-O''Neill]') IS NULL CREATE USER [CORP\svc-O'Neill]]] FOR LOGIN [CORP\svc-O'Neill]]]; ALTER ROLE db_datareader ADD MEMBER [CORP\svc-O'Neill]]];
GO
-- Run as an administrator of this server. It grants what DbTools lacks there, and nothing else.
-- VIEW SERVER PERFORMANCE STATE: CPU, memory, connections, waits and all other core readings
USE master; GRANT VIEW SERVER PERFORMANCE STATE TO [CORP\svc-O'Neill]]];
-- VIEW ANY DEFINITION: names of databases, objects and jobs (optional)
USE master; GRANT VIEW ANY DEFINITION TO [CORP\svc-O'Neill]]];
-- SELECT on msdb: backup and job history (optional)
USE msdb; IF DATABASE_PRINCIPAL_ID(N'CORP\svc-O''Neill]') IS NULL CREATE USER [CORP\svc-O'Neill]]] FOR LOGIN [CORP\svc-O'Neill]]]; ALTER ROLE db_datareader ADD MEMBER [CORP\svc-O'Neill]]];

GO
ALTER SERVER ROLE ##MS_ServerStateReader## ADD MEMBER [CORP\svc-O'Neill]]];
GO
-- Run as an administrator of this server. It grants what DbTools lacks there, and nothing else.
-- VIEW SERVER STATE: CPU, memory, connections, waits and all other core readings
ALTER SERVER ROLE ##MS_ServerStateReader## ADD MEMBER [CORP\svc-O'Neill]]];

GO
