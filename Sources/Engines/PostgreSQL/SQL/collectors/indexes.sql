/*
Purpose:     the largest indexes of the connected database, and how much they are used.
             The other databases are not looked into: the collector databases names them.
Title:       Indexes
Versions:    PostgreSQL 12 and later.
Permissions: none.
Cost:        low: the catalogue's estimates of size, and statistics in memory.
Cadence:     hour
Keep:        latest
Rows:        50
Columns:
  database_name    label                                   The connected database
  schema_name      label                                   Schema of the index
  table_name       label                                   Table that it is on
  index_name       label                                   Name of the index
  size_bytes       gauge    bytes       index_size_bytes   Size when it was last vacuumed or analyzed
  scan_count       counter  operations  index_scans        Times that it was used
  row_count        counter  count       index_rows_read    Entries that these brought
  fetched_count    counter  count       index_rows_fetched Rows of the table that plain index scans fetched
  is_unused        flag                                    Never used since the statistics were reset; on a standby it may be
  is_unique        flag                                    Whether it keeps values apart, used or not
  is_primary       flag                                    Whether it is the primary key
  is_valid         flag                                    0: left over by a CREATE INDEX CONCURRENTLY that failed
  method_name      text                                    btree, gin, ...
*/
SELECT g.*
FROM (
    SELECT current_database()::text AS database_name,
        n.nspname::text AS schema_name,
        t.relname::text AS table_name,
        x.relname::text AS index_name,
        x.relpages * current_setting('block_size')::float8 AS size_bytes,
        pg_stat_get_numscans(x.oid) AS scan_count,
        pg_stat_get_tuples_returned(x.oid) AS row_count,
        pg_stat_get_tuples_fetched(x.oid) AS fetched_count,
        pg_stat_get_numscans(x.oid) = 0 AS is_unused,
        i.indisunique AS is_unique,
        i.indisprimary AS is_primary,
        i.indisvalid AS is_valid,
        m.amname::text AS method_name
    FROM pg_index AS i
    JOIN pg_class AS x ON x.oid = i.indexrelid
    JOIN pg_class AS t ON t.oid = i.indrelid
    JOIN pg_namespace AS n ON n.oid = x.relnamespace
    JOIN pg_am AS m ON m.oid = x.relam
    WHERE x.relkind = 'i'
        AND x.relpersistence <> 't'
        AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
    ORDER BY x.relpages DESC, x.oid
    LIMIT 50
) AS g
ORDER BY g.schema_name, g.table_name, g.index_name
LIMIT 50;
