/*
Purpose:     the core readings of a MySQL or MariaDB server, once per collection.
Versions:    MySQL 8.0 and later, MariaDB 10.6 and later.
Permissions: none.
Cost:        one statement, one round trip; the server sums counters over its threads, under 5 ms.
Columns:     Variable_name; Value (text): connections now, statements and physical InnoDB reads, writes, page requests since the start; uptime (s)
*/
SHOW GLOBAL STATUS
WHERE Variable_name IN ('Threads_connected', 'Questions', 'Uptime', 'Innodb_data_reads', 'Innodb_data_writes', 'Innodb_data_read', 'Innodb_data_written',
    'Innodb_buffer_pool_read_requests', 'Innodb_buffer_pool_reads')
