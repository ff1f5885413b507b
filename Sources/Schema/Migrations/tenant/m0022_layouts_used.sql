-- The last day (UTC) of which a layout holds samples: those of rows that are gone go when their samples do (PRD 3.5).
ALTER TABLE monitoring.layouts ADD COLUMN used_on date NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')::date;
