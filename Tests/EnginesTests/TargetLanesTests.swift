import Foundation
import Synchronization
import Testing

@testable import Engines

@Suite struct TargetLanesTests {
    /// Holds threads until it is opened, as a hanging driver does.
    final class Gate: Sendable {
        private let semaphore = DispatchSemaphore(value: 0)
        func wait() { semaphore.wait() }
        func open(_ count: Int) { for _ in 0..<count { semaphore.signal() } }
    }

    /// Which calls ran, in their order.
    final class Order: Sendable {
        private let list = Mutex<[Int]>([])
        var numbers: [Int] { list.withLock { $0 } }
        func add(_ number: Int) { list.withLock { $0.append(number) } }
    }

    /// How many run now, and how many ran at most.
    final class Counter: Sendable {
        private let counts = Mutex((now: 0, most: 0))
        var most: Int { counts.withLock { $0.most } }
        func begin() { counts.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) } }
        func end() { counts.withLock { $0.now -= 1 } }
    }

    @Test func aCallReturnsWhatItsBodyReturns() async throws {
        let lanes = TargetLanes()
        defer { lanes.stop() }
        #expect(try await lanes.run(lane: .collect, deadlineSeconds: 5) { 42 } == 42)
        await #expect(throws: EngineError(.authFailed, "no")) {
            try await lanes.run(lane: .connect, deadlineSeconds: 5) { throw EngineError(.authFailed, "no") }
        }
    }

    @Test func aHangingCallIsGivenUpAndItsThreadReplaced() async throws {
        let lanes = TargetLanes(limits: .init(connectThreadCountMax: 1, collectThreadCountMax: 1, abandonedCountMax: 2))
        let gate = Gate()
        await #expect { try await lanes.run(lane: .connect, deadlineSeconds: 0.05) { gate.wait() } } throws: {
            ($0 as? EngineError)?.code == .timeout
        }
        #expect(lanes.status.abandonedCount == 1)
        #expect(!lanes.needsRecycling)
        // The only thread hangs; another has taken its place.
        #expect(try await lanes.run(lane: .connect, deadlineSeconds: 5) { true })
        gate.open(1)
        // The thread that comes back ends; the count falls once it has.
        for await _ in wakeUps where lanes.status.abandonedCount == 0 { break }
        #expect(lanes.status.abandonedTotal == 1)
        lanes.stop()
    }

    @Test func tooManyHangingCallsAskForAFreshProcess() async throws {
        let lanes = TargetLanes(limits: .init(connectThreadCountMax: 2, collectThreadCountMax: 1, abandonedCountMax: 2))
        let gate = Gate()
        for _ in 0..<2 { _ = try? await lanes.run(lane: .connect, deadlineSeconds: 0.02) { gate.wait() } }
        #expect(lanes.needsRecycling)
        gate.open(2)
        lanes.stop()
    }

    @Test func blackHolesDoNotSlowTheOtherLane() async throws {
        let lanes = TargetLanes(limits: .init(connectThreadCountMax: 2, collectThreadCountMax: 2, abandonedCountMax: 100))
        let gate = Gate()
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    _ = try? await lanes.run(lane: .connect, deadlineSeconds: 600) { gate.wait() }
                    return false
                }
            }
            for _ in 0..<200 { group.addTask { (try? await lanes.run(lane: .collect, deadlineSeconds: 600) { true }) ?? false } }
            // All of the other lane end while every black hole still hangs.
            var first: [Bool] = []
            while first.count < 200, let ended = await group.next() { first.append(ended) }
            #expect(first.count == 200 && first.allSatisfy { $0 })
            gate.open(20)
        }
        lanes.stop()
    }

    @Test func cancellingFreesTheCaller() async throws {
        let lanes = TargetLanes()
        let gate = Gate()
        let task = Task { try await lanes.run(lane: .connect, deadlineSeconds: 30) { gate.wait() } }
        for await _ in wakeUps where lanes.status.runningCount == 1 { break }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        gate.open(1)
        lanes.stop()
    }

    @Test func whatBelongsToWorkThatHasBegunGoesFirst() async throws {
        let lanes = TargetLanes(limits: .init(connectThreadCountMax: 1, collectThreadCountMax: 1))
        let gate = Gate()
        let order = Order()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await lanes.run(lane: .collect, deadlineSeconds: 600) { gate.wait() } }
            for await _ in wakeUps where lanes.status.runningCount == 1 { break }
            for (number, isFirst) in [(1, false), (2, false), (3, true), (4, true)] {
                group.addTask {
                    try await lanes.run(lane: .collect, deadlineSeconds: 600, isFirst: isFirst) { order.add(number) }
                }
                for await _ in wakeUps where lanes.status.waitingCount == number { break }
            }
            gate.open(1)
            try await group.waitForAll()
        }
        #expect(order.numbers == [3, 4, 1, 2])
        lanes.stop()
    }

    @Test func callsWaitForAThreadAndAllRun() async throws {
        let lanes = TargetLanes(limits: .init(connectThreadCountMax: 1, collectThreadCountMax: 3))
        let running = Counter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<500 {
                group.addTask {
                    try await lanes.run(lane: .collect, deadlineSeconds: 30) {
                        running.begin()
                        usleep(200)
                        running.end()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(running.most <= 3)
        lanes.stop()
    }
}

/// Looks again and again, for at most 10 s.
private var wakeUps: AsyncStream<Void> {
    AsyncStream(unfolding: { try? await Task.sleep(for: .milliseconds(5)) })
}
