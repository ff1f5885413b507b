import Engines
import Foundation
import Platform
import Postgres
import Primitives

extension KnownServer {
    /// The newest servers, of one engine or all, and all groups and labels that they could have.
    static func all(
        engine: EngineKind?, on session: TenantSession
    ) throws -> (servers: [KnownServer], groups: [KnownGroup], labels: [KnownLabel]) {
        let condition: SQL = engine.map { "AND s.engine = \($0)" } ?? ""
        let servers = try session.rows(
            """
            SELECT s.name, s.hostname,
                ARRAY(SELECT m.group_id FROM fleet.server_group_members m WHERE m.server_id = s.id) AS groups,
                ARRAY(SELECT m.label_id FROM fleet.server_labels m WHERE m.server_id = s.id) AS labels
            FROM fleet.servers s
            WHERE s.deleted_at IS NULL \(condition)
            ORDER BY s.id DESC
            LIMIT \(countMax)
            """
        ).map { row in
            KnownServer(
                prefixes: Set(ServerSuggestions.prefixes(try row.decode(0)) + ServerSuggestions.prefixes(try row.decode(1))),
                groups: try row.decode(2, as: [UUID].self).map { ServerGroup.ID(uuid: $0) },
                labels: try row.decode(3, as: [UUID].self).map { Label.ID(uuid: $0) })
        }
        let groups = try session.rows("SELECT id, name, color FROM fleet.server_groups WHERE filter IS NULL ORDER BY lower(name)").map {
            KnownGroup(id: try $0.decode(0), name: try $0.decode(1), color: try $0.decode(2))
        }
        let labels = try session.rows("SELECT id, name, color FROM fleet.labels ORDER BY lower(name)").map {
            KnownLabel(id: try $0.decode(0), name: try $0.decode(1), color: try $0.decode(2))
        }
        return (servers, groups, labels)
    }
}
