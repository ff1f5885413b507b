import Fixtures
import Foundation
import Logging
import Postgres
import Testing

@testable import Engines

/// A PostgreSQL that listens on 127.0.0.1 with TLS, for the tests of one process.
struct ListeningPostgreSQL: Sendable {
    let port: Int
    let caFile: String
    let superuser: DatabaseAddress
    static let user = "watcher"
    static let password = "it's a \\ secret"

    static var shared: ListeningPostgreSQL { get async throws { try await starting.value } }

    // Unstructured on purpose: the server outlives each test and ends with the process.
    private static let starting = Task { () throws -> ListeningPostgreSQL in
        let directory = "/tmp/dbtools-listening-\(getpid())"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let certificates = try TestCertificates(in: directory)
        let rules =
            "local all all scram-sha-256\nhostssl postgres watcher 127.0.0.1/32 scram-sha-256\n"
                + "hostssl postgres plain 127.0.0.1/32 scram-sha-256\nhostssl postgres scripted 127.0.0.1/32 scram-sha-256\nhostssl nope watcher 127.0.0.1/32 scram-sha-256\n"
                + "hostssl postgres member 127.0.0.1/32 scram-sha-256\nhostssl all +deployers 127.0.0.1/32 scram-sha-256\nhostssl hostile all 127.0.0.1/32 scram-sha-256\n"
                + "hostssl collected,counted,placed all 127.0.0.1/32 scram-sha-256\n"
        try rules.write(toFile: directory + "/hba.conf", atomically: true, encoding: .utf8)
        if geteuid() == 0, let account = getpwnam("postgres") {
            for file in ["", "/hba.conf", "/server.pem", "/server.key"] {
                chown(directory + file, account.pointee.pw_uid, account.pointee.pw_gid)
            }
        }
        let port = try TestProcess.freePort()
        let cluster = PrivateCluster(
            directory: directory + "/cluster",
            settings: [
                "listen_addresses": "127.0.0.1", "port": String(port), "ssl": "on", "ssl_cert_file": certificates.certificateFile,
                "ssl_key_file": certificates.keyFile, "hba_file": directory + "/hba.conf", "fsync": "off", "shared_buffers": "16MB",
                "cluster_name": "listening", "shared_preload_libraries": "pg_stat_statements",
            ], logger: Logger(label: "listening") { _ in SwiftLogNoOpLogHandler() })
        ended = (directory, cluster)
        atexit { ListeningPostgreSQL.end() }
        Task { try await cluster.run() }
        // The cluster waits for itself on its usual port; this one has another.
        let connection = try await firstConnection(cluster, port: port)
        let superuser = try cluster.superuser.with(["port": String(port)])
        try connection.script(
            "CREATE ROLE watcher LOGIN PASSWORD 'it''s a \\ secret'; GRANT pg_monitor TO watcher; CREATE ROLE plain LOGIN PASSWORD 'plain'; "
                + "CREATE ROLE member LOGIN NOINHERIT PASSWORD 'member'; GRANT pg_monitor TO member; CREATE ROLE deployers")
        for database in ["hostile", "collected", "counted", "placed"] { try connection.script("CREATE DATABASE \(database)") }
        return ListeningPostgreSQL(port: port, caFile: certificates.caFile, superuser: superuser)
    }

    /// Runs statements as superuser.
    static func script(_ server: ListeningPostgreSQL, _ sql: String) throws { try PostgresConnection(server.superuser).script(sql) }

