import Foundation
import TDS
import Testing

@testable import SQLServerSimulator

/// The server lives: counters grow, readings move, control is obeyed at once.
struct LivingTests {
    private static let counterQueries = [
        "SELECT RTRIM(counter_name) + RTRIM(instance_name) + RTRIM(object_name), cntr_value FROM sys.dm_os_performance_counters WHERE "
            + "cntr_type = 272696576",
        "SELECT RTRIM(counter_name) + RTRIM(instance_name), cntr_value FROM sys.dm_os_performance_counters WHERE counter_name LIKE 'Batches%'",
        "SELECT wait_type, wait_time_ms FROM sys.dm_os_wait_stats", "SELECT wait_type, waiting_tasks_count FROM sys.dm_os_wait_stats",
        "SELECT wait_type, signal_wait_time_ms FROM sys.dm_os_wait_stats",
        "SELECT CONCAT(database_id, '/', file_id), num_of_reads FROM sys.dm_io_virtual_file_stats(NULL, NULL)",
        "SELECT CONCAT(database_id, '/', file_id), io_stall FROM sys.dm_io_virtual_file_stats(NULL, NULL)",
        "SELECT CONVERT(varchar(64), sql_handle, 2), execution_count FROM sys.dm_exec_query_stats",
    ]

    private func values(_ harness: Harness, _ query: String) -> [String: Int] {
        Dictionary(harness.rows(query).map { ($0[0].text, $0[1].integer) }) { first, _ in first }
    }

