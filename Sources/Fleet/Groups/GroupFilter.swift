/// Which servers a dynamic group holds: comparisons joined by `and`, `or`, `not` and parentheses, such as
/// `label=prod and (engine=sqlserver or name~"pg-*")`. It asks only what is configured or what a server says of itself, never live values
/// or other groups, so that it cannot depend on itself.
package struct GroupFilter: Sendable, Equatable {
    package static let lengthMax = 1_000
    /// Comparisons in one filter.
    package static let comparisonCountMax = 30
    /// Parentheses and `not`s within each other.
    package static let depthMax = 16
    /// Values behind one `in`.
    package static let valueCountMax = 30

    /// What can be compared.
    package enum Field: String, CaseIterable, Sendable {
        case label, engine, name, host, port, instance, database, version, edition, auth, credential
    }

    /// One field against one value, or several.
    package struct Comparison: Sendable, Equatable {
        package var field: Field
        /// One of these; with `isPattern` there is one, in which `*` stands for any text and `?` for one character.
        package var values: [String]
        package var isPattern = false
    }

    /// A filter or a part of one.
    package indirect enum Node: Sendable, Equatable {
        case comparison(Comparison)
        case not(Node)
        case all([Node])
        case any([Node])
    }

    /// Why a text is no filter, and where: `position` counts characters from 1.
    package struct SyntaxError: Error, Equatable {
        package let reason: String
        package let position: Int
        /// For the caller.
        package var sentence: String { "\(reason), at character \(position)" }
    }

    package let root: Node

    /// Reads a filter. Pure. Throws `SyntaxError`.
    package init(_ text: String) throws(SyntaxError) {
        guard text.unicodeScalars.count <= Self.lengthMax else {
            throw SyntaxError(reason: "a filter has at most \(Self.lengthMax) characters", position: Self.lengthMax + 1)
        }
        var parser = GroupFilterParser(tokens: try GroupFilterToken.all(in: text))
        root = try parser.filter()
    }
}

/// A word, sign or quoted text of a filter, with its place.
struct GroupFilterToken: Equatable {
    enum Kind: Equatable {
        case word(String)
        case quoted(String)
        case sign(String)
        case end
    }
    let kind: Kind
    let position: Int

    /// In words, for errors.
    var shown: String {
        switch kind {
        case .word(let text), .sign(let text): "“\(text)”"
        case .quoted(let text): "“\(text)”"
        case .end: "the end"
        }
    }

    /// The keyword, in lower case; nil for anything else. A quoted word is none.
    var keyword: String? {
        guard case .word(let text) = kind, ["and", "or", "not", "in"].contains(text.lowercased()) else { return nil }
        return text.lowercased()
    }

    static func all(in text: String) throws(GroupFilter.SyntaxError) -> [GroupFilterToken] {
        let characters = Array(text)
        var tokens: [GroupFilterToken] = []
        var index = 0
        while index < characters.count {
            let (character, start) = (characters[index], index)
            if character == " " || character == "\t" {
                index += 1
            } else if character == "\"" {
                tokens.append(GroupFilterToken(kind: .quoted(try quoted(characters, &index)), position: start + 1))
            } else if character == "!" {
                guard index + 1 < characters.count, "=~".contains(characters[index + 1]) else {
                    throw GroupFilter.SyntaxError(reason: "expected != or !~ or the word not", position: start + 1)
                }
                tokens.append(GroupFilterToken(kind: .sign("!" + String(characters[index + 1])), position: start + 1))
                index += 2
            } else if "=~(),".contains(character) {
                tokens.append(GroupFilterToken(kind: .sign(String(character)), position: start + 1))
                index += 1
            } else if isWord(character) {
                while index < characters.count, isWord(characters[index]) { index += 1 }
                tokens.append(GroupFilterToken(kind: .word(String(characters[start..<index])), position: start + 1))
            } else {
                throw GroupFilter.SyntaxError(
                    reason: "“\(character)” is not understood; put values with such signs in double quotes", position: start + 1)
            }
        }
        tokens.append(GroupFilterToken(kind: .end, position: characters.count + 1))
        return tokens
    }

    private static func isWord(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || "_-.*?$#:\\@/%+".contains(character)
    }

    /// A text in double quotes, in which `\"` and `\\` stand for a quote and a backslash.
    private static func quoted(_ characters: [Character], _ index: inout Int) throws(GroupFilter.SyntaxError) -> String {
        let start = index
        var text = ""
        index += 1
        while index < characters.count, characters[index] != "\"" {
            if characters[index] == "\\", index + 1 < characters.count, "\"\\".contains(characters[index + 1]) { index += 1 }
            text.append(characters[index])
            index += 1
        }
        guard index < characters.count else { throw GroupFilter.SyntaxError(reason: "a closing quote is missing", position: start + 1) }
        index += 1
        return text
    }
}
