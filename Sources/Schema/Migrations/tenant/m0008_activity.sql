-- The activity log by months (PRD 4.15-10): retention drops months instead of deleting rows, and an insert never waits for it.
-- What is there stays: the old table's rows move into the partitions of their months.

ALTER TABLE platform.activity_log RENAME TO activity_log_before;
ALTER INDEX platform.activity_log_created RENAME TO activity_log_before_created;
ALTER INDEX platform.activity_log_entity RENAME TO activity_log_before_entity;
ALTER TABLE platform.activity_log_before RENAME CONSTRAINT activity_log_pkey TO activity_log_before_pkey;

CREATE TABLE platform.activity_log (
    id            uuid        NOT NULL,
    action        text        NOT NULL,
    entity_type   text        NOT NULL,
    entity_id     uuid,
    entity_name   text        NOT NULL DEFAULT '',
    actor_id      uuid,
    actor_name    text        NOT NULL,
    actor_address text,
    request_id    text,
    details       jsonb       NOT NULL DEFAULT '{}',
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (created_at, id)
) PARTITION BY RANGE (created_at);
CREATE INDEX activity_log_entity ON platform.activity_log (entity_id, created_at DESC, id DESC) WHERE entity_id IS NOT NULL;

-- Rows of months that nobody has made a partition for, such as of a tenant that was suspended for long: an action is never refused for that.
CREATE TABLE platform.activity_log_rest PARTITION OF platform.activity_log DEFAULT;

-- The run-time role reads and adds through the parent alone; partitions are the owner's.
REVOKE ALL ON platform.activity_log, platform.activity_log_rest FROM dbtools_runtime;
GRANT SELECT, INSERT ON platform.activity_log TO dbtools_runtime;

-- Makes the partitions of `months` months from the one of `first_month` on; rows of theirs that lie in the rest move. Returns how many are new.
CREATE FUNCTION platform.make_activity_partitions(first_month date, months int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
AS $$
DECLARE
    begins timestamptz;
    ends   timestamptz;
    part   text;
    made   int := 0;
BEGIN
    IF months NOT BETWEEN 1 AND 120 THEN
        RAISE EXCEPTION 'months is 1 to 120';
    END IF;
    -- Two makers at once would wait for each other's locks on the parent; one after the other is enough.
    PERFORM pg_advisory_xact_lock(hashtext('platform.make_activity_partitions'));
    FOR begins IN SELECT date_trunc('month', first_month::timestamptz) + n * interval '1 month' FROM generate_series(0, months - 1) AS n LOOP
        part := 'activity_log_' || to_char(begins, 'YYYYMM');
        ends := begins + interval '1 month';
        CONTINUE WHEN to_regclass('platform.' || part) IS NOT NULL;
        EXECUTE format('CREATE TABLE platform.%I (LIKE platform.activity_log INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part);
        EXECUTE format('REVOKE ALL ON platform.%I FROM dbtools_runtime', part);
        LOCK TABLE platform.activity_log_rest IN ACCESS EXCLUSIVE MODE;
        EXECUTE format(
            'WITH moved AS (DELETE FROM platform.activity_log_rest WHERE created_at >= %L AND created_at < %L RETURNING *)
            INSERT INTO platform.%I SELECT * FROM moved', begins, ends, part);
        EXECUTE format(
            'ALTER TABLE platform.activity_log ATTACH PARTITION platform.%I FOR VALUES FROM (%L) TO (%L)', part, begins, ends);
        made := made + 1;
    END LOOP;
    RETURN made;
END
$$;

-- Removes what is older than the tenant keeps: whole months by dropping them, of the month at the edge at most `rows_max` rows.
-- It takes neither a time nor a number of days, so that whoever may call it can remove nothing that the settings keep.
CREATE FUNCTION platform.expire_activity(rows_max int) RETURNS TABLE (partitions int, rows_deleted int)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
AS $$
DECLARE
    part   text;
    oldest timestamptz;
BEGIN
    SELECT now() - make_interval(days => greatest(1, least(3650, (value ->> 'activityDays')::int)))
    INTO oldest
    FROM platform.settings
    WHERE key = 'retention';
    partitions := 0;
    rows_deleted := 0;
    IF oldest IS NOT NULL THEN
        FOR part IN
            SELECT c.relname
            FROM pg_inherits i
            JOIN pg_class c ON c.oid = i.inhrelid
            WHERE i.inhparent = 'platform.activity_log'::regclass
                AND c.relname ~ '^activity_log_[0-9]{6}$'
                AND to_date(right(c.relname, 6), 'YYYYMM')::timestamptz + interval '1 month' <= oldest
            ORDER BY c.relname
        LOOP
            EXECUTE format('DROP TABLE platform.%I', part);
            partitions := partitions + 1;
        END LOOP;
        DELETE FROM platform.activity_log
        WHERE (created_at, id) IN (
            SELECT created_at, id
            FROM platform.activity_log
            WHERE created_at < oldest
            ORDER BY created_at, id
            LIMIT rows_max);
        GET DIAGNOSTICS rows_deleted = ROW_COUNT;
    END IF;
    RETURN NEXT;
END
$$;

REVOKE ALL ON FUNCTION platform.make_activity_partitions(date, int), platform.expire_activity(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION platform.make_activity_partitions(date, int), platform.expire_activity(int) TO dbtools_runtime;

SELECT platform.make_activity_partitions(
    greatest(coalesce(min(created_at), now()), now() - interval '9 years')::date,
    (extract(year FROM age(now(), greatest(coalesce(min(created_at), now()), now() - interval '9 years'))) * 12
        + extract(month FROM age(now(), greatest(coalesce(min(created_at), now()), now() - interval '9 years'))) + 4)::int)
FROM platform.activity_log_before;

INSERT INTO platform.activity_log
    (id, action, entity_type, entity_id, entity_name, actor_id, actor_name, actor_address, request_id, details, created_at)
SELECT id, action, entity_type, entity_id, entity_name, actor_id, actor_name, actor_address, request_id, details, created_at
FROM platform.activity_log_before;
DROP TABLE platform.activity_log_before;
