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
