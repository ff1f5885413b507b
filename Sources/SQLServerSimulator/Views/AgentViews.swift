import Foundation
import TDS

/// The Agent's jobs and when they run; Express has none.
struct AgentJob {
    let index: Int
    let name: String
    let isEnabled: Bool
    let periodSeconds: Int
    let offsetSeconds: Int
    let durationSeconds: Int

    struct Run {
        let startAt: Date
        let seconds: Int
        let hasFailed: Bool
        let number: Int

        var endAt: Date { startAt.addingTimeInterval(Double(seconds)) }
    }

    private static let day = 86_400

    static let all = [
        AgentJob(
            index: 0, name: "DatabaseBackup - USER_DATABASES - FULL", isEnabled: true, periodSeconds: day, offsetSeconds: 3_600,
            durationSeconds: 1_500),
        AgentJob(
            index: 1, name: "DatabaseBackup - USER_DATABASES - LOG", isEnabled: true, periodSeconds: 900, offsetSeconds: 0,
            durationSeconds: 18),
        AgentJob(
            index: 2, name: "DatabaseIntegrityCheck - USER_DATABASES", isEnabled: true, periodSeconds: 7 * day, offsetSeconds: 10_800,
            durationSeconds: 2_400),
        AgentJob(
            index: 3, name: "IndexOptimize - USER_DATABASES", isEnabled: true, periodSeconds: day, offsetSeconds: 18_000,
            durationSeconds: 1_300),
        AgentJob(index: 4, name: "syspolicy_purge_history", isEnabled: true, periodSeconds: day, offsetSeconds: 7_200, durationSeconds: 3),
        AgentJob(index: 5, name: "Load the warehouse", isEnabled: true, periodSeconds: 600, offsetSeconds: 60, durationSeconds: 400),
        AgentJob(index: 6, name: "Old export", isEnabled: false, periodSeconds: 0, offsetSeconds: 0, durationSeconds: 0),
    ]

    static func all(_ world: World) -> [AgentJob] { ServerProperties.engineEdition(world.config.edition) == 4 ? [] : all }

    var id: TDSValue { .guid(UUID(uuid: (1, 0, 0, 0, 0, 0, 64, 0, 128, 0, 0, 0, 0, 0, 0, UInt8(index)))) }

    /// The run that began last, ended or not; nil for a job that never runs.
    func lastStart(_ world: World) -> Run? {
        guard periodSeconds > 0 else { return nil }
        return run(Int((world.date.timeIntervalSince1970 - Double(offsetSeconds)) / Double(periodSeconds)), world)
    }

    /// The run that goes on.
    func running(_ world: World) -> Run? { lastStart(world).flatMap { $0.endAt > world.date ? $0 : nil } }

    /// The last run that ended.
    func lastEnded(_ world: World) -> Run? {
        guard let last = lastStart(world) else { return nil }
        return last.endAt > world.date ? run(last.number - 1, world) : last
    }

    func next(_ world: World) -> Date? { lastStart(world)?.startAt.addingTimeInterval(Double(periodSeconds)) }

    /// The runs that ended within the last days, the oldest first.
    func runs(days: Int, _ world: World) -> [Run] {
        guard let last = lastEnded(world) else { return [] }
        let count = min(last.number, days * Self.day / periodSeconds)
        return ((last.number - count)...last.number).map { run($0, world) }
    }

    private func run(_ number: Int, _ world: World) -> Run {
        let seconds = max(1, durationSeconds * Noise.integer(80...130, world.seed, 5_650 + index, number) / 100)
        return Run(
            startAt: Date(timeIntervalSince1970: Double(number * periodSeconds + offsetSeconds)), seconds: seconds,
            hasFailed: Noise.integer(0...40, world.seed, 5_600 + index, number) == 0, number: number)
    }
}

/// msdb's tables of the Agent.
enum AgentViews {
    static let historyDays = 5

    static let all: [VirtualView] = [
        jobs, jobServers, jobHistory, jobSteps, jobActivity, jobSchedules, agentSessions, categories,
    ]

    /// 20261128.
    private static func dateNumber(_ moment: TDSDateTime) -> Int64 {
        let (year, month, day) = moment.date.components
        return Int64(year * 10_000 + month * 100 + day)
    }

    /// 93005 for 09:30:05.
    private static func timeNumber(_ moment: TDSDateTime) -> Int64 { clockNumber(Int(moment.time.ticks / TDSTime.ticksPerSecond)) }

    private static func clockNumber(_ seconds: Int) -> Int64 {
        Int64(seconds / 3_600 * 10_000 + seconds / 60 % 60 * 100 + seconds % 60)
    }

    private static let jobs: VirtualView = VirtualView(
        "msdb.dbo.sysjobs", requires: .msdb,
        columns: """
            job_id uniqueidentifier, originating_server_id int, name sysname, enabled tinyint, description nvarchar(512) null,
            start_step_id int,
            category_id int, owner_sid varbinary(85), notify_level_eventlog int, notify_level_email int, notify_level_netsend int,
            notify_level_page int,
            notify_email_operator_id int, notify_netsend_operator_id int, notify_page_operator_id int, delete_level int, date_created
            datetime,
            date_modified datetime, version_number int
            """,
        named: { request in
            AgentJob.all(request.world).map { job -> NamedRow in
                [
                    "job_id": job.id, "name": .string(job.name), "enabled": .int(job.isEnabled ? 1 : 0),
                    "description": .string("No description available."), "start_step_id": .int(1),
                    "category_id": .int(job.index < 5 ? 3 : 0),
                    "owner_sid": .binary([1]), "date_created": request.world.datetime(request.world.state.machineStartedAt),
                    "date_modified": request.world.datetime(request.world.state.machineStartedAt), "version_number": .int(4),
                ]
            }
        })

