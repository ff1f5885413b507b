import Fixtures
import Foundation
import Logging
import Postgres
import Primitives
import Testing

@testable import DbTools

/// DbTools' PostgreSQL away for more than two intervals while servers are read.
@Suite struct OutageTests {
    private static let serverCount = 6
    /// Two slots of each server are wholly in it.
    private static let outageSeconds = 95.0

    @Test("Issue 4, faults: PostgreSQL is stopped under load: what is read meanwhile is stored afterwards, once, and all goes on by itself")
    func nothingIsLost() async throws {
        let simulator = try Simulated(Self.serverCount)
        defer { simulator.end() }
        let folder = try TemporaryDirectory()
        func start() async throws -> (cluster: PrivateCluster, running: Task<Void, any Error>) {
            let cluster = PrivateCluster(directory: folder.path + "/theirs", settings: ["fsync": "off"], logger: Self.logger)
            let running = Task { try await cluster.run() }
            try await cluster.waitUntilReady()
            return (cluster, running)
        }
        var (cluster, running) = try await start()
        let served = try Served()
        let system = try cluster.address(database: "dbtools_system")
        try await served.start(environment: ["DATABASE_URL": system.conninfo, "DBTOOLS_MASTER_KEY": String(repeating: "5d", count: 32)])
        #expect(try await served.call("POST", "/tenants", #"{"slug": "outage", "name": "Outage"}"#).status == 201)
        #expect(try await served.call("PUT", "/settings", tenant: "outage", #"{"collection": {"intervalSeconds": 30}}"#).status == 200)
        for number in 0..<Self.serverCount {
            #expect(try await served.call("POST", "/servers", tenant: "outage", simulator.server(number)).status == 201)
        }
        func count(_ sql: SQL) throws -> Int {
            try PostgresConnection(try cluster.address(database: "dbtools_tenant_outage")).rows(sql)[0].decode(0)
        }
        try await until("all are read", seconds: 60) {
            try count("SELECT count(DISTINCT server_id) FROM monitoring.samples") == Self.serverCount
        }

        let (stoppedAt, processes) = (Date(), served.own)
        running.cancel()
        _ = await running.result
        func get(_ path: String) async throws -> APIClient.Answer {
            try await APIClient(isInsecure: false).send("GET", served.url + path, headers: [], body: nil)
        }
        func status() async -> Int? { try? await get("/ready").status }
        try await until("it says that PostgreSQL is away", seconds: 30) { await status() == 503 }
        try await until("the outage has lasted", seconds: Self.outageSeconds) {
            Date().timeIntervalSince(stoppedAt) > Self.outageSeconds - 5
        }
        let returnedAt = Date()
        (cluster, running) = try await start()
        try await until("it is ready by itself", seconds: 60) { await status() == 200 }
        try await until("newer runs are stored", seconds: 90) {
            try count("SELECT count(DISTINCT server_id) FROM monitoring.samples WHERE collected_at > \(returnedAt)") == Self.serverCount
        }
        #expect(served.own == processes, "no process had to be started anew")
        let stored = try count(
            """
            SELECT count(DISTINCT (s.server_id, s.slot_at))
            FROM monitoring.samples s
            JOIN monitoring.layouts l ON l.id = s.layout_id AND l.collector = 'core'
            WHERE s.collected_at BETWEEN \(stoppedAt + 1) AND \(returnedAt - 1)
            """)
        let text = String(decoding: try await get("/metrics").body, as: UTF8.self)
        func metric(_ name: String) throws -> Int {
            let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("dbtools_collection_\(name) ") }, "\(name)")
            return Int(try #require(line.split(separator: " ").last.flatMap { Double($0) }))
        }
        #expect(stored + (try metric("skipped_runs")) >= 2 * Self.serverCount, "what was read while it was away is stored, or counted")
        #expect(stored >= Self.serverCount)
        #expect(try metric("dropped_runs") == 0 && metric("dropped_collector_runs") == 0)
        #expect(try count("SELECT count(*) FROM platform.activity_log WHERE action = 'samples_lost'") == 0)
        #expect(try count(Self.slotsStoredTwice) == 0)
        #expect(try await served.stop() < 10)
        running.cancel()
        _ = await running.result
    }

    /// How many slots of a server and a collector have more than one stored run.
    static let slotsStoredTwice: SQL = """
        SELECT count(*)
        FROM (
            SELECT FROM monitoring.samples s
            JOIN monitoring.layouts l ON l.id = s.layout_id
            GROUP BY s.server_id, l.collector, s.slot_at
            HAVING count(*) > 1
        ) t
        """

    private static var logger: Logger {
        var logger = Logger(label: "outage")
        logger.logLevel = .critical
        return logger
    }
}
