import Fixtures
import Foundation
import Logging
import Postgres
import Testing

@testable import Engines

/// What the core's sums over all databases are added up of, in a cluster where nobody else makes databases.
@Suite struct PostgreSQLMembershipTests {
    @Test("Issue 4: a reset of one database's statistics and a database that is dropped are told, with functions and without")
    func whatTheSumsAreOfIsTold() async throws {
        let directory = "/tmp/dbtools-membership-\(getpid())"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }  // a left-over in /tmp fails no test
        let logger = Logger(label: "membership") { _ in SwiftLogNoOpLogHandler() }
        let cluster = PrivateCluster(
            directory: directory + "/cluster", settings: ["fsync": "off", "shared_buffers": "16MB"], logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            // Ends the server, also where something below fails.
            defer { group.cancelAll() }
            group.addTask { try await cluster.run() }
            try await cluster.waitUntilReady()
            try Self.follow(cluster, directory)
        }
    }

    private static func follow(_ cluster: PrivateCluster, _ directory: String) throws {
        let password = try String(contentsOfFile: directory + "/cluster/superuser.password", encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        var target = Target(
            engine: .postgresql, hostname: cluster.socketDirectory, port: 5432, username: PrivateCluster.superuserName, password: password)
        let engine = PostgreSQLEngine(EngineConfig(outbound: OutboundPolicy(allowed: [.directory(cluster.socketDirectory)])))
        let administrator = try PostgresConnection(try cluster.superuser)
        let direct = try engine.connect(target, deadlineSeconds: 8)
        defer { direct.close() }
        let order = DeployOrder(task: .deploy, database: "postgres", monitorLogin: nil)
        let deployed = engine.deploy(target, order, deadlineSeconds: 30)
        #expect(deployed.success, "\(deployed)")
        target.objectsDatabase = "postgres"
        let called = try engine.connect(target, deadlineSeconds: 8)
        defer { called.close() }
        // With the collectors: prepared, in one pipeline.
        let collectors = CollectorCatalogue.of(.postgresql).filter { $0.name == "databases" }
        func mark() throws -> Int64 {
            let reading = try direct.collect(with: collectors, deadlineSeconds: 5).reading
            #expect(reading.membership?.metrics == [.batchRequestsSec, .diskReads, .cacheHits, .cacheLookups])
            let other = try called.collect(with: collectors, deadlineSeconds: 5).reading
            #expect(other.objectsProblem == nil && other.membership == reading.membership)
            #expect(try direct.collect(deadlineSeconds: 5).membership == reading.membership)
            return try #require(reading.membership?.mark)
        }
        let atRest = try mark()
        #expect(try mark() == atRest, "work in between is no other membership")
        try administrator.script("CREATE DATABASE passing")
        let joined = try mark()
        try administrator.script("SELECT pg_stat_reset()")
        let reset = try mark()
        try administrator.script("SELECT pg_stat_reset()")
        let again = try mark()
        try administrator.script("DROP DATABASE passing")
        let left = try mark()
        #expect(Set([atRest, joined, reset, again, left]).count == 5)

        // Functions of an older version count as before, and do not tell.
        try administrator.script(CollectorSQL.postgreSQLDeployRemove)
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Scripts/version-1/postgresql.sql")
        try administrator.script(try String(contentsOf: script, encoding: .utf8))
        let older = try called.collect(with: collectors, deadlineSeconds: 5).reading
        #expect(older.objectsProblem == nil && older.membership == nil && older.counters[.batchRequestsSec] != nil)
    }
}
