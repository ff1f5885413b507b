import Engines
package import Fleet
package import Foundation
package import Platform
import Postgres
import Primitives

/// Reads what the other replicas of a server's availability groups hold of backups, where DbTools watches them.
package enum ReplicaBackupSQL {
    /// Other servers at most that are asked who is in a group: one of them is its primary.
    private static let primaryCountMax = 50

    /// By database and replica; nothing for a server that is in no group. Throws `.notFound`.
    package static func read(of server: Server.ID, now: Date, on session: TenantSession) throws -> [ReplicaBackup] {
        guard let places = CollectorCatalogue.named("availability_databases", of: .sqlserver),
            let backups = CollectorCatalogue.named("backups", of: .sqlserver)
        else { return [] }
        guard try CollectorStatusSQL.host(server, on: session).engine == .sqlserver else { return [] }
        var list = try replicas(places, of: server, on: session)
        guard !list.local.isEmpty else { return [] }
        if !list.lonely.isEmpty {
            for primary in try naming(list.lonely, places, but: server, on: session) {
                list.add(try replicas(places, of: primary, on: session))
            }
        }
        var found: [ReplicaBackup] = []
        for (replica, held) in Dictionary(grouping: list.others, by: \.replica) {
            let watched = try self.watched(replica, holding: Set(held), places, on: session)
            let reading = try watched.map { try CollectorStatusSQL.newest(backups, of: $0.id, on: session) }
            for place in held {
                var backup = ReplicaBackup(
                    databaseName: place.database, replicaName: replica, serverID: watched?.id, name: watched?.name)
                if let (status, rows) = reading, status.isEnabled, !status.isStale(now: now) {
                    backup.collectedAt = status.collectedAt
                    backup.newest = newest(of: place.database, rows, backups) ?? .init()
                }
                found.append(backup)
            }
        }
        return found.sorted { ($0.databaseName, $0.replicaName) < ($1.databaseName, $1.replicaName) }
    }

    private static func replicas(
        _ definition: CollectorDefinition, of server: Server.ID, on session: TenantSession
    ) throws -> ReplicaList {
        let rows = try CollectorStatusSQL.newest(definition, of: server, on: session).rows
        return ReplicaList(rows, isLocalAt: definition.columnNames.firstIndex(of: "is_local") ?? 0)
    }

    /// Servers of whose rows one names a place of `local`.
    private static func naming(
        _ local: Set<ReplicaList.Place>, _ definition: CollectorDefinition, but server: Server.ID, on session: TenantSession
    ) throws -> [Server.ID] {
        let instances = local.map { CollectorDefinition.instance([$0.group, $0.replica, $0.database]) }
        return try session.rows(
            """
            SELECT s.id
            FROM fleet.servers s
            JOIN monitoring.collector_runs t ON t.server_id = s.id AND t.collector = \(definition.name) AND t.row_count > 0
            JOIN monitoring.layouts l ON l.id = t.layout_id
            WHERE s.engine = 'sqlserver' AND s.deleted_at IS NULL AND s.id <> \(server) AND l.instances && \(instances)
            ORDER BY s.id
            LIMIT \(primaryCountMax)
            """
        ).map { try $0.decode(0) }
    }

    /// The server that calls itself `replica` and says that it holds one of `places`; nil where there is none, or more than one.
    private static func watched(
        _ replica: String, holding places: Set<ReplicaList.Place>, _ definition: CollectorDefinition, on session: TenantSession
    ) throws -> (id: Server.ID, name: String)? {
        let named: [(id: Server.ID, name: String)] = try session.rows(
            """
            SELECT s.id, s.name
            FROM fleet.servers s
            WHERE s.engine = 'sqlserver' AND s.deleted_at IS NULL AND lower(s.server_name) = lower(\(replica))
            ORDER BY s.id
            LIMIT \(primaryCountMax)
            """
        ).map { (try $0.decode(0), try $0.decode(1)) }
        let holding = try named.filter { try !replicas(definition, of: $0.id, on: session).local.isDisjoint(with: places) }
        return holding.count == 1 ? holding.first : nil
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
