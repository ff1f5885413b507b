import TDS

/// A statement with the line on which it starts.
struct Statement: Sendable {
    let line: Int
    let kind: StatementKind
    /// Its plans, shared by all who run the same parsed text.
    let plans = PlanPool()
}

indirect enum StatementKind: Sendable {
    case query(Query)
    case declare([Declaration])
    case declareTable(variable: String, columns: [ColumnDefinition])
    case setVariable(String, Expression)
    case setOption(names: [String], value: String)
    case conditional(Expression, then: Statement, otherwise: Statement?)
    case loop(Expression, body: Statement)
    case block([Statement])
    case tryCatch([Statement], handler: [Statement])
    case breakLoop, continueLoop
    case returnStatement(Expression?)
    case use(String)
    case print(Expression)
    case raiseError(message: Expression, severity: Expression, state: Expression, arguments: [Expression])
    case throwError(number: Expression?, message: Expression?, state: Expression?)
    case waitFor(Expression)
    case beginTransaction(name: String)
    case commit
    case rollback(name: String)
    case saveTransaction(name: String)
    case execute(Execution)
    case insert(Insert)
    case update(Update)
    case delete(Delete)
    case createTable(path: [String], columns: [ColumnDefinition])
    case drop(kind: String, paths: [[String]], ifExists: Bool)
    case truncate(path: [String])
    case createSchema(String)
    case createModule(Module)
    case permission(PermissionStatement)
    case createLogin(name: String, password: String)
    case createDatabase(String)
    case createUser(name: String, login: String?)
    case dbcc(command: String, arguments: [Expression])
    case kill(Expression)
    /// Taken and without effect here: CHECKPOINT, RECONFIGURE, CREATE INDEX and the like.
    case accepted
}

struct Declaration: Sendable {
    let name: String
    let type: TDSType
    let initial: Expression?
}

struct ColumnDefinition: Hashable, Sendable {
    let name: String
    /// Nil for a computed column.
    let type: TDSType?
    var isNullable = true
    /// Whether NULL was written; views' columns are NOT NULL unless it was.
    var saysNull = false
    var defaultValue: Expression?
    var identity: Identity?

    struct Identity: Hashable, Sendable {
        let seed: Int64
        let increment: Int64
    }
}

/// EXEC of a procedure or of a string.
struct Execution: Sendable {
    enum Body: Sendable {
        case procedure([String])
        case procedureVariable(String)
        case text(Expression)
    }
    let body: Body
    let arguments: [Argument]
    /// `EXEC @result = procedure`.
    let statusVariable: String?

    struct Argument: Sendable {
        let name: String
        /// Nil for DEFAULT.
        let value: Expression?
        let isOutput: Bool
    }
}

struct Insert: Sendable {
    enum Source: Sendable {
        case query(Query)
        case execution(Execution)
        case defaults
    }
    let target: TableTarget
    let columns: [String]
    let source: Source
}

enum TableTarget: Sendable, Hashable {
    case named([String])
    case variable(String)
}

struct Update: Sendable {
    struct Assignment: Sendable {
        let column: String?
        let variable: String?
        let value: Expression
    }
    let target: TableTarget
    let assignments: [Assignment]
    let from: TableReference?
    let filter: Expression?
}

struct Delete: Sendable {
    let target: TableTarget
    let from: TableReference?
    let filter: Expression?
}

/// A procedure, function or view, kept as its text.
struct Module: Sendable {
    enum Kind: String, Sendable {
        case procedure = "P"
        case view = "V"
        case function = "FN"
        case trigger = "TR"
    }
    let kind: Kind
    let path: [String]
    let parameters: [ModuleParameter]
    let body: [Statement]
    let text: String
    let isAlter: Bool
    let isCreate: Bool
}

struct ModuleParameter: Sendable {
    let name: String
    let type: TDSType
    let initial: Expression?
    let isOutput: Bool
}

/// GRANT, DENY or REVOKE of server permissions.
struct PermissionStatement: Sendable {
    enum Action: Sendable { case grant, deny, revoke }
    let action: Action
    let permissions: [String]
    let principals: [String]
}
