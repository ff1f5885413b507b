/*
Purpose:     who answers: a connection test, and the identity of every new connection.
Versions:    every MySQL and MariaDB, so that one that is too old can be named.
Permissions: none.
Cost:        one statement; reads variables only.
Columns:     server_name; version (such as 8.0.36 or 10.11.19-MariaDB); edition (the build's comment); account (as the server matched it); database_name
*/
SELECT @@hostname AS server_name,
    @@version AS version,
    @@version_comment AS edition,
    CURRENT_USER() AS account,
    DATABASE() AS database_name
