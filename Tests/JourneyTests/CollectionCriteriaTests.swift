import Engines
import Fixtures
import Fleet
import Foundation
import Logging
import ODBC
import Platform
import Postgres
import Primitives
import SQLServerSimulator
import Testing

@testable import Monitoring

/// What a collector does to a SQL Server, as that server sees it.
@Suite struct CollectionCriteriaTests {
    private struct Watched {
        let platform: TestPlatform
        let tenant: Tenant
        let id: Server.ID
        let collector: Collector
        let start = Date()

        init(port: Int) async throws {
            platform = try await TestPlatform.make()
            tenant = try await platform.tenant()
            id = try await CollectionJourneyTests.add(port, platform, tenant)
            collector = CollectionJourneyTests.collector(platform)
            try await collector.leases.tick()
        }

        func pass(after seconds: Double) async throws {
            try await collector.watch.tick(now: start + seconds)
            await collector.collection.tick(now: start + seconds)
            await collector.buffer.tick(now: start + seconds)
        }

        func words(_ sql: SQL) async throws -> [String] {
            try await platform.tenants.read(tenant) { try $0.rows(sql).map { try $0.decode(0) } }
        }
    }

    /// Rows of one column, as sa.
    private static func asked(_ sql: String, _ port: Int) throws -> [String] {
        let path = try #require(ODBCDriver.freetds.path())
        var string = ODBCConnectionString(driverPath: path)
        let login = [("Server", "127.0.0.1"), ("Port", String(port)), ("TDS_Version", "7.4"), ("UID", "sa"), ("PWD", "example-Passw0rd")]
        for (key, value) in login { string.add(key, value) }
        let connection = try ODBCConnection(string, loginTimeoutSeconds: 5)
        defer { connection.close() }
        let set = try #require(try connection.resultSets(sql, deadlineSeconds: 5, rowCountMax: 100).first).get()
        return set.rows.map { "\($0[0])" }
    }

    @Test("PRD 3.3-4, 3.3-5: by the stored procedures: CPU, memory, connections, batch requests and waits, stored from the second reading on")
    func theProceduresBringTheFiveKinds() async throws {
        try await DeploymentJourneyTests.withSimulator(count: 1, isOwner: true) { ports, _ async throws in
            let port = try #require(ports.first)
            let order = DeployOrder(task: .deploy, database: "DbTools", createDatabase: true)
            #expect(DeploymentJourneyTests.engine().deploy(DeploymentJourneyTests.target(port), order, deadlineSeconds: 40).success)
            let watched = try await Watched(port: port)
            try await watched.platform.tenants.transaction(watched.tenant) { session in
                _ = try session.execute(
                    """
                    INSERT INTO fleet.deployments (server_id, state, version, database_name)
                    VALUES (\(watched.id), 'monitored', \(Int32(MonitoringObjects.version)), 'DbTools')
                    """)
                try Server.touch(watched.id, on: session)
            }
            for seconds in [0.0, 60, 120] { try await watched.pass(after: seconds) }
            let metrics = Set(try await watched.words("SELECT DISTINCT metric FROM monitoring.metric_values"))
            #expect(
                metrics.isSuperset(of: ["cpu_percent", "memory_percent", "connection_count", "batch_requests_sec", "wait_time_ms"]), "\(metrics)")
            let types = try await watched.words(
                "SELECT DISTINCT unnest(l.instances) FROM monitoring.samples s JOIN monitoring.layouts l ON l.id = s.layout_id WHERE l.collector = 'waits'"
            )
            #expect(types.count >= 60 && types.contains(#"["CXPACKET"]"#), "\(types)")
            #expect(try await watched.words("SELECT state FROM fleet.deployments") == ["monitored"], "the procedures were used")
            // Proved by taking one away: then the collector says so.
            try DeploymentJourneyTests.execute("USE DbTools; DROP PROCEDURE DbTools.CollectWaits", port)
            try await watched.pass(after: 180)
            #expect(try await watched.words("SELECT state FROM fleet.deployments") != ["monitored"])
        }
    }

    @Test("PRD 3.2-8, 3.2-9, 3.2-10: stopped, the server is asked no more and let go of; started, it is asked again")
    func theServerSeesTheChangeAtTheNextCycle() async throws {
        try await DeploymentJourneyTests.withSimulator(count: 1) { ports, _ async throws in
            let port = try #require(ports.first)
            let watched = try await Watched(port: port)
            // The collector's session, as the server tells of it.
            func sessions() throws -> [String] {
                try Self.asked(
                    "SELECT CONVERT(varchar(40), last_request_start_time, 121) FROM sys.dm_exec_sessions WHERE login_name = 'monitor'", port)
            }
            try await watched.pass(after: 0)
            let first = try sessions()
            #expect(first.count == 1)
            try await watched.pass(after: 60)
            let second = try sessions()
            #expect(second.count == 1 && second != first, "asked again, over the same connection")
            try await watched.platform.tenants.transaction(watched.tenant) {
                try CollectionSettings.enable(false, for: watched.id, at: Date(), on: $0)
            }
            try await watched.pass(after: 120)
            // The server notices the end of the connection a moment later.
            for _ in 0..<500 where try !sessions().isEmpty {}
            #expect(try sessions() == [])
            try await watched.platform.tenants.transaction(watched.tenant) {
                try CollectionSettings.enable(true, for: watched.id, at: Date(), on: $0)
            }
            for seconds in [180.0, 190] { try await watched.pass(after: seconds) }
            #expect(try sessions().count == 1)
        }
    }
}
