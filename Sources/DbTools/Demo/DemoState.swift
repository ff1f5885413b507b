import Foundation
import Platform

/// What a demo remembers between starts: ports and passwords, in one private file beside its data.
struct DemoState: Codable, Sendable {
    var adminEmail: String
    var adminPassword: String
    /// Simulated instance n listens on this + n - 1.
    var simulatorPort: Int
    var controlPort: Int
    var simulatorPassword: String
    var postgresPassword: String
    var mariadbPort: Int
    var mariadbPassword: String

    static let simulatorUser = "dbtools_monitor"
    static let firstPort = 20_000
    private static let portStep = 500
    private static let portTryCountMax = 40

    /// The state of the last start; ports that somebody else has taken meanwhile are chosen anew.
    static func load(_ directory: DataDirectory, serverCount: Int, config: AppConfig) throws -> DemoState {
        let path = directory.path + "/demo.json"
        var state: DemoState
        if let bytes = FileManager.default.contents(atPath: path) {
            guard let stored = try? JSONDecoder().decode(DemoState.self, from: bytes) else {
                throw Failure("\(path) cannot be read: remove it, or the demo's folder.")
            }
            state = stored
        } else {
            state = DemoState(
                adminEmail: config.adminEmail ?? "admin@example.com", adminPassword: config.adminPassword ?? password(words: 4),
                simulatorPort: 0, controlPort: 0,
                simulatorPassword: password(words: 4), postgresPassword: password(words: 6), mariadbPort: 0,
                mariadbPassword: password(words: 6))
        }
        if let password = config.adminPassword { state.adminPassword = password }
        if let email = config.adminEmail { state.adminEmail = email }
        if state.simulatorPort == 0 || !areFree(state.simulatorPort - 1, count: serverCount + 1) {
            state.simulatorPort = try freeRange(count: serverCount + 1) + 1
            state.controlPort = state.simulatorPort - 1
        }
        if state.mariadbPort == 0 || !areFree(state.mariadbPort, count: 1) {
            state.mariadbPort = try freeRange(count: 1, from: state.simulatorPort + serverCount + 100)
        }
        try PrivateFile.write(Array(try JSONEncoder().encode(state)), to: path)
        return state
    }

    private static func freeRange(count: Int, from: Int = firstPort - 1) throws(Failure) -> Int {
        for attempt in 0..<portTryCountMax {
            let port = from + attempt * portStep
            if port + count < 65_536, areFree(port, count: count) { return port }
        }
        throw Failure("There is no range of \(count) free ports for the simulated servers.")
    }

    private static func areFree(_ first: Int, count: Int) -> Bool {
        (first..<(first + count)).allSatisfy { port in
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            guard descriptor >= 0 else { return false }
            defer { close(descriptor) }
            var one: Int32 = 1
            setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(UInt16(clamping: port)).bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            return withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
        }
    }

    /// Groups of letters and digits that can be typed: 20 bits a group.
    private static func password(words: Int) -> String {
        let letters = Array("abcdefghjkmnpqrstuvwxyz23456789")
        return (0..<words).map { _ in String((0..<4).map { _ in letters[Int.random(in: 0..<letters.count)] }) }.joined(separator: "-")
    }
}
