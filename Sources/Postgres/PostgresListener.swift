import CLibPQ
import Foundation
import Glibc

/// What a listener hears.
package enum PostgresNotification: Sendable, Equatable {
    /// The connection is up, for the first time or again: whatever was announced in between was missed, so look for yourself.
    case connected
    case received(channel: String, payload: String)
}

/// Hears NOTIFY on one connection of its own, which it opens again whenever it is lost.
package enum PostgresListener {
    /// Seconds between two attempts to connect.
    package static let reconnectSeconds = 1.0
    /// Notifications kept for a slow reader; the oldest go first, since each only says "look".
    package static let bufferCountMax = 1024

    /// Notifications on `channels` until the stream's reader goes away. It runs on a thread of its own.
    package static func notifications(_ database: DatabaseAddress, channels: [String]) -> AsyncStream<PostgresNotification> {
        AsyncStream(bufferingPolicy: .bufferingNewest(bufferCountMax)) { continuation in
            let state = State()
            continuation.onTermination = { _ in state.end() }
            let thread = Thread {
                while !state.isEnded {
                    listen(database, channels, continuation, state)
                    state.pause(seconds: reconnectSeconds)
                }
            }
            thread.stackSize = 256 * 1024
            thread.name = "postgres-listen"
            thread.start()
        }
    }

    private static func listen(
        _ database: DatabaseAddress, _ channels: [String], _ continuation: AsyncStream<PostgresNotification>.Continuation, _ state: State
    ) {
        // A lost connection is not an error here: the reader polls meanwhile, and hears `.connected` when it is back.
        guard let connection = try? PostgresConnection(database, deadlineSeconds: 5),
            (try? connection.script(channels.map { "LISTEN \(SQL.identifier($0))" }.joined(separator: ";"))) != nil
        else { return }
        continuation.yield(.connected)
        while !state.isEnded, connection.isOpen {
            guard PostgresConnection.wait(PQsocket(connection.connection), for: POLLIN, until: .now + .seconds(1)) else { continue }
            guard PQconsumeInput(connection.connection) == 1 else { return }
            while let notification = PQnotifies(connection.connection) {
                let heard = PostgresNotification.received(
                    channel: String(cString: notification.pointee.relname), payload: String(cString: notification.pointee.extra))
                PQfreemem(notification)
                continuation.yield(heard)
            }
        }
    }

    /// Safe because its one flag is touched only while the condition is held.
    private final class State: @unchecked Sendable {
        private let condition = NSCondition()
        private var ended = false
        var isEnded: Bool { condition.withLock { ended } }

        /// Waits before the next attempt, or until the end.
        func pause(seconds: Double) {
            let until = Date(timeIntervalSinceNow: seconds)
            condition.withLock {
                while !ended, condition.wait(until: until) {}
            }
        }

        func end() {
            condition.withLock {
                ended = true
                condition.broadcast()
            }
        }
    }
}
