/*
Purpose:     whether this account may see other users' sessions: a connection test, where SHOW GRANTS does not list the right, because a
             role brings it.
Versions:    MySQL 8.0, MariaDB 10.6 and later, with InnoDB.
Permissions: PROCESS; without it error 1227.
Cost:        one statement, one row at most.
Columns:     may_see
*/
SELECT 1 AS may_see
FROM information_schema.INNODB_TRX
LIMIT 1
