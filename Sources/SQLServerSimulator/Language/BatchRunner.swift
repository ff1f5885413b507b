import TDS

/// Collects what a batch sends back.
final class BatchOutput {
    /// Rows that one batch may answer with.
    static let rowCountMax = 1_000_000

    private(set) var results: [StatementResult] = []
    private var rowCount = 0

    func add(_ result: StatementResult) throws(SQLServerMessage) {
        if case .rows(_, let rows) = result {
            rowCount += rows.count
            if rowCount > Self.rowCountMax { throw .outOfMemory }
        }
        results.append(result)
    }

    func append(_ result: StatementResult) { results.append(result) }

    /// Takes back what came after `count` results, as INSERT ... EXEC does with its rows.
    func take(after count: Int) -> [StatementResult] {
        let taken = Array(results[count...])
        results.removeSubrange(count...)
        return taken
    }
}

/// Runs statements one after another in a session.
final class BatchRunner {
    /// Statements of one batch, loops unrolled; a batch that never ends is cut.
    static let statementCountMax = 50_000

    /// How a statement list was left.
    enum Flow: Equatable {
        case next, broken, continued
        case returned(Int32)
        /// The batch ends: an error of the kind that aborts it.
        case aborted
    }

    let session: SimulatedSession
    let variables: VariableSet
    let output: BatchOutput
    let budget: Budget
    /// The procedure that runs, for error messages.
    var procedure = ""
    /// Whether no procedure is around: within one, rights follow from its owner's.
    var nestingIsOutermost: Bool { procedure.isEmpty }
    /// How many TRY blocks are around.
    private var tryDepth = 0

    /// What all runners of one request share.
    final class Budget {
        var statementsLeft = BatchRunner.statementCountMax
        /// Seconds that WAITFOR let pass.
        var delaySeconds = 0.0
        let samples = ViewSamples()
    }

    init(session: SimulatedSession, variables: VariableSet, output: BatchOutput = BatchOutput(), budget: Budget = Budget()) {
        self.session = session
        self.variables = variables
        self.output = output
        self.budget = budget
    }

    /// Parses and runs a batch; a syntax error stops all of it.
    func run(_ batch: String) {
        do throws(SQLServerMessage) {
            run(try ParseCache.shared.statements(batch, quotedIdentifier: session.options["QUOTED_IDENTIFIER"] != "OFF"))
        } catch {
            report(error)
        }
    }

    func run(_ statements: [Statement]) { _ = try? runList(statements) }  // an error outside of TRY was reported where it arose

    func report(_ error: SQLServerMessage) {
        var message = error
        if message.procedure == Self.throwMark { message.procedure = "" }
        if !procedure.isEmpty, message.procedure.isEmpty { message.procedure = procedure }
        if message.number == 300 {
            output.append(.message(message))
            session.lastError = 297
            output.append(.message(SQLServerMessage.actionDenied.at(line: message.line)))
        } else {
            output.append(.message(message))
            session.lastError = message.isError ? message.number : 0
        }
        output.append(.done(rowCount: nil))
    }

    func moment() -> StatementContext.Moment {
        StatementContext.Moment(
            session: session, world: session.instance.world(delay: budget.delaySeconds), variables: variables, samples: budget.samples)
    }

    func context() -> StatementContext {
        StatementContext(moment())
    }

    /// Throws only inside of TRY, for its CATCH.
    func runList(_ statements: [Statement]) throws(SQLServerMessage) -> Flow {
        for statement in statements {
            let flow = try run(statement)
            if flow != .next { return flow }
        }
        return .next
    }

    func run(_ statement: Statement) throws(SQLServerMessage) -> Flow {
        budget.statementsLeft -= 1
        guard budget.statementsLeft > 0 else {
            report(SQLServerMessage.outOfMemory.at(line: statement.line))
            return .aborted
        }
        do throws(SQLServerMessage) {
            return try execute(statement)
        } catch {
            let located = error.line <= 1 ? error.at(line: statement.line) : error
            session.lastError = located.number
            if tryDepth > 0, Self.isCatchable(located) { throw located }
            report(located)
            if session.options["XACT_ABORT"] == "ON", session.transactionDepth > 0 { rollBack() }
            return endsBatch(located) ? .aborted : .next
        }
    }

    private static func isCatchable(_ error: SQLServerMessage) -> Bool { error.severity < 20 }

    /// Errors of binding and conversion end the batch; most others only the statement.
    private func endsBatch(_ error: SQLServerMessage) -> Bool {
        if error.severity >= 20 || session.options["XACT_ABORT"] == "ON" { return true }
        if error.severity == 15 { return true }
        return [
            207, 208, 209, 213, 241, 242, 245, 248, 295, 701, 911, 1087, 137, 4104, 4121, 8114, 8120, 8169, 201, 8144, 8145, 50_000 + 1,
        ].contains(error.number)
            || error.procedure == Self.throwMark
    }

    /// Marks an error of THROW, which ends the batch where RAISERROR does not.
    static let throwMark = "\u{1}throw"

    // MARK: TRY and nested lists

    func tryCatch(_ body: [Statement], _ handler: [Statement]) throws(SQLServerMessage) -> Flow {
        tryDepth += 1
        let result: Result<Flow, SQLServerMessage>
        do throws(SQLServerMessage) {
            result = .success(try runList(body))
        } catch {
            result = .failure(error)
        }
        tryDepth -= 1
        switch result {
        case .success(let flow): return flow
        case .failure(var error):
            if error.procedure == Self.throwMark { error.procedure = procedure }
            if error.number == 300 { error = SQLServerMessage.actionDenied.at(line: error.line) }
            session.lastError = error.number
            session.caughtErrors.append(error)
            defer { session.caughtErrors.removeLast() }
            return try runList(handler)
        }
    }

    /// Runs a procedure's or a string's statements with variables of their own.
    func runNested(_ statements: [Statement], variables: VariableSet, procedure: String) throws(SQLServerMessage) -> Flow {
        guard session.nestingLevel < StatementContext.nestingMax else {
            throw SQLServerMessage(
                217, "Maximum stored procedure, function, trigger, or view nesting level exceeded (limit \(StatementContext.nestingMax)).")
        }
        session.nestingLevel += 1
        // What SET changed in a procedure or in dynamic SQL is restored at its end.
        let options = session.options
        defer {
            session.nestingLevel -= 1
            session.options = options
        }
        let runner = BatchRunner(session: session, variables: variables, output: output, budget: budget)
        runner.procedure = procedure
        runner.tryDepth = tryDepth
        return try runner.runList(statements)
    }
}
