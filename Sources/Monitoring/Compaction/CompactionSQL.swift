package import Fleet
package import Foundation
package import Platform
package import Postgres
import Primitives


/// A server's oldest stretch of samples in the head.
package struct DueStretch: Sendable, Equatable {
    package let server: Server.ID
    /// Its beginning, in milliseconds since 1970.
    package let from: Int64
    package let rowCount: Int
    package let sizeBytes: Int
    /// Rows of it that are taken at once.
    package var rowLimit = CompactionSQL.rowCountMax
}

/// Moves samples out of the head (`monitoring.samples`) into chunks. Each function is a part of one transaction.
package enum CompactionSQL {
    /// Rows that one transaction takes out of the head (PRD 3.5-5).
    package static let rowCountMax = 10_000
    /// Bytes of values that one transaction takes: in memory they are three times that.
    package static let sizeBytesMax = 16 << 20
    /// Servers that are looked at at once.
    package static let serverCountMax = 200

    /// Whether this transaction may change the tenant's chunks: nobody else may until it ends. False when somebody does already (a
    /// collector that lost its shard meanwhile).
    package static func lock(on session: TenantSession) throws -> Bool {
        try session.rows("SELECT pg_try_advisory_xact_lock(hashtext('monitoring.chunks'))")[0].decode(0)
    }

    /// Servers after `server` in the order of ids, each with its oldest stretch in the head; without rows where that is not before
    /// `moment`.
    ///
    /// The servers are found by leaps through the key's index: it does not matter how many rows there are.
    /// - Parameter isByTurns: whole stretches only, and a server's up to a stretch's length later than another's, by its id.
    package static func due(
        before moment: Date, isByTurns: Bool, after server: Server.ID?, on session: TenantSession
    ) throws -> [DueStretch] {
        let first = server?.uuid
        let rows = try session.rows(
            """
            WITH RECURSIVE oldest AS (
                (SELECT server_id, slot_at, 1 AS number
                FROM monitoring.samples
                WHERE \(first)::uuid IS NULL OR server_id > \(first)::uuid
                ORDER BY server_id, slot_at
                LIMIT 1)
                UNION ALL
                SELECT n.server_id, n.slot_at, o.number + 1
                FROM oldest o
                CROSS JOIN LATERAL (
                    SELECT s.server_id, s.slot_at
                    FROM monitoring.samples s
                    WHERE s.server_id > o.server_id
                    ORDER BY s.server_id, s.slot_at
                    LIMIT 1
                ) n
                WHERE o.number < \(serverCountMax)
            ), stretches AS (
                SELECT server_id, date_bin(p.length, slot_at, 'epoch') AS from_at, p.length,
                    slot_at < CASE WHEN \(isByTurns)
                        THEN date_bin(p.length, \(moment) - p.length * ((hashtext(server_id::text)::bigint & 65535) / 65536.0::float8), 'epoch')
                        ELSE \(moment) END AS is_due
                FROM oldest
                CROSS JOIN (SELECT \(Stretch.seconds) * interval '1 second') AS p (length)
            )
            SELECT r.server_id, r.from_at, c.row_count, c.size_bytes
            FROM stretches r
            CROSS JOIN LATERAL (
                SELECT count(*) AS row_count, coalesce(sum(pg_column_size(s.gauges) + pg_column_size(s.counters)), 0) AS size_bytes
                FROM monitoring.samples s
                WHERE r.is_due AND s.server_id = r.server_id AND s.slot_at >= r.from_at AND s.slot_at < r.from_at + r.length
            ) c
            ORDER BY r.server_id
            """)
        return try rows.map { row in
            DueStretch(
                server: try row.decode(0), from: try row.decode(1, as: Timestamp.self).milliseconds,
                rowCount: try row.decode(2), sizeBytes: try row.decode(3))
        }
    }

    /// Takes the stretches' samples out of the head.
    ///
    /// One statement reads and deletes, so that no row is deleted that was not read.
    package static func take(_ stretches: [DueStretch], on session: TenantSession) throws -> PostgresRows {
        try session.rows(
            """
            DELETE FROM monitoring.samples
            WHERE ctid = ANY (ARRAY(
                SELECT s.ctid
                FROM unnest(\(stretches.map(\.server)), \(stretches.map { Date(milliseconds: $0.from) }), \(stretches.map(\.rowLimit)))
                    AS r (server_id, from_at, row_limit)
                CROSS JOIN LATERAL (
                    SELECT ctid
                    FROM monitoring.samples
                    WHERE server_id = r.server_id AND slot_at >= r.from_at
                      AND slot_at < r.from_at + \(Stretch.seconds) * interval '1 second'
                    ORDER BY slot_at, layout_id
                    LIMIT r.row_limit
                ) s
            ))
            RETURNING server_id, layout_id, slot_at, collected_at, seconds, gauges, counters
            """)
    }

    /// The layouts with these numbers.
    package static func layouts(_ ids: [Int32], on session: TenantSession) throws -> [Int32: LayoutShape] {
        let rows = try session.rows(
            "SELECT id, collector, instances, gauge_ids, counter_ids FROM monitoring.layouts WHERE id = ANY (\(ids))")
        var found: [Int32: LayoutShape] = [:]
        for row in rows {
            let shape = try LayoutShape(row)
            found[shape.id] = shape
        }
        return found
    }

    /// Notes of which day (by a time in milliseconds) the layouts hold samples at last: once a day for each.
    static func markUsed(_ usedAt: [Int32: Int64], on session: TenantSession) throws {
        let ordered = usedAt.sorted { $0.key < $1.key }
        guard !ordered.isEmpty else { return }
        try session.execute(
            """
            UPDATE monitoring.layouts l
            SET used_on = (r.used_at AT TIME ZONE 'UTC')::date
            FROM unnest(\(ordered.map(\.key)), \(ordered.map { Date(milliseconds: $0.value) })) AS r (id, used_at)
            WHERE l.id = r.id AND l.used_on < (r.used_at AT TIME ZONE 'UTC')::date
            """)
    }

    /// Takes the chunks of raw samples of these stretches away, and the rollups of their days, which do not hold any more: late samples
    /// have come. Returns the chunks by server and beginning.
    package static func takeChunks(_ stretches: [DueStretch], on session: TenantSession) throws -> [StretchKey: StoredChunk] {
        let rows = try session.rows(
            """
            DELETE FROM monitoring.chunks c
            USING unnest(\(stretches.map(\.server)), \(stretches.map { Date(milliseconds: $0.from) })) AS r (server_id, from_at)
            WHERE c.server_id = r.server_id
              AND ((c.resolution = 0 AND c.from_at = r.from_at)
                OR (c.resolution > 0 AND c.from_at = date_bin('1 day', r.from_at, 'epoch')))
            RETURNING c.server_id, c.resolution, c.from_at, c.directory, c.data
            """)
        var found: [StretchKey: StoredChunk] = [:]
        for row in rows where try row.decode(1, as: Int32.self) == 0 {
            let key = StretchKey(server: try row.decode(0), from: try row.decode(2, as: Timestamp.self).milliseconds)
            found[key] = StoredChunk(
                from: key.from, directory: try row.decode(3, as: Bytes.self).bytes, data: try row.decode(4, as: Bytes.self).bytes)
        }
        return found
    }

    /// Deletes samples in the head that are older than the tenant keeps, at most `rowCountMax`. Returns how many (PRD 3.5-5).
    package static func deleteOld(before: Date, on session: TenantSession) throws -> Int {
        var (deleted, last) = (0, Server.ID?.none)
        repeat {
            let found = try due(before: before, isByTurns: false, after: last, on: session)
            for stretch in found where stretch.rowCount > 0 && deleted < rowCountMax {
                deleted += try delete(of: stretch.server, before: before, atMost: rowCountMax - deleted, on: session)
            }
            last = found.count == serverCountMax ? found.last?.server : nil
        } while last != nil && deleted < rowCountMax
        return deleted
    }

    private static func delete(of server: Server.ID, before: Date, atMost limit: Int, on session: TenantSession) throws -> Int {
        try session.execute(
            """
            DELETE FROM monitoring.samples
            WHERE ctid = ANY (ARRAY(
                SELECT ctid
                FROM monitoring.samples
                WHERE server_id = \(server) AND slot_at < \(before)
                ORDER BY slot_at
                LIMIT \(limit)
            ))
            """)
    }
}

/// Which server's samples, from when on.
package struct StretchKey: Hashable, Sendable {
    package let server: Server.ID
    /// In milliseconds since 1970.
    package let from: Int64
}

/// A chunk as it lies in the database.
package struct StoredChunk: Sendable {
    /// In milliseconds since 1970.
    package let from: Int64
    package let directory: [UInt8]
    package let data: [UInt8]
}