    @Test(arguments: counterQueries, [1, 7, 4_711])
    func countersNeverShrink(_ query: String, _ number: Int) throws {
        let harness = Harness(number: number)
        var last = values(harness, query)
        #expect(!last.isEmpty)
        let steps: [Double] = [0.01, 1, 13, 60, 61, 900, 3_600, 86_400]
        for (index, step) in steps.enumerated() {
            harness.clock.advance(seconds: step)
            if index == 3 { try harness.change(#"{"cpuPercent": 97}"#) }
            if index == 5 { try harness.change(#"{"cpuPercent": 1}"#) }
            let next = values(harness, query)
            for (name, value) in next { #expect(value >= last[name] ?? 0, "\(name)") }
            last = next
        }
    }

    @Test func batchRequestsMove() {
        let harness = Harness()
        let query = "SELECT cntr_value FROM sys.dm_os_performance_counters WHERE counter_name = 'Batch Requests/sec'"
        let first = harness.rows(query)[0][0].integer
        harness.clock.advance(seconds: 60)
        let rate = Double(harness.rows(query)[0][0].integer - first) / 60
        #expect((30...600).contains(rate))
    }

    private static let cpuQuery = """
        DECLARE @now bigint = (SELECT ms_ticks FROM sys.dm_os_sys_info);
        SELECT TOP (1) DATEADD(ms, -((@now - rb.timestamp) % 1000), DATEADD(s, -((@now - rb.timestamp) / 1000), SYSUTCDATETIME())) AS
        event_time,
            rb.x.value('(./Record/@id)[1]', 'int') AS record_id,
            rb.x.value('(./Record/SchedulerMonitorEvent/SystemHealth/SystemIdle)[1]', 'int') AS idle,
            rb.x.value('(./Record/SchedulerMonitorEvent/SystemHealth/ProcessUtilization)[1]', 'int') AS sql_cpu
        FROM (SELECT timestamp, CONVERT(xml, record) AS x FROM sys.dm_os_ring_buffers
              WHERE ring_buffer_type = N'RING_BUFFER_SCHEDULER_MONITOR' AND record LIKE N'%<SystemHealth>%') AS rb
        ORDER BY rb.timestamp DESC
        """

    @Test func aNewProcessorValueIsInTheNextReading() throws {
        let harness = Harness()
        let before = harness.rows(Self.cpuQuery)[0]
        harness.clock.advance(seconds: 3)
        try harness.change(#"{"cpuPercent": 97}"#)
        let after = harness.rows(Self.cpuQuery)[0]
        #expect(after[3] == .int(97))
        #expect(after[2] == .int(3))
        #expect(after[1].integer > before[1].integer)
        harness.clock.advance(seconds: 600)
        #expect(harness.rows(Self.cpuQuery)[0][3] == .int(97))
    }

    @Test func theRingBufferHasARecordAMinute() {
        let harness = Harness()
        let count = harness.rows("SELECT timestamp FROM sys.dm_os_ring_buffers WHERE ring_buffer_type = 'RING_BUFFER_SCHEDULER_MONITOR'")
            .count
        #expect((100...256).contains(count))
        let steps = harness.rows(
            """
            SELECT DISTINCT step FROM (SELECT timestamp - LAG(timestamp) OVER (ORDER BY timestamp) AS step FROM sys.dm_os_ring_buffers
            WHERE ring_buffer_type = 'RING_BUFFER_SCHEDULER_MONITOR') AS s WHERE step IS NOT NULL
            """)
        #expect(steps == [[.int(60_000)]])
    }

    @Test func linuxSaysNothingOfIdle() throws {
        let harness = Harness(platform: .linux)
        #expect(harness.rows(Self.cpuQuery)[0][2] == .int(0))
    }

    @Test func aRestartStartsAnew() throws {
        let harness = Harness()
        let query = "SELECT sqlserver_start_time, (SELECT SUM(wait_time_ms) FROM sys.dm_os_wait_stats) FROM sys.dm_os_sys_info"
        let before = harness.rows(query)[0]
        try harness.change(#"{"restart": true}"#)
        let after = harness.rows(query)[0]
        #expect(after[0] != before[0])
        #expect(after[1] == .int(0))
        #expect(harness.instance.restartCount == 1)
    }

    @Test func resetCountersFallToZeroAndGrowAgain() throws {
        let harness = Harness()
        let query = "SELECT SUM(wait_time_ms) FROM sys.dm_os_wait_stats"
        #expect(harness.rows(query)[0][0].integer > 0)
        try harness.change(#"{"resetCounters": true}"#)
        #expect(harness.rows(query)[0][0].integer == 0)
        harness.clock.advance(seconds: 600)
        #expect(harness.rows(query)[0][0].integer > 0)
    }

    @Test func blockedSessionsFormAChain() throws {
        let harness = Harness()
        try harness.change(#"{"blockedSessions": 4}"#)
        harness.clock.advance(seconds: 30)
        #expect(harness.rows("SELECT session_id FROM sys.dm_exec_requests WHERE blocking_session_id <> 0").count == 4)
        let leads = harness.rows(
            """
            SELECT s.session_id, s.status, s.open_transaction_count FROM sys.dm_exec_sessions AS s
            WHERE EXISTS (SELECT 1 FROM sys.dm_exec_requests AS r WHERE r.blocking_session_id = s.session_id)
            AND NOT EXISTS (SELECT 1 FROM sys.dm_exec_requests AS r WHERE r.session_id = s.session_id AND r.blocking_session_id <> 0)
            """)
        #expect(leads.map { [$0[1], $0[2]] } == [[.string("sleeping"), .int(1)]])
        #expect(
            harness.rows("SELECT cntr_value FROM sys.dm_os_performance_counters WHERE counter_name = 'Processes blocked'") == [[.int(4)]])
    }

    @Test func versionEditionPlatformAndMemoryFollowControl() throws {
        let harness = Harness()
        try harness.change(#"{"version": "2022", "edition": "Standard Edition (64-bit)", "platform": "linux", "memoryPercent": 91}"#)
        #expect(
            harness.text("SELECT SERVERPROPERTY('ProductMajorVersion'), SERVERPROPERTY('EngineEdition'), SERVERPROPERTY('Edition')")
                == "16|2|Standard Edition (64-bit)")
        #expect(harness.text("SELECT host_platform FROM sys.dm_os_host_info") == "Linux")
        #expect(
            harness.text(
                "SELECT 100 - CAST(ROUND(available_physical_memory_kb * 100.0 / total_physical_memory_kb, 0) AS int) FROM "
                    + "sys.dm_os_sys_memory"
            ) == "91")
    }

    @Test func replayedRowsComeBack() throws {
        let harness = Harness()
        try harness.change(
            #"{"views": {"sys.dm_os_wait_stats": [{"wait_type": "THREADPOOL", "wait_time_ms": 12345, "waiting_tasks_count": 3}]}}"#)
        #expect(
            harness.text("SELECT wait_type, wait_time_ms, waiting_tasks_count, signal_wait_time_ms FROM sys.dm_os_wait_stats")
                == "THREADPOOL|12345|3|0")
        try harness.change(#"{"views": {"sys.dm_os_wait_stats": null}}"#)
        #expect(harness.rows("SELECT * FROM sys.dm_os_wait_stats").count > 100)
    }

    @Test(arguments: [
        (#"{"cpuPercent": 101}"#, "cpuPercent must be a whole number from 0 to 100."), (#"{"stat": "online"}"#, "stat is not known."),
        (#"{"state": "up"}"#, "state must be one of online, offline, blackhole, hang."), ("[1]", "The body must be a JSON object."),
        (#"{"views": {"sys.nowhere": []}}"#, "There is no view 'sys.nowhere' to replay rows for."),
        (#"{"views": {"sys.databases": [{"colour": 1}]}}"#, "'sys.databases' has no column 'colour'."),
        (
            #"{"views": {"sys.databases": [{"database_id": "x"}]}}"#,
            "'sys.databases': \"x\" is no value for column 'database_id' of type int."
        ),
    ])
    func wrongChangesAreRefused(_ json: String, _ reason: String) throws {
        let harness = Harness()
        let error = #expect(throws: InstanceChangeError.self) { try harness.change(json) }
        #expect(error?.description == reason)
    }

    @Test func idleInstancesAreSmall() {
        let instances = (1...2_000).map { SimulatedInstance(config: InstanceConfig(number: $0)) }
        #expect(instances.count == 2_000)
        #expect(MemoryLayout<InstanceState>.size < 2_000)
    }

    @Test("Statements of one batch that follow at once see the same counters; after a wait, or in the next batch, they have moved")
    func countersWithinABatch() {
        let harness = Harness()
        let read = "SELECT cntr_value FROM sys.dm_os_performance_counters WHERE counter_name = 'Page lookups/sec'"
        let values = harness.rows("\(read); \(read); WAITFOR DELAY '00:00:30'; \(read)").map(\.[0])
        #expect(values.count == 3)
        #expect(values[0] == values[1])
        #expect(Comparison.order(values[1], values[2]) < 0)
        harness.clock.advance(seconds: 30)
        #expect(Comparison.order(values[0], harness.rows(read)[0][0]) < 0)
    }
}
