import Engines
package import Platform
package import Postgres
import Primitives

extension ServerFilter {
    /// The filter with what it must know of the tenant. Without this no server is in a dynamic group.
    package func withDynamicGroups(on session: TenantSession) throws -> ServerFilter {
        var filter = self
        filter.dynamicGroups = try DynamicGroup.all(on: session)
        return filter
    }

    /// Conditions on `o`, a row of `fleet.server_overview`.
    package var conditions: SQL {
        var sql: SQL = isDeleted ? "o.deleted_at IS NOT NULL" : "o.deleted_at IS NULL"
        if !statuses.isEmpty { sql = sql + " AND o.status = ANY (\(statuses.map(\.rawValue)))" }
        if !healths.isEmpty { sql = sql + " AND o.health = ANY (\(healths.map(\.rawValue)))" }
        if !engines.isEmpty { sql = sql + " AND o.engine = ANY (\(engines.map(\.rawValue)))" }
        if !deployments.isEmpty { sql = sql + " AND \(deploymentCondition)" }
        if !groups.isEmpty {
            sql =
                sql + " AND (EXISTS (SELECT FROM fleet.server_group_members m WHERE m.server_id = o.id AND m.group_id = ANY (\(groups)))"
            for group in dynamicGroups where groups.contains(group.id) { sql = sql + " OR \(group.filter.condition())" }
            sql = sql + ")"
        }
        for label in labels {
            sql =
                sql
                + " AND EXISTS (SELECT FROM fleet.server_labels m JOIN fleet.labels l ON l.id = m.label_id"
                + " WHERE m.server_id = o.id AND lower(l.name) = lower(\(label)))"
        }
        if !credentials.isEmpty || !credentialNames.isEmpty {
            sql =
                sql + """
                     AND o.id IN (SELECT s.id FROM fleet.servers s JOIN fleet.credentials c ON c.id = s.credential_id
                                  WHERE c.id = ANY (\(credentials))
                                     OR lower(c.name) IN (SELECT lower(name) FROM unnest(\(credentialNames)) AS name))
                    """
        }
        if let search {
            let pattern = LikePattern.containing(search)
            sql =
                sql + """
                     AND (o.name ILIKE \(pattern) OR o.hostname ILIKE \(pattern)
                        OR o.id IN (SELECT m.server_id FROM fleet.server_group_members m JOIN fleet.server_groups g ON g.id = m.group_id
                                    WHERE g.name ILIKE \(pattern))
                        OR o.id IN (SELECT m.server_id FROM fleet.server_labels m JOIN fleet.labels l ON l.id = m.label_id
                                    WHERE l.name ILIKE \(pattern))
                    """
            // As the database compares them, as near as Swift can tell.
            for group in dynamicGroups where group.name.lowercased().contains(search.lowercased()) {
                sql = sql + " OR \(group.filter.condition())"
            }
            sql = sql + ")"
        }
        return sql
    }

    /// By the set of those that are in such a state, or are not: asked once, not for each server. Who has no row has nothing deployed.
    private var deploymentCondition: SQL {
        let words = deployments.map(\.rawValue)
        return deployments.contains(.none)
            ? "o.id NOT IN (SELECT d.server_id FROM fleet.deployment_states d WHERE d.state <> ALL (\(words)))"
            : "o.id IN (SELECT d.server_id FROM fleet.deployment_states d WHERE d.state = ANY (\(words)))"
    }
}
