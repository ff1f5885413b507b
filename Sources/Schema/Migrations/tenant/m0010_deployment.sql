-- Whether DbTools makes the database of the monitoring objects: noted before it is made.
ALTER TABLE fleet.deployments ADD COLUMN makes_database boolean NOT NULL DEFAULT false;
