import Engines
import Foundation
import FoundationNetworking
import ODBC
import SQLServerSimulator
import Testing

/// Servers that speak SQL Server's protocol and are not Microsoft's: they lack views, functions and properties, and say so late.
@Suite struct OtherServerJourneyTests {
    private typealias Journey = DeploymentJourneyTests

    /// What Babelfish for PostgreSQL lacks, or did for long.
    private static let babelfish = """
        {"banner":"Babelfish for PostgreSQL with SQL Server Compatibility - 12.0.2000.8\\nCopyright (c) Amazon Web Services","version":"2014",
         "absent":["sys.dm_os_sys_info","sys.dm_os_sys_memory","sys.dm_os_process_memory","sys.dm_os_ring_buffers","sys.dm_os_wait_stats",
            "sys.dm_os_performance_counters","sys.dm_io_virtual_file_stats","sys.master_files","sys.sql_modules","HAS_PERMS_BY_NAME"]}
        """

    /// Issue 3: probe, onboarding, deploy, read-back and undeploy on a server that is not ours.
    @Test(arguments: Journey.drivers) func whatIsThereIsReadAndWhatIsNotIsNamed(driver: SQLServerDriver) async throws {
        try await Journey.withSimulator(count: 1, isOwner: true) { ports, control async throws in
            let port = try #require(ports.first)
            try await Journey.change(control, 1, Self.babelfish)
            let engine = Journey.engine(driver)
            let probe = engine.probe(Journey.target(port), deadlineSeconds: 8)
            #expect(probe.success && probe.version == "Babelfish for PostgreSQL", "\(probe)")
            #expect(probe.message.contains("not available here: sys.dm_os_sys_info") && probe.grantScript == nil, "\(probe.message)")

            let connection = try engine.connect(Journey.target(port), deadlineSeconds: 8)
            defer { connection.close() }
            for _ in 0..<2 {
                let reading = try connection.collect(deadlineSeconds: 8)
                #expect(reading.gauges[.connectionCount] != nil && reading.gauges[.cpuPercent] == nil)
                #expect(reading.counters[.waitTimeMs] == nil && reading.counters[.diskReads] == nil && reading.denied.isEmpty)
                #expect(reading.identity.version == "Babelfish for PostgreSQL" && !reading.identity.serverName.isEmpty)
                #expect(reading.unavailable.contains { $0.hasPrefix("sys.dm_os_wait_stats") }, "\(reading.unavailable)")
            }
            let databases = try engine.databases(Journey.target(port), deadlineSeconds: 8)
            #expect(databases.contains { $0.name == "master" } && databases.allSatisfy { $0.sizeBytes == nil })

            func run(_ task: DeployTask) -> DeployResult {
                engine.deploy(
                    Journey.target(port), DeployOrder(task: task, database: "DbTools", createDatabase: true), deadlineSeconds: 40)
            }
            let deployed = run(.deploy)
            #expect(deployed.success && deployed.state == .monitored && !deployed.notes.isEmpty, "\(deployed)")
            #expect(run(.deploy).isChanged == false)
            // The procedures meet what the server lacks: it is asked directly, and the reading is no worse.
            #expect(try Journey.reading(port, driver, database: "DbTools").gauges[.connectionCount] != nil)
            try Journey.execute("USE DbTools;\nGO\nDROP PROCEDURE DbTools.CollectCPU\nGO\n", port)
            #expect(run(.check).state == .drifted)
            #expect(run(.remove).success && run(.check).hasDatabase == false)
        }
    }

