/*
Purpose:     whether this server is a standby, and how far it is behind what it receives.
Title:       Recovery
Versions:    PostgreSQL 12 and later.
Permissions: pg_monitor for who sends the log.
Cost:        low: one row.
Cadence:     minute
Keep:        latest
Rows:        1
Columns:
  is_in_recovery      flag                                        Whether this server is a standby
  receiver_state      text                                        What the receiver of log does; NULL: there is none
  sender_host         text                                        Where the log comes from
  slot_name           text                                        Slot on the sender that is used
  replay_lag_seconds  gauge   seconds  replication_lag_seconds    Age of the newest transaction that was replayed; 0: the sender is heard, and all that came is replayed; NULL: not known
  replay_lag_bytes    gauge   bytes    replication_lag_bytes      Log that was received but not replayed
  replayed_at         time                                        When the newest replayed transaction was committed on the primary
  heard_at            time                                        When the sender was last heard
  is_replay_paused    flag                                        Whether replay is held up by an administrator
  timeline_id         number  count                               Timeline of the newest checkpoint
  newest_lsn          text                                        Newest place in the log: written here, or replayed on a standby
*/
SELECT l.is_in_recovery,
    r.status AS receiver_state,
    r.sender_host,
    r.slot_name::text AS slot_name,
    CASE
        WHEN NOT l.is_in_recovery THEN NULL
        -- While the sender is heard and nothing new comes, the newest transaction grows old without anything being late. Cut off from it
        -- a standby has replayed all that came too, and is late all the same. An idle sender is heard twice in each time-out.
        WHEN r.status = 'streaming'
            AND r.last_msg_receipt_time > clock_timestamp() - GREATEST(current_setting('wal_receiver_timeout')::interval, INTERVAL '60 seconds')
            AND l.received_lsn <= l.replayed_lsn
            THEN 0
        ELSE EXTRACT(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())
    END::float8 AS replay_lag_seconds,
    CASE WHEN l.received_lsn IS NOT NULL THEN GREATEST(pg_wal_lsn_diff(l.received_lsn, l.replayed_lsn), 0) END::float8 AS replay_lag_bytes,
    CASE WHEN l.is_in_recovery THEN pg_last_xact_replay_timestamp() END AS replayed_at,
    r.last_msg_receipt_time AS heard_at,
    CASE WHEN l.is_in_recovery THEN pg_is_wal_replay_paused() END AS is_replay_paused,
    (SELECT timeline_id FROM pg_control_checkpoint())::float8 AS timeline_id,
    COALESCE(l.replayed_lsn, CASE WHEN NOT l.is_in_recovery THEN pg_current_wal_lsn() END)::text AS newest_lsn
FROM (
    SELECT pg_is_in_recovery() AS is_in_recovery,
        CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn() END AS received_lsn,
        CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() END AS replayed_lsn
) AS l
LEFT JOIN pg_stat_wal_receiver AS r ON true
-- Without pg_monitor a receiver looks as if there were none: this raises an error instead (42501).
WHERE (SELECT CASE WHEN pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') THEN true ELSE pg_tablespace_size('pg_global') IS NOT NULL END)
LIMIT 1;
