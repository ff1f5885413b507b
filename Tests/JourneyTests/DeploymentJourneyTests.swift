import Engines
import Fixtures
import Fleet
import Foundation
import FoundationNetworking
import Logging
import Monitoring
import ODBC
import Platform
import Postgres
import Primitives
import SQLServerSimulator
import Synchronization
import Testing

/// Monitoring objects on simulated SQL Servers, through real drivers.
@Suite struct DeploymentJourneyTests {
    static let drivers: [SQLServerDriver] = [.freetds] + (ODBCDriver.microsoft.path() == nil ? [] : [.microsoft])
    private static let password = "example-Passw0rd"

    static func target(_ port: Int, _ user: String = "monitor") -> Target {
        Target(engine: .sqlserver, hostname: "127.0.0.1", port: port, username: user, password: password, encrypt: false)
    }

    static func engine(_ driver: SQLServerDriver = .freetds) -> any Engine {
        EngineKind.sqlserver.makeEngine(EngineConfig(sqlServerDriver: driver))
    }

    /// Runs statements as sa.
    static func execute(_ sql: String, _ port: Int) throws {
        let path = try #require(ODBCDriver.freetds.path())
        var string = ODBCConnectionString(driverPath: path)
        for (key, value) in [("Server", "127.0.0.1"), ("Port", String(port)), ("TDS_Version", "7.4"), ("UID", "sa"), ("PWD", password)] {
            string.add(key, value)
        }
        let connection = try ODBCConnection(string, loginTimeoutSeconds: 5)
        defer { connection.close() }
        for batch in sql.components(separatedBy: "\nGO\n") where !batch.isEmpty {
            for set in try connection.resultSets(batch, deadlineSeconds: 5, rowCountMax: 100) { _ = try set.get() }
        }
    }

    static func reading(_ port: Int, _ driver: SQLServerDriver, database: String?) throws -> Reading {
        var target = target(port)
        target.objectsDatabase = database
        let connection = try engine(driver).connect(target, deadlineSeconds: 8)
        defer { connection.close() }
        return try connection.collect(deadlineSeconds: 5)
    }

    @Test(
        "PRD 2.9-1, 2.9-2, 2.9-3, 2.9-4, 2.9-5, 2.9-6, 2.9-7, 2.9-11, FR4, 3.4-10: deployed, collecting, drifted, mended, gone",
        arguments: drivers) func aLifeOfMonitoringObjects(driver: SQLServerDriver) async throws {
        try await Self.withSimulator(count: 1) { ports, _ async throws in
            let port = try #require(ports.first)
            let engine = Self.engine(driver)
            func run(_ task: DeployTask, createDatabase: Bool = true) -> DeployResult {
                engine.deploy(
                    Self.target(port), DeployOrder(task: task, database: "DbTools", createDatabase: createDatabase), deadlineSeconds: 40)
            }
            #expect(run(.deploy, createDatabase: false).errorCode == "DATABASE_NOT_FOUND")
            let refused = run(.deploy)
            #expect(refused.errorCode == "NO_PERMISSIONS", "\(refused)")
            #expect(refused.permissions.compactMap(\.grantStatement) == ["USE master; GRANT CREATE ANY DATABASE TO [monitor];"])
            #expect(run(.check).state == DeployedState.none)
            let mayDeploy = { engine.probe(Self.target(port), deadlineSeconds: 8).mayDeploy }
            #expect(mayDeploy() == false)
            for grant in refused.permissions.compactMap(\.grantStatement) { try Self.execute(grant, port) }
            #expect(mayDeploy() == true)
            let deployed = run(.deploy)
            #expect(mayDeploy() == true)
            #expect(deployed.success && deployed.isChanged && deployed.state == .monitored, "\(deployed)")
            #expect(deployed.version == MonitoringObjects.version && deployed.objects.count > 13 + 35)
            let again = run(.deploy)
            #expect(again.success && !again.isChanged, "\(again)")

            let (direct, called) = (try Self.reading(port, driver, database: nil), try Self.reading(port, driver, database: "DbTools"))
            #expect(called.objectsProblem == nil, "\(called.objectsProblem ?? "")")
            #expect(direct.identity == called.identity)
            #expect(Set(direct.gauges.keys) == Set(called.gauges.keys) && Set(direct.counters.keys) == Set(called.counters.keys))
            for (metric, value) in direct.gauges { #expect(abs((called.gauges[metric] ?? -1) - value) <= max(2, value / 50), "\(metric)") }
            #expect(direct.counters.count >= 6 && direct.counters[.waitTimeMs] != nil)

            try Self.execute("USE DbTools; DROP PROCEDURE DbTools.CollectWaits", port)
            let fallen = try Self.reading(port, driver, database: "DbTools")
            #expect(fallen.objectsProblem != nil && Set(fallen.counters.keys) == Set(direct.counters.keys))
            let drifted = run(.check)
            #expect(
                drifted.state == .drifted && drifted.objects.filter { $0.state == .missing }.map(\.name) == ["CollectWaits"], "\(drifted)")
            try Self.execute("USE DbTools; UPDATE DbTools.SchemaVersion SET Version = 0", port)
            #expect(run(.check).state == .outdated)
            #expect(run(.deploy).state == .monitored)
            try Self.execute("USE DbTools;\nGO\nALTER PROCEDURE DbTools.CollectCPU AS SELECT 1 AS one\nGO\n", port)
            #expect(run(.check).objects.first { $0.name == "CollectCPU" }?.state == .changed)

            let removed = run(.remove)
            #expect(removed.success && removed.state == DeployedState.none && removed.notes.isEmpty, "\(removed)")
            #expect(throws: (any Error).self) { try Self.execute("USE DbTools", port) }
            #expect(run(.check).state == DeployedState.none)
        }
    }

