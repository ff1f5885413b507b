package import Fleet
package import Foundation
package import Platform
import Primitives

/// Which server of which tenant: what the plan is kept by.
package struct PlanKey: Hashable, Sendable {
    package var tenant: Tenant.ID
    package var server: Server.ID
    package init(tenant: Tenant.ID, server: Server.ID) {
        self.tenant = tenant
        self.server = server
    }

    /// The same in every process, so that offsets and shards are too: FNV-1a over the server's id, stirred by MurmurHash3's finalizer,
    /// since ids that
    /// are made together differ little.
    package var hash64: UInt64 {
        var hash = withUnsafeBytes(of: server.uuid.uuid) { bytes in
            bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
        }
        hash = (hash ^ hash >> 33) &* 0xff51_afd7_ed55_8ccd
        hash = (hash ^ hash >> 33) &* 0xc4ce_b9fe_1a85_ec53
        return hash ^ hash >> 33
    }
    /// 0 to 255: the lease that covers this server.
    package var shard: Int { Int(hash64 % UInt64(Shards.count)) }
}

/// One run that is due.
package struct PlannedRun: Sendable, Equatable {
    package var key: PlanKey
    /// The planned time: the beginning of the server's slot.
    package var slotAt: Date
    package var intervalSeconds: Int
    /// Failed attempts in a row before this one: 0 for a server that answered last time.
    package var failuresInARow: Int
}

