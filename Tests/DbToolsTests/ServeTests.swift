import Foundation
import Logging
import Postgres
import Testing

@testable import DbTools

/// The whole program, as its user starts, stops and kills it.
@Suite(.serialized) struct ServeTests {
    enum Victim: String, CaseIterable { case supervisor, api, collector, postmaster, all }

    @Test(arguments: Victim.allCases)
    func killedItComesBackAndLosesNothing(victim: Victim) async throws {
        let served = try Served()
        try await served.start()
        #expect(try await served.call("POST", "/tenants", #"{"slug": "acme", "name": "Acme"}"#).status == 201)
        #expect(try await served.call("POST", "/groups", tenant: "acme", #"{"name": "kept"}"#).status == 201)

        switch victim {
        case .api:
            let process = try #require(served.child("api"))
            kill(process, SIGKILL)
            try await until("started again", seconds: 20) { served.child("api").map { $0 != process } ?? false }
            try await served.untilReady()
        case .collector:
            let process = try #require(served.child("collector-0"))
            kill(process, SIGKILL)
            try await until("started again", seconds: 20) { served.child("collector-0").map { $0 != process } ?? false }
        case .postmaster:
            let (process, api) = (try #require(served.postmaster), served.child("api"))
            kill(process, SIGKILL)
            try await until("started again", seconds: 60) { served.postmaster.map { $0 != process } ?? false }
            try await served.untilReady()
            #expect(served.child("api") == api, "the API process survives PostgreSQL's end")
        case .supervisor:
            let (api, postmaster) = (served.child("api"), served.postmaster)
            kill(served.process.processIdentifier, SIGKILL)
            served.process.waitUntilExit()
            try await served.start()
            #expect(served.postmaster == postmaster, "a PostgreSQL that outlived us is adopted")
            #expect(served.child("api") != api)
        case .all:
            for process in served.all { kill(process, SIGKILL) }
            served.process.waitUntilExit()
            try await served.start()
        }
        #expect(try await served.call("GET", "/groups", tenant: "acme").body.contains("kept"))
        #expect(try await served.stop() < 10)
        #expect(served.postmaster == nil)
    }

    @Test("PRD 3.3-1, 3.3-12: the collector is a process of its own, reads on while the web process stands still, and ends on SIGTERM")
    func theCollectorReadsOnWithoutTheWeb() async throws {
        let served = try Served()
        try await served.start()
        #expect(try await served.call("POST", "/tenants", #"{"slug": "acme", "name": "Acme"}"#).status == 201)
        let api = try #require(served.child("api"))
        #expect(served.child("collector-0") != api)
        // Nobody listens there: each attempt is counted.
        let body = #"{"name": "gone", "hostname": "127.0.0.1", "port": 1, "username": "x", "password": "x-pass-word"}"#
        #expect(try await served.call("POST", "/servers", tenant: "acme", body).status == 201)
        kill(api, SIGSTOP)
        defer { kill(api, SIGCONT) }
        let cluster = PrivateCluster(directory: served.data + "/postgres", logger: .init(label: "test"))
        let tenant = try PostgresConnection(cluster.address(database: "dbtools_tenant_acme"))
        func attempts() throws -> Int {
            try tenant.rows("SELECT coalesce(max(failures_in_a_row), 0) FROM monitoring.server_snapshots")[0].decode(0)
        }
        let before = try attempts()
        try await until("tried again", seconds: 60) { try attempts() > max(before, 1) }
        kill(api, SIGCONT)
        let collector = try #require(served.child("collector-0"))
        #expect(try await served.stop() < 10)
        #expect(ProcessFiles.startTicks(collector) == nil)
    }

    @Test func aStartDoesNotWaitForADiskThatIsSlowToDropWhatACrashLeft() async throws {
        let served = try Served()
        try await served.start()
        kill(served.process.processIdentifier, SIGKILL)  // its PostgreSQL goes on
        served.process.waitUntilExit()
        let cluster = PrivateCluster(directory: served.data + "/postgres", logger: .init(label: "test"))
        let system = try PostgresConnection(cluster.address(database: "dbtools_system"))
        try system.execute(
            """
            INSERT INTO platform.tenants
                (id, slug, name, status, database_name, owner_role, runtime_role, owner_password_sealed, runtime_password_sealed)
            VALUES (\(UUID()), 'half', 'X', 'provisioning', 'dbtools_tenant_half', 'dbtools_owner_half', 'dbtools_tenant_half', '', '')
            """)
        try system.script("CREATE DATABASE \"dbtools_tenant_half\" TEMPLATE template0 ALLOW_CONNECTIONS false")
        // Stands for the disk: while this is not committed, DROP DATABASE waits.
        let slow = try PostgresConnection(cluster.superuser)
        try slow.script("BEGIN; COMMENT ON DATABASE \"dbtools_tenant_half\" IS 'slow'")
        try await served.start()
        func halfMade() throws -> Int { try system.rows("SELECT count(*) FROM platform.tenants WHERE slug = 'half'")[0].decode(0) }
        #expect(try halfMade() == 1)
        #expect(try await served.call("GET", "/tenants").body == "[]", "nobody sees it")
        try slow.script("COMMIT")
        try await until("removed", seconds: 60) { try halfMade() == 0 }
        #expect(try await served.stop() < 10)
    }

    @Test func aSecondStartIsRefusedAndTheFirstGoesOn() async throws {
        let served = try Served()
        try await served.start()
        let second = try served.run(["serve", "--port", "0"])
        #expect(second.code == 1)
        #expect(second.error.contains("is in use by dbtools serve (process \(served.process.processIdentifier))"))
        #expect(try await served.call("GET", "/tenants").status == 200)
        #expect(try await served.stop() < 10)
    }

    @Test func childrenEndWithTheirSupervisor() async throws {
        let served = try Served()
        try await served.start()
        let children = [try #require(served.child("api")), try #require(served.child("collector-0"))]
        kill(served.process.processIdentifier, SIGKILL)
        served.process.waitUntilExit()
        try await until("ended", seconds: 10) { children.allSatisfy { ProcessFiles.startTicks($0) == nil } }
    }

    @Test func aMissingOrWrongMasterKeyStopsTheStart() async throws {
        let served = try Served()
        try await served.start()
        _ = try await served.stop()
        let wrong = try served.run(["serve", "--port", "0"], environment: ["DBTOOLS_MASTER_KEY": String(repeating: "ab", count: 32)])
        #expect(wrong.code == 1)
        #expect(wrong.error.contains("is not the one that this installation was made with"))
        try FileManager.default.removeItem(atPath: served.data + "/master.key")
        let missing = try served.run(["serve", "--port", "0"])
        #expect(missing.code == 1)
        #expect(missing.error.contains("is missing"))
        #expect(access(served.data + "/master.key", F_OK) != 0, "no new key is made over stored secrets")
    }

    @Test func itsFilesAreForItsUserOnly() async throws {
        let served = try Served()
        try await served.start()
        for (path, mode) in [("master.key", 0o600), ("postgres/superuser.password", 0o600), ("postgres", 0o700), ("run", 0o700)] {
            let found = try FileManager.default.attributesOfItem(atPath: "\(served.data)/\(path)")[.posixPermissions] as? Int
            #expect(found == mode, "\(path)")
        }
        let rules = try String(contentsOfFile: served.data + "/postgres/data/pg_hba.conf", encoding: .utf8)
        #expect(!rules.split(separator: "\n").contains { !$0.hasPrefix("#") && $0.contains("trust") })
        _ = try await served.stop()
    }
}

@Suite struct CommandTests {
    private static let codes: [(line: String, code: Int32)] = [
        ("frob", 2), ("serve --port x", 2), ("tenant create", 2), ("simulate --instances 0", 2), ("api FETCH /x", 2), ("version", 0),
        ("server import", 2), ("server list", 2), ("operation wait", 2),
        ("--help", 0),
        ("serve --help", 0), ("restore /no/such/file", 1), ("process api", 1),
    ]

    @Test(arguments: codes) func exitCodes(line: String, code: Int32) throws {
        let arguments = line.split(separator: " ").map(String.init)
        let result = try Served.run(arguments, environment: ["HOME": "/nonexistent", "DBTOOLS_DATA_DIR": "/tmp/dbtools-test-none"])
        #expect(result.code == code, "\(result.output)\(result.error)")
    }

    @Test(arguments: [
        "serve", "demo", "simulate", "tenant", "user", "migrate", "backup", "restore", "login", "api", "version", "server",
        "operation",
    ])
    func everyCommandHasHelpWithAnExample(name: String) throws {
        let help = try Served.run([name, "--help"])
        #expect(help.code == 0)
        #expect(help.output.contains("Example"))
        #expect(try Served.run(["--help"]).output.contains("  \(name) "))
    }

    @Test func anInstallationThatIsNotThereIsNotMadeByTheWay() throws {
        let folder = try TemporaryDirectory()
        let result = try Served.run(["tenant", "list", "--data-dir", folder.path + "/none"])
        #expect(result.code == 1)
        #expect(result.error.contains("There is no installation in"))
        #expect(access(folder.path + "/none", F_OK) != 0)
    }
}
