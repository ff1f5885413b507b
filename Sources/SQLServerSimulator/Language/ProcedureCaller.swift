import TDS

/// EXEC: users' procedures, the system's, and strings.
struct ProcedureCaller {
    let runner: BatchRunner

    /// An argument of a call, evaluated.
    struct Argument {
        let name: String
        let value: TDSValue
        let type: TDSType
        let isDefault: Bool
        /// The variable that receives an OUTPUT parameter.
        let outputVariable: String?
    }

    func execute(_ execution: Execution) throws(SQLServerMessage) -> BatchRunner.Flow {
        switch execution.body {
        case .text(let expression):
            let text = try runner.evaluate(expression, as: .nvarchar(.max)).text
            try run(text: text, variables: VariableSet())
            return .next
        case .procedureVariable(let variable):
            guard let value = runner.variables.variable(variable)?.value else { throw .undeclaredVariable(variable) }
            var lexer = Lexer(value.text, quotedIdentifier: true)
            var parser = Parser(tokens: try lexer.run(), source: Array(value.text.utf8))
            try call(try parser.path(), execution)
        case .procedure(let path): try call(path, execution)
        }
        return .next
    }

    /// Runs text as a batch of its own: its syntax errors are errors of the EXEC.
    func run(text: String, variables: VariableSet) throws(SQLServerMessage) {
        let statements = try ParseCache.shared.statements(text, quotedIdentifier: true)
        _ = try runner.runNested(statements, variables: variables, procedure: "")
    }

    private func call(_ path: [String], _ execution: Execution) throws(SQLServerMessage) {
        var arguments: [Argument] = []
        let context = runner.context()
        for argument in execution.arguments {
            guard let expression = argument.value else {
                arguments.append(Argument(name: argument.name, value: .null, type: .int, isDefault: true, outputVariable: nil))
                continue
            }
            let compiled = try runner.binder(context).scalar(expression)
            var variable: String?
            if argument.isOutput, case .variable(let name) = expression { variable = name }
            arguments.append(
                Argument(
                    name: argument.name, value: try compiled.evaluate(RowFrame([], outer: nil)), type: compiled.type, isDefault: false,
                    outputVariable: variable))
        }
        let status = try call(path, arguments)
        if let variable = execution.statusVariable { try runner.variables.set(variable, .int(Int64(status)), from: .int) }
    }

    /// The return status. 2812 for an unknown procedure.
    func call(_ path: [String], _ arguments: [Argument]) throws(SQLServerMessage) -> Int32 {
        let name = path.last?.lowercased() ?? ""
        if let object = try userProcedure(path) { return try call(object, arguments) }
        if let procedure = SystemProcedures.all[name], path.count == 1 || ["sys", "dbo", ""].contains(path[path.count - 2].lowercased()) {
            let home = runner.session.database
            if path.count == 3, !path[0].isEmpty { runner.session.database = try opened(path[0]).name }
            defer { runner.session.database = home }
            return try procedure(SystemCall(runner: runner, caller: self, name: name, arguments: arguments))
        }
        throw .noProcedure(path.joined(separator: "."))
    }

    /// The database in which a system's procedure is called. 911 and 916.
    private func opened(_ name: String) throws(SQLServerMessage) -> SimulatedDatabase {
        guard let database = runner.session.instance.world().database(named: name) else { throw .noDatabase(name) }
        let login = runner.session.identity.login
        guard login.mayOpen(database) else { throw .databaseDenied(login: login.name, database: database.name) }
        return database
    }

    private func userProcedure(_ path: [String]) throws(SQLServerMessage) -> StoredObject? {
        let name = path.last?.lowercased() ?? ""
        let schema = path.count >= 2 && !path[path.count - 2].isEmpty ? path[path.count - 2].lowercased() : "dbo"
        let database = path.count == 3 && !path[0].isEmpty ? path[0].lowercased() : runner.session.database.lowercased()
        return runner.session.instance.world().objects.first {
            $0.kind == "P" && $0.name.lowercased() == name && $0.schema.lowercased() == schema && $0.database.lowercased() == database
        }
    }

