import Foundation
import Logging
import Postgres
import Primitives
import Testing

@testable import DbTools

/// Samples that are being moved into chunks while the processes that do it are killed.
@Suite struct CompactionKillTests {
    private static let serverCount = 100
    /// Of each server, a minute apart: three stretches of two hours.
    private static let rowCount = 360
    /// Of a row: two gauges and a counter on two instances.
    private static let valueCount = 6

    @Test("Issue 4, faults: collector and PostgreSQL killed with -9 during compaction: every acknowledged sample is there once")
    func everySampleIsThereOnce() async throws {
        let served = try Served()
        try await served.start()
        #expect(try await served.call("POST", "/tenants", #"{"slug": "acme", "name": "Acme"}"#).status == 201)
        let cluster = PrivateCluster(directory: served.data + "/postgres", logger: .init(label: "test"))
        let address = try cluster.address(database: "dbtools_tenant_acme")
        // The stretch that began ten hours ago, and the next two.
        let from = Date(timeIntervalSince1970: ((Date().timeIntervalSince1970 - 36_000) / 7_200).rounded(.down) * 7_200)
        let tenant = try PostgresConnection(address)
        try Self.acknowledge(from: from, on: tenant)
        func chunks() -> Int? {  // nil: PostgreSQL is away
            guard let tenant = try? PostgresConnection(address) else { return nil }
            return try? tenant.rows("SELECT count(*) FROM monitoring.chunks WHERE resolution = 0")[0].decode(0, as: Int.self)
        }
        // A collector that starts looks for what is due at once.
        func killed(_ victim: String) async throws {
            func process() -> pid_t? { victim == "collector" ? served.child("collector-0") : served.postmaster }
            let before = try #require(process())
            kill(before, SIGKILL)
            try await until("started again", seconds: 60) { process().map { $0 != before } ?? false }
        }
        var seen = 0
        for victim in ["none", "collector", "postmaster", "collector"] where seen < 3 * Self.serverCount {
            if victim == "postmaster" { try await killed(victim) }
            try await killed("collector")
            // The next transaction has begun when this one is to be seen.
            try await until("more chunks", seconds: 60) { chunks().map { $0 > seen } ?? false }
            seen = chunks() ?? seen
        }
        try await killed("collector")
        try await until("all compacted", seconds: 120) { chunks() == 3 * Self.serverCount }
        try await served.untilReady()
        let after = try PostgresConnection(address)
        #expect(try after.rows("SELECT count(*) FROM monitoring.samples")[0].decode(0, as: Int.self) == 0)
        let stored = try after.rows("SELECT coalesce(sum(sample_count), 0)::bigint FROM monitoring.chunks WHERE resolution = 0")[0]
        #expect(try stored.decode(0, as: Int.self) == Self.serverCount * Self.rowCount * Self.valueCount)
        for id in try after.rows("SELECT id FROM fleet.servers ORDER BY id").map({ try $0.decode(0, as: UUID.self) }).prefix(20) {
            try await Self.readBack(id, from: from, served)
        }
        #expect(try await served.stop() < 10)
    }

    /// Servers that nobody collects, each with samples that are committed. The value of a gauge is the minute and a quarter of its place.
    private static func acknowledge(from: Date, on tenant: PostgresConnection) throws {
        try tenant.transaction {
            try tenant.execute(
                """
                INSERT INTO fleet.servers (id, name, engine, hostname, port, auth_type, change_number, created_at, updated_at)
                SELECT gen_random_uuid(), 'server ' || n, 'sqlserver', 'nobody.invalid', 1433, 'sql', 0, now(), now()
                FROM generate_series(1, \(serverCount)) n
                """)
            try tenant.execute(
                "INSERT INTO monitoring.collection_config (server_id, enabled, updated_at) SELECT id, false, now() FROM fleet.servers")
            try tenant.execute(
                """
                INSERT INTO monitoring.metric_types (id, name, unit, description, kind)
                VALUES (9001, 'test_a', 'count', 'A', 'gauge'), (9002, 'file_size_bytes', 'bytes', 'B', 'gauge'), (9003, 'file_reads', 'operations', 'C', 'counter')
                """)
            try tenant.execute("SELECT monitoring.make_partitions((\(from) AT TIME ZONE 'UTC')::date, 3)")
            try tenant.execute(
                """
                INSERT INTO monitoring.layouts (server_id, collector, instances, gauge_ids, counter_ids, digest)
                SELECT id, 'file_io', ARRAY['["db","a"]', '["db","b"]'], ARRAY[9001, 9002], ARRAY[9003], 1 FROM fleet.servers
                """)
            try tenant.execute(
                """
                INSERT INTO monitoring.samples (server_id, layout_id, slot_at, collected_at, seconds, gauges, counters)
                SELECT l.server_id, l.id, t.at, t.at, 60, ARRAY[m, m + 0.25, m + 0.5, m + 0.75], ARRAY[m * 60, m * 120]
                FROM monitoring.layouts l
                CROSS JOIN generate_series(0, \(rowCount - 1)) m
                CROSS JOIN LATERAL (SELECT \(from) + m * interval '1 minute' AS at) t
                """)
        }
    }

    private static func readBack(_ server: UUID, from: Date, _ served: Served) async throws {
        let id = server.uuidString.lowercased()
        let stretch = "from=\(RFC3339.string(from))&to=\(RFC3339.string(from + 21_600))"
        let answer = try await served.call("GET", "/servers/\(id)/series?metric=file_size_bytes&\(stretch)", tenant: "acme")
        #expect(answer.status == 200)
        let series = try #require(try JSONValue.parse(text: answer.body).array)
        #expect(series.count == 2)
        for (place, one) in series.sorted(by: {
            ($0["points"]?.array?[0].array?[1].double ?? 0) < ($1["points"]?.array?[0].array?[1].double ?? 0)
        })
        .enumerated() {
            let values = one["points"]?.array?.compactMap { $0.array?[1].double }
            #expect(values == (0..<rowCount).map { Double($0) + 0.25 + 0.5 * Double(place) })
        }
    }
}
