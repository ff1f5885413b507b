/*
Purpose:     how much log each replication slot keeps: one that nobody reads fills the disk.
Title:       Replication slots
Versions:    PostgreSQL 12 and later; state of its log from 13, since when it is inactive from 17.
Permissions: none.
Cost:        low: one row for each slot.
Cadence:     minute
Keep:        latest
Rows:        200
Columns:
  slot_name          label                                            Name of the slot
  slot_kind          text                                             physical or logical
  plugin_name        text                                             Output plugin of a logical slot
  database_name      text                                             Database of a logical slot
  is_active          flag                                             Whether somebody reads from it now
  is_temporary       flag                                             Whether it goes with its session
  wal_state          text                                             reserved, extended, unreserved (may be lost soon), lost
  retained_bytes     gauge   bytes  replication_slot_retained_bytes   Log that is kept for the slot
  unconfirmed_bytes  gauge   bytes  replication_slot_lag_bytes        Log whose receipt the reader of a logical slot has not confirmed
  safe_bytes         number  bytes                                    Log that may still be written before the slot is lost (max_slot_wal_keep_size)
  xmin_age           number  count                                    Transactions whose rows the slot keeps from being vacuumed
  catalog_xmin_age   number  count                                    The same for system tables
  inactive_since     time                                             Since when nobody reads from it
  invalidated_for    text                                             Why the slot is of no more use
*/
SELECT present.*
FROM (VALUES (NULL::text, NULL::bigint, NULL::timestamptz, NULL::text))
    -- What this version does not have is found here: names are looked up in the inner query first.
    AS absent (wal_status, safe_wal_size, inactive_since, invalidation_reason)
CROSS JOIN (
    SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END AS newest_lsn
) AS log
CROSS JOIN LATERAL (
    SELECT slot_name::text AS slot_name,
        slot_type AS slot_kind,
        plugin::text AS plugin_name,
        database::text AS database_name,
        active AS is_active,
        temporary AS is_temporary,
        wal_status AS wal_state,
        CASE WHEN restart_lsn IS NOT NULL
            THEN GREATEST(pg_wal_lsn_diff(newest_lsn, restart_lsn), 0) END::float8 AS retained_bytes,
        CASE WHEN confirmed_flush_lsn IS NOT NULL
            THEN GREATEST(pg_wal_lsn_diff(newest_lsn, confirmed_flush_lsn), 0) END::float8 AS unconfirmed_bytes,
        safe_wal_size::float8 AS safe_bytes,
        age(xmin)::float8 AS xmin_age,
        age(catalog_xmin)::float8 AS catalog_xmin_age,
        inactive_since,
        invalidation_reason AS invalidated_for
    FROM pg_replication_slots
) AS present
ORDER BY slot_name
LIMIT 200;
