import Primitives
import CLibPQ
import Foundation
import Glibc

/// Where a database is and who we are there: a libpq connection string or URI. It holds a password: never log it.
package struct DatabaseAddress: Hashable, Sendable {
    package var conninfo: String
    package init(conninfo: String) { self.conninfo = conninfo }

    /// An address from keyword and value pairs, quoted as libpq asks.
    package init(_ parameters: KeyValuePairs<String, String>) {
        conninfo = parameters.map { Self.quoted($0.key, $0.value) }.joined(separator: " ")
    }

    /// The parameters that are given, in libpq's words; works on strings and on URIs alike. Throws `PostgresError` when the text is
    /// neither.
    package func parameters() throws(PostgresError) -> [(key: String, value: String)] {
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(conninfo, &message) else {
            defer { PQfreemem(message) }
            throw PostgresError(sqlState: "08001", message: message.map { String(cString: $0) } ?? "the connection string cannot be read")
        }
        defer { PQconninfoFree(options) }
        var pairs: [(key: String, value: String)] = []
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { pairs.append((String(cString: keyword), String(cString: value))) }
            option += 1
        }
        return pairs
    }

    /// This address with some of its parameters replaced or added. Throws `PostgresError` when it cannot be read.
    package func with(_ changes: KeyValuePairs<String, String>) throws(PostgresError) -> DatabaseAddress {
        let kept = try parameters().filter { pair in !changes.contains { $0.key == pair.key } }
        return DatabaseAddress(conninfo: (kept + changes.map { ($0.key, $0.value) }).map { Self.quoted($0, $1) }.joined(separator: " "))
    }

    private static func quoted(_ key: String, _ value: String) -> String {
        "\(key)='\(value.escaping("\\", with: "\\\\").escaping("'", with: "\\'"))'"
    }
}

