import Foundation
package import Logging
import ServiceLifecycle
import Subprocess
import Synchronization
import SystemPackage

/// A PostgreSQL of our own in a directory: made on first use, started, watched, restarted when it dies, stopped with us.
///
/// It listens on a unix socket only, asks for a password on every connection (SCRAM), and runs as an unprivileged user also when we are
/// root.
/// A postmaster that outlived us is adopted; what a killed postmaster left behind is ended before the next start.
package struct PrivateCluster: Service, Sendable {
    /// Starts that may fail one after the other before the cluster has been ready once.
    static let firstStartCountMax = 5
    /// Time for a start, crash recovery included.
    static let startSecondsMax = 300.0
    /// Seconds of silence during a start after which the log says that it goes on.
    private static let stillStartingSeconds = 5.0
    /// Time for a fast shutdown (a checkpoint), then for an immediate one; the two stay under our ten seconds.
    static let fastStopSecondsMax = 6.0
    static let immediateStopSecondsMax = 2.0
    /// The longest pause before another start.
    static let restartPauseSecondsMax = 5.0
    private static let pollMilliseconds = 10
    private static let watchMilliseconds = 50

    /// The user that owns everything in the cluster.
    package static let superuserName = "dbtools"

    private let paths: ClusterPaths
    private let binDirectory: String?
    private let settings: [String: String]
    private let logger: Logger
    private let state: ClusterState

    /// Names a cluster; nothing happens before ``run()``.
    /// - Parameters:
    ///   - directory: holds `data`, `run` (the socket), `postgres.log` and `superuser.password`; made when missing.
    ///   - binDirectory: where `postgres` and `initdb` are; found when nil.
    ///   - settings: server settings over our own, for tests (`fsync=off` also skips initdb's sync).
    package init(directory: String, binDirectory: String? = nil, settings: [String: String] = [:], logger: Logger) {
        paths = ClusterPaths(directory: directory)
        self.binDirectory = binDirectory
        self.settings = settings
        self.logger = logger
        state = ClusterState()
    }

    /// The folder of the unix socket: `host` of a connection.
    package var socketDirectory: String { paths.socketDirectory }

    /// The superuser's address of the database `postgres`. Throws ``ClusterError`` before the first start has made the password.
    package var superuser: DatabaseAddress {
        get throws(ClusterError) { try address(database: "postgres") }
    }

    /// The superuser's address of one database. Throws as ``superuser`` does.
    package func address(database: String) throws(ClusterError) -> DatabaseAddress {
        DatabaseAddress([
            "host": paths.socketDirectory, "port": "5432", "user": Self.superuserName, "password": try paths.readPassword(),
            "dbname": database,
            "connect_timeout": "5",
        ])
    }

    /// The postmaster's process, while it runs.
    package var postmasterProcess: Int32? { ClusterProcesses.postmaster(dataDirectory: paths.data) }

    /// Returns when the cluster takes connections. Throws ``ClusterError`` when it gave up, or after `startSecondsMax`.
    package func waitUntilReady() async throws {
        let deadline = ContinuousClock.now + .seconds(Self.startSecondsMax)
        while true {
            switch state.phase {
            case .ready: return
            case .failed(let error): throw error
            case .stopped: throw ClusterError("The private PostgreSQL has been stopped.")
            case .starting: break
            }
            guard ContinuousClock.now < deadline else {
                throw ClusterError("The private PostgreSQL was not ready within \(Int(Self.startSecondsMax)) seconds; see \(paths.log).")
            }
            try await Task.sleep(for: .milliseconds(Self.pollMilliseconds))
        }
    }

    /// Runs the cluster until a graceful shutdown or a cancellation. Throws ``ClusterError`` when it cannot be made or started.
    package func run() async throws {
        do {
            try await prepareAndServe()
            state.phase = .stopped
        } catch let error as ClusterError {
            state.phase = .failed(error)
            throw error
        } catch {
            state.phase = .stopped
            throw error
        }
    }

    private func prepareAndServe() async throws {
        let account = try paths.account()
        let installation = try await PostgresInstallation.find(binDirectory: binDirectory, dataVersion: paths.dataVersion())
        try paths.makeDirectories(for: account, logger: logger)
        if paths.dataVersion() == nil {
            try await initialise(installation, as: account)
        }
        var failedStarts = 0
        var hasBeenReady = false
        while true {
            switch try await serve(installation, as: account) {
            case .stopped:
                return
            case .ended(let wasReady):
                if wasReady {
                    hasBeenReady = true
                    failedStarts = 0
                } else {
                    failedStarts += 1
                }
                state.phase = .starting
                await endLeftOvers()
                let reason = paths.logReason(since: state.logOffset)
                logger.error("PostgreSQL ended", metadata: ["reason": "\(reason)", "failed_starts": "\(failedStarts)"])
                if !hasBeenReady && failedStarts >= Self.firstStartCountMax {
                    throw ClusterError("The private PostgreSQL does not start: \(reason)")
                }
                if Task.isShuttingDownGracefully { return }
                try await Task.sleep(for: .seconds(min(Self.restartPauseSecondsMax, 0.05 * Double(1 << min(failedStarts, 8)))))
            }
        }
    }

    private enum End {
        case stopped
        case ended(wasReady: Bool)
    }

    /// One life of a postmaster: one that is running already, or a new one.
    private func serve(_ installation: PostgresInstallation, as account: ClusterAccount) async throws -> End {
        if let process = ClusterProcesses.postmaster(dataDirectory: paths.data) {
            logger.notice("Adopting a PostgreSQL that is running", metadata: ["pid": "\(process)"])
            return try await watch(process)
        }
        await endLeftOvers()
        paths.removeStaleLockFile()
        paths.trimLog()
        let log = try paths.openLog()
        state.logOffset = paths.logSizeBytes()
        defer { try? log.close() }  // nothing is lost: it was only appended to by the child
        let hasLZ4 = await installation.accepts("wal_compression=lz4", data: paths.data, as: account)
        let command = account.command(
            installation.binDirectory + "/postgres",
            ["-D", paths.data]
                + ClusterSettings.arguments(socketDirectory: paths.socketDirectory, hasLZ4: hasLZ4, over: settings))
        let result = try await Subprocess.run(
            command.executable,
            arguments: command.arguments,
            environment: .custom(ClusterSettings.environment),
            workingDirectory: FilePath(paths.directory),
            platformOptions: account.processOptions(
                teardown: [
                    .send(signal: .interrupt, allowedDurationToNextStep: .seconds(Self.fastStopSecondsMax)),
                    .send(signal: .quit, allowedDurationToNextStep: .seconds(Self.immediateStopSecondsMax)),
                ]),
            input: .none,
            output: .fileDescriptor(log, closeAfterSpawningProcess: false),
            error: .fileDescriptor(log, closeAfterSpawningProcess: false)
        ) { execution in
            try await watch(execution.processIdentifier.value)
        }
        return result.closureResult
    }

    private func watch(_ process: pid_t) async throws -> End {
        let startedAt = ContinuousClock.now
        var saidAt = startedAt
        let conninfo = try superuser.conninfo
        while !ClusterProcesses.takesConnections(conninfo) {
            if saidAt.duration(to: .now) > .seconds(Self.stillStartingSeconds) {
                saidAt = .now
                logger.notice(
                    "PostgreSQL is still starting: after a crash it first does again what was not on the disk yet",
                    metadata: ["waited_ms": "\(startedAt.milliseconds)"])
            }
            guard ClusterProcesses.isAlive(process) else { return .ended(wasReady: false) }
            guard !Task.isShuttingDownGracefully, startedAt.duration(to: .now) < .seconds(Self.startSecondsMax) else { break }
            try await Task.sleep(for: .milliseconds(Self.pollMilliseconds))
        }
        if !Task.isShuttingDownGracefully {
            state.phase = .ready
            logger.info("PostgreSQL is ready", metadata: ["pid": "\(process)", "duration_ms": "\(startedAt.milliseconds)"])
        }
        while !Task.isShuttingDownGracefully {
            guard ClusterProcesses.isAlive(process) else { return .ended(wasReady: true) }
            try await Task.sleep(for: .milliseconds(Self.watchMilliseconds))
        }
        await stop(process)
        return .stopped
    }

    /// Fast shutdown, then immediate, then without asking: the next start recovers from the write-ahead log.
    private func stop(_ process: pid_t) async {
        for (signal, seconds) in [(SIGINT, Self.fastStopSecondsMax), (SIGQUIT, Self.immediateStopSecondsMax), (SIGKILL, 0.5)] {
            kill(process, signal)
            let deadline = ContinuousClock.now + .seconds(seconds)
            while ContinuousClock.now < deadline {
                guard ClusterProcesses.isAlive(process) else {
                    logger.info("PostgreSQL has stopped", metadata: ["signal": "\(signal)"])
                    return
                }
                // A cancelled task must not spin: it leaves the rest to the signals already sent.
                guard (try? await Task.sleep(for: .milliseconds(Self.pollMilliseconds))) != nil else { return }
            }
            logger.warning("PostgreSQL did not stop in time", metadata: ["signal": "\(signal)"])
        }
    }

    /// Backends that outlived their postmaster hold its shared memory, and a new one refuses to start until they are gone.
    private func endLeftOvers() async {
        for signal in [SIGQUIT, SIGQUIT, SIGKILL, SIGKILL] {
            let left = ClusterProcesses.inside(paths.data)
            if left.isEmpty { return }
            logger.warning("Ending processes of a PostgreSQL that is gone", metadata: ["count": "\(left.count)", "signal": "\(signal)"])
            for process in left { kill(process, signal) }
            let deadline = ContinuousClock.now + .milliseconds(500)
            while ContinuousClock.now < deadline, !ClusterProcesses.inside(paths.data).isEmpty {
                guard (try? await Task.sleep(for: .milliseconds(Self.pollMilliseconds))) != nil else { return }
            }
        }
    }

    /// Makes the data directory beside its place and renames it: an interrupted initdb leaves nothing that looks whole.
    private func initialise(_ installation: PostgresInstallation, as account: ClusterAccount) async throws {
        let startedAt = ContinuousClock.now
        try paths.makePassword(for: account)
        try paths.removeUnfinished()
        let command = account.command(
            installation.binDirectory + "/initdb",
            [
                "-D", paths.unfinished, "-U", Self.superuserName, "--pwfile", paths.password, "-A", "scram-sha-256", "-E", "UTF8",
                "--locale=C.UTF-8", "--no-instructions", "--data-checksums",
            ] + (settings["fsync"] == "off" ? ["--no-sync"] : []))
        let result = try await Subprocess.run(
            command.executable,
            arguments: command.arguments,
            environment: .custom(ClusterSettings.environment),
            workingDirectory: FilePath(paths.directory),
            platformOptions: account.processOptions(teardown: [.send(signal: .interrupt, allowedDurationToNextStep: .seconds(2))]),
            input: .none, output: .string(limit: 65_536), error: .string(limit: 65_536))
        guard result.terminationStatus.isSuccess else {
            throw ClusterError(
                "The private PostgreSQL cannot be made in \(paths.directory): \(ClusterError.reason(in: result.standardError))")
        }
        try paths.putInPlace()
        logger.notice(
            "Made a private PostgreSQL", metadata: ["version": "\(installation.major)", "duration_ms": "\(startedAt.milliseconds)"])
    }
}

/// Where a cluster is in its life.
private final class ClusterState: Sendable {
    enum Phase: Sendable {
        case starting, ready, stopped
        case failed(ClusterError)
    }
    private let current = Mutex(Phase.starting)
    private let offset = Mutex<UInt64>(0)

    var phase: Phase {
        get { current.withLock { $0 } }
        set { current.withLock { $0 = newValue } }
    }

    /// Where in the log the present life of the server begins.
    var logOffset: UInt64 {
        get { offset.withLock { $0 } }
        set { offset.withLock { $0 = newValue } }
    }
}

extension ContinuousClock.Instant {
    fileprivate var milliseconds: Int {
        let passed = duration(to: .now).components
        return Int(passed.seconds) * 1_000 + Int(passed.attoseconds / 1_000_000_000_000_000)
    }
}
