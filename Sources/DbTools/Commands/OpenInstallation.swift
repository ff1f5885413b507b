import Foundation
import Logging
import Platform
import Postgres
import ServiceLifecycle

/// Opens the installation for a command: beside a running `serve`, or by itself.
enum OpenInstallation {
    /// Runs `body` on the installation. A private PostgreSQL that does not run is started for as long as `body` takes.
    ///
    /// - Parameter makeIfMissing: whether a data directory without an installation is made; otherwise it is refused.
    static func run<T: Sendable>(
        _ config: AppConfig, for command: String, makeIfMissing: Bool = false, prepares: Bool = false,
        _ body: @Sendable (Installation) async throws -> T
    ) async throws -> T {
        let logger = Logger(label: "dbtools")
        if let url = config.databaseURL {
            return try await use(try await Installation.prepare(config, server: DatabaseAddress(conninfo: url), logger: logger), body)
        }
        return try await onPrivateCluster(config, for: command, makeIfMissing: makeIfMissing) { server, isRunning in
            guard isRunning, !prepares else {
                return try await use(try await Installation.prepare(config, server: server, logger: logger), body)
            }
            guard let key = try MasterKeyFile(config).given() else { throw Failure("There is no master key in \(config.dataDirectory).") }
            return try await use(try Installation(config: config, server: server, masterKey: key), body)
        }
    }

    /// Runs `body` with the address of the private cluster's superuser. `isRunning` tells whether a `serve` has it.
    static func onPrivateCluster<T: Sendable>(
        _ config: AppConfig, for command: String, makeIfMissing: Bool,
        _ body: @Sendable (DatabaseAddress, _ isRunning: Bool) async throws -> T
    ) async throws -> T {
        let directory = DataDirectory(config.dataDirectory)
        let cluster = PrivateCluster(
            directory: directory.postgres, binDirectory: config.postgresBinDirectory, logger: Logger(label: "postgres"))
        if directory.isLocked { return try await body(try cluster.superuser, true) }
        guard makeIfMissing || access(directory.postgres + "/data/PG_VERSION", F_OK) == 0 else {
            throw Failure("There is no installation in \(config.dataDirectory): make one with dbtools serve, or name another --data-dir.")
        }
        try directory.make()
        let lock = try directory.lock(command)
        defer { withExtendedLifetime(lock) {} }
        var quiet = Logger(label: "postgres")
        quiet.logLevel = .error
        let group = ServiceGroup(configuration: ServiceGroupConfiguration(services: [cluster], gracefulShutdownSignals: [], logger: quiet))
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            do {
                try await cluster.waitUntilReady()
                let value = try await body(try cluster.superuser, false)
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
                return value
            } catch {
                await group.triggerGracefulShutdown()
                try? await tasks.waitForAll()  // the first error is the one to tell
                throw error
            }
        }
    }

    private static func use<T: Sendable>(_ installation: Installation, _ body: (Installation) async throws -> T) async throws -> T {
        defer { installation.pool.shutdown() }
        return try await body(installation)
    }
}