    private static func firstConnection(_ cluster: PrivateCluster, port: Int) async throws -> PostgresConnection {
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            do { return try PostgresConnection(try cluster.superuser.with(["port": String(port)])) } catch {
                guard ContinuousClock.now < deadline else { throw error }
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    nonisolated(unsafe) private static var ended: (directory: String, cluster: PrivateCluster)?

    private static func end() {
        guard let (directory, cluster) = ended else { return }
        if let postmaster = cluster.postmasterProcess {
            kill(postmaster, SIGQUIT)
            for _ in 0..<200 where kill(postmaster, 0) == 0 { usleep(5_000) }
        }
        try? FileManager.default.removeItem(atPath: directory)  // a left-over in /tmp fails no test
    }
}

/// PostgreSQL's engine against a real server.
@Suite struct PostgreSQLEngineTests {
    private func target(_ change: (inout Target) -> Void = { _ in }) async throws -> Target {
        var target = Target(
            engine: .postgresql, hostname: "localhost", port: try await ListeningPostgreSQL.shared.port, username: ListeningPostgreSQL.user,
            password: ListeningPostgreSQL.password)
        change(&target)
        return target
    }

    private func probe(_ target: Target, knowsAuthority: Bool = true) async throws -> ProbeResult {
        let config = EngineConfig(caFile: knowsAuthority ? try await ListeningPostgreSQL.shared.caFile : nil)
        return PostgreSQLEngine(config).probe(target, deadlineSeconds: 8)
    }

    @Test func aProbeReadsBackWhatTheServerIs() async throws {
        let result = try await probe(try await target())
        #expect(result.success, "\(result)")
        #expect(result.encrypted == true)
        #expect(result.version?.hasPrefix("PostgreSQL 1") == true)
        #expect(result.serverName == "listening")
        #expect(result.permissions.map(\.granted) == [true])
    }

    @Test func anUnknownAuthorityFailsTLS() async throws {
        let result = try await probe(try await target(), knowsAuthority: false)
        #expect(result.errorCode == .tlsFailed, "\(result)")
        #expect(result.message.contains("authority"))
    }

    @Test func anUntrustedCertificateCanBeTaken() async throws {
        let result = try await probe(try await target { $0.trustServerCertificate = true }, knowsAuthority: false)
        #expect(result.success, "\(result)")
        #expect(result.encrypted == true)
        #expect(result.message.contains("not verified"))
    }

    @Test func anotherNameThanTheCertificatesFailsTLS() async throws {
        let address = try #require(NetworkAddress("127.0.0.1"))
        let target = try await target { $0.hostname = "db.pinned.invalid" }
        let config = EngineConfig(caFile: try await ListeningPostgreSQL.shared.caFile)
        let result = PinnedResolver.pinning("db.pinned.invalid", to: address) { PostgreSQLEngine(config).probe(target, deadlineSeconds: 8) }
        #expect(result.errorCode == .tlsFailed, "\(result)")
        #expect(result.message.contains("another name"))
    }

    @Test func aWrongPasswordIsNamed() async throws {
        let result = try await probe(try await target { $0.password = "wrong" })
        #expect(result.errorCode == .authFailed, "\(result)")
    }

    @Test func anUnknownDatabaseIsNamed() async throws {
        let result = try await probe(try await target { $0.database = "nope" })
        #expect(result.errorCode == .databaseNotFound, "\(result)")
        #expect(result.message.contains("nope"))
    }

    @Test func aRoleThatPgHbaDoesNotKnowIsToldSo() async throws {
        let result = try await probe(try await target { $0.username = "stranger" })
        #expect(result.errorCode == .authFailed, "\(result)")
        #expect(result.message.contains("pg_hba.conf"))
    }

    @Test func aMissingGrantComesWithTheStatementThatMendsIt() async throws {
        let plain = try await target {
            $0.username = "plain"
            $0.password = "plain"
        }
        let before = try await probe(plain)
        #expect(!before.success)
        #expect(before.errorCode == .noPermissions)
        #expect(before.permissions.first?.grantStatement == "GRANT pg_monitor TO \"plain\";")
        let connection = try PostgresConnection(try await ListeningPostgreSQL.shared.superuser)
        try connection.script(try #require(before.permissions.first?.grantStatement))
        #expect(try await probe(plain).success)
    }

    @Test func aRoleThatDoesNotInheritMaySeeNothing() async throws {
        let member = try await target {
            $0.username = "member"
            $0.password = "member"
        }
        let before = try await probe(member)
        #expect(before.errorCode == .noPermissions && before.permissions.first?.granted == false)
        let connection = try PostgresConnection(try await ListeningPostgreSQL.shared.superuser)
        try connection.script(try #require(before.permissions.first?.grantStatement))
        #expect(try await probe(member).success)
    }

    @Test func aCollectionAgreesWithTheServersViews() async throws {
        let shared = try await ListeningPostgreSQL.shared
        let connection = try PostgreSQLEngine(EngineConfig(caFile: shared.caFile)).connect(try await target(), deadlineSeconds: 8)
        defer { connection.close() }
        let reading = try connection.collect(deadlineSeconds: 5)
        let superuser = try PostgresConnection(shared.superuser)
        let sessions: Int64 = try superuser.rows("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'")[0].decode(0)
        // Other tests connect meanwhile.
        #expect(try #require(reading.gauges[.connectionCount]) >= 1)
        #expect(abs(try #require(reading.gauges[.connectionCount]) - Double(sessions)) <= 10)
        #expect(reading.gauges[.cpuPercent] == nil && reading.unavailable.first?.contains("PostgreSQL 1") == true)
        #expect(reading.denied.isEmpty)
        let again = try connection.collect(deadlineSeconds: 5)
        #expect(try #require(again.counters[.batchRequestsSec]) >= (try #require(reading.counters[.batchRequestsSec])))
    }

    @Test func nothingCanBeWrittenOverACollectorsConnection() async throws {
        // The collector sets its session read-only: what it sends is fixed, and this is the second line.
        let connection = try PostgreSQLEngine(EngineConfig(caFile: try await ListeningPostgreSQL.shared.caFile)).connect(
            try await target(), deadlineSeconds: 8)
        #expect(try connection.collect(deadlineSeconds: 5).identity.version.hasPrefix("PostgreSQL"))
        connection.close()
        #expect(throws: EngineError.self) { try connection.collect(deadlineSeconds: 5) }
    }
}
