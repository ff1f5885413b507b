import Engines
import Fleet
import Foundation
import Hummingbird
import Logging
import Monitoring
import Platform
import Primitives
import Postgres
import ServiceLifecycle

/// The whole product on one screen: which parts run in which process. A new part is one line in `mount`, one in `collector` if it has
/// a loop, and one in `operationKinds` if it has long work.
enum App {
    /// FreeTDS takes two file descriptors per connection, and 20,000 is a common hard limit.
    static let serversPerCollector = 4_000

    /// The API process: the HTTP edge with each part's routes, and the web pages.
    static func api(_ installation: Installation) async throws -> [any Service] {
        let (config, tenants) = (installation.config, installation.tenants)
        let directory = DataDirectory(config.dataDirectory)
        let edge = Edge(tenants: tenants, masterKey: installation.masterKey, logger: Logger(label: "platform"))
        let probe = IsolatedProbe(executable: ["/proc/self/exe", "engine-probe"], config: engineConfig(config))
        let outbound = outboundPolicy(config)
        let deployer: Deployer = { await probe.deploy($0, $1, allow: outbound) }
        let tests = ConnectionTests(probeMany: { await probe.probe($0, allow: outbound) }) { await probe.probe($0, allow: outbound) }
        let databaseLists = DatabaseLists { target async throws(EngineError) in try await probe.databases(target, allow: outbound) }

        let previews = CustomPreviews { target, query async throws(EngineError) in try await probe.query(target, query, allow: outbound) }

        let collectors = CollectorStatistics(system: tenants.system, logger: Logger(label: "monitoring"))

        let bulk = bulkActions(installation, tests, deployer)
        let application = try await edge.makeApplication(
            try serverConfig(config, directory), gauges: collectors.gauges,
            fleet: { tenant in try await tenants.read(tenant) { try FleetRollUp.count(on: $0) } },
            onRunning: { port in APIReady.note(port: port, directory) }
        ) { group in
            ServerViewRoutes(databases: tenants).add(to: group)
            OnboardingRoutes(databases: tenants).add(to: group)
            ServerRoutes(databases: tenants, secrets: installation.secrets, tests: tests, databaseLists: databaseLists).add(to: group)
            CredentialRoutes(databases: tenants, secrets: installation.secrets, operations: Operations(tenants: tenants)).add(to: group)
            ServerGroupRoutes(databases: tenants).add(to: group)
            LabelRoutes(databases: tenants).add(to: group)
            ThresholdRoutes(databases: tenants).add(to: group)
            DeploymentRoutes(databases: tenants, secrets: installation.secrets).add(to: group)
            HealthRoutes(databases: tenants).add(to: group)
            MetricRoutes(databases: tenants).add(to: group)
            CollectorRoutes(databases: tenants).add(to: group)
            ReplicaBackupRoutes(databases: tenants).add(to: group)
            QueryPlanRoutes(databases: tenants).add(to: group)
            CustomCollectorRoutes(databases: tenants, secrets: installation.secrets, previews: previews).add(to: group)
            CollectorSeriesRoutes(databases: tenants).add(to: group)
            WaitRoutes(databases: tenants).add(to: group)
            CompareRoutes(databases: tenants).add(to: group)
            ExportRoutes(databases: tenants).add(to: group)
            CollectionRoutes(databases: tenants).add(to: group)
            CollectionStatusRoutes(databases: tenants).add(to: group)
            BulkRoutes(databases: tenants, actions: bulk).add(to: group)
            ImportRoutes(databases: tenants, secrets: installation.secrets).add(to: group)
        }
        let kinds = operationKinds(bulk, installation, tests, deployer)
        let operations = OperationService(tenants: tenants, kinds: kinds, logger: Logger(label: "platform"))
        let purge = DeletedServerPurge(databases: tenants, logger: Logger(label: "fleet"))
        let deployments = DeploymentCheckService(
            databases: tenants, secrets: installation.secrets, deployer: deployer, logger: Logger(label: "fleet"))
        return [collectors, application, operations, purge, deployments]
    }

    /// Every kind of long work. A new one is one line.
    private static func operationKinds(
        _ bulk: [any BulkAction], _ installation: Installation, _ tests: ConnectionTests, _ deployer: @escaping Deployer
    ) -> [any OperationKind] {
        let objects = [DeployTask.deploy, .remove].map {
            DeployKind($0, databases: installation.tenants, secrets: installation.secrets, deployer: deployer)
        }
        return bulk + objects + [
            ImportKind(databases: installation.tenants, secrets: installation.secrets, tests: tests),
            CredentialTestKind(databases: installation.tenants, secrets: installation.secrets, tests: tests),
        ]
    }

