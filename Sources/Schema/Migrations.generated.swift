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
    ]
}
