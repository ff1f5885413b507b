import TDS

extension Parser {
    mutating func definition(_ word: String) throws(SQLServerMessage) -> StatementKind {
        switch word {
        case "CREATE", "ALTER": return try createOrAlter()
        case "DROP": return try drop()
        default: return .permission(try permission())
        }
    }

    private mutating func createOrAlter() throws(SQLServerMessage) -> StatementKind {
        let start = current
        var isCreate = advance().word == "CREATE"
        var isAlter = !isCreate
        if isCreate, take("OR") {
            try expect("ALTER")
            isAlter = true
            isCreate = true
        }
        switch current.word {
        case "TABLE":
            advance()
            let path = try path()
            guard isCreate else { return try restIsAccepted() }
            return .createTable(path: path, columns: try columnDefinitions())
        case "SCHEMA":
            advance()
            let name = try name()
            if take("AUTHORIZATION") { _ = try self.name() }
            return .createSchema(name)
        case "PROCEDURE", "PROC", "VIEW", "FUNCTION", "TRIGGER":
            return .createModule(try module(start: start, isCreate: isCreate, isAlter: isAlter))
        case "LOGIN":
            advance()
            let name = try name()
            try expect("WITH")
            try expect("PASSWORD")
            try expect(sign: "=")
            guard case .string = current.kind else { throw syntaxError() }
            let password = advance().text
            skipStatement()
            return .createLogin(name: name, password: password)
        case "DATABASE" where isCreate:
            advance()
            let name = try name()
            skipStatement()
            return .createDatabase(name)
        case "USER" where isCreate:
            advance()
            return try user()
        case "USER", "ROLE", "SERVER", "INDEX", "UNIQUE", "CLUSTERED", "NONCLUSTERED", "STATISTICS", "DATABASE", "EVENT", "TYPE", "SYNONYM",
            "AUTHORIZATION":
            return try restIsAccepted()
        default: throw syntaxError()
        }
    }

    /// `CREATE USER u FOR LOGIN l`, `CREATE USER u`, `CREATE USER u WITHOUT LOGIN`.
    private mutating func user() throws(SQLServerMessage) -> StatementKind {
        let name = try name()
        if take("WITHOUT") {
            skipStatement()
            return .createUser(name: name, login: nil)
        }
        guard take("FOR") || take("FROM") else { return .createUser(name: name, login: name) }
        try expect("LOGIN")
        return .createUser(name: name, login: try self.name())
    }

    private mutating func restIsAccepted() throws(SQLServerMessage) -> StatementKind {
        skipStatement()
        return .accepted
    }

    /// Reads on to the semicolon or the batch's end.
    private mutating func skipStatement() {
        while !isAtEnd, !isSign(";") { advance() }
    }

    /// A procedure's body is the rest of the batch.
    private mutating func module(start: Token, isCreate: Bool, isAlter: Bool) throws(SQLServerMessage) -> Module {
        let kind: Module.Kind
        switch advance().word {
        case "VIEW": kind = .view
        case "FUNCTION": kind = .function
        case "TRIGGER": kind = .trigger
        default: kind = .procedure
        }
        let path = try path()
        var parameters: [ModuleParameter] = []
        var body: [Statement] = []
        if kind == .procedure {
            parameters = try moduleParameters()
            if take("WITH") {
                repeat { advance() } while !isWord("AS") && !isAtEnd
            }
            try expect("AS")
            body = try parseBatch()
        } else {
            while !isAtEnd { advance() }
        }
        return Module(
            kind: kind, path: path, parameters: parameters, body: body, text: text(from: start, to: current), isAlter: isAlter,
            isCreate: isCreate)
    }

    private mutating func moduleParameters() throws(SQLServerMessage) -> [ModuleParameter] {
        let hasParentheses = take(sign: "(")
        var parameters: [ModuleParameter] = []
        guard case .variable = current.kind else {
            if hasParentheses { try expect(sign: ")") }
            return parameters
        }
        repeat {
            let name = try variableName()
            _ = take("AS")
            let type = try dataType(isInCast: false)
            let initial = take(sign: "=") ? try expression() : nil
            let isOutput = take("OUTPUT") || take("OUT")
            if take("READONLY") { throw syntaxError() }
            parameters.append(ModuleParameter(name: name, type: type, initial: initial, isOutput: isOutput))
        } while take(sign: ",")
        if hasParentheses { try expect(sign: ")") }
        return parameters
    }

    /// `@a int, @b nvarchar(10) OUTPUT`, as the second argument of sp_executesql declares them.
    static func parameters(of declaration: String) throws(SQLServerMessage) -> [ModuleParameter] {
        var lexer = Lexer(declaration, quotedIdentifier: true)
        var parser = Parser(tokens: try lexer.run(), source: Array(declaration.utf8))
        let parameters = try parser.moduleParameters()
        guard parser.isAtEnd else { throw parser.syntaxError() }
        return parameters
    }

    // MARK: Columns

