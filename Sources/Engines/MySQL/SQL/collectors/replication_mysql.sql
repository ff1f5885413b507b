/*
Purpose:     what this server receives and applies from others, by channel, and how far it is behind.
Title:       Replication
Versions:    MySQL 8.0 and later; MariaDB has the collector replication.
Permissions: SELECT on performance_schema.
Cost:        low: a row for each channel and worker, of memory.
Cadence:     minute
When:        mysql, performance_schema
Keep:        latest
Rows:        100
Columns:
  channel_name             label                                        Name of the channel; empty: the usual one
  source_host              text                                         Server that the changes come from
  source_port              number   count                               Its port
  receiver_state           text                                         ON, OFF or CONNECTING
  applier_state            text                                         ON or OFF
  replication_lag_seconds  gauge    seconds  replication_lag_seconds    Age of the change that is applied; 0: all that came is applied; NULL: not known
  heartbeat_count          counter  count    replication_heartbeats     Signs of life of the source
  retried_count            counter  count    replication_retries        Transactions that were tried again
  heard_at                 time                                         Newest sign of life of the source
  receiver_error_number    number   count                               Newest error of the receiver; NULL: none
  receiver_error           text                                         Its message
  applier_error_number     number   count                               Newest error of an applier; NULL: none
  applier_error            text                                         Its message
  received_transaction     text                                         Newest transaction that was received
  desired_delay_seconds    number   seconds                             Delay that is wanted
*/
SELECT c.CHANNEL_NAME AS channel_name,
    c.HOST AS source_host,
    c.PORT + 0e0 AS source_port,
    r.SERVICE_STATE AS receiver_state,
    a.SERVICE_STATE AS applier_state,
    CASE
        WHEN w.applying_since IS NOT NULL THEN GREATEST(TIMESTAMPDIFF(MICROSECOND, CONVERT_TZ(w.applying_since, @@SESSION.time_zone, '+00:00'), UTC_TIMESTAMP(6)), 0) / 1e6
        -- A change waits until it is as old as is wanted.
        WHEN a.REMAINING_DELAY IS NOT NULL THEN GREATEST(CAST(f.DESIRED_DELAY AS SIGNED) - CAST(a.REMAINING_DELAY AS SIGNED), 0) + 0e0
        -- Between two changes nothing is applied either: only if the newest that came is applied is there no more to do.
        WHEN r.SERVICE_STATE = 'ON' AND a.SERVICE_STATE = 'ON' AND w.applied_count > 0
            AND w.applied_commit_at >= r.LAST_QUEUED_TRANSACTION_ORIGINAL_COMMIT_TIMESTAMP THEN 0e0
    END AS replication_lag_seconds,
    CAST(r.COUNT_RECEIVED_HEARTBEATS AS SIGNED) AS heartbeat_count,
    CAST(a.COUNT_TRANSACTIONS_RETRIES AS SIGNED) AS retried_count,
    CASE WHEN r.COUNT_RECEIVED_HEARTBEATS > 0 THEN CONVERT_TZ(r.LAST_HEARTBEAT_TIMESTAMP, @@SESSION.time_zone, '+00:00') END AS heard_at,
    NULLIF(r.LAST_ERROR_NUMBER, 0) + 0e0 AS receiver_error_number,
    NULLIF(r.LAST_ERROR_MESSAGE, '') AS receiver_error,
    NULLIF(w.error_number, 0) + 0e0 AS applier_error_number,
    NULLIF(w.error_message, '') AS applier_error,
    r.LAST_QUEUED_TRANSACTION AS received_transaction,
    f.DESIRED_DELAY + 0e0 AS desired_delay_seconds
FROM performance_schema.replication_connection_configuration AS c
JOIN performance_schema.replication_connection_status AS r ON r.CHANNEL_NAME = c.CHANNEL_NAME
LEFT JOIN performance_schema.replication_applier_status AS a ON a.CHANNEL_NAME = c.CHANNEL_NAME
LEFT JOIN performance_schema.replication_applier_configuration AS f ON f.CHANNEL_NAME = c.CHANNEL_NAME
LEFT JOIN (
    SELECT k.CHANNEL_NAME AS channel_name,
        -- A worker that applies nothing has a zero date, which is no time.
        MIN(CASE WHEN k.APPLYING_TRANSACTION <> '' THEN k.APPLYING_TRANSACTION_ORIGINAL_COMMIT_TIMESTAMP END) AS applying_since,
        COUNT(CASE WHEN k.LAST_APPLIED_TRANSACTION <> '' THEN 1 END) AS applied_count,
        MAX(k.LAST_APPLIED_TRANSACTION_ORIGINAL_COMMIT_TIMESTAMP) AS applied_commit_at,
        MAX(k.LAST_ERROR_NUMBER) AS error_number,
        MAX(k.LAST_ERROR_MESSAGE) AS error_message
    FROM performance_schema.replication_applier_status_by_worker AS k
    GROUP BY k.CHANNEL_NAME
) AS w ON w.channel_name = c.CHANNEL_NAME
ORDER BY channel_name
LIMIT 100;
