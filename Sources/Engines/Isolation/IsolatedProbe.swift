import CLinux
import Foundation
import Subprocess
import SystemPackage

/// A connection test or a deployment in a child process: a driver that crashes or hangs takes only the child along.
package struct IsolatedProbe: Sendable {
    /// From the start of the child to its end by SIGKILL.
    static let deadlineSeconds = 9.5
    /// What the child gives the engine, so that it answers by itself before it is killed.
    static let childDeadlineSeconds = 8.5
    /// The same for a deployment, which is many statements.
    static let deployDeadlineSeconds = 60.0
    static let deployChildDeadlineSeconds = 56.0
    /// The answer's size at most.
    static let answerSizeBytesMax = 64 * 1024
    /// As that, for a list of databases.
    static let databasesSizeBytesMax = 8 * 1024 * 1024

    /// As that, for the rows of a tenant's statement: JSON takes more room than what it holds.
    static let querySizeBytesMax = 4 * CustomQuery.answerSizeBytesMax

    /// A child that ends before it has read its request must not end us: the write then fails instead of raising a signal.
    private static let ignoresBrokenPipes: Void = { _ = signal(SIGPIPE, SIG_IGN) }()

    let executable: [String]
    let config: EngineConfig

    /// `executable` is the argument vector of `dbtools engine-probe`, with an absolute path first.
    package init(executable: [String], config: EngineConfig = EngineConfig()) {
        Self.ignoresBrokenPipes
        self.executable = executable
        self.config = config
    }

    /// Tests `target` under the policy `allow`. Always answers, within 10 s.
    package func probe(_ target: Target, allow: OutboundPolicy) async -> ProbeResult {
        let timer = CallTimer()
        do throws(EngineError) {
            return try await answer(ProbeRequest(target: target, config: config(allow)), sizeBytesMax: Self.answerSizeBytesMax)
        } catch {
            return .failure(error, engine: target.engine, latencyMs: timer.milliseconds)
        }
    }

    /// Reads the databases of `target`, within 10 s. Throws what a connection test would have found.
    package func databases(_ target: Target, allow: OutboundPolicy) async throws(EngineError) -> [DatabaseInfo] {
        let request = ProbeRequest(target: target, config: config(allow), wantsDatabases: true)
        let reply: DatabasesReply = try await answer(request, sizeBytesMax: Self.databasesSizeBytesMax)
        if let code = reply.errorCode { throw EngineError(code, reply.message) }
        return reply.databases
    }

    /// Carries out `order` on `target` under the policy `allow`. Always answers, within 61 s; what a killed child had begun, the server
    /// rolls back where it can.
    package func deploy(_ target: Target, _ order: DeployOrder, allow: OutboundPolicy) async -> DeployResult {
        let request = ProbeRequest(target: target, config: config(allow), deploy: order)
        do throws(EngineError) {
            return try await answer(request, sizeBytesMax: Self.answerSizeBytesMax, deadlineSeconds: Self.deployDeadlineSeconds)
        } catch {
            return .failure(error)
        }
    }

    /// Runs a tenant's statement on `target` once. Always ends, within its own time and 10 s. Throws what is wrong with the server, the
    /// login or the statement.
    package func query(_ target: Target, _ query: CustomQuery, allow: OutboundPolicy) async throws(EngineError) -> QueryAnswer {
        let request = ProbeRequest(target: target, config: config(allow), query: query)
        let reply: QueryReply = try await answer(
            request, sizeBytesMax: Self.querySizeBytesMax, deadlineSeconds: Double(query.timeoutSeconds) + Self.deadlineSeconds)
        if let code = reply.errorCode { throw EngineError(code, reply.message, isPermission: code == .noPermissions) }
        guard let answer = reply.answer else { throw EngineError(.driverFailed, "The statement gave no answer.") }
        return answer
    }

    private func config(_ allow: OutboundPolicy) -> EngineConfig {
        var config = config
        config.outbound = allow
        return config
    }

    /// What the child answers, in time. Throws when it hangs, crashes or cannot be started.
    private func answer<Reply: Decodable & Sendable>(
        _ request: ProbeRequest, sizeBytesMax: Int, deadlineSeconds: Double = IsolatedProbe.deadlineSeconds
    ) async throws(EngineError) -> Reply {
        let answer = await withTaskGroup(of: Answer<Reply>.self) { group in
            group.addTask { await ask(request, sizeBytesMax: sizeBytesMax) }
            group.addTask {
                do { try await Task.sleep(for: .seconds(deadlineSeconds)) } catch { return .cancelled }
                return .late
            }
            let first = await group.next() ?? .late
            group.cancelAll()
            return first
        }
        let target = request.target
        let place = "\(target.hostname), port \(target.port)"
        switch answer {
        case .result(let result): return result
        case .late:
            throw EngineError(
                .timeout,
                "The test of \(place) did not end within \(deadlineSeconds) s and was stopped: the server accepts connections but does not answer."
            )
        case .crashed(let reason):
            throw EngineError(
                .driverFailed,
                "The driver failed while testing \(place) (\(reason)): the server may not be \(target.engine.displayName), or the driver needs an update."
            )
        case .notStarted:
            throw EngineError(.driverFailed, "The connection test could not be started: see the log of DbTools.")
        case .cancelled: throw EngineError(.timeout, "The connection test was stopped.")
        }
    }

    /// The request as a file in memory, from its start. Not a pipe: swift-subprocess 1.0.2 ends the whole process with a fatal
    /// error when a child ends before it has read its input (2026-11-21; the writer is freed without `finish()`).
    static func memoryFile(_ bytes: [UInt8]) -> FileDescriptor? {
        let file = FileDescriptor(rawValue: dbtools_memory_file("dbtools-probe"))
        guard file.rawValue >= 0 else { return nil }
        do {
            try file.writeAll(bytes)
            try file.seek(offset: 0, from: .start)
            return file
        } catch {
            try? file.close()  // there is nothing in it
            return nil
        }
    }

    private enum Answer<Reply: Sendable>: Sendable {
        case result(Reply)
        case crashed(String)
        case late, notStarted, cancelled
    }

    /// Starts the child, hands it the request on standard input, and reads its answer. Cancelling kills the child.
    private func ask<Reply: Decodable & Sendable>(_ request: ProbeRequest, sizeBytesMax: Int) async -> Answer<Reply> {
        // a target always encodes
        guard let path = executable.first, let request = try? JSONEncoder().encode(request),
            let input = Self.memoryFile(Array(request))
        else { return .notStarted }
        var options = PlatformOptions()
        options.teardownSequence = []
        do {
            let outcome = try await Subprocess.run(
                .path(FilePath(path)), arguments: Arguments(Array(executable.dropFirst())),
                environment: .inherit.updating(["SWIFT_BACKTRACE": "enable=no"]), platformOptions: options,
                input: .fileDescriptor(input, closeAfterSpawningProcess: true),
                output: .bytes(limit: sizeBytesMax), error: .discarded)
            switch outcome.terminationStatus {
            case .exited(0):
                // what does not decode is a failure of the child
                let result = try? JSONDecoder().decode(Reply.self, from: Data(outcome.standardOutput))
                return result.map { .result($0) } ?? .crashed("its answer could not be read")
            case .exited(let code): return .crashed("it ended with code \(code)")
            case .signaled(let signal): return .crashed("it ended by signal \(signal)")
            }
        } catch is CancellationError {
            return .cancelled
        } catch {
            return Task.isCancelled ? .cancelled : .notStarted
        }
    }
}

