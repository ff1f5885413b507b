import Engines
import Fixtures
import Fleet
import Foundation
import Logging
import Platform
import Postgres
import Primitives
import Testing

@testable import Monitoring

/// A platform of its own with one tenant, a fake engine and a collector whose clock the test moves.
struct CollectionFixture {
    let platform: TestPlatform
    let tenant: Tenant
    let engine: FakeEngine
    let lanes: TargetLanes
    let collector: Collector
    /// A moment in the past, so that nothing is "too long ago" by the database's clock unless the test says so.
    let start = Date()

    static func make(
        connectParallelismMax: Int = 8, runDeadlineSeconds: Double = 5,
        catalogue: @escaping @Sendable (EngineKind) -> [CollectorDefinition] = { _ in [] }
    ) async throws -> CollectionFixture {
        let platform = try await TestPlatform.make()
        let tenant = try await platform.tenant()
        let engine = FakeEngine()
        let config = CollectionConfig(
            collectParallelismMax: 4, connectParallelismMax: connectParallelismMax, runDeadlineSeconds: runDeadlineSeconds)
        let lanes = TargetLanes(limits: config.laneLimits)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let collector = Collector(
            databases: platform.tenants, secrets: platform.secrets, lanes: lanes, config: config, node: "test", processIndex: 0,
            logger: logger,
            startedAt: Date() - 3600, catalogue: catalogue
        ) { _ in engine }
        try await collector.leases.tick()
        return CollectionFixture(platform: platform, tenant: tenant, engine: engine, lanes: lanes, collector: collector)
    }

    /// Another collector of the same platform.
    func secondCollector(processIndex: Int) -> Collector {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return Collector(
            databases: platform.tenants, secrets: platform.secrets, lanes: lanes, node: "test", processIndex: processIndex, logger: logger
        ) { [engine] _ in engine }
    }

    /// Adds a server whose host has its name.
    @discardableResult
    func server(_ name: String, id: Server.ID = Server.ID(), password: String? = nil) async throws -> Server.ID {
        let sealed = try password.map { Bytes(try platform.secrets.seal($0, for: tenant.id, context: Server.passwordContext(id))) }
        let server = Server(
            id: id, configuration: ServerConfiguration(name: name, hostname: name), sealedPassword: sealed, revision: 1,
            facts: ServerFacts(),
            createdAt: start, updatedAt: start)
        try await platform.tenants.transaction(tenant) { try server.insert(on: $0) }
        return id
    }

    /// Notices what is new, reads what is due `seconds` after the start, and stores it. Returns how many runs that were.
    @discardableResult
    func pass(after seconds: Double = 0) async throws -> Int {
        try await collector.watch.tick(now: start + seconds)
        let count = await collector.collection.tick(now: start + seconds)
        await collector.buffer.tick(now: start + seconds)
        return count
    }

    func rows(_ sql: SQL) async throws -> PostgresRows { try await platform.tenants.read(tenant) { try $0.rows(sql) } }

    func words(_ sql: SQL) async throws -> [String] { try await rows(sql).map { try $0.decode(0) } }

    func number(_ sql: SQL) async throws -> Double? { try await rows(sql).first?.decode(0, as: Double?.self) }

    func state(_ id: Server.ID) async throws -> (status: String, health: String, reasons: [String]) {
        let row = try await rows("SELECT status, health, reasons FROM fleet.server_overview WHERE id = \(id)")[0]
        return (try row.decode(0), try row.decode(1), try row.decode(2))
    }
}
