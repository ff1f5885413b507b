import Foundation
import ODBC

/// Tenants' statements on SQL Server, which has no read-only transactions: the statement is checked word by word, and whatever it did all
/// the same is rolled back.
final class SQLServerQueries: QueryConnection {
    /// Dirty reads, as for our own collectors: nobody waits for a reader. A long value is cut off by the server.
    private static let settings = """
        SET NOCOUNT OFF;
        SET XACT_ABORT ON;
        SET IMPLICIT_TRANSACTIONS OFF;
        SET QUOTED_IDENTIFIER ON;
        SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;
        SET LOCK_TIMEOUT 1000;
        SET DEADLOCK_PRIORITY LOW;
        SET TEXTSIZE 65536;
        """

    private let connection: ODBCConnection
    private let failure: SQLServerFailure

    init(_ connection: ODBCConnection, target: Target, port: Int) throws(EngineError) {
        self.connection = connection
        failure = SQLServerFailure(target: target, port: port)
        do throws(ODBCError) { try Self.execute(Self.settings, connection) } catch {
            connection.close()
            throw failure.whileReading(error)
        }
    }

    /// Three round trips: alone in its batch, the statement cannot reach what stands around it, and the server's line numbers are its own.
    func run(_ query: CustomQuery) throws(EngineError) -> QueryAnswer {
        let text = try query.checked(for: .sqlserver)
        let timer = CallTimer()
        do throws(ODBCError) {
            try Self.execute("BEGIN TRANSACTION", connection)
            var answer = try QueryAnswer.reading(query, text, connection)
            try Self.execute("IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION", connection)
            (answer.durationMs, answer.monotonicSeconds) = (timer.milliseconds, monotonicSeconds())
            return answer
        } catch {
            throw explained(error, query)
        }
    }

    private static func execute(_ sql: String, _ connection: ODBCConnection) throws(ODBCError) {
        for result in try connection.resultSets(sql, deadlineSeconds: CustomQuery.connectSeconds, rowCountMax: 1) { _ = try result.get() }
    }

    private func explained(_ error: ODBCError, _ query: CustomQuery) -> EngineError {
        if error.isDeadline || error.state == "HYT00" || error.state == "HY008" { return query.tookTooLong }
        if error.contains(native: 1222) {
            return EngineError(.timeout, "A lock that another session holds was in the way for a second: try again, or read another table.")
        }
        let sentence = SQLServerFailure.sentence(error.message)
        if SQLServerFailure.isPermission(error) {
            return EngineError(.noPermissions, "The login may not read it: \(sentence)", isPermission: true)
        }
        if error.isConnectionFailure { return failure.whileReading(error) }
        return EngineError(.protocolError, "The server refused the statement: \(sentence)")
    }

    func close() { connection.close() }
}

extension SQLServerEngine {
    func openForQueries(
        _ target: Target, timeoutSeconds: Int, deadlineSeconds: Double
    ) throws(EngineError) -> any QueryConnection {
        let (connection, port) = try open(target, deadline: CallDeadline(seconds: deadlineSeconds))
        return try SQLServerQueries(connection, target: target, port: port)
    }
}
