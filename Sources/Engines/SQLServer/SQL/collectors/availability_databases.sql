/*
Purpose:     the databases of availability groups: how far each replica is behind, and what it still has to send and to redo.
Title:       Availability databases
Versions:    SQL Server 2016 and later.
Permissions: VIEW SERVER STATE (2022 and later: VIEW SERVER PERFORMANCE STATE is enough); VIEW ANY DEFINITION for the groups' names (without
             it a group is named by its id).
Cost:        low: one row for each database of each replica. A secondary knows its own only.
Cadence:     minute
When:        box
Keep:        changes
Rows:        2000
Columns:
  group_name             label                                       Availability group
  replica_name           label                                       Server of the replica
  database_name          label                                       Database
  is_local               flag                                        Whether the replica is this server
  is_primary             flag                                        Whether the replica is the primary
  synchronization_state  text                                        SYNCHRONIZED, SYNCHRONIZING, NOT SYNCHRONIZING and the like
  synchronization_health text                                        HEALTHY, PARTIALLY_HEALTHY or NOT_HEALTHY
  database_state         text                                        ONLINE, RECOVERING and the like; known of this server only
  is_suspended           flag                                        Whether data movement is suspended
  suspend_reason         text                                        Why
  send_queue_bytes       gauge  bytes    availability_send_queue_bytes   Log that the primary has not sent yet
  redo_queue_bytes       gauge  bytes    availability_redo_queue_bytes   Log that the secondary has not redone yet
  redo_seconds           gauge  seconds  availability_redo_seconds       How long that takes at the present speed; not known at a standstill
  lag_seconds            gauge  seconds  replication_lag_seconds         How far the secondary is behind the primary
*/
SELECT TOP (2000) COALESCE(g.name, CAST(s.group_id AS nvarchar(36))) AS group_name,
    COALESCE(c.replica_server_name, CAST(s.replica_id AS nvarchar(36))) AS replica_name,
    COALESCE(d.database_name, DB_NAME(s.database_id)) AS database_name,
    CAST(s.is_local AS int) AS is_local,
    CAST(s.is_primary_replica AS int) AS is_primary,
    s.synchronization_state_desc AS synchronization_state,
    s.synchronization_health_desc AS synchronization_health,
    s.database_state_desc AS database_state,
    CAST(s.is_suspended AS int) AS is_suspended,
    s.suspend_reason_desc AS suspend_reason,
    s.log_send_queue_size * 1024 AS send_queue_bytes,
    s.redo_queue_size * 1024 AS redo_queue_bytes,
    CASE
        WHEN s.redo_queue_size = 0 THEN 0.0e0
        ELSE CAST(s.redo_queue_size AS float) / NULLIF(s.redo_rate, 0)
    END AS redo_seconds,
    s.secondary_lag_seconds AS lag_seconds
FROM sys.dm_hadr_database_replica_states AS s
LEFT JOIN sys.dm_hadr_availability_replica_cluster_states AS c ON c.replica_id = s.replica_id
LEFT JOIN sys.dm_hadr_database_replica_cluster_states AS d
    ON d.replica_id = s.replica_id
    AND d.group_database_id = s.group_database_id
LEFT JOIN sys.availability_groups AS g ON g.group_id = s.group_id
ORDER BY group_name, replica_name, database_name;
