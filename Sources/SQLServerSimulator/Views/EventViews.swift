import Foundation
import TDS

/// What happens on a server now and then: deadlocks, and sign-ins that are refused. Some come by themselves, others when control or a
/// client makes them.
enum ServerEvents {
    /// Seconds of the past that the buffers show, as far as nothing else happened.
    static let bufferSeconds = 14_400.0

    /// Moments within the last hours, since the start: about one in `share` of the steps of `stepSeconds` has one.
    private static func moments(stepSeconds: Int, share: Int, salt: Int, _ world: World) -> [Date] {
        let now = world.date.timeIntervalSince1970
        let first = Int((now - bufferSeconds) / Double(stepSeconds))
        return (first...Int(now / Double(stepSeconds))).compactMap { step in
            guard Noise.integer(0...(share - 1), world.seed, salt, step) == 0 else { return nil }
            let at = Date(timeIntervalSince1970: Double(step * stepSeconds) + Noise.unit(world.seed, salt + 1, step) * Double(stepSeconds))
            return at <= world.date && at >= world.state.startedAt ? at : nil
        }
    }

    static func deadlocks(_ world: World) -> [Date] {
        (moments(stepSeconds: 1_800, share: 3, salt: 5_800, world) + world.state.deadlocks.filter { $0 <= world.date }).sorted()
    }

    /// The connectivity ring buffer's records of refused sign-ins.
    static func refusedLoginRecords(_ world: World) -> [[TDSValue]] {
        let own = moments(stepSeconds: 600, share: 3, salt: 5_810, world).map {
            RefusedLogin(
                at: $0, address: "10.20.0.\(10 + Noise.integer(0...5, world.seed, 5_812, Int($0.timeIntervalSince1970)))", state: 8)
        }
        let all = (own + world.state.refusedLogins.filter { $0.at <= world.date }).sorted { $0.at < $1.at }
        return all.enumerated().map { index, login in
            let ticks = Int64((login.at.timeIntervalSince(world.state.machineStartedAt) * 1000).rounded())
            let record = """
                <Record id="\(index + 1)" type="RING_BUFFER_CONNECTIVITY" time="\(ticks)"><ConnectivityTraceRecord><RecordType>Error\
                </RecordType><RecordSource>Tds</RecordSource><Spid>\(60 + index % 40)</Spid><SniConsumerError>18456</SniConsumerError>\
                <SniProvider>7</SniProvider><State>\(login.state)</State><RemoteHost>\(XMLNode.escaped(login.address))</RemoteHost>\
                <RemotePort>\(49_152 + index)</RemotePort><LocalHost>127.0.0.1</LocalHost><LocalPort>\(world.config.port)</LocalPort>\
                </ConnectivityTraceRecord></Record>
                """
            return [.binary([0, 0, 1, 0, 0, 16, 96, 0]), .string("RING_BUFFER_CONNECTIVITY"), .int(ticks), .string(record)]
        }
    }
}

extension ServerEvents {
    /// What goes wrong in a shop: errors of users by far the most often, now and then a lack of memory or space, rarely damaged data.
    private static let errors = [
        (208, 16), (2_627, 14), (8_134, 16), (547, 16), (3_617, 25), (1_205, 13), (701, 17), (1_105, 17), (9_002, 17), (823, 24),
    ]

    /// The exception ring buffer's records, as SQL Server writes them.
    static func exceptionRecords(_ world: World) -> [[TDSValue]] {
        moments(stepSeconds: 900, share: 3, salt: 5_830, world).enumerated().map { index, at in
            let ticks = Int64((at.timeIntervalSince(world.state.machineStartedAt) * 1000).rounded())
            let draw = Noise.unit(world.seed, 5_832, Int(at.timeIntervalSince1970))
            let (number, severity) = errors[min(errors.count - 1, Int(draw * draw * Double(errors.count)))]
            let record = """
                <Record id = "\(index)" type ="RING_BUFFER_EXCEPTION" time ="\(ticks)"><Exception><Task address="0x000000020A4B8CA8"/>\
                <Error>\(number)</Error><Severity>\(severity)</Severity><State>1</State><UserDefined>0</UserDefined></Exception><Stack>\
                <frame id = "0">0X00007FFB4B2C1F4A</frame></Stack></Record>
                """
            return [.binary([0, 0, 1, 0, 0, 16, 112, 0]), .string("RING_BUFFER_EXCEPTION"), .int(ticks), .string(record)]
        }
    }
}

/// Extended events: the sessions and their targets.
enum EventViews {
    static let all: [VirtualView] = [sessions, targets]

    private static let names = ["system_health", "telemetry_xevents"]

    private static func address(_ index: Int) -> TDSValue { .binary([0, 0, 4, 0, 0, UInt8(index), 0, 64]) }

