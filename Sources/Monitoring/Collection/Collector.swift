package import Engines
package import Foundation
package import Logging
package import Platform
package import ServiceLifecycle

/// One collector process's worth of services, wired: leases, the fleet's index and watch, collection, the buffer, maintenance.
package struct Collector: Sendable {
    package let index: FleetIndex
    package let leases: ShardLeases
    package let watch: FleetWatch
    package let buffer: RunBuffer
    package let collection: CollectionService
    package let maintenance: MaintenanceService
    package let metrics: CollectionMetrics

    /// - Parameters:
    ///   - node: names this node of the installation; with `processIndex` it makes the collector's identity, which a restarted process keeps.
    ///   - engines: one engine per kind; made once and shared.
    package init(
        databases: TenantDatabases, secrets: SecretBox, lanes: TargetLanes, config: CollectionConfig = CollectionConfig(), node: String, processIndex: Int,
        logger: Logger, startedAt: Date = Date(), engines: @escaping @Sendable (EngineKind) -> any Engine
    ) {
        let index = FleetIndex(suspectCountMax: max(1, config.connectParallelismMax / 2))
        let metrics = CollectionMetrics()
        self.index = index
        self.metrics = metrics
        leases = ShardLeases(system: databases.system, node: node, processIndex: processIndex, logger: logger)
        watch = FleetWatch(databases: databases, leases: leases, index: index, logger: logger)
        buffer = RunBuffer(databases: databases, metrics: metrics, logger: logger) { index.thresholds($0) }
        collection = CollectionService(
            config: config, index: index, leases: leases, buffer: buffer, secrets: secrets, lanes: lanes, metrics: metrics, logger: logger, engines: engines)
        maintenance = MaintenanceService(databases: databases, leases: leases, startedAt: startedAt, logger: logger)
    }

    /// In the order of starting; stopping goes the other way: first no new runs, last the buffer is emptied and the shards given back.
    package var services: [any Service] { [leases, buffer, watch, maintenance, collection] }
}
