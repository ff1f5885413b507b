import Engines
import Foundation

/// When the collectors of each cadence are next run on one server. Pure: time comes in as an argument.
///
/// Those of the server's own interval run with every collection. The rarer ones run at slots of their own, with an offset by the server's
/// hash, so that a fleet's hourly work is spread over the hour.
struct CadencePlan: Sendable {
    /// Seconds over which the rarer collectors of all servers are spread after a start: what they brought before is still there.
    static let catchUpSeconds = 600.0
    /// Seconds that the rarer collectors wait at most, past their time, while the process is behind with its runs: by the server's hash
    /// between these two, since a fleet that was added at once would otherwise have waited long enough at once.
    static let behindSeconds = 600.0...1_800.0
    /// Seconds until a collector that lacks a right is tried again.
    static let deniedSeconds = 3600.0

    private var nextAt: [Cadence: Date] = [:]
    private var deniedUntil: [String: Date] = [:]

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
