import Fixtures
import Foundation
import Logging
import Postgres
import Testing

@testable import Engines

/// PostgreSQL's collectors on a real standby, with a primary of its own.
@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/pg_basebackup"))) struct PostgreSQLStandbyTests {
    private static let copier = "/usr/bin/pg_basebackup"
    private static let settings = ["fsync": "off", "shared_buffers": "16MB"]

    @Test("Issue 4: a standby that is cut off from its primary has replayed all that came, and is late all the same")
    func aStandbyThatIsCutOffIsLate() async throws {
        let directory = "/tmp/dbtools-standby-\(getpid())"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }  // a left-over in /tmp fails no test
        let logger = Logger(label: "standby") { _ in SwiftLogNoOpLogHandler() }
        let primary = PrivateCluster(directory: directory + "/primary", settings: Self.settings, logger: logger)
        let standby = PrivateCluster(directory: directory + "/standby", settings: Self.settings, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            // Ends both servers, also where something below fails.
            defer { group.cancelAll() }
            group.addTask { try await primary.run() }
            try await primary.waitUntilReady()
            try Self.copy(try primary.superuser, from: directory + "/primary", to: directory + "/standby")
            group.addTask { try await standby.run() }
            try await standby.waitUntilReady()
            try await Self.cutOff(standby, of: primary, directory)
        }
    }

    /// A standby's data directory, with the primary's password beside it.
    private static func copy(_ address: DatabaseAddress, from primary: String, to standby: String) throws {
        try FileManager.default.createDirectory(atPath: standby, withIntermediateDirectories: true)
        try TestProcess.runToEnd(
            copier, ["-d", address.conninfo, "-D", standby + "/data", "-R", "-X", "stream", "-c", "fast", "--no-sync"])
        try FileManager.default.copyItem(atPath: primary + "/superuser.password", toPath: standby + "/superuser.password")
        try TestProcess.runToEnd("/bin/chown", ["-R", "--reference=\(primary)/data", standby])
    }

    private static func cutOff(_ standby: PrivateCluster, of primary: PrivateCluster, _ directory: String) async throws {
        let password = try String(contentsOfFile: directory + "/standby/superuser.password", encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let target = Target(
            engine: .postgresql, hostname: standby.socketDirectory, port: 5432, username: PrivateCluster.superuserName, password: password)
        let config = EngineConfig(outbound: OutboundPolicy(allowed: [.directory(standby.socketDirectory)]))
        let trial = try CollectorTrial(PostgreSQLEngine(config), target)
        try PostgresConnection(try primary.superuser).script("CREATE TABLE replayed (id int)")
        let heard = try await trial.rows("recovery") { rows in
            rows.first.map { $0.number("replay_lag_seconds") == 0 && $0["replayed_at"] != .null } == true
        }
        #expect(heard.first?["is_in_recovery"] == .flag(true) && heard.first?.text("receiver_state") == "streaming")
        let administrator = try PostgresConnection(try standby.superuser)
        try administrator.script("ALTER SYSTEM SET primary_conninfo = ''")
        try administrator.script("SELECT pg_reload_conf()")
        let alone = try await trial.rows("recovery") { rows in rows.first?["receiver_state"] == .null }
        // All that was received is replayed, as before.
        #expect(alone.first?.number("replay_lag_bytes") == 0)
        #expect(try #require(alone.first?.number("replay_lag_seconds")) > 0)
    }
}
