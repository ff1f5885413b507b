import ArgumentParser
import Foundation
import Logging
import Postgres
import ServiceLifecycle
import Synchronization

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Runs DbTools with a fleet to look at.",
        discussion: """
            What serve does, in a data directory of its own, with a tenant "demo": simulated SQL Servers in groups with labels
            (one critical, one offline),
            and the real thing: the demo's own PostgreSQL, and MariaDB where it is installed. Started again, it goes on where it was.

            Examples:
              dbtools demo
              dbtools demo --servers 200 --port 9000
            """)

    @OptionGroup var options: ServeOptions

    @Option(help: "How many simulated SQL Servers.")
    var servers = 24

    func validate() throws {
        guard DemoFleet.serverCounts.contains(servers) else {
            throw ValidationError(
                "--servers is a number from \(DemoFleet.serverCounts.lowerBound) to \(DemoFleet.serverCounts.upperBound).")
        }
    }

    func run() async throws {
        var config = try options.read()
        // The demo never mixes with an installation that somebody works with.
        if config.dataDirectory == ConfigReader.defaultDataDirectory(ProcessInfo.processInfo.environment) {
            config.dataDirectory += "-demo"
        }
        config.isDemo = true
        let directory = DataDirectory(config.dataDirectory)
        if config.databaseURL == nil {
            let socket = PrivateCluster(directory: directory.postgres, logger: Logger(label: "postgres")).socketDirectory
            config.allowedTargets.append(socket)
        }
        try directory.make()
        guard !directory.isLocked else {
            throw Failure("A demo runs on \(config.dataDirectory) already: stop that, or choose another --data-dir.")
        }
        _ = await ProcessFiles.endLeftOvers(directory: directory.run, logger: Logger(label: "dbtools"))
        let state = try DemoState.load(directory, serverCount: servers, config: config)
        config.adminEmail = state.adminEmail
        config.adminPassword = state.adminPassword

        let fleet = DemoFleet(count: servers)
        let gate = Gate()
        let (checked, logger) = (config, Logger(label: "dbtools"))
        let supervisor = Supervisor(
            config: checked, logger: logger,
            addition: { prepared in try await Self.addition(prepared, state, fleet, gate) },
            whenReady: { _, port in
                try await gate.wait()
                Terminal.say(Self.welcome(checked, port, state, fleet))
            })
        try await supervisor.run()
    }

    private static func addition(
        _ prepared: Supervisor.Prepared, _ state: DemoState, _ fleet: DemoFleet, _ gate: Gate
    ) async throws -> Supervisor.Addition {
        let registration = DemoRegistration(prepared: prepared, state: state)
        let simulator = DemoSimulator(state: state, fleet: fleet, prepared: prepared)
        let tenant = try await registration.tenant()
        if prepared.clusterSocketDirectory != nil { try await registration.makePostgresRole() }
        var children = [simulator.child()]
        let mariadb = await DemoMariaDB(state: state, prepared: prepared).child()
        if let mariadb { children.append(mariadb) }
        let entries =
            registration.simulated(fleet) + (registration.postgres().map { [$0] } ?? []) + (mariadb == nil ? [] : [registration.mariadb()])
        return Supervisor.Addition(
            children: children,
            work: [
                {
                    // Registered only when they feel as they should: the first reading is the right one.
                    try await simulator.configure()
                    try await registration.register(entries, in: tenant)
                    gate.open()
                    try await simulator.keepConfigured()
                }
            ])
    }

    private static func welcome(_ config: AppConfig, _ port: Int, _ state: DemoState, _ fleet: DemoFleet) -> String {
        let critical = fleet.instances.first { $0.condition == .critical }?.name ?? "-"
        let offline = fleet.instances.first { $0.condition == .offline }?.name ?? "-"
        let healthy = fleet.instances.first { $0.condition == .healthy }
        let alsoMariaDB = DemoMariaDB.isInstalled ? " and MariaDB" : ""
        return """

            DbTools is ready.

              Address   \(config.address(port: port))
              Sign in   \(state.adminEmail)
              Password  \(state.adminPassword)

            What to look at, in about a minute:
              Dashboard   \(fleet.instances.count) simulated SQL Servers; \(critical) is critical, \(offline) is offline, some warn
              Groups      "\(DemoFleet.realGroup.name)" is no simulation: this demo's own PostgreSQL\(alsoMariaDB)
              Try it      make \(healthy?.name ?? "a server") critical, and watch its card:
                            curl -X POST http://127.0.0.1:\(state.controlPort)/instances/\(healthy?.number ?? 1) -d '{"cpuPercent":97}'

            Stop with ^C. Data: \(config.dataDirectory)
            """
    }
}

/// Opens once.
private final class Gate: Sendable {
    private let isOpen = Mutex(false)
    func open() { isOpen.withLock { $0 = true } }
    func wait() async throws {
        while !isOpen.withLock({ $0 }), !Task.isShuttingDownGracefully { try await Task.sleep(for: .milliseconds(20)) }
    }
}
