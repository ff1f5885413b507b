import ArgumentParser
import Foundation
import Primitives

extension ServerCommand {
    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes servers as CSV, which dbtools server import takes again (without passwords).",
            discussion: """
                Takes the filters of dbtools server list. Cells that a spreadsheet would run as a formula begin with an apostrophe.

                Examples:
                  dbtools server export -t demo > servers.csv
                  dbtools server export -t demo --label prod --output prod.csv
                """)
        @OptionGroup var list: List
        @Option(name: .shortAndLong, help: "The file to write; standard output without.") var output: String?

        func run() async throws {
            var session = try list.options.open()
            let path = "/servers" + (try await ServerQuery(list, &session)).text
            let file = try await session.send("GET", path, accept: "text/csv")
            let count = file.header("X-Total-Count").flatMap(Int.init) ?? 0
            guard let output else { return FileHandle.standardOutput.write(Data(file.body)) }
            do { try Data(file.body).write(to: URL(filePath: output), options: .atomic) } catch {
                throw Failure("Cannot write \(output): \(error.localizedDescription)")
            }
            Terminal.error("\(counted(count, "server")) written to \(output).")
        }
    }
}

/// The filters of `dbtools server list` as the query of GET /servers.
struct ServerQuery {
    let text: String

    /// Throws `Failure` for a group that there is not.
    init(_ list: ServerCommand.List, _ session: inout APISession) async throws {
        var parts = list.query.map { ["q=\(APISession.encoded($0))"] } ?? []
        let groups = list.group.isEmpty ? [] : try await session.groups(list.group).compactMap(\.string)
        let lists = [
            ("status", list.status), ("health", list.health), ("engine", list.engine), ("label", list.label), ("group", groups),
            ("credential", list.credential), ("deployment", list.deployment),
        ]
        for (name, values) in lists { parts += values.map { "\(name)=\(APISession.encoded($0))" } }
        if list.removed { parts.append("deleted=true") }
        text = parts.isEmpty ? "" : "?" + parts.joined(separator: "&")
    }
}

extension APISession {
    /// Ids of the groups with these names (without regard to case) or ids. Throws `Failure` for the first that there is not.
    mutating func groups(_ names: [String]) async throws -> [JSONValue] {
        let groups = try await all("/groups", countMax: 10_000).items
        return try names.map { name in
            let group = groups.first { [$0["name"]?.string?.lowercased(), $0["id"]?.string].contains(name.lowercased()) }
            guard let id = group?["id"] else { throw Failure("There is no group called “\(name)”.") }
            return id
        }
    }

    /// Id of the credential profile with this name (without regard to case) or id. Throws `Failure` when there is none.
    mutating func credential(_ name: String) async throws -> JSONValue {
        let profiles = try await all("/credentials?q=\(Self.encoded(name))", countMax: 10_000).items
        let isThere = { (profile: JSONValue) in profile["name"]?.string?.lowercased() == name.lowercased() }
        if let id = profiles.first(where: isThere)?["id"] { return id }
        guard UUID(uuidString: name) != nil else { throw Failure("There is no credential profile called “\(name)”.") }
        return .string(name.lowercased())
    }
}
