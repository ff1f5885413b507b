import TDS

/// Procedures called by RPC: the ones that carry statements are run here, the others as EXEC runs them.
struct RemoteCall {
    let session: SimulatedSession
    let runner: BatchRunner

    func run(_ procedure: String, _ parameters: [Parameter]) {
        do throws(SQLServerMessage) {
            var lexer = Lexer(procedure, quotedIdentifier: true)
            var parser = Parser(tokens: try lexer.run(), source: Array(procedure.utf8))
            let path = try parser.path()
            switch path.last?.lowercased() ?? "" {
            case "sp_executesql": try executeText(parameters)
            case "sp_prepare": try prepare(parameters)
            case "sp_prepexec": try prepareAndExecute(parameters)
            case "sp_execute": try executePrepared(parameters)
            case "sp_unprepare": try unprepare(parameters)
            default: try call(path, parameters)
            }
        } catch {
            runner.report(error)
            runner.output.append(.returnStatus(Int32(clamping: error.number)))
        }
    }

    private func text(_ parameters: [Parameter], _ index: Int) throws(SQLServerMessage) -> String {
        guard index < parameters.count else {
            throw SQLServerMessage(
                214, state: 3, "Procedure expects parameter '@statement' of type 'ntext/nchar/nvarchar'.")
        }
        return try Conversion.convert(parameters[index].value, from: parameters[index].type, to: .nvarchar(.max)).text
    }

    private func executeText(_ parameters: [Parameter]) throws(SQLServerMessage) {
        let statement = try text(parameters, 0)
        let declared = parameters.count > 1 ? try Parser.parameters(of: try text(parameters, 1)) : []
        let statements = try ParseCache.shared.statements(statement, quotedIdentifier: session.options["QUOTED_IDENTIFIER"] != "OFF")
        try run(statements, declared, Array(parameters.dropFirst(2)), handle: nil)
    }

    private func run(_ statements: [Statement], _ declared: [ModuleParameter], _ values: [Parameter], handle: Parameter?)
        throws(SQLServerMessage)
    {
        let arguments = values.map { value in
            ProcedureCaller.Argument(name: value.name, value: value.value, type: value.type, isDefault: false, outputVariable: nil)
        }
        let (variables, _) = try ProcedureCaller(runner: runner).bind(declared, arguments, procedure: "")
        let inner = BatchRunner(session: session, variables: variables, output: runner.output, budget: runner.budget)
        inner.run(statements)
        runner.output.append(.returnStatus(Int32(clamping: session.lastError)))
        if let handle { runner.output.append(.outputParameter(name: handle.name, type: .int, value: handle.value)) }
        for (index, value) in values.enumerated() where value.isOutput {
            let name = value.name.isEmpty ? index < declared.count ? declared[index].name : "" : value.name
            guard let variable = variables.variable(name) else { continue }
            runner.output.append(.outputParameter(name: value.name, type: variable.type, value: variable.value))
        }
    }

    /// sp_prepare @handle OUTPUT, @parameters, @statement [, @options].
    private func prepare(_ parameters: [Parameter]) throws(SQLServerMessage) {
        let handle = try remember(parameters)
        runner.output.append(.returnStatus(0))
        runner.output.append(.outputParameter(name: parameters.first?.name ?? "", type: .int, value: .int(Int64(handle))))
    }

    private func remember(_ parameters: [Parameter]) throws(SQLServerMessage) -> Int {
        guard parameters.count >= 3 else { throw .argumentCount("sp_prepare", 3...4) }
        return try session.prepare(
            try text(parameters, 2), declared: parameters[1].value == .null ? "" : try text(parameters, 1))
    }

    private func prepareAndExecute(_ parameters: [Parameter]) throws(SQLServerMessage) {
        let handle = try remember(parameters)
        let prepared = try session.prepared(handle: handle)
        let output = Parameter(name: parameters[0].name, type: .int, value: .int(Int64(handle)), isOutput: true)
        try run(prepared.statements, prepared.parameters, Array(parameters.dropFirst(3)), handle: output)
    }

    private func executePrepared(_ parameters: [Parameter]) throws(SQLServerMessage) {
        let prepared = try session.prepared(handle: parameters.first?.value.integer ?? 0)
        try run(prepared.statements, prepared.parameters, Array(parameters.dropFirst()), handle: nil)
    }

    private func unprepare(_ parameters: [Parameter]) throws(SQLServerMessage) {
        try session.unprepare(handle: parameters.first?.value.integer ?? 0)
        runner.output.append(.returnStatus(0))
    }

    private func call(_ path: [String], _ parameters: [Parameter]) throws(SQLServerMessage) {
        var arguments: [ProcedureCaller.Argument] = []
        for (index, parameter) in parameters.enumerated() {
            let variable = "@p\(index)"
            try runner.variables.declare(variable, parameter.type, parameter.value)
            arguments.append(
                ProcedureCaller.Argument(
                    name: parameter.name, value: parameter.value, type: parameter.type, isDefault: false,
                    outputVariable: parameter.isOutput ? variable : nil))
        }
        let status = try ProcedureCaller(runner: runner).call(path, arguments)
        runner.output.append(.returnStatus(status))
        for (index, parameter) in parameters.enumerated() where parameter.isOutput {
            let value = runner.variables.variable("@p\(index)")?.value ?? .null
            runner.output.append(.outputParameter(name: parameter.name, type: parameter.type, value: value))
        }
    }
}
