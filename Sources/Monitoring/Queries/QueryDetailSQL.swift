package import Engines
package import Fleet
package import Foundation
package import Platform
import Postgres

/// The texts and plans that rows of collectors name.
package enum QueryDetailSQL {
    /// A kept plan.
    package struct StoredPlan: Sendable {
        package let body: String
        package let seenAt: Date
    }

    /// Stores what came with these runs. What is there already was seen again.
    package static func store(_ runs: [CollectorRun], on session: TenantSession) throws {
        struct Key: Hashable {
            let server: Server.ID
            let reference: QueryReference
        }
        var newest: [Key: (body: String, seenAt: Date)] = [:]
        for run in runs {
            for detail in run.details { newest[Key(server: run.server, reference: detail.reference)] = (detail.body, run.attemptedAt) }
        }
        guard !newest.isEmpty else { return }
        // In one order, so that two writers do not wait for each other in a circle.
        let items = newest.sorted { ($0.key.server, $0.key.reference) < ($1.key.server, $1.key.reference) }
        try session.execute(
            """
            INSERT INTO monitoring.query_details AS t (server_id, kind, reference, body, seen_at)
            SELECT r.server_id, r.kind, r.reference, r.body, r.seen_at
            FROM unnest(
                \(items.map(\.key.server)), \(items.map(\.key.reference.kind.rawValue)), \(items.map(\.key.reference.name)),
                \(items.map(\.value.body)), \(items.map(\.value.seenAt))
            ) AS r (server_id, kind, reference, body, seen_at)
            ON CONFLICT (server_id, kind, reference) DO UPDATE
            SET seen_at = greatest(t.seen_at, excluded.seen_at),
                body = excluded.body
            """)
    }

    /// What these cells of a server's rows stand for: the texts, and which plans are kept.
    package static func find(
        _ references: Set<QueryReference>, of server: Server.ID, on session: TenantSession
    ) throws -> (texts: [String: String], plans: Set<String>) {
        guard !references.isEmpty else { return ([:], []) }
        let wanted = references.sorted()
        let rows = try session.rows(
            """
            SELECT d.kind, d.reference, CASE WHEN d.kind = 'statement' THEN d.body END
            FROM unnest(\(wanted.map(\.kind.rawValue)), \(wanted.map(\.name))) AS r (kind, reference)
            JOIN monitoring.query_details d ON d.server_id = \(server) AND d.kind = r.kind AND d.reference = r.reference
            """)
        var (texts, plans) = ([String: String](), Set<String>())
        for row in rows {
            let name = try row.decode(1, as: String.self)
            if let text = try row.decode(2, as: String?.self) { texts[name] = text } else { plans.insert(name) }
        }
        return (texts, plans)
    }

    /// A plan as the server showed it; nil when none is kept.
    package static func plan(_ name: String, of server: Server.ID, on session: TenantSession) throws -> StoredPlan? {
        try session.rows(
            """
            SELECT d.body, d.seen_at
            FROM monitoring.query_details d
            JOIN fleet.servers s ON s.id = d.server_id AND s.deleted_at IS NULL
            WHERE d.server_id = \(server) AND d.kind = 'plan' AND d.reference = \(name)
            """
        ).first.map { StoredPlan(body: try $0.decode(0), seenAt: try $0.decode(1)) }
    }

    /// Deletes at most `HealthChangeSQL.deleteCountMax` texts and plans that were not seen since `before`. Returns how many.
    package static func deleteOld(before: Date, on session: TenantSession) throws -> Int {
        try session.execute(
            """
            DELETE FROM monitoring.query_details
            WHERE ctid = ANY (ARRAY(
                SELECT ctid
                FROM monitoring.query_details
                WHERE seen_at < \(before)
                ORDER BY seen_at
                LIMIT \(HealthChangeSQL.deleteCountMax)
            ))
            """)
    }
}
