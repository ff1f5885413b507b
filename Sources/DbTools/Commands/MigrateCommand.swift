import ArgumentParser
import Platform
import Primitives

struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Brings the system database and all tenants' databases up to date.",
        discussion: """
            serve does the same at its start, for the tenants that it does not know to be up to date. Several tenants are done at a time, each
            under a lock of its own database, so that it is safe to run twice at once, and again after an interruption: what is up to date is
            passed over. One tenant that fails is reported at the end and does not stop the rest; the exit code is 1 then.

            Examples:
              dbtools migrate --data-dir /srv/dbtools
              dbtools migrate --tenant acme
            """)

    @OptionGroup var options: InstallationOptions
    @Option(help: "Only this tenant, by its slug; may be repeated.") var tenant: [String] = []

    func run() async throws {
        let outcomes = try await OpenInstallation.run(try options.read(), for: "migrate") { [tenant] installation in
            try await installation.system.prepare(isPrivateCluster: installation.config.databaseURL == nil)
            installation.tenants.invalidate()
            for slug in tenant { _ = try await TenantCommand.find(slug, installation) }
            return await TenantMigration(installation).run(tenant.isEmpty ? .all : .only(Set(tenant))) { done, total in
                Terminal.progress("Migrating", done: done, total: total)
            }
        }
        let failed = outcomes.filter { $0.failure != nil }
        let applied = outcomes.reduce(0) { $0 + $1.appliedCount }
        Terminal.say(
            "\(outcomes.count - failed.count) of \(counted(outcomes.count, "tenant")) \(outcomes.count == 1 ? "is" : "are") up to date; "
                + "\(counted(applied, "migration")) \(applied == 1 ? "was" : "were") applied.")
        for outcome in failed { Terminal.error("dbtools: \(outcome.slug): \(outcome.failure ?? "")") }
        if !failed.isEmpty { throw ExitCode(1) }
    }
}