/// What the child is asked, on its standard input: it holds a password, so it is on no command line and in no file.
struct ProbeRequest: Codable, Sendable {
    let target: Target
    let config: EngineConfig
    /// Instead of a connection test.
    var wantsDatabases = false
    /// Instead of both.
    var deploy: DeployOrder?
    /// Instead of all that.
    var query: CustomQuery?
}

/// What the child says of a tenant's statement: its rows, or why not.
struct QueryReply: Codable, Sendable {
    var answer: QueryAnswer?
    var errorCode: ProbeErrorCode?
    var message = ""

    init(_ target: Target, _ engine: any Engine, _ query: CustomQuery) {
        let session = QuerySession(target, engine: engine, timeoutSeconds: query.timeoutSeconds)
        do throws(EngineError) {
            var found = try session.run(query)
            // JSON has no words for what is not finite.
            found.rows = found.rows.map { row in
                row.map { cell in if case .number(let number) = cell, !number.isFinite { .null } else { cell } }
            }
            answer = found
        } catch { (errorCode, message) = (error.code, error.message) }
    }
}

/// What the child says of the databases: them, or why not.
struct DatabasesReply: Codable, Sendable {
    var databases: [DatabaseInfo] = []
    var errorCode: ProbeErrorCode?
    var message = ""
}

/// The whole of `dbtools engine-probe`: reads a request from standard input, writes the result to standard output. Blocks; call it on the
/// main thread of a
/// process that does nothing else. Returns the exit code: 0 with a result (also of a failed test), 2 for a request that cannot be read.
package func runProbeChild() -> Int32 {
    // Whatever happens to the parent, this process ends by the alarm. (PR_SET_PDEATHSIG would fire when the *thread* that spawned it ends.)
    alarm(UInt32(IsolatedProbe.deadlineSeconds.rounded(.up)))
    // the parent reports it
    guard let request = try? JSONDecoder().decode(ProbeRequest.self, from: Data(readStandardInput())) else { return 2 }
    let engine = request.target.engine.makeEngine(request.config)
    let deadlineSeconds = IsolatedProbe.childDeadlineSeconds
    let output: Data?
    if let order = request.deploy {
        alarm(UInt32(IsolatedProbe.deployDeadlineSeconds.rounded(.up)))
        let result = engine.deploy(request.target, order, deadlineSeconds: IsolatedProbe.deployChildDeadlineSeconds)
        output = try? JSONEncoder().encode(result)  // a result always encodes
    } else if let query = request.query {
        alarm(UInt32((Double(query.timeoutSeconds) + IsolatedProbe.deadlineSeconds).rounded(.up)))
        output = try? JSONEncoder().encode(QueryReply(request.target, engine, query))  // a reply always encodes
    } else if request.wantsDatabases {
        var reply = DatabasesReply()
        do throws(EngineError) { reply.databases = try engine.databases(request.target, deadlineSeconds: deadlineSeconds) } catch {
            (reply.errorCode, reply.message) = (error.code, error.message)
        }
        output = try? JSONEncoder().encode(reply)  // a reply always encodes
    } else {
        output = try? JSONEncoder().encode(engine.probe(request.target, deadlineSeconds: deadlineSeconds))  // so does a result
    }
    guard let output else { return 1 }
    return writeStandardOutput(Array(output)) ? 0 : 1
}

/// All of standard input. Not Foundation's, which traps when a signal interrupts it.
func readStandardInput() -> [UInt8] {
    var all: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16 * 1024)
    while true {
        let count = read(0, &chunk, chunk.count)
        if count > 0 {
            all += chunk.prefix(count)
        } else if count == 0 || errno != EINTR {
            return all
        }
    }
}

/// Writes all of `bytes`. Returns whether that worked.
func writeStandardOutput(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(1, $0.baseAddress, $0.count) }
        if count > 0 {
            rest = rest.dropFirst(count)
        } else if count == 0 || errno != EINTR {
            return false
        }
    }
    return true
}
