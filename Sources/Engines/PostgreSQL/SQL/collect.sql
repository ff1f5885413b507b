/*
Purpose:     the core readings of a PostgreSQL cluster, once per collection.
Versions:    PostgreSQL 12 and later.
Permissions: pg_monitor for what other roles' sessions do; the totals need none.
Cost:        one statement, one round trip; reads statistics views only.
Columns:     connection_count (client sessions); transaction_count (committed and rolled back, all databases, since the statistics were reset);
             blocks_read (from outside the cache), blocks_hit (in the cache);
             stats_reset_at (the latest reset of any database's statistics); started_at; membership (another number where other databases
             are added up than before, or one of them was reset)
*/
SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')::bigint AS connection_count,
    sum(xact_commit + xact_rollback)::bigint AS transaction_count,
    sum(blks_read)::bigint AS blocks_read,
    sum(blks_hit)::bigint AS blocks_hit,
    max(stats_reset) AS stats_reset_at,
    pg_postmaster_start_time() AS started_at,
    hashtextextended(string_agg(concat(datid, ' ', stats_reset), ',' ORDER BY datid), 0) AS membership
FROM pg_stat_database
