package import Postgres
package import TimeSeries

/// Rows of `monitoring.samples` of one server and layout on their way into columns, in the order in which they came.
package struct PackedRows {
    package let shape: LayoutShape
    private var times: [Int64] = []
    private var offsets: [Int64] = []
    private var spans: [Int64?] = []
    /// By their place in the packed row.
    private var floats: [Column<Double>]
    private var integers: [Column<Int64>]

    package init(_ shape: LayoutShape) {
        self.shape = shape
        floats = [Column<Double>](repeating: Column([]), count: shape.floatCount)
        integers = [Column<Int64>](repeating: Column([]), count: shape.integerCount)
    }

    package var rowCount: Int { times.count }

    /// Adds a row: `slot_at`, `collected_at`, `seconds`, `gauges`, `counters`, from `column` on. Values that the layout does not know are
    /// left out, and those that the row lacks are unknown. Throws `PostgresError`.
    package mutating func append(_ row: PostgresRow, from column: Int) throws {
        let time = try row.decode(column, as: Timestamp.self).milliseconds
        times.append(time)
        offsets.append(try row.decode(column + 1, as: Timestamp.self).milliseconds - time)
        spans.append(try row.decode(column + 2, as: Double?.self).flatMap { Int64(exactly: ($0 * 1_000).rounded()) })
        row.withBytes(column + 3) { bytes in
            var elements = PackedElements(bytes)
            for place in floats.indices { floats[place].append(elements.next().map(Double.init(bitPattern:)), filler: 0) }
        }
        row.withBytes(column + 4) { bytes in
            var elements = PackedElements(bytes)
            for place in integers.indices { integers[place].append(elements.next().map(Int64.init(bitPattern:)), filler: 0) }
        }
    }

    /// The rows as a section, ordered by time, together with those of `stored`, which win where both have the same slot.
    package consuming func section(with stored: Chunk.Section? = nil) -> Chunk.Section {
        var section = Chunk.Section(
            id: shape.id, axis: Axis(times: times, offsets: offsets, spans: spans),
            floats: (0..<floats.count).map { floats[shape.packedPlace(column: $0, perInstance: shape.gauges.count)] },
            integers: (0..<integers.count).map { integers[shape.packedPlace(column: $0, perInstance: shape.counters.count)] })
        if let stored, stored.floats.count == section.floats.count, stored.integers.count == section.integers.count {
            section = stored.appending(section)
        }
        return section.ordered()
    }
}

extension Chunk.Section {
    fileprivate func appending(_ other: Chunk.Section) -> Chunk.Section {
        var sum = self
        sum.axis = Axis(
            times: axis.times + other.axis.times, offsets: axis.offsets + other.axis.offsets, spans: axis.spans + other.axis.spans)
        for index in floats.indices { sum.floats[index].append(other.floats[index]) }
        for index in integers.indices { sum.integers[index].append(other.integers[index]) }
        return sum
    }

    /// By time; of two rows of one slot the first stays; no more rows than a chunk may have.
    fileprivate func ordered() -> Chunk.Section {
        let times = axis.times
        if times.count <= ChunkLimits.rowCountMax, zip(times, times.dropFirst()).allSatisfy({ $0 < $1 }) { return self }
        var order: [Int] = []
        for row in times.indices.sorted(by: { (times[$0], $0) < (times[$1], $1) }) {
            if let last = order.last, times[last] == times[row] { continue }
            order.append(row)
        }
        order = Array(order.prefix(ChunkLimits.rowCountMax))
        return Chunk.Section(
            id: id,
            axis: Axis(
                times: order.map { axis.times[$0] }, offsets: order.map { axis.offsets[$0] }, spans: order.map { axis.spans[$0] }),
            floats: floats.map { $0.rows(order) }, integers: integers.map { $0.rows(order) })
    }
}
