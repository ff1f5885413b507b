import TimeSeries

/// Which row came before each row of a collector, over all its layouts: whose counters it may be compared with. Pure.
struct RunOrder {
    /// A row of one of the layouts.
    struct Place: Hashable {
        var part: Int
        var row: Int
    }

    /// Measured spans and the wall clock may differ by so much, in milliseconds, or by a tenth of the span: then the row between was lost,
    /// and nothing is said.
    static let slackMilliseconds: Int64 = 2_000

    private let before: [[Place?]]

    /// - Parameter axes: one for each layout of the collector, in milliseconds.
    init(_ axes: [Axis]) {
        var order: [(at: Int64, place: Place)] = []
        for (part, axis) in axes.enumerated() {
            for row in 0..<axis.count { order.append((axis.times[row] + axis.offsets[row], Place(part: part, row: row))) }
        }
        order.sort { ($0.at, $0.place.part) < ($1.at, $1.place.part) }
        var before = axes.map { [Place?](repeating: nil, count: $0.count) }
        for index in order.indices.dropFirst() {
            let (at, place) = order[index]
            guard let span = axes[place.part].spans[place.row], span > 0 else { continue }
            let expected = at - order[index - 1].at
            if abs(expected - span) <= max(Self.slackMilliseconds, span / 10) { before[place.part][place.row] = order[index - 1].place }
        }
        self.before = before
    }

    /// The row before; nil where there is none, or it may not be compared with.
    subscript(part: Int, row: Int) -> Place? { before[part][row] }
}
