import ArgumentParser
import Foundation
import Platform
import Primitives

struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Creates users, lists them, sets passwords.",
        discussion: """
            Passwords are asked for, or read from standard input when that is no terminal; never taken from the command line.

            Examples:
              dbtools user create ann@example.com --super-admin
              dbtools user create bob@example.com --tenant acme --role operator
              dbtools user password ann@example.com
            """,
        subcommands: [Create.self, List.self, Password.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Creates a user.",
            discussion: "Example:\n  echo 'correct horse battery' | dbtools user create bob@example.com --tenant acme --role operator")
        @OptionGroup var options: InstallationOptions
        @Argument(help: "The address to sign in with.") var email: String
        @Option(help: "The name that people see.") var name = ""
        @Flag(help: "May administer the whole installation.") var superAdmin = false
        @Option(help: "A tenant to belong to.") var tenant: String?
        @Option(help: "The role in that tenant: tenant_admin, operator or viewer.") var role: String?
        @Flag(help: "Set no password; print a one-time link's token instead.") var link = false

        func validate() throws {
            guard (tenant == nil) == (role == nil) else { throw ValidationError("--tenant and --role belong together.") }
            if let role, !Role.ofMemberships.map(\.rawValue).contains(role) {
                throw ValidationError("The role is one of \(Role.ofMemberships.map(\.rawValue).joined(separator: ", ")).")
            }
        }

        func run() async throws {
            let config = try options.read()
            let password = link ? nil : try PasswordPrompt.ask("Password for \(email): ", isNew: true)
            let (email, name, superAdmin, tenant, role) = (email, name, superAdmin, tenant, role.flatMap(Role.init(rawValue:)))
            try await OpenInstallation.run(config, for: "user create") { installation in
                let users = UserDirectory(system: installation.system)
                let home: Tenant? = if let tenant { try await TenantCommand.find(tenant, installation) } else { nil }
                let user = try await users.create(
                    email: email, name: name, password: password, isSuperAdmin: superAdmin, role: role, in: home, by: TenantCommand.actor)
                Terminal.say("Created \(user.email).")
                if password == nil { Terminal.say("One-time link: /setup?token=\(try await users.makeSetupToken(email: user.email))") }
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists all users.", discussion: "Example:\n  dbtools user list")
        @OptionGroup var options: InstallationOptions

        func run() async throws {
            let users = try await OpenInstallation.run(try options.read(), for: "user list") {
                try await UserDirectory(system: $0.system).list()
            }
            Table.show(
                ["EMAIL", "NAME", "SUPER ADMIN", "DISABLED", "TENANTS"],
                users.map { user in
                    let roles = user.memberships.map { "\($0.tenantSlug):\($0.role.rawValue)" }.joined(separator: " ")
                    return [user.email, user.name, user.isSuperAdmin ? "yes" : "no", user.isDisabled ? "yes" : "no", roles]
                })
        }
    }

    struct Password: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sets a user's password and ends all of that user's sign-ins.",
            discussion: "Example:\n  dbtools user password ann@example.com")
        @OptionGroup var options: InstallationOptions
        @Argument var email: String

        func run() async throws {
            let config = try options.read()
            let password = try PasswordPrompt.ask("New password for \(email): ", isNew: true)
            try await OpenInstallation.run(config, for: "user password") { [email] in
                try await UserDirectory(system: $0.system).setPassword(email: email, password: password, by: TenantCommand.actor)
            }
            Terminal.say("The password of \(email) is set.")
        }
    }
}

/// Asks for a password without showing it.
enum PasswordPrompt {
    /// A password from the environment's `variable`, where that is set; else from the keyboard, or a line of standard input. Never from an
    /// argument, which everybody on the machine can read.
    static func ask(_ prompt: String, isNew: Bool, variable: String? = nil) throws -> String {
        if let variable, let password = ProcessInfo.processInfo.environment[variable], !password.isEmpty { return password }
        guard isatty(STDIN_FILENO) == 1 else {
            guard let line = readLine(), !line.isEmpty else { throw Failure("There is no password on standard input.") }
            return line
        }
        let first = try hidden(prompt)
        if isNew, try hidden("Again: ") != first { throw Failure("The two passwords differ.") }
        return first
    }

    private static func hidden(_ prompt: String) throws -> String {
        FileHandle.standardError.write(Data(prompt.utf8))
        var settings = termios()
        tcgetattr(STDIN_FILENO, &settings)
        var silent = settings
        silent.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
            FileHandle.standardError.write(Data("\n".utf8))
        }
        guard let line = readLine(), !line.isEmpty else { throw Failure("No password was given.") }
        return line
    }
}
