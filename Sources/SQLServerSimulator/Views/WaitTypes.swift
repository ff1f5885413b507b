/// The wait types that the simulator knows, with how often they come and how long one lasts.
enum WaitTypes {
    struct Wait: Sendable {
        let name: String
        /// Waits per second under the usual load; 0 for a type that never came.
        let perSecond: Double
        let meanMs: Double
        /// How much of the time was waiting for a processor.
        let signalPercent: Int64
    }

    static let all: [Wait] = busy + idle + quiet

    private static func wait(_ name: String, _ perSecond: Double, _ meanMs: Double, _ signalPercent: Int64 = 3) -> Wait {
        Wait(name: name, perSecond: perSecond, meanMs: meanMs, signalPercent: signalPercent)
    }

    /// Waits that tell something.
    private static let busy = [
        wait("CXPACKET", 6, 9, 8), wait("CXCONSUMER", 5, 7, 6), wait("SOS_SCHEDULER_YIELD", 40, 0.4, 98), wait("PAGEIOLATCH_SH", 8, 4.5),
        wait("PAGEIOLATCH_EX", 2, 5), wait("PAGEIOLATCH_UP", 0.2, 4), wait("PAGELATCH_EX", 6, 0.3, 30), wait("PAGELATCH_SH", 5, 0.2, 30),
        wait("PAGELATCH_UP", 0.5, 0.2, 20), wait("WRITELOG", 22, 1.8, 10), wait("ASYNC_NETWORK_IO", 14, 1.1),
        wait("ASYNC_IO_COMPLETION", 0.002, 900),
        wait("IO_COMPLETION", 1.5, 3), wait("BACKUPIO", 0.8, 6), wait("BACKUPBUFFER", 0.6, 5), wait("BACKUPTHREAD", 0.004, 700),
        wait("LATCH_EX", 2, 1.2, 15),
        wait("LATCH_SH", 0.8, 0.9, 15), wait("LCK_M_S", 0.05, 220), wait("LCK_M_X", 0.04, 310), wait("LCK_M_U", 0.06, 180),
        wait("LCK_M_IX", 0.02, 140),
        wait("LCK_M_IS", 0.004, 150), wait("LCK_M_SCH_M", 0.001, 90), wait("LCK_M_SCH_S", 0.001, 80),
        wait("RESOURCE_SEMAPHORE", 0.001, 400),
        wait("THREADPOOL", 0.0005, 60), wait("LOGBUFFER", 0.1, 2), wait("CMEMTHREAD", 0.9, 0.1, 40), wait("OLEDB", 3, 0.1, 0),
        wait("PREEMPTIVE_OS_WRITEFILE", 1, 0.8, 0), wait("PREEMPTIVE_OS_AUTHENTICATIONOPS", 0.4, 0.5, 0),
        wait("PREEMPTIVE_OS_FILEOPS", 0.2, 1.5, 0),
        wait("PREEMPTIVE_OS_QUERYREGISTRY", 0.1, 0.3, 0), wait("PREEMPTIVE_OS_GETDISKFREESPACE", 0.02, 0.6, 0),
        wait("PREEMPTIVE_OS_LOOKUPACCOUNTSID", 0.02, 2, 0),
        wait("SESSION_WAIT_STATS_CHILDREN", 0.3, 0.1, 50), wait("EXECSYNC", 0.05, 2), wait("WRITE_COMPLETION", 0.3, 1.5),
        wait("MSSEARCH", 0.001, 5),
        wait("SLEEP_BPOOL_FLUSH", 1, 2.5), wait("HADR_SYNC_COMMIT", 0, 0), wait("REMOTE_BLOCK_IO", 0, 0),
    ]