    /// PRD 2.9-11 and issue 3: an earlier version, as it was shipped, is told and brought up to date; what a DBA set stays.
    @Test(arguments: drivers, [1, 2, 3]) func theVersionBeforeIsUpgraded(driver: SQLServerDriver, version: Int) async throws {
        try await Self.withSimulator(count: 1, isOwner: true) { ports, _ async throws in
            let port = try #require(ports.first)
            let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            let script = try String(contentsOf: root.appending(path: "Scripts/version-\(version)/sqlserver.sql"), encoding: .utf8)
            func run(_ task: DeployTask) -> DeployResult {
                Self.engine(driver).deploy(Self.target(port), DeployOrder(task: task, database: "Sales"), deadlineSeconds: 40)
            }
            try Self.execute("USE Sales;\nGO\n" + script.split(separator: "*/\n", maxSplits: 1)[1] + "\nGO\n", port)
            let totals = [try Self.reading(port, driver, database: "Sales"), try Self.reading(port, driver, database: nil)]
                .map { Double($0.counters[.waitTimeMs] ?? 0) }
            #expect(totals[0] > 0 && abs(totals[1] - totals[0]) < totals[0] / 100, "the procedures of before bring every type: \(totals)")
            try Self.execute("USE Sales;\nGO\nUPDATE DbTools.Settings SET Value = N'off' WHERE Name = N'CollectWaits'\nGO\n", port)
            let old = run(.check)
            #expect(old.state == .outdated && old.version == version, "\(old)")
            #expect(try Self.reading(port, driver, database: "Sales").objectsProblem == nil)
            let upgraded = run(.deploy)
            #expect(upgraded.success && upgraded.version == MonitoringObjects.version && upgraded.state == .monitored, "\(upgraded)")
            let reading = try Self.reading(port, driver, database: "Sales")
            #expect(reading.objectsProblem == nil && reading.counters[.waitTimeMs] == nil)
            #expect(run(.remove).success)
        }
    }

    /// A database that an earlier run made and was cut off after is ours while it is empty, and goes with the objects; any other stays.
    @Test func aDatabaseOfACutOffRunIsAdopted() async throws {
        try await Self.withSimulator(count: 1, isOwner: true) { ports, _ async throws in
            let port = try #require(ports.first)
            func run(_ task: DeployTask, adopts: Bool = true) -> DeployResult {
                let order = DeployOrder(task: task, database: "a]b'c", createDatabase: true, adoptsDatabase: adopts)
                return Self.engine().deploy(Self.target(port), order, deadlineSeconds: 40)
            }
            let make = "CREATE DATABASE [a]]b'c]"
            try Self.execute(make, port)
            let adopted = run(.deploy)
            #expect(adopted.success && adopted.ownsDatabase == true && adopted.message.contains("made for it"), "\(adopted)")
            #expect(run(.remove, adopts: false).success)
            #expect(run(.check).hasDatabase == false)
            // Only the database is there: a removal takes it.
            try Self.execute(make, port)
            let removed = run(.remove)
            #expect(removed.success && removed.isChanged && removed.ownsDatabase == false, "\(removed)")
            #expect(run(.check).hasDatabase == false)
            // Somebody's own: it holds something, or nobody noted that it was to be made.
            try Self.execute(make, port)
            #expect(run(.deploy, adopts: false).ownsDatabase == false)
            #expect(run(.remove, adopts: false).success && run(.check).hasDatabase == true)
            try Self.execute("USE [a]]b'c];\nGO\nCREATE TABLE dbo.theirs (a int)\nGO\n", port)
            #expect(run(.deploy).ownsDatabase == false)
            #expect(run(.remove).success && run(.check).hasDatabase == true)
        }
    }

