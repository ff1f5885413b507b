-- All values of the latest good run beside the state: one metric over the whole fleet is one look at each server, and not into its samples.
-- metric_ids[i] belongs to "values"[i], as in monitoring.metrics. Servers read before this migration have them from their next run on.
ALTER TABLE monitoring.server_snapshots
    ADD COLUMN metric_ids smallint[] NOT NULL DEFAULT '{}',
    ADD COLUMN "values"   float8[]   NOT NULL DEFAULT '{}',
    ADD CHECK (cardinality(metric_ids) = cardinality("values"));
