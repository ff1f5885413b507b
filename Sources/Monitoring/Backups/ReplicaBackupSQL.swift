import Engines
package import Fleet
package import Foundation
package import Platform
import Postgres
import Primitives

/// Reads what the other replicas of a server's availability groups hold of backups, where DbTools watches them.
package enum ReplicaBackupSQL {
    /// Servers at most that are asked who is in a group, or whether they are a replica.
    private static let serverCountMax = 50

    /// By database and replica; nothing for a server that is in no group, or of which no fresh and whole list tells who else is in it.
    /// Throws `.notFound`.
    package static func read(of server: Server.ID, now: Date, on session: TenantSession) throws -> [ReplicaBackup] {
        guard let places = CollectorCatalogue.named("availability_databases", of: .sqlserver),
            let backups = CollectorCatalogue.named("backups", of: .sqlserver)
        else { return [] }
        guard try CollectorStatusSQL.host(server, on: session).engine == .sqlserver else { return [] }
        guard var list = try replicas(places, of: server, now: now, on: session), !list.local.isEmpty else { return [] }
        for primary in try naming(list.lonely, places, but: server, on: session) {
            if let known = try replicas(places, of: primary, now: now, on: session) { list.add(known) }
        }
        var found: [ReplicaBackup] = []
        for (replica, held) in Dictionary(grouping: list.others, by: \.replica) {
            let watched = try self.watched(replica, holding: Set(held), places, now: now, on: session)
            let reading = try watched.compactMap { try fresh(backups, of: $0.id, now: now, on: session) }.max { $0.at < $1.at }
            for place in held {
                var backup = ReplicaBackup(
                    databaseName: place.database, replicaName: replica, serverID: watched.first?.id, name: watched.first?.name)
                // A database without a row came after the reading, or was cut off from it.
                if let reading, let newest = newest(of: place.database, reading.rows, backups) {
                    (backup.collectedAt, backup.newest) = (reading.at, newest)
                }
                found.append(backup)
            }
        }
        return found.sorted { ($0.databaseName, $0.replicaName) < ($1.databaseName, $1.replicaName) }
    }

    /// What a collector brought, where it is switched on and that is not too long ago.
    private static func fresh(
        _ definition: CollectorDefinition, of server: Server.ID, now: Date, on session: TenantSession
    ) throws -> (at: Date, rows: [[JSONValue]], isWhole: Bool)? {
        let (status, rows) = try CollectorStatusSQL.newest(definition, of: server, on: session)
        guard let at = status.collectedAt, status.isEnabled, !status.isStale(now: now) else { return nil }
        return (at, rows, status.state != .cutOff)
    }

    /// Nil where the list is old or cut off: who is not on it may be in the group all the same.
    private static func replicas(
        _ definition: CollectorDefinition, of server: Server.ID, now: Date, on session: TenantSession
    ) throws -> ReplicaList? {
        guard let reading = try fresh(definition, of: server, now: now, on: session), reading.isWhole else { return nil }
        return ReplicaList(reading.rows, isLocalAt: definition.columnNames.firstIndex(of: "is_local") ?? 0)
    }

    /// Servers of whose rows one names a place of `local`. A primary names every database: one of each group is enough.
    private static func naming(
        _ local: Set<ReplicaList.Place>, _ definition: CollectorDefinition, but server: Server.ID, on session: TenantSession
    ) throws -> [Server.ID] {
        let places = Dictionary(grouping: local) { [$0.group, $0.replica] }.values.compactMap { $0.min { $0.database < $1.database } }
        guard !places.isEmpty else { return [] }
        let instances = places.map { CollectorDefinition.instance([$0.group, $0.replica, $0.database]) }
        return try session.rows(
            """
            SELECT s.id
            FROM fleet.servers s
            JOIN monitoring.collector_runs t ON t.server_id = s.id AND t.collector = \(definition.name) AND t.row_count > 0
            JOIN monitoring.layouts l ON l.id = t.layout_id
            WHERE s.engine = 'sqlserver' AND s.deleted_at IS NULL AND s.id <> \(server) AND l.instances && \(instances)
            ORDER BY s.id
            LIMIT \(serverCountMax)
            """
        ).map { try $0.decode(0) }
    }

    /// The server that calls itself `replica` and says that it holds one of `places`, as often as it was registered; empty where there is
    /// none, and where they are several.
    private static func watched(
        _ replica: String, holding places: Set<ReplicaList.Place>, _ definition: CollectorDefinition, now: Date, on session: TenantSession
    ) throws -> [(id: Server.ID, name: String)] {
        let named: [(id: Server.ID, name: String, startedAt: Date?)] = try session.rows(
            """
            SELECT s.id, s.name, s.started_at
            FROM fleet.servers s
            WHERE s.engine = 'sqlserver' AND s.deleted_at IS NULL AND lower(s.server_name) = lower(\(replica))
            ORDER BY s.id
            LIMIT \(serverCountMax)
            """
        ).map { (try $0.decode(0), try $0.decode(1), try $0.decode(2)) }
        let holding = try named.filter { candidate in
            try replicas(definition, of: candidate.id, now: now, on: session).map { !$0.local.isDisjoint(with: places) } ?? false
        }
        // The same rule as `ServerSQL.isSameInstance`: one process by its start, registered by its own name and by a listener's.
        let starts = holding.map(\.startedAt)
        let isOne = starts.allSatisfy { start in
            guard let start, let first = starts[0] else { return false }
            return abs(start.timeIntervalSince(first)) <= 3
        }
        return holding.count == 1 || isOne ? holding.map { ($0.id, $0.name) } : []
    }

    private static func newest(of database: String, _ rows: [[JSONValue]], _ definition: CollectorDefinition) -> ReplicaBackup.Newest? {
        guard let row = rows.first(where: { $0.first?.string == database }) else { return nil }
        func cell(_ name: String) -> JSONValue? {
            definition.columnNames.firstIndex(of: name).flatMap { row.indices.contains($0) ? row[$0] : nil }
        }
        return ReplicaBackup.Newest(
            fullAt: cell("last_full_at")?.string, diffAt: cell("last_diff_at")?.string, logAt: cell("last_log_at")?.string,
            fullAgeSeconds: cell("full_age_seconds")?.double, diffAgeSeconds: cell("diff_age_seconds")?.double,
            logAgeSeconds: cell("log_age_seconds")?.double)
    }
}
