import TDS

/// Turns what the interpreter gave for a request into tokens: the last DONE says that nothing follows, errors mark their DONE.
struct AnswerWriter {
    /// How the request came, which decides the DONE tokens.
    enum Form {
        case batch
        /// A procedure call with the parameters it was given; `isLast` unless another call of the same request follows.
        case call(parameters: [RemoteParameter], isLast: Bool)
    }

    private struct PendingDone {
        var kind: DoneKind
        var status: DoneStatus
        var rowCount: UInt64
    }

    private(set) var tokens: TokenWriter
    /// True after an error of severity 20 and up: the connection ends with this answer.
    private(set) var endsConnection = false
    /// What WAITFOR asked the whole answer to wait.
    private(set) var pauseSeconds = 0.0
    private let serverName: String
    private var pending: PendingDone?
    /// Since the last DONE.
    private var hasError = false
    /// Since the call began.
    private var callHasError = false

    init(version: TDSVersion, serverName: String) {
        tokens = TokenWriter(version: version)
        self.serverName = serverName
    }

    mutating func connectionReset() { tokens.environmentChange(.connectionReset) }

    /// Writes the whole answer of a batch or one call.
    mutating func write(_ results: [StatementResult], as form: Form) {
        switch form {
        case .batch:
            for result in results { write(result, kind: .statement, parameters: []) }
            finishBatch()
        case .call(let parameters, let isLast):
            var returnStatus: Int32 = 0
            var outputs: [StatementResult] = []
            for result in results {
                switch result {
                case .returnStatus(let status): returnStatus = status
                case .outputParameter: outputs.append(result)
                default: write(result, kind: .inProcedure, parameters: parameters)
                }
            }
            flushPending()
            tokens.returnStatus(returnStatus)
            var outputOrdinals = parameters.indices.filter { parameters[$0].isOutput }[...]
            for output in outputs {
                if case .outputParameter(let name, let type, let value) = output {
                    let ordinal =
                        parameters.firstIndex { !name.isEmpty && $0.name.lowercased() == name.lowercased() } ?? outputOrdinals.first ?? 0
                    outputOrdinals = outputOrdinals.drop { $0 <= ordinal }
                    writeOutput(ordinal: ordinal, name: name, type: type, value: value)
                }
            }
            var status: DoneStatus = isLast ? [] : .more
            if callHasError { status.insert(.error) }
            tokens.done(.procedure, status)
            hasError = false
            callHasError = false
        }
    }

    /// An error that the wire itself raises.
    mutating func refuse(_ message: SQLServerMessage, isCall: Bool) {
        write([.message(message), .done(rowCount: nil)], as: isCall ? .call(parameters: [], isLast: true) : .batch)
    }

    mutating func message(_ message: SQLServerMessage) {
        if message.severity >= 20 { endsConnection = true }
        tokens.message(TDSMessage(message, serverName: serverName))
    }

    private mutating func write(_ result: StatementResult, kind: DoneKind, parameters: [RemoteParameter]) {
        switch result {
        case .rows(let columns, let rows):
            flushPending()
            writeRows(columns, rows)
        case .done(let rowCount):
            flushPending()
            var status: DoneStatus = []
            if hasError { status.insert(.error) }
            if rowCount != nil { status.insert(.count) }
            pending = PendingDone(kind: kind, status: status, rowCount: UInt64(clamping: rowCount ?? 0))
            hasError = false
        case .message(let message):
            flushPending()
            if message.isError { noteError() }
            self.message(message)
        case .environment(let change):
            flushPending()
            tokens.environmentChange(change.onTheWire)
        case .pause(let seconds): pauseSeconds += Swift.max(0, seconds)
        case .outputParameter, .returnStatus: break
        }
    }

    private mutating func noteError() {
        hasError = true
        callHasError = true
    }

