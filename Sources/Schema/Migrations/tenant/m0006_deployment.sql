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
