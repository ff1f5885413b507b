import TDS

/// Memory of the host and of SQL Server.
enum MemoryViews {
    static let all: [VirtualView] = [systemMemory, processMemory, clerks, grants, semaphores, bufferDescriptors]

    private static let systemMemory: VirtualView = VirtualView(
        "sys.dm_os_sys_memory", requires: .serverState,
        columns: """
            total_physical_memory_kb bigint, available_physical_memory_kb bigint, total_page_file_kb bigint, available_page_file_kb bigint,
            system_cache_kb bigint, kernel_paged_pool_kb bigint, kernel_nonpaged_pool_kb bigint, system_high_memory_signal_state bit,
            system_low_memory_signal_state bit, system_memory_state_desc nvarchar(256)
            """,
        named: { request in
            let world = request.world
            let isLow = world.memoryPercent >= 97
            return [
                [
                    "total_physical_memory_kb": .int(world.physicalMemoryKB), "available_physical_memory_kb": .int(world.availableMemoryKB),
                    "total_page_file_kb": .int(world.physicalMemoryKB * 5 / 4),
                    "available_page_file_kb": .int(world.availableMemoryKB * 3 / 2),
                    "system_cache_kb": .int(world.availableMemoryKB / 2), "kernel_paged_pool_kb": .int(412_000),
                    "kernel_nonpaged_pool_kb": .int(208_000),
                    "system_high_memory_signal_state": .bit(!isLow), "system_low_memory_signal_state": .bit(isLow),
                    "system_memory_state_desc": .string(isLow ? "Available physical memory is low" : "Available physical memory is high"),
                ]
            ]
        })

    private static let processMemory: VirtualView = VirtualView(
        "sys.dm_os_process_memory", requires: .serverState,
        columns: """
            physical_memory_in_use_kb bigint, large_page_allocations_kb bigint, locked_page_allocations_kb bigint,
            total_virtual_address_space_kb bigint,
            virtual_address_space_reserved_kb bigint, virtual_address_space_committed_kb bigint, virtual_address_space_available_kb bigint,
            page_fault_count bigint, memory_utilization_percentage int, available_commit_limit_kb bigint, process_physical_memory_low bit,
            process_virtual_memory_low bit
            """,
        named: { request in
            let world = request.world
            return [
                [
                    "physical_memory_in_use_kb": .int(world.processMemoryKB), "total_virtual_address_space_kb": .int(137_438_953_344),
                    "virtual_address_space_reserved_kb": .int(world.physicalMemoryKB * 2),
                    "virtual_address_space_committed_kb": .int(world.processMemoryKB + 900_000),
                    "virtual_address_space_available_kb": .int(137_438_953_344 - world.physicalMemoryKB * 2),
                    "page_fault_count": .int(world.counter(perSecond: 50, salt: 210)), "memory_utilization_percentage": .int(100),
                    "available_commit_limit_kb": .int(world.availableMemoryKB),
                    "process_physical_memory_low": .bit(world.memoryPercent >= 97),
                ]
            ]
        })

    private static let shares: [(type: String, permille: Int64)] = [
        ("MEMORYCLERK_SQLBUFFERPOOL", 780), ("CACHESTORE_SQLCP", 62), ("CACHESTORE_OBJCP", 31), ("MEMORYCLERK_SQLGENERAL", 24),
        ("OBJECTSTORE_LOCK_MANAGER", 18),
        ("MEMORYCLERK_SOSNODE", 15), ("USERSTORE_SCHEMAMGR", 13), ("MEMORYCLERK_SQLQUERYEXEC", 11), ("MEMORYCLERK_SQLSTORENG", 10),
        ("CACHESTORE_PHDR", 8),
        ("USERSTORE_DBMETADATA", 6), ("MEMORYCLERK_SQLQERESERVATIONS", 5), ("MEMORYCLERK_XE", 5), ("USERSTORE_TOKENPERM", 4),
        ("MEMORYCLERK_SQLCLR", 3),
        ("MEMORYCLERK_SQLCONNECTIONPOOL", 2), ("MEMORYCLERK_BACKUP", 1), ("MEMORYCLERK_HOST", 1), ("MEMORYCLERK_SQLLOGPOOL", 1),
    ]

    private static let clerks: VirtualView = VirtualView(
        "sys.dm_os_memory_clerks", requires: .serverState,
        columns: """
            memory_clerk_address varbinary(8), type nvarchar(60), name nvarchar(256), memory_node_id smallint, pages_kb bigint,
            virtual_memory_reserved_kb bigint, virtual_memory_committed_kb bigint, awe_allocated_kb bigint, shared_memory_reserved_kb
            bigint,
            shared_memory_committed_kb bigint, page_size_in_bytes bigint, page_allocator_address varbinary(8) null, host_address
            varbinary(8) null
            """,
        later: [(.v2016, "parent_memory_broker_type nvarchar(60) null")],
        named: { request in
            let world = request.world
            return shares.enumerated().map { index, share -> NamedRow in
                [
                    "memory_clerk_address": .binary([0, 0, 2, 0, 0, UInt8(index), 0, 64]), "type": .string(share.type),
                    "name": .string("Default"),
                    "pages_kb": .int(world.processMemoryKB * share.permille / 1000 + Int64(world.gauge(0...400, salt: 220 + index)) * 8),
                    "virtual_memory_reserved_kb": .int(share.permille > 100 ? world.physicalMemoryKB : 0), "page_size_in_bytes": .int(8192),
                ]
            }
        })

