import Fleet
import Foundation
import Platform
import Postgres

/// A row of `monitoring.samples`: what one collector read of one server in one slot, by a layout.
struct SampleRow {
    var server: Server.ID
    var layout: Int32
    var slotAt: Date
    var collectedAt: Date
    /// Since the run before, whose counters these may be compared with; nil where there is none such.
    var seconds: Double?
    var gauges: [Double?]
    var counters: [Int64?]
}

/// Copies samples into the head.
enum SampleSQL {
    /// Stores `rows`; of those whose slot has a row of that layout already, none is changed. Throws `PostgresError`.
    ///
    /// A COPY knows no ON CONFLICT. There is one only where a batch is sent again, because the answer to its COMMIT was lost: then the rows
    /// go by an INSERT.
    static func insert(_ rows: [SampleRow], on session: TenantSession) throws {
        guard !rows.isEmpty else { return }
        do {
            try session.savepoint { try copy(rows, on: session) }
        } catch let error as PostgresError where error.isUniqueViolation {
            for row in rows { try insert(row, on: session) }
        }
    }

    private static func copy(_ rows: [SampleRow], on session: TenantSession) throws {
        try session.copyIn(
            "monitoring.samples", columns: ["server_id", "layout_id", "slot_at", "collected_at", "seconds", "gauges", "counters"]
        ) { writer in
            for row in rows {
                try writer.beginRow()
                writer.append(row.server)
                writer.append(row.layout)
                writer.append(row.slotAt)
                writer.append(row.collectedAt)
                writer.append(row.seconds.map { Float($0) })
                writer.append(NullableArray(row.gauges))
                writer.append(NullableArray(row.counters))
            }
        }
    }

    private static func insert(_ row: SampleRow, on session: TenantSession) throws {
        try session.execute(
            """
            INSERT INTO monitoring.samples (server_id, layout_id, slot_at, collected_at, seconds, gauges, counters)
            VALUES (\(row.server), \(row.layout), \(row.slotAt), \(row.collectedAt), \(row.seconds)::float8::real,
                \(NullableArray(row.gauges)), \(NullableArray(row.counters)))
            ON CONFLICT DO NOTHING
            """)
    }
}
