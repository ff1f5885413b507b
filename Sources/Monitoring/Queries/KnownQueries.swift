import Engines
import Foundation

/// Which texts and plans of one server have been asked for, so that each is asked for once. Pure.
///
/// All of it is forgotten every hour, and when it is full: what still runs is read again then, so that the tenant keeps it, and what was
/// lost on its way to the database comes after all.
struct KnownQueries: Sendable {
    /// References at most: 8 kB, of the 20 kB that a target may take.
    static let countMax = 500
    static let seconds = 3_600.0

    private var hashes: Set<Int> = []
    private var since = Date.distantPast

    /// What of `named` has not been asked for.
    func unknown(_ named: Set<QueryReference>, now: Date) -> [QueryReference] {
        isOver(now) ? Array(named) : named.filter { !hashes.contains($0.hashValue) }
    }

    mutating func add(_ references: some Collection<QueryReference>, now: Date) {
        if isOver(now) || hashes.count + references.count > Self.countMax {
            hashes = []
            since = now
        }
        for reference in references { hashes.insert(reference.hashValue) }
    }

    private func isOver(_ now: Date) -> Bool { abs(now.timeIntervalSince(since)) >= Self.seconds }
}
