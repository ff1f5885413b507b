import TDS

/// Files of databases, their input and output, and the volumes that hold them.
enum FileViews {
    static let all: [VirtualView] = [fileStats, masterFiles, databaseFiles, volumeStats, pendingIO, fileSpace, logSpace, drives]

    private static let fileStats: VirtualView = VirtualView(
        "sys.dm_io_virtual_file_stats", requires: .serverState, parameters: 2...2,
        columns: """
            database_id smallint, file_id smallint, sample_ms bigint, num_of_reads bigint, num_of_bytes_read bigint, io_stall_read_ms
            bigint,
            io_stall_queued_read_ms bigint, num_of_writes bigint, num_of_bytes_written bigint, io_stall_write_ms bigint,
            io_stall_queued_write_ms bigint, io_stall bigint, size_on_disk_bytes bigint, file_handle varbinary(8)
            """,
        dense: { request in
            let world = request.world
            var rows: [[TDSValue]] = []
            for database in world.config.databases where wants(request.argument(0), database.id) {
                for file in world.files(of: database) where wants(request.argument(1), file.id) {
                    // Databases are used by their size; logs are written, hardly read.
                    let weight = database.id > 4 ? 1.0 : database.id == 2 ? 0.8 : 0.05
                    let salt = 3_000 + database.id * 16 + file.id * 4
                    let reads = world.counter(perSecond: (file.isLog ? 0.02 : 18) * weight, salt: salt)
                    let writes = world.counter(perSecond: (file.isLog ? 22 : 9) * weight, salt: salt + 1)
                    let readMs = reads * Int64(2 + Noise.integer(0...5, world.seed, salt)) + reads / 3
                    let writeMs = writes * Int64(1 + Noise.integer(0...3, world.seed, salt + 1)) + writes / 4
                    rows.append([
                        .int(Int64(database.id)), .int(Int64(file.id)), .int(world.msTicks), .int(reads), .int(reads * 40_960),
                        .int(readMs), .int(0),
                        .int(writes), .int(writes * (file.isLog ? 12_288 : 24_576)), .int(writeMs), .int(0), .int(readMs + writeMs),
                        .int(file.sizePages * 8_192), .binary([0, 0, 0, 0, 0, 0, UInt8(truncatingIfNeeded: database.id), UInt8(file.id)]),
                    ])
                }
            }
            return rows
        })

    /// NULL, DEFAULT and -1 mean all.
    private static func wants(_ argument: TDSValue, _ id: Int) -> Bool {
        guard case .int(let number) = argument else { return true }
        return number == Int64(id) || number == -1
    }

    private static let fileColumns = """
        file_id int, file_guid uniqueidentifier null, type tinyint, type_desc nvarchar(60) null, data_space_id int, name sysname,
        physical_name nvarchar(260), state tinyint null, state_desc nvarchar(60) null, size int, max_size int, growth int,
        is_media_read_only bit,
        is_read_only bit, is_sparse bit, is_percent_growth bit, is_name_reserved bit, create_lsn numeric(25,0) null, drop_lsn
        numeric(25,0) null,
        read_only_lsn numeric(25,0) null, read_write_lsn numeric(25,0) null, differential_base_lsn numeric(25,0) null,
        differential_base_guid uniqueidentifier null, differential_base_time datetime null, redo_start_lsn numeric(25,0) null,
        redo_start_fork_guid uniqueidentifier null, redo_target_lsn numeric(25,0) null, redo_target_fork_guid uniqueidentifier null,
        backup_lsn numeric(25,0) null
        """

    private static func row(_ file: World.File) -> NamedRow {
        [
            "file_id": .int(Int64(file.id)), "type": .int(file.isLog ? 1 : 0), "type_desc": .string(file.isLog ? "LOG" : "ROWS"),
            "data_space_id": .int(file.isLog ? 0 : 1), "name": .string(file.name), "physical_name": .string(file.physicalName),
            "state": .int(0),
            "state_desc": .string("ONLINE"), "size": .int(file.sizePages), "max_size": .int(file.isLog ? 268_435_456 : -1),
            "growth": .int(8_192),
        ]
    }

    /// Without VIEW ANY DEFINITION: no rows and no error.
    private static let masterFiles: VirtualView = VirtualView(
        "sys.master_files", columns: "database_id int, " + fileColumns + ", credential_id int null",
        named: { request in
            let version = request.world.config.version
            guard request.session.login.may("VIEW ANY DEFINITION", version) || request.session.login.may("ALTER ANY DATABASE", version)
            else { return [] }
            return request.world.config.databases.flatMap { database in
                request.world.files(of: database).map { file in
                    var row = row(file)
                    row["database_id"] = .int(Int64(database.id))
                    return row
                }
            }
        })

    private static let databaseFiles: VirtualView = VirtualView(
        "sys.database_files", isPerDatabase: true, columns: fileColumns,
        named: { request in request.world.files(of: request.database).map(row) })

