import Engines
import Foundation

/// When the collectors of each cadence are next run on one server. Pure: time comes in as an argument.
///
/// Those of the server's own interval run with every collection. The rarer ones run at slots of their own, with an offset by the server's
/// hash, so that a fleet's hourly work is spread over the hour. Those of a week are too costly to be run anew after each start: when they
/// last ran is known from the database.
struct CadencePlan: Sendable {
    /// Seconds over which the rarer collectors of all servers are spread after a start: what they brought before is still there.
    static let catchUpSeconds = 600.0
    /// Seconds until a collector that lacks a right is tried again.
    static let deniedSeconds = 3600.0

    /// Seconds within which the collectors of a week come first on a server: not in its first round, with all the others.
    static let firstWeekSeconds = 21_600
    /// Seconds until those of a week are tried again after they failed.
    static let weekRetrySeconds = 86_400.0

    private var nextAt: [Cadence: Date] = [:]
    private var deniedUntil: [String: Date] = [:]
    /// When the collectors of a week are due by their stored runs; those without one have never run.
    private let weekDueAt: [String: Date]
    private var apart = ApartCollectors()

    init(weekDueAt: [String: Date] = [:]) { self.weekDueAt = weekDueAt }

    /// The collectors among `wanted` that are due, batch by batch: each batch is one round trip. They are taken: the next call has others.
    ///
    /// - Parameters:
    ///   - isNew: the server was never read before; then all are due.
    ///   - mayRunRare: whether there is room for rarer ones now; if not, those stay due.
    ///   - isBehind: the process does not keep up: what is rare waits, so that what is frequent comes in time.
    mutating func takeDue(
        _ wanted: [CollectorDefinition], key: PlanKey, intervalSeconds: Int, isNew: Bool, isBehind: Bool = false, mayRunRare: Bool = true,
        now: Date
    ) -> [(cadence: Cadence, collectors: [CollectorDefinition])] {
        var due: [(cadence: Cadence, collectors: [CollectorDefinition])] = []
        for cadence in Cadence.allCases {
            let seconds = cadence.seconds(intervalSeconds: intervalSeconds)
            if cadence == .week {
                guard mayRunRare else { continue }
                // With nothing to run its time is not used up: what is switched on later need not wait for a week.
                let collectors = allowed(wanted, cadence, now)
                if !collectors.isEmpty, takeWeek(collectors, key, isBehind: isBehind, now: now) { due.append((cadence, collectors)) }
                continue
            }
            if cadence != .minute {
                var next = nextAt[cadence] ?? firstAt(key, cadence, seconds: seconds, isNew: isNew, now: now)
                // Farther away than it can be planned: the clock was set back, or the interval is shorter now.
                if next > now + Double(seconds) { next = CollectionPlan.nextSlot(key, seconds, after: now) }
                nextAt[cadence] = next
                guard mayRunRare, next <= (isBehind ? now - Self.patienceSeconds(key, cadence) : now) else { continue }
                nextAt[cadence] = CollectionPlan.nextSlot(key, seconds, after: now)
            }
            let collectors = allowed(wanted, cadence, now)
            if !collectors.isEmpty { due.append((cadence, collectors)) }
        }
        // Behind the others: what fails again costs them nothing.
        for cadence in Cadence.allCases where cadence == .minute || mayRunRare {
            let latest = isBehind && cadence != .minute ? now - Self.patienceSeconds(key, cadence) : now
            for collector in wanted where collector.cadence == cadence && !isResting(collector.name, now) {
                let since = apart.dueSince(collector.name, seconds: cadence.seconds(intervalSeconds: intervalSeconds), now: now)
                if let since, since <= latest { due.append((cadence, [collector])) }
            }
        }
        return due
    }

    /// A batch that was taken failed as a whole: its collectors are asked alone from the next run on (`ApartCollectors`).
    mutating func failed(_ cadence: Cadence, _ collectors: [String], intervalSeconds: Int, now: Date) {
        guard cadence != .week else { return }  // one collector, which `weekFailed` puts off
        apart.failed(collectors, seconds: cadence.seconds(intervalSeconds: intervalSeconds), now: now)
    }

    /// A batch that was taken did not begin: it is due with the next run.
    mutating func putBack(_ cadence: Cadence, _ collectors: [String], now: Date) {
        if cadence != .minute, !collectors.contains(where: apart.contains) { nextAt[cadence] = now }
    }

