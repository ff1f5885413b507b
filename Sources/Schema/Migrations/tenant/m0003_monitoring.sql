-- Monitoring: what is collected, the samples, the latest state of every server and how its health changed.
CREATE SCHEMA monitoring;
GRANT USAGE ON SCHEMA monitoring TO dbtools_runtime;

-- The catalogue in Sources/Monitoring/Metrics/MetricCatalogue.swift; a test proves that both say the same.
CREATE TABLE monitoring.metric_types (
    id          smallint PRIMARY KEY,
    name        text     NOT NULL UNIQUE,
    unit        text     NOT NULL,
    description text     NOT NULL
);
INSERT INTO monitoring.metric_types (id, name, unit, description) VALUES
    (1, 'cpu_percent', 'percent', 'CPU use of the whole machine, as a share of all its processors'),
    (2, 'memory_percent', 'percent', 'Physical memory in use on the machine'),
    (3, 'connection_count', 'count', 'Open user connections'),
    (4, 'batch_requests_sec', 'per_second', 'Batches (SQL Server), transactions (PostgreSQL) or statements (MySQL) per second'),
    (5, 'disk_io_reads', 'per_second', 'Physical reads per second'),
    (6, 'disk_io_writes', 'per_second', 'Physical writes per second'),
    (7, 'wait_time_ms', 'ms_per_second', 'Milliseconds that tasks waited, per second, without benign waits'),
    (8, 'engine_cpu_percent', 'percent', 'CPU use of the database server''s own process, as a share of all processors'),
    (9, 'memory_total_bytes', 'bytes', 'Physical memory of the machine'),
    (10, 'memory_used_bytes', 'bytes', 'Memory that the database server holds'),
    (11, 'page_life_expectancy_seconds', 'seconds', 'Seconds that a page is expected to stay in the buffer pool'),
    (12, 'cache_hit_percent', 'percent', 'Pages or blocks that were found in the cache, as a share of those asked of it'),
    (13, 'own_cpu_ms', 'ms_per_second', 'CPU that DbTools itself used on the server, in milliseconds per second');

-- A server without a row is collected at the tenant's interval, with all metrics.
CREATE TABLE monitoring.collection_config (
    server_id        uuid        PRIMARY KEY REFERENCES fleet.servers (id) ON DELETE CASCADE,
    -- NULL: the tenant's setting.
    interval_seconds int         CHECK (interval_seconds BETWEEN 30 AND 3600),
    enabled          boolean     NOT NULL DEFAULT true,
    -- NULL: all metrics.
    metrics_enabled  text[],
    updated_at       timestamptz NOT NULL
);

-- The latest of every server that was ever tried. Written once per run: no index but the key, and room in the pages, so that updates stay HOT.
CREATE TABLE monitoring.server_snapshots (
    server_id           uuid        PRIMARY KEY REFERENCES fleet.servers (id) ON DELETE CASCADE,
    status              text        NOT NULL DEFAULT 'unknown' CHECK (status IN ('online', 'degraded', 'offline', 'unknown')),
    health              text        NOT NULL DEFAULT 'unknown' CHECK (health IN ('healthy', 'warning', 'critical', 'offline', 'unknown')),
    reasons             text[]      NOT NULL DEFAULT '{}',
    -- The last good collection.
    collected_at        timestamptz,
    attempted_at        timestamptz,
    failures_in_a_row   int         NOT NULL DEFAULT 0,
    last_error_code     text,
    last_error_message  text,
    last_error_at       timestamptz,
    -- The interval that the last run kept to.
    interval_seconds    int         NOT NULL DEFAULT 60,
    changed_at          timestamptz,
    -- The lease epoch of the writer: a collector that lost its lease cannot overwrite its successor.
    epoch               bigint      NOT NULL DEFAULT 0,
    identity            text,
    cpu_percent         float8,
    memory_percent      float8,
    connection_count    float8,
    batch_requests_sec  float8
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);

-- One row per run and server: metric_ids[i] belongs to "values"[i]. Day partitions by slot, the planned time of the run:
-- so the key itself says that at most one run is stored per server and slot.
CREATE TABLE monitoring.metrics (
    server_id    uuid        NOT NULL,
    slot_at      timestamptz NOT NULL,
    collected_at timestamptz NOT NULL,
    metric_ids   smallint[]  NOT NULL,
    "values"     float8[]    NOT NULL,
    PRIMARY KEY (server_id, slot_at),
    CHECK (cardinality(metric_ids) = cardinality("values"))
) PARTITION BY RANGE (slot_at);

