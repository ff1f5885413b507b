import Foundation
import Platform
import Postgres
import Primitives

extension ConfigurationChange {
    /// Changes that are looked at.
    private static let countMax = 100

    /// The changes that led beyond `revision`, the oldest first: of this thing alone, and those that it shared with others (its place
    /// among `serverIds` tells its revision among `revisions`).
    static func all(of id: UUID, since revision: Int64, on session: TenantSession) throws -> [ConfigurationChange] {
        try session.rows(
            """
            (SELECT details, actor_name, created_at, id, action
            FROM platform.activity_log
            WHERE entity_id = \(id) AND jsonb_typeof(details->'revision') = 'number' AND (details->>'revision')::numeric > \(revision)
            ORDER BY created_at DESC, id DESC
            LIMIT \(countMax))
            UNION ALL
            (SELECT a.details, a.actor_name, a.created_at, a.id, a.action
            FROM platform.activity_log a
            CROSS JOIN LATERAL jsonb_array_elements_text(a.details->'serverIds') WITH ORDINALITY AS s (id, n)
            WHERE a.details ? 'serverIds' AND a.details->'serverIds' @> \(JSONValue.array([.string(ID<Server>(uuid: id).description)]))
                AND s.id = \(ID<Server>(uuid: id).description)
                AND jsonb_typeof(a.details->'revisions'->(s.n - 1)::int) = 'number'
                AND (a.details->'revisions'->>(s.n - 1)::int)::numeric > \(revision)
            ORDER BY a.created_at DESC, a.id DESC
            LIMIT \(countMax))
            ORDER BY created_at DESC, id DESC
            LIMIT \(countMax)
            """
        ).reversed().map { row in
            let details = try row.decode(0, as: JSONValue.self).object ?? [:]
            var fields = (details["after"]?.object ?? [:]).filter { details["before"]?[$0.key] != $0.value }.map(\.key)
            for name in ["password", "labels", "groupIds"] where details[name] != nil { fields.append(name) }
            if details["label"] != nil { fields.append("labels") }
            if try row.decode(4, as: String.self).hasPrefix("group_server") { fields.append("groupIds") }
            return ConfigurationChange(fields: fields, actor: try row.decode(1), at: try row.decode(2))
        }
    }
}
