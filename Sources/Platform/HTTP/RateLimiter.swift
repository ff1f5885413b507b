import Synchronization

/// A token bucket for each key: so many requests a minute, and as many at once as a minute has.
package final class RateLimiter: Sendable {
    /// Buckets kept; when there are more, full ones are dropped, since a new bucket is full too.
    static let bucketCountMax = 50_000

    private struct Bucket {
        var tokens: Double
        var filledAt: ContinuousClock.Instant
    }

    /// Whether a request may pass, and what its answer says of the limit.
    package struct Verdict: Sendable {
        package var isAllowed: Bool
        package var limit: Int
        package var remaining: Int
        /// Seconds until the bucket is full again.
        package var resetSeconds: Int
        /// Seconds until there is one token; 0 when there is.
        package var retryAfterSeconds: Int
    }

    private let perMinute: Int
    private let buckets = Mutex<[String: Bucket]>([:])

    package init(perMinute: Int) { self.perMinute = max(1, perMinute) }

    /// Takes one token of `key`'s bucket if there is one.
    package func take(_ key: String, now: ContinuousClock.Instant = .now) -> Verdict {
        let perSecond = Double(perMinute) / 60
        return buckets.withLock { buckets in
            if buckets.count >= Self.bucketCountMax, buckets[key] == nil { Self.dropFull(&buckets, perMinute, now) }
            var bucket = buckets[key] ?? Bucket(tokens: Double(perMinute), filledAt: now)
            bucket.tokens = min(Double(perMinute), bucket.tokens + (now - bucket.filledAt).seconds * perSecond)
            bucket.filledAt = now
            let isAllowed = bucket.tokens >= 1
            if isAllowed { bucket.tokens -= 1 }
            buckets[key] = bucket
            return Verdict(
                isAllowed: isAllowed, limit: perMinute, remaining: Int(bucket.tokens),
                resetSeconds: Int(((Double(perMinute) - bucket.tokens) / perSecond).rounded(.up)),
                retryAfterSeconds: isAllowed ? 0 : max(1, Int(((1 - bucket.tokens) / perSecond).rounded(.up))))
        }
    }

    private static func dropFull(_ buckets: inout [String: Bucket], _ perMinute: Int, _ now: ContinuousClock.Instant) {
        buckets = buckets.filter { $0.value.tokens + (now - $0.value.filledAt).seconds * Double(perMinute) / 60 < Double(perMinute) }
        if buckets.count >= bucketCountMax { buckets.removeAll(keepingCapacity: true) }
    }
}

extension Duration {
    /// As a number, for sums and for people.
    package var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
