import TDS

/// A SELECT with everything around it: common table expressions, set operations, ORDER BY and OFFSET.
struct Query: Hashable, Sendable {
    var commonTables: [CommonTable] = []
    var body: QueryBody
    var order: [OrderItem] = []
    var offset: Expression?
    var fetch: Expression?
    var serialization: Serialization?
}

/// FOR XML and FOR JSON; only the simple forms that monitoring scripts use.
enum Serialization: Hashable, Sendable {
    case xmlPath(element: String, hasType: Bool)
    case jsonPath(hasArrayWrapper: Bool)
}

struct CommonTable: Hashable, Sendable {
    let name: String
    let columns: [String]
    let query: Query
}

indirect enum QueryBody: Hashable, Sendable {
    case select(Select)
    case setOperation(SetOperation, isAll: Bool, QueryBody, QueryBody)
    case nested(Query)
    case values([[Expression]])
}

enum SetOperation: Hashable, Sendable {
    case union, except, intersect
}

struct OrderItem: Hashable, Sendable {
    let expression: Expression
    let isDescending: Bool
}

struct Select: Hashable, Sendable {
    var isDistinct = false
    var top: Top?
    var items: [SelectItem] = []
    var into: [String]?
    var from: TableReference?
    var filter: Expression?
    var group: [Expression] = []
    var having: Expression?
}

struct Top: Hashable, Sendable {
    let count: Expression
    let isPercent: Bool
    let withTies: Bool
}

enum SelectItem: Hashable, Sendable {
    case star(qualifier: [String])
    case expression(Expression, alias: String?)
    /// `SELECT @x = expression`.
    case assignment(variable: String, Expression)
}

indirect enum TableReference: Hashable, Sendable {
    case named(path: [String], alias: String?)
    case function(path: [String], arguments: [Expression], alias: String?, columns: [String])
    /// `column.nodes('path') AS t(c)`.
    case nodes(Expression, path: String, alias: String?, columns: [String])
    case tableVariable(String, alias: String?)
    case derived(Query, alias: String, columns: [String])
    case join(JoinKind, TableReference, TableReference, on: Expression?)
    case apply(isOuter: Bool, TableReference, TableReference)
}

enum JoinKind: Hashable, Sendable {
    case inner, left, right, full, cross
}
