import ODBC

/// The fixed batches of one connection, each sent once: the server keeps it, and is given its handle from then on.
///
/// A minute's batch is 60 kB of text, which would otherwise be sent, read and looked up every time; a handle's call is 20 bytes, also where
/// nothing of ours is deployed. sp_prepexec answers as the batch does, so the first time too is one round trip
/// (learn.microsoft.com: sp_prepexec, sp_execute, sp_unprepare).
struct PreparedBatches {
    /// Handles held on one connection; a server whose collectors are switched about more often gives all of them back first.
    static let countMax = 32
    /// SQL Server's "Could not find prepared statement with handle".
    private static let unknownHandle = 8179

    private var handles: [String: Int64] = [:]
    /// Whether preparing, or anything of a batch that was prepared, failed on this connection: then texts are sent as they are, and each
    /// failure is the text's own.
    private var isRefused = false

    /// Runs the batch called `key`, whose text is the same each time. Throws as `ODBCConnection.resultSets` does.
    mutating func resultSets(
        _ key: String, on connection: ODBCConnection, deadline: CallDeadline, rowCountMax: Int, text: () -> String
    ) throws(ODBCError) -> [Result<ODBCResultSet, ODBCError>] {
        if let handle = handles[key] {
            do throws(ODBCError) {
                let results = try connection.resultSets(
                    Self.call(handle), deadlineSeconds: deadline.remainingSeconds, rowCountMax: rowCountMax)
                let isForgotten = results.contains { if case .failure(let error) = $0 { Self.isForgotten(error) } else { false } }
                if !isForgotten { return results }
            } catch {
                guard Self.isForgotten(error) else { throw error }
            }
            handles[key] = nil
        }
        if !isRefused, let results = try prepared(key, connection, deadline, rowCountMax, text()) { return results }
        return try connection.resultSets(text(), deadlineSeconds: deadline.remainingSeconds, rowCountMax: rowCountMax)
    }

    /// What is sent for a batch that the server keeps.
    static func call(_ handle: Int64) -> String { "EXEC sp_execute \(handle);" }

    /// Nil when the server does not prepare it, or it has a fault: it is to be sent as it is.
    private mutating func prepared(
        _ key: String, _ connection: ODBCConnection, _ deadline: CallDeadline, _ rowCountMax: Int, _ text: String
    ) throws(ODBCError) -> [Result<ODBCResultSet, ODBCError>]? {
        var returned = ""
        if handles.count >= Self.countMax {
            returned = handles.values.sorted().map { "EXEC sp_unprepare \($0);\n" }.joined()
            handles = [:]
        }
        var results: [Result<ODBCResultSet, ODBCError>]
        do throws(ODBCError) {
            results = try connection.resultSets(
                """
                \(returned)DECLARE @handle int;
                EXEC sp_prepexec @handle OUTPUT, NULL, N'\(SQLServerName.escaped(text))';
                SELECT @handle AS prepared_handle;
                """, deadlineSeconds: deadline.remainingSeconds, rowCountMax: rowCountMax)
        } catch {
            if error.isDeadline || error.isConnectionFailure { throw error }
            isRefused = true
            return nil
        }
        guard case .success(let last)? = results.last, case .int(let handle) = last.value("prepared_handle"),
            !results.contains(where: { if case .failure = $0 { true } else { false } })
        else {
            isRefused = true
            return nil
        }
        results.removeLast()
        handles[key] = handle
        return results
    }

    private static func isForgotten(_ error: ODBCError) -> Bool { error.records.contains { $0.native == unknownHandle } }
}
