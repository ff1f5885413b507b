import ArgumentParser
import Foundation
import Logging

/// The options that every command which opens the installation takes.
struct InstallationOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The folder with everything that DbTools keeps.", valueName: "dir"))
    var dataDir: String?

    @Option(help: ArgumentHelp("A configuration file (JSON); DBTOOLS_CONFIG names one too.", valueName: "file"))
    var config: String?

    @Option(help: ArgumentHelp("trace, debug, info, notice, warning, error or critical.", valueName: "level"))
    var logLevel: String?

    @Option(help: ArgumentHelp("json or text; text on a terminal, otherwise json.", valueName: "format"))
    var logFormat: String?

    var values: [String: String] {
        Dictionary(
            uniqueKeysWithValues: [(Setting.dataDirectory, dataDir), (.logLevel, logLevel), (.logFormat, logFormat)].compactMap {
                setting, value in
                value.map { (setting.key, $0) }
            })
    }

    /// The configuration for a command that is over soon. Its log shows warnings only, unless asked.
    func read() throws -> AppConfig {
        let config = try ConfigReader.read(options: values, configFile: config, environment: ProcessInfo.processInfo.environment)
        LogLines.bootstrap(level: logLevel == nil ? .warning : config.level, format: config.logFormat)
        return config
    }
}

/// The options of `serve` and `demo`. All are texts here, so that one start reports every wrong value and not just the first.
struct ServeOptions: ParsableArguments {
    @OptionGroup var installation: InstallationOptions

    @Option(help: "The address to listen on (default 127.0.0.1; 0.0.0.0 for all).")
    var host: String?

    @Option(help: "The port to listen on (default 8080; 0 takes a free one).")
    var port: String?

    @Option(help: "What this node does: api, collector, or both (default).")
    var roles: String?

    @Option(help: ArgumentHelp("HTTPS with this certificate chain (PEM).", valueName: "file"))
    var tlsCert: String?

    @Option(help: ArgumentHelp("The certificate's private key (PEM).", valueName: "file"))
    var tlsKey: String?

    @Flag(help: "HTTPS with a certificate made for this installation.")
    var tlsSelfSigned = false

    @Option(help: ArgumentHelp("A proxy whose X-Forwarded-For is believed; may be repeated.", valueName: "cidr"))
    var trustedProxy: [String] = []

    func read() throws -> AppConfig {
        var values = installation.values
        let texts: [(Setting, String?)] = [(.host, host), (.port, port), (.roles, roles), (.tlsCertificate, tlsCert), (.tlsKey, tlsKey)]
        for case (let setting, let value?) in texts { values[setting.key] = value }
        if tlsSelfSigned { values[Setting.tlsSelfSigned.key] = "true" }
        if !trustedProxy.isEmpty { values[Setting.trustedProxies.key] = trustedProxy.joined(separator: ",") }
        var config = try ConfigReader.read(
            options: values, configFile: installation.config, environment: ProcessInfo.processInfo.environment)
        if config.webDirectory == nil { config.webDirectory = WebDirectory.find() }
        LogLines.bootstrap(level: config.level, format: config.logFormat)
        return config
    }
}

/// The folder with the built web files, where nothing names it.
enum WebDirectory {
    /// Beside the program as it is installed, in the checkout that it was built in, or where we stand.
    static func find() -> String? {
        let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""  // no /proc: look here
        var folder = (program as NSString).deletingLastPathComponent
        var candidates = [folder + "/web", folder + "/../share/dbtools/web"]
        for _ in 0..<4 where folder != "/" && !folder.isEmpty {
            candidates.append(folder + "/web/dist")
            folder = (folder as NSString).deletingLastPathComponent
        }
        candidates.append(FileManager.default.currentDirectoryPath + "/web/dist")
        return candidates.first { access($0 + "/index.html", R_OK) == 0 }.map { ($0 as NSString).standardizingPath }
    }
}
