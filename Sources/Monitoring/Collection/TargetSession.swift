import Engines
import Foundation
import Synchronization

/// The one connection to one target, and what is remembered of its last reading.
///
/// The connection is used by one lane thread at a time, which holds the lock while the driver works: it is a lock of threads that may
/// block, never of tasks.
final class TargetSession: Sendable {
    /// For which configuration the connection was made.
    let target: Target
    private let connection = Mutex<(any EngineConnection)?>(nil)
    private let open = Atomic<Bool>(false)

    init(target: Target) { self.target = target }

    /// Whether the next run finds a connection: then it belongs on the quick lane.
    var isOpen: Bool { open.load(ordering: .relaxed) }

    /// Connects if need be, and reads once, the core and `collectors` together where that goes. Blocks for at most `deadlineSeconds` as far
    /// as the driver obeys. After a failure the connection is closed.
    func collect(
        _ engine: any Engine, with collectors: [CollectorDefinition], deadlineSeconds: Double
    ) throws(EngineError) -> (reading: Reading, answers: CollectorAnswers?) {
        let startedAt = ContinuousClock.now
        let result = connection.withLock { connection -> Result<(reading: Reading, answers: CollectorAnswers?), EngineError> in
            do throws(EngineError) {
                if connection == nil { connection = try engine.connect(target, deadlineSeconds: deadlineSeconds) }
                guard let current = connection else { return .failure(EngineError(.driverFailed, "The driver gave no connection.")) }
                let spent = ContinuousClock.now - startedAt
                let both = try current.collect(with: collectors, deadlineSeconds: max(0.5, deadlineSeconds - spent / .seconds(1)))
                open.store(true, ordering: .relaxed)
                return .success(both)
            } catch {
                connection?.close()
                connection = nil
                open.store(false, ordering: .relaxed)
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Runs `collectors` on the open connection, in one round trip. Throws when there is none; after a failure the connection is closed.
    func run(_ collectors: [CollectorDefinition], deadlineSeconds: Double) throws(EngineError) -> CollectorAnswers {
        try onOpenConnection { current throws(EngineError) in try current.run(collectors, deadlineSeconds: deadlineSeconds) }
    }

    /// Reads texts and plans of queries on the open connection, as `run` does.
    func details(of wanted: [QueryReference], deadlineSeconds: Double) throws(EngineError) -> (found: [QueryDetail], problem: String?) {
        try onOpenConnection { current throws(EngineError) in try current.details(of: wanted, deadlineSeconds: deadlineSeconds) }
    }

    private func onOpenConnection<Value: Sendable>(
        _ work: (any EngineConnection) throws(EngineError) -> Value
    ) throws(EngineError) -> Value {
        let result = connection.withLock { connection -> Result<Value, EngineError> in
            guard let current = connection else { return .failure(EngineError(.unreachable, "The connection was closed meanwhile.")) }
            do throws(EngineError) { return .success(try work(current)) } catch {
                connection?.close()
                connection = nil
                open.store(false, ordering: .relaxed)
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Closes the connection. Blocks while a run is under way.
    func close() {
        connection.withLock { connection in
            connection?.close()
            connection = nil
        }
        open.store(false, ordering: .relaxed)
    }
}
