/*
Purpose:     checkpoints, restart points of a standby, and who writes changed blocks out of the cache.
Title:       Checkpoints and background writer
Versions:    PostgreSQL 17 and later; earlier ones have the collector background_writer.
Permissions: none.
Cost:        low: two rows of statistics in memory.
Cadence:     minute
When:        >=17
Keep:        latest
Rows:        1
Columns:
  timed_checkpoint_count     counter  count         checkpoints_timed              Checkpoints that were due by time
  requested_checkpoint_count counter  count         checkpoints_requested          Checkpoints that were asked for, mostly because much was written
  timed_restartpoint_count   counter  count         restartpoints_timed            Restart points of a standby that were due by time
  requested_restartpoint_count counter count        restartpoints_requested        Restart points of a standby that were asked for
  restartpoint_count         counter  count         restartpoints_done             Restart points of a standby that were made
  checkpoint_write_ms        counter  milliseconds  checkpoint_write_ms            Time that checkpoints spent writing
  checkpoint_sync_ms         counter  milliseconds  checkpoint_sync_ms             Time that checkpoints spent syncing files
  checkpoint_blocks_written  counter  pages         checkpoint_blocks_written      Blocks written by checkpoints
  cleaner_blocks_written     counter  pages         background_writer_blocks       Blocks written by the background writer
  cleaner_stop_count         counter  count         background_writer_stops        Times that it stopped because it had written its most (bgwriter_lru_maxpages)
  blocks_allocated           counter  pages         blocks_allocated               Blocks that were given a place in the cache
  stats_reset_at             time                                                  When the statistics of checkpoints were last reset
*/
SELECT c.num_timed AS timed_checkpoint_count,
    c.num_requested AS requested_checkpoint_count,
    c.restartpoints_timed AS timed_restartpoint_count,
    c.restartpoints_req AS requested_restartpoint_count,
    c.restartpoints_done AS restartpoint_count,
    c.write_time::bigint AS checkpoint_write_ms,
    c.sync_time::bigint AS checkpoint_sync_ms,
    c.buffers_written AS checkpoint_blocks_written,
    b.buffers_clean AS cleaner_blocks_written,
    b.maxwritten_clean AS cleaner_stop_count,
    b.buffers_alloc AS blocks_allocated,
    c.stats_reset AS stats_reset_at
FROM pg_stat_checkpointer AS c
CROSS JOIN pg_stat_bgwriter AS b
LIMIT 1;
