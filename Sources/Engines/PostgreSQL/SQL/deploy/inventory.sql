/*
Purpose:     what is in the schema dbtools: read back after a deployment, and later to notice drift.
Versions:    PostgreSQL 12 and later.
Permissions: none: catalogs are open to everybody.
Cost:        one statement; catalog look-ups only.
Columns:     object_kind (table, function, or another that is not ours); object_name; definition: a table's columns with their types, a function's
             arguments, result, properties and body
*/
SELECT CASE c.relkind WHEN 'r' THEN 'table' ELSE 'relation' END AS object_kind,
    c.relname::text AS object_name,
    (SELECT string_agg(a.attname::text || ' ' || format_type(a.atttypid, a.atttypmod), ', ' ORDER BY a.attnum)
        FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)::text AS definition
FROM pg_class AS c
INNER JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = 'dbtools' AND c.relkind IN ('r', 'v', 'm', 'S', 'f', 'p')
UNION ALL
SELECT CASE p.prokind WHEN 'f' THEN 'function' ELSE 'routine' END,
    p.proname::text,
    (l.lanname::text || CASE WHEN p.prosecdef THEN ' definer ' ELSE ' invoker ' END || p.provolatile::text || ' ' || COALESCE(p.proconfig::text, '')
        || '(' || pg_get_function_arguments(p.oid) || ') ' || p.prosrc)::text
FROM pg_proc AS p
INNER JOIN pg_namespace AS n ON n.oid = p.pronamespace
INNER JOIN pg_language AS l ON l.oid = p.prolang
WHERE n.nspname = 'dbtools'
UNION ALL
SELECT 'schema', nspname::text, ''
FROM pg_namespace
WHERE nspname = 'dbtools'
ORDER BY 1, 2
