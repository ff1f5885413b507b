import Foundation
import Primitives
import Testing

@testable import DbTools

/// `dbtools server ...` and `dbtools operation ...` against a running program (issue 3, "Onboarding"; FR2).
@Suite(.serialized) struct ServerCommandTests {
    /// A served tenant, and the environment of somebody who is signed in.
    static func signedIn() async throws -> (served: Served, environment: [String: String]) {
        let served = try Served()
        try await served.start()
        #expect(try await served.call("POST", "/tenants", #"{"slug": "acme", "name": "Acme"}"#).status == 201)
        let environment = ["XDG_CONFIG_HOME": served.folder.path + "/config", "DBTOOLS_TENANT": "acme"]
        let login = try await Served.runAside(
            ["login", Served.email, "--url", served.url], input: Served.password + "\n", environment: environment)
        #expect(login.code == 0, "\(login.error)")
        return (served, environment)
    }

    @Test func serversAreAddedImportedListedAndRemoved() async throws {
        let (served, environment) = try await Self.signedIn()
        func run(_ line: String, input: String = "") async throws -> (code: Int32, output: String, error: String) {
            try await Served.runAside(line.split(separator: " ").map(String.init), input: input, environment: environment)
        }
        #expect(try await run("server add Orders db.example.com --user dbtools --label prod", input: "s3cret-pass\n").code == 0)
        #expect(try await run("server add Orders h --no-password").code == 1)
        let file = served.folder.path + "/servers.csv"
        try "name;hostname;groups\nBilling;h;Production\norders;h;\nBad;h h;\n".write(toFile: file, atomically: true, encoding: .utf8)
        let dry = try await run("server import \(file) --dry-run")
        #expect(dry.code == 1)
        #expect(dry.output.contains("line 4, Bad: hostname"))
        #expect(dry.output.contains("3 rows: 1 to add, 1 there already, 1 invalid, 0 twice. Nothing was changed."))
        let imported = try await run("server import \(file)")
        #expect(imported.code == 1)
        #expect(imported.output == "Import 3 servers: 1 of 3 done, 1 needed nothing, 1 failed.\n")
        let list = try JSONValue.parse(text: try await run("server list --json").output)
        #expect(list.array?.compactMap { $0["name"]?.string } == ["Billing", "Orders"])
        #expect(try await run("server list --csv").output.hasPrefix("name,hostname,"))
        #expect(try await run("server export --label prod").output.split(separator: "\r\n").count == 2)
        #expect(try await run("server show ORDERS").output.contains("dbtools"))
        let script = try await run("server deploy orders --dry-run --database Monitoring")
        #expect(script.code == 0 && script.output.contains("CREATE SCHEMA"), "\(script.error)")
        #expect(try await run("server deploy Orders --dry-run --database master").code == 1)
        #expect(try await run("server deploy Nobody").error.contains("There is no server called “Nobody”."))
        #expect(try await run("server undeploy Orders").code == 2)
        #expect(try await run("server undeploy Orders --yes").error.contains("No monitoring objects are deployed"))
        #expect(try await run("server deploy").code == 2)
        #expect(try await run("server remove Orders --yes").code == 0)
        #expect(try await run("server show Orders").code == 1)
        #expect(try await run("operation list").output.contains("Import 3 servers"))
        #expect(try await run("operation show nonsense").code == 1)
        #expect(try await run("server import --template").output.hasPrefix("name,hostname,port"))
        _ = try await served.stop()
    }

    /// kill -9 in the middle of an import: the process that takes its place goes on, and no server is made twice or left out.
    @Test func anImportSurvivesTheEndOfItsProcess() async throws {
        let (served, environment) = try await Self.signedIn()
        let count = 4_000
        // More than other requests may bring.
        let long = String(repeating: "x", count: 128)
        let file = "name,hostname,port,username,database\n" + (0..<count).map { "s\($0),127.0.0.1,9,\(long),\(long)\n" }.joined()
        #expect(file.utf8.count > 1 << 20)
        let begun = try await Served.runAside(["server", "import", "-", "--no-wait", "--json"], input: file, environment: environment)
        let id = try #require(try JSONValue.parse(text: begun.output)["id"]?.string, "\(begun.error)")
        try await until("begun", seconds: 60) {
            let operation = try JSONValue.parse(text: try await served.call("GET", "/operations/\(id)", tenant: "acme").body)
            return (operation["progress"]?["done"]?.int ?? 0) > 0
        }
        let process = try #require(served.child("api"))
        kill(process, SIGKILL)
        try await until("started again", seconds: 30) { served.child("api").map { $0 != process } ?? false }
        try await served.untilReady()
        let port = try #require(APIReady.port(DataDirectory(served.data)))
        // The port is a free one each time in this test: sign in anew.
        _ = try await Served.runAside(
            ["login", Served.email, "--url", "http://127.0.0.1:\(port)"], input: Served.password + "\n", environment: environment)
        let waited = try await Served.runAside(["operation", "wait", id], environment: environment)
        #expect(waited.code == 0, "\(waited.error)")
        #expect(waited.output == "Import \(count) servers: \(count) of \(count) done.\n")
        let list = try await Served.runAside(["server", "list", "--csv"], environment: environment)
        #expect(list.output.split(separator: "\r\n").count == count + 1)
        let activity = try await Served.runAside(
            ["api", "GET", "/activity?action=server_added&limit=1", "-t", "acme", "-i"], environment: environment)
        #expect(activity.error.lowercased().contains("x-total-count: \(count)\n"))
        _ = try await served.stop()
    }
}
