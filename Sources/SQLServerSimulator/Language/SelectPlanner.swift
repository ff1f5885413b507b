import TDS

/// Plans one SELECT: FROM, WHERE, GROUP BY, HAVING, the list, DISTINCT, ORDER BY, TOP, in the order in which they run.
struct SelectPlanner {
    let context: StatementContext
    let environment: QueryEnvironment
    let select: Select
    let outer: Scope?

    /// The parts of a bound SELECT.
    private struct Parts {
        var source: TableSource
        var filter: Test?
        var groupKeys: [Compiled] = []
        var isGrouped = false
        var having: Test?
        var outputs: [Compiled] = []
        var columns: [ResultColumn] = []
        var assignments: [(variable: String, index: Int)] = []
        var sort = SortOrder(keys: [], isDescending: [])
        var top: Compiled?
        var grouping: Grouping?
        var windows = WindowList()
    }

    func plan(order: [OrderItem], offset: Expression?, fetch: Expression?) throws(SQLServerMessage) -> QueryPlan {
        let source =
            try select.from.map { table throws(SQLServerMessage) in
                try TablePlanner(context: context, environment: environment, outer: outer).plan(table)
            } ?? TableSource.oneEmptyRow
        let scope = Scope(columns: source.columns, outer: outer)
        let binder = Binder(context: context, scope: scope, environment: environment)
        var parts = Parts(source: source)
        parts.filter = try select.filter.map { expression throws(SQLServerMessage) in try binder.condition(expression) }
        try bindGroup(&parts, scope, binder, order)
        scope.windows = parts.windows
        try bindList(&parts, scope, binder)
        parts.sort = try bindOrder(order, parts, scope, binder)
        scope.windows = nil
        parts.top = try select.top.map { top throws(SQLServerMessage) in
            try Binder(context: context, scope: Scope(columns: [], outer: outer), environment: environment).scalar(top.count).converted(
                to: top.isPercent ? .float : .bigint)
        }
        let limits = try RowLimits(offset: offset, fetch: fetch, binder: binder)
        return runner(parts, limits)
    }

    private func bindGroup(_ parts: inout Parts, _ scope: Scope, _ binder: Binder, _ order: [OrderItem]) throws(SQLServerMessage) {
        let listed = select.items.map { item -> Expression in
            switch item {
            case .star: .literal(.null, .int)
            case .expression(let value, _), .assignment(_, let value): value
            }
        }
        let hasAggregates = (listed + order.map(\.expression) + [select.having].compactMap { $0 }).contains(where: AggregateKind.isUsed)
        guard hasAggregates || !select.group.isEmpty || select.having != nil else { return }
        for key in select.group { parts.groupKeys.append(try binder.scalar(key)) }
        let grouping = Grouping(keys: select.group)
        for key in select.group {
            if case .column(let path) = key, let match = try? scope.resolve(path), match.depth == 0 {  // an unknown name was refused above
                grouping.columnIndexes.insert(match.index)
            }
        }
        scope.grouping = grouping
        parts.grouping = grouping
        parts.isGrouped = true
        grouping.clause = "HAVING clause"
        parts.having = try select.having.map { expression throws(SQLServerMessage) in try binder.condition(expression) }
        grouping.clause = "select list"
    }

    private func bindList(_ parts: inout Parts, _ scope: Scope, _ binder: Binder) throws(SQLServerMessage) {
        for item in select.items {
            switch item {
            case .star(let qualifier):
                let indexes = scope.starIndexes(qualifier)
                guard !scope.columns.isEmpty, !indexes.isEmpty else {
                    throw qualifier.isEmpty
                        ? SQLServerMessage(263, severity: 16, "Must specify table to select from.")
                        : SQLServerMessage(
                            107, severity: 15,
                            "The column prefix '\(qualifier.joined(separator: "."))' does not match with a table name or alias name "
                                + "used in the query."
                        )
                }
                for index in indexes {
                    let column = scope.columns[index]
                    if let grouping = scope.grouping, !grouping.columnIndexes.contains(index) {
                        throw .notGrouped("\(column.table).\(column.name)", clause: "select list")
                    }
                    parts.outputs.append(
                        Compiled(column.type, isNullable: column.isNullable) { row throws(SQLServerMessage) in row.values[index] })
                    parts.columns.append(ResultColumn(name: column.name, type: column.type, isNullable: column.isNullable))
                }
            case .expression(let value, let alias):
                let compiled = try binder.scalar(value)
                parts.outputs.append(compiled)
                parts.columns.append(
                    ResultColumn(name: alias ?? Self.name(of: value, scope), type: compiled.type, isNullable: compiled.isNullable))
            case .assignment(let variable, let value):
                guard context.variables.variable(variable) != nil else { throw .undeclaredVariable(variable) }
                parts.assignments.append((variable, parts.outputs.count))
                parts.outputs.append(try binder.scalar(value))
            }
        }
        if !parts.assignments.isEmpty, parts.assignments.count != parts.outputs.count {
            throw SQLServerMessage(
                141, severity: 15,
                "A SELECT statement that assigns a value to a variable must not be combined with data-retrieval operations.")
        }
    }

