import Foundation
import TDS

/// The server and its host: sys.dm_os_sys_info, dm_os_host_info, dm_os_schedulers, ring buffers, services.
enum ServerViews {
    static let all: [VirtualView] = [
        systemInfo, hostInfo, windowsInfo, schedulers, ringBuffers, services, serverRegistry, clusterNodes, servers,
    ]

    private static let systemInfo: VirtualView = VirtualView(
        "sys.dm_os_sys_info", requires: .serverState,
        columns: """
            cpu_ticks bigint, ms_ticks bigint, cpu_count int, hyperthread_ratio int, physical_memory_kb bigint, virtual_memory_kb bigint,
            committed_kb bigint,
            committed_target_kb bigint, visible_target_kb bigint, stack_size_in_bytes int, os_quantum bigint, os_error_mode int,
            os_priority_class int null,
            max_workers_count int, scheduler_count int, scheduler_total_count int, deadlock_monitor_serial_number int,
            sqlserver_start_time_ms_ticks bigint, sqlserver_start_time datetime, affinity_type int, affinity_type_desc nvarchar(60),
            process_kernel_time_ms bigint, process_user_time_ms bigint, time_source int, time_source_desc nvarchar(60),
            virtual_machine_type int,
            virtual_machine_type_desc nvarchar(60)
            """,
        later: [
            (.v2016, "softnuma_configuration int, softnuma_configuration_desc nvarchar(60)"),
            (.v2016, "process_physical_affinity nvarchar(3072), sql_memory_model int, sql_memory_model_desc nvarchar(60)"),
            (.v2016, "socket_count int, cores_per_socket int, numa_node_count int"),
            (.v2019, "container_type int, container_type_desc nvarchar(60)"),
        ],
        named: { request in
            let world = request.world
            let busyMs = world.counter(perSecond: Double(world.cpuCount) * 240, salt: 100)
            return [
                [
                    "cpu_ticks": .int(world.msTicks * 2_400_000), "ms_ticks": .int(world.msTicks), "cpu_count": .int(Int64(world.cpuCount)),
                    "hyperthread_ratio": .int(Int64(world.cpuCount)), "physical_memory_kb": .int(world.physicalMemoryKB),
                    "virtual_memory_kb": .int(137_438_953_344), "committed_kb": .int(world.processMemoryKB),
                    "committed_target_kb": .int(world.physicalMemoryKB * 8 / 10),
                    "visible_target_kb": .int(world.physicalMemoryKB * 8 / 10),
                    "stack_size_in_bytes": .int(2_093_056), "os_quantum": .int(4), "os_error_mode": .int(5), "os_priority_class": .int(32),
                    "max_workers_count": .int(world.cpuCount <= 4 ? 512 : Int64(512 + (world.cpuCount - 4) * 16)),
                    "scheduler_count": .int(Int64(world.cpuCount)),
                    "scheduler_total_count": .int(Int64(world.cpuCount + 12)),
                    "sqlserver_start_time_ms_ticks": .int(
                        Int64((world.state.startedAt.timeIntervalSince(world.state.machineStartedAt) * 1000).rounded())),
                    "sqlserver_start_time": world.datetime(world.state.startedAt), "affinity_type": .int(2),
                    "affinity_type_desc": .string("AUTO"),
                    "process_kernel_time_ms": .int(busyMs / 6), "process_user_time_ms": .int(busyMs), "time_source": .int(0),
                    "time_source_desc": .string("QUERY_PERFORMANCE_COUNTER"), "virtual_machine_type": .int(1),
                    "virtual_machine_type_desc": .string("HYPERVISOR"), "softnuma_configuration": .int(0),
                    "softnuma_configuration_desc": .string("OFF"),
                    "process_physical_affinity": .string("{{0,f}}"), "sql_memory_model": .int(1),
                    "sql_memory_model_desc": .string("CONVENTIONAL"),
                    "socket_count": .int(1), "cores_per_socket": .int(Int64(world.cpuCount)), "numa_node_count": .int(1),
                    "container_type": .int(0),
                    "container_type_desc": .string("NONE"),
                ]
            ]
        })

