/*
Purpose:     whether monitoring objects can be deployed in this database: the second half, run in the database itself.
Versions:    SQL Server 2016 and later.
Permissions: none.
Cost:        one batch, one round trip; catalog look-ups only.
Result sets:
  1 database: its name; the schema's id (NULL: there is none); each right as 1, 0 or NULL (there is no such schema to have it on)
*/
SELECT DB_NAME() AS database_name,
    SUSER_SNAME() AS login_name,
    SCHEMA_ID(N'DbTools') AS schema_id,
    HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'CREATE SCHEMA') AS create_schema,
    HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'CREATE TABLE') AS create_table,
    HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'CREATE PROCEDURE') AS create_procedure,
    HAS_PERMS_BY_NAME(N'DbTools', 'SCHEMA', 'ALTER') AS alter_schema;
