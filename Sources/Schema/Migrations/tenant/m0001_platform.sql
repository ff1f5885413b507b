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
