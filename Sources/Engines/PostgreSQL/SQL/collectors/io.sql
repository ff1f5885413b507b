/*
Purpose:     reads and writes by kind of process, of object and of access, and how long they took.
Title:       IO by kind of process
Versions:    PostgreSQL 16 and later.
Permissions: none.
Cost:        low: at most a hundred rows of statistics in memory.
Cadence:     five_minutes
When:        >=16
Keep:        latest
Rows:        200
Columns:
  backend_type      label                                          Kind of process
  object_kind       label                                          What was read or written: relation, temp relation, wal
  access_context    label                                          How: normal, bulkread, bulkwrite, vacuum, init
  read_count        counter  operations    backend_reads           Reads; NULL: this kind does not read
  read_bytes        counter  bytes         backend_read_bytes      Bytes read
  read_ms           counter  milliseconds  backend_read_ms         Time spent reading; NULL: track_io_timing is off
  write_count       counter  operations    backend_writes          Writes
  write_bytes       counter  bytes         backend_written_bytes   Bytes written
  write_ms          counter  milliseconds  backend_write_ms        Time spent writing; NULL: track_io_timing is off
  extend_count      counter  operations    backend_extends         Times that files were extended
  hit_count         counter  operations    backend_cache_hits      Blocks that were found in the cache
  eviction_count    counter  operations    backend_evictions       Blocks that were put out of the cache to make room
  reuse_count       counter  operations    backend_reuses          Times that a place in a ring of one's own was used again
  sync_count        counter  operations    backend_file_syncs      Files synced
  sync_ms           counter  milliseconds  backend_file_sync_ms    Time spent syncing files; NULL: track_io_timing is off
*/
SELECT present.*
FROM (VALUES (NULL::bigint, NULL::numeric, NULL::numeric))
    -- op_bytes went with 18, which counts bytes: what this version does not have is found here.
    AS absent (op_bytes, read_bytes, write_bytes)
CROSS JOIN (SELECT current_setting('track_io_timing')::boolean AS is_timed, current_setting('track_wal_io_timing')::boolean AS is_wal_timed) AS settings
CROSS JOIN LATERAL (
    SELECT backend_type,
        object AS object_kind,
        context AS access_context,
        reads AS read_count,
        COALESCE(read_bytes, reads * op_bytes)::bigint AS read_bytes,
        CASE WHEN CASE object WHEN 'wal' THEN is_wal_timed ELSE is_timed END THEN read_time::bigint END AS read_ms,
        writes AS write_count,
        COALESCE(write_bytes, writes * op_bytes)::bigint AS write_bytes,
        CASE WHEN CASE object WHEN 'wal' THEN is_wal_timed ELSE is_timed END THEN write_time::bigint END AS write_ms,
        extends AS extend_count,
        hits AS hit_count,
        evictions AS eviction_count,
        reuses AS reuse_count,
        fsyncs AS sync_count,
        CASE WHEN CASE object WHEN 'wal' THEN is_wal_timed ELSE is_timed END THEN fsync_time::bigint END AS sync_ms
    FROM pg_stat_io
    -- What never happened since the start is left out; the set of rows only grows.
    WHERE COALESCE(reads, 0) + COALESCE(writes, 0) + COALESCE(extends, 0) + COALESCE(hits, 0) + COALESCE(fsyncs, 0) > 0
) AS present
ORDER BY backend_type, object_kind, access_context
LIMIT 200;
