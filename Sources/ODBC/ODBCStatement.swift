import CODBC
import Foundation

/// One statement or batch in flight, with its deadline. Freed when it goes away; never while a cancel runs on it.
package final class ODBCStatement {
    /// A longer text or binary value is cut off here, and the row says so.
    package static let valueSizeBytesMax = 4 * 1024 * 1024
    /// Bytes asked of the driver at a time.
    private static let chunkSizeBytes = 16 * 1024
    /// Result sets and messages of one batch.
    package static let resultSetCountMax = 100

    private let handle: SQLHANDLE
    /// The handles belong together: a statement must not outlive its connection.
    private let connection: ODBCConnection
    private let deadline: ContinuousClock.Instant
    private var ticket: DeadlineWatch.Ticket?
    private lazy var chunk = [UInt8](repeating: 0, count: ODBCStatement.chunkSizeBytes)
    private lazy var blockBuffer = RowBlock.Buffer()
    private lazy var nameBuffer = [SQLWCHAR](repeating: 0, count: 256)
    /// The columns of the current result set; empty when the statement gives no rows.
    package private(set) var columns: [ODBCColumn] = []
    /// The greatest length of each column's values, in characters or bytes; 0 where there is none.
    private var columnSizes: [Int] = []
    /// What the server said beside rows (PRINT, RAISERROR up to severity 10, warnings).
    package private(set) var messages: [ODBCDiagnostic] = []
    /// Whether a value of a row read so far was cut off.
    package private(set) var isTruncated = false

    /// A pointer for the thread that cancels.
    ///
    /// Safe because the ticket is disarmed, which waits for a running cancel, before the handle is freed.
    private struct CancelHandle: @unchecked Sendable { let handle: SQLHANDLE }

    init(_ connection: ODBCConnection, deadlineSeconds: Double) throws(ODBCError) {
        var allocated: SQLHANDLE?
        guard succeeded(SQLAllocHandle(SQLSMALLINT(SQL_HANDLE_STMT), connection.handle, &allocated)), let statement = allocated else {
            throw ODBCError(records: diagnostics(.connection, connection.handle))
        }
        handle = statement
        self.connection = connection
        deadline = ContinuousClock.now + .seconds(deadlineSeconds)
        guard connection.cancelsAtDeadline else { return }
        // The driver's own time-out has whole seconds and is not everywhere obeyed: it is the second line.
        SQLSetStmtAttrW(statement, SQL_ATTR_QUERY_TIMEOUT, integerAttribute(max(1, Int(deadlineSeconds.rounded(.up)))), SQL_IS_UINTEGER)
        let cancel = CancelHandle(handle: statement)
        ticket = ODBCConnection.watch.arm(afterSeconds: deadlineSeconds) { SQLCancel(cancel.handle) }
    }

    deinit {
        ticket?.disarm()
        SQLFreeHandle(SQLSMALLINT(SQL_HANDLE_STMT), handle)
    }

    // MARK: Sending

    func execute(_ sql: String, _ parameters: [ODBCParameter]) throws(ODBCError) {
        let bound = BoundParameters(parameters)
        try bound.bind(to: handle)
        var text = Array(sql.utf16)
        let code = SQLExecDirectW(handle, &text, SQLINTEGER(text.count))
        withExtendedLifetime(bound) {}
        // Any further call on the handle clears its diagnostics: they are read first.
        let failure = succeeded(code) || code == SQL_NO_DATA ? nil : failure()
        if code == SQL_SUCCESS_WITH_INFO { keepMessages() }
        if !parameters.isEmpty { SQLFreeStmt(handle, SQLUSMALLINT(SQL_RESET_PARAMS)) }
        if let failure { throw failure }
        try describe()
        if columns.isEmpty { try checkDeadline() }
    }

    func resultSets(
        of sql: String, _ parameters: [ODBCParameter], rowCountMax: Int, inBlocks: Bool
    ) throws(ODBCError) -> [Result<ODBCResultSet, ODBCError>] {
        var results: [Result<ODBCResultSet, ODBCError>] = []
        var more = true
        do { try execute(sql, parameters) } catch {
            // A first statement that failed may have others behind it.
            guard !error.isConnectionFailure else { throw error }
            results.append(.failure(error))
            more = try advance(into: &results)
        }
        while more, results.count < Self.resultSetCountMax {
            if !columns.isEmpty {
                var set = ODBCResultSet(columns: columns)
                do {
                    try readRows(into: &set, rowCountMax: rowCountMax, inBlocks: inBlocks)
                    set.isTruncated = set.isTruncated || isTruncated
                    results.append(.success(set))
                } catch {
                    guard !error.isConnectionFailure else { throw error }
                    results.append(.failure(error))
                }
            }
            more = try advance(into: &results)
        }
        if results.count == 1, case .failure(let error) = results[0] { throw error }
        return results
    }

    /// The rows of the current result set: in blocks where that is wanted and the columns allow it.
    private func readRows(into set: inout ODBCResultSet, rowCountMax: Int, inBlocks: Bool) throws(ODBCError) {
        if inBlocks, let block = RowBlock(columns, sizes: columnSizes, in: blockBuffer), block.bind(to: handle) {
            defer { block.unbind(from: handle) }
            while try fetch() {
                for row in 0..<block.fetchedCount {
                    guard set.rows.count < rowCountMax else {
                        set.isTruncated = true
                        return
                    }
                    set.rows.append(block.row(row, isTruncated: &isTruncated))
                }
            }
            return
        }
        while let row = try nextRow() {
            guard set.rows.count < rowCountMax else {
                set.isTruncated = true
                return
            }
            set.rows.append(row)
        }
    }

    /// Goes to the next result set; failed statements on the way are kept in `results`. Returns whether there is one.
    private func advance(into results: inout [Result<ODBCResultSet, ODBCError>]) throws(ODBCError) -> Bool {
        while results.count < Self.resultSetCountMax {
            do { return try nextResultSet() } catch {
                guard !error.isConnectionFailure else { throw error }
                results.append(.failure(error))
            }
        }
        return false
    }

    // MARK: Reading

    /// Goes to the next result set. Returns false at the end. Throws `ODBCError` when the next statement of the batch failed; calling
    /// again goes on behind it.
    package func nextResultSet() throws(ODBCError) -> Bool {
        try checkDeadline()
        let code = SQLMoreResults(handle)
        if code == SQL_NO_DATA {
            try checkDeadline()
            return false
        }
        guard succeeded(code) else { throw failure() }
        if code == SQL_SUCCESS_WITH_INFO { keepMessages() }
        try describe()
        return true
    }

    /// The next row of this result set; nil at its end. Throws `ODBCError`.
    package func nextRow() throws(ODBCError) -> [ODBCValue]? {
        guard !columns.isEmpty, try fetch() else { return nil }
        var row: [ODBCValue] = []
        row.reserveCapacity(columns.count)
        for index in columns.indices { row.append(try value(at: index)) }
        return row
    }

    /// The next row, or the next rows where they are read in blocks; false at the end.
    private func fetch() throws(ODBCError) -> Bool {
        try checkDeadline()
        let code = SQLFetch(handle)
        if code == SQL_NO_DATA {
            try checkDeadline()
            return false
        }
        guard succeeded(code) else { throw failure() }
        if code == SQL_SUCCESS_WITH_INFO { keepMessages() }
        return true
    }

    private func describe() throws(ODBCError) {
        var count: SQLSMALLINT = 0
        guard succeeded(SQLNumResultCols(handle, &count)) else { throw failure() }
        columns = []
        columnSizes = []
        for number in 0..<Int(count) {
            var length: SQLSMALLINT = 0
            var type: SQLSMALLINT = 0
            var size: SQLULEN = 0
            let column = SQLUSMALLINT(number + 1)
            guard succeeded(SQLDescribeColW(handle, column, &nameBuffer, SQLSMALLINT(nameBuffer.count), &length, &type, &size, nil, nil))
            else {
                throw failure()
            }
            var isUnsigned: SQLLEN = 0
            if Int32(type) == SQL_BIGINT { SQLColAttributeW(handle, column, SQLUSMALLINT(SQL_DESC_UNSIGNED), nil, 0, nil, &isUnsigned) }
            let text = nameBuffer.withUnsafeBufferPointer {
                Self.text(UnsafeBufferPointer(rebasing: $0.prefix(min(Int(length), $0.count - 1))))
            }
            columnSizes.append(Int(clamping: size))
            columns.append(ODBCColumn(name: text, type: Int(type), isUnsigned: isUnsigned != 0))
        }
    }

    private func value(at index: Int) throws(ODBCError) -> ODBCValue {
        let column = columns[index]
        let number = SQLUSMALLINT(index + 1)
        switch Int32(column.type) {
        case SQL_BIT: return try fixed(number, SQL_C_SBIGINT, Int64(0)) { .bool($0 != 0) }
        case SQL_BIGINT where column.isUnsigned:
            return try fixed(number, SQL_C_UBIGINT, UInt64(0)) { value in Int64(exactly: value).map { .int($0) } ?? .decimal(String(value))
            }
        case SQL_TINYINT, SQL_SMALLINT, SQL_INTEGER, SQL_BIGINT: return try fixed(number, SQL_C_SBIGINT, Int64(0)) { .int($0) }
        case SQL_REAL, SQL_FLOAT, SQL_DOUBLE: return try fixed(number, SQL_C_DOUBLE, 0.0) { .double($0) }
        case SQL_TYPE_DATE, SQL_TYPE_TIMESTAMP:
            return try fixed(number, SQL_C_TYPE_TIMESTAMP, SQL_TIMESTAMP_STRUCT()) { .timestamp(ODBCTimestamp($0)) }
        case SQL_GUID: return try fixed(number, SQL_C_GUID, SQLGUID()) { .guid(UUID($0)) }
        case SQL_BINARY, SQL_VARBINARY, SQL_LONGVARBINARY:
            return try chunks(number, SQL_C_BINARY, terminatorBytes: 0).map { .bytes(Array($0)) } ?? .null
        case SQL_DECIMAL, SQL_NUMERIC:
            return try chunks(number, SQL_C_CHAR, terminatorBytes: 1).map { .decimal(String(decoding: $0, as: UTF8.self)) } ?? .null
        default:
            return try chunks(number, SQL_C_WCHAR, terminatorBytes: 2).map { bytes in
                .text(bytes.withUnsafeBytes { Self.text($0.bindMemory(to: UInt16.self)) })
            } ?? .null
        }
    }

    private func fixed<T: BitwiseCopyable>(_ number: SQLUSMALLINT, _ type: Int32, _ empty: T, _ wrap: (T) -> ODBCValue) throws(ODBCError)
        -> ODBCValue
    {
        var value = empty
        var indicator: SQLLEN = 0
        let code = SQLGetData(handle, number, SQLSMALLINT(type), &value, SQLLEN(MemoryLayout<T>.size), &indicator)
        guard succeeded(code) else { throw failure() }
        return indicator == SQLLEN(SQL_NULL_DATA) ? .null : wrap(value)
    }

    /// A text from UTF-16. Nearly all are plain: those are copied and not transcoded.
    private static func text(_ units: UnsafeBufferPointer<UInt16>) -> String {
        guard units.allSatisfy({ $0 < 0x80 }) else { return String(decoding: units, as: UTF16.self) }
        return String(unsafeUninitializedCapacity: units.count) { target in
            for index in units.indices { target[index] = UInt8(truncatingIfNeeded: units[index]) }
            return units.count
        }
    }

    /// All bytes of a value of any length; nil for NULL. Cut off at `valueSizeBytesMax`.
    private func chunks(_ number: SQLUSMALLINT, _ type: Int32, terminatorBytes: Int) throws(ODBCError) -> ArraySlice<UInt8>? {
        var all: [UInt8] = []
        let room = Self.chunkSizeBytes - terminatorBytes
        while true {
            var indicator: SQLLEN = 0
            let code = chunk.withUnsafeMutableBytes {
                SQLGetData(handle, number, SQLSMALLINT(type), $0.baseAddress, SQLLEN($0.count), &indicator)
            }
            if code == SQL_NO_DATA { return all[...] }
            guard succeeded(code) else { throw failure() }
            if indicator == SQLLEN(SQL_NULL_DATA) { return nil }
            let isPartial = indicator == SQLLEN(SQL_NO_TOTAL) || Int(indicator) > room
            let part = chunk.prefix(isPartial ? room : max(0, Int(indicator)))
            // Most values are one part: it is handed on as it lies.
            if !isPartial, all.isEmpty { return part }
            all.append(contentsOf: part)
            if !isPartial { return all[...] }
            guard all.count < Self.valueSizeBytesMax else {
                isTruncated = true
                return all.prefix(Self.valueSizeBytesMax)
            }
        }
    }

    // MARK: Failing

    private func keepMessages() {
        let room = diagnosticCountMax - messages.count
        if room > 0 { messages += diagnostics(.statement, handle).prefix(room) }
    }

    /// Also where there seems to be nothing more: a driver whose call was cancelled may end it without an error, and without what was to
    /// come.
    private func checkDeadline() throws(ODBCError) {
        guard ContinuousClock.now >= deadline else { return }
        throw ODBCError(state: "HYT00", message: "the deadline has passed", isDeadline: true)
    }

    private func failure() -> ODBCError {
        let records = diagnostics(.statement, handle)
        return ODBCError(records: records, isDeadline: ContinuousClock.now >= deadline)
    }
}

extension ODBCTimestamp {
    init(_ value: SQL_TIMESTAMP_STRUCT) {
        self.init(
            year: Int(value.year), month: Int(value.month), day: Int(value.day), hour: Int(value.hour), minute: Int(value.minute),
            second: Int(value.second),
            nanosecond: Int(value.fraction))
    }
}

extension UUID {
    /// The first three groups are numbers in the machine's order.
    init(_ guid: SQLGUID) {
        let one = guid.Data1.bigEndian
        let two = guid.Data2.bigEndian
        let three = guid.Data3.bigEndian
        let head =
            withUnsafeBytes(of: one) { Array($0.prefix(4)) } + withUnsafeBytes(of: two) { Array($0) }
            + withUnsafeBytes(of: three) { Array($0) }
        let bytes = head + withUnsafeBytes(of: guid.Data4) { Array($0) }
        self = bytes.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
    }
}
