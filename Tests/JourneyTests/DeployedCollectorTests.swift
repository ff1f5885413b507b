import Engines
import Foundation
import FoundationNetworking
import Primitives
import SQLServerSimulator
import Testing

/// The collectors' stored procedures: what they bring is what the texts bring, for a call of some bytes.
@Suite struct DeployedCollectorTests {
    private typealias Journey = DeploymentJourneyTests
    private static let database = "DbTools"

    private static func deploy(_ task: DeployTask, _ port: Int, _ driver: SQLServerDriver) -> DeployResult {
        Journey.engine(driver).deploy(
            Journey.target(port), DeployOrder(task: task, database: database, createDatabase: true), deadlineSeconds: 60)
    }

    /// A connection that calls the procedures, or one that sends the texts.
    private static func connect(_ port: Int, _ driver: SQLServerDriver, calls: Bool) throws -> any EngineConnection {
        var target = Journey.target(port)
        if calls { (target.objectsDatabase, target.objectsVersion) = (database, MonitoringObjects.version) }
        return try Journey.engine(driver).connect(target, deadlineSeconds: 10)
    }

    /// What all collectors that suit the server bring, cadence by cadence.
    private static func read(_ connection: any EngineConnection) throws -> (reading: Reading, answers: [CollectorAnswer]) {
        let traits = try #require(try connection.collect(deadlineSeconds: 10).traits)
        let all = CollectorCatalogue.of(.sqlserver).filter { $0.applies(to: traits) }
        let (reading, together) = try connection.collect(with: all.filter { $0.cadence == .minute }, deadlineSeconds: 20)
        var answers = try #require(together, "the core and the collectors of its cadence came apart").answers
        for cadence in Cadence.allCases where cadence != .minute {
            answers += try connection.run(all.filter { $0.cadence == cadence }, deadlineSeconds: 20).answers
        }
        return (reading, answers)
    }

    /// Rows by what names them, with which cells are known: what moves between two readings is left out.
    private static func shape(_ answers: [CollectorAnswer]) -> [String: Set<[String]>] {
        let definitions = Dictionary(uniqueKeysWithValues: CollectorCatalogue.of(.sqlserver).map { ($0.name, $0) })
        return Dictionary(
            uniqueKeysWithValues: answers.map { answer in
                let columns = definitions[answer.collector]?.columns ?? []
                let rows = answer.rows.map { row in
                    zip(row, columns).map { cell, column in column.kind == .label ? "\(cell)" : cell == .null ? "-" : "+" }
                }
                return (answer.collector, Set(rows))
            })
    }

    /// The texts that the server received, with how often.
    private static func received(_ control: Int) async throws -> [String: Int] {
        let url = try #require(URL(string: "http://127.0.0.1:\(control)/instances/1"))
        let (data, _) = try await URLSession.shared.data(from: url)
        let statements = try JSONValue.parse(Array(data)).object?["statements"]?.array ?? []
        return Dictionary(
            statements.map { ($0.object?["text"]?.string ?? "", Int($0.object?["count"]?.int ?? 0)) }, uniquingKeysWith: +)
    }

    /// Sessions and running statements come and go.
    private static let restless: Set<String> = ["running_queries", "session_groups", "sessions", "tempdb_sessions", "failed_logins", "blocking"]

