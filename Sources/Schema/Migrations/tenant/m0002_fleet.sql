-- Fleet: the servers a tenant watches, their groups and labels.
CREATE SCHEMA fleet;
GRANT USAGE ON SCHEMA fleet TO dbtools_runtime;

-- One row. Every change of what collectors must know takes the next number in its own transaction, and holds this row until it commits:
-- so numbers become visible in their order, and "all servers with a number above the last one I saw" misses nothing.
CREATE TABLE fleet.change_counter (
    id    boolean PRIMARY KEY DEFAULT true CHECK (id),
    value bigint  NOT NULL
);
INSERT INTO fleet.change_counter (value) VALUES (0);

CREATE FUNCTION fleet.next_change() RETURNS bigint
LANGUAGE sql VOLATILE
AS $$
    UPDATE fleet.change_counter
    SET value = value + 1
    RETURNING value
$$;

CREATE TABLE fleet.servers (
    id                       uuid        PRIMARY KEY,
    name                     text        NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    engine                   text        NOT NULL CHECK (engine IN ('sqlserver', 'postgresql', 'mysql')),
    hostname                 text        NOT NULL CHECK (char_length(hostname) BETWEEN 1 AND 255),
    port                     int         NOT NULL CHECK (port BETWEEN 1 AND 65535),
    instance_name            text        CHECK (char_length(instance_name) BETWEEN 1 AND 100),
    database_name            text        CHECK (char_length(database_name) BETWEEN 1 AND 128),
    auth_type                text        NOT NULL CHECK (auth_type IN ('sql', 'windows')),
    username                 text        CHECK (char_length(username) BETWEEN 1 AND 128),
    -- Sealed by Platform's SecretBox; the plain text is nowhere in this database.
    password_encrypted       bytea,
    encrypt                  boolean     NOT NULL DEFAULT true,
    trust_server_certificate boolean     NOT NULL DEFAULT false,
    -- Grows with each change of configuration (never of live values): the ETag.
    revision                 bigint      NOT NULL DEFAULT 1,
    change_number            bigint      NOT NULL,
    -- What the server said of itself at the last test or collection.
    version                  text,
    product_version          text,
    edition                  text,
    created_at               timestamptz NOT NULL,
    updated_at               timestamptz NOT NULL,
    deleted_at               timestamptz
);
-- Names of deleted servers can be used again.
CREATE UNIQUE INDEX servers_name_key ON fleet.servers (lower(name)) WHERE deleted_at IS NULL;
CREATE INDEX servers_change_number ON fleet.servers (change_number);

CREATE TABLE fleet.server_groups (
    id          uuid        PRIMARY KEY,
    name        text        NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    description text        NOT NULL DEFAULT '' CHECK (char_length(description) <= 1000),
    color       text        CHECK (color ~ '^#[0-9a-f]{6}$'),
    revision    bigint      NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL
);
CREATE UNIQUE INDEX server_groups_name_key ON fleet.server_groups (lower(name));

CREATE TABLE fleet.server_group_members (
    server_id uuid        NOT NULL REFERENCES fleet.servers (id) ON DELETE CASCADE,
    group_id  uuid        NOT NULL REFERENCES fleet.server_groups (id) ON DELETE CASCADE,
    added_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (server_id, group_id)
);
CREATE INDEX server_group_members_group ON fleet.server_group_members (group_id, server_id);

CREATE TABLE fleet.labels (
    id         uuid        PRIMARY KEY,
    name       text        NOT NULL CHECK (char_length(name) BETWEEN 1 AND 50),
    color      text        NOT NULL CHECK (color ~ '^#[0-9a-f]{6}$'),
    created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX labels_name_key ON fleet.labels (lower(name));

CREATE TABLE fleet.server_labels (
    server_id uuid NOT NULL REFERENCES fleet.servers (id) ON DELETE CASCADE,
    label_id  uuid NOT NULL REFERENCES fleet.labels (id) ON DELETE CASCADE,
    PRIMARY KEY (server_id, label_id)
);
CREATE INDEX server_labels_label ON fleet.server_labels (label_id, server_id);
