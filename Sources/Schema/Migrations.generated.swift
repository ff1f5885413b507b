// Made by scripts/generate-migrations from Migrations/*.sql. Do not edit.

extension Migration {
    package static let system: [Migration] = [
        Migration(
            number: 1, name: "platform",
            sql: ###"""
-- The system database: who the tenants are, and what all nodes share. No tenant's role may connect here.

CREATE TABLE platform.installation (
    key        text        PRIMARY KEY,
    value      jsonb       NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE platform.tenants (
    id                      uuid        PRIMARY KEY,
    slug                    text        NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9](-?[a-z0-9])*$' AND length(slug) BETWEEN 3 AND 50),
    name                    text        NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    status                  text        NOT NULL CHECK (status IN ('provisioning', 'active', 'suspended', 'deleted')),
    database_name           text        NOT NULL UNIQUE,
    owner_role              text        NOT NULL UNIQUE,
    runtime_role            text        NOT NULL UNIQUE,
    owner_password_sealed   bytea       NOT NULL,
    runtime_password_sealed bytea       NOT NULL,
    settings                jsonb       NOT NULL DEFAULT '{}',
    version                 bigint      NOT NULL DEFAULT 1,
    created_at              timestamptz NOT NULL DEFAULT now(),
    updated_at              timestamptz NOT NULL DEFAULT now(),
    deleted_at              timestamptz,
    CHECK ((status = 'deleted') = (deleted_at IS NOT NULL))
);

-- One data key per tenant and generation, wrapped by the installation's master key.
CREATE TABLE platform.data_keys (
    tenant_id     uuid        NOT NULL REFERENCES platform.tenants ON DELETE CASCADE,
    key_id        integer     NOT NULL CHECK (key_id > 0),
    wrapped       bytea       NOT NULL,
    master_key_id text        NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, key_id)
);

-- What was done to the installation itself: tenants made, suspended, deleted; users of the installation. Only ever added to.
CREATE TABLE platform.activity_log (
    id            uuid        PRIMARY KEY,
    action        text        NOT NULL,
    entity_type   text        NOT NULL,
    entity_id     uuid,
    entity_name   text        NOT NULL DEFAULT '',
    actor_id      uuid,
    actor_name    text        NOT NULL,
    actor_address text,
    request_id    text,
    details       jsonb       NOT NULL DEFAULT '{}',
    created_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX activity_log_created ON platform.activity_log (created_at DESC, id DESC);

-- Which collector process has which of the 256 shards of servers. The epoch grows with every change of hands: it fences late writers.
CREATE TABLE platform.collectors (
    id           uuid        PRIMARY KEY,
    node         text        NOT NULL,
    process_index integer    NOT NULL,
    started_at   timestamptz NOT NULL DEFAULT now(),
    heartbeat_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE platform.shard_leases (
    shard      integer PRIMARY KEY CHECK (shard BETWEEN 0 AND 255),
    holder     uuid,
    epoch      bigint  NOT NULL DEFAULT 0,
    expires_at timestamptz
);
INSERT INTO platform.shard_leases (shard) SELECT generate_series(0, 255);
"""###),
        Migration(
            number: 2, name: "auth",
            sql: ###"""
-- Who may sign in, to which tenants, and what proves that they did.
-- Secrets that clients hold (cookies, refresh tokens, one-time links) are stored as SHA-256: a stolen backup signs nobody in.

CREATE TABLE platform.users (
    id              uuid PRIMARY KEY,
    email           text NOT NULL CHECK (char_length(email) BETWEEN 3 AND 254),
    name            text NOT NULL DEFAULT '' CHECK (char_length(name) <= 100),
    -- scrypt$N$r$p$salt$hash; NULL until the one-time link is used
    password_hash   text,
    is_super_admin  boolean NOT NULL DEFAULT false,
    disabled_at     timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    last_sign_in_at timestamptz,
    CONSTRAINT users_email_unique UNIQUE (email)
);

CREATE TABLE platform.memberships (
    user_id    uuid NOT NULL REFERENCES platform.users (id) ON DELETE CASCADE,
    tenant_id  uuid NOT NULL REFERENCES platform.tenants (id) ON DELETE CASCADE,
    role       text NOT NULL CHECK (role IN ('viewer', 'operator', 'tenant_admin')),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, tenant_id)
);
CREATE INDEX memberships_by_tenant ON platform.memberships (tenant_id, user_id);

-- One row for each sign-in; its refresh tokens are a family that lives and dies with it.
CREATE TABLE platform.sessions (
    id           uuid PRIMARY KEY,
    user_id      uuid NOT NULL REFERENCES platform.users (id) ON DELETE CASCADE,
    token_hash   bytea NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL,
    revoked_at   timestamptz,
    revoked_for  text,
    address      text,
    CONSTRAINT sessions_token_unique UNIQUE (token_hash),
    CHECK ((revoked_at IS NULL) = (revoked_for IS NULL))
);
CREATE INDEX sessions_by_user ON platform.sessions (user_id);
CREATE INDEX sessions_by_expiry ON platform.sessions (expires_at);

CREATE TABLE platform.refresh_tokens (
    token_hash bytea PRIMARY KEY,
    session_id uuid NOT NULL REFERENCES platform.sessions (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
);
CREATE INDEX refresh_tokens_by_session ON platform.refresh_tokens (session_id);

-- One-time links with which a person chooses a password.
CREATE TABLE platform.setup_tokens (
    token_hash bytea PRIMARY KEY,
    user_id    uuid NOT NULL REFERENCES platform.users (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
);
CREATE INDEX setup_tokens_by_user ON platform.setup_tokens (user_id);

-- Answers to POSTs that bore an Idempotency-Key, kept for 24 hours. status NULL: the first request is still under way.
CREATE TABLE platform.idempotency_keys (
    key_hash     bytea PRIMARY KEY,
    request_hash bytea NOT NULL,
    status       integer CHECK (status BETWEEN 200 AND 499),
    headers      jsonb,
    body         bytea,
    created_at   timestamptz NOT NULL DEFAULT now(),
    CHECK ((status IS NULL) = (body IS NULL))
);
CREATE INDEX idempotency_keys_by_age ON platform.idempotency_keys (created_at);
"""###),
        Migration(
            number: 3, name: "collectors",
            sql: ###"""
-- What a collector last said of its own work, with its heartbeat: any API process can then show it.
ALTER TABLE platform.collectors ADD COLUMN statistics jsonb NOT NULL DEFAULT '{}';
"""###),
        Migration(
            number: 4, name: "operations_due",
            sql: ###"""
-- Which tenants have long work to be done, so that nobody needs to look into the database of one that has none. A row is written before its operation
-- and deleted after its end; one without an operation is left over from a crash and is swept.
CREATE TABLE platform.operations_due (
    operation_id uuid        PRIMARY KEY,
    tenant_id    uuid        NOT NULL REFERENCES platform.tenants (id) ON DELETE CASCADE,
    -- A node takes what it knows how to do: during an upgrade there are two versions at work.
    kind         text        NOT NULL,
    due_at       timestamptz NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX operations_due_order ON platform.operations_due (due_at);
"""###),
        Migration(
            number: 5, name: "tenants",
            sql: ###"""
-- What becomes of tenants: a deleted one can come back within 30 days, then it is purged; and what the list of all tenants shows of each.

ALTER TABLE platform.tenants DROP CONSTRAINT tenants_status_check;
ALTER TABLE platform.tenants ADD CONSTRAINT tenants_status_check
    CHECK (status IN ('provisioning', 'active', 'suspended', 'deleted', 'purging'));
ALTER TABLE platform.tenants DROP CONSTRAINT tenants_check;
ALTER TABLE platform.tenants ADD CONSTRAINT tenants_deleted_check CHECK ((status IN ('deleted', 'purging')) = (deleted_at IS NOT NULL));
-- What a restore makes it again. NULL: deleted before this was written down; it was active.
ALTER TABLE platform.tenants ADD COLUMN status_when_deleted text CHECK (status_when_deleted IN ('active', 'suspended'));
CREATE INDEX tenants_deleted ON platform.tenants (deleted_at) WHERE deleted_at IS NOT NULL;

-- What was counted in a tenant's own database, so that a page of 1,000 tenants opens none. NULL: not counted yet, or it failed.
CREATE TABLE platform.tenant_summaries (
    tenant_id           uuid        PRIMARY KEY REFERENCES platform.tenants ON DELETE CASCADE,
    server_count        integer     CHECK (server_count >= 0),
    health              jsonb,
    last_activity_at    timestamptz,
    database_size_bytes bigint      CHECK (database_size_bytes >= 0),
    -- of those four
    counted_at          timestamptz,
    -- until then the process that took the tenant up is counting it
    claimed_until       timestamptz NOT NULL DEFAULT '-infinity'
);
CREATE INDEX tenant_summaries_counted ON platform.tenant_summaries (counted_at NULLS FIRST);

-- The installation's log by person and by kind.
CREATE INDEX activity_log_entity ON platform.activity_log (entity_id, created_at DESC, id DESC) WHERE entity_id IS NOT NULL;

-- Who made a one-time link: a link that another tenant's admin made is not shown.
ALTER TABLE platform.setup_tokens ADD COLUMN made_by uuid;
"""###),
        Migration(
            number: 6, name: "tenant_schema",
            sql: ###"""
-- Which migrations a tenant's database has, by the name of the template that has the same: a start opens only the databases of which it is
-- not noted here that they are up to date. NULL: nobody has looked.
ALTER TABLE platform.tenants ADD COLUMN schema_template text CHECK (schema_template <> '');
"""###),
        Migration(
            number: 7, name: "api_keys",
            sql: ###"""
-- Keys for programs: each is of one tenant and has a role there. Stored as SHA-256, as all secrets that clients hold.

CREATE TABLE platform.api_keys (
    id           uuid        PRIMARY KEY,
    tenant_id    uuid        NOT NULL REFERENCES platform.tenants (id) ON DELETE CASCADE,
    name         text        NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    role         text        NOT NULL CHECK (role IN ('viewer', 'operator', 'tenant_admin')),
    -- SHA-256 of the whole key
    key_hash     bytea       NOT NULL,
    -- How the key begins, for people who look for the one they have
    hint         text        NOT NULL,
    created_by   text        NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    -- NULL: never
    expires_at   timestamptz,
    -- to the minute
    last_used_at timestamptz,
    CONSTRAINT api_keys_hash_unique UNIQUE (key_hash)
);
CREATE UNIQUE INDEX api_keys_name_key ON platform.api_keys (tenant_id, lower(name));
"""###),
    ]

    package static let tenant: [Migration] = [
        Migration(
            number: 1, name: "platform",
            sql: ###"""
-- What every part of a tenant's database uses. Objects belong to dbtools_owner; the program works as a member of dbtools_runtime.

GRANT USAGE ON SCHEMA platform TO dbtools_runtime;
ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO dbtools_runtime;
ALTER DEFAULT PRIVILEGES GRANT USAGE ON SEQUENCES TO dbtools_runtime;

-- PRD 1.4-2
CREATE TABLE platform.settings (
    key        text        PRIMARY KEY,
    value      jsonb       NOT NULL,
    version    bigint      NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- PRD 1.4-3; only ever added to: the run-time role has neither UPDATE nor DELETE.
CREATE TABLE platform.activity_log (
    id            uuid        PRIMARY KEY,
    action        text        NOT NULL,
    entity_type   text        NOT NULL,
    entity_id     uuid,
    entity_name   text        NOT NULL DEFAULT '',
    actor_id      uuid,
    actor_name    text        NOT NULL,
    actor_address text,
    request_id    text,
    details       jsonb       NOT NULL DEFAULT '{}',
    created_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX activity_log_created ON platform.activity_log (created_at DESC, id DESC);
CREATE INDEX activity_log_entity ON platform.activity_log (entity_id, created_at DESC) WHERE entity_id IS NOT NULL;
REVOKE UPDATE, DELETE ON platform.activity_log FROM dbtools_runtime;

-- The outbox of the event stream. `transaction` lets a reader stay behind transactions that have not committed yet, so that none is skipped.
CREATE TABLE platform.events (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    transaction xid8        NOT NULL DEFAULT pg_current_xact_id(),
    topic       text        NOT NULL,
    entity_id   uuid,
    payload     jsonb       NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX events_created ON platform.events (created_at);

INSERT INTO platform.settings (key, value) VALUES
    ('retention',  '{"metricsDays": 30, "activityDays": 365}'),
    ('thresholds', '{"cpuPercent": {"warning": 80, "critical": 95}, "memoryPercent": {"warning": 85, "critical": 95}}'),
    ('collection', '{"intervalSeconds": 60}'),
    ('display',    '{"refreshSeconds": 30}');
"""###),
        Migration(
            number: 2, name: "fleet",
            sql: ###"""
-- Fleet: the servers a tenant watches, their groups and labels.
CREATE SCHEMA fleet;
GRANT USAGE ON SCHEMA fleet TO dbtools_runtime;

-- One row. Every change of what collectors must know takes the next number in its own transaction, and holds this row until it commits:
-- so numbers become visible in their order, and "all servers with a number above the last one I saw" misses nothing.
CREATE TABLE fleet.change_counter (
    id    boolean PRIMARY KEY DEFAULT true CHECK (id),
    value bigint  NOT NULL
);
INSERT INTO fleet.change_counter (value) VALUES (0);

CREATE FUNCTION fleet.next_change() RETURNS bigint
LANGUAGE sql VOLATILE
AS $$
    UPDATE fleet.change_counter
    SET value = value + 1
    RETURNING value
$$;

CREATE TABLE fleet.servers (
    id                       uuid        PRIMARY KEY,
    name                     text        NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    engine                   text        NOT NULL CHECK (engine IN ('sqlserver', 'postgresql', 'mysql')),
    hostname                 text        NOT NULL CHECK (char_length(hostname) BETWEEN 1 AND 255),
    port                     int         NOT NULL CHECK (port BETWEEN 1 AND 65535),
    instance_name            text        CHECK (char_length(instance_name) BETWEEN 1 AND 100),
    database_name            text        CHECK (char_length(database_name) BETWEEN 1 AND 128),
    auth_type                text        NOT NULL CHECK (auth_type IN ('sql', 'windows')),
    username                 text        CHECK (char_length(username) BETWEEN 1 AND 128),
    -- Sealed by Platform's SecretBox; the plain text is nowhere in this database.
    password_encrypted       bytea,
    encrypt                  boolean     NOT NULL DEFAULT true,
    trust_server_certificate boolean     NOT NULL DEFAULT false,
    -- Grows with each change of configuration (never of live values): the ETag.
    revision                 bigint      NOT NULL DEFAULT 1,
    change_number            bigint      NOT NULL,
    -- What the server said of itself at the last test or collection.
    version                  text,
    product_version          text,
    edition                  text,
    created_at               timestamptz NOT NULL,
    updated_at               timestamptz NOT NULL,
    deleted_at               timestamptz
);
-- Names of deleted servers can be used again.
CREATE UNIQUE INDEX servers_name_key ON fleet.servers (lower(name)) WHERE deleted_at IS NULL;
CREATE INDEX servers_change_number ON fleet.servers (change_number);

CREATE TABLE fleet.server_groups (
    id          uuid        PRIMARY KEY,
    name        text        NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    description text        NOT NULL DEFAULT '' CHECK (char_length(description) <= 1000),
    color       text        CHECK (color ~ '^#[0-9a-f]{6}$'),
    revision    bigint      NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL
);
CREATE UNIQUE INDEX server_groups_name_key ON fleet.server_groups (lower(name));

CREATE TABLE fleet.server_group_members (
    server_id uuid        NOT NULL REFERENCES fleet.servers (id) ON DELETE CASCADE,
    group_id  uuid        NOT NULL REFERENCES fleet.server_groups (id) ON DELETE CASCADE,
    added_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (server_id, group_id)
);
CREATE INDEX server_group_members_group ON fleet.server_group_members (group_id, server_id);

CREATE TABLE fleet.labels (
    id         uuid        PRIMARY KEY,
    name       text        NOT NULL CHECK (char_length(name) BETWEEN 1 AND 50),
    color      text        NOT NULL CHECK (color ~ '^#[0-9a-f]{6}$'),
    created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX labels_name_key ON fleet.labels (lower(name));

CREATE TABLE fleet.server_labels (
    server_id uuid NOT NULL REFERENCES fleet.servers (id) ON DELETE CASCADE,
    label_id  uuid NOT NULL REFERENCES fleet.labels (id) ON DELETE CASCADE,
    PRIMARY KEY (server_id, label_id)
);
CREATE INDEX server_labels_label ON fleet.server_labels (label_id, server_id);
"""###),
        Migration(
            number: 3, name: "monitoring",
            sql: ###"""
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
"""###),
        Migration(
            number: 4, name: "event_order",
            sql: ###"""
-- The event stream reads the outbox in the order of transactions, from where it stopped.
CREATE INDEX events_order ON platform.events (transaction, id);
"""###),
        Migration(
            number: 5, name: "operations",
            sql: ###"""
-- Long work: a row for each operation and one for each of its items. Whoever works on it holds a lease; a killed process's work is taken over from here.
CREATE TABLE platform.operations (
    id                uuid        PRIMARY KEY,
    kind              text        NOT NULL CHECK (kind ~ '^[a-z-]{1,100}$'),
    title             text        NOT NULL CHECK (char_length(title) BETWEEN 1 AND 300),
    -- preparing: its items are still being brought in; nobody sees or runs it.
    status            text        NOT NULL
        CHECK (status IN ('preparing', 'queued', 'running', 'stopping', 'succeeded', 'partial', 'failed', 'stopped')),
    -- Never a secret: that is sealed, in its own column, and gone when the operation has ended.
    options           jsonb       NOT NULL DEFAULT '{}',
    secret_sealed     bytea,
    total             int         NOT NULL DEFAULT 0 CHECK (total >= 0),
    succeeded         int         NOT NULL DEFAULT 0,
    failed            int         NOT NULL DEFAULT 0,
    skipped           int         NOT NULL DEFAULT 0,
    message           text        NOT NULL DEFAULT '',
    result            jsonb,
    error_code        text,
    error_message     text,
    actor_id          uuid,
    actor_name        text        NOT NULL,
    actor_address     text,
    request_id        text,
    created_at        timestamptz NOT NULL,
    started_at        timestamptz,
    ended_at          timestamptz,
    stop_requested_at timestamptz,
    -- Every holder takes the next epoch with the lease: what an earlier one writes late is refused.
    lease_epoch       bigint      NOT NULL DEFAULT 0,
    lease_expires_at  timestamptz,
    CHECK ((status IN ('succeeded', 'partial', 'failed', 'stopped')) = (ended_at IS NOT NULL)),
    CHECK (ended_at IS NULL OR secret_sealed IS NULL),
    CHECK (succeeded + failed + skipped <= total)
) WITH (fillfactor = 70);
CREATE INDEX operations_open ON platform.operations (id) WHERE ended_at IS NULL;
CREATE INDEX operations_ended ON platform.operations (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE platform.operation_items (
    operation_id  uuid        NOT NULL REFERENCES platform.operations (id) ON DELETE CASCADE,
    position      int         NOT NULL CHECK (position > 0),
    -- The server, mostly.
    entity_id     uuid,
    name          text        NOT NULL,
    input         jsonb       NOT NULL DEFAULT '{}',
    secret_sealed bytea,
    status        text        NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'running', 'succeeded', 'failed', 'skipped', 'stopped')),
    -- How often it was begun: one that takes the program down each time is given up.
    attempts      int         NOT NULL DEFAULT 0,
    message       text,
    error_code    text,
    result        jsonb,
    started_at    timestamptz,
    ended_at      timestamptz,
    PRIMARY KEY (operation_id, position),
    CHECK ((status IN ('pending', 'running')) = (ended_at IS NULL)),
    CHECK (ended_at IS NULL OR secret_sealed IS NULL)
);
CREATE INDEX operation_items_open ON platform.operation_items (operation_id, position) WHERE ended_at IS NULL;
"""###),
        Migration(
            number: 6, name: "deployment",
            sql: ###"""
-- The monitoring objects on servers: one row for each server that was ever deployed to.
CREATE TABLE fleet.deployments (
    server_id     uuid        PRIMARY KEY REFERENCES fleet.servers (id) ON DELETE CASCADE,
    state         text        NOT NULL CHECK (state IN ('none', 'deploying', 'monitored', 'drifted', 'outdated', 'failed')),
    -- As last read back; NULL when nothing is there.
    version       int,
    database_name text        CHECK (char_length(database_name) BETWEEN 1 AND 128),
    objects       jsonb       NOT NULL DEFAULT '[]',
    permissions   jsonb       NOT NULL DEFAULT '[]',
    notes         jsonb       NOT NULL DEFAULT '[]',
    message       text        NOT NULL DEFAULT '',
    error_code    text,
    -- The operation that is at it, or was last.
    operation_id  uuid,
    deployed_at   timestamptz,
    checked_at    timestamptz,
    check_due_at  timestamptz
);
CREATE INDEX deployments_check_due ON fleet.deployments (check_due_at) WHERE check_due_at IS NOT NULL;

-- The state as everybody is to see it: "deploying" holds no longer than the operation that does it, however that ended.
CREATE VIEW fleet.deployment_states AS
SELECT d.server_id,
    CASE
        WHEN d.state = 'deploying'
            AND NOT EXISTS (SELECT FROM platform.operations o WHERE o.id = d.operation_id AND o.ended_at IS NULL)
            THEN 'failed'
        ELSE d.state
    END AS state
FROM fleet.deployments d;
"""###),
        Migration(
            number: 7, name: "fleet",
            sql: ###"""
-- Fleet: logins that many servers share, saved views, groups that a filter fills, and by what an instance is known again.

-- A login for many servers of one kind. A server that refers to one has no user and no password of its own.
CREATE TABLE fleet.credentials (
    id                 uuid        PRIMARY KEY,
    name               text        NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    engine             text        NOT NULL CHECK (engine IN ('sqlserver', 'postgresql', 'mysql')),
    auth_type          text        NOT NULL CHECK (auth_type IN ('sql', 'windows')),
    username           text        CHECK (char_length(username) BETWEEN 1 AND 128),
    -- Sealed by Platform's SecretBox.
    password_encrypted bytea,
    -- Grows with each change: the ETag.
    revision           bigint      NOT NULL DEFAULT 1,
    rotated_at         timestamptz,
    created_at         timestamptz NOT NULL,
    updated_at         timestamptz NOT NULL
);
CREATE UNIQUE INDEX credentials_name_key ON fleet.credentials (lower(name));

ALTER TABLE fleet.servers
    ADD COLUMN credential_id uuid REFERENCES fleet.credentials (id),
    -- What the server said of itself at the last test or collection; with its start, the same instance is known again.
    ADD COLUMN server_name   text,
    ADD COLUMN started_at    timestamptz,
    ADD CONSTRAINT servers_one_login CHECK (credential_id IS NULL OR username IS NULL AND password_encrypted IS NULL);
CREATE INDEX servers_credential ON fleet.servers (credential_id) WHERE credential_id IS NOT NULL;
CREATE INDEX servers_started_at ON fleet.servers (started_at) WHERE started_at IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX servers_deleted_at ON fleet.servers (deleted_at) WHERE deleted_at IS NOT NULL;

-- NULL: its members are those that people put into it.
ALTER TABLE fleet.server_groups ADD COLUMN filter text CHECK (char_length(filter) BETWEEN 1 AND 1000);

-- Black or white, whichever stands out more from "#rrggbb" (WCAG 2.1, contrast ratio): at least 4.5. In Swift: Color.text(on:).
CREATE FUNCTION fleet.text_color(color text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT
AS $$
    SELECT CASE WHEN 0.2126 * part[1] + 0.7152 * part[2] + 0.0722 * part[3] > 0.1791 THEN '#000000' ELSE '#ffffff' END
    FROM (
        SELECT array_agg(CASE WHEN share <= 0.04045 THEN share / 12.92 ELSE power((share + 0.055) / 1.055, 2.4) END ORDER BY n) AS part
        FROM (SELECT n, get_byte(decode(substr(color, 2), 'hex'), n) / 255.0::float8 AS share FROM generate_series(0, 2) AS n) shares
    ) parts
$$;
ALTER TABLE fleet.server_groups ADD COLUMN text_color text GENERATED ALWAYS AS (fleet.text_color(color)) STORED;
ALTER TABLE fleet.labels ADD COLUMN text_color text GENERATED ALWAYS AS (fleet.text_color(color)) STORED;

-- A saved filter, order and choice of columns of the server list. Owners are users of the system database.
CREATE TABLE fleet.server_views (
    id         uuid        PRIMARY KEY,
    owner_id   uuid        NOT NULL,
    owner_name text        NOT NULL,
    name       text        NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    filter     jsonb       NOT NULL,
    sort       text        NOT NULL,
    sort_order text        NOT NULL CHECK (sort_order IN ('asc', 'desc')),
    columns    text[]      NOT NULL,
    is_shared  boolean     NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX server_views_name_key ON fleet.server_views (owner_id, lower(name));
CREATE INDEX server_views_shared ON fleet.server_views (lower(name)) WHERE is_shared;
"""###),
        Migration(
            number: 8, name: "activity",
            sql: ###"""
-- The activity log by months (PRD 4.15-10): retention drops months instead of deleting rows, and an insert never waits for it.
-- What is there stays: the old table's rows move into the partitions of their months.

ALTER TABLE platform.activity_log RENAME TO activity_log_before;
ALTER INDEX platform.activity_log_created RENAME TO activity_log_before_created;
ALTER INDEX platform.activity_log_entity RENAME TO activity_log_before_entity;
ALTER TABLE platform.activity_log_before RENAME CONSTRAINT activity_log_pkey TO activity_log_before_pkey;

CREATE TABLE platform.activity_log (
    id            uuid        NOT NULL,
    action        text        NOT NULL,
    entity_type   text        NOT NULL,
    entity_id     uuid,
    entity_name   text        NOT NULL DEFAULT '',
    actor_id      uuid,
    actor_name    text        NOT NULL,
    actor_address text,
    request_id    text,
    details       jsonb       NOT NULL DEFAULT '{}',
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (created_at, id)
) PARTITION BY RANGE (created_at);
CREATE INDEX activity_log_entity ON platform.activity_log (entity_id, created_at DESC, id DESC) WHERE entity_id IS NOT NULL;

-- Rows of months that nobody has made a partition for, such as of a tenant that was suspended for long: an action is never refused for that.
CREATE TABLE platform.activity_log_rest PARTITION OF platform.activity_log DEFAULT;

-- The run-time role reads and adds through the parent alone; partitions are the owner's.
REVOKE ALL ON platform.activity_log, platform.activity_log_rest FROM dbtools_runtime;
GRANT SELECT, INSERT ON platform.activity_log TO dbtools_runtime;

-- Makes the partitions of `months` months from the one of `first_month` on; rows of theirs that lie in the rest move. Returns how many are new.
CREATE FUNCTION platform.make_activity_partitions(first_month date, months int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
AS $$
DECLARE
    begins timestamptz;
    ends   timestamptz;
    part   text;
    made   int := 0;
BEGIN
    IF months NOT BETWEEN 1 AND 120 THEN
        RAISE EXCEPTION 'months is 1 to 120';
    END IF;
    -- Two makers at once would wait for each other's locks on the parent; one after the other is enough.
    PERFORM pg_advisory_xact_lock(hashtext('platform.make_activity_partitions'));
    FOR begins IN SELECT date_trunc('month', first_month::timestamptz) + n * interval '1 month' FROM generate_series(0, months - 1) AS n LOOP
        part := 'activity_log_' || to_char(begins, 'YYYYMM');
        ends := begins + interval '1 month';
        CONTINUE WHEN to_regclass('platform.' || part) IS NOT NULL;
        EXECUTE format('CREATE TABLE platform.%I (LIKE platform.activity_log INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part);
        EXECUTE format('REVOKE ALL ON platform.%I FROM dbtools_runtime', part);
        LOCK TABLE platform.activity_log_rest IN ACCESS EXCLUSIVE MODE;
        EXECUTE format(
            'WITH moved AS (DELETE FROM platform.activity_log_rest WHERE created_at >= %L AND created_at < %L RETURNING *)
            INSERT INTO platform.%I SELECT * FROM moved', begins, ends, part);
        EXECUTE format(
            'ALTER TABLE platform.activity_log ATTACH PARTITION platform.%I FOR VALUES FROM (%L) TO (%L)', part, begins, ends);
        made := made + 1;
    END LOOP;
    RETURN made;
END
$$;

-- Removes what is older than the tenant keeps: whole months by dropping them, of the month at the edge at most `rows_max` rows.
-- It takes neither a time nor a number of days, so that whoever may call it can remove nothing that the settings keep.
CREATE FUNCTION platform.expire_activity(rows_max int) RETURNS TABLE (partitions int, rows_deleted int)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
AS $$
DECLARE
    part   text;
    oldest timestamptz;
BEGIN
    SELECT now() - make_interval(days => greatest(1, least(3650, (value ->> 'activityDays')::int)))
    INTO oldest
    FROM platform.settings
    WHERE key = 'retention';
    partitions := 0;
    rows_deleted := 0;
    IF oldest IS NOT NULL THEN
        FOR part IN
            SELECT c.relname
            FROM pg_inherits i
            JOIN pg_class c ON c.oid = i.inhrelid
            WHERE i.inhparent = 'platform.activity_log'::regclass
                AND c.relname ~ '^activity_log_[0-9]{6}$'
                AND to_date(right(c.relname, 6), 'YYYYMM')::timestamptz + interval '1 month' <= oldest
            ORDER BY c.relname
        LOOP
            EXECUTE format('DROP TABLE platform.%I', part);
            partitions := partitions + 1;
        END LOOP;
        DELETE FROM platform.activity_log
        WHERE (created_at, id) IN (
            SELECT created_at, id
            FROM platform.activity_log
            WHERE created_at < oldest
            ORDER BY created_at, id
            LIMIT rows_max);
        GET DIAGNOSTICS rows_deleted = ROW_COUNT;
    END IF;
    RETURN NEXT;
END
$$;

REVOKE ALL ON FUNCTION platform.make_activity_partitions(date, int), platform.expire_activity(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION platform.make_activity_partitions(date, int), platform.expire_activity(int) TO dbtools_runtime;

SELECT platform.make_activity_partitions(
    greatest(coalesce(min(created_at), now()), now() - interval '9 years')::date,
    (extract(year FROM age(now(), greatest(coalesce(min(created_at), now()), now() - interval '9 years'))) * 12
        + extract(month FROM age(now(), greatest(coalesce(min(created_at), now()), now() - interval '9 years'))) + 4)::int)
FROM platform.activity_log_before;

INSERT INTO platform.activity_log
    (id, action, entity_type, entity_id, entity_name, actor_id, actor_name, actor_address, request_id, details, created_at)
SELECT id, action, entity_type, entity_id, entity_name, actor_id, actor_name, actor_address, request_id, details, created_at
FROM platform.activity_log_before;
DROP TABLE platform.activity_log_before;
"""###),
        Migration(
            number: 9, name: "activity_servers",
            sql: ###"""
-- The activity of a server has the entries about several servers too, whose ids stand in their details (PRD 2.5-6, 4.15).
CREATE INDEX activity_log_servers ON platform.activity_log USING gin ((details->'serverIds') jsonb_path_ops) WHERE details ? 'serverIds';
"""###),
        Migration(
            number: 10, name: "deployment",
            sql: ###"""
-- Whether DbTools makes the database of the monitoring objects: noted before it is made.
ALTER TABLE fleet.deployments ADD COLUMN makes_database boolean NOT NULL DEFAULT false;
"""###),
        Migration(
            number: 11, name: "server_addresses",
            sql: ###"""
-- Two registrations of one address are told of each other. The instance's name counts only where its port is asked for by it (1433).
CREATE INDEX servers_address ON fleet.servers (
    lower(hostname), port, (CASE WHEN port = 1433 THEN lower(coalesce(instance_name, '')) ELSE '' END), created_at, id
) WHERE deleted_at IS NULL;
"""###),
        Migration(
            number: 12, name: "collectors",
            sql: ###"""
-- Collectors: what each brought from each server. Series with labels as packed rows (the newest hours), compressed chunks (older) and rollups;
-- tables as their newest rows, their changes, or the rows of every run.

-- Metrics beyond the first hundred are those of collectors: a row is made when the first value of one comes.
ALTER TABLE monitoring.metric_types
    ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (START WITH 100),
    ADD COLUMN kind text NOT NULL DEFAULT 'gauge' CHECK (kind IN ('gauge', 'counter'));

-- Where in the packed rows of a collector on a server each series stands. Append-only: rows that appear on the server make a new layout.
CREATE TABLE monitoring.layouts (
    id          int      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    server_id   uuid     NOT NULL REFERENCES fleet.servers (id) ON DELETE CASCADE,
    collector   text     NOT NULL,
    -- For each row of the collector's answer its labels, in the columns' order, as a JSON array of strings.
    instances   text[]   NOT NULL,
    -- The metrics of the gauge and of the counter columns, in the columns' order.
    gauge_ids   smallint[] NOT NULL,
    counter_ids smallint[] NOT NULL,
    -- Of the above: two collectors' processes that make the same layout make one.
    digest      bigint   NOT NULL,
    UNIQUE (server_id, collector, digest)
);

-- The newest hours, until they are compacted into chunks; not partitioned, so that space and index are used again. A row for each run of a collector that has series. The value of gauge column g of instance i (both from 0) is
-- gauges[i * cardinality(gauge_ids) + g + 1]; counters likewise, as raw totals. NULL is not known.
CREATE TABLE monitoring.samples (
    server_id    uuid        NOT NULL,
    layout_id    int         NOT NULL,
    slot_at      timestamptz NOT NULL,
    collected_at timestamptz NOT NULL,
    -- Measured seconds since the run before, whose counters these may be compared with; NULL: the first run, a restart, a gap, another server.
    seconds      real,
    gauges       float8[]    NOT NULL,
    counters     bigint[]    NOT NULL,
    PRIMARY KEY (server_id, slot_at, layout_id)
) WITH (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.2);
-- They stay for hours only: compressing them on the way in is not worth its time.
ALTER TABLE monitoring.samples ALTER COLUMN gauges SET STORAGE EXTERNAL, ALTER COLUMN counters SET STORAGE EXTERNAL;
CREATE INDEX samples_slot_at ON monitoring.samples USING brin (slot_at);

-- Older samples: all series of a server over a stretch, whatever their layouts, in one compressed blob with a directory
-- (docs/storage-format.md). resolution 0 is the samples themselves; 300 and 3600 are rollups of so many seconds.
CREATE TABLE monitoring.chunks (
    server_id    uuid        NOT NULL,
    resolution   int         NOT NULL CHECK (resolution IN (0, 300, 3600)),
    from_at      timestamptz NOT NULL,
    to_at        timestamptz NOT NULL,
    sample_count int         NOT NULL,
    directory    bytea       NOT NULL,
    data         bytea       NOT NULL,
    PRIMARY KEY (server_id, resolution, from_at),
    CHECK (from_at < to_at)
) PARTITION BY RANGE (from_at);
-- It is compressed already.
ALTER TABLE monitoring.chunks ALTER COLUMN data SET STORAGE EXTERNAL;

-- How each collector fares on each server, with what it brought last. Written once per run: room in the pages, so that updates stay HOT.
CREATE TABLE monitoring.collector_runs (
    server_id         uuid        NOT NULL REFERENCES fleet.servers (id) ON DELETE CASCADE,
    collector         text        NOT NULL,
    state             text        NOT NULL CHECK (state IN ('ok', 'cut_off', 'failed', 'no_permissions', 'not_available')),
    message           text,
    attempted_at      timestamptz NOT NULL,
    -- The last good run.
    collected_at      timestamptz,
    -- Of the whole round trip, which brings all collectors of one cadence.
    duration_ms       int         NOT NULL,
    row_count         int         NOT NULL,
    failures_in_a_row int         NOT NULL,
    -- The newest values, by the layout; rates are the counters' per second.
    layout_id         int         REFERENCES monitoring.layouts (id) ON DELETE SET NULL,
    gauges            float8[],
    rates             float8[],
    -- The newest rows, a cell for each column; null where the value stands in gauges or rates. NULL when all cells do.
    rows              jsonb,
    PRIMARY KEY (server_id, collector)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);

-- The rows of every run of the collectors that keep them, such as what blocked whom.
CREATE TABLE monitoring.table_history (
    server_id    uuid        NOT NULL,
    collector    text        NOT NULL,
    collected_at timestamptz NOT NULL,
    rows         jsonb       NOT NULL,
    PRIMARY KEY (server_id, collector, collected_at)
) PARTITION BY RANGE (collected_at);

-- What changed between two runs of the collectors that watch for it, such as a server's configuration.
CREATE TABLE monitoring.changes (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    server_id  uuid        NOT NULL REFERENCES fleet.servers (id) ON DELETE CASCADE,
    collector  text        NOT NULL,
    labels     jsonb       NOT NULL,
    change     text        NOT NULL CHECK (change IN ('added', 'removed', 'changed')),
    -- Only the columns that differ.
    before     jsonb       NOT NULL,
    after      jsonb       NOT NULL,
    changed_at timestamptz NOT NULL
);
CREATE INDEX changes_server ON monitoring.changes (server_id, changed_at DESC, id DESC);
CREATE INDEX changes_changed_at ON monitoring.changes (changed_at);

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
    FOREACH part IN ARRAY ARRAY['metrics', 'waits', 'chunks', 'table_history'] LOOP
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
        SELECT c.relname AS name, greatest(c.reltuples, 0)::bigint AS row_count
        FROM pg_inherits i
        JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent IN (
                'monitoring.metrics'::regclass, 'monitoring.waits'::regclass, 'monitoring.chunks'::regclass,
                'monitoring.table_history'::regclass)
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
"""###),
        Migration(
            number: 13, name: "thresholds",
            sql: ###"""
-- Limits of health nearer than the tenant's: a server's own win, then the strictest of its groups', then the tenant's settings (PRD 3.6-9).
-- Each limit is a pair; NULL: whoever is next decides. The rule in Swift: Fleet/Thresholds/OwnThresholds.swift.

CREATE TABLE fleet.server_thresholds (
    server_id       uuid        PRIMARY KEY REFERENCES fleet.servers (id) ON DELETE CASCADE,
    cpu_warning     float8,
    cpu_critical    float8,
    memory_warning  float8,
    memory_critical float8,
    updated_at      timestamptz NOT NULL,
    CHECK ((cpu_warning IS NULL) = (cpu_critical IS NULL)),
    CHECK ((memory_warning IS NULL) = (memory_critical IS NULL)),
    CHECK (cpu_warning > 0 AND cpu_warning < cpu_critical AND cpu_critical <= 100),
    CHECK (memory_warning > 0 AND memory_warning < memory_critical AND memory_critical <= 100),
    CHECK (cpu_warning IS NOT NULL OR memory_warning IS NOT NULL)
);

CREATE TABLE fleet.group_thresholds (
    group_id        uuid        PRIMARY KEY REFERENCES fleet.server_groups (id) ON DELETE CASCADE,
    cpu_warning     float8,
    cpu_critical    float8,
    memory_warning  float8,
    memory_critical float8,
    updated_at      timestamptz NOT NULL,
    CHECK ((cpu_warning IS NULL) = (cpu_critical IS NULL)),
    CHECK ((memory_warning IS NULL) = (memory_critical IS NULL)),
    CHECK (cpu_warning > 0 AND cpu_warning < cpu_critical AND cpu_critical <= 100),
    CHECK (memory_warning > 0 AND memory_warning < memory_critical AND memory_critical <= 100),
    CHECK (cpu_warning IS NOT NULL OR memory_warning IS NOT NULL)
);

-- Names of collectors that are switched off on a server, beside the metrics that are on.
ALTER TABLE monitoring.collection_config ADD COLUMN collectors_disabled text[] NOT NULL DEFAULT '{}';
"""###),
        Migration(
            number: 14, name: "custom_collectors",
            sql: ###"""
-- Collectors that the tenant made: one SELECT with its limits and what its columns mean. What they bring is stored like that of the product's own.

CREATE TABLE monitoring.custom_collectors (
    id              uuid        PRIMARY KEY,
    -- Theirs in the API, on screens and in the tables of what was read; never changed.
    name            text        NOT NULL UNIQUE CHECK (name ~ '^[a-z][a-z0-9_]{1,47}$'),
    title           text        NOT NULL,
    purpose         text        NOT NULL,
    engine          text        NOT NULL CHECK (engine IN ('sqlserver', 'postgresql', 'mysql')),
    statement       text        NOT NULL CHECK (octet_length(statement) BETWEEN 1 AND 20000),
    -- NULL: the one that the server is collected from.
    database_name   text,
    -- False: only servers of the groups below, be they none any more.
    all_servers     boolean     NOT NULL,
    cadence         text        NOT NULL CHECK (cadence IN ('minute', 'five_minutes', 'quarter_hour', 'hour', 'day')),
    timeout_seconds int         NOT NULL CHECK (timeout_seconds BETWEEN 1 AND 30),
    row_count_max   int         NOT NULL CHECK (row_count_max BETWEEN 1 AND 1000),
    keep            text        NOT NULL CHECK (keep IN ('latest', 'changes', 'every')),
    columns         jsonb       NOT NULL CHECK (jsonb_typeof(columns) = 'array'),
    enabled         boolean     NOT NULL,
    revision        bigint      NOT NULL,
    -- The number below at the last change of the columns: what was read by other columns is not stored any more.
    shape           int         NOT NULL CHECK (shape > 0),
    shaped_at       timestamptz NOT NULL,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL
);

CREATE TABLE monitoring.custom_collector_groups (
    collector_id uuid NOT NULL REFERENCES monitoring.custom_collectors (id) ON DELETE CASCADE,
    group_id     uuid NOT NULL REFERENCES fleet.server_groups (id) ON DELETE CASCADE,
    PRIMARY KEY (collector_id, group_id)
);
CREATE INDEX custom_collector_groups_group ON monitoring.custom_collector_groups (group_id);

-- Grows with every change of a collector: who collects looks at this alone.
CREATE TABLE monitoring.custom_collector_version (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    value    int     NOT NULL
);
INSERT INTO monitoring.custom_collector_version (value) VALUES (0);

-- A metric of a tenant's collector keeps its meaning for good, since its old values may still be there: the labels that tell its series apart.
-- NULL: a metric of the product's own.
ALTER TABLE monitoring.metric_types ADD COLUMN labels text[];
"""###),
        Migration(
            number: 15, name: "latest_values",
            sql: ###"""
-- All values of the latest good run beside the state: one metric over the whole fleet is one look at each server, and not into its samples.
-- metric_ids[i] belongs to "values"[i], as in monitoring.metrics. Servers read before this migration have them from their next run on.
ALTER TABLE monitoring.server_snapshots
    ADD COLUMN metric_ids smallint[] NOT NULL DEFAULT '{}',
    ADD COLUMN "values"   float8[]   NOT NULL DEFAULT '{}',
    ADD CHECK (cardinality(metric_ids) = cardinality("values"));
"""###),
        Migration(
            number: 16, name: "dropped_rows",
            sql: ###"""
-- How many rows a dropped partition had is what PostgreSQL counted, also where nobody has analysed it yet (PRD 3.5-6: the log says how many).

CREATE OR REPLACE FUNCTION monitoring.drop_partitions(first_kept date) RETURNS TABLE (partition_name text, rows_estimated bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    part record;
BEGIN
    FOR part IN
        SELECT c.relname AS name, greatest(c.reltuples::bigint, pg_stat_get_live_tuples(c.oid), 0) AS row_count
        FROM pg_inherits i
        JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent IN (
                'monitoring.metrics'::regclass, 'monitoring.waits'::regclass, 'monitoring.chunks'::regclass,
                'monitoring.table_history'::regclass)
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
"""###),
        Migration(
            number: 17, name: "raw_totals",
            sql: ###"""
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
"""###),
        Migration(
            number: 18, name: "weekly_collectors",
            sql: ###"""
-- A tenant's collector may run once a week.
ALTER TABLE monitoring.custom_collectors
    DROP CONSTRAINT custom_collectors_cadence_check,
    ADD CONSTRAINT custom_collectors_cadence_check CHECK (cadence IN ('minute', 'five_minutes', 'quarter_hour', 'hour', 'day', 'week'));
"""###),
        Migration(
            number: 19, name: "query_details",
            sql: ###"""
-- Texts and plans of queries, each kept once however often the query was seen: the rows of collectors name them (Engines.QueryReference).

CREATE TABLE monitoring.query_details (
    server_id uuid        NOT NULL REFERENCES fleet.servers (id) ON DELETE CASCADE,
    kind      text        NOT NULL CHECK (kind IN ('statement', 'plan')),
    -- A handle and where in its batch the statement stands, such as 0x0200...:120:214.
    reference text        NOT NULL CHECK (octet_length(reference) <= 200),
    -- As the server gave it; without its literals only on reading.
    body      text        NOT NULL,
    -- When it was read last, which is every hour while the query is seen.
    seen_at   timestamptz NOT NULL,
    PRIMARY KEY (server_id, kind, reference)
);
CREATE INDEX query_details_seen_at ON monitoring.query_details (seen_at);
"""###),
        Migration(
            number: 20, name: "refused_servers",
            sql: ###"""
-- A server that answers, if only that a right is missing, is reached: it is shown with the reason that its last run gave, however long ago its
-- last values were read. Before, it was called offline after five minutes, and by the next run again not. (The same rule in Swift:
-- ServerState.heardAt.) A refusal leaves an error and counts as no failure in a row.
CREATE OR REPLACE VIEW fleet.server_overview AS
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
        WHEN t.status IN ('online', 'degraded')
                AND greatest(t.collected_at, CASE WHEN t.last_error_code IS NOT NULL AND t.failures_in_a_row = 0 THEN t.attempted_at END)
                    < now() - greatest(300, t.interval_seconds * 2.5) * interval '1 second'
            THEN 'offline'
        ELSE t.status
    END AS status
) state;
"""###),
        Migration(
            number: 21, name: "events_once",
            sql: ###"""
-- A tenant's collector may keep events: of every run the rows that the run before did not have.
ALTER TABLE monitoring.custom_collectors
    DROP CONSTRAINT custom_collectors_keep_check,
    ADD CONSTRAINT custom_collectors_keep_check CHECK (keep IN ('latest', 'changes', 'every', 'new'));
"""###),
        Migration(
            number: 22, name: "layouts_used",
            sql: ###"""
-- The last day (UTC) of which a layout holds samples: those of rows that are gone go when their samples do (PRD 3.5). Of those that are there
-- nothing is known: they are taken to be of yesterday, and are noted when their next samples are compacted.
ALTER TABLE monitoring.layouts ADD COLUMN used_on date NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')::date - 1;
ALTER TABLE monitoring.layouts ALTER COLUMN used_on SET DEFAULT (now() AT TIME ZONE 'UTC')::date;
-- A layout that a run names is not deleted; asking for each that is would read all runs each time.
ALTER TABLE monitoring.collector_runs DROP CONSTRAINT collector_runs_layout_id_fkey;
"""###),
    ]
}
