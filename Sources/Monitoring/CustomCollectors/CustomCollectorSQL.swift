import Engines
package import Fleet
import Foundation
package import Platform
import Postgres
import Primitives

extension CustomCollector {
    private static let columns: SQL = """
        c.id, c.name, c.title, c.purpose, c.engine, c.statement, c.database_name, c.all_servers, c.cadence, c.timeout_seconds,
            c.row_count_max, c.keep, c.columns, c.enabled, c.revision, c.shape, c.shaped_at, c.created_at, c.updated_at,
            ARRAY(SELECT g.group_id FROM monitoring.custom_collector_groups g WHERE g.collector_id = c.id ORDER BY g.group_id) AS group_ids
        """

    /// All of the tenant, by name.
    package static func all(on session: TenantSession) throws -> [CustomCollector] {
        try session.rows("SELECT \(columns) FROM monitoring.custom_collectors c ORDER BY c.name").map(CustomCollector.init)
    }

    /// The collector. Throws `.notFound`.
    package static func find(_ id: ID, on session: TenantSession) throws -> CustomCollector {
        guard let row = try session.rows("SELECT \(columns) FROM monitoring.custom_collectors c WHERE c.id = \(id)").first else {
            throw AppError.notFound("The collector")
        }
        return try CustomCollector(row)
    }

    /// The collector, locked until the transaction ends: what is read by it is stored before or after. Throws `.notFound`.
    static func lock(_ id: ID, on session: TenantSession) throws -> CustomCollector {
        guard let row = try session.rows("SELECT \(columns) FROM monitoring.custom_collectors c WHERE c.id = \(id) FOR UPDATE OF c").first
        else { throw AppError.notFound("The collector") }
        return try CustomCollector(row)
    }

    /// The number of the next change; until the transaction ends nobody else changes a collector of this tenant.
    static func nextVersion(on session: TenantSession) throws -> Int32 {
        try session.rows("UPDATE monitoring.custom_collector_version SET value = value + 1 RETURNING value")[0].decode(0)
    }

    /// Until the transaction ends nobody changes a collector of this tenant.
    static func lockAll(on session: TenantSession) throws {
        try session.execute("SELECT FROM monitoring.custom_collector_version FOR SHARE")
    }

    static func count(on session: TenantSession) throws -> Int {
        try session.rows("SELECT count(*) FROM monitoring.custom_collectors")[0].decode(0)
    }

    /// Adds it. Throws `.conflict` when the name is taken.
    package func insert(on session: TenantSession) throws {
        do {
            _ = try session.savepoint {
                try session.execute(
                    """
                    INSERT INTO monitoring.custom_collectors (id, name, title, purpose, engine, statement, database_name, all_servers,
                        cadence, timeout_seconds, row_count_max, keep, columns, enabled, revision, shape, shaped_at, created_at, updated_at)
                    VALUES (\(id), \(name), \(title), \(purpose), \(engine), \(statement), \(database), \(groups == nil), \(cadence),
                        \(timeoutSeconds), \(rowCountMax), \(keep), \(JSONValue.array(self.columns.map(\.json))), \(enabled), \(revision),
                        \(shape), \(shapedAt), \(createdAt), \(updatedAt))
                    """)
            }
        } catch let error as PostgresError where error.isUniqueViolation {
            throw AppError(.conflict, "A collector named \(name) exists already", details: [.init(field: "name", reason: "is taken")])
        }
        try saveGroups(on: session)
    }

    /// Writes everything but name and engine.
    func save(on session: TenantSession) throws {
        try session.execute(
            """
            UPDATE monitoring.custom_collectors
            SET title = \(title), purpose = \(purpose), statement = \(statement), database_name = \(database),
                all_servers = \(groups == nil), cadence = \(cadence), timeout_seconds = \(timeoutSeconds), row_count_max = \(rowCountMax),
                keep = \(keep), columns = \(JSONValue.array(self.columns.map(\.json))), enabled = \(enabled), revision = \(revision),
                shape = \(shape), shaped_at = \(shapedAt), updated_at = \(updatedAt)
            WHERE id = \(id)
            """)
        try session.execute("DELETE FROM monitoring.custom_collector_groups WHERE collector_id = \(id)")
        try saveGroups(on: session)
    }

    private func saveGroups(on session: TenantSession) throws {
        guard let groups, !groups.isEmpty else { return }
        try session.execute(
            """
            INSERT INTO monitoring.custom_collector_groups (collector_id, group_id)
            SELECT \(id), g.id
            FROM fleet.server_groups g
            WHERE g.id = ANY (\(groups))
            """)
    }

    /// Those of `groups` that there are.
    static func known(_ groups: [ServerGroup.ID], on session: TenantSession) throws -> Set<ServerGroup.ID> {
        Set(try session.rows("SELECT g.id FROM fleet.server_groups g WHERE g.id = ANY (\(groups))").map { try $0.decode(0) })
    }