    /// A batch that was taken has answered.
    ///
    /// - Parameter share: of its deadline that it took.
    mutating func answered(
        _ cadence: Cadence, _ collectors: [String], share: Double, key: PlanKey, intervalSeconds: Int, now: Date
    ) {
        let next = CollectionPlan.nextSlot(key, cadence.seconds(intervalSeconds: intervalSeconds), after: now)
        apart.answered(collectors, isFrequent: cadence == .minute, share: share, next: next, now: now)
    }

    /// Whether the collectors of a week are due; then they are taken, for a week from now and not until a slot, which might come sooner.
    private mutating func takeWeek(_ collectors: [CollectorDefinition], _ key: PlanKey, isBehind: Bool, now: Date) -> Bool {
        if let planned = nextAt[.week], planned > now + Double(Cadence.week.seconds(intervalSeconds: 0)) { nextAt[.week] = now }
        let next = nextAt[.week] ?? collectors.map { Self.firstWeekAt(key, dueAt: weekDueAt[$0.name], now: now) }.min() ?? now
        nextAt[.week] = next
        guard next <= (isBehind ? now - Self.patienceSeconds(key, .week) : now) else { return false }
        nextAt[.week] = now + Double(Cadence.week.seconds(intervalSeconds: 0))
        return true
    }

    /// When a collector of a week runs first after a start of the process. At a slot, which is the same one after the next start: a process
    /// that is started again and again does not put it off for ever.
    ///
    /// - Parameter dueAt: by its stored run; nil: it has never run.
    static func firstWeekAt(_ key: PlanKey, dueAt: Date?, now: Date) -> Date {
        guard let dueAt else { return CollectionPlan.nextSlot(key, firstWeekSeconds, after: now) }
        return max(dueAt, CollectionPlan.nextSlot(key, Int(catchUpSeconds), after: now))
    }

    /// A collector of a week failed: a week without it would be long.
    mutating func weekFailed(now: Date) { nextAt[.week] = now + Self.weekRetrySeconds }

    /// Seconds that rarer collectors wait at most, past their time, while the process is behind with its runs: the rarer, the longer, and
    /// by the server's hash, since a fleet that was added at once would otherwise have waited long enough at once.
    static func patienceSeconds(_ key: PlanKey, _ cadence: Cadence) -> Double {
        let bounds = behindSeconds(cadence)
        return bounds.lowerBound + (bounds.upperBound - bounds.lowerBound) * Double(key.hash64 >> 24 & 0xFFFF) / 65_536
    }

    /// Of a server the shortest and of another the longest patience, in seconds.
    static func behindSeconds(_ cadence: Cadence) -> ClosedRange<Double> {
        switch cadence {
        case .minute, .fiveMinutes: 600...1_800
        case .quarterHour: 900...3_600
        case .hour: 1_800...7_200
        case .day, .week: 3_600...21_600
        }
    }

    /// Those that are sent together with the core.
    func withCore(_ wanted: [CollectorDefinition], now: Date) -> [CollectorDefinition] {
        apart.isCoreAlone ? [] : allowed(wanted, .minute, now)
    }

    /// Those of a cadence that are one batch.
    private func allowed(_ wanted: [CollectorDefinition], _ cadence: Cadence, _ now: Date) -> [CollectorDefinition] {
        wanted.filter { $0.cadence == cadence && !apart.contains($0.name) && !isResting($0.name, now) }
    }

    /// Whether a right was missing lately. A rest that ends farther away than it can be long is of before the clock was set back.
    private func isResting(_ collector: String, _ now: Date) -> Bool {
        deniedUntil[collector].map { (now + 0.001...now + Self.deniedSeconds).contains($0) } ?? false
    }

    private func firstAt(_ key: PlanKey, _ cadence: Cadence, seconds: Int, isNew: Bool, now: Date) -> Date {
        if isNew { return now }
        let spread = Double(key.hash64 >> 24 & 0xFFFF) / 65_536 * min(Double(seconds), Self.catchUpSeconds)
        return now + spread
    }

    /// A right is missing for `collector`: it rests.
    mutating func denied(_ collector: String, now: Date) { deniedUntil[collector] = now + Self.deniedSeconds }

    /// Rights may be other ones now: everything is tried again.
    mutating func forgetDenials() { deniedUntil = [:] }

    /// The server's registration or what is collected there was changed: everything is tried as if nothing had failed.
    mutating func forgetTroubles() {
        forgetDenials()
        apart.forget()
    }
}
