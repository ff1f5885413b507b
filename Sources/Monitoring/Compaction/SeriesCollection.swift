import Foundation
import TimeSeries

/// Series on their way from columns to points. Pure.
struct SeriesCollection {
    /// What is known of one step.
    private struct Bin {
        var count = 0.0
        var span = 0.0
        var sum = 0.0
        var smallest = Double.infinity
        var largest = -Double.infinity

        mutating func add(_ other: Bin) {
            count += other.count
            span += other.span
            sum += other.sum
            smallest = min(smallest, other.smallest)
            largest = max(largest, other.largest)
        }
    }
    private struct Gathering {
        let metric: Int16
        let collector: String
        let labels: [String]
        let isCounter: Bool
        /// None before the first value: most of the rows that ever were have none in the time that is asked for.
        var bins: [Bin] = []
        var points: [Series.Point] = []
    }
    private struct Key: Hashable {
        let metric: Int16
        let collector, instance: String
        let isCounter: Bool
    }
    /// Where a layout has the metrics.
    struct Columns {
        let shape: LayoutShape
        /// The series, each with its column in the layout's sections.
        let series: [(series: Int, column: Int, isCounter: Bool)]
    }

    let shapes: [LayoutShape]
    /// The beginning, in milliseconds: of the first step.
    let start: Int64
    private let end: Int64
    private let stepMilliseconds: Int64?
    /// In which samples are put together when they are too many to be points.
    private let coarserStepMilliseconds: Int64
    private let columnsByLayout: [Int32: Columns]
    private let binCount: Int
    private var gatherings: [Gathering] = []

    init(_ reading: SeriesReading, _ shapes: [LayoutShape], _ isWanted: (String, [String]) -> Bool) {
        let (from, step) = (reading.request.from.milliseconds, reading.request.stepSeconds.map { Int64($0) * 1_000 })
        stepMilliseconds = step
        coarserStepMilliseconds = Int64(reading.request.coarserStepSeconds) * 1_000
        let (start, end) = (step.map { Stretch.start(from, of: $0) } ?? from, reading.request.to.milliseconds)
        (self.start, self.end) = (start, end)
        binCount = min(step.map { Int((max(0, end - start) + $0 - 1) / $0) } ?? 0, SeriesRequest.pointCountMax + 2)
        var indexByKey: [Key: Int] = [:]
        var columnsByLayout: [Int32: Columns] = [:]
        let metrics = Set(reading.metrics).sorted()
        for shape in shapes {
            let wanted = shape.instances.enumerated().map { (instance: $0, text: $1, labels: Self.labels($1)) }
                .filter { isWanted(shape.collector, $0.labels) }
            var series: [(series: Int, column: Int, isCounter: Bool)] = []
            for metric in metrics {
                let gauge = shape.gauges.firstIndex(of: metric)
                let counter = shape.counters.firstIndex(of: metric)
                for (instance, text, labels) in wanted {
                    guard
                        let column = gauge.map({ shape.floatColumn(gauge: $0, instance: instance) })
                            ?? counter.map({ shape.integerColumn(counter: $0, instance: instance) })
                    else { continue }
                    let key = Key(metric: metric, collector: shape.collector, instance: text, isCounter: gauge == nil)
                    let index = indexByKey[key] ?? gatherings.count
                    if index == gatherings.count {
                        indexByKey[key] = index
                        gatherings.append(
                            Gathering(
                                metric: metric, collector: shape.collector, labels: labels, isCounter: gauge == nil))
                    }
                    series.append((index, column, gauge == nil))
                }
            }
            columnsByLayout[shape.id] = Columns(shape: shape, series: series)
        }
        self.columnsByLayout = columnsByLayout
        self.shapes = shapes.filter { columnsByLayout[$0.id]?.series.isEmpty == false }
    }

    /// How many series there may be; some have no value in the time that is asked for.
    var count: Int { gatherings.count }

    private static func labels(_ instance: String) -> [String] {
        // What is no JSON array stands as one label: it is shown, and wrong values are seen.
        (try? JSONDecoder().decode([String].self, from: Data(instance.utf8))) ?? [instance]
    }

    /// The series that lie in a section, each with its column in the whole chunk.
    func columns(of section: ChunkDirectory.Section) -> [(series: Int, column: Int, isCounter: Bool)] {
        guard let columns = columnsByLayout[section.id], section.floatCount == columns.shape.floatCount,
            section.integerCount == columns.shape.integerCount
        else { return [] }
        return columns.series.map { ($0.series, section.firstColumn + $0.column, $0.isCounter) }
    }

