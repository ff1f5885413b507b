/*
Purpose:     the monitoring objects of DbTools in a MySQL or MariaDB schema: two tables and a procedure for each class of collector.
             Run as often as you like: what is there is kept or replaced, the settings stay. These servers commit each statement at once.
Versions:    MySQL 8.0 and later, MariaDB 10.6 and later.
Permissions: in the schema: CREATE, DROP, SELECT, INSERT, UPDATE, DELETE, CREATE ROUTINE, ALTER ROUTINE, EXECUTE. The procedures run with the
             caller's rights (SQL SECURITY INVOKER).
Cost:        a few milliseconds; 4 rows in DbTools' own tables. No event, no trigger, nothing that runs by itself.
Columns:     none.
*/
DELIMITER $$
CREATE TABLE IF NOT EXISTS schema_version (
    version        int          NOT NULL,
    applied_at     datetime(3)  NOT NULL,
    applied_by     varchar(255) NOT NULL,
    created_schema tinyint      NOT NULL
)
$$
CREATE TABLE IF NOT EXISTS settings (
    name        varchar(64)  NOT NULL PRIMARY KEY,
    value       varchar(255) NOT NULL,
    description varchar(255) NOT NULL
)
$$
INSERT IGNORE INTO settings (name, value, description)
VALUES
    ('collect_connections', 'on', 'Set it to off, and connections of this server are no longer counted.'),
    ('collect_io', 'on', 'Set it to off, and reads, writes and cache hits are no longer read.')
$$
DROP PROCEDURE IF EXISTS collect_core
$$
DROP PROCEDURE IF EXISTS collect_connections
$$
DROP PROCEDURE IF EXISTS collect_io
$$
CREATE PROCEDURE collect_connections()
    READS SQL DATA
    SQL SECURITY INVOKER
    COMMENT 'DbTools: connections and statements'
BEGIN
    SHOW GLOBAL STATUS
    WHERE Variable_name IN ('Threads_connected', 'Questions', 'Uptime');
END
$$
CREATE PROCEDURE collect_io()
    READS SQL DATA
    SQL SECURITY INVOKER
    COMMENT 'DbTools: physical InnoDB reads and writes, and what its cache saved'
BEGIN
    SHOW GLOBAL STATUS
    WHERE Variable_name IN ('Uptime', 'Innodb_data_reads', 'Innodb_data_writes', 'Innodb_data_read', 'Innodb_data_written',
        'Innodb_buffer_pool_read_requests', 'Innodb_buffer_pool_reads');
END
$$
CREATE PROCEDURE collect_core()
    READS SQL DATA
    SQL SECURITY INVOKER
    COMMENT 'DbTools: all core readings in one round trip; what is off in settings is left out'
BEGIN
    DECLARE connections_on tinyint DEFAULT 1;
    DECLARE io_on tinyint DEFAULT 1;
    SELECT COALESCE(MIN(value <> 'off'), 1) INTO connections_on FROM settings WHERE name = 'collect_connections';
    SELECT COALESCE(MIN(value <> 'off'), 1) INTO io_on FROM settings WHERE name = 'collect_io';
    IF connections_on AND io_on THEN
        SHOW GLOBAL STATUS
        WHERE Variable_name IN ('Threads_connected', 'Questions', 'Uptime', 'Innodb_data_reads', 'Innodb_data_writes', 'Innodb_data_read', 'Innodb_data_written',
            'Innodb_buffer_pool_read_requests', 'Innodb_buffer_pool_reads');
    ELSEIF connections_on THEN
        CALL collect_connections();
    ELSEIF io_on THEN
        CALL collect_io();
    ELSE
        SHOW GLOBAL STATUS
        WHERE Variable_name IN ('Uptime');
    END IF;
END
$$
