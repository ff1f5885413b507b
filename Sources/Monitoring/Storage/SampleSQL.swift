import Fleet
import Foundation
import Platform
import Postgres

/// A row of `monitoring.samples`. (STUB until the lead's is merged.)
struct SampleRow {
    var server: Server.ID
    var layout: Int32
    var slotAt: Date
    var collectedAt: Date
    var seconds: Double?
    var gauges: [Double?]
    var counters: [Int64?]
}

enum SampleSQL {
    static func insert(_ rows: [SampleRow], on session: TenantSession) throws {
        for row in rows {
            try session.execute(
                """
                INSERT INTO monitoring.samples (server_id, layout_id, slot_at, collected_at, seconds, gauges, counters)
                VALUES (\(row.server), \(row.layout), \(row.slotAt), \(row.collectedAt), \(row.seconds)::float8::real,
                    \(NullableArray(row.gauges)), \(NullableArray(row.counters)))
                """)
        }
    }
}
