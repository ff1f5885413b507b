import ArgumentParser
import CLinux
import Foundation

/// `dbtools`: one program for everything. Exit codes: 0 done, 1 failed, 2 wrong usage or configuration.
@main
struct DbTools: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dbtools",
        abstract: "Watches fleets of SQL Server, PostgreSQL and MySQL databases.",
        discussion: """
            A newcomer wants one of these:
              dbtools demo      everything, with a simulated fleet to look at
              dbtools serve     the program itself; it brings its own PostgreSQL

            Settings come from options, from environment variables (DBTOOLS_...) and from one configuration file (--config);
            see docs/configuration.md.
            """,
        subcommands: [
            ServeCommand.self, DemoCommand.self, SimulateCommand.self, TenantCommand.self, UserCommand.self, MigrateCommand.self,
            BackupCommand.self,
            RestoreCommand.self, LoginCommand.self, APICommand.self, ServerCommand.self, OperationCommand.self,
            VersionCommand.self, ProcessCommand.self, EngineProbeCommand.self, StorageCommand.self,
            SimulateChildCommand.self,
        ])

    static func main() async {
        // A pipe or socket whose reader is gone is an error of that write, not the end of the program.
        signal(SIGPIPE, SIG_IGN)
        // The supervisor's children, as ps and top show them: dbtools-api, dbtools-collect (15 characters is the kernel's limit).
        let words = CommandLine.arguments.dropFirst().prefix(2)
        dbtools_set_process_name(words.first == "process" ? "dbtools-\(words.last ?? "")" : "dbtools")
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            end(with: error)
        }
    }

    private static func end(with error: any Error) -> Never {
        if error is ConfigError { Terminal.fail("\(error)", code: 2) }
        let code = exitCode(for: error)
        let isParsers =
            error is ValidationError || error is CleanExit || error is ExitCode || code == .validationFailure || code == .success
        guard isParsers else { Terminal.fail(Sentence.of(error), code: 1) }
        let message = fullMessage(for: error)
        if code == .success {
            if !message.isEmpty { print(message) }
            Foundation.exit(0)
        }
        if !message.isEmpty { Terminal.error(message) }
        Foundation.exit(code == .validationFailure ? 2 : code.rawValue)
    }
}

/// What a person reads: answers on standard output, everything else on standard error.
enum Terminal {
    /// A reader that has left (`| head`) ends nothing: `write(_:)` would crash, in the midst of a backup too.
    static func say(_ text: String) {
        try? FileHandle.standardOutput.write(contentsOf: Data((text + "\n").utf8))
    }

    static func error(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8))
    }

    static func fail(_ text: String, code: Int32) -> Never {
        error("dbtools: \(text)")
        exit(code)
    }

    static var showsProgress: Bool { isatty(STDERR_FILENO) == 1 }

    /// One line that is written over; nothing where nobody looks.
    static func progress(_ text: String, done: Int, total: Int) {
        guard showsProgress, total > 0 else { return }
        let width = 30
        let filled = done * width / total
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
        FileHandle.standardError.write(Data("\r\(text) [\(bar)] \(done)/\(total)\(done == total ? "\n" : "")".utf8))
    }
}
