USE master;
GRANT CREATE ANY DATABASE TO [naïve 库 GO];
GO
USE [naïve 库 GO];
IF USER_ID(N'naïve 库 GO') IS NULL CREATE USER [naïve 库 GO] FOR LOGIN [naïve 库 GO];
GRANT CREATE SCHEMA, CREATE TABLE, CREATE PROCEDURE TO [naïve 库 GO];
GO
EXEC [naïve 库 GO].DbTools.CollectCore;
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
