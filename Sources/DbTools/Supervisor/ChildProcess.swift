import Foundation
import Logging
import ServiceLifecycle
import Subprocess
import Synchronization
import SystemPackage

/// A child of the supervisor: this same program under a hidden subcommand, started again whenever it ends, until a graceful shutdown.
///
/// It gets its configuration on standard input, which stays open: its end tells the child that the supervisor is gone, however it went.
/// (PR_SET_PDEATHSIG would fire when the *thread* that forked ends, and that is none of ours.)
struct ChildProcess: Service {
    static let programName = "dbtools"
    /// From SIGTERM to SIGKILL; with PostgreSQL's stop it stays under ten seconds.
    static let stopSecondsMax = 4.0
    static let restartPauseSecondsMax = 10.0
    /// A child that lived this long starts its count of failures anew.
    static let steadySeconds = 30.0
    /// Heaps of the C library in one process.
    static let mallocArenaCountMax = 4
    /// Heaps in pages of 2 MB where the kernel has them: what thousands of servers need lies scattered, and finding it costs less so
    /// (`Benchmarks/run fleet` with 10,000: 10.5 ms of processor a run, simulator and PostgreSQL included, before 11.4; 1,129 MB, before
    /// 1,058; one run each).
    static let allocatorSettings = "glibc.malloc.hugetlb=1"
    private static let pollMilliseconds = 20

    let name: String
    /// Another program than our own, by its path; the demo's MariaDB.
    var program: String?
    let arguments: [String]
    let input: [UInt8]
    let runDirectory: String
    let logger: Logger
    let emergency: Emergency

    func run() async throws {
        var failures = 0
        while !Task.isShuttingDownGracefully {
            let startedAt = ContinuousClock.now
            do {
                let status = try await live()
                if Task.isShuttingDownGracefully { return }
                logger.error("A process ended and is started again", metadata: ["process": "\(name)", "status": "\(status)"])
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                logger.error("A process cannot be started", metadata: ["process": "\(name)", "error": "\(error)"])
            }
            failures = ContinuousClock.now - startedAt > .seconds(Self.steadySeconds) ? 0 : min(failures + 1, 10)
            try await pause(seconds: min(Self.restartPauseSecondsMax, 0.1 * Double(1 << failures)))
        }
    }

    private func pause(seconds: Double) async throws {
        let until = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < until, !Task.isShuttingDownGracefully {
            try await Task.sleep(for: .milliseconds(Self.pollMilliseconds))
        }
    }

    private func live() async throws -> TerminationStatus {
        var options = PlatformOptions()
        options.createSession = true  // a ^C at the terminal is for the supervisor
        options.teardownSequence = [.send(signal: .terminate, allowedDurationToNextStep: .seconds(Self.stopSecondsMax))]
        let result = try await Subprocess.run(
            // The running program itself, also when its file has been replaced meanwhile.
            .path(FilePath(program ?? "/proc/self/exe")),
            arguments: Arguments(executablePathOverride: program ?? Self.programName, remainingValues: arguments),
            // Drivers allocate on some forty threads, and glibc would keep a heap for each: a few are enough, and thousands of servers
            // fit the memory.
            environment: .inherit.updating([
                "MALLOC_ARENA_MAX": "\(Self.mallocArenaCountMax)", "GLIBC_TUNABLES": Self.allocatorSettings,
            ]),
            platformOptions: options,
            input: .inputWriter,
            output: .fileDescriptor(.standardOutput, closeAfterSpawningProcess: false),
            error: .fileDescriptor(.standardError, closeAfterSpawningProcess: false)
        ) { execution in
            let process = execution.processIdentifier.value
            emergency.add(process)
            defer { emergency.remove(process) }
            ProcessFiles.note(process, name: name, directory: runDirectory)
            // A child that ends at once does not read: its end is seen below.
            if !input.isEmpty { _ = try? await execution.standardInputWriter.write(input + [0x0A]) }
            try await watch(process)
            ProcessFiles.remove(name: name, directory: runDirectory)
            try? await execution.standardInputWriter.finish()
        }
        return result.terminationStatus
    }

    private func watch(_ process: pid_t) async throws {
        while ProcessFiles.startTicks(process) != nil, !Task.isShuttingDownGracefully {
            try await Task.sleep(for: .milliseconds(Self.pollMilliseconds))
        }
        guard ProcessFiles.startTicks(process) != nil else { return }
        kill(process, SIGTERM)
        let deadline = ContinuousClock.now + .seconds(Self.stopSecondsMax)
        while ProcessFiles.startTicks(process) != nil, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(Self.pollMilliseconds))
        }
        guard ProcessFiles.startTicks(process) != nil else { return }
        logger.warning("A process did not stop in time and is ended", metadata: ["process": "\(name)"])
        kill(process, SIGKILL)
    }
}

/// The processes to end at once when a second signal asks for it.
final class Emergency: Sendable {
    private let processes = Mutex<Set<pid_t>>([])

    func add(_ process: pid_t) { processes.withLock { _ = $0.insert(process) } }
    func remove(_ process: pid_t) { processes.withLock { _ = $0.remove(process) } }

    func endAll(postmaster: pid_t?) {
        for process in processes.withLock({ $0 }) { kill(process, SIGKILL) }
        // Immediate shutdown: the next start recovers from the write-ahead log.
        if let postmaster { kill(postmaster, SIGQUIT) }
    }
}
