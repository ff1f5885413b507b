import Foundation
import TDS

/// One connection's session: its database, options, variables between batches, temporary tables and prepared statements.
/// Confined to one thread at a time; every call answers at once and never sleeps (see `StatementResult.pause`).
package final class SimulatedSession {
    /// One string or binary value.
    static let valueSizeBytesMax = 32 * 1024 * 1024
    static let preparedCountMax = 1_000
    static let temporaryTableCountMax = 200

    package let instance: SimulatedInstance
    /// `@@SPID`.
    package let spid: Int
    package internal(set) var database: String

    let catalogue = Catalogue()
    private let record: SessionRecord
    var options: [String: String] = [:]
    var temporaryTables: [String: StoredTable] = [:]
    var prepared: [Int: PreparedStatement] = [:]
    private var nextHandle = 1
    var rowCount = 0
    var lastError = 0
    var lastIdentity: Int64?
    var transactionDepth = 0
    /// What undoes the open transaction, in the order of its changes.
    var undo: [@Sendable (inout InstanceState) -> Void] = []
    var transactionID: UInt64 = 0
    var nestingLevel = 0
    var caughtErrors: [SQLServerMessage] = []
    private var randomState: UInt64
    private var isClosed = false

    init(instance: SimulatedInstance, record: SessionRecord) {
        self.instance = instance
        self.record = record
        spid = record.spid
        database = record.database
        randomState = UInt64(record.spid)
        options = Self.initialOptions
    }

    deinit {
        if !isClosed { instance.remove(spid: spid) }
    }

    private static let initialOptions = [
        "ANSI_NULLS": "ON", "ANSI_PADDING": "ON", "ANSI_WARNINGS": "ON", "ARITHABORT": "OFF", "CONCAT_NULL_YIELDS_NULL": "ON",
        "QUOTED_IDENTIFIER": "ON",
        "NUMERIC_ROUNDABORT": "OFF", "TEXTSIZE": "4096", "LOCK_TIMEOUT": "-1", "NOCOUNT": "OFF", "XACT_ABORT": "OFF",
        "IMPLICIT_TRANSACTIONS": "OFF",
        "TRANSACTION ISOLATION LEVEL": "READ COMMITTED", "ROWCOUNT": "0",
    ]

    func takeHandle() -> Int {
        defer { nextHandle += 1 }
        return nextHandle
    }

    /// Who runs a statement; rights may change while the session is open.
    var identity: SessionIdentity {
        let current = instance.config.logins.first { $0.name == record.login.name } ?? record.login
        return SessionIdentity(
            spid: spid, login: current, database: database, originalDatabase: record.database, hostName: record.hostName,
            programName: record.programName,
            clientAddress: record.clientAddress)
    }

    /// Runs a batch as sent by SQLBatch.
    package func execute(batch: String) -> [StatementResult] {
        let text = ParseCache.shared.interned(batch, quotedIdentifier: options["QUOTED_IDENTIFIER"] != "OFF")
        instance.log(text, login: record.login.name)
        return request(text) { runner in runner.run(text) }
    }

    /// Calls a procedure as a remote procedure call does, also `sp_executesql`, `sp_prepare`, `sp_prepexec`, `sp_execute`, `sp_unprepare`.
    /// The return status and the output parameters come last.
    package func call(procedure: String, parameters: [Parameter]) -> [StatementResult] {
        let text = ParseCache.shared.interned(logText(procedure, parameters), quotedIdentifier: options["QUOTED_IDENTIFIER"] != "OFF")
        instance.log(text, login: record.login.name)
        return request(text) { runner in RemoteCall(session: self, runner: runner).run(procedure, parameters) }
    }

    private func logText(_ procedure: String, _ parameters: [Parameter]) -> String {
        // The statement says more than the call around it; its values are not kept.
        for parameter in parameters.prefix(4) {
            if case .string(let text) = parameter.value, procedure.lowercased().hasPrefix("sp_"), text.count > 8, !text.hasPrefix("@") {
                return text
            }
        }
        if let handle = parameters.first?.value, case .int(let number) = handle, let known = prepared[Int(number)] { return known.text }
        return "EXEC \(procedure)"
    }

    private func request(_ text: String, _ body: (BatchRunner) -> Void) -> [StatementResult] {
        let startAt = instance.clock.now()
        let runner = BatchRunner(session: self, variables: VariableSet())
        instance.update(spid: spid) { record in
            record.lastRequestStartAt = startAt
            record.isRunning = true
            record.lastBatch = text
        }
        nestingLevel = 0
        caughtErrors = []
        body(runner)
        let endAt = instance.clock.now()
        let (name, depth, rows) = (database, transactionDepth, rowCount)
        let elapsed = endAt.timeIntervalSince(startAt)
        instance.update(spid: spid) { record in
            record.lastRequestEndAt = endAt
            record.isRunning = false
            record.database = name
            record.requestCount += 1
            record.rowCount = rows
            record.cpuMicroseconds += Int(max(0, min(elapsed, 60)) * 1_000_000)
            if depth > 0, record.transactionDepth == 0 { record.transactionBeganAt = startAt }
            record.transactionDepth = depth
        }
        return runner.output.results
    }

    /// What a client asks with TM_BEGIN_XACT and the like.
    package func transaction(_ request: TransactionRequest) -> [StatementResult] {
        let runner = BatchRunner(session: self, variables: VariableSet())
        let kind: StatementKind
        switch request {
        case .begin(let name): kind = .beginTransaction(name: name)
        case .commit: kind = .commit
        case .rollback: kind = .rollback(name: "")
        case .save(let name): kind = .saveTransaction(name: name)
        }
        runner.run([Statement(line: 1, kind: kind)])
        return runner.output.results.filter { result in if case .done = result { false } else { true } }
    }

    /// Back to the state after login, as the reset bit of a TDS packet asks (sp_reset_connection).
    package func reset() {
        database = record.database
        options = Self.initialOptions
        temporaryTables = [:]
        prepared = [:]
        undoAll()
        transactionDepth = 0
        rowCount = 0
        lastError = 0
        lastIdentity = nil
    }

    /// Forgets the session; the instance no longer counts it.
    package func close() {
        guard !isClosed else { return }
        isClosed = true
        undoAll()
        instance.remove(spid: spid)
    }

    /// Remembers how to undo a change, while a transaction is open.
    func remember(_ step: @escaping @Sendable (inout InstanceState) -> Void) {
        if transactionDepth > 0 { undo.append(step) }
    }

    /// Undoes what the open transaction changed, the last change first.
    func undoAll() {
        guard !undo.isEmpty else { return }
        let steps = undo
        undo = []
        instance.undo(steps)
    }

    func nextRandom() -> Double {
        randomState = Noise.mix(randomState)
        return Double(randomState >> 11) / 9_007_199_254_740_992
    }

    /// `@@OPTIONS`.
    var optionBits: Int {
        let bits = [
            "IMPLICIT_TRANSACTIONS": 2, "CURSOR_CLOSE_ON_COMMIT": 4, "ANSI_WARNINGS": 8, "ANSI_PADDING": 16, "ANSI_NULLS": 32,
            "ARITHABORT": 64,
            "ARITHIGNORE": 128, "QUOTED_IDENTIFIER": 256, "NOCOUNT": 512, "ANSI_NULL_DFLT_ON": 1024, "ANSI_NULL_DFLT_OFF": 2048,
            "CONCAT_NULL_YIELDS_NULL": 4096, "NUMERIC_ROUNDABORT": 8192, "XACT_ABORT": 16384,
        ]
        return bits.reduce(0) { $0 + (options[$1.key] == "ON" ? $1.value : 0) }
    }

    var hasCounts: Bool { options["NOCOUNT"] != "ON" }
}

/// Who asks, as functions and views see it.
struct SessionIdentity {
    let spid: Int
    let login: Login
    let database: String
    let originalDatabase: String
    let hostName: String
    let programName: String
    let clientAddress: String

    /// The user that the login is in its database.
    var databaseUser: String {
        login.isSysadmin || login.owns(database)
            ? "dbo" : ["master", "tempdb", "msdb"].contains(database.lowercased()) ? "guest" : login.name
    }
}

/// A transaction manager request.
package enum TransactionRequest: Sendable, Hashable {
    case begin(name: String)
    case commit
    case rollback
    case save(name: String)
}
