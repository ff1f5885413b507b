import Foundation
import Testing

/// Sizes and names: a stranger finds a feature's file in one guess and reads it without scrolling for long.
@Suite struct ShapeTests {
    static let fileLinesMax = 500
    static let functionLinesMax = 70
    static let lineCharactersMax = 140
    static let literalCharactersMax = 180
    static let vagueNames: Set = [
        "util", "utils", "helper", "helpers", "manager", "managers", "base", "common", "core", "misc", "shared", "stuff",
    ]

    /// Our own text in Swift: what is generated is not read by people.
    static func written() throws -> [SourceFile] {
        try SourceTree.files(endingWith: [".swift"]).filter { !$0.isGenerated }
    }

    @Test func filesAreAtMost500Lines() throws {
        for file in try Self.written() where file.lines.count > Self.fileLinesMax + 1 {
            Issue.record("\(file.path): \(file.lines.count - 1) lines")
        }
    }

    /// A sentence or a list of columns in a literal is not cut for the sake of a few characters.
    @Test func linesAreAtMost140CharactersAndLiteralsAtMost180() throws {
        for file in try Self.written() {
            let code = Dictionary(uniqueKeysWithValues: file.codeLines.map { ($0.number, $0.text) })
            for (index, line) in file.lines.enumerated() where line.count > Self.lineCharactersMax {
                // Nil: inside a literal of several lines.
                let isLiteral = code[index + 1].map { line.count - $0.count > 40 && !line.contains("//") } ?? true
                if isLiteral, line.count <= Self.literalCharactersMax { continue }
                Issue.record("\(file.path):\(index + 1): \(line.count) characters")
            }
        }
    }

    /// A function ends where a line closes at its own indentation; our formatting makes that exact.
    @Test func functionsAreAtMost70Lines() throws {
        let start = try Regex(#"^\s*([a-z@()]+ )*(func |init[?(<])"#)
        for file in try Self.written() {
            var opened: (number: Int, indentation: Int)?
            for (index, line) in file.lines.enumerated() {
                let indentation = line.prefix { $0 == " " }.count
                if opened == nil, line.contains(start), line.hasSuffix("{") {
                    opened = (index + 1, indentation)
                } else if let function = opened, indentation == function.indentation, line.dropFirst(indentation).hasPrefix("}") {
                    let length = index + 1 - function.number + 1
                    if length > Self.functionLinesMax { Issue.record("\(file.path):\(function.number): a function of \(length) lines") }
                    opened = nil
                }
            }
        }
    }

    @Test func namesSayWhatIsInside() throws {
        for file in try SourceTree.files(endingWith: [".swift", ".ts", ".tsx", ".py", ".sql"]) {
            let words = file.path.lowercased().split { "/.-_".contains($0) }.map(String.init)
            for word in words where Self.vagueNames.contains(word) { Issue.record("\(file.path): \"\(word)\" says nothing") }
            let name = file.path.split(separator: "/").last.map(String.init) ?? ""
            for suffix in ["Utils.swift", "Util.swift", "Helper.swift", "Helpers.swift", "Manager.swift"] where name.hasSuffix(suffix) {
                Issue.record("\(file.path): \"\(suffix)\" says nothing")
            }
        }
    }

    @Test func packageDeclarationsAreDocumented() throws {
        let declaration = try Regex(#"^\s*package (static |final |mutating |nonisolated |indirect )*(struct|class|enum|protocol|actor) "#)
        for file in try SourceTree.swift() where !file.isGenerated {
            for (index, line) in file.lines.enumerated() where line.contains(declaration) {
                // Attributes may stand between the comment and the declaration.
                var above = index - 1
                while above >= 0, file.lines[above].trimmingCharacters(in: .whitespaces).hasPrefix("@") { above -= 1 }
                let comment = above >= 0 ? file.lines[above].trimmingCharacters(in: .whitespaces) : ""
                if !comment.hasPrefix("///"), !comment.hasSuffix("*/") {
                    Issue.record("\(file.path):\(index + 1): say in a sentence what it is")
                }
            }
        }
    }
}
