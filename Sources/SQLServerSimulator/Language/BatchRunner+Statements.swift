import TDS

extension BatchRunner {
    func execute(_ statement: Statement) throws(SQLServerMessage) -> Flow {
        switch statement.kind {
        case .conditional(let test, let then, let otherwise):
            if try holds(test) { return try run(then) }
            return try otherwise.map { statement throws(SQLServerMessage) in try run(statement) } ?? .next
        case .loop(let test, let body): return try loop(test, body)
        case .block(let statements): return try runList(statements)
        case .tryCatch(let body, let handler): return try tryCatch(body, handler)
        case .breakLoop: return .broken
        case .continueLoop: return .continued
        case .returnStatement(let value):
            guard let value, case .int(let status) = try evaluate(value, as: .int) else { return .returned(0) }
            return .returned(Int32(clamping: status))
        case .execute(let execution): return try ProcedureCaller(runner: self).execute(execution)
        default:
            try executeSimple(statement)
            return .next
        }
    }

    private func loop(_ test: Expression, _ body: Statement) throws(SQLServerMessage) -> Flow {
        while try holds(test) {
            switch try run(body) {
            case .broken: return .next
            case .next, .continued: continue
            case .returned(let status): return .returned(status)
            case .aborted: return .aborted
            }
        }
        return .next
    }

    private func executeSimple(_ statement: Statement) throws(SQLServerMessage) {
        let kind = statement.kind
        if case .query = kind {} else { budget.samples.forget() }
        switch kind {
        case .query(let query): try self.query(query, statement.plans)
        case .declare(let declarations): try declare(declarations)
        case .declareTable(let name, let columns):
            variables.declareTable(name, StoredTable(columns: columns))
        case .setVariable(let name, let value): try setVariable(name, value)
        case .setOption(let names, let value): try setOption(names, value)
        case .use(let name): try use(name)
        case .print(let value): try printText(value)
        case .raiseError(let message, let severity, let state, let arguments): try raise(message, severity, state, arguments)
        case .throwError(let number, let message, let state): try throwError(number, message, state)
        case .waitFor(let value): try wait(value)
        case .beginTransaction, .commit, .rollback, .saveTransaction: try transaction(kind)
        case .insert, .update, .delete, .truncate, .createTable: try DataChanges(runner: self).execute(kind)
        case .drop, .createSchema, .createModule, .permission, .createLogin, .createDatabase, .createUser:
            try Definitions(runner: self).execute(kind)
        case .dbcc(let command, let arguments): try dbcc(command, arguments)
        case .kill(let spid): try kill(spid)
        case .accepted: try succeed(nil)
        default: return
        }
    }

    // MARK: Values

    func binder(_ context: StatementContext) -> Binder { Binder(context: context, scope: Scope(columns: [], outer: nil)) }

    func evaluate(_ expression: Expression, as type: TDSType) throws(SQLServerMessage) -> TDSValue {
        try binder(context()).scalar(expression).converted(to: type).evaluate(RowFrame([], outer: nil))
    }

    private func holds(_ condition: Expression) throws(SQLServerMessage) -> Bool {
        try binder(context()).condition(condition)(RowFrame([], outer: nil)) == true
    }

    /// Ends a statement that worked.
    func succeed(_ count: Int?) throws(SQLServerMessage) {
        session.lastError = 0
        session.rowCount = count ?? 0
        try output.add(.done(rowCount: session.hasCounts ? count : nil))
    }

    /// The plan of an earlier run, where names still mean the same; a new one otherwise.
    private func bound(_ query: Query, _ plans: PlanPool, _ moment: StatementContext.Moment) throws(SQLServerMessage) -> BoundQuery {
        if let known = plans.take(for: moment.world), try known.context.move(to: moment) { return known }
        let context = StatementContext(moment)
        let plan = try QueryPlanner(context: context).plan(query, outer: nil)
        context.endBinding()
        return BoundQuery(plan: plan, context: context)
    }

    private func query(_ query: Query, _ plans: PlanPool) throws(SQLServerMessage) {
        if case .select(let select) = query.body, let target = select.into {
            return try DataChanges(runner: self).selectInto(target, query, select)
        }
        let moment = moment()
        let bound = try bound(query, plans, moment)
        defer { plans.give(bound, for: moment.world) }
        let plan = bound.plan
        let isAssignment = if case .select(let select) = query.body, case .assignment? = select.items.first { true } else { false }
        let rows = try plan.run(nil)
        if isAssignment {
            session.lastError = 0
            return try output.add(.done(rowCount: session.hasCounts ? session.rowCount : nil))
        }
        var shown = rows
        if let limit = session.options["ROWCOUNT"].flatMap({ Int($0) }), limit > 0 { shown = Array(rows.prefix(limit)) }
        try output.add(.rows(columns: plan.columns, rows: shown))
        session.lastError = 0
        session.rowCount = shown.count
        try output.add(.done(rowCount: session.hasCounts ? shown.count : nil))
    }