    /// Forgets its newest rows, which other columns brought. Series stay as long as samples are kept.
    func forgetRows(on session: TenantSession) throws {
        try session.execute("DELETE FROM monitoring.collector_runs WHERE collector = \(name)")
    }

    /// Removes it with its newest rows. Series, changes and earlier rows go as they grow old.
    func delete(on session: TenantSession) throws {
        try session.execute("DELETE FROM monitoring.custom_collectors WHERE id = \(id)")
        try forgetRows(on: session)
        try session.execute(
            """
            UPDATE monitoring.collection_config
            SET collectors_disabled = array_remove(collectors_disabled, \(name))
            WHERE \(name) = ANY (collectors_disabled)
            """)
    }

    private init(_ row: PostgresRow) throws {
        let groups = try row.decode("group_ids", as: [ServerGroup.ID].self)
        let stored = try row.decode("columns", as: JSONValue.self)
        let name: String = try row.decode("name")
        self.init(
            id: try row.decode("id"), name: name, title: try row.decode("title"), purpose: try row.decode("purpose"),
            engine: try row.decodeWord("engine"), statement: try row.decode("statement"), database: try row.decode("database_name"),
            groups: try row.decode("all_servers", as: Bool.self) ? nil : groups, cadence: try row.decodeWord("cadence"),
            timeoutSeconds: try row.decode("timeout_seconds"), rowCountMax: try row.decode("row_count_max"),
            keep: try row.decodeWord("keep"), columns: CustomColumns.read(stored, collector: name).columns,
            enabled: try row.decode("enabled"), revision: try row.decode("revision"), shape: try row.decode("shape"),
            shapedAt: try row.decode("shaped_at"), createdAt: try row.decode("created_at"), updatedAt: try row.decode("updated_at"))
    }
}

// MARK: - Metrics

extension CustomCollector {
    /// Metrics of one tenant's collectors that may ever have been: their numbers are small ones.
    static let metricCountMax = 20_000

    /// Takes the metrics of its columns, for good. Throws `.validationError` where one has another meaning already.
    func claimMetrics(on session: TenantSession) throws {
        let series = columns.filter(\.isSeries)
        guard !series.isEmpty else { return }
        let labels = definition.labelNames
        let rows = try session.rows(
            """
            SELECT t.name, t.unit, t.kind, t.labels
            FROM monitoring.metric_types t
            WHERE t.name = ANY (\(series.compactMap(\.metric)))
            """)
        var faults: [AppError.Detail] = []
        for row in rows {
            let name: String = try row.decode(0)
            guard let place = columns.firstIndex(where: { $0.metric == name }) else { continue }
            let (unit, kind): (String, String) = (try row.decode(1), try row.decode(2))
            let taken = try row.decode(3, as: [String]?.self)
            let isSame = unit == columns[place].unit && kind == columns[place].kind.rawValue && taken == labels
            guard !isSame else { continue }
            let meaning =
                taken.map { "a \(kind) in \(unit) by \($0.isEmpty ? "no label" : $0.joined(separator: ", "))" } ?? "a metric of the product"
            faults.append(.init(field: "columns[\(place)].metric", reason: "\(name) is already \(meaning); give this one another name"))
        }
        if let first = faults.first { throw AppError(.validationError, "\(first.field): \(first.reason)", details: faults) }
        let count: Int = try session.rows("SELECT count(*) FROM monitoring.metric_types")[0].decode(0)
        guard count + series.count <= Self.metricCountMax else {
            throw AppError.validation(
                field: "columns", reason: "would make more than \(Self.metricCountMax) metrics; use those that there are")
        }
        try session.execute(
            """
            INSERT INTO monitoring.metric_types (name, unit, description, kind, labels)
            SELECT r.name, r.unit, r.description, r.kind, \(labels)
            FROM unnest(
                \(series.compactMap(\.metric)), \(series.map { $0.unit ?? "count" }), \(series.map(\.description)),
                \(series.map(\.kind.rawValue))
            ) AS r (name, unit, description, kind)
            ON CONFLICT (name) DO NOTHING
            """)
    }
}

// MARK: - For whoever collects and stores

/// A collector and where it runs.
struct ScopedCollector: Sendable {
    var collector: CustomCollector
    var definition: CollectorDefinition
    /// Nil: on all servers of its engine.
    var servers: Set<Server.ID>?
}