/// One libpq connection. Its calls block, so it lives on a thread of its own (see `PostgresPool`) and never on Swift's shared pool.
///
/// Not Sendable on purpose: it is confined to one thread at a time.
package final class PostgresConnection {
    /// How many statements a connection keeps prepared; the oldest go first.
    package static let preparedCountMax = 200

    let connection: OpaquePointer
    /// Seconds that one statement may take before it is cancelled; nil is no limit.
    package var statementDeadlineSeconds: Double?
    /// Whether the server is asked to cancel at the deadline. That blocks when the whole server is frozen: who sets `statement_timeout`
    /// can do without.
    package var cancelsAtDeadline = true
    private var preparedNames: [String: String] = [:]
    private var preparedOrder: [String] = []
    private var preparedCount = 0
    private var transactionDepth = 0
    /// An answer is still owed on this connection, and nobody waits for it.
    private var isGivenUp = false

    /// Connects. Throws `PostgresError` when the server cannot be reached or refuses us, after `deadlineSeconds` at the latest.
    package init(_ address: DatabaseAddress, deadlineSeconds: Double = 10) throws(PostgresError) {
        guard let connection = PQconnectStart(address.conninfo) else { throw PostgresError(sqlState: "53200", message: "out of memory") }
        self.connection = connection
        PQsetNoticeProcessor(connection, { _, _ in }, nil)  // notices would go to standard error
        try Self.finishConnecting(connection, deadlineSeconds: deadlineSeconds)  // when this throws, `deinit` frees the connection
    }

    deinit { PQfinish(connection) }

    private static func finishConnecting(_ connection: OpaquePointer, deadlineSeconds: Double) throws(PostgresError) {
        let deadline = ContinuousClock.now + .seconds(deadlineSeconds)
        guard PQstatus(connection) != CONNECTION_BAD else { throw failure(of: connection) }
        var wants = PGRES_POLLING_WRITING
        while wants != PGRES_POLLING_OK {
            guard wants != PGRES_POLLING_FAILED else { throw failure(of: connection) }
            let events = wants == PGRES_POLLING_READING ? POLLIN : POLLOUT
            guard wait(PQsocket(connection), for: events, until: deadline) else {
                throw PostgresError(sqlState: "08001", message: "no answer within \(deadlineSeconds) s while connecting")
            }
            wants = PQconnectPoll(connection)
        }
    }

    private static func failure(of connection: OpaquePointer) -> PostgresError {
        let message = String(cString: PQerrorMessage(connection)).trimmingCharacters(in: .whitespacesAndNewlines)
        // libpq gives no SQLSTATE for a failed connection: these are told apart by the server's own words.
        let lost = PostgresError(sqlState: "08006", message: message)
        if message.contains("password authentication failed") || message.contains("no password supplied")
            || message.contains("no pg_hba.conf entry")
            || message.contains("role \"") && message.contains("does not exist")
        {
            return PostgresError(sqlState: "28P01", message: message)
        }
        if message.contains("database \"") && message.contains("does not exist") {
            return PostgresError(sqlState: "3D000", message: message)
        }
        if message.contains("permission denied for database") { return PostgresError(sqlState: "42501", message: message) }
        if message.contains("too many clients") || message.contains("remaining connection slots") {
            return PostgresError(sqlState: "53300", message: message)
        }
        if message.contains("starting up") || message.contains("shutting down") || message.contains("recovery mode") {
            return PostgresError(sqlState: "57P03", message: message)
        }
        return lost
    }

    /// Whether the connection can still be used.
    package var isOpen: Bool { !isGivenUp && PQstatus(connection) == CONNECTION_OK }
    /// The server's version as a number: 150018 is 15.18.
    package var serverVersion: Int { Int(PQserverVersion(connection)) }
    package var isEncrypted: Bool { PQsslInUse(connection) != 0 }

    /// Runs one statement and returns its rows. Throws `PostgresError`.
    package func rows(_ sql: SQL) throws(PostgresError) -> PostgresRows { PostgresRows(try run(sql)) }

    /// Runs one statement and returns how many rows it touched. Throws `PostgresError`.
    @discardableResult package func execute(_ sql: SQL) throws(PostgresError) -> Int {
        let result = try run(sql)
        defer { PQclear(result) }
        return Int(String(cString: PQcmdTuples(result))) ?? 0
    }

    /// Runs a script of several statements, without parameters, as one implicit transaction unless it says otherwise. Throws
    /// `PostgresError`.
    package func script(_ text: String) throws(PostgresError) {
        guard PQsendQuery(connection, text) == 1 else { throw clientFailure() }
        PQclear(try finish())
    }

    /// Runs `body` between BEGIN and COMMIT; rolls back when it throws. Nested calls become savepoints.
    package func transaction<T>(_ body: () throws -> T) throws -> T {
        let depth = transactionDepth
        try script(depth == 0 ? "BEGIN" : "SAVEPOINT level\(depth)")
        transactionDepth += 1
        defer { transactionDepth = depth }
        do {
            let value = try body()
            try script(depth == 0 ? "COMMIT" : "RELEASE SAVEPOINT level\(depth)")
            return value
        } catch {
            // The first error is the one to report; a connection that cannot roll back is closed by the pool.
            if isOpen { try? script(depth == 0 ? "ROLLBACK" : "ROLLBACK TO SAVEPOINT level\(depth)") }
            throw error
        }
    }

    /// A handle with which another thread may cancel what runs here.
    package func cancellation() -> PostgresCancellation { PostgresCancellation(PQgetCancel(connection)) }

    // MARK: Statements

    private func run(_ sql: SQL) throws(PostgresError) -> OpaquePointer {
        let name = try preparedName(for: sql)
        let parameters = BoundParameters(sql.parameters)
        let sent = parameters.withPointers { values, lengths, formats in
            PQsendQueryPrepared(connection, name, Int32(sql.parameters.count), values, lengths, formats, 1)
        }
        guard sent == 1 else { throw clientFailure() }
        do { return try finish() } catch {
            // A plan that a migration made stale ("cached plan must not change result type") is forgotten; the caller's retry prepares
            // anew.
            if error.sqlState == "0A000" || error.sqlState == "26000" { forgetPrepared() }
            throw error
        }
    }

    private func preparedName(for sql: SQL) throws(PostgresError) -> String {
        if let name = preparedNames[sql.text] { return name }
        if preparedOrder.count >= Self.preparedCountMax {
            let oldest = preparedOrder.removeFirst()
            if let name = preparedNames.removeValue(forKey: oldest), PQtransactionStatus(connection) != PQTRANS_INERROR {
                try script("DEALLOCATE \(name)")
            }
        }
        preparedCount += 1
        let name = "s\(preparedCount)"
        guard PQsendPrepare(connection, name, sql.text, Int32(sql.parameters.count), sql.parameters.map(\.oid)) == 1 else {
            throw clientFailure()
        }
        PQclear(try finish())
        preparedNames[sql.text] = name
        preparedOrder.append(sql.text)
        return name
    }

    // MARK: Statements that a pipeline keeps

    /// Statements that pipelines keep prepared in the session, by text: those of `rows` have names of their own.
    var keptNames: [String: String] = [:]
    /// Texts that could not be prepared, or not under their name: they are sent as they are from then on.
    var unkeptTexts: Set<String> = []
    /// Whether statements can be kept: not behind a pooler that gives each transaction a session which does not know them.
    package internal(set) var keepsStatements = true

    /// The name by which a statement is kept. It follows from the text: in whichever session a pooler sends it to, it means that text or
    /// nothing.
    static func keptName(_ text: String) -> String { "dbtools_" + String(fnv1a(text), radix: 16) }

    private func forgetPrepared() {
        preparedNames.removeAll()
        preparedOrder.removeAll()
    }

    /// Waits for the answer to what was sent and returns its last result. Every result is taken, so that the connection is ready for the
    /// next statement.
    func finish() throws(PostgresError) -> OpaquePointer {
        let deadline = statementDeadlineSeconds.map { ContinuousClock.now + .seconds($0) }
        var last: OpaquePointer?
        var failure: PostgresError?
        while true {
            do { try waitForResult(until: deadline) } catch {
                PQclear(last)
                throw error
            }
            guard let result = PQgetResult(connection) else { break }
            switch PQresultStatus(result) {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY:
                PQclear(last)
                last = result
            case PGRES_COPY_IN, PGRES_COPY_OUT:  // these do not end until the copy does
                PQclear(last)
                return result
            default:
                failure = failure ?? Self.failure(in: result)
                PQclear(result)
            }
        }
        if let failure {
            PQclear(last)
            throw failure
        }
        guard let last else { throw clientFailure() }
        return last
    }

    func waitForResult(until deadline: ContinuousClock.Instant?) throws(PostgresError) {
        while PQflush(connection) == 1 || PQisBusy(connection) == 1 {
            let events = PQflush(connection) == 1 ? POLLIN | POLLOUT : POLLIN
            guard Self.wait(PQsocket(connection), for: events, until: deadline) else { throw cutAtDeadline() }
            guard PQconsumeInput(connection) == 1 else { throw clientFailure() }
        }
    }

    /// The deadline has passed: asks the server to cancel, and gives the connection up, since nobody knows when the answer comes.
    private func cutAtDeadline() -> PostgresError {
        if cancelsAtDeadline { cancellation().cancel() }
        isGivenUp = true
        return PostgresError(
            sqlState: "57014", message: "the statement took longer than \(statementDeadlineSeconds ?? 0) s and was cancelled")
    }

    func clientFailure() -> PostgresError {
        let message = String(cString: PQerrorMessage(connection)).trimmingCharacters(in: .whitespacesAndNewlines)
        return PostgresError(sqlState: "08006", message: message.isEmpty ? "the connection was lost" : message)
    }

    static func failure(in result: OpaquePointer) -> PostgresError {
        // The PG_DIAG_ macros are character literals, which Swift does not import.
        func field(_ code: Unicode.Scalar) -> String? { PQresultErrorField(result, Int32(code.value)).map { String(cString: $0) } }
        return PostgresError(
            sqlState: field("C") ?? "08006", message: field("M") ?? String(cString: PQresultErrorMessage(result)), detail: field("D"),
            constraint: field("n"))
    }

    /// False when `deadline` passed first.
    static func wait(_ socket: Int32, for events: Int32, until deadline: ContinuousClock.Instant?) -> Bool {
        while true {
            var timeout: Int32 = -1
            if let deadline {
                let left = deadline - ContinuousClock.now
                guard left > .zero else { return false }
                timeout = Int32(clamping: left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000 + 1)
            }
            var descriptor = pollfd(fd: socket, events: Int16(events), revents: 0)
            let ready = poll(&descriptor, 1, timeout)
            if ready > 0 { return true }
            if ready < 0, errno != EINTR { return true }  // the next libpq call says what is wrong
        }
    }
}

