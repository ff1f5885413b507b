import Foundation
import Logging
import Platform
import Postgres
import Schema
import Testing

@testable import DbTools

/// `dbtools migrate` over many tenants (PRD 1.4-4, 1.4-5, FR27): beside a running program, twice at once, killed in the middle, with one
/// that is broken.
@Suite(.serialized) struct MigrateTests {
    /// A served installation whose tenants have the schema of an earlier program.
    private struct Old {
        let served: Served
        let superuser: PrivateCluster
        let slugs: [String]
        static let number = 7

        static func make(count: Int) async throws -> Old {
            let served = try Served()
            try await served.start()
            let slugs = (0..<count).map { "old-\($0)" }
            for slug in slugs { #expect(try await served.call("POST", "/tenants", #"{"slug":"\#(slug)","name":"Old"}"#).status == 201) }
            _ = try await served.stop()
            let old = Old(
                served: served, superuser: PrivateCluster(directory: served.data + "/postgres", logger: .init(label: "test")), slugs: slugs)
            // Beside a running program, as an operator does it: the tenants become old behind its back.
            try await served.start()
            try old.age()
            return old
        }

        private func age() throws {
            let maintenance = try PostgresConnection(superuser.superuser)
            try maintenance.script("CREATE DATABASE old_template TEMPLATE template0")
            try maintenance.script("GRANT CREATE ON DATABASE old_template TO dbtools_owner")
            do {
                let template = try PostgresConnection(superuser.address(database: "old_template"))
                try template.script("SET ROLE dbtools_owner")
                try Migrator.migrate(template, Migration.tenant.filter { $0.number <= Self.number })
                try template.script("GRANT USAGE ON SCHEMA platform, fleet, monitoring TO dbtools_runtime")
            }
            for slug in slugs {
                let name = "dbtools_tenant_" + slug
                try maintenance.script("DROP DATABASE \"\(name)\" WITH (FORCE)")
                try maintenance.script("CREATE DATABASE \"\(name)\" TEMPLATE old_template")
                try maintenance.script(
                    """
                    REVOKE ALL ON DATABASE "\(name)" FROM PUBLIC;
                    GRANT CREATE ON DATABASE "\(name)" TO dbtools_owner;
                    GRANT CONNECT, TEMPORARY ON DATABASE "\(name)" TO "\(name)", "dbtools_owner_\(slug)";
                    """)
            }
        }

        func connect(_ slug: String) throws -> PostgresConnection {
            try PostgresConnection(superuser.address(database: "dbtools_tenant_\(slug)"))
        }

        func versions() throws -> [Int] { try slugs.map { try Migrator.version(connect($0)) } }
    }

    @Test("PRD 1.4-4, 1.4-5: all tenants get what they lack; a broken one is named with its reason, stops nothing and is done once mended")
    func oneBrokenTenantStopsNothing() async throws {
        let old = try await Old.make(count: 5)
        let newest = Migration.tenant.count
        #expect(try old.versions() == Array(repeating: Old.number, count: 5))
        try old.connect("old-2").script("CREATE TABLE platform.activity_log_before (in_the_way int)")
        let first = try await Served.runAside(["migrate", "--data-dir", old.served.data])
        #expect(first.code == 1)
        #expect(first.output.contains("4 of 5 tenants are up to date; \(4 * (newest - Old.number)) migrations were applied."))
        #expect(first.error.contains("old-2: The database refused: relation \"activity_log_before\" already exists (42P07)"))
        #expect(try old.versions() == [newest, newest, Old.number, newest, newest])
        try old.connect("old-2").script("DROP TABLE platform.activity_log_before")
        let second = try await Served.runAside(["migrate", "--data-dir", old.served.data])
        #expect(second.code == 0, "\(second.error)")
        #expect(second.output.contains("5 of 5 tenants are up to date; \(newest - Old.number) migrations were applied."))
        #expect(try old.versions() == Array(repeating: newest, count: 5))
        #expect(try await old.served.call("GET", "/activity", tenant: "old-2").status == 200)
        _ = try await old.served.stop()
    }

    @Test("Twice at once each migration is applied once; killed in the middle it is taken up again and nothing is half applied")
    func twiceAtOnceAndKilled() async throws {
        let old = try await Old.make(count: 4)
        let newest = Migration.tenant.count
        // One tenant's log is locked, so that a migration stands in the middle for as long as the test wants.
        let lock = try old.connect("old-1")
        try lock.script("BEGIN; LOCK TABLE platform.activity_log IN ACCESS SHARE MODE")
        let killed = Process()
        killed.executableURL = URL(filePath: try Served.program)
        killed.arguments = ["migrate", "--data-dir", old.served.data]
        killed.environment = Served.environment
        killed.standardOutput = FileHandle(forWritingAtPath: "/dev/null")
        killed.standardError = FileHandle(forWritingAtPath: "/dev/null")
        try killed.run()
        let watch = try PostgresConnection(old.superuser.superuser)
        func waiting() throws -> Int {
            try watch.rows("SELECT count(*) FROM pg_stat_activity WHERE datname = 'dbtools_tenant_old-1' AND wait_event_type = 'Lock'")[0]
                .decode(0)
        }
        try await until("waiting in the middle", seconds: 60) {
            try waiting() > 0 && old.versions() == [newest, Old.number, newest, newest]
        }
        kill(killed.processIdentifier, SIGKILL)
        killed.waitUntilExit()
        #expect(try old.versions() == [newest, Old.number, newest, newest])
        let data = old.served.data
        async let one = Served.runAside(["migrate", "--data-dir", data])
        async let two = Served.runAside(["migrate", "--data-dir", data])
        try await until("both waiting", seconds: 60) { try waiting() >= 2 }
        try lock.script("COMMIT")
        let (first, second) = (try await one, try await two)
        #expect(first.code == 0 && second.code == 0, "\(first.error)\(second.error)")
        let applied = [first, second].filter { $0.output.contains("\(newest - Old.number) migrations were applied") }
        #expect(applied.count == 1, "\(first.output)\(second.output)")
        #expect(try old.versions() == Array(repeating: newest, count: 4))
        for slug in old.slugs {
            let rows = try old.connect(slug).rows("SELECT number FROM platform.schema_migrations ORDER BY number")
            #expect(try rows.map { try $0.decode(0, as: Int.self) } == Array(1...newest))
        }
        _ = try await old.served.stop()
    }
}