    func columns(ofLayout id: Int32) -> Columns? { columnsByLayout[id] }

    func makeRuns() -> SeriesRuns { SeriesRuns(shapes) }

    // MARK: Adding

    /// A column's rollups, at the beginnings of its steps.
    mutating func add(_ rollup: Rollup, times: [Int64], isCounter: Bool, to series: Int) {
        for (step, time) in times.enumerated() where rollup.counts[step] > 0 {
            guard let bin = bin(of: time) else { continue }
            add(
                Bin(
                    count: Double(rollup.counts[step]), span: isCounter ? Double(rollup.spans[step]) : 0, sum: rollup.sums[step],
                    smallest: rollup.smallest[step], largest: rollup.largest[step]), to: series, bin)
        }
    }

    /// One value, or one rate per second.
    ///
    /// - Parameters:
    ///   - time: of the slot.
    ///   - at: when it was measured.
    ///   - span: milliseconds over which the counter grew by `growth`.
    mutating func add(_ value: Double, time: Int64, at: Int64, span: Int64 = 0, growth: Double? = nil, to series: Int) {
        guard value.isFinite else { return }
        guard stepMilliseconds != nil else {
            if at >= start, at < end {
                gatherings[series].points.append(
                    .init(at: Date(milliseconds: at), average: value, smallest: value, largest: value, seconds: Double(span) / 1_000))
            }
            return
        }
        guard time < end, let bin = bin(of: time) else { return }
        add(Bin(count: 1, span: Double(span), sum: growth ?? value, smallest: value, largest: value), to: series, bin)
    }

    private func bin(of time: Int64) -> Int? {
        guard let stepMilliseconds, time >= start else { return nil }
        let bin = (time - start) / stepMilliseconds
        return bin < Int64(binCount) ? Int(bin) : nil
    }

    private mutating func add(_ bin: Bin, to series: Int, _ index: Int) {
        if gatherings[series].bins.isEmpty { gatherings[series].bins = [Bin](repeating: Bin(), count: binCount) }
        gatherings[series].bins[index].add(bin)
    }

    // MARK: The outcome

    /// All series that have points, all in the same step. Where samples are points and one series has too many of them, since the server
    /// was read more often before, they are put together into coarser steps: so the whole stretch is there, and not its end alone.
    func series() -> [LabelledSeries] {
        let areTooMany = stepMilliseconds == nil && gatherings.contains { $0.points.count > SeriesRequest.pointCountMax }
        let step = stepMilliseconds ?? (areTooMany ? coarserStepMilliseconds : nil)
        return gatherings.compactMap { gathering in
            let points: [Series.Point] =
                if let stepMilliseconds {
                    Self.points(gathering.bins.enumerated().map { (start: start + Int64($0) * stepMilliseconds, bin: $1) })
                } else if areTooMany {
                    Self.points(Self.bins(gathering.points, coarserStepMilliseconds))
                } else {
                    gathering.points.sorted { $0.at < $1.at }
                }
            guard !points.isEmpty else { return nil }
            return LabelledSeries(
                metric: gathering.metric, collector: gathering.collector, labels: gathering.labels, isCounter: gathering.isCounter,
                stepSeconds: step.map { Int($0 / 1_000) }, points: points.suffix(SeriesRequest.pointCountMax))
        }
    }

    /// Samples put together by steps, in their order.
    private static func bins(_ points: [Series.Point], _ step: Int64) -> [(start: Int64, bin: Bin)] {
        var bins: [Int64: Bin] = [:]
        for point in points {
            bins[Stretch.start(point.at.milliseconds, of: step), default: Bin()].add(
                Bin(
                    count: 1, span: point.seconds * 1_000, sum: point.seconds > 0 ? point.average * point.seconds : point.average,
                    smallest: point.smallest, largest: point.largest))
        }
        return bins.map { (start: $0.key, bin: $0.value) }.sorted { $0.start < $1.start }
    }

    private static func points(_ bins: [(start: Int64, bin: Bin)]) -> [Series.Point] {
        bins.compactMap { start, bin -> Series.Point? in
            guard bin.count > 0 else { return nil }
            let average = bin.span > 0 ? bin.sum / (bin.span / 1_000) : bin.sum / bin.count
            // Rollups are rounded each by itself: the mean must not look as if it were outside.
            return Series.Point(
                at: Date(milliseconds: start), average: min(max(average, bin.smallest), bin.largest), smallest: bin.smallest,
                largest: bin.largest, seconds: bin.span / 1_000)
        }
    }
}

