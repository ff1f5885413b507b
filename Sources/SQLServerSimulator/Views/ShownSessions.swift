import Foundation
import TDS

/// A session as the views show it: a client's, an application's that is only pretended, or one of the system's.
struct ShownSession {
    let id: Int
    let isUser: Bool
    let login: String
    let host: String
    let program: String
    let address: String
    let isEncrypted: Bool
    let databaseID: Int
    let loginAt: Date
    let lastStartAt: Date
    let lastEndAt: Date
    let openTransactions: Int
    let cpuMs: Int64
    let reads: Int64
    let rowCount: Int64
    /// What it runs or ran last: an index into `ApplicationQueries`, or nil for a client's own text.
    let query: Int?
    let request: Request?

    struct Request {
        let command: String
        let status: String
        let waitType: String?
        let waitMs: Int64
        let waitResource: String
        let blockedBy: Int
        let startAt: Date
        let cpuMs: Int64
        var logicalReads: Int64 = 120
    }

    var status: String { request.map { $0.status == "background" ? "sleeping" : "running" } ?? "sleeping" }

    /// Names the text for sys.dm_exec_sql_text.
    var handle: [UInt8] { ApplicationQueries.handle(query: query, session: id) }
}

extension World {
    /// System sessions that every instance shows.
    private static let systemSessionCount = 24
    private static let firstApplicationSession = 51
    private static let leadBlocker = 120
    /// The applications' machines.
    private static let hosts = (1...4).map { "APP0\($0)" }
    private static let addresses = (10...49).map { "10.20.0.\($0)" }

    /// Users' sessions: applications', blocked ones and clients'.
    var userSessionCount: Int {
        applicationSessionCount + (state.blockedSessions == 0 ? 0 : state.blockedSessions + 1) + state.sessions.count
    }

    var shownSessions: [ShownSession] { systemSessions + applicationSessions + blockingChain + clientSessions }

    private var systemSessions: [ShownSession] {
        let commands = [
            "LOG WRITER", "LAZY WRITER", "CHECKPOINT", "SIGNAL HANDLER", "LOCK MONITOR", "TRACE QUEUE TASK", "BRKR TASK", "TASK MANAGER",
        ]
        let waits = [
            "LOGMGR_QUEUE", "LAZYWRITER_SLEEP", "CHECKPOINT_QUEUE", "KSOURCE_WAKEUP", "REQUEST_FOR_DEADLOCK_SEARCH",
            "SQLTRACE_INCREMENTAL_FLUSH_SLEEP",
            "BROKER_EVENTHANDLER", "ONDEMAND_TASK_QUEUE",
        ]
        return (1...Self.systemSessionCount).map { id in
            let cpuMs = counter(perSecond: 0.2, salt: 600 + id)
            return ShownSession(
                id: id, isUser: false, login: "sa", host: "", program: "", address: "", isEncrypted: false, databaseID: 1,
                loginAt: state.startedAt,
                lastStartAt: state.startedAt, lastEndAt: state.startedAt, openTransactions: 0,
                cpuMs: cpuMs, reads: 0, rowCount: 0, query: 0,
                request: ShownSession.Request(
                    command: commands[id % commands.count], status: "background", waitType: waits[id % waits.count],
                    waitMs: Int64(gauge(10...5_000, salt: 630 + id)), waitResource: "", blockedBy: 0, startAt: state.startedAt,
                    cpuMs: cpuMs))
        }
    }

    private var applicationSessions: [ShownSession] {
        let programs = [
            "Shop.Web", "Shop.Orders", "Reporting", "SQLAgent - TSQL JobStep", "Microsoft SQL Server Management Studio",
            ".Net SqlClient Data Provider",
        ]
        let userDatabases = config.databases.filter { $0.id > 4 }
        // A busy server has more at work at a time.
        let cpuPercent = cpuPercent
        let busyPercent = 10 + max(0, cpuPercent - 50) / 2
        return (0..<applicationSessionCount).map { index in
            // A busy server has a report at work; reports are long, and all others quick.
            let isReport = programs[index % programs.count] == "Reporting"
            let runs =
                Noise.integer(0...99, seed, 700 + index, minute) < busyPercent || cpuPercent >= 80 && isReport && index < programs.count
            let age = Double(Noise.integer(30...40_000, seed, 750 + index))
            let idle = Double(Noise.integer(0...50, seed, 800 + index, minute))
            let startAt = date.addingTimeInterval(-min(runs && !isReport ? idle / 100 : idle, uptimeSeconds) - 0.2)
            let cpu = counter(perSecond: 3, salt: 850 + index)
            return ShownSession(
                id: Self.firstApplicationSession + index, isUser: true, login: index % 3 == 0 ? "shop_web" : "shop_app",
                host: Self.hosts[index % Self.hosts.count],
                program: programs[index % programs.count], address: Self.addresses[index % Self.addresses.count],
                isEncrypted: index % 2 == 0,
                databaseID: userDatabases.isEmpty ? 1 : userDatabases[index % userDatabases.count].id,
                loginAt: date.addingTimeInterval(-min(age, uptimeSeconds)), lastStartAt: startAt,
                lastEndAt: startAt.addingTimeInterval(0.1),
                openTransactions: 0, cpuMs: cpu, reads: cpu * 12, rowCount: Int64(index % 7), query: index % ApplicationQueries.all.count,
                request: runs
                    ? ShownSession.Request(
                        command: "SELECT", status: index % 2 == 0 ? "running" : "suspended",
                        waitType: index % 2 == 0 ? nil : "PAGEIOLATCH_SH",
                        waitMs: index % 2 == 0 ? 0 : 4, waitResource: "", blockedBy: 0, startAt: startAt, cpuMs: isReport ? 1_900 : 12,
                        logicalReads: isReport ? 48_000 : 120) : nil)
        }
    }

