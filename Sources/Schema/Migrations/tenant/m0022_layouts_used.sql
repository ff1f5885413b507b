-- The last day (UTC) of which a layout holds samples: those of rows that are gone go when their samples do (PRD 3.5). Of those that are there
-- nothing is known: they are taken to be of yesterday, and are noted when their next samples are compacted.
ALTER TABLE monitoring.layouts ADD COLUMN used_on date NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')::date - 1;
ALTER TABLE monitoring.layouts ALTER COLUMN used_on SET DEFAULT (now() AT TIME ZONE 'UTC')::date;
-- A layout that a run names is not deleted; asking for each that is would read all runs each time.
ALTER TABLE monitoring.collector_runs DROP CONSTRAINT collector_runs_layout_id_fkey;
