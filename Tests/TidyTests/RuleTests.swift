import Foundation
import Testing

/// A pattern that may stand only in certain files.
struct Rule: CustomTestStringConvertible, Sendable {
    let says: String
    let pattern: String
    /// Parts of paths where the pattern is at home.
    var allowed: [String] = []
    /// Whether comments and literals are read too.
    var isAboutText = false

    var testDescription: String { says }
}

/// The rules of ARCHITECTURE.md that the compiler cannot see. Each failure names the file, the line and the rule.
@Suite struct RuleTests {
    static let rules = [
        Rule(
            says: "Only routes know HTTP", pattern: #"\bimport (Hummingbird|HummingbirdCore|NIOHTTP1|HTTPTypes)\b"#,
            allowed: ["Routes.swift", "Sources/Platform/", "Sources/DbTools/", "Sources/SQLServerSimulator/"]),
        Rule(
            says: "What decides and what stores knows no HTTP, in Platform too",
            pattern: #"\bimport (Hummingbird|HummingbirdCore|HTTPTypes)\b"#,
            allowed: [
                "Routes.swift", "Middleware.swift", "Sources/Platform/HTTP/", "Sources/Platform/Observability/", "Sources/Platform/Events/",
                "Sources/Platform/Platform.swift", "Sources/DbTools/", "Sources/SQLServerSimulator/",
            ]),
        Rule(
            says: "SQL stands in *SQL.swift", pattern: #"^\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM)\s+[a-z(\\*]"#,
            allowed: [
                "SQL.swift", "Sources/Schema/", "Sources/Postgres/", "Sources/Engines/", "Sources/SQLServerSimulator/",
                "Sources/Platform/Tenancy/", "enerated.swift",
            ], isAboutText: true),
        Rule(
            says: "Only the program reads the environment",
            pattern: #"\.environment\[|ProcessInfo\.processInfo\.environment|\bgetenv\("#,
            // Where PostgreSQL's programs, drivers and Kerberos' tickets are is asked of the machine, which people tell by its variables.
            allowed: ["Sources/DbTools/", "PostgresInstallation.swift", "ODBCDriver.swift", "SQLServerKerberos.swift"]),
        Rule(
            says: "Access between targets is package, never public",
            pattern: #"^\s*(public|open)\s+(static\s+|final\s+)*(struct|class|enum|func|let|var|protocol|actor|init|extension)\b"#),
        Rule(
            says: "Nothing traps on what the world gives: no try!, as! or fatalError", pattern: #"\btry!|\bas!|\bfatalError\("#,
            allowed: ["Sources/Postgres/", "Sources/ODBC/"]),
        Rule(
            says: "No force unwrap", pattern: #"[\w\)\]>]!(\.|\)|\]|,|\s*$|\[)"#, allowed: ["Sources/Postgres/", "Sources/ODBC/"]),
        Rule(says: "No loose tasks: a task group or a Service", pattern: #"\bTask\.detached\b"#),
        Rule(
            says: "Swift's pool never sleeps on a thread", pattern: #"\bThread\.sleep\b|\busleep\("#,
            allowed: ["Sources/Postgres/", "Sources/ODBC/", "Sources/Engines/"]),
        Rule(says: "Logs go through the logger", pattern: #"^\s*(print|debugPrint|NSLog)\("#, allowed: ["Sources/DbTools/"]),
        Rule(says: "No unfinished notes", pattern: #"\b(TODO|FIXME|XXX|HACK)\b"#, allowed: ["enerated.swift"], isAboutText: true),
    ]

    @Test(arguments: rules)
    func holds(_ rule: Rule) throws {
        let pattern = try Regex(rule.pattern)
        for file in try SourceTree.swift() where !rule.allowed.contains(where: file.path.contains) {
            let all = file.lines.enumerated().map { (number: $0 + 1, text: String($1)) }
            for (number, line) in rule.isAboutText ? all : file.codeLines where line.contains(pattern) {
                Issue.record("\(file.path):\(number): \(rule.says): \(line.trimmingCharacters(in: .whitespaces))")
            }
        }
    }

    /// `// Safe because ...` stands on the declaration's line or within the eight above it.
    @Test func whatTheCompilerDoesNotCheckSaysWhyItIsSafe() throws {
        let pattern = try Regex(#"@unchecked Sendable|nonisolated\(unsafe\)|unsafeBitCast"#)
        for file in try SourceTree.swift() {
            for (number, line) in file.codeLines where line.contains(pattern) {
                let reason = file.lines[max(0, number - 9)..<number].contains { $0.localizedCaseInsensitiveContains("safe because") }
                if !reason { Issue.record("\(file.path):\(number): say why: // Safe because ...") }
            }
        }
    }

    /// The scan that the other rules stand on.
    @Test(arguments: [
        (#"let a = b! // c!"#, #"let a = b! "#),
        (#"let url = "http://x" + "!""#, #"let url = "" + """#),
        (#"/// Nothing here"#, ""),
    ])
    func codeIsToldFromText(line: String, code: String) {
        #expect(SourceFile.code(of: Substring(line)) == code)
    }
}
