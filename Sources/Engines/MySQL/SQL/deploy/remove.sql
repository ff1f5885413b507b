/*
Purpose:     takes the monitoring objects out of a MySQL or MariaDB schema. The schema goes afterwards, if DbTools made it and it holds nothing else.
Versions:    MySQL 8.0 and later, MariaDB 10.6 and later.
Permissions: DROP and ALTER ROUTINE in the schema.
Cost:        a few milliseconds.
Columns:     none.
*/
DELIMITER $$
DROP PROCEDURE IF EXISTS collect_core
$$
DROP PROCEDURE IF EXISTS collect_connections
$$
DROP PROCEDURE IF EXISTS collect_io
$$
DROP TABLE IF EXISTS settings
$$
DROP TABLE IF EXISTS schema_version
$$
