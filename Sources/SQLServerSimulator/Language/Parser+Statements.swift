import TDS

extension Parser {
    /// A whole batch.
    mutating func parseBatch() throws(SQLServerMessage) -> [Statement] {
        var statements: [Statement] = []
        while true {
            while take(sign: ";") {}
            if isAtEnd { return statements }
            statements.append(try statement(isFirst: statements.isEmpty))
        }
    }

    /// One statement. Only the batch's first may be a procedure's bare name.
    mutating func statement(isFirst: Bool = false) throws(SQLServerMessage) -> Statement {
        let line = current.line
        let kind = try nested { parser throws(SQLServerMessage) in try parser.statementKind(isFirst: isFirst) }
        while take(sign: ";") {}
        return Statement(line: line, kind: kind)
    }

    private mutating func statementKind(isFirst: Bool) throws(SQLServerMessage) -> StatementKind {
        guard let word = current.word else {
            if isSign("(") && startsQuery(after: 1) { return .query(try query()) }
            if isFirst, case .name = current.kind { return .execute(try procedureCall()) }
            throw syntaxError()
        }
        switch word {
        case "SELECT": return .query(try query())
        case "WITH": return try withStatement()
        case "DECLARE": return try declaration()
        case "SET": return try setStatement()
        case "IF", "WHILE", "BEGIN", "BREAK", "CONTINUE", "RETURN", "GOTO", "WAITFOR": return try controlFlow(word)
        case "PRINT":
            advance()
            return .print(try expression())
        case "RAISERROR": return try raiseError()
        case "THROW": return try throwStatement()
        case "USE":
            advance()
            return .use(try name())
        case "EXEC", "EXECUTE": return .execute(try executeStatement())
        case "COMMIT", "ROLLBACK", "SAVE": return try transactionEnd(word)
        case "INSERT", "UPDATE", "DELETE", "TRUNCATE", "MERGE": return try dataChange(word)
        case "CREATE", "ALTER", "DROP", "GRANT", "DENY", "REVOKE": return try definition(word)
        case "DBCC", "KILL", "CHECKPOINT", "RECONFIGURE": return try administration(word)
        default:
            if isFirst, isName { return .execute(try procedureCall()) }
            throw syntaxError()
        }
    }

    /// A common table expression may stand before SELECT, INSERT, UPDATE and DELETE; the last three are not taken here.
    private mutating func withStatement() throws(SQLServerMessage) -> StatementKind { .query(try query()) }

    private mutating func declaration() throws(SQLServerMessage) -> StatementKind {
        advance()
        if case .variable(let name) = current.kind, peek().isWord("TABLE") || peek().isWord("AS") && peek(2).isWord("TABLE") {
            advance()
            _ = take("AS")
            advance()
            return .declareTable(variable: name, columns: try columnDefinitions())
        }
        var declarations: [Declaration] = []
        repeat {
            let name = try variableName()
            _ = take("AS")
            let type = try dataType(isInCast: false)
            let initial = take(sign: "=") ? try expression() : nil
            declarations.append(Declaration(name: name, type: type, initial: initial))
        } while take(sign: ",")
        return .declare(declarations)
    }

    private mutating func setStatement() throws(SQLServerMessage) -> StatementKind {
        advance()
        if case .variable = current.kind {
            let name = try variableName()
            if case .sign(let sign) = current.kind, sign.count == 2, sign.hasSuffix("="),
                let operation = ArithmeticOperator(rawValue: String(sign.prefix(1)))
            {
                advance()
                return .setVariable(name, .arithmetic(operation, .variable(name), try expression()))
            }
            try expect(sign: "=")
            return .setVariable(name, try expression())
        }
        if isWord("TRANSACTION"), peek().isWord("ISOLATION") {
            for _ in 0..<3 { advance() }
            var words: [String] = []
            while let word = current.word, ["READ", "UNCOMMITTED", "COMMITTED", "REPEATABLE", "SNAPSHOT", "SERIALIZABLE"].contains(word) {
                words.append(word)
                advance()
            }
            guard !words.isEmpty else { throw syntaxError() }
            return .setOption(names: ["TRANSACTION ISOLATION LEVEL"], value: words.joined(separator: " "))
        }
        return try setOption()
    }

    /// `SET NOCOUNT ON`, `SET ANSI_NULLS, QUOTED_IDENTIFIER ON`, `SET LOCK_TIMEOUT 1000`, `SET STATISTICS IO ON`.
    private mutating func setOption() throws(SQLServerMessage) -> StatementKind {
        var names: [String] = []
        repeat {
            guard let word = current.word else { throw syntaxError() }
            advance()
            if word == "STATISTICS" || word == "IDENTITY_INSERT" {
                names.append(word + " " + (try path()).joined(separator: "."))
            } else {
                names.append(word)
            }
        } while take(sign: ",")
        let isNegative = take(sign: "-")
        guard !isAtEnd, !isSign(";") else { throw syntaxError() }
        let value = advance().text
        return .setOption(names: names, value: isNegative ? "-" + value : value)
    }

