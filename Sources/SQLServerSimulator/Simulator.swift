import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix

/// Simulated SQL Servers on consecutive ports, and the address that controls them.
package struct Simulator: Sendable {
    /// How many instances, where, for whom, and how they are controlled.
    package struct Configuration: Sendable {
        /// More than the ports of one address hold beside everything else.
        package static let instanceCountMax = 50_000

        package var host: String
        /// Instance n (from 1) listens on `firstPort + n - 1`; 0 lets the kernel choose each.
        package var firstPort: Int
        package var instanceCount: Int
        package var logins: [Login]
        package var encryption: SimulatorEncryption
        package var controlHost: String
        /// Nil for no control address, 0 for one that the kernel chooses.
        package var controlPort: Int?
        /// How a child process is started; it runs `SimulatorChild.run()`.
        package var childCommand: [String]

        package init(
            host: String = "127.0.0.1", firstPort: Int, instanceCount: Int, logins: [Login], encryption: SimulatorEncryption = .on,
            controlHost: String = "127.0.0.1", controlPort: Int? = nil, childCommand: [String] = []
        ) {
            self.host = host
            self.firstPort = firstPort
            self.instanceCount = instanceCount
            self.logins = logins
            self.encryption = encryption
            self.controlHost = controlHost
            self.controlPort = controlPort
            self.childCommand = childCommand
        }
    }

    /// What was started.
    package struct Ready: Sendable {
        /// In the order of the instances.
        package let ports: [Int]
        package let controlPort: Int?
        package let processCount: Int
    }

    /// Sockets per instance that are planned for: its own and two sessions.
    private static let descriptorsPerInstance = 3
    /// For logs, pipes, the control address and libraries.
    private static let descriptorReserve = 128

    package let configuration: Configuration

    package init(_ configuration: Configuration) { self.configuration = configuration }

    /// Runs until the task is cancelled. Throws `SimulatorError` when a port cannot be had or a child process ends.
    package func run(onReady: @Sendable (Ready) -> Void = { _ in }) async throws {
        try validate()
        let perProcess = Swift.max(1, (DescriptorLimit.raise() - Self.descriptorReserve) / Self.descriptorsPerInstance)
        let processCount = (configuration.instanceCount + perProcess - 1) / perProcess
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            try await run(processCount: processCount, on: group.any(), onReady: onReady)
        } catch {
            try? await group.shutdownGracefully()  // the first error is the one to tell
            throw error
        }
        try await group.shutdownGracefully()
    }

    private func validate() throws(SimulatorError) {
        guard (1...Configuration.instanceCountMax).contains(configuration.instanceCount) else {
            throw SimulatorError("The number of instances is 1 to \(Configuration.instanceCountMax).")
        }
        guard (0...65_535).contains(configuration.firstPort), configuration.firstPort + configuration.instanceCount - 1 <= 65_535 else {
            throw SimulatorError(
                "Ports \(configuration.firstPort) and the \(configuration.instanceCount - 1) after it do not all exist; the last is 65535.")
        }
        guard !configuration.logins.isEmpty else { throw SimulatorError("The instances need a login.") }
    }

    private func run(processCount: Int, on eventLoop: any EventLoop, onReady: @Sendable (Ready) -> Void) async throws {
        let certificate = configuration.encryption == .off ? nil : try SimulatorCertificate()
        let shares = shares(processCount: processCount, certificate: certificate)
        let owner: any RunningInstances =
            shares.count == 1
            ? try await LocalInstances.start(shares[0], on: eventLoop)
            : try await ChildProcesses.start(shares, command: configuration.childCommand, on: eventLoop)
        do {
            let control = try await listenForControl(owner, on: eventLoop)
            onReady(Ready(ports: owner.ports, controlPort: control?.localAddress?.port, processCount: shares.count))
            try await owner.waitUntilCancelledOrBroken()
            try await control?.close()
        } catch {
            await owner.stop()
            throw error
        }
        await owner.stop()
    }

    /// The instances cut into as many runs of consecutive numbers as there are processes.
    private func shares(processCount: Int, certificate: SimulatorCertificate?) -> [SimulatorProcess] {
        let count = configuration.instanceCount
        return (0..<processCount).map { index in
            let start = count * index / processCount
            return SimulatorProcess(
                host: configuration.host, firstPort: configuration.firstPort == 0 ? 0 : configuration.firstPort + start,
                firstNumber: start + 1,
                instanceCount: count * (index + 1) / processCount - start,
                logins: configuration.logins.map {
                    SimulatorProcess.Account(name: $0.name, password: $0.password, permissions: $0.permissions.sorted())
                },
                encryption: configuration.encryption, certificate: certificate)
        }
    }

    private func listenForControl(_ owner: any RunningInstances, on eventLoop: any EventLoop) async throws -> (any Channel)? {
        guard let port = configuration.controlPort else { return nil }
        do {
            return try await ServerBootstrap(group: eventLoop)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                        try channel.pipeline.syncOperations.addHandler(ControlHandler(owner: owner))
                    }
                }
                .bind(host: configuration.controlHost, port: port).get()
        } catch {
            throw SimulatorError(listening: "\(configuration.controlHost):\(port), the control address,", error)
        }
    }
}

/// Why the simulator cannot run, in a sentence.
package struct SimulatorError: Error, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }

    /// An address that cannot be had, and why in the system's words.
    init(listening address: String, _ error: any Error) {
        guard let error = error as? IOError else {
            description = "\(address) cannot be listened on: \(error)."
            return
        }
        // Safe because strerror gives a text that lives as long as the process.
        description = "\(address) cannot be listened on: \(String(cString: strerror(error.errnoCode))) (errno \(error.errnoCode))."
    }
}

/// What one process is to run; the parent sends it to a child as JSON.
struct SimulatorProcess: Codable, Sendable {
    struct Account: Codable, Sendable {
        var name: String
        var password: String
        var permissions: [String]
    }

    var host: String
    var firstPort: Int
    var firstNumber: Int
    var instanceCount: Int
    var logins: [Account]
    var encryption: SimulatorEncryption
    var certificate: SimulatorCertificate?
}

/// Instances that run, here or in children.
protocol RunningInstances: InstanceOwner {
    var ports: [Int] { get }
    /// Returns when the task is cancelled; throws when an instance's process ended by itself.
    func waitUntilCancelledOrBroken() async throws
    func stop() async
}