    private func blockedID(_ index: Int) -> Int { index < 70 ? Self.leadBlocker + 1 + index : 5_000 + index }

    /// A sleeping session that kept its transaction open, and those who wait: every third behind the lead, the others behind each other.
    private var blockingChain: [ShownSession] {
        guard state.blockedSessions > 0 else { return [] }
        let since = state.blockedSince
        let databaseID = config.databases.last?.id ?? 1
        let lead = ShownSession(
            id: Self.leadBlocker, isUser: true, login: "shop_app", host: "APP01", program: "Shop.Orders", address: "10.20.0.11",
            isEncrypted: true,
            databaseID: databaseID, loginAt: since.addingTimeInterval(-600), lastStartAt: since.addingTimeInterval(-1), lastEndAt: since,
            openTransactions: 1,
            cpuMs: 340, reads: 2_100, rowCount: 1, query: 3, request: nil)
        let waiting = (0..<state.blockedSessions).map { index in
            let startAt = min(date, since.addingTimeInterval(Double(index) * 0.05))
            return ShownSession(
                id: blockedID(index), isUser: true, login: "shop_web", host: "APP0\(1 + index % 4)", program: "Shop.Web",
                address: "10.20.0.\(12 + index % 40)",
                isEncrypted: true, databaseID: databaseID, loginAt: since.addingTimeInterval(-300), lastStartAt: startAt, lastEndAt: since,
                openTransactions: 1,
                cpuMs: 15, reads: 90, rowCount: 0, query: 4,
                request: ShownSession.Request(
                    command: "UPDATE", status: "suspended", waitType: "LCK_M_X",
                    waitMs: Int64(max(0, date.timeIntervalSince(startAt)) * 1000),
                    waitResource: "KEY: \(databaseID):72057594045595648 (8194443284a0)",
                    blockedBy: index % 3 == 0 ? Self.leadBlocker : blockedID(index - 1), startAt: startAt, cpuMs: 2))
        }
        return [lead] + waiting
    }

    private var clientSessions: [ShownSession] {
        state.sessions.values.sorted { $0.spid < $1.spid }.map { record in
            ShownSession(
                id: record.spid, isUser: true, login: record.login.name, host: record.hostName, program: record.programName,
                address: record.clientAddress,
                isEncrypted: record.isEncrypted, databaseID: database(named: record.database)?.id ?? 1, loginAt: record.loginAt,
                lastStartAt: record.lastRequestStartAt, lastEndAt: record.lastRequestEndAt, openTransactions: record.transactionDepth,
                cpuMs: Int64(record.cpuMicroseconds / 1000), reads: 0, rowCount: Int64(record.rowCount), query: nil,
                request: record.isRunning
                    ? ShownSession.Request(
                        command: "SELECT", status: "running", waitType: nil, waitMs: 0, waitResource: "", blockedBy: 0,
                        startAt: record.lastRequestStartAt,
                        cpuMs: 0) : nil)
        }
    }
}

/// What the pretended applications run.
enum ApplicationQueries {
    static let all = [
        "(@id int)SELECT o.order_id, o.placed_at, o.total FROM dbo.orders AS o WHERE o.customer_id = @id ORDER BY o.placed_at DESC",
        "SELECT TOP (50) p.product_id, p.name, p.price FROM dbo.products AS p WHERE p.name LIKE N'%lamp%' ORDER BY p.rank",
        "(@from datetime2,@to datetime2)SELECT SUM(total) AS revenue FROM dbo.orders WHERE placed_at >= @from AND placed_at < @to",
        "UPDATE dbo.stock SET reserved = reserved + 1 WHERE product_id = 4711",
        "(@product int)UPDATE dbo.stock SET quantity = quantity - 1 WHERE product_id = @product",
        "INSERT INTO dbo.audit (at, who, what) VALUES (SYSUTCDATETIME(), N'shop', N'order placed')",
        "SELECT c.customer_id, c.email, COUNT(*) AS orders FROM dbo.customers AS c JOIN dbo.orders AS o ON o.customer_id = c.customer_id "
            + "GROUP BY c.customer_id, c.email",
        "EXEC dbo.refresh_ranking @days = 7",
    ]

    static func handle(query: Int?, session: Int) -> [UInt8] {
        let kind: UInt8 = query == nil ? 2 : 1
        let number = query ?? session
        return [2, 0, 0, 0, kind, UInt8(number >> 16 & 255), UInt8(number >> 8 & 255), UInt8(number & 255)]
            + [UInt8](repeating: 0, count: 36)
    }

    static func planHandle(_ handle: [UInt8]) -> [UInt8] { [6] + handle.dropFirst() }

    /// The text that a handle (of a statement or of a plan) names.
    static func text(_ handle: [UInt8], _ world: World) -> String? {
        guard handle.count >= 8 else { return nil }
        let number = Int(handle[5]) << 16 | Int(handle[6]) << 8 | Int(handle[7])
        if handle[4] == 1 { return all.indices.contains(number) ? all[number] : nil }
        return world.state.sessions[number]?.lastBatch
    }
}
