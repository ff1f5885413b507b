import Engines
package import Foundation

/// What is remembered of a collector's last counters on one server, so that the next run has rates. Small: the totals of each row, and
/// which rows they are in a list that servers share.
package struct CollectorMemory: Sendable {
    /// Which run of which server the counters are of.
    package struct Origin: Sendable, Equatable {
        var serverName: String
        var startedAt: Date?

        package init(serverName: String, startedAt: Date?) {
            self.serverName = serverName
            self.startedAt = startedAt
        }

        func isSame(as other: Origin) -> Bool {
            guard serverName == other.serverName else { return false }
            guard let startedAt, let since = other.startedAt else { return true }
            return abs(startedAt.timeIntervalSince(since)) <= Differencing.startTimeSlackSeconds
        }
    }
    private let origin: Origin
    private let monotonicSeconds: Double
    private let list: InstanceList
    /// `unknown` where there is none: an optional would take twice the room.
    private let counters: [Int64]
    private static let unknown = Int64.min

    package init(_ table: CollectedTable, origin: Origin, monotonicSeconds: Double) {
        self.origin = origin
        self.monotonicSeconds = monotonicSeconds
        list = table.list ?? .of([])
        counters = table.counters.map { $0 ?? Self.unknown }
    }

    /// Puts into `table` how fast its counters grew since `memory`: by measured seconds, and no value where two totals cannot be compared.
    /// One total that went back has no rate. Where most went back they were cleared, and none is comparable: one that is larger all the
    /// same would say too little.
    ///
    /// - Parameter gapSecondsMax: between two runs that say something of each other.
    package static func addRates(
        to table: inout CollectedTable, after memory: CollectorMemory?, origin: Origin, monotonicSeconds: Double, gapSecondsMax: Double
    ) {
        guard !table.counters.isEmpty, let list = table.list else { return }
        table.rates = Array(repeating: nil, count: table.counters.count)
        guard let memory, memory.origin.isSame(as: origin) else { return }
        let seconds = monotonicSeconds - memory.monotonicSeconds
        guard seconds > 0, seconds <= gapSecondsMax else { return }
        var rates = table.rates
        var (comparableCount, fallenCount) = (0, 0)
        let width = table.counters.count / list.hashes.count
        let places = list.places(in: memory.list)
        for row in list.hashes.indices {
            var old = row
            if case .at(let all) = places {
                guard let place = all[row] else { continue }
                old = place
            }
            for column in 0..<width {
                guard let now = table.counters[row * width + column], memory.counters.indices.contains(old * width + column) else {
                    continue
                }
                let before = memory.counters[old * width + column]
                guard before != unknown else { continue }
                if before > 0 { comparableCount += 1 }
                if now < before { fallenCount += 1 } else { rates[row * width + column] = Double(now - before) / seconds }
            }
        }
        guard 2 * fallenCount <= comparableCount || fallenCount == 0 else { return }
        (table.rates, table.seconds) = (rates, seconds)
    }
}

extension Cadence {
    /// Seconds between two runs past which their difference says nothing of now: an hour, and twice the cadence of what runs more rarely.
    func gapSecondsMax(intervalSeconds: Int) -> Double {
        switch self {
        case .hour, .day, .week: 2 * Double(seconds(intervalSeconds: 0))
        default: Differencing.gapSecondsMax(intervalSeconds: intervalSeconds)
        }
    }
}
