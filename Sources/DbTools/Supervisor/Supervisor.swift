import Foundation
import Logging
import Platform
import Postgres
import Primitives
import ServiceLifecycle
import UnixSignals

/// `dbtools serve`: one process that keeps PostgreSQL, the API and the collectors running, and stops them within ten seconds.
///
/// It does none of their work itself, so what crashes there takes nothing along. All it knows is on disk: killed at any moment and
/// started again,
/// it takes over a PostgreSQL that runs, ends children that are left, and goes on.
struct Supervisor {
    let config: AppConfig
    let logger: Logger
    /// What `demo` adds: called when the installation is prepared, before the children start.
    var addition: (@Sendable (Prepared) async throws -> Addition)?
    /// Called once, when the API answers.
    var whenReady: @Sendable (Prepared, _ port: Int) async throws -> Void = { _, _ in }

    /// Further children, and work to be done beside them.
    struct Addition: Sendable {
        var children: [ChildProcess] = []
        var work: [@Sendable () async throws -> Void] = []
    }

    /// The installation, ready for children.
    struct Prepared: Sendable {
        let installation: Installation
        let firstSignIn: FirstSignIn
        let directory: DataDirectory
        let emergency: Emergency
        let logger: Logger
        let clusterSocketDirectory: String?
        let server: DatabaseAddress
    }

    /// Returns after SIGTERM or SIGINT, when everything has stopped. Throws what a person must be told: ``Failure``, `ClusterError`, ...
    func run() async throws {
        let directory = DataDirectory(config.dataDirectory)
        try directory.make()
        let lock = try directory.lock("serve")
        defer { withExtendedLifetime(lock) {} }
        _ = await ProcessFiles.endLeftOvers(directory: directory.run, logger: logger)
        unlink(APIReady.path(directory))

        let cluster =
            config.databaseURL == nil
            ? PrivateCluster(directory: directory.postgres, binDirectory: config.postgresBinDirectory, logger: Logger(label: "postgres"))
            : nil
        let emergency = Emergency()
        let program = ProgramService(supervisor: self, directory: directory, cluster: cluster, emergency: emergency)
        let services: [any Service] = (cluster.map { [$0] } ?? []) + [program]
        var quiet = logger
        quiet.logLevel = .error
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map {
                    .init(
                        service: $0, successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .gracefullyShutdownGroup)
                }, logger: quiet))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { [logger] in
                var count = 0
                for await signal in await UnixSignalsSequence(trapping: .sigterm, .sigint) {
                    count += 1
                    if count == 1 {
                        logger.notice("Stopping; a second signal stops at once", metadata: ["signal": "\(signal)"])
                        await group.triggerGracefulShutdown()
                    } else {
                        emergency.endAll(postmaster: cluster?.postmasterProcess)
                        exit(1)
                    }
                }
            }
            tasks.addTask { try await group.run() }
            // The task with the signals has no end of its own: the group's is the one that counts.
            defer { tasks.cancelAll() }
            try await tasks.next()
        }
        logger.notice("Stopped")
    }
}

/// The supervisor's second service: prepares the installation once PostgreSQL is there, then keeps the children.
private struct ProgramService: Service {
    let supervisor: Supervisor
    let directory: DataDirectory
    let cluster: PrivateCluster?
    let emergency: Emergency
    private static let collectorCheckSeconds = 5
    /// Of so many checks one counts the servers of all tenants; the others go by what the collectors say.
    private static let collectorChecksPerCount = 12
    private static let pollMilliseconds = 100

    private var config: AppConfig { supervisor.config }
    private var logger: Logger { supervisor.logger }

    func run() async throws {
        let prepared: Supervisor.Prepared
        let addition: Supervisor.Addition
        do {
            (prepared, addition) = try await cancelWhenGracefulShutdown {
                let prepared = try await prepare()
                return (prepared, try await supervisor.addition?(prepared) ?? Supervisor.Addition())
            }
        } catch is CancellationError {
            return
        }
        defer { prepared.installation.pool.shutdown() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for child in addition.children { group.addTask { try await child.run() } }
            for work in addition.work { group.addTask { try await work() } }
            let input = try ChildConfig(config: config, server: prepared.server.conninfo, masterKey: prepared.installation.masterKey.text)
                .bytes()
            if config.roles.contains(.api) {
                let api = child("api", ["process", "api"], input)
                group.addTask { try await api.run() }
                group.addTask { try await tellWhenReady(prepared) }
            }
            if config.roles.contains(.collector) {
                group.addTask { try await keepCollectors(prepared, input) }
            }
            try await group.waitForAll()
        }
    }

    private func child(_ name: String, _ arguments: [String], _ input: [UInt8]) -> ChildProcess {
        ChildProcess(name: name, arguments: arguments, input: input, runDirectory: directory.run, logger: logger, emergency: emergency)
    }

    private func prepare() async throws -> Supervisor.Prepared {
        try await cluster?.waitUntilReady()
        let server = try cluster?.superuser ?? DatabaseAddress(conninfo: config.databaseURL ?? "")
        let installation = try await Installation.prepare(config, server: server, logger: logger)
        let first = try await FirstSignIn.make(installation, logger: logger)
        return Supervisor.Prepared(
            installation: installation, firstSignIn: first, directory: directory, emergency: emergency, logger: logger,
            clusterSocketDirectory: cluster?.socketDirectory, server: server)
    }

    /// One collector for each 4,000 servers; more of them as servers are added, never fewer before the next start.
    private func keepCollectors(_ prepared: Supervisor.Prepared, _ input: [UInt8]) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            var (count, check) = (0, 0)
            while !Task.isShuttingDownGracefully {
                let isCount = check % Self.collectorChecksPerCount == 0
                check += 1
                let wanted =
                    isCount ? await App.collectorCount(prepared.installation) : await App.collectorCountByReports(prepared.installation)
                while count < wanted {
                    let collector = child("collector-\(count)", ["process", "collector", "--index", "\(count)"], input)
                    group.addTask { try await collector.run() }
                    count += 1
                }
                for _ in 0..<(Self.collectorCheckSeconds * 1_000 / Self.pollMilliseconds) where !Task.isShuttingDownGracefully {
                    try await Task.sleep(for: .milliseconds(Self.pollMilliseconds))
                }
            }
            try await group.waitForAll()
        }
    }

    private func tellWhenReady(_ prepared: Supervisor.Prepared) async throws {
        while !Task.isShuttingDownGracefully {
            if let port = APIReady.port(directory) {
                return try await supervisor.whenReady(prepared, port)
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}

/// The note by which the API process says that it listens, and on which port.
enum APIReady {
    static func path(_ directory: DataDirectory) -> String { directory.run + "/api.port" }

    static func note(port: Int, _ directory: DataDirectory) {
        let temporary = path(directory) + ".new"
        // Without the note nothing is printed, and all works.
        try? "\(port)\n".write(toFile: temporary, atomically: false, encoding: .utf8)
        rename(temporary, path(directory))
    }

    static func port(_ directory: DataDirectory) -> Int? {
        // Not there yet.
        guard let text = try? String(contentsOfFile: path(directory), encoding: .utf8) else { return nil }
        return Int(text.trimmingCharacters(in: .whitespacesAndNewlines))
    }
}
