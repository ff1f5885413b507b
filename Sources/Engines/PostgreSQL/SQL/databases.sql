/*
Purpose:     which databases there are, when somebody looks at a server.
Versions:    PostgreSQL 12 and later.
Permissions: none for the names; CONNECT on a database, or pg_monitor, for its size.
Cost:        one statement; pg_database_size reads the sizes of the database's files.
Columns:     name; size_bytes (NULL: not to be seen); state (online; template; not connectable); is_system; by name
*/
SELECT d.datname::text AS name,
    CASE
        WHEN has_database_privilege(d.oid, 'CONNECT') OR pg_has_role(current_user, 'pg_read_all_stats', 'MEMBER')
            THEN pg_database_size(d.oid)
    END AS size_bytes,
    CASE WHEN NOT d.datallowconn THEN 'not connectable' WHEN d.datistemplate THEN 'template' ELSE 'online' END AS state,
    (d.datname IN ('postgres', 'template0', 'template1')) AS is_system
FROM pg_database d
ORDER BY d.datname
LIMIT 10000
