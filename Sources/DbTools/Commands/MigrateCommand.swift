import ArgumentParser
import Platform

struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Brings the system database and all tenants' databases up to date.",
        discussion: """
            serve does the same at its start. One tenant that fails is reported and does not stop the rest.

            Example:
              dbtools migrate --data-dir /srv/dbtools
            """)

    @OptionGroup var options: InstallationOptions

    func run() async throws {
        let outcomes = try await OpenInstallation.run(try options.read(), for: "migrate") { installation in
            try await installation.system.prepare(isPrivateCluster: installation.config.databaseURL == nil)
            return await TenantMigration(installation).run { done, total in Terminal.progress("Migrating", done: done, total: total) }
        }
        let failed = outcomes.filter { $0.failure != nil }
        let applied = outcomes.reduce(0) { $0 + $1.appliedCount }
        Terminal.say("\(outcomes.count - failed.count) of \(outcomes.count) tenants are up to date; \(applied) migrations were applied.")
        for outcome in failed { Terminal.error("dbtools: \(outcome.slug): \(outcome.failure ?? "")") }
        if !failed.isEmpty { throw ExitCode(1) }
    }
}
