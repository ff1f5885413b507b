import TDS

/// A function with OVER, computed over all rows of its query at once.
struct WindowFunction {
    /// Rows of one group over which a running aggregate is computed (it takes time of rows x rows).
    static let runningRowCountMax = 5_000

    enum Kind {
        case rowNumber, rank, denseRank
        case tile(Int)
        case shifted(Compiled, by: Int, otherwise: Compiled?)
        case first(Compiled)
        case last(Compiled)
        case aggregate(Aggregate)
    }

    let kind: Kind
    let partition: [Compiled]
    let order: SortOrder
    let type: TDSType

    /// Puts each frame's value into `windows[slot]`.
    func compute(_ frames: [RowFrame], slot: Int) throws(SQLServerMessage) {
        var groups: [[RowFrame]] = []
        var positions: [GroupingKey: Int] = [:]
        for frame in frames {
            while frame.windows.count <= slot { frame.windows.append(.null) }
            var values: [TDSValue] = []
            for part in partition { values.append(try part.evaluate(frame)) }
            let key = GroupingKey(values)
            if let position = positions[key] {
                groups[position].append(frame)
            } else {
                positions[key] = groups.count
                groups.append([frame])
            }
        }
        for group in groups { try fill(try order.sorted(group), slot) }
    }

    private func fill(_ group: [RowFrame], _ slot: Int) throws(SQLServerMessage) {
        switch kind {
        case .rowNumber:
            for (index, frame) in group.enumerated() { frame.windows[slot] = .int(Int64(index + 1)) }
        case .rank, .denseRank: try fillRanks(group, slot)
        case .tile(let count):
            let (size, larger) = (group.count / count, group.count % count)
            for (index, frame) in group.enumerated() {
                let boundary = larger * (size + 1)
                let tile = index < boundary ? index / (size + 1) : larger + (index - boundary) / max(size, 1)
                frame.windows[slot] = .int(Int64(tile + 1))
            }
        case .shifted(let value, let distance, let otherwise):
            for (index, frame) in group.enumerated() {
                let other = index + distance
                frame.windows[slot] =
                    group.indices.contains(other) ? try value.evaluate(group[other]) : try otherwise?.evaluate(frame) ?? .null
            }
        case .first(let value):
            guard let first = group.first else { return }
            for frame in group { frame.windows[slot] = try value.evaluate(first) }
        case .last(let value):
            for frame in group { frame.windows[slot] = try value.evaluate(frame) }
        case .aggregate(let aggregate): try fillAggregates(aggregate, group, slot)
        }
    }

    private func fillRanks(_ group: [RowFrame], _ slot: Int) throws(SQLServerMessage) {
        var previous: [TDSValue]?
        var rank = 0
        var dense = 0
        for (index, frame) in group.enumerated() {
            let key = try order.values(frame)
            if previous.map({ order.compare($0, key) != 0 }) ?? true {
                rank = index + 1
                dense += 1
            }
            previous = key
            if case .denseRank = kind { frame.windows[slot] = .int(Int64(dense)) } else { frame.windows[slot] = .int(Int64(rank)) }
        }
    }

    /// Without ORDER BY over the whole group, with it over all rows up to and with the row's peers.
    private func fillAggregates(_ aggregate: Aggregate, _ group: [RowFrame], _ slot: Int) throws(SQLServerMessage) {
        guard !order.keys.isEmpty else {
            let total = try aggregate.value(group)
            for frame in group { frame.windows[slot] = total }
            return
        }
        guard group.count <= Self.runningRowCountMax else { throw .outOfMemory }
        var start = 0
        while start < group.count {
            var end = start + 1
            let key = try order.values(group[start])
            while end < group.count, order.compare(key, try order.values(group[end])) == 0 { end += 1 }
            let running = try aggregate.value(Array(group[..<end]))
            for index in start..<end { group[index].windows[slot] = running }
            start = end
        }
    }
}
