-- A tenant's collector may keep events: of every run the rows that the run before did not have.
ALTER TABLE monitoring.custom_collectors
    DROP CONSTRAINT custom_collectors_keep_check,
    ADD CONSTRAINT custom_collectors_keep_check CHECK (keep IN ('latest', 'changes', 'every', 'new'));
