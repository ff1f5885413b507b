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
