import TDS

/// ORDER BY: sorts frames by keys, NULLs first, stable.
struct SortOrder {
    let keys: [Compiled]
    let isDescending: [Bool]

    func sorted(_ frames: [RowFrame]) throws(SQLServerMessage) -> [RowFrame] {
        if keys.isEmpty { return frames }
        var rows: [[TDSValue]] = []
        rows.reserveCapacity(frames.count)
        for frame in frames { rows.append(try values(frame)) }
        return positions(rows).map { frames[$0] }
    }

    /// Where rows with these keys stand when they are sorted; equal ones as they came.
    func positions(_ rows: [[TDSValue]]) -> [Int] {
        if let written = SortKeys(rows, isDescending: isDescending, isCaseSensitive: keys.map(\.isCaseSensitive)) {
            return written.positions()
        }
        return rows.indices.sorted { first, second in
            let order = compare(rows[first], rows[second])
            return order == 0 ? first < second : order < 0
        }
    }

    func values(_ frame: RowFrame) throws(SQLServerMessage) -> [TDSValue] {
        var values: [TDSValue] = []
        for key in keys { values.append(try key.evaluate(frame)) }
        return values
    }

    func compare(_ first: [TDSValue], _ second: [TDSValue]) -> Int {
        for index in first.indices {
            let order = Comparison.order(first[index], second[index], caseSensitive: keys[index].isCaseSensitive)
            if order != 0 { return isDescending[index] ? -order : order }
        }
        return 0
    }
}

/// TOP, OFFSET and FETCH.
struct RowLimits {
    private let offset: Compiled?
    private let fetch: Compiled?

    init(offset: Expression?, fetch: Expression?, binder: Binder) throws(SQLServerMessage) {
        self.offset = try offset.map { expression throws(SQLServerMessage) in try binder.scalar(expression).converted(to: .bigint) }
        self.fetch = try fetch.map { expression throws(SQLServerMessage) in try binder.scalar(expression).converted(to: .bigint) }
    }

    func apply<Row>(_ rows: [Row], _ frame: RowFrame) throws(SQLServerMessage) -> [Row] {
        var rows = rows
        if let offset {
            guard case .int(let count) = try offset.evaluate(frame), count >= 0 else {
                throw SQLServerMessage(10742, "The offset specified in a OFFSET clause may not be negative.")
            }
            rows = Array(rows.dropFirst(Int(min(count, Int64(rows.count)))))
        }
        if let fetch {
            guard case .int(let count) = try fetch.evaluate(frame), count > 0 else {
                throw SQLServerMessage(10744, "The number of rows provided for a FETCH clause must be greater then zero.")
            }
            rows = Array(rows.prefix(Int(min(count, Int64(rows.count)))))
        }
        return rows
    }
}
