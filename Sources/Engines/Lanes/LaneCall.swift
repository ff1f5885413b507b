import ODBC
import Synchronization

/// One call on a lane: its body, its deadline, and who waits for it.
final class LaneCall<T: Sendable>: LaneJob {
    private struct State {
        var continuation: CheckedContinuation<T, any Error>?
        /// Set when the call ended before anybody waited for it.
        var early: Result<T, any Error>?
        var isFinished = false
    }

    private let body: @Sendable () throws -> T
    private let deadlineSeconds: Double
    private let watch: DeadlineWatch
    private let state = Mutex(State())

    init(body: @escaping @Sendable () throws -> T, deadlineSeconds: Double, watch: DeadlineWatch) {
        self.body = body
        self.deadlineSeconds = deadlineSeconds
        self.watch = watch
    }

    /// Names who waits. Called once, before the call is put in a queue.
    func begin(_ continuation: CheckedContinuation<T, any Error>) {
        let early = state.withLock { state in
            if state.early == nil { state.continuation = continuation }
            return state.early
        }
        if let early { continuation.resume(with: early) }
    }

    /// Ends the call for who waits, unless it has ended. Returns whether this was the end.
    @discardableResult func finish(_ result: Result<T, any Error>) -> Bool {
        let (continuation, isFirst) = state.withLock { state -> (CheckedContinuation<T, any Error>?, Bool) in
            guard !state.isFinished else { return (nil, false) }
            state.isFinished = true
            defer { state.continuation = nil }
            if state.continuation == nil { state.early = result }
            return (state.continuation, true)
        }
        continuation?.resume(with: result)
        return isFirst
    }

    func refuse(_ error: EngineError) { finish(.failure(error)) }

    func execute(onAbandon: @escaping @Sendable () -> Void) -> Bool {
        guard !state.withLock({ $0.isFinished }) else { return false }
        let ticket = watch.arm(afterSeconds: deadlineSeconds) { [self] in
            onAbandon()
            finish(
                .failure(
                    EngineError(
                        .timeout, "The database server did not answer within \(deadlineSeconds.formatted()) s; the call was given up.")))
        }
        let result = Result { try body() }
        guard !ticket.disarm() else { return true }
        finish(result)
        return false
    }
}

extension Double {
    /// Without a trailing `.0`.
    fileprivate func formatted() -> String { self == rounded() ? String(Int(self)) : String(self) }
}
