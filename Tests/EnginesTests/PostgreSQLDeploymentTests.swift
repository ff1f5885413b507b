import Fixtures
import Foundation
import Postgres
import Testing

@testable import Engines

/// Monitoring objects in a real PostgreSQL: a database and a role for each test.
@Suite struct PostgreSQLDeploymentTests {
    private struct Place {
        let admin: PostgresConnection
        let target: Target
        let database: String
        let role: String
    }

    /// A database that nobody else uses, and a role with what collection needs and no more.
    private func place() async throws -> Place {
        let server = try await ListeningPostgreSQL.shared
        let name = "deploy_\(UUID().uuidString.prefix(8).lowercased())"
        let root = try PostgresConnection(server.superuser, deadlineSeconds: 10)
        try root.script("CREATE DATABASE \(name)")
        try root.script("CREATE ROLE \(name) LOGIN PASSWORD 'pass-word-1' IN ROLE pg_monitor, deployers")
        let target = Target(
            engine: .postgresql, hostname: "127.0.0.1", port: server.port, database: name, username: name, password: "pass-word-1",
            trustServerCertificate: true)
        let admin = try PostgresConnection(try server.superuser.with(["dbname": name]), deadlineSeconds: 10)
        return Place(admin: admin, target: target, database: name, role: name)
    }

    private func run(_ place: Place, _ task: DeployTask, _ change: (inout Target) -> Void = { _ in }, login: String? = nil) -> DeployResult
    {
        var target = place.target
        change(&target)
        return PostgreSQLEngine(EngineConfig()).deploy(
            target, DeployOrder(task: task, database: place.database, monitorLogin: login), deadlineSeconds: 30)
    }

    private func reading(_ place: Place, objects: Bool) throws -> Reading {
        var target = place.target
        target.objectsDatabase = objects ? place.database : nil
        let connection = try PostgreSQLEngine(EngineConfig()).connect(target, deadlineSeconds: 8)
        defer { connection.close() }
        return try connection.collect(deadlineSeconds: 5)
    }

    /// PRD 2.9-7 and FR4: a least-privilege role gets the exact grant, and running it makes the deployment pass.
    @Test func theGrantThatIsNamedIsEnough() async throws {
        let place = try await place()
        let refused = run(place, .deploy)
        #expect(!refused.success && refused.errorCode == "NO_PERMISSIONS", "\(refused)")
        let grants = refused.permissions.compactMap(\.grantStatement)
        #expect(grants == ["GRANT CREATE ON DATABASE \"\(place.database)\" TO \"\(place.role)\";"])
        #expect(run(place, .check).state == DeployedState.none)
        let engine = PostgreSQLEngine(EngineConfig())
        #expect(engine.probe(place.target, deadlineSeconds: 8).mayDeploy == false)
        for grant in grants { try place.admin.script(grant) }
        #expect(engine.probe(place.target, deadlineSeconds: 8).mayDeploy == true)
        let deployed = run(place, .deploy)
        #expect(deployed.success && deployed.state == .monitored && deployed.isChanged, "\(deployed)")
        #expect(deployed.version == MonitoringObjects.version)
        #expect(deployed.objects.allSatisfy { $0.state == .present } && deployed.objects.count == 6)
        #expect(deployed.notes.contains { $0.contains("pg_stat_statements") })
        #expect(engine.probe(place.target, deadlineSeconds: 8).mayDeploy == true)
    }