/// Cancels the statement that runs on a connection, from any thread.
///
/// Safe because a PGcancel is a copy of its own and PQcancel is documented as thread-safe.
package final class PostgresCancellation: @unchecked Sendable {
    private let handle: OpaquePointer?
    init(_ handle: OpaquePointer?) { self.handle = handle }
    deinit { PQfreeCancel(handle) }

    /// Asks the server to cancel. True when the request was handed over; the statement then fails with 57014, if it has not ended by
    /// itself.
    @discardableResult package func cancel() -> Bool {
        var message = [CChar](repeating: 0, count: 256)
        return PQcancel(handle, &message, 256) == 1
    }
}

/// Parameters laid out as libpq wants them: one buffer and a pointer into it for each.
private struct BoundParameters {
    private var buffer: [UInt8] = []
    private var places: [Int?] = []
    private var lengths: [Int32] = []

    init(_ parameters: [SQLParameter]) {
        for parameter in parameters {
            places.append(parameter.bytes == nil ? nil : buffer.count)
            buffer.append(contentsOf: parameter.bytes ?? [])
            lengths.append(Int32(parameter.bytes?.count ?? 0))
        }
        buffer.append(0)  // so that an empty value still has an address
    }

    func withPointers<T>(_ body: ([UnsafePointer<CChar>?], [Int32], [Int32]) -> T) -> T {
        buffer.withUnsafeBytes { raw in
            let start = raw.assumingMemoryBound(to: CChar.self).baseAddress
            return body(
                places.map { place in place.flatMap { start?.advanced(by: $0) } }, lengths, Array(repeating: 1, count: places.count))
        }
    }
}

extension PostgresConnection {
    /// Whether a transaction is open, or the connection is in a state that nobody expects.
    var isInTransaction: Bool { PQtransactionStatus(connection) != PQTRANS_IDLE }

    /// Whether an idle connection is still good. A server says nothing to an idle client but that it goes away: whatever there is to
    /// read, it is replaced.
    var isUsable: Bool {
        guard isOpen else { return false }
        var descriptor = pollfd(fd: PQsocket(connection), events: Int16(POLLIN), revents: 0)
        return poll(&descriptor, 1, 0) == 0
    }
}

extension PostgresConnection {
    /// The SCRAM-SHA-256 verifier of a password, made on this side, so that the password itself is never in a statement or a server's
    /// log.
    /// Throws `PostgresError`.
    package func scramVerifier(password: String, role: String) throws(PostgresError) -> String {
        guard let verifier = PQencryptPasswordConn(connection, password, role, "scram-sha-256") else { throw clientFailure() }
        defer { PQfreemem(verifier) }
        return String(cString: verifier)
    }
}
