import Foundation
import TDS

/// When the simulated databases were backed up and checked: full on Sundays, differential daily, logs each quarter of an hour.
enum BackupHistory {
    static let fullDays = 5

    struct Backup {
        let id: Int
        let database: SimulatedDatabase
        /// D full, I differential, L log.
        let type: String
        let startAt: Date
        let endAt: Date
        let sizeBytes: Int64
    }

    /// Night of the last CHECKDB before `world.date`, within the last week.
    static func lastCheck(of database: SimulatedDatabase, _ world: World) -> Date {
        let day = Int(world.date.timeIntervalSince1970 / 86_400)
        let last = day - (day + world.seed + database.id) % 7
        let at = Date(timeIntervalSince1970: Double(last) * 86_400 + 10_800)
        return at > world.date ? at.addingTimeInterval(-7 * 86_400) : at
    }

    /// The backups of the last five days.
    static func backups(_ world: World) -> [Backup] {
        let today = Int(world.date.timeIntervalSince1970 / 86_400)
        var backups: [Backup] = []
        for database in world.config.databases where database.id != 2 {
            for day in (today - fullDays)...today {
                let night = Date(
                    timeIntervalSince1970: Double(day) * 86_400 + 3_600 + Double(world.seed % 30) * 60 + Double(database.id) * 90)
                let isFull = database.id <= 4 || (day + world.seed) % 4 == 0
                append(&backups, database, isFull ? "D" : "I", night, Int64(database.dataSizeMB) * (isFull ? 600_000 : 40_000), world)
            }
            guard database.recoveryModel == .full, database.id > 4 else { continue }
            let quarter = Int(world.date.timeIntervalSince1970 / 900)
            for step in (quarter - 96)...quarter {
                append(
                    &backups, database, "L", Date(timeIntervalSince1970: Double(step) * 900 + Double(database.id)),
                    Int64(database.logSizeMB) * 6_000, world)
            }
        }
        return backups
    }

    private static func append(
        _ list: inout [Backup], _ database: SimulatedDatabase, _ type: String, _ startAt: Date, _ size: Int64, _ world: World
    ) {
        let endAt = startAt.addingTimeInterval(type == "L" ? 2 : 20 + Double(size) / 400_000_000)
        guard endAt <= world.date else { return }
        list.append(
            Backup(
                id: Int(startAt.timeIntervalSince1970) / 60 * 100 + database.id, database: database, type: type, startAt: startAt,
                endAt: endAt, sizeBytes: size))
    }
}

/// msdb: backups and Agent jobs.
enum BackupViews {
    static let all: [VirtualView] = [
        backupSets, mediaFamilies, restores, jobs, jobHistory, jobSteps, jobActivity, jobSchedules, agentSessions, suspectPages, categories,
    ]

