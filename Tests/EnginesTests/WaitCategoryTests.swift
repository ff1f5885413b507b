import Testing

@testable import Engines

@Suite struct WaitCategoryTests {
    /// From Microsoft's table, and from families that have grown since.
    @Test(arguments: [
        ("SOS_SCHEDULER_YIELD", WaitCategory.cpu), ("THREADPOOL", .workerThread), ("LCK_M_X", .lock), ("LCK_M_RIn_NL", .lock),
        ("LATCH_EX", .latch), ("PAGELATCH_UP", .bufferLatch), ("PAGEIOLATCH_SH", .bufferIO),
        ("RESOURCE_SEMAPHORE_QUERY_COMPILE", .compilation), ("RESOURCE_SEMAPHORE", .memory), ("CMEMTHREAD", .memory), ("CLR_MONITOR", .clr),
        ("SQLCLR_APPDOMAIN", .clr), ("DBMIRROR_SEND", .mirroring), ("XACTLOCKINFO", .transaction), ("DTC_STATE", .transaction),
        ("TRANSACTION_MUTEX", .transaction), ("SLEEP_TASK", .idle), ("LAZYWRITER_SLEEP", .idle), ("PREEMPTIVE_OS_WRITEFILE", .preemptive),
        ("BROKER_TRANSMITTER", .serviceBroker), ("BROKER_RECEIVE_WAITFOR", .userWait), ("WRITELOG", .logIO), ("LOGBUFFER", .logIO),
        ("LOG_RATE_GOVERNOR", .logRate), ("HADR_THROTTLE_LOG_RATE_GOVERNOR", .logRate), ("ASYNC_NETWORK_IO", .network),
        ("CXPACKET", .parallelism), ("CXCONSUMER", .parallelism), ("HTBUILD", .parallelism), ("BPSORT", .parallelism),
        ("WAITFOR", .userWait), ("SQLTRACE_LOCK", .tracing), ("FT_METADATA_MUTEX", .fullText), ("IO_COMPLETION", .otherDiskIO),
        ("BACKUPIO", .otherDiskIO), ("HADR_SYNC_COMMIT", .replication), ("PWAIT_HADR_CHANGE_NOTIFIER_TERMINATION_SYNC", .replication),
        ("REPL_CACHE_ACCESS", .replication), ("REPLICA_WRITES", .replication), ("OLEDB", .other), ("SOMETHING_NEW", .other), ("", .other),
    ])
    func typesAreGroupedAsQueryStoreDoes(type: String, category: WaitCategory) {
        #expect(WaitCategory(type: type) == category)
    }

    /// sqlserver.md: these are never left out.
    @Test(arguments: ["CXPACKET", "HADR_SYNC_COMMIT", "THREADPOOL", "RESOURCE_SEMAPHORE", "REMOTE_BLOCK_IO"])
    func whatMattersIsNotBenign(type: String) { #expect(!WaitCategory.isBenign(type)) }

    /// The core's total leaves out what reading the types leaves out.
    @Test func theCoresTotalLeavesOutTheSame() throws {
        let statement = try #require(SQLServerBatch(CollectorSQL.sqlServerCollect).statements.last)
        #expect(statement.contains("FROM sys.dm_os_wait_stats\nWHERE wait_type NOT IN ("))
        #expect(statement.matches(of: /N'([A-Z_0-9]+)'/).map { String($0.1) } == BenignWaits.types.sorted())
    }

    @Test func mostBenignWaitsAreIdleOrOfTheirFamily() {
        #expect(WaitCategory.isBenign("LAZYWRITER_SLEEP") && WaitCategory(type: "LAZYWRITER_SLEEP") == .idle)
        let troubles: [WaitCategory] = [.bufferIO, .lock, .cpu, .network, .memory]
        #expect(BenignWaits.types.filter { troubles.contains(WaitCategory(type: $0)) } == ["MEMORY_ALLOCATION_EXT"])
    }
}