    /// PRD 2.9-6: a second run changes nothing, also no setting of the DBA's.
    @Test func aSecondRunChangesNothing() async throws {
        let place = try await place()
        try place.admin.script("GRANT CREATE ON DATABASE \(place.database) TO \(place.role)")
        #expect(run(place, .deploy).success)
        let before = try place.admin.rows("SELECT oid::bigint FROM pg_proc WHERE pronamespace = 'dbtools'::regnamespace ORDER BY oid").map {
            try $0.decode(0, as: Int64.self)
        }
        try place.admin.script("UPDATE dbtools.settings SET value = 'off' WHERE name = 'collect_totals'")
        let again = run(place, .deploy)
        #expect(again.success && !again.isChanged && again.state == .monitored, "\(again)")
        let after = try place.admin.rows("SELECT oid::bigint FROM pg_proc WHERE pronamespace = 'dbtools'::regnamespace ORDER BY oid").map {
            try $0.decode(0, as: Int64.self)
        }
        #expect(before == after && before.count == 3)
        #expect(
            try place.admin.rows("SELECT value FROM dbtools.settings WHERE name = 'collect_totals'")[0].decode(0, as: String.self) == "off")
        #expect(try reading(place, objects: true).counters[.batchRequestsSec] == nil)
    }

    /// PRD 2.9-11: an earlier version is told, and brought up to date.
    @Test func anEarlierVersionIsUpgraded() async throws {
        let place = try await place()
        try place.admin.script("GRANT CREATE ON DATABASE \(place.database) TO \(place.role)")
        #expect(run(place, .deploy).success)
        try place.admin.script(
            """
            UPDATE dbtools.schema_version SET version = 0;
            DROP FUNCTION dbtools.collect_core();
            CREATE OR REPLACE FUNCTION dbtools.collect_connections() RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'
            """)
        let old = run(place, .check)
        #expect(old.state == .outdated && old.version == 0, "\(old)")
        try place.admin.script("ALTER FUNCTION dbtools.collect_connections() OWNER TO \(place.role)")
        let upgraded = run(place, .deploy)
        #expect(upgraded.success && upgraded.state == .monitored && upgraded.isChanged, "\(upgraded)")
        try place.admin.script("UPDATE dbtools.schema_version SET version = 99")
        #expect(run(place, .deploy).errorCode == "NEWER_VERSION")
    }

    @Test func driftIsNoticedAndMended() async throws {
        let place = try await place()
        try place.admin.script("GRANT CREATE ON DATABASE \(place.database) TO \(place.role)")
        #expect(run(place, .deploy).success)
        let changes = [
            "DROP FUNCTION dbtools.collect_core()", "ALTER FUNCTION dbtools.collect_totals() SECURITY DEFINER",
            "ALTER TABLE dbtools.settings ADD COLUMN more int",
        ]
        for (index, change) in changes.enumerated() {
            try place.admin.script(change)
            let found = run(place, .check)
            #expect(found.state == .drifted, "\(change): \(found)")
            #expect(found.objects.filter { $0.state != .present }.count == 1)
            if index < 2 { #expect(run(place, .deploy).state == .monitored) }
        }
    }

    /// Collection by the functions and without them says the same, field by field.
    @Test func bothWaysOfCollectingAgree() async throws {
        let place = try await place()
        try place.admin.script("GRANT CREATE ON DATABASE \(place.database) TO \(place.role)")
        #expect(run(place, .deploy).success)
        let (direct, deployed) = (try reading(place, objects: false), try reading(place, objects: true))
        #expect(deployed.objectsProblem == nil)
        #expect(direct.identity == deployed.identity)
        #expect(Set(direct.gauges.keys) == Set(deployed.gauges.keys) && Set(direct.counters.keys) == Set(deployed.counters.keys))
        for (metric, value) in direct.counters {
            // Counters of a living server: the later reading is the larger one, by no more than what a second brings.
            let later = try #require(deployed.counters[metric])
            #expect(later >= value && later - value < 100_000, "\(metric)")
        }
        try place.admin.script("DROP FUNCTION dbtools.collect_core()")
        let fallen = try reading(place, objects: true)
        #expect(fallen.objectsProblem?.contains("collect_core") == true, "\(fallen.objectsProblem ?? "none")")
        #expect(Set(fallen.counters.keys) == Set(direct.counters.keys))
    }

    @Test func removingLeavesNothing() async throws {
        let place = try await place()
        try place.admin.script("GRANT CREATE ON DATABASE \(place.database) TO \(place.role)")
        #expect(run(place, .deploy).success)
        try place.admin.script("CREATE TABLE dbtools.mine (a int)")
        let refused = run(place, .remove)
        #expect(refused.errorCode == "NOT_EMPTY" && refused.message.contains("mine"), "\(refused)")
        #expect(run(place, .check).state == .monitored)
        try place.admin.script("DROP TABLE dbtools.mine")
        let removed = run(place, .remove)
        #expect(removed.success && removed.state == DeployedState.none && removed.isChanged, "\(removed)")
        #expect(try place.admin.rows("SELECT FROM pg_namespace WHERE nspname = 'dbtools'").isEmpty)
        #expect(run(place, .remove).success)
    }

    @Test func aSchemaThatIsNotOursIsLeftAlone() async throws {
        let place = try await place()
        try place.admin.script("CREATE SCHEMA dbtools AUTHORIZATION \(place.role); CREATE TABLE dbtools.theirs (a int)")
        let refused = run(place, .deploy)
        #expect(refused.errorCode == "NAME_TAKEN" && refused.message.contains("theirs"), "\(refused)")
        #expect(try place.admin.rows("SELECT FROM pg_class WHERE relnamespace = 'dbtools'::regnamespace").count == 1)
    }

    /// The deploying role is another than the one that collects.
    @Test func aRoleThatOnlyCollectsMayCallWhatAnotherDeployed() async throws {
        let place = try await place()
        let owner = place.role + "_owner"
        try place.admin.script(
            "CREATE ROLE \(owner) LOGIN PASSWORD 'pass-word-2' IN ROLE deployers; GRANT CREATE ON DATABASE \(place.database) TO \(owner)")
        let deployed = run(place, .deploy, { ($0.username, $0.password) = (owner, "pass-word-2") }, login: place.role)
        #expect(deployed.success, "\(deployed)")
        #expect(try reading(place, objects: true).objectsProblem == nil)
        #expect(run(place, .check).state == .monitored)
    }
}
