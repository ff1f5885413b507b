import TDS

/// An expression or a condition as written; the binder gives it types. Equal texts give equal trees, which is how GROUP BY is matched.
indirect enum Expression: Hashable, Sendable {
    case literal(TDSValue, TDSType)
    /// A column name with what stands before it: `[t, c]`.
    case column([String])
    case variable(String)
    case negate(Expression)
    case complement(Expression)
    case arithmetic(ArithmeticOperator, Expression, Expression)
    case compare(ComparisonOperator, Expression, Expression)
    case compareWithQuery(ComparisonOperator, Expression, isAll: Bool, Query)
    case and(Expression, Expression)
    case or(Expression, Expression)
    case not(Expression)
    case between(Expression, Expression, Expression)
    case inList(Expression, [Expression])
    case inQuery(Expression, Query)
    case like(Expression, pattern: Expression, escape: Expression?)
    case isNull(Expression)
    case exists(Query)
    case scalarQuery(Query)
    case caseWhen(operand: Expression?, branches: [CaseBranch], otherwise: Expression?)
    case cast(Expression, TDSType, style: Expression?, isTry: Bool)
    case call(FunctionCall)
    /// `expression.value('path','type')` and the other methods of xml.
    case method(Expression, name: String, arguments: [Expression])
    case collate(Expression, String)

    /// Whether it is a condition (true, false, unknown), which is no value in T-SQL.
    var isCondition: Bool {
        switch self {
        case .compare, .compareWithQuery, .and, .or, .not, .between, .inList, .inQuery, .like, .isNull, .exists: true
        default: false
        }
    }
}

struct CaseBranch: Hashable, Sendable {
    let condition: Expression
    let result: Expression
}

struct FunctionCall: Hashable, Sendable {
    /// `[db, schema, name]` as far as written; the last is the function's.
    let path: [String]
    let arguments: [Expression]
    var isDistinct = false
    /// COUNT(*).
    var isStar = false
    var window: Window?

    var name: String { path.last?.uppercased() ?? "" }
}

/// OVER (PARTITION BY ... ORDER BY ...).
struct Window: Hashable, Sendable {
    let partition: [Expression]
    let order: [OrderItem]
}

enum ArithmeticOperator: String, Hashable, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case modulo = "%"
    case bitAnd = "&"
    case bitOr = "|"
    case bitXor = "^"
}

enum ComparisonOperator: String, Hashable, Sendable {
    case equal = "="
    case notEqual = "<>"
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="

    init?(sign: String) {
        switch sign {
        case "!=": self = .notEqual
        case "!<": self = .greaterOrEqual
        case "!>": self = .lessOrEqual
        default: self.init(rawValue: sign)
        }
    }
}
