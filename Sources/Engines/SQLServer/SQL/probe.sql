/*
Purpose:     who answers, and what this login may see: the first half of a connection test, and of every new connection.
Versions:    every SQL Server, so that one that is too old can be named. Each statement stands for itself: a server that refuses one is asked
             the others one by one, and what it did not say is not known.
Permissions: none.
Cost:        one batch, one round trip; no table is read or written.
Result sets:
  1 name:       as the server calls itself
  2 build:      its own words on what it is
  3 properties: name, build, edition; any may be NULL
  4 login:      the login and the database
  5 rights:     each as 1, 0 or NULL (this version does not have it)
  6 msdb:       whether the history of backups may be read: 1, 0 or NULL
  7 deployment: the id of the database DbTools (NULL: none of that name is visible), and the rights that a deployment takes there, or to
                make it
*/
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
