import TDS

/// What a statement sees of the world while it runs: one moment, one copy of each view's rows, one budget of work.
///
/// A plan holds its context, and may be run again for another session and another moment (`PlanPool`): then the context is given those.
/// What was looked at while names were bound is in the plan for good; looking at the session, the world or variables then makes the plan
/// one for this time only. The few things that binding must know have ways of their own, and are checked anew: `find`, `version`,
/// `isCaseSensitive`, `isAbsent`.
final class StatementContext {
    /// Rows made by all the steps of one statement; past it, 701.
    static let rowCountMax = 500_000
    /// Procedures, triggers and EXEC within each other (SQL Server's own limit).
    static let nestingMax = 32

    /// For whom and when.
    struct Moment {
        let session: SimulatedSession
        let world: World
        let variables: VariableSet
        let samples: ViewSamples?
    }

    /// A view that a name stood for.
    private struct Lookup {
        let path: [String]
        let view: VirtualView
        var database: SimulatedDatabase
    }

    private var moment: Moment
    private var viewRows: [String: [[TDSValue]]] = [:]
    private var knownIdentity: SessionIdentity?
    private var rowsLeft = StatementContext.rowCountMax
    private var lookups: [Lookup] = []
    private var isBinding = true
    /// Whether the plan that was bound in this context fits any session whose names mean the same.
    private(set) var isReusable = true

    init(_ moment: Moment) { self.moment = moment }

    private func noteBinding() { if isBinding { isReusable = false } }

    var session: SimulatedSession {
        noteBinding()
        return moment.session
    }

    var world: World {
        noteBinding()
        return moment.world
    }

    var variables: VariableSet {
        noteBinding()
        return moment.variables
    }

    /// Who runs the statement: rights do not change within it.
    var identity: SessionIdentity {
        noteBinding()
        if let knownIdentity { return knownIdentity }
        let identity = moment.session.identity
        knownIdentity = identity
        return identity
    }

    /// The server's clock, in UTC (the simulated hosts keep UTC).
    var now: TDSDateTime { world.now }

    // MARK: Binding

    /// The same for all sessions that a plan is run for.
    var version: SQLServerVersion { moment.world.config.version }

    /// Whether capitals count in texts and names; the same for all sessions that a plan is run for.
    var isCaseSensitive: Bool { moment.world.state.collation == .caseSensitive }

    /// Whether the server lacks a function; the same for all sessions that a plan is run for.
    func isAbsent(_ function: String) -> Bool { moment.world.state.absent.contains(function) }

    /// What a name in FROM stands for, with the place of its database (`database(at:)`) when it is a view. Throws when the reader may not
    /// read it, and as `Catalogue.find` does.
    func find(_ path: [String]) throws(SQLServerMessage) -> (found: Catalogue.Found, place: Int)? {
        let found = try unnoticed { () throws(SQLServerMessage) in
            let found = try moment.session.catalogue.find(path, context: self)
            if case .view(let view, let database)? = found { try check(view, database) }
            return found
        }
        switch found {
        case .view(let view, let database), .function(let view, let database):
            lookups.append(Lookup(path: path, view: view, database: database))
            return found.map { ($0, lookups.count - 1) }
        case .table: isReusable = false
        case nil: return nil
        }
        return found.map { ($0, 0) }
    }

    private func check(_ view: VirtualView, _ database: SimulatedDatabase) throws(SQLServerMessage) {
        try view.check(ViewRequest(world: moment.world, session: identity, database: database, arguments: []))
    }

    /// What `body` looks at is known to be the same whenever the plan is run.
    func unnoticed<Value>(_ body: () throws(SQLServerMessage) -> Value) throws(SQLServerMessage) -> Value {
        let wasBinding = isBinding
        isBinding = false
        defer { isBinding = wasBinding }
        return try body()
    }

    func endBinding() { isBinding = false }

    /// Takes the plan to another session and moment. False when a name means something else there. Throws what binding would have thrown.
    func move(to next: Moment) throws(SQLServerMessage) -> Bool {
        moment = next
        viewRows = [:]
        knownIdentity = nil
        rowsLeft = Self.rowCountMax
        var home: SimulatedDatabase?
        for index in lookups.indices {
            if lookups[index].path.count <= 2, lookups[index].database.name == moment.session.database {
                // A view of the database that the session is in, as when it was bound: the name means the same.
                let database = if let home { home } else { try moment.session.catalogue.database("", self) }
                home = database
                if !lookups[index].view.isFunction { try check(lookups[index].view, database) }
                lookups[index].database = database
                continue
            }
            switch try moment.session.catalogue.find(lookups[index].path, context: self) {
            case .view(let view, let database)? where view.key == lookups[index].view.key:
                try check(view, database)
                lookups[index].database = database
            case .function(let view, let database)? where view.key == lookups[index].view.key: lookups[index].database = database
            default: return false
            }
        }
        return true
    }

    /// Forgets the rows that were read.
    func rest() { viewRows = [:] }

    // MARK: Running

    func database(at place: Int) -> SimulatedDatabase { lookups[place].database }

    /// The view's rows, computed once a statement.
    func rows(of view: VirtualView, databaseAt place: Int) throws(SQLServerMessage) -> [[TDSValue]] {
        let database = lookups[place].database
        let key = view.isPerDatabase ? "\(view.key)@\(database.id)" : view.key
        if let known = viewRows[key] { return known }
        let rows = try view.rows(
            ViewRequest(world: world, session: identity, database: database, arguments: []), samples: moment.samples)
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
