import TDS

/// What stands in FROM, bound: its columns, and its rows for a row of the query around it.
struct TableSource {
    let columns: [ScopeColumn]
    let rows: (RowFrame?) throws(SQLServerMessage) -> [[TDSValue]]

    /// SELECT without FROM.
    static var oneEmptyRow: TableSource { TableSource(columns: []) { _ throws(SQLServerMessage) in [[]] } }
}

/// Binds tables, joins and applies.
struct TablePlanner {
    let context: StatementContext
    let environment: QueryEnvironment
    let outer: Scope?

    func plan(_ table: TableReference) throws(SQLServerMessage) -> TableSource {
        switch table {
        case .named(let path, let alias): return try named(path, alias)
        case .tableVariable(let name, let alias):
            guard let stored = context.variables.tables[name.lowercased()] else { throw .undeclaredTable(name) }
            return source(stored, table: alias ?? name, path: [])
        case .derived(let query, let alias, let columns):
            let plan = try QueryPlanner(context: context, environment: environment).plan(query, outer: outer)
            return Self.source(try QueryPlanner.renamed(plan, columns, alias), table: alias, path: [])
        case .function(let path, let arguments, let alias, let columns):
            return try function(path, arguments, alias: alias, columns: columns, outer: outer)
        case .nodes(let target, let path, let alias, let columns):
            return try XMLMethods.nodes(target, path, alias: alias ?? "", columns: columns, binder: binder(outer))
        case .join(let kind, let left, let right, let condition): return try join(kind, left, right, condition)
        case .apply(let isOuter, let left, let right): return try apply(isOuter: isOuter, left, right)
        }
    }

    private func binder(_ scope: Scope?) -> Binder {
        Binder(context: context, scope: scope ?? Scope(columns: [], outer: nil), environment: environment)
    }

    static func source(_ plan: QueryPlan, table: String, path: [String]) -> TableSource {
        let key = table.lowercased()
        let columns = plan.columns.map { ScopeColumn(table: key, path: path, name: $0.name, type: $0.type, isNullable: $0.isNullable) }
        return TableSource(columns: columns, rows: plan.run)
    }

    private func source(_ stored: StoredTable, table: String, path: [String]) -> TableSource {
        let columns = stored.columns.map {
            ScopeColumn(table: table.lowercased(), path: path, name: $0.name, type: $0.type ?? .int, isNullable: $0.isNullable)
        }
        return TableSource(columns: columns) { _ throws(SQLServerMessage) in stored.rows }
    }

    // MARK: Names

    private func named(_ path: [String], _ alias: String?) throws(SQLServerMessage) -> TableSource {
        let keys = path.map { $0.lowercased() }
        let table = alias ?? path.last ?? ""
        let scopePath = alias == nil ? keys : []
        if keys.count == 1, let common = environment.commonTables[keys[0]] { return Self.source(common, table: table, path: []) }
        if let name = keys.last, name.hasPrefix("#") {
            guard let stored = context.session.temporaryTables[name] else { throw .invalidObject(path.joined(separator: ".")) }
            return source(stored, table: table, path: scopePath)
        }
        let known = try context.find(path)
        switch known?.found {
        case .view(let view, _): return self.view(view, databaseAt: known?.place ?? 0, table: table, path: scopePath)
        case .table(let stored): return source(stored, table: table, path: scopePath)
        case .function, nil: throw .invalidObject(path.joined(separator: "."))
        }
    }

    private func view(_ view: VirtualView, databaseAt place: Int, table: String, path: [String]) -> TableSource {
        let key = table.lowercased()
        let context = context
        let columns = view.columns(for: context.version).map {
            ScopeColumn(table: key, path: path, name: $0.name, key: $0.key, type: $0.type, isNullable: $0.isNullable)
        }
        return TableSource(columns: columns) { _ throws(SQLServerMessage) in try context.rows(of: view, databaseAt: place) }
    }