    private static let backupSets: VirtualView = VirtualView(
        "msdb.dbo.backupset", requires: .msdb,
        columns: """
            backup_set_id int, backup_set_uuid uniqueidentifier, media_set_id int, first_family_number tinyint null, first_media_number
            smallint null,
            name nvarchar(128) null, description nvarchar(255) null, user_name nvarchar(128) null, software_major_version tinyint null,
            database_creation_date datetime null, backup_start_date datetime null, backup_finish_date datetime null, type char(1) null,
            compatibility_level tinyint null, database_version int null, backup_size numeric(20,0) null, compressed_backup_size
            numeric(20,0) null,
            database_name nvarchar(128) null, server_name nvarchar(128) null, machine_name nvarchar(128) null, first_lsn numeric(25,0) null,
            last_lsn numeric(25,0) null, checkpoint_lsn numeric(25,0) null, database_backup_lsn numeric(25,0) null,
            is_password_protected bit null, recovery_model nvarchar(60) null, has_bulk_logged_data bit null, is_snapshot bit null,
            is_readonly bit null,
            is_single_user bit null, has_backup_checksums bit null, is_damaged bit null, begins_log_chain bit null, is_force_offline bit
            null,
            is_copy_only bit null, database_guid uniqueidentifier null, key_algorithm nvarchar(32) null, encryptor_type nvarchar(32) null
            """,
        named: { request in
            let world = request.world
            return BackupHistory.backups(world).map { backup -> [String: TDSValue] in
                [
                    "backup_set_id": .int(Int64(backup.id % 2_000_000_000)), "media_set_id": .int(Int64(backup.id % 2_000_000_000)),
                    "user_name": .string("sa"),
                    "backup_set_uuid": .guid(
                        UUID(
                            uuid: (
                                0, 0, 0, 0, 0, 0, 64, 0, 128, 0, UInt8(backup.id >> 40 & 255), UInt8(backup.id >> 32 & 255),
                                UInt8(backup.id >> 24 & 255), UInt8(backup.id >> 16 & 255), UInt8(backup.id >> 8 & 255),
                                UInt8(backup.id & 255)
                            ))),
                    "software_major_version": .int(Int64(world.config.version.major)), "backup_start_date": world.datetime(backup.startAt),
                    "backup_finish_date": world.datetime(backup.endAt), "type": .string(backup.type),
                    "compatibility_level": .int(Int64(world.config.version.compatibilityLevel)),
                    "backup_size": .decimal(TDSDecimal(backup.sizeBytes)),
                    "compressed_backup_size": .decimal(TDSDecimal(backup.sizeBytes / 4)), "database_name": .string(backup.database.name),
                    "server_name": .string(world.config.name), "machine_name": .string(world.machineName),
                    "recovery_model": .string(backup.database.recoveryModel.rawValue), "is_snapshot": .bit(false),
                    "is_copy_only": .bit(false),
                    "has_backup_checksums": .bit(true), "is_damaged": .bit(false), "is_password_protected": .bit(false),
                ]
            }
        })

    private static let mediaFamilies: VirtualView = VirtualView(
        "msdb.dbo.backupmediafamily", requires: .msdb,
        columns: """
            media_set_id int, family_sequence_number tinyint, media_family_id uniqueidentifier null, media_count int null,
            logical_device_name nvarchar(128) null,
            physical_device_name nvarchar(260) null, device_type tinyint null
            """,
        named: { request in
            BackupHistory.backups(request.world).map { backup -> [String: TDSValue] in
                [
                    "media_set_id": .int(Int64(backup.id % 2_000_000_000)), "family_sequence_number": .int(1), "media_count": .int(1),
                    "physical_device_name": .string(
                        "B:\\backup\\\(backup.database.name)_\(backup.id).\(backup.type == "L" ? "trn" : "bak")"), "device_type": .int(2),
                ]
            }
        })

    private static let restores: VirtualView = VirtualView(
        "msdb.dbo.restorehistory", requires: .msdb,
        columns:
            "restore_history_id int, restore_date datetime null, destination_database_name nvarchar(128) null, user_name nvarchar(128) "
            + "null, backup_set_id int, restore_type char(1) null",
        named: { _ in [] })

    private static let suspectPages: VirtualView = VirtualView(
        "msdb.dbo.suspect_pages", requires: .msdb,
        columns: "database_id int, file_id int, page_id bigint, event_type int, error_count int, last_update_date datetime",
        named: { _ in [] })

    // MARK: Agent

    private static let jobNames = [
        "DatabaseBackup - USER_DATABASES - FULL", "DatabaseBackup - USER_DATABASES - LOG", "DatabaseIntegrityCheck - USER_DATABASES",
        "IndexOptimize - USER_DATABASES", "syspolicy_purge_history",
    ]

    private static func jobID(_ index: Int) -> TDSValue {
        .guid(UUID(uuid: (1, 0, 0, 0, 0, 0, 64, 0, 128, 0, 0, 0, 0, 0, 0, UInt8(index))))
    }

    private static let jobs: VirtualView = VirtualView(
        "msdb.dbo.sysjobs", requires: .msdb,
        columns: """
            job_id uniqueidentifier, originating_server_id int, name sysname, enabled tinyint, description nvarchar(512) null,
            start_step_id int,
            category_id int, owner_sid varbinary(85), notify_level_eventlog int, notify_level_email int, notify_level_netsend int,
            notify_level_page int,
            notify_email_operator_id int, notify_netsend_operator_id int, notify_page_operator_id int, delete_level int, date_created
            datetime,
            date_modified datetime, version_number int
            """,
        named: { request in
            jobNames.enumerated().map { index, name -> [String: TDSValue] in
                [
                    "job_id": jobID(index), "name": .string(name), "enabled": .int(1), "description": .string("No description available."),
                    "start_step_id": .int(1),
                    "owner_sid": .binary([1]), "date_created": request.world.datetime(request.world.state.machineStartedAt),
                    "date_modified": request.world.datetime(request.world.state.machineStartedAt), "version_number": .int(4),
                ]
            }
        })

