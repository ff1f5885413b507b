import TDS

/// INSERT, UPDATE, DELETE, CREATE TABLE and SELECT INTO: on temporary tables, table variables and users' tables.
struct DataChanges {
    let runner: BatchRunner

    private var session: SimulatedSession { runner.session }

    func execute(_ kind: StatementKind) throws(SQLServerMessage) {
        switch kind {
        case .insert(let insert): try self.insert(insert)
        case .update(let update): try self.update(update)
        case .delete(let delete): try self.delete(delete)
        case .truncate(let path): try truncate(path)
        case .createTable(let path, let columns): try create(path, columns)
        default: return
        }
    }

    /// The stored table that a statement changes; 208 for none, 229 for a view of the system.
    private func stored(_ target: TableTarget, _ context: StatementContext) throws(SQLServerMessage) -> StoredTable {
        switch target {
        case .variable(let name):
            guard let table = context.variables.tables[name] else { throw .undeclaredTable(name) }
            return table
        case .named(let path):
            let name = path.joined(separator: ".")
            if let last = path.last?.lowercased(), last.hasPrefix("#") {
                guard let table = session.temporaryTables[last] else { throw .invalidObject(name) }
                return table
            }
            switch try session.catalogue.find(path, context: context) {
            case .table(let table): return table
            case .view, .function: throw SQLServerMessage(259, "Ad hoc updates to system catalogs are not allowed.")
            case nil: throw .invalidObject(name)
            }
        }
    }

    private func name(_ target: TableTarget) -> String {
        switch target {
        case .variable(let name): name
        case .named(let path): path.last ?? ""
        }
    }

    // MARK: INSERT

    private func insert(_ insert: Insert) throws(SQLServerMessage) {
        let context = runner.context()
        let table = try stored(insert.target, context)
        let targets = try indexes(insert, table)
        let source: (columns: [ResultColumn], rows: [[TDSValue]])
        switch insert.source {
        case .defaults: source = ([], [[]])
        case .query(let query):
            let plan = try QueryPlanner(context: context).plan(query, outer: nil)
            guard plan.columns.count == targets.count else { throw .valuesDoNotMatch }
            source = (plan.columns, try plan.run(nil))
        case .execution(let execution): source = try executed(execution, width: targets.count)
        }
        let positions = insert.source.isDefaults ? [] : targets
        var rows: [[TDSValue]] = []
        rows.reserveCapacity(source.rows.count)
        for row in source.rows { rows.append(try complete(row, source.columns, positions, table, insert.target, context)) }
        remember(table)
        try table.append(rows)
        try runner.succeed(rows.count)
    }

    /// A table variable keeps its rows over a rollback; every other table gets those from before.
    private func remember(_ table: StoredTable) {
        guard session.transactionDepth > 0, !runner.variables.tables.values.contains(where: { $0 === table }) else { return }
        let rows = table.rows
        session.remember { _ in table.replace(rows) }
    }

    /// The table's columns that the values go to: those named, else all but identity and computed ones.
    private func indexes(_ insert: Insert, _ table: StoredTable) throws(SQLServerMessage) -> [Int] {
        guard !insert.columns.isEmpty else {
            return table.columns.indices.filter { table.columns[$0].identity == nil && table.columns[$0].type != nil }
        }
        var indexes: [Int] = []
        for column in insert.columns {
            guard let index = table.index(of: column) else { throw .invalidColumn(column) }
            indexes.append(index)
        }
        if case .query(let query) = insert.source, case .values(let rows) = query.body, let width = rows.first?.count,
            width != indexes.count
        {
            throw SQLServerMessage(
                width > indexes.count ? 110 : 109, severity: 15,
                "There are \(width > indexes.count ? "fewer" : "more") columns in the INSERT statement than values specified in the "
                    + "VALUES clause. The number of values in the VALUES clause must match the number of columns specified in the INSERT "
                    + "statement."
            )
        }
        return indexes
    }

    private func executed(_ execution: Execution, width: Int) throws(SQLServerMessage) -> ([ResultColumn], [[TDSValue]]) {
        let before = runner.output.results.count
        _ = try ProcedureCaller(runner: runner).execute(execution)
        var columns: [ResultColumn] = []
        var rows: [[TDSValue]] = []
        for result in runner.output.take(after: before) {
            switch result {
            case .rows(let resultColumns, let resultRows):
                guard resultColumns.count == width else { throw .valuesDoNotMatch }
                columns = resultColumns
                rows += resultRows
            case .message: runner.output.append(result)
            default: continue
            }
        }
        return (columns, rows)
    }

    /// The row with defaults and identity, each value in its column's type. 515 for NULL where none may be.
    private func complete(
        _ row: [TDSValue], _ columns: [ResultColumn], _ positions: [Int], _ table: StoredTable, _ target: TableTarget,
        _ context: StatementContext
    ) throws(SQLServerMessage) -> [TDSValue] {
        var values = [TDSValue](repeating: .null, count: table.columns.count)
        var isGiven = [Bool](repeating: false, count: table.columns.count)
        for (offset, index) in positions.enumerated() {
            values[index] = try Conversion.convert(row[offset], from: columns[offset].type, to: table.columns[index].type ?? .int)
            isGiven[index] = true
        }
        for (index, column) in table.columns.enumerated() where !isGiven[index] {
            if let identity = column.identity {
                let value = table.takeIdentity(increment: identity.increment)
                session.lastIdentity = value
                values[index] = try Conversion.convert(.int(value), from: .bigint, to: column.type ?? .int)
            } else if let standard = column.defaultValue, let type = column.type {
                values[index] = try runner.binder(context).scalar(standard).converted(to: type).evaluate(RowFrame([], outer: nil))
            }
        }
        for (index, column) in table.columns.enumerated() where values[index] == .null && !column.isNullable {
            throw SQLServerMessage(
                515, state: 2,
                "Cannot insert the value NULL into column '\(column.name)', table '\(name(target))'; column does not allow nulls. INSERT "
                    + "fails."
            )
        }
        return values
    }

