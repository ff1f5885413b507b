package import TDS

/// What a batch sends back, in order: the seam between the interpreter and the wire.
package enum StatementResult: Sendable {
    /// A result set; the `done` after it carries its row count.
    case rows(columns: [ResultColumn], rows: [[TDSValue]])
    /// A statement ended. `rowCount` is nil when SQL Server sends no count (SET NOCOUNT ON, or a statement without rows).
    case done(rowCount: Int?)
    /// An error (severity 11 and up) or an informational message. From severity 20 the server closes the connection.
    case message(SQLServerMessage)
    /// The session's database, language or transaction changed.
    case environment(EnvironmentChange)
    /// An OUTPUT parameter of the procedure called, with its value at the end.
    case outputParameter(name: String, type: TDSType, value: TDSValue)
    /// What the procedure called returned.
    case returnStatus(Int32)
    /// WAITFOR: what follows goes out so much later. The interpreter never sleeps; the wire does.
    case pause(seconds: Double)
}

/// A column of a result set.
package struct ResultColumn: Hashable, Sendable {
    /// Empty for an expression without alias.
    package let name: String
    package let type: TDSType
    package let isNullable: Bool

    package init(name: String, type: TDSType, isNullable: Bool = true) {
        self.name = name
        self.type = type
        self.isNullable = isNullable
    }
}

/// What the server tells a client that changed in its session.
package enum EnvironmentChange: Hashable, Sendable {
    case database(from: String, to: String)
    case language(from: String, to: String)
    /// The 8 bytes that name the transaction.
    case transactionBegan(UInt64)
    case transactionCommitted(UInt64)
    case transactionRolledBack(UInt64)
}

/// A parameter of a remote procedure call.
package struct Parameter: Hashable, Sendable {
    /// With its `@`, or empty when given by position.
    package let name: String
    package let type: TDSType
    package let value: TDSValue
    package let isOutput: Bool

    package init(name: String, type: TDSType, value: TDSValue, isOutput: Bool = false) {
        self.name = name
        self.type = type
        self.value = value
        self.isOutput = isOutput
    }
}
