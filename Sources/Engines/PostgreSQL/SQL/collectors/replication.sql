/*
Purpose:     how far each standby and subscriber is behind this server.
Title:       Replication
Versions:    PostgreSQL 12 and later.
Permissions: pg_monitor.
Cost:        low: one row for each connected standby.
Cadence:     minute
Keep:        latest
Rows:        100
Columns:
  standby_name        label                                              Name that the standby gives itself (application_name); a second of one name has a number
  client_address      label                                              Where it connects from; local: a socket
  state               text                                               startup, catchup, streaming, backup, stopping
  sync_state          text                                               async, potential, sync, quorum
  send_lag_bytes      gauge   bytes    replication_send_lag_bytes        Log that was not yet sent
  write_lag_bytes     gauge   bytes    replication_write_lag_bytes       Log that the standby has not yet written
  flush_lag_bytes     gauge   bytes    replication_flush_lag_bytes       Log that the standby has not yet synced
  replay_lag_bytes    gauge   bytes    replication_lag_bytes             Log that the standby has not yet replayed
  write_lag_seconds   gauge   seconds  replication_write_lag_seconds     How long it took until newest log was written there
  flush_lag_seconds   gauge   seconds  replication_flush_lag_seconds     How long it took until newest log was synced there
  replay_lag_seconds  gauge   seconds  replication_lag_seconds           How long it took until newest log was visible there; 0: all is replayed
  user_name           text                                               Role that it connects as
  connected_at        time                                               Since when it is connected
  replied_at          time                                               When it last answered, by its own clock
  xmin_age            number  count                                      Transactions that its queries keep from being vacuumed (hot_standby_feedback)
*/
SELECT CASE WHEN r.ordinal = 1 THEN r.application_name ELSE r.application_name || ' ' || r.ordinal END AS standby_name,
    r.address AS client_address,
    r.state,
    r.sync_state,
    pg_wal_lsn_diff(r.newest_lsn, r.sent_lsn)::float8 AS send_lag_bytes,
    pg_wal_lsn_diff(r.newest_lsn, r.write_lsn)::float8 AS write_lag_bytes,
    pg_wal_lsn_diff(r.newest_lsn, r.flush_lsn)::float8 AS flush_lag_bytes,
    pg_wal_lsn_diff(r.newest_lsn, r.replay_lsn)::float8 AS replay_lag_bytes,
    CASE WHEN r.write_lsn = r.newest_lsn THEN 0 ELSE EXTRACT(epoch FROM r.write_lag) END::float8 AS write_lag_seconds,
    CASE WHEN r.flush_lsn = r.newest_lsn THEN 0 ELSE EXTRACT(epoch FROM r.flush_lag) END::float8 AS flush_lag_seconds,
    CASE WHEN r.replay_lsn = r.newest_lsn THEN 0 ELSE EXTRACT(epoch FROM r.replay_lag) END::float8 AS replay_lag_seconds,
    r.usename::text AS user_name,
    r.backend_start AS connected_at,
    r.reply_time AS replied_at,
    age(r.backend_xmin)::float8 AS xmin_age
FROM (
    SELECT s.*,
        COALESCE(host(s.client_addr), 'local') AS address,
        row_number() OVER (PARTITION BY s.application_name, s.client_addr ORDER BY s.backend_start, s.pid) AS ordinal,
        -- A standby that feeds others has received or, from an archive, replayed so much; only a primary has written.
        CASE WHEN pg_is_in_recovery() THEN GREATEST(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) ELSE pg_current_wal_lsn() END AS newest_lsn
    FROM pg_stat_replication AS s
) AS r
-- Without pg_monitor the view shows NULLs and no error: this raises one (42501).
WHERE (SELECT CASE WHEN pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') THEN true ELSE pg_tablespace_size('pg_global') IS NOT NULL END)
ORDER BY standby_name, client_address
LIMIT 100;
