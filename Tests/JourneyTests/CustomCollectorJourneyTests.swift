import Engines
import Fixtures
import Fleet
import Foundation
import Logging
import ODBC
import Platform
import Postgres
import Primitives
import Testing

@testable import Monitoring

/// Tenants' own collectors end to end: real PostgreSQL and MariaDB and a simulated SQL Server, read by a collector and stored (issue 4).
@Suite struct CustomCollectorJourneyTests {
    private typealias Journey = DeploymentJourneyTests

    // MARK: SQL Server

    private static func session(_ port: Int, _ driver: SQLServerDriver, seconds: Int = 5) -> QuerySession {
        QuerySession(Journey.target(port, "sa"), engine: Journey.engine(driver), timeoutSeconds: seconds)
    }

    @Test("SQL Server: columns with their types, rows up to the cap, an error in its words", arguments: DeploymentJourneyTests.drivers)
    func sqlServerAnswers(driver: SQLServerDriver) async throws {
        try await Journey.withSimulator(count: 1) { ports, _ async throws in
            let session = Self.session(try #require(ports.first), driver)
            defer { session.close() }
            let types = try session.run(
                CustomQuery(
                    statement:
                        "SELECT N'a' AS label, CAST(1 AS bigint) AS whole, 1.5 AS part, CAST(1 AS bit) AS flag, GETUTCDATE() AS moment -- all",
                    timeoutSeconds: 5, rowCountMax: 10))
            #expect(types.columns.map(\.name) == ["label", "whole", "part", "flag", "moment"])
            #expect(types.columns.map(\.type) == [.text, .integer, .number, .flag, .time])
            #expect(types.rows.first.map { Array($0.prefix(4)) } == [.text("a"), .integer(1), .number(1.5), .flag(true)])
            let waits = "SELECT wait_type, waiting_tasks_count FROM sys.dm_os_wait_stats"
            for rows in [5, 1_000] {
                let answer = try session.run(CustomQuery(statement: waits, timeoutSeconds: 5, rowCountMax: rows))
                #expect(answer.rows.count == min(rows, answer.rows.count) && answer.isCutOff == (rows == 5), "\(answer.rows.count)")
            }
            do throws(EngineError) {
                _ = try session.run(CustomQuery(statement: "SELECT * FROM dbo.NoSuchTable", timeoutSeconds: 5, rowCountMax: 5))
                Issue.record("it answered")
            } catch { #expect(error.message.contains("Invalid object name 'dbo.NoSuchTable'"), "\(error)") }
            do throws(EngineError) {
                _ = try session.run(CustomQuery(statement: "SELECT 1 AS a SELECT 2 AS b", timeoutSeconds: 5, rowCountMax: 5))
                Issue.record("two statements answered")
            } catch { #expect(error.message.contains("Another SELECT"), "\(error)") }
            #expect(try session.run(CustomQuery(statement: "SELECT 1 AS a", timeoutSeconds: 5, rowCountMax: 5)).rows == [[.integer(1)]])
        }
    }

    @Test("SQL Server: a statement past its time is stopped, whatever the server does", arguments: DeploymentJourneyTests.drivers)
    func sqlServerTimeout(driver: SQLServerDriver) async throws {
        try await Journey.withSimulator(count: 1) { ports, control async throws in
            let session = Self.session(try #require(ports.first), driver, seconds: 1)
            #expect(try session.run(CustomQuery(statement: "SELECT 1 AS a", timeoutSeconds: 1, rowCountMax: 5)).rows == [[.integer(1)]])
            try await Journey.change(control, 1, #"{"latencyMs":4000}"#)
            let started = ContinuousClock.now
            do throws(EngineError) {
                _ = try session.run(CustomQuery(statement: "SELECT 2 AS a", timeoutSeconds: 1, rowCountMax: 5))
                Issue.record("it answered in time")
            } catch { #expect(error.code == .timeout, "\(error)") }
            #expect(ContinuousClock.now - started < .seconds(12))
        }
    }

    // MARK: All three, collected

    /// - Parameter socketDirectory: of the PostgreSQL, which listens on nothing else.
    private static func collector(_ platform: TestPlatform, socketDirectory: String) -> Collector {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let config = CollectionConfig()
        let outbound = OutboundPolicy(allowed: [.directory(socketDirectory), OutboundPolicy.Rule("127.0.0.1")].compactMap { $0 })
        return Collector(
            databases: platform.tenants, secrets: platform.secrets, lanes: TargetLanes(limits: config.laneLimits), config: config,
            node: "test", processIndex: 0, logger: logger, catalogue: { _ in [] }
        ) { $0.makeEngine(EngineConfig(outbound: outbound)) }
    }

    private static func add(_ target: Target, _ name: String, _ platform: TestPlatform, _ tenant: Tenant) async throws -> Server.ID {
        let id = Server.ID()
        let sealed = try target.password.map { Bytes(try platform.secrets.seal($0, for: tenant.id, context: Server.passwordContext(id))) }
        var configuration = ServerConfiguration(
            name: name, engine: target.engine, hostname: target.hostname, port: target.port, username: target.username,
            encrypt: target.encrypt)
        configuration.trustServerCertificate = target.trustServerCertificate
        let server = Server(
            id: id, configuration: configuration, sealedPassword: sealed, revision: 1, facts: ServerFacts(), createdAt: Date(),
            updatedAt: Date())
        try await platform.tenants.transaction(tenant) { try server.insert(on: $0) }
        return id
    }

    private static func custom(_ name: String, _ engine: EngineKind, _ statement: String, database: String? = nil, seconds: Int = 5)
        -> CustomCollector
    {
        CustomCollector(
            id: CustomCollector.ID(), name: name, title: name, purpose: "", engine: engine, statement: statement, database: database,
            groups: nil, cadence: .minute, timeoutSeconds: seconds, rowCountMax: 3, keep: .latest,
            columns: [
                CollectorColumn("label", .label, ""),
                CollectorColumn("value", .gauge, unit: "count", metric: "\(name)_value", ""),
            ], enabled: true, revision: 1, shape: 1, shapedAt: Date(), createdAt: Date(), updatedAt: Date())
    }

    @Test(
        "Real PostgreSQL and MariaDB and a simulated SQL Server: what each brought is stored, one that runs into its time harms nobody",
        .enabled(if: TestMariaDB.isInstalled && ODBCDriver.mariadb.path() != nil))
    func collectedFromAll() async throws {
        try await Journey.withSimulator(count: 1) { ports, _ async throws in
            let platform = try await TestPlatform.make()
            let tenant = try await platform.tenant()
            let maria = try await TestMariaDB.shared
            let cluster = Dictionary(
                try await TestCluster.shared.address().parameters().map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
            let postgres = Target(
                engine: .postgresql, hostname: try #require(cluster["host"]), port: cluster["port"].flatMap { Int($0) },
                username: cluster["user"], password: cluster["password"], encrypt: false)
            let mySQL = Target(
                engine: .mysql, hostname: "127.0.0.1", port: maria.port, username: maria.user, password: maria.password,
                trustServerCertificate: true)
            let ids = [
                try await Self.add(postgres, "pg", platform, tenant), try await Self.add(mySQL, "maria", platform, tenant),
                try await Self.add(Journey.target(try #require(ports.first)), "sql", platform, tenant),
            ]
            let own = [
                Self.custom("pg_own", .postgresql, "SELECT current_database() AS label, 42 AS value", database: "template1"),
                Self.custom("pg_slow", .postgresql, "SELECT 'x' AS label, 1 AS value FROM pg_sleep(60)", seconds: 1),
                Self.custom("pg_many", .postgresql, "SELECT n::text AS label, n AS value FROM generate_series(1, 1000000) AS n"),
                Self.custom("my_own", .mysql, "SELECT DATABASE() AS label, COUNT(*) AS value FROM user", database: "mysql"),
                Self.custom("ms_own", .sqlserver, "SELECT DB_NAME() AS label, COUNT(*) AS value FROM sys.databases", database: "msdb"),
            ]
            try await platform.tenants.transaction(tenant) { session in
                for collector in own { try collector.insert(on: session) }
                try session.execute("UPDATE monitoring.custom_collector_version SET value = 1")
            }
            let collector = Self.collector(platform, socketDirectory: postgres.hostname)
            try await collector.leases.tick()
            let now = Date()
            try await collector.watch.tick(now: now)
            await collector.collection.tick(now: now)
            await collector.buffer.tick(now: now)
            let rows = try await platform.tenants.read(tenant) { session in
                try session.rows(
                    """
                    SELECT t.collector, t.state, t.row_count, coalesce(l.instances[1], ''), coalesce(t.gauges[1], -1), coalesce(t.message, '')
                    FROM monitoring.collector_runs t
                    LEFT JOIN monitoring.layouts l ON l.id = t.layout_id
                    ORDER BY t.collector
                    """
                ).map {
                    (
                        try $0.decode(0, as: String.self), try $0.decode(1, as: String.self), try $0.decode(2, as: Int.self),
                        try $0.decode(3, as: String.self), try $0.decode(4, as: Double.self), try $0.decode(5, as: String.self)
                    )
                }
            }
            #expect(rows.map(\.0) == ["ms_own", "my_own", "pg_many", "pg_own", "pg_slow"], "\(rows)")
            #expect(rows.map(\.1) == ["ok", "ok", "cut_off", "ok", "failed"], "\(rows)")
            try #require(rows.count == 5)
            #expect(rows[0].3 == #"["msdb"]"# && rows[1].3 == #"["mysql"]"# && rows[3].3 == #"["template1"]"#, "\(rows)")
            #expect(rows[2].2 == 3 && rows[3].4 == 42 && rows[1].4 >= 1)
            #expect(rows[4].5.contains("within 1 s"), "\(rows[4].5)")
            let online = try await platform.tenants.read(tenant) {
                try $0.rows("SELECT count(*) FROM fleet.server_overview WHERE status = 'online'")[0].decode(0, as: Int.self)
            }
            #expect(online == ids.count)
        }
    }
}
