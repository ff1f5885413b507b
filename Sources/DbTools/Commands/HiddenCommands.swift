import ArgumentParser
import Engines
import Foundation
import Logging
import Postgres
import ServiceLifecycle
import UnixSignals

/// The supervisor's children. Not for people.
struct ProcessCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "process", abstract: "One process of dbtools serve.", shouldDisplay: false, subcommands: [API.self, Collector.self])

    struct API: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "api", abstract: "The HTTP API and the web pages.")
        func run() async throws { try await ProcessCommand.run { try await App.api($0) } }
    }

    struct Collector: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "collector", abstract: "Reads the monitored servers.")
        @Option var index = 0
        func run() async throws {
            let index = index
            try await ProcessCommand.run { try await App.collector($0, index: index) }
        }
    }

    private static func run(_ services: (Installation) async throws -> [any Service]) async throws {
        let child = try ChildConfig.fromStandardInput()
        LogLines.bootstrap(level: child.config.level, format: child.config.logFormat)
        let logger = Logger(label: "dbtools")
        let installation = try child.open()
        defer { installation.pool.shutdown() }
        var quiet = logger
        quiet.logLevel = .error
        var configuration = ServiceGroupConfiguration(
            services: try await services(installation).map {
                .init(
                    service: $0, successTerminationBehavior: .gracefullyShutdownGroup, failureTerminationBehavior: .gracefullyShutdownGroup)
            }, gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet)
        configuration.maximumGracefulShutdownDuration = .seconds(ChildProcess.stopSecondsMax)
        let group = ServiceGroup(configuration: configuration)
        SupervisorWatch.start {
            logger.notice("The supervisor is gone")
            kill(getpid(), SIGTERM)
        }
        try await group.run()
    }
}

/// A connection test in a process of its own. Not for people.
struct EngineProbeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "engine-probe", abstract: "Tests one connection.", shouldDisplay: false)

    @Flag(help: "Tests several connections side by side.") var batch = false

    func run() throws {
        // A driver's thread that hangs must not keep the process: it ends here, with what there is.
        if batch { _exit(runProbeBatchChild()) }
        let code = runProbeChild()
        if code != 0 { throw ExitCode(code) }
    }
}
