import TDS

extension Parser {
    /// `[WITH ...] body [ORDER BY ...] [OFFSET ...] [FOR ...] [OPTION (...)]`.
    mutating func query() throws(SQLServerMessage) -> Query {
        var commonTables: [CommonTable] = []
        if take("WITH") {
            repeat { commonTables.append(try commonTable()) } while take(sign: ",")
        }
        var query = Query(commonTables: commonTables, body: try queryBody())
        if isWord("ORDER") { query.order = try orderBy() }
        if isWord("OFFSET") { try offsetFetch(&query) }
        if isWord("FOR") { query.serialization = try serialization() }
        try skipOptions()
        return query
    }

    private mutating func commonTable() throws(SQLServerMessage) -> CommonTable {
        let name = try name()
        let columns = try columnNames()
        try expect("AS")
        return CommonTable(name: name, columns: columns, query: try parenthesizedQuery())
    }

    private mutating func offsetFetch(_ query: inout Query) throws(SQLServerMessage) {
        advance()
        query.offset = try expression()
        guard take("ROWS") || take("ROW") else { throw syntaxError() }
        guard take("FETCH") else { return }
        guard take("NEXT") || take("FIRST") else { throw syntaxError() }
        query.fetch = try expression()
        guard take("ROWS") || take("ROW") else { throw syntaxError() }
        try expect("ONLY")
    }

    private mutating func serialization() throws(SQLServerMessage) -> Serialization? {
        advance()
        if take("BROWSE") { return nil }
        let isJSON = take("JSON")
        guard isJSON || take("XML") else { throw syntaxError() }
        guard take("PATH") || take("AUTO") || take("RAW") else { throw syntaxError() }
        var element = "row"
        if take(sign: "(") {
            guard case .string = current.kind else { throw syntaxError() }
            element = advance().text
            try expect(sign: ")")
        }
        var options: Set<String> = []
        while take(sign: ",") {
            options.insert(advance().text.uppercased())
            while isSign("("), !isAtEnd { _ = try arguments() }
        }
        return isJSON
            ? .jsonPath(hasArrayWrapper: !options.contains("WITHOUT_ARRAY_WRAPPER"))
            : .xmlPath(element: element, hasType: options.contains("TYPE"))
    }

    /// OPTION (RECOMPILE, MAXDOP 1): read over; hints change no result.
    mutating func skipOptions() throws(SQLServerMessage) {
        guard isWord("OPTION"), peek().isSign("(") else { return }
        advance()
        try skipParentheses()
    }

    /// Reads over a balanced pair of parentheses.
    mutating func skipParentheses() throws(SQLServerMessage) {
        try expect(sign: "(")
        var depth = 1
        while depth > 0 {
            guard !isAtEnd else { throw syntaxError() }
            let token = advance()
            if token.isSign("(") { depth += 1 }
            if token.isSign(")") { depth -= 1 }
        }
    }

    private mutating func queryBody() throws(SQLServerMessage) -> QueryBody {
        var left = try intersection()
        var length = 0
        while isWord("UNION") || isWord("EXCEPT") {
            let operation: SetOperation = advance().word == "UNION" ? .union : .except
            let isAll = take("ALL")
            left = .setOperation(operation, isAll: isAll, left, try intersection())
            length += 1
            guard length <= Self.chainLengthMax else { throw nestingError }
        }
        return left
    }

    private mutating func intersection() throws(SQLServerMessage) -> QueryBody {
        var left = try queryTerm()
        var length = 0
        while take("INTERSECT") {
            left = .setOperation(.intersect, isAll: false, left, try queryTerm())
            length += 1
            guard length <= Self.chainLengthMax else { throw nestingError }
        }
        return left
    }

    private mutating func queryTerm() throws(SQLServerMessage) -> QueryBody {
        if isSign("(") { return .nested(try parenthesizedQuery()) }
        if isWord("VALUES") { return .values(try valueRows()) }
        return .select(try nested { parser throws(SQLServerMessage) in try parser.select() })
    }

