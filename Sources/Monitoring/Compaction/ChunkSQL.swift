package import Fleet
package import Foundation
package import Platform
import Postgres

/// A chunk on its way into the database.
package struct NewChunk: Sendable {
    package let server: Server.ID
    /// Seconds of a step; 0: raw samples.
    package let resolution: Int
    /// In milliseconds since 1970.
    package let from: Int64
    package let to: Int64
    package let sampleCount: Int
    package let directory: [UInt8]
    package let data: [UInt8]
}

/// Reads and writes `monitoring.chunks`.
package enum ChunkSQL {
    /// Server-days without rollups that are looked for at once.
    package static let dayCountMax = 200
    /// Servers' chunks of one day that are read back for it, raw ones of other days included.
    private static let columns: SQL = "c.from_at, c.directory, c.data"

    package static func insert(_ chunks: [NewChunk], on session: TenantSession) throws {
        guard !chunks.isEmpty else { return }
        try session.copyIn(
            "monitoring.chunks", columns: ["server_id", "resolution", "from_at", "to_at", "sample_count", "directory", "data"]
        ) { writer in
            for chunk in chunks {
                try writer.beginRow()
                writer.append(chunk.server)
                writer.append(Int32(chunk.resolution))
                writer.append(Date(milliseconds: chunk.from))
                writer.append(Date(milliseconds: chunk.to))
                writer.append(Int32(clamping: chunk.sampleCount))
                writer.append(Bytes(chunk.directory))
                writer.append(Bytes(chunk.data))
            }
        }
    }

    /// Servers that have raw chunks of the day from `day` on and no rollups of it.
    package static func withoutRollups(day: Date, on session: TenantSession) throws -> [Server.ID] {
        try session.rows(
            """
            SELECT DISTINCT c.server_id
            FROM monitoring.chunks c
            WHERE c.resolution = 0 AND c.from_at >= \(day) AND c.from_at < \(day + 86_400)
              AND NOT EXISTS (
                  SELECT
                  FROM monitoring.chunks r
                  WHERE r.server_id = c.server_id AND r.resolution = \(Int32(Stretch.resolutions[0])) AND r.from_at = \(day)
              )
            ORDER BY c.server_id
            LIMIT \(dayCountMax)
            """
        ).map { try $0.decode(0) }
    }

    /// A server's raw chunks from `from` on and before `to`, by time.
    package static func raw(_ server: Server.ID, from: Date, to: Date, on session: TenantSession) throws -> [StoredChunk] {
        try session.rows(
            """
            SELECT \(columns)
            FROM monitoring.chunks c
            WHERE c.server_id = \(server) AND c.resolution = 0 AND c.from_at >= \(from) AND c.from_at < \(to)
            ORDER BY c.from_at
            """
        ).map { row in
            StoredChunk(
                from: try row.decode(0, as: Timestamp.self).milliseconds, directory: try row.decode(1, as: Bytes.self).bytes,
                data: try row.decode(2, as: Bytes.self).bytes)
        }
    }

    /// The directories of a server's chunks of one resolution from `from` on and before `to`, by time.
    package static func directories(
        _ server: Server.ID, resolution: Int, from: Date, to: Date, on session: TenantSession
    ) throws -> [(from: Int64, bytes: [UInt8])] {
        try session.rows(directoriesStatement(server, resolution: resolution, from: from, to: to)).map { row in
            (try row.decode(0, as: Timestamp.self).milliseconds, try row.decode(1, as: Bytes.self).bytes)
        }
    }

    /// Apart, so that its plan can be tested.
    static func directoriesStatement(_ server: Server.ID, resolution: Int, from: Date, to: Date) -> SQL {
        """
        SELECT from_at, directory
        FROM monitoring.chunks
        WHERE server_id = \(server) AND resolution = \(Int32(resolution)) AND from_at >= \(from) AND from_at < \(to)
        ORDER BY from_at
        """
    }

    /// Pieces of the data of a server's chunks of one resolution, in the order asked for; what is gone meanwhile is empty.
    package static func slices(
        _ server: Server.ID, resolution: Int, _ wanted: [(from: Int64, range: Range<Int>)], on session: TenantSession
    ) throws -> [[UInt8]] {
        guard let first = wanted.map(\.from).min(), let last = wanted.map(\.from).max() else { return [] }
        var slices = [[UInt8]](repeating: [], count: wanted.count)
        // The bounds stand there as well, so that only these days' partitions are looked into.
        let rows = try session.rows(
            """
            SELECT r.number, substring(c.data FROM r.first + 1 FOR r.length)
            FROM unnest(\(wanted.map { Date(milliseconds: $0.from) }), \(wanted.map { Int32($0.range.lowerBound) }),
                \(wanted.map { Int32($0.range.count) })) WITH ORDINALITY AS r (from_at, first, length, number)
            JOIN monitoring.chunks c ON c.from_at = r.from_at
            WHERE c.server_id = \(server) AND c.resolution = \(Int32(resolution))
              AND c.from_at >= \(Date(milliseconds: first)) AND c.from_at <= \(Date(milliseconds: last))
            """)
        for row in rows { slices[try row.decode(0, as: Int.self) - 1] = try row.decode(1, as: Bytes.self).bytes }
        return slices
    }
}

/// What the readers of series ask of the head and of the layouts.
enum HeadSQL {
    /// The server's layouts that have any of the metrics, by their number, without those that hold nothing since then, nor of the days
    /// before it, which the first rates of a weekly collector are compared with. What is used now is noted when it is compacted: hence the
    /// rest.
    static func layouts(_ server: Server.ID, metrics: [Int16], since: Date, on session: TenantSession) throws -> [LayoutShape] {
        try session.rows(
            """
            SELECT id, collector, instances, gauge_ids, counter_ids
            FROM monitoring.layouts l
            WHERE server_id = \(server) AND (gauge_ids && \(metrics) OR counter_ids && \(metrics))
              AND (used_on >= (\(since) AT TIME ZONE 'UTC')::date - 8 OR NOT \(LayoutSQL.isReplaced))
            ORDER BY id
            """
        ).map(LayoutShape.init)
    }

    /// The rows of these layouts that lie in the head, from `from` on and before `to`, by layout.
    static func rows(
        _ server: Server.ID, _ shapes: [LayoutShape], from: Date, to: Date, on session: TenantSession
    ) throws -> [Int32: PackedRows] {
        let rows = try session.rows(statement(server, shapes.map(\.id), from: from, to: to))
        var packed = Dictionary(shapes.map { ($0.id, PackedRows($0)) }, uniquingKeysWith: { first, _ in first })
        for row in rows { try packed[try row.decode(0)]?.append(row, from: 1) }
        return packed
    }

    /// Apart, so that its plan can be tested.
    static func statement(_ server: Server.ID, _ layouts: [Int32], from: Date, to: Date) -> SQL {
        """
        SELECT layout_id, slot_at, collected_at, seconds, gauges, counters
        FROM monitoring.samples
        WHERE server_id = \(server) AND slot_at >= \(from) AND slot_at < \(to) AND layout_id = ANY (\(layouts))
        ORDER BY slot_at
        """
    }
}

extension LayoutShape {
    /// Of the columns `id`, `collector`, `instances`, `gauge_ids`, `counter_ids`, in this order.
    init(_ row: PostgresRow) throws {
        self.init(
            id: try row.decode(0), collector: try row.decode(1), instances: try row.decode(2), gauges: try row.decode(3),
            counters: try row.decode(4))
    }
}
