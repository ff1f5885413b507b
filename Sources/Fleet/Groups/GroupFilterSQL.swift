package import Platform
package import Postgres

extension GroupFilter {
    /// What a condition finds in `o`, the row of a server.
    package enum Row: Sendable {
        /// A row of `fleet.servers` or `fleet.server_overview`; labels are read from their tables: for few servers, or one filter.
        case server
        /// The same, and `lb.names`, an array of its labels' names in lower case (or NULL): for many filters over few servers.
        case labelled
        /// A row of `DynamicGroup.servers`, whose texts are in lower case already, and `lb.names`: for many filters over many servers.
        case lowered
    }

    /// The filter as a condition on `o`. It is never NULL, so that `not` means not.
    package func condition(on row: Row = .server) -> SQL { Self.condition(root, row) }

    static func condition(_ node: Node, _ row: Row) -> SQL {
        switch node {
        case .comparison(let comparison): condition(comparison, row)
        case .not(let inner): "NOT (\(condition(inner, row)))"
        case .all(let nodes): joined(nodes.map { condition($0, row) }, by: " AND ")
        case .any(let nodes): joined(nodes.map { condition($0, row) }, by: " OR ")
        }
    }

    private static func joined(_ parts: [SQL], by word: SQL) -> SQL {
        parts.dropFirst().reduce("(" + (parts.first ?? "true")) { $0 + word + $1 } + ")"
    }

    private static func condition(_ comparison: Comparison, _ row: Row) -> SQL {
        let lowered = comparison.values.map { $0.lowercased() }
        switch comparison.field {
        case .label: return labelCondition(comparison, row)
        // Words and numbers of ours: no need to look at their case.
        case .engine: return "o.engine = ANY (\(lowered))"
        case .auth: return "o.auth_type = ANY (\(lowered))"
        case .port: return "o.port = ANY (\(comparison.values.compactMap { Int32($0) }))"
        default: break
        }
        let matches = comparison.field.columns.map { column in
            let text: SQL = row == .lowered ? "o.\(unsafeRaw: column.name)_lower" : "lower(\(unsafeRaw: "coalesce(\(column.sql), '')"))"
            return match(text, comparison)
        }
        return matches.count == 1 ? matches[0] : joined(matches, by: " OR ")
    }

    /// - Parameter text: in lower case.
    private static func match(_ text: SQL, _ comparison: Comparison) -> SQL {
        if comparison.isPattern { return "\(text) LIKE lower(\(LikePattern.globbing(comparison.values[0])))" }
        return joined(comparison.values.map { "\(text) = lower(\($0))" }, by: " OR ")
    }

    private static func labelCondition(_ comparison: Comparison, _ row: Row) -> SQL {
        switch row {
        case .server:
            return """
                EXISTS (SELECT FROM fleet.server_labels sl JOIN fleet.labels sll ON sll.id = sl.label_id
                        WHERE sl.server_id = o.id AND \(match("lower(sll.name)", comparison)))
                """
        case .labelled, .lowered:
            if comparison.isPattern {
                return "EXISTS (SELECT FROM unnest(lb.names) AS n (name) WHERE \(match("n.name", comparison)))"
            }
            return joined(comparison.values.map { "coalesce(lower(\($0)) = ANY (lb.names), false)" }, by: " OR ")
        }
    }
}

extension GroupFilter.Field {
    /// The columns of `o` that hold it, those of which are texts of people or servers: a name of our own, and the expression.
    fileprivate var columns: [(name: String, sql: String)] {
        switch self {
        case .label, .engine, .port, .auth: []
        case .name: [("name", "o.name")]
        case .host: [("host", "o.hostname")]
        case .instance: [("instance", "o.instance_name")]
        case .database: [("database", "o.database_name")]
        case .version: [("version", "o.version"), ("build", "o.product_version")]
        case .edition: [("edition", "o.edition")]
        case .credential:
            [("credential", "(SELECT fc.name FROM fleet.servers fs JOIN fleet.credentials fc ON fc.id = fs.credential_id WHERE fs.id = o.id)")]
        }
    }
}

