import TDS

/// sys.configurations and trace flags.
enum ConfigurationViews {
    static let all: [VirtualView] = [configurations, workloadGroups, resourcePools]

    /// Number, name, value, minimum, maximum, whether it takes effect at once, whether it is advanced.
    private static let options:
        [(id: Int64, name: String, value: Int64, minimum: Int64, maximum: Int64, isDynamic: Bool, isAdvanced: Bool)] = [
            (101, "recovery interval (min)", 0, 0, 32_767, true, true), (102, "allow updates", 0, 0, 1, true, false),
            (103, "user connections", 0, 0, 32_767, false, true), (106, "locks", 0, 5_000, 2_147_483_647, false, true),
            (107, "open objects", 0, 0, 2_147_483_647, false, true), (109, "fill factor (%)", 0, 0, 100, false, true),
            (115, "nested triggers", 1, 0, 1, true, false), (117, "remote access", 1, 0, 1, false, false),
            (124, "default language", 0, 0, 9_999, true, false), (400, "cross db ownership chaining", 0, 0, 1, true, false),
            (503, "max worker threads", 0, 128, 65_535, true, true), (505, "network packet size (B)", 4_096, 512, 32_767, true, true),
            (518, "show advanced options", 0, 0, 1, true, false), (542, "remote proc trans", 0, 0, 1, true, false),
            (544, "c2 audit mode", 0, 0, 1, false, true), (1126, "default full-text language", 1_033, 0, 2_147_483_647, true, true),
            (1127, "two digit year cutoff", 2_049, 1_753, 9_999, true, true),
            (1505, "index create memory (KB)", 0, 704, 2_147_483_647, true, true),
            (1517, "priority boost", 0, 0, 1, false, true), (1519, "remote login timeout (s)", 10, 0, 2_147_483_647, true, false),
            (1520, "remote query timeout (s)", 600, 0, 2_147_483_647, true, false),
            (1531, "cursor threshold", -1, -1, 2_147_483_647, true, true),
            (1532, "set working set size", 0, 0, 1, false, true), (1534, "user options", 0, 0, 32_767, true, false),
            (1535, "affinity mask", 0, -2_147_483_648, 2_147_483_647, true, true),
            (1536, "max text repl size (B)", 65_536, -1, 2_147_483_647, true, false),
            (1537, "media retention", 0, 0, 365, true, true), (1538, "cost threshold for parallelism", 5, 0, 32_767, true, true),
            (1539, "max degree of parallelism", 4, 0, 32_767, true, true),
            (1540, "min memory per query (KB)", 1_024, 512, 2_147_483_647, true, true),
            (1541, "query wait (s)", -1, -1, 2_147_483_647, true, true), (1543, "min server memory (MB)", 0, 0, 2_147_483_647, true, true),
            (1544, "max server memory (MB)", 2_147_483_647, 128, 2_147_483_647, true, true),
            (1546, "scan for startup procs", 0, 0, 1, false, true),
            (1555, "transform noise words", 0, 0, 1, true, true), (1562, "clr enabled", 0, 0, 1, true, false),
            (1568, "default trace enabled", 1, 0, 1, true, true), (1569, "blocked process threshold (s)", 0, 0, 86_400, true, true),
            (1576, "remote admin connections", 0, 0, 1, true, false), (1579, "backup compression default", 0, 0, 1, true, false),
            (1581, "optimize for ad hoc workloads", 0, 0, 1, true, true), (16_384, "Agent XPs", 1, 0, 1, true, true),
            (16_386, "Database Mail XPs", 0, 0, 1, true, true), (16_388, "Ole Automation Procedures", 0, 0, 1, true, true),
            (16_390, "xp_cmdshell", 0, 0, 1, true, true), (16_391, "Ad Hoc Distributed Queries", 0, 0, 1, true, true),
        ]

    private static let configurations: VirtualView = VirtualView(
        "sys.configurations",
        columns: """
            configuration_id int, name nvarchar(35), value sql_variant null, minimum sql_variant null, maximum sql_variant null,
            value_in_use sql_variant null, description nvarchar(255), is_dynamic bit, is_advanced bit
            """,
        dense: { request in
            let memoryMB = request.world.physicalMemoryKB * 8 / 10 / 1_024
            return options.map { option in
                let value = option.id == 1544 ? memoryMB : option.value
                return [
                    .int(option.id), .string(option.name), .variant(.int, .int(value)), .variant(.int, .int(option.minimum)),
                    .variant(.int, .int(option.maximum)), .variant(.int, .int(value)), .string(option.name), .bit(option.isDynamic),
                    .bit(option.isAdvanced),
                ]
            }
        })

    private static let workloadGroups: VirtualView = VirtualView(
        "sys.dm_resource_governor_workload_groups", requires: .serverState,
        columns: """
            group_id int, name sysname, pool_id int, statistics_start_time datetime, total_request_count bigint,
            total_queued_request_count bigint,
            active_request_count int, queued_request_count int, total_cpu_usage_ms bigint, max_request_cpu_time_ms bigint,
            blocked_task_count int
            """,
        named: { request in
            ["internal", "default"].enumerated().map { index, name -> NamedRow in
                [
                    "group_id": .int(Int64(index + 1)), "name": .string(name), "pool_id": .int(Int64(index + 1)),
                    "statistics_start_time": request.world.datetime(request.world.state.countersSince),
                    "total_request_count": .int(request.world.counter(perSecond: index == 0 ? 0.1 : 180, salt: 5_500 + index)),
                    "active_request_count": .int(Int64(index)),
                    "total_cpu_usage_ms": .int(request.world.counter(perSecond: index == 0 ? 5 : 900, salt: 5_510 + index)),
                ]
            }
        })

    private static let resourcePools: VirtualView = VirtualView(
        "sys.dm_resource_governor_resource_pools", requires: .serverState,
        columns: """
            pool_id int, name sysname, statistics_start_time datetime, total_cpu_usage_ms bigint, cache_memory_kb bigint,
            compile_memory_kb bigint,
            used_memgrant_kb bigint, max_memory_kb bigint, used_memory_kb bigint, target_memory_kb bigint
            """,
        named: { request in
            ["internal", "default"].enumerated().map { index, name -> NamedRow in
                [
                    "pool_id": .int(Int64(index + 1)), "name": .string(name),
                    "statistics_start_time": request.world.datetime(request.world.state.countersSince),
                    "total_cpu_usage_ms": .int(request.world.counter(perSecond: index == 0 ? 5 : 900, salt: 5_510 + index)),
                    "max_memory_kb": .int(request.world.physicalMemoryKB * 7 / 10),
                    "used_memory_kb": .int(request.world.processMemoryKB / 10),
                    "target_memory_kb": .int(request.world.physicalMemoryKB * 7 / 10),
                ]
            }
        })
}