    private static let sessions: VirtualView = VirtualView(
        "sys.dm_xe_sessions", requires: .serverState,
        columns: "address varbinary(8), name nvarchar(256), create_time datetime, total_buffer_size bigint, dropped_event_count int",
        named: { request in
            names.enumerated().map { index, name in
                [
                    "address": address(index), "name": .string(name), "create_time": request.world.datetime(request.world.state.startedAt),
                    "total_buffer_size": .int(655_360),
                ]
            }
        })

    private static let targets: VirtualView = VirtualView(
        "sys.dm_xe_session_targets", requires: .serverState,
        columns: """
            event_session_address varbinary(8), target_name nvarchar(60), target_package_guid uniqueidentifier, execution_count bigint,
            execution_duration_ms bigint, target_data nvarchar(max) null
            """,
        later: [(.v2017, "bytes_written bigint")],
        named: { request in
            let world = request.world
            let executions = world.counter(perSecond: 0.2, salt: 5_820)
            return [
                [
                    "event_session_address": address(0), "target_name": .string("ring_buffer"), "execution_count": .int(executions),
                    "target_data": .string(ringBuffer(world)),
                ],
                [
                    "event_session_address": address(0), "target_name": .string("event_file"), "execution_count": .int(executions),
                    "target_data": .string("<EventFileTarget truncated=\"0\"><Buffers logged=\"4\" dropped=\"0\"/></EventFileTarget>"),
                ],
            ]
        })

    private static func timestamp(_ date: Date) -> String {
        date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    /// The system_health session's buffer: a long wait now and then, and the deadlocks.
    private static func ringBuffer(_ world: World) -> String {
        let deadlocks = ServerEvents.deadlocks(world)
        let wait = """
            <event name="wait_info" package="sqlos" timestamp="\(timestamp(world.onClock(max(world.state.startedAt, world.date.addingTimeInterval(-5_000)))))">\
            <data name="wait_type"><type name="wait_types" package="sqlos"/><value>66</value><text>PAGEIOLATCH_SH</text></data>\
            <data name="duration"><type name="uint64" package="package0"/><value>16021</value></data></event>
            """
        let events = deadlocks.map { at in
            """
            <event name="xml_deadlock_report" package="sqlserver" timestamp="\(timestamp(world.onClock(at)))"><data name="xml_report"><type name="xml" \
            package="package0"/><value>\(deadlock(at, world))</value></data></event>
            """
        }
        return """
            <RingBufferTarget truncated="0" processingTime="0" totalEventsProcessed="\(deadlocks.count + 1)" eventCount="\(deadlocks.count + 1)" \
            droppedCount="0" memoryUsed="\(4_096 * (deadlocks.count + 1))">\(wait)\(events.joined())</RingBufferTarget>
            """
    }

    /// Two sessions of the shop that wait for each other's row.
    private static func deadlock(_ at: Date, _ world: World) -> String {
        let database = world.config.databases.last ?? SimulatedDatabase(id: 1, name: "master")
        let number = Int(at.timeIntervalSince1970) & 0xFFFF
        let process = { (index: Int) in "process\(String(number * 2 + index, radix: 16))" }
        let processes = (0...1).map { index in
            """
            <process id="\(process(index))" taskpriority="0" logused="\(364 + index * 120)" waitresource="KEY: \(database.id):7205759404559564\
            \(8 + index) (8194443284a\(index))" waittime="2311" transactionname="user_transaction" lockMode="X" schedulerid="\(index + 1)" \
            status="suspended" spid="\(61 + index)" trancount="2" clientapp="Shop.\(index == 0 ? "Web" : "Orders")" hostname="APP0\(1 + index)" \
            loginname="shop_\(index == 0 ? "web" : "app")" isolationlevel="read committed (2)" currentdb="\(database.id)" \
            currentdbname="\(XMLNode.escaped(database.name))"><executionStack><frame procname="adhoc" line="1">\
            \(XMLNode.escaped(ApplicationQueries.all[3 + index]))</frame></executionStack><inputbuf>\
            \(XMLNode.escaped(ApplicationQueries.all[3 + index]))</inputbuf></process>
            """
        }
        return """
            <deadlock><victim-list><victimProcess id="\(process(1))"/></victim-list><process-list>\(processes.joined())</process-list>\
            <resource-list><keylock hobtid="72057594045595648" dbid="\(database.id)" objectname="\(XMLNode.escaped(database.name)).dbo.stock" \
            mode="X"><owner-list><owner id="\(process(0))" mode="X"/></owner-list><waiter-list><waiter id="\(process(1))" mode="X"/>\
            </waiter-list></keylock></resource-list></deadlock>
            """
    }
}
