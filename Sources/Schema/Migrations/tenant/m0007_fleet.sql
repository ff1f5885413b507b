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
