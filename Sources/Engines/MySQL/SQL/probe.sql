/*
Purpose:     who answers: a connection test, and the identity of every new connection.
Versions:    MySQL and MariaDB since 5.5, so that one that is too old can be named.
Permissions: none.
Cost:        one statement; reads variables only.
Columns:     server_name; version (such as 8.0.36 or 10.11.19-MariaDB); edition (the build's comment); account (as the server matched it);
             database_name; has_performance_schema (1 or 0)
*/
SELECT @@hostname AS server_name,
    @@version AS version,
    @@version_comment AS edition,
    CURRENT_USER() AS account,
    DATABASE() AS database_name,
    @@performance_schema AS has_performance_schema
