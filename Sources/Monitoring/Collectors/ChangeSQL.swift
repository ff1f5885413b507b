import Engines
package import Fleet
package import Foundation
package import Platform
import Postgres
package import Primitives

/// Changes that collectors noticed, in the database.
package enum ChangeSQL {
    /// Changes that one run may record: a server whose whole configuration is new says so in its rows.
    static let countMax = 500

    /// Compares the new rows with the stored ones and records what is different. A collector's first rows are no change.
    static func record(_ items: [(run: CollectorRun, table: CollectedTable)], on session: TenantSession) throws {
        guard !items.isEmpty else { return }
        let rows = try session.rows(
            """
            SELECT t.server_id, t.collector, t.rows
            FROM unnest(\(items.map(\.run.server)), \(items.map(\.table.collector))) AS r (server_id, collector)
            JOIN monitoring.collector_runs t ON t.server_id = r.server_id AND t.collector = r.collector
            WHERE t.rows IS NOT NULL
            """)
        var stored: [CollectorCache.Key: JSONValue] = [:]
        for row in rows { stored[CollectorCache.Key(server: try row.decode(0), collector: try row.decode(1))] = try row.decode(2) }
        var found: [(run: CollectorRun, collector: String, change: TableChange)] = []
        for item in items {
            let key = CollectorCache.Key(server: item.run.server, collector: item.table.collector)
            guard let old = stored[key], let new = item.table.rows else { continue }
            found += TableChange.between(old, new, of: item.table.definition).prefix(countMax).map { (item.run, item.table.collector, $0) }
        }
        guard !found.isEmpty else { return }
        try session.execute(
            """
            INSERT INTO monitoring.changes (server_id, collector, labels, change, before, after, changed_at)
            SELECT r.server_id, r.collector, r.labels, r.change, r.before, r.after, r.changed_at
            FROM unnest(
                \(found.map(\.run.server)), \(found.map(\.collector)), \(found.map(\.change.labels)), \(found.map(\.change.kind.rawValue)),
                \(found.map(\.change.before)), \(found.map(\.change.after)), \(found.map(\.run.attemptedAt))
            ) AS r (server_id, collector, labels, change, before, after, changed_at)
            """)
    }

    /// Deletes at most `HealthChangeSQL.deleteCountMax` changes older than `before`. Returns how many.
    package static func deleteOld(before: Date, on session: TenantSession) throws -> Int {
        try session.execute(
            """
            DELETE FROM monitoring.changes
            WHERE id IN (
                SELECT id FROM monitoring.changes WHERE changed_at < \(before) ORDER BY changed_at LIMIT \(HealthChangeSQL.deleteCountMax)
            )
            """)
    }
}

/// A stored change of a row that a collector watches.
package struct ChangeEntry: Sendable, Encodable {
    package let id: Int64
    package let collector: String
    package let labels: JSONValue
    package let change: String
    package let before: JSONValue
    package let after: JSONValue
    package let changedAt: Date
}

extension ChangeSQL {
    /// Where a page ends: after this change the next one begins. One run brings many changes of one moment, so the time alone is no place.
    package struct Place: Sendable, Equatable {
        package let changedAt: Date
        package let id: Int64
        package init(changedAt: Date, id: Int64) {
            self.changedAt = changedAt
            self.id = id
        }
    }

    /// Which changes are asked for.
    package struct Request: Sendable {
        /// Of one collector; of all when nil.
        package var collector: String?
        package var before: Date = .distantFuture
        package var after: Place?
        package init() {}

        fileprivate func conditions(_ server: Server.ID) -> SQL {
            """
            c.server_id = \(server) AND c.changed_at < \(before) AND (\(collector)::text IS NULL OR c.collector = \(collector))
            """
        }
    }

    /// The changes of a server, newest first, and how many there are on all pages. Throws `.notFound`.
    package static func list(
        _ server: Server.ID, _ request: Request, limit: Int, on session: TenantSession
    ) throws -> (changes: [ChangeEntry], total: Int) {
        _ = try CollectorStatusSQL.host(server, on: session)
        let after: SQL = request.after.map { "AND (c.changed_at, c.id) < (\($0.changedAt), \($0.id))" } ?? ""
        let changes = try session.rows(
            """
            SELECT c.id, c.collector, c.labels, c.change, c.before, c.after, c.changed_at
            FROM monitoring.changes c
            WHERE \(request.conditions(server)) \(after)
            ORDER BY c.changed_at DESC, c.id DESC
            LIMIT \(limit)
            """
        ).map {
            ChangeEntry(
                id: try $0.decode(0), collector: try $0.decode(1), labels: try $0.decode(2), change: try $0.decode(3),
                before: try $0.decode(4), after: try $0.decode(5), changedAt: try $0.decode(6))
        }
        if request.after == nil, changes.count < limit { return (changes, changes.count) }
        let total = try session.rows("SELECT count(*) FROM monitoring.changes c WHERE \(request.conditions(server))")[0].decode(
            0, as: Int.self)
        return (changes, total)
    }
}
