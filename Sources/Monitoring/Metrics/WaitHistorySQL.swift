import Engines
package import Fleet
import Foundation
package import Platform
import Postgres

extension WaitHistory {
    /// Seconds by which a run may come after its slot: its slot's partition is looked into too.
    private static let slotSlackSeconds = 7200.0

    private struct WaitType {
        let id: Int16
        let name: String
        let category: WaitCategory
    }

    /// Reads the stretch in one pass over its rows. Throws `PostgresError`.
    ///
    /// - Parameter benign: whether waits of idleness count too; left out on reading, so that the list can change.
    package static func read(
        _ server: Server.ID, _ request: SeriesRequest, intervalSeconds: Int, benign: Bool, topCount: Int, on session: TenantSession
    ) throws -> WaitHistory {
        let types = try session.rows("SELECT id, name FROM monitoring.wait_types").map { row in
            let name = try row.decode(1, as: String.self)
            return WaitType(id: try row.decode(0), name: name, category: WaitCategory(type: name))
        }.filter { benign || !WaitCategory.isBenign($0.name) }
        let numbers = Dictionary(uniqueKeysWithValues: WaitCategory.allCases.enumerated().map { ($1, Int32($0)) })
        let rows = try session.rows(
            statement(
                server, request, typeIDs: types.map(\.id), categories: types.map { numbers[$0.category] ?? 0 }))
        var seconds: [Date: Double] = [:]
        var waits: [WaitCategory: [Date: Double]] = [:]
        var totals: [Total] = []
        let names = Dictionary(uniqueKeysWithValues: types.map { ($0.id, $0.name) })
        for row in rows {
            if let id = try row.decode("type_id", as: Int16?.self) {
                totals.append(
                    Total(
                        type: names[id] ?? "", waitMs: try row.decode("wait_ms"), signalMs: try row.decode("signal_ms"),
                        waitingTasks: try row.decode("waiting_tasks"), msPerSecond: 0))
            } else if let number = try row.decode("category", as: Int?.self) {
                let category = WaitCategory.allCases[number]
                waits[category, default: [:]][try row.decode("at")] = try row.decode("wait_ms", as: Double.self)
            } else {
                seconds[try row.decode("at")] = try row.decode("seconds", as: Double.self)
            }
        }
        return assembled(seconds, waits, totals, intervalSeconds: request.stepSeconds ?? intervalSeconds, topCount: topCount)
    }

    private static func assembled(
        _ seconds: [Date: Double], _ waits: [WaitCategory: [Date: Double]], _ totals: [Total], intervalSeconds: Int, topCount: Int
    ) -> WaitHistory {
        let times = seconds.keys.sorted()
        let measured = seconds.values.reduce(0, +)
        let sums = waits.mapValues { $0.values.reduce(0, +) }
        let categories = sums.sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }.map { category, _ in
            Category(
                name: category,
                points: times.compactMap { at in
                    guard let second = seconds[at], second > 0 else { return nil }
                    return Point(at: at, msPerSecond: (waits[category]?[at] ?? 0) / second)
                })
        }
        let top = totals.filter { $0.waitMs > 0 }.sorted { ($1.waitMs, $0.type) < ($0.waitMs, $1.type) }.prefix(topCount).map { total in
            var total = total
            total.msPerSecond = measured > 0 ? total.waitMs / measured : 0
            return total
        }
        return WaitHistory(intervalSeconds: intervalSeconds, categories: categories, top: Array(top))
    }

    /// Three kinds of rows: how long was measured in a step; how long a category's waits took in a step; how long a type's took in all.
    private static func statement(_ server: Server.ID, _ request: SeriesRequest, typeIDs: [Int16], categories: [Int32]) -> SQL {
        let at: SQL =
            request.stepSeconds.map { "date_bin(\(Double($0)) * interval '1 second', w.collected_at, 'epoch')" } ?? "w.collected_at"
        return """
            WITH runs AS MATERIALIZED (
                SELECT \(at) AS at, w.seconds, w.wait_type_ids, w.wait_ms, w.signal_ms, w.waiting_tasks
                FROM monitoring.waits w
                WHERE w.server_id = \(server) AND w.slot_at >= \(request.from - slotSlackSeconds) AND w.slot_at < \(request.to)
                  AND w.collected_at >= \(request.from) AND w.collected_at < \(request.to)
                -- The newest, should there be more than fit after all (an interval that was shorter before).
                ORDER BY w.collected_at DESC
                LIMIT \(rowCountMax(request))
            )
            SELECT r.at, NULL::int AS category, NULL::smallint AS type_id, sum(r.seconds) AS seconds, NULL::float8 AS wait_ms,
                NULL::float8 AS signal_ms, NULL::float8 AS waiting_tasks
            FROM runs r
            GROUP BY r.at
            UNION ALL
            SELECT r.at, c.category, c.id, NULL, sum(u.wait_ms::float8), sum(u.signal_ms::float8), sum(u.waiting_tasks::float8)
            FROM runs r
            CROSS JOIN LATERAL unnest(r.wait_type_ids, r.wait_ms, r.signal_ms, r.waiting_tasks) AS u (id, wait_ms, signal_ms, waiting_tasks)
            JOIN unnest(\(typeIDs), \(categories)) AS c (id, category) ON c.id = u.id
            GROUP BY GROUPING SETS ((r.at, c.category), (c.id))
            """
    }

    /// Without steps every run is a point; with them, all that one server can have in the longest stretch.
    private static func rowCountMax(_ request: SeriesRequest) -> Int {
        request.stepSeconds == nil ? SeriesRequest.pointCountMax : Int(SeriesRequest.spanSecondsMax) / 30
    }
}
