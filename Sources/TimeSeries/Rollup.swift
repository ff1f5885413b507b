/// What is kept of one column for each step of time (5 minutes, an hour).
///
/// Of a gauge: of its values; numbers that are not finite count as unknown. Of a counter: of its rates per second, each the growth since
/// the row before by the measured span. A counter that shrank, or has no comparable row before, gives no rate.
package struct Rollup: Sendable, Equatable {
    /// How many values or rates there were; with 0 the rest is without meaning.
    package var counts: [Int64]
    /// Of a counter: over how many units of time it was watched. Of a gauge: 0.
    package var spans: [Int64]
    package var last: [Double]
    package var smallest: [Double]
    package var largest: [Double]
    /// Of a gauge: of the values. Of a counter: the growth.
    package var sums: [Double]

    package init(stepCount: Int) {
        counts = [Int64](repeating: 0, count: stepCount)
        spans = counts
        last = [Double](repeating: 0, count: stepCount)
        (smallest, largest, sums) = (last, last, last)
    }

    package var count: Int { counts.count }

    /// The mean of the step: of the values, or the growth by the time. Nil where nothing is known.
    ///
    /// - Parameter unitsPerSecond: of the axis: 1000 when it is in milliseconds.
    package func average(_ step: Int, unitsPerSecond: Double) -> Double? {
        guard counts[step] > 0 else { return nil }
        return spans[step] > 0 ? sums[step] / (Double(spans[step]) / unitsPerSecond) : sums[step] / Double(counts[step])
    }

    package mutating func add(_ value: Double, span: Int64 = 0, growth: Double? = nil, to step: Int) {
        guard value.isFinite else { return }
        if counts[step] == 0 {
            (smallest[step], largest[step]) = (value, value)
        } else {
            smallest[step] = min(smallest[step], value)
            largest[step] = max(largest[step], value)
        }
        last[step] = value
        counts[step] += 1
        spans[step] += span
        let sum = sums[step] + (growth ?? value)
        sums[step] = sum.isFinite ? sum : sum.sign == .minus ? -Double.greatestFiniteMagnitude : .greatestFiniteMagnitude
    }
}

/// Rows of an axis put into steps: which step each row belongs to, and the axis of the steps.
package struct RollupPlan: Sendable {
    /// The step of each row; nil: the row only serves the one after it.
    package let stepOfRow: [Int?]
    /// Times are the steps' beginnings, offsets the numbers of rows in them, spans the sums.
    package let axis: Axis

    /// - Parameters:
    ///   - stepLength: in the axis' units.
    ///   - from: rows before it are in no step.
    package init(_ axis: Axis, stepLength: Int64, from: Int64) {
        var steps = Axis(times: [], offsets: [], spans: [])
        stepOfRow = axis.times.indices.map { row in
            let time = axis.times[row]
            guard time >= from else { return nil }
            let start = time - ((time % stepLength) + stepLength) % stepLength
            if steps.times.last != start {
                steps.times.append(start)
                steps.offsets.append(0)
                steps.spans.append(0)
            }
            steps.offsets[steps.count - 1] += 1
            steps.spans[steps.count - 1]? += axis.spans[row] ?? 0
            return steps.count - 1
        }
        self.axis = steps
    }

    /// A gauge's.
    package func gauge(_ column: Column<Double>) -> Rollup {
        var rollup = Rollup(stepCount: axis.count)
        for (row, step) in stepOfRow.enumerated() {
            if let step, let value = column[row] { rollup.add(value, to: step) }
        }
        return rollup
    }

    /// A counter's.
    ///
    /// - Parameters:
    ///   - before: for each row the value that came before it; nil where none may be compared with.
    ///   - spans: since then, for each row, in the axis' units.
    package func counter(_ column: Column<Int64>, before: (Int) -> Int64?, spans: [Int64?], unitsPerSecond: Double) -> Rollup {
        var rollup = Rollup(stepCount: axis.count)
        for (row, step) in stepOfRow.enumerated() {
            guard let step, let value = column[row], let span = spans[row], let previous = before(row),
                let growth = Self.growth(from: previous, to: value), span > 0
            else { continue }
            rollup.add(growth / (Double(span) / unitsPerSecond), span: span, growth: growth, to: step)
        }
        return rollup
    }

    /// Nil when the counter went back.
    package static func growth(from previous: Int64, to value: Int64) -> Double? {
        let (growth, isOverflowing) = value.subtractingReportingOverflow(previous)
        return isOverflowing || growth < 0 ? nil : Double(growth)
    }
}
