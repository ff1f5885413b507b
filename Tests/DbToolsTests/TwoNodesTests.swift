import Fixtures
import Foundation
import Postgres
import Primitives
import Testing

@testable import DbTools

/// Two nodes on one PostgreSQL, and the end of one of them.
@Suite struct TwoNodesTests {
    private static let serverCount = 8

    @Test("Issue 4, faults: of two nodes one is killed with -9: its targets move within 30 s, and no slot of a server is stored twice")
    func oneIsKilled() async throws {
        let simulator = try Simulated(Self.serverCount)
        defer { simulator.end() }
        let database = try await TestCluster.shared.address(database: "dbtools_two_nodes")
        let environment = ["DATABASE_URL": database.conninfo, "DBTOOLS_MASTER_KEY": String(repeating: "3b", count: 32)]
        let (first, second) = (try Served(), try Served())
        try await first.start(environment: environment)
        #expect(try await first.call("POST", "/tenants", #"{"slug": "two-nodes", "name": "Two"}"#).status == 201)
        #expect(try await first.call("PUT", "/settings", tenant: "two-nodes", #"{"collection": {"intervalSeconds": 30}}"#).status == 200)
        for number in 0..<Self.serverCount {
            #expect(try await first.call("POST", "/servers", tenant: "two-nodes", simulator.server(number)).status == 201)
        }
        try await second.start(environment: environment)
        let system = try PostgresConnection(database)
        func holders() throws -> [Int] {
            try system.rows("SELECT count(*) FROM platform.shard_leases WHERE holder IS NOT NULL GROUP BY holder").map { try $0.decode(0) }
        }
        try await until("both hold half", seconds: 30) { try holders() == [128, 128] }
        let tenant = try PostgresConnection(try await TestCluster.shared.address(database: "dbtools_tenant_two-nodes"))
        func count(_ sql: SQL) throws -> Int { try tenant.rows(sql)[0].decode(0) }
        try await until("all are read", seconds: 30) {
            try count("SELECT count(DISTINCT server_id) FROM monitoring.metric_values") == Self.serverCount
        }

        for process in second.own { kill(process, SIGKILL) }
        let killedAt = Date()
        try await until("the shards have moved", seconds: 30) { try holders() == [256] }
        try await until("all are read", seconds: 40) {
            try count("SELECT count(DISTINCT server_id) FROM monitoring.metric_values WHERE collected_at > \(killedAt)") == Self.serverCount
        }
        let gap = try count(
            """
            SELECT coalesce(max(extract(epoch FROM gap)), 0)::bigint
            FROM (
                SELECT s.collected_at - lag(s.collected_at) OVER (PARTITION BY s.server_id ORDER BY s.collected_at) AS gap
                FROM monitoring.samples s
                JOIN monitoring.layouts l ON l.id = s.layout_id AND l.collector = 'core'
            ) g
            """)
        #expect(gap <= 60, "no gap over two intervals")
        #expect(try count(OutageTests.slotsStoredTwice) == 0)
        #expect(try await first.stop() < 10)
    }
}
