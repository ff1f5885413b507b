import ArgumentParser
import Foundation
import Primitives

struct OperationCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "operation", abstract: "Shows, stops and waits for long work.",
        discussion: """
            Examples:
              dbtools operation list -t demo
              dbtools operation show 0197a5b0-0000-7000-8000-000000000001 -t demo --items
              dbtools operation wait 0197a5b0-0000-7000-8000-000000000001 -t demo
            """,
        subcommands: [List.self, Show.self, Stop.self, Wait.self])

    struct List: AsyncParsableCommand {
        static let countMax = 1_000
        static let configuration = CommandConfiguration(
            abstract: "Lists operations, newest first.", discussion: "Example:\n  dbtools operation list -t demo --status running")
        @OptionGroup var options: APIOptions
        @Option(help: "queued, running, stopping, succeeded, partial, failed or stopped; may be repeated.") var status: [String] = []

        func run() async throws {
            var session = try options.open()
            let query = status.map { "status=\(APISession.encoded($0))" }.joined(separator: "&")
            let (operations, total) = try await session.all("/operations" + (query.isEmpty ? "" : "?" + query), countMax: Self.countMax)
            if options.json { return Terminal.say(JSONValue.array(operations).text) }
            Table.show(
                ["ID", "STATUS", "DONE", "FAILED", "BEGUN", "BY", "WHAT"],
                operations.map { operation in
                    [
                        operation["id"]?.string ?? "", operation["status"]?.string ?? "",
                        "\(operation["progress"]?["done"]?.int ?? 0)/\(operation["progress"]?["total"]?.int ?? 0)",
                        String(operation["counts"]?["failed"]?.int ?? 0), operation["createdAt"]?.string ?? "",
                        operation["createdBy"]?.string ?? "", operation["title"]?.string ?? "",
                    ]
                })
            if total > operations.count { Terminal.error("\(total - operations.count) older ones are not shown.") }
        }
    }

    struct Show: AsyncParsableCommand {
        static let itemCountMax = 100_000
        static let configuration = CommandConfiguration(
            abstract: "Shows one operation.", discussion: "Example:\n  dbtools operation show ID -t demo --items")
        @OptionGroup var options: APIOptions
        @Argument(help: "Its id.") var id: String
        @Flag(help: "Show what became of each item.") var items = false

        func run() async throws {
            var session = try options.open()
            let operation = try await session.send("GET", "/operations/\(APISession.encoded(id))").json
            let list = items ? try await session.all("/operations/\(APISession.encoded(id))/items", countMax: Self.itemCountMax).items : []
            if options.json { return Terminal.say(items ? JSONValue.array(list).text : operation.text) }
            let lines: [(String, String)] = [
                ("what", operation["title"]?.string ?? ""), ("kind", operation["kind"]?.string ?? ""),
                ("status", operation["status"]?.string ?? ""), ("progress", operation["progress"]?["message"]?.string ?? ""),
                ("by", operation["createdBy"]?.string ?? ""), ("begun", operation["createdAt"]?.string ?? ""),
                ("ended", operation["endedAt"]?.string ?? "-"), ("error", operation["error"]?["message"]?.string ?? "-"),
            ]
            for (name, value) in lines { Terminal.say(name.padding(toLength: 10, withPad: " ", startingAt: 0) + value) }
            guard items else { return }
            Table.show(
                ["#", "NAME", "STATUS", "MESSAGE"],
                list.map { item in
                    [
                        String(item["position"]?.int ?? 0), item["name"]?.string ?? "", item["status"]?.string ?? "",
                        item["message"]?.string ?? "",
                    ]
                })
        }
    }

    struct Stop: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Asks an operation to stop; what is done stays done.", discussion: "Example:\n  dbtools operation stop ID -t demo")
        @OptionGroup var options: APIOptions
        @Argument(help: "Its id.") var id: String

        func run() async throws {
            var session = try options.open()
            let operation = try await session.send("DELETE", "/operations/\(APISession.encoded(id))").json
            let hasStopped = operation["status"] == "stopped"
            Terminal.say(options.json ? operation.text : hasStopped ? "Stopped." : "Asked to stop; what is under way ends first.")
        }
    }

    struct Wait: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Waits for the end of an operation, with a progress bar.",
            discussion: "Exit code 0 when it succeeded, else 1.\n\nExample:\n  dbtools operation wait ID -t demo")
        @OptionGroup var options: APIOptions
        @Argument(help: "Its id.") var id: String

        func run() async throws {
            var session = try options.open()
            try await session.report(try await session.wait(for: APISession.encoded(id)), asJSON: options.json)
        }
    }
}
