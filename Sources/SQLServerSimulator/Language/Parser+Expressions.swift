import TDS

extension Parser {
    /// A value: arithmetic and below. Comparisons are conditions and stand outside.
    mutating func expression() throws(SQLServerMessage) -> Expression {
        try nested { parser throws(SQLServerMessage) in try parser.sum() }
    }

    /// A search condition: OR and below.
    mutating func condition() throws(SQLServerMessage) -> Expression {
        try nested { parser throws(SQLServerMessage) in try parser.disjunction() }
    }

    private mutating func disjunction() throws(SQLServerMessage) -> Expression {
        var left = try conjunction()
        var length = 0
        while take("OR") {
            left = .or(left, try conjunction())
            try count(&length)
        }
        return left
    }

    private mutating func conjunction() throws(SQLServerMessage) -> Expression {
        var left = try negation()
        var length = 0
        while take("AND") {
            left = .and(left, try negation())
            try count(&length)
        }
        return left
    }

    private func count(_ length: inout Int) throws(SQLServerMessage) {
        length += 1
        guard length <= Self.chainLengthMax else { throw nestingError }
    }

    private mutating func negation() throws(SQLServerMessage) -> Expression {
        if take("NOT") { return .not(try nested { parser throws(SQLServerMessage) in try parser.negation() }) }
        return try predicate()
    }

    private mutating func predicate() throws(SQLServerMessage) -> Expression {
        if isWord("EXISTS") {
            advance()
            return .exists(try parenthesizedQuery())
        }
        let left = try sum()
        let isNegated = isWord("NOT") && ["LIKE", "IN", "BETWEEN"].contains(peek().word ?? "")
        if isNegated { advance() }
        guard let test = try test(of: left) else { return left }
        return isNegated ? .not(test) : test
    }

    /// What may follow a value in a condition; nil when nothing does.
    private mutating func test(of left: Expression) throws(SQLServerMessage) -> Expression? {
        if case .sign(let sign) = current.kind, let comparison = ComparisonOperator(sign: sign) {
            advance()
            return try comparisonRight(comparison, left)
        }
        if take("IS") {
            let isNegated = take("NOT")
            try expect("NULL")
            return isNegated ? .not(.isNull(left)) : .isNull(left)
        }
        if take("BETWEEN") {
            let low = try sum()
            try expect("AND")
            return .between(left, low, try sum())
        }
        if take("LIKE") {
            let pattern = try sum()
            return .like(left, pattern: pattern, escape: take("ESCAPE") ? try sum() : nil)
        }
        if take("IN") { return try membership(of: left) }
        return nil
    }

    private mutating func comparisonRight(_ comparison: ComparisonOperator, _ left: Expression) throws(SQLServerMessage) -> Expression {
        if isWord("ALL") || isWord("ANY") || isWord("SOME") {
            let isAll = advance().word == "ALL"
            return .compareWithQuery(comparison, left, isAll: isAll, try parenthesizedQuery())
        }
        return .compare(comparison, left, try sum())
    }

    private mutating func membership(of left: Expression) throws(SQLServerMessage) -> Expression {
        if isSign("("), startsQuery(after: 1) { return .inQuery(left, try parenthesizedQuery()) }
        try expect(sign: "(")
        var values = [try expression()]
        while take(sign: ",") { values.append(try expression()) }
        try expect(sign: ")")
        return .inList(left, values)
    }

    /// Whether the tokens from `offset` begin a query, behind any number of parentheses.
    func startsQuery(after offset: Int) -> Bool {
        var offset = offset
        while peek(offset).isSign("(") { offset += 1 }
        return peek(offset).isWord("SELECT") || peek(offset).isWord("WITH") && offset == 0
    }

    mutating func parenthesizedQuery() throws(SQLServerMessage) -> Query {
        try expect(sign: "(")
        let query = try nested { parser throws(SQLServerMessage) in try parser.query() }
        try expect(sign: ")")
        return query
    }

    // MARK: Arithmetic

    private mutating func sum() throws(SQLServerMessage) -> Expression {
        var left = try product()
        var length = 0
        while case .sign(let sign) = current.kind, ["+", "-", "&", "|", "^"].contains(sign),
            let operation = ArithmeticOperator(rawValue: sign)
        {
            advance()
            left = .arithmetic(operation, left, try product())
            try count(&length)
        }
        return left
    }

