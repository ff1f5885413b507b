import TDS

/// Waits and performance counters.
enum PerformanceViews {
    static let all: [VirtualView] = [waits, databaseWaits, counters, latches, spinlocks, sessionWaits]

    private static let waitColumns =
        "wait_type nvarchar(60), waiting_tasks_count bigint, wait_time_ms bigint, max_wait_time_ms bigint, signal_wait_time_ms bigint"

    private static let waits: VirtualView = VirtualView(
        "sys.dm_os_wait_stats", requires: .serverState, columns: waitColumns, dense: { waitRows($0.world) })

    /// Azure SQL Database only.
    private static let databaseWaits: VirtualView = VirtualView(
        "sys.dm_db_wait_stats", requires: .serverState, columns: waitColumns,
        dense: { ServerProperties.engineEdition($0.world.config.edition) == 5 ? waitRows($0.world) : [] })

    private static func waitRows(_ world: World) -> [[TDSValue]] {
        WaitTypes.all.enumerated().map { index, wait in
            guard wait.perSecond > 0 else { return [.string(wait.name), .int(0), .int(0), .int(0), .int(0)] }
            let count = world.counter(perSecond: wait.perSecond, salt: 1_000 + index)
            // The time follows the count, so that both grow together and the mean stays what the type is known for.
            let time = Int64(Double(count) * wait.meanMs)
            return [
                .string(wait.name), .int(count), .int(time), .int(min(time, Int64(wait.meanMs * 40) + 1)),
                .int(time * wait.signalPercent / 100),
            ]
        }
    }

    private static let sessionWaits: VirtualView = VirtualView(
        "sys.dm_exec_session_wait_stats", requires: .serverState, since: .v2016,
        columns:
            "session_id smallint, wait_type nvarchar(60), waiting_tasks_count bigint, wait_time_ms bigint, max_wait_time_ms bigint, "
            + "signal_wait_time_ms bigint",
        dense: { request in [[.int(Int64(request.session.spid)), .string("MEMORY_ALLOCATION_EXT"), .int(12), .int(0), .int(0), .int(0)]] })

    private static let latches: VirtualView = VirtualView(
        "sys.dm_os_latch_stats", requires: .serverState,
        columns: "latch_class nvarchar(60), waiting_requests_count bigint null, wait_time_ms bigint null, max_wait_time_ms bigint null",
        dense: { request in
            ["ACCESS_METHODS_DATASET_PARENT", "BUFFER", "FGCB_ADD_REMOVE", "LOG_MANAGER", "TRACE_CONTROLLER"].enumerated().map {
                index, name in
                let count = request.world.counter(perSecond: index == 1 ? 4 : 0.05, salt: 1_900 + index)
                return [.string(name), .int(count), .int(count * 3), .int(120)]
            }
        })

    private static let spinlocks: VirtualView = VirtualView(
        "sys.dm_os_spinlock_stats", requires: .serverState,
        columns:
            "name nvarchar(512), collisions bigint null, spins bigint null, spins_per_collision real null, sleep_time bigint null, "
            + "backoffs int null",
        dense: { request in
            ["LOCK_HASH", "SOS_SCHEDULER", "SOS_SUSPEND_QUEUE", "XDESMGR"].enumerated().map { index, name in
                let count = request.world.counter(perSecond: 2, salt: 1_950 + index)
                return [.string(name), .int(count), .int(count * 300), .real(300), .int(count / 10), .int(count % 1_000_000)]
            }
        })

    // MARK: Counters

    private static let counters: VirtualView = VirtualView(
        "sys.dm_os_performance_counters", requires: .serverState, isSampled: true,
        columns: "object_name nchar(128), counter_name nchar(128), instance_name nchar(128) null, cntr_value bigint, cntr_type int",
        dense: { request in
            let world = request.world
            let prefix = world.instanceName.map { "MSSQL$\($0):" } ?? "SQLServer:"
            let instances = PerformanceCounters.paddedDatabaseNames(world)
            var rows: [[TDSValue]] = []
            var object = (name: "", padded: TDSValue.null)
            for counter in PerformanceCounters.all {
                if object.name != counter.object {
                    object = (counter.object, .string(PerformanceCounters.padded(prefix + counter.object)))
                }
                let names: [String]
                switch counter.instances {
                case .none: names = [PerformanceCounters.blank]
                case .named(let fixed): names = fixed
                case .databases: names = instances
                case .replicas: names = PerformanceCounters.replicaNames(world)
                case .groupDatabases: names = PerformanceCounters.groupDatabaseNames(world)
                }
                for (index, name) in names.enumerated() {
                    rows.append([
                        object.padded, .string(counter.paddedName), .string(name), .int(counter.value(world, index)),
                        .int(Int64(counter.kind.rawValue)),
                    ])
                }
            }
            return rows
        })
}