    private static let jobServers: VirtualView = VirtualView(
        "msdb.dbo.sysjobservers", requires: .msdb,
        columns: """
            job_id uniqueidentifier, server_id int, last_run_outcome tinyint, last_outcome_message nvarchar(4000) null, last_run_date int,
            last_run_time int, last_run_duration int
            """,
        named: { request in
            let world = request.world
            return AgentJob.all(world).map { job -> NamedRow in
                guard let run = job.lastEnded(world) else { return ["job_id": job.id, "last_run_outcome": .int(5)] }
                let startAt = world.moment(run.startAt)
                return [
                    "job_id": job.id, "last_run_outcome": .int(run.hasFailed ? 0 : 1),
                    "last_outcome_message": .string(
                        "The job \(run.hasFailed ? "failed" : "succeeded").  The Job was invoked by Schedule 9."),
                    "last_run_date": .int(dateNumber(startAt)), "last_run_time": .int(timeNumber(startAt)),
                    "last_run_duration": .int(clockNumber(run.seconds)),
                ]
            }
        })

    private static let jobHistory: VirtualView = VirtualView(
        "msdb.dbo.sysjobhistory", requires: .msdb,
        columns: """
            instance_id int, job_id uniqueidentifier, step_id int, step_name sysname, sql_message_id int, sql_severity int, message
            nvarchar(4000) null,
            run_status int, run_date int, run_time int, run_duration int, operator_id_emailed int, operator_id_netsent int,
            operator_id_paged int,
            retries_attempted int, server sysname
            """,
        named: { request in
            let world = request.world
            return AgentJob.all(world).flatMap { job in
                job.runs(days: historyDays, world).map { run -> NamedRow in
                    let startAt = world.moment(run.startAt)
                    return [
                        "instance_id": .int(Int64(run.startAt.timeIntervalSince1970) / 60 * 10 % 2_000_000_000 + Int64(job.index)),
                        "job_id": job.id, "step_id": .int(0), "step_name": .string("(Job outcome)"),
                        "message": .string("The job \(run.hasFailed ? "failed" : "succeeded").  The Job was invoked by Schedule 9."),
                        "run_status": .int(run.hasFailed ? 0 : 1), "run_date": .int(dateNumber(startAt)),
                        "run_time": .int(timeNumber(startAt)), "run_duration": .int(clockNumber(run.seconds)),
                        "server": .string(world.config.name),
                    ]
                }
            }
        })

    private static let jobSteps: VirtualView = VirtualView(
        "msdb.dbo.sysjobsteps", requires: .msdb,
        columns:
            "job_id uniqueidentifier, step_id int, step_name sysname, subsystem nvarchar(40), command nvarchar(max) null, "
            + "last_run_outcome int, last_run_duration int, last_run_date int, last_run_time int",
        named: { request in
            AgentJob.all(request.world).map {
                [
                    "job_id": $0.id, "step_id": .int(1), "step_name": .string("Run"), "subsystem": .string("TSQL"),
                    "last_run_outcome": .int(1),
                ]
            }
        })

    private static let jobActivity: VirtualView = VirtualView(
        "msdb.dbo.sysjobactivity", requires: .msdb,
        columns: """
            session_id int, job_id uniqueidentifier, run_requested_date datetime null, start_execution_date datetime null,
            last_executed_step_id int null,
            stop_execution_date datetime null, job_history_id int null, next_scheduled_run_date datetime null
            """,
        named: { request in
            let world = request.world
            return AgentJob.all(world).map { job -> NamedRow in
                let last = job.lastStart(world)
                let stopAt = job.running(world) == nil ? last?.endAt : nil
                return [
                    "session_id": .int(Int64(world.state.restartCount + 1)), "job_id": job.id,
                    "run_requested_date": last.map { world.datetime($0.startAt) } ?? .null,
                    "start_execution_date": last.map { world.datetime($0.startAt) } ?? .null,
                    "stop_execution_date": stopAt.map { world.datetime($0) } ?? .null,
                    "next_scheduled_run_date": job.next(world).map { world.datetime($0) } ?? .null,
                ]
            }
        })

    private static let jobSchedules: VirtualView = VirtualView(
        "msdb.dbo.sysjobschedules", requires: .msdb,
        columns: "schedule_id int null, job_id uniqueidentifier null, next_run_date int, next_run_time int",
        named: { request in
            AgentJob.all(request.world).map { job -> NamedRow in
                let next = job.next(request.world).map { request.world.moment($0) }
                return [
                    "schedule_id": .int(Int64(job.index + 1)), "job_id": job.id, "next_run_date": .int(next.map(dateNumber) ?? 0),
                    "next_run_time": .int(next.map(timeNumber) ?? 0),
                ]
            }
        })

    private static let agentSessions: VirtualView = VirtualView(
        "msdb.dbo.syssessions", requires: .msdb, columns: "session_id int, agent_start_date datetime",
        named: { request in
            let count = request.world.state.restartCount
            return [["session_id": .int(Int64(count + 1)), "agent_start_date": request.world.datetime(request.world.state.startedAt)]]
        })

    private static let categories: VirtualView = VirtualView(
        "msdb.dbo.syscategories", requires: .msdb, columns: "category_id int, category_class int, category_type tinyint, name sysname",
        named: { _ in
            [(0, "[Uncategorized (Local)]"), (3, "Database Maintenance")].map { id, name in
                ["category_id": .int(Int64(id)), "category_class": .int(1), "category_type": .int(1), "name": .string(name)]
            }
        })
}
