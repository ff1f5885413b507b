/*
Purpose:     whether this server applies another's changes, how far it is behind, and how many apply its own.
Title:       Replication
Versions:    MariaDB 10.6 and later; MySQL has the collector replication_mysql.
Permissions: PROCESS. What SHOW SLAVE STATUS tells cannot be selected before MariaDB 11.6: sources' names, errors and positions in the source's
             log are not here, nor how far it is behind while it applies. The collector replication_sources lists the sources.
Cost:        low: the list of sessions, and counters.
Cadence:     minute
When:        mariadb
Keep:        latest
Rows:        1
Columns:
  is_replica               flag                                        Whether it applies another server's changes, or did so last; NULL: not known
  replication_state        text                                        running, receiver stopped, applier stopped, partly stopped, stopped, none seen; NULL: not known
  receiver_count           number   count                              Threads that receive changes, one for each source
  applier_count            number   count                              Threads that apply them, one for each source; fewer than receivers: one has stopped
  worker_count             number   count                              Threads that help to apply them
  receiver_state           text                                        What a receiver does
  applier_state            text                                        What the applier does that began its change the longest ago
  replication_lag_seconds  gauge    seconds  replication_lag_seconds   0: all sources are heard, and all that came is applied; NULL: not known, it applies, or hears nothing
  since_applied_seconds    number   seconds                            Since an applier last began a change: where its source is not heard, it may be that far behind, or farther
  replica_count            gauge    count    connected_replicas        Servers that receive changes from this one
  retried_count            counter  count    replication_retries       Transactions that were tried again
  skipped_error_count      counter  count    replication_errors_skipped Errors that were skipped by slave_skip_errors
  applied_position         text                                        GTIDs of what was applied
  written_position         text                                        GTIDs of what was written into the log here
  is_logging               flag                                        Whether this server writes a log that others could apply
  is_semi_sync_source      flag                                        Whether commits wait for a replica now
  semi_sync_replica_count  number   count                              Replicas that they may wait for
*/
SELECT CASE
        WHEN p.receiver_count + p.applier_count > 0 THEN 1
        WHEN @@GLOBAL.gtid_slave_pos = '' THEN 0
        -- With both threads ended what was applied remains. Own changes after it: then it may be a source by now, promoted in a failover.
        WHEN @@GLOBAL.gtid_current_pos = @@GLOBAL.gtid_slave_pos THEN 1
    END AS is_replica,
    CASE
        WHEN p.receiver_count > 0 AND p.applier_count = p.receiver_count THEN 'running'
        WHEN p.receiver_count > 0 AND p.applier_count > 0 THEN 'partly stopped'
        WHEN p.receiver_count > 0 THEN 'applier stopped'
        WHEN p.applier_count > 0 THEN 'receiver stopped'
        WHEN @@GLOBAL.gtid_slave_pos = '' THEN 'none seen'
        WHEN @@GLOBAL.gtid_current_pos = @@GLOBAL.gtid_slave_pos THEN 'stopped'
    END AS replication_state,
    p.receiver_count + 0e0 AS receiver_count,
    p.applier_count + 0e0 AS applier_count,
    p.worker_count + 0e0 AS worker_count,
    p.receiver_state,
    p.applier_state,
    -- TIME counts from when an applier began its newest change, not from when the source made it (since MariaDB 10.1): it is no lag.
    CASE
        WHEN p.applier_count > 0 AND p.hearing_count >= p.applier_count AND p.busy_count = 0 THEN 0e0
    END AS replication_lag_seconds,
    p.since_applied_seconds + 0e0 AS since_applied_seconds,
    v.slaves_connected + 0e0 AS replica_count,
    CAST(v.slave_retried_transactions AS SIGNED) AS retried_count,
    CAST(v.slave_skipped_errors AS SIGNED) AS skipped_error_count,
    LEFT(@@GLOBAL.gtid_slave_pos, 1000) AS applied_position,
    LEFT(@@GLOBAL.gtid_binlog_pos, 1000) AS written_position,
    @@GLOBAL.log_bin AS is_logging,
    v.rpl_semi_sync_master_status = 'ON' AS is_semi_sync_source,
    v.rpl_semi_sync_master_clients + 0e0 AS semi_sync_replica_count
FROM (
    SELECT COUNT(CASE WHEN t.COMMAND = 'Slave_IO' THEN 1 END) AS receiver_count,
        COUNT(CASE WHEN t.COMMAND = 'Slave_SQL' THEN 1 END) AS applier_count,
        COUNT(CASE WHEN t.COMMAND = 'Slave_worker' THEN 1 END) AS worker_count,
        MAX(CASE WHEN t.COMMAND = 'Slave_IO' THEN t.STATE END) AS receiver_state,
        SUBSTRING_INDEX(GROUP_CONCAT(CASE WHEN t.COMMAND = 'Slave_SQL' THEN t.STATE END ORDER BY t.since_applied_seconds DESC SEPARATOR '|'), '|', 1)
            AS applier_state,
        COUNT(CASE
            WHEN t.COMMAND = 'Slave_IO' AND (t.STATE LIKE 'Waiting for % to send event%' OR t.STATE LIKE 'Queueing %' OR t.STATE LIKE '% relay log space%')
                THEN 1
        END) AS hearing_count,
        COUNT(CASE
            WHEN t.COMMAND = 'Slave_SQL' AND COALESCE(t.STATE, '') NOT LIKE '% has read all relay log%' THEN 1
            WHEN t.COMMAND = 'Slave_worker' AND COALESCE(t.STATE, '') NOT LIKE 'Waiting for work from %' THEN 1
        END) AS busy_count,
        MAX(t.since_applied_seconds) AS since_applied_seconds
    FROM (
        SELECT l.COMMAND, l.STATE, CASE WHEN l.COMMAND = 'Slave_SQL' THEN GREATEST(l.TIME, 0) END AS since_applied_seconds
        FROM information_schema.PROCESSLIST AS l
        WHERE l.COMMAND IN ('Slave_IO', 'Slave_SQL', 'Slave_worker')
    ) AS t
) AS p
CROSS JOIN (
    SELECT MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'slaves_connected' THEN s.VARIABLE_VALUE END) AS slaves_connected,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'slave_retried_transactions' THEN s.VARIABLE_VALUE END) AS slave_retried_transactions,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'slave_skipped_errors' THEN s.VARIABLE_VALUE END) AS slave_skipped_errors,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'rpl_semi_sync_master_status' THEN s.VARIABLE_VALUE END) AS rpl_semi_sync_master_status,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'rpl_semi_sync_master_clients' THEN s.VARIABLE_VALUE END) AS rpl_semi_sync_master_clients
    FROM information_schema.GLOBAL_STATUS AS s
    WHERE LOWER(s.VARIABLE_NAME) LIKE 'slave%' OR LOWER(s.VARIABLE_NAME) LIKE 'rpl\_semi%'
) AS v
-- Without PROCESS the threads look as if there were none: this raises an error instead (1227).
CROSS JOIN (SELECT COUNT(*) AS row_count FROM information_schema.INNODB_METRICS WHERE NAME = 'innodb_page_size') AS may_see
LIMIT 1;