    private static let grants: VirtualView = VirtualView(
        "sys.dm_exec_query_memory_grants", requires: .serverState,
        columns: """
            session_id smallint null, request_id int null, scheduler_id int null, dop smallint null, request_time datetime null,
            grant_time datetime null,
            requested_memory_kb bigint null, granted_memory_kb bigint null, required_memory_kb bigint null, used_memory_kb bigint null,
            max_used_memory_kb bigint null, query_cost float null, timeout_sec int null, resource_semaphore_id smallint null, queue_id
            smallint null,
            wait_order int null, is_next_candidate bit null, wait_time_ms bigint null, plan_handle varbinary(64) null, sql_handle
            varbinary(64) null,
            group_id int null, pool_id int null, is_small bit null, ideal_memory_kb bigint null
            """,
        named: { request in
            let world = request.world
            return held(world).map { grant -> NamedRow in
                [
                    "session_id": .int(Int64(grant.session.id)), "request_id": .int(0), "dop": .int(1),
                    "request_time": world.datetime(grant.session.lastStartAt),
                    "grant_time": grant.isWaiting ? .null : world.datetime(grant.session.lastStartAt),
                    "requested_memory_kb": .int(grant.kilobytes), "granted_memory_kb": grant.isWaiting ? .null : .int(grant.kilobytes),
                    "required_memory_kb": .int(1_024), "used_memory_kb": grant.isWaiting ? .null : .int(grant.kilobytes / 3),
                    "max_used_memory_kb": grant.isWaiting ? .null : .int(grant.kilobytes / 3), "query_cost": .float(12.5),
                    "timeout_sec": .int(312), "resource_semaphore_id": .int(0), "is_next_candidate": .bit(grant.isWaiting),
                    "wait_time_ms": grant.isWaiting ? .int(400) : .null, "sql_handle": .binary(grant.session.handle), "group_id": .int(2),
                    "pool_id": .int(2), "is_small": .bit(false), "ideal_memory_kb": .int(grant.kilobytes),
                ]
            }
        })

    private struct Grant {
        let session: ShownSession
        let kilobytes: Int64
        let isWaiting: Bool
    }

    /// Applications' running statements that read sort and hash; when the machine's memory is short the last ones wait for their grant.
    private static func held(_ world: World) -> [Grant] {
        let sessions = world.shownSessions.filter { $0.isUser && $0.query != nil && $0.request?.command == "SELECT" }
        return sessions.enumerated().map { index, session in
            Grant(
                session: session, kilobytes: Int64(1_024 * Noise.integer(1...64, world.seed, 260 + session.id % 40)),
                isWaiting: world.memoryPercent >= 97 && index >= max(1, sessions.count / 2))
        }
    }

    private static let semaphores: VirtualView = VirtualView(
        "sys.dm_exec_query_resource_semaphores", requires: .serverState,
        columns: """
            resource_semaphore_id smallint, target_memory_kb bigint null, max_target_memory_kb bigint null, total_memory_kb bigint null,
            available_memory_kb bigint null, granted_memory_kb bigint null, used_memory_kb bigint null, grantee_count int null,
            waiter_count int null,
            timeout_error_count bigint null, forced_grant_count bigint null, pool_id int null
            """,
        named: { request in
            let world = request.world
            let size = world.physicalMemoryKB * 6 / 10
            let grants = held(world)
            return (0...1).map { id in
                let share = id == 0 ? size : size / 50
                let granted = id == 0 ? grants.reduce(Int64(0)) { $0 + ($1.isWaiting ? 0 : $1.kilobytes) } : 0
                let waiters = id == 0 ? grants.filter(\.isWaiting).count : 0
                return [
                    "resource_semaphore_id": .int(Int64(id)), "target_memory_kb": .int(share),
                    "max_target_memory_kb": id == 0 ? .int(share) : .null,
                    "total_memory_kb": .int(share), "available_memory_kb": .int(share - granted), "granted_memory_kb": .int(granted),
                    "used_memory_kb": .int(granted / 3), "grantee_count": .int(id == 0 ? Int64(grants.count - waiters) : 0),
                    "waiter_count": .int(Int64(waiters)),
                    "timeout_error_count": id == 0 ? .int(world.counter(perSecond: 0.000_1, salt: 261)) : .null,
                    "forced_grant_count": id == 0 ? .int(world.counter(perSecond: 0.000_4, salt: 262)) : .null, "pool_id": .int(2),
                ]
            }
        })

    private static let bufferDescriptors: VirtualView = VirtualView(
        "sys.dm_os_buffer_descriptors", requires: .serverState,
        columns: """
            database_id int null, file_id int null, page_id int null, page_level int null, allocation_unit_id bigint null, page_type
            nvarchar(60) null,
            row_count int null, free_space_in_bytes int null, is_modified bit null, numa_node int null, read_microsec bigint null
            """,
        named: { request in
            request.world.config.databases.map { database -> NamedRow in
                [
                    "database_id": .int(Int64(database.id)), "file_id": .int(1), "page_id": .int(1), "page_level": .int(0),
                    "page_type": .string("DATA_PAGE"),
                    "row_count": .int(40), "free_space_in_bytes": .int(300), "is_modified": .bit(false), "numa_node": .int(0),
                ]
            }
        })
}
