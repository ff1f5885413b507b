/*
Purpose:     which databases there are, when somebody looks at a server.
Versions:    every MySQL and MariaDB.
Permissions: none; an account sees the databases on which it has a right (all with SHOW DATABASES), and sizes of tables that it may read.
Cost:        one statement; statistics of all visible tables.
Columns:     name; size_bytes (data and indexes; NULL: no table may be seen); is_system (1 or 0); by name
*/
SELECT s.schema_name AS name,
    CAST(SUM(t.data_length + t.index_length) AS SIGNED) AS size_bytes,
    s.schema_name IN ('information_schema', 'mysql', 'performance_schema', 'sys') AS is_system
FROM information_schema.schemata s
LEFT JOIN information_schema.tables t ON t.table_schema = s.schema_name AND t.table_type = 'BASE TABLE'
GROUP BY s.schema_name
ORDER BY s.schema_name
LIMIT 10000
