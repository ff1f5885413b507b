/*
Purpose:     whether monitoring objects can be deployed on this server: the first half, for the server.
Versions:    SQL Server 2016 and later.
Permissions: none.
Cost:        one batch, one round trip; catalog look-ups only. $(Database) is the database's name.
Result sets:
  1 server: the login; build and edition; the database's id (NULL: none of that name is visible); whether the login may open it (1, 0, NULL),
            and whether it may create one
*/
SELECT SUSER_SNAME() AS login_name,
    CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)) AS product_version,
    CAST(SERVERPROPERTY('EngineEdition') AS int) AS engine_edition,
    DB_ID(N'$(Database)') AS database_id,
    HAS_DBACCESS(N'$(Database)') AS has_access,
    HAS_PERMS_BY_NAME(NULL, NULL, 'CREATE ANY DATABASE') AS create_any_database;