    private func function(
        _ path: [String], _ arguments: [Expression], alias: String?, columns: [String], outer: Scope?
    ) throws(SQLServerMessage) -> TableSource {
        if path.count == 1, path[0].lowercased() == "string_split" { return try stringSplit(arguments, alias: alias, outer: outer) }
        guard let known = try context.find(path), case .function(let view, _) = known.found else {
            throw .invalidObject(path.joined(separator: "."))
        }
        let place = known.place
        let binder = binder(outer)
        var compiled: [Compiled] = []
        for argument in arguments { compiled.append(try binder.scalar(argument)) }
        guard compiled.count >= view.parameterCount.lowerBound else {
            throw SQLServerMessage(
                313, state: 3,
                "An insufficient number of arguments were supplied for the procedure or function \(path.joined(separator: ".")).")
        }
        guard compiled.count <= view.parameterCount.upperBound else {
            throw SQLServerMessage(
                8144, state: 3, "Procedure or function \(path.joined(separator: ".")) has too many arguments specified.")
        }
        let values = compiled
        let context = context
        let table = (alias ?? path.last ?? "").lowercased()
        let result = view.columns(for: context.version).enumerated().map { index, column in
            ScopeColumn(
                table: table, name: index < columns.count ? columns[index] : column.name, type: column.type, isNullable: column.isNullable)
        }
        return TableSource(columns: result) { row throws(SQLServerMessage) in
            let frame = row ?? RowFrame([], outer: nil)
            var actual: [TDSValue] = []
            for value in values { actual.append(try value.evaluate(frame)) }
            return try view.rows(
                ViewRequest(
                    world: context.world, session: context.identity, database: context.database(at: place), arguments: actual))
        }
    }

    private func stringSplit(_ arguments: [Expression], alias: String?, outer: Scope?) throws(SQLServerMessage) -> TableSource {
        guard (2...3).contains(arguments.count) else { throw .argumentCount("string_split", 2...3) }
        let binder = binder(outer)
        let text = try binder.scalar(arguments[0]).converted(to: .nvarchar(.max))
        let separator = try binder.scalar(arguments[1]).converted(to: .nvarchar(1))
        let column = ScopeColumn(table: (alias ?? "string_split").lowercased(), name: "value", type: .nvarchar(.max), isNullable: false)
        return TableSource(columns: [column]) { row throws(SQLServerMessage) in
            let frame = row ?? RowFrame([], outer: nil)
            guard case .string(let text) = try text.evaluate(frame), case .string(let mark) = try separator.evaluate(frame),
                let mark = mark.first
            else {
                return []
            }
            return text.split(separator: mark, omittingEmptySubsequences: false).map { [.string(String($0))] }
        }
    }

    // MARK: Joins

    private func join(_ kind: JoinKind, _ left: TableReference, _ right: TableReference, _ condition: Expression?) throws(SQLServerMessage)
        -> TableSource
    {
        let first = try plan(left)
        let second = try plan(right)
        let columns =
            first.columns.map { kind == .right || kind == .full ? $0.nullable : $0 }
            + second.columns.map { kind == .left || kind == .full ? $0.nullable : $0 }
        let scope = Scope(columns: columns, outer: outer)
        let test = try condition.map { expression throws(SQLServerMessage) in try binder(scope).condition(expression) }
        let keys = try condition.map { expression throws(SQLServerMessage) in
            try JoinKeys(expression, leftCount: first.columns.count, scope: scope)
        }
        let runner = JoinRunner(
            kind: kind, leftWidth: first.columns.count, rightWidth: second.columns.count, test: test, keys: keys ?? JoinKeys.none,
            context: context)
        return TableSource(columns: columns) { row throws(SQLServerMessage) in
            let left = try first.rows(row)
            // What is on the right of nothing is not read; whether it may be read was asked when the names were bound.
            if left.isEmpty, kind != .right, kind != .full { return [] }
            return try runner.run(left, try second.rows(row), row)
        }
    }

    private func apply(isOuter: Bool, _ left: TableReference, _ right: TableReference) throws(SQLServerMessage) -> TableSource {
        let first = try plan(left)
        let leftScope = Scope(columns: first.columns, outer: outer)
        let second = try TablePlanner(context: context, environment: environment, outer: leftScope).plan(right)
        let width = second.columns.count
        let context = context
        let columns = first.columns + second.columns.map { isOuter ? $0.nullable : $0 }
        return TableSource(columns: columns) { row throws(SQLServerMessage) in
            var rows: [[TDSValue]] = []
            for values in try first.rows(row) {
                let matches = try second.rows(RowFrame(values, outer: row))
                try context.spend(matches.count + 1)
                for match in matches { rows.append(values + match) }
                if matches.isEmpty, isOuter { rows.append(values + [TDSValue](repeating: .null, count: width)) }
            }
            return rows
        }
    }
}

extension ScopeColumn {
    /// The same column on the side of a join that may be missing.
    var nullable: ScopeColumn { ScopeColumn(table: table, path: path, name: name, key: key, type: type, isNullable: true) }
}
