import Engines
import Foundation
import Logging
import Platform
import Primitives

/// Reads the configuration: an option beats the environment, the environment beats the file, the file beats the default.
///
/// It goes on after a wrong value, so that one start tells of all of them; and it refuses keys in the file that it does not know,
/// since a typo must not pass for a setting.
struct ConfigReader {
    static let fileBytesMax = 1 << 20

    private let options: [String: String]
    private let environment: [String: String]
    private var file: [String: JSONValue] = [:]
    private var fileName = ""
    private var problems: [String] = []

    private init(options: [String: String], environment: [String: String]) {
        self.options = options
        self.environment = environment
    }

    /// - Parameters:
    ///   - options: by the setting's key, as typed.
    ///   - configFile: the `--config` option; `DBTOOLS_CONFIG` counts when it is nil.
    /// - Throws: ``ConfigError`` with everything that is wrong.
    static func read(options: [String: String] = [:], configFile: String? = nil, environment: [String: String]) throws(ConfigError)
        -> AppConfig
    {
        var reader = ConfigReader(options: options, environment: environment)
        if let name = configFile ?? environment["DBTOOLS_CONFIG"], !name.isEmpty { reader.readFile(name) }
        let config = reader.config()
        guard reader.problems.isEmpty else { throw ConfigError(problems: reader.problems) }
        return config
    }

    private mutating func config() -> AppConfig {
        var config = AppConfig(dataDirectory: absolute(text(.dataDirectory) ?? Self.defaultDataDirectory(environment)))
        config.host = text(.host) ?? config.host
        config.port = number(.port, 0...65_535) ?? config.port
        config.roles = list(.roles, "one of api, collector", ProcessRole.init(rawValue:)) ?? config.roles
        config.databaseURL = text(.databaseURL)
        config.postgresBinDirectory = text(.postgresBinDirectory).map(absolute)
        config.adminEmail = text(.adminEmail)
        config.adminPassword = text(.adminPassword)
        config.masterKey = text(.masterKey)
        config.masterKeyFile = text(.masterKeyFile).map(absolute)
        config.webDirectory = text(.webDirectory).map(absolute)
        config.tlsCertificateFile = text(.tlsCertificate).map(absolute)
        config.tlsKeyFile = text(.tlsKey).map(absolute)
        config.tlsSelfSigned = flag(.tlsSelfSigned) ?? false
        let block = "an address or a network such as 10.0.0.0/8"
        config.trustedProxies = list(.trustedProxies, block, { AddressBlock($0) == nil ? nil : $0 }) ?? []
        config.corsOrigins = list(.corsOrigins, "an origin such as https://portal.example.com", Self.origin) ?? []
        let target = "a network, an address or a name such as *.example.com"
        config.allowedTargets = list(.allowedTargets, target, { OutboundPolicy.Rule($0) == nil ? nil : $0 }) ?? []
        config.collectorParallelism = number(.collectorParallelism, 1...1_000) ?? config.collectorParallelism
        config.collectorCount = number(.collectorCount, 1...64)
        config.databaseConnections = number(.databaseConnections, 4...1_000) ?? config.databaseConnections
        config.logLevel = choice(.logLevel, Logger.Level.allCases.map(\.rawValue)) ?? config.logLevel
        config.logFormat = choice(.logFormat, LogFormat.allCases.map(\.rawValue)).flatMap(LogFormat.init(rawValue:))
        check(config)
        return config
    }

    /// What only two values together show.
    private mutating func check(_ config: AppConfig) {
        if config.roles.isEmpty { problems.append("roles: name at least one of api, collector") }
        if (config.tlsCertificateFile == nil) != (config.tlsKeyFile == nil) {
            problems.append("tlsCert and tlsKey belong together: one of them is missing")
        }
        if config.tlsSelfSigned, config.tlsCertificateFile != nil { problems.append("tlsSelfSigned and tlsCert exclude each other") }
        for (setting, path) in [
            (Setting.tlsCertificate, config.tlsCertificateFile), (.tlsKey, config.tlsKeyFile), (.masterKeyFile, config.masterKeyFile),
        ] {
            if let path, access(path, R_OK) != 0 { wrong(setting, "the file \(path) cannot be read") }
        }
        if let directory = config.webDirectory, access(directory + "/index.html", R_OK) != 0 {
            wrong(.webDirectory, "there is no index.html in \(directory)")
        }
        if config.masterKey != nil, config.masterKeyFile != nil { problems.append("masterKey and masterKeyFile exclude each other") }
        if let key = config.masterKey, MasterKey(text: key) == nil {
            wrong(.masterKey, "a key is 32 bytes as 64 hexadecimal digits or as base64")
        }
        if let email = config.adminEmail, !User.isAddress(email) { wrong(.adminEmail, "\"\(email)\" is not an e-mail address") }
        if let password = config.adminPassword, !User.operatorPasswordLength.contains(password.count) {
            wrong(
                .adminPassword,
                "a password has \(User.operatorPasswordLength.lowerBound) to \(User.operatorPasswordLength.upperBound) characters")
        }
        if config.adminPassword != nil, config.adminEmail == nil { problems.append("adminPassword without adminEmail: name the account") }
        if let url = config.databaseURL, !url.hasPrefix("postgres://"), !url.hasPrefix("postgresql://"), !url.contains("=") {
            wrong(.databaseURL, "it must be postgresql://user:password@host:port/database")
        }
    }

