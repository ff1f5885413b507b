import Fixtures
import Fleet
import Foundation
import Logging
import Platform
import Postgres
import Primitives
import TimeSeries

@testable import Monitoring

/// A tenant with one server whose samples a test writes, and a compaction whose clock it moves.
struct CompactionFixture {
    let collection: CollectionFixture
    let server: Server.ID
    let compaction: CompactionService
    /// Midnight UTC of yesterday.
    let day: Date

    /// Seconds after midnight when every server's first stretch is due, and nobody's second.
    static let firstIsDue = 2 * Stretch.seconds + Stretch.settleSeconds

    var tenant: Tenant { collection.tenant }
    var databases: TenantDatabases { collection.platform.tenants }

    static func make() async throws -> CompactionFixture {
        let collection = try await CollectionFixture.make()
        let day = Date(milliseconds: Stretch.start(Date().milliseconds, of: Stretch.dayMilliseconds) - Stretch.dayMilliseconds)
        let server = try await collection.server("sampled")
        _ = try await collection.platform.tenants.transaction(collection.tenant) {
            try PartitionSQL.make(from: day - 86_400, days: 5, on: $0)
        }
        return CompactionFixture(
            collection: collection, server: server, compaction: service(collection, collection.collector.leases), day: day)
    }

    static func service(_ collection: CollectionFixture, _ leases: ShardLeases) -> CompactionService {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return CompactionService(databases: collection.platform.tenants, leases: leases, logger: logger)
    }

    /// A layout of two gauges (1 and 2) and a counter (3) on these rows.
    func layout(_ instances: [String] = [#"["a"]"#, #"["b"]"#]) async throws -> Int32 {
        let (server, collector, digest) = (server, "files", Int64.random(in: 0...Int64.max))
        let (gauges, counters): ([Int16], [Int16]) = ([1, 2], [3])
        return try await databases.transaction(tenant) { session in
            try session.rows(
                """
                INSERT INTO monitoring.layouts (server_id, collector, instances, gauge_ids, counter_ids, digest)
                VALUES (\(server), \(collector), \(instances), \(gauges), \(counters), \(digest))
                RETURNING id
                """)[0].decode(0)
        }
    }

    /// A run of a collector, collected 40 ms after its slot.
    struct Run: Sendable {
        /// Seconds from the beginning of the day.
        var at: Double
        var seconds: Double? = 60
        var gauges: [Double?]
        var counters: [Int64?]
    }

    func store(_ runs: [Run], layout: Int32, server: Server.ID? = nil) async throws {
        let (server, day) = (server ?? self.server, day)
        _ = try await databases.transaction(tenant) { session in
            for run in runs {
                try session.execute(
                    """
                    INSERT INTO monitoring.samples (server_id, layout_id, slot_at, collected_at, seconds, gauges, counters)
                    VALUES (\(server), \(layout), \(day + run.at), \(day + run.at + 0.04), \(run.seconds)::float8::real,
                        \(NullableArray(run.gauges)), \(NullableArray(run.counters)))
                    """)
            }
        }
    }

    /// A run each minute: gauges that move, one that is unknown every tenth time, counters that grow by 60 and 0 to 5 a minute.
    static func minutes(_ range: Range<Int>) -> [Run] {
        range.map { minute in
            Run(
                at: Double(minute) * 60, seconds: minute == range.lowerBound ? nil : 60,
                gauges: [Double(minute % 50) / 4, 100, minute % 10 == 0 ? nil : 3.25, -0.0],
                counters: [Int64(minute) * 60, Int64(minute / 10) * 10 + Int64(min(5, minute % 10))])
        }
    }

    func count(_ sql: SQL) async throws -> Int { Int(try await collection.number(sql) ?? -1) }
    func headCount() async throws -> Int { try await count("SELECT count(*) FROM monitoring.samples") }
    func chunkCount(_ resolution: Int) async throws -> Int {
        try await count("SELECT count(*) FROM monitoring.chunks WHERE resolution = \(Int32(resolution))")
    }

    /// What is stored of the day in chunks.
    func stored() async throws -> [Chunk] {
        let (server, day) = (server, day)
        return try await databases.read(tenant) { try ChunkSQL.raw(server, from: day, to: day + 86_400, on: $0) }
            .map { try Chunk(directory: $0.directory, data: $0.data) }
    }

    func read(_ metric: Int16, from: Double, to: Double, step: Int? = nil, lookback: Double = 7_200) async throws -> [LabelledSeries] {
        let reading = SeriesReading(
            server: server, metrics: [metric], request: SeriesRequest(from: day + from, to: day + to, stepSeconds: step),
            lookbackSeconds: lookback)
        return try await databases.read(tenant) { try SeriesReader.read(reading, on: $0) }
    }
}
