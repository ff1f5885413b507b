/*
Purpose:     this node of a Galera cluster: whether it is in the part that goes on, takes statements and keeps up.
Title:       Cluster
Versions:    MariaDB 10.6 and later; MySQL has the collector cluster_mysql.
Permissions: none.
Cost:        low: a few counters; the server adds them up in any case.
Cadence:     minute
When:        mariadb
Keep:        latest
Rows:        1
Columns:
  cluster_name           label                                                  Name of the cluster; no row: this server is in none
  node_name              text                                                   Name of this node
  is_primary_component   flag                                                   Whether this node is in the part of the cluster that goes on (wsrep_cluster_status)
  is_ready               flag                                                   Whether it takes statements; 0: it refuses them
  is_connected           flag                                                   Whether it is connected to the others
  local_state            text                                                   Synced, Donor/Desynced, Joined, Joining, ...
  member_count           gauge    count         cluster_member_count            Nodes in its part of the cluster, itself included
  receive_queue_count    gauge    count         cluster_receive_queue           Write sets that wait to be applied here
  send_queue_count       gauge    count         cluster_send_queue              Write sets that wait to be sent
  flow_control_paused    number   ratio                                         Share of the time for which writes were held up, since the node or its status began
  flow_control_paused_us counter  microseconds  cluster_flow_control_paused_us  Time for which writes were held up
  flow_control_sent      counter  count         cluster_flow_control_sent       Times that this node held up the others
  conflict_count         counter  count         cluster_certification_failures  Transactions of this node that lost against another node's
  aborted_count          counter  count         cluster_aborted_transactions    Transactions of this node that were ended to apply another node's
  cluster_state_id       text                                                   Identity of the cluster's data
*/
SELECT g.cluster_name,
    g.node_name,
    v.cluster_status = 'Primary' AS is_primary_component,
    v.ready = 'ON' AS is_ready,
    v.connected = 'ON' AS is_connected,
    v.local_state,
    v.member_count + 0e0 AS member_count,
    v.receive_queue_count + 0e0 AS receive_queue_count,
    v.send_queue_count + 0e0 AS send_queue_count,
    v.flow_control_paused + 0e0 AS flow_control_paused,
    CAST(v.flow_control_paused_ns AS SIGNED) DIV 1000 AS flow_control_paused_us,
    CAST(v.flow_control_sent AS SIGNED) AS flow_control_sent,
    CAST(v.conflict_count AS SIGNED) AS conflict_count,
    CAST(v.aborted_count AS SIGNED) AS aborted_count,
    v.cluster_state_id
FROM (
    SELECT MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'wsrep_cluster_status' THEN s.VARIABLE_VALUE END) AS cluster_status,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'wsrep_ready' THEN s.VARIABLE_VALUE END) AS ready,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'wsrep_connected' THEN s.VARIABLE_VALUE END) AS connected,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'wsrep_local_state_comment' THEN s.VARIABLE_VALUE END) AS local_state,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'wsrep_cluster_size' THEN s.VARIABLE_VALUE END) AS member_count,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'wsrep_local_recv_queue' THEN s.VARIABLE_VALUE END) AS receive_queue_count,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'wsrep_local_send_queue' THEN s.VARIABLE_VALUE END) AS send_queue_count,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'wsrep_flow_control_paused' THEN s.VARIABLE_VALUE END) AS flow_control_paused,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'wsrep_flow_control_paused_ns' THEN s.VARIABLE_VALUE END) AS flow_control_paused_ns,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'wsrep_flow_control_sent' THEN s.VARIABLE_VALUE END) AS flow_control_sent,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'wsrep_local_cert_failures' THEN s.VARIABLE_VALUE END) AS conflict_count,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'wsrep_local_bf_aborts' THEN s.VARIABLE_VALUE END) AS aborted_count,
        MAX(CASE LOWER(s.VARIABLE_NAME) WHEN 'wsrep_cluster_state_uuid' THEN s.VARIABLE_VALUE END) AS cluster_state_id
    FROM information_schema.GLOBAL_STATUS AS s
    WHERE LOWER(s.VARIABLE_NAME) LIKE 'wsrep\_%'
) AS v
-- By name, since a server that was built without wsrep knows no such variable.
CROSS JOIN (
    SELECT MAX(CASE LOWER(x.VARIABLE_NAME) WHEN 'wsrep_on' THEN x.VARIABLE_VALUE END) AS is_on,
        MAX(CASE LOWER(x.VARIABLE_NAME) WHEN 'wsrep_provider' THEN x.VARIABLE_VALUE END) AS provider,
        MAX(CASE LOWER(x.VARIABLE_NAME) WHEN 'wsrep_cluster_name' THEN x.VARIABLE_VALUE END) AS cluster_name,
        MAX(CASE LOWER(x.VARIABLE_NAME) WHEN 'wsrep_node_name' THEN x.VARIABLE_VALUE END) AS node_name
    FROM information_schema.GLOBAL_VARIABLES AS x
    WHERE LOWER(x.VARIABLE_NAME) IN ('wsrep_on', 'wsrep_provider', 'wsrep_cluster_name', 'wsrep_node_name')
) AS g
WHERE g.is_on = 'ON'
    AND g.provider NOT IN ('', 'none')
LIMIT 1;