    // MARK: UPDATE and DELETE

    private func scope(_ table: StoredTable, _ target: TableTarget) -> Scope {
        let name = name(target).lowercased()
        return Scope(
            columns: table.columns.map { ScopeColumn(table: name, name: $0.name, type: $0.type ?? .int, isNullable: $0.isNullable) },
            outer: nil)
    }

    private func update(_ update: Update) throws(SQLServerMessage) {
        guard update.from == nil else {
            throw SQLServerMessage(40_517, "UPDATE with FROM is not supported by this simulator.")
        }
        let context = runner.context()
        let table = try stored(update.target, context)
        let binder = Binder(context: context, scope: scope(table, update.target))
        let filter = try update.filter.map { expression throws(SQLServerMessage) in try binder.condition(expression) }
        var assignments: [(index: Int, value: Compiled)] = []
        for assignment in update.assignments {
            guard let column = assignment.column else {
                throw SQLServerMessage(40_517, "UPDATE of a variable is not supported by this simulator.")
            }
            guard let index = table.index(of: column) else { throw .invalidColumn(column) }
            assignments.append((index, try binder.scalar(assignment.value).converted(to: table.columns[index].type ?? .int)))
        }
        var count = 0
        var rows: [[TDSValue]] = []
        for row in table.rows {
            let frame = RowFrame(row, outer: nil)
            var changed = row
            if try filter?(frame) ?? true {
                for assignment in assignments { changed[assignment.index] = try assignment.value.evaluate(frame) }
                count += 1
            }
            rows.append(changed)
        }
        remember(table)
        table.replace(rows)
        try runner.succeed(count)
    }

    private func delete(_ delete: Delete) throws(SQLServerMessage) {
        guard delete.from == nil else {
            throw SQLServerMessage(40_517, "DELETE with a second FROM is not supported by this simulator.")
        }
        let context = runner.context()
        let table = try stored(delete.target, context)
        let filter = try delete.filter.map { expression throws(SQLServerMessage) in
            try Binder(context: context, scope: scope(table, delete.target)).condition(expression)
        }
        var kept: [[TDSValue]] = []
        let rows = table.rows
        for row in rows {
            if let filter, try filter(RowFrame(row, outer: nil)) != true { kept.append(row) }
        }
        remember(table)
        table.replace(kept)
        try runner.succeed(rows.count - kept.count)
    }

    private func truncate(_ path: [String]) throws(SQLServerMessage) {
        let table = try stored(.named(path), runner.context())
        remember(table)
        table.replace([])
        try runner.succeed(nil)
    }

    // MARK: New tables

    private func create(_ path: [String], _ columns: [ColumnDefinition]) throws(SQLServerMessage) {
        var known: Set<String> = []
        for column in columns where !known.insert(column.name.lowercased()).inserted {
            throw SQLServerMessage(
                2705, state: 3,
                "Column names in each table must be unique. Column name '\(column.name)' in table '\(path.last ?? "")' is specified more "
                    + "than once."
            )
        }
        try store(path, StoredTable(columns: columns))
        try runner.succeed(nil)
    }

    private func store(_ path: [String], _ table: StoredTable) throws(SQLServerMessage) {
        let name = path.last ?? ""
        guard !name.hasPrefix("#") else {
            guard session.temporaryTables[name.lowercased()] == nil else { throw .alreadyThere(name) }
            guard session.temporaryTables.count < SimulatedSession.temporaryTableCountMax else { throw .outOfMemory }
            session.temporaryTables[name.lowercased()] = table
            return
        }
        try Definitions(runner: runner).store(path, kind: "U", text: nil, module: nil, table: table, replaces: false, mustExist: false)
    }

    /// SELECT ... INTO: the table gets the result's columns.
    func selectInto(_ target: [String], _ query: Query, _ select: Select) throws(SQLServerMessage) {
        var plain = query
        var body = select
        body.into = nil
        plain.body = .select(body)
        let context = runner.context()
        let plan = try QueryPlanner(context: context).plan(plain, outer: nil)
        for (index, column) in plan.columns.enumerated() where column.name.isEmpty {
            throw SQLServerMessage(
                1038, state: 5, severity: 15,
                "An object or column name is missing or empty. For SELECT INTO statements, verify each column has a name (column "
                    + "\(index + 1))."
            )
        }
        let table = StoredTable(columns: plan.columns.map { ColumnDefinition(name: $0.name, type: $0.type, isNullable: $0.isNullable) })
        let rows = try plan.run(nil)
        try table.append(rows)
        try store(target, table)
        try runner.succeed(rows.count)
    }
}

extension Insert.Source {
    fileprivate var isDefaults: Bool { if case .defaults = self { true } else { false } }
}
