import Foundation
import ODBC
import Synchronization

/// Bounded sets of threads on which blocking driver calls run: never Swift's pool, never an event loop.
///
/// Each call has a deadline. A call that does not come back by then is *abandoned*: its caller gets `.timeout`, its thread is written off
/// and replaced, up to
/// `Limits.abandonedCountMax` at a time. Past that the lanes stop replacing and `needsRecycling` turns true: the process should be ended
/// and started anew.
package final class TargetLanes: Sendable {
    /// Connecting is slow and may hang; collecting is quick. Apart, a thousand black holes leave the healthy targets alone.
    package enum Lane: String, CaseIterable, Sendable {
        case connect, collect
    }

    /// How many threads, and how many may be lost.
    package struct Limits: Sendable {
        package var connectThreadCountMax: Int
        package var collectThreadCountMax: Int
        /// Threads stuck in a driver call past its deadline, over both lanes, before the process asks to be recycled.
        package var abandonedCountMax: Int
        /// Calls that may wait for a thread, per lane; further ones fail at once.
        package var waitingCountMax: Int

        package init(
            connectThreadCountMax: Int = 16, collectThreadCountMax: Int = 10, abandonedCountMax: Int = 64, waitingCountMax: Int = 20_000
        ) {
            self.connectThreadCountMax = connectThreadCountMax
            self.collectThreadCountMax = collectThreadCountMax
            self.abandonedCountMax = abandonedCountMax
            self.waitingCountMax = waitingCountMax
        }
    }

    /// What the lanes are doing, for `/metrics` and logs.
    package struct Status: Sendable, Equatable {
        package var runningCount: Int
        package var waitingCount: Int
        /// Threads that are stuck now.
        package var abandonedCount: Int
        /// Calls that were ever abandoned.
        package var abandonedTotal: Int
    }

    private let lanes: [Lane: LaneThreads]
    private let abandoned: AbandonedCalls
    private let watch: DeadlineWatch

    package init(limits: Limits = Limits()) {
        watch = DeadlineWatch(name: "lanes-deadline")
        abandoned = AbandonedCalls(countMax: limits.abandonedCountMax)
        lanes = [
            .connect: LaneThreads(
                name: "lane-connect", threadCountMax: limits.connectThreadCountMax, waitingCountMax: limits.waitingCountMax,
                abandoned: abandoned),
            .collect: LaneThreads(
                name: "lane-collect", threadCountMax: limits.collectThreadCountMax, waitingCountMax: limits.waitingCountMax,
                abandoned: abandoned),
        ]
    }

    /// Whether so many calls hang that this process should be replaced by a fresh one.
    package var needsRecycling: Bool { abandoned.isFull }

    /// What the lanes are doing now.
    package var status: Status {
        let counts = lanes.values.map(\.counts)
        return Status(
            runningCount: counts.reduce(0) { $0 + $1.running }, waitingCount: counts.reduce(0) { $0 + $1.waiting },
            abandonedCount: abandoned.count, abandonedTotal: abandoned.total)
    }

    /// Runs `body` on a thread of `lane`. The deadline starts when the body does; waiting for a thread is bounded by the lane's queue only.
    /// Throws what `body` throws; `EngineError(.timeout)` when it is still running at the deadline; `CancellationError` when the caller's
    /// task is cancelled
    /// (a body that has begun then ends on its own).
    ///
    /// - Parameter isFirst: it goes before all that wait: for the few calls that belong to work that has begun.
    package func run<T: Sendable>(
        lane: Lane, deadlineSeconds: Double, isFirst: Bool = false, _ body: @escaping @Sendable () throws -> T
    ) async throws -> T {
        guard let threads = lanes[lane] else { preconditionFailure("every lane has threads") }
        let call = LaneCall<T>(body: body, deadlineSeconds: deadlineSeconds, watch: watch)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                call.begin(continuation)
                threads.enqueue(call, isFirst: isFirst)
            }
        } onCancel: {
            call.finish(.failure(CancellationError()))
        }
    }

    /// Ends the idle threads once their calls are done; later calls fail.
    package func stop() {
        for threads in lanes.values { threads.stop() }
        watch.stop()
    }
}
