import Foundation
import TDS

/// Databases and what belongs to them.
enum DatabaseViews {
    static let all: [VirtualView] = [
        databases, sysdatabases, scopedConfigurations, resourceStats, recoveryStats, mirroring, logInfo, logStats, fileGroups,
    ]

    /// Without VIEW ANY DATABASE one sees master, tempdb and the databases that one may open.
    private static func visible(_ request: ViewRequest) -> [SimulatedDatabase] {
        let login = request.session.login
        guard login.may("VIEW ANY DATABASE", request.world.config.version) else {
            return request.world.config.databases.filter { $0.id <= 2 || $0.name != "model" && login.mayOpen($0) && $0.name != "msdb" }
        }
        return request.world.config.databases
    }

    private static let databases: VirtualView = VirtualView(
        "sys.databases",
        columns: """
            name sysname, database_id int, source_database_id int null, owner_sid varbinary(85) null, create_date datetime,
            compatibility_level tinyint,
            collation_name sysname null, user_access tinyint null, user_access_desc nvarchar(60) null, is_read_only bit null,
            is_auto_close_on bit,
            is_auto_shrink_on bit null, state tinyint null, state_desc nvarchar(60) null, is_in_standby bit null, is_cleanly_shutdown bit
            null,
            is_supplemental_logging_enabled bit null, snapshot_isolation_state tinyint null, snapshot_isolation_state_desc nvarchar(60)
            null,
            is_read_committed_snapshot_on bit null, recovery_model tinyint null, recovery_model_desc nvarchar(60) null, page_verify_option
            tinyint null,
            page_verify_option_desc nvarchar(60) null, is_auto_create_stats_on bit null, is_auto_create_stats_incremental_on bit null,
            is_auto_update_stats_on bit null, is_auto_update_stats_async_on bit null, is_ansi_null_default_on bit null, is_ansi_nulls_on
            bit null,
            is_ansi_padding_on bit null, is_ansi_warnings_on bit null, is_arithabort_on bit null, is_concat_null_yields_null_on bit null,
            is_numeric_roundabort_on bit null, is_quoted_identifier_on bit null, is_recursive_triggers_on bit null,
            is_cursor_close_on_commit_on bit null,
            is_local_cursor_default bit null, is_fulltext_enabled bit null, is_trustworthy_on bit null, is_db_chaining_on bit null,
            is_parameterization_forced bit null, is_master_key_encrypted_by_server bit, is_query_store_on bit null, is_published bit,
            is_subscribed bit,
            is_merge_published bit, is_distributor bit, is_sync_with_backup bit, service_broker_guid uniqueidentifier, is_broker_enabled
            bit,
            log_reuse_wait tinyint null, log_reuse_wait_desc nvarchar(60) null, is_date_correlation_on bit, is_cdc_enabled bit,
            is_encrypted bit null,
            is_honor_broker_priority_on bit null, replica_id uniqueidentifier null, group_database_id uniqueidentifier null,
            resource_pool_id int null,
            default_language_lcid smallint null, default_language_name nvarchar(128) null, containment tinyint null, containment_desc
            nvarchar(60) null,
            target_recovery_time_in_seconds int null, delayed_durability int null, delayed_durability_desc nvarchar(60) null,
            is_memory_optimized_elevate_to_snapshot_on bit null
            """,
        later: [
            (.v2016, "is_federation_member bit null, is_remote_data_archive_enabled bit null, is_mixed_page_allocation_on bit null"),
            (.v2017, "is_temporal_history_retention_enabled bit null"),
            (.v2019, "catalog_collation_type int, is_accelerated_database_recovery_on bit null, is_tempdb_spill_to_remote_store bit null"),
        ],
        named: { request in visible(request).map { row($0, request.world) } })