    private static let hostInfo: VirtualView = VirtualView(
        "sys.dm_os_host_info", requires: .serverState, since: .v2017,
        columns: """
            host_platform nvarchar(256), host_distribution nvarchar(256), host_release nvarchar(256), host_service_pack_level
            nvarchar(256), host_sku int null,
            os_language_version int
            """,
        later: [(.v2019, "host_architecture nvarchar(256)")],
        named: { request in
            let isWindows = request.world.config.platform == .windows
            return [
                [
                    "host_platform": .string(isWindows ? "Windows" : "Linux"),
                    "host_distribution": .string(isWindows ? "Windows Server 2019 Standard" : "Ubuntu"),
                    "host_release": .string(isWindows ? "10.0" : "22.04"),
                    "host_service_pack_level": .string(""), "host_sku": isWindows ? .int(7) : .null,
                    "os_language_version": .int(isWindows ? 1033 : 0),
                    "host_architecture": .string("X64"),
                ]
            ]
        })

    private static let windowsInfo: VirtualView = VirtualView(
        "sys.dm_os_windows_info", requires: .serverState,
        columns: "windows_release nvarchar(256), windows_service_pack_level nvarchar(256), windows_sku int null, os_language_version int",
        named: { _ in [["windows_release": .string("10.0"), "windows_sku": .int(7), "os_language_version": .int(1033)]] })

    private static let schedulers: VirtualView = VirtualView(
        "sys.dm_os_schedulers", requires: .serverState,
        columns: """
            scheduler_address varbinary(8), parent_node_id int, scheduler_id int, cpu_id int, status nvarchar(60), is_online bit, is_idle
            bit,
            preemptive_switches_count int, context_switches_count int, idle_switches_count int, current_tasks_count int,
            runnable_tasks_count int,
            current_workers_count int, active_workers_count int, work_queue_count bigint, pending_disk_io_count int, load_factor int,
            yield_count int,
            last_timer_activity bigint, failed_to_create_worker bit, active_worker_address varbinary(8) null, memory_object_address
            varbinary(8) null,
            task_memory_object_address varbinary(8) null, quantum_length_us bigint
            """,
        later: [
            (.v2016, "total_cpu_usage_ms bigint, total_cpu_idle_capped_ms bigint, total_scheduler_delay_ms bigint, ideal_workers_limit int")
        ],
        named: { request in
            let world = request.world
            return (0..<world.cpuCount).map { index in
                let busy = world.cpuPercent
                return [
                    "scheduler_address": .binary([0, 0, 1, 0, 0, UInt8(index), 0, 64]), "scheduler_id": .int(Int64(index)),
                    "cpu_id": .int(Int64(index)),
                    "status": .string("VISIBLE ONLINE"), "is_online": .bit(true), "is_idle": .bit(busy < 50),
                    "context_switches_count": .int(world.counter(perSecond: 90, salt: 110 + index) % 2_000_000_000),
                    "current_tasks_count": .int(Int64(6 + busy / 10 + world.gauge(0...4, salt: 230 + index))),
                    "runnable_tasks_count": .int(busy > 85 ? Int64(2 + index % 4) : 0),
                    "current_workers_count": .int(Int64(12 + busy / 10 + index % 7)),
                    "active_workers_count": .int(Int64(5 + busy / 10 + world.gauge(0...2, salt: 250 + index))),
                    "pending_disk_io_count": .int(Int64(world.gauge(0...2, salt: 270 + index))),
                    "load_factor": .int(4),
                    "yield_count": .int(world.counter(perSecond: 60, salt: 140 + index) % 2_000_000_000), "quantum_length_us": .int(4_000),
                    "total_cpu_usage_ms": .int(world.counter(perSecond: 240, salt: 170 + index)),
                    "total_scheduler_delay_ms": .int(world.counter(perSecond: 9, salt: 200 + index)),
                ]
            }
        })

