import Foundation
import TimeSeries

/// Makes a server's rollups of one day out of its raw chunks, some columns at a time.
struct DayRollups {
    /// A finished chunk.
    struct Made {
        var resolution: Int
        /// Steps with their values, over all series.
        var valueCount: Int
        /// Values for which there was no room.
        var leftOutCount: Int
        var directory: [UInt8]
        var data: [UInt8]
    }
    /// Columns that are in memory at once.
    private static let columnCountMax = 1_024
    /// No row is looked for further back than this.
    private static let reachMax: Int64 = 2 * Stretch.dayMilliseconds

    let start: Int64
    private(set) var damagedCount = 0
    private var chunks: [OpenChunk] = []

    /// - Parameters:
    ///   - stored: raw chunks of the day, and those that hold the rows before it, by time.
    ///   - day: its beginning, in milliseconds since 1970.
    init(_ stored: [StoredChunk], day: Int64) {
        start = day
        for chunk in stored {
            do { chunks.append(try OpenChunk(chunk)) } catch { damagedCount += 1 }
        }
    }

    var layouts: [Int32] { Array(Set(chunks.flatMap { $0.directory.sections.map(\.id) })) }

    /// From which stretch on the chunks before the day hold the rows that its first rows are to be compared with. Nil: none are needed.
    static func reach(_ stored: [StoredChunk], day: Int64) -> Int64? {
        var reach = Int64.max
        for chunk in stored {
            guard let chunk = try? OpenChunk(chunk) else { continue }  // counted where it is used
            for axis in chunk.axes {
                for row in 0..<axis.count {
                    if let span = axis.spans[row] { reach = min(reach, axis.times[row] + axis.offsets[row] - span) }
                }
            }
        }
        guard reach < day + RunOrder.slackMilliseconds else { return nil }
        return Stretch.start(max(reach - RunOrder.slackMilliseconds, day - reachMax))
    }

    /// The chunk of each resolution.
    func make(_ shapes: [Int32: LayoutShape]) -> [Made] {
        let collectors = Dictionary(grouping: shapes.values, by: \.collector).sorted { $0.key < $1.key }.map { _, shapes in
            CollectorDay(shapes.sorted { $0.id < $1.id }, chunks)
        }
        var encoders = Stretch.resolutions.map { _ in ChunkEncoder(isRollup: true) }
        var counts = [Int](repeating: 0, count: encoders.count)
        var plans: [[[RollupPlan]]] = []  // by collector, layout, resolution
        for collector in collectors {
            plans.append(
                collector.parts.map { part in
                    Stretch.resolutions.map { RollupPlan(part.axis, stepLength: Int64($0) * 1_000, from: start) }
                })
        }
        let (admitted, leftOut) = Self.admitted(collectors, plans)
        func forEachLayout(_ body: (CollectorDay, Int, [RollupPlan]) -> Void) {
            for (collector, plans) in zip(collectors, plans) {
                for part in collector.parts.indices
                where plans[part][0].axis.count > 0 && admitted.contains(collector.parts[part].shape.id) {
                    body(collector, part, plans[part])
                }
            }
        }
        forEachLayout { collector, part, plans in
            let shape = collector.parts[part].shape
            for index in encoders.indices {
                encoders[index].add(
                    section: shape.id, axis: plans[index].axis, floatCount: shape.floatCount, integerCount: shape.integerCount)
                counts[index] += plans[index].axis.count * (shape.floatCount + shape.integerCount)
            }
        }
        forEachLayout { collector, part, plans in
            let columnCount = collector.parts[part].shape.floatCount + collector.parts[part].shape.integerCount
            for first in stride(from: 0, to: columnCount, by: Self.columnCountMax) {
                let range = first..<min(first + Self.columnCountMax, columnCount)
                let columns = collector.columns(part, range)
                for (offset, column) in columns.enumerated() {
                    for (index, plan) in plans.enumerated() {
                        let rollup = collector.rollup(part, range.lowerBound + offset, column, plan)
                        encoders[index].append(rollup, isCounter: column.isCounter)
                    }
                }
            }
        }
        return zip(Stretch.resolutions, zip(encoders, counts)).enumerated().map { index, made in
            let (resolution, (encoder, count)) = made
            let (directory, data) = encoder.finish()
            return Made(
                resolution: resolution, valueCount: count, leftOutCount: index == 0 ? leftOut : 0, directory: directory, data: data)
        }
    }

    /// The layouts that a chunk has room for, the oldest first (`Compaction.chunk`), and how many values of the finest steps the others
    /// have.
    private static func admitted(_ collectors: [CollectorDay], _ plans: [[[RollupPlan]]]) -> (layouts: Set<Int32>, leftOut: Int) {
        let parts = zip(collectors, plans).flatMap { collector, plans in
            zip(collector.parts, plans).map { ($0.shape, $1[0].axis.count) }
        }
        var (room, layouts, leftOut) = (ChunkRoom(), Set<Int32>(), 0)
        for (shape, rowCount) in parts.sorted(by: { $0.0.id < $1.0.id }) where rowCount > 0 {
            let columnCount = shape.floatCount + shape.integerCount
            if room.take(rowCount: rowCount, columnCount: columnCount) {
                layouts.insert(shape.id)
            } else {
                leftOut += rowCount * columnCount
            }
        }
        return (layouts, leftOut)
    }
}

