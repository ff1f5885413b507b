import Foundation
import Testing

/// PRD 1.1, the rows about the project itself. Where a row names a technology that the design settled otherwise (Swift for Flask, esbuild
/// for Vite, strict TypeScript for ESLint), the test shows what was settled.
@Suite struct ProjectCriteriaTests {
    private func isThere(_ path: String) -> Bool { FileManager.default.fileExists(atPath: SourceTree.root.appending(path: path).path()) }

    @Test("PRD 1.1-1: one repository with server, web, docs and scripts, each at the place that ARCHITECTURE.md says")
    func oneRepository() throws {
        let map = try SourceTree.text("ARCHITECTURE.md") + SourceTree.text("README.md")
        for folder in ["Sources", "web", "docs", "scripts", "api", "Tests"] {
            #expect(isThere(folder), "\(folder)")
            #expect(map.contains("`\(folder)") || map.contains("\(folder)/"), "\(folder) is on no map")
        }
    }

    @Test("PRD 1.1-2: the server's dependencies are declared and pinned, each to one version")
    func dependenciesArePinned() throws {
        let declared = try SourceTree.text("Package.swift").components(separatedBy: ".package(url:").count - 1
        let resolved = try JSONSerialization.jsonObject(with: Data(SourceTree.text("Package.resolved").utf8)) as? [String: Any]
        let pins = resolved?["pins"] as? [[String: Any]]
        #expect(declared > 10)
        #expect(try #require(pins).count >= declared)
        for pin in pins ?? [] {
            let state = pin["state"] as? [String: Any]
            #expect(state?["version"] != nil && state?["revision"] != nil, "\(pin["identity"] ?? "")")
        }
    }

    @Test(
        "PRD 1.1-3, 1.1-9: every variable that the program reads is in .env.example, with its reason, and in docs/configuration.md; and no other"
    )
    func everyVariableIsDocumented() throws {
        let code = try SourceTree.text("Sources/DbTools/Config/Setting.swift")
        let variables = Set(code.matches(of: /"(DBTOOLS_[A-Z_]+|DATABASE_URL)"/).map { String($0.output.1) })
        #expect(variables.count > 15)
        let (example, documentation) = (try SourceTree.text(".env.example"), try SourceTree.text("docs/configuration.md"))
        let shown = Set(example.matches(of: /(?m)^# ?((?:DBTOOLS_[A-Z_]+|DATABASE_URL))=/).map { String($0.output.1) })
        for variable in variables {
            #expect(shown.contains(variable), "\(variable) is not in .env.example")
            #expect(documentation.contains("`\(variable)`"), "\(variable) is not in docs/configuration.md")
        }
        // What it shows besides is read elsewhere by that very name.
        let all = try SourceTree.swift().map { $0.lines.joined(separator: "\n") }.joined(separator: "\n")
        for variable in shown.subtracting(variables) { #expect(all.contains("\"\(variable)\""), "\(variable) is read nowhere") }
    }

    @Test("PRD 1.1-4: the web is React 18 with TypeScript, built by one script")
    func theWebIsReact() throws {
        let package = try SourceTree.text("web/package.json")
        for part in [#""react": "^18"#, #""typescript""#, #""esbuild""#] { #expect(package.contains(part), "\(part)") }
        #expect(isThere("web/build.sh") && isThere("scripts/build-web"))
    }

    @Test("PRD 1.1-5: consistent style is checked: strict TypeScript in web/check.sh, swift-format's rules, both part of make check")
    func styleIsChecked() throws {
        let options = try SourceTree.text("web/tsconfig.json")
        for option in ["\"strict\": true", "\"noUncheckedIndexedAccess\": true", "\"noUnusedLocals\": true"] {
            #expect(options.contains(option), "\(option)")
        }
        #expect(isThere(".swift-format"))
        let (make, test) = (try SourceTree.text("Makefile"), try SourceTree.text("scripts/test"))
        #expect(make.contains("check: setup") && make.contains("scripts/test generated tsql web build tidy"))
        #expect(test.contains("check.sh"))
    }

    @Test("PRD 1.1-7: one script sets a machine up, may be run again, and make demo and make test begin with it")
    func oneScriptSetsUp() throws {
        #expect(FileManager.default.isExecutableFile(atPath: SourceTree.root.appending(path: "scripts/setup").path()))
        let make = try SourceTree.text("Makefile")
        for target in ["demo", "test", "serve", "check", "bench"] { #expect(make.contains("\n\(target): setup"), "\(target)") }
        #expect(try SourceTree.text("scripts/setup").contains("Run it as often as you like"))
    }

    @Test("PRD 1.1-8: the README says how to set up, run and test, in commands that are there")
    func theReadmeSaysHow() throws {
        let readme = try SourceTree.text("README.md")
        let make = try SourceTree.text("Makefile")
        let targets = Set(readme.matches(of: /make ([a-z]+)/).map { String($0.output.1) })
        #expect(targets.isSuperset(of: ["demo", "serve", "test"]))
        for target in targets where ["demo", "serve", "test", "help", "seed", "bench", "check"].contains(target) {
            #expect(make.contains("\n\(target):"), "make \(target)")
        }
        for file in readme.matches(of: /`((?:docs|api)\/[A-Za-z0-9_.\/-]+|[A-Z]+\.md)`/) {
            #expect(isThere(String(file.output.1)), "\(file.output.1)")
        }
    }

    @Test("PRD 3.1-5: how tables are partitioned is documented, each table that is")
    func partitioningIsDocumented() throws {
        let page = try SourceTree.text("docs/partitions.md")
        var tables: Set<String> = []
        for file in try SourceTree.files(under: "Sources/Schema/Migrations/tenant", endingWith: [".sql"]) {
            let sql = file.lines.joined(separator: "\n")
            for match in sql.matches(of: /CREATE TABLE ([a-z_.]+) \((?:[^;]*?)\) PARTITION BY RANGE/) {
                tables.insert(String(match.output.1))
            }
            for match in sql.matches(of: /DROP TABLE ([a-z_., ]+);/) {
                tables.subtract(match.output.1.split(separator: ", ").map(String.init))
            }
        }
        #expect(tables.count >= 3)
        for table in tables { #expect(page.contains("`\(table)`"), "\(table)") }
    }

    @Test("PRD 1.4-6: what belongs together is held together by foreign keys")
    func foreignKeysAreThere() throws {
        let schema = try SourceTree.files(under: "Sources/Schema/Migrations", endingWith: [".sql"]).flatMap(\.lines)
        #expect(schema.filter { $0.contains("REFERENCES") }.count > 15)
    }
}
