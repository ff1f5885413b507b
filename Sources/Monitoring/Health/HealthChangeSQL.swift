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

extension HealthChangeEntry {
    /// Throws `PostgresError`.
    fileprivate init(_ row: PostgresRow) throws {
        self.init(
            serverId: try row.decode(0), name: try row.decode(1), from: try row.decode(2), to: try row.decode(3), status: try row.decode(4),
            reasons: try row.decode(5), at: try row.decode(6))
    }
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
        ).map(HealthChangeEntry.init)
    }

    /// Where a page of one server's changes ends: after this change the next one begins. Two may be of one moment.
    struct Place: Sendable, Equatable {
        let changedAt: Date
        let id: Int64
    }

    /// The changes of one server, newest first, with their places, and how many there are on all pages. Throws `.notFound`.
    static func list(
        _ server: Server.ID, after place: Place?, limit: Int, on session: TenantSession
    ) throws -> (changes: [(entry: HealthChangeEntry, place: Place)], total: Int) {
        guard let known = try session.rows("SELECT name FROM fleet.servers WHERE id = \(server) AND deleted_at IS NULL").first else {
            throw AppError.notFound("The server")
        }
        let name = try known.decode(0, as: String.self)
        let after: SQL = place.map { "AND (h.changed_at, h.id) < (\($0.changedAt), \($0.id))" } ?? ""
        let changes = try session.rows(
            """
            SELECT h.server_id, \(name)::text, h.from_health, h.to_health, h.status, h.reasons, h.changed_at, h.id
            FROM monitoring.health_changes h
            WHERE h.server_id = \(server) \(after)
            ORDER BY h.changed_at DESC, h.id DESC
            LIMIT \(limit)
            """
        ).map { row in
            let entry = try HealthChangeEntry(row)
            return (entry: entry, place: Place(changedAt: entry.at, id: try row.decode(7)))
        }
        if place == nil, changes.count < limit { return (changes, changes.count) }
        let total = try session.rows("SELECT count(*) FROM monitoring.health_changes h WHERE h.server_id = \(server)")[0]
        return (changes, try total.decode(0))
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