    /// `VALUES (1, 2), (3, 4)`.
    mutating func valueRows() throws(SQLServerMessage) -> [[Expression]] {
        try expect("VALUES")
        var rows: [[Expression]] = []
        repeat {
            let row = try arguments()
            if let first = rows.first, first.count != row.count {
                throw SQLServerMessage(
                    10709, severity: 16, line: current.line,
                    "The number of columns for each row in a table value constructor must be the same.")
            }
            rows.append(row)
        } while take(sign: ",")
        return rows
    }

    private mutating func select() throws(SQLServerMessage) -> Select {
        try expect("SELECT")
        var select = Select()
        select.isDistinct = take("DISTINCT")
        if !select.isDistinct { _ = take("ALL") }
        if isWord("TOP") { select.top = try top() }
        repeat { select.items.append(try selectItem()) } while take(sign: ",")
        if take("INTO") { select.into = try path() }
        if take("FROM") { select.from = try tableSource() }
        if take("WHERE") { select.filter = try condition() }
        if isWord("GROUP") {
            advance()
            try expect("BY")
            repeat { select.group.append(try expression()) } while take(sign: ",")
        }
        if take("HAVING") { select.having = try condition() }
        return select
    }

    private mutating func top() throws(SQLServerMessage) -> Top {
        advance()
        let count: Expression
        if take(sign: "(") {
            count = try expression()
            try expect(sign: ")")
        } else if current.kind == .integer {
            count = .literal(.int(Int64(try integer())), .bigint)
        } else if case .variable = current.kind {
            count = .variable(try variableName())
        } else {
            throw syntaxError()
        }
        let isPercent = take("PERCENT")
        var withTies = false
        if isWord("WITH"), peek().isWord("TIES") {
            advance()
            advance()
            withTies = true
        }
        return Top(count: count, isPercent: isPercent, withTies: withTies)
    }

    private mutating func selectItem() throws(SQLServerMessage) -> SelectItem {
        if isSign("*") {
            advance()
            return .star(qualifier: [])
        }
        if let qualifier = starQualifier() { return .star(qualifier: qualifier) }
        if case .variable(let name) = current.kind, !name.hasPrefix("@@"), case .sign(let sign) = peek().kind {
            if sign == "=" {
                advance()
                advance()
                return .assignment(variable: name, try expression())
            }
            if sign.count == 2, sign.hasSuffix("="), let operation = ArithmeticOperator(rawValue: String(sign.prefix(1))) {
                advance()
                advance()
                return .assignment(variable: name, .arithmetic(operation, .variable(name), try expression()))
            }
        }
        if peek().isSign("="), isName || isStringToken {
            let alias = advance().text
            advance()
            return .expression(try expression(), alias: alias)
        }
        let value = try expression()
        return .expression(value, alias: try alias(allowsString: true))
    }

    private var isStringToken: Bool { if case .string = current.kind { true } else { false } }

    /// `t.*` or `schema.t.*`: the names before the star; moves past it.
    private mutating func starQualifier() -> [String]? {
        var offset = 0
        var parts: [String] = []
        while parts.count < 3 {
            let token = peek(offset)
            switch token.kind {
            case .name: parts.append(token.text)
            case .word(let word) where !ReservedWords.all.contains(word): parts.append(token.text)
            default: return nil
            }
            guard peek(offset + 1).isSign(".") else { return nil }
            if peek(offset + 2).isSign("*") {
                for _ in 0..<(offset + 3) { advance() }
                return parts
            }
            offset += 2
        }
        return nil
    }

    // MARK: FROM

    /// Everything after FROM: comma-separated tables with their joins.
    mutating func tableSource() throws(SQLServerMessage) -> TableReference {
        var left = try joinedTable()
        var length = 0
        while take(sign: ",") {
            left = .join(.cross, left, try joinedTable(), on: nil)
            length += 1
            guard length <= 64 else { throw nestingError }
        }
        return left
    }

