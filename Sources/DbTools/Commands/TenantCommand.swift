import ArgumentParser
import Foundation
import Platform
import Primitives

struct TenantCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tenant", abstract: "Creates, lists and changes tenants.",
        discussion: """
            Works beside a running dbtools serve, and without one.

            Examples:
              dbtools tenant create acme --name "Acme Ltd"
              dbtools tenant list
              dbtools tenant suspend acme
            """,
        subcommands: [Create.self, List.self, Show.self, Suspend.self, Activate.self, Delete.self, Restore.self, Purge.self])

    /// Who the activity log names for what is done at the terminal.
    static let actor = Actor(userID: nil, name: "cli", address: nil, requestID: nil)

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Creates a tenant: its database, its roles, its defaults.",
            discussion: "Example:\n  dbtools tenant create acme --name \"Acme Ltd\"")
        @OptionGroup var options: InstallationOptions
        @Argument(help: "3 to 50 lower-case letters, digits and single hyphens.") var slug: String
        @Option(help: "The name that people see (default: the slug).") var name: String?

        func run() async throws {
            let tenant = try await OpenInstallation.run(try options.read(), for: "tenant create") { [slug, name] in
                try await $0.provisioning.create(slug: slug, name: name ?? slug, by: TenantCommand.actor)
            }
            Terminal.say("Created the tenant \(tenant.slug) (\(tenant.name)) in the database \(tenant.databaseName).")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists all tenants.", discussion: "Example:\n  dbtools tenant list")
        @OptionGroup var options: InstallationOptions

        func run() async throws {
            let tenants = try await OpenInstallation.run(try options.read(), for: "tenant list") { try await $0.tenants.allTenants() }
            Table.show(
                ["SLUG", "NAME", "STATUS", "DATABASE", "CREATED"],
                tenants.map { [$0.slug, $0.name, $0.status.rawValue, $0.databaseName, RFC3339.string($0.createdAt)] })
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows one tenant.", discussion: "Example:\n  dbtools tenant show acme")
        @OptionGroup var options: InstallationOptions
        @Argument var slug: String

        func run() async throws {
            try await OpenInstallation.run(try options.read(), for: "tenant show") { [slug] installation in
                let tenant = try await TenantCommand.find(slug, installation)
                Terminal.say(
                    "slug      \(tenant.slug)\nname      \(tenant.name)\nstatus    \(tenant.status.rawValue)\nid        \(tenant.id)")
                Terminal.say("database  \(tenant.databaseName)\ncreated   \(RFC3339.string(tenant.createdAt))")
                if tenant.status != .deleted {
                    Terminal.say("size      \(try await installation.provisioning.databaseSizeBytes(tenant) / 1_048_576) MiB")
                }
            }
        }
    }

    struct Suspend: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Closes a tenant for its users; nothing is lost.", discussion: "Example:\n  dbtools tenant suspend acme")
        @OptionGroup var options: InstallationOptions
        @Argument var slug: String

        func run() async throws {
            _ = try await OpenInstallation.run(try options.read(), for: "tenant suspend") { [slug] in
                try await $0.provisioning.suspend(slug: slug, by: TenantCommand.actor)
            }
            Terminal.say("Suspended \(slug).")
        }
    }

    struct Activate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Opens a suspended tenant.", discussion: "Example:\n  dbtools tenant activate acme")
        @OptionGroup var options: InstallationOptions
        @Argument var slug: String

        func run() async throws {
            _ = try await OpenInstallation.run(try options.read(), for: "tenant activate") { [slug] in
                try await $0.provisioning.activate(slug: slug, by: TenantCommand.actor)
            }
            Terminal.say("Activated \(slug).")
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Deletes a tenant softly: nobody gets in, its data stay for 30 days.", discussion: "Example:\n  dbtools tenant delete acme --yes")
        @OptionGroup var options: InstallationOptions
        @Argument var slug: String
        @Flag(help: "Do not ask.") var yes = false

        func run() async throws {
            if !yes {
                guard isatty(STDIN_FILENO) == 1 else { throw ValidationError("Deleting a tenant needs --yes when nobody can be asked.") }
                Terminal.error("Delete the tenant \(slug)? Type its slug to confirm:")
                guard readLine() == slug else { throw Failure("Nothing was deleted.") }
            }
            _ = try await OpenInstallation.run(try options.read(), for: "tenant delete") { [slug] in
                try await $0.provisioning.delete(slug: slug, by: TenantCommand.actor)
            }
            Terminal.say("Deleted \(slug).")
        }
    }

    struct Restore: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Brings a deleted tenant back as it was, within 30 days.", discussion: "Example:\n  dbtools tenant restore acme")
        @OptionGroup var options: InstallationOptions
        @Argument var slug: String

        func run() async throws {
            let tenant = try await OpenInstallation.run(try options.read(), for: "tenant restore") { [slug] in
                try await $0.provisioning.restore(slug: slug, by: TenantCommand.actor)
            }
            Terminal.say("Restored \(slug); it is \(tenant.status.rawValue).")
        }
    }

    struct Purge: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Destroys a deleted tenant for good: its database, its roles, its slug.",
            discussion: "Example:\n  dbtools tenant purge acme --name \"Acme Ltd\"")
        @OptionGroup var options: InstallationOptions
        @Argument var slug: String
        @Option(help: "The tenant's name, to confirm.") var name: String

        func run() async throws {
            try await OpenInstallation.run(try options.read(), for: "tenant purge") { [slug, name] in
                try await $0.provisioning.purge(slug: slug, name: name, by: TenantCommand.actor)
            }
            Terminal.say("Purged \(slug).")
        }
    }

    static func find(_ slug: String, _ installation: Installation) async throws -> Tenant {
        guard let tenant = try await installation.tenants.tenant(slug: slug) else {
            throw AppError(.notFound, "There is no tenant \(slug).")
        }
        return tenant
    }
}

/// Columns for people, as wide as they must be.
enum Table {
    static func show(_ header: [String], _ rows: [[String]]) {
        let widths = header.indices.map { column in ([header] + rows).map { $0[column].count }.max() ?? 0 }
        for row in [header] + rows {
            let line = zip(row, widths).map { $0.padding(toLength: max($1, $0.count), withPad: " ", startingAt: 0) }.joined(separator: "  ")
            Terminal.say(line.replacing(/\s+$/, with: ""))
        }
    }
}
