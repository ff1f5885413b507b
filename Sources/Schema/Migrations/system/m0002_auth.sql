-- Who may sign in, to which tenants, and what proves that they did.
-- Secrets that clients hold (cookies, refresh tokens, one-time links) are stored as SHA-256: a stolen backup signs nobody in.

CREATE TABLE platform.users (
    id              uuid PRIMARY KEY,
    email           text NOT NULL CHECK (char_length(email) BETWEEN 3 AND 254),
    name            text NOT NULL DEFAULT '' CHECK (char_length(name) <= 100),
    -- scrypt$N$r$p$salt$hash; NULL until the one-time link is used
    password_hash   text,
    is_super_admin  boolean NOT NULL DEFAULT false,
    disabled_at     timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    last_sign_in_at timestamptz,
    CONSTRAINT users_email_unique UNIQUE (email)
);

CREATE TABLE platform.memberships (
    user_id    uuid NOT NULL REFERENCES platform.users (id) ON DELETE CASCADE,
    tenant_id  uuid NOT NULL REFERENCES platform.tenants (id) ON DELETE CASCADE,
    role       text NOT NULL CHECK (role IN ('viewer', 'operator', 'tenant_admin')),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, tenant_id)
);
CREATE INDEX memberships_by_tenant ON platform.memberships (tenant_id, user_id);

-- One row for each sign-in; its refresh tokens are a family that lives and dies with it.
CREATE TABLE platform.sessions (
    id           uuid PRIMARY KEY,
    user_id      uuid NOT NULL REFERENCES platform.users (id) ON DELETE CASCADE,
    token_hash   bytea NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL,
    revoked_at   timestamptz,
    revoked_for  text,
    address      text,
    CONSTRAINT sessions_token_unique UNIQUE (token_hash),
    CHECK ((revoked_at IS NULL) = (revoked_for IS NULL))
);
CREATE INDEX sessions_by_user ON platform.sessions (user_id);
CREATE INDEX sessions_by_expiry ON platform.sessions (expires_at);

CREATE TABLE platform.refresh_tokens (
    token_hash bytea PRIMARY KEY,
    session_id uuid NOT NULL REFERENCES platform.sessions (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
);
CREATE INDEX refresh_tokens_by_session ON platform.refresh_tokens (session_id);

-- One-time links with which a person chooses a password.
CREATE TABLE platform.setup_tokens (
    token_hash bytea PRIMARY KEY,
    user_id    uuid NOT NULL REFERENCES platform.users (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
);
CREATE INDEX setup_tokens_by_user ON platform.setup_tokens (user_id);

-- Answers to POSTs that bore an Idempotency-Key, kept for 24 hours. status NULL: the first request is still under way.
CREATE TABLE platform.idempotency_keys (
    key_hash     bytea PRIMARY KEY,
    request_hash bytea NOT NULL,
    status       integer CHECK (status BETWEEN 200 AND 499),
    headers      jsonb,
    body         bytea,
    created_at   timestamptz NOT NULL DEFAULT now(),
    CHECK ((status IS NULL) = (body IS NULL))
);
CREATE INDEX idempotency_keys_by_age ON platform.idempotency_keys (created_at);
