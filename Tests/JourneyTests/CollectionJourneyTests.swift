import Engines
import Fixtures
import Fleet
import Foundation
import FoundationNetworking
import Logging
import Monitoring
import Platform
import Postgres
import Primitives
import SQLServerSimulator
import Synchronization
import Testing

/// The main job, end to end: a simulated SQL Server over TDS, read through ODBC by a collector, judged and stored in real PostgreSQL.
@Suite struct CollectionJourneyTests {
    @Test func aServersRisingCPUIsSeenAndItsAbsenceToo() async throws {
        try await Self.withSimulator { (port, control) async throws in
            let platform = try await TestPlatform.make()
            let tenant = try await platform.tenant()
            let id = try await Self.add(port, platform, tenant)
            let collector = Self.collector(platform)
            try await collector.leases.tick()
            let start = Date()
            func pass(after seconds: Double) async throws -> (status: String, health: String, cpu: Double?) {
                try await collector.watch.tick(now: start + seconds)
                await collector.collection.tick(now: start + seconds)
                await collector.buffer.tick(now: start + seconds)
                let row = try await platform.tenants.read(tenant) {
                    try $0.rows("SELECT status, health, cpu_percent FROM fleet.server_overview WHERE id = \(id)")[0]
                }
                return (try row.decode(0), try row.decode(1), try row.decode(2))
            }

            try await Self.change(control, #"{"cpuPercent":30,"memoryPercent":40}"#)
            let first = try await pass(after: 0)
            #expect(first.status == "online" && first.health == "healthy" && first.cpu == 30)
            try await Self.change(control, #"{"cpuPercent":97}"#)
            let second = try await pass(after: 60)
            #expect(second.health == "critical" && second.cpu == 97)
            let totals = try await platform.tenants.read(tenant) {
                try $0.rows(
                    "SELECT value FROM monitoring.metric_values WHERE metric = 'batch_requests_sec' AND kind = 'counter' ORDER BY collected_at"
                ).map { try $0.decode(0, as: Double.self) }
            }
            #expect(totals.count == 2 && totals[0] > 0 && totals[1] >= totals[0])
            try await Self.change(control, #"{"state":"offline"}"#)
            _ = try await pass(after: 120)
            let last = try await pass(after: 130)
            #expect(last.status == "offline" && last.health == "offline")
            try await Self.change(control, #"{"state":"online"}"#)
            #expect(try await pass(after: 300).status == "online")
        }
    }

    // MARK: Parts

    static func collector(_ platform: TestPlatform) -> Collector {
        let engine = EngineKind.sqlserver.makeEngine(EngineConfig())
        return collector(platform, catalogue: CollectorCatalogue.of) { _ in engine }
    }

    static func collector(
        _ platform: TestPlatform, catalogue: @escaping @Sendable (EngineKind) -> [CollectorDefinition],
        engines: @escaping @Sendable (EngineKind) -> any Engine
    ) -> Collector {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let config = CollectionConfig()
        return Collector(
            databases: platform.tenants, secrets: platform.secrets, lanes: TargetLanes(limits: config.laneLimits), config: config,
            node: "test",
            processIndex: 0, logger: logger, catalogue: catalogue, engines: engines)
    }

    static func add(_ port: Int, _ platform: TestPlatform, _ tenant: Tenant) async throws -> Server.ID {
        let id = Server.ID()
        let sealed = Bytes(try platform.secrets.seal("example-Passw0rd", for: tenant.id, context: Server.passwordContext(id)))
        let configuration = ServerConfiguration(name: "SIM1", hostname: "127.0.0.1", port: port, username: "monitor", encrypt: false)
        let server = Server(
            id: id, configuration: configuration, sealedPassword: sealed, revision: 1, facts: ServerFacts(), createdAt: Date(),
            updatedAt: Date())
        try await platform.tenants.transaction(tenant) { try server.insert(on: $0) }
        return id
    }

    static func change(_ control: Int, _ body: String) async throws {
        var request = URLRequest(url: try #require(URL(string: "http://127.0.0.1:\(control)/instances/1")))
        request.httpMethod = "POST"
        request.httpBody = Data(body.utf8)
        let (_, response) = try await URLSession.shared.data(for: request)
        try #require((response as? HTTPURLResponse)?.statusCode == 200)
    }

    /// One simulated instance without TLS; `body` gets its port and the control address's.
    static func withSimulator(_ body: @escaping @Sendable (Int, Int) async throws -> Void) async throws {
        let simulator = Simulator(
            .init(
                firstPort: 0, instanceCount: 1, logins: [Login(name: "monitor", password: "example-Passw0rd")], encryption: .off,
                controlPort: 0))
        let (ready, continuation) = AsyncStream.makeStream(of: Simulator.Ready.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await simulator.run { continuation.yield($0) } }
            group.addTask {
                for await started in ready { return try await body(try #require(started.ports.first), try #require(started.controlPort)) }
            }
            try await group.next()
            group.cancelAll()
        }
    }
}
