/*
Purpose:     the monitoring objects of DbTools in a PostgreSQL database: a schema, two tables and a function for each class of collector.
             Run as often as you like: what is there is kept or replaced, the settings stay. DbTools runs it in one transaction.
Versions:    PostgreSQL 12 and later.
Permissions: CREATE on the database; when the schema exists, membership in the role that owns it. The functions run with the caller's rights
             (SECURITY INVOKER), who needs pg_monitor as for direct collection.
Cost:        a few milliseconds; 3 rows in DbTools' own tables. Nothing runs by itself.
Columns:     none.
*/
CREATE SCHEMA IF NOT EXISTS dbtools;

CREATE TABLE IF NOT EXISTS dbtools.schema_version (
    version    int         NOT NULL,
    applied_at timestamptz NOT NULL,
    applied_by text        NOT NULL
);

CREATE TABLE IF NOT EXISTS dbtools.settings (
    name        text PRIMARY KEY,
    value       text NOT NULL,
    description text NOT NULL
);

INSERT INTO dbtools.settings (name, value, description)
VALUES
    ('collect_connections', 'on', 'Set it to off, and connections of this server are no longer counted.'),
    ('collect_totals', 'on', 'Set it to off, and totals of transactions and blocks are no longer read.')
ON CONFLICT (name) DO NOTHING;

DROP FUNCTION IF EXISTS dbtools.collect_core();

DROP FUNCTION IF EXISTS dbtools.collect_connections();

DROP FUNCTION IF EXISTS dbtools.collect_totals();

CREATE FUNCTION dbtools.collect_connections() RETURNS bigint
LANGUAGE sql STABLE SECURITY INVOKER
AS $$
    SELECT count(*)::bigint
    FROM pg_catalog.pg_stat_activity
    WHERE backend_type = 'client backend'
$$;

CREATE FUNCTION dbtools.collect_totals(
    OUT transaction_count bigint, OUT blocks_read bigint, OUT blocks_hit bigint, OUT stats_reset_at timestamptz,
    OUT membership bigint
) RETURNS record
LANGUAGE sql STABLE SECURITY INVOKER
AS $$
    SELECT sum(xact_commit + xact_rollback)::bigint,
        sum(blks_read)::bigint,
        sum(blks_hit)::bigint,
        max(stats_reset),
        pg_catalog.hashtextextended(pg_catalog.string_agg(pg_catalog.concat(datid, ' ', stats_reset), ',' ORDER BY datid), 0)
    FROM pg_catalog.pg_stat_database
$$;

CREATE FUNCTION dbtools.collect_core(
    OUT connection_count bigint, OUT transaction_count bigint, OUT blocks_read bigint, OUT blocks_hit bigint,
    OUT stats_reset_at timestamptz, OUT membership bigint, OUT started_at timestamptz
) RETURNS record
LANGUAGE sql STABLE SECURITY INVOKER
AS $$
    SELECT CASE WHEN NOT EXISTS (SELECT FROM dbtools.settings WHERE name = 'collect_connections' AND value = 'off')
            THEN dbtools.collect_connections() END,
        t.transaction_count,
        t.blocks_read,
        t.blocks_hit,
        t.stats_reset_at,
        t.membership,
        pg_catalog.pg_postmaster_start_time()
    FROM (SELECT) AS one
    LEFT JOIN dbtools.collect_totals() AS t
        ON NOT EXISTS (SELECT FROM dbtools.settings WHERE name = 'collect_totals' AND value = 'off')
$$;

DELETE FROM dbtools.schema_version;

INSERT INTO dbtools.schema_version (version, applied_at, applied_by)
VALUES (4, now(), current_user);
