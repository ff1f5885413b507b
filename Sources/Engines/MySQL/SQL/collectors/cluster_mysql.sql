/*
Purpose:     this member of a replication group (InnoDB Cluster): its state and role, and how many of the group are online.
Title:       Cluster
Versions:    MySQL 8.0 and later; MariaDB has the collector cluster.
Permissions: SELECT on performance_schema.
Cost:        low: a row for each member, of memory.
Cadence:     minute
When:        mysql, performance_schema
Keep:        latest
Rows:        1
Columns:
  group_name             label                                                  Identity of the group; no row: this server is in none
  member_host            text                                                   This member's address within the group
  member_port            number   count                                         Its port
  member_state           text                                                   ONLINE, RECOVERING, OFFLINE, ERROR or UNREACHABLE
  member_role            text                                                   PRIMARY or SECONDARY
  is_online              flag                                                   Whether it takes part
  is_primary             flag                                                   Whether it takes writes
  member_count           gauge    count       cluster_member_count              Members that this one knows, itself included
  online_member_count    gauge    count       cluster_online_member_count       Of them those that are online
  certify_queue_count    gauge    count       cluster_certify_queue             Transactions that wait to be checked for conflicts
  receive_queue_count    gauge    count       cluster_receive_queue             Transactions of others that wait to be applied here
  conflict_count         counter  count       cluster_certification_failures    Transactions that were refused, since they conflicted
  applied_count          counter  operations  cluster_transactions_applied      Transactions of others that were applied here
  version                text                                                   This member's version
*/
SELECT COALESCE(
        (SELECT v.VARIABLE_VALUE FROM performance_schema.global_variables AS v WHERE v.VARIABLE_NAME = 'group_replication_group_name'), ''
    ) AS group_name,
    NULLIF(m.MEMBER_HOST, '') AS member_host,
    m.MEMBER_PORT + 0e0 AS member_port,
    m.MEMBER_STATE AS member_state,
    NULLIF(m.MEMBER_ROLE, '') AS member_role,
    m.MEMBER_STATE = 'ONLINE' AS is_online,
    m.MEMBER_STATE = 'ONLINE' AND m.MEMBER_ROLE = 'PRIMARY' AS is_primary,
    (SELECT COUNT(*) FROM performance_schema.replication_group_members AS a) + 0e0 AS member_count,
    (SELECT COUNT(*) FROM performance_schema.replication_group_members AS o WHERE o.MEMBER_STATE = 'ONLINE') + 0e0 AS online_member_count,
    s.COUNT_TRANSACTIONS_IN_QUEUE + 0e0 AS certify_queue_count,
    s.COUNT_TRANSACTIONS_REMOTE_IN_APPLIER_QUEUE + 0e0 AS receive_queue_count,
    CAST(s.COUNT_CONFLICTS_DETECTED AS SIGNED) AS conflict_count,
    CAST(s.COUNT_TRANSACTIONS_REMOTE_APPLIED AS SIGNED) AS applied_count,
    NULLIF(m.MEMBER_VERSION, '') AS version
FROM performance_schema.replication_group_members AS m
LEFT JOIN performance_schema.replication_group_member_stats AS s ON s.MEMBER_ID = m.MEMBER_ID
-- A member that is stopped has a row without an identity.
WHERE m.MEMBER_ID IN (@@GLOBAL.server_uuid, '')
LIMIT 1;
