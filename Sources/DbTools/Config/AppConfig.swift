import Foundation
import Logging

/// What a process of DbTools does.
enum ProcessRole: String, Codable, CaseIterable, Sendable {
    case api, collector
}

/// How log lines are written.
enum LogFormat: String, Codable, CaseIterable, Sendable {
    case json, text
}

/// The whole configuration, checked. Made by ``ConfigReader`` once, in the supervisor; the children get it as JSON.
struct AppConfig: Codable, Sendable {
    /// Everything that DbTools keeps: the private PostgreSQL, the master key, locks, the simulated fleet of the demo.
    var dataDirectory: String
    var host = "127.0.0.1"
    /// 0 takes any free port.
    var port = 8080
    var roles = ProcessRole.allCases
    /// A PostgreSQL of the user's own; nil is the private one.
    var databaseURL: String?
    var postgresBinDirectory: String?
    var adminEmail: String?
    var adminPassword: String?
    var masterKey: String?
    var masterKeyFile: String?
    var webDirectory: String?
    var tlsCertificateFile: String?
    var tlsKeyFile: String?
    var tlsSelfSigned = false
    var trustedProxies: [String] = []
    var corsOrigins: [String] = []
    /// Networks and names that may be monitored; empty is everything but link-local and cloud metadata addresses.
    var allowedTargets: [String] = []
    /// Servers that one collector process reads at the same time.
    var collectorParallelism = 10
    /// Collector processes; nil is one for each 4,000 servers.
    var collectorCount: Int?
    /// Connections to PostgreSQL that one process may hold.
    var databaseConnections = 24
    var logLevel = "info"
    var logFormat: LogFormat?
    /// `demo`: what the start says of itself.
    var isDemo = false

    init(dataDirectory: String) { self.dataDirectory = dataDirectory }

    var hasTLS: Bool { tlsSelfSigned || tlsCertificateFile != nil }
    var runDirectory: String { dataDirectory + "/run" }
    var level: Logger.Level { Logger.Level(rawValue: logLevel) ?? .info }

    /// The address to print: 0.0.0.0 is no address that a browser can open.
    func address(port: Int) -> String {
        let shown = ["0.0.0.0", "::", ""].contains(host) ? "localhost" : host
        return "\(hasTLS ? "https" : "http")://\(shown.contains(":") ? "[\(shown)]" : shown):\(port)"
    }
}

/// Wrong settings, all of them.
struct ConfigError: Error, CustomStringConvertible {
    let problems: [String]
    var description: String {
        problems.count == 1
            ? "The configuration is wrong: \(problems[0])"
            : "The configuration is wrong in \(problems.count) places:\n" + problems.map { "  - \($0)" }.joined(separator: "\n")
    }
}
