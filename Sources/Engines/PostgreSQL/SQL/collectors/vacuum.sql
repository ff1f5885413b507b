/*
Purpose:     the tables of the connected database with the most dead rows, and the ten that were frozen longest ago, which hold back the end of
             transaction numbers; when they were last vacuumed and analyzed.
             The other databases are not looked into: the collector databases names them.
Title:       Vacuum
Versions:    PostgreSQL 12 and later; rows inserted since the last vacuum from 13.
Permissions: none.
Cost:        low: one number for each table, of statistics in memory; the rest for 60 tables.
Cadence:     quarter_hour
Keep:        latest
Rows:        60
Columns:
  database_name              label            The connected database
  schema_name                label            Schema of the table; pg_temp_...: a session's own, which nobody else can vacuum
  table_name                 label            Name of the table
  dead_rows                  number  count    Rows that are dead and still take up room
  live_rows                  number  count    Rows that are alive, about
  dead_percent               number  percent  Share of dead rows
  vacuum_threshold_rows      number  count    Dead rows from which autovacuum works on the table (settings of the table are respected)
  rows_since_analyze         number  count    Rows that were changed since the last analyze
  rows_since_vacuum          number  count    Rows that were inserted since the last vacuum
  is_autovacuum_enabled      flag             Whether autovacuum may work on the table
  last_vacuum_at             time             Last vacuum by hand
  last_autovacuum_at         time             Last vacuum by autovacuum
  last_analyze_at            time             Last analyze by hand
  last_autoanalyze_at        time             Last analyze by autovacuum
  vacuum_count               number  count    Times that the table was vacuumed, by hand or not, since the statistics were reset
  analyze_count              number  count    Times that it was analyzed
  transaction_id_age         number  count    Transactions since its rows were last frozen, with those in its TOAST table
*/
WITH candidates AS MATERIALIZED (
    SELECT r.oid, r.relnamespace, r.relname, r.reltuples, r.reloptions, r.relpersistence,
        pg_stat_get_dead_tuples(r.oid) AS dead_rows,
        pg_stat_get_live_tuples(r.oid) AS live_rows,
        -- Of storage that freezes nothing the number is 0, whose age is the greatest there is.
        GREATEST(age(NULLIF(r.relfrozenxid, '0'::xid)), age(NULLIF(t.relfrozenxid, '0'::xid))) AS transaction_id_age
    FROM pg_class AS r
    LEFT JOIN pg_class AS t ON t.oid = r.reltoastrelid
    WHERE r.relkind IN ('r', 'm')
)
SELECT current_database()::text AS database_name,
    n.nspname::text AS schema_name,
    c.relname::text AS table_name,
    c.dead_rows::float8 AS dead_rows,
    c.live_rows::float8 AS live_rows,
    100.0::float8 * c.dead_rows / NULLIF(c.dead_rows + c.live_rows, 0) AS dead_percent,
    LEAST(
        COALESCE(o.threshold, current_setting('autovacuum_vacuum_threshold')::float8)
            + COALESCE(o.scale_factor, current_setting('autovacuum_vacuum_scale_factor')::float8) * GREATEST(c.reltuples, 0),
        m.threshold_max) AS vacuum_threshold_rows,
    pg_stat_get_mod_since_analyze(c.oid)::float8 AS rows_since_analyze,
    v.rows_since_vacuum,
    current_setting('autovacuum')::boolean AND COALESCE(o.is_enabled, true) AS is_autovacuum_enabled,
    pg_stat_get_last_vacuum_time(c.oid) AS last_vacuum_at,
    pg_stat_get_last_autovacuum_time(c.oid) AS last_autovacuum_at,
    pg_stat_get_last_analyze_time(c.oid) AS last_analyze_at,
    pg_stat_get_last_autoanalyze_time(c.oid) AS last_autoanalyze_at,
    (pg_stat_get_vacuum_count(c.oid) + pg_stat_get_autovacuum_count(c.oid))::float8 AS vacuum_count,
    (pg_stat_get_analyze_count(c.oid) + pg_stat_get_autoanalyze_count(c.oid))::float8 AS analyze_count,
    c.transaction_id_age::float8 AS transaction_id_age
FROM (
    (
        SELECT *
        FROM candidates
        WHERE relpersistence <> 't'
        ORDER BY dead_rows DESC, live_rows DESC, oid
        LIMIT 50
    )
    UNION
    (
        SELECT *
        FROM candidates
        ORDER BY transaction_id_age DESC NULLS LAST, oid
        LIMIT 10
    )
) AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (
    SELECT max(s.option_value) FILTER (WHERE s.option_name = 'autovacuum_vacuum_threshold')::float8 AS threshold,
        max(s.option_value) FILTER (WHERE s.option_name = 'autovacuum_vacuum_scale_factor')::float8 AS scale_factor,
        max(s.option_value) FILTER (WHERE s.option_name = 'autovacuum_vacuum_max_threshold')::float8 AS threshold_max,
        max(s.option_value) FILTER (WHERE s.option_name = 'autovacuum_enabled')::boolean AS is_enabled
    FROM pg_options_to_table(c.reloptions) AS s
) AS o
CROSS JOIN LATERAL (
    -- From 18 on there is an upper limit; -1 is none.
    SELECT CASE WHEN s.threshold_max >= 0 THEN s.threshold_max END AS threshold_max
    FROM (VALUES (COALESCE(o.threshold_max, current_setting('autovacuum_vacuum_max_threshold', true)::float8))) AS s (threshold_max)
) AS m
CROSS JOIN LATERAL (
    SELECT (
        SELECT n_ins_since_vacuum
        FROM pg_stat_all_tables
        WHERE relid = c.oid
    )::float8 AS rows_since_vacuum
    -- 12 does not count them: then the name is found here.
    FROM (VALUES (NULL::bigint)) AS absent (n_ins_since_vacuum)
) AS v
ORDER BY c.dead_rows DESC, schema_name, table_name
LIMIT 60;