/// When which server is read next. Pure: time comes in as an argument.
///
/// A server's slots begin at its own offset (by hash) into every interval, so that a fleet's runs spread evenly over time. A failed run
/// is tried again
/// quickly once, then ever more rarely; a server that was never tried is tried at once.
package struct CollectionPlan: Sendable {
    /// Seconds until the second attempt after a first failure. Two failures are "offline", so this bounds how soon that is known.
    package static let quickRetrySeconds = 5.0
    /// Seconds between attempts at a server that stays away, at most.
    package static let backoffSecondsMax = 300.0
    /// Seconds over which servers that are overdue when they enter the plan (a start, a taken-over shard) are spread.
    package static let catchUpSeconds = 5.0
    /// Seconds that the clock may go back before all due times are made anew.
    package static let clockStepSecondsMax = 5.0

    private struct Entry {
        var intervalSeconds: Int
        var failuresInARow = 0
        var dueAt: Date
        var isRunning = false
        /// The interval by whose slots the next run is placed, while that run was planned before a longer one was chosen.
        var slotSeconds: Int?
        /// Of the run that is under way: its interval, and that by whose slots it was placed.
        var run: (seconds: Int, slotSeconds: Int)?
        /// Told apart from older places in the heap, which are skipped when they surface.
        var generation = 0
    }
    private struct Place: Comparable {
        let dueAt: Date
        let key: PlanKey
        let generation: Int
        static func < (left: Place, right: Place) -> Bool { left.dueAt < right.dueAt }
        static func == (left: Place, right: Place) -> Bool { left.dueAt == right.dueAt && left.key == right.key }
    }

    private var entries: [PlanKey: Entry] = [:]
    private var heap = Heap<Place>()
    private var generation = 0
    private var lastNow = Date.distantPast
    /// Slots that went by without a run: the one before was still under way, or nobody asked for what is due.
    package private(set) var skippedCount = 0

    package init() {}

    package var count: Int { entries.count }
    package var runningCount: Int { entries.values.count { $0.isRunning } }
    package func contains(_ key: PlanKey) -> Bool { entries[key] != nil }

    /// Puts a server into the plan or changes its interval. The run that is planned stays where that is sooner, and is the first with the
    /// new interval: a server that was read a minute ago is not unread for an hour because it is to be read hourly from now on.
    ///
    /// - Parameters:
    ///   - lastAttemptAt: nil when it was never tried: then it is due at once.
    ///   - failuresInARow: as the latest state says, so that a restart does not try all dead servers as if they were new.
    package mutating func upsert(
        _ key: PlanKey, intervalSeconds: Int, lastAttemptAt: Date?, failuresInARow: Int, retryNow: Bool = false, now: Date
    ) {
        if var entry = entries[key] {
            let old = entry.intervalSeconds
            let changed = old != intervalSeconds
            entry.intervalSeconds = intervalSeconds
            if retryNow { entry.failuresInARow = 0 }
            if (changed || retryNow) && !entry.isRunning {
                let next = retryNow ? now : Self.nextSlot(key, intervalSeconds, after: now)
                if !retryNow, entry.dueAt <= next {
                    if intervalSeconds > old { entry.slotSeconds = entry.slotSeconds ?? old }
                } else {
                    (entry.dueAt, entry.slotSeconds) = (next, nil)
                    place(key, &entry)
                }
            }
            entries[key] = entry
            return
        }
        var entry = Entry(intervalSeconds: intervalSeconds, failuresInARow: failuresInARow, dueAt: now)
        if let lastAttemptAt {
            let next =
                failuresInARow == 0
                ? Self.nextSlot(key, intervalSeconds, after: lastAttemptAt)
                : Self.retryAt(key, failuresInARow, intervalSeconds, lastAttemptAt)
            let spread = Double(key.hash64 >> 16 & 0xFFFF) / 65_536 * Self.catchUpSeconds
            entry.dueAt = max(next, now + spread)
        }
        place(key, &entry)
        entries[key] = entry
    }

    package mutating func remove(_ key: PlanKey) { entries[key] = nil }

    /// When the next run is due; nil when nothing is planned.
    package var nextDueAt: Date? { heap.first?.dueAt }

    /// The runs that are due at `now`, at most `countMax`, the longest overdue first; each is under way from here until `finished`.
    package mutating func takeDue(now: Date, countMax: Int) -> [PlannedRun] {
        if now < lastNow - Self.clockStepSecondsMax { replan(now: now) }
        lastNow = now
        var runs: [PlannedRun] = []
        while runs.count < countMax, let first = heap.first, first.dueAt <= now {
            _ = heap.popFirst()
            guard var entry = entries[first.key], entry.generation == first.generation, !entry.isRunning else { continue }
            let slotSeconds = entry.slotSeconds ?? entry.intervalSeconds
            entry.isRunning = true
            (entry.run, entry.slotSeconds) = ((entry.intervalSeconds, slotSeconds), nil)
            entries[first.key] = entry
            let slot = Self.slot(first.key, slotSeconds, at: now)
            if entry.failuresInARow == 0 {
                // Slots between when it was due and now: nobody read it then.
                let due = Self.slot(first.key, slotSeconds, at: first.dueAt)
                skippedCount += max(0, Int((slot.timeIntervalSince(due) / Double(slotSeconds)).rounded()))
            }
            runs.append(
                PlannedRun(key: first.key, slotAt: slot, intervalSeconds: entry.intervalSeconds, failuresInARow: entry.failuresInARow))
        }
        return runs
    }

    /// A run ended. The next one is placed: at the next slot after a success, else sooner or later as the failures demand.
    package mutating func finished(_ key: PlanKey, succeeded: Bool, startedAt: Date, now: Date) {
        guard var entry = entries[key] else { return }  // deleted, or its shard given away, meanwhile
        entry.isRunning = false
        entry.failuresInARow = succeeded ? 0 : entry.failuresInARow + 1
        if succeeded {
            // A longer interval that was chosen during the run holds from the next run on.
            let seconds = min(entry.run?.seconds ?? entry.intervalSeconds, entry.intervalSeconds)
            entry.slotSeconds = seconds < entry.intervalSeconds ? seconds : nil
            let next = Self.nextSlot(key, seconds, after: startedAt)
            if next <= now {
                skippedCount += 1 + Int(now.timeIntervalSince(next) / Double(seconds))
                entry.dueAt = Self.nextSlot(key, seconds, after: now)
            } else {
                entry.dueAt = next
            }
        } else {
            // The longer interval's slot may be one that was read in before.
            if let slotSeconds = entry.run?.slotSeconds, slotSeconds < entry.intervalSeconds { entry.slotSeconds = slotSeconds }
            entry.dueAt = Self.retryAt(key, entry.failuresInARow, entry.intervalSeconds, now)
        }
        place(key, &entry)
        entries[key] = entry
    }

    /// When to try again after `failures` failures in a row: 5 s after the first; then the interval, doubled each time up to 5 minutes;
    /// each time a
    /// little earlier or later by hash, so that servers that went away together do not come back together.
    package static func retryAt(_ key: PlanKey, _ failures: Int, _ intervalSeconds: Int, _ now: Date) -> Date {
        let jitter = 0.9 + 0.2 * Double((key.hash64 ^ UInt64(failures) &* 0x9E37_79B9_7F4A_7C15) >> 40 & 0xFFFF) / 65_536
        if failures <= 1 { return now + quickRetrySeconds * (1 + jitter - 0.9) }
        let doubled = Double(intervalSeconds) * pow(2, Double(min(failures - 2, 10)))
        return now + max(min(doubled, backoffSecondsMax), min(Double(intervalSeconds), backoffSecondsMax)) * jitter
    }

    /// The beginning of the slot in which `time` lies.
    package static func slot(_ key: PlanKey, _ intervalSeconds: Int, at time: Date) -> Date {
        let interval = Int64(intervalSeconds) * 1000
        let offset = Int64(key.hash64 >> 8 & 0xFFFF_FFFF) % interval
        // Fractions of a microsecond are lost on the way to a Date and back: a slot's own beginning must lie in it.
        let milliseconds = Int64((time.timeIntervalSince1970 * 1000 + 0.01).rounded(.down)) - offset
        let slot = milliseconds - (milliseconds % interval + interval) % interval + offset
        return Date(timeIntervalSince1970: Double(slot) / 1000)
    }

    package static func nextSlot(_ key: PlanKey, _ intervalSeconds: Int, after time: Date) -> Date {
        slot(key, intervalSeconds, at: time) + Double(intervalSeconds)
    }

    private mutating func place(_ key: PlanKey, _ entry: inout Entry) {
        generation += 1
        entry.generation = generation
        heap.insert(Place(dueAt: entry.dueAt, key: key, generation: generation))
    }

    /// The wall clock went back: due times made from the old one would leave everything unread until it catches up.
    private mutating func replan(now: Date) {
        heap = Heap()
        for (key, entry) in entries where !entry.isRunning {
            var entry = entry
            entry.dueAt = min(entry.dueAt, Self.nextSlot(key, entry.slotSeconds ?? entry.intervalSeconds, after: now))
            place(key, &entry)
            entries[key] = entry
        }
    }
}

/// A binary heap: the smallest element first.
struct Heap<Element: Comparable & Sendable>: Sendable {
    private var elements: [Element] = []

    var first: Element? { elements.first }

    mutating func insert(_ element: Element) {
        elements.append(element)
        var child = elements.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard elements[child] < elements[parent] else { break }
            elements.swapAt(child, parent)
            child = parent
        }
    }

    mutating func popFirst() -> Element? {
        guard let last = elements.popLast() else { return nil }
        guard let first = elements.first else { return last }
        elements[0] = last
        var parent = 0
        while true {
            let left = parent * 2 + 1
            guard left < elements.count else { break }
            let right = left + 1
            let child = right < elements.count && elements[right] < elements[left] ? right : left
            guard elements[child] < elements[parent] else { break }
            elements.swapAt(child, parent)
            parent = child
        }
        return first
    }
}
