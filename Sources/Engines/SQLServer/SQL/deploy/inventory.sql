/*
Purpose:     what is in the schema DbTools: read back after a deployment, and later to notice drift.
Versions:    SQL Server 2016 and later. Each statement stands for itself: where a server refuses the second or third, what they would have
             said counts as not to be seen.
Permissions: VIEW DEFINITION on the schema for the procedures' text (who owns them has it); without it nothing is seen.
Cost:        one batch, one round trip; catalog look-ups only.
Result sets:
  1 objects: name and type (U table, P procedure, or another that is not ours)
  2 modules: procedure and its text (NULL when it may not be seen)
  3 columns: table, column and type of the tables
  4 schema:  the schema's id; no row without it
*/
SELECT o.name AS object_name,
    RTRIM(o.type) AS object_type
FROM sys.objects AS o
INNER JOIN sys.schemas AS s ON s.schema_id = o.schema_id
WHERE s.name = N'DbTools'
ORDER BY o.name;

SELECT o.name AS module_name,
    m.definition
FROM sys.objects AS o
INNER JOIN sys.schemas AS s ON s.schema_id = o.schema_id
INNER JOIN sys.sql_modules AS m ON m.object_id = o.object_id
WHERE s.name = N'DbTools'
ORDER BY o.name;

SELECT o.name AS table_name,
    c.name AS column_name,
    t.name AS type_name
FROM sys.objects AS o
INNER JOIN sys.schemas AS s ON s.schema_id = o.schema_id
INNER JOIN sys.columns AS c ON c.object_id = o.object_id
INNER JOIN sys.types AS t ON t.user_type_id = c.user_type_id
WHERE s.name = N'DbTools' AND o.type = 'U'
ORDER BY o.name, c.column_id;

SELECT schema_id
FROM sys.schemas
WHERE name = N'DbTools';
