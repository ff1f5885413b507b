import Foundation
import Logging
import Primitives
import ServiceLifecycle

/// The demo's simulator: a child process, told after every start how its instances feel.
struct DemoSimulator: Sendable {
    private static let readySecondsMax = 30.0
    private static let watchMilliseconds = 250

    let state: DemoState
    let fleet: DemoFleet
    let prepared: Supervisor.Prepared

    var control: String { "http://127.0.0.1:\(state.controlPort)" }

    func child() -> ChildProcess {
        ChildProcess(
            name: "simulator",
            arguments: [
                "simulate", "--child", "--listen", "127.0.0.1:\(state.simulatorPort)", "--instances", "\(fleet.instances.count)",
                "--control", "127.0.0.1:\(state.controlPort)", "--tls", "on",
            ],
            input: Array("\(DemoState.simulatorUser):\(state.simulatorPassword)".utf8), runDirectory: prepared.directory.run,
            logger: prepared.logger,
            emergency: prepared.emergency)
    }

    /// Tells each instance its condition. Throws ``Failure`` when the simulator does not come up in time.
    func configure() async throws {
        let client = APIClient(isInsecure: false)
        let deadline = ContinuousClock.now + .seconds(Self.readySecondsMax)
        while true {
            do {
                _ = try await client.send("GET", control + "/instances/1", headers: [], body: nil)
                break
            } catch {
                guard ContinuousClock.now < deadline else {
                    throw Failure("The simulator did not start within \(Int(Self.readySecondsMax)) seconds.")
                }
                try await Task.sleep(for: .milliseconds(50))
            }
        }
        for instance in fleet.instances {
            var writer = JSONWriter()
            instance.change.write(to: &writer)
            let answer = try await client.send(
                "POST", control + "/instances/\(instance.number)", headers: [("Content-Type", "application/json")], body: writer.bytes)
            guard answer.status < 300 else {
                throw Failure("The simulator refused instance \(instance.number): \(String(decoding: answer.body, as: UTF8.self))")
            }
        }
    }

    /// Configures the simulator anew whenever it was started again, until a graceful shutdown.
    func keepConfigured() async throws {
        let note = prepared.directory.run + "/simulator.pid"
        var seen = FileManager.default.contents(atPath: note)
        while !Task.isShuttingDownGracefully {
            try await Task.sleep(for: .milliseconds(Self.watchMilliseconds))
            guard let now = FileManager.default.contents(atPath: note), now != seen else { continue }
            do {
                try await configure()
                seen = now
            } catch let error as Failure {
                prepared.logger.warning("The simulator could not be configured", metadata: ["reason": "\(error)"])
            }
        }
    }
}
