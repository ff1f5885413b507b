package import Platform
package import Postgres

extension GroupFilter {
    /// From where a condition takes a server's labels.
    package enum LabelSource {
        /// The tables, for each server anew: for few servers, or one filter.
        case tables
        /// `lb.names`, an array of names in lower case (or NULL): for many filters over many servers.
        case array
    }

    /// The filter as a condition on `o`, a row of `fleet.servers` or `fleet.server_overview`. It is never NULL, so that `not` means not.
    package func condition(labels source: LabelSource = .tables) -> SQL { Self.condition(root, source) }

    private static func condition(_ node: Node, _ source: LabelSource) -> SQL {
        switch node {
        case .comparison(let comparison): condition(comparison, source)
        case .not(let inner): "NOT (\(condition(inner, source)))"
        case .all(let nodes): joined(nodes.map { condition($0, source) }, by: " AND ")
        case .any(let nodes): joined(nodes.map { condition($0, source) }, by: " OR ")
        }
    }

    private static func joined(_ parts: [SQL], by word: SQL) -> SQL {
        parts.dropFirst().reduce("(" + (parts.first ?? "true")) { $0 + word + $1 } + ")"
    }

    private static func condition(_ comparison: Comparison, _ source: LabelSource) -> SQL {
        guard comparison.field != .label else { return labelCondition(comparison, source) }
        if comparison.field == .version {
            return "(\(match("coalesce(o.version, '')", comparison)) OR \(match("coalesce(o.product_version, '')", comparison)))"
        }
        let column: SQL =
            switch comparison.field {
            case .engine: "o.engine"
            case .name: "o.name"
            case .host: "o.hostname"
            case .port: "o.port::text"
            case .instance: "coalesce(o.instance_name, '')"
            case .database: "coalesce(o.database_name, '')"
            case .edition: "coalesce(o.edition, '')"
            case .auth: "o.auth_type"
            case .credential:
                """
                coalesce((SELECT fc.name FROM fleet.servers fs JOIN fleet.credentials fc ON fc.id = fs.credential_id WHERE fs.id = o.id), '')
                """
            case .version, .label: "''"  // dealt with above
            }
        return match(column, comparison)
    }

    private static func match(_ column: SQL, _ comparison: Comparison) -> SQL {
        if comparison.isPattern { return "\(column) ILIKE \(pattern(comparison.values[0]))" }
        if comparison.values.count == 1 { return "lower(\(column)) = lower(\(comparison.values[0]))" }
        return joined(comparison.values.map { "lower(\(column)) = lower(\($0))" }, by: " OR ")
    }

    private static func labelCondition(_ comparison: Comparison, _ source: LabelSource) -> SQL {
        switch source {
        case .tables:
            return """
                EXISTS (SELECT FROM fleet.server_labels sl JOIN fleet.labels sll ON sll.id = sl.label_id
                        WHERE sl.server_id = o.id AND \(match("sll.name", comparison)))
                """
        case .array:
            if comparison.isPattern {
                return "EXISTS (SELECT FROM unnest(lb.names) AS n (name) WHERE n.name LIKE lower(\(pattern(comparison.values[0]))))"
            }
            return joined(comparison.values.map { "coalesce(lower(\($0)) = ANY (lb.names), false)" }, by: " OR ")
        }
    }

    /// `*` and `?` for LIKE; its own wildcards mean themselves.
    private static func pattern(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("%", with: "\\%").replacing("_", with: "\\_").replacing("*", with: "%")
            .replacing("?", with: "_")
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
    package static func all(on session: TenantSession) throws -> [DynamicGroup] {
        try session.rows("SELECT id, name, filter FROM fleet.server_groups WHERE filter IS NOT NULL ORDER BY id").compactMap { row in
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
        guard !groups.isEmpty else { return byHand }
        var cases: SQL = ""
        for (index, group) in groups.enumerated() {
            let comma: SQL = index == 0 ? "" : ", "
            cases = cases + comma + "CASE WHEN \(group.filter.condition(labels: .array)) THEN \(group.id) END"
        }
        let labels: SQL =
            switch reach {
            case .page:
                """
                LEFT JOIN LATERAL (
                    SELECT array_agg(lower(l.name)) AS names
                    FROM fleet.server_labels sl
                    JOIN fleet.labels l ON l.id = sl.label_id
                    WHERE sl.server_id = o.id
                ) lb ON true
                """
            case .fleet:
                """
                LEFT JOIN (
                    SELECT sl.server_id, array_agg(lower(l.name)) AS names
                    FROM fleet.server_labels sl
                    JOIN fleet.labels l ON l.id = sl.label_id
                    GROUP BY sl.server_id
                ) lb ON lb.server_id = o.id
                """
            }
        return """
            \(byHand)
            UNION ALL
            SELECT o.id, filtered.group_id
            FROM fleet.servers o
            \(labels)
            CROSS JOIN LATERAL unnest(ARRAY[\(cases)]) AS filtered (group_id)
            WHERE o.deleted_at IS NULL AND filtered.group_id IS NOT NULL
            """
    }
}