    /// A column keeps its name as its table spells it.
    private static func name(of expression: Expression, _ scope: Scope) -> String {
        guard case .column(let parts) = expression else { return "" }
        return (try? scope.resolve(parts))?.column.name ?? parts.last ?? ""  // bound before: it resolves
    }

    private func bindOrder(_ order: [OrderItem], _ parts: Parts, _ scope: Scope, _ binder: Binder) throws(SQLServerMessage) -> SortOrder {
        var keys: [Compiled] = []
        scope.grouping?.clause = "ORDER BY clause"
        for item in order {
            if let index = try outputIndex(item.expression, parts.columns) {
                keys.append(parts.outputs[index])
            } else {
                if select.isDistinct, !select.items.contains(where: { Self.holds($0, item.expression) }) {
                    throw SQLServerMessage(
                        145, severity: 15, "ORDER BY items must appear in the select list if SELECT DISTINCT is specified.")
                }
                keys.append(try binder.scalar(item.expression))
            }
        }
        return SortOrder(keys: keys, isDescending: order.map(\.isDescending))
    }

    private static func holds(_ item: SelectItem, _ expression: Expression) -> Bool {
        switch item {
        case .star: true
        case .expression(let value, _), .assignment(_, let value):
            if value == expression {
                true
            } else if case .column(let one) = value, case .column(let other) = expression {
                one.last?.lowercased() == other.last?.lowercased()
            } else {
                false
            }
        }
    }

    /// A position, or an alias, of the list.
    private func outputIndex(_ expression: Expression, _ columns: [ResultColumn]) throws(SQLServerMessage) -> Int? {
        if case .literal(.int(let position), .int) = expression {
            guard position >= 1, position <= columns.count else { throw QueryPlanner.positionOutOfRange(Int(position)) }
            return Int(position) - 1
        }
        guard case .column(let parts) = expression, parts.count == 1 else { return nil }
        let key = parts[0].lowercased()
        return columns.firstIndex { $0.name.lowercased() == key }
    }

    // MARK: Running

    private func runner(_ parts: Parts, _ limits: RowLimits) -> QueryPlan {
        let context = context
        let select = select
        let nulls = Set(parts.outputs.indices.filter { parts.outputs[$0].isNullLiteral })
        return QueryPlan(columns: parts.assignments.isEmpty ? parts.columns : [], nullColumns: nulls) { outer throws(SQLServerMessage) in
            var frames = try Self.filtered(parts, outer, context)
            if parts.isGrouped { frames = try Self.grouped(parts, frames, outer) }
            for (index, function) in parts.windows.functions.enumerated() { try function.compute(frames, slot: index) }
            if !parts.assignments.isEmpty { return try Self.assign(parts, frames, context) }
            try context.spend(frames.count)
            let outside = RowFrame([], outer: outer)
            if select.isDistinct {
                var known: Set<GroupingKey> = []
                var rows: [(row: [TDSValue], key: [TDSValue])] = []
                for frame in frames {
                    let row = try Self.row(parts, frame)
                    if known.insert(GroupingKey(row)).inserted { rows.append((row, try parts.sort.values(frame))) }
                }
                let top = try Self.top(parts, select.top, Self.sorted(rows, parts.sort), outer)
                return try limits.apply(top, outside).map(\.row)
            }
            // The list is computed for the rows that are left after TOP: of 256 records in a ring buffer one asks for the newest.
            var keyed: [(row: RowFrame, key: [TDSValue])] = []
            keyed.reserveCapacity(frames.count)
            for frame in frames { keyed.append((frame, try parts.sort.values(frame))) }
            let top = try Self.top(parts, select.top, Self.sorted(keyed, parts.sort), outer)
            var rows: [[TDSValue]] = []
            for (frame, _) in try limits.apply(top, outside) { rows.append(try Self.row(parts, frame)) }
            return rows
        }
    }

