/// The part of XPath that monitoring queries use: `(./Record/@id)[1]`, `//item[@name="x"]/text()`, `event/data[@name="duration"]/value`.
struct XMLPath {
    static let stepCountMax = 64

    private struct Step {
        /// `*`, a name, `@name`, `text()` or `.`.
        let test: String
        let isDeep: Bool
        var conditions: [Condition] = []
    }

    private enum Condition {
        case position(Int)
        case attribute(name: String, value: String?)
    }

    /// What a path finds.
    enum Item {
        case node(XMLNode)
        case value(String)

        var text: String {
            switch self {
            case .node(let node): node.text
            case .value(let text): text
            }
        }
    }

    private var steps: [Step] = []
    private var position: Int?

    init(_ path: String) throws(SQLServerMessage) {
        var rest = Substring(path.trimmed)
        if rest.hasPrefix("(") {
            guard let end = rest.lastIndex(of: ")"), rest[..<end].contains("/") || !rest[..<end].hasSuffix("text(") else {
                throw Self.unsupported(path)
            }
            let tail = String(rest[rest.index(after: end)...]).trimmed
            if tail.hasPrefix("["), tail.hasSuffix("]") {
                guard let number = Int(tail.dropFirst().dropLast().description.trimmed), number > 0 else { throw Self.unsupported(path) }
                position = number
            } else if !tail.isEmpty {
                throw Self.unsupported(path)
            }
            rest = Substring(String(rest[rest.index(after: rest.startIndex)..<end]).trimmed)
        }
        try parse(rest, path)
    }

    private static func unsupported(_ path: String) -> SQLServerMessage {
        SQLServerMessage(2209, "XQuery [value()]: Syntax error near '\(path.prefix(128))'")
    }

    private mutating func parse(_ text: Substring, _ path: String) throws(SQLServerMessage) {
        var rest = text
        while !rest.isEmpty {
            guard steps.count < Self.stepCountMax else { throw Self.unsupported(path) }
            var isDeep = false
            if rest.hasPrefix("//") {
                isDeep = true
                rest = rest.dropFirst(2)
            } else if rest.hasPrefix("/") {
                rest = rest.dropFirst()
            }
            let test = rest.prefix { $0 != "/" && $0 != "[" }
            rest = rest.dropFirst(test.count)
            var step = Step(test: String(test).trimmed, isDeep: isDeep)
            guard !step.test.isEmpty || text == "/" else { throw Self.unsupported(path) }
            while rest.hasPrefix("[") {
                guard let end = rest.firstIndex(of: "]") else { throw Self.unsupported(path) }
                step.conditions.append(try Self.condition(String(rest[rest.index(after: rest.startIndex)..<end]).trimmed, path))
                rest = rest[rest.index(after: end)...]
            }
            if step.test != "." || !step.conditions.isEmpty { steps.append(step) }
        }
    }

    private static func condition(_ text: String, _ path: String) throws(SQLServerMessage) -> Condition {
        if let number = Int(text) { return .position(number) }
        guard text.hasPrefix("@") else { throw unsupported(path) }
        guard let mark = text.firstIndex(of: "=") else { return .attribute(name: String(text.dropFirst()), value: nil) }
        let name = String(text[text.index(after: text.startIndex)..<mark]).trimmed
        let value = String(text[text.index(after: mark)...]).trimmed
        return .attribute(name: name, value: String(value.dropFirst().dropLast()))
    }

    /// What the path finds from `node`.
    func items(from node: XMLNode) -> [Item] {
        var items: [Item] = [.node(node)]
        for step in steps {
            var next: [Item] = []
            for case .node(let current) in items { next += Self.apply(step, to: current) }
            items = next
        }
        guard let position else { return items }
        return items.indices.contains(position - 1) ? [items[position - 1]] : []
    }

    private static func apply(_ step: Step, to node: XMLNode) -> [Item] {
        let origins = step.isDeep ? [node] + descendants(of: node) : [node]
        var found: [Item] = []
        for origin in origins { found += filtered(matches(step.test, origin), step.conditions) }
        return found
    }

    private static func matches(_ test: String, _ origin: XMLNode) -> [Item] {
        if test == "." { return [.node(origin)] }
        if test == "text()" {
            return origin.children.compactMap { child in if case .text(let text) = child { .value(text) } else { nil } }
        }
        if test.hasPrefix("@") {
            let name = test.dropFirst()
            return origin.attributes.filter { name == "*" || $0.name == name }.map { .value($0.value) }
        }
        return origin.elements.filter { test == "*" || test == "node()" || $0.name == test }.map { .node($0) }
    }

    private static func descendants(of node: XMLNode) -> [XMLNode] { node.elements.flatMap { [$0] + descendants(of: $0) } }

    private static func filtered(_ items: [Item], _ conditions: [Condition]) -> [Item] {
        var items = items
        for condition in conditions {
            switch condition {
            case .position(let number): items = items.indices.contains(number - 1) ? [items[number - 1]] : []
            case .attribute(let name, let value):
                items = items.filter { item in
                    guard case .node(let node) = item, let found = node.attributes.first(where: { $0.name == name }) else { return false }
                    return value == nil || found.value == value
                }
            }
        }
        return items
    }
}
