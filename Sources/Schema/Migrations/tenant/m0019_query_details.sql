-- Texts and plans of queries, each kept once however often the query was seen: the rows of collectors name them (Engines.QueryReference).

CREATE TABLE monitoring.query_details (
    server_id uuid        NOT NULL REFERENCES fleet.servers (id) ON DELETE CASCADE,
    kind      text        NOT NULL CHECK (kind IN ('statement', 'plan')),
    -- A handle and where in its batch the statement stands, such as 0x0200...:120:214.
    reference text        NOT NULL CHECK (octet_length(reference) <= 200),
    -- As the server gave it; without its literals only on reading.
    body      text        NOT NULL,
    -- When it was read last, which is every hour while the query is seen.
    seen_at   timestamptz NOT NULL,
    PRIMARY KEY (server_id, kind, reference)
);
CREATE INDEX query_details_seen_at ON monitoring.query_details (seen_at);
