import TDS

/// Availability groups: the views exist, and are empty on a server without any.
enum AvailabilityViews {
    static let all: [VirtualView] = [
        empty(
            "sys.dm_hadr_database_replica_states",
            """
            database_id int, group_id uniqueidentifier, replica_id uniqueidentifier, group_database_id uniqueidentifier, is_local bit null,
            is_primary_replica bit null, synchronization_state tinyint null, synchronization_state_desc nvarchar(60) null,
            is_commit_participant bit null,
            synchronization_health tinyint null, synchronization_health_desc nvarchar(60) null, database_state tinyint null,
            database_state_desc nvarchar(60) null, is_suspended bit null, suspend_reason tinyint null, suspend_reason_desc nvarchar(60)
            null,
            last_sent_time datetime null, last_received_time datetime null, last_hardened_time datetime null, last_redone_time datetime
            null,
            log_send_queue_size bigint null, log_send_rate bigint null, redo_queue_size bigint null, redo_rate bigint null,
            filestream_send_rate bigint null,
            last_commit_time datetime null, low_water_mark_for_ghosts bigint null, secondary_lag_seconds bigint null
            """),
        empty(
            "sys.dm_hadr_availability_replica_states",
            """
            replica_id uniqueidentifier, group_id uniqueidentifier, is_local bit, role tinyint null, role_desc nvarchar(60) null,
            operational_state tinyint null, operational_state_desc nvarchar(60) null, connected_state tinyint null, connected_state_desc
            nvarchar(60) null,
            recovery_health tinyint null, recovery_health_desc nvarchar(60) null, synchronization_health tinyint null,
            synchronization_health_desc nvarchar(60) null, last_connect_error_number int null, last_connect_error_description
            nvarchar(1024) null
            """),
        empty(
            "sys.dm_hadr_availability_group_states",
            """
            group_id uniqueidentifier, primary_replica nvarchar(128) null, primary_recovery_health tinyint null,
            primary_recovery_health_desc nvarchar(60) null,
            secondary_recovery_health tinyint null, secondary_recovery_health_desc nvarchar(60) null, synchronization_health tinyint null,
            synchronization_health_desc nvarchar(60) null
            """),
        empty(
            "sys.availability_groups",
            """
            group_id uniqueidentifier, name sysname null, resource_id nvarchar(40) null, resource_group_id nvarchar(40) null,
            failure_condition_level int null,
            health_check_timeout int null, automated_backup_preference tinyint null, automated_backup_preference_desc nvarchar(60) null
            """, requires: .none),
        empty(
            "sys.availability_replicas",
            """
            replica_id uniqueidentifier null, group_id uniqueidentifier null, replica_server_name nvarchar(256) null, endpoint_url
            nvarchar(256) null,
            availability_mode tinyint null, availability_mode_desc nvarchar(60) null, failover_mode tinyint null, failover_mode_desc
            nvarchar(60) null
            """, requires: .none),
        empty(
            "sys.availability_databases_cluster",
            "group_id uniqueidentifier, group_database_id uniqueidentifier, database_name sysname null", requires: .none),
        empty(
            "sys.availability_group_listeners",
            "group_id uniqueidentifier, listener_id nvarchar(36), dns_name nvarchar(63) null, port int null, is_conformant bit",
            requires: .none),
        empty(
            "sys.dm_hadr_cluster",
            "cluster_name nvarchar(256), quorum_type tinyint, quorum_type_desc nvarchar(60), quorum_state tinyint, quorum_state_desc "
                + "nvarchar(60)"
        ),
        empty(
            "sys.dm_hadr_cluster_members",
            "member_name nvarchar(128), member_type tinyint, member_type_desc nvarchar(60), member_state tinyint, member_state_desc "
                + "nvarchar(60), number_of_quorum_votes tinyint"
        ),
    ]

    private static func empty(_ name: String, _ columns: String, requires requirement: VirtualView.Requirement = .serverState)
        -> VirtualView
    {
        VirtualView(name, requires: requirement, columns: columns, dense: { _ in [] })
    }
}
