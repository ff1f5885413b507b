package import Platform
import Postgres
import Primitives

/// By what a list of servers is sorted.
package enum ServerSort: String, CaseIterable, Sendable {
    case name, host, status, health, version, createdAt, cpu, memory

    /// The expression to sort by, never NULL. What a server does not have comes last, whichever way.
    func key(_ order: QueryReader.Order) -> SQL {
        let last = order == .ascending ? "'Infinity'::float8" : "'-Infinity'::float8"
        return switch self {
        case .name: "lower(o.name)"
        case .host: "lower(o.hostname)"
        case .status: "CASE o.status WHEN 'offline' THEN 0 WHEN 'degraded' THEN 1 WHEN 'unknown' THEN 2 ELSE 3 END::float8"
        case .health:
            "CASE o.health WHEN 'critical' THEN 0 WHEN 'offline' THEN 1 WHEN 'warning' THEN 2 WHEN 'unknown' THEN 3 ELSE 4 END::float8"
        case .version:
            order == .ascending
                ? "coalesce(lower(o.version) || ' ' || o.product_version, lower(o.version), U&'\\FFFD')"
                : "coalesce(lower(o.version) || ' ' || o.product_version, lower(o.version), '')"
        case .createdAt: "extract(epoch FROM o.created_at)::float8"
        case .cpu: "coalesce(o.cpu_percent, \(unsafeRaw: last))"
        case .memory: "coalesce(o.memory_percent, \(unsafeRaw: last))"
        }
    }

    var isText: Bool {
        switch self {
        case .name, .host, .version: true
        default: false
        }
    }
}

extension ServerOverview {
    /// The cursor's name for a list in this order.
    package static func sortName(_ sort: ServerSort, _ order: QueryReader.Order) -> String { "\(sort.rawValue):\(order.rawValue)" }

    /// In the order of `Column`.
    private static let columns: SQL = """
        p.id, p.name, p.engine, p.hostname, p.port, p.instance_name, p.database_name, p.auth_type, coalesce(c.username, p.username),
            p.has_password OR c.password_encrypted IS NOT NULL, p.encrypt, p.trust_server_certificate,
            p.status, p.health, p.reasons, p.version, p.product_version, p.edition, g.groups, l.labels,
            p.collection_enabled, p.interval_seconds, p.collected_at, p.attempted_at, p.last_error_code, p.last_error_message,
                p.last_error_at,
            p.cpu_percent, p.memory_percent, p.connection_count, p.batch_requests_sec, p.created_at, p.updated_at, p.revision,
                p.sort_key, p.total, c.id, c.name, twin.id, twin.name, neighbor.id, neighbor.name,
                p.deleted_at, coalesce(ds.state, 'none') AS deployment,
            json_build_object(
                'cpuPercent', json_build_object(
                    'warning', coalesce(own.cpu_warning, g.cpu_warning, (tenant.limits->'cpuPercent'->>'warning')::float8),
                    'critical', coalesce(own.cpu_critical, g.cpu_critical, (tenant.limits->'cpuPercent'->>'critical')::float8)),
                'memoryPercent', json_build_object(
                    'warning', coalesce(own.memory_warning, g.memory_warning, (tenant.limits->'memoryPercent'->>'warning')::float8),
                    'critical', coalesce(own.memory_critical, g.memory_critical, (tenant.limits->'memoryPercent'->>'critical')::float8))
            )::text
        """

    private static let interval: SQL = """
        coalesce(o.collection_interval_seconds, (SELECT (value->>'intervalSeconds')::int FROM platform.settings
            WHERE key = 'collection'), 60)
        """

    /// One page of servers in one statement: the page is found first, by index where it is sorted by name; groups and labels are fetched
    /// for it alone.
    package static func list(
        _ filter: ServerFilter, sort: ServerSort, order: QueryReader.Order, after cursor: Cursor?, limit: Int, on session: TenantSession
    ) throws -> Page<ServerOverview> {
        let statement = try listStatement(filter, sort: sort, order: order, after: cursor, limit: limit)
        let rows = try session.rows(statement)
        var total = 0
        if let first = rows.first {
            total = try first.decode(Column.total.rawValue)
        } else if cursor != nil {
            total = try session.rows("SELECT count(*) FROM fleet.server_overview o WHERE \(filter.conditions)")[0].decode(0)
        }
        let items = try rows.prefix(limit).map(ServerOverview.init)
        guard rows.count > limit, let last = items.last else { return Page(items: items, nextCursor: nil, total: total) }
        let key: JSONValue =
            sort.isText
            ? .string(try last.row.decode(Column.sortKey.rawValue))
            : .string(try last.row.decode(Column.sortKey.rawValue, as: Double.self).description)
        return Page(
            items: items, nextCursor: Cursor(sort: sortName(sort, order), values: [key, .string(last.id.description)]), total: total)
    }

