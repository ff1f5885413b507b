import TDS

/// The columns that a join's condition requires to be equal: with them each row meets only the rows of its own key.
struct JoinKeys {
    static let none = JoinKeys(pairs: [])

    /// Indexes into the left and the right rows.
    let pairs: [(left: Int, right: Int)]

    private init(pairs: [(left: Int, right: Int)]) { self.pairs = pairs }

    /// Finds `left.column = right.column` among the condition's AND parts, where both have comparable representations.
    init(_ condition: Expression, leftCount: Int, scope: Scope) throws(SQLServerMessage) {
        var found: [(left: Int, right: Int)] = []
        var rest = [condition]
        while let part = rest.popLast() {
            switch part {
            case .and(let first, let second): rest += [first, second]
            case .compare(.equal, .column(let one), .column(let other)):
                let first = try scope.resolve(one)
                let second = try scope.resolve(other)
                guard first.depth == 0, second.depth == 0, Self.areAlike(first.column.type, second.column.type) else { continue }
                if first.index < leftCount, second.index >= leftCount { found.append((first.index, second.index - leftCount)) }
                if second.index < leftCount, first.index >= leftCount { found.append((second.index, first.index - leftCount)) }
            default: continue
            }
        }
        pairs = found
    }

    private static func areAlike(_ left: TDSType, _ right: TDSType) -> Bool {
        left == right || left.isString && right.isString || left.isInteger && right.isInteger && left != .bit && right != .bit
    }

    func leftKey(_ row: [TDSValue]) -> GroupingKey { GroupingKey(pairs.map { row[$0.left] }) }

    func rightKey(_ row: [TDSValue]) -> GroupingKey { GroupingKey(pairs.map { row[$0.right] }) }
}

/// Runs a join over rows already read.
struct JoinRunner {
    let kind: JoinKind
    let leftWidth: Int
    let rightWidth: Int
    let test: Test?
    let keys: JoinKeys
    let context: StatementContext

    func run(_ left: [[TDSValue]], _ right: [[TDSValue]], _ outer: RowFrame?) throws(SQLServerMessage) -> [[TDSValue]] {
        var candidates: [GroupingKey: [Int]] = [:]
        if !keys.pairs.isEmpty {
            for (index, row) in right.enumerated() { candidates[keys.rightKey(row), default: []].append(index) }
        }
        let everyRight = keys.pairs.isEmpty ? Array(right.indices) : []
        var isRightMatched = [Bool](repeating: false, count: right.count)
        var rows: [[TDSValue]] = []
        for row in left {
            let indexes = keys.pairs.isEmpty ? everyRight : candidates[keys.leftKey(row)] ?? []
            try context.spend(indexes.count)
            var isMatched = false
            for index in indexes {
                let joined = row + right[index]
                if let test, try test(RowFrame(joined, outer: outer)) != true { continue }
                isMatched = true
                isRightMatched[index] = true
                rows.append(joined)
            }
            if !isMatched, kind == .left || kind == .full { rows.append(row + [TDSValue](repeating: .null, count: rightWidth)) }
        }
        if kind == .right || kind == .full {
            for index in right.indices where !isRightMatched[index] {
                rows.append([TDSValue](repeating: .null, count: leftWidth) + right[index])
            }
        }
        return rows
    }
}
