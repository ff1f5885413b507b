/*
Purpose:     what this account may see: a connection test.
Versions:    every MySQL and MariaDB.
Permissions: none.
Cost:        one statement.
Columns:     one, named after the account: a GRANT statement a row
*/
SHOW GRANTS