    /// Each thing that a server may lack, by itself.
    @Test(arguments: [
        "HAS_PERMS_BY_NAME", "HAS_DBACCESS", "DB_NAME", "APP_NAME", "SERVERPROPERTY", "SERVERPROPERTY.ProductVersion",
        "sys.dm_exec_connections", "sys.dm_os_ring_buffers", "sys.sql_modules", "sys.columns", "SCHEMA_ID",
    ]) func oneMissingThingIsNoOutage(name: String) async throws {
        try await Journey.withSimulator(count: 1, isOwner: true) { ports, control async throws in
            let port = try #require(ports.first)
            try await Journey.change(control, 1, #"{"absent":["\#(name)"]}"#)
            let engine = Journey.engine()
            let probe = engine.probe(Journey.target(port), deadlineSeconds: 8)
            #expect(probe.success && probe.version?.hasPrefix("SQL Server 20") == true, "\(probe)")
            let reading = try Journey.reading(port, .freetds, database: nil)
            #expect(reading.gauges[.memoryPercent] != nil && reading.counters[.diskReads] != nil && reading.denied.isEmpty, "\(reading)")
            #expect(reading.identity.version == probe.version && !reading.identity.serverName.isEmpty)
            let order = DeployOrder(task: .deploy, database: "Sales")
            let deployed = engine.deploy(Journey.target(port), order, deadlineSeconds: 40)
            #expect(deployed.success && deployed.state == .monitored, "\(deployed)")
            let removed = engine.deploy(Journey.target(port), DeployOrder(task: .remove, database: "Sales"), deadlineSeconds: 40)
            #expect(removed.success && removed.state == DeployedState.none, "\(removed)")
        }
    }

    /// Issue 3: `authType` windows on a machine without a ticket.
    @Test(arguments: Journey.drivers, [false, true])
    func withoutATicketTheReasonIsKerberos(driver: SQLServerDriver, encrypts: Bool) async throws {
        try await Journey.withSimulator(count: 1, encryption: encrypts ? .on : .off) { ports, _ async throws in
            let port = try #require(ports.first)
            let target = Target(
                engine: .sqlserver, hostname: "127.0.0.1", port: port, authType: .windows, encrypt: encrypts,
                trustServerCertificate: true)
            let probe = Journey.engine(driver).probe(target, deadlineSeconds: 8)
            #expect(!probe.success && probe.errorCode == .authFailed, "\(probe)")
            #expect(probe.message.contains("Kerberos") && !probe.message.contains("password"), "\(probe.message)")
        }
    }

    /// Certificates of `caFile` count for both drivers; without it the same server is not trusted.
    @Test("PRD 2.2-2, NFR4: the test connects through ODBC, encrypted and verified, with either driver", arguments: Journey.drivers)
    func aCertificateIsVerifiedByTheFileThatIsNamed(driver: SQLServerDriver) async throws {
        try await Journey.withSimulator(count: 1, encryption: .on) { ports, control async throws in
            let url = try #require(URL(string: "http://127.0.0.1:\(control)/certificate"))
            let file = FileManager.default.temporaryDirectory.appending(path: "ca-\(UUID().uuidString).pem")
            try await URLSession.shared.data(from: url).0.write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            var target = Journey.target(try #require(ports.first))
            (target.hostname, target.encrypt) = ("localhost", true)
            let config = EngineConfig(sqlServerDriver: driver, caFile: file.path)
            let probe = EngineKind.sqlserver.makeEngine(config).probe(target, deadlineSeconds: 8)
            #expect(probe.success && probe.encrypted == true, "\(probe)")
        }
    }

    /// Where structure is not changed within a transaction, it is outside, and what was begun is taken away by hand.
    @Test func withoutTransactionsForStructureItGoesWithout() async throws {
        try await Journey.withSimulator(count: 1, isOwner: true) { ports, control async throws in
            let port = try #require(ports.first)
            try await Journey.change(control, 1, #"{"createFailure":"inTransaction"}"#)
            func run(_ task: DeployTask) -> DeployResult {
                Journey.engine().deploy(Journey.target(port), DeployOrder(task: task, database: "Sales"), deadlineSeconds: 40)
            }
            let deployed = run(.deploy)
            #expect(deployed.success && deployed.state == .monitored, "\(deployed)")
            #expect(run(.remove).success && run(.check).state == DeployedState.none)
        }
    }
}
