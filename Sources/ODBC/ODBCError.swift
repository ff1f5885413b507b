import CODBC

/// One record of what a driver or a server said.
package struct ODBCDiagnostic: Sendable, Hashable {
    /// Five characters, such as `08S01`.
    package let state: String
    /// The server's own number, such as 18456 of SQL Server; the driver's, or 0, when the driver speaks.
    package let native: Int
    /// Without the bracketed names that driver managers put in front.
    package let message: String

    package init(state: String, native: Int, message: String) {
        self.state = state
        self.native = native
        self.message = message
    }
}

/// A failed call, with every record that belongs to it, the most important first.
package struct ODBCError: Error, Sendable, Hashable {
    package let records: [ODBCDiagnostic]
    /// Whether our own deadline cut the call.
    package let isDeadline: Bool

    package init(records: [ODBCDiagnostic], isDeadline: Bool = false) {
        self.records = records
        self.isDeadline = isDeadline
    }

    package init(state: String, message: String, isDeadline: Bool = false) {
        self.init(records: [ODBCDiagnostic(state: state, native: 0, message: message)], isDeadline: isDeadline)
    }

    /// The first record's state.
    package var state: String { records.first?.state ?? "HY000" }
    /// The first record's number.
    package var native: Int { records.first?.native ?? 0 }
    /// The first record's message.
    package var message: String { records.first?.message ?? "the driver gave no reason" }
    /// Whether the server's answer contains this number in any record.
    package func contains(native number: Int) -> Bool { records.contains { $0.native == number } }
    /// Whether the connection is of no more use.
    package var isConnectionFailure: Bool {
        isDeadline
            || records.contains { record in
                record.state.hasPrefix("08") || ["HYT00", "HYT01"].contains(record.state)
                    || ["01000", "HY000"].contains(record.state) && Self.freeTDSBreaks.contains(record.native)
            }
    }

    /// FreeTDS's own numbers for a connection that broke under a statement (read, write, end of file, dead): it gives them a general
    /// state, and says 08S01 only at the next statement (1.3.17, seen on 2026-11-25).
    private static let freeTDSBreaks: Set<Int> = [20_004, 20_006, 20_017, 20_047]
}

extension ODBCError: CustomStringConvertible {
    package var description: String { records.map { "[\($0.state)] \($0.native) \($0.message)" }.joined(separator: " | ") }
}

/// What kind of handle a diagnostic is asked of.
enum HandleKind: Int32 {
    case environment = 1
    case connection = 2
    case statement = 3
}

/// `SQL_SUCCEEDED` is a macro, which Swift does not import.
func succeeded(_ code: SQLRETURN) -> Bool { code == SQL_SUCCESS || code == SQL_SUCCESS_WITH_INFO }

/// Records that are read of one call at most; servers may send thousands of messages.
let diagnosticCountMax = 50

/// Reads all records of the last call on `handle`.
func diagnostics(_ kind: HandleKind, _ handle: SQLHANDLE?) -> [ODBCDiagnostic] {
    var records: [ODBCDiagnostic] = []
    var state = [SQLWCHAR](repeating: 0, count: 6)
    var text = [SQLWCHAR](repeating: 0, count: 2048)
    while records.count < diagnosticCountMax {
        var native: SQLINTEGER = 0
        var length: SQLSMALLINT = 0
        let number = SQLSMALLINT(records.count + 1)
        let code = SQLGetDiagRecW(SQLSMALLINT(kind.rawValue), handle, number, &state, &native, &text, SQLSMALLINT(text.count), &length)
        guard succeeded(code) else { break }
        let message = String(decoding: text.prefix(min(max(0, Int(length)), text.count - 1)), as: UTF16.self)
        records.append(
            ODBCDiagnostic(state: String(decoding: state.prefix(5), as: UTF16.self), native: Int(native), message: withoutPrefixes(message))
        )
    }
    return records
}

/// The message without `[unixODBC][FreeTDS][SQL Server]` in front.
private func withoutPrefixes(_ message: String) -> String {
    var rest = Substring(message)
    while rest.hasPrefix("["), let end = rest.firstIndex(of: "]") { rest = rest[rest.index(after: end)...] }
    let trimmed = rest.drop { $0 == " " }
    return trimmed.isEmpty ? message : String(trimmed)
}