    // MARK: Values

    private func found(_ setting: Setting) -> (text: String, source: String)? {
        if let text = options[setting.key] { return (text, setting.option ?? setting.key) }
        // An empty variable counts as unset: that is how container files leave a value out.
        if let text = environment[setting.variable], !text.isEmpty { return (text, setting.variable) }
        switch file[setting.key] {
        case nil, .null: return nil
        case .string(let text): return (text, fileName)
        case .int(let value): return ("\(value)", fileName)
        case .bool(let value): return ("\(value)", fileName)
        case .array(let values): return (values.map { $0.string ?? "?" }.joined(separator: ","), fileName)
        case .double(let value): return ("\(value)", fileName)
        case .object: return ("{...}", fileName)
        }
    }

    private mutating func wrong(_ setting: Setting, _ reason: String) {
        problems.append("\(setting.key): \(reason) (from \(found(setting)?.source ?? "the default"))")
    }

    private func text(_ setting: Setting) -> String? { found(setting)?.text }

    private mutating func number(_ setting: Setting, _ range: ClosedRange<Int>) -> Int? {
        guard let found = found(setting) else { return nil }
        guard let value = Int(found.text), range.contains(value) else {
            wrong(setting, "\"\(found.text)\" is not a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return value
    }

    private mutating func flag(_ setting: Setting) -> Bool? {
        guard let found = found(setting) else { return nil }
        switch found.text.lowercased() {
        case "true", "yes", "on", "1": return true
        case "false", "no", "off", "0": return false
        default:
            wrong(setting, "\"\(found.text)\" is neither true nor false")
            return nil
        }
    }

    private mutating func choice(_ setting: Setting, _ values: [String]) -> String? {
        guard let found = found(setting) else { return nil }
        guard values.contains(found.text.lowercased()) else {
            wrong(setting, "\"\(found.text)\" is not one of \(values.joined(separator: ", "))")
            return nil
        }
        return found.text.lowercased()
    }

    private mutating func list<Item>(_ setting: Setting, _ expected: String, _ item: (String) -> Item?) -> [Item]? {
        guard let found = found(setting) else { return nil }
        var items: [Item] = []
        for part in found.text.split(separator: ",").map({ $0.trimmingCharacters(in: .whitespaces) }) where !part.isEmpty {
            if let item = item(part) { items.append(item) } else { wrong(setting, "\"\(part)\" is not \(expected)") }
        }
        return items
    }

    // MARK: The file

    private mutating func readFile(_ name: String) {
        fileName = name
        guard let bytes = FileManager.default.contents(atPath: name) else {
            problems.append("the configuration file \(name) cannot be read")
            return
        }
        guard bytes.count <= Self.fileBytesMax else {
            problems.append("the configuration file \(name) is larger than 1 MiB")
            return
        }
        do {
            guard case .object(let members) = try JSONValue.parse(Array(bytes)) else {
                problems.append("the configuration file \(name) must hold one JSON object")
                return
            }
            file = members
        } catch {
            problems.append("the configuration file \(name) is not JSON: \(error)")
            return
        }
        let known = Set(Setting.all.map(\.key))
        for key in file.keys.sorted() where !known.contains(key) {
            let near = known.sorted().first { $0.lowercased() == key.lowercased().filter { $0 != "_" && $0 != "-" } }
            problems.append("\(key): there is no such setting\(near.map { "; \($0) is meant?" } ?? "") (from \(name))")
        }
    }

    private func absolute(_ path: String) -> String {
        let full = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
        return (full as NSString).standardizingPath
    }

    private static func origin(_ text: String) -> String? {
        guard let url = URL(string: text), let scheme = url.scheme, ["http", "https"].contains(scheme), url.host != nil, url.path.isEmpty
        else { return nil }
        return text
    }

    static func defaultDataDirectory(_ environment: [String: String]) -> String {
        if geteuid() == 0 { return "/var/lib/dbtools" }
        if let home = environment["XDG_DATA_HOME"], home.hasPrefix("/") { return home + "/dbtools" }
        return (environment["HOME"] ?? "/tmp") + "/.local/share/dbtools"
    }
}
