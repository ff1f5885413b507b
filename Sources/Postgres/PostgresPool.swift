import Foundation
import Primitives

/// One budget of connections for all databases of a node: a thousand tenants live on a few dozen connections.
///
/// A fixed set of threads takes closures first come, first served; a closure gets a connection to its database, runs to its end on that
/// thread and gives
/// the connection back. Closures are synchronous: nobody can wait for the network inside a transaction.
/// Idle connections stay open until another database needs their place; the longest idle goes first.
///
/// Safe because all of its state is touched only while `condition` is held.
package final class PostgresPool: @unchecked Sendable {
    /// Closures that may wait for a thread before new ones are turned away with 503.
    package static let waitingCountMax = 10_000
    /// Seconds to connect, and seconds for one statement unless a closure sets its own.
    package static let connectDeadlineSeconds = 5.0
    package static let statementDeadlineSeconds = 30.0

    private struct Job {
        let database: DatabaseAddress
        let run: (Result<PostgresConnection, PostgresError>) -> Void
    }
    private struct Idle {
        let database: DatabaseAddress
        let connection: PostgresConnection
        let generation: Int
    }

    private let condition = NSCondition()
    private var jobs: [Job] = []
    private var idle: [Idle] = []  // the longest idle first
    private var busyCountByDatabase: [DatabaseAddress: Int] = [:]
    private var generationByDatabase: [DatabaseAddress: Int] = [:]
    private var openCount = 0
    private var isClosed = false
    private let connectionCountMax: Int
    /// How many threads one database may take, so that a busy tenant leaves room for the others.
    private let perDatabaseMax: Int

    /// - Parameters:
    ///   - connectionCountMax: connections that may be open at once, over all databases.
    ///   - threadCount: closures that run at once; not more than `connectionCountMax`.
    package init(connectionCountMax: Int = 32, threadCount: Int = 8) {
        self.connectionCountMax = connectionCountMax
        let threads = min(threadCount, connectionCountMax)
        perDatabaseMax = max(1, threads - max(1, threads / 4))
        for index in 0..<threads {
            let thread = Thread { [self] in work() }
            thread.stackSize = 512 * 1024
            thread.name = "postgres-\(index)"
            thread.start()
        }
    }

    /// What the pool does just now.
    package struct Statistics: Sendable {
        package var openConnections: Int
        package var idleConnections: Int
        package var waitingJobs: Int
    }
    package var statistics: Statistics {
        condition.withLock { Statistics(openConnections: openCount, idleConnections: idle.count, waitingJobs: jobs.count) }
    }

    /// Runs `body` with a connection to `database`, on a thread of the pool. Throws `AppError.unavailable` when too much is waiting
    /// already, `PostgresError`
    /// when there is no connection to be had, and what `body` throws. A connection on which a transaction is left open is closed.
    package func run<T: Sendable>(_ database: DatabaseAddress, _ body: @escaping @Sendable (PostgresConnection) throws -> T) async throws
        -> T
    {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<T, any Error>) in
            let job = Job(database: database) { connection in
                continuation.resume(with: Result { try body(connection.get()) })
            }
            let refusal: AppError? = condition.withLock {
                if isClosed { return AppError(.unavailable, "DbTools is stopping; try again in a moment", retryAfterSeconds: 5) }
                if jobs.count >= Self.waitingCountMax {
                    return AppError(.unavailable, "Too many requests are waiting for the database", retryAfterSeconds: 2)
                }
                jobs.append(job)
                condition.signal()
                return nil
            }
            if let refusal { continuation.resume(throwing: refusal) }
        }
    }

    /// Closes the connections to `database`: the idle ones now, those in use when they come back. For a database that is about to be
    /// dropped.
    package func close(_ database: DatabaseAddress) {
        let closing = condition.withLock {
            generationByDatabase[database, default: 0] += 1
            let closing = idle.filter { $0.database == database }
            idle.removeAll { $0.database == database }
            openCount -= closing.count
            return closing
        }
        withExtendedLifetime(closing) {}  // disconnected here, outside the lock
    }

    /// Lets what runs end, turns away what waits, and closes every connection.
    package func shutdown() {
        let (waiting, closing) = condition.withLock {
            isClosed = true
            let state = (jobs, idle)
            jobs = []
            idle = []
            condition.broadcast()
            return state
        }
        for job in waiting { job.run(.failure(PostgresError(sqlState: "57P01", message: "DbTools is stopping"))) }
        withExtendedLifetime(closing) {}
    }

    // MARK: The threads

    private func work() {
        while let (job, found, generation) = next() {
            let connection: Result<PostgresConnection, PostgresError>
            if let found, found.isUsable { connection = .success(found) } else { connection = Self.connect(job.database) }
            job.run(connection)
            giveBack(try? connection.get(), job.database, generation)  // nil: there was none to give back
        }
    }

    private static func connect(_ database: DatabaseAddress) -> Result<PostgresConnection, PostgresError> {
        do throws(PostgresError) {
            let connection = try PostgresConnection(database, deadlineSeconds: connectDeadlineSeconds)
            connection.statementDeadlineSeconds = statementDeadlineSeconds
            return .success(connection)
        } catch {
            return .failure(error)
        }
    }

    /// The next closure that may run, with an idle connection to its database if there is one. Nil when the pool is closed.
    private func next() -> (job: Job, connection: PostgresConnection?, generation: Int)? {
        condition.lock()
        defer { condition.unlock() }
        while !isClosed {
            if let place = jobs.firstIndex(where: { busyCountByDatabase[$0.database, default: 0] < perDatabaseMax }) {
                let job = jobs.remove(at: place)
                busyCountByDatabase[job.database, default: 0] += 1
                let generation = generationByDatabase[job.database, default: 0]
                if let place = idle.lastIndex(where: { $0.database == job.database }) {
                    return (job, idle.remove(at: place).connection, generation)
                }
                if openCount >= connectionCountMax, !idle.isEmpty {
                    idle.removeFirst()
                    openCount -= 1
                }
                openCount += 1
                return (job, nil, generation)
            }
            condition.wait()
        }
        return nil
    }

    private func giveBack(_ connection: PostgresConnection?, _ database: DatabaseAddress, _ generation: Int) {
        connection?.statementDeadlineSeconds = Self.statementDeadlineSeconds
        let isClean = connection.map { $0.isOpen && !$0.isInTransaction } ?? false
        condition.lock()
        let busy = busyCountByDatabase[database, default: 1] - 1
        busyCountByDatabase[database] = busy > 0 ? busy : nil
        if let connection, isClean, !isClosed, generationByDatabase[database, default: 0] == generation {
            idle.append(Idle(database: database, connection: connection, generation: generation))
        } else {
            openCount -= 1
        }
        if !jobs.isEmpty { condition.signal() }
        condition.unlock()
    }
}
