/// A small XML tree: elements, attributes and text, without namespaces or entities of its own.
final class XMLNode {
    /// Nested elements at most.
    static let depthMax = 100

    /// Empty for the document itself.
    let name: String
    var attributes: [(name: String, value: String)] = []
    var children: [Child] = []

    enum Child {
        case element(XMLNode)
        case text(String)
    }

    init(name: String) { self.name = name }

    var elements: [XMLNode] {
        children.compactMap { child in if case .element(let node) = child { node } else { nil } }
    }

    /// All text below, in order.
    var text: String {
        children.map { child in
            switch child {
            case .element(let node): node.text
            case .text(let text): text
            }
        }.joined()
    }

    /// The element as XML.
    var serialized: String {
        let content = children.map { child in
            switch child {
            case .element(let node): node.serialized
            case .text(let text): Self.escaped(text)
            }
        }.joined()
        guard !name.isEmpty else { return content }
        let shown = attributes.map { " \($0.name)=\"\(Self.escaped($0.value))\"" }.joined()
        return content.isEmpty ? "<\(name)\(shown)/>" : "<\(name)\(shown)>\(content)</\(name)>"
    }

    static func escaped(_ text: String) -> String {
        guard
            text.utf8.contains(where: {
                $0 == UInt8(ascii: "&") || $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: ">") || $0 == UInt8(ascii: "\"")
            })
        else { return text }
        var result = ""
        for character in text {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
        return result
    }
}

/// Reads XML into nodes; 9400 and up for what is none.
struct XMLReader {
    private let bytes: [UInt8]
    private var position = 0

    static func document(_ text: String) throws(SQLServerMessage) -> XMLNode {
        var reader = XMLReader(bytes: Array(text.utf8))
        let root = XMLNode(name: "")
        try reader.content(of: root, depth: 0)
        guard reader.position >= reader.bytes.count else { throw reader.malformed }
        // A node that nodes() found is itself the place from which paths start.
        if text.hasPrefix(XMLMethods.contextMark), let node = root.elements.first { return node }
        return root
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private var malformed: SQLServerMessage {
        SQLServerMessage(9455, "XML parsing: line 1, character \(position + 1), illegal qualified name character")
    }

    private func starts(_ text: String) -> Bool {
        let expected = Array(text.utf8)
        return position + expected.count <= bytes.count && Array(bytes[position..<position + expected.count]) == expected
    }

    private mutating func skip(past text: String) throws(SQLServerMessage) {
        while position < bytes.count, !starts(text) { position += 1 }
        guard position < bytes.count else { throw malformed }
        position += text.utf8.count
    }

    private mutating func content(of parent: XMLNode, depth: Int) throws(SQLServerMessage) {
        guard depth < XMLNode.depthMax else { throw SQLServerMessage(6335, "XML datatype instance has too many levels of nested nodes.") }
        while position < bytes.count {
            if starts("</") { return }
            if starts("<!--") {
                try skip(past: "-->")
            } else if starts("<?") {
                try skip(past: "?>")
            } else if starts("<![CDATA[") {
                let start = position + 9
                try skip(past: "]]>")
                parent.children.append(.text(String(decoding: bytes[start..<position - 3], as: UTF8.self)))
            } else if bytes[position] == UInt8(ascii: "<") {
                parent.children.append(.element(try element(depth: depth)))
            } else {
                let start = position
                while position < bytes.count, bytes[position] != UInt8(ascii: "<") { position += 1 }
                let text = Self.unescaped(String(decoding: bytes[start..<position], as: UTF8.self))
                if !text.trimmed.isEmpty { parent.children.append(.text(text)) }
            }
        }
    }

    private mutating func element(depth: Int) throws(SQLServerMessage) -> XMLNode {
        position += 1
        let node = XMLNode(name: try name())
        while true {
            skipSpace()
            guard position < bytes.count else { throw malformed }
            if starts("/>") {
                position += 2
                return node
            }
            if bytes[position] == UInt8(ascii: ">") {
                position += 1
                break
            }
            node.attributes.append(try attribute())
        }
        try content(of: node, depth: depth + 1)
        guard starts("</") else { throw malformed }
        position += 2
        let closing = try name()
        skipSpace()
        guard closing == node.name, starts(">") else {
            throw SQLServerMessage(9436, "XML parsing: line 1, character \(position + 1), end tag does not match start tag")
        }
        position += 1
        return node
    }

    private mutating func attribute() throws(SQLServerMessage) -> (name: String, value: String) {
        let name = try name()
        skipSpace()
        guard starts("=") else { throw malformed }
        position += 1
        skipSpace()
        guard position < bytes.count else { throw malformed }
        let quote = bytes[position]
        guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { throw malformed }
        position += 1
        let start = position
        while position < bytes.count, bytes[position] != quote { position += 1 }
        guard position < bytes.count else { throw malformed }
        position += 1
        return (name, Self.unescaped(String(decoding: bytes[start..<position - 1], as: UTF8.self)))
    }

    private mutating func skipSpace() {
        while position < bytes.count, bytes[position] <= 32 { position += 1 }
    }

    private mutating func name() throws(SQLServerMessage) -> String {
        let start = position
        while position < bytes.count, bytes[position] > 32, !"<>/=\"'".utf8.contains(bytes[position]) { position += 1 }
        guard position > start else { throw malformed }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private static func unescaped(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "&")) else { return text }
        var result = ""
        var rest = Substring(text)
        while let mark = rest.firstIndex(of: "&") {
            result += rest[..<mark]
            rest = rest[rest.index(after: mark)...]
            guard let end = rest.firstIndex(of: ";") else {
                result += "&"
                continue
            }
            result += entity(rest[..<end])
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }

    private static func entity(_ name: Substring) -> String {
        switch name {
        case "amp": return "&"
        case "lt": return "<"
        case "gt": return ">"
        case "quot": return "\""
        case "apos": return "'"
        default:
            let number = name.hasPrefix("#x") ? UInt32(name.dropFirst(2), radix: 16) : name.hasPrefix("#") ? UInt32(name.dropFirst()) : nil
            return number.flatMap(UnicodeScalar.init).map { String($0) } ?? "&\(name);"
        }
    }
}
