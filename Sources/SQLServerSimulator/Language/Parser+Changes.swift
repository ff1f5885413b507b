import TDS

extension Parser {
    // MARK: EXEC

    mutating func executeStatement() throws(SQLServerMessage) -> Execution {
        advance()
        if isSign("(") {
            advance()
            let text = try expression()
            try expect(sign: ")")
            return Execution(body: .text(text), arguments: [], statusVariable: nil)
        }
        var statusVariable: String?
        if case .variable(let name) = current.kind, peek().isSign("=") {
            statusVariable = name
            advance()
            advance()
        }
        let body: Execution.Body
        if case .variable(let name) = current.kind {
            advance()
            body = .procedureVariable(name)
        } else {
            body = .procedure(try path())
        }
        return Execution(body: body, arguments: try executeArguments(), statusVariable: statusVariable)
    }

    /// A batch may begin with a procedure's name alone.
    mutating func procedureCall() throws(SQLServerMessage) -> Execution {
        Execution(body: .procedure(try path()), arguments: try executeArguments(), statusVariable: nil)
    }

    private mutating func executeArguments() throws(SQLServerMessage) -> [Execution.Argument] {
        var values: [Execution.Argument] = []
        if take(sign: ";") { return values }
        guard startsArgument else { return values }
        repeat { values.append(try executeArgument()) } while take(sign: ",")
        if isWord("WITH"), peek().isWord("RECOMPILE") || peek().isWord("RESULT") {
            advance()
            if advance().word == "RESULT" {
                guard take("SETS") else { throw syntaxError() }
                if isSign("(") { try skipParentheses() } else { advance() }
            }
        }
        return values
    }

    private var startsArgument: Bool {
        switch current.kind {
        case .string, .integer, .decimal, .float, .money, .binary, .variable, .name: true
        case .sign(let sign): sign == "-" || sign == "+"
        case .word(let word): word == "NULL" || word == "DEFAULT" || !ReservedWords.all.contains(word)
        case .end: false
        }
    }

    private mutating func executeArgument() throws(SQLServerMessage) -> Execution.Argument {
        var name = ""
        if case .variable(let variable) = current.kind, peek().isSign("=") {
            name = variable
            advance()
            advance()
        }
        if take("DEFAULT") { return Execution.Argument(name: name, value: nil, isOutput: false) }
        let value: Expression
        if isName {
            value = .literal(.string(try self.name()), .nvarchar(128))  // EXEC sp_helpdb master
        } else {
            value = try expression()
        }
        let isOutput = take("OUTPUT") || take("OUT")
        return Execution.Argument(name: name, value: value, isOutput: isOutput)
    }

    // MARK: INSERT, UPDATE, DELETE

    mutating func dataChange(_ word: String) throws(SQLServerMessage) -> StatementKind {
        switch word {
        case "INSERT": return .insert(try insert())
        case "UPDATE": return .update(try update())
        case "DELETE": return .delete(try delete())
        case "TRUNCATE":
            advance()
            try expect("TABLE")
            return .truncate(path: try path())
        default: throw syntaxError()
        }
    }

    private mutating func target() throws(SQLServerMessage) -> TableTarget {
        if case .variable = current.kind { return .variable(try variableName()) }
        let target = TableTarget.named(try path())
        if isWord("WITH"), peek().isSign("("), !peek(2).isWord("SELECT") {
            advance()
            try skipParentheses()
        }
        return target
    }

    private mutating func insert() throws(SQLServerMessage) -> Insert {
        advance()
        if isWord("TOP") {
            advance()
            try skipParentheses()
        }
        _ = take("INTO")
        let target = try target()
        let columns = isSign("(") && !startsQuery(after: 1) ? try columnNames() : []
        if take("DEFAULT") {
            try expect("VALUES")
            return Insert(target: target, columns: columns, source: .defaults)
        }
        if isWord("EXEC") || isWord("EXECUTE") {
            return Insert(target: target, columns: columns, source: .execution(try executeStatement()))
        }
        return Insert(target: target, columns: columns, source: .query(try query()))
    }

    private mutating func update() throws(SQLServerMessage) -> Update {
        advance()
        let target = try target()
        try expect("SET")
        var assignments: [Update.Assignment] = []
        repeat { assignments.append(try assignment()) } while take(sign: ",")
        let from = take("FROM") ? try tableSource() : nil
        let filter = take("WHERE") ? try condition() : nil
        try skipOptions()
        return Update(target: target, assignments: assignments, from: from, filter: filter)
    }

    private mutating func assignment() throws(SQLServerMessage) -> Update.Assignment {
        if case .variable(let name) = current.kind {
            advance()
            try expect(sign: "=")
            return Update.Assignment(column: nil, variable: name, value: try expression())
        }
        let path = try path()
        guard let column = path.last else { throw syntaxError() }
        if case .sign(let sign) = current.kind, sign.count == 2, sign.hasSuffix("="),
            let operation = ArithmeticOperator(rawValue: String(sign.prefix(1)))
        {
            advance()
            return Update.Assignment(column: column, variable: nil, value: .arithmetic(operation, .column(path), try expression()))
        }
        try expect(sign: "=")
        return Update.Assignment(column: column, variable: nil, value: try expression())
    }

    private mutating func delete() throws(SQLServerMessage) -> Delete {
        advance()
        if isWord("TOP") {
            advance()
            try skipParentheses()
        }
        _ = take("FROM")
        let target = try target()
        let from = take("FROM") ? try tableSource() : nil
        let filter = take("WHERE") ? try condition() : nil
        try skipOptions()
        return Delete(target: target, from: from, filter: filter)
    }
}
