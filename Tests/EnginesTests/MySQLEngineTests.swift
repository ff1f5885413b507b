import Fixtures
import Foundation
import ODBC
import Testing

@testable import Engines

/// MySQL's engine against a real MariaDB.
@Suite(.enabled(if: TestMariaDB.isInstalled && ODBCDriver.mariadb.path() != nil)) struct MySQLEngineTests {
    private func target(_ change: (inout Target) -> Void = { _ in }) async throws -> Target {
        let server = try await TestMariaDB.shared
        var target = Target(
            engine: .mysql, hostname: "127.0.0.1", port: server.port, username: server.user, password: server.password,
            trustServerCertificate: true)
        change(&target)
        return target
    }

    private func probe(_ target: Target, config: EngineConfig = EngineConfig()) -> ProbeResult {
        MySQLEngine(config).probe(target, deadlineSeconds: 8)
    }

    @Test func aProbeReadsBackWhatTheServerIs() async throws {
        let result = probe(try await target())
        #expect(result.success, "\(result)")
        #expect(result.version?.hasPrefix("MariaDB 1") == true)
        #expect(result.encrypted == true)
        #expect(result.permissions.allSatisfy { $0.granted })
        #expect(result.startedAt.map { abs($0.timeIntervalSinceNow) < 600 } == true)
    }

    @Test func withoutEncryptionTheServerSaysSo() async throws {
        let result = probe(try await target { $0.encrypt = false })
        #expect(result.success, "\(result)")
        #expect(result.encrypted == false)
    }

    @Test func aKnownAuthorityVerifies() async throws {
        let server = try await TestMariaDB.shared
        let result = probe(
            try await target {
                $0.trustServerCertificate = false
                $0.hostname = "localhost"
            }, config: EngineConfig(caFile: server.caFile))
        #expect(result.success, "\(result)")
        #expect(result.encrypted == true)
    }

    @Test func anUnknownAuthorityFailsTLS() async throws {
        let result = probe(try await target { $0.trustServerCertificate = false })
        #expect(result.errorCode == .tlsFailed, "\(result)")
        #expect(result.message.contains("trust"))
    }

    @Test func anotherNameThanTheCertificatesFailsTLS() async throws {
        let server = try await TestMariaDB.shared
        let target = try await target {
            $0.trustServerCertificate = false
            $0.hostname = "db.pinned.invalid"
        }
        // The name is pinned to the server, as after a look-up; the driver must still verify the name.
        let address = try #require(NetworkAddress("127.0.0.1"))
        let result = PinnedResolver.pinning("db.pinned.invalid", to: address) { probe(target, config: EngineConfig(caFile: server.caFile)) }
        #expect(result.errorCode == .tlsFailed, "\(result)")
    }

    @Test func aWrongPasswordIsNamed() async throws {
        let result = probe(try await target { $0.password = "wrong" })
        #expect(result.errorCode == .authFailed)
        #expect(!result.message.contains("wrong"))
    }

    @Test func anUnknownDatabaseIsNamed() async throws {
        let result = probe(try await target { $0.database = "nope" })
        #expect(result.errorCode == .databaseNotFound, "\(result)")
        #expect(result.message.contains("nope"))
    }

    @Test func missingGrantsComeWithTheStatementThatMendsThem() async throws {
        let server = try await TestMariaDB.shared
        try server.execute("CREATE OR REPLACE USER 'watch''er'@'127.0.0.1' IDENTIFIED BY 'pw;x'")
        let watcher = try await target {
            $0.username = "watch'er"
            $0.password = "pw;x"
        }
        let before = probe(watcher)
        #expect(!before.success && before.errorCode == .noPermissions, "\(before)")
        #expect(before.message.contains("GRANT PROCESS ON *.* TO `watch'er`@`127.0.0.1`;"), "\(before.message)")
        let missing = before.permissions.filter { !$0.granted }
        #expect(missing.map(\.name) == ["PROCESS", "BINLOG MONITOR", "SELECT on performance_schema"])
        for check in missing { try server.execute(try #require(check.grantStatement)) }
        let after = probe(watcher)
        #expect(after.success && after.permissions.allSatisfy { $0.granted && $0.grantStatement == nil }, "\(after)")
    }

    /// SHOW GRANTS of MySQL 8 does not list what a role brings: then trying tells.
    @Test func aRightThatARoleBringsIsThere() async throws {
        let server = try await TestMariaDB.shared
        try server.execute(
            """
            CREATE ROLE watchers; GRANT PROCESS ON *.* TO watchers;
            CREATE USER roled@'127.0.0.1' IDENTIFIED BY 'pw;x'; GRANT watchers TO roled@'127.0.0.1';
            SET DEFAULT ROLE watchers FOR roled@'127.0.0.1'
            """)
        let result = probe(
            try await target {
                $0.username = "roled"
                $0.password = "pw;x"
            })
        #expect(result.success && result.permissions.first?.granted == true, "\(result)")
    }

    @Test func aCollectionReadsTheServersOwnValues() async throws {
        let connection = try MySQLEngine(EngineConfig()).connect(try await target(), deadlineSeconds: 8)
        defer { connection.close() }
        let first = try connection.collect(deadlineSeconds: 5)
        let second = try connection.collect(deadlineSeconds: 5)
        #expect(first.gauges[.connectionCount].map { $0 >= 1 } == true)
        #expect(first.gauges[.cpuPercent] == nil && first.unavailable.first?.hasPrefix("CPU and memory of the machine (MariaDB") == true)
        #expect(try #require(second.counters[.batchRequestsSec]) > (try #require(first.counters[.batchRequestsSec])))
        #expect(first.counters[.diskReads] != nil)
        #expect(first.identity == second.identity)
        #expect(second.monotonicSeconds > first.monotonicSeconds)
    }

    @Test(arguments: [
        ("10.11.19-MariaDB-0+deb12u1", "MariaDB Server", "MariaDB 10.11", true), ("10.5.1-MariaDB", "x", "MariaDB 10.5", false),
        ("11.4.2-MariaDB", "x", "MariaDB 11.4", true), ("8.0.36", "MySQL Community Server - GPL", "MySQL 8.0", true),
        ("5.7.44-log", "x", "MySQL 5.7", false),
        ("8.4.0", "MySQL", "MySQL 8.4", true), ("garbage", "x", "MySQL ", false),
    ]) func versionsAreJudged(text: String, comment: String, name: String, isSupported: Bool) {
        let identity = MySQLIdentity(serverName: "x", versionText: text, edition: comment, account: "a@%", hasPerformanceSchema: true)
        #expect(identity.version == name)
        #expect(identity.isSupported == isSupported)
    }

    @Test func grantsAreReadAsTheServersWriteThem() {
        let grants = MySQLGrants([
            "GRANT PROCESS, BINLOG MONITOR ON *.* TO `a`@`%` IDENTIFIED BY PASSWORD '*X'",
            "GRANT SELECT, INSERT ON `performance_schema`.* TO `a`@`%`",
        ])
        #expect(grants.checks(account: "a@%", isMariaDB: true).allSatisfy { $0.granted })
        #expect(MySQLGrants(["GRANT ALL PRIVILEGES ON *.* TO `a`@`%`"]).checks(account: "a@%", isMariaDB: false).allSatisfy { $0.granted })
        #expect(
            MySQLGrants(["GRANT ALL PRIVILEGES ON `db`.* TO `a`@`%`"]).checks(account: "a@%", isMariaDB: false).allSatisfy { !$0.granted })
        #expect(MySQLName.account("we'i`rd@user@10.%") == "`we'i``rd@user`@`10.%`")
    }
}
