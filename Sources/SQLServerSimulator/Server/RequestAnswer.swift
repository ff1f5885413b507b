import TDS

/// The whole answer to one request, computed at once; when it goes out is the session handler's affair.
struct RequestAnswer {
    /// The error number for what TDS knows and this server does not serve.
    private static let notServedNumber = 40_510

    let tokens: [UInt8]
    let pauseSeconds: Double
    let endsConnection: Bool

    init(_ message: Message, session: SimulatedSession, version: TDSVersion) {
        var answer = AnswerWriter(version: version, serverName: session.instance.config.name)
        if !message.status.isDisjoint(with: [.resetConnection, .resetConnectionSkipTransaction]) {
            session.reset()
            answer.connectionReset()
        }
        do {
            Self.run(try TDSRequest(message, version: version), session: session, answer: &answer)
        } catch {
            let isUnsupported = error.code == .unsupported
            let number = isUnsupported ? Self.notServedNumber : message.type == .rpc ? 8_009 : 4_002
            answer.refuse(
                SQLServerMessage(number, state: 1, severity: isUnsupported ? 16 : 20, error.message), isCall: message.type == .rpc)
        }
        tokens = answer.tokens.bytes
        pauseSeconds = answer.pauseSeconds
        endsConnection = answer.endsConnection
    }

    private static func run(_ request: TDSRequest, session: SimulatedSession, answer: inout AnswerWriter) {
        switch request {
        case .batch(let text): answer.write(session.execute(batch: text), as: .batch)
        case .calls(let calls):
            for (index, call) in calls.enumerated() {
                let results = call.procedure.lowercased().hasPrefix("sp_cursor") ? cursorRefusal(call) : results(of: call, session)
                answer.write(results, as: .call(parameters: call.parameters, isLast: index == calls.count - 1))
            }
        case .transaction(let request): answer.write(results(of: request, session), as: .batch)
        case .bulkLoad: answer.refuse(notServed("Bulk load is not served."), isCall: false)
        case .federatedAuthenticationToken, .sspi: answer.refuse(notServed("Authentication tokens are not served."), isCall: false)
        }
    }

    private static func results(of call: ProcedureCall, _ session: SimulatedSession) -> [StatementResult] {
        session.call(
            procedure: call.procedure,
            parameters: call.parameters.map { Parameter(name: $0.name, type: $0.type, value: $0.value, isOutput: $0.isOutput) })
    }

    private static func cursorRefusal(_ call: ProcedureCall) -> [StatementResult] {
        let text = "Server cursors (\(call.procedure)) are not served; read the result set as it comes (forward only, read only)."
        return [.message(notServed(text)), .done(rowCount: nil), .returnStatus(notServedStatus)]
    }

    private static let notServedStatus: Int32 = 16

    private static func results(of request: TransactionManagerRequest, _ session: SimulatedSession) -> [StatementResult] {
        switch request {
        case .begin(let name): session.transaction(.begin(name: name))
        case .commit(let beginsNext): session.transaction(.commit) + (beginsNext ? session.transaction(.begin(name: "")) : [])
        case .rollback(_, let beginsNext): session.transaction(.rollback) + (beginsNext ? session.transaction(.begin(name: "")) : [])
        case .save(let name): session.transaction(.save(name: name))
        case .distributed: [.message(notServed("Distributed transactions are not served.")), .done(rowCount: nil)]
        }
    }

    private static func notServed(_ text: String) -> SQLServerMessage { SQLServerMessage(notServedNumber, state: 1, severity: 16, text) }
}
