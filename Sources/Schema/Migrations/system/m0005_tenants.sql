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