    private static func row(_ parts: Parts, _ frame: RowFrame) throws(SQLServerMessage) -> [TDSValue] {
        var row: [TDSValue] = []
        row.reserveCapacity(parts.outputs.count)
        for output in parts.outputs { row.append(try output.evaluate(frame)) }
        return row
    }

    private static func filtered(_ parts: Parts, _ outer: RowFrame?, _ context: StatementContext) throws(SQLServerMessage) -> [RowFrame] {
        let rows = try parts.source.rows(outer)
        try context.spend(rows.count)
        var frames: [RowFrame] = []
        frames.reserveCapacity(rows.count)
        // A frame whose row is not wanted is used for the next row.
        var spare: RowFrame?
        for row in rows {
            let frame = spare ?? RowFrame(row, outer: outer)
            if spare != nil { frame.values = row }
            spare = nil
            if let filter = parts.filter, try filter(frame) != true {
                spare = frame
                continue
            }
            frames.append(frame)
        }
        return frames
    }

    /// One frame a group: its first row stands for the columns, the aggregates beside it.
    private static func grouped(_ parts: Parts, _ frames: [RowFrame], _ outer: RowFrame?) throws(SQLServerMessage) -> [RowFrame] {
        var groups: [[RowFrame]] = []
        if parts.groupKeys.isEmpty {
            groups = [frames]
        } else {
            var positions: [GroupingKey: Int] = [:]
            for frame in frames {
                var values: [TDSValue] = []
                values.reserveCapacity(parts.groupKeys.count)
                for part in parts.groupKeys { values.append(try part.evaluate(frame)) }
                let key = GroupingKey(values)
                if let position = positions[key] {
                    groups[position].append(frame)
                } else {
                    positions[key] = groups.count
                    groups.append([frame])
                }
            }
        }
        var results: [RowFrame] = []
        for group in groups {
            let empty = [TDSValue](repeating: .null, count: parts.source.columns.count)
            let frame = RowFrame(group.first?.values ?? empty, outer: outer)
            for aggregate in parts.grouping?.aggregates ?? [] { frame.aggregates.append(try aggregate.value(group)) }
            if let having = parts.having, try having(frame) != true { continue }
            results.append(frame)
        }
        return results
    }

    private static func assign(_ parts: Parts, _ frames: [RowFrame], _ context: StatementContext) throws(SQLServerMessage) -> [[TDSValue]] {
        for frame in try parts.sort.sorted(frames) {
            for assignment in parts.assignments {
                let output = parts.outputs[assignment.index]
                try context.variables.set(assignment.variable, try output.evaluate(frame), from: output.type)
            }
        }
        context.session.rowCount = frames.count
        return []
    }

    private static func sorted<Row>(_ outputs: [(row: Row, key: [TDSValue])], _ sort: SortOrder) -> [(row: Row, key: [TDSValue])] {
        if sort.keys.isEmpty { return outputs }
        return sort.positions(outputs.map(\.key)).map { outputs[$0] }
    }

    private static func top<Row>(
        _ parts: Parts, _ top: Top?, _ outputs: [(row: Row, key: [TDSValue])], _ outer: RowFrame?
    ) throws(SQLServerMessage) -> [(row: Row, key: [TDSValue])] {
        guard let top, let count = parts.top else { return outputs }
        var taken: Int
        switch try count.evaluate(RowFrame([], outer: outer)) {
        case .int(let number):
            guard number >= 0 else {
                throw SQLServerMessage(
                    1060, "The number of rows provided for a TOP or FETCH clauses row count parameter must be an integer.")
            }
            taken = Int(min(number, Int64(outputs.count)))
        case .float(let percent):
            guard (0...100).contains(percent) else {
                throw SQLServerMessage(1031, severity: 15, "Percent values must be between 0 and 100.")
            }
            taken = Int((Double(outputs.count) * percent / 100).rounded(.up))
        default:
            throw SQLServerMessage(1060, "The number of rows provided for a TOP or FETCH clauses row count parameter must be an integer.")
        }
        if top.withTies, taken > 0 {
            while taken < outputs.count, parts.sort.compare(outputs[taken - 1].key, outputs[taken].key) == 0 { taken += 1 }
        }
        return Array(outputs.prefix(taken))
    }
}
