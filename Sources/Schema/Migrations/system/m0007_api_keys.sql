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
