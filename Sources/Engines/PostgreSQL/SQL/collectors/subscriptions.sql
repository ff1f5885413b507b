/*
Purpose:     whether subscriptions of logical replication run, and when they last heard from their publisher.
Title:       Subscriptions
Versions:    PostgreSQL 12 and later.
Permissions: pg_monitor.
Cost:        low: one row for each worker, of shared memory.
Cadence:     minute
Keep:        latest
Rows:        100
Columns:
  subscription_name   label                                            Name of the subscription
  is_running          flag                                             Whether a worker receives its changes now
  table_sync_count    number  count                                    Tables whose first copy is under way
  received_lsn        text                                             Newest place in the publisher's log that was received
  heard_at            time                                             Newest message of the publisher, by our server's clock
  transfer_seconds    gauge   seconds  subscription_transfer_seconds   How long that message was under way, if both clocks agree
  reported_at         time                                             When the newest place was reported to the publisher
*/
SELECT s.subname::text AS subscription_name,
    bool_or(s.pid IS NOT NULL AND s.relid IS NULL) AS is_running,
    count(s.relid)::float8 AS table_sync_count,
    (array_agg(s.received_lsn ORDER BY s.received_lsn DESC NULLS LAST) FILTER (WHERE s.relid IS NULL))[1]::text AS received_lsn,
    max(s.last_msg_receipt_time) FILTER (WHERE s.relid IS NULL) AS heard_at,
    EXTRACT(epoch FROM max(s.last_msg_receipt_time - s.last_msg_send_time) FILTER (WHERE s.relid IS NULL))::float8 AS transfer_seconds,
    max(s.latest_end_time) FILTER (WHERE s.relid IS NULL) AS reported_at
FROM pg_stat_subscription AS s
-- Without pg_monitor the workers may look as if there were none: this raises an error instead (42501).
WHERE (SELECT CASE WHEN pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') THEN true ELSE pg_tablespace_size('pg_global') IS NOT NULL END)
GROUP BY s.subname
ORDER BY subscription_name
LIMIT 100;
