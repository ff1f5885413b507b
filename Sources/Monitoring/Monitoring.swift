// Monitoring: what is read from the servers, what it says of their health, and how it is kept.
//
// Needs: Fleet (which servers), Engines (how one is read, and the lanes on which that blocks), Platform (tenants' databases, settings,
// events).
// Gives: `Collector` (the services of a collector process); `HealthRoutes`, `MetricRoutes`, `ExportRoutes`,
// `CollectionRoutes`; `CollectionMetrics` for /metrics.
//
// A collection, in the order of the folders: Leases (which shards are ours) -> Collection (FleetWatch notices servers, CollectionPlan
// says when,
// CollectionService reads on a lane, Differencing makes rates) -> Storage (RunBuffer gathers, RunSQL stores samples, latest state and
// health changes in one
// transaction per tenant) -> Health, Metrics and Backups (what is shown) -> Compaction (older samples into chunks, rollups, and the
// way back to series) -> Retention (partitions come and go).
//
// Invariants: a value that is not known is absent, never 0. One target's trouble stays on the connect lane. At most one run is stored per
// server and slot,
// and none by a collector that lost its lease. A run that was stored survives kill -9; one that was not is as if it had never been.
