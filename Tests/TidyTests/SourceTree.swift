import Foundation
import Testing

/// A file of the project, as the tidy tests read it.
struct SourceFile {
    /// From the project's root: "Sources/Fleet/Servers/Server.swift".
    let path: String
    let lines: [Substring]

    var isGenerated: Bool { path.hasSuffix(".generated.swift") || path.hasSuffix("Generated.swift") }

    /// The lines without what stands in comments and in string literals, numbered from 1: for rules about code only.
    /// Multi-line literals are dropped whole; the scan knows no nesting of literals, which our code does not need.
    var codeLines: [(number: Int, text: String)] {
        var isInLiteral = false
        return lines.enumerated().compactMap { index, line in
            let delimiters = line.components(separatedBy: "\"\"\"").count - 1
            defer { if delimiters % 2 == 1 { isInLiteral.toggle() } }
            if isInLiteral || delimiters > 0 { return nil }
            return (index + 1, Self.code(of: line))
        }
    }

    /// A line up to its comment, with an empty literal for each string.
    static func code(of line: Substring) -> String {
        var code = ""
        var isInString = false
        var previous: Character = " "
        for character in line {
            if character == "\"", previous != "\\" {
                isInString.toggle()
                code.append(character)
            } else if !isInString {
                if character == "/", previous == "/" {
                    code.removeLast()
                    break
                }
                code.append(character)
            }
            previous = (previous == "\\" && character == "\\") ? " " : character
        }
        return code
    }
}

/// The project's files that are kept under version control (what is built, fetched or cached is not our text).
enum SourceTree {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private static let skipped: Set<String> = [".git", ".build", ".tools", "node_modules", "dist", ".data", "__pycache__", ".pytest_cache"]

    /// All files below a folder whose names end as asked, sorted by path. An empty answer is a failed test: a rule that reads
    /// nothing proves nothing.
    static func files(under folder: String = "", endingWith suffixes: [String]) throws -> [SourceFile] {
        let base = folder.isEmpty ? root : root.appending(path: folder)
        let walk = try #require(FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil))
        var found: [SourceFile] = []
        for case let url as URL in walk {
            if skipped.contains(url.lastPathComponent) || url.lastPathComponent.hasPrefix(".build") {
                walk.skipDescendants()
            } else if suffixes.contains(where: url.lastPathComponent.hasSuffix), let text = try? String(contentsOf: url, encoding: .utf8) {
                // A folder or a picture whose name ends so cannot be read as text: it is not meant.
                let path = url.standardizedFileURL.path().dropFirst(root.standardizedFileURL.path().count)
                let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
                found.append(SourceFile(path: String(path.drop { $0 == "/" }), lines: lines))
            }
        }
        try #require(!found.isEmpty, "no file under \(base.path()) ends with \(suffixes)")
        return found.sorted { $0.path < $1.path }
    }

    static func swift() throws -> [SourceFile] { try files(under: "Sources", endingWith: [".swift"]) }

    static func text(_ path: String) throws -> String { try String(contentsOf: root.appending(path: path), encoding: .utf8) }
}
