import TDS

/// A query with its columns, ready to run for a row of the query around it (or nil).
struct QueryPlan {
    let columns: [ResultColumn]
    /// Columns that are the bare word NULL: in a UNION they take the other side's type.
    var nullColumns: Set<Int> = []
    let run: (RowFrame?) throws(SQLServerMessage) -> [[TDSValue]]
}

/// The common table expressions that a query may name.
struct QueryEnvironment {
    var commonTables: [String: QueryPlan] = [:]
}

/// Turns queries into plans: binds names and types first, so that 207 and 208 come before any row is read.
struct QueryPlanner {
    /// SQL Server's own default of MAXRECURSION.
    static let recursionMax = 100

    let context: StatementContext
    var environment = QueryEnvironment()

    func plan(_ query: Query, outer: Scope?) throws(SQLServerMessage) -> QueryPlan {
        var planner = self
        for table in query.commonTables { try planner.define(table, outer: outer) }
        let plan = try planner.planBody(query, outer: outer)
        guard let serialization = query.serialization else { return plan }
        return Serializer.plan(plan, as: serialization)
    }

    private func planBody(_ query: Query, outer: Scope?) throws(SQLServerMessage) -> QueryPlan {
        if case .select(let select) = query.body {
            return try SelectPlanner(context: context, environment: environment, select: select, outer: outer).plan(
                order: query.order, offset: query.offset, fetch: query.fetch)
        }
        let plan = try plan(query.body, outer: outer)
        guard !query.order.isEmpty else { return plan }
        return try ordered(plan, query, outer: outer)
    }

    private func plan(_ body: QueryBody, outer: Scope?) throws(SQLServerMessage) -> QueryPlan {
        switch body {
        case .select(let select):
            return try SelectPlanner(context: context, environment: environment, select: select, outer: outer).plan(
                order: [], offset: nil, fetch: nil)
        case .nested(let query): return try plan(query, outer: outer)
        case .values(let rows): return try values(rows, outer: outer)
        case .setOperation(let operation, let isAll, let left, let right):
            return try combine(operation, isAll: isAll, try plan(left, outer: outer), try plan(right, outer: outer))
        }
    }

    private func values(_ rows: [[Expression]], outer: Scope?) throws(SQLServerMessage) -> QueryPlan {
        let scope = Scope(columns: [], outer: outer)
        let binder = Binder(context: context, scope: scope, environment: environment)
        let width = rows.first?.count ?? 0
        var columns: [[Compiled]] = []
        for column in 0..<width {
            var cells: [Compiled] = []
            for row in rows { cells.append(try binder.scalar(row[column])) }
            columns.append(try Binder.unified(cells).1)
        }
        let result = columns.map { ResultColumn(name: "", type: $0.first?.type ?? .int) }
        let cells = columns
        let count = rows.count
        return QueryPlan(columns: result) { outer throws(SQLServerMessage) in
            let frame = RowFrame([], outer: outer)
            var produced: [[TDSValue]] = []
            for row in 0..<count {
                var values: [TDSValue] = []
                for column in cells { values.append(try column[row].evaluate(frame)) }
                produced.append(values)
            }
            return produced
        }
    }

    // MARK: Set operations

    private func combine(_ operation: SetOperation, isAll: Bool, _ left: QueryPlan, _ right: QueryPlan) throws(SQLServerMessage)
        -> QueryPlan
    {
        guard left.columns.count == right.columns.count else { throw .setOperationWidths }
        var columns: [ResultColumn] = []
        for (first, second) in zip(left.columns, right.columns) {
            let index = columns.count
            if left.nullColumns.contains(index) || right.nullColumns.contains(index) {
                columns.append(ResultColumn(name: first.name, type: left.nullColumns.contains(index) ? second.type : first.type))
                continue
            }
            let clash =
                (first.type.isDateOrTime && !first.type.isOldDatetime && second.type.isNumeric)
                || (second.type.isDateOrTime && !second.type.isOldDatetime && first.type.isNumeric)
            if clash { throw .typeClash(first.type, second.type) }
            let type = TDSType.common(first.type, second.type)
            columns.append(ResultColumn(name: first.name, type: type, isNullable: first.isNullable || second.isNullable))
        }
        let result = columns
        let context = context
        let nulls = left.nullColumns.intersection(right.nullColumns)
        return QueryPlan(columns: result, nullColumns: nulls) { outer throws(SQLServerMessage) in
            let first = try Self.convert(try left.run(outer), from: left.columns, to: result)
            let second = try Self.convert(try right.run(outer), from: right.columns, to: result)
            try context.spend(first.count + second.count)
            switch operation {
            case .union: return isAll ? first + second : Self.distinct(first + second)
            case .except:
                let known = Set(second.map(GroupingKey.init))
                return Self.distinct(first).filter { !known.contains(GroupingKey($0)) }
            case .intersect:
                let known = Set(second.map(GroupingKey.init))
                return Self.distinct(first).filter { known.contains(GroupingKey($0)) }
            }
        }
    }

    static func convert(_ rows: [[TDSValue]], from: [ResultColumn], to: [ResultColumn]) throws(SQLServerMessage) -> [[TDSValue]] {
        guard zip(from, to).contains(where: { $0.type != $1.type }) else { return rows }
        var converted: [[TDSValue]] = []
        converted.reserveCapacity(rows.count)
        for row in rows {
            var values = row
            for index in values.indices where from[index].type != to[index].type {
                values[index] = try Conversion.convert(values[index], from: from[index].type, to: to[index].type)
            }
            converted.append(values)
        }
        return converted
    }

