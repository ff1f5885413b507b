/// What a wait type of SQL Server waits for, in a word.
///
/// The grouping is Microsoft's own, which Query Store uses: "Wait categories mapping table" of sys.query_store_wait_stats
/// (learn.microsoft.com, read November 2026), without its numbers. Types that the table does not name are found by their prefixes, since
/// new versions add types to old families; what belongs to none is Other. That most waits of idleness are benign is said elsewhere
/// (`BenignWaits`): here they are Idle.
package enum WaitCategory: String, CaseIterable, Sendable {
    case cpu = "CPU"
    case workerThread = "Worker thread"
    case lock = "Lock"
    case latch = "Latch"
    case bufferLatch = "Buffer latch"
    case bufferIO = "Buffer IO"
    case otherDiskIO = "Other disk IO"
    case logIO = "Log IO"
    case logRate = "Log rate"
    case network = "Network"
    case memory = "Memory"
    case compilation = "Compilation"
    case parallelism = "Parallelism"
    case replication = "Replication"
    case mirroring = "Mirroring"
    case transaction = "Transaction"
    case preemptive = "Preemptive"
    case clr = "CLR"
    case serviceBroker = "Service Broker"
    case fullText = "Full text"
    case tracing = "Tracing"
    case userWait = "User wait"
    case idle = "Idle"
    case other = "Other"

    /// The category of a wait type, by its name as the server writes it. Pure.
    package init(type: String) {
        if let category = Self.byName[type] {
            self = category
        } else {
            self = Self.byPrefix.first { type.hasPrefix($0.prefix) }?.category ?? .other
        }
    }

    private static let byName: [String: WaitCategory] = {
        var names: [String: WaitCategory] = [:]
        for (category, types) in named { for type in types.split(separator: " ") { names[String(type)] = category } }
        return names
    }()

    private static let named: [(WaitCategory, String)] = [
        (.cpu, "SOS_SCHEDULER_YIELD"),
        (.workerThread, "THREADPOOL"),
        (.compilation, "RESOURCE_SEMAPHORE_QUERY_COMPILE"),
        (.transaction, "TRANSACTION_MUTEX"),
        (.idle, "LAZYWRITER_SLEEP SQLTRACE_BUFFER_FLUSH SQLTRACE_INCREMENTAL_FLUSH_SLEEP SQLTRACE_WAIT_ENTRIES FT_IFTS_SCHEDULER_IDLE_WAIT"),
        (.idle, "XE_DISPATCHER_WAIT REQUEST_FOR_DEADLOCK_SEARCH LOGMGR_QUEUE ONDEMAND_TASK_QUEUE CHECKPOINT_QUEUE XE_TIMER_EVENT"),
        (.logIO, "LOGMGR LOGBUFFER LOGMGR_RESERVE_APPEND LOGMGR_FLUSH LOGMGR_PMM_LOG CHKPT WRITELOG"),
        (.logRate, "LOG_RATE_GOVERNOR POOL_LOG_RATE_GOVERNOR HADR_THROTTLE_LOG_RATE_GOVERNOR INSTANCE_LOG_RATE_GOVERNOR"),
        (.network, "ASYNC_NETWORK_IO NET_WAITFOR_PACKET PROXY_NETWORK_IO EXTERNAL_SCRIPT_NETWORK_IOF"),
        (.parallelism, "CXPACKET CXCONSUMER CXROWSET_SYNC CXSYNC_PORT CXSYNC_CONSUMER EXCHANGE"),
        (.memory, "RESOURCE_SEMAPHORE CMEMTHREAD CMEMPARTITIONED EE_PMOLOCK MEMORY_ALLOCATION_EXT RESERVED_MEMORY_ALLOCATION_EXT"),
        (.memory, "MEMORY_GRANT_UPDATE RESOURCE_SEMAPHORE_SMALL_QUERY RESOURCE_SEMAPHORE_MUTEX"),
        (.userWait, "WAITFOR WAIT_FOR_RESULTS BROKER_RECEIVE_WAITFOR"),
        (.tracing, "TRACEWRITE SQLTRACE_LOCK SQLTRACE_FILE_BUFFER SQLTRACE_FILE_WRITE_IO_COMPLETION SQLTRACE_FILE_READ_IO_COMPLETION"),
        (.tracing, "SQLTRACE_PENDING_BUFFER_WRITERS SQLTRACE_SHUTDOWN QUERY_TRACEOUT TRACE_EVTNOTIFF"),
        (.fullText, "FULLTEXT_GATHERER MSSEARCH PWAIT_RESOURCE_SEMAPHORE_FT_PARALLEL_QUERY_SYNC"),
        (.otherDiskIO, "ASYNC_IO_COMPLETION IO_COMPLETION BACKUPIO WRITE_COMPLETION IO_QUEUE_LIMIT IO_RETRY"),
        (.replication, "REPLICA_WRITES FCB_REPLICA_WRITE FCB_REPLICA_READ"),
    ]

    /// The first that fits.
    private static let byPrefix: [(prefix: String, category: WaitCategory)] = [
        ("LCK_M_", .lock), ("PAGEIOLATCH_", .bufferIO), ("PAGELATCH_", .bufferLatch), ("LATCH_", .latch), ("CLR", .clr), ("SQLCLR", .clr),
        ("DBMIRROR", .mirroring), ("XACT", .transaction), ("DTC", .transaction), ("TRAN_MARKLATCH_", .transaction),
        ("MSQL_XACT_", .transaction), ("SLEEP_", .idle), ("PREEMPTIVE_", .preemptive), ("BROKER_", .serviceBroker), ("CX", .parallelism),
        ("HT", .parallelism), ("BMP", .parallelism), ("BP", .parallelism), ("FT_", .fullText), ("SE_REPL_", .replication),
        ("REPL_", .replication), ("HADR_", .replication), ("PWAIT_HADR", .replication), ("PARALLEL_REDO_", .replication),
        ("BACKUP", .otherDiskIO), ("SQLTRACE_", .tracing), ("XE_", .tracing),
    ]
}

extension WaitCategory {
    /// Whether a wait type means idleness, by public lists.
    package static func isBenign(_ type: String) -> Bool { BenignWaits.types.contains(type) }
}
