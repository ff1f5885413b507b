import ArgumentParser
import Foundation
import Logging
import Postgres

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Runs DbTools until it is stopped.",
        discussion: """
            Starts a private PostgreSQL in the data directory (or uses DATABASE_URL), the API with the web pages, and the collectors;
            restarts what dies;
            stops everything within 10 seconds of SIGTERM or ^C. Killed at any moment and started again, it comes back by itself.

            The first start prints a one-time link, or takes DBTOOLS_ADMIN_EMAIL and DBTOOLS_ADMIN_PASSWORD.

            Examples:
              dbtools serve
              dbtools serve --data-dir /srv/dbtools --host 0.0.0.0 --tls-self-signed
              DATABASE_URL=postgresql://dbtools:secret@db/dbtools_system DBTOOLS_MASTER_KEY_FILE=/etc/dbtools/key dbtools serve --roles api
            """)

    @OptionGroup var options: ServeOptions

    func run() async throws {
        let config = try options.read()
        if let home = WorkingDirectory.leave() { Logger(label: "dbtools").debug("Standing in /", metadata: ["from": "\(home)"]) }
        let supervisor = Supervisor(config: config, logger: Logger(label: "dbtools"), addition: nil) { prepared, port in
            Terminal.say("DbTools is ready at \(config.address(port: port))")
            if case .link(let email, let token) = prepared.firstSignIn {
                Terminal.say("Set the password of \(email) once, here: \(config.address(port: port))/setup?token=\(token)")
            }
        }
        try await supervisor.run()
    }
}

/// A program that runs for months must not hold on to the folder it was started in.
enum WorkingDirectory {
    static func leave() -> String? {
        let from = FileManager.default.currentDirectoryPath
        return chdir("/") == 0 ? from : nil
    }
}