/// A raw chunk whose columns are read as they are needed.
struct OpenChunk {
    let directory: ChunkDirectory
    let axes: [Axis]
    private let data: [UInt8]

    init(_ stored: StoredChunk) throws(DamagedChunk) {
        directory = try ChunkDirectory(stored.directory)
        data = stored.data
        guard data.count == directory.dataSize, !directory.isRollup else { throw DamagedChunk("not the data of the directory") }
        axes = try directory.axes(data[directory.axisBlock.range])
    }

    /// Columns of a section, by their number in it; those of blocks that are damaged are missing.
    func columns(_ section: ChunkDirectory.Section, _ range: Range<Int>) -> [Int: ChunkDirectory.Values] {
        var found: [Int: ChunkDirectory.Values] = [:]
        let wanted = (section.firstColumn + range.lowerBound)..<(section.firstColumn + range.upperBound)
        for block in directory.blocks where block.columns.overlaps(wanted) {
            // A damaged block is as if nothing had been read.
            guard let columns = try? directory.columns(of: block, data[block.range], axes: axes, where: wanted.contains) else { continue }
            for (column, values) in columns { found[column - section.firstColumn] = values }
        }
        return found
    }
}

/// One collector's day on one server: its layouts (usually one), each with its rows over all chunks.
private struct CollectorDay {
    struct Part {
        let shape: LayoutShape
        let axis: Axis
        let sections: [(chunk: Int, section: ChunkDirectory.Section)]
    }
    enum Series {
        case float(Column<Double>)
        case integer(Column<Int64>)
        var isCounter: Bool { if case .integer = self { true } else { false } }
    }

    let parts: [Part]
    private let chunks: [OpenChunk]
    private let order: RunOrder

    init(_ shapes: [LayoutShape], _ chunks: [OpenChunk]) {
        self.chunks = chunks
        parts = shapes.map { shape in
            var axis = Axis(times: [], offsets: [], spans: [])
            var sections: [(chunk: Int, section: ChunkDirectory.Section)] = []
            for (index, chunk) in chunks.enumerated() {
                for section in chunk.directory.sections
                where section.id == shape.id && section.floatCount == shape.floatCount && section.integerCount == shape.integerCount {
                    let piece = chunk.axes[section.axis]
                    axis = Axis(times: axis.times + piece.times, offsets: axis.offsets + piece.offsets, spans: axis.spans + piece.spans)
                    sections.append((index, section))
                }
            }
            return Part(shape: shape, axis: axis, sections: sections)
        }
        order = RunOrder(parts.map(\.axis))
    }

    /// Columns of a layout over all chunks.
    func columns(_ part: Int, _ range: Range<Int>) -> [Series] {
        let part = parts[part]
        var series: [Series] = range.map { $0 < part.shape.floatCount ? .float(Column([])) : .integer(Column([])) }
        for (index, section) in part.sections {
            let found = chunks[index].columns(section, range)
            for (offset, column) in range.enumerated() {
                switch (series[offset], found[column]) {
                case (.float(var sum), .floats(let values)):
                    series[offset] = .float(Column([]))  // so that the sum is not copied
                    sum.append(values)
                    series[offset] = .float(sum)
                case (.float(var sum), _):
                    sum.append(Column([Double?](repeating: nil, count: section.rowCount), filler: 0))
                    series[offset] = .float(sum)
                case (.integer(var sum), .integers(let values)):
                    series[offset] = .integer(Column([]))
                    sum.append(values)
                    series[offset] = .integer(sum)
                case (.integer(var sum), _):
                    sum.append(Column([Int64?](repeating: nil, count: section.rowCount), filler: 0))
                    series[offset] = .integer(sum)
                }
            }
        }
        return series
    }

    func rollup(_ part: Int, _ column: Int, _ series: Series, _ plan: RollupPlan) -> Rollup {
        switch series {
        case .float(let values): return plan.gauge(values)
        case .integer(let values):
            return plan.counter(
                values,
                before: { row in
                    guard let place = order[part, row] else { return nil }
                    return place.part == part ? values[place.row] : value(of: column, of: part, at: place)
                }, spans: parts[part].axis.spans, unitsPerSecond: 1_000)
        }
    }

    /// A counter's value in a row of another layout: the same metric of the same labels. Rare: the set of rows changed between two runs.
    private func value(of column: Int, of part: Int, at place: RunOrder.Place) -> Int64? {
        let (shape, other) = (parts[part].shape, parts[place.part].shape)
        let position = column - shape.floatCount
        let counter = shape.counters[position / shape.instances.count]
        guard let otherCounter = other.counters.firstIndex(of: counter),
            let instance = other.instances.firstIndex(of: shape.instances[position % shape.instances.count])
        else { return nil }
        let otherColumn = other.integerColumn(counter: otherCounter, instance: instance)
        guard case .integer(let values) = columns(place.part, otherColumn..<otherColumn + 1).first else { return nil }
        return values[place.row]
    }
}