    /// Waits of a server that has nothing to do: in them pass most of the milliseconds.
    private static let idle = [
        wait("BROKER_EVENTHANDLER", 0.0001, 5_000), wait("BROKER_RECEIVE_WAITFOR", 0.001, 60_000), wait("BROKER_TASK_STOP", 0.02, 9_000),
        wait("BROKER_TO_FLUSH", 0.5, 1_000), wait("BROKER_TRANSMITTER", 0.0001, 4_000), wait("CHECKPOINT_QUEUE", 0.02, 40_000),
        wait("CLR_AUTO_EVENT", 0.02, 50_000), wait("CLR_MANUAL_EVENT", 0.001, 30_000), wait("DIRTY_PAGE_POLL", 9, 110),
        wait("DISPATCHER_QUEUE_SEMAPHORE", 0.02, 50_000), wait("FT_IFTS_SCHEDULER_IDLE_WAIT", 0.016, 60_000),
        wait("HADR_FILESTREAM_IOMGR_IOCOMPLETION", 2, 500),
        wait("LAZYWRITER_SLEEP", 1, 1_000), wait("LOGMGR_QUEUE", 8, 120), wait("ONDEMAND_TASK_QUEUE", 0.001, 900_000),
        wait("QDS_ASYNC_QUEUE", 0.02, 45_000), wait("QDS_PERSIST_TASK_MAIN_LOOP_SLEEP", 0.0166, 60_000),
        wait("REQUEST_FOR_DEADLOCK_SEARCH", 0.2, 5_000),
        wait("SLEEP_SYSTEMTASK", 0.1, 300), wait("SLEEP_TASK", 12, 80), wait("SOS_WORK_DISPATCHER", 20, 900),
        wait("SP_SERVER_DIAGNOSTICS_SLEEP", 0.003, 300_000),
        wait("SQLTRACE_BUFFER_FLUSH", 0.25, 4_000), wait("SQLTRACE_INCREMENTAL_FLUSH_SLEEP", 0.25, 4_000), wait("WAITFOR", 0.01, 5_000),
        wait("XE_DISPATCHER_WAIT", 0.008, 110_000), wait("XE_TIMER_EVENT", 0.2, 5_000), wait("WAIT_XTP_HOST_WAIT", 0.001, 2_000),
        wait("WAIT_XTP_OFFLINE_CKPT_NEW_LOG", 0.2, 5_000), wait("PWAIT_EXTENSIBILITY_CLEANUP_TASK", 0.0002, 300_000),
        wait("PREEMPTIVE_XE_GETTARGETSTATE", 0.05, 0.8), wait("MEMORY_ALLOCATION_EXT", 120, 0.01), wait("STARTUP_DEPENDENCY_MANAGER", 0, 0),
    ]

    /// Known, and never waited for. Two names end in a blank, as some of SQL Server's do.
    private static let quiet = [
        "CHKPT", "DBMIRRORING_CMD", "DBMIRROR_DBM_EVENT", "DBMIRROR_EVENTS_QUEUE", "DBMIRROR_WORKER_QUEUE", "FSAGENT", "FT_IFTSHC_MUTEX",
        "HADR_CLUSAPI_CALL", "HADR_FABRIC_CALLBACK", "HADR_LOGCAPTURE_WAIT", "HADR_NOTIFICATION_DEQUEUE", "HADR_TIMER_TASK",
        "HADR_WORK_QUEUE",
        "KSOURCE_WAKEUP", "PARALLEL_REDO_DRAIN_WORKER", "PARALLEL_REDO_LOG_CACHE", "PARALLEL_REDO_TRAN_LIST", "PARALLEL_REDO_WORKER_SYNC",
        "PARALLEL_REDO_WORKER_WAIT_WORK", "PREEMPTIVE_HADR_LEASE_MECHANISM", "PREEMPTIVE_SP_SERVER_DIAGNOSTICS",
        "PREEMPTIVE_XE_CALLBACKEXECUTE",
        "PREEMPTIVE_XE_DISPATCHER", "PREEMPTIVE_XE_SESSIONCOMMIT", "PREEMPTIVE_XE_TARGETFINALIZE", "PREEMPTIVE_XE_TARGETINIT",
        "PWAIT_ALL_COMPONENTS_INITIALIZED", "PWAIT_DIRECTLOGCONSUMER_GETNEXT", "QDS_CLEANUP_STALE_QUERIES_TASK_MAIN_LOOP_SLEEP",
        "REDO_THREAD_PENDING_WORK",
        "RESOURCE_QUEUE", "RESOURCE_SEMAPHORE_QUERY_COMPILE", "IO_RETRY", "LOG_RATE_GOVERNOR", "SERVER_IDLE_CHECK", "SLEEP_DBSTARTUP",
        "SLEEP_DCOMSTARTUP",
        "SLEEP_MASTERDBREADY", "SLEEP_MASTERMDREADY", "SLEEP_MASTERUPGRADED", "SLEEP_MSDBSTARTUP", "SLEEP_TEMPDBSTARTUP", "SNI_HTTP_ACCEPT",
        "SQLTRACE_WAIT_ENTRIES", "WAITFOR_TASKSHUTDOWN", "WAIT_FOR_RESULTS", "WAIT_XTP_CKPT_CLOSE", "XE_BUFFERMGR_ALLPROCESSED_EVENT",
        "XE_DISPATCHER_JOIN",
        "XE_LIVE_TARGET_TVF", "CLR_SEMAPHORE", "SHUTDOWN", "ABR ", "GHOSTCLEANUP_UPDATE_STATS ",
    ].map { wait($0, 0, 0) }
}
