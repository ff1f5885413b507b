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

    /// Night of the last CHECKDB before `world.date`, within the last week; nil for a database that nobody ever checked.
    static func lastCheck(of database: SimulatedDatabase, _ world: World) -> Date? {
        if database.id > 5, world.seed % 5 == 0 { return nil }
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

/// msdb: backups.
enum BackupViews {
    static let all: [VirtualView] = [backupSets, mediaFamilies, restores, suspectPages]

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
            is_copy_only bit null, time_zone smallint null, database_guid uniqueidentifier null, key_algorithm nvarchar(32) null,
            encryptor_type nvarchar(32) null
            """,
        named: { request in
            let world = request.world
            return BackupHistory.backups(world).map { backup -> NamedRow in
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
                    "time_zone": .int(0),
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
            BackupHistory.backups(request.world).map { backup -> NamedRow in
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
}
