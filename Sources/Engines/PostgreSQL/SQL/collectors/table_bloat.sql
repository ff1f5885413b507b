/*
Purpose:     how much of the tables of the connected database is free or dead room: an estimate from the planner's statistics.
             The other databases are not looked into: the collector databases names them.
Title:       Table bloat
Versions:    PostgreSQL 12 and later.
Permissions: SELECT on the tables, or from 14 pg_read_all_data: their statistics are hidden otherwise, and the estimate is not known (NULL).
Cost:        medium: the catalogue and the planner's statistics of the 200 largest tables; no table is read.
Cadence:     day
Keep:        latest
Rows:        50
Columns:
  database_name   label                             The connected database
  schema_name     label                             Schema of the table
  table_name      label                             Name of the table
  table_bytes     number  bytes                     Size when it was last vacuumed or analyzed, without indexes and TOAST
  bloat_bytes     gauge   bytes  table_bloat_bytes  Of them more than the rows need, about; NULL: statistics are missing or hidden
  bloat_percent   number  percent                   Share of that
  fill_factor     number  percent                   To which pages are filled on purpose: what that leaves free is no bloat
*/
WITH largest AS MATERIALIZED (
    SELECT c.oid, n.nspname, c.relname, c.relpages::float8 AS pages, c.reltuples::float8 AS row_count, c.reloptions
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'm')
        AND c.relpersistence <> 't'
        AND c.relpages >= 16
        AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    ORDER BY c.relpages DESC, c.oid
    LIMIT 200
),
widths AS (
    SELECT g.oid,
        count(*) AS column_count,
        count(s.attname) AS known_count,
        sum((1 - s.null_frac) * s.avg_width) AS data_bytes,
        COALESCE(bool_or(s.null_frac > 0), false) AS has_nulls
    FROM largest AS g
    -- What is computed when it is read (18) has neither room nor statistics.
    JOIN pg_attribute AS a ON a.attrelid = g.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated <> 'v'
    LEFT JOIN pg_stats AS s ON s.schemaname = g.nspname AND s.tablename = g.relname AND s.attname = a.attname AND NOT s.inherited
    GROUP BY g.oid
),
rows_of AS (
    SELECT g.*,
        current_setting('block_size')::float8 AS block_bytes,
        COALESCE((SELECT o.option_value FROM pg_options_to_table(g.reloptions) AS o WHERE o.option_name = 'fillfactor')::float8, 100) AS fill_factor,
        -- A row: its pointer (4), its header (23, and a bit for each column when some are NULL) and its values, both to the next 8 bytes.
        CASE WHEN w.known_count = w.column_count THEN
            4 + 8 * ceil((23 + CASE WHEN w.has_nulls THEN ceil(w.column_count / 8.0) ELSE 0 END) / 8.0) + 8 * ceil(w.data_bytes / 8.0)
        END::float8 AS row_bytes
    FROM largest AS g
    JOIN widths AS w ON w.oid = g.oid
),
estimates AS (
    SELECT r.*, CASE WHEN n.needed_pages IS NOT NULL THEN GREATEST(r.pages - n.needed_pages, 0) END AS spare_pages
    FROM rows_of AS r
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN r.row_count = 0 THEN 0
            -- Not known: never analyzed (-1 from 14), or statistics of a column are missing.
            WHEN r.row_count < 0 OR r.row_bytes IS NULL THEN NULL
            -- Each page has a header of 24 bytes; a row wider than a page lives in TOAST.
            ELSE ceil(r.row_count / GREATEST(floor((r.block_bytes - 24) * r.fill_factor / 100 / r.row_bytes), 1))
        END::float8 AS needed_pages
    ) AS n
)
SELECT current_database()::text AS database_name,
    e.nspname::text AS schema_name,
    e.relname::text AS table_name,
    e.pages * e.block_bytes AS table_bytes,
    e.spare_pages * e.block_bytes AS bloat_bytes,
    100 * e.spare_pages / e.pages AS bloat_percent,
    e.fill_factor
FROM estimates AS e
ORDER BY e.spare_pages DESC NULLS LAST, e.pages DESC, schema_name, table_name
LIMIT 50;
