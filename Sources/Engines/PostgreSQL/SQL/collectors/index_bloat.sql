/*
Purpose:     how much of the btree indexes of the connected database is free or dead room: an estimate from the planner's statistics.
             The other databases are not looked into: the collector databases names them.
Title:       Index bloat
Versions:    PostgreSQL 12 and later; from 13 equal entries are stored once, so that an index may be smaller than the estimate: then 0.
Permissions: SELECT on the tables, or from 14 pg_read_all_data: their statistics are hidden otherwise, and the estimate is not known (NULL).
Cost:        medium: the catalogue and the planner's statistics of the 200 largest indexes; no index is read.
Cadence:     day
Keep:        latest
Rows:        50
Columns:
  database_name   label                             The connected database
  schema_name     label                             Schema of the index
  table_name      label                             Table that it is on
  index_name      label                             Name of the index
  index_bytes     number  bytes                     Size when it was last vacuumed or analyzed
  bloat_bytes     gauge   bytes  index_bloat_bytes  Of them more than the entries need, about; NULL: statistics are missing or hidden
  bloat_percent   number  percent                   Share of that
  fill_factor     number  percent                   To which leaf pages are filled on purpose
*/
WITH largest AS MATERIALIZED (
    SELECT x.oid, n.nspname, t.oid AS table_oid, t.relname AS table_name, x.relname AS index_name, x.relpages::float8 AS pages,
        x.reltuples::float8 AS row_count, x.reloptions, i.indkey
    FROM pg_index AS i
    JOIN pg_class AS x ON x.oid = i.indexrelid
    JOIN pg_class AS t ON t.oid = i.indrelid
    JOIN pg_namespace AS n ON n.oid = x.relnamespace
    WHERE x.relkind = 'i'
        AND x.relpersistence <> 't'
        AND x.relpages >= 16
        AND x.relam = (SELECT m.oid FROM pg_am AS m WHERE m.amname = 'btree')
        AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
    ORDER BY x.relpages DESC, x.oid
    LIMIT 200
),
columns_of AS (
    -- A plain column has the table's statistics, an expression those of the index's own column.
    SELECT g.oid, g.nspname,
        CASE k.attnum WHEN 0 THEN g.index_name ELSE g.table_name END AS relation_name,
        a.attname
    FROM largest AS g
    CROSS JOIN LATERAL unnest(g.indkey::smallint[]) WITH ORDINALITY AS k (attnum, place)
    JOIN pg_attribute AS a ON a.attrelid = CASE k.attnum WHEN 0 THEN g.oid ELSE g.table_oid END
        AND a.attnum = CASE k.attnum WHEN 0 THEN k.place ELSE k.attnum END
),
widths AS (
    SELECT c.oid,
        count(*) AS column_count,
        count(s.attname) AS known_count,
        sum((1 - s.null_frac) * s.avg_width) AS data_bytes,
        COALESCE(bool_or(s.null_frac > 0), false) AS has_nulls
    FROM columns_of AS c
    LEFT JOIN pg_stats AS s ON s.schemaname = c.nspname AND s.tablename = c.relation_name AND s.attname = c.attname AND NOT s.inherited
    GROUP BY c.oid
),
entries AS (
    SELECT g.*,
        current_setting('block_size')::float8 AS block_bytes,
        COALESCE((SELECT o.option_value FROM pg_options_to_table(g.reloptions) AS o WHERE o.option_name = 'fillfactor')::float8, 90) AS fill_factor,
        -- An entry: its pointer (4), its header (8, or 16 when some values are NULL) and its values to the next 8 bytes.
        CASE WHEN w.known_count = w.column_count THEN
            4 + CASE WHEN w.has_nulls THEN 16 ELSE 8 END + 8 * ceil(w.data_bytes / 8.0)
        END::float8 AS entry_bytes
    FROM largest AS g
    JOIN widths AS w ON w.oid = g.oid
),
estimates AS (
    SELECT e.*, CASE WHEN n.needed_pages IS NOT NULL THEN GREATEST(e.pages - n.needed_pages, 0) END AS spare_pages
    FROM entries AS e
    CROSS JOIN LATERAL (
        SELECT ceil(e.row_count / GREATEST(floor((e.block_bytes - 40) * e.fill_factor / 100 / e.entry_bytes), 1)) AS leaf_pages
    ) AS l
    CROSS JOIN LATERAL (
        -- A page has 24 bytes in front and 16 behind; beside the leaves there are the meta page and the pages that lead to them.
        SELECT CASE
            WHEN e.row_count = 0 THEN 1
            -- Not known: never analyzed (-1 from 14), or statistics of a column are missing.
            WHEN e.row_count < 0 OR e.entry_bytes IS NULL THEN NULL
            ELSE 1 + ceil(l.leaf_pages * (1 + e.entry_bytes / (e.block_bytes - 40)))
        END::float8 AS needed_pages
    ) AS n
)
SELECT current_database()::text AS database_name,
    d.nspname::text AS schema_name,
    d.table_name::text AS table_name,
    d.index_name::text AS index_name,
    d.pages * d.block_bytes AS index_bytes,
    d.spare_pages * d.block_bytes AS bloat_bytes,
    100 * d.spare_pages / d.pages AS bloat_percent,
    d.fill_factor
FROM estimates AS d
ORDER BY d.spare_pages DESC NULLS LAST, d.pages DESC, schema_name, index_name
LIMIT 50;