    private static let volumeStats: VirtualView = VirtualView(
        "sys.dm_os_volume_stats", requires: .serverState, parameters: 2...2,
        columns: """
            database_id int, file_id int, volume_mount_point nvarchar(512) null, volume_id nvarchar(512) null, logical_volume_name
            nvarchar(512) null,
            file_system_type nvarchar(512) null, total_bytes bigint, available_bytes bigint, supports_compression tinyint null,
            supports_alternate_streams tinyint null, supports_sparse_files tinyint null, is_read_only tinyint null, is_compressed tinyint
            null
            """,
        later: [(.v2019, "incurs_seek_penalty tinyint null")],
        named: { request in
            let world = request.world
            guard let database = world.database(id: request.argument(0).integer),
                let file = world.files(of: database).first(where: { $0.id == request.argument(1).integer })
            else { return [] }
            let isWindows = world.config.platform == .windows
            let total = Int64(512) * 1_073_741_824
            let used = world.config.databases.flatMap { world.files(of: $0) }.reduce(Int64(0)) { $0 + $1.sizePages * 8_192 }
            return [
                [
                    "database_id": .int(Int64(database.id)), "file_id": .int(Int64(file.id)),
                    "volume_mount_point": .string(isWindows ? "C:\\" : "/"),
                    "volume_id": .string(isWindows ? "\\\\?\\Volume{\(world.seed)}\\" : ""), "logical_volume_name": .string("Data"),
                    "file_system_type": .string(isWindows ? "NTFS" : "ext4"), "total_bytes": .int(total),
                    // Backups come and go beside the files.
                    "available_bytes": .int(
                        max(1_073_741_824, total * 6 / 10 - used - Int64(world.gauge(0...4_000, salt: 354)) * 1_048_576)),
                    "supports_compression": .int(1),
                    "is_read_only": .int(0),
                    "is_compressed": .int(0), "incurs_seek_penalty": .int(0),
                ]
            ]
        })

    private static let drives: VirtualView = VirtualView(
        "sys.dm_os_enumerate_fixed_drives", requires: .serverState, since: .v2017,
        columns: "fixed_drive_path nvarchar(256), drive_type int, drive_type_desc nvarchar(512), free_space_in_bytes bigint",
        named: { request in
            let isWindows = request.world.config.platform == .windows
            return [
                [
                    "fixed_drive_path": .string(isWindows ? "C:\\" : "/"), "drive_type": .int(3), "drive_type_desc": .string("DRIVE_FIXED"),
                    "free_space_in_bytes": .int(Int64(260 + request.world.gauge(0...3, salt: 350)) * 1_073_741_824),
                ]
            ]
        })

    private static let pendingIO: VirtualView = VirtualView(
        "sys.dm_io_pending_io_requests", requires: .serverState,
        columns: """
            io_completion_request_address varbinary(8), io_type nvarchar(60), io_pending_ms_ticks bigint, io_pending int,
            io_completion_routine_address varbinary(8) null, io_user_data_address varbinary(8) null, scheduler_address varbinary(8),
            io_handle varbinary(8) null, io_offset bigint
            """,
        named: { _ in [] })

    private static let fileSpace: VirtualView = VirtualView(
        "sys.dm_db_file_space_usage", requires: .serverState, isPerDatabase: true,
        columns: """
            database_id int null, file_id smallint null, filegroup_id smallint null, total_page_count bigint null,
            allocated_extent_page_count bigint null,
            unallocated_extent_page_count bigint null, version_store_reserved_page_count bigint null, user_object_reserved_page_count
            bigint null,
            internal_object_reserved_page_count bigint null, mixed_extent_page_count bigint null
            """,
        later: [(.v2016, "modified_extent_page_count bigint null")],
        named: { request in
            let world = request.world
            return world.files(of: request.database).filter { !$0.isLog }.map { file in
                let user = Int64(world.gauge(40...900, salt: 351)) * 8
                let inner = Int64(world.gauge(10...300, salt: 352)) * 8
                let versions = Int64(world.gauge(0...120, salt: 353)) * 8
                let used = request.database.id == 2 ? min(file.sizePages, user + inner + versions + 400) : file.usedPages
                return [
                    "database_id": .int(Int64(request.database.id)), "file_id": .int(Int64(file.id)), "filegroup_id": .int(1),
                    "total_page_count": .int(file.sizePages), "allocated_extent_page_count": .int(used),
                    "unallocated_extent_page_count": .int(file.sizePages - used), "version_store_reserved_page_count": .int(versions),
                    "user_object_reserved_page_count": .int(user), "internal_object_reserved_page_count": .int(inner),
                    "mixed_extent_page_count": .int(160),
                    "modified_extent_page_count": .int(64),
                ]
            }
        })

    private static let logSpace: VirtualView = VirtualView(
        "sys.dm_db_log_space_usage", requires: .serverState, isPerDatabase: true,
        columns: """
            database_id int null, total_log_size_in_bytes bigint null, used_log_space_in_bytes bigint null, used_log_space_in_percent real
            null,
            log_space_in_bytes_since_last_backup bigint null
            """,
        named: { request in
            request.world.files(of: request.database).filter(\.isLog).map { file -> NamedRow in
                [
                    "database_id": .int(Int64(request.database.id)), "total_log_size_in_bytes": .int(file.sizePages * 8_192),
                    "used_log_space_in_bytes": .int(file.usedPages * 8_192),
                    "used_log_space_in_percent": .real(Float(file.usedPages) * 100 / Float(max(1, file.sizePages))),
                    "log_space_in_bytes_since_last_backup": .int(file.usedPages * 4_096),
                ]
            }
        })
}