    // MARK: Ring buffers

    private static let ringBuffers: VirtualView = VirtualView(
        "sys.dm_os_ring_buffers", requires: .serverState, isSampled: true,
        columns: "ring_buffer_address varbinary(8), ring_buffer_type nvarchar(60), timestamp bigint, record nvarchar(3072) null",
        dense: { request in
            let world = request.world
            var health = HealthTexts(world)
            var rows = world.state.cpu.records(until: world.date).map { record -> [TDSValue] in
                let ticks = Int64((record.at.timeIntervalSince(world.state.machineStartedAt) * 1000).rounded())
                return [
                    .binary([0, 0, 1, 0, 0, 16, 64, 0]), .string("RING_BUFFER_SCHEDULER_MONITOR"), .int(ticks),
                    .string(schedulerRecord(record, ticks: ticks, &health)),
                ]
            }
            let start = Int64((world.state.startedAt.timeIntervalSince(world.state.machineStartedAt) * 1000).rounded())
            let memory = """
                <Record id = "0" type ="RING_BUFFER_RESOURCE_MONITOR" time \
                ="\(start)"><ResourceMonitor><Notification>RESOURCE_MEM_STEADY</Notification>\
                <IndicatorsProcess>0</IndicatorsProcess><IndicatorsSystem>1</IndicatorsSystem><NodeId>0</NodeId>\
                </ResourceMonitor><MemoryRecord>\
                <MemoryUtilization>100</MemoryUtilization><TotalPhysicalMemory>\(world.physicalMemoryKB)</TotalPhysicalMemory>\
                <AvailablePhysicalMemory>\(world.availableMemoryKB)</AvailablePhysicalMemory></MemoryRecord></Record>
                """
            rows.append([.binary([0, 0, 1, 0, 0, 16, 80, 0]), .string("RING_BUFFER_RESOURCE_MONITOR"), .int(start), .string(memory)])
            return rows + ServerEvents.refusedLoginRecords(world) + ServerEvents.exceptionRecords(world)
        })

    /// A record as SQL Server writes it, with its odd spaces. The second record after a start carries no SystemHealth, as happens on real
    /// servers.
    private static func schedulerRecord(_ record: CPUTimeline.Record, ticks: Int64, _ health: inout HealthTexts) -> String {
        // Put together in room for the whole of it: an interpolation of so many long texts takes several times as long.
        var text = ""
        text.reserveCapacity(512)
        text += "<Record id = \""
        text += String(record.id)
        text += "\" type =\"RING_BUFFER_SCHEDULER_MONITOR\" time =\""
        text += String(ticks)
        text += "\"><SchedulerMonitorEvent>"
        if record.id != 2 || record.percent != nil { text += health.text(record) }
        text += "</SchedulerMonitorEvent></Record>"
        return text
    }

    /// The SystemHealth of one server's records: few of the 256 differ from each other, and each is asked for every minute.
    private struct HealthTexts {
        private let world: World
        /// The kernel time of one percent of the processors.
        private let kernelShare: Int64
        private var known: [Int: String] = [:]

        init(_ world: World) {
            self.world = world
            kernelShare = 1_000_000 * Int64(world.cpuCount)
        }

        mutating func text(_ record: CPUTimeline.Record) -> String {
            let use = world.cpu(record)
            let idle = world.config.platform == .linux ? 0 : use.idle
            let key = use.sql * 1_000 + idle
            if let text = known[key] { return text }
            let kernel = Int64(use.sql) * kernelShare
            let text = """
                <SystemHealth><ProcessUtilization>\(use.sql)</ProcessUtilization><SystemIdle>\(idle)</SystemIdle>\
                <UserModeTime>\(kernel * 5)</UserModeTime><KernelModeTime>\(kernel)</KernelModeTime>\
                <PageFaults>\(400 + use.sql * 7)</PageFaults><WorkingSetDelta>\(use.sql * 4096)</WorkingSetDelta>\
                <MemoryUtilization>100</MemoryUtilization></SystemHealth>
                """
            known[key] = text
            return text
        }
    }

