import ArgumentParser
import Foundation
import Primitives

/// Which login deploys or removes, instead of the servers' own: for this once, and kept nowhere.
struct DeployLoginOptions: ParsableArguments {
    static let passwordVariable = "DBTOOLS_DEPLOY_PASSWORD"

    @Option(
        name: .customLong("deploy-user"),
        help: "Another login for this once; its password is asked for, or read from DBTOOLS_DEPLOY_PASSWORD or standard input.")
    var user: String?

    /// For a body. Throws `Failure` when there is no password to be had.
    func member() throws -> JSONValue? {
        guard let user else { return nil }
        let password = try PasswordPrompt.ask("Password of \(user): ", isNew: false, variable: Self.passwordVariable)
        return ["username": .string(user), "password": .string(password)]
    }
}

extension ServerCommand {
    struct Deploy: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Puts the monitoring objects on servers, or brings them up to date.",
            discussion: """
                Checks the rights, deploys, reads back what is there and compares it; a second run changes nothing. Without --database it is
                where the objects are already, else DbTools (SQL Server), or the database that is connected to. Exit code 1 when a server
                failed; what it lacks is said, with the statement that grants it.

                Examples:
                  dbtools server deploy Orders -t demo --dry-run > deploy.sql
                  dbtools server deploy Orders -t demo
                  dbtools server deploy Orders Billing -t demo --database Monitoring --deploy-user sa
                """)
        @OptionGroup var options: APIOptions
        @OptionGroup var login: DeployLoginOptions
        @Argument(help: "Names or ids.") var servers: [String]
        @Option(help: "The database that is to hold them; SQL Server's master is refused.") var database: String?
        @Flag(inversion: .prefixedNo, help: "Make the database when it does not exist (SQL Server).") var createDatabase: Bool?
        @Flag(help: "Write the script to standard output, and do nothing.") var dryRun = false
        @Flag(help: "Do not wait for the end.") var noWait = false

        func validate() throws {
            if dryRun, servers.count != 1 { throw ValidationError("--dry-run writes the script of one server.") }
            if dryRun, noWait { throw ValidationError("--dry-run does nothing that --no-wait could wait for.") }
        }

        func run() async throws {
            var session = try options.open()
            var body: [String: JSONValue] = [:]
            if let database { body["database"] = .string(database) }
            if let createDatabase { body["createDatabase"] = .bool(createDatabase) }
            let found = try await session.servers(servers)
            if let credential = try login.member() { body["credential"] = credential }
            if dryRun {
                body["dryRun"] = true
                let script = try await session.send("POST", "/servers/\(found[0]["id"]?.string ?? "")/deploy", .object(body)).json
                return Terminal.say(options.json ? script.text : script["script"]?.string ?? "")
            }
            try await session.carryOut("deploy", found, body, asJSON: options.json, waits: !noWait)
        }
    }

    struct Undeploy: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Takes the monitoring objects off servers; nothing is left behind.",
            discussion: """
                Objects, schema, and the database if DbTools made it and it holds nothing else. Collection goes on with direct queries.

                Examples:
                  dbtools server undeploy Orders -t demo
                  dbtools server undeploy Orders Billing -t demo --yes
                """)
        @OptionGroup var options: APIOptions
        @OptionGroup var login: DeployLoginOptions
        @Argument(help: "Names or ids.") var servers: [String]
        @Flag(help: "Do not ask.") var yes = false
        @Flag(help: "Do not wait for the end.") var noWait = false

        func run() async throws {
            var session = try options.open()
            let found = try await session.servers(servers)
            if !yes { try ServerCommand.confirm("Take the monitoring objects off", found) }
            var body: [String: JSONValue] = [:]
            if let credential = try login.member() { body["credential"] = credential }
            try await session.carryOut("undeploy", found, body, asJSON: options.json, waits: !noWait)
        }
    }

    /// Asks before something is done to servers. Throws `ValidationError` when nobody can be asked, `Failure` for anything but yes.
    static func confirm(_ what: String, _ servers: [JSONValue]) throws {
        guard isatty(STDIN_FILENO) == 1 else { throw ValidationError("Give --yes, since nobody can be asked here.") }
        for server in servers { Terminal.error("  \(line(server))") }
        Terminal.error("\(what) \(servers.count == 1 ? "this server" : "these \(servers.count) servers")? [y/N]")
        guard ["y", "yes"].contains(readLine()?.lowercased() ?? "") else { throw Failure("Nothing was done.") }
    }
}

extension APISession {
    /// The servers with these names or ids, each once. Throws `Failure` for the first that there is not.
    mutating func servers(_ names: [String]) async throws -> [JSONValue] {
        var found: [JSONValue] = []
        for name in names {
            let server = try await server(name)
            if !found.contains(where: { $0["id"] == server["id"] }) { found.append(server) }
        }
        return found
    }

    /// Begins `action` (deploy or undeploy), waits with a progress bar, and says what became of each server. Throws `ExitCode` 1 when one
    /// failed.
    mutating func carryOut(_ action: String, _ servers: [JSONValue], _ body: [String: JSONValue], asJSON: Bool, waits: Bool) async throws {
        let begun: JSONValue
        if servers.count == 1 {
            begun = try await send("POST", "/servers/\(servers[0]["id"]?.string ?? "")/\(action)", .object(body)).json
        } else {
            var body = body
            body["ids"] = .array(servers.compactMap { $0["id"] })
            begun = try await send("POST", "/servers/bulk/\(action)", .object(body)).json
        }
        let id = begun["id"]?.string ?? ""
        guard waits else { return Terminal.say(asJSON ? begun.text : "Begun: dbtools operation wait \(id)") }
        let ended = try await wait(for: id)
        if !asJSON {
            for item in try await all("/operations/\(id)/items", countMax: servers.count).items where item["status"] != "failed" {
                Terminal.say("\(item["name"]?.string ?? ""): \(item["message"]?.string ?? item["status"]?.string ?? "")")
            }
            for item in try await all("/operations/\(id)/items?status=failed", countMax: servers.count).items { Self.showGrants(item) }
        }
        try await report(ended, asJSON: asJSON)
    }

    private static func showGrants(_ item: JSONValue) {
        let missing = (item["result"]?["permissions"]?.array ?? []).filter { $0["granted"] == false }
        guard !missing.isEmpty else { return }
        Terminal.error("\(item["name"]?.string ?? "") lacks:")
        for permission in missing {
            Terminal.error("  \(permission["name"]?.string ?? "") (\(permission["neededFor"]?.string ?? ""))")
            if let statement = permission["grantStatement"]?.string { Terminal.error("    \(statement)") }
        }
    }
}
