import Foundation
import Synchronization
import Testing

@testable import Monitoring

@Suite struct SharedReadsTests {
    /// A read that ends when the test says so; its value is its number.
    final class Reader: Sendable {
        private struct State {
            var count = 0
            var isOpen = false
            var held: [CheckedContinuation<Void, Never>] = []
        }
        private let state = Mutex(State())
        var count: Int { state.withLock { $0.count } }

        func read() async -> Int {
            let number = state.withLock {
                $0.count += 1
                return $0.count
            }
            await withCheckedContinuation { continuation in
                let isOpen = state.withLock { state in
                    if !state.isOpen { state.held.append(continuation) }
                    return state.isOpen
                }
                if isOpen { continuation.resume() }
            }
            return number
        }

        func open() {
            let held = state.withLock { state in
                state.isOpen = true
                return state.held
            }
            for continuation in held { continuation.resume() }
        }
    }

    /// Waits for what another task is about to do; the time limit of the test ends it.
    private func until(_ condition: () -> Bool) async { while !condition() { await Task.yield() } }

    @Test(.timeLimit(.minutes(1))) func thoseWhoComeDuringAReadShareTheNext() async throws {
        let (reads, reader) = (SharedReads<String, Int>(), Reader())
        let values = try await withThrowingTaskGroup(of: Int.self) { group in
            group.addTask { try await reads.read("a") { await reader.read() } }
            await until { reader.count == 1 }
            for _ in 0..<20 { group.addTask { try await reads.read("a") { await reader.read() } } }
            await until { reads.waitingCount("a") == 20 }
            #expect(reader.count == 1, "nobody reads beside the one who does")
            reader.open()
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(values.sorted() == [1] + Array(repeating: 2, count: 20))
        #expect(try await reads.read("a") { await reader.read() } == 3, "later ones read anew")
    }

    @Test(.timeLimit(.minutes(1))) func otherKeysDoNotWait() async throws {
        let (reads, slow, quick) = (SharedReads<String, Int>(), Reader(), Reader())
        quick.open()
        async let first = reads.read("a") { await slow.read() }
        await until { slow.count == 1 }
        #expect(try await reads.read("b") { await quick.read() } == 1)
        slow.open()
        #expect(try await first == 1)
    }

    struct Broken: Error {}

    @Test func aFailureIsToldAndTheNextOneReads() async throws {
        let reads = SharedReads<String, Int>()
        await #expect(throws: Broken.self) { try await reads.read("a") { throw Broken() } }
        #expect(try await reads.read("a") { 7 } == 7)
    }

    @Test(.timeLimit(.minutes(1))) func whoGoesAwayTakesNobodyAlong() async throws {
        let (reads, reader) = (SharedReads<String, Int>(), Reader())
        let leader = Task {
            try await reads.read("a") {
                _ = await reader.read()
                try Task.checkCancellation()
                return -1
            }
        }
        await until { reader.count == 1 }
        async let follower = reads.read("a") { await reader.read() }
        await until { reads.waitingCount("a") == 1 }
        leader.cancel()
        reader.open()
        #expect(try await follower == 2)
        await #expect(throws: CancellationError.self) { try await leader.value }
    }
}
