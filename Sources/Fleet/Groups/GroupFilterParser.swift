import Engines

/// Makes a filter of tokens, by recursive descent: `or` binds least, then `and`, then `not`.
struct GroupFilterParser {
    private let tokens: [GroupFilterToken]
    private var index = 0
    private var depth = 0
    private var comparisonCount = 0

    init(tokens: [GroupFilterToken]) { self.tokens = tokens }

    private var current: GroupFilterToken { tokens[index] }

    /// The whole text as one filter. Throws `SyntaxError`.
    mutating func filter() throws(GroupFilter.SyntaxError) -> GroupFilter.Node {
        let node = try alternatives()
        guard current.kind == .end else { throw failure("expected and, or, or the end of the filter, not \(current.shown)") }
        return node
    }

    private mutating func alternatives() throws(GroupFilter.SyntaxError) -> GroupFilter.Node {
        var nodes = [try conjunction()]
        while current.keyword == "or" {
            index += 1
            nodes.append(try conjunction())
        }
        return nodes.count == 1 ? nodes[0] : .any(nodes)
    }

    private mutating func conjunction() throws(GroupFilter.SyntaxError) -> GroupFilter.Node {
        var nodes = [try term()]
        while current.keyword == "and" {
            index += 1
            nodes.append(try term())
        }
        return nodes.count == 1 ? nodes[0] : .all(nodes)
    }

    private mutating func term() throws(GroupFilter.SyntaxError) -> GroupFilter.Node {
        depth += 1
        defer { depth -= 1 }
        guard depth <= GroupFilter.depthMax else { throw failure("at most \(GroupFilter.depthMax) parentheses can be within each other") }
        if current.keyword == "not" {
            index += 1
            return .not(try term())
        }
        if current.kind == .sign("(") {
            let opening = current
            index += 1
            let node = try alternatives()
            guard current.kind == .sign(")") else {
                throw current.kind == .end
                    ? GroupFilter.SyntaxError(reason: "this parenthesis is not closed", position: opening.position)
                    : failure("expected a closing parenthesis, and, or or, not \(current.shown)")
            }
            index += 1
            return node
        }
        return try comparison()
    }

    private mutating func comparison() throws(GroupFilter.SyntaxError) -> GroupFilter.Node {
        guard case .word(let name) = current.kind, current.keyword == nil else {
            throw failure("expected a comparison such as label=prod, not \(current.shown)")
        }
        guard let field = GroupFilter.Field(rawValue: name.lowercased()) else {
            let names = GroupFilter.Field.allCases.map(\.rawValue).joined(separator: ", ")
            throw failure("“\(name)” is not a field; there are \(names)")
        }
        comparisonCount += 1
        guard comparisonCount <= GroupFilter.comparisonCountMax else {
            throw failure("a filter has at most \(GroupFilter.comparisonCountMax) comparisons")
        }
        index += 1
        if current.keyword == "in" {
            index += 1
            return .comparison(.init(field: field, values: try list(for: field)))
        }
        guard case .sign(let sign) = current.kind, ["=", "!=", "~", "!~"].contains(sign) else {
            throw failure("expected =, !=, ~, !~ or in after \(field.rawValue), not \(current.shown)")
        }
        let isPattern = sign.hasSuffix("~")
        if isPattern, [.engine, .port, .auth].contains(field) { throw failure("\(field.rawValue) is compared by = or !=") }
        index += 1
        let comparison = GroupFilter.Node.comparison(.init(field: field, values: [try value(for: field)], isPattern: isPattern))
        return sign.hasPrefix("!") ? .not(comparison) : comparison
    }

    private mutating func list(for field: GroupFilter.Field) throws(GroupFilter.SyntaxError) -> [String] {
        guard current.kind == .sign("(") else { throw failure("expected a list such as (a, b), not \(current.shown)") }
        var values: [String] = []
        repeat {
            index += 1
            guard values.count < GroupFilter.valueCountMax else { throw failure("a list has at most \(GroupFilter.valueCountMax) values") }
            values.append(try value(for: field))
        } while current.kind == .sign(",")
        guard current.kind == .sign(")") else { throw failure("expected a comma or a closing parenthesis, not \(current.shown)") }
        index += 1
        return values
    }

    private mutating func value(for field: GroupFilter.Field) throws(GroupFilter.SyntaxError) -> String {
        let text: String
        switch current.kind {
        case .word(let word) where current.keyword == nil: text = word
        case .quoted(let quoted): text = quoted
        default: throw failure("expected a value for \(field.rawValue), not \(current.shown)")
        }
        let words: [String]? =
            switch field {
            case .engine: EngineKind.allCases.map(\.rawValue)
            case .auth: TargetAuthentication.allCases.map(\.rawValue)
            default: nil
            }
        if let words, !words.contains(text.lowercased()) {
            throw failure("\(field.rawValue) is one of \(words.joined(separator: ", ")), not “\(text)”")
        }
        if field == .port, Int(text).map({ (1...65_535).contains($0) }) != true { throw failure("a port is a number from 1 to 65535") }
        index += 1
        return text
    }

    private func failure(_ reason: String) -> GroupFilter.SyntaxError { .init(reason: reason, position: current.position) }
}