    private static func row(_ database: SimulatedDatabase, _ world: World) -> NamedRow {
        let isSystem = database.id <= 4
        // tempdb is made anew at each start.
        let createdAt =
            database.id == 2 ? world.state.startedAt : world.state.machineStartedAt.addingTimeInterval(-Double(40 + database.id) * 86_400)
        return [
            "name": .string(database.name), "database_id": .int(Int64(database.id)), "owner_sid": .binary([1]),
            "create_date": world.datetime(createdAt),
            "compatibility_level": .int(Int64(world.config.version.compatibilityLevel)),
            "collation_name": .string(world.state.collation.rawValue),
            "user_access": .int(0), "user_access_desc": .string("MULTI_USER"), "is_read_only": .bit(false),
            "is_auto_shrink_on": .bit(false), "state": .int(0),
            "state_desc": .string("ONLINE"), "is_in_standby": .bit(false), "is_cleanly_shutdown": .bit(false),
            "snapshot_isolation_state": .int(isSystem ? 1 : 0),
            "snapshot_isolation_state_desc": .string(isSystem ? "ON" : "OFF"), "is_read_committed_snapshot_on": .bit(false),
            "recovery_model": .int(database.recoveryModel == .full ? 1 : database.recoveryModel == .bulkLogged ? 2 : 3),
            "recovery_model_desc": .string(database.recoveryModel.rawValue), "page_verify_option": .int(2),
            "page_verify_option_desc": .string("CHECKSUM"),
            "is_auto_create_stats_on": .bit(true), "is_auto_update_stats_on": .bit(true), "is_auto_update_stats_async_on": .bit(false),
            "is_fulltext_enabled": .bit(!isSystem), "is_trustworthy_on": .bit(database.id == 4),
            "is_db_chaining_on": .bit(isSystem && database.id != 3),
            "is_query_store_on": .bit(!isSystem && world.config.version >= .v2022),
            "is_broker_enabled": .bit(database.id == 2 || database.id == 4),
            "log_reuse_wait": .int(database.recoveryModel == .full && !isSystem ? 2 : 0),
            "log_reuse_wait_desc": .string(database.recoveryModel == .full && !isSystem ? "LOG_BACKUP" : "NOTHING"),
            "is_encrypted": .bit(false),
            "replica_id": AvailabilityGroup.holds(database, world) ? AvailabilityGroup.replicaID(isLocal: true, world) : .null,
            "group_database_id": AvailabilityGroup.holds(database, world) ? AvailabilityGroup.databaseID(database, world) : .null,
            "containment": .int(0), "containment_desc": .string("NONE"), "target_recovery_time_in_seconds": .int(isSystem ? 0 : 60),
            "delayed_durability": .int(0), "delayed_durability_desc": .string("DISABLED"),
            "is_accelerated_database_recovery_on": .bit(false),
        ]
    }

    private static let sysdatabases: VirtualView = VirtualView(
        "sys.sysdatabases",
        columns: """
            name sysname, dbid smallint, sid varbinary(85) null, mode smallint, status int null, status2 int null, crdate datetime,
            reserved datetime null,
            category int null, cmptlevel tinyint, filename nvarchar(260) null, version smallint null
            """,
        named: { request in
            visible(request).map { database -> NamedRow in
                [
                    "name": .string(database.name), "dbid": .int(Int64(database.id)), "sid": .binary([1]), "status": .int(65_536),
                    "crdate": request.world.datetime(request.world.state.machineStartedAt),
                    "cmptlevel": .int(Int64(request.world.config.version.compatibilityLevel)),
                    "filename": request.world.files(of: database).first.map { .string($0.physicalName) } ?? .null,
                ]
            }
        })

    private static let scopedConfigurations: VirtualView = VirtualView(
        "sys.database_scoped_configurations", since: .v2016, isPerDatabase: true,
        columns: "configuration_id int, name nvarchar(60), value sql_variant null, value_for_secondary sql_variant null",
        named: { _ in
            [("MAXDOP", 1), ("LEGACY_CARDINALITY_ESTIMATION", 2), ("PARAMETER_SNIFFING", 3), ("QUERY_OPTIMIZER_HOTFIXES", 4)].map {
                name, id in
                ["configuration_id": .int(Int64(id)), "name": .string(name), "value": .variant(.int, .int(id == 3 ? 1 : 0))]
            }
        })

    /// Azure SQL Database only: a row for each 15 seconds of the last hour.
    private static let resourceStats: VirtualView = VirtualView(
        "sys.dm_db_resource_stats",
        columns: """
            end_time datetime, avg_cpu_percent decimal(5,2) null, avg_data_io_percent decimal(5,2) null, avg_log_write_percent
            decimal(5,2) null,
            avg_memory_usage_percent decimal(5,2) null, xtp_storage_percent decimal(5,2) null, max_worker_percent decimal(5,2) null,
            max_session_percent decimal(5,2) null, dtu_limit int null, avg_login_rate_percent decimal(5,2) null,
            avg_instance_cpu_percent decimal(5,2) null, avg_instance_memory_percent decimal(5,2) null, cpu_limit decimal(5,2) null,
            replica_role int null
            """,
        named: { request in
            let world = request.world
            guard ServerProperties.engineEdition(world.config.edition) == 5 else { return [] }
            return (0..<240).map { index -> NamedRow in
                let percent = Int64(world.cpuPercent) * 100
                return [
                    "end_time": world.datetime(world.date.addingTimeInterval(-Double(index) * 15)),
                    "avg_cpu_percent": .decimal(TDSDecimal(percent, scale: 2)), "avg_data_io_percent": .decimal(TDSDecimal(420, scale: 2)),
                    "avg_log_write_percent": .decimal(TDSDecimal(180, scale: 2)),
                    "avg_memory_usage_percent": .decimal(TDSDecimal(Int64(world.memoryPercent) * 100, scale: 2)), "replica_role": .int(0),
                ]
            }
        })

    private static let recoveryStats: VirtualView = VirtualView(
        "sys.database_recovery_status",
        columns: """
            database_id int, database_guid uniqueidentifier null, family_guid uniqueidentifier null, last_log_backup_lsn numeric(25,0) null,
            recovery_fork_guid uniqueidentifier null, first_recovery_fork_guid uniqueidentifier null, fork_point_lsn numeric(25,0) null
            """,
        named: { request in
            visible(request).map { database -> NamedRow in
                [
                    "database_id": .int(Int64(database.id)),
                    "last_log_backup_lsn": database.recoveryModel == .full && database.id > 4
                        ? .decimal(TDSDecimal(38_000_000_012_800_001)) : .null,
                ]
            }
        })