    private static let jobHistory: VirtualView = VirtualView(
        "msdb.dbo.sysjobhistory", requires: .msdb,
        columns: """
            instance_id int, job_id uniqueidentifier, step_id int, step_name sysname, sql_message_id int, sql_severity int, message
            nvarchar(4000) null,
            run_status int, run_date int, run_time int, run_duration int, operator_id_emailed int, operator_id_netsent int,
            operator_id_paged int,
            retries_attempted int, server sysname
            """,
        named: { request in
            let world = request.world
            let today = Int(world.date.timeIntervalSince1970 / 86_400)
            return ((today - 5)..<today).flatMap { day in
                jobNames.indices.map { index in
                    let (year, month, date) = TDSDate(dayNumber: TDSDate.unixEpoch.dayNumber + day).components
                    let hasFailed = Noise.integer(0...40, world.seed, 5_600 + index, day) == 0
                    return [
                        "instance_id": .int(Int64(day * 10 + index)), "job_id": jobID(index), "step_id": .int(0),
                        "step_name": .string("(Job outcome)"),
                        "message": .string("The job \(hasFailed ? "failed" : "succeeded").  The Job was invoked by Schedule 9."),
                        "run_status": .int(hasFailed ? 0 : 1),
                        "run_date": .int(Int64(year * 10_000 + month * 100 + date)), "run_time": .int(Int64(10_000 * (1 + index))),
                        "run_duration": .int(130),
                        "server": .string(world.config.name),
                    ]
                }
            }
        })

    private static let jobSteps: VirtualView = VirtualView(
        "msdb.dbo.sysjobsteps", requires: .msdb,
        columns:
            "job_id uniqueidentifier, step_id int, step_name sysname, subsystem nvarchar(40), command nvarchar(max) null, "
            + "last_run_outcome int, last_run_duration int, last_run_date int, last_run_time int",
        named: { _ in
            jobNames.indices.map {
                [
                    "job_id": jobID($0), "step_id": .int(1), "step_name": .string("Run"), "subsystem": .string("TSQL"),
                    "last_run_outcome": .int(1),
                ]
            }
        })

    private static let jobActivity: VirtualView = VirtualView(
        "msdb.dbo.sysjobactivity", requires: .msdb,
        columns: """
            session_id int, job_id uniqueidentifier, run_requested_date datetime null, start_execution_date datetime null,
            last_executed_step_id int null,
            stop_execution_date datetime null, job_history_id int null, next_scheduled_run_date datetime null
            """,
        named: { request in
            jobNames.indices.map {
                [
                    "session_id": .int(1), "job_id": jobID($0),
                    "next_scheduled_run_date": request.world.datetime(request.world.date.addingTimeInterval(3_600)),
                ]
            }
        })

    private static let jobSchedules: VirtualView = VirtualView(
        "msdb.dbo.sysjobschedules", requires: .msdb,
        columns: "schedule_id int null, job_id uniqueidentifier null, next_run_date int, next_run_time int",
        named: { _ in jobNames.indices.map { ["schedule_id": .int(Int64($0 + 1)), "job_id": jobID($0)] } })

    private static let agentSessions: VirtualView = VirtualView(
        "msdb.dbo.syssessions", requires: .msdb, columns: "session_id int, agent_start_date datetime",
        named: { request in [["session_id": .int(1), "agent_start_date": request.world.datetime(request.world.state.startedAt)]] })

    private static let categories: VirtualView = VirtualView(
        "msdb.dbo.syscategories", requires: .msdb, columns: "category_id int, category_class int, category_type tinyint, name sysname",
        named: { _ in
            [["category_id": .int(0), "category_class": .int(1), "category_type": .int(1), "name": .string("[Uncategorized (Local)]")]]
        })
}