extension GroupFilter {
    /// Labels one of which every server that the filter lets in carries, and what it asks besides; nil when it can do without.
    struct Anchor: Equatable {
        let labels: [String]
        let rest: Node
    }

    var anchor: Anchor? { Self.anchor(root) }

    private static func anchor(_ node: Node) -> Anchor? {
        switch node {
        case .comparison(let comparison):
            return comparison.field == .label && !comparison.isPattern ? Anchor(labels: comparison.values, rest: .all([])) : nil
        case .not: return nil
        case .all(let nodes):
            // The one with the fewest labels lets the fewest servers through, as far as one can tell.
            let anchors = nodes.indices.compactMap { index in anchor(nodes[index]).map { (index, $0) } }
            guard let (index, best) = anchors.min(by: { $0.1.labels.count < $1.1.labels.count }) else { return nil }
            return Anchor(labels: best.labels, rest: .all(nodes.enumerated().map { $0.offset == index ? best.rest : $0.element }))
        case .any(let nodes):
            let anchors = nodes.compactMap(anchor)
            return anchors.count == nodes.count ? Anchor(labels: anchors.flatMap(\.labels), rest: node) : nil
        }
    }

    /// The fields that it, or a part of it, asks for.
    static func fields(_ node: Node) -> Set<Field> {
        switch node {
        case .comparison(let comparison): [comparison.field]
        case .not(let inner): fields(inner)
        case .all(let nodes), .any(let nodes): nodes.reduce(into: []) { $0.formUnion(fields($1)) }
        }
    }
}