    /// Everything that can be done to many servers at once. A new one is one line.
    private static func bulkActions(
        _ installation: Installation, _ tests: ConnectionTests, _ deployer: @escaping Deployer
    ) -> [any BulkAction] {
        let objects = [DeployTask.deploy, .remove].map {
            BulkDeploy($0, databases: installation.tenants, secrets: installation.secrets, deployer: deployer)
        }
        return [
            BulkLabels(isAdding: true), BulkLabels(isAdding: false), BulkGroups(isAdding: true), BulkGroups(isAdding: false),
            BulkCollection(.start), BulkCollection(.stop), BulkCollection(.interval), BulkCollection(.configure),
            BulkCredential(), BulkDelete(), BulkRestore(),
            BulkConnectionTest(databases: installation.tenants, secrets: installation.secrets, tests: tests),
        ] + objects
    }

    /// A collector process: reads its share of the servers.
    static func collector(_ installation: Installation, index: Int) async throws -> [any Service] {
        let config = installation.config
        let collection = CollectionConfig(collectParallelismMax: config.collectorParallelism)
        let engines = Dictionary(uniqueKeysWithValues: EngineKind.allCases.map { ($0, $0.makeEngine(engineConfig(config))) })
        let probe = IsolatedProbe(executable: ["/proc/self/exe", "engine-probe"], config: engineConfig(config))
        let outbound = outboundPolicy(config)
        let collector = Collector(
            databases: installation.tenants, secrets: installation.secrets, lanes: TargetLanes(limits: collection.laneLimits),
            config: collection,
            node: "\(ProcessInfo.processInfo.hostName):\(config.dataDirectory)", processIndex: index, logger: Logger(label: "monitoring"),
            inFlight: try InFlightRecord(path: DataDirectory(config.dataDirectory).run + "/in-flight-\(index)"),
            vet: { target in
                let result = await probe.probe(target, allow: outbound)
                return result.errorCode == .driverFailed ? EngineError(.driverFailed, result.message) : nil
            },
            diskSpace: { [postgres = DataDirectory(config.dataDirectory).postgres] in
                config.databaseURL == nil ? DiskRoom.Space.of(postgres) : nil
            }
        ) { kind in
            engines[kind] ?? kind.makeEngine(engineConfig(config))
        }
        return collector.services
    }

    /// How many collector processes the installation's servers need.
    static func collectorCount(_ installation: Installation) async -> Int {
        if let count = installation.config.collectorCount { return count }
        var servers = 0
        // A tenant that cannot be read now is counted the next time.
        for tenant in (try? await installation.tenants.tenants()) ?? [] {
            servers += (try? await serverCount(tenant, installation.tenants)) ?? 0
        }
        return collectorCount(servers: servers)
    }

    /// How many collector processes the servers need that are read already: of a fleet that has just been added this is known within
    /// seconds, without a look into each tenant. An error of the system database counts as none.
    static func collectorCountByReports(_ installation: Installation) async -> Int {
        if let count = installation.config.collectorCount { return count }
        let reports = try? await installation.system.read {
            try ShardLeaseSQL.statistics(leaseSeconds: ShardLeases.leaseSeconds, on: $0)
        }
        return collectorCount(servers: (reports ?? []).reduce(0) { $0 + Int($1["servers"]?.int ?? 0) })
    }

    private static func collectorCount(servers: Int) -> Int { max(1, (servers + serversPerCollector - 1) / serversPerCollector) }

    private static func serverCount(_ tenant: Tenant, _ tenants: TenantDatabases) async throws -> Int {
        try await tenants.read(tenant) {
            try $0.rows("SELECT count(*) FROM fleet.servers WHERE deleted_at IS NULL")[0].decode(0, as: Int.self)
        }
    }

    private static func engineConfig(_ config: AppConfig) -> EngineConfig { EngineConfig(outbound: outboundPolicy(config)) }

    private static func outboundPolicy(_ config: AppConfig) -> OutboundPolicy {
        OutboundPolicy(allowed: config.allowedTargets.compactMap { OutboundPolicy.Rule($0) })
    }

    private static func serverConfig(_ config: AppConfig, _ directory: DataDirectory) throws -> HTTPServerConfig {
        var server = HTTPServerConfig()
        server.host = config.host
        server.port = config.port
        server.tls = try TLSFiles(config, directory).material()
        server.trustedProxies = config.trustedProxies.compactMap { AddressBlock($0) }
        server.corsOrigins = config.corsOrigins
        server.webDirectory = config.webDirectory
        server.stopSecondsMax = Int(ChildProcess.stopSecondsMax) - 1
        return server
    }
}