    private static let mirroring: VirtualView = VirtualView(
        "sys.database_mirroring",
        columns:
            "database_id int, mirroring_guid uniqueidentifier null, mirroring_state tinyint null, mirroring_state_desc nvarchar(60) "
            + "null, mirroring_role tinyint null",
        named: { request in visible(request).map { ["database_id": .int(Int64($0.id))] } })

    private static let logInfo: VirtualView = VirtualView(
        "sys.dm_db_log_info", requires: .serverState, since: .v2016, parameters: 1...1,
        columns: """
            database_id int null, file_id smallint, vlf_begin_offset bigint, vlf_size_mb float, vlf_sequence_number bigint, vlf_active
            bit, vlf_status int,
            vlf_parity tinyint, vlf_first_lsn nvarchar(48) null, vlf_create_lsn nvarchar(48) null
            """,
        named: { request in
            guard let database = request.world.database(id: request.argument(0).integer) else { return [] }
            let sizeMB = Double(database.logSizeMB) / 8
            return (0..<8).map { (index: Int) -> NamedRow in
                let isActive = index == 3
                let offset = Int64(8_192 + index * 1_048_576)
                var row: NamedRow = ["database_id": .int(Int64(database.id)), "file_id": .int(2), "vlf_parity": .int(64)]
                row["vlf_begin_offset"] = .int(offset)
                row["vlf_size_mb"] = .float(sizeMB)
                row["vlf_sequence_number"] = .int(Int64(40 + index))
                row["vlf_active"] = .bit(isActive)
                row["vlf_status"] = .int(isActive ? 2 : 0)
                return row
            }
        })

    /// From 2016 SP2, which every build of 2016 here has.
    private static let logStats: VirtualView = VirtualView(
        "sys.dm_db_log_stats", requires: .serverState, since: .v2016, parameters: 1...1,
        columns: """
            database_id int, recovery_model nvarchar(60) null, log_min_lsn nvarchar(24) null, log_end_lsn nvarchar(24) null,
            current_vlf_sequence_number bigint null, current_vlf_size_mb float null, total_vlf_count bigint null, total_log_size_mb float
            null,
            active_vlf_count bigint null, active_log_size_mb float null, log_truncation_holdup_reason nvarchar(60) null, log_backup_time
            datetime null, log_backup_lsn nvarchar(24) null, log_since_last_log_backup_mb float null, log_checkpoint_lsn nvarchar(24) null,
            log_since_last_checkpoint_mb float null, log_recovery_lsn nvarchar(24) null, log_recovery_size_mb float null,
            recovery_vlf_count bigint null
            """,
        named: { request in
            let world = request.world
            guard let database = world.database(id: request.argument(0).integer) else { return [] }
            let log = world.files(of: database)[1]
            let usedMB = Double(log.usedPages) / 128
            let backup = BackupHistory.backups(world).last { $0.database.id == database.id && $0.type == "L" }
            let sinceMB = backup.map { min(usedMB, world.date.timeIntervalSince($0.endAt) * usedMB / 900) } ?? usedMB
            return [
                [
                    "database_id": .int(Int64(database.id)), "recovery_model": .string(database.recoveryModel.rawValue),
                    "current_vlf_sequence_number": .int(40), "total_vlf_count": .int(Int64(8 + database.logSizeMB / 64)),
                    "total_log_size_mb": .float(Double(log.sizePages) / 128),
                    "active_vlf_count": .int(Int64(1 + usedMB / 64)), "active_log_size_mb": .float(usedMB),
                    "log_truncation_holdup_reason": .string(database.recoveryModel == .full && database.id > 4 ? "LOG_BACKUP" : "NOTHING"),
                    "log_backup_time": backup.map { world.datetime($0.endAt) }
                        ?? .dateTime(TDSDateTime(date: .datetimeEpoch, time: TDSTime(ticks: 0))),
                    "log_since_last_log_backup_mb": .float(sinceMB), "log_since_last_checkpoint_mb": .float(min(usedMB, 3)),
                    "log_recovery_size_mb": .float(min(usedMB, 3)), "recovery_vlf_count": .int(1),
                ]
            ]
        })

    private static let fileGroups: VirtualView = VirtualView(
        "sys.filegroups", isPerDatabase: true,
        columns:
            "name sysname, data_space_id int, type char(2), type_desc nvarchar(60) null, is_default bit null, is_system bit null, "
            + "is_read_only bit null",
        named: { _ in
            [
                [
                    "name": .string("PRIMARY"), "data_space_id": .int(1), "type": .string("FG"), "type_desc": .string("ROWS_FILEGROUP"),
                    "is_default": .bit(true),
                    "is_system": .bit(false), "is_read_only": .bit(false),
                ]
            ]
        })
}
