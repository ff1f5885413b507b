/*
Purpose:     which version of the monitoring objects is there.
Versions:    PostgreSQL 12 and later.
Permissions: SELECT on dbtools.schema_version.
Cost:        one row.
Columns:     version; applied_at
*/
SELECT version, applied_at
FROM dbtools.schema_version
ORDER BY version DESC
LIMIT 1
