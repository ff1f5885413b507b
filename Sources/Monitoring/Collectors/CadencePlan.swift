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
    /// Seconds that the rarer collectors wait at most, past their time, while the process is behind with its runs: by the server's hash
    /// between these two, since a fleet that was added at once would otherwise have waited long enough at once.
    static let behindSeconds = 600.0...1_800.0
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

    init(weekDueAt: [String: Date] = [:]) { self.weekDueAt = weekDueAt }

    /// The collectors among `wanted` that are due, batch by batch: each batch is one round trip. They are taken: the next call has others.
    ///
    /// - Parameters:
    ///   - isNew: the server was never read before; then all are due.
    ///   - isBehind: the process does not keep up: what is rare waits, so that what is frequent comes in time.
    mutating func takeDue(
        _ wanted: [CollectorDefinition], key: PlanKey, intervalSeconds: Int, isNew: Bool, isBehind: Bool = false, now: Date
    ) -> [(cadence: Cadence, collectors: [CollectorDefinition])] {
        var due: [(cadence: Cadence, collectors: [CollectorDefinition])] = []
        for cadence in Cadence.allCases {
            let seconds = cadence.seconds(intervalSeconds: intervalSeconds)
            if cadence == .week {
                // With nothing to run its time is not used up: what is switched on later need not wait for a week.
                let collectors = allowed(wanted, cadence, now)
                if !collectors.isEmpty, takeWeek(collectors, key, isBehind: isBehind, now: now) { due.append((cadence, collectors)) }
                continue
            }
            if cadence != .minute {
                let next = nextAt[cadence] ?? firstAt(key, cadence, seconds: seconds, isNew: isNew, now: now)
                nextAt[cadence] = next
                guard next <= (isBehind ? now - Self.patienceSeconds(key) : now) else { continue }
                nextAt[cadence] = CollectionPlan.nextSlot(key, seconds, after: now)
            }
            let collectors = allowed(wanted, cadence, now)
            if !collectors.isEmpty { due.append((cadence, collectors)) }
        }
        return due
    }

    /// Whether the collectors of a week are due; then they are taken, for a week from now and not until a slot, which might come sooner.
    private mutating func takeWeek(_ collectors: [CollectorDefinition], _ key: PlanKey, isBehind: Bool, now: Date) -> Bool {
        let next = nextAt[.week] ?? collectors.map { Self.firstWeekAt(key, dueAt: weekDueAt[$0.name], now: now) }.min() ?? now
        nextAt[.week] = next
        guard next <= (isBehind ? now - Self.patienceSeconds(key) : now) else { return false }
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

    static func patienceSeconds(_ key: PlanKey) -> Double {
        let span = behindSeconds.upperBound - behindSeconds.lowerBound
        return behindSeconds.lowerBound + span * Double(key.hash64 >> 24 & 0xFFFF) / 65_536
    }

    /// Those that run with every collection.
    func everyTime(_ wanted: [CollectorDefinition], now: Date) -> [CollectorDefinition] { allowed(wanted, .minute, now) }

    private func allowed(_ wanted: [CollectorDefinition], _ cadence: Cadence, _ now: Date) -> [CollectorDefinition] {
        wanted.filter { $0.cadence == cadence && now >= deniedUntil[$0.name] ?? .distantPast }
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
}
