/*
Purpose:     which databases there are, when somebody looks at a server.
Versions:    SQL Server 2016 and later.
Permissions: none for the databases that the login may see; VIEW ANY DEFINITION for their sizes (without it: no rows and no error).
Cost:        one batch, one round trip; two catalog views.
Result sets:
  1 databases: id, name, state, recovery model; by name
  2 files:     id of the database, its size in pages of 8 KiB
*/
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
