/*
Purpose:     whether monitoring objects can be deployed in this database, and what else would help.
Versions:    PostgreSQL 12 and later.
Permissions: none.
Cost:        one statement; catalog look-ups only.
Columns:     database_name; role_name; may_create (a schema in this database); schema_owner (NULL: there is no schema dbtools); is_owner;
             is_recovering (a standby, which takes no changes); has_statements (pg_stat_statements is installed here)
*/
SELECT current_database()::text AS database_name,
    current_user::text AS role_name,
    has_database_privilege(current_database(), 'CREATE') AS may_create,
    (SELECT pg_get_userbyid(nspowner)::text FROM pg_namespace WHERE nspname = 'dbtools') AS schema_owner,
    COALESCE((SELECT pg_has_role(current_user, nspowner, 'USAGE') FROM pg_namespace WHERE nspname = 'dbtools'), true) AS is_owner,
    pg_is_in_recovery() AS is_recovering,
    EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_stat_statements') AS has_statements
