import ArgumentParser
import Schema

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Says which version this is.",
        discussion: """
            Example:
              dbtools version
            """)

    static let version = "0.2.0"

    func run() throws {
        let newest = { (migrations: [Migration]) in migrations.map(\.number).max() ?? 0 }
        Terminal.say("dbtools \(Self.version) (system schema \(newest(Migration.system)), tenant schema \(newest(Migration.tenant)))")
    }
}
