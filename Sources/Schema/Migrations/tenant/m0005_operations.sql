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
