/*
Purpose:     which version of the monitoring objects is there, and whether DbTools created the schema.
Versions:    MySQL 8.0 and later, MariaDB 10.6 and later.
Permissions: SELECT on the table schema_version.
Cost:        one row.
Columns:     version; created_schema
*/
SELECT version, created_schema
FROM schema_version
