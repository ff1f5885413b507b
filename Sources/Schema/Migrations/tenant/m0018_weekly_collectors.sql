-- A tenant's collector may run once a week.
ALTER TABLE monitoring.custom_collectors
    DROP CONSTRAINT custom_collectors_cadence_check,
    ADD CONSTRAINT custom_collectors_cadence_check CHECK (cadence IN ('minute', 'five_minutes', 'quarter_hour', 'hour', 'day', 'week'));
