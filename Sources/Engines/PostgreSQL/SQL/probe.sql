/*
Purpose:     who answers, and what this role may see: a connection test, and the identity of every new connection.
Versions:    PostgreSQL 12 and later.
Permissions: none.
Cost:        one statement; catalog look-ups only.
Columns:     version (text, such as 15.18); version_number (int, such as 150018); role_name; server_name (host, empty for a socket);
             server_port; cluster_name; started_at; is_monitor (may see what pg_monitor sees without SET ROLE, or is superuser);
             is_member (of pg_monitor, inherited or not); is_encrypted;
             may_deploy (a schema dbtools in this database: make one, or change it; false on a standby)
*/
SELECT current_setting('server_version')::text AS version,
    current_setting('server_version_num')::int AS version_number,
    current_user::text AS role_name,
    COALESCE(host(inet_server_addr()), '')::text AS server_name,
    COALESCE(inet_server_port(), 0)::int AS server_port,
    COALESCE(current_setting('cluster_name', true), '')::text AS cluster_name,
    pg_postmaster_start_time() AS started_at,
    (pg_has_role(current_user, 'pg_monitor', 'USAGE') OR pg_has_role(current_user, 'pg_read_all_stats', 'USAGE')) AS is_monitor,
    pg_has_role(current_user, 'pg_monitor', 'MEMBER') AS is_member,
    COALESCE((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false) AS is_encrypted,
    NOT pg_is_in_recovery() AND COALESCE(
        (SELECT pg_has_role(current_user, nspowner, 'USAGE') FROM pg_namespace WHERE nspname = 'dbtools'),
        has_database_privilege(current_database(), 'CREATE')) AS may_deploy