extension ScopedCollector {
    /// Those that are switched on, with the servers of their groups. Throws `PostgresError`.
    static func all(on session: TenantSession) throws -> [ScopedCollector] {
        let collectors = try CustomCollector.all(on: session).filter(\.enabled)
        var servers: [CustomCollector.ID: Set<Server.ID>] = [:]
        if collectors.contains(where: { $0.groups != nil }) {
            let dynamic = try DynamicGroup.withCollectors(on: session)
            for row in try session.rows(
                """
                SELECT g.collector_id, m.server_id
                FROM monitoring.custom_collector_groups g
                JOIN (\(DynamicGroup.memberships(dynamic, reach: .fleet))) m (server_id, group_id) ON m.group_id = g.group_id
                """)
            { servers[try row.decode(0), default: []].insert(try row.decode(1)) }
        }
        return collectors.map { collector in
            ScopedCollector(
                collector: collector, definition: collector.definition,
                servers: collector.groups == nil ? nil : servers[collector.id] ?? [])
        }
    }
}

extension CustomCollector {
    /// The shapes that what `names` brought must have to be stored, locked against a change until the transaction ends; those that are gone
    /// or switched off are missing.
    static func shapes(of names: Set<String>, on session: TenantSession) throws -> [String: Int32] {
        guard !names.isEmpty else { return [:] }
        let rows = try session.rows(
            """
            SELECT c.name, c.shape
            FROM monitoring.custom_collectors c
            WHERE c.name = ANY (\(names.sorted())) AND c.enabled
            ORDER BY c.name
            FOR SHARE
            """)
        return Dictionary(try rows.map { (try $0.decode(0), try $0.decode(1)) }, uniquingKeysWith: { first, _ in first })
    }

    /// The collectors of a server: those of its engine that are switched on, for all servers or for a group of its.
    static func definitions(of server: Server.ID, _ engine: EngineKind, on session: TenantSession) throws -> [CollectorDefinition] {
        let all = try all(on: session).filter { $0.engine == engine && $0.enabled }
        guard all.contains(where: { $0.groups != nil }) else { return all.map(\.definition) }
        let dynamic = try DynamicGroup.withCollectors(on: session)
        let groups = Set(
            try session.rows(
                "SELECT m.group_id FROM (\(DynamicGroup.memberships(dynamic, reach: .page))) m (server_id, group_id) WHERE m.server_id = \(server)"
            ).map { try $0.decode(0, as: ServerGroup.ID.self) })
        return all.filter { $0.groups.map { !groups.isDisjoint(with: $0) } ?? true }.map(\.definition)
    }

    /// The product's collector of that name, else the tenant's; nil when there is none.
    static func named(_ name: String, _ engine: EngineKind, on session: TenantSession) throws -> (
        definition: CollectorDefinition, shapedAt: Date
    )? {
        if let own = CollectorCatalogue.named(name, of: engine) { return (own, .distantPast) }
        let found = try session.rows(
            "SELECT \(columns) FROM monitoring.custom_collectors c WHERE c.name = \(name) AND c.engine = \(engine)")
        return try found.first.map(CustomCollector.init).map { ($0.definition, $0.shapedAt) }
    }

    /// The tenant's collectors of an engine that have the metric.
    static func having(_ metric: String, _ engine: EngineKind, on session: TenantSession) throws -> [CollectorDefinition] {
        guard !CustomColumns.takenMetrics.contains(metric) else { return [] }
        return try all(on: session).filter { $0.engine == engine && $0.columns.contains { $0.metric == metric } }.map(\.definition)
    }
}

// MARK: - How they fare

/// How a collector fares on all its servers together.
package struct CustomCollectorRuns: Sendable, Equatable {
    /// Servers by the state of the last run.
    package var counts: [CollectorState: Int] = [:]
    /// A server on which it failed last, and why.
    package var problem: (server: Server.ID, name: String, message: String)?

    package static func == (left: CustomCollectorRuns, right: CustomCollectorRuns) -> Bool {
        left.counts == right.counts && left.problem?.server == right.problem?.server
    }

    /// Of the collectors called `names`. Throws `PostgresError`.
    package static func of(_ names: [String], on session: TenantSession) throws -> [String: CustomCollectorRuns] {
        guard !names.isEmpty else { return [:] }
        let rows = try session.rows(
            """
            SELECT t.collector, t.state, count(*) AS servers, (array_agg(s.id ORDER BY t.attempted_at DESC))[1] AS server_id,
                (array_agg(s.name ORDER BY t.attempted_at DESC))[1] AS server_name,
                (array_agg(coalesce(t.message, '') ORDER BY t.attempted_at DESC))[1] AS message
            FROM monitoring.collector_runs t
            JOIN fleet.servers s ON s.id = t.server_id AND s.deleted_at IS NULL
            WHERE t.collector = ANY (\(names))
            GROUP BY t.collector, t.state
            """)
        var found: [String: CustomCollectorRuns] = [:]
        for row in rows {
            let (name, state): (String, CollectorState) = (try row.decode("collector"), try row.decodeWord("state"))
            found[name, default: CustomCollectorRuns()].counts[state] = try row.decode("servers")
            if !state.isGood, found[name]?.problem == nil || state == .failed {
                found[name]?.problem = (try row.decode("server_id"), try row.decode("server_name"), try row.decode("message"))
            }
        }
        return found
    }
}