    /// The statement of `list`; apart, so that its plan can be tested.
    static func listStatement(
        _ filter: ServerFilter, sort: ServerSort, order: QueryReader.Order, after cursor: Cursor?, limit: Int
    ) throws -> SQL {
        let key = sort.key(order)
        var conditions = filter.conditions
        if let cursor {
            guard let text = cursor.values.first?.string, let id = cursor.values.last?.string.flatMap({ Server.ID(text: $0) }) else {
                throw AppError.validation(field: "cursor", reason: "is not a cursor of this list")
            }
            let comparison: SQL = order == .ascending ? ">" : "<"
            if sort.isText {
                conditions = conditions + " AND (\(key), o.id) \(comparison) (\(text), \(id))"
            } else {
                guard let number = Double(text) else { throw AppError.validation(field: "cursor", reason: "is not a cursor of this list") }
                conditions = conditions + " AND (\(key), o.id) \(comparison) (\(number), \(id))"
            }
        }
        let direction: SQL = order == .ascending ? "ASC" : "DESC"
        // Counting all servers needs no more than their table; only filters need the view.
        let total: SQL =
            filter.isEmpty
            ? "(SELECT count(*) FROM fleet.servers WHERE deleted_at IS NULL)"
            : "(SELECT count(*) FROM fleet.server_overview o WHERE \(filter.conditions))"
        return """
            SELECT \(columns)
            FROM (
                SELECT o.*, \(interval) AS interval_seconds, \(key) AS sort_key, \(total) AS total
                FROM fleet.server_overview o
                WHERE \(conditions)
                ORDER BY \(key) \(direction), o.id \(direction)
                LIMIT \(limit + 1)
            ) p
            \(memberships(filter.dynamicGroups))
            ORDER BY p.sort_key \(direction), p.id \(direction)
            """
    }

    /// What is fetched for the servers of a page alone: profile, twin, groups, labels and limits (the rule is `OwnThresholds`').
    private static func memberships(_ dynamicGroups: [DynamicGroup]) -> SQL {
        """
        JOIN fleet.servers s ON s.id = p.id
        CROSS JOIN (SELECT (SELECT value FROM platform.settings WHERE key = 'thresholds') AS limits) tenant
        LEFT JOIN fleet.server_thresholds own ON own.server_id = p.id
        LEFT JOIN fleet.deployment_states ds ON ds.server_id = p.id
        LEFT JOIN fleet.credentials c ON c.id = s.credential_id
        LEFT JOIN LATERAL (
            SELECT d.id, d.name
            FROM fleet.servers d
            WHERE s.started_at IS NOT NULL AND d.deleted_at IS NULL AND (d.created_at, d.id) < (s.created_at, s.id)
              AND \(Server.isSameInstance)
            ORDER BY d.created_at, d.id
            LIMIT 1
        ) twin ON s.deleted_at IS NULL
        LEFT JOIN LATERAL (
            SELECT d.id, d.name
            FROM fleet.servers d
            WHERE d.deleted_at IS NULL AND d.id <> s.id AND (\(Server.addressKey("d"))) = (\(Server.addressKey("s")))
            ORDER BY d.created_at, d.id
            LIMIT 1
        ) neighbor ON s.deleted_at IS NULL
        CROSS JOIN LATERAL (
            SELECT json_agg(json_build_object('id', g.id, 'name', g.name, 'color', g.color, 'textColor', g.text_color,
                'dynamic', g.filter IS NOT NULL) ORDER BY lower(g.name))::text AS groups,
                min(gt.cpu_warning) AS cpu_warning, min(gt.cpu_critical) AS cpu_critical,
                min(gt.memory_warning) AS memory_warning, min(gt.memory_critical) AS memory_critical
            FROM (\(DynamicGroup.memberships(dynamicGroups, reach: .page))) m
            JOIN fleet.server_groups g ON g.id = m.group_id
            LEFT JOIN fleet.group_thresholds gt ON gt.group_id = m.group_id
            WHERE m.server_id = p.id
        ) g
        CROSS JOIN LATERAL (
            SELECT json_agg(json_build_object('id', l.id, 'name', l.name, 'color', l.color, 'textColor', l.text_color)
                ORDER BY lower(l.name))::text AS labels
            FROM fleet.server_labels m
            JOIN fleet.labels l ON l.id = m.label_id
            WHERE m.server_id = p.id
        ) l
        """
    }

    /// One server. Throws `.notFound`.
    package static func find(_ id: Server.ID, on session: TenantSession) throws -> ServerOverview {
        let dynamicGroups = try DynamicGroup.all(on: session)
        let rows = try session.rows(
            """
            SELECT \(columns)
            FROM (
                SELECT o.*, \(interval) AS interval_seconds, NULL AS sort_key, NULL AS total
                FROM fleet.server_overview o
                WHERE o.id = \(id) AND o.deleted_at IS NULL
            ) p
            \(memberships(dynamicGroups))
            """)
        guard let row = rows.first else { throw AppError.notFound("The server") }
        return try ServerOverview(row)
    }
}
