import ArgumentParser
import Foundation
import Logging
import SQLServerSimulator

struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Answers as a fleet of SQL Servers, for demos, tests and load.",
        discussion: """
            A simulator, not SQL Server: it speaks TDS 7.4 and answers what monitoring asks. Instance n listens on the first port + n - 1.
            POST /instances/{n|all} on the control address changes an instance; GET /instances/{n} shows it.

            Examples:
              dbtools simulate --listen 127.0.0.1:20000 --instances 10 --login monitor:secret --control 127.0.0.1:19999
              curl -X POST http://127.0.0.1:19999/instances/3 -d '{"cpuPercent":97}'
              curl -X POST http://127.0.0.1:19999/instances/4 -d '{"state":"offline"}'
            """)

    @Option(help: "The address and first port.") var listen = "127.0.0.1:20000"
    @Option(help: "How many SQL Servers.") var instances = 1
    @Option(help: "USER:PASSWORD; may be repeated (default: monitor:monitor).") var login: [String] = []
    @Option(help: "off, on or required.") var tls = "on"
    @Option(help: "The address and port that take changes.") var control: String?
    /// As a child of demo: the login comes on standard input, whose end is ours too.
    @Flag(help: .hidden) var child = false

    func validate() throws {
        guard Endpoint(listen) != nil else {
            throw ValidationError("--listen takes an address and a port, such as 127.0.0.1:20000, not \"\(listen)\".")
        }
        if let control, Endpoint(control) == nil { throw ValidationError("--control takes an address and a port, not \"\(control)\".") }
        guard (1...Simulator.Configuration.instanceCountMax).contains(instances) else {
            throw ValidationError("--instances is a number from 1 to \(Simulator.Configuration.instanceCountMax).")
        }
        guard SimulatorEncryption(rawValue: tls) != nil else { throw ValidationError("--tls is off, on or required, not \"\(tls)\".") }
        for text in login where Self.login(text) == nil { throw ValidationError("--login takes USER:PASSWORD.") }
    }

    func run() async throws {
        LogLines.bootstrap(level: .warning, format: nil)
        guard let endpoint = Endpoint(listen), let encryption = SimulatorEncryption(rawValue: tls) else { return }
        var texts = login.isEmpty ? ["monitor:monitor"] : login
        if child { texts = [readLine() ?? ""] }
        let control = control.flatMap(Endpoint.init)
        let simulator = Simulator(
            Simulator.Configuration(
                host: endpoint.host, firstPort: endpoint.port, instanceCount: instances, logins: texts.compactMap(Self.login),
                encryption: encryption,
                controlHost: control?.host ?? "127.0.0.1", controlPort: control?.port, childCommand: ["/proc/self/exe", "simulate-child"]))
        let isChild = child
        try await StopSignals.run(untilStandardInputEnds: isChild) {
            try await simulator.run { ready in
                guard !isChild else { return }
                let ports = ready.ports.first.map { first in
                    "\(endpoint.host):\(first)" + (ready.ports.count > 1 ? " to \(ready.ports.last ?? first)" : "")
                }
                Terminal.say("\(ready.ports.count) simulated SQL Servers listen on \(ports ?? endpoint.host).")
                if let port = ready.controlPort { Terminal.say("Control: http://\(control?.host ?? "127.0.0.1"):\(port)/instances/1") }
            }
        }
    }

    private static func login(_ text: String) -> Login? {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return nil }
        return Login(name: parts[0], password: parts[1])
    }
}

/// One process of a simulator that needs several. Not for people.
struct SimulateChildCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate-child", abstract: "One process of dbtools simulate.", shouldDisplay: false)

    func run() async throws {
        LogLines.bootstrap(level: .warning, format: nil)
        try await SimulatorChild.run()
    }
}

/// "127.0.0.1:20000" or "[::1]:20000".
struct Endpoint {
    let host: String
    let port: Int

    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]), (0...65_535).contains(port) else {
            return nil
        }
        host = text[..<colon].trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
        self.port = port
        guard !host.isEmpty else { return nil }
    }
}
