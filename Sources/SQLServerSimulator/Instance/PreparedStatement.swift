import TDS

/// A batch that a client prepared: run by its handle until it is given back or the session ends.
struct PreparedStatement {
    let text: String
    /// Parsed once: thousands of sessions share what a fleet prepares (`ParseCache`).
    let statements: [Statement]
    let parameters: [ModuleParameter]
}

extension SimulatedSession {
    /// Keeps `text` with the parameters that `declared` names. The handle; syntax errors are the text's own.
    func prepare(_ text: String, declared: String) throws(SQLServerMessage) -> Int {
        let parameters = declared.isEmpty ? [] : try Parser.parameters(of: declared)
        let quotedIdentifier = options["QUOTED_IDENTIFIER"] != "OFF"
        let statements = try ParseCache.shared.statements(text, quotedIdentifier: quotedIdentifier)
        guard prepared.count < Self.preparedCountMax else { throw .outOfMemory }
        let handle = takeHandle()
        prepared[handle] = PreparedStatement(
            text: ParseCache.shared.interned(text, quotedIdentifier: quotedIdentifier), statements: statements, parameters: parameters)
        return handle
    }

    /// 8179 for a handle that there is none of.
    func prepared(handle: Int) throws(SQLServerMessage) -> PreparedStatement {
        guard let statement = prepared[handle] else {
            throw SQLServerMessage(8179, state: 2, "Could not find prepared statement with handle \(handle).")
        }
        return statement
    }

    /// 8179 for a handle that there is none of.
    func unprepare(handle: Int) throws(SQLServerMessage) {
        _ = try prepared(handle: handle)
        prepared[handle] = nil
    }
}

extension SystemProcedures {
    /// The same procedures called in T-SQL, whose handle is a variable or a number.
    static let preparing: [String: Body] = [
        "sp_prepare": { call throws(SQLServerMessage) in
            _ = try prepare(call)
            return 0
        },
        "sp_prepexec": { call throws(SQLServerMessage) in
            let handle = try prepare(call)
            return try execute(call, try call.runner.session.prepared(handle: handle), argumentsFrom: 3)
        },
        "sp_execute": { call throws(SQLServerMessage) in
            try execute(call, try call.runner.session.prepared(handle: handle(call)), argumentsFrom: 1)
        },
        "sp_unprepare": { call throws(SQLServerMessage) in
            try call.runner.session.unprepare(handle: handle(call))
            return 0
        },
    ]

    private static func handle(_ call: SystemCall) -> Int { call.argument("@handle", 0)?.value.integer ?? 0 }

    private static func prepare(_ call: SystemCall) throws(SQLServerMessage) -> Int {
        guard let statement = try call.text("@stmt", 2) else { throw .argumentCount("sp_prepare", 3...4) }
        let handle = try call.runner.session.prepare(statement, declared: try call.text("@params", 1) ?? "")
        if let variable = call.argument("@handle", 0)?.outputVariable {
            try call.runner.variables.set(variable, .int(Int64(handle)), from: .int)
        }
        return handle
    }

    private static func execute(
        _ call: SystemCall, _ prepared: PreparedStatement, argumentsFrom first: Int
    ) throws(SQLServerMessage) -> Int32 {
        let (variables, outputs) = try call.caller.bind(prepared.parameters, Array(call.arguments.dropFirst(first)), procedure: "")
        _ = try call.runner.runNested(prepared.statements, variables: variables, procedure: "")
        for (parameter, variable) in outputs {
            guard let value = variables.variable(parameter) else { continue }
            try call.runner.variables.set(variable, value.value, from: value.type)
        }
        return Int32(clamping: call.runner.session.lastError)
    }
}
