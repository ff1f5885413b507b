import Fixtures
import Foundation
import ODBC
import Postgres
import Testing

@testable import Engines

/// PRD 2.9-6, 2.9-11 and issue 3: objects that are there already, from a version that was shipped or from another DbTools.
@Suite struct AdoptionTests {
    private func script(_ name: String) throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "Scripts/version-1/\(name).sql"), encoding: .utf8)
    }

    // MARK: PostgreSQL

    private struct Place {
        let admin: PostgresConnection
        let target: Target
        let database: String
    }

    /// A database of its own with a role that may deploy there, and another that may only watch.
    private func place() async throws -> Place {
        let server = try await ListeningPostgreSQL.shared
        let name = "adopt_\(UUID().uuidString.prefix(8).lowercased())"
        let root = try PostgresConnection(server.superuser, deadlineSeconds: 10)
        try root.script("CREATE DATABASE \(name)")
        for role in [name, name + "_watch"] {
            try root.script("CREATE ROLE \(role) LOGIN PASSWORD 'pass-word-1' IN ROLE pg_monitor, deployers")
        }
        try root.script("GRANT CREATE ON DATABASE \(name) TO \(name)")
        let target = Target(
            engine: .postgresql, hostname: "127.0.0.1", port: server.port, database: name, username: name, password: "pass-word-1",
            trustServerCertificate: true)
        return Place(
            admin: try PostgresConnection(try server.superuser.with(["dbname": name]), deadlineSeconds: 10), target: target, database: name)
    }

    private func run(_ place: Place, _ task: DeployTask, as role: String? = nil, login: String? = nil) -> DeployResult {
        var target = place.target
        if let role { target.username = role }
        return PostgreSQLEngine(EngineConfig()).deploy(
            target, DeployOrder(task: task, database: place.database, monitorLogin: login), deadlineSeconds: 30)
    }

    private func reading(_ place: Place, as role: String? = nil) throws -> Reading {
        var target = place.target
        if let role { target.username = role }
        target.objectsDatabase = place.database
        let connection = try PostgreSQLEngine(EngineConfig()).connect(target, deadlineSeconds: 8)
        defer { connection.close() }
        return try connection.collect(deadlineSeconds: 5)
    }

    @Test("PRD 2.9-11: PostgreSQL's version 1, as it was shipped, is upgraded; settings stay") func version1OnPostgreSQL() async throws {
        let place = try await place()
        let asRole = try PostgresConnection(
            try await ListeningPostgreSQL.shared.superuser.with(["dbname": place.database]), deadlineSeconds: 10)
        try asRole.script("SET ROLE \(place.database);\n" + script("postgresql"))
        try place.admin.script("UPDATE dbtools.settings SET value = 'off' WHERE name = 'collect_totals'")
        let old = run(place, .check)
        #expect(old.state == .outdated && old.version == 1, "\(old)")
        #expect(try reading(place).objectsProblem == nil)
        let upgraded = run(place, .deploy)
        #expect(upgraded.success && upgraded.isChanged && upgraded.version == MonitoringObjects.version, "\(upgraded)")
        #expect(upgraded.state == .monitored && run(place, .deploy).isChanged == false)
        let reading = try reading(place)
        #expect(reading.objectsProblem == nil && reading.counters[.batchRequestsSec] == nil && reading.gauges[.connectionCount] != nil)
        #expect(run(place, .remove).success)
    }

    @Test("Issue 3: what another role deployed to PostgreSQL is adopted without a right to deploy") func adoptedOnPostgreSQL() async throws {
        let place = try await place()
        let watcher = place.database + "_watch"
        #expect(run(place, .deploy, as: watcher).errorCode == "NO_PERMISSIONS")
        #expect(run(place, .deploy, login: watcher).isChanged)
        let adopted = run(place, .deploy, as: watcher)
        #expect(adopted.success && !adopted.isChanged && adopted.state == .monitored, "\(adopted)")
        #expect(try reading(place, as: watcher).objectsProblem == nil)
        // What drifted needs the right again.
        try place.admin.script("DROP FUNCTION dbtools.collect_core()")
        #expect(run(place, .deploy, as: watcher).errorCode == "NO_PERMISSIONS")
        #expect(run(place, .deploy, login: watcher).state == .monitored)
    }

    // MARK: MariaDB

    static let hasMariaDB = TestMariaDB.isInstalled && ODBCDriver.mariadb.path() != nil

    private func run(_ target: Target, _ name: String, _ task: DeployTask, login: String? = nil) -> DeployResult {
        MySQLEngine(EngineConfig()).deploy(
            target, DeployOrder(task: task, database: name, monitorLogin: login), deadlineSeconds: 30)
    }

    /// Root's target, and that of an account that may only watch; with a name for a schema.
    private func accounts() async throws -> (server: TestMariaDB, root: Target, watcher: Target, name: String) {
        let server = try await TestMariaDB.shared
        let name = "ado_\(UUID().uuidString.prefix(8).lowercased())"
        try server.execute("CREATE USER '\(name)'@'127.0.0.1' IDENTIFIED BY 'pass-word-1'; GRANT PROCESS ON *.* TO '\(name)'@'127.0.0.1'")
        let root = Target(
            engine: .mysql, hostname: "127.0.0.1", port: server.port, username: server.user, password: server.password,
            trustServerCertificate: true)
        var watcher = root
        (watcher.username, watcher.password) = (name, "pass-word-1")
        return (server, root, watcher, name)
    }

    @Test("PRD 2.9-11: MariaDB's version 1, as it was shipped, is upgraded; settings stay", .enabled(if: hasMariaDB))
    func version1OnMariaDB() async throws {
        let (server, root, _, name) = try await accounts()
        try server.run(script: "CREATE DATABASE \(name); USE \(name);\n" + script("mysql") + "DELIMITER ;\n")
        try server.run(script: "INSERT INTO \(name).schema_version VALUES (1, UTC_TIMESTAMP(3), CURRENT_USER(), 1);")
        try server.run(script: "UPDATE \(name).settings SET value = 'off' WHERE name = 'collect_io';")
        let old = run(root, name, .check)
        #expect(old.state == .outdated && old.version == 1, "\(old)")
        let upgraded = run(root, name, .deploy)
        #expect(upgraded.success && upgraded.isChanged && upgraded.version == MonitoringObjects.version, "\(upgraded)")
        #expect(upgraded.state == .monitored && upgraded.ownsDatabase == true && run(root, name, .deploy).isChanged == false)
        var called = root
        called.objectsDatabase = name
        let connection = try MySQLEngine(EngineConfig()).connect(called, deadlineSeconds: 8)
        defer { connection.close() }
        let reading = try connection.collect(deadlineSeconds: 5)
        #expect(reading.objectsProblem == nil && reading.counters[.diskReads] == nil && reading.gauges[.connectionCount] != nil)
        // Version 1 made the schema: it goes with the objects.
        #expect(run(root, name, .remove).success)
        #expect(run(root, name, .check).hasDatabase == false)
    }

    @Test("Issue 3: what another account deployed to MariaDB is adopted without a right to deploy", .enabled(if: hasMariaDB))
    func adoptedOnMariaDB() async throws {
        let (server, root, watcher, name) = try await accounts()
        #expect(run(watcher, name, .deploy).errorCode == "NO_PERMISSIONS")
        #expect(run(root, name, .deploy, login: name).isChanged)
        let adopted = run(watcher, name, .deploy)
        #expect(adopted.success && !adopted.isChanged && adopted.state == .monitored, "\(adopted)")
        // What is missing needs the right again.
        try server.execute("DROP PROCEDURE \(name).collect_core")
        #expect(run(watcher, name, .deploy).errorCode == "NO_PERMISSIONS")
        #expect(run(root, name, .remove).success)
    }
}
