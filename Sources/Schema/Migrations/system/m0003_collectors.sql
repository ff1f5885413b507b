-- What a collector last said of its own work, with its heartbeat: any API process can then show it.
ALTER TABLE platform.collectors ADD COLUMN statistics jsonb NOT NULL DEFAULT '{}';
