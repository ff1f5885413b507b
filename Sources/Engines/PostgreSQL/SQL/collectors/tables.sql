/*
Purpose:     the largest tables of the connected database: size, rows, and how they are read and written.
             The other databases are not looked into: the collector databases names them.
Title:       Tables
Versions:    PostgreSQL 12 and later.
Permissions: none; sizes and statistics are to be seen by every role.
Cost:        medium: the catalogue's own estimates for all tables, file sizes for 50; a table that is locked exclusively is left out.
Cadence:     hour
Keep:        latest
Rows:        50
Columns:
  database_name          label                                        The connected database
  schema_name            label                                        Schema of the table
  table_name             label                                        Name of the table
  total_bytes            gauge    bytes       table_size_bytes        Size with indexes and TOAST
  index_bytes            gauge    bytes       table_index_bytes       Size of its indexes
  live_rows              gauge    count       table_live_rows         Rows that are alive, about
  dead_rows              gauge    count       table_dead_rows         Rows that are dead and still take up room
  sequential_scan_count  counter  operations  table_sequential_scans  Times that the whole table was read
  sequential_row_count   counter  count       table_sequential_rows   Rows that these brought
  index_scan_count       counter  operations  table_index_scans       Times that an index was used
  index_row_count        counter  count       table_index_rows        Rows that these brought
  inserted_row_count     counter  count       table_rows_inserted     Rows inserted
  updated_row_count      counter  count       table_rows_updated      Rows updated
  hot_updated_row_count  counter  count       table_rows_hot_updated  Rows updated without a change of any index
  deleted_row_count      counter  count       table_rows_deleted      Rows deleted
  tablespace_name        text                                         Tablespace; NULL: the database's
*/
WITH locked AS MATERIALIZED (
    -- To look up a size waits for whoever holds, or waits for, such a lock.
    SELECT l.relation
    FROM pg_locks AS l
    WHERE l.mode = 'AccessExclusiveLock'
        AND l.relation IS NOT NULL
        AND l.database = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())
),
index_pages AS (
    SELECT i.indrelid, sum(x.relpages) AS pages
    FROM pg_index AS i
    JOIN pg_class AS x ON x.oid = i.indexrelid
    GROUP BY i.indrelid
),
largest AS MATERIALIZED (
    SELECT c.oid, n.nspname, c.relname, c.reltablespace, c.reltoastrelid
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    LEFT JOIN pg_class AS t ON t.oid = c.reltoastrelid
    LEFT JOIN index_pages AS x ON x.indrelid = c.oid
    WHERE c.relkind IN ('r', 'm')
        AND c.relpersistence <> 't'
        AND (n.nspname NOT IN ('pg_catalog', 'information_schema') OR c.relname = 'pg_largeobject')
        AND c.oid NOT IN (SELECT l.relation FROM locked AS l)
        AND NOT EXISTS (SELECT FROM pg_index AS i JOIN locked AS l ON l.relation = i.indexrelid WHERE i.indrelid = c.oid)
    -- The catalogue's estimates; a table that was never analyzed has none, and is judged by its rows.
    ORDER BY GREATEST(c.relpages + COALESCE(t.relpages, 0) + COALESCE(x.pages, 0), pg_stat_get_live_tuples(c.oid) / 100) DESC, c.oid
    LIMIT 50
)
SELECT current_database()::text AS database_name,
    g.nspname::text AS schema_name,
    g.relname::text AS table_name,
    pg_total_relation_size(g.oid)::float8 AS total_bytes,
    pg_indexes_size(g.oid)::float8 AS index_bytes,
    s.n_live_tup::float8 AS live_rows,
    s.n_dead_tup::float8 AS dead_rows,
    s.seq_scan AS sequential_scan_count,
    s.seq_tup_read AS sequential_row_count,
    s.idx_scan AS index_scan_count,
    s.idx_tup_fetch AS index_row_count,
    s.n_tup_ins AS inserted_row_count,
    s.n_tup_upd AS updated_row_count,
    s.n_tup_hot_upd AS hot_updated_row_count,
    s.n_tup_del AS deleted_row_count,
    p.spcname::text AS tablespace_name
FROM largest AS g
LEFT JOIN pg_stat_all_tables AS s ON s.relid = g.oid
LEFT JOIN pg_tablespace AS p ON p.oid = g.reltablespace
ORDER BY schema_name, table_name
LIMIT 50;