    /// In a database that exists, with the rights that the preflight names and no more; another login deploys for the one that collects.
    @Test(arguments: drivers) func aDatabaseThatExistsNeedsOnlyItsOwnRights(driver: SQLServerDriver) async throws {
        try await Self.withSimulator(count: 1) { ports, control async throws in
            let port = try #require(ports.first)
            func run(_ task: DeployTask, user: String = "monitor", login: String? = nil) -> DeployResult {
                Self.engine(driver).deploy(
                    Self.target(port, user), DeployOrder(task: task, database: "Sales", monitorLogin: login), deadlineSeconds: 40)
            }
            let outside = run(.deploy)
            #expect(outside.errorCode == "NO_PERMISSIONS", "\(outside)")
            try Self.execute(try #require(outside.permissions.first?.grantStatement), port)
            let inside = run(.deploy)
            #expect(inside.success, "\(inside)")
            #expect(run(.remove).success)
            try await Self.change(control, 1, #"{"createFailure":"diskFull"}"#)
            let full = run(.deploy)
            #expect(full.errorCode == "NO_SPACE" && full.message.contains("1105") == false, "\(full)")
            try await Self.change(control, 1, #"{"createFailure":"none","permissions":["VIEW SERVER STATE"]}"#)
            #expect(run(.check).errorCode == "NO_PERMISSIONS")
        }
    }

    /// Nothing of a deployment that fails in the middle stays.
    @Test func aFailureInTheMiddleIsRolledBack() async throws {
        try await Self.withSimulator(count: 1) { ports, _ async throws in
            let port = try #require(ports.first)
            let order = DeployOrder(task: .deploy, database: "Sales")
            try Self.execute("USE Sales;\nGO\nCREATE SCHEMA DbTools\nGO\nCREATE VIEW DbTools.CollectWaits AS SELECT 1 AS one\nGO\n", port)
            let taken = Self.engine().deploy(Self.target(port, "sa"), order, deadlineSeconds: 40)
            #expect(taken.errorCode == "NAME_TAKEN", "\(taken)")
            try Self.execute(
                "USE Sales;\nGO\nCREATE TABLE DbTools.Settings (Name nvarchar(128), Value nvarchar(400), Description nvarchar(400))\nGO\n",
                port)
            let failed = Self.engine().deploy(Self.target(port, "sa"), order, deadlineSeconds: 40)
            #expect(failed.errorCode == "NAME_TAKEN", "\(failed)")
            let found = Self.engine().deploy(Self.target(port, "sa"), DeployOrder(task: .check, database: "Sales"), deadlineSeconds: 40)
            #expect(found.objects.filter { $0.state != .missing }.map(\.name).sorted() == ["DbTools", "Settings"], "\(found)")
        }
    }

    /// Issue 3: 200 servers, 20 failing in different ways, one restarted in the middle. The operation ends, what it says is true, and
    /// running it again completes the rest and changes nothing elsewhere.
    @Test func twoHundredServersOfWhichTwentyFail() async throws {
        try await Self.withSimulator(count: 200, isOwner: true) { ports, control async throws in
            let platform = try await TestPlatform.make()
            let tenant = try await platform.tenant()
            let ids = try await Self.add(ports, platform, tenant)
            let failing = Dictionary(
                uniqueKeysWithValues: (1...20).map { number in (number * 9, Self.ailments[number % Self.ailments.count]) })
            for (number, ailment) in failing { try await Self.change(control, number, ailment) }
            let restarted = 100
            let lanes = TargetLanes()
            defer { lanes.stop() }
            let kind = DeployKind(.deploy, databases: platform.tenants, secrets: platform.secrets) { target, order in
                if target.port == ports[restarted - 1] { try? await Self.change(control, restarted, #"{"restart":true}"#) }
                let result = try? await lanes.run(lane: .connect, deadlineSeconds: 50) {
                    Self.engine().deploy(target, order, deadlineSeconds: 45)
                }
                return result ?? DeployResult(success: false, state: nil, message: "It was given up.", errorCode: "TIMEOUT")
            }
            let first = try await Self.carryOut(kind, ids, platform, tenant)
            #expect(first.succeeded == 180 && first.failed == 20 && first.skipped == 0, "\(first)")
            for (number, id) in zip(1..., ids) {
                let state = try await platform.tenants.read(tenant) { try Deployment.find(id, on: $0) }
                #expect(state.state == (failing[number] == nil ? .monitored : .failed), "\(number): \(state.message)")
                #expect(failing[number] == nil || state.errorCode != nil && !state.message.isEmpty)
            }
            let heal = #"{"state":"online","createFailure":"none","permissions":["CONTROL SERVER"]}"#
            for number in failing.keys { try await Self.change(control, number, heal) }
            let second = try await Self.carryOut(kind, ids, platform, tenant)
            #expect(second.succeeded == 20 && second.skipped == 180 && second.failed == 0, "\(second)")
        }
    }

    // MARK: Parts

    private static let ailments = [
        #"{"state":"offline"}"#, #"{"permissions":["VIEW SERVER STATE"]}"#, #"{"createFailure":"readOnly"}"#,
        #"{"createFailure":"diskFull"}"#, #"{"createFailure":"logFull"}"#, #"{"createFailure":"locked"}"#, #"{"createFailure":"deadlock"}"#,
    ]

    private static func carryOut(
        _ kind: DeployKind, _ ids: [Server.ID], _ platform: TestPlatform, _ tenant: Tenant
    ) async throws -> Platform.Operation.Counts {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let draft = OperationDraft(kind: kind.name, title: "All", actor: .system)
        _ = try await Operations(tenants: platform.tenants).start(draft, for: tenant) { operation, session in
            let items = ids.enumerated().map {
                OperationItem(position: $0.offset + 1, entityID: $0.element.uuid, name: "S\($0.offset + 1)")
            }
            try OperationItem.insert(items, into: operation, on: session)
        }
        #expect(await OperationService(tenants: platform.tenants, kinds: [kind], logger: logger).tick(only: tenant) == 1)
        let row = try await platform.tenants.read(tenant) {
            try $0.rows("SELECT succeeded, failed, skipped FROM platform.operations WHERE id = \(draft.id)")[0]
        }
        return .init(
            succeeded: Int(try row.decode(0, as: Int32.self)), failed: Int(try row.decode(1, as: Int32.self)),
            skipped: Int(try row.decode(2, as: Int32.self)))
    }

    private static func add(_ ports: [Int], _ platform: TestPlatform, _ tenant: Tenant) async throws -> [Server.ID] {
        let now = Date()
        let servers = try ports.enumerated().map { index, port in
            let id = Server.ID()
            let sealed = Bytes(try platform.secrets.seal(password, for: tenant.id, context: Server.passwordContext(id)))
            let configuration = ServerConfiguration(
                name: "S\(index + 1)", hostname: "127.0.0.1", port: port, username: "monitor", encrypt: false)
            return Server(
                id: id, configuration: configuration, sealedPassword: sealed, revision: 1, facts: ServerFacts(), createdAt: now,
                updatedAt: now)
        }
        try await platform.tenants.transaction(tenant) { session in for server in servers { try server.insert(on: session) } }
        return servers.map(\.id)
    }

    static func change(_ control: Int, _ number: Int, _ body: String) async throws {
        var request = URLRequest(url: try #require(URL(string: "http://127.0.0.1:\(control)/instances/\(number)")))
        request.httpMethod = "POST"
        request.httpBody = Data(body.utf8)
        let (_, response) = try await URLSession.shared.data(for: request)
        try #require((response as? HTTPURLResponse)?.statusCode == 200)
    }

    static func withSimulator(
        count: Int, isOwner: Bool = false, encryption: SimulatorEncryption = .off,
        _ body: @escaping @Sendable ([Int], Int) async throws -> Void
    ) async throws {
        let monitor = Login(name: "monitor", password: password, permissions: isOwner ? ["CONTROL SERVER"] : ["VIEW SERVER STATE"])
        let simulator = Simulator(
            .init(
                firstPort: 0, instanceCount: count, logins: [Login(name: "sa", password: password), monitor], encryption: encryption,
                controlPort: 0))
        let (ready, continuation) = AsyncStream.makeStream(of: Simulator.Ready.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await simulator.run { continuation.yield($0) } }
            group.addTask {
                for await started in ready { return try await body(Array(started.ports), try #require(started.controlPort)) }
            }
            try await group.next()
            group.cancelAll()
        }
    }
}
