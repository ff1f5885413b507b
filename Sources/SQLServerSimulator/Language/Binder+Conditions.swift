import TDS

extension Binder {
    /// A condition: true, false or unknown.
    func condition(_ expression: Expression) throws(SQLServerMessage) -> Test {
        switch expression {
        case .and(let left, let right): return Self.and(try condition(left), try condition(right))
        case .or(let left, let right): return Self.or(try condition(left), try condition(right))
        case .not(let operand):
            let test = try condition(operand)
            return { row throws(SQLServerMessage) in try test(row).map { !$0 } }
        case .compare(let operation, let left, let right): return try compare(operation, try scalar(left), try scalar(right))
        case .between(let value, let low, let high):
            let tested = try scalar(value)
            return Self.and(
                try compare(.greaterOrEqual, tested, try scalar(low)), try compare(.lessOrEqual, tested, try scalar(high)))
        case .inList(let value, let list): return try inList(value, list)
        case .inQuery(let value, let query): return try compareWithQuery(.equal, value, isAll: false, query)
        case .compareWithQuery(let operation, let value, let isAll, let query):
            return try compareWithQuery(operation, value, isAll: isAll, query)
        case .like(let value, let pattern, let escape): return try like(value, pattern, escape)
        case .isNull(let operand):
            let value = operand.isCondition ? nil : try scalar(operand)
            guard let value else { throw .notAValue(near: "IS") }
            return { row throws(SQLServerMessage) in try value.evaluate(row).isNull }
        case .exists(let query):
            let plan = try QueryPlanner(context: context, environment: environment).plan(query, outer: scope)
            return { row throws(SQLServerMessage) in try !plan.run(row).isEmpty }
        default:
            _ = try scalar(expression)
            throw .notABoolean(near: Self.nearText(expression))
        }
    }

    private static func nearText(_ expression: Expression) -> String {
        switch expression {
        case .column(let parts): parts.last ?? ""
        case .variable(let name): name
        default: ")"
        }
    }

    private static func and(_ left: @escaping Test, _ right: @escaping Test) -> Test {
        { row throws(SQLServerMessage) in
            let first = try left(row)
            if first == false { return false }
            let second = try right(row)
            if second == false { return false }
            return first == nil || second == nil ? nil : true
        }
    }

    private static func or(_ left: @escaping Test, _ right: @escaping Test) -> Test {
        { row throws(SQLServerMessage) in
            let first = try left(row)
            if first == true { return true }
            let second = try right(row)
            if second == true { return true }
            return first == nil || second == nil ? nil : false
        }
    }

    /// `left operation right`, each brought to their common type. 206 and 402 where there is none.
    func compare(_ operation: ComparisonOperator, _ left: Compiled, _ right: Compiled) throws(SQLServerMessage) -> Test {
        let (first, second) = try Self.comparable(left, right)
        let isCaseSensitive = context.isCaseSensitive || left.isCaseSensitive || right.isCaseSensitive
        let holds = Self.holds(operation)
        return { row throws(SQLServerMessage) in
            let one = try first.evaluate(row)
            let other = try second.evaluate(row)
            if one.isNull || other.isNull { return nil }
            return holds(Comparison.order(one, other, caseSensitive: isCaseSensitive))
        }
    }

    private static func holds(_ operation: ComparisonOperator) -> (Int) -> Bool {
        switch operation {
        case .equal: { $0 == 0 }
        case .notEqual: { $0 != 0 }
        case .less: { $0 < 0 }
        case .lessOrEqual: { $0 <= 0 }
        case .greater: { $0 > 0 }
        case .greaterOrEqual: { $0 >= 0 }
        }
    }

    /// Both sides in the type in which they meet.
    static func comparable(_ left: Compiled, _ right: Compiled) throws(SQLServerMessage) -> (Compiled, Compiled) {
        if left.isNullLiteral || right.isNullLiteral { return (left, right) }
        if left.type == right.type || left.type.isString && right.type.isString { return (left, right) }
        for type in [left.type, right.type] where type == .xml {
            throw SQLServerMessage(305, "The XML data type cannot be compared or sorted, except when using the IS NULL operator.")
        }
        let isClash = { (one: TDSType, other: TDSType) in
            (one.isDateOrTime && !one.isOldDatetime || one == .uniqueidentifier) && (other.isNumeric) || one == .date && other.isBinary
        }
        if isClash(left.type, right.type) || isClash(right.type, left.type) { throw .typeClash(left.type, right.type) }
        var common = TDSType.common(left.type, right.type)
        if left.type.isInteger, right.type.isInteger { common = .bigint }
        return (try left.converted(to: common), try right.converted(to: common))
    }

    private func inList(_ value: Expression, _ list: [Expression]) throws(SQLServerMessage) -> Test {
        let tested = try scalar(value)
        var items: [Compiled] = []
        for item in list { items.append(try scalar(item)) }
        if !context.isCaseSensitive, let known = KnownList(tested, items) {
            return { row throws(SQLServerMessage) in known.holds(try tested.evaluate(row)) }
        }
        var tests: [Test] = []
        for item in items { tests.append(try compare(.equal, tested, item)) }
        return { row throws(SQLServerMessage) in
            var isUnknown = false
            for test in tests {
                guard let isEqual = try test(row) else {
                    isUnknown = true
                    continue
                }
                if isEqual { return true }
            }
            return isUnknown ? nil : false
        }
    }

    /// IN, ANY and ALL over a query's only column.
    private func compareWithQuery(
        _ operation: ComparisonOperator, _ value: Expression, isAll: Bool, _ query: Query
    ) throws(SQLServerMessage) -> Test {
        let tested = try scalar(value)
        let plan = try QueryPlanner(context: context, environment: environment).plan(query, outer: scope)
        guard plan.columns.count == 1 else { throw .subqueryHasManyColumns }
        let cell = Cell()
        let item = Compiled(plan.columns[0].type) { _ throws(SQLServerMessage) in cell.value }
        let test = try compare(operation, tested, item)
        return { row throws(SQLServerMessage) in
            var isUnknown = false
            for candidate in try plan.run(row) {
                cell.value = candidate.first ?? .null
                guard let holds = try test(row) else {
                    isUnknown = true
                    continue
                }
                if holds != isAll { return holds }
            }
            return isUnknown ? nil : isAll
        }
    }

    /// Holds the value that a comparison with a query's rows looks at.
    private final class Cell {
        var value = TDSValue.null
    }

    private func like(_ value: Expression, _ pattern: Expression, _ escape: Expression?) throws(SQLServerMessage) -> Test {
        let subject = try scalar(value)
        let text = try subject.converted(to: .nvarchar(.max))
        let shape = try scalar(pattern).converted(to: .nvarchar(.max))
        let escapeText = try escape.map { expression throws(SQLServerMessage) in try scalar(expression).converted(to: .nvarchar(10)) }
        let isCaseSensitive = context.isCaseSensitive || subject.isCaseSensitive
        var known: LikePattern?
        if escapeText == nil, case .string(let constant)? = shape.constant {
            known = LikePattern(constant, escape: nil, isCaseSensitive: isCaseSensitive)
        }
        let prepared = known
        return { row throws(SQLServerMessage) in
            guard case .string(let subject) = try text.evaluate(row), case .string(let shape) = try shape.evaluate(row) else { return nil }
            if let prepared { return prepared.matches(subject) }
            var escape: Character?
            if case .string(let sign)? = try escapeText?.evaluate(row) { escape = sign.first }
            return LikePattern(shape, escape: escape, isCaseSensitive: isCaseSensitive).matches(subject)
        }
    }
}
