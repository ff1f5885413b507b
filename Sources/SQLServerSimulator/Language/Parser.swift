import TDS

/// A recursive-descent parser for T-SQL. `Parser+...` files hold the grammar; here are the cursor, names and types.
struct Parser {
    /// Nested parentheses, subqueries and blocks.
    static let depthMax = 100
    /// Operators in one chain, as in `a + b + c`: the tree leans left and is walked recursively.
    static let chainLengthMax = 512

    private let tokens: [Token]
    private let source: [UInt8]
    private(set) var index = 0
    private var depth = 0

    /// Cuts and parses a whole batch.
    static func statements(of batch: String, quotedIdentifier: Bool) throws(SQLServerMessage) -> [Statement] {
        var lexer = Lexer(batch, quotedIdentifier: quotedIdentifier)
        var parser = Parser(tokens: try lexer.run(), source: Array(batch.utf8))
        return try parser.parseBatch()
    }

    init(tokens: [Token], source: [UInt8]) {
        self.tokens = tokens
        self.source = source
    }

    // MARK: The cursor

    var current: Token { tokens[index] }

    func peek(_ offset: Int = 1) -> Token { tokens[min(index + offset, tokens.count - 1)] }

    var isAtEnd: Bool { current.kind == .end }

    @discardableResult
    mutating func advance() -> Token {
        let token = tokens[index]
        if index < tokens.count - 1 { index += 1 }
        return token
    }

    func isWord(_ word: String) -> Bool { current.isWord(word) }

    func isSign(_ sign: String) -> Bool { current.isSign(sign) }

    mutating func take(_ word: String) -> Bool {
        guard isWord(word) else { return false }
        advance()
        return true
    }

    mutating func take(sign: String) -> Bool {
        guard isSign(sign) else { return false }
        advance()
        return true
    }

    mutating func expect(_ word: String) throws(SQLServerMessage) {
        guard take(word) else { throw syntaxError() }
    }

    mutating func expect(sign: String) throws(SQLServerMessage) {
        guard take(sign: sign) else { throw syntaxError() }
    }

    /// 156 for a reserved word, 102 for anything else.
    func syntaxError(at token: Token? = nil) -> SQLServerMessage {
        let token = token ?? current
        if let word = token.word, ReservedWords.all.contains(word) {
            return SQLServerMessage(156, severity: 15, line: token.line, "Incorrect syntax near the keyword '\(token.text)'.")
        }
        return SQLServerMessage(102, severity: 15, line: token.line, "Incorrect syntax near '\(String(token.text.prefix(128)))'.")
    }

    /// Runs `body` one level deeper; 191 when that is too deep.
    mutating func nested<T>(_ body: (inout Parser) throws(SQLServerMessage) -> T) throws(SQLServerMessage) -> T {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthMax else { throw nestingError }
        return try body(&self)
    }

    var nestingError: SQLServerMessage {
        SQLServerMessage(
            191, severity: 15, line: current.line,
            "Some part of your SQL statement is nested too deeply. Rewrite the query or break it up into smaller queries.")
    }

    /// The batch's text between two tokens, for modules that are stored as written.
    func text(from start: Token, to end: Token) -> String {
        let upper = max(start.range.lowerBound, min(end.range.lowerBound, source.count))
        return String(decoding: source[start.range.lowerBound..<upper], as: UTF8.self)
    }

    // MARK: Names

    /// Whether the current token can be a bare name: no reserved word.
    var isName: Bool {
        switch current.kind {
        case .name: true
        case .word(let word): !ReservedWords.all.contains(word)
        default: false
        }
    }

    mutating func name() throws(SQLServerMessage) -> String {
        guard isName else { throw syntaxError() }
        let token = advance()
        guard token.text.utf8.count <= 512 else {
            throw SQLServerMessage(
                103, state: 4, severity: 15, line: token.line,
                "The identifier that starts with '\(token.text.prefix(128))' is too long. Maximum length is 128.")
        }
        guard !token.text.isEmpty else {
            throw SQLServerMessage(1038, state: 4, severity: 15, line: token.line, "An object or column name is missing or empty.")
        }
        return token.text
    }

    /// `server.database.schema.object`; an omitted part, as in `msdb..sysjobs`, is empty.
    mutating func path() throws(SQLServerMessage) -> [String] {
        var parts = [try name()]
        while isSign("."), parts.count < 4 {
            advance()
            if isSign(".") {
                parts.append("")
            } else {
                parts.append(try pathPart())
            }
        }
        return parts
    }

    /// After a point also reserved words stand for names in some places (`sys.schema` no, `t.[user]` yes): names only.
    private mutating func pathPart() throws(SQLServerMessage) -> String { try name() }

    /// An alias after a column or a table: `AS name`, `AS 'name'`, or a bare name.
    mutating func alias(allowsString: Bool) throws(SQLServerMessage) -> String? {
        let hasAs = take("AS")
        if allowsString, case .string = current.kind { return advance().text }
        if isName, hasAs || !Self.startsClause(current) { return try name() }
        if hasAs { throw syntaxError() }
        return nil
    }

    /// Words that are not reserved and yet begin something after a table or a column.
    private static func startsClause(_ token: Token) -> Bool {
        switch token.word {
        case "OFFSET", "THROW", "APPLY": true
        default: false
        }
    }

    /// `(a, b, c)` when it is there.
    mutating func columnNames() throws(SQLServerMessage) -> [String] {
        guard take(sign: "(") else { return [] }
        var names = [try name()]
        while take(sign: ",") { names.append(try name()) }
        try expect(sign: ")")
        return names
    }

    /// `@name`, not `@@name`.
    mutating func variableName() throws(SQLServerMessage) -> String {
        guard case .variable(let name) = current.kind, !name.hasPrefix("@@") else { throw syntaxError() }
        advance()
        return name
    }

    mutating func integer() throws(SQLServerMessage) -> Int {
        guard current.kind == .integer, let value = Int(current.text) else { throw syntaxError() }
        advance()
        return value
    }
}