    @Test(
        "Issue 4, PRD 3.4-10: the procedures of a cadence are one call of under 300 bytes, and bring what the texts bring",
        arguments: Journey.drivers,
        [
            #"{"version":"2016","platform":"windows"}"#, #"{"version":"2019","platform":"linux"}"#,
            #"{"version":"2022","platform":"windows","availability":"primary","blockedSessions":3,"deadlock":true}"#,
            #"{"version":"2022","platform":"windows","edition":"SQL Azure Managed Instance"}"#,
        ]) func theProceduresBringWhatTheTextsBring(driver: SQLServerDriver, server: String) async throws {
        try await Journey.withSimulator(count: 1, isOwner: true) { ports, control async throws in
            let port = try #require(ports.first)
            try await Journey.change(control, 1, server)
            let deployed = Self.deploy(.deploy, port, driver)
            #expect(deployed.success && deployed.state == .monitored, "\(deployed)")
            let (asking, calling) = (try Self.connect(port, driver, calls: false), try Self.connect(port, driver, calls: true))
            defer {
                asking.close()
                calling.close()
            }
            let direct = try Self.read(asking)
            let before = try await Self.received(control)
            let called = try Self.read(calling)
            let after = try await Self.received(control)
            #expect(called.reading.objectsProblem == nil, "\(called.reading.objectsProblem ?? "")")
            #expect(called.answers.filter { $0.trouble != nil }.map { "\($0)" } == [])
            #expect(called.answers.map(\.collector) == direct.answers.map(\.collector), "the same, in the same order")
            let (one, other) = (Self.shape(direct.answers), Self.shape(called.answers))
            for name in one.keys.sorted() where !Self.restless.contains(name) { #expect(one[name] == other[name], "\(name)") }
            #expect(Set(direct.reading.gauges.keys) == Set(called.reading.gauges.keys))
            #expect(Set(direct.reading.counters.keys) == Set(called.reading.counters.keys))
            // What the server received: the core alone, the core with its cadence, and a call for each other cadence.
            let sent = after.filter { $0.value > before[$0.key] ?? 0 }.keys.filter { $0.contains("EXEC [DbTools].DbTools.") }
            #expect(sent.count == 1 + Cadence.allCases.count, "\(sent)")
            #expect(sent.allSatisfy { $0.utf16.count * 2 + 30 < 300 }, "\(sent)")
            #expect(after.keys.filter { !before.keys.contains($0) && $0.contains("dm_os_performance_counters") } == [])
        }
    }

    /// A procedure that somebody spoilt or took away, a version that is another: the texts are sent, and the trouble is told, once.
    @Test(arguments: [
        "DROP PROCEDURE DbTools.CollectFiveMinutes", "DROP PROCEDURE DbTools.Collector_tempdb",
        "ALTER PROCEDURE DbTools.Collector_memory_clerks AS SELECT 1 AS one",
        "ALTER PROCEDURE DbTools.CollectFiveMinutes @Version int AS RAISERROR (N'The monitoring objects are of version 9.', 16, 1)",
    ]) func whatIsSpoiltIsAskedDirectly(spoil: String) async throws {
        try await Journey.withSimulator(count: 1, isOwner: true) { ports, control async throws in
            let port = try #require(ports.first)
            #expect(Self.deploy(.deploy, port, .freetds).success)
            try Journey.execute("USE DbTools;\nGO\n\(spoil)\nGO\n", port)
            let connection = try Self.connect(port, .freetds, calls: true)
            defer { connection.close() }
            let (reading, answers) = try Self.read(connection)
            #expect(reading.objectsProblem == nil, "the core and what runs with it are whole")
            #expect(answers.filter { $0.trouble != nil }.map { "\($0)" } == [])
            let told = try connection.collect(deadlineSeconds: 10).objectsProblem
            #expect(told?.hasPrefix("The collectors' procedures failed") == true, "\(told ?? "")")
            #expect(Self.deploy(.check, port, .freetds).state == .drifted)
            #expect(Self.deploy(.deploy, port, .freetds).state == .monitored)
            #expect(Self.deploy(.remove, port, .freetds).success && Self.deploy(.check, port, .freetds).hasDatabase == false)
        }
    }

    /// What a DBA forbids on the server is not read, also not by a collector: no rows, and no trouble.
    @Test(arguments: Journey.drivers) func waitsThatAreOffAreNotRead(driver: SQLServerDriver) async throws {
        try await Journey.withSimulator(count: 1, isOwner: true) { ports, _ async throws in
            let port = try #require(ports.first)
            #expect(Self.deploy(.deploy, port, driver).success)
            try Journey.execute("USE DbTools;\nGO\nUPDATE DbTools.Settings SET Value = N'off' WHERE Name = N'CollectWaits'\nGO\n", port)
            let connection = try Self.connect(port, driver, calls: true)
            defer { connection.close() }
            let (reading, answers) = try Self.read(connection)
            #expect(reading.objectsProblem == nil && reading.counters[.waitTimeMs] == nil && reading.counters[.batchRequestsSec] != nil)
            let waits = try #require(answers.first { $0.collector == "waits" })
            #expect(waits.rows.isEmpty && waits.trouble == nil)
            #expect(answers.allSatisfy { $0.trouble == nil })
        }
    }

    /// An earlier version's objects have no procedures for collectors: nothing is called that is not there, and it is no trouble.
    @Test func anotherVersionsProceduresAreNotCalled() async throws {
        try await Journey.withSimulator(count: 1, isOwner: true) { ports, control async throws in
            let port = try #require(ports.first)
            #expect(Self.deploy(.deploy, port, .freetds).success)
            var target = Journey.target(port)
            (target.objectsDatabase, target.objectsVersion) = (Self.database, MonitoringObjects.version - 1)
            let connection = try Journey.engine().connect(target, deadlineSeconds: 10)
            defer { connection.close() }
            let (reading, answers) = try Self.read(connection)
            #expect(reading.objectsProblem == nil && answers.allSatisfy { $0.trouble == nil })
            let received = try await Self.received(control).keys
            #expect(received.contains { $0.contains("DbTools.CollectCore") })
            #expect(!received.contains { $0.contains("DbTools.CollectMinute ") })
        }
    }

    /// A server that became another kind: what its procedures were made for is told as drift, and what is too much goes with the rest.
    @Test func aServerThatWasUpgradedIsDeployedToAnew() async throws {
        try await Journey.withSimulator(count: 1, isOwner: true) { ports, control async throws in
            let port = try #require(ports.first)
            try await Journey.change(control, 1, #"{"version":"2016"}"#)
            #expect(Self.deploy(.deploy, port, .freetds).state == .monitored)
            try await Journey.change(control, 1, #"{"version":"2022"}"#)
            let drifted = Self.deploy(.check, port, .freetds)
            #expect(drifted.objects.filter { $0.state == .missing }.map(\.name).contains("Collector_version_store"), "\(drifted)")
            #expect(Self.deploy(.deploy, port, .freetds).state == .monitored)
            try await Journey.change(control, 1, #"{"version":"2016"}"#)
            #expect(Self.deploy(.deploy, port, .freetds).state == .monitored)
            try Journey.execute("USE DbTools;\nGO\nCREATE PROCEDURE DbTools.Collector_of_old AS SELECT 1 AS one\nGO\n", port)
            #expect(Self.deploy(.remove, port, .freetds).success && Self.deploy(.check, port, .freetds).hasDatabase == false)
        }
    }
}
