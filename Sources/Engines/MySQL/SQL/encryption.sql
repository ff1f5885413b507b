/*
Purpose:     whether this connection is encrypted, read back from the server: a connection test.
Versions:    every MySQL and MariaDB.
Permissions: none.
Cost:        one statement.
Columns:     Variable_name; Value (text): Ssl_cipher is empty without encryption; Uptime in seconds
*/
SHOW STATUS
WHERE Variable_name IN ('Ssl_cipher', 'Uptime')
