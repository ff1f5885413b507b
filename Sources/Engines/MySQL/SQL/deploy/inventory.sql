/*
Purpose:     what is in the schema: read back after a deployment, and later to notice drift. $(Database) is the schema's name.
Versions:    MySQL 8.0 and later, MariaDB 10.6 and later.
Permissions: one sees what one has a right on; a procedure's body, who created it.
Cost:        one statement; catalog look-ups only.
Columns:     object_kind (schema, table, procedure, or another that is not ours); object_name; definition: a table's columns, a procedure's rights
             and body (NULL when it may not be seen)
*/
SELECT 'schema' AS object_kind, CAST(SCHEMA_NAME AS CHAR(64)) AS object_name, CAST('' AS CHAR(8000)) AS definition
FROM information_schema.SCHEMATA
WHERE SCHEMA_NAME = '$(Database)'
UNION ALL
SELECT CASE t.TABLE_TYPE WHEN 'BASE TABLE' THEN 'table' ELSE 'relation' END, t.TABLE_NAME,
    (SELECT GROUP_CONCAT(CONCAT(c.COLUMN_NAME, ' ', c.DATA_TYPE) ORDER BY c.ORDINAL_POSITION SEPARATOR ', ')
        FROM information_schema.COLUMNS AS c WHERE c.TABLE_SCHEMA = t.TABLE_SCHEMA AND c.TABLE_NAME = t.TABLE_NAME)
FROM information_schema.TABLES AS t
WHERE t.TABLE_SCHEMA = '$(Database)'
UNION ALL
SELECT CASE ROUTINE_TYPE WHEN 'PROCEDURE' THEN 'procedure' ELSE 'routine' END, ROUTINE_NAME,
    CAST(CONCAT(SECURITY_TYPE, ' ', ROUTINE_DEFINITION) AS CHAR(8000))
FROM information_schema.ROUTINES
WHERE ROUTINE_SCHEMA = '$(Database)'
UNION ALL
SELECT 'event', EVENT_NAME, ''
FROM information_schema.EVENTS
WHERE EVENT_SCHEMA = '$(Database)'
ORDER BY 1, 2
