import Foundation
import TDS

/// Everything of an instance that changes.
struct InstanceState: Sendable {
    /// Statements that `GET /instances/{n}` shows.
    static let statementLogCountMax = 32
    /// Objects that users may create in one instance.
    static let objectCountMax = 1_000
    /// Deadlocks and refused sign-ins that are kept.
    static let eventCountMax = 100
    /// Characters kept of a logged statement.
    static let statementLogLengthMax = 4_000

    var config: InstanceConfig
    var behaviour = InstanceBehaviour(state: .online, latencyMs: 0)
    var startedAt: Date
    /// When the machine booted: `ms_ticks` counts from here.
    var machineStartedAt: Date
    /// Counters count from here.
    var load: LoadLine
    var loadAtReset: Double
    var countersSince: Date
    var cpu: CPUTimeline
    var memoryPercent: Int?
    var collation = ServerCollation.ignoringCapitals
    /// How far the server's clock is ahead of the true time, and always was.
    var clockSecondsOff = 0.0
    var blockedSessions = 0
    var blockedSince: Date
    /// What the instance is in an availability group.
    var availability = AvailabilityRole.none
    /// Deadlocks that control asked for, the newest last.
    var deadlocks: [Date] = []
    /// Sign-ins that were refused, the newest last.
    var refusedLogins: [RefusedLogin] = []
    /// Rows that control gave for a view, by the view's key.
    var replays: [String: [[TDSValue]]] = [:]
    var sessions: [Int: SessionRecord] = [:]
    var objects: [StoredObject] = []
    var schemas: [StoredSchema] = []
    var nextObjectID = 1_000_000_001
    var statements: [LoggedStatement] = []
    var batchCount = 0
    var failedLoginCount = 0
    /// What CREATE fails with, as control wants it; nil: nothing.
    var createFailure: CreateFailure?
    var restartCount = 0
    /// Names in lower case of what this instance does not have, as a server that is only like SQL Server.
    var absent: Set<String> = []
    /// What `@@VERSION` says instead of its own words.
    var banner: String?

    struct LoggedStatement: Sendable {
        let text: String
        var count: Int
        var lastAt: Date
        let login: String
    }

    init(config: InstanceConfig, now: Date) {
        self.config = config
        let seed = config.number
        // Instances have been up for between two hours and forty days.
        let uptime = 7_200 + Noise.unit(seed, 1) * 3_456_000
        startedAt = now.addingTimeInterval(-uptime.rounded())
        machineStartedAt = startedAt.addingTimeInterval(-60 - (Noise.unit(seed, 2) * 864_000).rounded())
        load = LoadLine(since: startedAt, factor: 1)
        loadAtReset = 0
        countersSince = startedAt
        cpu = CPUTimeline(start: startedAt, percent: nil)
        blockedSince = now
    }

    /// SQL Server's service starts anew: new start time, counters from zero, nobody blocked, temporary things gone.
    mutating func restart(at now: Date) {
        let percent = cpu.currentPercent
        startedAt = now
        resetCounters(at: now)
        cpu = CPUTimeline(start: now, percent: percent)
        blockedSessions = 0
        sessions = [:]
        deadlocks = []
        refusedLogins = []
        restartCount += 1
    }

    mutating func noteDeadlock(at now: Date) {
        deadlocks = deadlocks.suffix(Self.eventCountMax - 1) + [now]
    }

    mutating func noteRefusedLogin(_ login: RefusedLogin) {
        failedLoginCount += 1
        refusedLogins = refusedLogins.suffix(Self.eventCountMax - 1) + [login]
    }

    mutating func resetCounters(at now: Date) {
        loadAtReset = load.value(at: now)
        countersSince = now
    }

    mutating func log(_ text: String, login: String, at now: Date) {
        batchCount += 1
        if let index = statements.firstIndex(where: { $0.text == text && $0.login == login }) {
            var entry = statements.remove(at: index)
            entry.count += 1
            entry.lastAt = now
            statements.append(entry)
            return
        }
        if statements.count >= Self.statementLogCountMax { statements.removeFirst() }
        statements.append(LoggedStatement(text: text, count: 1, lastAt: now, login: login))
    }
}

/// What an instance is in an availability group of two: none, or one of its replicas.
package enum AvailabilityRole: String, CaseIterable, Sendable { case none, primary, secondary }

/// A sign-in that was refused, as the connectivity ring buffer keeps it.
struct RefusedLogin: Sendable {
    let at: Date
    let address: String
    /// The state of error 18456: 5 no such login, 8 wrong password, 38 no such database.
    let state: Int
}

/// Why an instance takes no new objects.
package enum CreateFailure: String, CaseIterable, Sendable {
    case readOnly, diskFull, logFull, locked, deadlock
    /// Structure is not changed within a transaction, and is outside.
    case inTransaction

    /// Whether it meets a statement at this depth of transactions.
    func strikes(_ transactionDepth: Int) -> Bool { self != .inTransaction || transactionDepth > 0 }

    func message(database: String) -> SQLServerMessage {
        switch self {
        case .readOnly:
            SQLServerMessage(3906, "Failed to update database \"\(database)\" because the database is read-only.")
        case .diskFull:
            SQLServerMessage(
                1105, state: 2, severity: 17,
                "Could not allocate space for object 'sys.sysschobjs' in database '\(database)' because the 'PRIMARY' filegroup is full.")
        case .logFull:
            SQLServerMessage(9002, state: 2, severity: 17, "The transaction log for database '\(database)' is full due to 'LOG_BACKUP'.")
        case .locked: SQLServerMessage(1222, state: 45, severity: 16, "Lock request time out period exceeded.")
        case .inTransaction:
            SQLServerMessage(226, state: 6, severity: 16, "CREATE statement not allowed within multi-statement transaction.")
        case .deadlock:
            SQLServerMessage(
                1205, state: 45, severity: 13,
                "Transaction was deadlocked on lock resources with another process and has been chosen as the deadlock victim. Rerun the "
                    + "transaction.")
        }
    }
}

/// A client's session as the views show it.
struct SessionRecord: Sendable {
    let spid: Int
    let login: Login
    let hostName: String
    let programName: String
    let libraryName: String
    let clientAddress: String
    let isEncrypted: Bool
    let loginAt: Date
    var database: String
    var lastRequestStartAt: Date
    var lastRequestEndAt: Date
    var lastBatch: String
    var requestCount = 0
    var cpuMicroseconds = 0
    var rowCount = 0
    var transactionDepth = 0
    var transactionBeganAt: Date?
    var isRunning = false
}

/// A user's table, procedure or view.
struct StoredObject: Sendable {
    let id: Int
    let database: String
    let schema: String
    let name: String
    let kind: String
    let createdAt: Date
    var modifiedAt: Date
    /// The text as it was sent; nil for tables.
    var text: String?
    var module: Module?
    var table: StoredTable?
}

struct StoredSchema: Sendable {
    let id: Int
    let database: String
    let name: String
    /// The login that made it.
    let owner: String
}