/// Raw rows of some layouts, gathered from chunks and from the head.
struct SeriesRuns {
    private enum Values {
        case floats(Column<Double>)
        case integers(Column<Int64>)
    }
    private struct Part {
        let shape: LayoutShape
        var axis = Axis(times: [], offsets: [], spans: [])
        /// By the number in the layout.
        var columns: [Int: Values] = [:]
    }
    private var parts: [Part]
    private let partByLayout: [Int32: Int]

    init(_ shapes: [LayoutShape]) {
        parts = shapes.map { Part(shape: $0) }
        partByLayout = Dictionary(shapes.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Rows of a chunk's section; `values` by the number in the whole chunk.
    mutating func append(
        _ section: ChunkDirectory.Section, _ axis: Axis, _ values: [Int: ChunkDirectory.Values], _ collection: SeriesCollection
    ) {
        guard let part = partByLayout[section.id], !collection.columns(of: section).isEmpty else { return }
        append(axis, to: part, collection) { column in
            switch values[section.firstColumn + column] {
            case .floats(let values): .floats(values)
            case .integers(let values): .integers(values)
            case .rollup, nil: nil
            }
        }
    }

    /// Rows of the head.
    mutating func append(_ section: Chunk.Section, _ collection: SeriesCollection) {
        guard let part = partByLayout[section.id] else { return }
        append(section.axis, to: part, collection) { column in
            column < section.floats.count
                ? .floats(section.floats[column]) : .integers(section.integers[column - section.floats.count])
        }
    }

    private mutating func append(_ axis: Axis, to part: Int, _ collection: SeriesCollection, _ values: (Int) -> Values?) {
        guard let known = collection.columns(ofLayout: parts[part].shape.id) else { return }
        for (_, column, isCounter) in known.series {
            let sum = parts[part].columns.removeValue(forKey: column)
            if isCounter {
                var total = Column<Int64>([])
                if case .integers(let before)? = sum { total = before }
                if case .integers(let more)? = values(column) {
                    total.append(more)
                } else {
                    total.append(Column([Int64?](repeating: nil, count: axis.count), filler: 0))
                }
                parts[part].columns[column] = .integers(total)
            } else {
                var total = Column<Double>([])
                if case .floats(let before)? = sum { total = before }
                if case .floats(let more)? = values(column) {
                    total.append(more)
                } else {
                    total.append(Column([Double?](repeating: nil, count: axis.count), filler: 0))
                }
                parts[part].columns[column] = .floats(total)
            }
        }
        parts[part].axis = Axis(
            times: parts[part].axis.times + axis.times, offsets: parts[part].axis.offsets + axis.offsets,
            spans: parts[part].axis.spans + axis.spans)
    }

    /// Turns the rows into values and rates.
    ///
    /// - Parameter isCovered: whether a slot's time was read from rollups already.
    func add(to collection: inout SeriesCollection, isCovered: (Int64) -> Bool) {
        for indices in Dictionary(grouping: parts.indices, by: { parts[$0].shape.collector }).values {
            let order = RunOrder(indices.map { parts[$0].axis })
            for (part, index) in indices.enumerated() {
                let axis = parts[index].axis
                // A slot that was compacted while we read is there twice.
                var seen: Set<Int64> = []
                let rows = axis.times.indices.filter { seen.insert(axis.times[$0]).inserted && !isCovered(axis.times[$0]) }
                for (series, column, _) in collection.columns(ofLayout: parts[index].shape.id)?.series ?? [] {
                    switch parts[index].columns[column] {
                    case .floats(let values):
                        for row in rows {
                            guard let value = values[row] else { continue }
                            collection.add(value, time: axis.times[row], at: axis.times[row] + axis.offsets[row], to: series)
                        }
                    case .integers(let values):
                        for row in rows {
                            guard let value = values[row], let span = axis.spans[row], let place = order[part, row],
                                let before = place.part == part
                                    ? values[place.row] : self.value(series, at: place, indices, collection),
                                let growth = RollupPlan.growth(from: before, to: value)
                            else { continue }
                            collection.add(
                                growth / (Double(span) / 1_000), time: axis.times[row], at: axis.times[row] + axis.offsets[row],
                                span: span, growth: growth, to: series)
                        }
                    case nil: continue
                    }
                }
            }
        }
    }

    /// The series' total in the row before, which lies in another layout.
    private func value(_ series: Int, at place: RunOrder.Place, _ indices: [Int], _ collection: SeriesCollection) -> Int64? {
        let part = parts[indices[place.part]]
        guard let column = collection.columns(ofLayout: part.shape.id)?.series.first(where: { $0.series == series })?.column,
            case .integers(let values) = part.columns[column]
        else { return nil }
        return values[place.row]
    }
}