    private mutating func joinedTable() throws(SQLServerMessage) -> TableReference {
        var left = try tablePrimary()
        var length = 0
        while true {
            length += 1
            guard length <= 64 else { throw nestingError }
            if isWord("CROSS") || isWord("OUTER"), peek().isWord("APPLY") {
                let isOuter = advance().word == "OUTER"
                advance()
                left = .apply(isOuter: isOuter, left, try tablePrimary())
            } else if isWord("CROSS"), peek().isWord("JOIN") {
                advance()
                advance()
                left = .join(.cross, left, try tablePrimary(), on: nil)
            } else if let kind = try joinKind() {
                let right = try nested { parser throws(SQLServerMessage) in try parser.joinedTable() }
                try expect("ON")
                left = .join(kind, left, right, on: try condition())
            } else {
                return left
            }
        }
    }

    private mutating func joinKind() throws(SQLServerMessage) -> JoinKind? {
        let kind: JoinKind
        switch current.word {
        case "JOIN":
            advance()
            return .inner
        case "INNER": kind = .inner
        case "LEFT": kind = .left
        case "RIGHT": kind = .right
        case "FULL": kind = .full
        default: return nil
        }
        advance()
        if kind != .inner { _ = take("OUTER") }
        if isWord("LOOP") || isWord("HASH") || isWord("MERGE") || isWord("REMOTE") { advance() }
        try expect("JOIN")
        return kind
    }

    private mutating func tablePrimary() throws(SQLServerMessage) -> TableReference {
        if isSign("(") { return try parenthesizedTable() }
        if case .variable(let name) = current.kind {
            advance()
            if isSign("."), peek().text.lowercased() == "nodes" { return try nodesTable(.variable(name)) }
            return .tableVariable(name, alias: try tableAlias())
        }
        let path = try path()
        if path.count >= 2, path.last?.lowercased() == "nodes", isSign("(") {
            return try nodesTable(.column(Array(path.dropLast())))
        }
        if isSign("("), !isTableHint {
            let arguments = try arguments()
            if isWord("WITH"), peek().isSign("(") {
                advance()
                try skipParentheses()
            }
            let alias = try tableAlias()
            return .function(path: path, arguments: arguments, alias: alias, columns: alias == nil ? [] : try columnNames())
        }
        let alias = try tableAlias()
        return .named(path: path, alias: alias)
    }

    private mutating func nodesTable(_ column: Expression) throws(SQLServerMessage) -> TableReference {
        if isSign(".") {
            advance()
            advance()
        }
        let arguments = try arguments()
        guard arguments.count == 1, case .literal(.string(let xpath), _) = arguments[0] else { throw syntaxError() }
        let alias = try tableAlias()
        return .nodes(column, path: xpath, alias: alias, columns: try columnNames())
    }

    private mutating func parenthesizedTable() throws(SQLServerMessage) -> TableReference {
        if startsQuery(after: 1) || peek().isWord("VALUES") {
            let query = try parenthesizedQuery()
            guard let alias = try tableAlias() else { throw syntaxError() }
            return .derived(query, alias: alias, columns: try columnNames())
        }
        advance()
        let inner = try nested { parser throws(SQLServerMessage) in try parser.joinedTable() }
        try expect(sign: ")")
        return inner
    }

    /// The alias of a table, with table hints read over on either side.
    private mutating func tableAlias() throws(SQLServerMessage) -> String? {
        try skipTableHints()
        let alias = try alias(allowsString: false)
        try skipTableHints()
        return alias
    }

    private mutating func skipTableHints() throws(SQLServerMessage) {
        if isWord("WITH"), peek().isSign("(") {
            advance()
            try skipParentheses()
        } else if isTableHint {
            try skipParentheses()
        }
    }

    /// `(NOLOCK)`, the old form of a hint.
    private var isTableHint: Bool {
        guard isSign("("), peek(2).isSign(")") || peek(2).isSign(",") else { return false }
        return ["NOLOCK", "READUNCOMMITTED", "READPAST", "HOLDLOCK", "UPDLOCK", "TABLOCK", "READCOMMITTED"].contains(peek().word ?? "")
    }
}
