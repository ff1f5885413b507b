/*
Purpose:     InnoDB's buffer pool, reads and writes, redo log, locks on rows, and old versions of rows that wait to be purged.
Title:       InnoDB
Versions:    MariaDB 10.6 and later; MySQL has the collector innodb_mysql.
Permissions: none.
Cost:        low: the server adds up the counters of its threads, under 5 ms.
Cadence:     minute
When:        mariadb
Keep:        latest
Rows:        1
Columns:
  pages_total             gauge    pages         innodb_pages_total           Pages of the buffer pool
  pages_data              gauge    pages         innodb_pages_data            Pages that hold data
  pages_dirty             gauge    pages         innodb_pages_dirty           Pages that were changed and are not written yet
  pages_free              gauge    pages         innodb_pages_free            Pages that are free
  read_request_count      counter  operations    innodb_read_requests         Pages asked of the buffer pool
  disk_read_count         counter  operations    innodb_disk_read_requests    Of them those that were read from disk
  write_request_count     counter  operations    innodb_write_requests        Changes of pages in the buffer pool
  free_wait_count         counter  count         innodb_free_waits            Times that one had to wait for a free page
  pages_read              counter  pages         innodb_pages_read            Pages read from disk
  pages_written           counter  pages         innodb_pages_written         Pages written to disk
  pages_created           counter  pages         innodb_pages_created         Pages made
  data_read_count         counter  operations    innodb_data_reads            Reads of files
  data_read_bytes         counter  bytes         innodb_data_read_bytes       Bytes read from files
  data_write_count        counter  operations    innodb_data_writes           Writes of files
  data_written_bytes      counter  bytes         innodb_data_written_bytes    Bytes written into files
  sync_count              counter  operations    innodb_syncs                 Syncs of files
  log_written_bytes       counter  bytes         innodb_log_written_bytes     Redo log written
  log_wait_count          counter  count         innodb_log_waits             Times that the log buffer was too small
  row_lock_wait_count     counter  count         innodb_row_lock_waits        Times that one had to wait for a lock on a row
  row_lock_wait_ms        counter  milliseconds  innodb_row_lock_wait_ms      Time that this took
  waiting_lock_count      gauge    count         innodb_row_locks_waiting     Locks on rows that are waited for now
  rows_read               counter  count         innodb_rows_read             Rows read; NULL: MariaDB counts none (see handler_ in global_status)
  rows_inserted           counter  count         innodb_rows_inserted         Rows inserted
  rows_updated            counter  count         innodb_rows_updated          Rows updated
  rows_deleted            counter  count         innodb_rows_deleted          Rows deleted
  deadlock_count          counter  count         deadlocks                    Deadlocks
  history_length          gauge    count         innodb_history_length        Undo records that are kept since somebody may still read them
  checkpoint_age_bytes    gauge    bytes         innodb_checkpoint_age_bytes  Redo log since the checkpoint
  checkpoint_limit_bytes  number   bytes                                      Redo log after which a checkpoint is forced
  buffer_pool_bytes       number   bytes                                      Size of the buffer pool
  cache_hit_percent       number   percent                                    Share of pages found in the buffer pool, since the start
  dirty_percent           number   percent                                    Share of pages that are dirty
*/
SELECT v.innodb_buffer_pool_pages_total + 0e0 AS pages_total,
    v.innodb_buffer_pool_pages_data + 0e0 AS pages_data,
    v.innodb_buffer_pool_pages_dirty + 0e0 AS pages_dirty,
    v.innodb_buffer_pool_pages_free + 0e0 AS pages_free,
    CAST(v.innodb_buffer_pool_read_requests AS SIGNED) AS read_request_count,
    CAST(v.innodb_buffer_pool_reads AS SIGNED) AS disk_read_count,
    CAST(v.innodb_buffer_pool_write_requests AS SIGNED) AS write_request_count,
    CAST(v.innodb_buffer_pool_wait_free AS SIGNED) AS free_wait_count,
    CAST(v.innodb_pages_read AS SIGNED) AS pages_read,
    CAST(v.innodb_pages_written AS SIGNED) AS pages_written,
    CAST(v.innodb_pages_created AS SIGNED) AS pages_created,
    CAST(v.innodb_data_reads AS SIGNED) AS data_read_count,
    CAST(v.innodb_data_read AS SIGNED) AS data_read_bytes,
    CAST(v.innodb_data_writes AS SIGNED) AS data_write_count,
    CAST(v.innodb_data_written AS SIGNED) AS data_written_bytes,
    CAST(v.innodb_data_fsyncs AS SIGNED) AS sync_count,
    CAST(v.innodb_os_log_written AS SIGNED) AS log_written_bytes,
    CAST(v.innodb_log_waits AS SIGNED) AS log_wait_count,
    CAST(v.innodb_row_lock_waits AS SIGNED) AS row_lock_wait_count,
    CAST(v.innodb_row_lock_time AS SIGNED) AS row_lock_wait_ms,
    v.innodb_row_lock_current_waits + 0e0 AS waiting_lock_count,
    CAST(v.innodb_rows_read AS SIGNED) AS rows_read,
    CAST(v.innodb_rows_inserted AS SIGNED) AS rows_inserted,
    CAST(v.innodb_rows_updated AS SIGNED) AS rows_updated,
    CAST(v.innodb_rows_deleted AS SIGNED) AS rows_deleted,
    CAST(v.innodb_deadlocks AS SIGNED) AS deadlock_count,
    v.innodb_history_list_length + 0e0 AS history_length,
    v.innodb_checkpoint_age + 0e0 AS checkpoint_age_bytes,
    v.innodb_checkpoint_max_age + 0e0 AS checkpoint_limit_bytes,
    @@GLOBAL.innodb_buffer_pool_size + 0e0 AS buffer_pool_bytes,
    100 * (1 - v.innodb_buffer_pool_reads / NULLIF(v.innodb_buffer_pool_read_requests + 0e0, 0)) AS cache_hit_percent,
    100 * v.innodb_buffer_pool_pages_dirty / NULLIF(v.innodb_buffer_pool_pages_total + 0e0, 0) AS dirty_percent
