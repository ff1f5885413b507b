/// What PostgreSQL, or libpq on its way there, said.
package struct PostgresError: Error, Sendable, CustomStringConvertible {
    /// Five characters (PostgreSQL's appendix A); "08006" when the connection was lost, "57014" when a deadline cut the statement.
    package var sqlState: String
    package var message: String
    package var detail: String?
    /// The constraint that was violated, where the server names one.
    package var constraint: String?

    package init(sqlState: String, message: String, detail: String? = nil, constraint: String? = nil) {
        self.sqlState = sqlState
        self.message = message
        self.detail = detail
        self.constraint = constraint
    }

    /// A result that is not what the code around expects: a programmer's mistake, reported and not trapped on.
    init(clientMessage: String) { self.init(sqlState: "42804", message: clientMessage) }

    package var description: String { "[\(sqlState)] \(message)" + (detail.map { " (\($0))" } ?? "") }

    package var isUniqueViolation: Bool { sqlState == "23505" }
    package var isForeignKeyViolation: Bool { sqlState == "23503" }
    package var isCheckViolation: Bool { sqlState == "23514" }
    package var isUndefinedTable: Bool { sqlState == "42P01" }
    package var isInsufficientPrivilege: Bool { sqlState == "42501" }
    /// The statement ran into its deadline or was cancelled.
    package var isCancelled: Bool { sqlState == "57014" }
    /// Another transaction won: the same work may succeed when it is tried again.
    package var isRetryable: Bool { sqlState == "40001" || sqlState == "40P01" || sqlState == "55P03" }
    /// No room: disk full, out of memory, too many connections.
    package var isOutOfResources: Bool { sqlState.hasPrefix("53") }
    /// The server cannot write, because its disk or quota is full.
    package var isDiskFull: Bool { sqlState == "53100" }
    /// The server is away, going away, coming up, or refuses connections.
    package var isConnectionFailure: Bool { sqlState.hasPrefix("08") || sqlState.hasPrefix("57P") || sqlState == "53300" }
}