    static func distinct(_ rows: [[TDSValue]]) -> [[TDSValue]] {
        var known: Set<GroupingKey> = []
        return rows.filter { known.insert(GroupingKey($0)).inserted }
    }

    /// ORDER BY and OFFSET after a set operation: by the result's own columns.
    private func ordered(_ plan: QueryPlan, _ query: Query, outer: Scope?) throws(SQLServerMessage) -> QueryPlan {
        let scope = Scope(
            columns: plan.columns.map { ScopeColumn(table: "", name: $0.name, type: $0.type, isNullable: $0.isNullable) }, outer: outer)
        let binder = Binder(context: context, scope: scope, environment: environment)
        var keys: [Compiled] = []
        for item in query.order {
            if case .literal(.int(let position), .int) = item.expression {
                guard position >= 1, position <= plan.columns.count else { throw Self.positionOutOfRange(Int(position)) }
                let index = Int(position) - 1
                keys.append(Compiled(plan.columns[index].type) { row throws(SQLServerMessage) in row.values[index] })
            } else {
                keys.append(try binder.scalar(item.expression))
            }
        }
        let sort = SortOrder(keys: keys, isDescending: query.order.map(\.isDescending))
        let limits = try RowLimits(offset: query.offset, fetch: query.fetch, binder: binder)
        return QueryPlan(columns: plan.columns) { outer throws(SQLServerMessage) in
            let frames = try plan.run(outer).map { RowFrame($0, outer: outer) }
            let sorted = try sort.sorted(frames)
            return try limits.apply(sorted.map(\.values), RowFrame([], outer: outer))
        }
    }

    static func positionOutOfRange(_ position: Int) -> SQLServerMessage {
        SQLServerMessage(
            108, severity: 15, "The ORDER BY position number \(position) is out of range of the number of items in the select list.")
    }

    // MARK: Common table expressions

    private mutating func define(_ table: CommonTable, outer: Scope?) throws(SQLServerMessage) {
        let key = table.name.lowercased()
        let plan: QueryPlan
        if case .setOperation(.union, isAll: true, let anchor, let rest) = table.query.body, Self.names(rest, key) {
            plan = try recursive(table, anchor: anchor, rest: rest, outer: outer)
        } else {
            plan = try self.plan(table.query, outer: outer)
        }
        environment.commonTables[key] = try Self.renamed(plan, table.columns, table.name)
    }

    static func renamed(_ plan: QueryPlan, _ names: [String], _ table: String) throws(SQLServerMessage) -> QueryPlan {
        guard !names.isEmpty else {
            if let index = plan.columns.firstIndex(where: { $0.name.isEmpty }) {
                throw SQLServerMessage(8155, state: 2, "No column name was specified for column \(index + 1) of '\(table)'.")
            }
            return plan
        }
        guard names.count == plan.columns.count else {
            throw SQLServerMessage(
                names.count > plan.columns.count ? 8158 : 8159,
                "'\(table)' has \(names.count > plan.columns.count ? "more" : "fewer") columns "
                    + "\(names.count > plan.columns.count ? "in the column list " : "")than were "
                    + "specified\(names.count > plan.columns.count ? "" : " in the column list")."
            )
        }
        let columns = zip(plan.columns, names).map { ResultColumn(name: $1, type: $0.type, isNullable: $0.isNullable) }
        return QueryPlan(columns: columns, run: plan.run)
    }

    /// Whether the body reads from the table `key` in its FROM.
    private static func names(_ body: QueryBody, _ key: String) -> Bool {
        switch body {
        case .select(let select): select.from.map { names($0, key) } ?? false
        case .setOperation(_, _, let left, let right): names(left, key) || names(right, key)
        case .nested(let query): names(query.body, key)
        case .values: false
        }
    }

    private static func names(_ table: TableReference, _ key: String) -> Bool {
        switch table {
        case .named(let path, _): path.count == 1 && path[0].lowercased() == key
        case .join(_, let left, let right, _), .apply(_, let left, let right): names(left, key) || names(right, key)
        case .derived(let query, _, _): names(query.body, key)
        case .function, .nodes, .tableVariable: false
        }
    }

    private final class WorkRows {
        var rows: [[TDSValue]] = []
    }

    private func recursive(_ table: CommonTable, anchor: QueryBody, rest: QueryBody, outer: Scope?) throws(SQLServerMessage) -> QueryPlan {
        let start = try Self.renamed(try plan(anchor, outer: outer), table.columns, table.name)
        let work = WorkRows()
        var planner = self
        planner.environment.commonTables[table.name.lowercased()] = QueryPlan(columns: start.columns) { _ throws(SQLServerMessage) in
            work.rows
        }
        let step = try planner.plan(rest, outer: outer)
        guard step.columns.count == start.columns.count else { throw .setOperationWidths }
        let context = context
        return QueryPlan(columns: start.columns) { outer throws(SQLServerMessage) in
            var all = try start.run(outer)
            work.rows = all
            var depth = 0
            while !work.rows.isEmpty {
                let next = try Self.convert(try step.run(outer), from: step.columns, to: start.columns)
                try context.spend(next.count + 1)
                guard next.isEmpty || depth < Self.recursionMax else {
                    throw SQLServerMessage(
                        530,
                        "The statement terminated. The maximum recursion \(Self.recursionMax) has been exhausted before statement "
                            + "completion."
                    )
                }
                all += next
                work.rows = next
                depth += 1
            }
            return all
        }
    }
}
