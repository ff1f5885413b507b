import Foundation
import Platform
import Postgres
import Primitives

extension ConfigurationChange {
    /// Changes that are looked at.
    private static let countMax = 100

    /// The changes that led beyond `revision`, the oldest first.
    static func all(of id: UUID, since revision: Int64, on session: TenantSession) throws -> [ConfigurationChange] {
        try session.rows(
            """
            SELECT details, actor_name, created_at
            FROM platform.activity_log
            WHERE entity_id = \(id) AND jsonb_typeof(details->'revision') = 'number' AND (details->>'revision')::numeric > \(revision)
            ORDER BY created_at DESC, id DESC
            LIMIT \(countMax)
            """
        ).reversed().map { row in
            let details = try row.decode(0, as: JSONValue.self).object ?? [:]
            var fields = (details["after"]?.object ?? [:]).filter { details["before"]?[$0.key] != $0.value }.map(\.key)
            for name in ["password", "labels", "groupIds"] where details[name] != nil { fields.append(name) }
            return ConfigurationChange(fields: fields, actor: try row.decode(1), at: try row.decode(2))
        }
    }
}
