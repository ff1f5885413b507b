import Fixtures
import Foundation
import ODBC
import Testing

@testable import Engines

/// Monitoring objects in a real MariaDB: a schema and an account for each test.
@Suite(.enabled(if: TestMariaDB.isInstalled && ODBCDriver.mariadb.path() != nil)) struct MySQLDeploymentTests {
    private struct Place {
        let server: TestMariaDB
        let target: Target
        let name: String
    }

    private func place() async throws -> Place {
        let server = try await TestMariaDB.shared
        let name = "dep_\(UUID().uuidString.prefix(8).lowercased())"
        try server.execute("CREATE USER '\(name)'@'127.0.0.1' IDENTIFIED BY 'pass-word-1'; GRANT PROCESS ON *.* TO '\(name)'@'127.0.0.1'")
        let target = Target(
            engine: .mysql, hostname: "127.0.0.1", port: server.port, username: name, password: "pass-word-1", trustServerCertificate: true)
        return Place(server: server, target: target, name: name)
    }

    private func run(_ place: Place, _ task: DeployTask, root: Bool = false, login: String? = nil) -> DeployResult {
        var target = place.target
        if root { (target.username, target.password) = (place.server.user, place.server.password) }
        return MySQLEngine(EngineConfig()).deploy(
            target, DeployOrder(task: task, database: place.name, monitorLogin: login), deadlineSeconds: 30)
    }

    private func reading(_ place: Place, objects: Bool) throws -> Reading {
        var target = place.target
        target.objectsDatabase = objects ? place.name : nil
        let connection = try MySQLEngine(EngineConfig()).connect(target, deadlineSeconds: 8)
        defer { connection.close() }
        return try connection.collect(deadlineSeconds: 5)
    }

    /// PRD 2.9-7 and FR4 on MariaDB.
    @Test func theGrantsThatAreNamedAreEnough() async throws {
        let place = try await place()
        let refused = run(place, .deploy)
        #expect(!refused.success && refused.errorCode == "NO_PERMISSIONS", "\(refused)")
        let grants = refused.permissions.compactMap(\.grantStatement)
        #expect(grants.count == MySQLName.deployRights.count)
        let engine = MySQLEngine(EngineConfig())
        #expect(engine.probe(place.target, deadlineSeconds: 8).mayDeploy == false)
        for grant in grants { try place.server.execute(grant) }
        let deployed = run(place, .deploy)
        #expect(deployed.success && deployed.state == .monitored && deployed.isChanged, "\(deployed)")
        #expect(deployed.objects.allSatisfy { $0.state == .present } && deployed.objects.count > 6 + 15)
        let again = run(place, .deploy)
        #expect(again.success && !again.isChanged, "\(again)")
        // The probe asks about the usual place, the schema dbtools.
        #expect(engine.probe(place.target, deadlineSeconds: 8).mayDeploy == false)
        try place.server.execute(MySQLName.deployGrant(database: "dbtools", account: "\(place.name)@127.0.0.1"))
        #expect(engine.probe(place.target, deadlineSeconds: 8).mayDeploy == true)
    }

    @Test func driftAndAnEarlierVersionAreNoticedAndMended() async throws {
        let place = try await place()
        #expect(run(place, .deploy, root: true, login: place.name).success)
        try place.server.execute("DROP PROCEDURE \(place.name).collect_io; CREATE PROCEDURE \(place.name).collect_io() SELECT 1")
        let drifted = run(place, .check, root: true)
        #expect(drifted.state == .drifted && drifted.objects.filter { $0.state == .changed }.map(\.name) == ["collect_io"], "\(drifted)")
        #expect(run(place, .deploy, root: true).state == .monitored)
        try place.server.execute("UPDATE \(place.name).schema_version SET version = 0")
        #expect(run(place, .check, root: true).state == .outdated)
        #expect(run(place, .deploy, root: true).version == MonitoringObjects.version)
    }

    /// Collection by the procedures and without them says the same, field by field; without the procedure it falls back.
    @Test func bothWaysOfCollectingAgree() async throws {
        let place = try await place()
        let deployed = run(place, .deploy, root: true, login: place.name)
        #expect(deployed.success, "\(deployed)")
        let (direct, called) = (try reading(place, objects: false), try reading(place, objects: true))
        #expect(called.objectsProblem == nil)
        #expect(called.identity.serverName == direct.identity.serverName)
        #expect(Set(direct.gauges.keys) == Set(called.gauges.keys) && Set(direct.counters.keys) == Set(called.counters.keys))
        #expect(direct.counters.count >= 4)
        try place.server.execute("UPDATE \(place.name).settings SET value = 'off' WHERE name = 'collect_io'")
        #expect(try reading(place, objects: true).counters[.diskReads] == nil)
        try place.server.execute("DROP PROCEDURE \(place.name).collect_core")
        let fallen = try reading(place, objects: true)
        #expect(fallen.objectsProblem?.contains("collect_core") == true)
        #expect(Set(fallen.counters.keys) == Set(direct.counters.keys))
    }

    @Test("Issue 4: MariaDB's collectors by their procedures bring what the texts bring; spoilt ones are told, and the texts are sent")
    func theCollectorsProceduresBringWhatTheTextsBring() async throws {
        let place = try await place()
        #expect(run(place, .deploy, root: true, login: place.name).success)
        try place.server.execute("GRANT SELECT ON performance_schema.* TO '\(place.name)'@'127.0.0.1'")
        func answers(_ calls: Bool) throws -> (answers: [CollectorAnswer], problem: String?) {
            var target = place.target
            if calls { (target.objectsDatabase, target.objectsVersion) = (place.name, MonitoringObjects.version) }
            let connection = try MySQLEngine(EngineConfig()).connect(target, deadlineSeconds: 8)
            defer { connection.close() }
            let traits = try #require(try connection.collect(deadlineSeconds: 8).traits)
            let all = CollectorCatalogue.of(.mysql).filter { $0.applies(to: traits) }
            let often = try connection.collect(with: all.filter { $0.cadence == .minute }, deadlineSeconds: 8).answers?.answers
            var answers = often ?? []
            for cadence in Cadence.allCases where cadence != .minute || often == nil {
                answers += try connection.run(all.filter { $0.cadence == cadence }, deadlineSeconds: 8).answers
            }
            return (answers, try connection.collect(deadlineSeconds: 8).objectsProblem)
        }
        let (direct, called) = (try answers(false), try answers(true))
        #expect(called.problem == nil && called.answers.filter { $0.trouble != nil }.map { "\($0)" } == [])
        #expect(direct.answers.map(\.collector) == called.answers.map(\.collector))
        for (one, other) in zip(direct.answers, called.answers) where ["global_status", "settings", "innodb"].contains(one.collector) {
            #expect(one.rows.map(\.first) == other.rows.map(\.first) && !one.rows.isEmpty, "\(one.collector)")
        }
        try place.server.execute("DROP PROCEDURE \(place.name).collector_settings")
        let fallen = try answers(true)
        #expect(fallen.problem?.contains("collector_settings") == true, "\(fallen.problem ?? "")")
        #expect(fallen.answers.allSatisfy { $0.trouble == nil } && fallen.answers.count == direct.answers.count)
        #expect(run(place, .check, root: true).objects.filter { $0.state == .missing }.map(\.name) == ["collector_settings"])
        #expect(run(place, .deploy, root: true).state == .monitored)
        #expect(run(place, .remove, root: true).success)
    }

    @Test func removingLeavesNothingAndAForeignSchemaStays() async throws {
        let place = try await place()
        #expect(run(place, .deploy, root: true).success)
        let removed = run(place, .remove, root: true)
        #expect(removed.success && removed.state == DeployedState.none, "\(removed)")
        #expect(throws: (any Error).self) { try place.server.execute("USE \(place.name)") }
        try place.server.execute("CREATE DATABASE \(place.name); CREATE TABLE \(place.name).settings (mine int)")
        #expect(run(place, .deploy, root: true).errorCode == "NAME_TAKEN")
        try place.server.execute("DROP TABLE \(place.name).settings; CREATE TABLE \(place.name).orders (mine int)")
        #expect(run(place, .deploy, root: true).success)
        #expect(run(place, .remove, root: true).success)
        try place.server.execute("DROP TABLE \(place.name).orders; DROP DATABASE \(place.name)")
    }
}