    private mutating func writeRows(_ columns: [ResultColumn], _ rows: [[TDSValue]]) {
        let start = tokens.count
        tokens.metadata(
            columns.enumerated().map { index, column in
                TDSColumn(name: column.name, type: column.type.wideEnough(for: rows, index), isNullable: column.isNullable)
            })
        do {
            for row in rows { try tokens.row(row) }
        } catch {
            tokens.truncate(to: start)
            noteError()
            message(SQLServerMessage(8114, state: 5, severity: 16, "Error converting data for the result set. \(error.message)"))
        }
    }

    private mutating func writeOutput(ordinal: Int, name: String, type: TDSType, value: TDSValue) {
        let start = tokens.count
        do {
            try tokens.returnValue(ordinal: ordinal, name: name, type: type.wideEnough(for: [[value]], 0), value: value)
        } catch {
            tokens.truncate(to: start)
            noteError()
            message(SQLServerMessage(8114, state: 5, severity: 16, "Error converting the output parameter \(name). \(error.message)"))
        }
    }

    /// Another token follows: the DONE that waited says so.
    private mutating func flushPending() {
        guard let pending else { return }
        tokens.done(pending.kind, pending.status.union(.more), rowCount: pending.rowCount)
        self.pending = nil
    }

    private mutating func finishBatch() {
        if let pending {
            tokens.done(pending.kind, pending.status, rowCount: pending.rowCount)
            self.pending = nil
        } else {
            tokens.done(.statement, hasError ? .error : [])
        }
        hasError = false
    }
}

extension EnvironmentChange {
    fileprivate var onTheWire: TDSEnvironmentChange {
        switch self {
        case .database(let from, let to): .database(from: from, to: to)
        case .language(let from, let to): .language(from: from, to: to)
        case .transactionBegan(let id): .transactionBegan(id)
        case .transactionCommitted(let id): .transactionCommitted(id)
        case .transactionRolledBack(let id): .transactionRolledBack(id)
        }
    }
}

extension TDSType {
    /// The most characters of a bounded nvarchar, and bytes of a bounded varchar.
    private static let wideCountMax = 4_000
    private static let narrowCountMax = 8_000

    /// The same type, its length raised where a value is longer: a client allocates by the length that it was told.
    fileprivate func wideEnough(for rows: [[TDSValue]], _ index: Int) -> TDSType {
        switch self {
        case .nvarchar(.bounded(let length)):
            let needed = Self.longest(rows, index) { $0.utf16.count }
            return needed <= length ? self : needed <= Self.wideCountMax ? .nvarchar(.bounded(needed)) : .nvarchar(.max)
        case .varchar(.bounded(let length)):
            let needed = Self.longest(rows, index, count: Self.scalarCount)
            return needed <= length ? self : needed <= Self.narrowCountMax ? .varchar(.bounded(needed)) : .varchar(.max)
        case .varbinary(.bounded(let length)):
            let needed = rows.reduce(0) { most, row in
                if index < row.count, case .binary(let bytes) = row[index] { Swift.max(most, bytes.count) } else { most }
            }
            return needed <= length ? self : needed <= Self.narrowCountMax ? .varbinary(.bounded(needed)) : .varbinary(.max)
        case .nchar(.bounded(let length)):
            let needed = Self.longest(rows, index) { $0.utf16.count }
            return needed <= length ? self : .nvarchar(.bounded(length)).wideEnough(for: rows, index)
        case .char(.bounded(let length)):
            let needed = Self.longest(rows, index, count: Self.scalarCount)
            return needed <= length ? self : .varchar(.bounded(length)).wideEnough(for: rows, index)
        default: return self
        }
    }

    /// Known without counting where the text is plain.
    private static func scalarCount(_ text: String) -> Int {
        text.utf8.count == text.utf16.count ? text.utf8.count : text.unicodeScalars.count
    }

    private static func longest(_ rows: [[TDSValue]], _ index: Int, count: (String) -> Int) -> Int {
        rows.reduce(0) { most, row in
            if index < row.count, case .string(let text) = row[index] { Swift.max(most, count(text)) } else { most }
        }
    }
}