    private func call(_ object: StoredObject, _ arguments: [Argument]) throws(SQLServerMessage) -> Int32 {
        guard let module = object.module else { return 0 }
        let login = runner.session.identity.login
        let world = runner.session.instance.world()
        if let database = world.database(named: object.database), !login.mayOpen(database) {
            throw .databaseDenied(login: login.name, database: database.name)
        }
        let isOwner = world.state.schemas.contains {
            $0.database == object.database && $0.name.lowercased() == object.schema.lowercased() && $0.owner == login.name
        }
        if !isOwner, runner.nestingIsOutermost, !login.may("EXECUTE", onSchema: object.schema, in: object.database) {
            throw .executeDenied(object: object.name, schema: object.schema, database: object.database)
        }
        let (variables, outputs) = try bind(module.parameters, arguments, procedure: object.name)
        let home = runner.session.database
        runner.session.database = object.database
        defer { runner.session.database = home }
        let flow = try runner.runNested(module.body, variables: variables, procedure: object.name)
        for (parameter, variable) in outputs {
            guard let value = variables.variable(parameter) else { continue }
            try runner.variables.set(variable, value.value, from: value.type)
        }
        if case .returned(let status) = flow { return status }
        return 0
    }

    /// The procedure's variables from its parameters, and which of the caller's receive outputs. 201, 8144, 8145 for what does not fit.
    func bind(
        _ parameters: [ModuleParameter], _ arguments: [Argument], procedure: String
    ) throws(SQLServerMessage) -> (VariableSet, [(String, String)]) {
        let variables = VariableSet()
        var given: [String: Argument] = [:]
        for (index, argument) in arguments.enumerated() {
            if argument.name.isEmpty {
                guard index < parameters.count else {
                    throw SQLServerMessage(8144, state: 2, "Procedure or function \(procedure) has too many arguments specified.")
                }
                given[parameters[index].name] = argument
            } else {
                guard parameters.contains(where: { $0.name == argument.name.lowercased() }) else {
                    throw SQLServerMessage(8145, state: 2, "\(argument.name) is not a parameter for procedure \(procedure).")
                }
                given[argument.name.lowercased()] = argument
            }
        }
        var outputs: [(String, String)] = []
        for parameter in parameters {
            if let argument = given[parameter.name], !argument.isDefault {
                try variables.declare(
                    parameter.name, parameter.type, try Conversion.convert(argument.value, from: argument.type, to: parameter.type))
                if parameter.isOutput, let variable = argument.outputVariable { outputs.append((parameter.name, variable)) }
            } else if let initial = parameter.initial {
                try variables.declare(parameter.name, parameter.type, try runner.evaluate(initial, as: parameter.type))
            } else {
                throw SQLServerMessage(
                    201, state: 4, "Procedure or function '\(procedure)' expects parameter '\(parameter.name)', which was not supplied.")
            }
        }
        return (variables, outputs)
    }
}

/// A call of one of the system's procedures.
struct SystemCall {
    let runner: BatchRunner
    let caller: ProcedureCaller
    let name: String
    let arguments: [ProcedureCaller.Argument]

    /// The argument by its name or its place; nil when it was not given.
    func argument(_ name: String, _ position: Int) -> ProcedureCaller.Argument? {
        if let named = arguments.first(where: { $0.name.lowercased() == name }) { return named }
        guard position < arguments.count, arguments[position].name.isEmpty else { return nil }
        return arguments[position]
    }

    func text(_ name: String, _ position: Int) throws(SQLServerMessage) -> String? {
        guard let argument = argument(name, position), argument.value != .null else { return nil }
        return try Conversion.convert(argument.value, from: argument.type, to: .nvarchar(.max)).text
    }

    /// The text of an argument that goes by either of two names.
    func text(_ name: String, _ otherName: String, _ position: Int) throws(SQLServerMessage) -> String? {
        if let text = try text(name, position) { return text }
        return try text(otherName, position)
    }

    /// Answers with a query's rows, written in T-SQL.
    func answer(_ query: String, _ parameters: [(String, TDSValue, TDSType)] = []) throws(SQLServerMessage) {
        let variables = VariableSet()
        for parameter in parameters { try variables.declare(parameter.0, parameter.2, parameter.1) }
        try caller.run(text: query, variables: variables)
    }
}
