import Foundation
import ODBC
import Synchronization

/// Something that a lane's thread runs.
protocol LaneJob: AnyObject, Sendable {
    /// Runs the call on the current thread. `onAbandon` is called, from another thread, when the call passes its deadline; returns
    /// whether that happened.
    func execute(onAbandon: @escaping @Sendable () -> Void) -> Bool
    /// Ends a call that will never run.
    func refuse(_ error: EngineError)
}

/// The threads of one lane and the calls that wait for them. Threads are made when needed and kept.
final class LaneThreads: Sendable {
    private struct State {
        var waiting: [any LaneJob] = []
        var head = 0
        /// Those that go before all others.
        var first: [any LaneJob] = []
        var threadCount = 0
        var idleCount = 0
        var runningCount = 0
        var isStopped = false

        var waitingCount: Int { waiting.count - head + first.count }

        mutating func next() -> (any LaneJob)? {
            if !first.isEmpty { return first.removeFirst() }
            guard head < waiting.count else { return nil }
            let job = waiting[head]
            head += 1
            if head > 1_000, head * 2 > waiting.count {
                waiting.removeFirst(head)
                head = 0
            }
            return job
        }
    }

    private let name: String
    private let threadCountMax: Int
    private let waitingCountMax: Int
    private let abandoned: AbandonedCalls
    private let state = Mutex(State())
    private let available = DispatchSemaphore(value: 0)
    /// Drivers use little stack, but TLS libraries some.
    private static let stackSizeBytes = 1024 * 1024

    init(name: String, threadCountMax: Int, waitingCountMax: Int, abandoned: AbandonedCalls) {
        self.name = name
        self.threadCountMax = threadCountMax
        self.waitingCountMax = waitingCountMax
        self.abandoned = abandoned
    }

    /// Calls now on threads, and calls that wait for one.
    var counts: (running: Int, waiting: Int) { state.withLock { ($0.runningCount, $0.waitingCount) } }

    func enqueue(_ job: any LaneJob, isFirst: Bool) {
        enum Outcome { case refused, queued, needsThread }
        let outcome: Outcome = state.withLock { state in
            guard !state.isStopped, state.waitingCount < waitingCountMax else { return .refused }
            if isFirst { state.first.append(job) } else { state.waiting.append(job) }
            guard state.idleCount < state.waitingCount, state.threadCount < threadCountMax else { return .queued }
            state.threadCount += 1
            return .needsThread
        }
        switch outcome {
        case .refused: job.refuse(EngineError(.timeout, "DbTools has too many calls to database servers waiting; try again later."))
        case .queued: available.signal()
        case .needsThread:
            startThread()
            available.signal()
        }
    }

    func stop() {
        let threadCount = state.withLock { state in
            state.isStopped = true
            return state.threadCount
        }
        for _ in 0..<threadCount { available.signal() }
    }

    private func startThread() {
        let thread = Thread { self.work() }
        thread.name = name
        thread.stackSize = Self.stackSizeBytes
        thread.start()
    }

    /// A thread's life: takes calls until the lanes stop or it was written off.
    private func work() {
        while true {
            state.withLock { $0.idleCount += 1 }
            available.wait()
            let (job, isStopped) = state.withLock { state in
                state.idleCount -= 1
                let job = state.next()
                if job != nil { state.runningCount += 1 }
                return (job, state.isStopped && job == nil)
            }
            guard let job else {
                guard isStopped else { continue }
                state.withLock { $0.threadCount -= 1 }
                return
            }
            let replacement = Mutex(false)
            let wasAbandoned = job.execute { [self] in
                state.withLock { $0.runningCount -= 1 }
                guard abandoned.add() else { return }
                replacement.withLock { $0 = true }
                startThread()
            }
            guard wasAbandoned else {
                state.withLock { $0.runningCount -= 1 }
                continue
            }
            // The call came back after all. If another thread took over, this one ends.
            abandoned.remove()
            if replacement.withLock({ $0 }) { return }
        }
    }
}

/// How many calls hang, over all lanes.
final class AbandonedCalls: Sendable {
    private let countMax: Int
    private let state = Mutex((count: 0, total: 0))

    init(countMax: Int) { self.countMax = countMax }

    var count: Int { state.withLock { $0.count } }
    var total: Int { state.withLock { $0.total } }
    var isFull: Bool { state.withLock { $0.count >= countMax } }

    /// Counts one more hanging call. Returns whether its thread may be replaced.
    func add() -> Bool {
        state.withLock { state in
            state.count += 1
            state.total += 1
            return state.count <= countMax
        }
    }

    func remove() { state.withLock { $0.count -= 1 } }
}
