import TDS

/// Gives expressions types and turns them into closures. The scope says what names mean; the environment, what tables there are.
struct Binder {
    let context: StatementContext
    let scope: Scope
    let environment: QueryEnvironment

    init(context: StatementContext, scope: Scope, environment: QueryEnvironment = QueryEnvironment()) {
        self.context = context
        self.scope = scope
        self.environment = environment
    }

    /// A value.
    func scalar(_ expression: Expression) throws(SQLServerMessage) -> Compiled {
        if let grouping = scope.grouping, !grouping.isInsideAggregate, grouping.keys.contains(expression) {
            grouping.isInsideAggregate = true  // a key's columns may be named: the group has one value of it
            defer { grouping.isInsideAggregate = false }
            return try plainScalar(expression)
        }
        return try plainScalar(expression)
    }

    private func plainScalar(_ expression: Expression) throws(SQLServerMessage) -> Compiled {
        switch expression {
        case .literal(let value, let type): return .constant(value, type)
        case .column(let parts): return try column(parts)
        case .variable(let name): return try variable(name)
        case .negate(let operand): return try Arithmetic.negate(try scalar(operand))
        case .complement(let operand): return try Arithmetic.complement(try scalar(operand))
        case .arithmetic(let operation, let left, let right): return try Arithmetic.combine(operation, try scalar(left), try scalar(right))
        case .scalarQuery(let query): return try scalarQuery(query)
        case .caseWhen(let operand, let branches, let otherwise): return try caseWhen(operand, branches, otherwise)
        case .cast(let value, let type, let style, let isTry): return try cast(value, type, style: style, isTry: isTry)
        case .call(let call): return try self.call(call)
        case .method(let target, let name, let arguments): return try XMLMethods.bind(try scalar(target), name, arguments)
        case .collate(let value, let collation):
            var compiled = try scalar(value)
            let upper = collation.uppercased()
            guard compiled.type.isString || compiled.isNullLiteral else {
                throw SQLServerMessage(447, "Expression type \(compiled.type.baseName) is invalid for COLLATE clause.")
            }
            compiled.isCaseSensitive = upper.contains("_CS") || upper.contains("_BIN")
            return compiled
        case .compare, .compareWithQuery, .and, .or, .not, .between, .inList, .inQuery, .like, .isNull, .exists:
            throw .notAValue(near: "=")
        }
    }

    private func column(_ parts: [String]) throws(SQLServerMessage) -> Compiled {
        let match = try scope.resolve(parts)
        if context.isCaseSensitive, match.column.name != parts.last { throw .invalidColumn(parts.last ?? "") }
        if match.depth == 0, let grouping = scope.grouping, !grouping.isInsideAggregate, !grouping.columnIndexes.contains(match.index) {
            let table = match.column.table
            throw .notGrouped(table.isEmpty ? match.column.name : "\(table).\(match.column.name)", clause: grouping.clause)
        }
        let (index, depth) = (match.index, match.depth)
        if depth == 0 {
            return Compiled(match.column.type, isNullable: match.column.isNullable) { row throws(SQLServerMessage) in
                index < row.values.count ? row.values[index] : .null
            }
        }
        return Compiled(match.column.type, isNullable: match.column.isNullable) { row throws(SQLServerMessage) in
            row.value(index, depth: depth)
        }
    }

    private func variable(_ name: String) throws(SQLServerMessage) -> Compiled {
        if name.hasPrefix("@@") { return try GlobalVariables.bind(name, context) }
        guard let variable = context.variables.variable(name) else { throw .undeclaredVariable(name) }
        let variables = context.variables
        return Compiled(variable.type) { _ throws(SQLServerMessage) in variables.variable(name)?.value ?? .null }
    }

    private func scalarQuery(_ query: Query) throws(SQLServerMessage) -> Compiled {
        let plan = try QueryPlanner(context: context, environment: environment).plan(query, outer: scope)
        guard plan.columns.count == 1 else { throw .subqueryHasManyColumns }
        return Compiled(plan.columns[0].type) { row throws(SQLServerMessage) in
            let rows = try plan.run(row)
            guard rows.count <= 1 else { throw .subqueryHasManyRows }
            return rows.first?.first ?? .null
        }
    }

    private func caseWhen(_ operand: Expression?, _ branches: [CaseBranch], _ otherwise: Expression?) throws(SQLServerMessage) -> Compiled {
        var tests: [Test] = []
        var results: [Compiled] = []
        for branch in branches {
            if let operand {
                tests.append(try compare(.equal, try scalar(operand), try scalar(branch.condition)))
            } else {
                tests.append(try condition(branch.condition))
            }
            results.append(try scalar(branch.result))
        }
        if let otherwise { results.append(try scalar(otherwise)) }
        if results.allSatisfy(\.isNullLiteral) {
            throw SQLServerMessage(
                8133, "At least one of the result expressions in a CASE specification must be an expression other than the NULL constant.")
        }
        let (type, values) = try Self.unified(results)
        let hasElse = otherwise != nil
        return Compiled(type, isNullable: !hasElse || values.contains(where: \.isNullable)) { row throws(SQLServerMessage) in
            for index in tests.indices where try tests[index](row) == true { return try values[index].evaluate(row) }
            return hasElse ? try values[tests.count].evaluate(row) : .null
        }
    }

    /// The values in one type.
    static func unified(_ values: [Compiled]) throws(SQLServerMessage) -> (TDSType, [Compiled]) {
        var type: TDSType?
        for value in values where !value.isNullLiteral { type = type.map { TDSType.common($0, value.type) } ?? value.type }
        let target = type ?? .int
        var converted: [Compiled] = []
        for value in values { converted.append(value.isNullLiteral ? .constant(.null, target) : try value.converted(to: target)) }
        return (target, converted)
    }

    private func cast(_ value: Expression, _ type: TDSType, style: Expression?, isTry: Bool) throws(SQLServerMessage) -> Compiled {
        let compiled = try scalar(value)
        let styleValue = try style.map { expression throws(SQLServerMessage) in try scalar(expression).converted(to: .int) }
        let from = compiled.type
        return Compiled(type, isNullable: compiled.isNullable || isTry) { row throws(SQLServerMessage) in
            var style = 0
            if let styleValue {
                guard case .int(let number) = try styleValue.evaluate(row) else { return .null }
                style = Int(number)
            }
            let source = try compiled.evaluate(row)
            do throws(SQLServerMessage) {
                return try Conversion.convert(source, from: from, to: type, style: style)
            } catch {
                if isTry, error.number != 529 { return .null }
                throw error
            }
        }
    }

    private func call(_ call: FunctionCall) throws(SQLServerMessage) -> Compiled {
        if let window = call.window, call.path != ["STRING_AGG WITHIN"] { return try windowFunction(call, window) }
        if AggregateKind(call) != nil { return try aggregate(call) }
        if call.path.count > 1 { return try userFunction(call) }
        guard let function = Functions.all[call.name], !context.isAbsent(call.name.lowercased()) else {
            throw .unknownFunction(call.path.last ?? "")
        }
        return try function(FunctionBinder(binder: self, call: call))
    }

    private func userFunction(_ call: FunctionCall) throws(SQLServerMessage) -> Compiled {
        let name = call.path.joined(separator: ".")
        if call.path.count == 2, call.path[0].lowercased() == "sys", let function = Functions.all[call.name] {
            return try function(FunctionBinder(binder: self, call: call))
        }
        throw SQLServerMessage(
            4121,
            """
            Cannot find either column "\(call.path.first ?? "")" or the user-defined function or aggregate "\(name)", or the name is \
            ambiguous.
            """)
    }
}
