import TDS
import Testing

@testable import SQLServerSimulator

/// What happens on an instance beside its load: deadlocks, refused sign-ins, Agent jobs, an availability group.
struct EventTests {
    private static let deadlockCount = """
        SELECT COUNT(*) FROM (SELECT CAST(target_data AS xml) AS buffer FROM sys.dm_xe_session_targets WHERE target_name = N'ring_buffer') AS t
        CROSS APPLY t.buffer.nodes('/RingBufferTarget/event[@name="xml_deadlock_report"]') AS e(node)
        """

    @Test func controlMakesADeadlockThatIsCountedAndARestartForgetsIt() throws {
        let harness = Harness()
        let counter =
            "SELECT cntr_value FROM sys.dm_os_performance_counters WHERE counter_name = 'Number of Deadlocks/sec' AND instance_name = '_Total'"
        let before = (harness.rows(Self.deadlockCount)[0][0].integer, harness.rows(counter)[0][0].integer)
        try harness.change(#"{"deadlock": true}"#)
        #expect(harness.rows(Self.deadlockCount)[0][0].integer == before.0 + 1)
        #expect(harness.rows(counter)[0][0].integer == before.1 + 1)
        try harness.change(#"{"restart": true}"#)
        #expect(harness.rows(Self.deadlockCount)[0][0].integer == 0)
        #expect(harness.rows(counter)[0][0].integer == 0)
    }

    @Test(arguments: [("tester", "wrong", "", 8), ("nobody", "secret", "", 5), ("tester", "secret", "nosuch", 38)])
    func aRefusedSignInIsInTheConnectivityBuffer(_ user: String, _ password: String, _ database: String, _ state: Int) {
        let harness = Harness()
        _ = harness.instance.authenticate(
            LoginRequest(user: user, password: password, database: database, clientAddress: "192.0.2.7"))
        let records = harness.rows(
            """
            SELECT record FROM sys.dm_os_ring_buffers
            WHERE ring_buffer_type = 'RING_BUFFER_CONNECTIVITY' AND record LIKE '%<RemoteHost>192.0.2.7</RemoteHost>%'
            """)
        #expect(records.count == 1)
        #expect(records.first?[0].text.contains("<SniConsumerError>18456</SniConsumerError>") == true)
        #expect(records.first?[0].text.contains("<State>\(state)</State>") == true)
    }

    @Test func refusedSignInsAreKeptUpToALimit() {
        let harness = Harness()
        for _ in 0..<(InstanceState.eventCountMax + 50) {
            _ = harness.instance.authenticate(LoginRequest(user: "tester", password: "wrong"))
        }
        #expect(harness.instance.world().state.refusedLogins.count == InstanceState.eventCountMax)
        #expect(harness.instance.world().state.failedLoginCount == InstanceState.eventCountMax + 50)
    }

    @Test func aJobsRunsFollowEachOther() {
        let harness = Harness()
        let query = """
            SELECT s.last_run_date, s.last_run_time FROM msdb.dbo.sysjobservers AS s JOIN msdb.dbo.sysjobs AS j ON j.job_id = s.job_id
            WHERE j.name = 'Load the warehouse'
            """
        let first = harness.rows(query)
        harness.clock.advance(seconds: 600)
        let second = harness.rows(query)
        #expect(first.count == 1 && second.count == 1 && first != second)
        let running = "SELECT COUNT(*) FROM msdb.dbo.sysjobactivity WHERE start_execution_date IS NOT NULL AND stop_execution_date IS NULL"
        let counts = (0..<20).map { _ in
            harness.clock.advance(seconds: 60)
            return harness.rows(running)[0][0].integer
        }
        #expect(Set(counts).count > 1, "a job that runs 400 of 600 seconds is seen to run, and not to")
    }

    @Test func expressHasNoJobs() throws {
        let harness = Harness()
        try harness.change(#"{"edition": "Express Edition (64-bit)"}"#)
        for table in ["sysjobs", "sysjobservers", "sysjobactivity", "sysjobhistory", "sysjobsteps", "sysjobschedules"] {
            #expect(harness.rows("SELECT * FROM msdb.dbo.\(table)").isEmpty, "\(table)")
        }
    }

    @Test(arguments: [("none", 0, 0), ("primary", 2, 4), ("secondary", 1, 2)])
    func theAvailabilityGroupIsWhatControlSays(_ role: String, _ replicas: Int, _ databases: Int) throws {
        let harness = Harness()
        try harness.change(#"{"availability": "\#(role)"}"#)
        #expect(harness.rows("SELECT * FROM sys.dm_hadr_availability_replica_states").count == replicas)
        #expect(harness.rows("SELECT * FROM sys.availability_replicas").count == replicas)
        #expect(harness.rows("SELECT * FROM sys.dm_hadr_database_replica_states").count == databases)
        #expect(harness.rows("SELECT * FROM sys.databases WHERE group_database_id IS NOT NULL").count == (replicas == 0 ? 0 : 2))
        #expect(harness.text("SELECT SERVERPROPERTY('IsHadrEnabled')") == (replicas == 0 ? "0" : "1"))
        let objects = "SELECT COUNT(*) FROM sys.dm_os_performance_counters WHERE object_name LIKE '%Replica%'"
        #expect((harness.rows(objects)[0][0].integer > 0) == (replicas > 0))
    }

    @Test func whatSetChangesInDynamicSQLIsRestored() {
        let harness = Harness()
        #expect(harness.text("SELECT @@OPTIONS & 512; EXEC (N'SET NOCOUNT ON; SELECT @@OPTIONS & 512'); SELECT @@OPTIONS & 512") == "0\n512\n0")
    }

    @Test func partsMakeADatetime() {
        let harness = Harness()
        #expect(harness.text("SELECT DATETIMEFROMPARTS(2026, 2, 28, 9, 30, 5, 10)") == "2026-02-28 09:30:05.010")
        #expect(harness.text("SELECT DATETIMEFROMPARTS(2026, 2, NULL, 9, 30, 5, 10)") == "NULL")
        #expect(harness.errors("SELECT DATETIMEFROMPARTS(2026, 2, 29, 9, 30, 5, 0)").first?.number == 289)
        #expect(harness.errors("SELECT DATETIMEFROMPARTS(2026, 2, 28, 24, 0, 0, 0)").first?.number == 289)
    }
}
