import ODBC

/// The fixed batches of one connection, each sent once: the server keeps it, and is given its handle from then on.
///
/// A minute's batch is some 50 kB of text, which would otherwise be sent, read and looked up every time; a handle's call is some 40 bytes,
/// also where nothing of ours is deployed. sp_prepexec answers as the batch does, so the first time too is one round trip
/// (learn.microsoft.com: sp_prepexec, sp_execute, sp_unprepare).
///
/// Only for batches that read and may be run again: after any failure the batch is sent as it is, then and from then on, and its rows are
/// read one by one, so that each failure and each row is its own statement's.
struct PreparedBatches {
    /// Handles held on one connection; a server whose collectors are switched about more often gives all of them back first.
    static let countMax = 32
    /// SQL Server's "Could not find prepared statement with handle".
    private static let unknownHandle = 8179

    /// Whether the driver can read rows in blocks.
    let readsBlocks: Bool
    private var handles: [String: Int64] = [:]
    private var isPlain = false

    init(readsBlocks: Bool) { self.readsBlocks = readsBlocks }

    /// Runs the batch called `key`, whose text is the same each time; without a key, a text that is short enough to be sent each time.
    /// Throws as `ODBCConnection.resultSets` does.
    mutating func resultSets(
        _ key: String?, on connection: ODBCConnection, deadline: CallDeadline, rowCountMax: Int, text: () -> String
    ) throws(ODBCError) -> [Result<ODBCResultSet, ODBCError>] {
        if let key {
            if !isPlain, let handle = handles[key] {
                if let results = try faultless(Self.call(handle), connection, deadline, rowCountMax) { return results }
                handles[key] = nil
            }
            if !isPlain, let results = try prepared(key, connection, deadline, rowCountMax, text()) { return results }
        } else if !isPlain, let results = try faultless(text(), connection, deadline, rowCountMax) {
            return results
        }
        return try connection.resultSets(text(), deadlineSeconds: deadline.remainingSeconds, rowCountMax: rowCountMax)
    }

    /// What is sent for a batch that the server keeps.
    static func call(_ handle: Int64) -> String { "EXEC sp_execute \(handle);" }

    /// Nil when the server does not prepare it, or it has a fault.
    private mutating func prepared(
        _ key: String, _ connection: ODBCConnection, _ deadline: CallDeadline, _ rowCountMax: Int, _ text: String
    ) throws(ODBCError) -> [Result<ODBCResultSet, ODBCError>]? {
        var returned = ""
        if handles.count >= Self.countMax {
            returned = handles.values.sorted().map { "EXEC sp_unprepare \($0);\n" }.joined()
            handles = [:]
        }
        let batch = """
            \(returned)DECLARE @handle int;
            EXEC sp_prepexec @handle OUTPUT, NULL, N'\(SQLServerName.escaped(text))';
            SELECT @handle AS prepared_handle;
            """
        guard var results = try faultless(batch, connection, deadline, rowCountMax) else { return nil }
        guard case .success(let last)? = results.popLast(), case .int(let handle) = last.value("prepared_handle") else {
            isPlain = true
            return nil
        }
        handles[key] = handle
        return results
    }

    /// Nil after a failure; all but a handle that the server has forgotten end the use of handles on this connection.
    private mutating func faultless(
        _ sql: String, _ connection: ODBCConnection, _ deadline: CallDeadline, _ rowCountMax: Int
    ) throws(ODBCError) -> [Result<ODBCResultSet, ODBCError>]? {
        let fault: ODBCError
        do throws(ODBCError) {
            let results = try connection.resultSets(
                sql, deadlineSeconds: deadline.remainingSeconds, rowCountMax: rowCountMax, inBlocks: readsBlocks)
            let errors = results.compactMap { if case .failure(let error) = $0 { error } else { nil } }
            guard let first = errors.first else { return results }
            fault = first
        } catch {
            if error.isDeadline || error.isConnectionFailure { throw error }
            fault = error
        }
        isPlain = !fault.records.contains { $0.native == Self.unknownHandle }
        return nil
    }
}
