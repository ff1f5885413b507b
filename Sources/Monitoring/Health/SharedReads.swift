import Synchronization

/// Lets callers who ask the same thing at the same time share one read: when a server turns critical, every open dashboard asks at once.
///
/// A caller who comes while a read is under way does not get that one's answer, which may be older than the change he heard of: he waits
/// for the next, together with all who came meanwhile. So each answer is from after its question, and however many ask, one read at a
/// time runs per key.
package final class SharedReads<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private enum Turn: Sendable {
        case lead
        case follow(Result<Value, any Error>)
    }
    private struct Line {
        var waiting: [CheckedContinuation<Turn, Never>] = []
    }
    /// A key is here while somebody reads for it.
    private let lines = Mutex<[Key: Line]>([:])

    package init() {}

    /// How many wait for the next read of `key`.
    package func waitingCount(_ key: Key) -> Int { lines.withLock { $0[key]?.waiting.count ?? 0 } }

    /// The value of a `body` that began after this call. Throws what that `body` throws.
    package func read(_ key: Key, _ body: @Sendable () async throws -> Value) async throws -> Value {
        let turn = await withCheckedContinuation { continuation in
            let isFirst = lines.withLock { lines in
                guard lines[key] == nil else {
                    lines[key]?.waiting.append(continuation)
                    return false
                }
                lines[key] = Line()
                return true
            }
            if isFirst { continuation.resume(returning: .lead) }
        }
        if case .follow(let result) = turn { return try result.get() }
        let followers = lines.withLock { lines in
            defer { lines[key]?.waiting = [] }
            return lines[key]?.waiting ?? []
        }
        do {
            let value = try await body()
            finish(key, followers, .success(value))
            return value
        } catch {
            // Only our own caller went away: the others read for themselves.
            if Task.isCancelled || error is CancellationError {
                lines.withLock { $0[key]?.waiting.insert(contentsOf: followers, at: 0) }
                finish(key, [], .failure(error))
            } else {
                finish(key, followers, .failure(error))
            }
            throw error
        }
    }

    private func finish(_ key: Key, _ followers: [CheckedContinuation<Turn, Never>], _ result: Result<Value, any Error>) {
        for follower in followers { follower.resume(returning: .follow(result)) }
        let next = lines.withLock { lines -> CheckedContinuation<Turn, Never>? in
            guard var line = lines[key], !line.waiting.isEmpty else {
                lines[key] = nil
                return nil
            }
            let next = line.waiting.removeFirst()
            lines[key] = line
            return next
        }
        next?.resume(returning: .lead)
    }
}
