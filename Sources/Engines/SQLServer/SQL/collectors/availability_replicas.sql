/*
Purpose:     the replicas of availability groups: role, connection and health.
Title:       Availability replicas
Versions:    SQL Server 2016 and later.
Permissions: VIEW SERVER STATE (2022 and later: VIEW SERVER PERFORMANCE STATE is enough); VIEW ANY DEFINITION for the groups' names and the
             replicas' modes (without it a group is named by its id).
Cost:        low: one row for each replica. A secondary knows itself only.
Cadence:     minute
When:        box
Keep:        changes
Rows:        200
Columns:
  group_name              label           Availability group
  replica_name            label           Server of the replica
  is_local                flag            Whether it is this server
  role                    text            PRIMARY, SECONDARY or RESOLVING
  availability_mode       text            SYNCHRONOUS_COMMIT, ASYNCHRONOUS_COMMIT or CONFIGURATION_ONLY
  failover_mode           text            AUTOMATIC, MANUAL or EXTERNAL
  operational_state       text            ONLINE, OFFLINE, PENDING, FAILED and the like; known of this server only
  connected_state         text            CONNECTED or DISCONNECTED
  recovery_health         text            ONLINE or ONLINE_IN_PROGRESS; known of this server only
  synchronization_health  text            HEALTHY, PARTIALLY_HEALTHY or NOT_HEALTHY
  last_connect_error      text            Number of the last error on connecting
*/
SELECT TOP (200) COALESCE(g.name, CAST(s.group_id AS nvarchar(36))) AS group_name,
    COALESCE(c.replica_server_name, r.replica_server_name, CAST(s.replica_id AS nvarchar(36))) AS replica_name,
    CAST(s.is_local AS int) AS is_local,
    s.role_desc AS role,
    r.availability_mode_desc AS availability_mode,
    r.failover_mode_desc AS failover_mode,
    s.operational_state_desc AS operational_state,
    s.connected_state_desc AS connected_state,
    s.recovery_health_desc AS recovery_health,
    s.synchronization_health_desc AS synchronization_health,
    CAST(s.last_connect_error_number AS nvarchar(11)) AS last_connect_error
FROM sys.dm_hadr_availability_replica_states AS s
LEFT JOIN sys.dm_hadr_availability_replica_cluster_states AS c ON c.replica_id = s.replica_id
LEFT JOIN sys.availability_groups AS g ON g.group_id = s.group_id
LEFT JOIN sys.availability_replicas AS r ON r.replica_id = s.replica_id
ORDER BY group_name, replica_name;
