/*
Purpose:     checkpoints, and who writes changed blocks out of the cache.
Title:       Checkpoints and background writer
Versions:    PostgreSQL 12 to 16; later ones have the collector checkpointer.
Permissions: none.
Cost:        low: one row of statistics in memory.
Cadence:     minute
When:        <17
Keep:        latest
Rows:        1
Columns:
  timed_checkpoint_count     counter  count         checkpoints_timed              Checkpoints that were due by time
  requested_checkpoint_count counter  count         checkpoints_requested          Checkpoints that were asked for, mostly because much was written
  checkpoint_write_ms        counter  milliseconds  checkpoint_write_ms            Time that checkpoints spent writing
  checkpoint_sync_ms         counter  milliseconds  checkpoint_sync_ms             Time that checkpoints spent syncing files
  checkpoint_blocks_written  counter  pages         checkpoint_blocks_written      Blocks written by checkpoints
  cleaner_blocks_written     counter  pages         background_writer_blocks       Blocks written by the background writer
  cleaner_stop_count         counter  count         background_writer_stops        Times that it stopped because it had written its most (bgwriter_lru_maxpages)
  blocks_allocated           counter  pages         blocks_allocated               Blocks that were given a place in the cache
  backend_blocks_written     counter  pages         backend_blocks_written         Blocks that sessions had to write by themselves
  backend_sync_count         counter  count         backend_syncs                  Files that sessions had to sync by themselves
  stats_reset_at             time                                                  When these statistics were last reset
*/
SELECT checkpoints_timed AS timed_checkpoint_count,
    checkpoints_req AS requested_checkpoint_count,
    checkpoint_write_time::bigint AS checkpoint_write_ms,
    checkpoint_sync_time::bigint AS checkpoint_sync_ms,
    buffers_checkpoint AS checkpoint_blocks_written,
    buffers_clean AS cleaner_blocks_written,
    maxwritten_clean AS cleaner_stop_count,
    buffers_alloc AS blocks_allocated,
    buffers_backend AS backend_blocks_written,
    buffers_backend_fsync AS backend_sync_count,
    stats_reset AS stats_reset_at
FROM pg_stat_bgwriter
LIMIT 1;
