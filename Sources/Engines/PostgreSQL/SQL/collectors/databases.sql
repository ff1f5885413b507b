/*
Purpose:     what each database of the cluster does: transactions, blocks, rows, temporary files, deadlocks, sessions.
Title:       Databases
Versions:    PostgreSQL 12 and later; times and counts of sessions from 14.
Permissions: none.
Cost:        low: one row for each database, of statistics in memory; no table is read.
Cadence:     minute
Keep:        latest
Rows:        500
Columns:
  database_name             label                                                   Name of the database; those that allow no connection are left out
  is_looked_into            flag                                                    Whether its tables, indexes and extensions are read: only the connected database's are
  session_count             gauge    count        database_session_count            Sessions that are connected to the database now
  commit_count              counter  operations   transactions_committed            Transactions that were committed
  rollback_count            counter  operations   transactions_rolled_back          Transactions that were rolled back
  blocks_read               counter  pages        database_blocks_read              Blocks read from outside PostgreSQL's cache
  blocks_hit                counter  pages        database_blocks_hit               Blocks found in PostgreSQL's cache
  rows_returned             counter  count        database_rows_returned            Rows that scans went through
  rows_fetched              counter  count        database_rows_fetched             Rows that index scans brought
  rows_inserted             counter  count        database_rows_inserted            Rows inserted
  rows_updated              counter  count        database_rows_updated             Rows updated
  rows_deleted              counter  count        database_rows_deleted             Rows deleted
  conflict_count            counter  count        recovery_conflicts                Queries cancelled on a standby because they were in recovery's way
  temp_file_count           counter  count        temp_files_created                Temporary files written by queries that had too little work_mem
  temp_bytes                counter  bytes        temp_bytes_written                Bytes written into temporary files
  deadlock_count            counter  count        deadlocks                         Deadlocks
  checksum_failure_count    counter  count        checksum_failures                 Blocks whose checksum was wrong; NULL: checksums are off
  read_ms                   counter  milliseconds database_read_ms                  Time spent reading blocks; NULL: track_io_timing is off
  write_ms                  counter  milliseconds database_write_ms                 Time spent writing blocks; NULL: track_io_timing is off
  session_ms                counter  milliseconds database_session_ms               Time that sessions were connected
  active_ms                 counter  milliseconds database_active_ms                Time that sessions executed statements
  idle_in_transaction_ms    counter  milliseconds database_idle_in_transaction_ms   Time that sessions were idle in a transaction
  opened_session_count      counter  count        sessions_opened                   Sessions that were opened
  abandoned_session_count   counter  count        sessions_abandoned                Sessions that ended because the client was lost
  fatal_session_count       counter  count        sessions_fatal                    Sessions that ended by a fatal error
  killed_session_count      counter  count        sessions_killed                   Sessions that an administrator ended
  cache_hit_percent         number   percent                                        Share of blocks found in the cache, since the statistics were reset
  stats_reset_at            time                                                    When the database's statistics were last reset
*/
SELECT present.*
FROM (VALUES (NULL::float8, NULL::float8, NULL::float8, NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint))
    -- A column that this version does not have is found here: names are looked up in the inner query first.
    AS absent (session_time, active_time, idle_in_transaction_time, sessions, sessions_abandoned, sessions_fatal, sessions_killed)
CROSS JOIN LATERAL (
    SELECT datname::text AS database_name,
        datname = current_database() AS is_looked_into,
        numbackends::float8 AS session_count,
        xact_commit AS commit_count,
        xact_rollback AS rollback_count,
        blks_read AS blocks_read,
        blks_hit AS blocks_hit,
        tup_returned AS rows_returned,
        tup_fetched AS rows_fetched,
        tup_inserted AS rows_inserted,
        tup_updated AS rows_updated,
        tup_deleted AS rows_deleted,
        conflicts AS conflict_count,
        temp_files AS temp_file_count,
        temp_bytes AS temp_bytes,
        deadlocks AS deadlock_count,
        checksum_failures AS checksum_failure_count,
        CASE WHEN current_setting('track_io_timing')::boolean THEN blk_read_time::bigint END AS read_ms,
        CASE WHEN current_setting('track_io_timing')::boolean THEN blk_write_time::bigint END AS write_ms,
        session_time::bigint AS session_ms,
        active_time::bigint AS active_ms,
        idle_in_transaction_time::bigint AS idle_in_transaction_ms,
        sessions AS opened_session_count,
        sessions_abandoned AS abandoned_session_count,
        sessions_fatal AS fatal_session_count,
        sessions_killed AS killed_session_count,
        100.0::float8 * blks_hit / NULLIF(blks_hit + blks_read, 0) AS cache_hit_percent,
        stats_reset AS stats_reset_at
    FROM pg_stat_database
    WHERE datname IS NOT NULL
        AND datid IN (SELECT oid FROM pg_database WHERE datallowconn)
) AS present
ORDER BY database_name
LIMIT 500;