    private func declare(_ declarations: [Declaration]) throws(SQLServerMessage) {
        for declaration in declarations {
            let value =
                try declaration.initial.map { expression throws(SQLServerMessage) in try evaluate(expression, as: declaration.type) }
                ?? .null
            try variables.declare(declaration.name, declaration.type, value)
        }
    }

    private func setVariable(_ name: String, _ expression: Expression) throws(SQLServerMessage) {
        guard let variable = variables.variable(name) else { throw .undeclaredVariable(name) }
        let value = try evaluate(expression, as: variable.type)
        try variables.set(name, value, from: variable.type)
        session.rowCount = 1
        session.lastError = 0
    }

    // MARK: Session

    private static let knownOptions: Set<String> = [
        "ANSI_DEFAULTS", "ANSI_NULLS", "ANSI_NULL_DFLT_OFF", "ANSI_NULL_DFLT_ON", "ANSI_PADDING", "ANSI_WARNINGS", "ARITHABORT",
        "ARITHIGNORE",
        "CONCAT_NULL_YIELDS_NULL", "CURSOR_CLOSE_ON_COMMIT", "CONTEXT_INFO", "DATEFIRST", "DATEFORMAT", "DEADLOCK_PRIORITY", "FIPS_FLAGGER",
        "FMTONLY",
        "FORCEPLAN", "IMPLICIT_TRANSACTIONS", "LANGUAGE", "LOCK_TIMEOUT", "NOCOUNT", "NOEXEC", "NUMERIC_ROUNDABORT", "OFFSETS", "PARSEONLY",
        "QUERY_GOVERNOR_COST_LIMIT", "QUOTED_IDENTIFIER", "REMOTE_PROC_TRANSACTIONS", "ROWCOUNT", "SHOWPLAN_ALL", "SHOWPLAN_TEXT",
        "SHOWPLAN_XML",
        "TEXTSIZE", "TRANSACTION ISOLATION LEVEL", "XACT_ABORT", "NO_BROWSETABLE", "RESULT_SET_CACHING",
    ]

    private func setOption(_ names: [String], _ value: String) throws(SQLServerMessage) {
        for name in names {
            guard Self.knownOptions.contains(name) || name.hasPrefix("STATISTICS ") || name.hasPrefix("IDENTITY_INSERT ") else {
                throw SQLServerMessage(195, state: 5, severity: 15, "'\(name)' is not a recognized SET option.")
            }
            var shown = value.uppercased()
            if value.hasPrefix("@") {
                shown = try TextConversion.text(variables.variable(value)?.value ?? .null, from: .nvarchar(.max), style: 0)
            }
            session.options[name] = shown
            if name == "LANGUAGE" {
                output.append(.message(SQLServerMessage(5703, severity: 0, "Changed language setting to us_english.")))
                output.append(.environment(.language(from: "us_english", to: "us_english")))
            }
        }
        session.lastError = 0
    }

    private func use(_ name: String) throws(SQLServerMessage) {
        let world = context().world
        guard let database = world.database(named: name) else { throw .noDatabase(name) }
        let login = session.identity.login
        guard login.mayOpen(database) else { throw .databaseDenied(login: login.name, database: database.name) }
        let old = session.database
        session.database = database.name
        output.append(.environment(.database(from: old, to: database.name)))
        output.append(.message(SQLServerMessage(5701, state: 1, severity: 0, "Changed database context to '\(database.name)'.")))
        try succeed(nil)
    }

    private func printText(_ value: Expression) throws(SQLServerMessage) {
        let text = try evaluate(value, as: .nvarchar(4000))
        output.append(.message(SQLServerMessage(0, severity: 0, text == .null ? " " : text.text)))
        session.lastError = 0
    }

    private func wait(_ value: Expression) throws(SQLServerMessage) {
        let text = try evaluate(value, as: .nvarchar(40)).text
        guard let parsed = DateText.parse(text) else {
            throw SQLServerMessage(148, severity: 15, "Incorrect time syntax in time string '\(text)' used with WAITFOR.")
        }
        let seconds = Double(parsed.moment.time.ticks) / Double(TDSTime.ticksPerSecond)
        budget.delaySeconds += seconds
        output.append(.pause(seconds: seconds))
        try succeed(nil)
    }

