import CODBC

/// One connection through a driver. Its calls block: it lives on a thread of its own, never on Swift's pool.
///
/// Not Sendable on purpose: it is confined to one thread at a time.
package final class ODBCConnection {
    let handle: SQLHANDLE
    private var isOpen = true
    /// What the server said while connecting, such as "Changed database context".
    package let messages: [ODBCDiagnostic]

    /// Whether a statement past its deadline is cut by SQLCancel; otherwise the driver's own read time-out cuts it.
    let cancelsAtDeadline: Bool

    /// Cuts statements past their deadline, for all connections.
    static let watch = DeadlineWatch(name: "odbc-deadline")

    /// Connects. Throws `ODBCError` when the driver does not load, or the server cannot be reached or refuses us; after
    /// `loginTimeoutSeconds`, as far as the
    /// driver obeys it (MariaDB's does not: it has keywords of its own).
    ///
    /// MariaDB's driver cancels by connecting anew, which blocks: pass `cancelsAtDeadline: false` for it and give it a READ_TIMEOUT.
    package init(_ string: ODBCConnectionString, loginTimeoutSeconds: Int, cancelsAtDeadline: Bool = true) throws(ODBCError) {
        let environment = try Environment.shared()
        var allocated: SQLHANDLE?
        guard succeeded(SQLAllocHandle(SQLSMALLINT(SQL_HANDLE_DBC), environment.handle, &allocated)), let connection = allocated else {
            throw ODBCError(records: diagnostics(.environment, environment.handle))
        }
        SQLSetConnectAttrW(connection, SQL_ATTR_LOGIN_TIMEOUT, integerAttribute(max(1, loginTimeoutSeconds)), SQL_IS_UINTEGER)
        var text = Array(string.text.utf16)
        let code = SQLDriverConnectW(connection, nil, &text, SQLSMALLINT(text.count), nil, 0, nil, SQLUSMALLINT(SQL_DRIVER_NOPROMPT))
        let records = code == SQL_SUCCESS ? [] : diagnostics(.connection, connection)
        guard succeeded(code) else {
            SQLFreeHandle(SQLSMALLINT(SQL_HANDLE_DBC), connection)
            throw ODBCError(records: records)
        }
        handle = connection
        self.cancelsAtDeadline = cancelsAtDeadline
        messages = records
    }

    deinit { close() }

    /// Disconnects. All statements of this connection must be gone. Calling it again does nothing.
    package func close() {
        guard isOpen else { return }
        isOpen = false
        // A disconnect that fails leaves the handle's memory: freeing it then is refused, which is better than a crash.
        SQLDisconnect(handle)
        SQLFreeHandle(SQLSMALLINT(SQL_HANDLE_DBC), handle)
    }

    /// Sends `sql` and waits for its first answer. Rows, further result sets and messages are read from the statement returned, all
    /// before the deadline.
    /// Throws `ODBCError`, with `isDeadline` when `deadlineSeconds` have passed.
    package func execute(_ sql: String, _ parameters: [ODBCParameter] = [], deadlineSeconds: Double) throws(ODBCError) -> ODBCStatement {
        let statement = try ODBCStatement(self, deadlineSeconds: deadlineSeconds)
        try statement.execute(sql, parameters)
        return statement
    }

    /// Runs `sql` and reads all that it answers. A failed statement within a batch is in its place, as are the result sets after it.
    /// Throws `ODBCError` when nothing could be read, at the deadline, or when the connection breaks.
    ///
    /// - Parameter inBlocks: whether rows are read many at a time (`RowBlock`), which is cheaper. For FreeTDS with `ClientCharset=UTF-8`
    ///   only: the others give a text as bytes in the locale's encoding. A failure then takes the rows with it that came before it in its
    ///   block, also those of the statement before: whoever wants them asks again without blocks.
    package func resultSets(
        _ sql: String, _ parameters: [ODBCParameter] = [], deadlineSeconds: Double, rowCountMax: Int, inBlocks: Bool = false
    ) throws(ODBCError) -> [Result<ODBCResultSet, ODBCError>] {
        let statement = try ODBCStatement(self, deadlineSeconds: deadlineSeconds)
        return try statement.resultSets(of: sql, parameters, rowCountMax: rowCountMax, inBlocks: inBlocks)
    }
}

/// Integer attributes travel in a pointer.
func integerAttribute(_ value: Int) -> UnsafeMutableRawPointer? { UnsafeMutableRawPointer(bitPattern: value) }

/// The ODBC environment of this process.
///
/// Safe because the handle is set once, and the driver manager locks what hangs on it.
private struct Environment: @unchecked Sendable {
    let handle: SQLHANDLE

    private static let result: Result<Environment, ODBCError> = {
        var handle: SQLHANDLE?
        guard succeeded(SQLAllocHandle(SQLSMALLINT(SQL_HANDLE_ENV), nil, &handle)), let handle else {
            return .failure(ODBCError(state: "HY001", message: "unixODBC could not be initialised"))
        }
        guard succeeded(SQLSetEnvAttr(handle, SQL_ATTR_ODBC_VERSION, integerAttribute(Int(SQL_OV_ODBC3)), 0)) else {
            return .failure(ODBCError(records: diagnostics(.environment, handle)))
        }
        return .success(Environment(handle: handle))
    }()

    static func shared() throws(ODBCError) -> Environment { try result.get() }
}