FROM (
    SELECT MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_buffer_pool_pages_total' THEN s.VARIABLE_VALUE END) AS innodb_buffer_pool_pages_total,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_buffer_pool_pages_data' THEN s.VARIABLE_VALUE END) AS innodb_buffer_pool_pages_data,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_buffer_pool_pages_dirty' THEN s.VARIABLE_VALUE END) AS innodb_buffer_pool_pages_dirty,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_buffer_pool_pages_free' THEN s.VARIABLE_VALUE END) AS innodb_buffer_pool_pages_free,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_buffer_pool_read_requests' THEN s.VARIABLE_VALUE END) AS innodb_buffer_pool_read_requests,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_buffer_pool_reads' THEN s.VARIABLE_VALUE END) AS innodb_buffer_pool_reads,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_buffer_pool_write_requests' THEN s.VARIABLE_VALUE END) AS innodb_buffer_pool_write_requests,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_buffer_pool_wait_free' THEN s.VARIABLE_VALUE END) AS innodb_buffer_pool_wait_free,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_pages_read' THEN s.VARIABLE_VALUE END) AS innodb_pages_read,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_pages_written' THEN s.VARIABLE_VALUE END) AS innodb_pages_written,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_pages_created' THEN s.VARIABLE_VALUE END) AS innodb_pages_created,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_data_reads' THEN s.VARIABLE_VALUE END) AS innodb_data_reads,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_data_read' THEN s.VARIABLE_VALUE END) AS innodb_data_read,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_data_writes' THEN s.VARIABLE_VALUE END) AS innodb_data_writes,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_data_written' THEN s.VARIABLE_VALUE END) AS innodb_data_written,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_data_fsyncs' THEN s.VARIABLE_VALUE END) AS innodb_data_fsyncs,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_os_log_written' THEN s.VARIABLE_VALUE END) AS innodb_os_log_written,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_log_waits' THEN s.VARIABLE_VALUE END) AS innodb_log_waits,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_row_lock_waits' THEN s.VARIABLE_VALUE END) AS innodb_row_lock_waits,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_row_lock_time' THEN s.VARIABLE_VALUE END) AS innodb_row_lock_time,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_row_lock_current_waits' THEN s.VARIABLE_VALUE END) AS innodb_row_lock_current_waits,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_rows_read' THEN s.VARIABLE_VALUE END) AS innodb_rows_read,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_rows_inserted' THEN s.VARIABLE_VALUE END) AS innodb_rows_inserted,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_rows_updated' THEN s.VARIABLE_VALUE END) AS innodb_rows_updated,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_rows_deleted' THEN s.VARIABLE_VALUE END) AS innodb_rows_deleted,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_deadlocks' THEN s.VARIABLE_VALUE END) AS innodb_deadlocks,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_history_list_length' THEN s.VARIABLE_VALUE END) AS innodb_history_list_length,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_checkpoint_age' THEN s.VARIABLE_VALUE END) AS innodb_checkpoint_age,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'innodb_checkpoint_max_age' THEN s.VARIABLE_VALUE END) AS innodb_checkpoint_max_age
    FROM information_schema.GLOBAL_STATUS AS s
    WHERE LOWER(s.VARIABLE_NAME) LIKE 'innodb%'
) AS v
LIMIT 1;
