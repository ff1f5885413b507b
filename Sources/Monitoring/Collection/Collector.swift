package import Engines
package import Foundation
package import Logging
package import Platform
import Primitives
package import ServiceLifecycle

/// One collector process's worth of services, wired: leases, the fleet's index and watch, collection, the buffer, maintenance.
package struct Collector: Sendable {
    package let index: FleetIndex
    package let leases: ShardLeases
    package let watch: FleetWatch
    package let buffer: RunBuffer
    package let collection: CollectionService
    package let maintenance: MaintenanceService
    package let compaction: CompactionService
    package let room: DiskRoom
    package let halt = CollectionHalt()
    package let metrics: CollectionMetrics

    /// - Parameters:
    ///   - node: names this node of the installation; with `processIndex` it makes the collector's identity, which a restarted process
    /// keeps.
    ///   - inFlight: where it is kept who is being read, for the next process; nil: nowhere.
    ///   - vet: tries a server in a process of its own; says what is wrong when that process crashed.
    ///   - catalogue: what is collected besides the core.
    ///   - diskSpace: of the disk that DbTools' own PostgreSQL writes to; nil where it cannot be seen.
    ///   - engines: one engine per kind; made once and shared.
    package init(
        databases: TenantDatabases, secrets: SecretBox, lanes: TargetLanes, config: CollectionConfig = CollectionConfig(), node: String,
        processIndex: Int,
        logger: Logger, startedAt: Date = Date(), inFlight: InFlightRecord? = nil,
        vet: @escaping @Sendable (Target) async -> EngineError? = { _ in nil },
        catalogue: @escaping @Sendable (EngineKind) -> [CollectorDefinition] = CollectorCatalogue.of,
        diskSpace: @escaping @Sendable () -> DiskRoom.Space? = { nil },
        engines: @escaping @Sendable (EngineKind) -> any Engine
    ) {
        let index = FleetIndex(suspectCountMax: max(1, config.connectParallelismMax / 2))
        let metrics = CollectionMetrics()
        self.index = index
        self.metrics = metrics
        let buffer = RunBuffer(databases: databases, metrics: metrics, cache: index.cache, halt: halt, logger: logger) {
            index.thresholds($0, $1)
        }
        self.buffer = buffer
        leases = ShardLeases(system: databases.system, node: node, processIndex: processIndex, logger: logger) { [halt] in
            let (status, stopped) = (lanes.status, halt.reason)
            let now: [String: JSONValue] = [
                "servers": .int(Int64(index.count)), "waiting_runs": .int(Int64(buffer.count)),
                "waiting_bytes": .int(Int64(buffer.sizeBytes)),
                "waiting_since": buffer.waitingSince.map { .string(RFC3339.string($0)) } ?? .null,
                "waiting_calls": .int(Int64(status.waitingCount)), "abandoned_calls": .int(Int64(status.abandonedTotal)),
                "stopped_since": stopped.map { .string(RFC3339.string($0.since)) } ?? .null,
                "stopped_because": stopped.map { .string($0.message) } ?? .null,
            ]
            return .object(metrics.json.merging(now) { $1 })
        }
        watch = FleetWatch(databases: databases, leases: leases, index: index, logger: logger)
        collection = CollectionService(
            config: config, index: index, leases: leases, buffer: buffer, secrets: secrets, lanes: lanes, metrics: metrics, logger: logger,
            record: inFlight, startedAt: startedAt, vet: vet, catalogue: catalogue, halt: halt, engines: engines)
        maintenance = MaintenanceService(databases: databases, leases: leases, startedAt: startedAt, halt: halt, logger: logger)
        compaction = CompactionService(databases: databases, leases: leases, halt: halt, logger: logger)
        room = DiskRoom(halt: halt, databases: databases, leases: leases, logger: logger, space: diskSpace)
    }

    /// In the order of starting; stopping goes the other way: first no new runs, last the buffer is emptied and the shards given back.
    package var services: [any Service] { [leases, buffer, room, watch, maintenance, compaction, collection] }
}
