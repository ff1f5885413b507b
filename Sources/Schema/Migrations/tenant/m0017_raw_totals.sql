-- The core's values go the way of all samples: raw totals and gauges in monitoring.samples under a layout of the collector 'core', then chunks and
-- rollups. Nothing is carried over from the table that held their rates,
-- nor from that of the waits, which are a collector's from here on.
DROP VIEW monitoring.metric_values;
DROP TABLE monitoring.metrics;
DROP TABLE monitoring.waits, monitoring.wait_types;

-- A row of some hundred values stays in its page: out of line it would take a second table, an index and two looks.
ALTER TABLE monitoring.samples SET (toast_tuple_target = 8160);

UPDATE monitoring.metric_types
SET kind = 'counter'
WHERE name IN ('batch_requests_sec', 'disk_io_reads', 'disk_io_writes', 'wait_time_ms', 'own_cpu_ms');

-- PRD 3.1-2 in its own words.
CREATE VIEW monitoring.metric_values AS
SELECT s.server_id, u.metric_id, t.name AS metric, t.unit, t.kind, u.value, s.collected_at, s.seconds
FROM monitoring.samples s
JOIN monitoring.layouts l ON l.id = s.layout_id AND l.collector = 'core'
CROSS JOIN LATERAL (
    SELECT g.metric_id, g.value
    FROM unnest(l.gauge_ids, s.gauges) AS g (metric_id, value)
    UNION ALL
    SELECT c.metric_id, c.value::float8
    FROM unnest(l.counter_ids, s.counters) AS c (metric_id, value)
) u
JOIN monitoring.metric_types t ON t.id = u.metric_id
WHERE u.value IS NOT NULL;
COMMENT ON VIEW monitoring.metric_values IS
    'For people with psql: one row per server, metric and run, of the newest hours only (two to four; older values are in monitoring.chunks, and '
    'GET /servers/{id}/metrics reads both). A gauge is as it was measured. A counter is a raw total, and its unit that of the rate: what it grew '
    'since the row before by seconds; NULL seconds: the two cannot be compared.';

CREATE OR REPLACE FUNCTION monitoring.make_partitions(first_day date, days int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    part   text;
    day    date;
    made   int := 0;
    name   text;
BEGIN
    IF days NOT BETWEEN 1 AND 31 THEN
        RAISE EXCEPTION 'days is 1 to 31';
    END IF;
    -- Two makers at once would wait for each other's locks on the parent; one after the other is enough.
    PERFORM pg_advisory_xact_lock(hashtext('monitoring.make_partitions'));
    FOREACH part IN ARRAY ARRAY['chunks', 'table_history'] LOOP
        FOR day IN SELECT first_day + n FROM generate_series(0, days - 1) AS n LOOP
            name := part || '_' || to_char(day, 'YYYYMMDD');
            IF to_regclass('monitoring.' || name) IS NULL THEN
                EXECUTE format(
                    'CREATE TABLE monitoring.%I PARTITION OF monitoring.%I FOR VALUES FROM (%L) TO (%L)',
                    name, part, day || ' 00:00:00+00', (day + 1) || ' 00:00:00+00');
                made := made + 1;
            END IF;
        END LOOP;
    END LOOP;
    RETURN made;
END
$$;

CREATE OR REPLACE FUNCTION monitoring.drop_partitions(first_kept date) RETURNS TABLE (partition_name text, rows_estimated bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    part record;
BEGIN
    FOR part IN
        SELECT c.relname AS name, greatest(c.reltuples::bigint, pg_stat_get_live_tuples(c.oid), 0) AS row_count
        FROM unnest(ARRAY['chunks', 'table_history']) AS parent (name)
        JOIN pg_inherits i ON i.inhparent = ('monitoring.' || parent.name)::regclass
        JOIN pg_class c ON c.oid = i.inhrelid
        WHERE to_date(right(c.relname, 8), 'YYYYMMDD') < first_kept
        ORDER BY c.relname
    LOOP
        EXECUTE format('DROP TABLE monitoring.%I', part.name);
        partition_name := part.name;
        rows_estimated := part.row_count;
        RETURN NEXT;
    END LOOP;
END
$$;
