/*
Purpose:     how much write-ahead log is written, and what of it is full pages.
Title:       Write-ahead log
Versions:    PostgreSQL 14 and later; writes and syncs up to 17 (from 18 they are in the collector io).
Permissions: none.
Cost:        low: one row of statistics in memory.
Cadence:     minute
When:        >=14
Keep:        latest
Rows:        1
Columns:
  record_count        counter  count         wal_records           Records written
  full_page_count     counter  pages         wal_full_pages        Full pages written: the first change of a page after a checkpoint
  written_bytes       counter  bytes         wal_bytes             Bytes of log made
  buffers_full_count  counter  count         wal_buffers_full      Times that log was written because its buffers were full
  write_count         counter  operations    wal_writes            Times that buffers were written to disk
  sync_count          counter  operations    wal_syncs             Times that the log was synced to disk
  write_ms            counter  milliseconds  wal_write_ms          Time spent writing; NULL: track_wal_io_timing is off
  sync_ms             counter  milliseconds  wal_sync_ms           Time spent syncing; NULL: track_wal_io_timing is off
  stats_reset_at      time                                         When these statistics were last reset
*/
SELECT present.*
FROM (VALUES (NULL::bigint, NULL::bigint, NULL::float8, NULL::float8))
    -- 18 has these no more: what this version does not have is found here.
    AS absent (wal_write, wal_sync, wal_write_time, wal_sync_time)
CROSS JOIN LATERAL (
    SELECT wal_records AS record_count,
        wal_fpi AS full_page_count,
        wal_bytes::bigint AS written_bytes,
        wal_buffers_full AS buffers_full_count,
        wal_write AS write_count,
        wal_sync AS sync_count,
        CASE WHEN current_setting('track_wal_io_timing')::boolean THEN wal_write_time::bigint END AS write_ms,
        CASE WHEN current_setting('track_wal_io_timing')::boolean THEN wal_sync_time::bigint END AS sync_ms,
        stats_reset AS stats_reset_at
    FROM pg_stat_wal
) AS present
LIMIT 1;