    private func transaction(_ kind: StatementKind) throws(SQLServerMessage) {
        switch kind {
        case .beginTransaction:
            session.transactionDepth += 1
            if session.transactionDepth == 1 {
                session.undo = []
                session.transactionID = Noise.mix(UInt64(session.spid) &+ session.transactionID) >> 16
                output.append(.environment(.transactionBegan(session.transactionID)))
            }
        case .commit:
            guard session.transactionDepth > 0 else {
                throw SQLServerMessage(3902, "The COMMIT TRANSACTION request has no corresponding BEGIN TRANSACTION.")
            }
            session.transactionDepth -= 1
            if session.transactionDepth == 0 { session.undo = [] }
            if session.transactionDepth == 0 { output.append(.environment(.transactionCommitted(session.transactionID))) }
        case .rollback:
            guard session.transactionDepth > 0 else {
                throw SQLServerMessage(3903, "The ROLLBACK TRANSACTION request has no corresponding BEGIN TRANSACTION.")
            }
            rollBack()
        default: break
        }
        try succeed(nil)
    }

    /// Undoes all of the open transaction.
    func rollBack() {
        session.undoAll()
        session.transactionDepth = 0
        output.append(.environment(.transactionRolledBack(session.transactionID)))
    }

    // MARK: Errors on purpose

    private func raise(_ message: Expression, _ severity: Expression, _ state: Expression, _ arguments: [Expression])
        throws(SQLServerMessage)
    {
        let context = context()
        let binder = binder(context)
        let frame = RowFrame([], outer: nil)
        let head = try binder.scalar(message)
        let value = try head.evaluate(frame)
        var values: [TDSValue] = []
        for argument in arguments { values.append(try binder.scalar(argument).evaluate(frame)) }
        let level = try evaluate(severity, as: .int).integer
        let stateNumber = try evaluate(state, as: .int).integer
        let text: String
        var number = 50_000
        if case .int(let id) = value {
            number = Int(id)
            text =
                "Error \(id), severity \(level), state \(stateNumber) was raised, but no message with that error number was found in "
                + "sys.messages."
        } else {
            text = MessageFormat.fill(value.text, values)
        }
        let raised = SQLServerMessage(
            number, state: max(0, min(255, stateNumber)), severity: max(0, min(25, level)), String(text.prefix(2044)))
        guard raised.isError else {
            output.append(.message(raised))
            session.lastError = level > 10 ? number : 0
            return
        }
        throw raised
    }

    private func throwError(_ number: Expression?, _ message: Expression?, _ state: Expression?) throws(SQLServerMessage) {
        guard let number, let message, let state else {
            guard var caught = session.caughtErrors.last else {
                throw SQLServerMessage(10704, severity: 15, "To rethrow an error, a THROW statement must be used inside a CATCH block.")
            }
            caught.procedure = Self.throwMark
            throw caught
        }
        let id = try evaluate(number, as: .int).integer
        guard id >= 50_000 else {
            throw SQLServerMessage(
                35_100, severity: 16,
                "Error number \(id) in the THROW statement is outside the valid range. Specify an error number in the valid range of "
                    + "50000 to 2147483647."
            )
        }
        let text = try evaluate(message, as: .nvarchar(2048)).text
        throw SQLServerMessage(
            id, state: max(0, min(255, try evaluate(state, as: .int).integer)), severity: 16, procedure: Self.throwMark, text)
    }

    private func kill(_ value: Expression) throws(SQLServerMessage) {
        let spid = try evaluate(value, as: .int).integer
        guard session.identity.login.may("ALTER ANY CONNECTION", session.instance.config.version) else {
            throw SQLServerMessage(6102, severity: 14, "User does not have permission to use the KILL statement.")
        }
        if spid == session.spid { throw SQLServerMessage(6104, "Cannot use KILL to kill your own process.") }
        throw SQLServerMessage(6106, state: 2, "Process ID \(spid) is not an active process ID.")
    }

    private func dbcc(_ command: String, _ arguments: [Expression]) throws(SQLServerMessage) {
        if command == "SQLPERF" {
            var words: [String] = []
            for argument in arguments { words.append(try evaluate(argument, as: .nvarchar(128)).text.lowercased()) }
            if words.count > 1, words[1] == "clear" {
                let now = session.instance.clock.now()
                try session.instance.change { state throws(SQLServerMessage) in state.resetCounters(at: now) }
            } else if words.first == "logspace" {
                return try SystemProcedures.logSpace(self)
            }
        }
        let text = "DBCC execution completed. If DBCC printed error messages, contact your system administrator."
        output.append(.message(SQLServerMessage(2528, severity: 0, text)))
        try succeed(nil)
    }
}
