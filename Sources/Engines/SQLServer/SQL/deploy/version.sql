/*
Purpose:     which version of the monitoring objects is there, and what a deployment made besides them.
Versions:    SQL Server 2016 and later.
Permissions: SELECT on DbTools.SchemaVersion.
Cost:        one row.
Result sets:
  1 version: number, time (UTC), whether DbTools created the database, and the database user it created, if any
*/
SELECT Version AS schema_version,
    AppliedAt AS applied_at,
    CreatedDatabase AS created_database,
    CreatedUser AS created_user
FROM DbTools.SchemaVersion;
