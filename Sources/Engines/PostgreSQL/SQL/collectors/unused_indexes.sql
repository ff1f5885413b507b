/*
Purpose:     indexes of the connected database that cost room and writes and were never used, and those that are not valid.
             The other databases are not looked into: the collector databases names them.
Title:       Unused indexes
Versions:    PostgreSQL 12 and later.
Permissions: none.
Cost:        low: statistics in memory.
Cadence:     day
Keep:        latest
Rows:        200
Columns:
  database_name        label           The connected database
  schema_name          label           Schema of the index
  table_name           label           Table that it is on
  index_name           label           Name of the index
  size_bytes           number  bytes   Size when it was last vacuumed or analyzed
  table_write_count    number  count   Rows of its table that were inserted, updated or deleted meanwhile
  is_valid             flag            0: left over by a CREATE INDEX CONCURRENTLY that failed
  counted_since        time            Since when uses are counted: the last reset of the statistics; NULL: since the database was made
*/
SELECT current_database()::text AS database_name,
    n.nspname::text AS schema_name,
    t.relname::text AS table_name,
    x.relname::text AS index_name,
    x.relpages * current_setting('block_size')::float8 AS size_bytes,
    (pg_stat_get_tuples_inserted(t.oid) + pg_stat_get_tuples_updated(t.oid) + pg_stat_get_tuples_deleted(t.oid))::float8 AS table_write_count,
    i.indisvalid AS is_valid,
    (SELECT d.stats_reset FROM pg_stat_database AS d WHERE d.datname = current_database()) AS counted_since
FROM pg_index AS i
JOIN pg_class AS x ON x.oid = i.indexrelid
JOIN pg_class AS t ON t.oid = i.indrelid
JOIN pg_namespace AS n ON n.oid = x.relnamespace
WHERE x.relkind = 'i'
    AND x.relpersistence <> 't'
    AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
    AND (NOT i.indisvalid OR pg_stat_get_numscans(x.oid) = 0 AND NOT i.indisunique AND NOT i.indisexclusion)
ORDER BY size_bytes DESC, schema_name, table_name, index_name
LIMIT 200;