    private mutating func product() throws(SQLServerMessage) -> Expression {
        var left = try unary()
        var length = 0
        while case .sign(let sign) = current.kind, ["*", "/", "%"].contains(sign), let operation = ArithmeticOperator(rawValue: sign) {
            advance()
            left = .arithmetic(operation, left, try unary())
            try count(&length)
        }
        return left
    }

    private mutating func unary() throws(SQLServerMessage) -> Expression {
        if take(sign: "-") {
            let operand = try nested { parser throws(SQLServerMessage) in try parser.unary() }
            return Self.negated(operand)
        }
        if take(sign: "+") { return try nested { parser throws(SQLServerMessage) in try parser.unary() } }
        if take(sign: "~") { return .complement(try nested { parser throws(SQLServerMessage) in try parser.unary() }) }
        return try postfix(try primary())
    }

    private static func negated(_ operand: Expression) -> Expression {
        switch operand {
        case .literal(.int(let value), let type) where value != .min: .literal(.int(-value), type)
        case .literal(.decimal(let value), _) where value.scale == 0 && value.magnitude == 9_223_372_036_854_775_808:
            .literal(.decimal(TDSDecimal(isNegative: true, magnitude: value.magnitude, scale: 0)), .decimal(precision: 19, scale: 0))
        default: .negate(operand)
        }
    }

    /// Methods and collations after a value: `record.value('...', 'int')`, `name COLLATE Latin1_General_BIN`.
    private mutating func postfix(_ start: Expression) throws(SQLServerMessage) -> Expression {
        var value = start
        var length = 0
        while true {
            try count(&length)
            if isSign("."), Self.xmlMethods.contains(peek().text.lowercased()), peek(2).isSign("(") {
                advance()
                let name = advance().text.lowercased()
                value = .method(value, name: name, arguments: try arguments())
            } else if take("COLLATE") {
                value = .collate(value, try name())
            } else if isWord("AT"), peek().isWord("TIME"), peek(2).isWord("ZONE") {
                advance()
                advance()
                advance()
                value = .call(FunctionCall(path: ["AT TIME ZONE"], arguments: [value, try primary()]))
            } else {
                return value
            }
        }
    }

    static let xmlMethods: Set<String> = ["value", "query", "exist", "nodes"]

    /// `(a, b, ...)`, possibly empty.
    mutating func arguments() throws(SQLServerMessage) -> [Expression] {
        try expect(sign: "(")
        var values: [Expression] = []
        if take(sign: ")") { return values }
        repeat { values.append(try argument()) } while take(sign: ",")
        try expect(sign: ")")
        return values
    }

    private mutating func argument() throws(SQLServerMessage) -> Expression {
        if take("DEFAULT") { return .literal(.null, .int) }
        return try expression()
    }

    private mutating func primary() throws(SQLServerMessage) -> Expression {
        switch current.kind {
        case .string, .integer, .decimal, .float, .money, .binary: return try literal()
        case .variable(let name):
            advance()
            return .variable(name)
        case .sign("("): return try parenthesized()
        case .sign("{"): return try odbcEscape()
        case .word(let word):
            if let special = try specialForm(word) { return special }
            return try columnOrCall()
        case .name: return try columnOrCall()
        case .sign, .end: throw syntaxError()
        }
    }

    private mutating func parenthesized() throws(SQLServerMessage) -> Expression {
        if startsQuery(after: 1) { return .scalarQuery(try parenthesizedQuery()) }
        advance()
        let inner = try condition()
        try expect(sign: ")")
        return inner
    }

    private mutating func literal() throws(SQLServerMessage) -> Expression {
        let token = advance()
        return try Literals.expression(token)
    }

    /// `{ts '2026-01-01 00:00:00'}`, `{d '...'}`, `{t '...'}`, `{fn name(...)}`, `{guid '...'}`.
    private mutating func odbcEscape() throws(SQLServerMessage) -> Expression {
        advance()
        let word = advance().text.lowercased()
        let value: Expression
        switch word {
        case "fn": value = try nested { parser throws(SQLServerMessage) in try parser.primary() }
        case "ts", "d", "t": value = .cast(try literal(), .datetime, style: nil, isTry: false)
        case "guid": value = .cast(try literal(), .uniqueidentifier, style: nil, isTry: false)
        default: throw syntaxError()
        }
        try expect(sign: "}")
        return value
    }
}
