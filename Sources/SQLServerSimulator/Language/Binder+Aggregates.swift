import TDS

extension Binder {
    /// An aggregate of the query whose lists are being bound. 147 where none is allowed.
    func aggregate(_ call: FunctionCall) throws(SQLServerMessage) -> Compiled {
        guard let kind = AggregateKind(call) else { throw .unknownFunction(call.name) }
        guard let grouping = scope.grouping else {
            throw SQLServerMessage(
                147, severity: 15,
                """
                An aggregate may not appear in the WHERE clause unless it is in a subquery contained in a HAVING clause or a select \
                list, and the column \
                being aggregated is an outer reference.
                """)
        }
        guard !grouping.isInsideAggregate else {
            throw SQLServerMessage(
                130, severity: 15, "Cannot perform an aggregate function on an expression containing an aggregate or a subquery.")
        }
        grouping.isInsideAggregate = true
        defer { grouping.isInsideAggregate = false }
        let aggregate = try describe(kind, call)
        let slot = grouping.aggregates.count
        grouping.aggregates.append(aggregate)
        let isCount = kind == .count || kind == .countBig
        return Compiled(aggregate.type, isNullable: !isCount) { row throws(SQLServerMessage) in
            slot < row.aggregates.count ? row.aggregates[slot] : .null
        }
    }

    /// The aggregate with its argument in the type in which it is computed.
    func describe(_ kind: AggregateKind, _ call: FunctionCall) throws(SQLServerMessage) -> Aggregate {
        if call.isStar {
            guard kind == .count || kind == .countBig else { throw .notAValue(near: "*") }
            return Aggregate(kind: kind, argument: nil, isDistinct: false, type: kind == .count ? .int : .bigint)
        }
        let isText = kind == .concatenation || kind == .orderedConcatenation
        guard call.arguments.count == (isText ? 2 : 1) else { throw .argumentCount(call.name, isText ? 2...2 : 1...1) }
        let argument = try scalar(call.arguments[0])
        if isText { return try concatenation(kind, call, argument) }
        let type = try Self.resultType(kind, argument.type)
        let computed: TDSType
        switch (kind, type) {
        case (.average, .decimal): computed = argument.type
        case (.count, _), (.countBig, _), (.minimum, _), (.maximum, _), (.checksum, _): computed = argument.type
        case (_, .float): computed = .float
        default: computed = type
        }
        return Aggregate(kind: kind, argument: try argument.converted(to: computed), isDistinct: call.isDistinct, type: type)
    }

    private func concatenation(_ kind: AggregateKind, _ call: FunctionCall, _ argument: Compiled) throws(SQLServerMessage) -> Aggregate {
        let separator = try scalar(call.arguments[1]).converted(to: .nvarchar(4000))
        guard case .string(let mark)? = separator.constant else {
            throw SQLServerMessage(8733, "Separator parameter for STRING_AGG must be a string literal or variable.")
        }
        let type: TDSType =
            argument.type.isUnicode
            ? .nvarchar(argument.type.length == nil ? .max : 4000) : .varchar(argument.type.length == nil ? .max : 8000)
        var keys: [Compiled] = []
        for item in call.window?.order ?? [] { keys.append(try scalar(item.expression)) }
        let sort = SortOrder(keys: keys, isDescending: call.window?.order.map(\.isDescending) ?? [])
        let text = try argument.converted(to: argument.type.isUnicode ? .nvarchar(.max) : .varchar(.max))
        return Aggregate(kind: kind, argument: text, isDistinct: false, type: type, separator: mark, order: sort)
    }

    private static func resultType(_ kind: AggregateKind, _ type: TDSType) throws(SQLServerMessage) -> TDSType {
        switch kind {
        case .count: return .int
        case .countBig: return .bigint
        case .checksum: return .int
        case .minimum, .maximum:
            if type == .bit || type == .xml { throw .invalidOperand(type, kind.rawValue.lowercased()) }
            return type
        case .sum, .average:
            switch type {
            case .tinyint, .smallint, .int: return .int
            case .bigint: return .bigint
            case .money, .smallmoney: return .money
            case .real, .float: return .float
            case .decimal(_, let scale): return .decimal(precision: 38, scale: kind == .average ? max(scale, 6) : scale)
            default: throw .invalidOperand(type, kind == .sum ? "sum" : "avg")
            }
        default: return .float
        }
    }

    /// ROW_NUMBER, RANK, LAG and aggregates with OVER.
    func windowFunction(_ call: FunctionCall, _ window: Window) throws(SQLServerMessage) -> Compiled {
        guard let windows = scope.windows else {
            throw SQLServerMessage(4108, severity: 15, "Windowed functions can only appear in the SELECT or ORDER BY clauses.")
        }
        var partition: [Compiled] = []
        for key in window.partition { partition.append(try scalar(key)) }
        var keys: [Compiled] = []
        for item in window.order {
            // ORDER BY (SELECT NULL) means no order.
            if case .scalarQuery = item.expression { keys.append(.constant(.null, .int)) } else { keys.append(try scalar(item.expression)) }
        }
        let sort = SortOrder(keys: keys, isDescending: window.order.map(\.isDescending))
        let function: WindowFunction
        if let kind = AggregateKind(call) {
            let aggregate = try describe(kind, call)
            function = WindowFunction(kind: .aggregate(aggregate), partition: partition, order: sort, type: aggregate.type)
        } else {
            function = try rankingFunction(call, partition, sort)
        }
        let slot = windows.functions.count
        windows.functions.append(function)
        return Compiled(function.type) { row throws(SQLServerMessage) in slot < row.windows.count ? row.windows[slot] : .null }
    }

    private func rankingFunction(_ call: FunctionCall, _ partition: [Compiled], _ sort: SortOrder) throws(SQLServerMessage)
        -> WindowFunction
    {
        var arguments: [Compiled] = []
        for argument in call.arguments { arguments.append(try scalar(argument)) }
        let needsOrder = { () throws(SQLServerMessage) in
            guard !sort.keys.isEmpty else {
                throw SQLServerMessage(4112, severity: 15, "The function '\(call.path.last ?? "")' must have an OVER clause with ORDER BY.")
            }
        }
        let kind: WindowFunction.Kind
        var type = TDSType.bigint
        switch call.name {
        case "ROW_NUMBER": kind = .rowNumber
        case "RANK": kind = .rank
        case "DENSE_RANK": kind = .denseRank
        case "NTILE":
            guard arguments.count == 1, case .int(let count)? = arguments[0].constant, count > 0 else {
                throw .argumentCount("ntile", 1...1)
            }
            kind = .tile(Int(min(count, 1_000_000)))
        case "LAG", "LEAD", "FIRST_VALUE", "LAST_VALUE":
            guard let value = arguments.first else { throw .argumentCount(call.name, 1...3) }
            var offset = 1
            if arguments.count > 1, case .int(let distance)? = arguments[1].constant { offset = Int(min(max(distance, 0), 1_000_000)) }
            let fallback = arguments.count > 2 ? try arguments[2].converted(to: value.type) : nil
            type = value.type
            switch call.name {
            case "LAG": kind = .shifted(value, by: -offset, otherwise: fallback)
            case "LEAD": kind = .shifted(value, by: offset, otherwise: fallback)
            case "FIRST_VALUE": kind = .first(value)
            default: kind = .last(value)
            }
        default: throw .unknownFunction(call.path.last ?? "")
        }
        try needsOrder()
        return WindowFunction(kind: kind, partition: partition, order: sort, type: type)
    }
}
