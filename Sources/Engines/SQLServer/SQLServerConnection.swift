import Foundation
import ODBC

/// An open connection to a SQL Server that is collected from.
final class SQLServerConnection: EngineConnection {
    private let connection: ODBCConnection
    private let failure: SQLServerFailure
    /// The start as the server said it, in its own zone, and the moment that we took it for: a change of summer time is no restart.
    private var knownStart: (local: ODBCTimestamp, date: Date)?

    /// The call of the deployed procedures; nil when there are none, or they failed on this connection.
    private var procedureCall: String?
    /// Why they failed.
    private var procedureProblem: String?

    /// What is sent; without what this server refused.
    private var batch = CoreShare([]).batch
    private var unavailable: [String] = []
    /// Read by the probe's statements where the batch's own is refused.
    private var knownIdentity: ODBCResultSet?

    private var prepared: PreparedBatches

    /// When the server refused to give texts and plans by their handles, on the monotonic clock: a missing right, or no memory for it just
    /// then. It is asked again after a while.
    private var detailsRefusedAt: Double?
    private static let detailsPauseSeconds = 600.0

    /// Whether the core and the collectors of the same cadence are one batch.
    private var isTogether = true
    /// What collectors may bring in the core's place; nothing that was cut off once.
    private var shareable: CoreShare = [.counters, .waits]
    private var collectors: ODBCCollectors

    /// Row counts stay on, since without them FreeTDS passes over every other result set that has no rows; and a result set comes first,
    /// since it ends a batch whose first statement fails.
    private static let preamble = settings + CollectorProceduresSQL.firstResult
    private static let settings = """
        SET NOCOUNT OFF;
        SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;
        SET LOCK_TIMEOUT 1000;
        SET DEADLOCK_PRIORITY LOW;

        """

    /// What names the core's batch among those prepared.
    private static let coreKey = "core"

    /// Rows of one result set at most: a server has some 1,100 wait types.
    private static let rowCountMax = 5_000

    /// - Parameter readsBlocks: as `PreparedBatches` has it.
    init(_ connection: ODBCConnection, target: Target, port: Int, readsBlocks: Bool) {
        self.connection = connection
        prepared = PreparedBatches(readsBlocks: readsBlocks)
        failure = SQLServerFailure(target: target, port: port)
        procedureCall = target.objectsDatabase.map { SQLServerName.collectCall(database: $0) }
        collectors = ODBCCollectors(
            preamble: Self.preamble, judgement: .init(isPermission: SQLServerFailure.isPermission, isRefusal: SQLServerBatch.isRefusal),
            calls: CollectorCalls(target))
    }

    func collect(deadlineSeconds: Double) throws(EngineError) -> Reading {
        let timer = CallTimer()
        let sets: [Result<ODBCResultSet, ODBCError>]
        do throws(ODBCError) {
            sets = try resultSets(CallDeadline(seconds: deadlineSeconds))
        } catch { throw failure.whileReading(error) }
        return try reading(of: sets, timer)
    }

    /// The core's batch with the collectors' statements behind it. Any trouble, and both are asked apart from then on: then it is plain
    /// whose it is.
    func collect(
        with collectors: [CollectorDefinition], deadlineSeconds: Double
    ) throws(EngineError) -> (reading: Reading, answers: CollectorAnswers?) {
        let timer = CallTimer()
        guard isTogether, !collectors.isEmpty, unavailable.isEmpty else { return (try collect(deadlineSeconds: deadlineSeconds), nil) }
        let core = procedureCall
        let call = self.collectors.calls?.text(for: collectors)
        let share = core == nil ? CoreShare(of: collectors).intersection(shareable) : []
        let results: [Result<ODBCResultSet, ODBCError>]
        do throws(ODBCError) {
            // Two calls of procedures are short as they are.
            let key = core != nil && call != nil
                ? nil : "\(core ?? Self.coreKey) \(share.rawValue),\(call ?? ODBCCollectors.key(collectors))"
            results = try prepared.resultSets(
                key, on: connection, deadline: CallDeadline(seconds: deadlineSeconds), rowCountMax: Self.rowCountMax
            ) { (core ?? share.batch.text) + "\n" + (call ?? texts(collectors)) }
        } catch {
            if error.isDeadline || error.isConnectionFailure { throw failure.whileReading(error) }
            results = [.failure(error)]
        }
        let (sets, answers) = ODBCCollectors.split(results, collectors)
        let hasIdentity = sets.contains { ((try? $0.get())?.index(of: "server_name")) != nil }  // a refusal has none
        guard let answers, hasIdentity else {
            isTogether = false
            return (try collect(deadlineSeconds: max(0.5, deadlineSeconds - Double(timer.milliseconds) / 1000)), nil)
        }
        let values = CoreValues(of: answers, share: share)
        shareable.subtract(values.cutOff)
        let reading = try reading(of: sets, with: values, timer)
        return (
            reading,
            CollectorAnswers(
                answers: answers, collectedAt: reading.collectedAt, monotonicSeconds: reading.monotonicSeconds,
                durationMs: reading.durationMs)
        )
    }

