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
