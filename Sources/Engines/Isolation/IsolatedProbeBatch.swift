import CLinux
import Foundation
import Subprocess
import Synchronization
import SystemPackage

extension IsolatedProbe {
    /// Targets that one child tests, side by side: starting a child costs more than a test.
    package static let batchCountMax = 24
    /// Children at once when a batch's targets are tested one by one.
    static let singlesCountMax = 8

    /// Tests several targets in one child. A driver that crashes takes their tests along: they are then made one by one, so that each
    /// target's own result is told. Answers in the order of `targets`.
    package func probe(_ targets: [Target], allow: OutboundPolicy) async -> [ProbeResult] {
        guard targets.count > 1, targets.count <= Self.batchCountMax else { return await oneByOne(targets, allow: allow) }
        var config = config
        config.outbound = allow
        let request = ProbeBatchRequest(targets: targets, config: config)
        let answer = await withTaskGroup(of: [ProbeResult?]?.self) { group in
            group.addTask { await askBatch(request) }
            group.addTask {
                try? await Task.sleep(for: .seconds(Self.deadlineSeconds))  // cancelled: the answer is there
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
        guard let answer, answer.count == targets.count else {
            if Task.isCancelled { return targets.map { Self.stopped($0) } }
            return await oneByOne(targets, allow: allow)
        }
        return zip(targets, answer).map { target, result in result ?? Self.late(target) }
    }

    private func oneByOne(_ targets: [Target], allow: OutboundPolicy) async -> [ProbeResult] {
        await withTaskGroup(of: (Int, ProbeResult).self) { group in
            var (results, next) = ([Int: ProbeResult](), 0)
            func begin() {
                guard targets.indices.contains(next) else { return }
                group.addTask { [next] in (next, await probe(targets[next], allow: allow)) }
                next += 1
            }
            for _ in 0..<Self.singlesCountMax { begin() }
            for await (index, result) in group {
                results[index] = result
                begin()
            }
            return targets.indices.map { results[$0] ?? Self.stopped(targets[$0]) }
        }
    }

    private static func late(_ target: Target) -> ProbeResult {
        .failure(
            EngineError(
                .timeout,
                "The test of \(target.hostname), port \(target.port) did not end in time and was stopped: the server accepts connections but does not answer."
            ), engine: target.engine, latencyMs: Int(childDeadlineSeconds * 1_000))
    }

    private static func stopped(_ target: Target) -> ProbeResult {
        .failure(EngineError(.timeout, "The connection test was stopped."), engine: target.engine)
    }

    /// Nil when the child failed.
    private func askBatch(_ request: ProbeBatchRequest) async -> [ProbeResult?]? {
        guard let path = executable.first, let bytes = try? JSONEncoder().encode(request),  // targets always encode
            let input = Self.memoryFile(Array(bytes))
        else { return nil }
        var options = PlatformOptions()
        options.teardownSequence = []
        do {
            let outcome = try await Subprocess.run(
                .path(FilePath(path)), arguments: Arguments(Array(executable.dropFirst()) + ["--batch"]),
                environment: .inherit.updating(["SWIFT_BACKTRACE": "enable=no"]), platformOptions: options,
                input: .fileDescriptor(input, closeAfterSpawningProcess: true),
                output: .bytes(limit: Self.answerSizeBytesMax * Self.batchCountMax), error: .discarded)
            guard case .exited(0) = outcome.terminationStatus else { return nil }
            return try JSONDecoder().decode([ProbeResult?].self, from: Data(outcome.standardOutput))
        } catch {
            return nil  // it could not be started, was stopped, or its answer cannot be read: one by one it is said
        }
    }
}

/// What a child is asked that tests several targets.
struct ProbeBatchRequest: Codable, Sendable {
    let targets: [Target]
    let config: EngineConfig
}

/// The whole of `dbtools engine-probe --batch`: as `runProbeChild`, with a thread for each target. A test that has not ended when the
/// time is up is null in the answer. Returns the exit code; the caller ends the process at once, whatever its threads do.
package func runProbeBatchChild() -> Int32 {
    alarm(UInt32(IsolatedProbe.deadlineSeconds.rounded(.up)))
    // the parent reports it
    guard let request = try? JSONDecoder().decode(ProbeBatchRequest.self, from: Data(readStandardInput())) else { return 2 }
    let results = ProbeBatchResults(count: request.targets.count)
    for (index, target) in request.targets.enumerated() {
        let config = request.config
        let thread = Thread {
            let engine = target.engine.makeEngine(config)
            results.set(engine.probe(target, deadlineSeconds: IsolatedProbe.childDeadlineSeconds), at: index)
        }
        thread.stackSize = 1 << 20
        thread.start()
    }
    let found = results.wait(seconds: IsolatedProbe.childDeadlineSeconds + 0.3)
    guard let output = try? JSONEncoder().encode(found) else { return 1 }  // a result always encodes
    return writeStandardOutput(Array(output)) ? 0 : 1
}

/// Safe because what the threads share is touched only while the condition is held.
private final class ProbeBatchResults: @unchecked Sendable {
    private let condition = NSCondition()
    private var results: [ProbeResult?]
    private var missingCount: Int

    init(count: Int) {
        results = Array(repeating: nil, count: count)
        missingCount = count
    }

    func set(_ result: ProbeResult, at index: Int) {
        condition.withLock {
            results[index] = result
            missingCount -= 1
            condition.signal()
        }
    }

    /// What there is when all have ended, or the time is up.
    func wait(seconds: Double) -> [ProbeResult?] {
        let until = Date(timeIntervalSinceNow: seconds)
        return condition.withLock {
            while missingCount > 0, condition.wait(until: until) {}
            return results
        }
    }
}
