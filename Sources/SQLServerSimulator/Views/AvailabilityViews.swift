import Foundation
import TDS

/// Availability groups: the views exist, and are empty on a server without any.
enum AvailabilityViews {
    static let all: [VirtualView] = [
        VirtualView(
            "sys.dm_hadr_database_replica_states", requires: .serverState,
            columns: """
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
                """, named: databaseStates),
        VirtualView(
            "sys.dm_hadr_availability_replica_states", requires: .serverState,
            columns: """
                replica_id uniqueidentifier, group_id uniqueidentifier, is_local bit, role tinyint null, role_desc nvarchar(60) null,
                operational_state tinyint null, operational_state_desc nvarchar(60) null, connected_state tinyint null, connected_state_desc
                nvarchar(60) null,
                recovery_health tinyint null, recovery_health_desc nvarchar(60) null, synchronization_health tinyint null,
                synchronization_health_desc nvarchar(60) null, last_connect_error_number int null, last_connect_error_description
                nvarchar(1024) null
                """, named: replicaStates),
        VirtualView(
            "sys.dm_hadr_availability_replica_cluster_states", requires: .serverState,
            columns: """
                replica_id uniqueidentifier, replica_server_name nvarchar(256) null, group_id uniqueidentifier, join_state tinyint null,
                join_state_desc nvarchar(60) null
                """, named: replicaClusterStates),
        VirtualView(
            "sys.dm_hadr_database_replica_cluster_states", requires: .serverState,
            columns: """
                replica_id uniqueidentifier, group_database_id uniqueidentifier, database_name nvarchar(256) null, is_failover_ready bit,
                is_pending_secondary_suspend bit, is_database_joined bit, recovery_lsn numeric(25,0) null, truncation_lsn numeric(25,0) null
                """, named: databaseClusterStates),
        VirtualView(
            "sys.dm_hadr_availability_group_states", requires: .serverState,
            columns: """
                group_id uniqueidentifier, primary_replica nvarchar(128) null, primary_recovery_health tinyint null,
                primary_recovery_health_desc nvarchar(60) null,
                secondary_recovery_health tinyint null, secondary_recovery_health_desc nvarchar(60) null, synchronization_health tinyint null,
                synchronization_health_desc nvarchar(60) null
                """, named: groupStates),
        VirtualView(
            "sys.availability_groups",
            columns: """
                group_id uniqueidentifier, name sysname null, resource_id nvarchar(40) null, resource_group_id nvarchar(40) null,
                failure_condition_level int null,
                health_check_timeout int null, automated_backup_preference tinyint null, automated_backup_preference_desc nvarchar(60) null
                """, named: groups),
        VirtualView(
            "sys.availability_replicas",
            columns: """
                replica_id uniqueidentifier null, group_id uniqueidentifier null, replica_server_name nvarchar(256) null, endpoint_url
                nvarchar(256) null,
                availability_mode tinyint null, availability_mode_desc nvarchar(60) null, failover_mode tinyint null, failover_mode_desc
                nvarchar(60) null
                """, named: replicas),
        VirtualView(
            "sys.availability_databases_cluster",
            columns: "group_id uniqueidentifier, group_database_id uniqueidentifier, database_name sysname null", named: clusterDatabases),
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

    private static let replicaClusterStates: VirtualView.NamedRows = { request in
        let world = request.world
        return AvailabilityGroup.replicas(world).map { replica -> NamedRow in
            [
                "replica_id": AvailabilityGroup.replicaID(isLocal: replica.isLocal, world), "replica_server_name": .string(replica.server),
                "group_id": AvailabilityGroup.groupID(world), "join_state": .int(1), "join_state_desc": .string("JOINED_STANDALONE"),
            ]
        }
    }

    private static let replicaStates: VirtualView.NamedRows = { request in
        let world = request.world
        return AvailabilityGroup.replicas(world).map { replica -> NamedRow in
            [
                "replica_id": AvailabilityGroup.replicaID(isLocal: replica.isLocal, world), "group_id": AvailabilityGroup.groupID(world),
                "is_local": .bit(replica.isLocal), "role": .int(replica.isPrimary ? 1 : 2),
                "role_desc": .string(replica.isPrimary ? "PRIMARY" : "SECONDARY"),
                "operational_state": replica.isLocal ? .int(2) : .null,
                "operational_state_desc": replica.isLocal ? .string("ONLINE") : .null,
                "connected_state": .int(1), "connected_state_desc": .string("CONNECTED"),
                "recovery_health": replica.isLocal ? .int(1) : .null, "recovery_health_desc": replica.isLocal ? .string("ONLINE") : .null,
                "synchronization_health": .int(2), "synchronization_health_desc": .string("HEALTHY"),
            ]
        }
    }

    private static let databaseClusterStates: VirtualView.NamedRows = { request in
        let world = request.world
        return AvailabilityGroup.replicas(world).flatMap { replica in
            AvailabilityGroup.databases(world).map { database -> NamedRow in
                [
                    "replica_id": AvailabilityGroup.replicaID(isLocal: replica.isLocal, world),
                    "group_database_id": AvailabilityGroup.databaseID(database, world), "database_name": .string(database.name),
                    "is_failover_ready": .bit(true), "is_database_joined": .bit(true),
                ]
            }
        }
    }

    /// Log flows to the secondary: its queues and its lag follow the load.
    private static let databaseStates: VirtualView.NamedRows = { request in
        let world = request.world
        return AvailabilityGroup.replicas(world).flatMap { replica in
            AvailabilityGroup.databases(world).map { database -> NamedRow in
                let salt = 5_900 + database.id
                let busy = world.cpuPercent
                var row: NamedRow = [
                    "database_id": .int(Int64(database.id)), "group_id": AvailabilityGroup.groupID(world),
                    "replica_id": AvailabilityGroup.replicaID(isLocal: replica.isLocal, world),
                    "group_database_id": AvailabilityGroup.databaseID(database, world), "is_local": .bit(replica.isLocal),
                    "is_primary_replica": .bit(replica.isPrimary), "synchronization_state": .int(2),
                    "synchronization_state_desc": .string("SYNCHRONIZED"), "is_commit_participant": .bit(true),
                    "synchronization_health": .int(2), "synchronization_health_desc": .string("HEALTHY"),
                    "database_state": replica.isLocal ? .int(0) : .null,
                    "database_state_desc": replica.isLocal ? .string("ONLINE") : .null, "is_suspended": .bit(false),
                    "last_commit_time": world.datetime(world.date.addingTimeInterval(-1)),
                ]
                guard !replica.isPrimary else { return row }
                row["log_send_queue_size"] = .int(Int64(world.gauge(0...40 + busy * 8, salt: salt)))
                row["log_send_rate"] = .int(Int64(world.gauge(2_000...9_000, salt: salt + 16)))
                row["redo_queue_size"] = .int(Int64(world.gauge(0...60 + busy * 12, salt: salt + 32)))
                row["redo_rate"] = .int(Int64(world.gauge(4_000...20_000, salt: salt + 48)))
                row["secondary_lag_seconds"] = .int(busy > 85 ? Int64(world.gauge(2...40, salt: salt + 64)) : 0)
                row["last_hardened_time"] = world.datetime(world.date.addingTimeInterval(-1))
                row["last_redone_time"] = world.datetime(world.date.addingTimeInterval(-1))
                return row
            }
        }
    }

    private static let groupStates: VirtualView.NamedRows = { request in
        let world = request.world
        guard world.state.availability != .none else { return [] }
        let isPrimary = world.state.availability == .primary
        return [
            [
                "group_id": AvailabilityGroup.groupID(world),
                "primary_replica": .string(isPrimary ? world.config.name : world.machineName + "-A"),
                "primary_recovery_health": isPrimary ? .int(1) : .null,
                "primary_recovery_health_desc": isPrimary ? .string("ONLINE") : .null,
                "secondary_recovery_health": isPrimary ? .null : .int(1),
                "secondary_recovery_health_desc": isPrimary ? .null : .string("ONLINE"), "synchronization_health": .int(2),
                "synchronization_health_desc": .string("HEALTHY"),
            ]
        ]
    }

    /// Without VIEW ANY DEFINITION: no rows and no error.
    private static func seesDefinitions(_ request: ViewRequest) -> Bool {
        request.world.state.availability != .none && request.session.login.may("VIEW ANY DEFINITION", request.world.config.version)
    }

    private static let groups: VirtualView.NamedRows = { request in
        guard seesDefinitions(request) else { return [] }
        return [
            [
                "group_id": AvailabilityGroup.groupID(request.world), "name": .string(AvailabilityGroup.name),
                "failure_condition_level": .int(3), "health_check_timeout": .int(30_000), "automated_backup_preference": .int(2),
                "automated_backup_preference_desc": .string("secondary"),
            ]
        ]
    }

    private static let replicas: VirtualView.NamedRows = { request in
        guard seesDefinitions(request) else { return [] }
        let world = request.world
        return AvailabilityGroup.replicas(world).map { replica -> NamedRow in
            [
                "replica_id": AvailabilityGroup.replicaID(isLocal: replica.isLocal, world), "group_id": AvailabilityGroup.groupID(world),
                "replica_server_name": .string(replica.server), "endpoint_url": .string("TCP://\(replica.server.lowercased()):5022"),
                "availability_mode": .int(1), "availability_mode_desc": .string("SYNCHRONOUS_COMMIT"), "failover_mode": .int(0),
                "failover_mode_desc": .string("AUTOMATIC"),
            ]
        }
    }

    private static let clusterDatabases: VirtualView.NamedRows = { request in
        guard seesDefinitions(request) else { return [] }
        return AvailabilityGroup.databases(request.world).map { database -> NamedRow in
            [
                "group_id": AvailabilityGroup.groupID(request.world),
                "group_database_id": AvailabilityGroup.databaseID(database, request.world), "database_name": .string(database.name),
            ]
        }
    }

    private static func empty(_ name: String, _ columns: String, requires requirement: VirtualView.Requirement = .serverState)
        -> VirtualView
    {
        VirtualView(name, requires: requirement, columns: columns, dense: { _ in [] })
    }
}
