import TDS

extension Parser {
    /// Words that look like calls but have a grammar of their own; nil when `word` is none of them.
    mutating func specialForm(_ word: String) throws(SQLServerMessage) -> Expression? {
        switch word {
        case "NULL":
            advance()
            return .literal(.null, .int)
        case "CASE": return try nested { parser throws(SQLServerMessage) in try parser.caseExpression() }
        case "CAST", "TRY_CAST": return peek().isSign("(") ? try castCall(isTry: word == "TRY_CAST") : nil
        case "CONVERT", "TRY_CONVERT": return try convertCall(isTry: word == "TRY_CONVERT")
        case "PARSE", "TRY_PARSE": return peek().isSign("(") ? try parseCall(isTry: word == "TRY_PARSE") : nil
        case "CURRENT_TIMESTAMP", "CURRENT_USER", "SESSION_USER", "SYSTEM_USER", "USER":
            let name = advance().text
            return .call(FunctionCall(path: [name], arguments: []))
        case "LEFT", "RIGHT", "COALESCE", "NULLIF":
            guard peek().isSign("(") else { throw syntaxError() }
            let name = advance().text
            return .call(FunctionCall(path: [name], arguments: try arguments()))
        case "IIF":
            return peek().isSign("(") ? try immediateIf() : nil
        default: return nil
        }
    }

    private mutating func caseExpression() throws(SQLServerMessage) -> Expression {
        try expect("CASE")
        let operand = isWord("WHEN") ? nil : try expression()
        var branches: [CaseBranch] = []
        while take("WHEN") {
            let test = operand == nil ? try condition() : try expression()
            try expect("THEN")
            branches.append(CaseBranch(condition: test, result: try expression()))
        }
        guard !branches.isEmpty else { throw syntaxError() }
        let otherwise = take("ELSE") ? try expression() : nil
        try expect("END")
        return .caseWhen(operand: operand, branches: branches, otherwise: otherwise)
    }

    private mutating func immediateIf() throws(SQLServerMessage) -> Expression {
        advance()
        try expect(sign: "(")
        let test = try condition()
        try expect(sign: ",")
        let yes = try expression()
        try expect(sign: ",")
        let otherwise = try expression()
        try expect(sign: ")")
        return .caseWhen(operand: nil, branches: [CaseBranch(condition: test, result: yes)], otherwise: otherwise)
    }

    private mutating func castCall(isTry: Bool) throws(SQLServerMessage) -> Expression {
        advance()
        try expect(sign: "(")
        let value = try expression()
        try expect("AS")
        let type = try dataType(isInCast: true)
        try expect(sign: ")")
        return .cast(value, type, style: nil, isTry: isTry)
    }

    private mutating func parseCall(isTry: Bool) throws(SQLServerMessage) -> Expression {
        advance()
        try expect(sign: "(")
        let value = try expression()
        try expect("AS")
        let type = try dataType(isInCast: true)
        if take("USING") { _ = try expression() }
        try expect(sign: ")")
        return .cast(value, type, style: nil, isTry: isTry)
    }

    private mutating func convertCall(isTry: Bool) throws(SQLServerMessage) -> Expression {
        advance()
        try expect(sign: "(")
        let type = try dataType(isInCast: true)
        try expect(sign: ",")
        let value = try expression()
        let style = take(sign: ",") ? try expression() : nil
        try expect(sign: ")")
        return .cast(value, type, style: style, isTry: isTry)
    }

    /// `a`, `t.a`, `db.schema.f(...)`, `record.value(...)`.
    mutating func columnOrCall() throws(SQLServerMessage) -> Expression {
        var parts = [try name()]
        while isSign("."), parts.count < 4 {
            if Self.xmlMethods.contains(peek().text.lowercased()), peek(2).isSign("(") { break }
            advance()
            parts.append(isSign(".") ? "" : try name())
        }
        guard isSign("(") else {
            if parts == ["$rowguid"] || parts == ["$identity"] { throw syntaxError() }
            return .column(parts)
        }
        return .call(try functionCall(parts))
    }

    private mutating func functionCall(_ path: [String]) throws(SQLServerMessage) -> FunctionCall {
        try expect(sign: "(")
        var call: FunctionCall
        if isSign("*") {
            advance()
            try expect(sign: ")")
            call = FunctionCall(path: path, arguments: [], isStar: true)
        } else if take("DISTINCT") {
            let value = try expression()
            try expect(sign: ")")
            call = FunctionCall(path: path, arguments: [value], isDistinct: true)
        } else {
            _ = take("ALL")
            call = FunctionCall(path: path, arguments: try restOfArguments())
        }
        if isWord("WITHIN"), peek().isWord("GROUP") { try withinGroup(&call) }
        if take("OVER") { call.window = try window() }
        return call
    }

    private mutating func restOfArguments() throws(SQLServerMessage) -> [Expression] {
        var values: [Expression] = []
        if take(sign: ")") { return values }
        repeat {
            values.append(take("DEFAULT") ? .literal(.null, .int) : try expression())
        } while take(sign: ",")
        try expect(sign: ")")
        return values
    }

    /// STRING_AGG(...) WITHIN GROUP (ORDER BY ...): the order is kept as the call's window order.
    private mutating func withinGroup(_ call: inout FunctionCall) throws(SQLServerMessage) {
        advance()
        advance()
        try expect(sign: "(")
        let order = try orderBy()
        try expect(sign: ")")
        call.window = Window(partition: [], order: order)
        if call.name == "STRING_AGG" { call = FunctionCall(path: ["STRING_AGG WITHIN"], arguments: call.arguments, window: call.window) }
    }

    private mutating func window() throws(SQLServerMessage) -> Window {
        try expect(sign: "(")
        var partition: [Expression] = []
        if take("PARTITION") {
            try expect("BY")
            repeat { partition.append(try expression()) } while take(sign: ",")
        }
        let order = isWord("ORDER") ? try orderBy() : []
        if isWord("ROWS") || isWord("RANGE") {
            while !isSign(")"), !isAtEnd { advance() }
        }
        try expect(sign: ")")
        return Window(partition: partition, order: order)
    }

    /// `ORDER BY a DESC, b`.
    mutating func orderBy() throws(SQLServerMessage) -> [OrderItem] {
        try expect("ORDER")
        try expect("BY")
        var items: [OrderItem] = []
        repeat {
            let value = try expression()
            let isDescending = take("DESC")
            if !isDescending { _ = take("ASC") }
            items.append(OrderItem(expression: value, isDescending: isDescending))
        } while take(sign: ",")
        return items
    }
}
