import Primitives
import Synchronization

/// Slows failed sign-ins: after a few, each further one makes the account, or the address, wait twice as long.
///
/// On an account an attempt counts as failed until it has succeeded, so a hundred at the same time gain nothing. On an address only what
/// has failed counts: a whole office may come in at nine from behind one. An IPv6 client has a /64 of addresses: they count as one.
package final class SignInThrottle: Sendable {
    /// Failures without a wait.
    static let freeFailuresPerAccount = 5
    static let freeFailuresPerAddress = 30
    static let waitSecondsMax = 900.0
    /// A record without failures for so long is forgotten.
    static let memorySeconds = 1_800.0
    /// Records kept of each kind; the oldest go first.
    static let recordCountMax = 20_000

    private struct Record {
        var failures: Int
        var lastAt: ContinuousClock.Instant
        var blockedUntil: ContinuousClock.Instant
    }
    private struct State {
        var accounts: [String: Record] = [:]
        var addresses: [String: Record] = [:]
    }
    private let state = Mutex(State())

    package init() {}

    /// Notes an attempt. Throws `.rateLimited` with the seconds to wait when the account or the address has to.
    package func begin(account: String, address: String, now: ContinuousClock.Instant = .now) throws {
        let network = AddressBlock.network(of: address)
        let waitSeconds = state.withLock { state in
            let waits = [state.accounts[account], state.addresses[network]].compactMap { $0.map { ($0.blockedUntil - now).seconds } }
            if let wait = waits.max(), wait > 0 { return wait }
            Self.note(&state.accounts, account, free: Self.freeFailuresPerAccount, now)
            return 0
        }
        if waitSeconds > 0 {
            let seconds = max(1, Int(waitSeconds.rounded(.up)))
            throw AppError(.rateLimited, "Too many failed sign-ins; wait \(seconds) s", retryAfterSeconds: seconds)
        }
    }

    /// The attempt was good: the account starts afresh.
    package func succeeded(account: String) { state.withLock { $0.accounts[account] = nil } }

    /// The attempt was bad: it counts on the address too.
    package func failed(address: String, now: ContinuousClock.Instant = .now) {
        let network = AddressBlock.network(of: address)
        state.withLock { Self.note(&$0.addresses, network, free: Self.freeFailuresPerAddress, now) }
    }

    private static func note(_ records: inout [String: Record], _ key: String, free: Int, _ now: ContinuousClock.Instant) {
        var record = records[key] ?? Record(failures: 0, lastAt: now, blockedUntil: now)
        if (now - record.lastAt).seconds > memorySeconds { record.failures = 0 }
        record.failures += 1
        record.lastAt = now
        record.blockedUntil = now + .seconds(waitSeconds(failures: record.failures, free: free))
        if records.count >= recordCountMax, records[key] == nil { dropOldest(&records, now) }
        records[key] = record
    }

    /// 0 for the first `free` failures, then 1, 2, 4 ... seconds.
    static func waitSeconds(failures: Int, free: Int) -> Double {
        guard failures >= free else { return 0 }
        var seconds = 1.0
        for _ in free..<min(failures, free + 20) { seconds *= 2 }
        return min(seconds, waitSecondsMax)
    }

    private static func dropOldest(_ records: inout [String: Record], _ now: ContinuousClock.Instant) {
        records = records.filter { (now - $0.value.lastAt).seconds <= memorySeconds }
        guard records.count >= recordCountMax else { return }
        let cut = records.values.map(\.lastAt).sorted()[recordCountMax / 10]
        records = records.filter { $0.value.lastAt > cut }
    }
}