-- Waits of a run: only those that moved since the run before (deltas; milliseconds). Seven digits are enough for a delta, and take half the room.
CREATE TABLE monitoring.wait_types (
    id   smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text     NOT NULL UNIQUE
);
CREATE TABLE monitoring.waits (
    server_id     uuid        NOT NULL,
    slot_at       timestamptz NOT NULL,
    collected_at  timestamptz NOT NULL,
    seconds       float8      NOT NULL,
    wait_type_ids smallint[]  NOT NULL,
    waiting_tasks real[]      NOT NULL,
    wait_ms       real[]      NOT NULL,
    signal_ms     real[]      NOT NULL,
    PRIMARY KEY (server_id, slot_at)
) PARTITION BY RANGE (slot_at);

-- PRD 3.1-2 in its own words, for people with psql: one row per value.
CREATE VIEW monitoring.metric_values AS
SELECT m.server_id, u.metric_id, t.name AS metric, t.unit, u.value, m.collected_at
FROM monitoring.metrics m
CROSS JOIN LATERAL unnest(m.metric_ids, m."values") AS u (metric_id, value)
JOIN monitoring.metric_types t ON t.id = u.metric_id;

CREATE TABLE monitoring.health_changes (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    server_id   uuid        NOT NULL REFERENCES fleet.servers (id) ON DELETE CASCADE,
    from_health text        NOT NULL,
    to_health   text        NOT NULL,
    status      text        NOT NULL,
    reasons     text[]      NOT NULL,
    changed_at  timestamptz NOT NULL
);
CREATE INDEX health_changes_changed_at ON monitoring.health_changes (changed_at DESC, id DESC);
CREATE INDEX health_changes_server ON monitoring.health_changes (server_id, changed_at DESC);

-- Partitions belong to the schema's owner, and the run-time role is not that: these two functions are all it may do to them.
CREATE FUNCTION monitoring.make_partitions(first_day date, days int) RETURNS int
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
    FOREACH part IN ARRAY ARRAY['metrics', 'waits'] LOOP
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

-- Drops the partitions of whole days before `first_kept`; returns their names and (estimated) rows.
CREATE FUNCTION monitoring.drop_partitions(first_kept date) RETURNS TABLE (partition_name text, rows_estimated bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    part record;
BEGIN
    FOR part IN
        SELECT c.relname AS name, greatest(c.reltuples, 0)::bigint AS row_count
        FROM pg_inherits i
        JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent IN ('monitoring.metrics'::regclass, 'monitoring.waits'::regclass)
          AND to_date(right(c.relname, 8), 'YYYYMMDD') < first_kept
        ORDER BY c.relname
    LOOP
        EXECUTE format('DROP TABLE monitoring.%I', part.name);
        partition_name := part.name;
        rows_estimated := part.row_count;
        RETURN NEXT;
    END LOOP;
END
$$;

REVOKE ALL ON FUNCTION monitoring.make_partitions(date, int), monitoring.drop_partitions(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION monitoring.make_partitions(date, int), monitoring.drop_partitions(date) TO dbtools_runtime;

-- What every list and the health of every server is read from. The time-dependent part of the rule stands here, so that a server nobody collects any
-- more is not shown as healthy: no good collection for max(5 minutes, 2.5 intervals) is offline; never tried, or collection off, is unknown.
-- (The same rule in Swift: ServerState.sweep.)
CREATE VIEW fleet.server_overview AS
SELECT
    s.id, s.name, s.engine, s.hostname, s.port, s.instance_name, s.database_name, s.auth_type, s.username,
    s.password_encrypted IS NOT NULL AS has_password, s.encrypt, s.trust_server_certificate, s.revision, s.change_number,
    s.version, s.product_version, s.edition, s.created_at, s.updated_at, s.deleted_at,
    coalesce(c.enabled, true) AS collection_enabled,
    c.interval_seconds AS collection_interval_seconds,
    state.status,
    CASE state.status WHEN 'unknown' THEN 'unknown' WHEN 'offline' THEN 'offline' ELSE t.health END AS health,
    CASE
        WHEN c.enabled IS FALSE THEN ARRAY['Collection is switched off']
        WHEN t.attempted_at IS NULL THEN ARRAY['Not collected yet']
        WHEN state.status = 'offline' AND t.status <> 'offline'
            THEN ARRAY['No collection for more than ' || greatest(300, t.interval_seconds * 5 / 2) / 60 || ' minutes']
        ELSE t.reasons
    END AS reasons,
    t.collected_at, t.attempted_at, t.last_error_code, t.last_error_message, t.last_error_at, t.changed_at,
    t.cpu_percent, t.memory_percent, t.connection_count, t.batch_requests_sec
FROM fleet.servers s
LEFT JOIN monitoring.server_snapshots t ON t.server_id = s.id
LEFT JOIN monitoring.collection_config c ON c.server_id = s.id
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN c.enabled IS FALSE OR t.attempted_at IS NULL THEN 'unknown'
        WHEN t.status IN ('online', 'degraded') AND t.collected_at < now() - greatest(300, t.interval_seconds * 2.5) * interval '1 second'
            THEN 'offline'
        ELSE t.status
    END AS status
) state;