/// A group that a filter fills, evaluated on read: nothing is stored of who is in it.
package struct DynamicGroup: Sendable, Equatable {
    /// In one tenant.
    package static let countMax = 200

    package let id: ServerGroup.ID
    package let name: String
    package let filter: GroupFilter

    /// All of them. A filter that cannot be read any more, from a newer version, holds no servers.
    package static func all(on session: TenantSession) throws -> [DynamicGroup] { try all(on: session, where: "true") }

    /// Those to which a tenant's own collectors are limited: mostly none.
    package static func withCollectors(on session: TenantSession) throws -> [DynamicGroup] {
        try all(on: session, where: "EXISTS (SELECT FROM monitoring.custom_collector_groups c WHERE c.group_id = g.id)")
    }

    /// Those for which a condition on `g`, the group's row, holds.
    static func all(on session: TenantSession, where condition: SQL) throws -> [DynamicGroup] {
        try session.rows(
            "SELECT g.id, g.name, g.filter FROM fleet.server_groups g WHERE g.filter IS NOT NULL AND \(condition) ORDER BY g.id"
        ).compactMap { row in
            guard let filter = try? GroupFilter(try row.decode(2)) else { return nil }  // stored filters were read once
            return DynamicGroup(id: try row.decode(0), name: try row.decode(1), filter: filter)
        }
    }

    /// How many servers are looked at: decides from where labels are read.
    package enum Reach: Sendable {
        /// A few, which the statement around it names by `server_id`.
        case page
        case fleet
    }

    /// A query of `server_id, group_id`: who is in which group, by hand and by filter. Without dynamic groups it is the table alone.
    package static func memberships(_ groups: [DynamicGroup], reach: Reach) -> SQL {
        let byHand: SQL = "SELECT server_id, group_id FROM fleet.server_group_members"
        switch reach {
        case .page: return groups.isEmpty ? byHand : byHand + " UNION ALL " + ofFew(groups)
        case .fleet:
            let anchored = groups.compactMap { group in group.filter.anchor.map { (group, $0) } }
            let free = groups.filter { $0.filter.anchor == nil }
            return byHand + (anchored.isEmpty ? "" : " UNION ALL " + byLabels(anchored)) + (free.isEmpty ? "" : " UNION ALL " + ofAll(free))
        }
    }

    private static func ofFew(_ groups: [DynamicGroup]) -> SQL {
        """
        SELECT o.id, filtered.group_id
        FROM fleet.servers o
        LEFT JOIN LATERAL (
            SELECT array_agg(lower(l.name)) AS names
            FROM fleet.server_labels sl
            JOIN fleet.labels l ON l.id = sl.label_id
            WHERE sl.server_id = o.id
        ) lb ON true
        CROSS JOIN LATERAL unnest(ARRAY[\(cases(groups, .labelled))]) AS filtered (group_id)
        WHERE o.deleted_at IS NULL AND filtered.group_id IS NOT NULL
        """
    }

    /// All filters on each server, in one pass.
    private static func ofAll(_ groups: [DynamicGroup]) -> SQL {
        let fields = groups.reduce(into: Set<GroupFilter.Field>()) { $0.formUnion(GroupFilter.fields($1.filter.root)) }
        return """
            SELECT o.id, filtered.group_id
            FROM \(servers(fields))
            \(labels(fields))
            CROSS JOIN LATERAL unnest(array_remove(ARRAY[\(cases(groups, .lowered))], NULL)) AS filtered (group_id)
            """
    }

    /// Filters that ask for labels: only on the servers that carry those, which are few for each group. 50 groups over 10,000 servers: a
    /// quarter of the time of all filters on each server.
    private static func byLabels(_ groups: [(group: DynamicGroup, anchor: GroupFilter.Anchor)]) -> SQL {
        let fields = groups.reduce(into: Set<GroupFilter.Field>()) { $0.formUnion(GroupFilter.fields($1.anchor.rest)) }
        var whens: SQL = ""
        var (numbers, names): ([Int32], [String]) = ([], [])
        for (index, (_, anchor)) in groups.enumerated() {
            let number = Int32(index + 1)
            whens = whens + " WHEN \(number) THEN \(GroupFilter.condition(anchor.rest, .lowered))"
            for label in anchor.labels {
                numbers.append(number)
                names.append(label)
            }
        }
        return """
            SELECT o.id, (\(groups.map(\.group.id)))[c.number]
            FROM (
                SELECT DISTINCT sl.server_id, a.number
                FROM unnest(\(numbers), \(names)) AS a (number, name)
                JOIN fleet.labels l ON lower(l.name) = lower(a.name)
                JOIN fleet.server_labels sl ON sl.label_id = l.id
            ) c
            JOIN \(servers(fields)) ON o.id = c.server_id
            \(labels(fields))
            WHERE CASE c.number\(whens) ELSE false END
            """
    }

    private static func cases(_ groups: [DynamicGroup], _ row: GroupFilter.Row) -> SQL {
        var cases: SQL = ""
        for (index, group) in groups.enumerated() {
            let comma: SQL = index == 0 ? "" : ", "
            cases = cases + comma + "CASE WHEN \(group.filter.condition(on: row)) THEN \(group.id) END"
        }
        return cases
    }

    /// `o`: all servers, with the texts that are asked for in lower case, once for all filters.
    private static func servers(_ fields: Set<GroupFilter.Field>) -> SQL {
        let columns = fields.sorted { $0.rawValue < $1.rawValue }.flatMap(\.columns)
        let lowered = columns.map { ", lower(coalesce(\($0.sql), '')) AS \($0.name)_lower" }.joined()
        // OFFSET 0 keeps the planner from computing them anew for each filter.
        return "(SELECT o.id, o.engine, o.auth_type, o.port\(unsafeRaw: lowered) FROM fleet.servers o WHERE o.deleted_at IS NULL OFFSET 0) o"
    }

    private static func labels(_ fields: Set<GroupFilter.Field>) -> SQL {
        guard fields.contains(.label) else { return "" }
        return """
            LEFT JOIN (
                SELECT sl.server_id, array_agg(lower(l.name)) AS names
                FROM fleet.server_labels sl
                JOIN fleet.labels l ON l.id = sl.label_id
                GROUP BY sl.server_id
            ) lb ON lb.server_id = o.id
            """
    }
}
