/*
Purpose:     takes the monitoring objects out of a database; DbTools runs it in one transaction. A schema that holds anything else stops it.
Versions:    PostgreSQL 12 and later.
Permissions: membership in the role that owns the schema dbtools.
Cost:        a few milliseconds.
Columns:     none.
*/
DROP FUNCTION IF EXISTS dbtools.collect_core();

DROP FUNCTION IF EXISTS dbtools.collect_connections();

DROP FUNCTION IF EXISTS dbtools.collect_totals();

DROP TABLE IF EXISTS dbtools.settings;

DROP TABLE IF EXISTS dbtools.schema_version;

DROP SCHEMA IF EXISTS dbtools;