    /// `(id int NOT NULL IDENTITY(1,1), name sysname NULL DEFAULT '', PRIMARY KEY (id))`.
    mutating func columnDefinitions() throws(SQLServerMessage) -> [ColumnDefinition] {
        try expect(sign: "(")
        var columns: [ColumnDefinition] = []
        repeat {
            if isSign(")") { break }
            if isWord("PRIMARY") || isWord("CONSTRAINT") || isWord("UNIQUE") || isWord("INDEX") || isWord("CHECK") || isWord("FOREIGN") {
                try skipConstraint()
            } else {
                columns.append(try columnDefinition())
            }
        } while take(sign: ",")
        try expect(sign: ")")
        if take("ON") { _ = try name() }
        if isWord("WITH"), peek().isSign("(") {
            advance()
            try skipParentheses()
        }
        return columns
    }

    private mutating func skipConstraint() throws(SQLServerMessage) {
        while !isSign(","), !isSign(")") {
            guard !isAtEnd else { throw syntaxError() }
            if isSign("(") { try skipParentheses() } else { advance() }
        }
    }

    private mutating func columnDefinition() throws(SQLServerMessage) -> ColumnDefinition {
        let name = try name()
        if take("AS") {
            let value = try expression()
            _ = take("PERSISTED")
            return ColumnDefinition(name: name, type: nil, defaultValue: value)
        }
        var column = ColumnDefinition(name: name, type: try dataType(isInCast: false))
        while !isSign(","), !isSign(")"), !isAtEnd { try columnOption(&column) }
        return column
    }

    private mutating func columnOption(_ column: inout ColumnDefinition) throws(SQLServerMessage) {
        switch current.word {
        case "NULL":
            advance()
            column.saysNull = true
        case "NOT":
            advance()
            try expect("NULL")
            column.isNullable = false
        case "IDENTITY":
            advance()
            column.isNullable = false
            var seed = 1
            var increment = 1
            if take(sign: "(") {
                seed = try integer()
                try expect(sign: ",")
                increment = try integer()
                try expect(sign: ")")
            }
            column.identity = ColumnDefinition.Identity(seed: Int64(seed), increment: Int64(increment))
        case "DEFAULT":
            advance()
            column.defaultValue = try expression()
        case "PRIMARY":
            advance()
            try expect("KEY")
            column.isNullable = false
        case "CLUSTERED", "NONCLUSTERED", "UNIQUE", "SPARSE", "ROWGUIDCOL":
            advance()
        case "COLLATE", "CONSTRAINT":
            advance()
            _ = try name()
        case "CHECK", "REFERENCES", "INDEX", "FOREIGN", "WITH":
            try skipConstraint()
        default: throw syntaxError()
        }
    }

    // MARK: DROP and permissions

    private mutating func drop() throws(SQLServerMessage) -> StatementKind {
        advance()
        guard let kind = current.word,
            ["TABLE", "PROCEDURE", "PROC", "SCHEMA", "VIEW", "FUNCTION", "TRIGGER", "LOGIN", "USER", "INDEX", "DATABASE"].contains(kind)
        else {
            throw syntaxError()
        }
        advance()
        var ifExists = false
        if isWord("IF"), peek().isWord("EXISTS") {
            advance()
            advance()
            ifExists = true
        }
        var paths = [try path()]
        while take(sign: ",") { paths.append(try path()) }
        if kind == "INDEX", take("ON") { _ = try path() }
        return .drop(kind: kind == "PROC" ? "PROCEDURE" : kind, paths: paths, ifExists: ifExists)
    }

    /// `GRANT VIEW SERVER STATE, VIEW ANY DEFINITION TO [login]`, also `GRANT SELECT ON x TO y` and `GRANT SELECT TO y`.
    private mutating func permission() throws(SQLServerMessage) -> PermissionStatement {
        let action: PermissionStatement.Action
        switch advance().word {
        case "GRANT": action = .grant
        case "DENY": action = .deny
        default: action = .revoke
        }
        var permissions: [String] = []
        repeat { permissions.append(try permissionName()) } while take(sign: ",")
        if take("ON") {
            let object = text(from: current, to: try skipToRecipient())
            permissions = permissions.map { "\($0) ON \(object.trimmed)" }
        }
        guard take("TO") || take("FROM") else { throw syntaxError() }
        var principals = [try principal()]
        while take(sign: ",") { principals.append(try principal()) }
        while !isAtEnd, !isSign(";") {
            guard ["WITH", "GRANT", "OPTION", "CASCADE", "AS"].contains(current.word ?? "") else { break }
            advance()
        }
        return PermissionStatement(action: action, permissions: permissions, principals: principals)
    }

    private mutating func principal() throws(SQLServerMessage) -> String { take("PUBLIC") ? "public" : try name() }

    private mutating func permissionName() throws(SQLServerMessage) -> String {
        var words: [String] = []
        while let word = current.word, word != "TO", word != "FROM", word != "ON", words.count < 8 {
            words.append(word)
            advance()
        }
        guard !words.isEmpty else { throw syntaxError() }
        return words.joined(separator: " ")
    }

    private mutating func skipToRecipient() throws(SQLServerMessage) -> Token {
        while !isWord("TO"), !isWord("FROM") {
            guard !isAtEnd else { throw syntaxError() }
            advance()
        }
        return current
    }
}
