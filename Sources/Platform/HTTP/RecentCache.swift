import Synchronization

/// What was read a moment ago: saves a statement per request, for at most `lifetime`.
final class RecentCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Entry {
        let value: Value
        let readAt: ContinuousClock.Instant
    }
    private let lifetime: Duration
    private let countMax: Int
    private let entries = Mutex<[Key: Entry]>([:])

    init(lifetime: Duration, countMax: Int) {
        self.lifetime = lifetime
        self.countMax = countMax
    }

    /// Nil when it is not there or too old.
    func value(_ key: Key, now: ContinuousClock.Instant = .now) -> Value? {
        entries.withLock { $0[key] }.flatMap { now - $0.readAt < lifetime ? $0.value : nil }
    }

    /// Keeps `value`, which was asked for at `readAt`: it is as old as the question.
    func keep(_ value: Value, for key: Key, readAt: ContinuousClock.Instant) {
        entries.withLock { entries in
            if entries.count >= countMax, entries[key] == nil {
                entries = entries.filter { readAt - $0.value.readAt < lifetime }
                if entries.count >= countMax { entries.removeAll(keepingCapacity: true) }
            }
            entries[key] = Entry(value: value, readAt: readAt)
        }
    }

    /// Forgets what `isStale` says.
    func forget(where isStale: (Key, Value) -> Bool) {
        entries.withLock { entries in entries = entries.filter { !isStale($0.key, $0.value.value) } }
    }
}