    private mutating func controlFlow(_ word: String) throws(SQLServerMessage) -> StatementKind {
        switch word {
        case "IF":
            advance()
            let test = try condition()
            let then = try statement()
            return .conditional(test, then: then, otherwise: take("ELSE") ? try statement() : nil)
        case "WHILE":
            advance()
            let test = try condition()
            return .loop(test, body: try statement())
        case "BEGIN": return try begin()
        case "BREAK":
            advance()
            return .breakLoop
        case "CONTINUE":
            advance()
            return .continueLoop
        case "RETURN":
            advance()
            return .returnStatement(startsExpression ? try expression() : nil)
        case "WAITFOR":
            advance()
            guard take("DELAY") || take("TIME") else { throw syntaxError() }
            return .waitFor(try expression())
        default: throw syntaxError()
        }
    }

    /// Whether a value may start at the current token, as after RETURN.
    private var startsExpression: Bool {
        switch current.kind {
        case .integer, .decimal, .float, .money, .binary, .string, .variable, .name: true
        case .sign(let sign): sign == "(" || sign == "-"
        case .word(let word): !ReservedWords.all.contains(word) || ["CASE", "NULL", "CONVERT", "COALESCE", "NULLIF"].contains(word)
        case .end: false
        }
    }

    private mutating func begin() throws(SQLServerMessage) -> StatementKind {
        advance()
        if take("TRAN") || take("TRANSACTION") {
            return .beginTransaction(name: isName && !peek().isSign("(") ? try name() : "")
        }
        if take("TRY") {
            let body = try statements(until: "TRY")
            try expect("BEGIN")
            try expect("CATCH")
            return .tryCatch(body, handler: try statements(until: "CATCH"))
        }
        while take(sign: ";") {}
        var body: [Statement] = []
        while !take("END") {
            guard !isAtEnd else { throw syntaxError() }
            body.append(try statement())
            while take(sign: ";") {}
        }
        guard !body.isEmpty else { throw syntaxError() }
        return .block(body)
    }

    private mutating func statements(until word: String) throws(SQLServerMessage) -> [Statement] {
        var body: [Statement] = []
        while true {
            while take(sign: ";") {}
            if isWord("END"), peek().isWord(word) {
                advance()
                advance()
                while take(sign: ";") {}
                return body
            }
            guard !isAtEnd else { throw syntaxError() }
            body.append(try statement())
        }
    }

    private mutating func raiseError() throws(SQLServerMessage) -> StatementKind {
        advance()
        var values = try arguments()
        guard values.count >= 3 else { throw syntaxError() }
        if take("WITH") {
            repeat { advance() } while take(sign: ",")
        }
        let head = (values[0], values[1], values[2])
        values.removeFirst(3)
        return .raiseError(message: head.0, severity: head.1, state: head.2, arguments: values)
    }

    private mutating func throwStatement() throws(SQLServerMessage) -> StatementKind {
        advance()
        guard startsExpression else { return .throwError(number: nil, message: nil, state: nil) }
        let number = try expression()
        try expect(sign: ",")
        let message = try expression()
        try expect(sign: ",")
        return .throwError(number: number, message: message, state: try expression())
    }

    private mutating func transactionEnd(_ word: String) throws(SQLServerMessage) -> StatementKind {
        advance()
        let hasWord = take("TRAN") || take("TRANSACTION") || take("WORK")
        let label: String
        if hasWord, isName {
            label = try name()
        } else if hasWord, case .variable = current.kind {
            label = advance().text
        } else {
            label = ""
        }
        switch word {
        case "COMMIT": return .commit
        case "ROLLBACK": return .rollback(name: label)
        default:
            guard hasWord, !label.isEmpty else { throw syntaxError() }
            return .saveTransaction(name: label)
        }
    }

    private mutating func administration(_ word: String) throws(SQLServerMessage) -> StatementKind {
        advance()
        switch word {
        case "DBCC":
            guard let command = current.word else { throw syntaxError() }
            advance()
            let values = isSign("(") ? try dbccArguments() : []
            if take("WITH") {
                repeat { advance() } while take(sign: ",")
            }
            return .dbcc(command: command, arguments: values)
        case "KILL": return .kill(try expression())
        case "RECONFIGURE":
            if take("WITH") { advance() }
            return .accepted
        default:
            if current.kind == .integer { advance() }
            return .accepted
        }
    }

    /// DBCC's arguments may be bare words: `DBCC SQLPERF(LOGSPACE)`.
    private mutating func dbccArguments() throws(SQLServerMessage) -> [Expression] {
        try expect(sign: "(")
        var values: [Expression] = []
        if take(sign: ")") { return values }
        repeat {
            if let word = current.word, peek().isSign(")") || peek().isSign(",") {
                advance()
                values.append(.literal(.string(word), .varchar(128)))
            } else {
                values.append(try expression())
            }
        } while take(sign: ",")
        try expect(sign: ")")
        return values
    }
}
