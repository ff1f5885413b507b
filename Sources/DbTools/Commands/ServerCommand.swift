import ArgumentParser
import Foundation
import Primitives

struct ServerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "server", abstract: "Adds, lists, tests, deploys to and removes monitored servers.",
        discussion: """
            Asks a running DbTools with the sign-in of dbtools login. Servers are named by name or id.

            Examples:
              dbtools server list -t demo --status offline
              dbtools server add Orders sql01\\SALES -t demo --user dbtools --label prod
              dbtools server import servers.csv -t demo --dry-run
              dbtools server deploy Orders -t demo

            Exit codes: 0 done, 1 failed (also when one of several failed), 2 wrong usage.
            """,
        subcommands: [
            Add.self, List.self, Show.self, Test.self, Deploy.self, Undeploy.self, Remove.self, Import.self, Export.self,
        ])

    static let passwordVariable = "DBTOOLS_SERVER_PASSWORD"

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Adds a server.",
            discussion: """
                The password is asked for, or read from DBTOOLS_SERVER_PASSWORD or standard input; --no-password adds the server without.

                Examples:
                  dbtools server add Orders sql01.example.com -t demo --user dbtools --validate
                  dbtools server add Billing pg01:5433 -t demo --engine postgresql --user dbtools --group Production
                  dbtools server add Shop "sql02\\SHOP" -t demo --credential "Production SQL"
                """)
        @OptionGroup var options: APIOptions
        @Argument(help: "The name that people see.") var name: String
        @Argument(help: "Where it listens: host, host\\instance, host,port or host:port.") var host: String
        @Option(help: "sqlserver, postgresql or mysql.") var engine = "sqlserver"
        @Option(help: "The login's name.") var user: String?
        @Option(help: "Instead of a login: a credential profile, by name or id.") var credential: String?
        @Option(help: "The database to connect to.") var database: String?
        @Option(help: "sql or windows.") var auth = "sql"
        @Option(help: "A label; may be repeated.") var label: [String] = []
        @Option(help: "A group, by name; may be repeated.") var group: [String] = []
        @Flag(help: "Without a password.") var noPassword = false
        @Flag(help: "Encrypt without checking the server's certificate.") var trustServerCertificate = false
        @Flag(help: "Do not encrypt.") var noEncrypt = false
        @Flag(name: .customLong("validate"), help: "Test the connection first, and add nothing when it fails.") var isValidated = false

        func validate() throws {
            if credential != nil, user != nil { throw ValidationError("--credential stands for a login: leave out --user.") }
        }

        func run() async throws {
            var session = try options.open()
            var body: [String: JSONValue] = [
                "name": .string(name), "hostname": .string(host), "engine": .string(engine), "authType": .string(auth),
                "encrypt": .bool(!noEncrypt), "trustServerCertificate": .bool(trustServerCertificate), "validate": .bool(isValidated),
                "labels": .array(label.map { .string($0) }),
            ]
            if let user { body["username"] = .string(user) }
            if let credential { body["credentialId"] = try await session.credential(credential) }
            if let database { body["database"] = .string(database) }
            if !group.isEmpty { body["groupIds"] = .array(try await session.groups(group)) }
            if user != nil, auth == "sql", !noPassword {
                let password = try PasswordPrompt.ask("Password of \(user ?? ""): ", isNew: false, variable: ServerCommand.passwordVariable)
                body["password"] = .string(password)
            }
            let server = try await session.send("POST", "/servers", .object(body)).json
            Terminal.say(options.json ? server.text : "Added \(ServerCommand.line(server)) (\(server["id"]?.string ?? "")).")
            if let twin = server["duplicateOf"]?["name"]?.string {
                Terminal.error("It is the instance that is registered as “\(twin)” already.")
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let countMax = 100_000
        static let configuration = CommandConfiguration(
            abstract: "Lists servers.",
            discussion: "Examples:\n  dbtools server list -t demo\n  dbtools server list -t demo --health critical --json")
        @OptionGroup var options: APIOptions
        @Option(name: .shortAndLong, help: "Text in name, host, groups or labels.") var query: String?
        @Option(help: "online, degraded, offline or unknown; may be repeated.") var status: [String] = []
        @Option(help: "healthy, warning, critical, offline or unknown; may be repeated.") var health: [String] = []
        @Option(help: "sqlserver, postgresql or mysql; may be repeated.") var engine: [String] = []
        @Option(help: "A label; with several a server must carry all.") var label: [String] = []
        @Option(help: "A group, by name or id; may be repeated.") var group: [String] = []
        @Option(help: "A credential profile, by name or id; may be repeated.") var credential: [String] = []
        @Option(help: "State of the monitoring objects, such as monitored or drifted; may be repeated.") var deployment: [String] = []
        @Flag(help: "Removed servers that can be restored, instead of the others.") var removed = false
        @Flag(help: "As CSV, which dbtools server import takes again.") var csv = false

        func run() async throws {
            var session = try options.open()
            let path = "/servers" + (try await ServerQuery(self, &session)).text
            if csv {
                let file = try await session.send("GET", path, accept: "text/csv")
                FileHandle.standardOutput.write(Data(file.body))
                return
            }
            let (servers, total) = try await session.all(path, countMax: Self.countMax)
            if options.json { return Terminal.say(JSONValue.array(servers).text) }
            Table.show(
                ["NAME", "ENGINE", "HOST", "STATUS", "HEALTH", "VERSION", "LABELS"],
                servers.map { server in
                    let labels = (server["labels"]?.array ?? []).compactMap { $0["name"]?.string }
                    return [
                        server["name"]?.string ?? "", server["engine"]?.string ?? "", ServerCommand.address(server),
                        server["status"]?.string ?? "", server["health"]?.string ?? "", server["version"]?.string ?? "",
                        labels.joined(separator: ","),
                    ]
                })
            if total > servers.count { Terminal.error("\(total - servers.count) more are not shown.") }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows one server.", discussion: "Example:\n  dbtools server show Orders -t demo")
        @OptionGroup var options: APIOptions
        @Argument(help: "Its name or id.") var server: String

        func run() async throws {
            var session = try options.open()
            let found = try await session.server(server)
            if options.json { return Terminal.say(found.text) }
            func names(_ member: String) -> String {
                let names = (found[member]?.array ?? []).compactMap { $0["name"]?.string }
                return names.isEmpty ? "-" : names.joined(separator: ", ")
            }
            let reasons = (found["healthReasons"]?.array ?? []).compactMap(\.string)
            let lines: [(String, String)] = [
                ("name", found["name"]?.string ?? ""), ("id", found["id"]?.string ?? ""), ("engine", found["engine"]?.string ?? ""),
                ("host", ServerCommand.address(found)), ("login", found["username"]?.string ?? "-"),
                ("status", found["status"]?.string ?? ""), ("health", found["health"]?.string ?? ""),
                ("reasons", reasons.isEmpty ? "-" : reasons.joined(separator: "; ")), ("version", found["version"]?.string ?? "-"),
                ("build", found["productVersion"]?.string ?? "-"), ("edition", found["edition"]?.string ?? "-"),
                ("groups", names("groups")), ("labels", names("labels")), ("collected", found["lastCollectedAt"]?.string ?? "never"),
                ("error", found["lastError"]?["message"]?.string ?? "-"), ("deployment", found["deployment"]?.string ?? "none"),
                ("credential", found["credential"]?["name"]?.string ?? "-"), ("same as", found["duplicateOf"]?["name"]?.string ?? "-"),
            ]
            for (name, value) in lines { Terminal.say(name.padding(toLength: 11, withPad: " ", startingAt: 0) + value) }
        }
    }

    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tests the connections of servers as they are stored.",
            discussion: """
                One server is tested at once; several, or all that a text finds, as an operation. Exit code 1 when a test fails.

                Examples:
                  dbtools server test Orders -t demo
                  dbtools server test -t demo --query prod
                """)
        @OptionGroup var options: APIOptions
        @Argument(help: "Names or ids.") var servers: [String] = []
        @Option(name: .shortAndLong, help: "Instead: all servers with this text in name, host, groups or labels; '' is all.")
        var query: String?

        func validate() throws {
            guard servers.isEmpty != (query == nil) else { throw ValidationError("Name servers, or give --query.") }
        }

        func run() async throws {
            var session = try options.open()
            if servers.count == 1 { return try await testOne(servers[0], &session) }
            var body: [String: JSONValue] = [:]
            if let query {
                body["filter"] = query.isEmpty ? [:] : ["q": .string(query)]
            } else {
                var ids: [JSONValue] = []
                for name in servers { ids.append(try await session.server(name)["id"] ?? .null) }
                body["ids"] = .array(ids)
            }
            let begun = try await session.send("POST", "/servers/bulk/test-connection", .object(body)).json
            let ended = try await session.wait(for: begun["id"]?.string ?? "")
            try await session.report(ended, asJSON: options.json)
        }

        private func testOne(_ name: String, _ session: inout APISession) async throws {
            let server = try await session.server(name)
            let result = try await session.send("POST", "/servers/\(server["id"]?.string ?? "")/test-connection").json
            if options.json {
                Terminal.say(result.text)
            } else {
                Terminal.say("\(server["name"]?.string ?? ""): \(result["message"]?.string ?? "")")
                for permission in result["permissions"]?.array ?? [] where permission["granted"] == false {
                    Terminal.say("  missing: \(permission["name"]?.string ?? "") (\(permission["neededFor"]?.string ?? ""))")
                    if let statement = permission["grantStatement"]?.string { Terminal.say("    \(statement)") }
                }
            }
            guard result["success"] == true else { throw ExitCode(1) }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Deletes servers softly; they can be restored.",
            discussion: "Examples:\n  dbtools server remove Orders -t demo\n  dbtools server remove Orders Billing -t demo --yes")
        @OptionGroup var options: APIOptions
        @Argument(help: "Names or ids.") var servers: [String]
        @Flag(help: "Do not ask.") var yes = false

        func run() async throws {
            var session = try options.open()
            let found = try await session.servers(servers)
            if !yes { try ServerCommand.confirm("Remove", found) }
            for server in found {
                _ = try await session.send("DELETE", "/servers/\(server["id"]?.string ?? "")")
                if !options.json { Terminal.say("Removed \(server["name"]?.string ?? "").") }
            }
            if options.json { Terminal.say(JSONValue.array(found.compactMap { $0["id"] }).text) }
        }
    }

    static func address(_ server: JSONValue) -> String {
        let host = server["hostname"]?.string ?? ""
        if let instance = server["instanceName"]?.string { return "\(host)\\\(instance)" }
        return "\(host):\(server["port"]?.int ?? 0)"
    }

    static func line(_ server: JSONValue) -> String { "\(server["name"]?.string ?? "") at \(address(server))" }
}
