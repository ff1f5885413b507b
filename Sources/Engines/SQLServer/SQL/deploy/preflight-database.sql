/*
Purpose:     whether monitoring objects can be deployed in this database: the second half, run in the database itself.
Versions:    SQL Server 2016 and later. Each statement stands for itself; what a server refuses to say is not known, and trying tells.
Permissions: none.
Cost:        one batch, one round trip; catalog look-ups only.
Result sets:
  1 database: its name, and the login
  2 schema:   the schema's id; no row without it
  3 rights:   each right as 1, 0 or NULL (there is no such schema to have it on)
*/
SELECT DB_NAME() AS database_name,
    SUSER_SNAME() AS login_name;

SELECT schema_id
FROM sys.schemas
WHERE name = N'DbTools';

SELECT HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'CREATE SCHEMA') AS create_schema,
    HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'CREATE TABLE') AS create_table,
    HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'CREATE PROCEDURE') AS create_procedure,
    HAS_PERMS_BY_NAME(N'DbTools', 'SCHEMA', 'ALTER') AS alter_schema;