    // MARK: Services

    private static let services: VirtualView = VirtualView(
        "sys.dm_server_services", requires: .securityState,
        columns: """
            servicename nvarchar(256), startup_type int null, startup_type_desc nvarchar(256), status int null, status_desc nvarchar(256),
            process_id int null,
            last_startup_time datetimeoffset(7) null, service_account nvarchar(256), filename nvarchar(256), is_clustered nvarchar(1),
            cluster_nodename nvarchar(256) null
            """,
        later: [(.v2016, "instant_file_initialization_enabled nvarchar(1)")],
        named: { request in
            let world = request.world
            let instance = world.instanceName ?? "MSSQLSERVER"
            let engine: NamedRow = [
                "servicename": .string("SQL Server (\(instance))"), "startup_type": .int(2), "startup_type_desc": .string("Automatic"),
                "status": .int(4),
                "status_desc": .string("Running"),
                "process_id": .int(Int64(1000 + Noise.integer(0...8000, world.seed, 60 + world.state.restartCount))),
                "last_startup_time": .dateTimeOffset(TDSDateTimeOffset(utc: world.moment(world.state.startedAt), offsetMinutes: 0)),
                "service_account": .string("NT Service\\\(instance)"), "filename": .string("sqlservr.exe"), "is_clustered": .string("N"),
                "instant_file_initialization_enabled": .string("Y"),
            ]
            var agent = engine
            agent["servicename"] = .string("SQL Server Agent (\(instance))")
            agent["filename"] = .string("SQLAGENT.EXE")
            return [engine, agent]
        })

    private static let serverRegistry: VirtualView = VirtualView(
        "sys.dm_server_registry", requires: .securityState,
        columns: "registry_key nvarchar(256) null, value_name nvarchar(256) null, value_data sql_variant null",
        named: { request in
            let world = request.world
            guard world.config.platform == .windows else { return [] }
            let instance = "MSSQL\(world.config.version.major).\(world.instanceName ?? "MSSQLSERVER")"
            let folder = "C:\\Program Files\\Microsoft SQL Server\\\(instance)\\MSSQL\\"
            let parameters = ["-d\(folder)DATA\\master.mdf", "-e\(folder)Log\\ERRORLOG", "-l\(folder)DATA\\mastlog.ldf", "-T3226"]
            return parameters.enumerated().map { index, value in
                [
                    "registry_key": .string("HKLM\\Software\\Microsoft\\Microsoft SQL Server\\\(instance)\\MSSQLServer\\Parameters"),
                    "value_name": .string("SQLArg\(index)"), "value_data": .variant(.nvarchar(4000), .string(value)),
                ]
            }
        })

    private static let clusterNodes: VirtualView = VirtualView(
        "sys.dm_os_cluster_nodes", requires: .serverState,
        columns: "NodeName nvarchar(256) null, status int null, status_description nvarchar(20) null, is_current_owner bit null",
        named: { _ in [] })

    private static let servers: VirtualView = VirtualView(
        "sys.servers",
        columns: """
            server_id int, name sysname, product sysname, provider sysname, data_source nvarchar(4000) null, location nvarchar(4000) null,
            provider_string nvarchar(4000) null, catalog sysname null, connect_timeout int null, query_timeout int null, is_linked bit,
            is_remote_login_enabled bit, is_rpc_out_enabled bit, is_data_access_enabled bit, modify_date datetime
            """,
        named: { request in
            [
                [
                    "name": .string(request.world.config.name), "product": .string("SQL Server"), "provider": .string("SQLNCLI"),
                    "data_source": .string(request.world.config.name), "modify_date": request.world.datetime(request.world.state.startedAt),
                ]
            ]
        })
}
