import ArgumentParser
import Foundation
import Primitives

extension ServerCommand {
    struct Import: AsyncParsableCommand {
        static let fileBytesMax = 64 << 20
        static let configuration = CommandConfiguration(
            abstract: "Adds many servers from a CSV or JSON file.",
            discussion: """
                The first line of a CSV file names its columns: name, hostname, port, instanceName, engine, database, authType, username,
                password, encrypt, trustServerCertificate, groups, labels. The same file again adds only what is missing.
                --dry-run exits with 1 when a row is invalid or stands twice.

                Examples:
                  dbtools server import --template > servers.csv
                  dbtools server import servers.csv -t demo --dry-run
                  dbtools server import servers.csv -t demo --validate
                  cat servers.json | dbtools server import - -t demo
                """)
        @OptionGroup var options: APIOptions
        @Argument(help: "The file, or - for standard input.") var file: String?
        @Flag(help: "Say what would become of each row, and change nothing.") var dryRun = false
        @Flag(name: .customLong("validate"), help: "Test each connection, and leave out what fails.") var isValidated = false
        @Flag(help: "Rows with groups that do not exist are invalid.") var refuseUnknownGroups = false
        @Flag(help: "Do not wait for the end.") var noWait = false
        @Flag(help: "Write a file to fill in to standard output.") var template = false

        func validate() throws {
            if template == (file != nil) { throw ValidationError("Name a file, or - for standard input; or ask for --template.") }
            if dryRun, isValidated { throw ValidationError("--dry-run connects to nothing: leave out --validate.") }
        }

        func run() async throws {
            var session = try options.open()
            if template {
                FileHandle.standardOutput.write(Data(try await session.send("GET", "/servers/import/template").body))
                return
            }
            let bytes = try read(file ?? "-")
            let isJSON = bytes.first { !" \t\r\n".utf8.contains($0) } == UInt8(ascii: "[")
            var query: [String] = []
            if dryRun { query.append("dryRun=true") }
            if isValidated { query.append("validate=true") }
            if refuseUnknownGroups { query.append("unknownGroups=refuse") }
            let path = "/servers/import" + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
            let answer = try await session.send("POST", path, bytes: bytes, type: isJSON ? "application/json" : "text/csv").json
            if dryRun { return try show(answer) }
            let id = answer["id"]?.string ?? ""
            if noWait { return Terminal.say(options.json ? answer.text : "Begun: dbtools operation wait \(id)") }
            try await session.report(try await session.wait(for: id), asJSON: options.json)
        }

        private func read(_ file: String) throws -> [UInt8] {
            let bytes: [UInt8]
            if file == "-" {
                bytes = Array(FileHandle.standardInput.readDataToEndOfFile())
            } else {
                guard let contents = FileManager.default.contents(atPath: file) else { throw Failure("Cannot read \(file).") }
                bytes = Array(contents)
            }
            guard bytes.count <= Self.fileBytesMax else {
                throw Failure("The file is larger than \(Self.fileBytesMax >> 20) MiB; split it.")
            }
            return bytes
        }

        private func show(_ verdicts: JSONValue) throws {
            let counts = verdicts["counts"]
            func count(_ word: String) -> Int64 { counts?[word]?.int ?? 0 }
            if options.json {
                Terminal.say(verdicts.text)
            } else {
                for item in verdicts["items"]?.array ?? [] where item["verdict"] != "create" || Self.reasons(item, "warnings") != "" {
                    Terminal.say(Self.line(item))
                }
                let named = [("groups", "newGroups"), ("labels", "newLabels")].compactMap { word, member -> String? in
                    let names = (verdicts[member]?.array ?? []).compactMap(\.string)
                    return names.isEmpty ? nil : "New \(word): \(names.joined(separator: ", "))."
                }
                for line in named { Terminal.say(line) }
                Terminal.say(
                    "\(counted(verdicts["rows"]?.int ?? 0, "row")): \(count("create")) to add, \(count("exists")) there already, "
                        + "\(count("invalid")) invalid, \(count("duplicate")) twice. Nothing was changed.")
                if verdicts["isComplete"] == false { Terminal.say("Not every row is shown.") }
            }
            if count("invalid") + count("duplicate") > 0 { throw ExitCode(1) }
        }

        private static func line(_ item: JSONValue) -> String {
            let place = item["line"]?.int.map { "line \($0)" } ?? "element \(item["row"]?.int ?? 0)"
            let name = item["name"]?.string ?? ""
            let what: String
            switch item["verdict"]?.string {
            case "exists": what = "exists already"
            case "duplicate": what = "is row \(item["duplicateOf"]?.int ?? 0) again"
            case "create": what = "will be added, but \(reasons(item, "warnings"))"
            default: what = reasons(item, "errors")
            }
            return name.isEmpty ? "\(place): \(what)" : "\(place), \(name): \(what)"
        }

        private static func reasons(_ item: JSONValue, _ member: String) -> String {
            (item[member]?.array ?? []).map { "\($0["field"]?.string ?? "") \($0["reason"]?.string ?? "")" }.joined(separator: "; ")
        }
    }
}
