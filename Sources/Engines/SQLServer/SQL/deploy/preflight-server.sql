/*
Purpose:     whether monitoring objects can be deployed on this server: the first half, for the server.
Versions:    SQL Server 2016 and later. Each statement stands for itself; what a server refuses to say is not known, and trying tells.
Permissions: none.
Cost:        one batch, one round trip; catalog look-ups only. $(Database) is the database's name.
Result sets:
  1 login
  2 build:    the server's own words on what it is
  3 server:   build and edition
  4 database: its id (NULL: none of that name is visible)
  5 access:   whether the login may open it (1, 0, NULL)
  6 right:    whether the login may create a database (1, 0, NULL)
*/
SELECT SUSER_SNAME() AS login_name;

SELECT @@VERSION AS version_text;

SELECT CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)) AS product_version,
    CAST(SERVERPROPERTY('EngineEdition') AS int) AS engine_edition;

SELECT DB_ID(N'$(Database)') AS database_id;

SELECT HAS_DBACCESS(N'$(Database)') AS has_access;

SELECT HAS_PERMS_BY_NAME(NULL, NULL, 'CREATE ANY DATABASE') AS create_any_database;
