package import Fleet
package import Foundation
package import Platform
import Postgres
import Primitives

/// A stored change of health.
package struct HealthChangeEntry: Sendable, Encodable {
    package let serverId: Server.ID
    package let name: String
    package let from: String
    package let to: String
    package let status: String
    package let reasons: [String]
    package let at: Date
}

/// Changes of health in the database: stored with the state that changed, listed newest first, deleted when they are old.
package enum HealthChangeSQL {
    /// Rows that retention deletes at a time (PRD 3.5-5).
    package static let deleteCountMax = 10_000

    /// Stores the changes of health among `changes` and publishes the events of all, in this transaction. Returns how many healths changed.
    static func record(_ changes: [HealthChange], on session: TenantSession) throws -> Int {
        let healths = changes.filter { $0.before.health != $0.after.health }
        if !healths.isEmpty {
            try session.execute(
                """
                INSERT INTO monitoring.health_changes (server_id, from_health, to_health, status, reasons, changed_at)
                SELECT r.server_id, r.from_health, r.to_health, r.status, string_to_array(r.reasons, E'\\n'), r.changed_at
                FROM unnest(
                    \(healths.map(\.server)), \(healths.map(\.before.health.rawValue)), \(healths.map(\.after.health.rawValue)),
                    \(healths.map(\.after.status.rawValue)), \(healths.map { $0.after.reasons.joined(separator: "\n") }),
                    \(healths.map { $0.after.changedAt ?? Date() })
                ) AS r (server_id, from_health, to_health, status, reasons, changed_at)
                """)
        }
        for change in changes {
            if let event = change.event { try session.publish(event) }
        }
        return healths.count
    }

    /// The newest changes, newest first.
    package static func recent(limit: Int, on session: TenantSession) throws -> [HealthChangeEntry] {
        try session.rows(
            """
            SELECT h.server_id, s.name, h.from_health, h.to_health, h.status, h.reasons, h.changed_at
            FROM monitoring.health_changes h
            JOIN fleet.servers s ON s.id = h.server_id AND s.deleted_at IS NULL
            ORDER BY h.changed_at DESC, h.id DESC
            LIMIT \(limit)
            """
        ).map {
            HealthChangeEntry(
                serverId: try $0.decode(0), name: try $0.decode(1), from: try $0.decode(2), to: try $0.decode(3), status: try $0.decode(4),
                reasons: try $0.decode(5), at: try $0.decode(6))
        }
    }

    /// Deletes at most `deleteCountMax` changes older than `before`. Returns how many.
    package static func deleteOld(before: Date, on session: TenantSession) throws -> Int {
        try session.execute(
            """
            DELETE FROM monitoring.health_changes
            WHERE id IN (SELECT id FROM monitoring.health_changes WHERE changed_at < \(before) ORDER BY changed_at LIMIT \(deleteCountMax))
            """)
    }
}
