import Foundation

/// How much work an instance has done since some start: the integral of its load, a straight line between changes.
/// Every counter is a growing function of it, so counters never shrink and follow the CPU that control sets.
struct LoadLine: Sendable {
    private var base: Double
    private var since: Date
    private var factor: Double

    init(since: Date, factor: Double, base: Double = 0) {
        self.since = since
        self.factor = factor
        self.base = base
    }

    /// Load-seconds at `moment`.
    func value(at moment: Date) -> Double { base + factor * max(0, moment.timeIntervalSince(since)) }

    /// From `moment` on the load is `factor` times the usual.
    mutating func change(factor: Double, at moment: Date) {
        base = value(at: moment)
        since = max(moment, since)
        self.factor = factor
    }

    /// A growing function of the load that runs now faster, now slower: its slope stays between half and one and a half.
    static func wave(_ load: Double, phase: Double) -> Double {
        let period = 900.0
        return load + 0.5 * period / (2 * Double.pi) * sin(2 * Double.pi * load / period + phase)
    }
}

/// The processor's use by time: a record a minute, and one at each moment at which control set a value.
struct CPUTimeline: Sendable {
    /// Records in the ring buffer.
    static let recordCountMax = 256
    static let segmentCountMax = 32
    static let intervalSeconds = 60.0

    private struct Segment: Sendable {
        let start: Date
        let percent: Int?
        let firstRecord: Int
    }

    struct Record {
        let id: Int
        let at: Date
        /// What control set; nil for the instance's own course.
        let percent: Int?
    }

    private var segments: [Segment]

    init(start: Date, percent: Int?) { segments = [Segment(start: start, percent: percent, firstRecord: 1)] }

    mutating func set(percent: Int?, at moment: Date) {
        guard let last = segments.last else { return }
        let count = Int(max(0, moment.timeIntervalSince(last.start)) / Self.intervalSeconds) + 1
        segments.append(Segment(start: max(moment, last.start), percent: percent, firstRecord: last.firstRecord + count))
        if segments.count > Self.segmentCountMax { segments.removeFirst() }
    }

    var currentPercent: Int? { segments.last?.percent }

    /// The records up to `now`, the newest first; `countMax` at most.
    func records(until now: Date, countMax: Int = Self.recordCountMax) -> [Record] {
        var records: [Record] = []
        var end = now
        for segment in segments.reversed() {
            let seconds = end.timeIntervalSince(segment.start)
            guard seconds >= 0 else { continue }
            // A record that would fall on the next segment's start belongs to that one.
            let isLast = end == now
            var index = Int(seconds / Self.intervalSeconds)
            if !isLast, Double(index) * Self.intervalSeconds == seconds, index > 0 { index -= 1 }
            while index >= 0, records.count < countMax {
                let at = segment.start.addingTimeInterval(Double(index) * Self.intervalSeconds)
                records.append(Record(id: segment.firstRecord + index, at: at, percent: segment.percent))
                index -= 1
            }
            if records.count >= countMax { break }
            end = segment.start
        }
        return records
    }
}
