import Foundation
import Testing

/// What the files of the project owe each other: generated ones to their sources, migrations to their order, collectors to their readers.
@Suite struct RepositoryTests {
    /// Each scripts/generate-NAME has a --check that writes nothing and fails when a file is old.
    @Test func generatedFilesAreCurrent() throws {
        let scripts = try FileManager.default.contentsOfDirectory(atPath: SourceTree.root.appending(path: "scripts").path())
        let generators = scripts.filter { $0.hasPrefix("generate-") }.sorted()
        try #require(!generators.isEmpty)
        for generator in generators {
            let run = Process()
            run.executableURL = SourceTree.root.appending(path: "scripts/\(generator)")
            run.arguments = ["--check"]
            let output = Pipe()
            run.standardOutput = output
            run.standardError = output
            try run.run()
            let text = output.fileHandleForReading.readDataToEndOfFile()
            run.waitUntilExit()
            #expect(run.terminationStatus == 0, "\(generator): \(String(decoding: text, as: UTF8.self))")
        }
    }

    @Test(arguments: ["system", "tenant"])
    func migrationsAreNumberedWithoutGaps(sequence: String) throws {
        let files = try SourceTree.files(under: "Sources/Schema/Migrations/\(sequence)", endingWith: [".sql"])
        let names = files.compactMap { $0.path.split(separator: "/").last.map(String.init) }
        let pattern = try Regex(#"^m\d{4}_[a-z0-9_]+\.sql$"#)
        for (index, name) in names.enumerated() {
            #expect(name.contains(pattern), "\(name) is not mNNNN_<part>.sql")
            let number = String(String(10_000 + index + 1).dropFirst())
            #expect(name.dropFirst().prefix(4) == number, "\(name) is out of sequence")
        }
    }

    /// A DBA reads these before they run on his servers.
    @Test func collectorsSayWhatTheyDo() throws {
        for file in try SourceTree.files(under: "Sources/Engines", endingWith: [".sql"]) {
            let text = file.lines.joined(separator: "\n")
            let dashes = file.lines.prefix { $0.hasPrefix("--") || $0.isEmpty }.joined(separator: "\n")
            let block = text.prefix(upTo: text.firstRange(of: "*/")?.lowerBound ?? text.endIndex)
            let head = (text.hasPrefix("/*") ? String(block) : dashes).lowercased()
            for word in ["purpose", "versions", "permissions", "cost"] where !head.contains(word) {
                Issue.record("\(file.path): the header does not name \(word)")
            }
            if !head.contains("columns"), !head.contains("result") {
                Issue.record("\(file.path): the header does not name what comes back")
            }
        }
    }

    /// What only one machine has does not belong into the project.
    @Test func filesNameNoMachineAndNoRegistry() throws {
        // Put together here, so that this file does not name them either.
        let names = [
            "/wo" + "rk/", "deb.deb" + "ian.org", "pypi" + ".org", "pythonho" + "sted.org", "registry.np" + "mjs",
            "/opt/swift" + "-packages", "node" + "source.com",
        ]
        let endings = [
            ".swift", ".py", ".sh", ".sql", ".ts", ".tsx", ".mjs", ".md", ".yaml", ".json", ".txt", ".example",
            "Makefile", "setup", "build", "test", "run",
        ]
        for file in try SourceTree.files(endingWith: endings) {
            for (index, line) in file.lines.enumerated() {
                for name in names where line.contains(name) { Issue.record("\(file.path):\(index + 1): \(name)") }
            }
        }
    }

    @Test func architectureFitsItsPage() throws {
        #expect(try SourceTree.text("ARCHITECTURE.md").split(separator: "\n", omittingEmptySubsequences: false).count <= 251)
    }

    /// Each setting of the program is in docs/configuration.md by its key, its variable and its option, and in .env.example.
    @Test func everySettingIsDocumented() throws {
        let setting = #/Setting\("([A-Za-z]+)", "([A-Z_]+)"(?:, option: "([a-z-]+)")?/#
        let page = try SourceTree.text("docs/configuration.md")
        let example = try SourceTree.text(".env.example")
        var count = 0
        for file in try SourceTree.files(under: "Sources/DbTools", endingWith: [".swift"]) {
            for match in file.lines.joined(separator: "\n").matches(of: setting) {
                count += 1
                #expect(page.contains("| `\(match.1)` | `\(match.2)` | \(match.3.map { "`\($0)` " } ?? "")|"), "\(match.1), \(match.2)")
                #expect(example.contains("# \(match.2)="), "\(match.2) in .env.example")
            }
        }
        #expect(count > 0)
    }

    /// Paths of files that the documentation names are there.
    @Test func documentationNamesFilesThatAreThere() throws {
        let pattern = #/`((?:Sources|Tests|scripts|docs|api|web|Benchmarks)/[A-Za-z0-9_.\/-]+)`/#
        for file in try SourceTree.files(endingWith: [".md"]) {
            for (index, line) in file.lines.enumerated() {
                for match in line.matches(of: pattern) where !match.1.contains("NNNN") {
                    let path = SourceTree.root.appending(path: String(match.1)).path()
                    if !FileManager.default.fileExists(atPath: path) { Issue.record("\(file.path):\(index + 1): \(match.1) is not there") }
                }
            }
        }
    }
}
