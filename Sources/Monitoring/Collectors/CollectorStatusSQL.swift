package import Engines
package import Fleet
package import Foundation
package import Platform
import Postgres
package import Primitives

/// How a server's collectors fare, as stored.
package enum CollectorStatusSQL {
    /// What a server is, as far as its collectors are concerned. Throws `.notFound`.
    struct Host {
        var engine: EngineKind
        var intervalSeconds: Int
        var isCollected: Bool
        var collectorsDisabled: [String]
    }

    static func host(_ server: Server.ID, on session: TenantSession) throws -> Host {
        let rows = try session.rows("SELECT engine FROM fleet.servers WHERE id = \(server) AND deleted_at IS NULL")
        guard let row = rows.first else { throw AppError.notFound("The server") }
        let settings = try CollectionSettings.find(server, on: session)
        return Host(
            engine: try row.decodeWord("engine"), intervalSeconds: settings.intervalSeconds, isCollected: settings.enabled,
            collectorsDisabled: settings.collectorsDisabled)
    }

    /// The collectors that have run on the server and are for it. Throws `PostgresError`.
    static func present(_ server: Server.ID, on session: TenantSession) throws -> Set<String> {
        let rows = try session.rows(
            "SELECT t.collector FROM monitoring.collector_runs t WHERE t.server_id = \(server) AND t.state <> 'not_available'")
        return try rows.reduce(into: []) { $0.insert(try $1.decode(0)) }
    }

    /// All collectors of the server's engine, those that never ran as pending. Throws `.notFound`.
    package static func all(of server: Server.ID, on session: TenantSession) throws -> [CollectorStatus] {
        let host = try host(server, on: session)
        let rows = try session.rows(
            """
            SELECT t.collector, t.state, t.message, t.attempted_at, t.collected_at, t.duration_ms, t.row_count, t.failures_in_a_row
            FROM monitoring.collector_runs t
            WHERE t.server_id = \(server)
            """)
        var stored: [String: PostgresRow] = [:]
        for row in rows { stored[try row.decode(0)] = row }
        let own = try CustomCollector.definitions(of: server, host.engine, on: session)
        return try (CollectorCatalogue.of(host.engine) + own).map { try status($0, host, stored[$0.name]) }
    }

    /// One collector with its newest rows. Throws `.notFound`.
    package static func one(
        _ name: String, of server: Server.ID, on session: TenantSession
    ) throws -> (status: CollectorStatus, rows: [[JSONValue]]) {
        let host = try host(server, on: session)
        guard let found = try CustomCollector.named(name, host.engine, on: session) else { throw AppError.notFound("The collector") }
        return try newest(found.definition, of: server, on: session)
    }

    /// The collector `definition` with its newest rows. Throws `.notFound`.
    static func newest(
        _ definition: CollectorDefinition, of server: Server.ID, on session: TenantSession
    ) throws -> (status: CollectorStatus, rows: [[JSONValue]]) {
        let host = try host(server, on: session)
        let row = try session.rows(
            """
            SELECT t.collector, t.state, t.message, t.attempted_at, t.collected_at, t.duration_ms, t.row_count, t.failures_in_a_row,
                coalesce(l.instances, '{}') AS instances, coalesce(t.gauges, '{}') AS gauges, coalesce(t.rates, '{}') AS rates, t.rows
            FROM monitoring.collector_runs t
            LEFT JOIN monitoring.layouts l ON l.id = t.layout_id
            WHERE t.server_id = \(server) AND t.collector = \(definition.name)
            """
        ).first
        let status = try status(definition, host, row)
        guard let row, status.collectedAt != nil else { return (status, []) }
        let found = CollectorRows(
            instances: try row.decode("instances"), gauges: try row.decode("gauges", as: [Double?].self),
            rates: try row.decode("rates", as: [Double?].self),
            cells: try row.decode("rows", as: JSONValue?.self)?.array?.map { $0.array ?? [] }, rowCount: status.rowCount ?? 0)
        return (status, found.rows(of: definition))
    }

    private static func status(_ definition: CollectorDefinition, _ host: Host, _ row: PostgresRow?) throws -> CollectorStatus {
        var status = CollectorStatus(
            definition: definition, intervalSeconds: definition.cadence.seconds(intervalSeconds: host.intervalSeconds),
            isEnabled: host.isCollected && !host.collectorsDisabled.contains(definition.name))
        guard let row else { return status }
        status.state = try row.decodeWord("state")
        status.message = try row.decode("message")
        status.attemptedAt = try row.decode("attempted_at")
        status.collectedAt = try row.decode("collected_at")
        status.durationMs = try row.decode("duration_ms")
        status.rowCount = try row.decode("row_count")
        status.failuresInARow = try row.decode("failures_in_a_row")
        return status
    }

    /// The rows of a collector's earlier runs, newest first. Throws `.notFound`.
    package static func history(
        _ name: String, of server: Server.ID, before: Date, limit: Int, on session: TenantSession
    ) throws -> (definition: CollectorDefinition, runs: [(collectedAt: Date, rows: [[JSONValue]])]) {
        let host = try host(server, on: session)
        guard let (definition, shapedAt) = try CustomCollector.named(name, host.engine, on: session), definition.keep.hasHistory else {
            throw AppError.notFound("The history of the collector")
        }
        let rows = try session.rows(
            """
            SELECT h.collected_at, h.rows
            FROM monitoring.table_history h
            WHERE h.server_id = \(server) AND h.collector = \(name) AND h.collected_at < \(before)
              AND h.collected_at >= \(shapedAt)
            ORDER BY h.collected_at DESC
            LIMIT \(limit)
            """)
        return (
            definition,
            try rows.map { row in
                let cells = try row.decode(1, as: JSONValue.self)
                return (try row.decode(0), cells.array?.map { $0.array ?? [] } ?? [])
            }
        )
    }

    /// When runs of a collector were kept, newest first: from `from` until `to`. Throws `.notFound`.
    package static func moments(
        _ name: String, of server: Server.ID, from: Date, to: Date, limit: Int, on session: TenantSession
    ) throws -> [KeptMoment] {
        let host = try host(server, on: session)
        guard let (definition, shapedAt) = try CustomCollector.named(name, host.engine, on: session), definition.keep.hasHistory else {
            throw AppError.notFound("The history of the collector")
        }
        return try session.rows(
            """
            SELECT h.collected_at, jsonb_array_length(h.rows)
            FROM monitoring.table_history h
            WHERE h.server_id = \(server) AND h.collector = \(name) AND h.collected_at >= \(max(from, shapedAt)) AND h.collected_at <= \(to)
            ORDER BY h.collected_at DESC
            LIMIT \(limit)
            """
        ).map { KeptMoment(collectedAt: try $0.decode(0), rowCount: try $0.decode(1)) }
    }
}

/// A run whose rows are kept.
package struct KeptMoment: Sendable, Encodable {
    package let collectedAt: Date
    package let rowCount: Int
}
