import Foundation
import Synchronization

/// One thread that runs an action when a deadline passes. Used to cut driver calls that block.
///
/// Actions must be short and must not block: all deadlines of this watch share the thread.
package final class DeadlineWatch: Sendable {
    /// A deadline that can be taken back.
    package final class Ticket: Sendable {
        private let action: Mutex<(@Sendable () -> Void)?>

        fileprivate init(_ action: @escaping @Sendable () -> Void) {
            self.action = Mutex(action)
        }

        /// Takes the deadline back; waits while its action is running, so that afterwards nothing touches what the action uses.
        /// Returns whether the action has run.
        @discardableResult package func disarm() -> Bool {
            action.withLock { action in
                defer { action = nil }
                return action == nil
            }
        }

        /// Runs the action under the lock, at most once.
        fileprivate func fire() {
            action.withLock { action in
                action?()
                action = nil
            }
        }

        fileprivate var isArmed: Bool { action.withLock { $0 != nil } }
    }

    private struct State {
        var tickets: [(deadline: ContinuousClock.Instant, ticket: Ticket)] = []
        var isStopped = false
    }

    private let state = Mutex(State())
    private let wakeUp = DispatchSemaphore(value: 0)

    package init(name: String) {
        let thread = Thread { [weak self] in
            while let wait = self?.tick() { wait() }
        }
        thread.name = name
        thread.stackSize = 256 * 1024
        thread.start()
    }

    deinit { wakeUp.signal() }

    /// Runs `action` once when `seconds` have passed, unless the ticket is disarmed before. `action` must not touch the ticket.
    package func arm(afterSeconds seconds: Double, _ action: @escaping @Sendable () -> Void) -> Ticket {
        let ticket = Ticket(action)
        let deadline = ContinuousClock.now + .seconds(max(0, seconds))
        let isEarliest = state.withLock { state in
            let isEarliest = state.tickets.allSatisfy { $0.deadline > deadline }
            state.tickets.append((deadline, ticket))
            return isEarliest
        }
        if isEarliest { wakeUp.signal() }
        return ticket
    }

    /// Ends the thread; armed deadlines no longer fire.
    package func stop() {
        state.withLock { $0.isStopped = true }
        wakeUp.signal()
    }

    /// One pass: fires what is due. Returns how to wait for the next pass, or nil when stopped.
    private func tick() -> (() -> Void)? {
        let now = ContinuousClock.now
        let due: [Ticket]? = state.withLock { state in
            guard !state.isStopped else { return nil }
            state.tickets.removeAll { !$0.ticket.isArmed }
            let due = state.tickets.filter { $0.deadline <= now }.map(\.ticket)
            state.tickets.removeAll { $0.deadline <= now }
            return due
        }
        guard let due else { return nil }
        for ticket in due { ticket.fire() }
        let next = state.withLock { $0.tickets.map(\.deadline).min() }
        // The semaphore is captured, not self: the watch can go away while its thread waits.
        let wakeUp = wakeUp
        guard let next else { return { wakeUp.wait() } }
        let nanoseconds = max(0, (next - ContinuousClock.now).nanoseconds)
        return { _ = wakeUp.wait(timeout: .now() + .nanoseconds(nanoseconds)) }
    }
}

extension Duration {
    /// Whole nanoseconds, within Int's range.
    fileprivate var nanoseconds: Int {
        let (seconds, attoseconds) = components
        return Int(clamping: seconds).multipliedReportingOverflow(by: 1_000_000_000).partialValue &+ Int(attoseconds / 1_000_000_000)
    }
}
