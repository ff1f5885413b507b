import Foundation
import UnixSignals

/// Runs work until SIGTERM or SIGINT, or until standard input ends, and cancels it then.
enum StopSignals {
    static func run(untilStandardInputEnds: Bool, _ body: @escaping @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await body()
                return true
            }
            group.addTask {
                for await _ in await UnixSignalsSequence(trapping: .sigterm, .sigint) { return false }
                return false
            }
            if untilStandardInputEnds { SupervisorWatch.start { kill(getpid(), SIGTERM) } }
            defer { group.cancelAll() }
            do {
                _ = try await group.next()
            } catch is CancellationError {
                return
            }
        }
    }
}

/// Waits on a thread of its own for the end of standard input: the supervisor's end, however it went. What was told then and is still
/// here after
/// `orphanSecondsMax` is ended.
enum SupervisorWatch {
    private static let orphanSecondsMax = 5.0

    static func start(_ tell: @escaping @Sendable () -> Void) {
        Thread {
            var byte: UInt8 = 0
            while true {
                let count = read(STDIN_FILENO, &byte, 1)
                if count > 0 || (count < 0 && errno == EINTR) { continue }
                tell()
                _ = DispatchSemaphore(value: 0).wait(timeout: .now() + orphanSecondsMax)
                exit(1)
            }
        }.start()
    }
}
