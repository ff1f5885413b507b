/*
Purpose:     the servers whose changes this one is set up to apply, whether they are applied, and by which error that ended.
Title:       Replication sources
Versions:    MariaDB 10.6 and later; MySQL has them in replication_mysql.
Permissions: SELECT on performance_schema. Errors of the receivers are in SHOW SLAVE STATUS alone, which cannot be selected.
Cost:        low: a row for each source, of memory.
Cadence:     minute
When:        mariadb, performance_schema
Keep:        latest
Rows:        100
Columns:
  connection_name          label                Name of the connection; empty: the usual one
  source_host              text                 Server that the changes come from
  source_port              number      count    Its port
  uses_gtid                text                 How positions are kept: NO, SLAVE_POS or CURRENT_POS
  applier_state            text                 ON or OFF
  applier_error_number     number      count    Error that ended the applier; NULL: none
  applier_error            query_text           Its message, which may hold the statement
  applier_error_at         time                 When that was
  last_seen_transaction    text                 Newest transaction that the applier has come to
  retry_count              number      count    Transactions that were tried again
  remaining_delay_seconds  number      seconds  Rest of the wanted delay of the next change; NULL: none is waited for
*/
SELECT c.CHANNEL_NAME AS connection_name,
    c.HOST AS source_host,
    c.PORT + 0e0 AS source_port,
    CAST(c.USING_GTID AS CHAR) AS uses_gtid,
    CAST(a.SERVICE_STATE AS CHAR) AS applier_state,
    NULLIF(k.LAST_ERROR_NUMBER, 0) + 0e0 AS applier_error_number,
    NULLIF(k.LAST_ERROR_MESSAGE, '') AS applier_error,
    CASE WHEN k.LAST_ERROR_NUMBER <> 0 THEN CONVERT_TZ(k.LAST_ERROR_TIMESTAMP, @@SESSION.time_zone, '+00:00') END AS applier_error_at,
    NULLIF(k.LAST_SEEN_TRANSACTION, '') AS last_seen_transaction,
    a.COUNT_TRANSACTIONS_RETRIES + 0e0 AS retry_count,
    a.REMAINING_DELAY + 0e0 AS remaining_delay_seconds
FROM performance_schema.replication_connection_configuration AS c
LEFT JOIN performance_schema.replication_applier_status AS a ON a.CHANNEL_NAME = c.CHANNEL_NAME
LEFT JOIN performance_schema.replication_applier_status_by_coordinator AS k ON k.CHANNEL_NAME = c.CHANNEL_NAME
ORDER BY connection_name
LIMIT 100;