    /// The collectors' statements, behind the settings that the core's own text makes: those of a procedure end with it.
    private func texts(_ collectors: [CollectorDefinition]) -> String {
        (procedureCall == nil ? "" : Self.settings) + collectors.map(\.sql).joined(separator: "\n")
    }

    private func reading(
        of sets: [Result<ODBCResultSet, ODBCError>], with values: CoreValues? = nil, _ timer: CallTimer
    ) throws(EngineError) -> Reading {
        var reading = try SQLServerReading(sets, with: values, failure: failure).reading(
            collectedAt: Date(), monotonicSeconds: monotonicSeconds(), start: startDate)
        reading.durationMs = timer.milliseconds
        reading.objectsProblem = procedureProblem ?? collectors.proceduresProblem
        collectors.learn(reading.traits)
        reading.unavailable = unavailable
        return reading
    }

    /// By the procedures where they are deployed. When they fail, the batch is sent as it is: only what fails then too is the server's.
    private func resultSets(_ deadline: CallDeadline) throws(ODBCError) -> [Result<ODBCResultSet, ODBCError>] {
        if let call = procedureCall {
            var problem: ODBCError?
            do throws(ODBCError) {
                let sets = try connection.resultSets(call, deadlineSeconds: deadline.remainingSeconds, rowCountMax: Self.rowCountMax)
                for case .failure(let error) in sets where problem == nil { problem = error }
                let hasIdentity = sets.contains { ((try? $0.get())?.index(of: "server_name")) != nil }  // nothing else is sure to answer
                if problem == nil, hasIdentity { return sets }
            } catch {
                if error.isDeadline || error.isConnectionFailure { throw error }
                problem = error
            }
            let direct = try directSets(deadline)
            let isServers = direct.contains { if case .failure = $0 { true } else { false } }
            if !isServers {
                procedureCall = nil
                procedureProblem =
                    "The collection procedures failed: \(SQLServerFailure.sentence(problem?.message ?? "they gave no answer"))"
            }
            return direct
        }
        return try directSets(deadline)
    }

    private func directSets(_ deadline: CallDeadline) throws(ODBCError) -> [Result<ODBCResultSet, ODBCError>] {
        let answer = try batch.answer(on: connection, deadline: deadline, rowCountMax: Self.rowCountMax) { batch throws(ODBCError) in
            // What was left out is left out for good: one reduced batch at most follows the whole one.
            let key = self.unavailable.isEmpty ? Self.coreKey : "\(Self.coreKey) without \(self.unavailable.count)"
            return try self.prepared.resultSets(key, on: self.connection, deadline: deadline, rowCountMax: Self.rowCountMax) { batch.text }
        }
        if let reduced = answer.reduced {
            batch = reduced
            unavailable += answer.unavailable
        }
        // What is left out is no error of this reading: it is told by `unavailable`.
        var results = answer.results.filter { if case .failure(let error) = $0 { !SQLServerBatch.isRefusal(error) } else { true } }
        if !results.contains(where: { ((try? $0.get())?.index(of: "server_name")) != nil }), !unavailable.isEmpty {
            if knownIdentity == nil {
                let probe = SQLServerBatch(CollectorSQL.sqlServerProbe)
                knownIdentity = ODBCResultSet.merged(try probe.answer(on: connection, deadline: deadline, rowCountMax: 10).sets)
            }
            if let knownIdentity { results.append(.success(knownIdentity)) }
        }
        return results
    }

    func run(_ collectors: [CollectorDefinition], deadlineSeconds: Double) throws(EngineError) -> CollectorAnswers {
        let timer = CallTimer()
        do throws(ODBCError) {
            let deadline = CallDeadline(seconds: deadlineSeconds)
            let answers = try self.collectors.run(collectors) { names, rowCountMax, text throws(ODBCError) in
                try prepared.resultSets(names, on: connection, deadline: deadline, rowCountMax: rowCountMax, text: text)
            }
            return CollectorAnswers(
                answers: answers, collectedAt: Date(), monotonicSeconds: monotonicSeconds(), durationMs: timer.milliseconds)
        } catch { throw failure.whileReading(error) }
    }

    func details(of wanted: [QueryReference], deadlineSeconds: Double) throws(EngineError) -> (found: [QueryDetail], problem: String?) {
        let isRefused = detailsRefusedAt.map { monotonicSeconds() - $0 < Self.detailsPauseSeconds } ?? false
        guard !isRefused, !wanted.isEmpty else { return ([], nil) }
        do throws(ODBCError) {
            let results = try connection.resultSets(
                QueryDetailBatch.text(wanted), deadlineSeconds: deadlineSeconds, rowCountMax: wanted.count)
            return (try QueryDetailBatch.details(results, of: wanted), nil)
        } catch {
            if error.isDeadline || error.isConnectionFailure { throw failure.whileReading(error) }
            detailsRefusedAt = monotonicSeconds()
            return ([], SQLServerFailure.sentence(error.message))
        }
    }

    func close() { connection.close() }

    private func startDate(_ start: SQLServerStart) -> Date {
        if let knownStart, knownStart.local == start.local { return knownStart.date }
        let date = start.date
        knownStart = (start.local, date)
        return date
    }
}
