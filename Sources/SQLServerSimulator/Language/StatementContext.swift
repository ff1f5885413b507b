import TDS

/// What a statement sees of the world while it runs: one moment, one copy of each view's rows, one budget of work.
final class StatementContext {
    /// Rows made by all the steps of one statement; past it, 701.
    static let rowCountMax = 500_000
    /// Procedures, triggers and EXEC within each other (SQL Server's own limit).
    static let nestingMax = 32

    let session: SimulatedSession
    let world: World
    let variables: VariableSet
    private let samples: ViewSamples?
    private var viewRows: [String: [[TDSValue]]] = [:]
    private var rowsLeft = StatementContext.rowCountMax

    init(session: SimulatedSession, world: World, variables: VariableSet, samples: ViewSamples? = nil) {
        self.samples = samples
        self.session = session
        self.world = world
        self.variables = variables
    }

    /// The server's clock, in UTC (the simulated hosts keep UTC).
    var now: TDSDateTime { world.now }

    /// The view's rows, computed once a statement.
    func rows(of view: VirtualView, database: SimulatedDatabase) throws(SQLServerMessage) -> [[TDSValue]] {
        let key = "\(view.key)@\(view.isPerDatabase ? database.id : 0)"
        if let known = viewRows[key] { return known }
        let rows = try view.rows(ViewRequest(world: world, session: session.identity, database: database, arguments: []), samples: samples)
        viewRows[key] = rows
        return rows
    }

    /// Takes `count` rows from the budget.
    func spend(_ count: Int) throws(SQLServerMessage) {
        rowsLeft -= count
        if rowsLeft < 0 { throw .outOfMemory }
    }
}

/// The variables of a batch or a procedure.
final class VariableSet {
    struct Variable {
        let type: TDSType
        var value: TDSValue
    }

    static let countMax = 10_000

    private var scalars: [String: Variable] = [:]
    private(set) var tables: [String: StoredTable] = [:]

    func variable(_ name: String) -> Variable? { scalars[name.lowercased()] }

    /// 134 when it is declared already.
    func declare(_ name: String, _ type: TDSType, _ value: TDSValue) throws(SQLServerMessage) {
        guard scalars.count < Self.countMax else { throw .outOfMemory }
        scalars[name.lowercased()] = Variable(type: type, value: value)
    }

    func set(_ name: String, _ value: TDSValue, from type: TDSType) throws(SQLServerMessage) {
        guard let old = scalars[name.lowercased()] else { throw .undeclaredVariable(name) }
        scalars[name.lowercased()] = Variable(type: old.type, value: try Conversion.convert(value, from: type, to: old.type))
    }

    func declareTable(_ name: String, _ table: StoredTable) { tables[name.lowercased()] = table }
}
