import Foundation
import ODBC

/// An open connection to a SQL Server that is collected from.
final class SQLServerConnection: EngineConnection {
    private let connection: ODBCConnection
    private let failure: SQLServerFailure
    /// The start as the server said it, in its own zone, and the moment that we took it for: a change of summer time is no restart.
    private var knownStart: (local: ODBCTimestamp, date: Date)?

    /// Rows of one result set at most: a server has some 1,100 wait types.
    private static let rowCountMax = 5_000

    init(_ connection: ODBCConnection, target: Target, port: Int) {
        self.connection = connection
        failure = SQLServerFailure(target: target, port: port)
    }

    func collect(deadlineSeconds: Double) throws(EngineError) -> Reading {
        let timer = CallTimer()
        let sets: [Result<ODBCResultSet, ODBCError>]
        do throws(ODBCError) {
            sets = try connection.resultSets(CollectorSQL.sqlServerCollect, deadlineSeconds: deadlineSeconds, rowCountMax: Self.rowCountMax)
        } catch { throw failure.whileReading(error) }
        var reading = try SQLServerReading(sets, failure: failure).reading(
            collectedAt: Date(), monotonicSeconds: monotonicSeconds(), start: startDate)
        reading.durationMs = timer.milliseconds
        return reading
    }

    func close() { connection.close() }

    private func startDate(_ local: ODBCTimestamp, _ utcOffsetMinutes: Int) -> Date {
        if let knownStart, knownStart.local == local { return knownStart.date }
        let date = local.date(utcOffsetMinutes: utcOffsetMinutes)
        knownStart = (local, date)
        return date
    }
}
